//! The write path at its edges: a full queue, a deadline that passed, connections that are lost.

use std::sync::Arc;
use std::time::{Duration, Instant};

use account_status::clock::Clock;
use account_status::domain::act::change_status::ChangeStatus;
use account_status::domain::action::Action;
use account_status::domain::command::{Command, Effect, Envelope};
use account_status::domain::id::{AccountNumber, RequestId};
use account_status::domain::principal::Principal;
use account_status::domain::transaction::{EntryChannel, Identification};
use account_status::feed::Feed;
use account_status::ledger::{Failure, LANE_QUEUE_MAX, Ledger, Parts};
use account_status::service;
use futures::FutureExt as _;
use sea_orm::ConnectionTrait;
use tokio::task::JoinSet;

use crate::harness::{Bank, Engine, engine};
use crate::on_every_engine;

async fn parts(bank: &Bank) -> Parts {
    Parts {
        store: service::open(&bank.settings).await.unwrap(),
        clock: bank.clock.clone(),
        rules: Arc::new(bank.settings.rules.clone()),
        feed: Feed::default(),
    }
}

fn lapse(id: usize, deadline: Instant) -> Envelope {
    Envelope {
        principal: Principal::service("test"),
        account_number: AccountNumber::parse("6222021234567890123").unwrap(),
        request_id: RequestId::internal(&format!("lapse-{id}")),
        deadline,
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command: Command::Lapse,
    }
}

on_every_engine! {
    async fn a_full_lane_refuses_at_once_and_a_late_command_is_dropped(bank) {
        bank.account("6222021234567890123", "1.00").await;
        let parts = parts(&bank).await;
        let (ledger, lanes) = Ledger::new(&parts, 1);
        let soon = Instant::now() + Duration::from_secs(60);
        let late = Instant::now();
        let mut waiting = Vec::new();
        for id in 0..LANE_QUEUE_MAX {
            let deadline = if id == 0 { late } else { soon };
            let mut answer = Box::pin(ledger.submit(lapse(id, deadline)));
            assert!(answer.as_mut().now_or_never().is_none(), "nobody works on the lane yet");
            waiting.push(answer);
        }
        let refused = ledger.submit(lapse(LANE_QUEUE_MAX, soon)).await;
        assert!(matches!(refused, Err(Failure::Overloaded)), "{refused:?}");

        let mut running = JoinSet::new();
        for lane in lanes {
            running.spawn(lane.run());
        }
        let mut answers = futures::future::join_all(waiting).await.into_iter();
        assert!(matches!(answers.next(), Some(Err(Failure::DeadlineExceeded))));
        assert!(answers.all(|answer| answer.is_ok()), "what was in time is answered");
        // All that waited was carried out together, in as few commits as the batch allows.
        assert!(ledger.shared().commits <= 32, "{:?}", ledger.shared());
        drop(ledger);
        running.join_all().await;
        parts.store.close().await;
        bank.finish().await;
    }
}

/// A status action without its cause never passes the edge; handed in behind it, it panics where
/// the rules rely on the edge. Whoever shares the batch doesn't notice.
fn poisoned() -> Envelope {
    let change = ChangeStatus {
        action: Action::MarkDormant,
        causes: Vec::new(),
        reason: String::new(),
        condition_id: None,
        missing_items: Vec::new(),
        restriction: None,
        amount: None,
        end_time: None,
        authority: String::new(),
        document_no: String::new(),
        identification: Identification::None,
        entry_channel: EntryChannel::Unspecified,
    };
    let soon = Instant::now() + Duration::from_secs(60);
    Envelope { command: Command::ChangeStatus(change), ..lapse(0, soon) }
}

on_every_engine! {
    async fn a_command_that_panics_is_answered_internal_and_the_rest_of_its_batch_runs(bank) {
        bank.account("6222021234567890123", "1.00").await;
        let etag = bank.status("6222021234567890123").await.unwrap().etag;
        let parts = parts(&bank).await;
        let (ledger, lanes) = Ledger::new(&parts, 1);
        let soon = Instant::now() + Duration::from_secs(60);
        let together = [lapse(1, soon), poisoned(), lapse(2, soon)];
        let mut waiting: Vec<_> =
            together.into_iter().map(|envelope| Box::pin(ledger.submit(envelope))).collect();
        for answer in &mut waiting {
            assert!(answer.as_mut().now_or_never().is_none());
        }
        let mut running = JoinSet::new();
        for lane in lanes {
            running.spawn(lane.run());
        }
        let answers = futures::future::join_all(waiting).await;
        let expected = matches!(&answers[..], [Ok(_), Err(Failure::Internal), Ok(_)]);
        assert!(expected, "{answers:?}");
        drop(ledger);
        running.join_all().await;
        parts.store.close().await;
        assert_eq!(bank.status("6222021234567890123").await.unwrap().etag, etag);
        bank.finish().await;
    }
}

/// Connections are cut again and again while callers reserve: each call is answered, none twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lost_connections_are_survived_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Arc::new(Bank::open(Engine::Postgres).await);
    for account in ["81", "82", "83"] {
        bank.account(account, "1000.00").await;
    }
    let mut callers = JoinSet::new();
    for caller in 0..12 {
        let bank = bank.clone();
        callers.spawn(async move {
            let account = ["81", "82", "83"][caller % 3];
            for _ in 0..15 {
                // A caller repeats the request until it is answered, as the contract allows.
                let request = bank.withdrawal(account, "0.01");
                let mut tries = 0;
                while let Err(status) = bank.withdraw_with(request.clone()).await {
                    assert_eq!(status.code(), tonic::Code::Unavailable, "{status:?}");
                    tries += 1;
                    assert!(tries < 50, "the service never came back");
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
        });
    }
    let database = bank.database().await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(60)).await;
        database.execute_unprepared(cut).await.unwrap();
    }
    callers.join_all().await;
    database.close().await.unwrap();
    for account in ["81", "82", "83"] {
        assert_eq!(bank.available(account).await, "999.40", "each of 60 calls took effect once");
    }
    Arc::into_inner(bank).unwrap().finish().await;
}

#[tokio::test]
async fn a_manual_clock_wakes_who_waits_for_it() {
    let clock = Clock::manual(crate::harness::start_time(), 1);
    let at = clock.now() + chrono::Duration::seconds(1);
    let mut waiting = Box::pin(clock.sleep_until(at));
    assert!(waiting.as_mut().now_or_never().is_none());
    clock.set(at);
    waiting.await;
}
