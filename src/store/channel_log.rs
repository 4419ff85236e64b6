//! `channel_log`, append-only: what happened to channels. Its unique index on who asked and by which
//! request keeps a change from being made twice.

use super::bulk::{Kind, Statements, Table, Write};
use super::{Error, Store, Transaction, documents};
use crate::domain::channel::log::ChannelLog;

static CHANNEL_LOG: Table = Table {
    name: "channel_log",
    key: &["log_id"],
    columns: &[
        ("log_id", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("kind", Kind::Plain),
        ("principal", Kind::Plain),
        ("request_id", Kind::Plain),
        ("content_hash", Kind::Plain),
        ("description", Kind::Plain),
        ("detail", Kind::Json),
        ("log_time", Kind::Time),
    ],
    statements: Statements::new(),
};

impl Store {
    /// What happened, newest first, before the row of this id, at most `limit`; empty ids = of every
    /// channel, and from the newest on.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_log_list(
        &self,
        channel_id: &str,
        before: &str,
        limit: u32,
    ) -> Result<Vec<ChannelLog>, Error> {
        let of = if channel_id.is_empty() { "$1 = ''" } else { "t.channel_id = $1" };
        let condition =
            format!("{of} AND ($2 = '' OR t.log_id < $2) ORDER BY t.log_id DESC LIMIT $3");
        let sql = CHANNEL_LOG.select(self.engine, &condition);
        let values = [channel_id.into(), before.into(), i64::from(limit).into()];
        self.documents(self.engine.statement(&sql, values)).await
    }
}

impl Transaction {
    /// What was done by a request; `None` when it has done nothing.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_log_find(
        &self,
        principal: &str,
        request_id: &str,
    ) -> Result<Option<ChannelLog>, Error> {
        let condition = "t.principal = $1 AND t.request_id = $2 AND t.request_id <> ''";
        let sql = CHANNEL_LOG.select(self.engine, condition);
        let statement = self.engine.statement(&sql, [principal.into(), request_id.into()]);
        Ok(documents(&self.inner, statement).await?.pop())
    }

    /// Writes down what happened.
    ///
    /// # Errors
    /// What the database says; a conflict when the request has been written down already.
    pub async fn channel_log_insert(&self, rows: &[ChannelLog]) -> Result<(), Error> {
        CHANNEL_LOG.write(self, Write::Insert, rows).await
    }
}
