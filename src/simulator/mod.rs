//! A payout channel to play with and to test against: a real gRPC server that pays by writing into a
//! log of its own that it did.
//!
//! It keeps the promise of `payout_channel_service.proto`: a key is paid at most once, and everything
//! it says is on disk before it says it ([`log`]). Apart from that it misbehaves as it is told: each
//! payout by a directive in its reference ([`behaviour`]), all others by a [`mix`]. After a restart on
//! the same log it goes on, pending settlements included.
//!
//! What it decides where the contract leaves it open:
//!
//! - A key that comes again is always recognised, whatever is declared, and answered at once.
//! - Whatever is not paid yet can be called back: VoidPayout answers Tombstone for accepted, held and
//!   stalled payouts.
//! - `stall` says InProgress until its time is over, and rejects for ever then.
//! - A key that disappeared disappears again when it comes again; another key of its withdrawal
//!   arrives.
//! - What was forgotten can be called back, and is accepted when it comes again.
//! - It reports ([`Options::reports`]) only what happens after Accepted or after settling. What was
//!   never answered is not reported: it has to be asked for.
//!
//! Besides, answers can take time ([`latency`]), the whole channel can be out of order ([`outage`]),
//! reports can go wrong on their way ([`Reporting`]), and the log gives a [`statement`]. Whatever is
//! left to chance is drawn from the seed and the payout key, so that a rerun does the same.
//!
//! Delays count on the given clock and are at most [`delay::DELAY_MAX`]. Two simulators must not
//! use one log at the same time. It knows nothing of accounts, and no part of the service uses it.

pub mod behaviour;
mod book;
mod channel;
pub mod course;
pub mod delay;
mod desk;
mod draw;
pub mod latency;
pub mod log;
pub mod mix;
pub mod outage;
mod payout;
mod reporter;
pub mod reporting;
pub mod statement;

use std::fs::File;
use std::future::Future;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::task::JoinSet;
use tonic::transport::server::TcpIncoming;
use tonic::transport::{Endpoint, Server};

use book::{Book, Reports};
use channel::SimulatedChannel;
use delay::Delay;
use desk::Desk;
use latency::{Latencies, Latency};
use log::LogError;
use mix::Mix;
use outage::{Outages, Switch, Window};
use reporter::Reporter;
use reporting::Reporting;

use crate::clock::Clock;
use crate::pb::channel::v1::payout_channel_service_server::{
    PayoutChannelServiceServer, SERVICE_NAME,
};

/// The largest message that is taken.
const MESSAGE_MAX_BYTES: usize = 64 * 1024;
/// The most calls at once on one connection, those that are never answered included.
const CALLS_PER_CONNECTION: u32 = 4_096;
/// After so many streams that broke the protocol a connection is closed.
const BROKEN_STREAMS_MAX: usize = 1_024;
/// How often a silent connection is asked whether it lives, and how long it may take to say so.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a simulator is like.
#[derive(Debug, Clone)]
pub struct Options {
    /// The channel's own log; made when it is not there.
    pub log_file: PathBuf,
    /// After which time a payout settles that asks for nothing. Zero: it is answered with Settled.
    pub delay: Delay,
    /// What else happens to payouts that ask for nothing.
    pub mix: Option<Mix>,
    /// What everything is drawn with that is left to chance.
    pub seed: u64,
    /// How long answers take, those to probes included. A payout's own directive adds nothing to it:
    /// the longer of the two counts.
    pub latency: Latency,
    /// When the channel is out of order, counted from when it begins to serve. The first that is open
    /// counts.
    pub outages: Vec<Window>,
    /// Puts the channel out of order at any moment. Keep a clone to use it.
    pub switch: Switch,
    /// While this file is there, the outage that it names is switched on.
    pub outage_file: Option<PathBuf>,
    /// What the channel declares as its promise.
    pub promise: Delay,
    /// Whether the channel declares that a key may be submitted again.
    pub idempotent_submit: bool,
    /// Whether the channel declares that it delivers statements.
    pub statements: bool,
    /// How long after the end of its day the channel declares a day's statement to be final. True as
    /// long as no payout takes longer than that.
    pub cut_off: Option<Delay>,
    /// To whom it reports.
    pub reports: Option<ReportTo>,
    /// How well it reports.
    pub reporting: Reporting,
    /// How long calls may take to finish after it is told to stop.
    pub drain: Duration,
}

