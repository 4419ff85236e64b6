//! Roles belong to the whole server: other databases migrate beside, and not everyone may make them.

use std::process::{Command, Output};

use sea_orm::{ConnectionTrait, Database};

use super::*;

fn migrate(url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_account-status"))
        .args(["migrate", "up", "--database-url", url])
        .output()
        .unwrap()
}

/// Exactly what README tells the DBA to run where the program could not make the roles.
const BY_THE_DBA: &str = "CREATE ROLE reading NOLOGIN;
    CREATE ROLE reading_personal NOLOGIN;
    CREATE ROLE reading_confidential NOLOGIN;
    GRANT USAGE ON SCHEMA reading TO reading;
    GRANT SELECT ON ALL TABLES IN SCHEMA reading TO reading";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_may_make_no_roles_migrates_all_the_same() {
    if !engine::postgres_is_there().await {
        return;
    }
    let Some(server) = engine::another_server().await else { return };
    let admin = Database::connect(format!("{}postgres", server.base)).await.unwrap();
    for sql in ["CREATE ROLE app LOGIN PASSWORD 'app'", "CREATE DATABASE bank OWNER app"] {
        admin.execute_unprepared(sql).await.unwrap();
    }
    let url = format!("{}bank", server.base);
    let app = engine::as_user(&url, "app", "app");
    let first = migrate(&app);
    assert!(first.status.success(), "{first:?}");
    let role = "SELECT 1 FROM pg_roles WHERE rolname LIKE 'reading%'";
    assert!(query(&admin, role).await.unwrap().is_empty());
    // The views are there and work, for their owner too, who has none of the roles.
    let owner = connect(&app).await;
    assert!(query(&owner, "SELECT * FROM reading.account_freeze").await.unwrap().is_empty());
    let seen = lines(&owner, "confidential personal", "FROM reading.reader").await.unwrap();
    assert_eq!(seen, ["false|false"]);
    owner.close().await.unwrap();

    let dba = connect(&url).await;
    dba.execute_unprepared(BY_THE_DBA).await.unwrap();
    dba.close().await.unwrap();
    let reader = Reader::new(&url, &["reading_confidential"]).await;
    assert!(query(&reader.database, "SELECT * FROM transaction_log").await.unwrap().is_empty());
    assert_eq!(reader.lines("confidential personal", "FROM reader").await, ["true|false"]);
    reader.gone().await;
    let again = migrate(&app);
    assert!(again.status.success(), "{again:?}");
    admin.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn databases_of_one_server_may_migrate_at_once() {
    if !engine::postgres_is_there().await {
        return;
    }
    let Some(server) = engine::another_server().await else { return };
    let admin = Database::connect(format!("{}postgres", server.base)).await.unwrap();
    let urls: Vec<String> = (0..4).map(|n| format!("{}bank{n}", server.base)).collect();
    for n in 0..4 {
        admin.execute_unprepared(&format!("CREATE DATABASE bank{n}")).await.unwrap();
    }
    // Two programs on each of four databases; one of the eight makes the roles.
    let ends = std::thread::scope(|scope| {
        let start = |url| scope.spawn(move || migrate(url));
        let running: Vec<_> = urls.iter().chain(&urls).map(|url| start(url.as_str())).collect();
        running.into_iter().map(|one| one.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(ends.iter().all(|end| end.status.success()), "{ends:?}");
    for url in &urls {
        let reader = Reader::new(url, &[]).await;
        assert!(query(&reader.database, "SELECT * FROM account_master").await.unwrap().is_empty());
        reader.gone().await;
    }
    admin.close().await.unwrap();
}
