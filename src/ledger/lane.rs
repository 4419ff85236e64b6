//! A lane: gathers what queued while the last commit ran, commits it as one batch, answers.
//!
//! A batch that fails is not given up: after a conflict its commands run one by one; after a lost
//! connection it runs once more, where the request ids that are read under the lock tell whether
//! the lost commit happened. A command that panics is answered INTERNAL, and the rest runs without
//! it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::batch::{self, BatchError};
use super::{Counters, Failure, Job, Parts};
use crate::domain::command::{Envelope, Outcome};
use crate::store;

/// The most commands in one commit.
const BATCH_MAX: usize = 512;
/// How often a command that runs alone is tried against conflicts.
const ALONE_TRIES: u32 = 5;
/// The pause before a try, times the number of tries so far.
const PAUSE: Duration = Duration::from_millis(10);

#[derive(Debug)]
pub(super) struct Lane {
    queue: mpsc::Receiver<Job>,
    parts: Parts,
    counters: Arc<Counters>,
}

impl Lane {
    pub(super) fn new(queue: mpsc::Receiver<Job>, parts: Parts, counters: Arc<Counters>) -> Self {
        Self { queue, parts, counters }
    }

    pub(super) async fn run(mut self) {
        let mut jobs = Vec::with_capacity(BATCH_MAX);
        while self.queue.recv_many(&mut jobs, BATCH_MAX).await > 0 {
            let now = Instant::now();
            let (late, due): (Vec<Job>, Vec<Job>) =
                jobs.drain(..).partition(|job| job.envelope.deadline <= now);
            for job in late {
                job.answer(Err(Failure::DeadlineExceeded));
            }
            self.settle(due).await;
        }
    }

    /// Answers every job of a batch.
    async fn settle(&self, mut jobs: Vec<Job>) {
        let mut lost_before = false;
        while !jobs.is_empty() {
            match self.attempt(&jobs).await {
                Ok(outcomes) => {
                    for (job, outcome) in jobs.drain(..).zip(outcomes) {
                        job.answer(outcome.map_err(Failure::Refused));
                    }
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
                Err(
                    BatchError::Store(store::Error::Unavailable(error))
                    | BatchError::NotBegun(store::Error::Unavailable(error)),
                ) => {
                    tracing::warn!(%error, "the database is unavailable");
                    for job in jobs.drain(..) {
                        job.answer(Err(Failure::Unavailable));
                    }
                }
                Err(BatchError::Store(error) | BatchError::NotBegun(error)) => {
                    tracing::debug!(%error, calls = jobs.len(), "a batch failed; one by one");
                    for job in jobs.drain(..) {
                        self.settle_alone(job).await;
                    }
                }
            }
        }
    }

    async fn settle_alone(&self, job: Job) {
        let jobs = [job];
        let mut failure = Failure::Conflict;
        for attempt in 1..=ALONE_TRIES {
            match self.attempt(&jobs).await {
                Ok(mut outcomes) => {
                    let outcome = outcomes.pop();
                    let [job] = jobs;
                    job.answer(outcome.map_or(Err(Failure::Internal), |outcome| {
                        outcome.map_err(Failure::Refused)
                    }));
                    return;
                }
                Err(
                    BatchError::Store(store::Error::Conflict(_))
                    | BatchError::NotBegun(store::Error::Conflict(_)),
                ) => failure = Failure::Conflict,
                Err(
                    BatchError::Store(store::Error::Unavailable(error))
                    | BatchError::NotBegun(store::Error::Unavailable(error)),
                ) => {
                    tracing::warn!(%error, "the database is unavailable");
                    failure = Failure::Unavailable;
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
    }

    async fn attempt(&self, jobs: &[Job]) -> Result<Vec<Outcome>, BatchError> {
        let envelopes: Vec<&Envelope> = jobs.iter().map(|job| &job.envelope).collect();
        let outcomes = batch::commit(&self.parts, &envelopes).await?;
        self.counters.calls.fetch_add(jobs.len() as u64, Ordering::Relaxed);
        self.counters.commits.fetch_add(1, Ordering::Relaxed);
        Ok(outcomes)
    }
}

fn command_of(jobs: &[Job; 1]) -> &'static str {
    jobs[0].envelope.command.name()
}
