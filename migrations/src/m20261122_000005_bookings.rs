//! Where a posting was booked: on the balance, or beside it on a list that someone works off.
//!
//! What happened elsewhere already is never refused. A debit that the account has no available money
//! for is booked to receivable, a credit that it can't take to suspense; neither moves the balance.
//! Few rows are such, and their index holds nothing else.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000005_bookings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let connection = manager.get_connection();
        for statement in [COLUMN, INDEX] {
            connection.execute_unprepared(statement).await?;
        }
        if manager.get_database_backend() == DbBackend::Postgres {
            connection.execute_unprepared(VIEW).await?;
        }
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const COLUMN: &str = "ALTER TABLE transaction_log ADD COLUMN
    booking text NOT NULL DEFAULT 'BALANCE'
        CHECK (booking IN ('BALANCE', 'RECEIVABLE', 'SUSPENSE'))";

const INDEX: &str = "CREATE INDEX transaction_log_unbooked
    ON transaction_log (account_number, entry_seq) WHERE booking <> 'BALANCE'";

/// The view as it was, and the new column at its end: replaced in place, it keeps its grants.
const VIEW: &str = "CREATE OR REPLACE VIEW reading.transaction_log WITH (security_barrier) AS
    SELECT t.transaction_id, t.account_number, t.transaction_type,
        t.transaction_amount * c.unit AS transaction_amount,
        t.transaction_date, t.transaction_time,
        CASE WHEN (SELECT personal FROM reading.reader) OR t.counterparty_account = ''
            THEN t.counterparty_account
            ELSE '****' || right(t.counterparty_account, 4) END AS counterparty_account,
        CASE WHEN (SELECT personal FROM reading.reader) OR t.counterparty_name = ''
            THEN t.counterparty_name
            ELSE left(t.counterparty_name, 1) || '**' END AS counterparty_name,
        CASE WHEN (SELECT confidential FROM reading.reader) THEN t.risk_score END AS risk_score,
        CASE WHEN (SELECT confidential FROM reading.reader) THEN t.risk_flag END AS risk_flag,
        t.currency_code, t.direction, t.mode, t.initiator, t.entry_channel, t.purpose,
        t.balance_after_minor * c.unit AS balance_after,
        t.available_after_minor * c.unit AS available_after,
        t.value_time, t.recorded_time, t.recorded_by, t.entry_seq, t.origin, t.booking
    FROM transaction_log t
    LEFT JOIN reading.currency c ON c.currency_code = t.currency_code";
