//! `attempt` and `evidence`: the attempts to pay withdrawals, and all that was said of them.

use super::bulk::{Kind, Spelled, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::Evidence;

pub(super) static ATTEMPT: Table = Table {
    name: "attempt",
    key: &["withdrawal_id", "number", "account_number"],
    columns: &[
        ("withdrawal_id", Kind::Plain),
        ("number", Kind::Plain),
        ("account_number", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("state", Kind::Plain),
        ("reason", Kind::Plain),
        ("epoch", Kind::Plain),
        ("retries", Kind::Plain),
        ("inquiries", Kind::Plain),
        ("last_said", Kind::Plain),
        ("create_time", Kind::Time),
        ("update_time", Kind::Time),
        ("choice", Kind::Json),
        ("sent_until_time", Kind::Time),
        ("was_unknown", Kind::Plain),
    ],
    statements: Statements::new(),
};

pub(super) static EVIDENCE: Table = Table {
    name: "evidence",
    key: &["withdrawal_id", "number", "evidence_id", "account_number"],
    columns: &[
        ("withdrawal_id", Kind::Plain),
        ("number", Kind::Plain),
        ("evidence_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("source", Kind::Plain),
        ("said", Kind::Plain),
        ("reason", Kind::Plain),
        ("channel_code", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("effect", Kind::Plain),
        ("received_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// A scalar expression that gathers the newest evidence of the withdrawal `$1`, at most `$2` rows,
/// into one JSON list.
pub(super) fn newest_evidence(engine: Engine) -> String {
    let row = EVIDENCE.as_json(engine, "e");
    let gather = match engine {
        Engine::Postgres => "json_agg",
        Engine::Sqlite => "json_group_array",
    };
    format!(
        "(SELECT {gather}({row}) FROM (SELECT * FROM evidence WHERE withdrawal_id = $1
            ORDER BY received_time DESC, number DESC, evidence_id DESC LIMIT $2) e)"
    )
}

impl Store {
    /// To which channel each of these keys was given, as far as they were given out, by the key's text.
    ///
    /// # Errors
    /// What the database says.
    pub async fn attempt_channels(
        &self,
        keys: &[PayoutKey],
    ) -> Result<Vec<(String, ChannelId)>, Error> {
        let sql = of_each(self.engine);
        let texts = self.engine.texts(keys.iter().map(|key| key.withdrawal_id.as_str()));
        let rows: Vec<Attempt> = self.documents(self.engine.statement(&sql, [texts])).await?;
        Ok(rows.into_iter().map(|row| (row.key().to_string(), row.channel_id)).collect())
    }
}

impl Transaction {
    /// The attempts to pay these withdrawals, in order.
    ///
    /// # Errors
    /// What the database says.
    pub async fn attempt_find(&self, ids: &[&WithdrawalId]) -> Result<Vec<Attempt>, Error> {
        static SQL: Spelled = Spelled::new();
        let sql = SQL.get(self.engine, || of_each(self.engine));
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        let mut rows: Vec<Attempt> =
            documents(&self.inner, self.engine.statement(sql, [texts])).await?;
        rows.sort_by(|a, b| (&a.withdrawal_id, a.number).cmp(&(&b.withdrawal_id, b.number)));
        Ok(rows)
    }

    /// What contradicted the books about these withdrawals.
    ///
    /// # Errors
    /// What the database says.
    pub async fn evidence_list_contradicting(
        &self,
        ids: &[&WithdrawalId],
    ) -> Result<Vec<Evidence>, Error> {
        let of_each = self.engine.among("t.withdrawal_id", 1);
        let wanted = format!("{of_each} AND t.effect = 'CONTRADICTION'");
        let sql = EVIDENCE.select(self.engine, &wanted);
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}

/// One search of the key for each withdrawal.
fn of_each(engine: Engine) -> String {
    ATTEMPT.select(engine, &engine.among("t.withdrawal_id", 1))
}
