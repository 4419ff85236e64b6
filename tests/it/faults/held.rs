//! SQLite's file, while another program writes to it.

use std::time::{Duration, Instant};

use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::Code;

use super::Holder;
use crate::harness::calls::*;
use crate::harness::{Bank, Engine};
use crate::refusals::assert_canonical;

const NUMBER: &str = "9990584001000000801";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_another_program_holds_is_waited_for_within_bounds_on_sqlite() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(NUMBER, "1000.00").await;

    // For a while: calls wait, and reads are served.
    let holder = Holder::of(&bank).await;
    let calls = join_all((0..8).map(|_| bank.withdraw(NUMBER, "1.00")));
    let reading = async {
        for _ in 0..10 {
            assert_eq!(bank.available(NUMBER).await, "1000.00");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        holder.let_go().await;
    };
    let (answers, ()) = tokio::join!(calls, reading);
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");

    // Longer than a call may take: its deadline ends it, and nothing comes of it later.
    let holder = Holder::of(&bank).await;
    let short = with(&[("grpc-timeout", "300m")], bank.withdrawal(NUMBER, "1.00"));
    let late = bank.withdraw_with(short).await.unwrap_err();
    // The client's own timer may be as fast, and calls it otherwise.
    let over = [Code::DeadlineExceeded, Code::Cancelled].contains(&late.code());
    assert!(over, "{late:?}");
    holder.let_go().await;
    bank.withdraw(NUMBER, "1.00").await.unwrap();
    assert_eq!(bank.available(NUMBER).await, "991.00", "eight, and the last");
    bank.finish().await;
}

/// Longer than the service waits: it says that the database is not there for it.
pub(super) async fn held_for_long() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(NUMBER, "10.00").await;
    let patient = bank.withdrawal(NUMBER, "1.00");
    let holder = Holder::of(&bank).await;
    let long = with(&[("grpc-timeout", "30S")], patient.clone());
    let started = Instant::now();
    let refused = bank.withdraw_with(long).await.unwrap_err();
    assert_canonical(ErrorReason::Unavailable, &refused, &[NUMBER]);
    assert!(started.elapsed() < Duration::from_secs(28), "{:?}", started.elapsed());
    holder.let_go().await;
    bank.withdraw_with(patient).await.unwrap();
    assert_eq!(bank.available(NUMBER).await, "9.00");
    bank.finish().await;
}
