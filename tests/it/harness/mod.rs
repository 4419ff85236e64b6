//! A bank for one test: the whole service in this process on a database of its own, with a clock
//! that stands still until the test sets it, reached over gRPC.
//!
//! Every test ends with [`Bank::finish`], which checks the invariants; dropping a bank without it
//! fails the test.

mod audit;
pub(crate) mod calls;
pub(crate) mod channel;
pub(crate) mod engine;
pub(crate) mod program;
pub(crate) mod proxy;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::Mutex;
use std::time::Duration;

use account_status::clock::Clock;
use account_status::config::{FourEyesSetting, Given, Settings, Switch};
use account_status::service::{self, Core};
use chrono::{DateTime, TimeZone, Utc};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Channel;

pub(crate) use engine::Engine;
use proxy::Proxy;

/// Defines a test that runs once on SQLite and once on PostgreSQL.
#[macro_export]
macro_rules! on_every_engine {
    ($(#[$meta:meta])* async fn $name:ident($bank:ident) $body:block) => {
        $(#[$meta])*
        mod $name {
            #[allow(unused_imports, reason = "a test may need none of them")]
            use super::*;

            async fn run($bank: $crate::harness::Bank) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run($crate::harness::Bank::open($crate::harness::Engine::Sqlite).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                if $crate::harness::engine::postgres_is_there().await {
                    run($crate::harness::Bank::open($crate::harness::Engine::Postgres).await).await;
                }
            }
        }
    };
}

/// A bank with its service running.
pub(crate) struct Bank {
    /// On which engine.
    pub(crate) engine: Engine,
    /// The test's clock.
    pub(crate) clock: Clock,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// A connection to it.
    pub(crate) channel: Channel,
    /// The database's URL.
    pub(crate) url: String,
    /// The service's settings.
    pub(crate) settings: Settings,
    /// Withdrawals that were acknowledged: they have to be there in the end.
    pub(crate) acknowledged: Mutex<Vec<String>>,
    /// How often calls shared a commit.
    pub(crate) ledger: account_status::ledger::Ledger,
    /// The channels as the service sees them.
    pub(crate) board: account_status::payout::board::Board,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    /// A directory of the test's own; goes with it.
    _directory: tempfile::TempDir,
    finished: bool,
}

/// The instant at which every bank begins: a Tuesday, 10:00 in Shanghai.
pub(crate) fn start_time() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 3, 10, 2, 0, 0).unwrap()
}

/// The pause between two looks at what a test waits for: that needs the machine, too.
pub(crate) async fn moment() {
    tokio::time::sleep(Duration::from_millis(2)).await;
}

/// What the ids of one more service on this database repeat with: two replicas at one instant
/// must not make the same ones, as they never do with the system's clock.
fn seed(url: &str) -> u64 {
    static SERVICES: Mutex<BTreeMap<String, u64>> = Mutex::new(BTreeMap::new());
    let mut services = SERVICES.lock().unwrap();
    let seed = services.entry(url.to_owned()).or_insert(6);
    *seed += 1;
    *seed
}

impl Bank {
    /// A bank on a fresh database, without the sweep, so that nothing happens by itself.
    pub(crate) async fn open(engine: Engine) -> Self {
        Self::open_with(engine, |_given| {}).await
    }

    /// A bank with settings of its own.
    pub(crate) async fn open_with(engine: Engine, set: impl FnOnce(&mut Given)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = engine::fresh_database(engine, directory.path()).await;
        Self::on(engine, url, directory, set).await
    }

    /// A bank on a database that is there already.
    pub(crate) async fn on(
        engine: Engine,
        url: String,
        directory: tempfile::TempDir,
        set: impl FnOnce(&mut Given),
    ) -> Self {
        let mut given = Self::given(&url);
        set(&mut given);
        let settings = given.settings().unwrap();
        let clock = Clock::manual(start_time(), seed(&url));
        Self::start(engine, url, settings, directory, clock).await
    }

