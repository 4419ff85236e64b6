//! The sweep at its reviews: awake in time, and safe from several replicas.

use account_status::config::Switch;
use account_status::feed::Feed;
use account_status::service::{self, Core};
use account_status::sweep::Sweep;

use super::{events, open};
use crate::actions::N;
use crate::harness::{Bank, Engine, engine};
use crate::on_every_engine;

on_every_engine! {
    async fn the_running_sweep_is_awake_when_a_grace_ends(bank) {
        let swept = Bank::open_with(bank.engine, |given| given.sweep = Some(Switch::On)).await;
        open(&swept, N, |open| open.document_expiry_date = "2026-03-31".to_owned()).await;
        swept.credit(N, "1000.00").await.unwrap();
        for (now, rows) in [("2026-04-01 00:00:01", 2), ("2026-07-01 00:00:02", 3)] {
            swept.set_time(now);
            let mut noticed = events(&swept, N, "IDENTITY_NOTICE").await.len();
            let mut found = swept.history(N).await.len();
            for _ in 0..2_000 {
                if found == rows && noticed == 1 {
                    break;
                }
                noticed = events(&swept, N, "IDENTITY_NOTICE").await.len();
                found = swept.history(N).await.len();
            }
            assert_eq!((found, noticed), (rows, 1), "{now}");
        }
        assert_eq!(swept.code(N).await, "06");
        swept.finish().await;
        bank.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_replicas_one_writes_each_row() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    let numbers: Vec<String> = (0..20).map(|nth| format!("62220212345678{nth:05}")).collect();
    for number in &numbers {
        open(&bank, number, |_| {}).await;
    }
    let store = service::open(&bank.settings).await.unwrap();
    let core = Core::start(store.clone(), bank.clock.clone(), &bank.settings);
    let sweep = |ledger: &account_status::ledger::Ledger| Sweep {
        store: store.clone(),
        clock: bank.clock.clone(),
        ledger: ledger.clone(),
        feed: Feed::default(),
    };
    let (one, other) = (sweep(&bank.ledger), sweep(&core.ledger));
    bank.set_time("2026-09-11 00:00:00");
    for _ in 0..3 {
        tokio::join!(one.reviews(), other.reviews());
    }
    for number in &numbers {
        let by: Vec<String> =
            bank.history(number).await.into_iter().map(|row| row.change_by).collect();
        assert_eq!(by.iter().filter(|by| *by == "sweep").count(), 1, "{number}: {by:?}");
        assert_eq!(bank.code(number).await, "09");
    }
    drop((one, other));
    core.drain(std::time::Duration::from_secs(5)).await;
    bank.finish().await;
}
