//! `idempotency`: what was answered under which request id.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::QueryResult;
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Spelled, Statements, Table, as_text};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::batch::{REFUSAL_REMEMBERED_DAYS, Remembered, RequestKey};
use crate::domain::id::AccountNumber;

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

impl Store {
    /// The effects that are remembered of a principal on these accounts: account, request id and
    /// content hash. By account only, because a list of pairs may be planned as a scan.
    ///
    /// # Errors
    /// What the database says.
    pub async fn idempotency_find_effects(
        &self,
        principal: &str,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<(String, String, String)>, Error> {
        let among = self.engine.among("account_number", 1);
        let sql = format!(
            "SELECT account_number, request_id, content_hash FROM idempotency
                WHERE {among} AND principal = $2 AND class = 'EFFECT'"
        );
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        let rows = self.read(self.engine.statement(&sql, [texts, principal.into()])).await?;
        let text = |row: &QueryResult, column| row.try_get::<String>("", column);
        rows.iter()
            .map(|row| {
                let (account, request) = (text(row, "account_number")?, text(row, "request_id")?);
                Ok((account, request, text(row, "content_hash")?))
            })
            .collect()
    }
}

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
        static SQL: Spelled = Spelled::new();
        let engine = self.engine;
        let sql = SQL.get(engine, || find_each(engine));
        let oldest = oldest_refusal(now);
        let texts = |part: fn(&RequestKey) -> &str| engine.texts(keys.iter().map(part));
        let values: [Value; 4] = [
            texts(|(account, _, _)| account.as_str()),
            texts(|(_, principal, _)| principal),
            texts(|(_, _, request)| request.as_str()),
            engine.time(oldest),
        ];
        documents(&self.inner, engine.statement(sql, values)).await
    }
}

/// A refusal of this instant or before is forgotten.
pub(super) fn oldest_refusal(now: DateTime<Utc>) -> DateTime<Utc> {
    now - TimeDelta::days(REFUSAL_REMEMBERED_DAYS)
}

/// One search of the key for each request, whatever the plan believes of the table: a plan is kept
/// with its connection, and one made while the table was empty would walk all of it later.
fn find_each(engine: Engine) -> String {
    let row = as_text(engine, &IDEMPOTENCY.as_json(engine, "t"));
    let remembered = "t.class = 'EFFECT' OR t.recorded_time > $4";
    match engine {
        Engine::Postgres => format!(
            "SELECT {row} AS doc FROM unnest($1::text[], $2::text[], $3::text[])
                AS k (account_number, principal, request_id)
            CROSS JOIN LATERAL (SELECT * FROM idempotency t WHERE t.account_number = k.account_number
                AND t.principal = k.principal AND t.request_id = k.request_id
                AND ({remembered}) OFFSET 0) t"
        ),
        Engine::Sqlite => format!(
            "SELECT {row} AS doc FROM json_each($1) a CROSS JOIN idempotency t
                ON t.account_number = a.value
                    AND t.principal = $2->>a.key AND t.request_id = $3->>a.key
            WHERE {remembered}"
        ),
    }
}
