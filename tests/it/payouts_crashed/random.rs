//! Killed at random moments, again and again, over a channel that answers, promises, rejects, loses
//! and is late. `PAYOUT_KILLS` says how often, `PAYOUT_SEED` repeats a run as far as time can be
//! repeated.

use account_status::pb::v1::WithdrawRequest;
use account_status::simulator::delay::Delay;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tokio::task::JoinSet;

use super::*;
use crate::harness::program::{Sent, keep_reserving};

const KILLS: u64 = 30;
const CALLERS: usize = 8;
/// The most withdrawals of one caller between two kills.
const CALLS_MAX: usize = 8;
const MIX: &str = "settle=55,accept=15,reject=8,busy=5,timeout=7,late=5,disappear=5";

fn setting(name: &str) -> Option<u64> {
    std::env::vars().find(|(key, _)| key == name).and_then(|(_, value)| value.parse().ok())
}

async fn killed_at_random(kind: Engine) {
    let seed = setting("PAYOUT_SEED").unwrap_or_else(|| rand::rng().random());
    let kills = setting("PAYOUT_KILLS").unwrap_or(KILLS);
    println!("{kind:?}: PAYOUT_SEED={seed} PAYOUT_KILLS={kills}");
    let mut random = StdRng::seed_from_u64(seed);
    let opened = Scene::open(kind, |options| {
        options.mix = Some(MIX.parse().unwrap());
        options.seed = seed;
        options.promise = Delay::of_secs(2);
    });
    let Some(scene) = opened.await else { return };
    let sent = Sent::default();
    for _kill in 0..kills {
        let program = scene.serve(Some(&scene.setting()), 300).await;
        let mut callers = JoinSet::new();
        for index in 0..CALLERS {
            let account = ACCOUNTS[index % ACCOUNTS.len()];
            let line = program.channel.clone();
            callers.spawn(keep_reserving(line, account, sent.clone(), CALLS_MAX));
        }
        let moment = Duration::from_millis(random.random_range(5..700));
        tokio::time::sleep(moment).await;
        program.kill().await;
        while callers.join_next().await.is_some() {}
    }
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    every_acknowledged_one_is_there(&scene, &sent).await;
    let (all, paid) = (sent.len(), scene.channel.paid().len());
    let answered = sent.iter().filter(|(_, id)| id.is_some()).count();
    println!("{kind:?}: {kills} kills, {all} sent, {answered} acknowledged, {paid} paid so far");
    assert!(answered > 50, "hardly anything was answered: {answered} of {all}");
    scene.close().await;
}

/// Sent again, each answers as before.
async fn every_acknowledged_one_is_there(
    scene: &Scene,
    sent: &[(WithdrawRequest, Option<String>)],
) {
    let program = scene.serve(None, 1_000).await;
    for (request, id) in sent.iter().filter(|(_, id)| id.is_some()) {
        let again = program.send(request.clone()).await.unwrap();
        assert_eq!(Some(again.withdrawal_id), *id, "an acknowledged withdrawal was made again");
    }
    program.kill().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_paid_twice_on_sqlite() {
    killed_at_random(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_or_paid_twice_on_postgres() {
    killed_at_random(Engine::Postgres).await;
}
