//! A connection lost at COMMIT leaves open whether it happened. Whoever asks is answered all the
//! same: right away where the database can still be reached, else when the request is repeated.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use account_status::pb::v1::ErrorReason;
use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tonic::Code;

use super::kinds::{Call, SHARED, calls, rows};
use crate::harness::proxy::{Door, End, Proxy, When};
use crate::harness::{Bank, Engine};
use crate::refusals::assert_canonical;

/// One of each kind.
const KINDS: usize = 7;
/// Calls at once, of all kinds.
const TOGETHER: usize = 63;
/// How often connections are cut under load, unless `FAULT_CUTS` says otherwise.
const CUTS: usize = 24;
/// How often a caller repeats a request before the test gives up.
const TRIES_MAX: usize = 60;

/// What the same calls leave in the tables of a bank that nobody troubles.
async fn undisturbed(count: usize) -> Vec<(String, i64)> {
    let bank = Bank::open(Engine::Postgres).await;
    let calls = calls(&bank, count).await;
    join_all(calls.iter().map(|call| call.send(&bank)))
        .await
        .into_iter()
        .for_each(|answer| assert!(answer.is_ok(), "{answer:?}"));
    let rows = rows(&bank).await;
    bank.finish().await;
    rows
}

/// Whether anybody waits for a lock in the bank's database.
async fn somebody_waits(database: &DatabaseConnection) -> bool {
    let waiting = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let statement = Statement::from_string(DbBackend::Postgres, waiting);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index::<i64>(0).unwrap() > 0
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !holds().await {
            crate::harness::moment().await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(20), waiting).await;
    waited.unwrap_or_else(|_elapsed| panic!("{what} never came about"));
}

