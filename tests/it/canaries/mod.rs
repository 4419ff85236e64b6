//! Distinctive values in every field that may hold something personal, in a run of the real program
//! at its most talkative, through calls that go well and calls that don't: none of them stands in
//! its logs, nor in the answer to a call that failed.

mod cases;
mod channels;
mod orders;
mod proposals;
mod walk;

use std::fs::File;
use std::path::Path;
use std::time::Duration;

use tonic::Status;
use tonic_types::StatusExt as _;

use crate::harness::calls::reason;
use crate::harness::program::Program;
use crate::harness::proxy::{End, Proxy};
use crate::harness::{Bank, Engine, engine};
use walk::Walk;

/// The account; its last four digits may be shown.
const NUMBER: &str = "9990777001000047711";
/// An account that isn't there.
const UNKNOWN: &str = "9990777001000048822";
/// Every other canary begins with one of these.
const BEGINNINGS: [&str; 5] = ["Canary", "CNRY", "99908880", "62998881", "金丝雀"];
/// May stand in answers, where a freeze's authority, document and id are facts, and never in logs.
const FACTS: [&str; 3] = ["Canary Court", "CNRY-DOC", "Canary item"];

/// Whether a text holds a canary, and which.
fn found(text: &str) -> Option<&'static str> {
    let numbers = [NUMBER, UNKNOWN].map(|number| &number[..number.len() - 4]);
    numbers.into_iter().chain(BEGINNINGS).find(|canary| text.contains(canary))
}

/// Checks that the answer to a call that failed holds no canary, wherever.
fn assert_clean(status: &Status) {
    let details = status.get_error_details();
    let headers = status.metadata().clone().into_headers();
    let headers: Vec<String> = headers
        .iter()
        .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())))
        .collect();
    let raw = String::from_utf8_lossy(status.details());
    let mut text = format!("{} {details:?} {raw} {headers:?}", status.message());
    for fact in FACTS {
        text = text.replace(fact, "");
    }
    assert_eq!(found(&text), None, "in {status:?} {details:?}");
}

/// What the log has to show, or the test missed what it is about.
const SEEN: [&str; 3] =
    ["a command failed", "panicked", "accountstatus.v1.WithdrawService/Withdraw"];
/// And on PostgreSQL; on SQLite it is BEGIN that waits, which is no statement to the driver.
const SLOW: &str = "slow statement";

fn assert_log_clean(kind: Engine, log: &Path) {
    let text = std::fs::read_to_string(log).unwrap();
    println!("{} bytes of log", text.len());
    let caught: Vec<&str> = text.lines().filter(|line| found(line).is_some()).collect();
    assert!(
        caught.is_empty(),
        "{} lines of the log: {:#?}",
        caught.len(),
        caught.iter().take(5).collect::<Vec<_>>()
    );
    for words in SEEN.into_iter().chain((kind == Engine::Postgres).then_some(SLOW)) {
        assert!(text.contains(words), "{words} isn't logged");
    }
}

/// The program under a walk through all that it does.
async fn walked(kind: Engine, format: &str) {
    let directory = tempfile::tempdir().unwrap();
    let url = engine::fresh_database(kind, directory.path()).await;
    let log = directory.path().join("log");
    let (proxy, through) = match kind {
        Engine::Postgres => {
            let (proxy, through) = Proxy::to_database(&url).await;
            (Some(proxy), through)
        }
        Engine::Sqlite => (None, url.clone()),
    };
    let inside = tempfile::tempdir().unwrap();
    let mut bank = Bank::on(kind, url.clone(), inside, |_given| {}).await;
    let mut command = Program::command();
    command.stderr(File::create(&log).unwrap());
    // What waits for a second person all the same is an emergency.
    let arguments =
        ["serve", "--four-eyes", "waived", "--log", "trace,sqlx=trace", "--log-format", format];
    let program = Program::start_by(command, &arguments, &through).await;
    // The bank's own service rests; every call goes to the program.
    bank.channel = program.channel.clone();

    let walk = Walk { bank: &bank };
    let mut refused = walk.through_what_goes_well().await;
    refused.extend(walk.through_orders().await);
    refused.extend(walk.through_refusals().await);
    refused.extend(walk.through_proposals().await);
    refused.extend(walk.through_cases().await);
    refused.extend(walk.through_channels().await);
    refused.extend(walk.through_bad_input().await);
    refused.extend(walk.through_broken_rows().await);
    if let Some(proxy) = proxy {
        refused.extend(walk.while_away(&proxy).await);
    }
    println!("{} calls refused", refused.len());
    refused.iter().for_each(assert_clean);
    program.terminate().await;
    assert_log_clean(kind, &log);
    bank.stop_without_audit().await;
    engine::drop_database(kind, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_canary_stands_in_a_log_or_an_error_on_sqlite() {
    walked(Engine::Sqlite, "json").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_canary_stands_in_a_log_or_an_error_on_postgres() {
    if engine::postgres_is_there().await {
        walked(Engine::Postgres, "text").await;
    }
}

impl Walk<'_> {
    async fn while_away(&self, proxy: &Proxy) -> Vec<Status> {
        let mut refused = Vec::new();
        proxy.down();
        refused.extend(self.bank.withdraw(NUMBER, "1.00").await.err());
        refused.extend(self.bank.status(NUMBER).await.err());
        proxy.mend();
        let served = async {
            loop {
                let status = self.bank.status(UNKNOWN).await.unwrap_err();
                let back = reason(&status) == "ACCOUNT_NOT_FOUND";
                refused.push(status);
                if back {
                    break;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(30), served).await.unwrap();
        proxy.end_all(End::Closed);
        refused
    }
}
