//! The intent stands before the first byte is sent: from then on nobody takes the money back.

use account_status::simulator::log::What;

use super::*;
use crate::harness::{Engine, engine};

/// Cancels a withdrawal as soon as its channel has paid it and before the channel answers. What is
/// wrong afterwards; none where there is no such engine.
pub(crate) async fn cancelled_after_it_was_sent(engine: Engine) -> Option<Vec<String>> {
    if engine == Engine::Postgres && !engine::postgres_is_there().await {
        return None;
    }
    let (bank, channel) = paying(Bank::open(engine).await, |_options| {}).await;
    let made = withdraw(&bank, "7.00", "sim:late=5s").await;
    let begun = Instant::now();
    let paid = || channel.facts().iter().any(|fact| matches!(fact.what, What::Paid { .. }));
    while !paid() {
        assert!(begun.elapsed() < PATIENCE, "it was never paid");
        crate::harness::moment().await;
    }
    let cancelled = bank.cancel(ACCOUNT, &made.withdrawal_id).await;
    if cancelled.is_err() {
        until_state(&bank, &made.withdrawal_id, WithdrawalState::Settled).await;
    }
    let database = bank.database().await;
    let wrong = judge(&database, &[&channel]).await;
    database.close().await.unwrap();
    let (url, engine) = (bank.url.clone(), bank.engine);
    bank.stop_without_audit().await;
    engine::drop_database(engine, &url).await;
    channel.close().await;
    Some(wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_is_not_cancelled_on_sqlite() {
    assert_eq!(cancelled_after_it_was_sent(Engine::Sqlite).await, Some(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_sent_is_not_cancelled_on_postgres() {
    let wrong = cancelled_after_it_was_sent(Engine::Postgres).await;
    assert_eq!(wrong.unwrap_or_default(), Vec::<String>::new());
}
