//! Killed while it migrates: the next `migrate up` finishes, and the service serves on what it made.

use super::*;
use crate::harness::proxy::{Proxy, When};

/// How much later than the one before each run is killed.
const LATER: Duration = Duration::from_millis(4);
/// The most runs that are killed.
const KILLS_MAX: u32 = 100;

fn migrate(url: &str) -> tokio::process::Child {
    let mut command = Program::command();
    command.args(["migrate", "up", "--database-url", url]);
    command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
    command.kill_on_drop(true).spawn().unwrap()
}

/// Migrates to the end, and reserves a withdrawal on what is there then.
async fn finishes_and_serves(kind: Engine, url: &str) {
    assert!(migrate(url).wait().await.unwrap().success(), "it can't be finished");
    let directory = tempfile::tempdir().unwrap();
    let bank = Bank::on(kind, url.to_owned(), directory, |_given| {}).await;
    bank.account(ACCOUNTS[0], "100.00").await;
    bank.withdraw(ACCOUNTS[0], "12.34").await.unwrap();
    bank.finish().await;
}

/// At one moment after the other, from its beginning to its end.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_migrates_sqlite() {
    let mut ended = None;
    for kills in 0..KILLS_MAX {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/bank.db", directory.path().display());
        let mut running = migrate(&url);
        if let Ok(end) = tokio::time::timeout(LATER * kills, running.wait()).await {
            assert!(end.unwrap().success());
            ended = Some(kills);
            break;
        }
        running.kill().await.unwrap();
        finishes_and_serves(Engine::Sqlite, &url).await;
    }
    let kills = ended.expect("it never ends by itself");
    println!("{kills} killed before one ended");
    assert!(kills > 1, "none was killed on its way");
}

/// In the middle, before its commit and after it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_while_it_migrates_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let points = [("CREATE TABLE", When::Held), ("COMMIT", When::Held), ("COMMIT", When::Silent)];
    for (word, when) in points {
        let url = engine::empty_database().await;
        let (proxy, through) = Proxy::to_database(&url).await;
        proxy.trap(word, when, 1);
        let mut running = migrate(&through);
        while proxy.sprung() == 0 {
            assert!(running.try_wait().unwrap().is_none(), "it ended before {word}");
            tokio::time::sleep(LOOK).await;
        }
        running.kill().await.unwrap();
        drop(proxy);
        finishes_and_serves(Engine::Postgres, &url).await;
    }
}
