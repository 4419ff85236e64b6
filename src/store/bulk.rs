//! Many rows of one table in one statement, whose text never changes with their number: the rows
//! travel as one JSON document, which PostgreSQL and SQLite spread into columns.

use std::sync::OnceLock;

use chrono::{DateTime, SecondsFormat, Utc};
use sea_orm::{ConnectionTrait, DbErr};
use serde::Serialize;
use serde_json::Value as Json;

use super::{Engine, Error, Transaction};

/// How a column is kept where the engines differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Texts, numbers and days.
    Plain,
    /// An instant.
    Time,
    /// A JSON document.
    Json,
}

/// A table as rows are written to it and read from it.
#[derive(Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// The columns of its primary key.
    pub key: &'static [&'static str],
    /// The columns that rows have, as the row's struct names them.
    pub columns: &'static [(&'static str, Kind)],
    /// The texts of its statements, made once.
    pub statements: Statements,
}

/// The texts of a table's bulk statements, each made when it is first needed: they never change,
/// and the hot path shall not spell them out for every batch.
#[derive(Debug)]
pub struct Statements([OnceLock<String>; 10]);

impl Statements {
    /// None made yet.
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; 10])
    }

    fn get_or_init(&self, engine: Engine, write: Write, make: impl FnOnce() -> String) -> &str {
        let place = match (engine, write) {
            (Engine::Sqlite, Write::Insert) => 0,
            (Engine::Sqlite, Write::Upsert) => 1,
            (Engine::Sqlite, Write::UpsertOver(_)) => 2,
            (Engine::Sqlite, Write::Update) => 3,
            (Engine::Postgres, Write::Insert) => 4,
            (Engine::Postgres, Write::Upsert) => 5,
            (Engine::Postgres, Write::UpsertOver(_)) => 6,
            (Engine::Postgres, Write::Update) => 7,
            (Engine::Sqlite, Write::Keep) => 8,
            (Engine::Postgres, Write::Keep) => 9,
        };
        self.0[place].get_or_init(make)
    }
}

/// What becomes of a row whose key exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Write {
    /// It must not exist.
    Insert,
    /// It is replaced.
    Upsert,
    /// It is replaced where this condition holds, always the same for a table.
    UpsertOver(&'static str),
    /// It exists, and is replaced.
    Update,
    /// It stays as it is.
    Keep,
}

/// The text of a statement, spelled out once in each engine's words.
#[derive(Debug)]
pub(super) struct Spelled([OnceLock<String>; 2]);

impl Spelled {
    /// Not spelled out yet.
    pub(super) const fn new() -> Self {
        Self([const { OnceLock::new() }; 2])
    }

    /// The text for an engine; `spell` makes it when it is first asked for.
    pub(super) fn get(&self, engine: Engine, spell: impl FnOnce() -> String) -> &str {
        let place = match engine {
            Engine::Sqlite => 0,
            Engine::Postgres => 1,
        };
        self.0[place].get_or_init(spell)
    }
}

fn fault(error: serde_json::Error) -> Error {
    Error::Corrupt(DbErr::Json(error.to_string()))
}

/// An instant as SQLite keeps it: of one width, so that texts sort as times do.
pub fn sortable_time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Micros, false)
}

impl Table {
    /// Writes rows. Nothing happens when there are none.
    ///
    /// # Errors
    /// What the database says; a row that another writer kept from being written is a conflict.
    pub async fn write<R: Serialize>(
        &self,
        transaction: &Transaction,
        write: Write,
        rows: impl IntoIterator<Item = R>,
    ) -> Result<(), Error> {
        let rows: Vec<R> = rows.into_iter().collect();
        if rows.is_empty() {
            return Ok(());
        }
        let engine = transaction.engine;
        let document = self.rows_as_json(engine, &rows)?;
        let sql = self.statements.get_or_init(engine, write, || self.sql(engine, write));
        let done = transaction.inner.execute_raw(engine.statement(sql, [document.into()])).await?;
        if write == Write::Keep || done.rows_affected() == rows.len() as u64 {
            Ok(())
        } else {
            Err(Error::Conflict(DbErr::RecordNotUpdated))
        }
    }

    /// Rows as the one parameter of a statement that writes them.
    pub(super) fn rows_as_json<R: Serialize>(
        &self,
        engine: Engine,
        rows: &[R],
    ) -> Result<String, Error> {
        match engine {
            Engine::Postgres => serde_json::to_string(rows).map_err(fault),
            Engine::Sqlite => self.with_sortable_times(rows),
        }
    }

    /// The rows for SQLite, which keeps a time as the text that it is given.
    fn with_sortable_times<R: Serialize>(&self, rows: &[R]) -> Result<String, Error> {
        let mut rows = serde_json::to_value(rows).map_err(fault)?;
        for row in rows.as_array_mut().into_iter().flatten() {
            for (column, kind) in self.columns {
                if let (Kind::Time, Some(Json::String(text))) = (kind, row.get_mut(*column)) {
                    let at = text.parse::<DateTime<Utc>>().map_err(|error| {
                        Error::Corrupt(DbErr::Json(format!("{column}: {error}")))
                    })?;
                    *text = sortable_time(at);
                }
            }
        }
        Ok(rows.to_string())
    }

