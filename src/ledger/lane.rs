//! A lane: gathers what queued while the last commit ran, commits it as one batch, answers.
//!
//! A batch that fails is not given up: after a conflict its commands run one by one; after a lost
//! connection it runs once more, where the request ids that are read under the lock tell whether
//! the lost commit happened; where no transaction was to be had because another program writes, it
//! is tried again as it is. A command that panics is answered INTERNAL, and the rest runs without
//! it. Before every attempt, and once the database let it begin, commands whose deadline passed are
//! dropped.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::{mpsc, watch};

use super::batch::{self, BatchError, End};
use super::{Counters, Failure, Job, Parts};
use crate::domain::command::{Envelope, Outcome, Receipt};
use crate::store;

/// The most commands in one commit.
const BATCH_MAX: usize = 512;
/// How often a command that runs alone is tried against conflicts.
const ALONE_TRIES: u32 = 5;
/// How often a batch is begun while another program writes; each time waits for it, too.
const BEGIN_TRIES: u32 = 3;
/// The pause before a try, times the number of tries so far.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Lane {
    queue: mpsc::Receiver<Job>,
    stop: watch::Receiver<bool>,
    parts: Parts,
    counters: Arc<Counters>,
}

impl Lane {
    pub(super) fn new(
        queue: mpsc::Receiver<Job>,
        stop: watch::Receiver<bool>,
        parts: Parts,
        counters: Arc<Counters>,
    ) -> Self {
        Self { queue, stop, parts, counters }
    }

    /// Works until it is told to stop, or nobody is left who could queue; answers what is queued.
    pub(super) async fn run(mut self) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        let mut stop = self.stop.clone();
        loop {
            tokio::select! {
                biased;
                () = told(&mut stop), if !self.queue.is_closed() => self.queue.close(),
                taken = self.queue.recv_many(&mut jobs, BATCH_MAX) => {
                    if taken == 0 {
                        return;
                    }
                    self.settle(std::mem::take(&mut jobs)).await;
                }
            }
        }
    }

    /// Answers every job of a batch.
    async fn settle(&self, mut jobs: Vec<Job>) {
        let mut lost_before = false;
        let mut busy = 0;
        loop {
            jobs = in_time(jobs);
            if jobs.is_empty() {
                return;
            }
            match self.attempt(&jobs).await {
                Ok(outcomes) => {
                    for (job, outcome) in jobs.into_iter().zip(outcomes) {
                        job.answer(answer_of(outcome));
                    }
                    return;
                }
                Err(BatchError::Panicked(index)) => {
                    let poisoned = jobs.remove(index);
                    let command = poisoned.envelope.command.name();
                    tracing::error!(command, "a command panicked; it is answered INTERNAL");
                    poisoned.answer(Err(Failure::Internal));
                }
                Err(BatchError::Store(store::Error::Unavailable(_))) if !lost_before => {
                    lost_before = true;
                }
                Err(BatchError::NotBegun(store::Error::Conflict(_))) if busy < BEGIN_TRIES => {
                    busy += 1;
                    tokio::time::sleep(PAUSE * busy).await;
                }
                Err(
                    BatchError::Store(store::Error::Unavailable(error))
                    | BatchError::NotBegun(
                        store::Error::Unavailable(error) | store::Error::Conflict(error),
                    ),
                ) => {
                    tracing::warn!(%error, "the database is unavailable");
                    for job in jobs {
                        job.answer(Err(Failure::Unavailable));
                    }
                    return;
                }
                Err(BatchError::Store(error) | BatchError::NotBegun(error)) => {
                    tracing::debug!(%error, calls = jobs.len(), "a batch failed; one by one");
                    return self.settle_one_by_one(jobs).await;
                }
            }
        }
    }

    async fn settle_one_by_one(&self, jobs: Vec<Job>) {
        let mut database = ControlFlow::Continue(());
        for job in jobs {
            if database.is_break() {
                job.answer(Err(Failure::Unavailable));
            } else {
                database = self.settle_alone(job).await;
            }
        }
    }

    /// Answers one job; breaks off when no transaction is to be had at all.
    async fn settle_alone(&self, job: Job) -> ControlFlow<()> {
        let jobs = [job];
        let mut failure = Failure::Conflict;
        let mut database = ControlFlow::Continue(());
        for attempt in 1..=ALONE_TRIES {
            if jobs[0].is_late() {
                failure = Failure::DeadlineExceeded;
                break;
            }
            match self.attempt(&jobs).await {
                Ok(mut outcomes) => {
                    let outcome = outcomes.pop().flatten();
                    let [job] = jobs;
                    job.answer(answer_of(outcome));
                    return database;
                }
                Err(
                    BatchError::Store(store::Error::Conflict(_))
                    | BatchError::NotBegun(store::Error::Conflict(_)),
                ) => failure = Failure::Conflict,
                Err(BatchError::Store(store::Error::Unavailable(error))) => {
                    tracing::warn!(%error, "the database is unavailable");
                    failure = Failure::Unavailable;
                }
                Err(BatchError::NotBegun(store::Error::Unavailable(error))) => {
                    tracing::warn!(%error, "the database is unavailable");
                    failure = Failure::Unavailable;
                    database = ControlFlow::Break(());
                    break;
                }
                Err(
                    BatchError::Store(store::Error::Corrupt(error))
                    | BatchError::NotBegun(store::Error::Corrupt(error)),
                ) => {
                    tracing::error!(%error, command = command_of(&jobs), "a command failed");
                    failure = Failure::Internal;
                    break;
                }
                Err(BatchError::Panicked(_)) => {
                    tracing::error!(command = command_of(&jobs), "a command panicked");
                    failure = Failure::Internal;
                    break;
                }
            }
            tokio::time::sleep(PAUSE * attempt).await;
        }
        let [job] = jobs;
        job.answer(Err(failure));
        database
    }

    async fn attempt(&self, jobs: &[Job]) -> Result<Vec<Option<Outcome>>, BatchError> {
        let envelopes: Vec<&Envelope> = jobs.iter().map(|job| &job.envelope).collect();
        let decided = batch::commit(&self.parts, &envelopes).await?;
        self.counters.calls.fetch_add(jobs.len() as u64, Ordering::Relaxed);
        if decided.end == End::Committed {
            self.counters.commits.fetch_add(1, Ordering::Relaxed);
        }
        Ok(decided.outcomes)
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // A ledger that is gone means stop, too.
    let _stop = stop.wait_for(|stop| *stop).await;
}

/// The jobs whose deadline has not passed; the others are answered.
fn in_time(jobs: Vec<Job>) -> Vec<Job> {
    let (late, due): (Vec<Job>, Vec<Job>) = jobs.into_iter().partition(Job::is_late);
    for job in late {
        job.answer(Err(Failure::DeadlineExceeded));
    }
    due
}

/// The answer to a command that was decided, or was not in time.
fn answer_of(outcome: Option<Outcome>) -> Result<Receipt, Failure> {
    outcome.map_or(Err(Failure::DeadlineExceeded), |outcome| outcome.map_err(Failure::Refused))
}

fn command_of(jobs: &[Job; 1]) -> &'static str {
    jobs[0].envelope.command.name()
}

impl Job {
    fn is_late(&self) -> bool {
        self.envelope.deadline <= Instant::now()
    }
}
