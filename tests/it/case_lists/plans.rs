//! Lists of cases and of what stands in suspense follow an index, whatever the filters, on either
//! engine.

use account_status::domain::case::{CaseCause, CaseRole, CaseState};
use account_status::domain::id::{AccountNumber, CaseId};
use account_status::domain::transaction::Booking;
use account_status::store;
use account_status::store::case::{CaseFilter, CasePlace};
use account_status::store::suspense::{SuspenseFilter, SuspensePlace};
use account_status::store::{case, suspense};
use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement};

use crate::abnormal::plans::plan;
use crate::harness::{Bank, Engine, engine};

/// Some thousands of cases and items, a tenth of them still open, as both engines read it.
const ROWS: [&str; 2] = [
    "WITH RECURSIVE made(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < 5000)
    INSERT INTO withdrawal_case (case_id, account_number, cause, state, withdrawal_id,
            attempt_number, channel_id, subject_id, disclosure, owner_role, owner, open_time,
            due_time, reminders, escalations, next_reminder_time, acknowledged_by, resolution,
            resolved_by, approved_by, resolve_time, root_cause, analysis, update_time, version)
        SELECT 'PLAN' || n, 'PLAN' || n % 500, 'MISMATCH',
            CASE WHEN n % 10 = 0 THEN 'OPEN' ELSE 'CLOSED' END, 'PLAN' || n % 1000, 1, 'CH-1',
            'PLAN' || n, CASE WHEN n % 50 = 0 THEN 'CONFIDENTIAL' ELSE 'OPEN' END, 'RISK', 'li',
            {time}, {time}, 0, 0, CASE WHEN n % 10 = 0 THEN {time} END, '',
            CASE WHEN n % 10 <> 0 THEN 'NO_ACTION' END, '', '',
            CASE WHEN n % 10 <> 0 THEN {time} END, CASE WHEN n % 10 <> 0 THEN 'OTHER' END, '',
            {time}, 1
        FROM made",
    "WITH RECURSIVE made(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM made WHERE n < 5000)
    INSERT INTO suspense_item (item_id, account_number, booking, direction, amount_minor,
            currency_code, withdrawal_id, channel_id, case_id, create_time, clearing,
            clearing_reference, clearing_reason, clearing_transaction_id, cleared_by, approved_by,
            clear_time, version)
        SELECT 'PLAN' || n, 'PLAN' || n % 500,
            CASE WHEN n % 3 = 0 THEN 'SUSPENSE' ELSE 'RECEIVABLE' END, 'CREDIT', n, 'CNY', '',
            'CH-1', '', {time}, CASE WHEN n % 10 <> 0 THEN 'WRITE_OFF' END, '', '', '', '', '',
            CASE WHEN n % 10 <> 0 THEN {time} END, 1
        FROM made",
];

/// A statement, the index that leads, and whether what it finds may be sorted: what belongs to one
/// account or withdrawal is little.
struct Asked {
    sql: String,
    values: Vec<Value>,
    leads: &'static [&'static str],
    sorts: bool,
}

fn lists_of_cases(engine: store::Engine, at: DateTime<Utc>) -> Vec<Asked> {
    let mut lists = Vec::new();
    for which in 0_u16..512 {
        let has = |bit: u16| which & (1 << bit) != 0;
        let filter = CaseFilter {
            account_number: AccountNumber::parse("PLAN7").filter(|_| has(0)),
            state: has(1).then_some(if has(8) { CaseState::Open } else { CaseState::Closed }),
            cause: has(2).then_some(CaseCause::Mismatch),
            owner_role: has(3).then_some(CaseRole::Risk),
            owner: if has(4) { "li" } else { "" }.to_owned(),
            withdrawal_id: if has(5) { "PLAN7" } else { "" }.to_owned(),
            channel_id: if has(4) { "CH-1" } else { "" }.to_owned(),
            due_before: has(6).then_some(at),
            confidential: has(7),
        };
        let leads: &[&str] = match (has(0), has(5), has(1) && has(8)) {
            (true, true, _) => &["case_account", "case_withdrawal"],
            (false, true, _) => &["case_withdrawal"],
            (true, false, _) => &["case_account"],
            (false, false, true) => &["case_open_due"],
            (false, false, false) => &["case_due"],
        };
        let after = CasePlace { due_time: at, case_id: CaseId::parse("PLAN40").unwrap() };
        for after in [None, Some(after)] {
            let (sql, values) = case::statement(engine, &filter, after.as_ref(), 51);
            lists.push(Asked { sql, values, leads, sorts: has(0) || has(5) });
        }
    }
    lists
}

