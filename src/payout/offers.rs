//! What is offered to a withdrawal, and what payouts take of the channels' quotas and floats for it: set
//! aside while its channel is chosen, leased where there is too little here, given back by what was not
//! sent and by what is proven dead.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Days, Utc};
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::board::{Board, Known, sheet};
use super::hold::{Hold, Offered, Place};
use super::lease::{DENIED_PAUSE, Leases, Stock};
use super::sheet::Sheet;
use crate::domain::channel::ChannelRole;
use crate::domain::channel::log::ChannelEventKind;
use crate::domain::channel::quota::{LeaseKey, LeaseKind, Share, shares};
use crate::domain::channel::window::Tally;
use crate::domain::id::ChannelId;
use crate::domain::payout::offer::Offer;
use crate::domain::payout::routing::{Ranking, Room, Standing, Wanted, choose, fits, order};
use crate::domain::terms::{day_start, local_day};
use crate::domain::withdrawal::Due;
use crate::feed::Committed;
use crate::ledger::apart::Happened;

/// How often slices are leased before a withdrawal waits: others take from them, too.
const LEASE_TRIES: u32 = 3;

/// Whether what is missing may be leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Missing {
    Lease,
    Wait,
}

impl Board {
    /// The channels for a withdrawal, with shares and a place set aside.
    pub(super) async fn offers(&self, due: &Due) -> Offered {
        if let Ok(offered) = self.set_aside(due, Missing::Lease) {
            return offered;
        }
        // One leases at a time, and the next takes of what is there then: many that begin together
        // would lease a slice each.
        let _turn = self.0.leasing.lock().await;
        for _ in 0..LEASE_TRIES {
            let wanting = match self.set_aside(due, Missing::Lease) {
                Ok(offered) => return offered,
                Err(wanting) => wanting,
            };
            for share in wanting {
                self.lease(&share).await;
            }
        }
        // Those who found enough here use the slices up as fast as they come.
        self.set_aside(due, Missing::Wait).unwrap_or_else(|_wanting| Offered {
            offers: Vec::new(),
            others: Vec::new(),
            hold: Hold { board: self.clone(), shares: Vec::new(), place: None },
        })
    }

    async fn lease(&self, share: &Share) {
        let hoped = self.known().leases.hoped(share, self.0.clock.now());
        let leased = self.0.apart.lease(share, hoped).await;
        let now = self.0.clock.now();
        let mut known = self.known();
        match leased {
            Ok(slice) => {
                if known.leases.extend(share, slice, now) {
                    let what: &str = share.key.kind.into();
                    known.happened.push(Happened {
                        channel_id: share.key.channel_id.clone(),
                        kind: ChannelEventKind::Exhausted,
                        description: format!("{what} {}", share.key.currency_code)
                            .trim()
                            .to_owned(),
                    });
                }
            }
            Err(failure) => {
                tracing::warn!(channel = %share.key.channel_id, %failure, "nothing is leased");
                known.leases.put_off(share, now);
            }
        }
    }

    /// Ranks the channels and sets aside what a payout takes of those that are offered; what has to
    /// be leased first, if it may be.
    fn set_aside(&self, due: &Due, missing: Missing) -> Result<Offered, Vec<Share>> {
        let roster = self.0.rosters.now();
        let now = self.0.clock.now();
        let day = local_day(now, self.0.rules.zone);
        let wanted = Wanted {
            currency: due.currency_code,
            amount_minor: due.amount_minor,
            bank_code: &due.bank_code,
            preferred: &due.preferred_channel,
        };
        let calendar = self.0.rules.calendar();
        let mut known = self.known();
        let Known { sheets, leases, happened } = &mut *known;
        let (mut standings, mut held, mut wanting) = (BTreeMap::new(), Vec::new(), Vec::new());
        for channel in roster.iter() {
            if fits(channel, &wanted, now, calendar).is_err() {
                continue;
            }
            let sheet = sheet(sheets, &channel.channel_id);
            let takes = shares(channel, due.currency_code, due.amount_minor, day);
            let mut standing = self.standing(channel, sheet, (&roster, now));
            if standing.may_carry() {
                match self.stock(leases, &takes, now) {
                    Ok(short) if short.is_empty() || missing == Missing::Lease => {
                        wanting.extend(short);
                    }
                    Ok(_short) => standing.room = soon(now),
                    Err(room) => standing.room = room,
                }
            }
            standings.insert(&channel.channel_id, standing);
            if !takes.is_empty() {
                held.push((channel.channel_id.clone(), takes));
            }
        }
        if !wanting.is_empty() {
            return Err(wanting);
        }
        let ranking = order(&roster, &wanted, now, calendar, |channel| {
            standings.get(&channel.channel_id).copied().unwrap_or(NOTHING_KNOWN)
        });
        let Ranking { mut offers, others } = ranking;
        held.retain(|(id, _)| offers.iter().any(|offer| offer.channel_id == *id));
        for (id, shares) in &held {
            leases.take(shares);
            let offer = offers.iter_mut().find(|offer| offer.channel_id == *id);
            let takes = shares.iter().map(|share| share.key.clone());
            offer.expect("what has none is not held").takes = takes.collect();
        }
        happened.extend(promoted(sheets, &offers, now));
        let place = choose(&offers, wanted.preferred, &[]).map(|likely| {
            let sheet = sheet(sheets, &likely.channel_id);
            sheet.in_flight = sheet.in_flight.saturating_add(1);
            let passage = sheet.breaker.begin(now);
            Place { board: self.clone(), channel_id: likely.channel_id.clone(), passage }
        });
        let hold = Hold { board: self.clone(), shares: held, place };
        Ok(Offered { offers, others, hold })
    }

