//! `channel_lease`: how much of a channel's quota or deposit was handed out to replicas.

use sea_orm::ConnectionTrait;

use super::channel::locked;
use super::{Error, Transaction};
use crate::domain::channel::quota::LeaseKey;

impl Transaction {
    /// How much was handed out, locked until the transaction ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_lease_lock(&self, key: &LeaseKey) -> Result<i64, Error> {
        let sql = "INSERT INTO channel_lease (channel_id, kind, currency_code, period, leased)
            VALUES ($1, $2, $3, $4, 0) ON CONFLICT DO NOTHING";
        self.inner.execute_raw(self.engine.statement(sql, values(key))).await?;
        let one = "t.channel_id = $1 AND t.kind = $2 AND t.currency_code = $3 AND t.period = $4";
        let one = locked(self.engine, one);
        let sql = format!("SELECT t.leased FROM channel_lease t WHERE {one}");
        let row = self.inner.query_one_raw(self.engine.statement(&sql, values(key))).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get("", "leased"))?)
    }

    /// Changes how much was handed out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn channel_lease_add(&self, key: &LeaseKey, amount: i64) -> Result<(), Error> {
        let sql = "UPDATE channel_lease SET leased = leased + $5
            WHERE channel_id = $1 AND kind = $2 AND currency_code = $3 AND period = $4";
        let values = values(key).into_iter().chain([amount.into()]);
        self.inner.execute_raw(self.engine.statement(sql, values)).await?;
        Ok(())
    }
}

fn values(key: &LeaseKey) -> [sea_orm::Value; 4] {
    let kind: &str = key.kind.into();
    [
        key.channel_id.as_str().into(),
        kind.into(),
        key.currency_code.as_str().into(),
        key.period.as_str().into(),
    ]
}
