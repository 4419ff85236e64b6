//! `import_run`: how far each import has come, so that one that was cut off goes on where it was.

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::bulk::{Kind, Statements, Table, Write};
use super::{Error, Store, Transaction};

/// What an import brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ImportKind {
    /// Accounts.
    Accounts,
    /// Cards.
    Cards,
    /// Freezes.
    Freezes,
    /// Transactions.
    Transactions,
}

/// A row of `import_run`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportRun {
    /// Its number. A run that goes on where another was cut off takes that row over, with a number
    /// of its own.
    pub run_id: i64,
    /// What it brings.
    pub kind: ImportKind,
    /// A hash of the options that say how the file is read.
    pub options: String,
    /// Everything before this byte of the file is done.
    pub byte_offset: i64,
    /// The line there.
    pub line: i64,
    /// The records before it.
    pub record: i64,
    /// SHA-256 of the bytes before it, hex.
    pub content_hash: String,
    /// Rows taken so far.
    pub taken: i64,
    /// Rows that were there already.
    pub present: i64,
    /// Rows that can't be taken.
    pub rejected: i64,
    /// The length of the rejects file.
    pub rejects_bytes: i64,
    /// When the import began.
    pub started_time: DateTime<Utc>,
    /// When this was written.
    pub update_time: DateTime<Utc>,
    /// When the file's end was reached.
    pub finished_time: Option<DateTime<Utc>>,
}

static IMPORT_RUN: Table = Table {
    name: "import_run",
    key: &["run_id"],
    columns: &[
        ("run_id", Kind::Plain),
        ("kind", Kind::Plain),
        ("options", Kind::Plain),
        ("byte_offset", Kind::Plain),
        ("line", Kind::Plain),
        ("record", Kind::Plain),
        ("content_hash", Kind::Plain),
        ("taken", Kind::Plain),
        ("present", Kind::Plain),
        ("rejected", Kind::Plain),
        ("rejects_bytes", Kind::Plain),
        ("started_time", Kind::Time),
        ("update_time", Kind::Time),
        ("finished_time", Kind::Time),
    ],
    statements: Statements::new(),
};

impl Store {
    /// Runs of this kind, with these options, that were cut off.
    ///
    /// # Errors
    /// What the database says.
    pub async fn import_run_list_unfinished(
        &self,
        kind: ImportKind,
        options: &str,
    ) -> Result<Vec<ImportRun>, Error> {
        let sql = IMPORT_RUN.select(
            self.engine,
            "t.kind = $1 AND t.options = $2 AND t.finished_time IS NULL ORDER BY t.byte_offset",
        );
        let kind: &str = kind.into();
        self.documents(self.engine.statement(&sql, [kind.into(), options.into()])).await
    }
}

impl Transaction {
    /// The number of the next run.
    ///
    /// # Errors
    /// What the database says.
    pub async fn import_run_next(&self) -> Result<i64, Error> {
        let sql = "SELECT coalesce(max(run_id), 0) + 1 AS next FROM import_run";
        let row = self.inner.query_one_raw(self.engine.statement(sql, [])).await?;
        Ok(row.map_or(Ok(1), |row| row.try_get("", "next"))?)
    }

    /// Gives a run another number; a conflict when it is not there any more.
    ///
    /// # Errors
    /// What the database says.
    pub async fn import_run_renumber(&self, from: i64, to: i64) -> Result<(), Error> {
        let sql = "UPDATE import_run SET run_id = $2 WHERE run_id = $1";
        let statement = self.engine.statement(sql, [from.into(), to.into()]);
        match self.inner.execute_raw(statement).await?.rows_affected() {
            1 => Ok(()),
            _ => Err(Error::Conflict(sea_orm::DbErr::RecordNotUpdated)),
        }
    }

    /// Writes a new run.
    ///
    /// # Errors
    /// What the database says; a conflict when its number is taken.
    pub async fn import_run_insert(&self, run: &ImportRun) -> Result<(), Error> {
        IMPORT_RUN.write(self, Write::Insert, [run]).await
    }

    /// Writes how far a run has come.
    ///
    /// # Errors
    /// What the database says; a conflict when another process took the run over.
    pub async fn import_run_update(&self, run: &ImportRun) -> Result<(), Error> {
        IMPORT_RUN.write(self, Write::Update, [run]).await
    }
}
