//! An import that was killed goes on where it was: nothing twice, nothing lost, no reject forgotten.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use super::{ACCOUNTS, Given, accounts, count, import, said};
use crate::harness::{Bank, Engine};
use crate::on_every_engine;

const HEADER: &str = "transaction_id,account_number,transaction_type,direction,transaction_amount,\
    currency,transaction_date,transaction_time";
const KILLS: i64 = 5;
/// Small, so that there are many marks on the way.
const BATCH: &str = "10";
const PATIENCE: Duration = Duration::from_secs(60);

fn start(bank: &Bank, kind: &str, given: &Given) -> Child {
    Command::new(env!("CARGO_BIN_EXE_account-status"))
        .args(["import", kind, given.path(), "--database-url", &bank.url, "--batch-rows", BATCH])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Imports a file and kills the program with `kill -9` time and again, each time when it has marked
/// some more rows; answers how often it was killed before its end.
async fn kill_on_the_way(bank: &Bank, kind: &str, given: &Given, rows: i64) -> i64 {
    let database = bank.database().await;
    let backend = match bank.engine {
        Engine::Sqlite => DbBackend::Sqlite,
        Engine::Postgres => DbBackend::Postgres,
    };
    let mark = format!(
        "SELECT coalesce(max(record), 0) AS n FROM import_run WHERE kind = '{}'",
        kind.to_uppercase()
    );
    let mut killed = 0;
    for kill in 1..=KILLS {
        let mut program = start(bank, kind, given);
        let goal = rows * kill / (KILLS + 2);
        let reaching = async {
            loop {
                let statement = Statement::from_string(backend, mark.clone());
                let row = database.query_one_raw(statement).await.unwrap().unwrap();
                if row.try_get::<i64>("", "n").unwrap() >= goal {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(PATIENCE, reaching).await.unwrap();
        program.kill().unwrap();
        let ended = program.wait().unwrap();
        killed += i64::from(ended.code().is_none());
    }
    database.close().await.unwrap();
    killed
}

/// Rows taken and there already; the two together are sure, how they share after a kill is not.
fn sum(line: &str) -> u64 {
    let number = |word: &str| word.trim().split(' ').next().unwrap().parse::<u64>().unwrap();
    line.split(',').take(2).map(number).sum()
}

on_every_engine! {
    async fn transactions_that_were_cut_off_go_on(bank) {
        const ROWS: i64 = 1_000;
        accounts(&bank, (0..40).map(|n| format!("74{n:02}")));
        let rows: String = (0..ROWS)
            .map(|n| {
                let amount = if n % 97 == 0 { "0".to_owned() } else { format!("{n}.00") };
                let account = (n * 7) % 41;
                format!("T{n},74{account:02},CASH,D,{amount},CNY,2025-12-30,10:00:00\n")
            })
            .collect();
        let given = Given::new(format!("{HEADER}\n{rows}"));
        let killed = kill_on_the_way(&bank, "transactions", &given, ROWS).await;
        assert!(killed >= KILLS - 1, "it was killed only {killed} times");
        let line = import(&bank, "transactions", &given, &["--batch-rows", BATCH]);
        let wrong = |n: &i64| n % 97 == 0 || (n * 7) % 41 == 40;
        let rejected: Vec<i64> = (0..ROWS).filter(wrong).collect();
        let taken = ROWS - rejected.len() as i64;
        assert_eq!(sum(&line), taken as u64, "{line}");
        let lines: Vec<i64> = given.rejects().iter().map(|(line, _)| *line as i64 - 2).collect();
        assert_eq!(lines, rejected, "each reject once, in the order of the file");
        assert_eq!(count(&bank, "SELECT count(*) FROM transaction_log").await, taken);
        let unfinished = "SELECT count(*) FROM import_run WHERE finished_time IS NULL";
        assert_eq!(count(&bank, unfinished).await, 0);

        said(&import(&bank, "transactions", &given, &[]), 0, taken as u64, rejected.len() as u64);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn accounts_that_were_cut_off_go_on(bank) {
        const ROWS: i64 = 300;
        let rows: String = (0..ROWS)
            .map(|n| format!("75{n:04},{:02},CNY,0.00,\n", n % 12))
            .collect();
        let given = Given::new(format!("{ACCOUNTS}\n{rows}"));
        let killed = kill_on_the_way(&bank, "accounts", &given, ROWS).await;
        assert!(killed >= KILLS - 1, "it was killed only {killed} times");
        let line = import(&bank, "accounts", &given, &["--batch-rows", BATCH]);
        let rejected = (0..ROWS).filter(|n| n % 12 == 11).count();
        assert_eq!(sum(&line), ROWS as u64 - rejected as u64, "{line}");
        assert_eq!(given.rejects().len(), rejected);
        let there = count(&bank, "SELECT count(*) FROM account_status_history").await;
        assert_eq!(there, ROWS - rejected as i64, "one history row an account");
        bank.finish().await;
    }
}

/// Takes part of a file away from the end of a run, as if it had been cut off there.
async fn cut_off(bank: &Bank) {
    let database = bank.database().await;
    database.execute_unprepared("UPDATE import_run SET finished_time = NULL").await.unwrap();
    database.close().await.unwrap();
}

on_every_engine! {
    async fn a_file_goes_on_when_it_has_grown_and_starts_over_when_it_was_changed(bank) {
        accounts(&bank, ["7601"]);
        let row =
            |n: u32| format!("W{n},7601,CASH,D,{n}.00,CNY,2025-12-30,10:00:00\n");
        let given = Given::new(format!("{HEADER}\n{}{}", row(1), row(2)));
        said(&import(&bank, "transactions", &given, &[]), 2, 0, 0);
        cut_off(&bank).await;
        std::fs::write(&given.file, format!("{HEADER}\n{}{}{}", row(1), row(2), row(3))).unwrap();
        said(&import(&bank, "transactions", &given, &[]), 3, 0, 0);
        cut_off(&bank).await;
        // Another way to read it is another import, and so is another beginning.
        let otherwise = import(&bank, "transactions", &given, &["--default", "purpose=OTHER"]);
        assert!(otherwise.starts_with("0 rows taken, 0 already there, 3 rejected"), "{otherwise}");
        std::fs::write(&given.file, format!("{HEADER}\n{}{}", row(9), row(3))).unwrap();
        said(&import(&bank, "transactions", &given, &[]), 1, 1, 0);
        cut_off(&bank).await;
        said(&import(&bank, "transactions", &given, &["--resume", "off"]), 0, 2, 0);
        bank.finish().await;
    }
}
