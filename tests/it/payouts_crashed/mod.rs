//! `kill -9` while withdrawals are carried: the channel's own log says what was paid. Nothing that was
//! acknowledged is lost, nothing is paid twice, and nothing stays unknown while the channel answers.
//!
//! On both engines, at each of these points:
//!
//! | killed | test |
//! |---|---|
//! | before and after the commit of Withdraw | `commits::of_withdraw` |
//! | before and after the commit of StartAttempt | `commits::of_start_attempt` |
//! | before and after the commit of RecordEvidence | `commits::of_record_evidence` |
//! | before and after the commit of FollowUp | `commits::of_follow_up` |
//! | between reservation and intent | `points::between_reservation_and_intent` |
//! | between intent and send | `points::between_intent_and_send` |
//! | between send and reply | `points::between_send_and_reply` |
//! | between reply and the outcome's commit | `points::between_reply_and_outcome` |
//! | a report received and not committed | `callbacks::received_and_not_committed` |
//! | a report committed and not answered | `callbacks::committed_and_not_answered` |
//! | a statement received and not committed | `statements::received_and_not_committed` |
//! | what it proves committed, and the import not ended | `statements::proven_and_not_ended` |
//! | told to stop, and stopped in order | `points::in_shutdown` |
//! | told to stop, and killed while it drains | `points::while_it_drains` |
//! | with slices of a deposit in hand | `leases` |
//! | while it migrates | `migration` |
//! | one of two replicas | `replicas` |
//! | at random moments | `random` |
//!
//! PostgreSQL's traffic goes through a proxy that holds a COMMIT or its answer. SQLite has no traffic:
//! there another program holds the file before a commit, and after it the rows tell of it.

mod callbacks;
mod commits;
mod leases;
mod migration;
mod points;
mod random;
mod replicas;
mod statements;

pub(crate) use std::time::{Duration, Instant};

use account_status::clock::Clock;
use account_status::pb::v1::WithdrawRequest;
use account_status::simulator::Options;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DatabaseTransaction, SqliteTransactionMode, Statement,
    TransactionOptions, TransactionTrait,
};

use crate::harness::calls::{cny, fresh, payee};
use crate::harness::channel::{Channel, judge};
use crate::harness::program::Program;
use crate::harness::{Bank, Engine, engine};

pub(crate) const ACCOUNTS: [&str; 4] = ["8100000001", "8100000002", "8100000003", "8100000004"];
/// How long everything may take to come to its end; the questions after what is unknown grow apart.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);
/// How often the tables are looked at meanwhile.
pub(crate) const LOOK: Duration = Duration::from_millis(50);
/// How long somebody is given to come to where he waits for us.
pub(crate) const MOMENT: Duration = Duration::from_millis(500);

pub(crate) const INTENTS: &str = "SELECT count(*) FROM attempt WHERE state = 'INTENT'";
pub(crate) const ATTEMPTS: &str = "SELECT count(*) FROM attempt";
pub(crate) const EVIDENCE: &str = "SELECT count(*) FROM evidence";
pub(crate) const WITHDRAWALS: &str = "SELECT count(*) FROM withdrawal";

/// Withdrawals that are not at their end, for whoever waits for it in vain.
const LEFT: &str =
    "SELECT CONCAT_WS(' ', w.withdrawal_id, w.state, w.held_reason, w.reference, w.attempts,
        w.next_action_time, a.state, a.last_said, a.epoch, a.retries, a.inquiries)
    FROM withdrawal w
    LEFT JOIN attempt a ON a.withdrawal_id = w.withdrawal_id AND a.number = w.attempts
    WHERE w.next_action_time IS NOT NULL";

pub(crate) fn withdrawal(reference: &str) -> WithdrawRequest {
    WithdrawRequest {
        account_number: ACCOUNTS[0].to_owned(),
        amount: cny("12.34"),
        beneficiary: payee(),
        request_id: fresh(),
        reference: reference.to_owned(),
        ..WithdrawRequest::default()
    }
}

