//! `verify-history`: finds what was done to the history behind the service's back, and names it.

use std::process::{Command, Output};

use account_status::pb::v1::*;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use crate::harness::{Bank, Engine};
use crate::on_every_engine;

fn verify(bank: &Bank, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_account-status"))
        .arg("verify-history")
        .args(arguments)
        .args(["--database-url", &bank.url])
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (status.code().unwrap(), text(stdout), text(stderr))
}

/// An account with five rows of history.
async fn with_history(bank: &Bank, number: &str) {
    bank.account(number, "0").await;
    for action in [StatusAction::MarkDormant, StatusAction::ReportLoss] {
        bank.act(number, action, |change| {
            change.cause = match action {
                StatusAction::MarkDormant => Cause::DormantNoUse,
                _ => Cause::LossOral,
            }
            .into();
        })
        .await
        .unwrap();
    }
    bank.freeze(bank.court_order(number, "5.00")).await.unwrap();
}

async fn execute(database: &DatabaseConnection, sql: &str) {
    database.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// The rows of a table, to be put back.
async fn save(database: &DatabaseConnection) {
    for table in ["account_status_history", "account_balance"] {
        execute(database, &format!("CREATE TABLE saved_{table} AS SELECT * FROM {table}")).await;
    }
}

async fn put_back(database: &DatabaseConnection) {
    for table in ["account_status_history", "account_balance"] {
        execute(database, &format!("DELETE FROM {table}")).await;
        execute(database, &format!("INSERT INTO {table} SELECT * FROM saved_{table}")).await;
    }
}

/// What is done to the middle account, and what is said of it.
type Forgery = (String, &'static str);

/// One edit for each column.
fn edits(engine: Engine) -> Vec<Forgery> {
    let edit = |column: &str, value: &str| {
        let sql = format!(
            "UPDATE account_status_history SET {column} = {value}
                WHERE account_number = 'B' AND sequence = 3"
        );
        (sql, "B  row 3 was edited")
    };
    let times = match engine {
        Engine::Sqlite => "'2026-03-10T02:00:00.000009+00:00'",
        Engine::Postgres => "timestamptz '2026-03-10T02:00:00.000009Z'",
    };
    let mut columns = vec![
        ("change_id", "'forged'"),
        ("old_status", "'10'"),
        ("new_status", "'10'"),
        ("change_reason", "'nothing'"),
        ("cause", "'CLOSED'"),
        ("cause", "'NO_SUCH_CAUSE'"),
        ("cause", "NULL"),
        ("change_by", "'nobody'"),
        ("change_date", times),
        ("recorded_time", times),
        ("approval_status", "'APPROVED'"),
        ("approved_by", "'nobody'"),
        ("approved_by", "''"),
        ("lifecycle_before", "'CLOSED'"),
        ("lifecycle_before", "NULL"),
        ("lifecycle_after", "'no such stage'"),
        ("conditions_before", "'[{\"id\":\"x\",\"kind\":\"LOST\",\"cause\":null}]'"),
        ("conditions_after", "'[]'"),
        ("conditions_after", "'{\"no\": \"list\"}'"),
        ("previous_hash", "'00'"),
        ("hash", "replace(hash, substr(hash, 1, 1), 'x')"),
    ];
    if engine == Engine::Sqlite {
        // It takes what is no JSON, no text and no time.
        columns.extend([
            ("conditions_after", "'no JSON'"),
            ("conditions_after", "x'ff'"),
            ("change_date", "'noon'"),
            ("change_reason", "x'ff'"),
        ]);
    }
    columns.into_iter().map(|(column, value)| edit(column, value)).collect()
}

/// Rows lost, moved and cut off, and heads that are not the last row's.
fn losses(engine: Engine) -> Vec<Forgery> {
    let rows = "account_status_history WHERE account_number = 'B' AND sequence";
    let renumber = |from: i64, to: i64| {
        format!(
            "UPDATE account_status_history SET sequence = {to}
                WHERE account_number = 'B' AND sequence = {from};"
        )
    };
    let mut found = vec![
        (renumber(3, 13), "B  row 3 is missing"),
        (renumber(5, 15), "B  row 5 is missing"),
        (format!("DELETE FROM {rows} = 1"), "B  row 1 is missing"),
        (format!("DELETE FROM {rows} = 3"), "B  row 3 is missing"),
        (format!("DELETE FROM {rows} = 5"), "B  the rows after 4 are cut off"),
        (format!("DELETE FROM {rows} >= 3"), "B  the rows after 2 are cut off"),
        (format!("DELETE FROM {rows} > 0"), "B  has no row of history"),
        ([renumber(2, 12), renumber(3, 2), renumber(12, 3)].concat(), "B  row 2 was edited"),
        (
            "UPDATE account_balance SET history_head = replace(history_head,
                substr(history_head, 1, 1), 'x') WHERE account_number = 'B'"
                .to_owned(),
            "B  the head is not that of row 5",
        ),
        (
            "UPDATE account_balance SET history_seq = 7 WHERE account_number = 'B'".to_owned(),
            "B  the rows after 5 are cut off",
        ),
        (
            "UPDATE account_balance SET history_seq = 3, history_head =
                (SELECT hash FROM account_status_history
                    WHERE account_number = 'B' AND sequence = 3) WHERE account_number = 'B'"
                .to_owned(),
            "B  rows follow after 3",
        ),
        (
            "DELETE FROM account_balance WHERE account_number = 'B'".to_owned(),
            "B  rows of history, but no such account",
        ),
        (
            // Moved to an account that is not there, last of all.
            "UPDATE account_status_history SET account_number = 'Z'
                WHERE account_number = 'B' AND sequence = 5"
                .to_owned(),
            "Z  rows of history, but no such account",
        ),
    ];
    if engine == Engine::Sqlite {
        let sql = "UPDATE account_status_history SET sequence = 'three'
            WHERE account_number = 'B' AND sequence = 3";
        found.push((sql.to_owned(), "B  row 3 is missing"));
    }
    found
}

on_every_engine! {
    async fn whatever_was_done_to_a_history_is_named(bank) {
        for number in ["A", "B", "C"] {
            with_history(&bank, number).await;
        }
        let (code, said, _) = verify(&bank, &[]);
        assert_eq!((code, said.as_str()), (0, "3 accounts, 15 rows verified, 0 broken\n"));
        let (code, said, log) = verify(&bank, &["B"]);
        assert_eq!((code, said.as_str()), (0, "1 accounts, 5 rows verified, 0 broken\n"));
        assert!(log.contains("rows_per_sec"), "{log}");

        let database = bank.database().await;
        save(&database).await;
        let forgeries = edits(bank.engine).into_iter().chain(losses(bank.engine));
        for (sql, expected) in forgeries {
            execute(&database, &sql).await;
            let (code, said, _) = verify(&bank, &[]);
            assert_eq!(code, 1, "{sql}: {said}");
            assert!(said.lines().any(|line| line.starts_with(expected)), "{sql}: {said}");
            assert!(!said.contains("A  ") && !said.contains("C  "), "{sql}: {said}");
            if let Some(one) = expected.strip_prefix("B  ") {
                let (code, said, _) = verify(&bank, &["B"]);
                assert!(code == 1 && said.starts_with(&format!("B  {one}")), "{sql}: {said}");
            }
            put_back(&database).await;
        }
        let (code, said, _) = verify(&bank, &[]);
        assert_eq!(code, 0, "{said}");
        for table in ["account_status_history", "account_balance"] {
            execute(&database, &format!("DROP TABLE saved_{table}")).await;
        }
        database.close().await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn another_key_verifies_nothing_and_an_unknown_account_is_no_success(bank) {
        for number in ["A", "B"] {
            with_history(&bank, number).await;
        }
        let (code, said, _) = verify(&bank, &["--history-key", &"07".repeat(32)]);
        assert_eq!(code, 1);
        assert_eq!(said, "A  row 1 was edited\nB  row 1 was edited\n\
            2 accounts, 10 rows verified, 2 broken\n");
        for (account, why) in [("X", "no such account"), ("no-number", "1 to 34 letters")] {
            let (code, said, log) = verify(&bank, &[account]);
            assert!(code != 0 && said.is_empty() && log.contains(why), "{said} {log}");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    /// More accounts than a page of heads, one of them with more rows than a page of rows.
    async fn pages_neither_lose_nor_double_an_account_or_a_row(bank) {
        bank.account("1", "0").await;
        for _ in 0..3 {
            bank.freeze(bank.court_order("1", "1.00")).await.unwrap();
        }
        let database = bank.database().await;
        // Broken all alike: rows with a hash of no key, on accounts with a letter in front.
        let copies = 1_200;
        let numbers = match bank.engine {
            Engine::Sqlite => format!(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {copies})"
            ),
            Engine::Postgres => format!("WITH n AS (SELECT generate_series(1, {copies}) AS n)"),
        };
        execute(&database, &format!("
            INSERT INTO account_status_history SELECT * FROM ({numbers}
                SELECT h.change_id || n.n, 'x' || n.n, sequence, old_status, new_status,
                    change_reason, cause, change_by, change_date, recorded_time, approval_status,
                    lifecycle_before, lifecycle_after, conditions_before, conditions_after,
                    previous_hash, hash, approved_by
                FROM account_status_history h, n WHERE h.account_number = '1') AS copied")).await;
        let (code, said, _) = verify(&bank, &[]);
        assert_eq!((code, said.lines().count()), (1, copies + 1), "orphans, each once");
        assert!(said.ends_with("1 accounts, 6005 rows verified, 1200 broken\n"), "{said}");
        execute(&database, "DELETE FROM account_status_history WHERE account_number <> '1'").await;
        database.close().await.unwrap();
        bank.finish().await;
    }
}
