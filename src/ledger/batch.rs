//! One batch in one transaction: lock, load in the next statement, decide in memory, save in bulk,
//! commit, tell the feed.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use super::Parts;
use crate::domain::batch::Changes;
use crate::domain::book::Book;
use crate::domain::command::{Envelope, Outcome};
use crate::domain::id::AccountNumber;
use crate::feed::Committed;
use crate::store;

/// How long a batch may take from BEGIN to COMMIT. The server bounds its statements by itself; this
/// is for a server that isn't heard of any more.
const BATCH_TIMEOUT: Duration = Duration::from_secs(15);

/// Why a batch did not commit.
#[derive(Debug)]
pub(super) enum BatchError {
    /// The command at this place panicked.
    Panicked(usize),
    /// No transaction was to be had, so nothing has happened.
    NotBegun(store::Error),
    /// The database, in the middle of it.
    Store(store::Error),
}

impl From<store::Error> for BatchError {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// A batch that was decided.
#[derive(Debug)]
pub(super) struct Decided {
    /// In the order of the envelopes; none for a command whose deadline passed while the database
    /// was waited for.
    pub(super) outcomes: Vec<Option<Outcome>>,
    /// What became of its transaction.
    pub(super) end: End,
}

/// How a transaction ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// Its rows are durable.
    Committed,
    /// There was nothing to write.
    Empty,
}

/// Decides and commits a batch, within [`BATCH_TIMEOUT`]; one that takes longer counts as lost.
pub(super) async fn commit(parts: &Parts, envelopes: &[&Envelope]) -> Result<Decided, BatchError> {
    match tokio::time::timeout(BATCH_TIMEOUT, carry_out(parts, envelopes)).await {
        Ok(decided) => decided,
        Err(_elapsed) => Err(store::Error::timed_out("a batch").into()),
    }
}

async fn carry_out(parts: &Parts, envelopes: &[&Envelope]) -> Result<Decided, BatchError> {
    let transaction = parts.store.begin().await.map_err(BatchError::NotBegun)?;
    let now = parts.clock.now();
    let mut loaded = transaction.load(envelopes, now, &parts.rules.reviews).await?;
    loaded.roster = parts.rosters.now();
    let clock = parts.clock.clone();
    let mut book = Book::new(&parts.rules, now, Box::new(move || clock.new_id()), loaded);
    let outcomes = match decide(&mut book, envelopes) {
        Ok(outcomes) => outcomes,
        Err(panicked) => {
            transaction.rollback().await;
            return Err(panicked);
        }
    };
    let (accounts, changes) = book.finish();
    if changes.is_empty() {
        transaction.rollback().await;
        return Ok(Decided { outcomes, end: End::Empty });
    }
    transaction.save(&accounts, &changes).await?;
    transaction.commit().await?;
    let touched = changes.touched.iter().filter_map(|number| accounts.get(number));
    let next_lapse = touched.filter_map(|account| account.balance.next_lapse_time).min();
    if !changes.history.is_empty() {
        parts.feed.statuses_changed();
    }
    let Changes { events, withdrawals, master, freed, .. } = changes;
    let withdrawals = withdrawals.into_values().collect();
    let holds = |number: &AccountNumber| {
        accounts.get(number).is_some_and(|account| account.balance.open_withdrawals > 0)
    };
    let moved = master.into_iter().filter(holds).collect();
    parts.feed.publish(Committed { events, withdrawals, moved, freed, next_lapse });
    Ok(Decided { outcomes, end: End::Committed })
}

/// Decides every command that is still in time. A panic leaves the book in an unknown state, so the batch starts over
/// without the command that caused it.
fn decide(
    book: &mut Book<'_>,
    envelopes: &[&Envelope],
) -> Result<Vec<Option<Outcome>>, BatchError> {
    let now = Instant::now();
    let mut outcomes = Vec::with_capacity(envelopes.len());
    for (index, envelope) in envelopes.iter().enumerate() {
        if envelope.deadline <= now {
            outcomes.push(None);
            continue;
        }
        let outcome = catch_unwind(AssertUnwindSafe(|| book.run(envelope)));
        outcomes.push(Some(outcome.map_err(|_panic| BatchError::Panicked(index))?));
    }
    Ok(outcomes)
}
