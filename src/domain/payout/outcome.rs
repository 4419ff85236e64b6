//! What the answer to a payout says of its channel.

use super::evidence::Said;
use super::reason::{Class, class};
use crate::domain::channel::window::Outcome;

/// What the answer to sending a payout says of the channel; `None` = nothing. A channel that
/// rejects for the payee's reasons works.
pub fn outcome_of(said: &Said) -> Option<Outcome> {
    match said {
        Said::Accepted | Said::Settled(_) => Some(Outcome::Success),
        // Sent, and not known to be taken: it has to be asked for.
        Said::NoAnswer | Said::InProgress => Some(Outcome::Failure),
        Said::Rejected(_, reason) => match class(*reason) {
            Class::Final => Some(Outcome::Success),
            Class::RetrySame | Class::NextChannel | Class::Ask => Some(Outcome::Failure),
            // People have to look at it, at the payee as likely as at the channel.
            Class::Manual => None,
        },
        // Answers to questions about earlier attempts, which were counted when they were sent.
        Said::UnknownKey | Said::Tombstone | Said::Returned(_) | Said::NotListed(_) => None,
    }
}
