//! What freezes in full need: papers of an order, renewals, places taken over, protected accounts, the
//! part of an exempt amount that is used up, objections; and the views that show them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000008_freezes_in_full"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let words = match manager.get_database_backend() {
            DbBackend::Postgres => [("{time}", "timestamptz"), ("{json}", "jsonb")],
            _ => [("{time}", "text"), ("{json}", "text")],
        };
        for statement in STATEMENTS {
            let sql = words
                .iter()
                .fold((*statement).to_owned(), |sql, (word, value)| sql.replace(word, value));
            manager.get_connection().execute_unprepared(&sql).await?;
        }
        Ok(())
    }

    /// SQLite would run without a transaction unless asked.
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

// SQLite adds one column at a time, with a constant default; a CHECK of the column itself may come
// with it.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE account_freeze ADD COLUMN notice_no text NOT NULL DEFAULT ''",
    "ALTER TABLE account_freeze ADD COLUMN renewals bigint NOT NULL DEFAULT 0
        CHECK (renewals >= 0)",
    "ALTER TABLE account_freeze ADD COLUMN preceding_freeze_id text",
    "ALTER TABLE account_freeze ADD COLUMN rank_seq bigint",
    "ALTER TABLE account_freeze ADD COLUMN serves text NOT NULL DEFAULT 'ANY_CLAIM'
        CHECK (serves IN ('ANY_CLAIM', 'PROTECTED_PURPOSE'))",
    "ALTER TABLE account_freeze_act ADD COLUMN officers {json} NOT NULL DEFAULT '[]'",
    "ALTER TABLE account_freeze_act ADD COLUMN notice_no text NOT NULL DEFAULT ''",
    "ALTER TABLE account_freeze_act ADD COLUMN expire_time {time}",
    "ALTER TABLE account_freeze_act ADD COLUMN transaction_id text",
    "ALTER TABLE account_master ADD COLUMN protected_kind text CHECK (protected_kind IN
        ('WAGES', 'SECURITIES_CLIENTS', 'CLEARING', 'FUND_SALES', 'FUTURES_MARGIN',
         'PAYMENT_RESERVE', 'TREASURY', 'SOCIAL_INSURANCE', 'LETTER_OF_CREDIT'))",
    "ALTER TABLE account_balance ADD COLUMN exempt_used_minor bigint NOT NULL DEFAULT 0
        CHECK (exempt_used_minor >= 0)",
    "ALTER TABLE withdrawal ADD COLUMN exempt_minor bigint NOT NULL DEFAULT 0
        CHECK (exempt_minor >= 0)",
    // A freeze asks for all that hold money: what was not sent gives way to it, what was sent its
    // authority is told of.
    "DROP INDEX withdrawal_unsent",
    "CREATE INDEX withdrawal_open ON withdrawal (account_number) WHERE held_minor > 0",
    "CREATE TABLE objection (
        objection_id text NOT NULL,
        account_number text NOT NULL,
        subject_id text NOT NULL,
        raised_by text NOT NULL,
        text text NOT NULL,
        authority_name text NOT NULL,
        document_no text NOT NULL,
        disclosure text NOT NULL,
        recorded_by text NOT NULL,
        create_time {time} NOT NULL,
        due_time {time} NOT NULL,
        outcome text,
        answer text NOT NULL,
        answered_by text NOT NULL,
        answer_time {time},
        PRIMARY KEY (objection_id, account_number),
        CHECK (raised_by IN ('HOLDER', 'BANK')),
        CHECK (outcome IN ('UPHELD', 'REJECTED', 'WITHDRAWN')),
        CHECK ((outcome IS NULL) = (answer_time IS NULL))
    )",
    "CREATE INDEX objection_account ON objection (account_number, due_time, objection_id)",
    "CREATE INDEX objection_open ON objection (due_time, objection_id) WHERE outcome IS NULL",
    // Lists of freezes of all accounts.
    "CREATE INDEX account_freeze_kind ON account_freeze (authority_kind, freeze_id)",
    "CREATE INDEX account_freeze_authority ON account_freeze (freeze_by, freeze_id)",
    "CREATE INDEX account_freeze_status ON account_freeze (freeze_status, freeze_id)",
    "CREATE INDEX account_freeze_end ON account_freeze (expire_time, freeze_id)
        WHERE freeze_status IN ('ACTIVE', 'WAITING')",
];
