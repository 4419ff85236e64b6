//! `kill -9` while withdrawals are carried: the channel's own log says what was paid. Nothing that was
//! acknowledged is lost, nothing is paid twice, and nothing stays unknown while the channel answers.

mod points;
mod random;
mod replicas;

use std::time::{Duration, Instant};

use account_status::clock::Clock;
use account_status::simulator::Options;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

use crate::harness::channel::{Channel, judge};
use crate::harness::program::Program;
use crate::harness::{Bank, Engine, engine};

const ACCOUNTS: [&str; 4] = ["8100000001", "8100000002", "8100000003", "8100000004"];
/// How long everything may take to come to its end; the questions after what is unknown grow apart.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often the tables are looked at meanwhile.
const LOOK: Duration = Duration::from_millis(50);

/// A database with accounts, and a channel that outlives the service.
struct Scene {
    kind: Engine,
    url: String,
    directory: tempfile::TempDir,
    channel: Channel,
    database: DatabaseConnection,
}

impl Scene {
    /// None where there is no such engine.
    async fn open(kind: Engine, set: impl FnOnce(&mut Options)) -> Option<Self> {
        if kind == Engine::Postgres && !engine::postgres_is_there().await {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let url = engine::fresh_database(kind, directory.path()).await;
        let bank = Bank::on(kind, url.clone(), tempfile::tempdir().unwrap(), |_given| {}).await;
        for account in ACCOUNTS {
            bank.account(account, "1000000.00").await;
        }
        bank.stop_without_audit().await;
        let channel = Channel::open_with(Clock::System, set).await;
        let database = sea_orm::Database::connect(&url).await.unwrap();
        Some(Self { kind, url, directory, channel, database })
    }

    /// The service with this channel setting; none = nothing is sent.
    async fn serve(&self, channel: Option<&str>, timeout_ms: u32) -> Program {
        let timeout = timeout_ms.to_string();
        let mut arguments = vec!["serve", "--payout-timeout-ms", &timeout];
        if let Some(channel) = channel {
            arguments.extend(["--channel", channel]);
        }
        Program::start(&arguments, &self.url).await
    }

    fn setting(&self) -> String {
        self.channel.setting("CH-SIM")
    }

    async fn count(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.database.get_database_backend(), sql);
        let row = self.database.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    /// Waits until a count is what it should be.
    async fn until(&self, sql: &str, expected: i64) {
        self.wait(sql, expected, |count| count == expected).await;
    }

    /// Waits until a count is as large.
    async fn at_least(&self, sql: &str, expected: i64) {
        self.wait(sql, expected, |count| count >= expected).await;
    }

    async fn wait(&self, sql: &str, expected: i64, reached: impl Fn(i64) -> bool) {
        let begun = Instant::now();
        loop {
            let count = self.count(sql).await;
            if reached(count) {
                return;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "{count}, not {expected}, after {PATIENCE:?}: {sql}"
            );
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Serves until nothing is left to do, and lets the channel's log judge.
    async fn close(self) {
        let program = self.serve(Some(&self.setting()), 1_000).await;
        self.until("SELECT count(*) FROM withdrawal WHERE next_action_time IS NOT NULL", 0).await;
        program.terminate().await;
        let open = "SELECT count(*) FROM withdrawal
            WHERE state IN ('RESERVED', 'DISPATCHING', 'ACCEPTED', 'UNKNOWN')";
        assert_eq!(self.count(open).await, 0, "something is left open");
        let wrong = judge(&self.database, &[&self.channel]).await;
        assert!(wrong.is_empty(), "{wrong:#?}");
        let Self { kind, url, directory, channel, database } = self;
        database.close().await.unwrap();
        channel.close().await;
        Bank::on(kind, url, directory, |_given| {}).await.finish().await;
    }
}
