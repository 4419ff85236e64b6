//! The database: the only place that knows sea-orm. A file is a table with its named queries;
//! [`load`] and [`save`] serve a batch of commands, [`bulk`] writes many rows in one statement.
//!
//! Both engines run the same statements but for a few words, which [`Engine`] holds. What stands
//! here keeps to what a PostgreSQL sharded by account_number can do.

pub mod abnormal;
pub mod account;
pub mod approval;
mod attempt;
pub mod bulk;
pub mod card;
pub mod case;
pub mod chain;
pub mod channel;
pub mod channel_lease;
pub mod channel_log;
mod document;
mod error;
pub mod event;
pub mod freeze;
pub mod freeze_list;
pub mod history;
pub mod idempotency;
pub mod import_run;
pub mod inbox;
pub mod intake;
pub mod load;
mod load_cases;
mod master;
pub mod migrate;
pub mod objection;
pub mod platform;
pub mod review;
pub mod rollup;
pub mod save;
pub mod statement;
pub mod suspense;
mod tally;
pub mod transaction_log;
pub mod watched;
pub mod withdrawal;

use std::time::Duration;

use chrono::{DateTime, Utc};
use log::LevelFilter;
use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::sqlx::{self, Connection as _, PgConnection};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, DbBackend,
    DbErr, QueryResult, SqliteTransactionMode, Statement, TransactionOptions, TransactionTrait,
};
use serde::de::DeserializeOwned;

use self::document::{document, documents, list, parse_document};
pub use self::error::Error;
use self::error::is_dead_connection;
use crate::domain::freeze::line::CROWD;

/// Which database it is, and the words in which the two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// Embedded: one writer.
    Sqlite,
    /// A server: rows are locked.
    Postgres,
}

impl Engine {
    /// The engine that a URL names.
    pub fn of_url(url: &str) -> Option<Self> {
        let (scheme, _) = url.split_once(':')?;
        match scheme {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }

    /// A condition that a column is among the texts bound at `$n` (see [`Engine::texts`]).
    fn among(self, column: &str, n: u8) -> String {
        match self {
            Self::Sqlite => format!("{column} IN (SELECT value FROM json_each(${n}))"),
            Self::Postgres => format!("{column} = ANY(${n})"),
        }
    }

    /// A join with a table, named with its alias, after everything before it was found, whatever a
    /// plan believes of the tables.
    fn then_join(self, table: &str, condition: &str) -> String {
        match self {
            Self::Sqlite => format!("CROSS JOIN {table} ON {condition}"),
            Self::Postgres => {
                let alias = table.split_whitespace().last().unwrap_or(table);
                format!(
                    "CROSS JOIN LATERAL (SELECT * FROM {table} WHERE {condition} OFFSET 0) {alias}"
                )
            }
        }
    }

    /// A list of texts as one parameter, so that the statement's text stays the same.
    fn texts<'t>(self, texts: impl Iterator<Item = &'t str>) -> Value {
        match self {
            Self::Sqlite => {
                let list: Vec<&str> = texts.collect();
                serde_json::to_string(&list).expect("texts are JSON").into()
            }
            Self::Postgres => {
                let values: Vec<Value> = texts.map(Value::from).collect();
                Value::Array(ArrayType::String, Some(Box::new(values)))
            }
        }
    }

    /// An instant as a parameter: SQLite keeps times as text of one width, which sorts by time.
    fn time(self, at: DateTime<Utc>) -> Value {
        match self {
            Self::Sqlite => bulk::sortable_time(at).into(),
            Self::Postgres => at.into(),
        }
    }

    fn statement(self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }
}

/// A connected database.
#[derive(Debug, Clone)]
pub struct Store {
    engine: Engine,
    pools: Pools,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    crowd: i64,
}

/// How many connections of each kind a store keeps.
#[derive(Debug, Clone, Copy)]
pub struct Pools {
    /// Connections that commit batches: one for each lane; SQLite has one.
    pub writers: u32,
    /// Connections that answer reads.
    pub readers: u32,
}