impl Options {
    /// A channel that answers and settles everything at once and reports nothing.
    pub fn new(log_file: impl Into<PathBuf>) -> Self {
        Self {
            log_file: log_file.into(),
            delay: Delay::ZERO,
            mix: None,
            seed: 0,
            latency: Latency::NONE,
            outages: Vec::new(),
            switch: Switch::default(),
            outage_file: None,
            promise: Delay::of_secs(60),
            idempotent_submit: true,
            statements: false,
            cut_off: None,
            reports: None,
            reporting: Reporting::default(),
            drain: Duration::from_secs(5),
        }
    }
}

/// Whom a channel tells what happened after its answers.
#[derive(Debug, Clone)]
pub struct ReportTo {
    /// The account-status service, as in `http://127.0.0.1:50051`.
    pub url: String,
    /// The channel's id there.
    pub channel_id: String,
}

/// Why a simulator doesn't start, or stopped.
#[derive(Debug, thiserror::Error)]
pub enum SimulatorError {
    /// Its log.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Whom it reports to.
    #[error("cannot report to {0}: it must be like http://127.0.0.1:50051")]
    ReportTo(String),
    /// Anybody who reaches it may pay.
    #[error("the channel simulator listens on loopback only, not on {0}")]
    NotLoopback(SocketAddr),
    /// Its listener.
    #[error("the channel simulator's listener is broken")]
    Listener(#[source] std::io::Error),
    /// The server broke.
    #[error("the channel simulator's server failed")]
    Server(#[from] tonic::transport::Error),
    /// A task that has to run as long as the simulator ended.
    #[error("a task of the channel simulator ended before it was told to stop")]
    Ended,
}

/// A channel with its log open, ready to serve.
#[derive(Debug)]
pub struct Simulator {
    desk: Arc<Desk>,
    options: Arc<Options>,
    file: File,
    payouts: usize,
    reports: Option<(Reporter, mpsc::Receiver<book::Report>)>,
}

impl Simulator {
    /// Reads the log back, cuts what a sudden end left half written, and opens it to go on.
    ///
    /// # Errors
    /// When the log can't be used, or the address to report to is none.
    pub async fn open(options: Options, clock: Clock) -> Result<Self, SimulatorError> {
        let path = options.log_file.clone();
        let opened = tokio::task::spawn_blocking(move || {
            let mut book = Book::default();
            let file = log::open(&path, |fact| book.replay(fact))?;
            Ok::<_, LogError>((book, file))
        });
        let (mut book, file) = opened.await.map_err(|_panicked| SimulatorError::Ended)??;
        let reports = match &options.reports {
            None => None,
            Some(ReportTo { url, channel_id }) => {
                let endpoint = Endpoint::from_shared(url.clone()).ok();
                let endpoint = endpoint
                    .filter(|endpoint| endpoint.uri().scheme_str() == Some("http"))
                    .ok_or_else(|| SimulatorError::ReportTo(url.clone()))?;
                let (sender, receiver) = mpsc::channel(reporter::QUEUE_MAX);
                book.report_to(Reports { channel_id: channel_id.clone(), queue: sender });
                Some((endpoint.connect_lazy(), channel_id.clone(), receiver))
            }
        };
        let payouts = book.payouts();
        let desk = Arc::new(Desk::new(clock, book));
        let reports = reports.map(|(channel, channel_id, queue)| {
            let under_way = Semaphore::new(reporter::UNDER_WAY_MAX);
            let (desk, reporting, seed) = (Arc::clone(&desk), options.reporting, options.seed);
            (Reporter { desk, channel, channel_id, reporting, seed, under_way }, queue)
        });
        Ok(Self { desk, options: Arc::new(options), file, payouts, reports })
    }

    /// How many payouts the log held when it was opened, tombstones included.
    pub fn payouts(&self) -> usize {
        self.payouts
    }

    /// Serves until `shutdown` resolves, then finishes the calls it has, as long as
    /// [`Options::drain`] allows, and the log.
    ///
    /// # Errors
    /// When the listener is not on loopback, or the server or the log breaks.
    pub async fn serve(
        self,
        listener: TcpListener,
        shutdown: impl Future<Output = ()>,
    ) -> Result<(), SimulatorError> {
        let address = listener.local_addr().map_err(SimulatorError::Listener)?;
        if !address.ip().is_loopback() {
            return Err(SimulatorError::NotLoopback(address));
        }
        let Self { desk, options, file, reports, .. } = self;
        let (finish, finishing) = watch::channel(false);
        let mut writer = JoinSet::new();
        let written = Arc::clone(&desk);
        writer.spawn(async move { written.write(file, finishing).await });
        let mut tasks = JoinSet::new();
        let carried = Arc::clone(&desk);
        tasks.spawn(async move { carried.carry_on().await });
        if let Some((reporter, queue)) = reports {
            tasks.spawn(reporter.run(queue));
        }
        if let Some(file) = &options.outage_file {
            tasks.spawn(outage::follow_file(file.clone(), options.switch.clone()));
        }

        let mut server = pin!(server(&desk, &options, listener));
        let ended = tokio::select! {
            () = shutdown => None,
            served = &mut server => Some(served.map_err(SimulatorError::from).and(Err(SimulatorError::Ended))),
            written = writer.join_next() => Some(finished(written, &options).and(Err(SimulatorError::Ended))),
            _ended = tasks.join_next() => Some(Err(SimulatorError::Ended)),
        };
        desk.stop();
        if ended.is_none() && tokio::time::timeout(options.drain, &mut server).await.is_err() {
            tracing::warn!("calls were still open when the time to drain was over; they are cut");
        }
        tasks.shutdown().await;
        // The receiver lives in the writer, unless that has ended already.
        let _told = finish.send(true);
        match ended {
            Some(ended) => ended,
            None => finished(writer.join_next().await, &options),
        }
    }
}

/// How the writer ended.
fn finished(
    ended: Option<Result<std::io::Result<()>, tokio::task::JoinError>>,
    options: &Options,
) -> Result<(), SimulatorError> {
    match ended {
        Some(Ok(written)) => {
            let broken = |error| LogError::Io(options.log_file.clone(), error);
            written.map_err(|error| broken(error).into())
        }
        Some(Err(_)) | None => Err(SimulatorError::Ended),
    }
}

async fn server(
    desk: &Arc<Desk>,
    options: &Arc<Options>,
    listener: TcpListener,
) -> Result<(), tonic::transport::Error> {
    let (windows, switch) = (options.outages.clone(), options.switch.clone());
    let channel = SimulatedChannel {
        latencies: Latencies::new(options.latency, options.seed),
        outages: Outages { windows, switch, started: desk.now() },
        desk: Arc::clone(desk),
        options: Arc::clone(options),
    };
    let service =
        PayoutChannelServiceServer::new(channel).max_decoding_message_size(MESSAGE_MAX_BYTES);
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(crate::pb::FILE_DESCRIPTOR_SET)
            .with_service_name(SERVICE_NAME)
    };
    // Set here because the server's own setting doesn't reach a listener that it did not open.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    Server::builder()
        .max_concurrent_streams(CALLS_PER_CONNECTION)
        .http2_max_local_error_reset_streams(Some(BROKEN_STREAMS_MAX))
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        .add_service(service)
        .add_service(reflection().build_v1().expect("the descriptor set is compiled in"))
        .add_service(reflection().build_v1alpha().expect("the descriptor set is compiled in"))
        .serve_with_incoming_shutdown(incoming, desk.stopped())
        .await
}
