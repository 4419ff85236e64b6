//! Imports, as the program that an operator runs: files in, rejects out, and what the service says of
//! it afterwards.

mod accounts;
mod cards;
mod columns;
mod freezes;
mod resume;
mod transactions;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::harness::{Bank, Engine};

/// Runs the program to its end.
pub(crate) fn program(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_account-status")).args(arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// A file of its own in a directory that goes with it.
struct Given {
    _directory: tempfile::TempDir,
    file: PathBuf,
}

impl Given {
    fn new(content: impl AsRef<[u8]>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("given.csv");
        std::fs::write(&file, content).unwrap();
        Self { _directory: directory, file }
    }

    fn path(&self) -> &str {
        self.file.to_str().unwrap()
    }

    /// Line and reason of each reject.
    fn rejects(&self) -> Vec<(u64, String)> {
        let file = format!("{}.rejects.csv", self.path());
        let Ok(mut reader) = csv::Reader::from_path(file) else { return Vec::new() };
        reader.deserialize().map(Result::unwrap).collect()
    }

    /// Checks that these lines, and no others, were rejected for these reasons.
    fn rejected(&self, expected: &[(u64, &str)]) {
        let rejects = self.rejects();
        for (line, why) in expected {
            let found = rejects.iter().find(|(at, _)| at == line);
            assert!(found.is_some_and(|(_, said)| said.contains(why)), "{line} {why}: {rejects:?}");
        }
        assert_eq!(rejects.len(), expected.len(), "{rejects:?}");
    }
}

/// Imports a file into a bank and says what the program said.
fn import(bank: &Bank, kind: &str, given: &Given, options: &[&str]) -> String {
    let mut arguments = vec!["import", kind, given.path(), "--database-url", &bank.url];
    arguments.extend(options);
    let done = program(&arguments);
    assert!(matches!(done.status.code(), Some(0 | 1)), "{done:?}");
    let rejected = given.rejects().len();
    assert_eq!(done.status.code(), Some(i32::from(rejected > 0)), "{done:?}");
    text(&done.stdout)
}

/// Checks what an import said: taken, already there, rejected.
#[track_caller]
fn said(line: &str, taken: u64, present: u64, rejected: u64) {
    let expected = format!("{taken} rows taken, {present} already there, {rejected} rejected; ");
    assert!(line.starts_with(&expected), "{line}, not {expected}");
}

/// A number that the database answers.
async fn count(bank: &Bank, sql: &str) -> i64 {
    let database = bank.database().await;
    let backend = match bank.engine {
        Engine::Sqlite => DbBackend::Sqlite,
        Engine::Postgres => DbBackend::Postgres,
    };
    let statement = Statement::from_string(backend, sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    let number = row.try_get_by_index::<i64>(0).unwrap();
    database.close().await.unwrap();
    number
}

const ACCOUNTS: &str = "account_number,account_status,currency,balance,last_transaction_date";

/// Imports plain accounts with a balance of 100.00 CNY each.
fn accounts(bank: &Bank, numbers: impl IntoIterator<Item = impl AsRef<str>>) {
    let rows: String =
        numbers.into_iter().map(|n| format!("{},00,CNY,100.00,\n", n.as_ref())).collect();
    let given = Given::new(format!("{ACCOUNTS}\n{rows}"));
    import(bank, "accounts", &given, &[]);
    given.rejected(&[]);
}

pub(crate) const HEADER: &str = "account_id,account_number,account_name,account_status,\
    status_desc,freeze_type,freeze_reason,freeze_date,last_transaction_date,customer_id,\
    branch_code,record_status,currency,balance";

/// Writes an account of each status, and some rows that are wrong.
pub(crate) fn write_accounts(directory: &Path) -> String {
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
