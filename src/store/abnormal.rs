//! Accounts that are not NORMAL, found by one list at a time, each in the order of account numbers
//! along an index of its own; whoever asks merges them.
//!
//! Statements are planned for whatever their parameters will be, so that each combination of filters
//! has a text of its own, and what has to be found first is spelled so that it is.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;

use super::account::account_number;
use super::{Engine, Error, Store};
use crate::domain::freeze::FreezeType;
use crate::domain::id::AccountNumber;
use crate::domain::status::{AccountStatus, Cause, ConditionKind};

/// What an account's stored row must show beside what a list finds it by.
#[derive(Debug, Clone, Default)]
pub struct AbnormalFilter {
    /// The displayed status.
    pub status: Option<AccountStatus>,
    /// The branch that keeps it; empty = any.
    pub branch_code: String,
    /// The displayed status holds since then or later.
    pub since: Option<DateTime<Utc>>,
}

/// By what accounts are found.
#[derive(Debug, Clone, Copy)]
pub enum AbnormalList {
    /// By their stored status alone.
    Status,
    /// By since when it holds: for few.
    Since(DateTime<Utc>),
    /// By the kind of a stored condition.
    Condition(ConditionKind),
    /// By the cause of a stored condition.
    ConditionCause(Cause),
    /// By the type of a freeze.
    Freeze(FreezeType),
    /// By the cause of a freeze in effect, confidential ones with `true`.
    FreezeCause(Cause, bool),
    /// By a freeze that waits, confidential ones with `true`.
    Waiting(bool),
    /// By something that lapsed by now and is not written down yet, whatever the stored row shows.
    Lapsing(DateTime<Utc>),
}

/// A statement under construction.
struct Spelling {
    engine: Engine,
    sql: String,
    values: Vec<Value>,
}

impl Spelling {
    /// Adds text in which `?` stands for the value.
    fn with(&mut self, text: &str, value: Value) {
        self.values.push(value);
        self.sql.push_str(&text.replace('?', &format!("${}", self.values.len())));
    }

    /// Adds the table that accounts are found in, as `k`, and the master row behind it.
    fn from(&mut self, table: &str) {
        let master =
            self.engine.then_join("account_master m", "m.account_number = k.account_number");
        self.sql = format!("SELECT k.account_number FROM {table} k {master} WHERE ");
    }

    /// Adds a row source that is made first.
    fn first(&mut self, text: &str, at: DateTime<Utc>) {
        let rows = std::mem::take(&mut self.sql);
        self.with(&format!("WITH k AS MATERIALIZED ({text}) "), self.engine.time(at));
        self.sql.push_str(&rows);
    }
}

/// The statement of a list: account numbers after this one, at most `limit`, one perhaps twice in a
/// row.
pub fn statement(
    engine: Engine,
    list: AbnormalList,
    filter: &AbnormalFilter,
    (after, limit): (&str, u32),
) -> (String, Vec<Value>) {
    let mut spelled = Spelling { engine, sql: String::new(), values: Vec::new() };
    let open = |confidential| if confidential { "" } else { " AND k.disclosure <> 'CONFIDENTIAL'" };
    match list {
        AbnormalList::Status => {
            spelled.sql = "SELECT m.account_number FROM account_master m WHERE true".to_owned();
        }
        AbnormalList::Since(at) => {
            let recent = "SELECT account_number FROM account_master
                WHERE account_status <> '00' AND status_since_time >= ?";
            spelled.from("k");
            spelled.sql = spelled.sql.replace("FROM k k", "FROM k");
            spelled.sql.push_str("true");
            spelled.first(recent, at);
        }
        AbnormalList::Condition(kind) => {
            let kind: &'static str = kind.into();
            spelled.from("account_condition");
            spelled.with("k.kind = ? AND k.ended_time IS NULL", kind.into());
        }
        AbnormalList::ConditionCause(cause) => {
            spelled.from("account_condition");
            spelled.with("k.cause = ? AND k.ended_time IS NULL", cause.name().into());
        }
        AbnormalList::Freeze(freeze_type) => {
            let freeze_type: &'static str = freeze_type.into();
            spelled.from("account_freeze");
            let in_force = "k.freeze_type = ? AND k.freeze_status IN ('ACTIVE', 'WAITING')";
            spelled.with(in_force, freeze_type.into());
        }
        AbnormalList::FreezeCause(cause, confidential) => {
            spelled.from("account_freeze");
            spelled.with("k.cause = ? AND k.freeze_status = 'ACTIVE'", cause.name().into());
            spelled.sql.push_str(open(confidential));
        }
        AbnormalList::Waiting(confidential) => {
            let judicial: &'static str = FreezeType::Judicial.into();
            spelled.from("account_freeze");
            spelled.with("k.freeze_type = ? AND k.freeze_status = 'WAITING'", judicial.into());
            spelled.sql.push_str(open(confidential));
        }
        AbnormalList::Lapsing(now) => {
            let due = "SELECT account_number FROM account_balance
                WHERE next_lapse_time IS NOT NULL AND next_lapse_time <= ?";
            spelled.sql = "SELECT k.account_number FROM k WHERE true".to_owned();
            spelled.first(due, now);
        }
    }
    let key = if matches!(list, AbnormalList::Status) { "m" } else { "k" };
    if !matches!(list, AbnormalList::Lapsing(_)) {
        filtered(&mut spelled, list, filter);
    }
    spelled.with(&format!(" AND {key}.account_number > ?"), after.into());
    spelled.with(&format!(" ORDER BY {key}.account_number LIMIT ?"), i64::from(limit).into());
    (spelled.sql, spelled.values)
}

fn filtered(spelled: &mut Spelling, list: AbnormalList, filter: &AbnormalFilter) {
    spelled.sql.push_str(" AND m.account_status <> '00'");
    if let Some(status) = filter.status {
        spelled.with(" AND m.account_status = ?", status.code().into());
    }
    if !filter.branch_code.is_empty() {
        spelled.with(" AND m.branch_code = ?", filter.branch_code.as_str().into());
    }
    match (filter.since, list) {
        (None, _) | (Some(_), AbnormalList::Since(_)) => {}
        (Some(at), _) => {
            let at = spelled.engine.time(at);
            spelled.with(" AND m.status_since_time >= ?", at);
        }
    }
}

impl Store {
    /// The numbers of a list after this one, at most `limit`, one perhaps twice in a row.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_list_abnormal(
        &self,
        list: AbnormalList,
        filter: &AbnormalFilter,
        after: Option<&AccountNumber>,
        limit: u32,
    ) -> Result<Vec<AccountNumber>, Error> {
        // Every number comes after the empty text.
        let place = (after.map_or("", AccountNumber::as_str), limit);
        let (sql, values) = statement(self.engine, list, filter, place);
        let rows = self.read(self.engine.statement(&sql, values)).await?;
        rows.iter().map(account_number).collect()
    }

    /// How many accounts are not NORMAL since an instant or later, counted up to `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_count_abnormal_since(
        &self,
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<i64, Error> {
        let sql = "SELECT count(*) AS found FROM (SELECT status_since_time FROM account_master
            WHERE account_status <> '00' AND status_since_time >= $1 LIMIT $2) s";
        let values = [self.engine.time(since), i64::from(limit).into()];
        let row = self.read(self.engine.statement(sql, values)).await?.pop();
        Ok(row.map_or(Ok(0), |row| row.try_get("", "found"))?)
    }
}
