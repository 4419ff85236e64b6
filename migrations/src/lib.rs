//! The schema, forward only: one file per migration, one definition for SQLite and PostgreSQL.
//!
//! Every primary and unique key of what belongs to an account contains `account_number`, so that a
//! PostgreSQL sharded by it can hold the same tables. `card` and `import_run` are found by their own
//! numbers; channels, their log and leases, the inbox, statements and the sums of statistics belong to
//! no account and have keys of their own: tables that every shard can hold whole. No triggers, no
//! sequences. CHECKs restate the invariants as a second line behind the rules; most stand in the
//! first migration, because SQLite can add later only those of a new column.

use sea_orm_migration::prelude::*;

mod m20261122_000001_foundation;
mod m20261122_000002_cards;
mod m20261122_000003_imported_history;
mod m20261122_000004_reading;
mod m20261122_000005_bookings;
mod m20261122_000006_payouts;
mod m20261122_000007_status_in_full;
mod m20261122_000008_freezes_in_full;
mod m20261122_000009_payouts_in_full;

/// Knows every migration, oldest first.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261122_000001_foundation::Migration),
            Box::new(m20261122_000002_cards::Migration),
            Box::new(m20261122_000003_imported_history::Migration),
            Box::new(m20261122_000004_reading::Migration),
            Box::new(m20261122_000005_bookings::Migration),
            Box::new(m20261122_000006_payouts::Migration),
            Box::new(m20261122_000007_status_in_full::Migration),
            Box::new(m20261122_000008_freezes_in_full::Migration),
            Box::new(m20261122_000009_payouts_in_full::Migration),
        ]
    }
}
