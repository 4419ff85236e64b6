//! Lists of approvals follow an index, whatever the filters, on either engine.

use account_status::domain::approval::ApprovalState;
use account_status::domain::id::AccountNumber;
use account_status::store;
use account_status::store::approval::{ApprovalFilter, Stored, statement};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::abnormal::plans::plan;
use crate::harness::{Bank, Engine, engine};

/// Some thousands of proposals, most of them decided.
const ROWS: &str = "
    INSERT INTO approval SELECT 'PLAN' || n, 'PLAN' || n % 500,
        CASE WHEN n % 100 = 0 THEN 'PENDING' WHEN n % 500 = 1 THEN 'REJECTED' ELSE 'APPROVED' END,
        'CLOSE', 'STATUS', 'PLAN', 1, 'PLAN' || n, 'maker' || n % 50, '', '{}', 'OPEN',
        now(), now(), CASE WHEN n % 100 = 0 THEN '' ELSE 'checker' END,
        CASE WHEN n % 100 = 0 THEN NULL ELSE now() END, ''
        FROM generate_series(1, 5000) n;
    ANALYZE approval";

const STORED: [Stored; 5] = [
    Stored::Any,
    Stored::Open,
    Stored::RunOut,
    Stored::Decided(ApprovalState::Rejected),
    Stored::Decided(ApprovalState::Expired),
];

/// Which index has to lead.
fn leads(filter: &ApprovalFilter, stored: Stored) -> &'static str {
    match (stored, &filter.account_number, &filter.proposed_by) {
        (_, Some(_), _) => "approval_account",
        (Stored::Open | Stored::RunOut, None, _) => "approval_open",
        (_, None, Some(_)) => "approval_proposer",
        (Stored::Decided(_), None, None) => "approval_decided",
        (Stored::Any, None, None) => "approval",
    }
}

fn filters() -> impl Iterator<Item = (ApprovalFilter, Stored)> {
    (0..4).flat_map(|which| {
        STORED.map(|stored| {
            let filter = ApprovalFilter {
                account_number: AccountNumber::parse("PLAN7").filter(|_| which & 1 != 0),
                state: None,
                proposed_by: (which & 2 != 0).then(|| "maker7".to_owned()),
            };
            (filter, stored)
        })
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_all_approvals_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    let database = bank.database().await;
    // Plans are kept with their connections, so that they have to be right for an empty table, too.
    for rows in ["SELECT 1", ROWS] {
        database.execute_unprepared(rows).await.unwrap();
        for (filter, stored) in filters() {
            for before in ["", "PLAN4000"] {
                let place = (before, 51);
                let engine = store::Engine::Postgres;
                let (sql, values) = statement(engine, &filter, stored, bank.now(), place);
                let plan = plan(&database, &sql, &values).await;
                assert!(!plan.contains("Seq Scan"), "{stored:?} {filter:?}\n{plan}");
                assert!(plan.contains(leads(&filter, stored)), "{stored:?} {filter:?}\n{plan}");
            }
        }
    }
    database.close().await.unwrap();
    let url = bank.url.clone();
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Postgres, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_all_approvals_on_sqlite() {
    let bank = Bank::open(Engine::Sqlite).await;
    let database = bank.database().await;
    for (filter, stored) in filters() {
        let place = ("PLAN4000", 51);
        let (sql, values) = statement(store::Engine::Sqlite, &filter, stored, bank.now(), place);
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let explain = Statement::from_sql_and_values(DbBackend::Sqlite, explain, values);
        let rows = database.query_all_raw(explain).await.unwrap();
        let lines: Vec<String> =
            rows.iter().map(|row| row.try_get("", "detail").unwrap()).collect();
        let plan = lines.join("\n");
        assert!(!plan.contains("SCAN") && !plan.contains("TEMP B-TREE"), "{filter:?}\n{plan}");
        assert!(plan.contains(leads(&filter, stored)), "{stored:?} {filter:?}\n{plan}");
    }
    database.close().await.unwrap();
    bank.finish().await;
}
