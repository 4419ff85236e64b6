//! `account_status_history`, append-only, and `status_change_order`, which tells watchers what is new.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use serde::Serialize;

use super::bulk::{Kind, Statements, Table};
use super::{Error, Store};
use crate::domain::history::StatusChange;
use crate::domain::id::AccountNumber;

pub(super) static HISTORY: Table = Table {
    name: "account_status_history",
    key: &["change_id", "account_number"],
    columns: &[
        ("change_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("sequence", Kind::Plain),
        ("old_status", Kind::Plain),
        ("new_status", Kind::Plain),
        ("change_reason", Kind::Plain),
        ("cause", Kind::Plain),
        ("change_by", Kind::Plain),
        ("change_date", Kind::Time),
        ("recorded_time", Kind::Time),
        ("approval_status", Kind::Plain),
        ("approved_by", Kind::Plain),
        ("lifecycle_before", Kind::Plain),
        ("lifecycle_after", Kind::Plain),
        ("conditions_before", Kind::Json),
        ("conditions_after", Kind::Json),
        ("previous_hash", Kind::Plain),
        ("hash", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// In which order rows of the history were committed; the position is the engine's.
pub(super) static ORDER: Table = Table {
    name: "status_change_order",
    key: &["account_number", "sequence"],
    columns: &[("account_number", Kind::Plain), ("sequence", Kind::Plain)],
    statements: Statements::new(),
};

/// A row of `status_change_order`.
#[derive(Debug, Serialize)]
pub(super) struct Place<'a> {
    account_number: &'a str,
    sequence: i64,
}

impl<'a> Place<'a> {
    pub(super) fn of(row: &'a StatusChange) -> Self {
        Self { account_number: row.account_number.as_str(), sequence: row.sequence }
    }
}

impl Store {
    /// The history of an account, newest first, below the number `before`, at most `limit` rows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn history_list(
        &self,
        number: &AccountNumber,
        before: i64,
        limit: u32,
    ) -> Result<Vec<StatusChange>, Error> {
        let sql = HISTORY.select(
            self.engine,
            "t.account_number = $1 AND t.sequence < $2 ORDER BY t.sequence DESC LIMIT $3",
        );
        let values: [Value; 3] = [number.as_str().into(), before.into(), i64::from(limit).into()];
        self.documents(self.engine.statement(&sql, values)).await
    }

    /// The last row of an account up to the number `upto` that was written down by an instant.
    ///
    /// # Errors
    /// What the database says.
    pub async fn history_find_recorded(
        &self,
        number: &AccountNumber,
        upto: i64,
        at: DateTime<Utc>,
    ) -> Result<Option<StatusChange>, Error> {
        let sql = HISTORY.select(
            self.engine,
            "t.account_number = $1 AND t.sequence <= $2 AND t.recorded_time <= $3
                ORDER BY t.sequence DESC LIMIT 1",
        );
        let values: [Value; 3] = [number.as_str().into(), upto.into(), self.engine.time(at)];
        Ok(self.documents(self.engine.statement(&sql, values)).await?.pop())
    }

    /// The rows of an account that are effective by an instant, numbered above `after` up to
    /// `upto`, oldest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn history_list_effective_after(
        &self,
        number: &AccountNumber,
        (after, upto): (i64, i64),
        at: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StatusChange>, Error> {
        let sql = HISTORY.select(
            self.engine,
            "t.account_number = $1 AND t.sequence > $2 AND t.sequence <= $3
                AND t.change_date <= $4 ORDER BY t.sequence LIMIT $5",
        );
        let values: [Value; 5] = [
            number.as_str().into(),
            after.into(),
            upto.into(),
            self.engine.time(at),
            i64::from(limit).into(),
        ];
        self.documents(self.engine.statement(&sql, values)).await
    }

    /// The rows of an account that are effective by an instant, newest first, below the number
    /// `before`, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn history_list_effective(
        &self,
        number: &AccountNumber,
        before: i64,
        at: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StatusChange>, Error> {
        let sql = HISTORY.select(
            self.engine,
            "t.account_number = $1 AND t.sequence < $2 AND t.change_date <= $3
                ORDER BY t.sequence DESC LIMIT $4",
        );
        let values: [Value; 4] =
            [number.as_str().into(), before.into(), self.engine.time(at), i64::from(limit).into()];
        self.documents(self.engine.statement(&sql, values)).await
    }
}
