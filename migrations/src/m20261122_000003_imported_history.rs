//! Imported history beside live postings, and how far each import has come.
//!
//! `transaction_log.origin` tells them apart: POSTED moved the balance, IMPORTED came from another
//! system and moved nothing. What the balance was after an imported one is known only where the
//! other system says it, and what was available never, so both columns may be NULL there.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000003_imported_history"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        let (log, time) = match manager.get_database_backend() {
            DbBackend::Postgres => (POSTGRES, "timestamptz"),
            _ => (SQLITE, "text"),
        };
        for statement in log {
            connection.execute_unprepared(statement).await?;
        }
        connection.execute_unprepared(&IMPORT_RUN.replace("{time}", time)).await?;
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const POSTGRES: &[&str] = &["ALTER TABLE transaction_log
        ALTER COLUMN balance_after_minor DROP NOT NULL,
        ALTER COLUMN available_after_minor DROP NOT NULL,
        ADD COLUMN origin text NOT NULL DEFAULT 'POSTED',
        ADD CONSTRAINT transaction_log_origin CHECK (origin IN ('POSTED', 'IMPORTED')),
        ADD CONSTRAINT transaction_log_after CHECK (origin = 'IMPORTED'
            OR (balance_after_minor IS NOT NULL AND available_after_minor IS NOT NULL))"];

/// SQLite can't drop a NOT NULL: the table is made anew.
const SQLITE: &[&str] = &[
    "CREATE TABLE transaction_log_new (
        transaction_id text NOT NULL,
        account_number text NOT NULL,
        entry_seq bigint NOT NULL,
        transaction_type text NOT NULL,
        transaction_amount bigint NOT NULL,
        currency_code text NOT NULL,
        direction text NOT NULL,
        mode text NOT NULL,
        initiator text NOT NULL,
        entry_channel text NOT NULL,
        purpose text NOT NULL,
        counterparty_account text NOT NULL,
        counterparty_name text NOT NULL,
        value_time text NOT NULL,
        recorded_time text NOT NULL,
        transaction_date text NOT NULL,
        transaction_time text NOT NULL,
        balance_after_minor bigint,
        available_after_minor bigint,
        recorded_by text NOT NULL,
        risk_score integer,
        risk_flag text,
        origin text NOT NULL DEFAULT 'POSTED',
        PRIMARY KEY (transaction_id, account_number),
        UNIQUE (account_number, entry_seq),
        CHECK (transaction_amount > 0),
        CHECK (direction IN ('CREDIT', 'DEBIT')),
        CHECK (balance_after_minor >= 0),
        CHECK (origin IN ('POSTED', 'IMPORTED')),
        CHECK (origin = 'IMPORTED'
            OR (balance_after_minor IS NOT NULL AND available_after_minor IS NOT NULL))
    )",
    "INSERT INTO transaction_log_new (transaction_id, account_number, entry_seq, transaction_type,
            transaction_amount, currency_code, direction, mode, initiator, entry_channel, purpose,
            counterparty_account, counterparty_name, value_time, recorded_time, transaction_date,
            transaction_time, balance_after_minor, available_after_minor, recorded_by, risk_score,
            risk_flag)
        SELECT transaction_id, account_number, entry_seq, transaction_type,
            transaction_amount, currency_code, direction, mode, initiator, entry_channel, purpose,
            counterparty_account, counterparty_name, value_time, recorded_time, transaction_date,
            transaction_time, balance_after_minor, available_after_minor, recorded_by, risk_score,
            risk_flag
        FROM transaction_log",
    "DROP TABLE transaction_log",
    "ALTER TABLE transaction_log_new RENAME TO transaction_log",
];

/// Keyed by its own number: an import is about many accounts.
const IMPORT_RUN: &str = "CREATE TABLE import_run (
        run_id bigint NOT NULL PRIMARY KEY,
        kind text NOT NULL,
        options text NOT NULL,
        byte_offset bigint NOT NULL,
        line bigint NOT NULL,
        record bigint NOT NULL,
        content_hash text NOT NULL,
        taken bigint NOT NULL,
        present bigint NOT NULL,
        rejected bigint NOT NULL,
        rejects_bytes bigint NOT NULL,
        started_time {time} NOT NULL,
        update_time {time} NOT NULL,
        finished_time {time},
        CHECK (kind IN ('ACCOUNTS', 'CARDS', 'FREEZES', 'TRANSACTIONS')),
        CHECK (run_id >= 1 AND byte_offset >= 0)
    )";
