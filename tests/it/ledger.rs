//! The write path at its edges: a full queue, a deadline that passed, connections that are lost.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use account_status::clock::Clock;
use account_status::domain::act::change_status::ChangeStatus;
use account_status::domain::action::Action;
use account_status::domain::batch::{Changes, Remembered, RememberedClass};
use account_status::domain::command::{Command, Effect, Envelope};
use account_status::domain::id::{AccountNumber, RequestId};
use account_status::domain::principal::Principal;
use account_status::domain::transaction::{EntryChannel, Identification};
use account_status::feed::Feed;
use account_status::ledger::{Failure, LANE_QUEUE_MAX, Ledger, Parts};
use account_status::pb::v1::{Cause, StatusAction};
use account_status::roster::Rosters;
use account_status::service::{self, Core, ServiceError};
use account_status::store;
use futures::FutureExt as _;
use sea_orm::{ConnectionTrait, TransactionOptions, TransactionTrait};
use tokio::task::JoinSet;

use crate::harness::{Bank, Engine, engine};
use crate::on_every_engine;

async fn parts(bank: &Bank) -> Parts {
    let store = service::open(&bank.settings).await.unwrap();
    Parts {
        rosters: Rosters::new(store.clone()),
        store,
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
        let shared = ledger.shared();
        assert_eq!(shared.calls as usize, LANE_QUEUE_MAX - 1);
        assert_eq!(shared.commits, 0, "nothing lapsed, so nothing was written");
        drop(ledger);
        running.join_all().await;
        parts.store.close().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_closed_ledger_answers_what_is_queued_and_ends(bank) {
        bank.account("6222021234567890123", "1.00").await;
        let parts = parts(&bank).await;
        let (ledger, lanes) = Ledger::new(&parts, 2);
        let soon = Instant::now() + Duration::from_secs(60);
        let mut waiting: Vec<_> =
            (0..3).map(|id| Box::pin(ledger.submit(lapse(id, soon)))).collect();
        for answer in &mut waiting {
            assert!(answer.as_mut().now_or_never().is_none());
        }
        ledger.close();
        // The ledger lives on, as in a connection that nobody closes; the lanes end all the same.
        futures::future::join_all(lanes.into_iter().map(|lane| lane.run())).await;
        let answers = futures::future::join_all(waiting).await;
        assert!(answers.iter().all(Result::is_ok), "{answers:?}");
        let refused = ledger.submit(lapse(9, soon)).await;
        assert!(matches!(refused, Err(Failure::Unavailable)), "{refused:?}");
        parts.store.close().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_lane_that_ends_by_itself_ends_the_service_with_an_error(bank) {
        let store = service::open(&bank.settings).await.unwrap();
        let core = Core::start(store, bank.clock.clone(), &bank.settings);
        let ledger = core.ledger.clone();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (_stop, stopping) = tokio::sync::watch::channel(false);
        let serving = service::serve(core, listener, &bank.settings, stopping);
        ledger.close();
        let ended = serving.await;
        assert!(matches!(ended, Err(ServiceError::Ended("a lane"))), "{ended:?}");
        bank.finish().await;
    }
}

/// Who holds a row for ever blocks a lane only as long as the lock timeout.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_lock_is_not_waited_for_beyond_its_time_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    bank.account("6222021234567890123", "1.00").await;
    let database = bank.database().await;
    let holder = database.begin_with_options(TransactionOptions::default()).await.unwrap();
    holder.execute_unprepared("SELECT 1 FROM account_balance FOR UPDATE").await.unwrap();
    let soon = Instant::now() + Duration::from_secs(1);
    let answer = tokio::time::timeout(Duration::from_secs(30), bank.ledger.submit(lapse(1, soon)));
    let late = answer.await.expect("the lane waits for ever");
    assert!(matches!(late, Err(Failure::DeadlineExceeded)), "{late:?}");
    holder.rollback().await.unwrap();
    database.close().await.unwrap();
    bank.finish().await;
}

on_every_engine! {
    async fn what_is_remembered_of_an_effect_is_never_overwritten(bank) {
        bank.account("6222021234567890123", "1.00").await;
        let store = service::open(&bank.settings).await.unwrap();
        let remember = async |class, outcome: &str| {
            let transaction = store.begin().await?;
            let answer = Remembered {
                account_number: AccountNumber::parse("6222021234567890123").unwrap(),
                principal: "test".into(),
                request_id: RequestId::internal("remembered"),
                content_hash: String::new(),
                outcome: outcome.to_owned(),
                class,
                recorded_time: bank.now(),
            };
            let changes = Changes { remembered: vec![answer], ..Changes::default() };
            transaction.save(&BTreeMap::new(), &changes).await?;
            transaction.commit().await
        };
        use RememberedClass::{Effect, Refusal};
        remember(Refusal, "1").await.unwrap();
        remember(Refusal, "2").await.unwrap();
        remember(Effect, "3").await.unwrap();
        for class in [Refusal, Effect] {
            let kept = remember(class, "4").await;
            assert!(matches!(kept, Err(store::Error::Conflict(_))), "{class:?} {kept:?}");
        }
        store.close().await;
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
        source: None,
        arrears: account_status::domain::approval::policy::Debt::Open,
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

on_every_engine! {
    async fn an_account_that_rests_is_left_out_when_lapses_are_looked_for(bank) {
        for number in ["81", "82"] {
            bank.account(number, "1.00").await;
            bank.act(number, StatusAction::ReportLoss, |change| {
                change.cause = Cause::LossOral.into();
            })
            .await
            .unwrap();
        }
        bank.pass(chrono::Duration::days(30));
        let store = service::open(&bank.settings).await.unwrap();
        let none = store.account_list_lapsing(bank.now(), std::iter::empty(), 9).await.unwrap();
        assert_eq!(none.len(), 2);
        let but = store.account_list_lapsing(bank.now(), ["81"].into_iter(), 9).await.unwrap();
        assert_eq!(but, ["82"]);
        store.close().await;
        bank.finish().await;
    }
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
