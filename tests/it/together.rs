//! Many callers at once: commits are shared, one account's calls don't get in each other's way.

use account_status::pb::v1::withdraw_service_client::WithdrawServiceClient;
use account_status::pb::v1::{Direction, RecordTransactionRequest, TransactionMode};
use tokio::task::JoinSet;

use crate::harness::{Bank, Engine, calls, engine};
use crate::on_every_engine;

const CALLERS: usize = 64;
const CALLS_EACH: usize = 12;

async fn withdraw_from(bank: &Bank, accounts: usize) -> f64 {
    let before = bank.ledger.shared();
    let mut callers = JoinSet::new();
    for caller in 0..CALLERS {
        let mut client = WithdrawServiceClient::new(bank.channel.clone());
        let account = format!("70{:04}", caller % accounts);
        let requests: Vec<_> = (0..CALLS_EACH).map(|_| bank.withdrawal(&account, "0.01")).collect();
        callers.spawn(async move {
            let mut ids = Vec::new();
            for request in requests {
                let answer = client.withdraw(request).await.unwrap().into_inner();
                ids.push(answer.withdrawal.unwrap().withdrawal_id);
            }
            ids
        });
    }
    let ids: Vec<String> = callers.join_all().await.into_iter().flatten().collect();
    bank.acknowledged.lock().unwrap().extend(ids);
    let after = bank.ledger.shared();
    let calls = u32::try_from(after.calls - before.calls).unwrap();
    let commits = u32::try_from(after.commits - before.commits).unwrap();
    assert_eq!(calls as usize, CALLERS * CALLS_EACH);
    f64::from(calls) / f64::from(commits)
}

on_every_engine! {
    async fn sixty_four_callers_share_commits(bank) {
        for account in 0..16 {
            bank.account(&format!("70{account:04}"), "1000.00").await;
        }
        let spread = withdraw_from(&bank, 16).await;
        let hot = withdraw_from(&bank, 1).await;
        println!(
            "{:?}: {CALLERS} callers, calls per commit: {spread:.1} on 16 accounts, {hot:.1} on one",
            bank.engine
        );
        assert!(spread > 1.5 && hot > 1.5, "commits are not shared: {spread} {hot}");
        assert_eq!(bank.available("700000").await, "991.84");
        bank.finish().await;
    }
}

async fn replicas() -> Option<(Bank, Bank)> {
    if !engine::postgres_is_there().await {
        return None;
    }
    let bank = Bank::open(Engine::Postgres).await;
    let directory = tempfile::tempdir().unwrap();
    let other = Bank::on(Engine::Postgres, bank.url.clone(), directory, |_given| {}).await;
    // Clocks of two servers never agree.
    other.pass(chrono::Duration::seconds(1));
    Some((bank, other))
}

async fn finish(bank: Bank, other: Bank) {
    bank.pass(chrono::Duration::seconds(2));
    bank.acknowledged.lock().unwrap().extend(other.acknowledged.lock().unwrap().drain(..));
    other.stop_without_audit().await;
    bank.finish().await;
}

/// Two replicas write to one account at once: its row lock keeps the sums right.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_replicas_on_one_account_lose_nothing_on_postgres() {
    let Some((bank, other)) = replicas().await else { return };
    bank.account("71", "1000.00").await;
    let callers = (0..16).map(async |caller| {
        let replica = if caller % 2 == 0 { &bank } else { &other };
        for _ in 0..10 {
            replica.withdraw("71", "0.01").await.unwrap();
            replica.credit("71", "0.03").await.unwrap();
        }
    });
    futures::future::join_all(callers).await;
    assert_eq!(bank.available("71").await, "1003.20");
    finish(bank, other).await;
}

/// One replica opens accounts that the other already gets commands for: they are refused until the
/// account is there, and never decided on an account that isn't locked.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_for_an_account_that_another_replica_opens_are_safe_on_postgres() {
    let Some((bank, other)) = replicas().await else { return };
    for number in 0..12 {
        let number = format!("72{number:02}");
        let credited = async {
            // Asked for, because a fact would be taken in before the account is open.
            let ask = || RecordTransactionRequest {
                mode: TransactionMode::Authorize.into(),
                ..other.posting(&number, Direction::Credit, "0.05")
            };
            while let Err(status) = other.record(ask()).await {
                let reason = calls::reason(&status);
                assert!(["ACCOUNT_NOT_FOUND", "ACCOUNT_OPENING"].contains(&&*reason), "{status:?}");
            }
        };
        tokio::join!(bank.account(&number, "1.00"), credited);
        assert_eq!(bank.available(&number).await, "1.05");
    }
    finish(bank, other).await;
}

on_every_engine! {
    async fn what_fits_one_by_one_but_not_together_is_taken_once(bank) {
        bank.account("6222021234567890123", "100.00").await;
        let (one, other) = tokio::join!(
            bank.withdraw("6222021234567890123", "60.00"),
            bank.withdraw("6222021234567890123", "60.00"),
        );
        assert_ne!(one.is_ok(), other.is_ok(), "{one:?} {other:?}");
        assert_eq!(bank.available("6222021234567890123").await, "40.00");
        bank.finish().await;
    }
}
