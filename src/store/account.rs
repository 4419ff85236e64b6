//! `account_balance`, `account_master`: an account with all that is in force on it, in one
//! statement, so that a read sees one instant.

use std::collections::BTreeSet;
use std::sync::Arc;

use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use serde::Serialize;

use super::approval::APPROVAL;
use super::bulk::{Kind, Spelled, Statements, Table, as_text};
use super::{Engine, Error, Store, Transaction, document, freeze, list};
use crate::domain::account::{Account, Balance, OPEN_APPROVALS, Profile, mask_bit};
use crate::domain::freeze::control::in_order;
use crate::domain::id::AccountNumber;
use crate::domain::protection::ProtectedKind;
use crate::domain::safeguard::{self, Safeguard};
use crate::domain::status::ConditionKind;
use crate::text::{self, Locale};

pub(super) static BALANCE: Table = Table {
    name: "account_balance",
    key: &["account_number"],
    columns: &[
        ("account_number", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("opening_balance_minor", Kind::Plain),
        ("balance_minor", Kind::Plain),
        ("reserved_minor", Kind::Plain),
        ("freeze_claim_minor", Kind::Plain),
        ("exempt_minor", Kind::Plain),
        ("exempt_used_minor", Kind::Plain),
        ("freeze_whole", Kind::Plain),
        ("lifecycle", Kind::Plain),
        ("condition_mask", Kind::Plain),
        ("open_withdrawals", Kind::Plain),
        ("next_lapse_time", Kind::Time),
        ("last_customer_time", Kind::Time),
        ("last_transaction_time", Kind::Time),
        ("status_version", Kind::Plain),
        ("history_seq", Kind::Plain),
        ("freeze_seq", Kind::Plain),
        ("event_seq", Kind::Plain),
        ("entry_seq", Kind::Plain),
        ("history_head", Kind::Plain),
        ("changed_time", Kind::Time),
    ],
    statements: Statements::new(),
};

pub(super) static MASTER: Table = Table {
    name: "account_master",
    key: &["account_number"],
    columns: &[
        ("account_number", Kind::Plain),
        ("account_id", Kind::Plain),
        ("account_name", Kind::Plain),
        ("account_status", Kind::Plain),
        ("status_desc", Kind::Plain),
        ("freeze_type", Kind::Plain),
        ("freeze_reason", Kind::Plain),
        ("freeze_date", Kind::Plain),
        ("customer_id", Kind::Plain),
        ("branch_code", Kind::Plain),
        ("opened_time", Kind::Time),
        ("record_status", Kind::Plain),
        ("product_code", Kind::Plain),
        ("status_since_time", Kind::Time),
        ("protected_kind", Kind::Plain),
    ],
    statements: Statements::new(),
};

pub(super) static CONDITION: Table = Table {
    name: "account_condition",
    key: &["condition_id", "account_number"],
    columns: &[
        ("condition_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("kind", Kind::Plain),
        ("cause", Kind::Plain),
        ("reason", Kind::Plain),
        ("restriction", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("authority", Kind::Plain),
        ("document_no", Kind::Plain),
        ("missing_items", Kind::Json),
        ("set_by", Kind::Plain),
        ("since_time", Kind::Time),
        ("until_time", Kind::Time),
        ("ended_time", Kind::Time),
        ("ended_by", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// A row of `account_master`: what SQL readers see of an account. The freeze is the one first in
/// line.
#[derive(Debug, Serialize)]
pub(super) struct MasterRow<'a> {
    account_number: &'a str,
    account_id: &'a str,
    account_name: &'a str,
    account_status: &'static str,
    status_desc: String,
    freeze_type: Option<&'static str>,
    freeze_reason: Option<&'a str>,
    freeze_date: Option<chrono::NaiveDate>,
    customer_id: &'a str,
    branch_code: &'a str,
    opened_time: chrono::DateTime<chrono::Utc>,
    record_status: &'static str,
    product_code: &'a str,
    status_since_time: chrono::DateTime<chrono::Utc>,
    protected_kind: Option<&'static str>,
}

impl<'a> MasterRow<'a> {
    pub(super) fn of(account: &'a Account) -> Self {
        let status = account.status();
        let first = in_order(&account.freezes).into_iter().next();
        Self {
            account_number: account.profile.account_number.as_str(),
            account_id: &account.profile.account_id,
            account_name: &account.profile.account_name,
            account_status: status.code(),
            status_desc: text::status_name(status, Locale::Hans).into_owned(),
            freeze_type: first.map(|freeze| freeze.freeze_type.into()),
            freeze_reason: first.map(|freeze| freeze.freeze_reason.as_str()),
            freeze_date: first.map(|freeze| freeze.freeze_date),
            customer_id: &account.profile.customer_id,
            branch_code: &account.profile.branch_code,
            opened_time: account.profile.opened_time,
            record_status: "1",
            product_code: &account.profile.product_code,
            status_since_time: account.profile.status_since_time,
            protected_kind: account.profile.protected_kind.map(Into::into),
        }
    }
}

/// The statement that reads accounts whole; conditions, freezes and open proposals only where the mask says so. The
/// balances are found first, and the rest by their numbers, whatever a plan believes of the tables.
fn select_whole(engine: Engine) -> String {
    let frozen = mask_bit(ConditionKind::Frozen) | mask_bit(ConditionKind::Lost);
    let conditions = CONDITION.gathered(
        engine,
        "c",
        "c.account_number = b.account_number AND c.ended_time IS NULL",
    );
    let freezes = freeze::FREEZE.gathered(
        engine,
        "f",
        "f.account_number = b.account_number AND f.freeze_status IN ('ACTIVE', 'WAITING')",
    );
    let approvals = APPROVAL.gathered(
        engine,
        "a",
        "a.account_number = b.account_number AND a.state = 'PENDING'",
    );
    let master = match engine {
        Engine::Sqlite => "JOIN account_master m ON m.account_number = b.account_number",
        Engine::Postgres => {
            "CROSS JOIN LATERAL (SELECT * FROM account_master m
                WHERE m.account_number = b.account_number OFFSET 0) m"
        }
    };
    format!(
        "SELECT {balance} AS balance, m.account_id, m.account_name, m.customer_id, m.branch_code,
            m.opened_time, m.product_code, m.status_since_time, m.protected_kind,
            CASE WHEN b.condition_mask & {held} <> 0 THEN {conditions} END AS conditions,
            CASE WHEN b.condition_mask & {frozen} <> 0 THEN {freezes} END AS freezes,
            CASE WHEN b.condition_mask & {OPEN_APPROVALS} <> 0 THEN {approvals} END AS approvals
        FROM account_balance b {master} WHERE {balances}",
        balance = as_text(engine, &BALANCE.as_json(engine, "b")),
        conditions = as_text(engine, &conditions),
        freezes = as_text(engine, &freezes),
        approvals = as_text(engine, &approvals),
        held = OPEN_APPROVALS - 1,
        balances = engine.among("b.account_number", 1),
    )
}

fn whole(row: &QueryResult) -> Result<Account, Error> {
    let balance: Balance = document(row, "balance")?;
    let profile = Profile {
        account_id: row.try_get_by_index(1)?,
        account_number: balance.account_number.clone(),
        account_name: row.try_get_by_index(2)?,
        customer_id: row.try_get_by_index(3)?,
        branch_code: row.try_get_by_index(4)?,
        opened_time: row.try_get_by_index(5)?,
        product_code: row.try_get_by_index(6)?,
        status_since_time: row.try_get_by_index(7)?,
        protected_kind: protected(row.try_get_by_index(8)?)?,
    };
    let (conditions, freezes) = (list(row, "conditions")?, list(row, "freezes")?);
    let approvals = list(row, "approvals")?;
    Ok(Account { profile: Arc::new(profile), balance, conditions, freezes, approvals })
}

fn protected(stored: Option<String>) -> Result<Option<ProtectedKind>, Error> {
    let unknown = |_| Error::Corrupt(DbErr::Custom("an unknown protected kind".to_owned()));
    stored.map(|name| name.parse().map_err(unknown)).transpose()
}

/// The number in the column `account_number`.
pub(super) fn account_number(row: &QueryResult) -> Result<AccountNumber, Error> {
    let text: String = row.try_get("", "account_number")?;
    let malformed = || DbErr::Custom("an account number that isn't one".to_owned());
    AccountNumber::parse(&text).ok_or_else(|| Error::Corrupt(malformed()))
}

fn find(engine: Engine, numbers: &[&AccountNumber]) -> Statement {
    static SQL: Spelled = Spelled::new();
    let sql = SQL.get(engine, || select_whole(engine));
    engine.statement(sql, [engine.texts(numbers.iter().map(|number| number.as_str()))])
}

impl Store {
    /// Accounts as they are stored; what is unknown is left out. Lapses are the caller's.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_find(&self, numbers: &[&AccountNumber]) -> Result<Vec<Account>, Error> {
        let statement = find(self.engine, numbers);
        self.read(statement).await?.iter().map(whole).collect()
    }

    /// The numbers of a customer's accounts, in their order, after this one, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_list_of_customer(
        &self,
        customer_id: &str,
        after: Option<&AccountNumber>,
        limit: u32,
    ) -> Result<Vec<AccountNumber>, Error> {
        let sql = "SELECT account_number FROM account_master
            WHERE customer_id = $1 AND account_number > $2 ORDER BY account_number LIMIT $3";
        // Every number comes after the empty text.
        let after = after.map_or("", AccountNumber::as_str);
        let values: [Value; 3] = [customer_id.into(), after.into(), i64::from(limit).into()];
        let rows = self.read(self.engine.statement(sql, values)).await?;
        rows.iter().map(account_number).collect()
    }

    /// Accounts on which something lapses by `now`, but not these, the most overdue first, at most
    /// `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_list_lapsing<'t>(
        &self,
        now: chrono::DateTime<chrono::Utc>,
        but: impl Iterator<Item = &'t str>,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let sql = format!(
            "SELECT account_number FROM account_balance
                WHERE next_lapse_time IS NOT NULL AND next_lapse_time <= $1 AND NOT ({})
                ORDER BY next_lapse_time LIMIT $3",
            self.engine.among("account_number", 2)
        );
        let values: [Value; 3] =
            [self.engine.time(now), self.engine.texts(but), i64::from(limit).into()];
        let rows = self.read(self.engine.statement(&sql, values)).await?;
        rows.iter().map(|row| Ok(row.try_get("", "account_number")?)).collect()
    }

    /// How many accounts there are beside these.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_count_others(&self, numbers: &[&AccountNumber]) -> Result<i64, Error> {
        let among = self.engine.among("account_number", 1);
        let sql = format!("SELECT count(*) AS others FROM account_balance WHERE NOT ({among})");
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        let row = self.read(self.engine.statement(&sql, [texts])).await?.pop();
        Ok(row.map_or(Ok(0), |row| row.try_get("", "others"))?)
    }
}

