//! Brings the schema up to date, safely from several replicas at once.

use std::collections::BTreeSet;

use account_status_migrations::Migrator;
use sea_orm::ConnectionTrait;
use sea_orm_migration::MigratorTrait;

use super::{Engine, Error, Store};

/// Any number that no other program of the bank uses for its own lock on this database.
const MIGRATION_LOCK: i64 = 0x0061_6363_7473;

/// One migration and whether it was applied.
#[derive(Debug, Clone)]
pub struct Migration {
    /// Its name.
    pub name: String,
    /// Whether it was applied.
    pub applied: bool,
}

impl Store {
    /// Applies every pending migration, all in one transaction. Programs that start at once wait for
    /// each other, because the migrator itself takes no lock: on PostgreSQL for a lock of this
    /// transaction, on SQLite for the file. Waiting and migrating may take their time.
    ///
    /// # Errors
    /// What the database says.
    pub async fn migrate_up(&self) -> Result<(), Error> {
        // Also when the database is ahead of this program, as in a rolling deploy.
        if self.is_migrated().await? {
            return Ok(());
        }
        let transaction = self.begin().await?.inner;
        if self.engine == Engine::Postgres {
            transaction
                .execute_unprepared(&format!(
                    "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0;
                    SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
                ))
                .await?;
        }
        Migrator::up(&transaction, None).await?;
        Ok(transaction.commit().await?)
    }

    /// Every migration this program knows, oldest first. A database that is ahead of the program
    /// is fine: the schema only grows.
    ///
    /// # Errors
    /// What the database says.
    pub async fn migrate_status(&self) -> Result<Vec<Migration>, Error> {
        let sql = "SELECT version FROM seaql_migrations";
        let applied = match self.reader.query_all_raw(self.engine.statement(sql, [])).await {
            Ok(rows) => rows,
            Err(error) => match Error::from(error) {
                // The table begins with the first migration.
                Error::Corrupt(_) => Vec::new(),
                other => return Err(other),
            },
        };
        let applied: BTreeSet<String> = applied
            .iter()
            .map(|row| row.try_get("", "version"))
            .collect::<Result<_, sea_orm::DbErr>>()?;
        let known = Migrator::migrations();
        let status = known.iter().map(|migration| Migration {
            name: migration.name().to_owned(),
            applied: applied.contains(migration.name()),
        });
        Ok(status.collect())
    }

    /// Whether every migration this program knows was applied.
    ///
    /// # Errors
    /// What the database says.
    pub async fn is_migrated(&self) -> Result<bool, Error> {
        Ok(self.migrate_status().await?.iter().all(|migration| migration.applied))
    }
}
