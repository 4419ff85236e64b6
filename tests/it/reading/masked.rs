//! Who may see what: confidential facts and personal data, and nothing but the views.

use account_status::pb::v1::*;
use sea_orm::ConnectionTrait;

use super::*;
use crate::actions::{carry_out, change};

const N: &str = "6222021234567890123";
const OTHER: &str = "6222021234567890124";
/// What must not show without `reading_confidential`.
const SECRETS: [&str; 6] =
    ["Nanshan", "粤0305", "execution", "officer asked", "structuring", "JUDICIAL_COURT"];
const VIEWS: [&str; 6] = [
    "account_master",
    "account_status_history",
    "account_freeze",
    "account_freeze_act",
    "objection",
    "transaction_log",
];

/// An account under a confidential freeze with an open one behind it, and one that was suspicious.
async fn with_secrets(bank: &Bank) {
    for number in [N, OTHER] {
        account_in(bank, number, "CNY", "500.00").await;
    }
    let secret = CreateFreezeRecordRequest {
        confidential: true,
        unfreeze_condition: "officer asked".to_owned(),
        ..bank.court_order(N, "100.00")
    };
    bank.freeze(secret).await.unwrap();
    let open = CreateFreezeRecordRequest {
        authority_name: "Risk Desk".to_owned(),
        reason: "debt".to_owned(),
        ..bank.bank_freeze(N, "50.00")
    };
    bank.freeze(open).await.unwrap();
    for (action, cause) in [
        (StatusAction::MarkSuspicious, Cause::SuspiciousPattern),
        (StatusAction::ClearSuspicion, Cause::Unspecified),
    ] {
        let reason = "structuring".to_owned();
        let change = ChangeAccountStatusRequest { reason, ..change(OTHER, action, cause) };
        carry_out(bank, change).await.unwrap();
    }
    let admin = bank.database().await;
    let sql = "UPDATE transaction_log SET risk_score = 85, risk_flag = 'structuring'";
    admin.execute_unprepared(sql).await.unwrap();
    admin.close().await.unwrap();
}

