//! `withdrawal_case` and `case_entry`: trouble with money, and its way.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::case::{Case, CaseCause, CaseEntry, CaseRole, CaseState};
use crate::domain::id::{AccountNumber, CaseId, WithdrawalId};

pub(super) static CASE: Table = Table {
    name: "withdrawal_case",
    key: &["case_id", "account_number"],
    columns: &[
        ("case_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("cause", Kind::Plain),
        ("state", Kind::Plain),
        ("withdrawal_id", Kind::Plain),
        ("attempt_number", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("subject_id", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("disclosure", Kind::Plain),
        ("owner_role", Kind::Plain),
        ("owner", Kind::Plain),
        ("open_time", Kind::Time),
        ("due_time", Kind::Time),
        ("reminders", Kind::Plain),
        ("escalations", Kind::Plain),
        ("next_reminder_time", Kind::Time),
        ("acknowledged_by", Kind::Plain),
        ("acknowledge_time", Kind::Time),
        ("resolution", Kind::Plain),
        ("resolved_by", Kind::Plain),
        ("approved_by", Kind::Plain),
        ("resolve_time", Kind::Time),
        ("root_cause", Kind::Plain),
        ("analysis", Kind::Plain),
        ("update_time", Kind::Time),
        ("version", Kind::Plain),
    ],
    statements: Statements::new(),
};

pub(super) static ENTRY: Table = Table {
    name: "case_entry",
    key: &["entry_id", "account_number"],
    columns: &[
        ("entry_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("case_id", Kind::Plain),
        ("phase", Kind::Plain),
        ("kind", Kind::Plain),
        ("principal", Kind::Plain),
        ("text", Kind::Plain),
        ("institution", Kind::Plain),
        ("reference", Kind::Plain),
        ("entry_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// Which cases to list. Empty or absent = not looked at.
#[derive(Debug, Clone, Default)]
pub struct CaseFilter {
    /// Of this account.
    pub account_number: Option<AccountNumber>,
    /// In this state.
    pub state: Option<CaseState>,
    /// For this cause.
    pub cause: Option<CaseCause>,
    /// Of this role.
    pub owner_role: Option<CaseRole>,
    /// Of this owner.
    pub owner: String,
    /// About this withdrawal.
    pub withdrawal_id: String,
    /// Of this channel.
    pub channel_id: String,
    /// Due before this instant.
    pub due_before: Option<DateTime<Utc>>,
    /// Confidential ones, too.
    pub confidential: bool,
}

/// The place of a case in lists: those due soonest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CasePlace {
    /// When it is due.
    pub due_time: DateTime<Utc>,
    /// Its id.
    pub case_id: CaseId,
}

impl CasePlace {
    /// The place of this one.
    pub fn of(row: &Case) -> Self {
        Self { due_time: row.due_time, case_id: row.case_id.clone() }
    }
}

/// The statement of a list: cases after this place, at most `limit`. The index of the account's or
/// of the withdrawal's leads where one is named, else that of open ones or of all; other filters are
/// looked at row by row.
pub fn statement(
    engine: Engine,
    filter: &CaseFilter,
    after: Option<&CasePlace>,
    limit: u32,
) -> (String, Vec<Value>) {
    let (mut values, mut wanted) = (Vec::<Value>::new(), Vec::new());
    let mut is = |column: &str, value: &str| {
        if !value.is_empty() {
            values.push(value.into());
            wanted.push(format!("t.{column} = ${}", values.len()));
        }
    };
    is("account_number", filter.account_number.as_ref().map_or("", AccountNumber::as_str));
    is("withdrawal_id", &filter.withdrawal_id);
    is("state", filter.state.map_or("", Into::into));
    is("cause", filter.cause.map_or("", Into::into));
    is("owner_role", filter.owner_role.map_or("", Into::into));
    is("owner", &filter.owner);
    is("channel_id", &filter.channel_id);
    if matches!(filter.state, Some(CaseState::Open | CaseState::Waiting)) {
        wanted.push(OPEN.to_owned());
    }
    if !filter.withdrawal_id.is_empty() {
        wanted.push("t.withdrawal_id <> ''".to_owned());
    }
    if !filter.confidential {
        wanted.push("t.disclosure = 'OPEN'".to_owned());
    }
    if let Some(due) = filter.due_before {
        values.push(engine.time(due));
        wanted.push(format!("t.due_time < ${}", values.len()));
    }
    if let Some(place) = after {
        values.push(engine.time(place.due_time));
        values.push(place.case_id.as_str().into());
        let (time, id) = (values.len().saturating_sub(1), values.len());
        wanted.push(format!("(t.due_time, t.case_id) > (${time}, ${id})"));
    }
    values.push(i64::from(limit).into());
    let wanted = if wanted.is_empty() { "true".to_owned() } else { wanted.join(" AND ") };
    let order = format!("ORDER BY t.due_time, t.case_id LIMIT ${}", values.len());
    (CASE.select(engine, &format!("{wanted} {order}")), values)
}

impl Store {
    /// Cases after this place, those due soonest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_list(
        &self,
        filter: &CaseFilter,
        after: Option<&CasePlace>,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        let (sql, values) = statement(self.engine, filter, after, limit);
        self.documents(self.engine.statement(&sql, values)).await
    }

    /// A case by its id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_find(&self, id: &CaseId) -> Result<Option<Case>, Error> {
        let sql = CASE.select(self.engine, "t.case_id = $1");
        Ok(self.documents(self.engine.statement(&sql, [id.as_str().into()])).await?.pop())
    }

    /// Cases whose owner has to be reminded by `now`, the longest due first, at most `limit`; not on
    /// the accounts that are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_list_reminding<'t>(
        &self,
        now: DateTime<Utc>,
        but: impl Iterator<Item = &'t str>,
        limit: u32,
    ) -> Result<Vec<Case>, Error> {
        let left_out = self.engine.among("t.account_number", 2);
        let sql = CASE.select(
            self.engine,
            &format!(
                "t.next_reminder_time IS NOT NULL AND t.next_reminder_time <= $1
                AND NOT ({left_out}) ORDER BY t.next_reminder_time LIMIT $3"
            ),
        );
        let values = [self.engine.time(now), self.engine.texts(but), i64::from(limit).into()];
        self.documents(self.engine.statement(&sql, values)).await
    }

    /// The newest steps of a case, at most `limit`, the oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_list_entries(
        &self,
        id: &CaseId,
        limit: u32,
    ) -> Result<Vec<CaseEntry>, Error> {
        let wanted = "t.case_id = $1 ORDER BY t.entry_time DESC, t.entry_id DESC LIMIT $2";
        let sql = ENTRY.select(self.engine, wanted);
        let values = [id.as_str().into(), i64::from(limit).into()];
        let mut rows: Vec<CaseEntry> = self.documents(self.engine.statement(&sql, values)).await?;
        rows.reverse();
        Ok(rows)
    }
}

impl Transaction {
    /// Cases by their ids.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_find(&self, ids: &[&CaseId]) -> Result<Vec<Case>, Error> {
        let sql = CASE.select(self.engine, &self.engine.among("t.case_id", 1));
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// The open cases of these withdrawals.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_list_of_withdrawals(
        &self,
        ids: &[&WithdrawalId],
    ) -> Result<Vec<Case>, Error> {
        let among = self.engine.among("t.withdrawal_id", 1);
        let open = format!("{among} AND t.withdrawal_id <> '' AND {OPEN}");
        let sql = CASE.select(self.engine, &open);
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// The open cases about these objections or items in suspense.
    ///
    /// # Errors
    /// What the database says.
    pub async fn case_list_about(&self, subjects: &[&str]) -> Result<Vec<Case>, Error> {
        let among = self.engine.among("t.subject_id", 1);
        let open = format!("{among} AND t.subject_id <> '' AND {OPEN}");
        let sql = CASE.select(self.engine, &open);
        let texts = self.engine.texts(subjects.iter().copied());
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}

/// As the indexes of open cases have it.
pub(super) const OPEN: &str = "t.state IN ('OPEN', 'WAITING')";
