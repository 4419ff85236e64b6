//! The database is away for a while: refused, lost in silence, or slow.

use std::time::{Duration, Instant};

use account_status::pb::v1::*;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};
use tonic::{Code, Status};
use tonic_health::pb::health_check_response::ServingStatus;

use crate::errors::standard::until_health_says;
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::harness::proxy::{Flow, Proxy, When};
use crate::refusals::assert_canonical;

const NUMBER: &str = "9990584001000000501";
/// How long the service may take to say that the database is away, and to be back when it is.
const QUICK: Duration = Duration::from_secs(6);
const BACK: Duration = Duration::from_secs(30);

fn opening(number: &str) -> OpenAccountRequest {
    OpenAccountRequest {
        account_number: number.to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    }
}

/// A read and a write at once, and how long they took.
async fn both(bank: &Bank, write: &WithdrawRequest) -> (Status, Status, Duration) {
    let started = Instant::now();
    let (read, written) = tokio::join!(bank.status(NUMBER), bank.withdraw_with(write.clone()));
    (read.unwrap_err(), written.unwrap_err(), started.elapsed())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_down_calls_are_unavailable_and_can_be_retried_on_postgres() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    until_health_says(&bank.channel, "", ServingStatus::Serving).await;
    bank.account(NUMBER, "1000.00").await;
    let kept = bank.withdraw(NUMBER, "1.00").await.unwrap();
    let write = bank.withdrawal(NUMBER, "1.00");
    let open = opening("9990584001000000502");

    proxy.down();
    for _ in 0..2 {
        let (read, written, took) = both(&bank, &write).await;
        assert_canonical(ErrorReason::Unavailable, &read, &[NUMBER]);
        assert_canonical(ErrorReason::Unavailable, &written, &[NUMBER]);
        assert!(took < QUICK, "it took {took:?} to say that the database is down");
    }
    let opened = bank.account_client().open_account(open.clone()).await;
    assert_canonical(ErrorReason::Unavailable, &opened.unwrap_err(), &[NUMBER]);
    until_health_says(&bank.channel, "", ServingStatus::NotServing).await;
    let who = bank.client_client().who_am_i(WhoAmIRequest {}).await;
    assert!(who.is_ok(), "what needs no database is served");

    proxy.mend();
    until_health_says(&bank.channel, "", ServingStatus::Serving).await;
    let withdrawn = bank.withdraw_with(write.clone()).await.unwrap();
    assert_eq!(bank.withdraw_with(write).await.unwrap(), withdrawn);
    let opened = bank.account_client().open_account(open.clone()).await.unwrap().into_inner();
    let again = bank.account_client().open_account(open).await.unwrap().into_inner();
    assert_eq!(again, opened);
    assert_ne!(kept.withdrawal_id, withdrawn.withdrawal_id);
    assert_eq!(bank.available(NUMBER).await, "998.00");
    bank.finish().await;
}

/// A network that has come apart says nothing at all. What waits for the database ends at its
/// deadline; connections that are lost are given up and not waited for again.
pub(super) async fn lost_in_silence() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|given| given.lanes = Some(1)).await else {
        return;
    };
    bank.account(NUMBER, "1000.00").await;
    let write = bank.withdrawal(NUMBER, "1.00");
    // Every connection is in use, so that none is left for later.
    join_all((0..64).map(|_| bank.status(NUMBER))).await;

    proxy.lose();
    let (read, written, took) = both(&bank, &write).await;
    for status in [read, written] {
        assert!(matches!(status.code(), Code::DeadlineExceeded | Code::Unavailable), "{status:?}");
        assert!(["DEADLINE_EXCEEDED", "UNAVAILABLE"].contains(&&*reason(&status)), "{status:?}");
    }
    assert!(took < QUICK, "a lost database was waited for {took:?}");
    // Everybody asks until nothing is left to ask with.
    join_all((0..64).map(|_| bank.status(NUMBER))).await;
    until_health_says(&bank.channel, "", ServingStatus::NotServing).await;

    proxy.mend();
    let mended = Instant::now();
    until_health_says(&bank.channel, "", ServingStatus::Serving).await;
    assert_eq!(bank.available(NUMBER).await, "1000.00");
    let withdrawn = loop {
        match bank.withdraw_with(write.clone()).await {
            Ok(withdrawn) => break withdrawn,
            Err(status) => {
                let retried = [Code::DeadlineExceeded, Code::Unavailable].contains(&status.code());
                assert!(retried, "{status:?}");
                assert!(mended.elapsed() < BACK, "the service never came back: {status:?}");
            }
        }
    };
    println!("served again {:?} after the network", mended.elapsed());
    assert_eq!(bank.withdraw_with(write).await.unwrap(), withdrawn);
    assert_eq!(bank.available(NUMBER).await, "999.00");
    bank.finish().await;
}

