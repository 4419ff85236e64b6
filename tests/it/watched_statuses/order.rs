//! PostgreSQL hands out transaction ids before locks are waited for, and transactions end in any
//! order: what commits late is told late, never left out, and numbers rise.

use account_status::service;
use account_status::store::Store;
use account_status::store::watched::WatchedAccounts;
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};

use super::*;

/// Writes a history row, like one that is there, and its place, in the transaction's own time.
async fn write(transaction: &DatabaseTransaction, number: &str, sequence: i64) {
    let sql = format!(
        "INSERT INTO account_status_history SELECT (h).* FROM (
            SELECT jsonb_populate_record(NULL::account_status_history, to_jsonb(t) ||
                jsonb_build_object('change_id', 'raw-{number}-{sequence}',
                    'sequence', {sequence})) AS h
            FROM account_status_history t WHERE account_number = '{number}' AND sequence = 2) s;
        INSERT INTO status_change_order (account_number, sequence) VALUES ('{number}', {sequence})"
    );
    transaction.execute_unprepared(&sql).await.unwrap();
}

/// Takes a transaction's id, as the first lock of a batch does.
async fn begin(database: &sea_orm::DatabaseConnection) -> DatabaseTransaction {
    let transaction = database.begin().await.unwrap();
    transaction.execute_unprepared("SELECT pg_current_xact_id()").await.unwrap();
    transaction
}

/// As [`told`], once so many are: transactions of other databases hold a server's windows up, too.
async fn told_all(store: &Store, from: i64, rows: u32, count: usize) -> (Vec<(String, i64)>, i64) {
    let all = async {
        loop {
            let (all, end) = told(store, from, rows).await;
            if all.len() == count {
                return (all, end);
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), all).await.unwrap()
}

/// What is told from a position on but for the opening of accounts, window by window of so many
/// rows; and where it ended.
async fn told(store: &Store, mut from: i64, rows: u32) -> (Vec<(String, i64)>, i64) {
    let mut all = Vec::new();
    loop {
        let window = store.status_change_window(from, WatchedAccounts::All, rows).await.unwrap();
        assert!(window.end >= from);
        let told = window.changes.iter().filter(|row| row.sequence > 2);
        all.extend(told.map(|row| (row.account_number.as_str().to_owned(), row.sequence)));
        if window.end == from || !window.is_cut {
            return (all, window.end);
        }
        from = window.end;
    }
}

fn pairs(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    expected.iter().map(|&(number, sequence)| (number.to_owned(), sequence)).collect()
}

struct Scene {
    bank: Bank,
    store: Store,
    database: sea_orm::DatabaseConnection,
    from: i64,
}

impl Scene {
    async fn open() -> Option<Self> {
        if !crate::harness::engine::postgres_is_there().await {
            return None;
        }
        let bank = Bank::open(Engine::Postgres).await;
        bank.account(N, "0").await;
        bank.account(M, "0").await;
        let store = service::open(&bank.settings).await.unwrap();
        let from = store.status_change_horizon().await.unwrap();
        let database = bank.database().await;
        Some(Self { bank, store, database, from })
    }

    /// The rows written by hand are in nobody's chain, so that the audit would find them.
    async fn close(self) {
        self.store.close().await;
        self.database.close().await.unwrap();
        let (url, engine) = (self.bank.url.clone(), self.bank.engine);
        self.bank.stop_without_audit().await;
        crate::harness::engine::drop_database(engine, &url).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_commits_late_is_not_skipped_on_postgres() {
    let Some(scene) = Scene::open().await else { return };
    let Scene { store, database, .. } = &scene;
    let late = begin(database).await;
    write(&late, N, 3).await;
    let soon = begin(database).await;
    write(&soon, M, 3).await;
    soon.commit().await.unwrap();
    for rows in [1, 1_000] {
        let (early, end) = told(store, scene.from, rows).await;
        assert_eq!(early, [], "it waits for who began before it");
        assert!(end >= scene.from);
    }
    let mut updates = watch(&scene.bank, "auditor", everything("")).await.unwrap();
    late.commit().await.unwrap();
    for rows in [1, 1_000] {
        let (all, _) = told_all(store, scene.from, rows, 2).await;
        assert_eq!(all, pairs(&[(N, 3), (M, 3)]));
    }
    let (first, _) = change(&mut updates).await;
    let (second, _) = change(&mut updates).await;
    assert_eq!((first.account_number.as_str(), second.account_number.as_str()), (N, M));
    drop(updates);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn numbers_rise_where_ids_do_not_on_postgres() {
    let Some(scene) = Scene::open().await else { return };
    let Scene { store, database, .. } = &scene;
    // Takes its id first, waits, and writes after the other two have committed.
    let first = begin(database).await;
    let still = begin(database).await;
    let second = begin(database).await;
    write(&second, N, 3).await;
    second.commit().await.unwrap();
    let third = begin(database).await;
    write(&third, M, 3).await;
    write(&third, N, 4).await;
    third.commit().await.unwrap();
    write(&first, M, 4).await;
    write(&first, N, 5).await;
    first.commit().await.unwrap();
    // 5 may not be told before 3, which hides behind the one that still runs.
    for rows in [1, 2, 1_000] {
        assert_eq!(told(store, scene.from, rows).await.0, []);
    }
    write(&still, N, 6).await;
    still.commit().await.unwrap();
    for rows in [1, 2, 3, 1_000] {
        let (all, end) = told_all(store, scene.from, rows, 6).await;
        for number in [N, M] {
            let of: Vec<i64> = all.iter().filter(|(n, _)| n == number).map(|(_, s)| *s).collect();
            let expected: &[i64] = if number == N { &[3, 4, 5, 6] } else { &[3, 4] };
            assert_eq!(of, expected, "{number} in windows of {rows}");
        }
        assert_eq!(told(store, end, rows).await.0, []);
    }
    scene.close().await;
}
