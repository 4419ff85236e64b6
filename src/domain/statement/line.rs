//! Lines of statements, and what differs from the books.

use serde::Serialize;

use super::{Difference, DifferenceKind, ListedState};
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::Said;
use crate::domain::payout::judge::fits;
use crate::domain::withdrawal::Withdrawal;

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The key of the payout, as it is said.
    pub payout_key: String,
    /// The routing token; empty = not given.
    pub routing_token: String,
    /// What it says.
    pub said: Said,
    /// The channel's own code; empty = none.
    pub channel_code: String,
}

impl Line {
    /// What it says became of the payout.
    pub fn state(&self) -> ListedState {
        match &self.said {
            Said::Settled(_) => ListedState::Settled,
            Said::Returned(_) => ListedState::Returned,
            Said::Rejected(..)
            | Said::NoAnswer
            | Said::Accepted
            | Said::InProgress
            | Said::UnknownKey
            | Said::Tombstone
            | Said::NotListed(_) => ListedState::Rejected,
        }
    }

    /// A difference about it.
    pub fn difference(&self, withdrawal_id: &str, kind: DifferenceKind) -> Difference {
        Difference {
            payout_key: self.payout_key.clone(),
            withdrawal_id: withdrawal_id.to_owned(),
            kind,
            listed_state: Some(self.state()),
            listed_amount: self.said.paid().map(|paid| paid.amount),
        }
    }

    /// What differs from what we know; `None` when it says just that. A line that says it was paid is
    /// right of what came back since.
    pub fn compare(&self, attempt: &Attempt, withdrawal: &Withdrawal) -> Option<DifferenceKind> {
        if self.said.paid().is_some_and(|paid| !fits(paid, withdrawal)) {
            return Some(DifferenceKind::Amount);
        }
        let known = match self.state() {
            ListedState::Settled => attempt.state.was_paid(),
            ListedState::Returned => attempt.state == AttemptState::Returned,
            ListedState::Rejected => attempt.state == AttemptState::Dead,
        };
        (!known).then_some(DifferenceKind::State)
    }
}