const SLOW_STATEMENT: Duration = Duration::from_millis(500);
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(2);
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(30);
const CONNECT_TRIES: u32 = 20;
const CONNECT_PAUSE: Duration = Duration::from_millis(50);
/// How long a ping may take.
const PING_TIMEOUT: Duration = Duration::from_secs(2);
/// How long PostgreSQL works on one statement.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a read may take in all. The server bounds its statements by itself; this is for a server
/// that isn't heard of any more, and it would be waited for without an end.
const READ_TIMEOUT: Duration = Duration::from_secs(12);
/// How long a statement waits for a lock: other writers hold theirs for one batch. SQLite waits as
/// long for the file.
const LOCK_TIMEOUT: Duration = Duration::from_secs(5);
/// Pages that each SQLite connection keeps, in KiB; the default of 2,000 reads the upper pages of
/// large tables over and over.
const SQLITE_CACHE_KIB: u32 = 4_000;
/// After how much idleness within a transaction PostgreSQL ends it. The ledger only decides between
/// statements, so one that idles is lost: its rows have to be free for whoever goes on.
const IDLE_IN_TRANSACTION_TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of the SQLite file that are read where the system keeps them, without a copy for each page.
const SQLITE_MAPPED_BYTES: u32 = 128 << 20;
/// How PostgreSQL plans our statements. Each has an index and few keys. A plan is kept with its
/// connection, and one made while a table was empty would scan or hash all of it when it is full. One
/// plan fits all parameters, so none is made anew for each execution. Where a plan can't do without
/// walking over a table, a small one, it counts as so dear that it would be compiled to machine code
/// each time it is executed, for tenths of a second.
const PLANS: [(&str, &str); 5] = [
    ("enable_seqscan", "off"),
    ("enable_hashjoin", "off"),
    ("enable_mergejoin", "off"),
    ("plan_cache_mode", "force_generic_plan"),
    ("jit", "off"),
];
/// How long closing waits for connections that are in use.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(3);

impl Store {
    /// Connects to `sqlite://FILE?mode=rwc` or `postgres://…`.
    ///
    /// # Errors
    /// When the database cannot be reached, or the URL names another engine.
    pub async fn connect(url: &str, pools: Pools) -> Result<Self, Error> {
        let unknown = || DbErr::Custom("the URL must begin with sqlite:// or postgres://".into());
        let engine = Engine::of_url(url).ok_or_else(|| Error::Corrupt(unknown()))?;
        let writers = if engine == Engine::Sqlite { 1 } else { pools.writers };
        let writer = connect(options(engine, url, writers)).await?;
        let reader = connect(options(engine, url, pools.readers)).await?;
        Ok(Self { engine, pools, writer, reader, crowd: CROWD })
    }

    /// Which engine it is.
    pub fn engine(&self) -> Engine {
        self.engine
    }

    /// Whether the database answers, within [`PING_TIMEOUT`].
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping(&self) -> Result<(), Error> {
        let read = self.read(self.engine.statement("SELECT 1", []));
        match tokio::time::timeout(PING_TIMEOUT, read).await {
            Ok(read) => read.map(|_row| ()),
            Err(_elapsed) => Err(Error::timed_out("the ping")),
        }
    }

    /// Begins a transaction that will write. Only the ledger's lanes do.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<Transaction, Error> {
        // SQLite's default is DEFERRED: a read-then-write transaction would fail with BUSY.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        // Nothing has happened at BEGIN, so a connection that died unnoticed costs only the try.
        for _ in 0..self.pools.writers {
            match self.writer.begin_with_options(options).await {
                Err(error) if is_dead_connection(&error) => {}
                begun => return Ok(self.transaction(begun?)),
            }
        }
        Ok(self.transaction(self.writer.begin_with_options(options).await?))
    }

    fn transaction(&self, inner: DatabaseTransaction) -> Transaction {
        Transaction { engine: self.engine, inner, crowd: self.crowd }
    }

    /// Rows of a read, within [`READ_TIMEOUT`].
    async fn read(&self, statement: Statement) -> Result<Vec<QueryResult>, Error> {
        match tokio::time::timeout(READ_TIMEOUT, self.read_again(statement)).await {
            Ok(read) => read,
            Err(_elapsed) => Err(Error::timed_out("a read")),
        }
    }

    /// A connection that died unnoticed is replaced by the next one: a read may be repeated, and at
    /// most the whole pool has died.
    async fn read_again(&self, statement: Statement) -> Result<Vec<QueryResult>, Error> {
        for _ in 0..self.pools.readers {
            match self.reader.query_all_raw(statement.clone()).await {
                Err(error) if is_dead_connection(&error) => {}
                read => return Ok(read?),
            }
        }
        Ok(self.reader.query_all_raw(statement).await?)
    }

    /// Documents of a read, as [`documents`].
    async fn documents<T: DeserializeOwned>(&self, statement: Statement) -> Result<Vec<T>, Error> {
        self.read(statement).await?.iter().map(|row| document(row, "doc")).collect()
    }

    /// Closes all connections. Who still uses one is waited for, but not for ever.
    pub async fn close(self) {
        let closing = async {
            let _closed = self.writer.close().await;
            let _closed = self.reader.close().await;
        };
        if tokio::time::timeout(CLOSE_TIMEOUT, closing).await.is_err() {
            tracing::warn!("the database's connections were still in use when they were closed");
        }
    }
}

