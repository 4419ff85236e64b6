//! The history's chains as whoever checks them reads them: heads and rows in pages, in one order,
//! and every row by itself, so that one which was spoilt doesn't hide the others.

use sea_orm::QueryResult;
use sea_orm::sea_query::Value;

use super::bulk::{Kind, as_text};
use super::history::HISTORY;
use super::{Engine, Error, Store, parse_document};
use crate::domain::history::StatusChange;

/// The end of an account's chain, as its balance row says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainHead {
    /// The account.
    pub account_number: String,
    /// The number of the last row.
    pub sequence: i64,
    /// The hash of the last row, hex.
    pub hash: String,
}

/// A row of a chain, as far as it can be read.
#[derive(Debug, Clone)]
pub struct ChainRow {
    /// The account that it says it belongs to.
    pub account_number: String,
    /// The number that it says it has.
    pub sequence: i64,
    /// The row; `None` when it holds what no row can hold.
    pub row: Option<StatusChange>,
}

/// A place among the rows of all accounts: behind this row.
pub type ChainPlace = (String, i64);

impl Store {
    /// The heads of the accounts that come after this one in the database's order, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn chain_list_heads(&self, after: &str, limit: u32) -> Result<Vec<ChainHead>, Error> {
        let sql = "SELECT account_number, CAST(history_seq AS bigint) AS sequence, history_head
            FROM account_balance WHERE account_number > $1 ORDER BY account_number LIMIT $2";
        let values: [Value; 2] = [after.into(), i64::from(limit).into()];
        let rows = self.read(self.engine.statement(sql, values)).await?;
        rows.iter().map(head).collect()
    }

    /// The head of an account, and whether rows stand behind it at the same moment.
    ///
    /// # Errors
    /// What the database says.
    pub async fn chain_find_head(&self, account: &str) -> Result<Option<(ChainHead, bool)>, Error> {
        let sql = "SELECT account_number, CAST(history_seq AS bigint) AS sequence, history_head,
                CASE WHEN EXISTS (SELECT 1 FROM account_status_history h
                    WHERE h.account_number = b.account_number AND h.sequence > b.history_seq)
                THEN 1 ELSE 0 END AS beyond
            FROM account_balance b WHERE account_number = $1";
        let rows = self.read(self.engine.statement(sql, [account.into()])).await?;
        let Some(row) = rows.first() else { return Ok(None) };
        Ok(Some((head(row)?, row.try_get::<i32>("", "beyond")? > 0)))
    }

    /// Rows behind a place, up to and with those of the account `last` (empty = of all that
    /// follow), by account and number, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn chain_list_rows(
        &self,
        (account, sequence): &ChainPlace,
        last: &str,
        limit: u32,
    ) -> Result<Vec<ChainRow>, Error> {
        let limit: Value = i64::from(limit).into();
        let mut values: Vec<Value> = vec![account.as_str().into(), (*sequence).into(), limit];
        // Two statements, because an index ends at a bound and not at a bound that may be none.
        let bound = if last.is_empty() {
            ""
        } else {
            values.push(last.into());
            "AND t.account_number <= $4"
        };
        let sql = select_rows(self.engine, bound);
        let rows = self.read(self.engine.statement(&sql, values)).await?;
        rows.iter().map(row).collect()
    }
}

fn select_rows(engine: Engine, bound: &str) -> String {
    // SQLite takes a text for a number; a row whose number is none is missing.
    let (document, numbered) = match engine {
        Engine::Postgres => (as_text(engine, &HISTORY.as_json(engine, "t")), ""),
        Engine::Sqlite => (forgiving_document(), "AND typeof(t.sequence) = 'integer'"),
    };
    format!(
        "SELECT t.account_number, t.sequence, {document} AS doc FROM account_status_history t
            WHERE (t.account_number, t.sequence) > ($1, $2) {bound} {numbered}
            ORDER BY t.account_number, t.sequence LIMIT $3"
    )
}

/// A row as JSON on SQLite, whatever was written into its columns: it checks no types, and its own
/// functions fail for the whole statement when one document is none.
fn forgiving_document() -> String {
    let pairs = HISTORY.columns.iter().map(|(name, kind)| match (*name, kind) {
        ("sequence", _) => "'sequence', t.sequence".to_owned(),
        (_, Kind::Plain | Kind::Time) => format!("'{name}', CAST(t.{name} AS text)"),
        (_, Kind::Json) => {
            let text = format!("CAST(t.{name} AS text)");
            format!("'{name}', CASE WHEN json_valid({text}) THEN json({text}) END")
        }
    });
    format!("json_object({})", pairs.collect::<Vec<_>>().join(", "))
}

fn head(row: &QueryResult) -> Result<ChainHead, Error> {
    Ok(ChainHead {
        account_number: row.try_get("", "account_number")?,
        sequence: row.try_get("", "sequence")?,
        hash: row.try_get("", "history_head")?,
    })
}

fn row(row: &QueryResult) -> Result<ChainRow, Error> {
    // On SQLite a text need not even be one.
    let document: Option<String> = row.try_get("", "doc").ok();
    Ok(ChainRow {
        account_number: row.try_get("", "account_number")?,
        sequence: row.try_get("", "sequence")?,
        row: document.and_then(|document| parse_document(&document).ok()),
    })
}
