//! `transaction_log`, append-only.

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Statements, Table};
use super::{Error, Transaction, documents};
use crate::domain::id::{AccountNumber, TransactionId};
use crate::domain::transaction::Transaction as Posted;

pub(super) static TRANSACTION_LOG: Table = Table {
    name: "transaction_log",
    key: &["transaction_id", "account_number"],
    columns: &[
        ("transaction_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("entry_seq", Kind::Plain),
        ("transaction_type", Kind::Plain),
        ("transaction_amount", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("direction", Kind::Plain),
        ("mode", Kind::Plain),
        ("initiator", Kind::Plain),
        ("entry_channel", Kind::Plain),
        ("purpose", Kind::Plain),
        ("counterparty_account", Kind::Plain),
        ("counterparty_name", Kind::Plain),
        ("value_time", Kind::Time),
        ("recorded_time", Kind::Time),
        ("transaction_date", Kind::Plain),
        ("transaction_time", Kind::Plain),
        ("balance_after_minor", Kind::Plain),
        ("available_after_minor", Kind::Plain),
        ("recorded_by", Kind::Plain),
        ("risk_score", Kind::Plain),
        ("risk_flag", Kind::Plain),
        ("origin", Kind::Plain),
        ("booking", Kind::Plain),
    ],
    statements: Statements::new(),
};

impl Transaction {
    /// The last postings of an account, newest first, at most `limit`. Imported history is none.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_list_newest(
        &self,
        number: &AccountNumber,
        limit: usize,
    ) -> Result<Vec<Posted>, Error> {
        let sql = TRANSACTION_LOG.select(
            self.engine,
            "t.account_number = $1 AND t.entry_seq > 0 ORDER BY t.entry_seq DESC LIMIT $2",
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let values: [Value; 2] = [number.as_str().into(), limit.into()];
        documents(&self.inner, self.engine.statement(&sql, values)).await
    }

    /// Transactions by their ids, of whichever accounts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_list_named(&self, ids: &[String]) -> Result<Vec<Posted>, Error> {
        let sql = TRANSACTION_LOG.select(self.engine, &self.engine.among("t.transaction_id", 1));
        let texts = self.engine.texts(ids.iter().map(String::as_str));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// Which of these transactions exist.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_find_existing(
        &self,
        keys: &[(&AccountNumber, &TransactionId)],
    ) -> Result<Vec<(String, String)>, Error> {
        let among = self.engine.among("transaction_id", 1);
        let sql =
            format!("SELECT account_number, transaction_id FROM transaction_log WHERE {among}");
        let texts = self.engine.texts(keys.iter().map(|(_, id)| id.as_str()));
        let rows = self.inner.query_all_raw(self.engine.statement(&sql, [texts])).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("", "account_number")?, row.try_get("", "transaction_id")?)))
            .collect()
    }
}
