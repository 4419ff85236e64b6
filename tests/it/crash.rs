//! `kill -9` and SIGTERM while callers reserve: what was acknowledged is there, and nothing happened
//! twice.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use account_status::pb::v1::withdraw_service_client::WithdrawServiceClient;
use account_status::pb::v1::*;
use tokio::task::JoinSet;
use tonic::transport::Channel;

use crate::harness::calls::{cny, fresh, payee};
use crate::harness::program::Program;
use crate::harness::{Bank, Engine, engine};

const ACCOUNTS: [&str; 4] = ["8000000001", "8000000002", "8000000003", "8000000004"];
const CALLERS: usize = 32;
const KILLS: u64 = 5;
const STOPS: u64 = 2;

/// A request that was sent, and the id that its answer named, if it was answered.
type Sent = Arc<Mutex<Vec<(WithdrawRequest, Option<String>)>>>;

async fn caller(channel: Channel, account: &'static str, sent: Sent) {
    let mut client = WithdrawServiceClient::new(channel);
    loop {
        let request = WithdrawRequest {
            account_number: account.to_owned(),
            amount: cny("0.01"),
            beneficiary: payee(),
            request_id: fresh(),
            ..WithdrawRequest::default()
        };
        let answer = client.withdraw(request.clone()).await;
        let id = answer.ok().map(|answer| answer.into_inner().withdrawal.unwrap().withdrawal_id);
        let lost = id.is_none();
        sent.lock().unwrap().push((request, id));
        if lost {
            return;
        }
    }
}

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ending {
    /// `kill -9`.
    Killed,
    /// SIGTERM, and a clean end.
    Stopped,
}

/// Sends under load, ends the program at a moment of its own for each round, starts again, and sends every
/// unanswered request once more: with its id it takes effect at most once.
async fn ended_under_load(kind: Engine, ending: Ending) {
    let directory = tempfile::tempdir().unwrap();
    let url = engine::fresh_database(kind, directory.path()).await;
    let bank = Bank::on(kind, url.clone(), tempfile::tempdir().unwrap(), |given| {
        given.open_withdrawals_max = Some(1_000_000);
    });
    let bank = bank.await;
    for account in ACCOUNTS {
        bank.account(account, "100000.00").await;
    }
    bank.stop_without_audit().await;

    let sent: Sent = Arc::default();
    let rounds = if ending == Ending::Killed { KILLS } else { STOPS };
    for round in 0..rounds {
        let serve = ["serve", "--open-withdrawals-max", "1000000"];
        let program = Program::start(&serve, &url).await;
        let mut callers = JoinSet::new();
        for index in 0..CALLERS {
            let account = ACCOUNTS[index % ACCOUNTS.len()];
            callers.spawn(caller(program.channel.clone(), account, sent.clone()));
        }
        tokio::time::sleep(Duration::from_millis(150 + 137 * round)).await;
        match ending {
            Ending::Killed => program.kill().await,
            Ending::Stopped => program.terminate().await,
        }
        while callers.join_next().await.is_some() {}
    }

    let bank = Bank::on(kind, url.clone(), directory, |given| {
        given.open_withdrawals_max = Some(1_000_000);
    });
    let bank = bank.await;
    let sent = std::mem::take(&mut *sent.lock().unwrap());
    let answered = sent.iter().filter(|(_, id)| id.is_some()).count();
    assert!(answered > 100, "hardly anything was answered: {answered} of {}", sent.len());
    for (request, id) in sent {
        let again = bank.withdraw_with(request).await.unwrap();
        if let Some(id) = id {
            assert_eq!(again.withdrawal_id, id, "an acknowledged withdrawal was made again");
        }
    }
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_sqlite() {
    ended_under_load(Engine::Sqlite, Ending::Killed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_on_postgres() {
    if engine::postgres_is_there().await {
        ended_under_load(Engine::Postgres, Ending::Killed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_it_is_told_to_stop_under_load_on_sqlite() {
    ended_under_load(Engine::Sqlite, Ending::Stopped).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_it_is_told_to_stop_under_load_on_postgres() {
    if engine::postgres_is_there().await {
        ended_under_load(Engine::Postgres, Ending::Stopped).await;
    }
}
