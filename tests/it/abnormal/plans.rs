//! PostgreSQL finds abnormal accounts by indexes, whatever the filters.

use account_status::domain::freeze::FreezeType;
use account_status::domain::status::{AccountStatus as Shown, Cause, ConditionKind};
use account_status::store;
use account_status::store::abnormal::{AbnormalFilter, AbnormalList, statement};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};

use crate::harness::{Bank, Engine, engine};

/// Some thousands of accounts, a few of them frozen, suspicious or restricted.
const ROWS: &str = "
    INSERT INTO account_master SELECT m.* FROM generate_series(1, 5000) n, LATERAL (
        SELECT (jsonb_populate_record(NULL::account_master, to_jsonb(t) || jsonb_build_object(
            'account_number', 'PLAN' || n, 'account_id', 'PLAN' || n,
            'account_status', CASE n % 50 WHEN 0 THEN '01' WHEN 1 THEN '08' ELSE '00' END))).*
        FROM account_master t LIMIT 1) m;
    INSERT INTO account_balance SELECT b.* FROM generate_series(1, 5000) n, LATERAL (
        SELECT (jsonb_populate_record(NULL::account_balance, to_jsonb(t) ||
            jsonb_build_object('account_number', 'PLAN' || n))).* FROM account_balance t LIMIT 1) b;
    INSERT INTO account_condition SELECT c.* FROM generate_series(1, 5000, 50) n, LATERAL (
        SELECT (jsonb_populate_record(NULL::account_condition, to_jsonb(t) || jsonb_build_object(
            'account_number', 'PLAN' || n, 'condition_id', 'PLAN' || n))).*
        FROM account_condition t LIMIT 1) c;
    ANALYZE account_master; ANALYZE account_condition; ANALYZE account_balance;
    ANALYZE account_freeze";

/// As the service's own connections plan.
const SETTINGS: &str = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off;
    SET LOCAL enable_mergejoin = off; SET LOCAL plan_cache_mode = force_generic_plan";

/// How PostgreSQL would run a statement of the service.
pub(crate) async fn plan(database: &DatabaseConnection, sql: &str, values: &[Value]) -> String {
    let literals: Vec<String> = values
        .iter()
        .map(|value| match value {
            Value::String(Some(text)) => format!("'{text}'"),
            Value::BigInt(Some(number)) => number.to_string(),
            Value::ChronoDateTimeUtc(Some(at)) => format!("'{}'", at.to_rfc3339()),
            other => panic!("{other:?}"),
        })
        .collect();
    let transaction = database.begin().await.unwrap();
    transaction.execute_unprepared(SETTINGS).await.unwrap();
    transaction.execute_unprepared(&format!("PREPARE listing AS {sql}")).await.unwrap();
    let explain = format!("EXPLAIN EXECUTE listing({})", literals.join(", "));
    let explain = Statement::from_string(DbBackend::Postgres, explain);
    let rows = transaction.query_all_raw(explain).await.unwrap();
    transaction.execute_unprepared("DEALLOCATE listing").await.unwrap();
    transaction.rollback().await.unwrap();
    let lines: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
    lines.join("\n")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_filter_scans_a_table_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    bank.account("1", "100.00").await;
    let mark = account_status::pb::v1::StatusAction::MarkSuspicious;
    bank.act("1", mark, |_| {}).await.unwrap();
    bank.freeze(bank.court_order("1", "10.00")).await.unwrap();
    let database = bank.database().await;
    database.execute_unprepared(ROWS).await.unwrap();
    let at = bank.now();
    let lists = [
        (AbnormalList::Status, "account_master_abnormal"),
        (AbnormalList::Since(at), "account_master_abnormal_since"),
        (AbnormalList::Condition(ConditionKind::Suspicious), "account_condition_kind"),
        (AbnormalList::ConditionCause(Cause::SuspiciousPattern), "account_condition_cause"),
        (AbnormalList::Freeze(FreezeType::Judicial), "account_freeze_"),
        (AbnormalList::FreezeCause(Cause::JudicialCourt, false), "account_freeze_"),
        (AbnormalList::Waiting(true), "account_freeze_"),
        (AbnormalList::Lapsing(at), "account_balance_next_lapse"),
    ];
    for (list, index) in lists {
        for which in 0..8 {
            let filter = AbnormalFilter {
                status: (which & 1 != 0).then_some(Shown::Suspicious),
                branch_code: if which & 2 != 0 { "999584000101" } else { "" }.to_owned(),
                since: (which & 4 != 0).then_some(at),
            };
            let (sql, values) = statement(store::Engine::Postgres, list, &filter, ("", 51));
            let plan = plan(&database, &sql, &values).await;
            assert!(!plan.contains("Seq Scan"), "{list:?} {filter:?}\n{plan}");
            assert!(plan.contains(index), "{list:?} {filter:?}\n{plan}");
        }
    }
    database.close().await.unwrap();
    let url = bank.url.clone();
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Postgres, &url).await;
}
