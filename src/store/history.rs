//! `account_status_history`, append-only.

use sea_orm::sea_query::Value;

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
        ("lifecycle_before", Kind::Plain),
        ("lifecycle_after", Kind::Plain),
        ("conditions_before", Kind::Json),
        ("conditions_after", Kind::Json),
        ("previous_hash", Kind::Plain),
        ("hash", Kind::Plain),
    ],
    statements: Statements::new(),
};

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
}
