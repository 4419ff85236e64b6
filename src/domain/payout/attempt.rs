//! Attempts: one key, sent to one channel. The row is there before the first byte is sent.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::PayoutKey;
use super::evidence::{CLOCKS_APART, Period, SaidKind};
use super::offer::Offer;
use super::reason::{Class, RejectReason, class};
use crate::domain::channel::quota::LeaseKey;
use crate::domain::id::{AccountNumber, ChannelId, WithdrawalId};

/// Where an attempt is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum AttemptState {
    /// Committed before the first byte is sent.
    Intent,
    /// The channel took it.
    Accepted,
    /// No proof either way.
    Unknown,
    /// Paid.
    Settled,
    /// Proven never to be paid.
    Dead,
    /// Paid, then returned.
    Returned,
    /// Paid although a later attempt was.
    Duplicate,
}

/// A row of `attempt`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// The withdrawal that it pays.
    pub withdrawal_id: WithdrawalId,
    /// The first is 1.
    pub number: i64,
    /// The account that pays.
    pub account_number: AccountNumber,
    /// The channel that was chosen.
    pub channel_id: ChannelId,
    /// Where it is.
    pub state: AttemptState,
    /// Why it is dead, as the channel said it; empty = not dead, or for another reason.
    pub reason: String,
    /// Counts who took it up. What is said of an earlier epoch may be out of date.
    pub epoch: i64,
    /// How often the same key was sent again.
    pub retries: i64,
    /// How often the channel was asked since it last accepted.
    pub inquiries: i64,
    /// What was last said of it.
    pub last_said: Option<SaidKind>,
    /// When the intent was written down.
    pub create_time: DateTime<Utc>,
    /// When it last changed.
    pub update_time: DateTime<Utc>,
    /// The channels that it could go over, the preferred one first.
    #[serde(default)]
    pub choice: Vec<Offer>,
    /// Until when its last submission is surely over.
    #[serde(default)]
    pub sent_until_time: Option<DateTime<Utc>>,
    /// 1 = it was unknown at some time.
    #[serde(default)]
    pub was_unknown: i64,
}

impl AttemptState {
    /// Whether it was paid, as far as is known: what came back, too.
    pub fn was_paid(self) -> bool {
        match self {
            Self::Settled | Self::Returned | Self::Duplicate => true,
            Self::Intent | Self::Accepted | Self::Unknown | Self::Dead => false,
        }
    }
}

impl Attempt {
    /// Its key.
    pub fn key(&self) -> PayoutKey {
        PayoutKey { withdrawal_id: self.withdrawal_id.clone(), number: self.number }
    }

    /// Whether it is dead for a reason that only people can judge.
    pub fn is_for_people(&self) -> bool {
        let class = self.reason.parse::<RejectReason>().map(class);
        self.state == AttemptState::Dead && class == Ok(Class::Manual)
    }

    /// What it takes of what its channel may carry.
    pub fn takes(&self) -> &[LeaseKey] {
        let taken = self.choice.iter().find(|offer| offer.channel_id == self.channel_id);
        taken.map_or(&[], |offer| &offer.takes)
    }

    /// Whether all its sending surely lies in a time of which everything is listed. One that is sent
    /// again is sent later.
    pub fn was_sent_within(&self, listed: &Period) -> bool {
        let begun = self.create_time.checked_sub_signed(CLOCKS_APART);
        let over = self.sent_until_time.and_then(|over| over.checked_add_signed(CLOCKS_APART));
        begun.is_some_and(|begun| begun >= listed.from)
            && over.is_some_and(|over| over <= listed.until)
    }

    /// Whether some of its sending may lie in a time.
    pub fn may_be_sent_in(&self, time: &Period) -> bool {
        self.create_time < time.until && self.sent_until_time.is_some_and(|over| over > time.from)
    }

    /// Whether it may still be paid, as far as anybody knows.
    pub fn is_open(&self) -> bool {
        match self.state {
            AttemptState::Intent | AttemptState::Accepted | AttemptState::Unknown => true,
            AttemptState::Settled
            | AttemptState::Dead
            | AttemptState::Returned
            | AttemptState::Duplicate => false,
        }
    }
}

/// The attempt that may still be paid; there is at most one (quality, I4).
pub fn open(attempts: &[Attempt]) -> Option<&Attempt> {
    attempts.iter().rev().find(|attempt| attempt.is_open())
}