fn lists_of_suspense(engine: store::Engine, at: DateTime<Utc>) -> Vec<Asked> {
    let mut lists = Vec::new();
    for which in 0_u8..16 {
        let has = |bit: u8| which & (1 << bit) != 0;
        let filter = SuspenseFilter {
            account_number: AccountNumber::parse("PLAN7").filter(|_| has(0)),
            booking: has(1).then_some(Booking::Suspense),
            cleared: has(2),
            channel_id: if has(3) { "CH-1" } else { "" }.to_owned(),
        };
        let leads: &[&str] = match (has(0), has(2)) {
            // What is open is little, and its index says of which account.
            (true, false) => &["suspense_account", "suspense_open"],
            (true, true) => &["suspense_account"],
            (false, false) => &["suspense_open"],
            (false, true) => &["suspense_time"],
        };
        let (item_id, account_number) = ("PLAN40".to_owned(), "PLAN7".to_owned());
        let after = SuspensePlace { create_time: at, item_id, account_number };
        for after in [None, Some(after)] {
            let (sql, values) = suspense::statement(engine, &filter, after.as_ref(), 51);
            lists.push(Asked { sql, values, leads, sorts: has(0) });
        }
    }
    lists
}

/// Everything that reads many rows of the two tables; `time` is how the engine spells an instant.
fn asked(engine: store::Engine, time: &Value, at: DateTime<Utc>) -> Vec<Asked> {
    let mut asked = lists_of_cases(engine, at);
    asked.extend(lists_of_suspense(engine, at));
    // Whom to remind, and the open cases about what somebody names.
    for (wanted, value, leads) in [
        (
            "next_reminder_time IS NOT NULL AND next_reminder_time <= $1
                ORDER BY next_reminder_time LIMIT 50",
            time.clone(),
            &["case_reminder"][..],
        ),
        (
            "subject_id = $1 AND subject_id <> '' AND state IN ('OPEN', 'WAITING')",
            "PLAN7".into(),
            &["case_subject"],
        ),
    ] {
        let sql = format!("SELECT case_id FROM withdrawal_case WHERE {wanted}");
        asked.push(Asked { sql, values: vec![value], leads, sorts: false });
    }
    asked
}

async fn fill(database: &DatabaseConnection, time: &str) {
    for sql in ROWS {
        database.execute_unprepared(&sql.replace("{time}", time)).await.unwrap();
    }
}

fn follows(plan: &str, asked: &Asked) {
    let sql = &asked.sql;
    assert!(asked.leads.iter().any(|index| names(plan, index)), "{sql}\n{plan}");
}

/// Whether the plan names this index, and not one that begins alike.
fn names(plan: &str, index: &str) -> bool {
    plan.split(|sign: char| !sign.is_alphanumeric() && sign != '_').any(|word| word == index)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_all_cases_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    let database = bank.database().await;
    // Of a table that was never measured it believes that it is small, and may sort it or take the
    // index of what is open for that of an account.
    for filled in [false, true] {
        if filled {
            let time = "timestamptz '2026-11-22 00:00:00+00' + n * interval '1 hour'";
            fill(&database, time).await;
            let analyze = "ANALYZE withdrawal_case; ANALYZE suspense_item";
            database.execute_unprepared(analyze).await.unwrap();
        }
        let time = Value::ChronoDateTimeUtc(Some(bank.now()));
        for asked in asked(store::Engine::Postgres, &time, bank.now()) {
            let plan = plan(&database, &asked.sql, &asked.values).await;
            assert!(!plan.contains("Seq Scan"), "{}\n{plan}", asked.sql);
            if filled {
                assert!(asked.sorts || !plan.contains("Sort"), "{}\n{plan}", asked.sql);
                follows(&plan, &asked);
            }
        }
    }
    database.close().await.unwrap();
    let url = bank.url.clone();
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Postgres, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_all_cases_on_sqlite() {
    let bank = Bank::open(Engine::Sqlite).await;
    let database = bank.database().await;
    for filled in [false, true] {
        if filled {
            let time = "strftime('%Y-%m-%dT%H:%M:%SZ', '2026-11-22', n || ' hours')";
            fill(&database, time).await;
        }
        let time = Value::from("2026-11-22T00:00:00Z");
        for asked in asked(store::Engine::Sqlite, &time, bank.now()) {
            let explain = format!("EXPLAIN QUERY PLAN {}", asked.sql);
            let values = asked.values.clone();
            let explain = Statement::from_sql_and_values(DbBackend::Sqlite, explain, values);
            let rows = database.query_all_raw(explain).await.unwrap();
            let plan: Vec<String> =
                rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect();
            let plan = plan.join("\n");
            // A list of all runs along the index of its order.
            let through_all =
                plan.lines().any(|line| line.starts_with("SCAN") && !line.contains("USING INDEX"));
            assert!(!through_all, "{}\n{plan}", asked.sql);
            assert!(asked.sorts || !plan.contains("TEMP B-TREE"), "{}\n{plan}", asked.sql);
            follows(&plan, &asked);
        }
    }
    database.close().await.unwrap();
    let url = bank.url.clone();
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Sqlite, &url).await;
}
