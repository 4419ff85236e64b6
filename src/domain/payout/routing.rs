//! Which channel carries the next attempt.
//!
//! Whoever sends makes a list of [`Offer`]s, best first, from the channels' rows ([`fits`]) and from
//! what it knows of how they fare ([`Standing`]). The decision takes the first that earlier attempts
//! leave open ([`choose`]), and the list is stored with the attempt.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::attempt::{Attempt, AttemptState};
use super::offer::{Offer, SAMPLE_MIN};
use super::reason::{Class, RejectReason, class};
use crate::domain::channel::hours::Calendar;
use crate::domain::channel::roster::Roster;
use crate::domain::channel::window::Tally;
use crate::domain::channel::{Channel, ChannelState};
use crate::domain::id::ChannelId;
use crate::domain::money::{Currency, Minor};
use crate::domain::withdrawal::{HeldReason, Withdrawal};

/// The most attempts to pay one withdrawal.
pub const ATTEMPTS_MAX: i64 = 10;
/// So many offers are stored with an attempt.
pub const OFFERS_KEPT: usize = 8;

/// What a withdrawal asks of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted<'a> {
    /// Its currency.
    pub currency: Currency,
    /// Its amount in minor units.
    pub amount_minor: Minor,
    /// The payee's bank; empty = not named.
    pub bank_code: &'a str,
    /// The channel that the client prefers; empty = any.
    pub preferred: &'a str,
}

impl<'a> Wanted<'a> {
    /// What a withdrawal wants.
    pub fn of(withdrawal: &'a Withdrawal) -> Self {
        Self {
            currency: withdrawal.currency_code,
            amount_minor: withdrawal.amount_minor,
            bank_code: &withdrawal.beneficiary.beneficiary_bank_code,
            preferred: &withdrawal.preferred_channel,
        }
    }
}

/// Why a channel is not offered a withdrawal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "why", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Ineligible {
    /// It is disabled.
    Disabled,
    /// It is drained.
    Drained {
        /// The first instant at which it is offered again and open; absent = nobody knows.
        until: Option<DateTime<Utc>>,
    },
    /// It doesn't carry the currency.
    Currency,
    /// It doesn't carry the amount.
    Amount,
    /// It doesn't reach the payee's bank.
    Bank,
    /// It is closed.
    Closed {
        /// When it opens; absent = not within 400 days.
        until: Option<DateTime<Utc>>,
    },
    /// Its probes failed.
    Flagged,
    /// Its breaker lets nothing through.
    BreakerOpen {
        /// When it may again.
        until: DateTime<Utc>,
    },
    /// It has carried what it may.
    NoQuota {
        /// When it may carry more.
        until: DateTime<Utc>,
    },
    /// What the bank has deposited with it doesn't suffice.
    NoFloat,
    /// As many payouts as it takes are open with it.
    Full,
}

/// What a channel may carry beyond what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Room {
    /// This withdrawal too.
    Enough,
    /// Nothing of the day's quota is left for it, or nobody could say what is.
    NoQuota {
        /// When the next day begins, or it is asked again.
        until: DateTime<Utc>,
    },
    /// The float doesn't suffice.
    NoFloat,
    /// As many as it takes are open with it.
    Full,
}

/// How a channel fares, as the one who sends knows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its answers of late.
    pub tally: Tally,
    /// Whether its probes failed.
    pub flagged: bool,
    /// Until when its breaker lets nothing through; absent = it lets one through now.
    pub breaker_until: Option<DateTime<Utc>>,
    /// What it may carry.
    pub room: Room,
}

impl Standing {
    /// Whether nothing of it stands in the way.
    pub fn may_carry(self) -> bool {
        self.stands().is_ok()
    }

