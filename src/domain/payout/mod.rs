//! Paying a withdrawal out: attempts over channels, and what their evidence proves.
//!
//! One rule above all: the same money is never on its way twice. An attempt is written down before
//! its first byte is sent ([`attempt`]), [`judge`] says what evidence makes of it, and a new attempt
//! exists only when every earlier one is proven dead. Nobody's silence proves anything.

pub mod attempt;
pub mod counting;
pub mod evidence;
pub mod judge;
pub mod offer;
pub mod outcome;
pub mod pace;
pub mod reason;
pub mod rollup;
pub mod routing;
pub mod settle_time;
pub mod tally;

use std::fmt;

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::id::{ID_MAX_CHARS, WithdrawalId};

/// The longest key: what is booked for a payout has it in front of its id, and there behind it at most
/// `.correction9.owed.back`.
const KEY_MAX_CHARS: usize = ID_MAX_CHARS - 22;

/// What holds for all payouts.
#[derive(Debug, Clone)]
pub struct PayoutRules {
    /// How long whoever takes an attempt up has it for itself: longer than a call to a channel.
    pub lease: TimeDelta,
    /// How long a withdrawal may be held before it fails and its money goes back.
    pub held_max: TimeDelta,
}

/// Names one attempt, towards the channel too: the withdrawal and the number of the attempt. A
/// channel pays a key at most once.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct PayoutKey {
    /// The withdrawal.
    pub withdrawal_id: WithdrawalId,
    /// Its first attempt is 1.
    pub number: i64,
}

impl PayoutKey {
    /// Reads a key as a channel hands it back.
    pub fn parse(text: &str) -> Option<Self> {
        let (id, number) = text.rsplit_once('.')?;
        let withdrawal_id = WithdrawalId::parse(id)?;
        let number = number.parse().ok().filter(|number| *number >= 1)?;
        let key = Self { withdrawal_id, number };
        (text.len() <= KEY_MAX_CHARS && key.to_string() == text).then_some(key)
    }
}

impl fmt::Display for PayoutKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.withdrawal_id, self.number)
    }
}
