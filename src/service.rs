//! The composition root: wires store, ledger, feed, sweep, reads and the gRPC server, supervises
//! their tasks, and drains them in order.
//!
//! Order of draining: health says NOT_SERVING, streams end, the server takes no new calls and finishes
//! those it has, payouts that are on their way are answered or given up, the sweep stops, the lanes
//! answer what they hold, reads end, the store closes. One deadline bounds all of it; what is not done
//! by then is cut. A task that ends before anybody said stop is a bug: the
//! service drains and fails, so that whoever runs it starts it again.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::ask::Ask;
use crate::clock::Clock;
use crate::config::{Settings, Switch};
use crate::domain::review::IdentityKey;
use crate::feed::Feed;
use crate::grpc;
use crate::ledger::apart::Apart;
use crate::ledger::intake::Intake;
use crate::ledger::{self, Ledger, Shared};
use crate::payout::Payouts;
use crate::payout::board::Board;
use crate::payout::client::Lines;
use crate::reconcile::Reconciler;
use crate::roster::Rosters;
use crate::store::{Engine, Pools, Store};
use crate::sweep::Sweep;

/// How often health asks the database.
const HEALTH_INTERVAL: Duration = Duration::from_secs(2);

/// Why the service doesn't start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The database can't be used.
    #[error("cannot use the database")]
    Store(#[from] crate::store::Error),
    /// The schema is not up to date.
    #[error("the database is not migrated: run `account-status migrate up` with the same settings")]
    NotMigrated,
    /// The payout channels can't be read, or those of the settings not be written down.
    #[error("cannot read the payout channels")]
    Channels(#[from] ledger::Failure),
    /// The address can't be listened on.
    #[error("cannot listen on {0}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
    /// The server broke.
    #[error("the gRPC server failed")]
    Server(#[from] tonic::transport::Error),
    /// A task that has to run as long as the service ended.
    #[error("{0} ended before the service was told to stop")]
    Ended(&'static str),
}

/// The write and read side on one store, without a server in front: what imports, the demo's
/// seeding and the server itself work with.
#[derive(Debug)]
pub struct Core {
    /// The database.
    pub store: Store,
    /// The write path.
    pub ledger: Ledger,
    /// The write path of imported history.
    pub intake: Intake,
    /// The read side.
    pub ask: Ask,
    /// What was committed.
    pub feed: Feed,
    /// The payout channels.
    pub rosters: Rosters,
    /// What is known of them here.
    pub board: Board,
    /// The time.
    pub clock: Clock,
    lanes: JoinSet<()>,
    gatherers: JoinSet<()>,
}

impl Core {
    /// Wires the core on a connected store.
    pub fn start(store: Store, clock: Clock, settings: &Settings) -> Self {
        let rules = Arc::new(settings.rules.clone());
        let feed = Feed::default();
        let rosters = Rosters::new(store.clone());
        let parts = ledger::Parts {
            store: store.clone(),
            clock: clock.clone(),
            rules: rules.clone(),
            feed: feed.clone(),
            rosters: rosters.clone(),
        };
        let (ledger, runs) = Ledger::new(&parts, lanes(store.engine(), settings));
        let mut lanes = JoinSet::new();
        for lane in runs {
            lanes.spawn(lane.run());
        }
        let intake = Intake::new(&parts);
        let payouts = &settings.payouts;
        let lines = Lines::new(rosters.clone(), &payouts.channels, payouts.timeout);
        let known = (Apart::new(&parts), rosters.clone());
        let board = Board::new(known, (clock.clone(), rules.clone()), lines, payouts.at_once);
        let (ask, runs) = Ask::new(store.clone(), clock.clone(), rules);
        let mut gatherers = JoinSet::new();
        for gatherer in runs {
            gatherers.spawn(gatherer.run());
        }
        Self { store, ledger, intake, ask, feed, rosters, board, clock, lanes, gatherers }
    }

    /// Answers what is queued, as far as patience reaches, then closes the store.
    pub async fn drain(self, patience: Duration) -> Shared {
        let Self { store, ledger, mut lanes, mut gatherers, .. } = self;
        ledger.close();
        let finished = timeout(patience, async { while lanes.join_next().await.is_some() {} });
        if finished.await.is_err() {
            tracing::warn!("commands were still queued when the time to drain was over");
        }
        lanes.shutdown().await;
        gatherers.shutdown().await;
        store.close().await;
        ledger.shared()
    }
}

fn lanes(engine: Engine, settings: &Settings) -> usize {
    match engine {
        Engine::Sqlite => 1,
        Engine::Postgres => usize::try_from(settings.lanes).unwrap_or(1),
    }
}

/// Connects to the database of the settings. The embedded one migrates itself; a server's has to
/// be migrated by command, so that whoever runs it decides when.
///
/// # Errors
/// When it can't be reached or is not migrated.
pub async fn connect(settings: &Settings) -> Result<Store, ServiceError> {
    let store = open(settings).await?;
    if store.engine() == Engine::Sqlite {
        store.migrate_up().await?;
    }
    if !store.is_migrated().await? {
        return Err(ServiceError::NotMigrated);
    }
    Ok(store)
}

/// Connects to the database of the settings, whatever its schema.
///
/// # Errors
/// When it can't be reached.
pub async fn open(settings: &Settings) -> Result<Store, ServiceError> {
    let pools = Pools { writers: settings.lanes, readers: settings.readers };
    Ok(Store::connect(&settings.database_url, pools).await?)
}

/// Listens where the settings say.
///
/// # Errors
/// When the address is taken or not ours.
pub async fn listen(settings: &Settings) -> Result<TcpListener, ServiceError> {
    let address = settings.listen;
    TcpListener::bind(address).await.map_err(|error| ServiceError::Listen(address, error))
}

/// Why serving ends.
enum End {
    /// It was told to.
    Stopped,
    /// The server ended by itself.
    Server(Result<(), tonic::transport::Error>),
    /// A task ended by itself.
    Task(&'static str),
}

/// Serves until `stop` is true, then drains.
///
/// # Errors
/// When the server fails, or a lane, the sweep or the health task ends by itself.
pub async fn serve(
    mut core: Core,
    listener: TcpListener,
    settings: &Settings,
    stop: watch::Receiver<bool>,
) -> Result<(), ServiceError> {
    // Before the first command: what is decided goes by the channels that there are.
    core.board.apart().settle(&settings.payouts.channels).await?;
    let (halt, halting) = watch::channel(false);
    let (health, health_service) = grpc::health();
    let mut tasks = JoinSet::new();
    tasks.spawn(named("health", watch_health(core.store.clone(), health, halting.clone())));
    tasks.spawn(named("reading the channels", core.rosters.clone().run()));
    let freeing = core.board.clone().free_what_dies(core.feed.listen());
    tasks.spawn(named("giving back to channels", freeing));
    if settings.sweep == Switch::On {
        let sweep = Sweep {
            store: core.store.clone(),
            clock: core.clock.clone(),
            ledger: core.ledger.clone(),
            feed: core.feed.clone(),
        };
        tasks.spawn(named("the sweep", sweep.run()));
        tasks.spawn(named("the sums of statistics", core.ledger.clone().keep_rolling()));
    }
    let mut payouts = JoinSet::new();
    if settings.payouts.sending == Switch::On {
        payouts.spawn(payouts_of(&core, settings).run(halting.clone()));
    }
    let services = grpc::Services {
        ledger: core.ledger.clone(),
        ask: core.ask.clone(),
        clock: core.clock.clone(),
        feed: core.feed.clone(),
        board: core.board.clone(),
        halting: halting.clone(),
        identity_key: IdentityKey::of(&settings.rules.history_key),
        zone: settings.rules.zone,
        accounts_max: settings.rules.reviews.accounts_per_customer,
        statements: statements_of(&core),
    };
    let mut server = pin!(grpc::serve(listener, services, health_service, stopped(halting)));
    let end = tokio::select! {
        served = &mut server => End::Server(served),
        () = stopped(stop) => End::Stopped,
        Some(task) = tasks.join_next() => End::Task(task.unwrap_or("a task that panicked")),
        _ = core.lanes.join_next() => End::Task("a lane"),
        _ = core.gatherers.join_next() => End::Task("a gatherer of reads"),
        Some(_) = payouts.join_next() => End::Task("payouts"),
    };
    let deadline = Instant::now() + settings.drain;
    halt.send_replace(true);
    let ended = match end {
        End::Server(served) => {
            served.map_err(ServiceError::from).and(Err(ServiceError::Ended("the server")))
        }
        End::Stopped => finish(&mut server, deadline).await,
        End::Task(task) => {
            tracing::error!(task, "a task ended by itself; the service stops");
            finish(&mut server, deadline).await.and(Err(ServiceError::Ended(task)))
        }
    };
    if timeout(left_until(deadline), payouts.join_next()).await.is_err() {
        tracing::warn!("payouts were still on their way when the time to drain was over");
    }
    payouts.shutdown().await;
    tasks.shutdown().await;
    let shared = core.drain(left_until(deadline)).await;
    tracing::info!(ledger.calls = shared.calls, ledger.commits = shared.commits, "drained");
    ended
}

fn statements_of(core: &Core) -> grpc::Statements {
    let reconciler = Reconciler {
        store: core.store.clone(),
        ledger: core.ledger.clone(),
        clock: core.clock.clone(),
    };
    grpc::Statements { reconciler, rosters: core.rosters.clone(), board: core.board.clone() }
}

fn payouts_of(core: &Core, settings: &Settings) -> Payouts {
    Payouts {
        store: core.store.clone(),
        clock: core.clock.clone(),
        ledger: core.ledger.clone(),
        feed: core.feed.clone(),
        board: core.board.clone(),
        at_once: settings.payouts.at_once,
    }
}

/// Lets the server finish the calls it has; what is open at the deadline is cut.
async fn finish(
    server: impl Future<Output = Result<(), tonic::transport::Error>>,
    deadline: Instant,
) -> Result<(), ServiceError> {
    match timeout(left_until(deadline), server).await {
        Ok(served) => Ok(served?),
        Err(_elapsed) => {
            tracing::warn!("calls were still open when the time to drain was over; they are cut");
            Ok(())
        }
    }
}

fn left_until(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

async fn named(name: &'static str, task: impl Future<Output = ()>) -> &'static str {
    task.await;
    name
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // A sender that is gone means stop, too.
    let _stopped = stop.wait_for(|stop| *stop).await;
}

/// Says SERVING while the database answers.
async fn watch_health(store: Store, health: grpc::Health, stop: watch::Receiver<bool>) {
    loop {
        let serving = store.ping().await.is_ok() && !*stop.borrow();
        health.set_serving(serving).await;
        tokio::select! {
            () = stopped(stop.clone()) => break,
            () = tokio::time::sleep(HEALTH_INTERVAL) => {}
        }
    }
    health.set_serving(false).await;
    std::future::pending::<()>().await;
}

#[cfg(test)]
mod tests;
