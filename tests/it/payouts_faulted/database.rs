//! Between the service and PostgreSQL: a connection is lost at the commit of a payout's step, which
//! leaves open whether it happened; and the database is away while a channel answers.

use account_status::simulator::delay::Delay;

use crate::harness::Engine;
use crate::harness::proxy::{Proxy, When};
use crate::payouts_crashed::*;

/// How long the channel may take to answer here; a lease is twice as long.
const TIMEOUT_MS: u32 = 1_000;
const DUE: &str = "SELECT count(*) FROM withdrawal WHERE next_action_time IS NOT NULL";
const SETTLED: &str = "SELECT count(*) FROM withdrawal WHERE state = 'SETTLED'";
const HOWEVER: [When; 3] = [When::Before, When::Answered, When::Late];
/// What tells the steps of a payout apart.
const INTENT: &str = "INSERT INTO attempt ";
const HEARD: &str = "INSERT INTO evidence ";

/// Carries a withdrawal with a connection lost at a commit after such a statement.
async fn lost_at_commit(reference: &str, writes: &'static str, when: When) {
    let Some(scene) = Scene::open(Engine::Postgres, |_options| {}).await else { return };
    let (proxy, through) = Proxy::to_database(&scene.url).await;
    let setting = scene.setting();
    let program = Scene::serve_at(&through, Some(&setting), TIMEOUT_MS).await;
    proxy.trap_commit_after(writes, when);
    program.send(withdrawal(reference)).await.unwrap();
    while proxy.sprung() == 0 {
        tokio::time::sleep(LOOK).await;
    }
    if when == When::Late {
        tokio::time::sleep(LOOK).await;
        proxy.deliver();
    }
    scene.until(DUE, 0).await;
    assert_eq!(scene.count(SETTLED).await, 1, "{writes} {when:?}");
    assert_eq!(scene.channel.paid().len(), 1, "{writes} {when:?}");
    program.terminate().await;
    drop(proxy);
    scene.close().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_intent_whose_commit_is_unknown_is_paid_once_on_postgres() {
    for when in HOWEVER {
        lost_at_commit("", INTENT, when).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn evidence_whose_commit_is_unknown_counts_once_on_postgres() {
    for when in HOWEVER {
        lost_at_commit("", HEARD, when).await;
    }
}

/// The channel puts it off once, so that the same key is sent again: by a commit that is unknown.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_follow_up_whose_commit_is_unknown_is_paid_once_on_postgres() {
    for when in HOWEVER {
        let Some(scene) = Scene::open(Engine::Postgres, |_options| {}).await else { return };
        let (proxy, through) = Proxy::to_database(&scene.url).await;
        let setting = scene.setting();
        let program = Scene::serve_at(&through, Some(&setting), TIMEOUT_MS).await;
        program.send(withdrawal("sim:busy")).await.unwrap();
        let put_off = "SELECT count(*) FROM evidence WHERE said = 'REJECTED_TRANSIENT'";
        scene.until(put_off, 1).await;
        proxy.trap_commit_after(INTENT, when);
        while proxy.sprung() == 0 {
            tokio::time::sleep(LOOK).await;
        }
        if when == When::Late {
            tokio::time::sleep(LOOK).await;
            proxy.deliver();
        }
        scene.until(DUE, 0).await;
        assert_eq!((scene.count(SETTLED).await, scene.channel.paid().len()), (1, 1), "{when:?}");
        program.terminate().await;
        drop(proxy);
        scene.close().await;
    }
}

/// The database goes away while the channel has been asked, and comes back after it has answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_heard_while_the_database_is_away_is_heard_again_on_postgres() {
    let opened = Scene::open(Engine::Postgres, |options| options.promise = Delay::of_secs(2));
    let Some(scene) = opened.await else { return };
    let (proxy, through) = Proxy::to_database(&scene.url).await;
    let setting = scene.setting();
    let program = Scene::serve_at(&through, Some(&setting), TIMEOUT_MS).await;
    for reference in ["sim:late=500ms", "sim:busy", "sim:accept=2s", "sim:timeout", "sim:disappear"]
    {
        program.send(withdrawal(reference)).await.unwrap();
    }
    scene.until_paid().await;
    proxy.down();
    tokio::time::sleep(Duration::from_secs(4)).await;
    proxy.mend();
    scene.until(DUE, 0).await;
    assert_eq!(scene.count(SETTLED).await, 5);
    program.terminate().await;
    drop(proxy);
    scene.close().await;
}
