//! The program as it is started: demo, import, query, migrate, settings, help.

use std::path::Path;
use std::process::{Command, Output};

use crate::harness::Engine;
use crate::harness::engine;
use crate::harness::program::Program;

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_account-status")).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

const HEADER: &str = "account_id,account_number,account_name,account_status,status_desc,\
    freeze_type,freeze_reason,freeze_date,last_transaction_date,customer_id,branch_code,\
    record_status,currency,balance";

fn write_accounts(directory: &Path) -> String {
    let rows = [
        "A1,6222020000000000001,张三,00,正常,,,,2026-03-01,C1,B1,1,CNY,1000.50",
        "A2,6222020000000000002,李四,01,冻结,BANK,风险冻结,2026-02-01,2026-01-15,C2,B1,1,CNY,20.00",
        "A3,6222020000000000003,王五,02,止付,,诈骗止付,2026-03-02,,C3,B1,1,CNY,5",
        "A4,6222020000000000004,赵六,03,挂失,CUSTOMER,挂失,2026-03-03,,C4,B1,1,CNY,7.00",
        "A5,6222020000000000005,孙七,04,开户中,,,,,C5,B1,1,CNY,0",
        "A6,6222020000000000006,周八,05,开户失败,,,,,C6,B1,1,CNY,0.00",
        "A7,6222020000000000007,吴九,06,信息过期,,证件过期,2026-01-01,,C7,B1,1,CNY,9.99",
        "A8,6222020000000000008,郑十,07,睡眠户,,,2025-01-01,2024-06-30 12:00:00,C8,B1,1,CNY,1.00",
        "A9,6222020000000000009,冯一,08,可疑账户,,,,,C9,B1,1,CNY,3.00",
        "A10,6222020000000000010,陈二,09,限制交易,,,,,C10,B1,1,JPY,1500",
        "A11,6222020000000000011,褚三,10,注销,,,,,C11,B1,1,CNY,0.00",
        "A12,6222020000000000012,卫四,11,?,,,,,C12,B1,1,CNY,1.00",
        "A13,6222020000000000013,蒋五,00,正常,,,,,C13,B1,1,CNY,1.005",
        "A14,not a number,沈六,00,正常,,,,,C14,B1,1,CNY,1.00",
        "A15,6222020000000000015,韩七,00,正常,,,,,C15,B1,0,CNY,1.00",
        "A16,6222020000000000016,杨八,10,注销,,,,,C16,B1,1,CNY,8.00",
        "A17,6222020000000000017,朱九,00,正常,,,,2999-01-01,C17,B1,1,CNY,1.00",
    ];
    let file = directory.join("accounts.csv");
    std::fs::write(&file, format!("{HEADER}\n{}\n", rows.join("\n"))).unwrap();
    file.display().to_string()
}

async fn accounts_are_imported_and_queried(kind: Engine) {
    let directory = tempfile::tempdir().unwrap();
    let url = engine::fresh_database(kind, directory.path()).await;
    let file = write_accounts(directory.path());
    let first = run(&["import", "accounts", &file, "--database-url", &url]);
    assert_eq!(first.status.code(), Some(1), "{}", text(&first.stderr));
    assert!(text(&first.stdout).starts_with("11 rows taken, 6 rejected"), "{first:?}");
    let rejects = std::fs::read_to_string(format!("{file}.rejects.csv")).unwrap();
    for (line, why) in [
        (13, "a code from 00 to 10"),
        (14, "more decimals"),
        (15, "1 to 34 letters and digits"),
        (16, "record_status is not 1"),
        (17, "cannot have a balance"),
        (18, "lies in the future"),
    ] {
        let row = rejects.lines().find(|row| row.starts_with(&format!("{line},")));
        assert!(row.is_some_and(|row| row.contains(why)), "{line} {why}: {rejects}");
    }

    for (number, code) in (1..=11).zip([
        "00 NORMAL",
        "01 FROZEN",
        "02 STOPPAY",
        "03 LOST",
        "04 OPENING",
        "05 OPEN_FAILED",
        "06 INFO_EXPIRED",
        "07 DORMANT",
        "08 SUSPICIOUS",
        "09 RESTRICTED",
        "10 CLOSED",
    ]) {
        let account = format!("62220200000000000{number:02}");
        let queried = run(&["query", &account, "--database-url", &url]);
        let shown = text(&queried.stdout);
        assert!(queried.status.success() && shown.contains(code), "{account} {code}: {shown}");
    }
    let frozen = text(&run(&["query", "6222020000000000002", "--database-url", &url]).stdout);
    assert!(frozen.contains("BANK freeze") && frozen.contains("the whole account"), "{frozen}");
    assert!(frozen.contains("available 0.00"), "{frozen}");

    let again = run(&["import", "accounts", &file, "--database-url", &url]);
    assert!(text(&again.stdout).starts_with("11 rows taken, 6 rejected"), "{again:?}");
    let unknown = run(&["query", "1", "--database-url", &url]);
    assert!(!unknown.status.success());
    assert!(text(&unknown.stderr).contains("no such account"), "{unknown:?}");
    history_did_not_grow(kind, &url).await;
    engine::drop_database(kind, &url).await;
}

