//! What a channel may carry in all, shared out among the replicas in slices, so that no payout
//! waits for a counter that all of them write.
//!
//! Who takes a slice adds it to what is leased, in one step with looking at what is left, and uses it
//! up without asking again. The first slice is what one payout takes, and each further one twice as
//! much as long as they are used up within moments: ten steps lead from one payout to a thousand. No
//! slice is more than a sixteenth of what is left, so that early replicas leave enough for late ones.
//!
//! A replica that stops gives back what it has not used. One that is killed can't, and nobody else
//! knows what that was: about what it would have paid in the next moments is carried by nobody, on
//! that day or under that deposit. Counting what is leased from the attempts instead would cost a
//! write to one row with each of them. Days begin anew by themselves; a deposit does when another
//! amount is set, the one that the channel says is left.

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use strum::IntoStaticStr;

use super::Channel;
use crate::domain::id::ChannelId;
use crate::domain::money::{Currency, Minor};

/// No slice is more than what is left through this.
const SLICES: i64 = 16;
/// A slice that was used up within this time was too small.
const MOMENTS: TimeDelta = TimeDelta::seconds(10);

/// How much a replica would like to lease next: after a slice that lasted so long, if it had any, for
/// a payout that takes so much.
pub fn hoped(before: Option<(i64, TimeDelta)>, wanted: i64) -> i64 {
    match before {
        Some((slice, lasted)) if lasted < MOMENTS => slice.saturating_mul(2).max(wanted),
        Some((slice, _)) => slice.div_euclid(2).max(wanted),
        None => wanted,
    }
}

/// How much to lease next: of a limit of which so much is leased already, for a payout that takes
/// so much (1 where payouts are counted), and for those that are hoped for. 0 when there is not
/// enough left for the payout.
pub fn slice(limit: i64, leased: i64, (wanted, hoped): (i64, i64)) -> i64 {
    let left = limit.max(0).saturating_sub(leased.max(0)).max(0);
    let wanted = wanted.max(1);
    if wanted > left { 0 } else { left.div_euclid(SLICES).min(hoped).max(wanted) }
}

/// What one replica may hand out. It never hands out more than was granted to it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lease {
    granted: i64,
    used: i64,
}

impl Lease {
    /// A lease of so much.
    pub fn of(granted: i64) -> Self {
        Self { granted: granted.max(0), used: 0 }
    }

    /// How much was granted to it.
    pub fn granted(self) -> i64 {
        self.granted
    }

    /// How much of it is used.
    pub fn used(self) -> i64 {
        self.used
    }

    /// How much may still be taken.
    pub fn left(self) -> i64 {
        self.granted.saturating_sub(self.used)
    }

    /// Adds a slice.
    pub fn extend(&mut self, slice: i64) {
        self.granted = self.granted.saturating_add(slice.max(0));
    }

    /// Takes so much of it; `false`, and nothing taken, when there is not so much left.
    #[must_use]
    pub fn take(&mut self, amount: i64) -> bool {
        let fits = (0..=self.left()).contains(&amount);
        if fits {
            self.used = self.used.saturating_add(amount);
        }
        fits
    }

    /// Puts back what was taken and not sent, or will never be paid; how much of it was not taken
    /// from here.
    pub fn give_back(&mut self, amount: i64) -> i64 {
        let here = amount.clamp(0, self.used);
        self.used = self.used.saturating_sub(here);
        amount.max(0).saturating_sub(here)
    }

    /// Ends it, and says how much of it nobody has used.
    pub fn end(&mut self) -> i64 {
        let left = self.left();
        self.granted = self.used;
        left
    }
}

/// What is leased of a channel.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeaseKind {
    /// How many payouts it takes on one day.
    DailyCount,
    /// How much of a currency it takes on one day, minor units.
    DailyAmount,
    /// What is deposited with it of a currency, minor units.
    Float,
}

impl LeaseKind {
    /// How much a payout of an amount takes of it.
    pub fn taken_by(self, amount_minor: Minor) -> i64 {
        match self {
            Self::DailyCount => 1,
            Self::DailyAmount | Self::Float => amount_minor,
        }
    }
}

/// Names what is leased: the key of `channel_lease`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct LeaseKey {
    /// Of which channel.
    pub channel_id: ChannelId,
    /// What.
    pub kind: LeaseKind,
    /// The currency; empty for counts.
    pub currency_code: String,
    /// The local day, or the version of the channel that set the float.
    pub period: String,
}

impl LeaseKey {
    /// Whether it names the same for an earlier period.
    pub fn is_older_than(&self, other: &Self) -> bool {
        let same = (&self.channel_id, self.kind, &self.currency_code)
            == (&other.channel_id, other.kind, &other.currency_code);
        same && match self.kind {
            // Days are written so that their order is that of their letters.
            LeaseKind::DailyCount | LeaseKind::DailyAmount => self.period < other.period,
            LeaseKind::Float => version(&self.period) < version(&other.period),
        }
    }
}

fn version(period: &str) -> i64 {
    period.parse().unwrap_or(0)
}

/// What one payout takes of a channel that may not carry everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    /// Of what.
    pub key: LeaseKey,
    /// How much there is in all.
    pub limit: i64,
    /// How much the payout takes.
    pub amount: i64,
}

/// What a payout that is sent on a local day takes of a channel. Nothing where the channel has no
/// limits.
pub fn shares(channel: &Channel, currency: Currency, amount: Minor, day: NaiveDate) -> Vec<Share> {
    let share = |kind: LeaseKind, code: &str, period: String, limit: Option<i64>| {
        let channel_id = channel.channel_id.clone();
        let currency_code = code.to_owned();
        limit.map(|limit| Share {
            key: LeaseKey { channel_id, kind, currency_code, period },
            limit,
            amount: kind.taken_by(amount),
        })
    };
    let range = channel.range(currency);
    let daily = range.and_then(|range| range.daily_minor);
    let float = range.and_then(|range| range.float_minor);
    if channel.daily_count.is_none() && daily.is_none() && float.is_none() {
        return Vec::new();
    }
    let code = currency.code();
    let period = range.map_or(0, |range| range.float_period);
    [
        share(LeaseKind::Float, code, period.to_string(), float),
        share(LeaseKind::DailyCount, "", day.to_string(), channel.daily_count),
        share(LeaseKind::DailyAmount, code, day.to_string(), daily),
    ]
    .into_iter()
    .flatten()
    .collect()
}