/// A withdrawal that is to be sent, and that nobody has begun.
pub(crate) async fn reserved(kind: Engine) -> Option<Scene> {
    let scene = Scene::open(kind, |_options| {}).await?;
    let program = scene.serve(None, 1_000).await;
    program.send(withdrawal("")).await.unwrap();
    program.kill().await;
    scene.forward().await;
    Some(scene)
}

/// One of each test for each engine.
macro_rules! on_each_engine {
    ($($name:ident)*) => {$(
        mod $name {
            use super::*;

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                super::$name(Engine::Sqlite).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                super::$name(Engine::Postgres).await;
            }
        }
    )*};
}
pub(crate) use on_each_engine;

/// A database with accounts, and a channel that outlives the service.
pub(crate) struct Scene {
    pub(crate) kind: Engine,
    pub(crate) url: String,
    directory: tempfile::TempDir,
    pub(crate) channel: Channel,
    pub(crate) database: DatabaseConnection,
}

impl Scene {
    /// None where there is no such engine.
    pub(crate) async fn open(kind: Engine, set: impl FnOnce(&mut Options)) -> Option<Self> {
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
    pub(crate) async fn serve(&self, channel: Option<&str>, timeout_ms: u32) -> Program {
        Self::serve_at(&self.url, channel, timeout_ms).await
    }

    /// The same at another way to the database.
    pub(crate) async fn serve_at(url: &str, channel: Option<&str>, timeout_ms: u32) -> Program {
        let timeout = timeout_ms.to_string();
        let mut arguments = vec!["serve", "--payout-timeout-ms", &timeout];
        if let Some(channel) = channel {
            arguments.extend(["--channel", channel]);
        }
        Program::start(&arguments, url).await
    }

    pub(crate) fn setting(&self) -> String {
        self.channel.setting("CH-SIM")
    }

    pub(crate) async fn count(&self, sql: &str) -> i64 {
        let statement = Statement::from_string(self.database.get_database_backend(), sql);
        let row = self.database.query_one_raw(statement).await.unwrap().unwrap();
        row.try_get_by_index(0).unwrap()
    }

    async fn lines(&self, sql: &str) -> Vec<String> {
        let statement = Statement::from_string(self.database.get_database_backend(), sql);
        let rows = self.database.query_all_raw(statement).await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Waits until a count is what it should be.
    pub(crate) async fn until(&self, sql: &str, expected: i64) {
        self.wait(sql, expected, |count| count == expected).await;
    }

    /// Waits until a count is as large.
    pub(crate) async fn at_least(&self, sql: &str, expected: i64) {
        self.wait(sql, expected, |count| count >= expected).await;
    }

    async fn wait(&self, sql: &str, expected: i64, reached: impl Fn(i64) -> bool) {
        let begun = Instant::now();
        loop {
            let count = self.count(sql).await;
            if reached(count) {
                return;
            }
            if begun.elapsed() > PATIENCE {
                let left = self.lines(LEFT).await.join("\n");
                panic!("{count}, not {expected}, after {PATIENCE:?}: {sql}\n{left}");
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Makes what waits for a lease due at once.
    pub(crate) async fn forward(&self) {
        let sql = "UPDATE withdrawal SET next_action_time = create_time
            WHERE next_action_time IS NOT NULL";
        self.database.execute_unprepared(sql).await.unwrap();
    }

    /// Holds the account, so that nobody else can write to it.
    pub(crate) async fn hold(&self) -> DatabaseTransaction {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let held = self.database.begin_with_options(options).await.unwrap();
        if self.kind == Engine::Postgres {
            let sql = format!(
                "SELECT 1 FROM account_balance WHERE account_number = '{}' FOR UPDATE",
                ACCOUNTS[0]
            );
            held.execute_unprepared(&sql).await.unwrap();
        }
        held
    }

    pub(crate) async fn until_paid(&self) {
        let begun = Instant::now();
        while self.channel.paid().is_empty() {
            assert!(begun.elapsed() < PATIENCE, "it was never paid");
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Serves until nothing is left to do, and lets the channel's log judge.
    pub(crate) async fn close(self) {
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