    /// Its answers, unless something of it stands in the way. What lasts is named before what is
    /// over soon.
    fn stands(self) -> Result<Tally, Ineligible> {
        if self.flagged {
            return Err(Ineligible::Flagged);
        }
        match self.room {
            Room::NoFloat => return Err(Ineligible::NoFloat),
            Room::NoQuota { until } => return Err(Ineligible::NoQuota { until }),
            Room::Enough | Room::Full => {}
        }
        if let Some(until) = self.breaker_until {
            return Err(Ineligible::BreakerOpen { until });
        }
        if self.room == Room::Full { Err(Ineligible::Full) } else { Ok(self.tally) }
    }
}

/// What is offered of a channel that may carry it.
fn offer(channel: &Channel, wanted: &Wanted<'_>, tally: Tally) -> Offer {
    Offer {
        channel_id: channel.channel_id.clone(),
        role: channel.role,
        priority: channel.priority,
        score_ppm: tally.interval().lower_ppm,
        sample: tally.total(),
        degraded: is_degraded(channel, tally),
        preferred: channel.channel_id.as_str() == wanted.preferred,
        takes: Vec::new(),
    }
}

/// Whether a channel succeeds less often than its row asks for.
pub fn is_degraded(channel: &Channel, tally: Tally) -> bool {
    let asked_ppm = channel.min_success_permille.saturating_mul(1_000);
    tally.total() >= SAMPLE_MIN && tally.interval().lower_ppm < asked_ppm
}

/// The channels for a withdrawal, best first, and why the others are none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Ranking {
    /// Those that may carry it now.
    pub offers: Vec<Offer>,
    /// What stands in the way of each of the others, by id.
    pub others: Vec<(ChannelId, Ineligible)>,
}

/// Whether a channel could ever carry it, as its row says.
fn serves(channel: &Channel, wanted: &Wanted<'_>) -> Result<(), Ineligible> {
    if channel.state == ChannelState::Disabled {
        return Err(Ineligible::Disabled);
    }
    if !channel.carries(wanted.currency) {
        return Err(Ineligible::Currency);
    }
    if channel.range(wanted.currency).is_some_and(|range| !range.takes(wanted.amount_minor)) {
        return Err(Ineligible::Amount);
    }
    if channel.reaches(wanted.bank_code) { Ok(()) } else { Err(Ineligible::Bank) }
}

/// Whether a channel may carry it now, as its row says.
///
/// # Errors
/// The first of the reasons, what never passes by itself before what does.
pub fn fits(
    channel: &Channel,
    wanted: &Wanted<'_>,
    now: DateTime<Utc>,
    calendar: Calendar<'_>,
) -> Result<(), Ineligible> {
    serves(channel, wanted)?;
    if !channel.is_in_service(now) {
        let reopens = channel.reopen_time;
        let until = reopens.and_then(|from| calendar.opening(&channel.hours, from));
        return Err(Ineligible::Drained { until });
    }
    if calendar.is_open(&channel.hours, now) {
        return Ok(());
    }
    Err(Ineligible::Closed { until: calendar.opening(&channel.hours, now) })
}

/// Ranks the channels: those that succeed less often than they should come last, primaries before
/// backups, then by priority, by the lower end of the rate of success with those first of which
/// little is known, by id. A backup so takes the
/// place of a primary that can't, and the next backup that of one that can't.
pub fn order(
    roster: &Roster,
    wanted: &Wanted<'_>,
    now: DateTime<Utc>,
    calendar: Calendar<'_>,
    standing: impl Fn(&Channel) -> Standing,
) -> Ranking {
    let mut ranking = Ranking::default();
    for channel in roster.iter() {
        let known = fits(channel, wanted, now, calendar).and_then(|()| standing(channel).stands());
        match known {
            Ok(tally) => ranking.offers.push(offer(channel, wanted, tally)),
            Err(why) => ranking.others.push((channel.channel_id.clone(), why)),
        }
    }
    ranking.offers.sort_by(Offer::rank);
    ranking
}

