//! CancelWithdrawal: takes back a withdrawal of which nothing was sent; its money is free again.

use serde::Serialize;
use serde_json::json;

use super::{Answer, Decision, Draft};
use crate::domain::batch::Loaded;
use crate::domain::id::WithdrawalId;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::withdrawal::{self, Event, Withdrawal};

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
        let found = loaded.withdrawals.get(&self.withdrawal_id);
        let mine = found.filter(|w| w.account_number == *draft.account.number());
        let current = mine.ok_or(Reason::WithdrawalNotFound)?;
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
    let Some(state) = withdrawal::next(current.state, event) else {
        let state: &'static str = current.state.into();
        return Err(Refusal::of(Reason::WithdrawalNotCancellable).with(Fact::State, state).into());
    };
    draft.give_back(current.held_minor);
    let cancelled = Withdrawal {
        state,
        held_minor: withdrawal::held_in(state, current.amount_minor, current.held_minor),
        reason: reason.to_owned(),
        version: current.version.saturating_add(1),
        update_time: draft.now,
        ..current.clone()
    };
    let payload = json!({ "withdrawal_id": current.withdrawal_id, "state": state });
    draft.written.events.push(("WITHDRAWAL_CANCELLED", payload));
    draft.written.withdrawals.push(cancelled.clone());
    Ok(cancelled)
}
