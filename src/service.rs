//! The composition root: wires store, ledger, feed, sweep, reads and the gRPC server, supervises
//! their tasks, and drains them in order.
//!
//! Order of draining: health says NOT_SERVING, the server takes no new calls and finishes those it
//! has (bounded), the sweep stops, the lanes answer what they hold, the store closes.

use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::ask::Ask;
use crate::clock::Clock;
use crate::config::{Settings, Switch};
use crate::feed::Feed;
use crate::grpc;
use crate::ledger::{self, Ledger, Shared};
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
    /// The address can't be listened on.
    #[error("cannot listen on {0}")]
    Listen(std::net::SocketAddr, #[source] std::io::Error),
    /// The server broke.
    #[error("the gRPC server failed")]
    Server(#[from] tonic::transport::Error),
}

/// The write and read side on one store, without a server in front: what imports, the demo's
/// seeding and the server itself work with.
#[derive(Debug)]
pub struct Core {
    /// The database.
    pub store: Store,
    /// The write path.
    pub ledger: Ledger,
    /// The read side.
    pub ask: Ask,
    /// What was committed.
    pub feed: Feed,
    /// The time.
    pub clock: Clock,
    lanes: JoinSet<()>,
}

impl Core {
    /// Wires the core on a connected store.
    pub fn start(store: Store, clock: Clock, settings: &Settings) -> Self {
        let rules = Arc::new(settings.rules.clone());
        let feed = Feed::default();
        let parts = ledger::Parts {
            store: store.clone(),
            clock: clock.clone(),
            rules: rules.clone(),
            feed: feed.clone(),
        };
        let (ledger, runs) = Ledger::new(&parts, lanes(store.engine(), settings));
        let mut lanes = JoinSet::new();
        for lane in runs {
            lanes.spawn(lane.run());
        }
        let ask = Ask::new(store.clone(), clock.clone(), rules);
        Self { store, ledger, ask, feed, clock, lanes }
    }

    /// Answers what is queued, then closes the store. Whoever holds a clone of the ledger keeps
    /// the lanes alive, so the wait is bounded.
    pub async fn drain(self, patience: Duration) -> Shared {
        let Self { store, ledger, mut lanes, .. } = self;
        let shared = ledger.shared();
        drop(ledger);
        let finished =
            tokio::time::timeout(patience, async { while lanes.join_next().await.is_some() {} });
        if finished.await.is_err() {
            tracing::warn!("commands were still queued when the time to drain was over");
        }
        store.close().await;
        shared
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

/// Serves until `stop` is true, then drains.
///
/// # Errors
/// When the server fails.
pub async fn serve(
    core: Core,
    listener: TcpListener,
    settings: &Settings,
    stop: watch::Receiver<bool>,
) -> Result<(), ServiceError> {
    let (health, health_service) = grpc::health();
    let mut tasks = JoinSet::new();
    tasks.spawn(watch_health(core.store.clone(), health.clone(), stop.clone()));
    if settings.sweep == Switch::On {
        let sweep = Sweep {
            store: core.store.clone(),
            clock: core.clock.clone(),
            ledger: core.ledger.clone(),
            feed: core.feed.clone(),
        };
        tasks.spawn(sweep.run());
    }
    let services = grpc::Services {
        ledger: core.ledger.clone(),
        ask: core.ask.clone(),
        clock: core.clock.clone(),
        zone: settings.rules.zone,
    };
    let server = grpc::serve(listener, services, health_service, stopped(stop.clone()));
    let served = tokio::select! {
        served = server => Some(served),
        () = overdue(stop, settings.drain) => None,
    };
    tasks.shutdown().await;
    if served.is_none() {
        tracing::warn!("calls were still open when the time to drain was over; they are cut");
    }
    let shared = core.drain(settings.drain).await;
    tracing::info!(ledger.calls = shared.calls, ledger.commits = shared.commits, "drained");
    served.transpose()?;
    Ok(())
}

async fn stopped(mut stop: watch::Receiver<bool>) {
    // A sender that is gone means stop, too.
    let _stopped = stop.wait_for(|stop| *stop).await;
}

async fn overdue(stop: watch::Receiver<bool>, patience: Duration) {
    stopped(stop).await;
    tokio::time::sleep(patience).await;
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
