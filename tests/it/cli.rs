//! The program as it is started: demo, migrate, settings, help.

use std::process::Command;

use crate::harness::Engine;
use crate::harness::engine;
use crate::harness::program::Program;
use crate::import::{program, text, write_accounts};

#[test]
fn a_demo_leaves_a_database_with_other_accounts_alone() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/bank.db", directory.path().display());
    let file = write_accounts(directory.path());
    program(&["import", "accounts", &file, "--database-url", &url]);
    let settings = directory.path().join("settings.toml");
    std::fs::write(&settings, format!("database-url = '{url}'\nlisten = '127.0.0.1:0'")).unwrap();
    // The file's database wins over the demo's own.
    let settings = settings.display().to_string();
    for arguments in
        [&["demo", "--config", &settings][..], &["demo", "--reseed", "--config", &settings]]
    {
        let refused = program(arguments);
        assert!(!refused.status.success(), "{refused:?}");
        assert!(text(&refused.stderr).contains("accounts that are not the demo's"), "{refused:?}");
    }
    let kept = program(&["query", "6222020000000000001", "--database-url", &url]);
    assert!(kept.status.success(), "{kept:?}");
}

#[tokio::test]
async fn a_demo_that_cannot_listen_touches_no_database() {
    let directory = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let file = directory.path().join("demo.db");
    std::fs::write(&file, "of another program").unwrap();
    let url = format!("sqlite://{}", file.display());
    let refused = program(&["demo", "--reseed", "--database-url", &url, "--listen", &address]);
    assert!(text(&refused.stderr).contains("cannot listen on"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "of another program");
}

/// Both find an empty file; one migrates it, the other waits and finds it done.
#[test]
fn two_commands_may_migrate_a_fresh_file_at_once() {
    for _ in 0..4 {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/bank.db", directory.path().display());
        let ends = std::thread::scope(|scope| {
            let start = || scope.spawn(|| program(&["migrate", "up", "--database-url", &url]));
            [start(), start()].map(|running| running.join().unwrap())
        });
        assert!(ends.iter().all(|end| end.status.success()), "{ends:?}");
    }
}

async fn demo_seeds_once_and_serves_every_status(kind: Engine) {
    let directory = tempfile::tempdir().unwrap();
    let url = engine::fresh_database(kind, directory.path()).await;
    let mut demo = Program::start(&["demo"], &url).await;
    let guide = demo.printed_until("# everything there is").await;
    for code in 0..=10 {
        assert!(guide.contains(&format!(" {code:02}  ")), "the demo shows no {code:02}: {guide}");
    }
    assert!(guide.contains("WithdrawService/Withdraw"), "{guide}");
    let lost = text(&program(&["query", "6299990000000050", "--database-url", &url]).stdout);
    let said = ["card …0050, LOST, of\n9990584001000000103 ", "00 NORMAL"];
    assert!(said.iter().all(|part| lost.contains(part)), "{lost}");
    let withdrawal = demo.withdraw("9990584001000000103", "10.00").await.unwrap();
    demo.terminate().await;

    let mut again = Program::start(&["demo"], &url).await;
    again.printed_until("# everything there is").await;
    let found = again.find_withdrawal(&withdrawal.withdrawal_id).await;
    assert!(found.is_ok(), "the second start lost what the first did: {found:?}");
    again.terminate().await;

    if kind == Engine::Sqlite {
        // Whatever was opened in the demo since goes with it.
        let file = write_accounts(directory.path());
        program(&["import", "accounts", &file, "--database-url", &url]);
        let mut afresh = Program::start(&["demo", "--reseed"], &url).await;
        afresh.printed_until("# everything there is").await;
        let gone = afresh.find_withdrawal(&withdrawal.withdrawal_id).await;
        assert!(gone.is_err(), "--reseed kept what was there");
        afresh.terminate().await;
    }
    engine::drop_database(kind, &url).await;
}

#[tokio::test]
async fn demo_seeds_once_and_serves_every_status_on_sqlite() {
    demo_seeds_once_and_serves_every_status(Engine::Sqlite).await;
}

#[tokio::test]
async fn demo_seeds_once_and_serves_every_status_on_postgres() {
    if engine::postgres_is_there().await {
        demo_seeds_once_and_serves_every_status(Engine::Postgres).await;
    }
}

#[test]
fn every_command_has_help() {
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["demo", "--help"],
        &["migrate", "--help"],
        &["migrate", "up", "--help"],
        &["import", "accounts", "--help"],
        &["import", "cards", "--help"],
        &["import", "freezes", "--help"],
        &["import", "transactions", "--help"],
        &["query", "--help"],
        &["simulate-channel", "--help"],
        &["soak", "--help"],
        &["verify-history", "--help"],
    ] {
        let help = program(command);
        assert!(help.status.success(), "{command:?}");
        assert!(text(&help.stdout).contains("ACCOUNT_STATUS_LISTEN"), "{command:?}");
    }
}

#[test]
fn settings_that_make_no_sense_are_refused_with_the_reason() {
    for (arguments, why) in [
        (&["serve", "--listen", "0.0.0.0:50051"][..], "loopback only"),
        (&["serve", "--database-url", "mysql://x"], "sqlite:// or postgres://"),
        (&["serve", "--history-key", "zz"], "hexadecimal"),
        (&["serve", "--config", "/nowhere.toml"], "cannot read the settings file"),
        (&["serve", "--log", "a=b=c"], "--log is wrong"),
        (&["query", "no-number"], "1 to 34 letters and digits"),
        (&["import", "accounts", "/nowhere.csv"], "cannot read /nowhere.csv"),
    ] {
        let refused = program(arguments);
        assert!(!refused.status.success(), "{arguments:?}");
        assert!(text(&refused.stderr).contains(why), "{arguments:?}: {}", text(&refused.stderr));
    }
}

#[tokio::test]
async fn a_server_database_is_migrated_by_command_only() {
    if !engine::postgres_is_there().await {
        return;
    }
    let url = engine::empty_database().await;
    let refused = program(&["serve", "--database-url", &url]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("account-status migrate up"), "{refused:?}");
    let pending = program(&["migrate", "status", "--database-url", &url]);
    assert_eq!(pending.status.code(), Some(1));
    assert!(text(&pending.stdout).contains("pending  m20261122_000001_foundation"));

    // Two replicas at once: both succeed, one applied it.
    let start = || {
        let arguments = ["migrate", "up", "--database-url", &url];
        Command::new(env!("CARGO_BIN_EXE_account-status")).args(arguments).output()
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(start);
        let other = scope.spawn(start);
        (one.join().unwrap().unwrap(), other.join().unwrap().unwrap())
    });
    assert!(one.status.success() && other.status.success(), "{one:?} {other:?}");
    let applied = program(&["migrate", "status", "--database-url", &url]);
    assert!(applied.status.success());
    engine::drop_database(Engine::Postgres, &url).await;
}
