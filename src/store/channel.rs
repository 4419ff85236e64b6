//! `channel`: the payout channels. A small table with a key of its own.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, QueryResult};

use super::bulk::{Kind, Statements, Table, Write};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::channel::Channel;
use crate::domain::id::ChannelId;

pub(super) static CHANNEL: Table = Table {
    name: "channel",
    key: &["channel_id"],
    columns: &[
        ("channel_id", Kind::Plain),
        ("url", Kind::Plain),
        ("channel_name", Kind::Plain),
        ("state", Kind::Plain),
        ("state_reason", Kind::Plain),
        ("reopen_time", Kind::Time),
        ("role", Kind::Plain),
        ("priority", Kind::Plain),
        ("ranges", Kind::Json),
        ("bank_codes", Kind::Json),
        ("refused_bank_codes", Kind::Json),
        ("hours", Kind::Json),
        ("daily_count", Kind::Plain),
        ("in_flight_max", Kind::Plain),
        ("promise_secs", Kind::Plain),
        ("min_success_permille", Kind::Plain),
        ("slow_ms", Kind::Plain),
        ("probe_secs", Kind::Plain),
        ("version", Kind::Plain),
        ("created_by", Kind::Plain),
        ("create_time", Kind::Time),
        ("updated_by", Kind::Plain),
        ("update_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// The most channels that there may be.
pub const CHANNELS_MAX: u32 = 200;

impl Store {
    /// Every channel, by its id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_list(&self) -> Result<Vec<Channel>, Error> {
        let sql = CHANNEL.select(self.engine, "true ORDER BY t.channel_id LIMIT $1");
        self.documents(self.engine.statement(&sql, [i64::from(CHANNELS_MAX).into()])).await
    }
}

impl Store {
    /// How many attempts each channel may still pay.
    ///
    /// # Errors
    /// What the database says.
    pub async fn attempt_count_open(&self) -> Result<BTreeMap<String, i64>, Error> {
        let sql = "SELECT channel_id, count(*) AS open FROM attempt
            WHERE state IN ('INTENT', 'ACCEPTED', 'UNKNOWN') GROUP BY channel_id";
        let rows = self.read(self.engine.statement(sql, [])).await?;
        let count = |row: &QueryResult| -> Result<_, Error> {
            Ok((row.try_get("", "channel_id")?, row.try_get("", "open")?))
        };
        rows.iter().map(count).collect()
    }
}

impl Transaction {
    /// A channel, locked until the transaction ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_lock(&self, id: &ChannelId) -> Result<Option<Channel>, Error> {
        let sql = CHANNEL.select(self.engine, &locked(self.engine, "t.channel_id = $1"));
        let statement = self.engine.statement(&sql, [id.as_str().into()]);
        Ok(documents(&self.inner, statement).await?.pop())
    }

    /// How many channels there are. All are locked until the transaction ends, so that of two that
    /// would make another, the second counts what the first made.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_count_locked(&self) -> Result<usize, Error> {
        let lock = locked(self.engine, "SELECT t.channel_id FROM channel t ORDER BY t.channel_id");
        self.inner.query_all_raw(self.engine.statement(&lock, [])).await?;
        let count = "SELECT t.channel_id FROM channel t";
        Ok(self.inner.query_all_raw(self.engine.statement(count, [])).await?.len())
    }

    /// Writes channels that aren't there yet.
    ///
    /// # Errors
    /// What the database says; a conflict when one is there.
    pub async fn channel_insert(&self, row: &Channel) -> Result<(), Error> {
        CHANNEL.write(self, Write::Insert, [row]).await
    }

    /// Writes a channel over.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_update(&self, row: &Channel) -> Result<(), Error> {
        CHANNEL.write(self, Write::Update, [row]).await
    }
}

/// A condition whose rows are locked; SQLite has one writer, whose transaction is all the lock.
pub(super) fn locked(engine: Engine, condition: &str) -> String {
    match engine {
        Engine::Sqlite => condition.to_owned(),
        Engine::Postgres => format!("{condition} FOR UPDATE OF t"),
    }
}