    /// Which of the shares have to be leased first, unless what is left of one stands in the way.
    fn stock(
        &self,
        leases: &mut Leases,
        takes: &[Share],
        now: DateTime<Utc>,
    ) -> Result<Vec<Share>, Room> {
        let (mut short, mut later) = (Vec::new(), None);
        for share in takes {
            match leases.look(share, now) {
                Stock::Enough => {}
                Stock::Ask => short.push(share.clone()),
                Stock::Later(until) => later = Some(Room::NoQuota { until }),
                Stock::Gone => return Err(self.gone(share.key.kind, now)),
            }
        }
        later.map_or(Ok(short), Err)
    }

    /// Of what is used up, until when.
    fn gone(&self, kind: LeaseKind, now: DateTime<Utc>) -> Room {
        match kind {
            LeaseKind::Float => Room::NoFloat,
            LeaseKind::DailyCount | LeaseKind::DailyAmount => {
                let zone = self.0.rules.zone;
                let tomorrow = local_day(now, zone).checked_add_days(Days::new(1));
                let until = tomorrow.and_then(|day| day_start(day, zone));
                Room::NoQuota { until: until.unwrap_or(now) }
            }
        }
    }

    /// Puts shares back that were not used. What was taken of periods that are over is of no use to
    /// anybody.
    pub(super) fn give_back<'a>(&self, unused: impl Iterator<Item = &'a [Share]>) {
        let mut known = self.known();
        for share in unused.flatten() {
            let _over = known.leases.give_back(&share.key, share.amount);
        }
    }

    /// Gives back what attempts took that commits of this process prove dead, whoever proved it; what
    /// was not taken from leases that are here goes back to all replicas. Ends with the feed.
    pub async fn free_what_dies(self, mut news: broadcast::Receiver<Arc<Committed>>) {
        loop {
            match news.recv().await {
                Ok(committed) if committed.freed.is_empty() => {}
                Ok(committed) => self.free(&committed.freed).await,
                Err(RecvError::Lagged(missed)) => {
                    tracing::warn!(missed, "what payouts took that died meanwhile stays taken");
                }
                Err(RecvError::Closed) => return,
            }
        }
    }

    async fn free(&self, freed: &[(LeaseKey, i64)]) {
        let mut of_others: Vec<(LeaseKey, i64)> = {
            let mut known = self.known();
            let back = freed
                .iter()
                .map(|(key, amount)| (key.clone(), known.leases.give_back(key, *amount)));
            back.filter(|(_, left)| *left > 0).collect()
        };
        // Whoever locks several rows does it in this order.
        of_others.sort();
        self.return_leases(&of_others).await;
    }

    /// Puts back what was leased and not used, as the service stops.
    pub(super) async fn end_leases(&self) {
        let unused = self.known().leases.end();
        self.return_leases(&unused).await;
    }

    async fn return_leases(&self, unused: &[(LeaseKey, i64)]) {
        if !unused.is_empty()
            && let Err(error) = self.0.apart.give_back(unused).await
        {
            tracing::warn!(%error, "what was leased of the channels stays leased");
        }
    }
}

/// Nobody knows whether something is left, so it is looked at again after a moment.
fn soon(now: DateTime<Utc>) -> Room {
    Room::NoQuota { until: now.checked_add_signed(DENIED_PAUSE).unwrap_or(now) }
}

/// A channel that is not looked at any further because its row does not fit.
const NOTHING_KNOWN: Standing = Standing {
    tally: Tally { successes: 0, failures: 0 },
    flagged: false,
    breaker_until: None,
    room: Room::Enough,
};

/// The backup that is the first choice, when that is news.
fn promoted(
    sheets: &mut BTreeMap<ChannelId, Sheet>,
    offers: &[Offer],
    now: DateTime<Utc>,
) -> Option<Happened> {
    let first = offers.first().filter(|first| first.role == ChannelRole::Backup)?;
    let channel_id = first.channel_id.clone();
    let news = sheet(sheets, &channel_id).stands_in(now);
    let (kind, description) = (ChannelEventKind::Promoted, String::new());
    news.then_some(Happened { channel_id, kind, description })
}
