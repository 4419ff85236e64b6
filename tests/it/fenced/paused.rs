//! A replica that stands still past its lease, as a paused machine does, and goes on without having
//! noticed: SIGSTOP and SIGCONT. Another has carried its payouts on meanwhile.

use account_status::simulator::delay::Delay;
use account_status::simulator::log::What;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use sea_orm::ConnectionTrait as _;
use tokio::task::JoinSet;

use crate::harness::Engine;
use crate::harness::program::{Program, Sent, keep_reserving};
use crate::harness::proxy::{Proxy, When};
use crate::payouts_crashed::*;

/// How long a channel may take to answer here; a lease is twice as long.
const TIMEOUT_MS: u32 = 2_500;
const SETTLED: &str = "SELECT count(*) FROM withdrawal WHERE state = 'SETTLED'";
/// What the paused one heard of its submissions, or that it heard nothing.
const HEARD: &str = "SELECT count(*) FROM evidence WHERE source = 'SUBMIT' AND number = 1";

/// Waits until it has surely gone on: it answers again, and has ended what it had begun.
async fn goes_on_to_its_end(program: Program) {
    program.go_on();
    let unknown = program.find_withdrawal("no-such-withdrawal").await;
    assert!(unknown.is_err());
    program.terminate().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_between_the_intent_and_the_send_it_sends_nothing_on_postgres() {
    let Some(scene) = reserved(Engine::Postgres).await else { return };
    let (proxy, through) = Proxy::to_database(&scene.url).await;
    proxy.trap_commit_after("INSERT INTO attempt ", When::Held);
    let channel = scene.setting();
    let paused = Scene::serve_at(&through, Some(&channel), TIMEOUT_MS).await;
    while proxy.sprung() == 0 {
        tokio::time::sleep(LOOK).await;
    }
    paused.pause();
    proxy.deliver();
    scene.until(INTENTS, 1).await;
    // Never seen, called back, and paid by another key.
    let other = scene.serve(Some(&channel), TIMEOUT_MS).await;
    scene.until(SETTLED, 1).await;
    goes_on_to_its_end(paused).await;
    let facts = scene.channel.facts();
    let sent = |key: &str| {
        facts
            .iter()
            .any(|fact| fact.payout_key.ends_with(key) && matches!(fact.what, What::Taken(_)))
    };
    assert_eq!((sent(".1"), sent(".2")), (false, true), "{facts:#?}");
    other.terminate().await;
    scene.close().await;
}

/// Pauses it, on SQLite at a moment at which it is not writing: the file would be held until it goes on,
/// and nobody else could write. PostgreSQL ends a transaction that stands still.
async fn pause(scene: &Scene, program: &Program) {
    loop {
        program.pause();
        if scene.kind == Engine::Postgres || may_be_written(&scene.url).await {
            return;
        }
        program.go_on();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn may_be_written(url: &str) -> bool {
    let database = sea_orm::Database::connect(url).await.unwrap();
    database.execute_unprepared("PRAGMA busy_timeout = 0").await.unwrap();
    let begun = database.execute_unprepared("BEGIN IMMEDIATE").await.is_ok();
    if begun {
        database.execute_unprepared("ROLLBACK").await.unwrap();
    }
    database.close().await.unwrap();
    begun
}

/// Its replies have come while it stood still: what they say is stored, and was known before.
async fn paused_while_its_calls_are_open(kind: Engine) {
    let opened = Scene::open(kind, |options| options.promise = Delay::of_secs(2));
    let Some(scene) = opened.await else { return };
    let wire = Proxy::to(scene.channel.address.to_string()).await;
    let setting = format!("CH-SIM=http://{}", wire.address);
    let paused = scene.serve(Some(&setting), TIMEOUT_MS).await;
    wire.hold_answers();
    // The first two the other settles, the third it calls back and pays by another key.
    for reference in ["", "sim:accept=3s", "sim:busy"] {
        paused.send(withdrawal(reference)).await.unwrap();
    }
    while scene.channel.facts().len() < 4 {
        tokio::time::sleep(LOOK).await;
    }
    pause(&scene, &paused).await;
    wire.let_answers_go();
    assert_eq!(scene.count(INTENTS).await, 3, "a reply was there before the pause");
    let other = scene.serve(Some(&scene.setting()), TIMEOUT_MS).await;
    scene.until(SETTLED, 3).await;
    assert_eq!(scene.count(HEARD).await, 0);
    goes_on_to_its_end(paused).await;
    assert_eq!(scene.count(HEARD).await, 3, "what it heard was not stored");
    assert_eq!(scene.count(SETTLED).await, 3);
    let moved = "SELECT count(*) FROM evidence
        WHERE source = 'SUBMIT' AND number = 1 AND effect <> 'NOTHING_NEW'";
    assert_eq!(scene.count(moved).await, 0);
    other.terminate().await;
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_while_its_calls_are_open_it_changes_nothing_on_sqlite() {
    paused_while_its_calls_are_open(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_while_its_calls_are_open_it_changes_nothing_on_postgres() {
    paused_while_its_calls_are_open(Engine::Postgres).await;
}

const ROUNDS: usize = 4;
const CALLERS: usize = 8;
const CALLS_EACH: usize = 12;
const MIX: &str = "settle=60,accept=12,timeout=6,late=6,disappear=8,busy=8";

/// Two in turn stand still past their leases at moments from a seed, while the other goes on.
async fn paused_at_random(kind: Engine) {
    let seed = rand::rng().random();
    println!("{kind:?}: seed {seed}");
    let mut random = StdRng::seed_from_u64(seed);
    let opened = Scene::open(kind, |options| {
        options.mix = Some(MIX.parse().unwrap());
        options.seed = seed;
        options.promise = Delay::of_secs(2);
    });
    let Some(scene) = opened.await else { return };
    let sent = Sent::default();
    let mut first = scene.serve(Some(&scene.setting()), 400).await;
    for _round in 0..ROUNDS {
        let mut callers = JoinSet::new();
        for index in 0..CALLERS {
            let account = ACCOUNTS[index % ACCOUNTS.len()];
            let line = first.channel.clone();
            callers.spawn(keep_reserving(line, account, sent.clone(), CALLS_EACH));
        }
        tokio::time::sleep(Duration::from_millis(random.random_range(5..250))).await;
        pause(&scene, &first).await;
        let second = scene.serve(Some(&scene.setting()), 400).await;
        tokio::time::sleep(Duration::from_millis(random.random_range(900..1_400))).await;
        first.go_on();
        while callers.join_next().await.is_some() {}
        first.terminate().await;
        first = second;
    }
    first.terminate().await;
    let acknowledged = sent.lock().unwrap().iter().filter(|(_, id)| id.is_some()).count();
    assert!(acknowledged > 50, "hardly anything was answered: {acknowledged}");
    let there = scene.count(WITHDRAWALS).await;
    assert!(there >= i64::try_from(acknowledged).unwrap(), "{there} of {acknowledged} are there");
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_at_random_nothing_is_paid_twice_on_sqlite() {
    paused_at_random(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn paused_at_random_nothing_is_paid_twice_on_postgres() {
    paused_at_random(Engine::Postgres).await;
}