impl Transaction {
    /// Locks the balance rows of accounts, in the order of their numbers, so that two replicas
    /// wait for each other but never for ever. Answers those that are locked now: an account that
    /// another replica opens a moment later is not among them, and must not be decided on. SQLite's
    /// writer has the whole file already.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_lock<'n>(
        &self,
        numbers: &[&'n AccountNumber],
    ) -> Result<Vec<&'n AccountNumber>, Error> {
        if self.engine == Engine::Sqlite {
            return Ok(numbers.to_vec());
        }
        let sql = if safeguard::stands(Safeguard::RowLock) {
            "SELECT account_number FROM account_balance WHERE account_number = ANY($1)
                ORDER BY account_number FOR UPDATE"
        } else {
            "SELECT account_number FROM account_balance WHERE account_number = ANY($1)"
        };
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        let rows = self.inner.query_all_raw(self.engine.statement(sql, [texts])).await?;
        let locked: BTreeSet<String> =
            rows.iter().map(|row| row.try_get("", "account_number")).collect::<Result<_, _>>()?;
        Ok(numbers.iter().copied().filter(|number| locked.contains(number.as_str())).collect())
    }

    /// Accounts as they are, after [`Transaction::account_lock`]: in a statement of its own,
    /// because one that waited for the lock would still see the other rows as they were before.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_find(&self, numbers: &[&AccountNumber]) -> Result<Vec<Account>, Error> {
        let rows = self.inner.query_all_raw(find(self.engine, numbers)).await?;
        rows.iter().map(whole).collect()
    }

    /// Locks and reads in one statement: what [`Safeguard::LoadAfterLock`] keeps from happening.
    pub(super) async fn account_find_locking(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Account>, Error> {
        let mut statement = find(self.engine, numbers);
        if self.engine == Engine::Postgres {
            statement.sql.push_str(" ORDER BY b.account_number FOR UPDATE OF b");
        }
        let rows = self.inner.query_all_raw(statement).await?;
        rows.iter().map(whole).collect()
    }

    /// How often a case has stopped an account for fraud.
    ///
    /// # Errors
    /// What the database says.
    pub async fn condition_count_stops(
        &self,
        number: &AccountNumber,
        case: &str,
    ) -> Result<i64, Error> {
        let sql = "SELECT count(*) AS stops FROM account_condition
            WHERE account_number = $1 AND document_no = $2 AND cause = 'STOP_FRAUD'";
        let statement = self.engine.statement(sql, [number.as_str().into(), case.into()]);
        let row = self.inner.query_one_raw(statement).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get("", "stops"))?)
    }
}
