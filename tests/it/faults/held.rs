//! SQLite's file, while another program writes to it or there is no room for more.

use std::time::{Duration, Instant};

use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::Code;

use super::Holder;
use crate::harness::calls::*;
use crate::harness::program::Program;
use crate::harness::{Bank, Engine, engine};
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

/// No room: the program may write no file beyond a size. Writes are unavailable and reads are
/// served; once there is room, writes are served, too.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_room_on_the_disk_writes_are_unavailable_and_reads_served_on_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    let url = engine::fresh_database(Engine::Sqlite, directory.path()).await;
    let bank = Bank::on(Engine::Sqlite, url.clone(), directory, |given| {
        given.open_withdrawals_max = Some(1_000_000);
    });
    let bank = bank.await;
    bank.account(NUMBER, "1000000.00").await;
    let serve = ["serve", "--open-withdrawals-max", "1000000"];
    let program = Program::start_by(Program::command_bearing_limits(), &serve, &url).await;
    let mut taken = vec![program.withdraw(NUMBER, "0.01").await.unwrap().withdrawal_id];
    let log = format!("{}-wal", url.trim_start_matches("sqlite://"));
    program.limit_files(Some(std::fs::metadata(log).unwrap().len() + 64 * 1024));
    let (request, refused) = loop {
        let request = bank.withdrawal(NUMBER, "0.01");
        match program.send(request.clone()).await {
            Ok(withdrawal) => taken.push(withdrawal.withdrawal_id),
            Err(status) => break (request, status),
        }
        assert!(taken.len() < 10_000, "there is always room");
    };
    assert_canonical(ErrorReason::Unavailable, &refused, &[NUMBER]);
    for id in taken.iter().rev().take(3) {
        assert_eq!(program.find_withdrawal(id).await.unwrap().withdrawal_id, *id);
    }
    program.limit_files(None);
    let withdrawal = program.send(request.clone()).await.unwrap();
    assert_eq!(program.send(request).await.unwrap(), withdrawal);
    assert!(!taken.contains(&withdrawal.withdrawal_id));
    program.terminate().await;
    taken.push(withdrawal.withdrawal_id);
    bank.acknowledged.lock().unwrap().extend(taken);
    bank.finish().await;
}
