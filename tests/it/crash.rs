//! `kill -9` and SIGTERM while callers reserve: what was acknowledged is there, and nothing happened
//! twice.

use std::time::Duration;

use tokio::task::JoinSet;

use crate::harness::program::{Program, Sent, keep_reserving};
use crate::harness::{Bank, Engine, engine};

const ACCOUNTS: [&str; 4] = ["8000000001", "8000000002", "8000000003", "8000000004"];
const CALLERS: usize = 32;
const KILLS: u64 = 5;
const STOPS: u64 = 2;

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

    let sent = Sent::default();
    let rounds = if ending == Ending::Killed { KILLS } else { STOPS };
    for round in 0..rounds {
        let serve = ["serve", "--open-withdrawals-max", "1000000"];
        let program = Program::start(&serve, &url).await;
        let mut callers = JoinSet::new();
        for index in 0..CALLERS {
            let account = ACCOUNTS[index % ACCOUNTS.len()];
            let line = program.channel.clone();
            callers.spawn(keep_reserving(line, account, sent.clone(), usize::MAX));
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
