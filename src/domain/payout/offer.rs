//! What is offered to a withdrawal: channels that may carry it, and which of two is better.

use std::cmp::{Ordering, Reverse};

use serde::{Deserialize, Serialize};

use crate::domain::channel::ChannelRole;
use crate::domain::channel::quota::LeaseKey;
use crate::domain::channel::score::PPM;
use crate::domain::id::ChannelId;

/// Of fewer answers no channel is judged.
pub const SAMPLE_MIN: i64 = 20;

/// A channel that may carry a withdrawal now, and what speaks for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    /// The channel.
    pub channel_id: ChannelId,
    /// Whether it carries, or stands by.
    pub role: ChannelRole,
    /// Among channels of its role: 1 is first.
    pub priority: i64,
    /// The lower end of its rate of success, in parts of a million.
    pub score_ppm: i64,
    /// Of so many answers.
    pub sample: i64,
    /// Whether it succeeds less often than its row asks for.
    pub degraded: bool,
    /// Whether the client prefers it.
    pub preferred: bool,
    /// What the payout takes of what the channel may carry: it is given back when the attempt is
    /// proven dead. Empty = nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<LeaseKey>,
}

impl Offer {
    /// What of its rate of success counts against others of its priority. One of which little is
    /// known is tried first: behind one with a record nothing would ever be known of it.
    fn counted_ppm(&self) -> i64 {
        if self.sample < SAMPLE_MIN { PPM } else { self.score_ppm }
    }

    /// Which of two is better; ids make it an order of all.
    pub fn rank(&self, other: &Self) -> Ordering {
        let key = |offer: &Self| {
            (offer.degraded, offer.role, offer.priority, Reverse(offer.counted_ppm()))
        };
        key(self).cmp(&key(other)).then_with(|| self.channel_id.cmp(&other.channel_id))
    }
}
