//! `withdrawal`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use sea_orm::{DbErr, QueryResult, Statement};

use super::attempt::{ATTEMPT, newest_evidence};
use super::bulk::{Kind, Spelled, Statements, Table, as_text};
use super::{Engine, Error, Store, Transaction, document, documents, list};
use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::money::Currency;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::Evidence;
use crate::domain::withdrawal::{Due, HeldReason, State, Withdrawal};

pub(super) static WITHDRAWAL: Table = Table {
    name: "withdrawal",
    key: &["withdrawal_id", "account_number"],
    columns: &[
        ("withdrawal_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("entry_seq", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("held_minor", Kind::Plain),
        ("state", Kind::Plain),
        ("beneficiary_name", Kind::Plain),
        ("beneficiary_account", Kind::Plain),
        ("beneficiary_bank_code", Kind::Plain),
        ("beneficiary_bank_name", Kind::Plain),
        ("beneficiary_kind", Kind::Plain),
        ("reference", Kind::Plain),
        ("purpose", Kind::Plain),
        ("entry_channel", Kind::Plain),
        ("preferred_channel", Kind::Plain),
        ("requested_by", Kind::Plain),
        ("reason", Kind::Plain),
        ("version", Kind::Plain),
        ("create_time", Kind::Time),
        ("update_time", Kind::Time),
        ("settle_time", Kind::Time),
        ("channel_id", Kind::Plain),
        ("attempts", Kind::Plain),
        ("held_reason", Kind::Plain),
        ("held_since", Kind::Time),
        ("exempt_minor", Kind::Plain),
        ("next_action_time", Kind::Time),
        ("cases", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// Which withdrawals of an account. Empty or absent = not looked at.
#[derive(Debug, Clone, Default)]
pub struct WithdrawalFilter {
    /// Where they are.
    pub state: Option<State>,
    /// What holds them.
    pub held_reason: Option<HeldReason>,
    /// The channel of their last attempt.
    pub channel: String,
    /// The client's own reference, exactly.
    pub reference: String,
    /// Reserved at this instant or later.
    pub created_from: Option<DateTime<Utc>>,
    /// Reserved before this instant.
    pub created_before: Option<DateTime<Utc>>,
}

/// A withdrawal with the attempts to pay it and what was said of them, all of one instant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WithdrawalFile {
    /// The withdrawal.
    pub withdrawal: Withdrawal,
    /// The attempts, the first first.
    pub attempts: Vec<Attempt>,
    /// The evidence, the oldest first.
    pub evidence: Vec<Evidence>,
}

impl Store {
    /// A withdrawal by its id with its attempts and the newest of its evidence, at most so much. One
    /// statement reads all of it, so that it is of one instant.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_find_whole(
        &self,
        id: &WithdrawalId,
        evidence_max: u32,
    ) -> Result<Option<WithdrawalFile>, Error> {
        static SQL: Spelled = Spelled::new();
        let sql = SQL.get(self.engine, || whole(self.engine));
        let values = [id.as_str().into(), i64::from(evidence_max).into()];
        let rows = self.read(self.engine.statement(sql, values)).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        let withdrawal = document(row, "doc")?;
        let mut attempts: Vec<Attempt> = list(row, "attempts")?;
        let mut evidence: Vec<Evidence> = list(row, "evidence")?;
        attempts.sort_by_key(|attempt| attempt.number);
        evidence.sort_by(|a, b| in_time(a).cmp(&in_time(b)));
        Ok(Some(WithdrawalFile { withdrawal, attempts, evidence }))
    }

    /// A withdrawal by its id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_find(&self, id: &WithdrawalId) -> Result<Option<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, "t.withdrawal_id = $1");
        let statement = self.engine.statement(&sql, [id.as_str().into()]);
        Ok(self.documents(statement).await?.pop())
    }

    /// Withdrawals of an account, newest first, below `before`, at most `limit`: a walk down the
    /// account's own numbers, on which the filter is looked at row by row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list(
        &self,
        number: &AccountNumber,
        filter: &WithdrawalFilter,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Withdrawal>, Error> {
        static SQL: Spelled = Spelled::new();
        let engine = self.engine;
        let sql = SQL.get(engine, || WITHDRAWAL.select(engine, LISTED));
        let state: &str = filter.state.map_or("", Into::into);
        let held_reason: &str = filter.held_reason.map_or("", Into::into);
        let values: [Value; 9] = [
            number.as_str().into(),
            before.into(),
            state.into(),
            held_reason.into(),
            filter.channel.as_str().into(),
            filter.reference.as_str().into(),
            engine.time(filter.created_from.unwrap_or(BEGINNING)),
            engine.time(filter.created_before.unwrap_or(END)),
            i64::from(limit).into(),
        ];
        self.documents(engine.statement(sql, values)).await
    }
}

const LISTED: &str = "t.account_number = $1 AND t.entry_seq < $2
    AND ($3 = '' OR t.state = $3) AND ($4 = '' OR t.held_reason = $4)
    AND ($5 = '' OR t.channel_id = $5) AND ($6 = '' OR t.reference = $6)
    AND t.create_time >= $7 AND t.create_time < $8
    ORDER BY t.entry_seq DESC LIMIT $9";
/// Before every time of a row.
const BEGINNING: DateTime<Utc> = DateTime::UNIX_EPOCH;
/// After every time of a row: the last second of the year 9999.
const END: DateTime<Utc> =
    DateTime::from_timestamp(253_402_300_799, 0).expect("the year 9999 is a year of chrono's");

fn whole(engine: Engine) -> String {
    let row = as_text(engine, &WITHDRAWAL.as_json(engine, "t"));
    let attempts = as_text(engine, &ATTEMPT.gathered(engine, "a", "a.withdrawal_id = $1"));
    let evidence = as_text(engine, &newest_evidence(engine));
    format!(
        "SELECT {row} AS doc, {attempts} AS attempts, {evidence} AS evidence
            FROM withdrawal t WHERE t.withdrawal_id = $1"
    )
}

/// The order in which evidence came.
fn in_time(row: &Evidence) -> (DateTime<Utc>, i64, &str) {
    (row.received_time, row.number, &row.evidence_id)
}

/// What is to be known of a due withdrawal, and no more: a row of which the rest can't be read must
/// not keep all others from being found.
const DUE: &str =
    "SELECT t.withdrawal_id, t.account_number, t.state, t.currency_code, t.amount_minor,
    t.beneficiary_bank_code, t.preferred_channel, t.channel_id FROM withdrawal t WHERE";

impl Store {
    /// Withdrawals to which something is to be done by now, the most overdue first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Due>, Error> {
        let sql = format!("{DUE} t.next_action_time <= $1 ORDER BY t.next_action_time LIMIT $2");
        let values = [self.engine.time(now), i64::from(limit).into()];
        self.dues(self.engine.statement(&sql, values)).await
    }

    /// Withdrawals of these accounts of which nothing was sent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_unsent(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Due>, Error> {
        let sql = format!("{DUE} {} AND t.state = 'RESERVED'", open(self.engine));
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        self.dues(self.engine.statement(&sql, [texts])).await
    }

    /// Withdrawals that wait for a channel, those that wait shortest first, at most `limit`. A walk over
    /// the index of what something is to be done about.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_held(&self, limit: u32) -> Result<Vec<Due>, Error> {
        let sql = format!(
            "{DUE} t.next_action_time IS NOT NULL AND t.state = 'RESERVED'
                AND t.held_reason IN ('NO_CHANNEL', 'CHANNEL_CLOSED', 'RETRY_BACKOFF')
                ORDER BY t.next_action_time LIMIT $1"
        );
        self.dues(self.engine.statement(&sql, [i64::from(limit).into()])).await
    }

    async fn dues(&self, statement: Statement) -> Result<Vec<Due>, Error> {
        self.read(statement).await?.iter().map(due).collect()
    }
}

