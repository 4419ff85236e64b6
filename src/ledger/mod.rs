//! The write path: every command of every caller goes through here, and only this writes.
//!
//! Commands queue in lanes, by account: what queued while the last commit ran is decided together
//! and shares one commit, and the answers go out after it. See [`lane`] for a lane's life,
//! [`intake`] for history of other systems, which comes in bulk, [`apart`] and [`inbox`] for what
//! belongs to no account.
//!
//! Invariants: an answer is sent only for what is durable; one account is always in one lane, so
//! lanes of one process never wait for each other.

pub mod apart;
mod batch;
mod inbox;
pub mod intake;
mod lane;
mod rolling;
mod statements;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::{mpsc, oneshot, watch};

use crate::clock::Clock;
use crate::domain::batch::Rules;
use crate::domain::command::{Envelope, Receipt};
use crate::domain::refusal::Refused;
use crate::feed::Feed;
use crate::roster::Rosters;
use crate::store::Store;

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The rules refuse it.
    #[error("refused")]
    Refused(Refused),
    /// The lane's queue is full.
    #[error("overloaded")]
    Overloaded,
    /// Its deadline passed before it ran.
    #[error("deadline exceeded")]
    DeadlineExceeded,
    /// The database is away, or the service drains.
    #[error("unavailable")]
    Unavailable,
    /// Other writers were in the way, time and again.
    #[error("conflict")]
    Conflict,
    /// A bug.
    #[error("internal")]
    Internal,
}

/// A command on its way, and where its answer goes.
struct Job {
    envelope: Envelope,
    reply: oneshot::Sender<Result<Receipt, Failure>>,
}

impl Job {
    fn answer(self, answer: Result<Receipt, Failure>) {
        // Who asked may have left; the effect stands all the same.
        let _left = self.reply.send(answer);
    }
}

/// What the ledger has done so far.
#[derive(Debug, Default)]
pub struct Counters {
    calls: AtomicU64,
    commits: AtomicU64,
}

/// How many calls shared how many commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shared {
    /// Commands decided.
    pub calls: u64,
    /// Transactions that committed.
    pub commits: u64,
}

/// The most commands that may wait in one lane.
pub const LANE_QUEUE_MAX: usize = 8_192;

/// Takes commands. Clones share the lanes.
#[derive(Debug, Clone)]
pub struct Ledger {
    lanes: Arc<[mpsc::Sender<Job>]>,
    stop: Arc<watch::Sender<bool>>,
    counters: Arc<Counters>,
    parts: Parts,
}

impl std::fmt::Debug for Job {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Job").field("command", &self.envelope.command.name()).finish()
    }
}

/// A lane, to be run as a task until it ends: when the ledger is closed, or every [`Ledger`] is
/// gone, and all is answered.
#[derive(Debug)]
pub struct Lane(lane::Lane);

impl Lane {
    /// Works until there is nothing left to come.
    pub async fn run(self) {
        self.0.run().await;
    }
}

/// What a ledger works with.
#[derive(Debug, Clone)]
pub struct Parts {
    /// Where it writes.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// The rules.
    pub rules: Arc<Rules>,
    /// Who hears of commits.
    pub feed: Feed,
    /// The payout channels.
    pub rosters: Rosters,
}

impl Ledger {
    /// A ledger with so many lanes; each has to be run.
    pub fn new(parts: &Parts, lanes: usize) -> (Self, Vec<Lane>) {
        let counters = Arc::new(Counters::default());
        let (stop, stopping) = watch::channel(false);
        let (senders, lanes): (Vec<_>, Vec<_>) = (0..lanes.max(1))
            .map(|_| {
                let (sender, queue) = mpsc::channel(LANE_QUEUE_MAX);
                let stop = stopping.clone();
                (sender, Lane(lane::Lane::new(queue, stop, parts.clone(), counters.clone())))
            })
            .unzip();
        let parts = parts.clone();
        (Self { lanes: senders.into(), stop: Arc::new(stop), counters, parts }, lanes)
    }

    /// Carries a command out and answers once its effect is durable.
    ///
    /// # Errors
    /// Why it wasn't carried out.
    pub async fn submit(&self, envelope: Envelope) -> Result<Receipt, Failure> {
        self.queue(envelope).await
    }

    /// Does the same, but the command is queued when this returns, not when its answer is awaited:
    /// many that are queued before the first answer is awaited share commits.
    ///
    /// # Errors
    /// Why it wasn't carried out.
    pub fn queue(
        &self,
        envelope: Envelope,
    ) -> impl Future<Output = Result<Receipt, Failure>> + use<> {
        let (reply, answer) = oneshot::channel();
        let lane = self.lane(&envelope);
        let queued = lane.try_send(Job { envelope, reply }).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => Failure::Overloaded,
            mpsc::error::TrySendError::Closed(_) => Failure::Unavailable,
        });
        async move {
            queued?;
            answer.await.unwrap_or(Err(Failure::Internal))
        }
    }

    /// Tells the lanes to take no more, answer what is queued, and end.
    pub fn close(&self) {
        self.stop.send_replace(true);
    }

    /// How many calls shared how many commits so far.
    pub fn shared(&self) -> Shared {
        Shared {
            calls: self.counters.calls.load(Ordering::Relaxed),
            commits: self.counters.commits.load(Ordering::Relaxed),
        }
    }

    fn lane(&self, envelope: &Envelope) -> &mpsc::Sender<Job> {
        let mut hasher = DefaultHasher::new();
        envelope.account_number.hash(&mut hasher);
        let lanes = self.lanes.len() as u64;
        let index = usize::try_from(hasher.finish() % lanes).unwrap_or(0);
        &self.lanes[index]
    }
}
