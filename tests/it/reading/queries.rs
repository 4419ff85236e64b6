//! The four classic queries, as bank developers type them, and exact decimals.

use account_status::domain::money::Currency;
use account_status::pb::v1::*;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::*;

const N: &str = "6222021234567890123";

const MASTER: &str = "SELECT account_id, account_number, account_name, account_status, status_desc,
       freeze_type, freeze_reason, freeze_date, last_transaction_date,
       customer_id, branch_code, record_status
FROM account_master WHERE account_number = '6222021234567890123' AND record_status = '1'";
const HISTORY: &str = "SELECT change_id, account_number, old_status, new_status, change_reason,
       change_by, change_date, approval_status
FROM account_status_history WHERE account_number = '6222021234567890123'
ORDER BY change_date DESC";
const FREEZES: &str = "SELECT freeze_id, account_number, freeze_type, freeze_reason, freeze_amount,
       freeze_date, expiry_date, freeze_by, court_order_no, unfreeze_condition, freeze_status
FROM account_freeze WHERE account_number = '6222021234567890123' AND freeze_status = 'ACTIVE'";
const TRANSACTIONS: &str = "SELECT transaction_id, account_number, transaction_type,
       transaction_amount, transaction_date, transaction_time, counterparty_account,
       counterparty_name, risk_score, risk_flag
FROM transaction_log WHERE account_number = '6222021234567890123'
  AND transaction_date >= CURRENT_DATE - INTERVAL '30 days' AND risk_score >= 70
ORDER BY transaction_date DESC";

/// The columns of a query's answer, in order, and its rows as `a|b|c`.
async fn typed(database: &DatabaseConnection, sql: &str) -> (Vec<String>, Vec<String>) {
    let columns = sql.trim_start_matches("SELECT").split("FROM").next().unwrap();
    let columns: Vec<&str> = columns.split([',', ' ', '\n']).filter(|c| !c.is_empty()).collect();
    // As typed it runs; its values as text come from the same query inside another.
    let rows = query(database, sql).await.unwrap();
    let names = rows.first().map(|row| row.column_names().to_vec()).unwrap_or_default();
    let all = columns.join(" ");
    let text = lines(database, &all, &format!("FROM ({sql}) AS typed")).await.unwrap();
    (names, text)
}

