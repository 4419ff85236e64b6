//! `idempotency`: what was answered under which request id.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Statements, Table};
use super::{Engine, Error, Transaction, documents};
use crate::domain::batch::{REFUSAL_REMEMBERED_DAYS, Remembered, RequestKey};

pub(super) static IDEMPOTENCY: Table = Table {
    name: "idempotency",
    key: &["account_number", "principal", "request_id"],
    columns: &[
        ("account_number", Kind::Plain),
        ("principal", Kind::Plain),
        ("request_id", Kind::Plain),
        ("content_hash", Kind::Plain),
        ("outcome", Kind::Plain),
        ("class", Kind::Plain),
        ("recorded_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// Which row a new answer may replace: a refusal, when its time is over. An effect stands for ever.
pub(super) const FORGETTABLE: &str = "idempotency.class = 'REFUSAL'";

impl Transaction {
    /// What is remembered of these requests. A refusal older than its time counts as forgotten,
    /// and the next answer takes its place.
    ///
    /// # Errors
    /// What the database says.
    pub async fn idempotency_find(
        &self,
        keys: &[RequestKey],
        now: DateTime<Utc>,
    ) -> Result<Vec<Remembered>, Error> {
        let engine = self.engine;
        let wanted = match engine {
            Engine::Postgres => "SELECT * FROM unnest($1::text[], $2::text[], $3::text[])",
            Engine::Sqlite => {
                "SELECT a.value, p.value, r.value FROM json_each($1) a
                    JOIN json_each($2) p ON p.key = a.key JOIN json_each($3) r ON r.key = a.key"
            }
        };
        let sql = IDEMPOTENCY.select(
            engine,
            &format!(
                "(t.account_number, t.principal, t.request_id) IN ({wanted})
                    AND (t.class = 'EFFECT' OR t.recorded_time > $4)"
            ),
        );
        let oldest = now - TimeDelta::days(REFUSAL_REMEMBERED_DAYS);
        let values: [Value; 4] = [
            engine.texts(keys.iter().map(|(account, _, _)| account.as_str())),
            engine.texts(keys.iter().map(|(_, principal, _)| &**principal)),
            engine.texts(keys.iter().map(|(_, _, request)| request.as_str())),
            engine.time(oldest),
        ];
        documents(&self.inner, engine.statement(&sql, values)).await
    }
}
