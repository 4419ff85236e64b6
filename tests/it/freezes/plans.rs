//! Lists of freezes follow an index, whatever the filters, on either engine.

use account_status::domain::freeze::kind::AuthorityKind as Kind;
use account_status::domain::freeze::{FreezeStatus as Shown, FreezeType as Type};
use account_status::domain::id::{AccountNumber, FreezeId};
use account_status::store;
use account_status::store::freeze_list::{Finding, FreezeCursor, FreezeFilter, statement};
use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::abnormal::plans::plan;
use crate::actions::N;
use crate::harness::{Bank, Engine, engine};

/// Some thousands of freezes, most of them in force.
const ROWS: &str = "
    INSERT INTO account_freeze SELECT f.* FROM generate_series(1, 5000) n, LATERAL (
        SELECT (jsonb_populate_record(NULL::account_freeze, to_jsonb(t) || jsonb_build_object(
            'account_number', 'PLAN' || n % 500, 'freeze_id', 'PLAN' || n, 'freeze_seq', n,
            'freeze_by', 'Court ' || n % 50,
            'ended_time', CASE WHEN n % 10 = 0 THEN t.create_time END,
            'freeze_status', CASE WHEN n % 10 = 0 THEN 'RELEASED' WHEN n % 10 = 1 THEN 'WAITING'
                ELSE 'ACTIVE' END))).*
        FROM account_freeze t WHERE t.freeze_id NOT LIKE 'PLAN%' LIMIT 1) f;
    ANALYZE account_freeze";

/// Which index has to lead.
fn leads(filter: &FreezeFilter) -> &'static str {
    let named = !filter.authority_name.is_empty();
    let ends = filter.ending_before.is_some();
    match (&filter.account_number, named, filter.authority_kind, ends) {
        (Some(_), ..) => "account_freeze_account_number_freeze_seq_key",
        (None, true, _, true) => "account_freeze_authority_end",
        (None, true, _, false) => "account_freeze_authority ",
        (None, false, Some(_), true) => "account_freeze_kind_end",
        (None, false, Some(_), false) => "account_freeze_kind ",
        (None, false, None, true) => "account_freeze_end",
        (None, false, None, false) => "account_freeze_status",
    }
}

/// Every list that reads the table: of one account not by ends, which are read with it.
fn lists(at: DateTime<Utc>) -> Vec<(FreezeFilter, Finding, Option<FreezeCursor>)> {
    let mut lists = Vec::new();
    for which in 0_u8..64 {
        let has = |bit: u8| which & (1 << bit) != 0;
        let filter = FreezeFilter {
            account_number: AccountNumber::parse("PLAN7").filter(|_| has(0)),
            status: has(1).then_some(Shown::Active),
            freeze_type: has(2).then_some(Type::Judicial),
            authority_kind: has(3).then_some(Kind::CourtCivil),
            authority_name: if has(4) { "Court 7" } else { "" }.to_owned(),
            ending_before: has(5).then_some(at),
        };
        let of_one_by_end = has(0) && has(5);
        let narrowed = has(0) || has(1) || has(3) || has(4) || has(5);
        if of_one_by_end || !narrowed {
            continue;
        }
        let id = FreezeId::parse("PLAN4000").unwrap();
        let after = match (has(5), has(0)) {
            (true, _) => FreezeCursor::Ending(at, id),
            (false, true) => FreezeCursor::Entered(4_000),
            (false, false) => FreezeCursor::Id(id),
        };
        for finding in [Finding::All, Finding::Open] {
            for after in [None, Some(after.clone())] {
                lists.push((filter.clone(), finding, after));
            }
        }
    }
    lists
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_all_freezes_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    bank.account(N, "100.00").await;
    bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
    let database = bank.database().await;
    // Plans are kept with their connections, so that they have to be right for an empty table, too.
    for rows in ["SELECT 1", ROWS] {
        database.execute_unprepared(rows).await.unwrap();
        for (filter, finding, after) in lists(bank.now()) {
            let asked = (&filter, finding);
            let engine = store::Engine::Postgres;
            let (sql, values) = statement(engine, asked, after.as_ref(), bank.now(), 51);
            let plan = plan(&database, &sql, &values).await;
            assert!(!plan.contains("Seq Scan"), "{filter:?} {after:?}\n{plan}");
            // What one account has may be sorted.
            let sorts = plan.contains("Sort") && filter.account_number.is_none();
            assert!(!sorts, "{filter:?} {after:?}\n{plan}");
            assert!(plan.contains(leads(&filter)), "{filter:?} {after:?}\n{plan}");
        }
    }
    database.close().await.unwrap();
    let url = bank.url.clone();
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Postgres, &url).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_all_freezes_on_sqlite() {
    let bank = Bank::open(Engine::Sqlite).await;
    let database = bank.database().await;
    for (filter, finding, after) in lists(bank.now()) {
        let asked = (&filter, finding);
        let (sql, values) = statement(store::Engine::Sqlite, asked, after.as_ref(), bank.now(), 51);
        let explain = format!("EXPLAIN QUERY PLAN {sql}");
        let explain = Statement::from_sql_and_values(DbBackend::Sqlite, explain, values);
        let rows = database.query_all_raw(explain).await.unwrap();
        let plan: Vec<String> =
            rows.iter().map(|row| row.try_get::<String>("", "detail").unwrap()).collect();
        let plan = plan.join("\n");
        let index = match leads(&filter) {
            "account_freeze_account_number_freeze_seq_key" => "sqlite_autoindex_account_freeze",
            index => index,
        };
        assert!(!plan.contains("SCAN"), "{filter:?} {after:?}\n{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{filter:?} {after:?}\n{plan}");
        assert!(plan.contains(index), "{filter:?} {after:?}\n{plan}");
    }
    database.close().await.unwrap();
    bank.finish().await;
}
