//! A payout channel for a test: the simulator in this process, with a log of its own that judges in
//! the end what the service has done.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use account_status::clock::Clock;
use account_status::simulator::log::{self, Fact, What};
use account_status::simulator::{Options, Simulator};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A channel.
pub(crate) struct Channel {
    /// Where it serves.
    pub(crate) address: SocketAddr,
    log: PathBuf,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    _directory: tempfile::TempDir,
}

impl Channel {
    /// A channel that settles at once what asks for nothing.
    pub(crate) async fn open(clock: Clock) -> Self {
        Self::open_with(clock, |_options| {}).await
    }

    /// A channel with options of its own.
    pub(crate) async fn open_with(clock: Clock, set: impl FnOnce(&mut Options)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("channel.jsonl");
        let mut options = Options::new(&log);
        set(&mut options);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self::serve(clock, (options, log, directory), listener).await
    }

    /// Where a channel may serve later.
    pub(crate) fn free_address() -> SocketAddr {
        super::program::free_address()
    }

    /// A channel at a place that is known already.
    pub(crate) async fn open_at(
        clock: Clock,
        address: SocketAddr,
        set: impl FnOnce(&mut Options),
    ) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("channel.jsonl");
        let mut options = Options::new(&log);
        set(&mut options);
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        Self::serve(clock, (options, log, directory), listener).await
    }

    async fn serve(
        clock: Clock,
        (options, log, directory): (Options, PathBuf, tempfile::TempDir),
        listener: tokio::net::TcpListener,
    ) -> Self {
        let simulator = Simulator::open(options, clock).await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, mut stopping) = watch::channel(false);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let stopped = async {
                let _stopped = stopping.wait_for(|stop| *stop).await;
            };
            simulator.serve(listener, stopped).await.unwrap();
        });
        Self { address, log, stop, tasks, _directory: directory }
    }

    /// The setting that names it.
    pub(crate) fn setting(&self, id: &str) -> String {
        format!("{id}=http://{}", self.address)
    }

    /// What its log says.
    pub(crate) fn facts(&self) -> Vec<Fact> {
        log::read(&self.log).unwrap()
    }

    /// The keys that it paid, and how much in minor units, by withdrawal.
    pub(crate) fn paid(&self) -> BTreeMap<String, Vec<(String, i64)>> {
        let mut paid: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        for fact in self.facts() {
            if let What::Paid { withdrawal_id, amount } = &fact.what {
                let key = fact.payout_key.to_string();
                paid.entry(withdrawal_id.to_string()).or_default().push((key, amount.minor));
            }
        }
        paid
    }

    /// Stops it.
    pub(crate) async fn close(mut self) {
        self.stop.send_replace(true);
        while let Some(ended) = self.tasks.join_next().await {
            ended.unwrap();
        }
    }
}

/// What is wrong between the books and what these channels paid: every withdrawal that was paid was
/// paid once, for what it says, and is settled here; every one that is settled here was paid.
pub(crate) async fn judge(database: &DatabaseConnection, channels: &[&Channel]) -> Vec<String> {
    let mut paid: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
    for channel in channels {
        for (withdrawal, keys) in channel.paid() {
            paid.entry(withdrawal).or_default().extend(keys);
        }
    }
    let sql = "SELECT withdrawal_id, state, amount_minor FROM withdrawal";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let mut wrong = Vec::new();
    for row in database.query_all_raw(statement).await.unwrap() {
        let id: String = row.try_get_by_index(0).unwrap();
        let state: String = row.try_get_by_index(1).unwrap();
        let amount: i64 = row.try_get_by_index(2).unwrap();
        let keys = paid.remove(&id).unwrap_or_default();
        let settled = matches!(&*state, "SETTLED" | "SETTLED_LATE" | "RETURNED");
        let right = match &keys[..] {
            [] => !settled,
            [(_, paid)] => (settled && *paid == amount) || state == "QUARANTINED",
            _ => false,
        };
        if !right {
            wrong.push(format!("{id} is {state} over {amount}, paid {keys:?}"));
        }
    }
    wrong.extend(paid.into_keys().map(|id| format!("{id} was paid and nobody reserved it")));
    wrong
}