    fn given(url: &str) -> Given {
        Given {
            database_url: Some(url.to_owned()),
            sweep: Some(Switch::Off),
            drain_secs: Some(5),
            readers: Some(4),
            lanes: Some(2),
            // Most tests are about acts, not about who has to agree to them.
            four_eyes: Some(FourEyesSetting::Waived),
            // All accounts of a test are one customer's.
            accounts_per_customer: Some(100_000),
            cards_per_customer: Some(100_000),
            ..Given::default()
        }
    }

    /// A bank on PostgreSQL whose service reaches its database through a proxy, while the test
    /// looks at it directly; none where there is no PostgreSQL.
    pub(crate) async fn behind_a_proxy(set: impl FnOnce(&mut Given)) -> Option<(Self, Proxy)> {
        if !engine::postgres_is_there().await {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let url = engine::fresh_database(Engine::Postgres, directory.path()).await;
        let (proxy, through) = Proxy::to_database(&url).await;
        let bank = Self::on(Engine::Postgres, url, directory, |given| {
            given.database_url = Some(through);
            set(given);
        });
        Some((bank.await, proxy))
    }

    async fn start(
        engine: Engine,
        url: String,
        settings: Settings,
        directory: tempfile::TempDir,
        clock: Clock,
    ) -> Self {
        let store = service::open(&settings).await.unwrap();
        store.migrate_up().await.unwrap();
        let core = Core::start(store, clock.clone(), &settings);
        let (ledger, board) = (core.ledger.clone(), core.board.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let served_with = settings.clone();
        tasks.spawn(async move {
            service::serve(core, listener, &served_with, stopping).await.unwrap();
        });
        let channel = Channel::from_shared(format!("http://{address}"))
            .unwrap()
            .timeout(Duration::from_secs(60))
            .connect()
            .await
            .unwrap();
        Self {
            engine,
            clock,
            address,
            channel,
            url,
            settings,
            acknowledged: Mutex::default(),
            ledger,
            board,
            stop,
            tasks,
            _directory: directory,
            finished: false,
        }
    }

    /// The instant on the bank's clock.
    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sets the clock to a local time, such as `2027-03-11 00:00:00`.
    pub(crate) fn set_time(&self, local: &str) {
        let local = chrono::NaiveDateTime::parse_from_str(local, "%Y-%m-%d %H:%M:%S%.f").unwrap();
        let at = self.settings.rules.zone.from_local_datetime(&local).unwrap();
        self.clock.set(at.with_timezone(&Utc));
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, time: chrono::Duration) {
        self.clock.set(self.clock.now() + time);
    }

    /// A connection of its own to the bank's database, for looking behind the service.
    pub(crate) async fn database(&self) -> sea_orm::DatabaseConnection {
        sea_orm::Database::connect(&self.url).await.unwrap()
    }

    /// Stops the service and leaves the database as it is, for who goes on with it.
    pub(crate) async fn stop_without_audit(mut self) {
        self.finished = true;
        self.stop.send(true).unwrap();
        let mut tasks = std::mem::take(&mut self.tasks);
        // Open connections and ledgers would keep the service from draining at once.
        drop(self);
        while let Some(ended) = tasks.join_next().await {
            ended.unwrap();
        }
    }

    /// The same bank with other settings, at the same instant.
    pub(crate) async fn reopen(mut self, set: impl FnOnce(&mut Given)) -> Self {
        let directory = std::mem::replace(&mut self._directory, tempfile::tempdir().unwrap());
        let (engine, url, clock) = (self.engine, self.url.clone(), self.clock.clone());
        self.stop_without_audit().await;
        let mut given = Self::given(&url);
        set(&mut given);
        Self::start(engine, url, given.settings().unwrap(), directory, clock).await
    }

    /// Checks the invariants on the accounts whose numbers begin so, while nobody writes to them.
    pub(crate) async fn audit(&self, beginning: &str) {
        audit::check(self, beginning).await;
    }

    /// Ends the test: checks the invariants, stops the service, drops the database.
    pub(crate) async fn finish(self) {
        self.audit("").await;
        let (url, engine) = (self.url.clone(), self.engine);
        self.stop_without_audit().await;
        engine::drop_database(engine, &url).await;
    }
}

impl Drop for Bank {
    fn drop(&mut self) {
        if !self.finished && !std::thread::panicking() {
            panic!("a test has to end with bank.finish().await");
        }
    }
}