    /// The columns, from what rows are read, the value of each column, and what has to stand before.
    fn spread(&self, engine: Engine) -> (Vec<&str>, String, Vec<String>, &'static str) {
        let names: Vec<&str> = self.columns.iter().map(|(name, _)| *name).collect();
        let (source, values) = match engine {
            Engine::Postgres => {
                let source = format!("json_populate_recordset(NULL::{}, $1::json) AS r", self.name);
                let values = names.iter().map(|name| format!("r.{name}"));
                (source, values.collect::<Vec<_>>())
            }
            Engine::Sqlite => {
                let values = names.iter().map(|name| format!("r.row->>'{name}'"));
                ("r".to_owned(), values.collect())
            }
        };
        // Asked for column by column, json_each would spell each row out as text once a column.
        let with = match engine {
            Engine::Postgres => "",
            Engine::Sqlite => "WITH r AS MATERIALIZED (SELECT value AS row FROM json_each($1)) ",
        };
        (names, source, values, with)
    }

    /// The statement that inserts rows, without what becomes of those that are there.
    pub(super) fn insertion(&self, engine: Engine) -> String {
        let (names, source, values, with) = self.spread(engine);
        let (name, list, values) = (self.name, names.join(", "), values.join(", "));
        format!("{with}INSERT INTO {name} ({list}) SELECT {values} FROM {source}")
    }

    fn sql(&self, engine: Engine, write: Write) -> String {
        let (names, source, values, with) = self.spread(engine);
        let others = || names.iter().zip(&values).filter(|(name, _)| !self.key.contains(name));
        let insert = self.insertion(engine);
        match write {
            Write::Insert => insert,
            Write::Keep => {
                format!("{insert} WHERE true ON CONFLICT ({}) DO NOTHING", self.key.join(", "))
            }
            Write::Upsert | Write::UpsertOver(_) => {
                let set: Vec<String> =
                    others().map(|(name, _)| format!("{name} = excluded.{name}")).collect();
                let only = match write {
                    Write::UpsertOver(condition) => format!(" WHERE {condition}"),
                    Write::Insert | Write::Upsert | Write::Update | Write::Keep => String::new(),
                };
                // SQLite needs the WHERE to tell ON CONFLICT from a join's ON.
                format!(
                    "{insert} WHERE true ON CONFLICT ({}) DO UPDATE SET {}{only}",
                    self.key.join(", "),
                    set.join(", ")
                )
            }
            Write::Update => {
                let set: Vec<String> =
                    others().map(|(name, value)| format!("{name} = {value}")).collect();
                let same: Vec<String> = names
                    .iter()
                    .zip(&values)
                    .filter(|(name, _)| self.key.contains(name))
                    .map(|(name, value)| format!("t.{name} = {value}"))
                    .collect();
                format!(
                    "{with}UPDATE {} AS t SET {} FROM {source} WHERE {}",
                    self.name,
                    set.join(", "),
                    same.join(" AND ")
                )
            }
        }
    }

    /// An expression that reads a whole row of this table, under the alias given, as JSON.
    pub(super) fn as_json(&self, engine: Engine, alias: &str) -> String {
        match engine {
            Engine::Postgres => format!("row_to_json({alias})"),
            Engine::Sqlite => {
                let pairs: Vec<String> = self
                    .columns
                    .iter()
                    .map(|(name, kind)| match kind {
                        Kind::Plain | Kind::Time => format!("'{name}', {alias}.{name}"),
                        Kind::Json => format!("'{name}', json({alias}.{name})"),
                    })
                    .collect();
                format!("json_object({})", pairs.join(", "))
            }
        }
    }

    /// A scalar expression that gathers rows of this table into one JSON list; NULL or `[]` when
    /// there are none.
    pub(super) fn gathered(&self, engine: Engine, alias: &str, condition: &str) -> String {
        let row = self.as_json(engine, alias);
        let gather = gather(engine);
        format!("(SELECT {gather}({row}) FROM {} {alias} WHERE {condition})", self.name)
    }

    /// [`Table::gathered`] of the rows that this sub-select of the table, under the alias given, picks.
    pub(super) fn gathered_of(&self, engine: Engine, alias: &str, condition: &str) -> String {
        let row = self.as_json(engine, alias);
        let gather = gather(engine);
        let picked = format!("SELECT * FROM {} {alias} WHERE {condition}", self.name);
        format!("(SELECT {gather}({row}) FROM ({picked}) {alias})")
    }

    /// `SELECT … AS doc FROM table t WHERE …`, read with [`super::documents`].
    pub(super) fn select(&self, engine: Engine, condition: &str) -> String {
        let row = as_text(engine, &self.as_json(engine, "t"));
        format!("SELECT {row} AS doc FROM {} t WHERE {condition}", self.name)
    }
}

fn gather(engine: Engine) -> &'static str {
    match engine {
        Engine::Postgres => "json_agg",
        Engine::Sqlite => "json_group_array",
    }
}

/// A JSON expression as text, which both engines hand out alike.
pub(super) fn as_text(engine: Engine, expression: &str) -> String {
    match engine {
        Engine::Postgres => format!("({expression})::text"),
        Engine::Sqlite => expression.to_owned(),
    }
}
