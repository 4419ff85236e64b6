//! A database of the release before four eyes, reviews, platforms and watches, with its rows.

use std::process::Command;

use account_status::pb::v1::*;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::reviews::review;

const FROZEN: &str = "9990584001000000701";
const SUSPICIOUS: &str = "9990584001000000702";
const CLOSED: &str = "9990584001000000703";
const IN_OPENING: &str = "9990584001000000704";
const NORMAL: &str = "9990584001000000705";
const ALL: [&str; 5] = [FROZEN, SUSPICIOUS, CLOSED, IN_OPENING, NORMAL];

async fn execute(database: &DatabaseConnection, sql: &str) {
    database.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn count(database: &DatabaseConnection, from: &str) -> i64 {
    let sql = format!("SELECT count(*) AS found FROM {from}");
    let sql = Statement::from_string(database.get_database_backend(), sql);
    database.query_one_raw(sql).await.unwrap().unwrap().try_get("", "found").unwrap()
}

/// Takes out what the release brought, so that what is left is a database of the one before.
async fn take_back(bank: &Bank) {
    let database = bank.database().await;
    let abnormal = ["abnormal", "abnormal_status", "abnormal_branch", "abnormal_since"];
    let indexes = abnormal.map(|name| format!("account_master_{name}"));
    let others = [
        "account_condition_kind",
        "account_condition_cause",
        "account_freeze_type",
        "account_freeze_cause",
    ];
    for index in indexes.iter().map(String::as_str).chain(others) {
        execute(&database, &format!("DROP INDEX {index}")).await;
    }
    for table in ["approval", "account_review", "platform_binding", "status_change_order"] {
        execute(&database, &format!("DROP TABLE {table}")).await;
    }
    for (table, column) in [
        ("account_status_history", "approved_by"),
        ("account_freeze", "emergency_cause"),
        ("account_master", "product_code"),
        ("account_master", "status_since_time"),
    ] {
        execute(&database, &format!("ALTER TABLE {table} DROP COLUMN {column}")).await;
    }
    let name = "m20261122_000007_status_in_full";
    execute(&database, &format!("DELETE FROM seaql_migrations WHERE version = '{name}'")).await;
    database.close().await.unwrap();
}

fn verified(bank: &Bank) -> String {
    let mut program = Command::new(env!("CARGO_BIN_EXE_account-status"));
    let output = program.args(["verify-history", "--database-url", &bank.url]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

async fn statuses(bank: &Bank) -> Vec<AccountStatusInfo> {
    let mut found = Vec::new();
    for number in ALL {
        found.push(bank.status(number).await.unwrap());
    }
    found
}

on_every_engine! {
    async fn a_database_of_the_release_before_goes_on_as_it_was(bank) {
        for number in [FROZEN, SUSPICIOUS, CLOSED, NORMAL] {
            bank.account(number, if number == CLOSED { "0" } else { "100.00" }).await;
        }
        bank.applied(IN_OPENING).await;
        bank.pass(chrono::Duration::hours(1));
        bank.act(SUSPICIOUS, StatusAction::MarkSuspicious, |_| {}).await.unwrap();
        bank.freeze(bank.court_order(FROZEN, "10.00")).await.unwrap();
        bank.act(CLOSED, StatusAction::Close, |_| {}).await.unwrap();
        // A second freeze changes conditions and no status: since when it holds stays.
        bank.pass(chrono::Duration::hours(1));
        bank.freeze(bank.court_order(FROZEN, "20.00")).await.unwrap();
        let before = statuses(&bank).await;
        let before_history = bank.history(FROZEN).await;
        take_back(&bank).await;
        let bank = bank.reopen(|_| {}).await;

        assert_eq!(statuses(&bank).await, before);
        assert_eq!(bank.history(FROZEN).await, before_history);
        let sum = verified(&bank);
        assert!(sum.starts_with("5 accounts, ") && sum.ends_with(" 0 broken\n"), "{sum}");
        let database = bank.database().await;
        assert_eq!(count(&database, "account_review").await, 4, "all but the closed one");
        assert_eq!(count(&database, "status_change_order").await, 0);
        let abnormal = bank.status_client().list_abnormal_accounts(
            ListAbnormalAccountsRequest::default()).await.unwrap().into_inner();
        assert_eq!(abnormal.account_statuses.len(), 4);

        // Everything is reviewed once, and acts go on in the chains that are there.
        assert_eq!(review(&bank).await, 4);
        bank.act(SUSPICIOUS, StatusAction::ClearSuspicion, |_| {}).await.unwrap();
        bank.act(NORMAL, StatusAction::MarkSuspicious, |_| {}).await.unwrap();
        bank.withdraw(FROZEN, "70.00").await.unwrap();
        let update = UpdateIdentityRequest {
            account_number: NORMAL.to_owned(),
            document_no: "AFTER-1".to_owned(),
            request_id: fresh(),
            ..UpdateIdentityRequest::default()
        };
        bank.account_client().update_identity(update).await.unwrap();
        assert_eq!(count(&database, "status_change_order").await, 2);
        let sum = verified(&bank);
        assert!(sum.starts_with("5 accounts, ") && sum.ends_with(" 0 broken\n"), "{sum}");
        database.close().await.unwrap();

        bank.finish().await;
    }
}
