//! Rows as JSON documents: how every row is read.

use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use serde::de::DeserializeOwned;

use super::Error;

/// Runs a query whose one column `doc` is a JSON document of a row.
pub(super) async fn documents<T: DeserializeOwned>(
    connection: &impl ConnectionTrait,
    statement: Statement,
) -> Result<Vec<T>, Error> {
    let rows = connection.query_all_raw(statement).await?;
    rows.iter().map(|row| document(row, "doc")).collect()
}

/// Reads a column that holds a JSON document.
pub(super) fn document<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<T, Error> {
    let text: String = row.try_get("", column)?;
    parse_document(&text)
}

/// Reads a column that holds a JSON list, or NULL for an empty one.
pub(super) fn list<T: DeserializeOwned>(row: &QueryResult, column: &str) -> Result<Vec<T>, Error> {
    let text: Option<String> = row.try_get("", column)?;
    text.map_or_else(|| Ok(Vec::new()), |text| parse_document(&text))
}

pub(super) fn parse_document<T: DeserializeOwned>(text: &str) -> Result<T, Error> {
    serde_json::from_str(text).map_err(|error| {
        // Its message repeats what is stored.
        let what = format!("a stored document: {:?} at byte {}", error.classify(), error.column());
        Error::Corrupt(DbErr::Json(what))
    })
}