/// Running the same file again changes nothing: one history row an account.
async fn history_did_not_grow(kind: Engine, url: &str) {
    use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
    let backend = match kind {
        Engine::Sqlite => DbBackend::Sqlite,
        Engine::Postgres => DbBackend::Postgres,
    };
    let database = Database::connect(url).await.unwrap();
    let sql = "SELECT count(*) AS n FROM account_status_history";
    let statement = Statement::from_string(backend, sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    assert_eq!(row.try_get::<i64>("", "n").unwrap(), 11);
    database.close().await.unwrap();
}

#[tokio::test]
async fn accounts_are_imported_and_queried_on_sqlite() {
    accounts_are_imported_and_queried(Engine::Sqlite).await;
}

#[tokio::test]
async fn accounts_are_imported_and_queried_on_postgres() {
    if engine::postgres_is_there().await {
        accounts_are_imported_and_queried(Engine::Postgres).await;
    }
}

#[test]
fn an_authoritys_freeze_is_imported_and_rejects_name_the_real_line() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/bank.db", directory.path().display());
    let file = directory.path().join("orders.csv").display().to_string();
    let header = format!("{HEADER},freeze_by,court_order_no,authority_kind,expiry_date");
    let taken = "B1,6222020000000000101,张三,01,冻结,JUDICIAL,执行,2026-02-01,,C1,B1,1,CNY,20.00,\
        示例区人民法院,（2026）示0101执88号,,2099-03-10";
    let rest = "1,CNY,1.00";
    let court = "示例区人民法院,88号";
    let rows = [
        taken.to_owned(),
        String::new(),
        format!("B2,6222020000000000102,\"张\n三\",00,,,,,,C2,B1,{rest},,,,"),
        format!("B3,6222020000000000103,李四,01,,JUDICIAL,,,,C3,B1,{rest},示例区人民法院,,,"),
        format!("B4,6222020000000000104,李四,03,,JUDICIAL,,,,C4,B1,{rest},{court},,"),
        format!("B5,6222020000000000105,李四,01,,CUSTOMER,,,,C5,B1,{rest},,,,"),
        format!("B6,6222020000000000106,李四,01,,JUDICIAL,,,,C6,B1,{rest},{court},NFRA,"),
        format!("B7,6222020000000000107,李四,01,,JUDICIAL,,,,C7,B1,{rest},{court},,2020-01-01"),
    ];
    std::fs::write(&file, format!("{header}\n{}\n", rows.join("\n"))).unwrap();
    let first = run(&["import", "accounts", &file, "--database-url", &url]);
    assert!(text(&first.stdout).starts_with("1 rows taken, 6 rejected"), "{first:?}");
    let rejects = format!("{file}.rejects.csv");
    let said = std::fs::read_to_string(&rejects).unwrap();
    for (line, why) in [
        (4, "control characters"),
        (6, "needs freeze_by and court_order_no"),
        (7, "JUDICIAL contradicts account_status 03"),
        (8, "CUSTOMER contradicts account_status 01"),
        (9, "an authority that may freeze"),
        (10, "expiry_date lies in the past"),
    ] {
        let row = said.lines().find(|row| row.starts_with(&format!("{line},")));
        assert!(row.is_some_and(|row| row.contains(why)), "{line} {why}: {said}");
    }
    let shown = text(&run(&["query", "6222020000000000101", "--database-url", &url]).stdout);
    assert!(shown.contains("JUDICIAL freeze") && shown.contains("the whole account"), "{shown}");
    assert!(shown.contains("示例区人民法院 （2026）示0101执88号"), "{shown}");
    assert!(shown.contains("until 2099-03-11 00:00:00"), "{shown}");

    std::fs::write(&file, format!("{header}\n{taken}\n")).unwrap();
    let again = run(&["import", "accounts", &file, "--database-url", &url]);
    assert!(again.status.success(), "{again:?}");
    assert!(!Path::new(&rejects).exists(), "the rejects of the first run are still there");
}

#[test]
fn a_demo_leaves_a_database_with_other_accounts_alone() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/bank.db", directory.path().display());
    let file = write_accounts(directory.path());
    run(&["import", "accounts", &file, "--database-url", &url]);
    let settings = directory.path().join("settings.toml");
    std::fs::write(&settings, format!("database-url = '{url}'\nlisten = '127.0.0.1:0'")).unwrap();
    // The file's database wins over the demo's own.
    let settings = settings.display().to_string();
    for arguments in
        [&["demo", "--config", &settings][..], &["demo", "--reseed", "--config", &settings]]
    {
        let refused = run(arguments);
        assert!(!refused.status.success(), "{refused:?}");
        assert!(text(&refused.stderr).contains("accounts that are not the demo's"), "{refused:?}");
    }
    let kept = run(&["query", "6222020000000000001", "--database-url", &url]);
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
    let refused = run(&["demo", "--reseed", "--database-url", &url, "--listen", &address]);
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
            let start = || scope.spawn(|| run(&["migrate", "up", "--database-url", &url]));
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
    let lost = text(&run(&["query", "6299990000000050", "--database-url", &url]).stdout);
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
        run(&["import", "accounts", &file, "--database-url", &url]);
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
        &["query", "--help"],
        &["verify-history", "--help"],
    ] {
        let help = run(command);
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
        let refused = run(arguments);
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
    let refused = run(&["serve", "--database-url", &url]);
    assert!(!refused.status.success());
    assert!(text(&refused.stderr).contains("account-status migrate up"), "{refused:?}");
    let pending = run(&["migrate", "status", "--database-url", &url]);
    assert_eq!(pending.status.code(), Some(1));
    assert!(text(&pending.stdout).contains("pending  m20261122_000001_foundation"));

    // Two replicas at once: both succeed, one applied it.
    let program = env!("CARGO_BIN_EXE_account-status");
    let start = || {
        let arguments = ["migrate", "up", "--database-url", &url];
        Command::new(program).args(arguments).output()
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(start);
        let other = scope.spawn(start);
        (one.join().unwrap().unwrap(), other.join().unwrap().unwrap())
    });
    assert!(one.status.success() && other.status.success(), "{one:?} {other:?}");
    let applied = run(&["migrate", "status", "--database-url", &url]);
    assert!(applied.status.success());
    engine::drop_database(Engine::Postgres, &url).await;
}
