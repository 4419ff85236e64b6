//! One batch in one transaction: lock, load in the next statement, decide in memory, save in bulk,
//! commit, tell the feed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::Parts;
use crate::domain::batch::Changes;
use crate::domain::book::Book;
use crate::domain::command::{Envelope, Outcome};
use crate::feed::Committed;
use crate::store;

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

/// Decides and commits a batch; the outcomes are in the order of the envelopes.
pub(super) async fn commit(
    parts: &Parts,
    envelopes: &[&Envelope],
) -> Result<Vec<Outcome>, BatchError> {
    let transaction = parts.store.begin().await.map_err(BatchError::NotBegun)?;
    let now = parts.clock.now();
    let loaded = transaction.load(envelopes, now).await?;
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
        return Ok(outcomes);
    }
    transaction.save(&accounts, &changes).await?;
    transaction.commit().await?;
    let touched = changes.touched.iter().filter_map(|number| accounts.get(number));
    let next_lapse = touched.filter_map(|account| account.balance.next_lapse_time).min();
    let Changes { events, .. } = changes;
    parts.feed.publish(Committed { events, next_lapse });
    Ok(outcomes)
}

/// Decides every command. A panic leaves the book in an unknown state, so the batch starts over
/// without the command that caused it.
fn decide(book: &mut Book<'_>, envelopes: &[&Envelope]) -> Result<Vec<Outcome>, BatchError> {
    let mut outcomes = Vec::with_capacity(envelopes.len());
    for (index, envelope) in envelopes.iter().enumerate() {
        let outcome = catch_unwind(AssertUnwindSafe(|| book.run(envelope)));
        outcomes.push(outcome.map_err(|_panic| BatchError::Panicked(index))?);
    }
    Ok(outcomes)
}
