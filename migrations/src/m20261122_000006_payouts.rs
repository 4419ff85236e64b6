//! Paying withdrawals out: what is to be done about each and when, the attempts, and all that was
//! ever said of them.
//!
//! Keys lead with the withdrawal's id, which is ordered by time, and contain account_number. A
//! withdrawal to which nothing is to be done is in no index of due ones.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000006_payouts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let time = match manager.get_database_backend() {
            DbBackend::Postgres => "timestamptz",
            _ => "text",
        };
        for statement in STATEMENTS {
            let statement = statement.replace("{time}", time);
            manager.get_connection().execute_unprepared(&statement).await?;
        }
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

const STATEMENTS: &[&str] = &[
    "ALTER TABLE withdrawal ADD COLUMN channel_id text NOT NULL DEFAULT ''",
    "ALTER TABLE withdrawal ADD COLUMN attempts bigint NOT NULL DEFAULT 0 CHECK (attempts >= 0)",
    "ALTER TABLE withdrawal ADD COLUMN held_reason text CHECK (held_reason IN
        ('CONDITION', 'NO_CHANNEL', 'CHANNEL_CLOSED', 'RETRY_BACKOFF'))",
    "ALTER TABLE withdrawal ADD COLUMN held_since {time}",
    "ALTER TABLE withdrawal ADD COLUMN next_action_time {time}",
    // What was reserved before there were channels is due.
    "UPDATE withdrawal SET next_action_time = create_time WHERE state = 'RESERVED'",
    "CREATE INDEX withdrawal_due ON withdrawal (next_action_time)
        WHERE next_action_time IS NOT NULL",
    "CREATE TABLE attempt (
        withdrawal_id text NOT NULL,
        number bigint NOT NULL,
        account_number text NOT NULL,
        channel_id text NOT NULL,
        state text NOT NULL,
        reason text NOT NULL,
        epoch bigint NOT NULL,
        retries bigint NOT NULL,
        inquiries bigint NOT NULL,
        last_said text,
        create_time {time} NOT NULL,
        update_time {time} NOT NULL,
        PRIMARY KEY (withdrawal_id, number, account_number),
        CHECK (number >= 1 AND epoch >= 1 AND retries >= 0 AND inquiries >= 0),
        CHECK (state IN
            ('INTENT', 'ACCEPTED', 'UNKNOWN', 'SETTLED', 'DEAD', 'RETURNED', 'DUPLICATE'))
    )",
    // At most one attempt may still be paid (I4).
    "CREATE UNIQUE INDEX attempt_open ON attempt (withdrawal_id, account_number)
        WHERE state IN ('INTENT', 'ACCEPTED', 'UNKNOWN')",
    "CREATE TABLE evidence (
        withdrawal_id text NOT NULL,
        number bigint NOT NULL,
        evidence_id text NOT NULL,
        account_number text NOT NULL,
        source text NOT NULL,
        said text NOT NULL,
        reason text NOT NULL,
        channel_code text NOT NULL,
        amount_minor bigint,
        currency_code text,
        effect text NOT NULL,
        received_time {time} NOT NULL,
        PRIMARY KEY (withdrawal_id, number, evidence_id, account_number),
        CHECK (source IN ('SUBMIT', 'INQUIRY', 'VOID', 'CALLBACK')),
        CHECK (effect IN ('APPLIED', 'NOTHING_NEW', 'CONTRADICTION'))
    )",
];