/// The offer that is taken: the preferred channel's, else the first, and never one of a channel
/// that has turned this payout down.
pub fn choose<'a>(offers: &'a [Offer], preferred: &str, attempts: &[Attempt]) -> Option<&'a Offer> {
    let open = |offer: &&Offer| !is_turned_down(attempts, &offer.channel_id);
    let liked = offers.iter().filter(open).find(|offer| offer.channel_id.as_str() == preferred);
    liked.or_else(|| offers.iter().find(open))
}

/// What of the offers is stored with the attempt: the first few, and the one that was taken. What
/// payouts would have taken of the others is given back already.
pub fn kept(offers: &[Offer], taken: &Offer) -> Vec<Offer> {
    let mut kept: Vec<Offer> = offers.iter().take(OFFERS_KEPT).cloned().collect();
    if !kept.contains(taken) {
        kept.truncate(OFFERS_KEPT.saturating_sub(1));
        kept.push(taken.clone());
    }
    let others = kept.iter_mut().filter(|offer| offer.channel_id != taken.channel_id);
    others.for_each(|offer| offer.takes.clear());
    kept
}

/// Whether some channel could carry it at some time and has not turned it down: then it waits, else
/// it has failed.
pub fn is_any_left(roster: &Roster, wanted: &Wanted<'_>, attempts: &[Attempt]) -> bool {
    roster.iter().any(|channel| {
        serves(channel, wanted).is_ok() && !is_turned_down(attempts, &channel.channel_id)
    })
}

/// Whether the channels that could take it have failed, rather than having too much to do.
pub fn is_down(reasons: &[Ineligible]) -> bool {
    let failed = |reason: &Ineligible| matches!(reason, Ineligible::BreakerOpen { .. });
    reasons.iter().any(failed) && !reasons.contains(&Ineligible::Full)
}

/// Why it waits when there is no offer to take, and until when as far as that is known: for the
/// channel that can take it soonest. Give it what stands in the way of channels that have not turned
/// it down.
pub fn why_none(
    reasons: impl IntoIterator<Item = Ineligible>,
) -> (HeldReason, Option<DateTime<Utc>>) {
    let mut soonest: Option<(Option<DateTime<Utc>>, HeldReason)> = None;
    for reason in reasons {
        let waits = match reason {
            Ineligible::Drained { until: Some(until) }
            | Ineligible::Closed { until: Some(until) } => (Some(until), HeldReason::ChannelClosed),
            Ineligible::BreakerOpen { until } | Ineligible::NoQuota { until } => {
                (Some(until), HeldReason::RetryBackoff)
            }
            // One that is full has room again any moment.
            Ineligible::Full => (None, HeldReason::RetryBackoff),
            Ineligible::Disabled
            | Ineligible::Drained { until: None }
            | Ineligible::Currency
            | Ineligible::Amount
            | Ineligible::Bank
            | Ineligible::Closed { until: None }
            | Ineligible::Flagged
            | Ineligible::NoFloat => continue,
        };
        // Any moment is before every instant.
        if soonest.is_none_or(|(until, _)| waits.0 < until) {
            soonest = Some(waits);
        }
    }
    soonest.map_or((HeldReason::NoChannel, None), |(until, why)| (why, until))
}

/// Whether the channel has turned this payout down in one of its attempts.
pub fn is_turned_down(attempts: &[Attempt], channel: &ChannelId) -> bool {
    attempts.iter().any(|attempt| turned_down(attempt, channel))
}

/// What an attempt that was dead for a reason that only people can judge says once they chose
/// another channel.
pub const TURNED_DOWN: &str = "TURNED_DOWN";

/// Whether the channel said that another one may do it, or people did.
fn turned_down(attempt: &Attempt, channel: &ChannelId) -> bool {
    if attempt.channel_id != *channel || attempt.state != AttemptState::Dead {
        return false;
    }
    if attempt.reason == TURNED_DOWN {
        return true;
    }
    match attempt.reason.parse::<RejectReason>().map(class) {
        Ok(Class::RetrySame | Class::NextChannel) => true,
        Ok(Class::Final | Class::Ask | Class::Manual) | Err(_) => false,
    }
}