async fn as_typed_on(bank: &Bank) {
    account_in(bank, N, "CNY", "1000.50").await;
    account_in(bank, "6222021234567890124", "CNY", "7.00").await;
    let order = CreateFreezeRecordRequest {
        unfreeze_condition: "payment".to_owned(),
        ..bank.court_order(N, "600.00")
    };
    bank.freeze(order).await.unwrap();
    let (second, _) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
    bank.release(bank.court_release(N, &second.freeze_id)).await.unwrap();
    let admin = bank.database().await;
    let sql = "UPDATE transaction_log SET risk_score = 85, risk_flag = 'FAST_IN_FAST_OUT'";
    admin.execute_unprepared(sql).await.unwrap();
    admin.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_classic_queries_run_as_typed() {
    let Some(bank) = bank().await else { return };
    as_typed_on(&bank).await;
    let today = bank.now().with_timezone(&bank.settings.rules.zone).date_naive().to_string();
    let info = bank.status(N).await.unwrap();
    let reader = Reader::new(&bank.url, &["reading_personal", "reading_confidential"]).await;

    let (names, rows) = typed(&reader.database, MASTER).await;
    assert_eq!(
        names.join(" "),
        "account_id account_number account_name account_status status_desc \
        freeze_type freeze_reason freeze_date last_transaction_date customer_id branch_code \
        record_status"
    );
    let id = info.account_id;
    assert_eq!(
        rows,
        [format!("{id}|{N}|Lin Zhixia|01|冻结|JUDICIAL|execution|{today}|{today}|C10001|B1|1")]
    );

    let (names, rows) = typed(&reader.database, HISTORY).await;
    assert_eq!(names.len(), 8);
    let history = bank.history(N).await;
    assert_eq!(rows.len(), history.len());
    for (row, change) in rows.iter().zip(&history) {
        let begin = format!(
            "{}|{N}|{}|{}|{}|local|",
            change.change_id, change.old_status_code, change.new_status_code, change.change_reason
        );
        assert!(row.starts_with(&begin) && row.ends_with("|NOT_REQUIRED"), "{row}");
    }

    let (names, rows) = typed(&reader.database, FREEZES).await;
    assert_eq!(names.len(), 11);
    let freeze = bank.freezes(N).await.pop().unwrap();
    assert_eq!(
        rows,
        [format!(
            "{}|{N}|JUDICIAL|execution|600.00|{today}|{}|Nanshan District Court|\
        （2026）粤0305执1234号|payment|ACTIVE",
            freeze.freeze_id, freeze.expiry_date
        )]
    );

    let (names, rows) = typed(&reader.database, TRANSACTIONS).await;
    assert_eq!(
        names.join(" "),
        "transaction_id account_number transaction_type transaction_amount \
        transaction_date transaction_time counterparty_account counterparty_name risk_score \
        risk_flag"
    );
    assert_eq!(rows.len(), 1);
    assert!(rows[0].contains(&format!("|{N}|TRANSFER|1000.50|{today}|")), "{rows:?}");
    assert!(rows[0].ends_with("|6222020000001234|Example Payer|85|FAST_IN_FAST_OUT"), "{rows:?}");
    reader.gone().await;

    // Every name stays without the roles, and every query runs; scores are confidential.
    let plain = Reader::new(&bank.url, &[]).await;
    for (sql, count) in [(MASTER, 1), (HISTORY, history.len()), (FREEZES, 1), (TRANSACTIONS, 0)] {
        assert_eq!(query(&plain.database, sql).await.unwrap().len(), count, "{sql}");
    }
    plain.gone().await;
    bank.finish().await;
}

/// What is owed for the account is given up, so that its case is solved and it can be closed.
async fn written_off(bank: &Bank, number: &str) {
    let of = ListSuspenseRequest { account_number: number.to_owned(), ..Default::default() };
    let owed = bank.case_client().list_suspense(of).await.unwrap().into_inner().items;
    for item in owed {
        let clear = ClearSuspenseRequest {
            account_number: item.account_number,
            item_id: item.item_id,
            clearing: SuspenseClearing::WriteOff.into(),
            reason: "not worth pursuing".to_owned(),
            request_id: fresh(),
            ..Default::default()
        };
        bank.case_client().clear_suspense(clear).await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_stands_beside_the_balance_is_told_and_is_no_last_transaction() {
    let Some(bank) = bank().await else { return };
    account_in(&bank, N, "CNY", "10.00").await;
    let reader = Reader::new(&bank.url, &[]).await;
    let here = format!("FROM account_master WHERE account_number = '{N}'");
    let master = reader.lines("balance available last_transaction_time", &here).await;
    let owed = bank.record(bank.posting(N, Direction::Debit, "10.01")).await.unwrap();
    assert_eq!(owed.booking(), Booking::Receivable);
    assert_eq!(reader.lines("balance available last_transaction_time", &here).await, master);
    bank.record(bank.posting(N, Direction::Debit, "10.00")).await.unwrap();
    written_off(&bank, N).await;
    bank.act(N, StatusAction::Close, |_| {}).await.unwrap();
    bank.credit(N, "3.00").await.unwrap();
    let here = format!("FROM transaction_log WHERE account_number = '{N}' ORDER BY entry_seq");
    assert_eq!(
        reader.lines("transaction_amount direction balance_after booking", &here).await,
        [
            "10.00|CREDIT|10.00|BALANCE",
            "10.01|DEBIT|10.00|RECEIVABLE",
            "10.00|DEBIT|0.00|BALANCE",
            "3.00|CREDIT|0.00|SUSPENSE",
        ]
    );
    reader.gone().await;
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn amounts_are_exact_decimals_of_their_currency() {
    let Some(bank) = bank().await else { return };
    for (number, code, amount, frozen, free) in [
        ("J", "JPY", "100", "40", "60"),
        ("C", "CNY", "100.50", "0.01", "100.49"),
        ("K", "KWD", "1.250", "0.005", "1.245"),
        ("U", "UYW", "1.0000", "0.0001", "0.9999"),
        ("M", "CNY", "92233720368547758.07", "0.07", "92233720368547758.00"),
    ] {
        account_in(&bank, number, code, amount).await;
        let order = CreateFreezeRecordRequest {
            amount: money(code, frozen),
            ..bank.court_order(number, "1")
        };
        bank.freeze(order).await.unwrap();
        let reader = Reader::new(&bank.url, &[]).await;
        let here = format!("FROM account_master WHERE account_number = '{number}'");
        let said = reader.lines("currency_code balance reserved frozen available", &here).await;
        let zero = &"0.0000"[..amount.split_once('.').map_or(1, |(_, f)| f.len() + 2)];
        assert_eq!(said, [format!("{code}|{amount}|{zero}|{frozen}|{free}")]);
        let here = format!("FROM account_freeze WHERE account_number = '{number}'");
        assert_eq!(
            reader.lines("freeze_amount exempt_amount", &here).await,
            [format!("{frozen}|{zero}")]
        );
        let here = format!("FROM transaction_log WHERE account_number = '{number}'");
        let said = reader.lines("transaction_amount balance_after available_after", &here).await;
        assert_eq!(said, [format!("{amount}|{amount}|{amount}")]);
        reader.gone().await;
    }
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_frozen_and_available_is_what_the_service_answers() {
    let Some(bank) = bank().await else { return };
    let numbers = ["A", "B", "C", "D", "E"];
    for number in numbers {
        account_in(&bank, number, "CNY", "1000.00").await;
    }
    bank.withdraw("A", "100.00").await.unwrap();
    bank.freeze(bank.court_order("A", "300.00")).await.unwrap();
    bank.freeze(bank.court_order("B", "5000.00")).await.unwrap();
    bank.freeze(bank.court_order("B", "10.00")).await.unwrap();
    let exempting =
        CreateFreezeRecordRequest { exempt_amount: cny("200.00"), ..bank.court_order("C", "") };
    bank.freeze(exempting).await.unwrap();
    bank.withdraw("D", "1000.00").await.unwrap();
    bank.act("D", StatusAction::ReportLoss, |c| c.cause = Cause::LossOral.into()).await.unwrap();
    bank.freeze(bank.bank_freeze("E", "10.00")).await.unwrap();
    bank.freeze(bank.court_order("E", "995.00")).await.unwrap();
    let reader = Reader::new(&bank.url, &[]).await;
    for number in numbers {
        let info = bank.status(number).await.unwrap();
        let amounts = [info.balance, info.reserved, info.frozen, info.available];
        let expected = amounts.map(|money| money.unwrap().amount).join("|");
        let here = format!("FROM account_master WHERE account_number = '{number}'");
        let said = reader.lines("balance reserved frozen available", &here).await;
        assert_eq!(said, [expected], "{number}");
    }
    reader.gone().await;
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_table_of_currencies_is_what_the_service_counts_by() {
    let Some(bank) = bank().await else { return };
    let letters = || (b'A'..=b'Z').map(char::from);
    let codes = letters().flat_map(|a| {
        letters().flat_map(move |b| letters().map(move |c| String::from_iter([a, b, c])))
    });
    let expected: Vec<String> = codes
        .filter_map(|code| Currency::from_code(&code))
        .map(|currency| {
            let unit = account_status::domain::money::Money { minor: 1, currency };
            format!("{}|{}|{unit}", currency.code(), currency.exponent())
        })
        .collect();
    let reader = Reader::new(&bank.url, &[]).await;
    let order = "FROM currency ORDER BY currency_code COLLATE \"C\"";
    assert_eq!(reader.lines("currency_code exponent unit", order).await, expected);
    reader.gone().await;
    bank.finish().await;
}

/// The plan of a classic query on many rows, made by a reader: an index of the table leads to the
/// account's rows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_classic_queries_use_an_index() {
    let Some(bank) = bank().await else { return };
    as_typed_on(&bank).await;
    let admin = bank.database().await;
    for (table, fresh) in [
        ("transaction_log", &["transaction_id", "account_number"][..]),
        ("account_status_history", &["change_id", "account_number"]),
        ("account_freeze", &["freeze_id", "account_number"]),
        ("account_master", &["account_number"]),
        ("account_balance", &["account_number"]),
    ] {
        let sql = format!(
            "SELECT column_name AS name FROM information_schema.columns
                WHERE table_schema = 'public' AND table_name = '{table}'"
        );
        let columns: Vec<String> = query(&admin, &sql)
            .await
            .unwrap()
            .iter()
            .map(|row| row.try_get("", "name").unwrap())
            .collect();
        let values = columns.iter().map(|name| {
            if fresh.contains(&name.as_str()) { "n || ''".to_owned() } else { format!("t.{name}") }
        });
        let sql = format!(
            "INSERT INTO {table} ({}) SELECT {}
                FROM (SELECT * FROM {table} WHERE account_number = '{N}' LIMIT 1) t,
                    generate_series(1, 20000) n; ANALYZE {table}",
            columns.join(", "),
            values.collect::<Vec<_>>().join(", ")
        );
        admin.execute_unprepared(&sql).await.unwrap();
    }
    for roles in [&[][..], &["reading_personal", "reading_confidential"]] {
        let reader = Reader::new(&bank.url, roles).await;
        for sql in [MASTER, HISTORY, FREEZES, TRANSACTIONS] {
            let rows = query(&reader.database, &format!("EXPLAIN {sql}")).await.unwrap();
            let plan: Vec<String> =
                rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
            let plan = plan.join("\n");
            for table in ["account_", "transaction_log"] {
                assert!(!plan.contains(&format!("Seq Scan on {table}")), "{sql}\n{plan}");
            }
            assert!(plan.contains("Index Cond: (account_number = '6222021234567890123'"), "{plan}");
        }
        reader.gone().await;
    }
    for (table, key) in [
        ("transaction_log", "transaction_id"),
        ("account_status_history", "change_id"),
        ("account_freeze", "freeze_id"),
        ("account_master", "account_number"),
        ("account_balance", "account_number"),
    ] {
        let sql = format!("DELETE FROM {table} WHERE length({key}) < 7");
        admin.execute_unprepared(&sql).await.unwrap();
    }
    admin.close().await.unwrap();
    bank.finish().await;
}
