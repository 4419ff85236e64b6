//! CancelWithdrawal: takes back a withdrawal of which nothing was sent; its money is free again.

use serde::Serialize;

use super::advance::{Step, advance};
use super::{Answer, Decision, Draft};
use crate::domain::batch::Loaded;
use crate::domain::id::WithdrawalId;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::withdrawal::{Event, Withdrawal};

/// A withdrawal to cancel.
#[derive(Debug, Clone, Serialize)]
pub struct CancelWithdrawal {
    /// Which.
    pub withdrawal_id: WithdrawalId,
    /// Why, in words.
    pub reason: String,
    /// The withdrawal's version that the caller saw, where it insists on it.
    #[serde(skip)]
    pub expected_version: Option<i64>,
}

impl CancelWithdrawal {
    /// Cancels it, or says why not.
    ///
    /// # Errors
    /// WITHDRAWAL_NOT_FOUND, ETAG_MISMATCH, WITHDRAWAL_NOT_CANCELLABLE.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let current = loaded.withdrawal(draft.account.number(), &self.withdrawal_id);
        let current = current.ok_or(Reason::WithdrawalNotFound)?;
        if self.expected_version.is_some_and(|version| version != current.version) {
            return Err(Reason::EtagMismatch.into());
        }
        let cancelled = cancel(draft, current, Event::Cancel, &self.reason)?;
        Ok(Decision::plain("withdrawal cancelled", Answer::Withdrawal(Box::new(cancelled))))
    }
}

/// Ends a withdrawal that was not sent and gives its money back.
///
/// # Errors
/// WITHDRAWAL_NOT_CANCELLABLE when the state table has no such step.
pub fn cancel(
    draft: &mut Draft<'_>,
    current: &Withdrawal,
    event: Event,
    reason: &str,
) -> Result<Withdrawal, Refused> {
    let Some(cancelled) = advance(draft, current, &Step { reason, ..Step::of(event) }) else {
        let state: &'static str = current.state.into();
        return Err(Refusal::of(Reason::WithdrawalNotCancellable).with(Fact::State, state).into());
    };
    draft.written.withdrawals.push(cancelled.clone());
    Ok(cancelled)
}
