//! What a card needs beside its number and its account: a state, who bound it and changed it, and
//! when. A card that was there before counts as valid, bound at the beginning of time by nobody.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The second migration.
pub(crate) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &'static str {
        "m20261122_000002_cards"
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

// SQLite adds one column at a time, with a constant default; a CHECK of the column itself may come
// with it.
const STATEMENTS: &[&str] = &[
    "ALTER TABLE card ADD COLUMN card_status text NOT NULL DEFAULT 'VALID'
        CHECK (card_status IN ('VALID', 'LOST', 'REPLACED', 'CANCELLED'))",
    "ALTER TABLE card ADD COLUMN replaced_by text
        CHECK ((replaced_by IS NOT NULL) = (card_status = 'REPLACED'))",
    "ALTER TABLE card ADD COLUMN bound_by text NOT NULL DEFAULT ''",
    "ALTER TABLE card ADD COLUMN bound_time {time} NOT NULL
        DEFAULT '1970-01-01T00:00:00.000000+00:00'",
    "ALTER TABLE card ADD COLUMN changed_by text NOT NULL DEFAULT ''",
    "ALTER TABLE card ADD COLUMN changed_time {time} NOT NULL
        DEFAULT '1970-01-01T00:00:00.000000+00:00'",
    // Which cards an account has.
    "CREATE INDEX card_account ON card (account_number)",
];
