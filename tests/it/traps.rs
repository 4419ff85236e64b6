//! What the libraries really do, pinned: each of these would break a rule of ours in silence.

use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{
    ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement, TransactionOptions,
    TransactionTrait,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Bank, Engine, engine};
use crate::on_every_engine;

async fn postgres() -> Option<DatabaseConnection> {
    if !engine::postgres_is_there().await {
        return None;
    }
    let url = engine::fresh_database(Engine::Postgres, std::path::Path::new("")).await;
    Some(Database::connect(url).await.unwrap())
}

fn statement(sql: &str, values: Vec<Value>) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

/// Why rows travel as one JSON document, and lists of texts never hold a NULL.
#[tokio::test]
async fn a_null_in_an_array_parameter_panics_in_the_binder() {
    let Some(database) = postgres().await else { return };
    let texts = vec![Value::String(Some("a".into())), Value::String(None)];
    let array = Value::Array(ArrayType::String, Some(Box::new(texts)));
    let query = async move {
        database.query_all_raw(statement("SELECT unnest($1::text[])", vec![array])).await
    };
    let bound = tokio::spawn(query).await;
    assert!(bound.is_err_and(|error| error.is_panic()), "NULL in an array is fine by now");
}

/// Why the ledger locks in one statement and loads in the next.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_joined_with_the_lock_sees_old_rows_after_waiting() {
    let Some(database) = postgres().await else { return };
    database
        .execute_unprepared(
            "CREATE TABLE a (n int); CREATE TABLE f (n int); INSERT INTO a VALUES (1)",
        )
        .await
        .unwrap();
    let count = "SELECT (SELECT count(*) FROM f) AS n FROM a FOR UPDATE OF a";
    let holder = database.begin_with_options(TransactionOptions::default()).await.unwrap();
    holder.execute_unprepared("UPDATE a SET n = 2; INSERT INTO f VALUES (1)").await.unwrap();
    let waiter = database.clone();
    let waiting = tokio::spawn(async move {
        let joined = waiter.begin_with_options(TransactionOptions::default()).await.unwrap();
        let row = joined.query_one_raw(statement(count, vec![])).await.unwrap().unwrap();
        let seen_with_the_lock: i64 = row.try_get("", "n").unwrap();
        let next = "SELECT count(*) AS n FROM f";
        let row = joined.query_one_raw(statement(next, vec![])).await.unwrap().unwrap();
        let seen_in_the_next: i64 = row.try_get("", "n").unwrap();
        (seen_with_the_lock, seen_in_the_next)
    });
    // The waiter stands at the lock when PostgreSQL says so.
    let standing = "SELECT count(*) AS n FROM pg_locks WHERE NOT granted";
    loop {
        let row = database.query_one_raw(statement(standing, vec![])).await.unwrap().unwrap();
        if row.try_get::<i64>("", "n").unwrap() > 0 {
            break;
        }
        crate::harness::moment().await;
    }
    holder.commit().await.unwrap();
    assert_eq!(waiting.await.unwrap(), (0, 1));
}

/// Why times are written with one width on SQLite, and why transactions there begin IMMEDIATE.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_sorts_our_times_and_a_deferred_transaction_fails_at_its_first_write() {
    use account_status::store::bulk::sortable_time;
    let at = |micros: i64| chrono::DateTime::from_timestamp_micros(micros).unwrap();
    let times = [0, 1, 500_000, 500_001, 1_000_000].map(|micros| sortable_time(at(micros)));
    assert!(times.is_sorted(), "{times:?}");

    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/t.db?mode=rwc", directory.path().display());
    let one = Database::connect(&url).await.unwrap();
    one.execute_unprepared(
        "PRAGMA journal_mode = WAL; CREATE TABLE a (n int); INSERT INTO a VALUES (1)",
    )
    .await
    .unwrap();
    let other = Database::connect(&url).await.unwrap();
    let deferred = one.begin_with_options(TransactionOptions::default()).await.unwrap();
    let read = Statement::from_string(DbBackend::Sqlite, "SELECT n FROM a");
    deferred.query_all_raw(read).await.unwrap();
    other.execute_unprepared("UPDATE a SET n = 2").await.unwrap();
    let busy = deferred.execute_unprepared("UPDATE a SET n = 3").await;
    assert!(busy.is_err_and(|error| error.to_string().contains("locked")));
}

/// Why a statement that answers 404, 431 or resets is no use to error details: the transport
/// refuses a header list above 16 KiB by itself, and goes on serving others.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn headers_beyond_16_kib_are_refused_by_the_transport() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account("6222021234567890123", "1.00").await;
    let mut request = tonic::Request::new(account_status::pb::v1::WhoAmIRequest {});
    let long: tonic::metadata::MetadataValue<_> = "x".repeat(20_000).parse().unwrap();
    request.metadata_mut().insert("x-long", long);
    let refused = bank.client_client().who_am_i(request).await;
    assert!(refused.is_err(), "a header list of 20 kB was taken");
    assert_eq!(bank.code("6222021234567890123").await, "00");

    let mut raw = tokio::net::TcpStream::connect(bank.address).await.unwrap();
    raw.write_all(b"GET / HTTP/1.1\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    // Whatever it is answered, the connection ends and nobody else notices.
    let _read = raw.read_to_end(&mut answer).await;
    assert_eq!(bank.code("6222021234567890123").await, "00");
    bank.finish().await;
}

on_every_engine! {
    async fn a_key_that_exists_is_a_conflict_and_the_loser_is_answered(bank) {
        // Two openings of one account meet in two lanes' databases only when two replicas serve;
        // here the second ledger is the second replica.
        let other = Bank::on(
            bank.engine,
            bank.url.clone(),
            tempfile::tempdir().unwrap(),
            |_given| {},
        );
        let other = other.await;
        let (one, two) = tokio::join!(bank.applied_result("77"), other.applied_result("77"));
        let exists = [&one, &two].into_iter().filter(|answer| answer.is_err()).count();
        assert_eq!(exists, 1, "{one:?} {two:?}");
        let refused = one.err().or(two.err()).unwrap();
        assert_eq!(crate::harness::calls::reason(&refused), "ACCOUNT_EXISTS");
        other.stop_without_audit().await;
        bank.finish().await;
    }
}