/// Every column of every row of every view.
async fn everything(reader: &Reader) -> String {
    let mut all = String::new();
    for view in VIEWS {
        all += &reader.lines("v", &format!("FROM {view} v")).await.join("\n");
    }
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_confidential_shows_with_the_role_alone() {
    let Some(bank) = bank().await else { return };
    with_secrets(&bank).await;
    let plain = Reader::new(&bank.url, &["reading_personal"]).await;
    let all = everything(&plain).await;
    for secret in SECRETS {
        assert!(!all.contains(secret), "{secret} shows in {all}");
    }
    // A confidential freeze says that it is there; of the open one everything shows.
    let columns = "freeze_type freeze_amount freeze_status freeze_reason freeze_by court_order_no \
        unfreeze_condition expiry_date expire_time authority_kind source confidential";
    let freezes = plain.lines(columns, "FROM account_freeze ORDER BY freeze_seq").await;
    assert_eq!(freezes[0], "JUDICIAL|100.00|ACTIVE|||||||||true");
    assert!(freezes[1].starts_with("BANK|50.00|ACTIVE|debt|Risk Desk|"), "{freezes:?}");
    let master = format!("FROM account_master WHERE account_number = '{N}'");
    let today = bank.now().with_timezone(&bank.settings.rules.zone).date_naive();
    assert_eq!(
        plain.lines("account_status freeze_type freeze_reason freeze_date", &master).await,
        [format!("01|JUDICIAL||{today}")]
    );

    // Row by row as the RPC tells those without the scope.
    for number in [N, OTHER] {
        let list = ListAccountStatusHistoryRequest {
            account_number: number.to_owned(),
            ..ListAccountStatusHistoryRequest::default()
        };
        let answer = bank.status_client().list_account_status_history(list).await.unwrap();
        let told = answer.into_inner().status_changes;
        let here = format!(
            "FROM account_status_history WHERE account_number = '{number}'
            ORDER BY sequence DESC"
        );
        let rows = plain.lines("sequence change_reason change_by cause", &here).await;
        assert_eq!(rows.len(), told.len());
        for (row, change) in rows.iter().zip(told) {
            let cause = match change.cause() {
                Cause::Unspecified => "",
                cause => cause.as_str_name().trim_start_matches("CAUSE_"),
            };
            let said = [change.change_reason.as_str(), change.change_by.as_str(), cause].join("|");
            assert_eq!(*row, format!("{}|{said}", change.sequence));
        }
    }
    plain.gone().await;

    let trusted = Reader::new(&bank.url, &["reading_confidential"]).await;
    let all = everything(&trusted).await;
    for secret in SECRETS {
        assert!(all.contains(secret), "{secret} doesn't show in {all}");
    }
    assert_eq!(trusted.lines("freeze_reason", &master).await, ["execution"]);
    trusted.gone().await;
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn personal_data_shows_with_its_role_alone() {
    let Some(bank) = bank().await else { return };
    with_secrets(&bank).await;
    let master = format!("FROM account_master WHERE account_number = '{N}'");
    let log = format!("FROM transaction_log WHERE account_number = '{N}'");
    for (roles, holder, other) in [
        (&[][..], "L**|", "****1234|E**"),
        (&["reading_confidential"], "L**|", "****1234|E**"),
        (&["reading_personal"], "Lin Zhixia|C10001", "6222020000001234|Example Payer"),
    ] {
        let reader = Reader::new(&bank.url, roles).await;
        assert_eq!(reader.lines("account_name customer_id", &master).await, [holder]);
        assert_eq!(reader.lines("counterparty_account counterparty_name", &log).await, [other]);
        reader.gone().await;
    }
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_reads_the_views_and_nothing_else() {
    let Some(bank) = bank().await else { return };
    with_secrets(&bank).await;
    let reader = Reader::new(&bank.url, &["reading_personal"]).await;
    for table in [
        "account_balance",
        "account_master",
        "account_condition",
        "account_freeze",
        "account_freeze_act",
        "objection",
        "account_status_history",
        "withdrawal",
        "transaction_log",
        "withdrawal_case",
        "case_entry",
        "suspense_item",
        "channel",
        "idempotency",
        "event",
        "card",
        "seaql_migrations",
    ] {
        let said = reader.refused(&format!("SELECT * FROM public.{table}")).await;
        assert!(said.contains("permission denied"), "{table}: {said}");
    }
    for sql in [
        "UPDATE reading.account_master SET record_status = '0'",
        "DELETE FROM reading.account_freeze",
        "UPDATE reading.setting SET zone = 'UTC'",
        "UPDATE reading.currency SET unit = 1",
        "CREATE TABLE reading.own (n integer)",
        "SET ROLE reading_confidential",
    ] {
        // Of a view that joins tables it is said first that it takes no writes at all.
        let said = reader.refused(sql).await;
        let denied = said.contains("permission denied")
            || said.contains("cannot update view")
            || said.contains("cannot delete from view");
        assert!(denied, "{sql}: {said}");
    }
    // A function that keeps what it is shown, cheap enough to run before everything else.
    reader
        .database
        .execute_unprepared(
            "CREATE TEMP TABLE shown (value text);
            CREATE FUNCTION pg_temp.keep(value text) RETURNS boolean LANGUAGE plpgsql
                COST 0.0000001 AS $$ BEGIN INSERT INTO shown VALUES (value); RETURN true; END $$",
        )
        .await
        .unwrap();
    for (view, column) in [
        ("account_freeze", "freeze_reason"),
        ("account_freeze", "freeze_by"),
        ("account_master", "freeze_reason"),
        ("account_status_history", "change_reason"),
        ("transaction_log", "risk_flag"),
    ] {
        let sql = format!("SELECT * FROM {view} WHERE pg_temp.keep({column})");
        assert!(!query(&reader.database, &sql).await.unwrap().is_empty());
    }
    let shown = reader.lines("value", "FROM shown").await.join("\n");
    for secret in SECRETS {
        assert!(!shown.contains(secret), "{secret} was shown: {shown}");
    }
    assert!(shown.contains("debt"), "{shown}");
    let drop = "DROP FUNCTION pg_temp.keep(text); DROP TABLE shown";
    reader.database.execute_unprepared(drop).await.unwrap();
    reader.gone().await;
    bank.finish().await;
}