fn due(row: &QueryResult) -> Result<Due, Error> {
    let text = |column| row.try_get::<String>("", column);
    let (id, number) = (text("withdrawal_id")?, text("account_number")?);
    let (id, number) = (WithdrawalId::parse(&id), AccountNumber::parse(&number));
    let currency = Currency::from_code(&text("currency_code")?);
    let (Some(withdrawal_id), Some(account_number), Ok(state), Some(currency_code)) =
        (id, number, text("state")?.parse(), currency)
    else {
        return Err(Error::Corrupt(DbErr::Custom("a withdrawal that isn't one".to_owned())));
    };
    Ok(Due {
        withdrawal_id,
        account_number,
        state,
        currency_code,
        amount_minor: row.try_get("", "amount_minor")?,
        bank_code: text("beneficiary_bank_code")?,
        preferred_channel: text("preferred_channel")?,
        channel_id: text("channel_id")?,
    })
}

/// Withdrawals of accounts that hold money; as the index has them.
fn open(engine: Engine) -> String {
    format!("{} AND t.held_minor > 0", engine.among("t.account_number", 1))
}

impl Transaction {
    /// Withdrawals by their ids.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_find(&self, ids: &[&WithdrawalId]) -> Result<Vec<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, &self.engine.among("t.withdrawal_id", 1));
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// Withdrawals of these accounts that hold money, sent or not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_open(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, &open(self.engine));
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}
