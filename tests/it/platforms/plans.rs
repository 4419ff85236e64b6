//! Lists of bindings follow the indexes of those in force, however many have ended.

use account_status::domain::card::CardNumber;
use account_status::domain::id::PlatformId;
use account_status::store;
use account_status::store::platform::{BindingFilter, statement};
use sea_orm::ConnectionTrait;

use crate::abnormal::plans::plan;
use crate::harness::{Bank, Engine, engine};

/// A platform that unbound nearly all of the cards it had bound.
const ROWS: &str = "
    INSERT INTO platform_binding SELECT 'platform-' || n % 3, 6299990000000000 + n, 'PLAN' || n,
        'ops', now(), CASE WHEN n % 100 = 0 THEN NULL ELSE 'ops' END,
        CASE WHEN n % 100 = 0 THEN NULL ELSE now() END FROM generate_series(1, 5000) n;
    ANALYZE platform_binding";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_list_looks_through_ended_bindings_on_postgres() {
    if !engine::postgres_is_there().await {
        return;
    }
    let bank = Bank::open(Engine::Postgres).await;
    let database = bank.database().await;
    let platform = || PlatformId::parse("platform-1").unwrap();
    let card = || CardNumber::parse("6299990000000100").unwrap();
    let lists = [
        (BindingFilter::Platform(platform()), "platform_binding_platform"),
        (BindingFilter::Card(card()), "platform_binding_card"),
    ];
    // Plans are kept with their connections, so that they have to be right for an empty table, too.
    for rows in ["SELECT 1", ROWS] {
        database.execute_unprepared(rows).await.unwrap();
        for (filter, index) in &lists {
            for after in [None, Some((platform(), card()))] {
                let (sql, values) = statement(store::Engine::Postgres, filter, after.as_ref(), 51);
                let plan = plan(&database, &sql, &values).await;
                assert!(plan.contains(index), "{filter:?}\n{plan}");
                assert!(!plan.contains("Seq Scan") && !plan.contains("Sort"), "{filter:?}\n{plan}");
            }
        }
    }
    database.close().await.unwrap();
    let url = bank.url.clone();
    bank.stop_without_audit().await;
    engine::drop_database(Engine::Postgres, &url).await;
}
