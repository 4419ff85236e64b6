//! Killed at each step of a payout: after the reservation, after the intent, after the channel paid,
//! after it replied.

use std::time::Duration;

use account_status::pb::v1::WithdrawRequest;
use account_status::simulator::log::What;
use sea_orm::{DatabaseTransaction, SqliteTransactionMode, TransactionOptions, TransactionTrait};

use super::*;
use crate::harness::calls::{cny, fresh, payee};

fn withdrawal(reference: &str) -> WithdrawRequest {
    WithdrawRequest {
        account_number: ACCOUNTS[0].to_owned(),
        amount: cny("12.34"),
        beneficiary: payee(),
        request_id: fresh(),
        reference: reference.to_owned(),
        ..WithdrawRequest::default()
    }
}

const INTENTS: &str = "SELECT count(*) FROM attempt WHERE state = 'INTENT'";
const ATTEMPTS: &str = "SELECT count(*) FROM attempt";

async fn between_reservation_and_intent(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(None, 1_000).await;
    program.send(withdrawal("")).await.unwrap();
    program.kill().await;
    assert_eq!(scene.count(ATTEMPTS).await, 0);
    scene.close().await;
}

/// The channel's place is taken by one that takes connections and hears nothing.
async fn between_intent_and_send(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let setting = format!("CH-SIM=http://{}", silent.local_addr().unwrap());
    let program = scene.serve(Some(&setting), 60_000).await;
    program.send(withdrawal("")).await.unwrap();
    scene.until(INTENTS, 1).await;
    program.kill().await;
    assert!(scene.channel.facts().is_empty(), "it was sent");
    // Its lease of two minutes has to be over before anybody looks at it again.
    forward(&scene).await;
    scene.close().await;
    drop(silent);
}

/// Makes what waits for a lease due at once.
async fn forward(scene: &Scene) {
    let sql = "UPDATE withdrawal SET next_action_time = create_time
        WHERE next_action_time IS NOT NULL";
    scene.database.execute_unprepared(sql).await.unwrap();
}

/// The channel pays and never answers.
async fn between_send_and_reply(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    program.send(withdrawal("sim:timeout")).await.unwrap();
    until_paid(&scene).await;
    program.kill().await;
    assert_eq!(scene.count(INTENTS).await, 1);
    forward(&scene).await;
    scene.close().await;
}

/// The reply is there, and what it says can't be written down because another holds the account.
async fn between_reply_and_outcome(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    program.send(withdrawal("sim:late=1s")).await.unwrap();
    until_paid(&scene).await;
    let held = hold(&scene).await;
    // The answer comes a second after it was paid.
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    program.kill().await;
    held.rollback().await.unwrap();
    assert_eq!(scene.count(INTENTS).await, 1);
    forward(&scene).await;
    scene.close().await;
}

async fn until_paid(scene: &Scene) {
    let begun = Instant::now();
    let paid = || scene.channel.facts().iter().any(|fact| matches!(fact.what, What::Paid { .. }));
    while !paid() {
        assert!(begun.elapsed() < PATIENCE, "it was never paid");
        tokio::time::sleep(LOOK).await;
    }
}

/// Holds the account, so that nobody else can write to it.
async fn hold(scene: &Scene) -> DatabaseTransaction {
    let options = TransactionOptions {
        sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
        ..TransactionOptions::default()
    };
    let held = scene.database.begin_with_options(options).await.unwrap();
    if scene.kind == Engine::Postgres {
        let sql = format!(
            "SELECT 1 FROM account_balance WHERE account_number = '{}' FOR UPDATE",
            ACCOUNTS[0]
        );
        held.execute_unprepared(&sql).await.unwrap();
    }
    held
}

/// Told to stop while payouts are on their way: what is sent is answered before the end.
async fn in_shutdown(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let program = scene.serve(Some(&scene.setting()), 2_000).await;
    for reference in ["sim:late=1s", "sim:timeout", "sim:disappear", ""] {
        program.send(withdrawal(reference)).await.unwrap();
    }
    program.terminate().await;
    assert_eq!(scene.count(INTENTS).await, 0, "what was heard was not written down");
    scene.close().await;
}

macro_rules! at_each_point {
    ($($point:ident)*) => {$(
        mod $point {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$point(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$point(Engine::Postgres).await;
            }
        }
    )*};
}

at_each_point! {
    between_reservation_and_intent
    between_intent_and_send
    between_send_and_reply
    between_reply_and_outcome
    in_shutdown
}
