//! The wire to the database is cut, lost and slowed down: each call is answered with its one effect
//! or with a typed error, and the same request leads to its one effect afterwards.

mod away;
mod commit;
mod held;
mod kinds;
mod poison;

use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode,
    TransactionOptions, TransactionTrait as _,
};

use crate::harness::{Bank, Engine};

/// Somebody else who writes: on SQLite nobody beside it can write, on PostgreSQL nobody can touch
/// an account, until it lets go.
pub(crate) struct Holder {
    database: DatabaseConnection,
    transaction: DatabaseTransaction,
}

impl Holder {
    pub(crate) async fn of(bank: &Bank) -> Self {
        let database = bank.database().await;
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let transaction = database.begin_with_options(options).await.unwrap();
        if bank.engine == Engine::Postgres {
            let lock = "SELECT 1 FROM account_balance FOR UPDATE";
            transaction.execute_unprepared(lock).await.unwrap();
        }
        Self { database, transaction }
    }

    pub(crate) async fn let_go(self) {
        self.transaction.rollback().await.unwrap();
        self.database.close().await.unwrap();
    }
}

/// Waits are bounded everywhere. These take their time by nature, so they run side by side.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_lost_or_held_is_waited_for_within_bounds() {
    tokio::join!(away::lost_in_silence(), away::rows_of_a_lost_service(), held::held_for_long());
}