/// Connects. On a fresh SQLite file the first connection turns it to WAL, and whoever comes at the
/// same instant is told at once that it is locked, whatever the busy timeout.
async fn connect(options: ConnectOptions) -> Result<DatabaseConnection, Error> {
    for _ in 1..CONNECT_TRIES {
        match Database::connect(options.clone()).await.map_err(Error::from) {
            Err(Error::Conflict(_)) => tokio::time::sleep(CONNECT_PAUSE).await,
            connected => return connected,
        }
    }
    Ok(Database::connect(options).await?)
}

fn options(engine: Engine, url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(connections)
        .min_connections(1)
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .test_before_acquire(false)
        .test_before_acquire_if_idle_for(IDLE_BEFORE_TEST)
        .sqlx_logging(true)
        .sqlx_logging_level(LevelFilter::Off)
        .sqlx_slow_statements_logging_settings(LevelFilter::Warn, SLOW_STATEMENT)
        .record_stmt_in_spans(false);
    match engine {
        Engine::Sqlite => {
            options.map_sqlx_sqlite_opts(|sqlite| {
                sqlite
                    .create_if_missing(true)
                    .foreign_keys(true)
                    .busy_timeout(LOCK_TIMEOUT)
                    .pragma("journal_mode", "WAL")
                    // An acknowledged withdrawal survives the loss of power.
                    .pragma("synchronous", "FULL")
                    .pragma("cache_size", format!("-{SQLITE_CACHE_KIB}"))
                    .pragma("mmap_size", SQLITE_MAPPED_BYTES.to_string())
            });
            // SQLite undoes a transaction by itself when it can't write, and the ROLLBACK that
            // follows fails. The driver then believes to be inside of it still, begins the next one
            // as a part of it, and calls it committed though nothing is written: such a connection
            // is not used again.
            options.map_sqlx_sqlite_before_acquire(|connection, _meta| {
                let left_open = connection.is_in_transaction();
                Box::pin(async move { Ok(!left_open) })
            });
        }
        Engine::Postgres => {
            options.set_application_name("account-status");
            options.map_sqlx_postgres_opts(|postgres| {
                let bounds = [
                    ("statement_timeout", STATEMENT_TIMEOUT.as_millis()),
                    ("lock_timeout", LOCK_TIMEOUT.as_millis()),
                    (
                        "idle_in_transaction_session_timeout",
                        IDLE_IN_TRANSACTION_TIMEOUT.as_millis(),
                    ),
                ];
                postgres.options(bounds).options(PLANS)
            });
            // The pool itself would ask a connection that comes back whether it lives, and wait for
            // the answer for ever; after a network came apart all its places would be taken so.
            options.map_sqlx_postgres_pool_opts(|pool| {
                pool.after_release(|connection, _meta| Box::pin(answers(connection)))
            });
        }
    }
    options
}

/// Whether a connection that comes back to its pool answers in time; an error has it closed.
async fn answers(connection: &mut PgConnection) -> Result<bool, sqlx::Error> {
    let answered = tokio::time::timeout(PING_TIMEOUT, connection.ping()).await;
    answered.unwrap_or(Err(sqlx::Error::PoolTimedOut)).map(|()| true)
}

/// An open transaction of the ledger.
#[derive(Debug)]
pub struct Transaction {
    engine: Engine,
    inner: DatabaseTransaction,
    crowd: i64,
}

impl Transaction {
    /// Makes it durable.
    ///
    /// # Errors
    /// `Unavailable` leaves open whether it happened.
    pub async fn commit(self) -> Result<(), Error> {
        Ok(self.inner.commit().await?)
    }

    /// Forgets it.
    pub async fn rollback(self) {
        if let Err(error) = self.inner.rollback().await {
            tracing::debug!(%error, "rollback failed; the connection is dropped");
        }
    }
}