/// Each kind of call by itself, cut at its COMMIT.
async fn cut_one_by_one(when: When) {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    let database = bank.database().await;
    let calls = calls(&bank, KINDS).await;
    for call in &calls {
        proxy.trap("COMMIT", when, 1);
        let late = async {
            if when == When::Late {
                // The next try finds the first transaction open, and waits for what becomes of it.
                until("a try that waits", async || somebody_waits(&database).await).await;
                proxy.deliver();
            }
        };
        let (answer, ()) = tokio::join!(call.send(&bank), late);
        let answer = answer.unwrap_or_else(|status| panic!("{when:?} {call:?}: {status:?}"));
        assert_eq!(proxy.untrap(), 1, "{when:?} {call:?}");
        assert_eq!(call.send(&bank).await.unwrap(), answer, "{when:?} {call:?}");
    }
    database.close().await.unwrap();
    assert_eq!(rows(&bank).await, undisturbed(KINDS).await, "{when:?}");
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_never_arrived_is_made_up_for_on_postgres() {
    cut_one_by_one(When::Before).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_whose_answer_was_lost_is_answered_from_what_is_remembered_on_postgres() {
    cut_one_by_one(When::Answered).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_arrives_after_the_next_try_began_takes_effect_once_on_postgres() {
    cut_one_by_one(When::Late).await;
}

/// Repeats a request while the answer is UNAVAILABLE, as the contract allows.
async fn until_answered(bank: &Bank, call: &Call, pause: Duration) -> (String, usize) {
    for tries in 0..TRIES_MAX {
        match call.send(bank).await {
            Ok(answer) => return (answer, tries),
            Err(status) => {
                assert_eq!(status.code(), Code::Unavailable, "{call:?}: {status:?}");
                assert_canonical(ErrorReason::Unavailable, &status, &[SHARED]);
            }
        }
        tokio::time::sleep(pause).await;
    }
    panic!("{call:?} was never answered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commits_cut_under_many_callers_take_effect_once_each_on_postgres() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    let calls = calls(&bank, TOGETHER).await;
    let (early, late) = calls.split_at(TOGETHER / 2);
    for (some, when) in [(early, When::Before), (late, When::Answered)] {
        // Twice for each lane: the second try of a batch is lost as well.
        proxy.trap("COMMIT", when, 4);
        let pause = Duration::from_millis(5);
        let answers = join_all(some.iter().map(|call| until_answered(&bank, call, pause))).await;
        assert!(proxy.untrap() > 0, "nothing was cut");
        for (call, (answer, _)) in some.iter().zip(answers) {
            assert_eq!(call.send(&bank).await.unwrap(), answer, "{call:?}");
        }
    }
    assert_eq!(rows(&bank).await, undisturbed(TOGETHER).await);
    bank.finish().await;
}

/// After the cut nobody is there: UNAVAILABLE, whether it happened or not; the same request tells.
async fn cut_off(when: When) {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|given| given.lanes = Some(1)).await else {
        return;
    };
    let calls = calls(&bank, KINDS).await;
    proxy.trap_then("COMMIT", when, 1, Door::Shut);
    let answers = join_all(calls.iter().map(|call| call.send(&bank))).await;
    assert_eq!(proxy.untrap(), 1);
    for answer in answers {
        assert_canonical(ErrorReason::Unavailable, &answer.unwrap_err(), &[SHARED]);
    }
    proxy.mend();
    let pause = Duration::from_millis(20);
    let again = join_all(calls.iter().map(|call| until_answered(&bank, call, pause))).await;
    for (call, (answer, _)) in calls.iter().zip(again) {
        assert_eq!(call.send(&bank).await.unwrap(), answer, "{when:?} {call:?}");
    }
    assert_eq!(rows(&bank).await, undisturbed(KINDS).await, "{when:?}");
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_whose_commit_is_unknown_are_unavailable_and_told_when_repeated_on_postgres() {
    cut_off(When::Before).await;
    cut_off(When::Answered).await;
}

/// What troubles the wire next.
fn trouble(proxy: &Proxy, random: &mut StdRng) {
    match random.random_range(0..6) {
        0 => proxy.end_all(End::Reset),
        1 => proxy.end_all(End::Closed),
        2 => proxy.end_all(End::HalfClosed),
        3 => proxy.trap("COMMIT", When::Answered, random.random_range(1..4)),
        4 => proxy.trap("COMMIT", When::Before, random.random_range(1..4)),
        _ => proxy.trap("INSERT", When::Answered, random.random_range(1..4)),
    }
}

fn number_of(name: &str) -> Option<u64> {
    std::env::vars().find(|(key, _)| key == name).map(|(_, value)| value.parse().unwrap())
}

/// Random cuts under load, from a seed: `FAULT_SEED` and `FAULT_CUTS` repeat and enlarge it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn random_cuts_under_load_leave_every_request_its_one_effect_on_postgres() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    let seed = number_of("FAULT_SEED").unwrap_or_else(|| rand::rng().random());
    let cuts = number_of("FAULT_CUTS").map_or(CUTS, |cuts| usize::try_from(cuts).unwrap());
    println!("FAULT_SEED={seed} FAULT_CUTS={cuts}");
    let mut random = StdRng::seed_from_u64(seed);
    // The callers take the calls one after the other, so that there is load until the last cut.
    let count = cuts * 12;
    let calls = calls(&bank, count).await;
    let left = Mutex::new(calls.iter());
    let answers = Mutex::new(Vec::new());
    let pause = Duration::from_millis(10);
    let callers = join_all((0..8).map(async |_| {
        loop {
            let next = left.lock().unwrap().next();
            let Some(call) = next else { return };
            let answer = until_answered(&bank, call, pause).await;
            answers.lock().unwrap().push((call, answer));
        }
    }));
    let troubling = async {
        for _ in 0..cuts {
            tokio::time::sleep(Duration::from_millis(random.random_range(5..40))).await;
            trouble(&proxy, &mut random);
        }
        proxy.untrap();
    };
    tokio::join!(callers, troubling);
    let answers = answers.into_inner().unwrap();
    let repeated: usize = answers.iter().map(|(_, (_, tries))| tries).sum();
    println!("{} calls, {repeated} repeated", answers.len());
    let mut different = BTreeSet::new();
    for (call, (answer, _)) in answers {
        assert_eq!(until_answered(&bank, call, pause).await.0, answer, "seed {seed}: {call:?}");
        different.insert(answer);
    }
    assert_eq!(different.len(), count, "seed {seed}: two requests have one answer");
    assert_eq!(rows(&bank).await, undisturbed(count).await, "seed {seed}");
    bank.finish().await;
}
