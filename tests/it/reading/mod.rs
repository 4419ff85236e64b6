//! The schema `reading` on PostgreSQL: what people with SQL see of data that came over gRPC.

mod cases;
mod masked;
mod measures;
mod queries;
mod roles;

use std::sync::atomic::{AtomicU32, Ordering};

use account_status::pb::v1::*;
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr};
use sea_orm::{QueryResult, Statement};

use crate::harness::calls::*;
use crate::harness::{Bank, Engine, engine};

static READERS: AtomicU32 = AtomicU32::new(0);

/// A bank on PostgreSQL, by the machine's date because SQL readers ask for the last 30 days.
async fn bank() -> Option<Bank> {
    if !engine::postgres_is_there().await {
        return None;
    }
    let bank = Bank::open(Engine::Postgres).await;
    bank.clock.set(chrono::Utc::now());
    Some(bank)
}

/// A person with SQL: a login of its own, as a DBA makes it.
struct Reader {
    name: String,
    admin: DatabaseConnection,
    database: DatabaseConnection,
}

impl Reader {
    /// With these roles beside `reading`.
    async fn new(url: &str, roles: &[&str]) -> Self {
        let number = READERS.fetch_add(1, Ordering::Relaxed);
        let name = format!("reader_{}_{number}", std::process::id());
        let admin = Database::connect(url).await.unwrap();
        let row = query(&admin, "SELECT current_database() AS name").await.unwrap().remove(0);
        let database: String = row.try_get("", "name").unwrap();
        let granted = [&["reading"], roles].concat().join(", ");
        for sql in [
            format!("CREATE ROLE {name} LOGIN PASSWORD 'secret'"),
            format!("GRANT {granted} TO {name}"),
            format!("ALTER ROLE {name} IN DATABASE {database} SET search_path = reading"),
        ] {
            admin.execute_unprepared(&sql).await.unwrap();
        }
        let database = connect(&engine::as_user(url, &name, "secret")).await;
        Self { name, admin, database }
    }

    /// Rows as `a|b|c`, NULL as nothing, as psql prints them.
    async fn lines(&self, columns: &str, rest: &str) -> Vec<String> {
        lines(&self.database, columns, rest).await.unwrap()
    }

    /// Why a statement is refused.
    async fn refused(&self, sql: &str) -> String {
        let done = self.database.execute_unprepared(sql).await;
        done.expect_err(sql).to_string()
    }

    async fn gone(self) {
        self.database.close().await.unwrap();
        self.admin.execute_unprepared(&format!("DROP ROLE {}", self.name)).await.unwrap();
        self.admin.close().await.unwrap();
    }
}

/// One connection, so that what is temporary stays.
async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1);
    Database::connect(options).await.unwrap()
}

async fn query(database: &DatabaseConnection, sql: &str) -> Result<Vec<QueryResult>, DbErr> {
    database.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await
}

async fn lines(
    database: &DatabaseConnection,
    columns: &str,
    rest: &str,
) -> Result<Vec<String>, DbErr> {
    let texts = columns.split_whitespace().map(|column| format!("coalesce({column}::text, '')"));
    let sql = format!("SELECT {} AS line {rest}", texts.collect::<Vec<_>>().join(" || '|' || "));
    let rows = query(database, &sql).await?;
    rows.iter().map(|row| row.try_get("", "line")).collect()
}

/// An account in a currency, open, with money.
async fn account_in(bank: &Bank, number: &str, currency_code: &str, amount: &str) {
    let open = OpenAccountRequest {
        account_number: number.to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "B1".to_owned(),
        currency_code: currency_code.to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    };
    bank.account_client().open_account(open).await.unwrap();
    bank.act(number, StatusAction::CompleteOpening, |_| {}).await.unwrap();
    bank.record(RecordTransactionRequest {
        amount: money(currency_code, amount),
        counterparty: Some(Counterparty {
            account_number: "6222020000001234".to_owned(),
            name: "Example Payer".to_owned(),
        }),
        ..bank.posting(number, Direction::Credit, "1")
    })
    .await
    .unwrap();
}

fn money(currency_code: &str, amount: &str) -> Option<Money> {
    Some(Money { currency_code: currency_code.to_owned(), amount: amount.to_owned() })
}
