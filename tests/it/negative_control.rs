//! With a safeguard off, the test that guards it fails: else it would guard nothing. The switches
//! are the process's, so these tests run alone:
//! `cargo test --features negative-control --test it negative_control -- --test-threads=1`.

use account_status::domain::safeguard::{Off, Safeguard};

use crate::fenced::late::after_its_lease;
use crate::harness::{Bank, Engine};
use crate::payouts::intent::cancelled_after_it_was_sent;
use crate::races::rush::freezes_meet_payouts;
use crate::races::{self, close, servers};

/// How often a body is tried until its race is lost.
const TRIES: usize = 5;
/// The rounds of one try.
const ROUNDS: usize = 15;
/// The calls of one try where freezes meet payouts.
const CALLS: u64 = 800;

/// Runs a body with a safeguard off until it finds something broken, then once with it on.
async fn guarded(engine: Engine, safeguard: Safeguard, body: impl AsyncFn(&[Bank]) -> Vec<String>) {
    let mut found = Vec::new();
    let mut tries = 0;
    while found.is_empty() {
        assert!(tries < TRIES, "{safeguard:?} is off, and nothing was found broken");
        tries += 1;
        let Some(servers) = servers(engine).await else { return };
        let off = Off::turn(safeguard);
        found = body(&servers).await;
        drop(off);
        let not_audited = ["its rows may contradict each other".to_owned()];
        close(servers, &not_audited).await;
    }
    let some = found.iter().rev().take(3).collect::<Vec<_>>();
    println!("{engine:?} without {safeguard:?}, {} found in try {tries}: {some:#?}", found.len());
    let servers = servers(engine).await.expect("the engine was there a moment ago");
    let broken = body(&servers).await;
    assert!(broken.is_empty(), "{safeguard:?} stands: {broken:#?}");
    close(servers, &broken).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_row_lock_one_request_has_two_answers_on_postgres() {
    guarded(Engine::Postgres, Safeguard::RowLock, async |servers| {
        races::twins_are_answered_alike(servers).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn loaded_with_the_lock_a_freeze_is_not_seen_on_postgres() {
    guarded(Engine::Postgres, Safeguard::LoadAfterLock, async |servers| {
        races::freezes_keep_what_withdrawals_want(servers, ROUNDS).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_replay_check_a_request_counts_again_on_sqlite() {
    guarded(Engine::Sqlite, Safeguard::ReplayCheck, async |servers| {
        races::replays_are_answered_as_before(servers).await
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_replay_check_a_request_counts_again_on_postgres() {
    guarded(Engine::Postgres, Safeguard::ReplayCheck, async |servers| {
        races::replays_are_answered_as_before(servers).await
    })
    .await;
}

/// Sent without a last look at the freezes, money goes that they claim. A rush may find only what is sent
/// under a condition; then there is another.
async fn without_recheck(engine: Engine) {
    let (mut sent, mut tries) = (0, 0);
    let mut found = Vec::new();
    while sent == 0 {
        assert!(tries < TRIES, "Recheck is off, and nothing was sent past a claim: {found:#?}");
        tries += 1;
        let off = Off::turn(Safeguard::Recheck);
        let rushed = freezes_meet_payouts(engine, CALLS).await;
        drop(off);
        let Some((broken, _seen)) = rushed else { return };
        sent = broken.iter().filter(|what| what.contains("sent past an unfilled claim")).count();
        found.extend(broken);
    }
    println!("{engine:?} without Recheck, {} found in {tries} tries, {sent} sent", found.len());
    let (broken, _seen) = freezes_meet_payouts(engine, CALLS).await.expect("it was there");
    assert!(broken.is_empty(), "Recheck stands: {broken:#?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_recheck_claimed_money_is_sent_on_sqlite() {
    without_recheck(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_recheck_claimed_money_is_sent_on_postgres() {
    without_recheck(Engine::Postgres).await;
}

/// Sent before it is written down, a payout is paid and cancelled, too.
async fn without_intent_first(engine: Engine) {
    let off = Off::turn(Safeguard::IntentFirst);
    let wrong = cancelled_after_it_was_sent(engine).await;
    drop(off);
    let Some(wrong) = wrong else { return };
    println!("{engine:?} without IntentFirst: {wrong:#?}");
    assert!(!wrong.is_empty(), "IntentFirst is off, and nothing was found broken");
    let wrong = cancelled_after_it_was_sent(engine).await;
    assert_eq!(wrong, Some(Vec::new()), "IntentFirst stands");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_intent_first_what_is_paid_is_cancelled_on_sqlite() {
    without_intent_first(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_intent_first_what_is_paid_is_cancelled_on_postgres() {
    without_intent_first(Engine::Postgres).await;
}

/// With no fence, one whose lease is over sends all the same, and its silence is believed.
async fn without_lease_fence(engine: Engine) {
    let off = Off::turn(Safeguard::LeaseFence);
    let wrong = after_its_lease(engine).await;
    drop(off);
    let Some(wrong) = wrong else { return };
    println!("{engine:?} without LeaseFence: {wrong:#?}");
    assert!(wrong.iter().any(|what| what.contains("reached the channel")), "{wrong:#?}");
    assert!(wrong.iter().any(|what| what.contains("silence")), "{wrong:#?}");
    assert_eq!(after_its_lease(engine).await, Some(Vec::new()), "LeaseFence stands");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lease_fence_who_lost_its_turn_goes_on_on_sqlite() {
    without_lease_fence(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_lease_fence_who_lost_its_turn_goes_on_on_postgres() {
    without_lease_fence(Engine::Postgres).await;
}