async fn idle_in_transaction(database: &DatabaseConnection) -> i64 {
    let idle = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let statement = Statement::from_string(DbBackend::Postgres, idle);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// A service that is lost in the middle of a batch holds its rows for the server, which hears no
/// end of it: the server gives them up by itself, so that another replica can go on.
pub(super) async fn rows_of_a_lost_service() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    bank.account(NUMBER, "1000.00").await;
    let write = bank.withdrawal(NUMBER, "1.00");
    let database = bank.database().await;
    proxy.trap("COMMIT", When::Held, 1);
    let lost = bank.withdraw_with(write.clone());
    let losing = async {
        while proxy.sprung() == 0 {
            crate::harness::moment().await;
        }
        proxy.lose();
        assert_eq!(idle_in_transaction(&database).await, 1, "the transaction is open");
    };
    let (lost, ()) = tokio::join!(lost, losing);
    assert_eq!(reason(&lost.unwrap_err()), "DEADLINE_EXCEEDED");

    let other = Bank::on(bank.engine, bank.url.clone(), tempfile::tempdir().unwrap(), |_| {}).await;
    let started = Instant::now();
    while let Err(status) = other.withdraw_with(write.clone()).await {
        assert!(started.elapsed() < BACK, "the rows are never given up: {status:?}");
    }
    println!("another replica went on after {:?}", started.elapsed());
    assert_eq!(other.available(NUMBER).await, "999.00");
    assert_eq!(idle_in_transaction(&database).await, 0);
    database.close().await.unwrap();
    other.stop_without_audit().await;
    proxy.mend();
    until_health_says(&bank.channel, "", ServingStatus::Serving).await;
    bank.finish().await;
}

async fn slowed(bank: &Bank, proxy: &Proxy, flow: Flow) {
    proxy.set_flow(flow);
    let calls = (0..8).map(|_| bank.withdraw(NUMBER, "1.00"));
    for answer in join_all(calls).await {
        assert!(answer.is_ok(), "{flow:?}: {answer:?}");
    }
    assert!(bank.status(NUMBER).await.is_ok());
    proxy.set_flow(Flow::Free);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_network_slows_calls_down_and_breaks_none_on_postgres() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    bank.account(NUMBER, "1000.00").await;
    slowed(&bank, &proxy, Flow::Delayed(Duration::from_millis(25))).await;
    slowed(&bank, &proxy, Flow::Dripping(64, Duration::from_millis(1))).await;
    assert_eq!(bank.available(NUMBER).await, "984.00");
    bank.finish().await;
}

/// A client that leaves while its command commits: the effect stands, and the same request tells.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_leaves_mid_commit_leaves_its_effect_on_postgres() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    bank.account(NUMBER, "1000.00").await;
    let write = bank.withdrawal(NUMBER, "1.00");
    proxy.trap("COMMIT", When::Held, 1);
    tokio::select! {
        answer = bank.withdraw_with(write.clone()) => panic!("nothing is committed: {answer:?}"),
        () = async { while proxy.sprung() == 0 { crate::harness::moment().await } } => {}
    }
    proxy.deliver();
    let found = bank.withdraw_with(write.clone()).await.unwrap();
    assert_eq!(bank.withdraw_with(write).await.unwrap(), found);
    let list = ListWithdrawalsRequest { account_number: NUMBER.to_owned(), ..Default::default() };
    let listed = bank.withdraw_client().list_withdrawals(list).await.unwrap().into_inner();
    assert_eq!(listed.withdrawals.len(), 1);
    bank.finish().await;
}
