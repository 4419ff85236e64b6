//! Two replicas on one database and one channel: both take up what is due, one is killed on the way,
//! and the other carries on what it left.

use account_status::simulator::delay::Delay;
use tokio::task::JoinSet;

use super::*;
use crate::harness::program::{Sent, keep_reserving};

const CALLERS: usize = 8;
const CALLS_EACH: usize = 40;
const MIX: &str = "settle=70,accept=10,timeout=6,late=4,disappear=5,busy=5";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_one_replica_leaves_the_other_carries_on_on_postgres() {
    let opened = Scene::open(Engine::Postgres, |options| {
        options.mix = Some(MIX.parse().unwrap());
        options.promise = Delay::of_secs(2);
    });
    let Some(scene) = opened.await else { return };
    let killed = scene.serve(Some(&scene.setting()), 500).await;
    let stays = scene.serve(Some(&scene.setting()), 500).await;
    let sent = Sent::default();
    let mut callers = JoinSet::new();
    for index in 0..CALLERS {
        let line = if index % 2 == 0 { &killed } else { &stays }.channel.clone();
        let account = ACCOUNTS[index % ACCOUNTS.len()];
        callers.spawn(keep_reserving(line, account, sent.clone(), CALLS_EACH));
    }
    scene.at_least("SELECT count(*) FROM attempt", 40).await;
    killed.kill().await;
    while callers.join_next().await.is_some() {}
    let due = "SELECT count(*) FROM withdrawal WHERE next_action_time IS NOT NULL";
    scene.until(due, 0).await;
    stays.terminate().await;
    let acknowledged = sent.lock().unwrap().iter().filter(|(_, id)| id.is_some()).count();
    let there = scene.count("SELECT count(*) FROM withdrawal").await;
    assert!(there >= i64::try_from(acknowledged).unwrap(), "{there} of {acknowledged} are there");
    scene.close().await;
}
