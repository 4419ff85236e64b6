//! What this replica knows of the channels, and its lines to them: one for the payout worker, which
//! chooses by it, and for the edge, which shows it.
//!
//! All of it stands behind one lock, which is held for moments and never while anything is waited
//! for. What changes is written down afterwards ([`Board::write_down`]).

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::client::Lines;
use super::hold::Place;
use super::lease::Leases;
use super::sheet::Sheet;
use crate::clock::Clock;
use crate::domain::batch::Rules;
use crate::domain::channel::breaker::{BreakerState, Passage};
use crate::domain::channel::log::ChannelEventKind;
use crate::domain::channel::roster::Roster;
use crate::domain::channel::window::Outcome;
use crate::domain::channel::{Channel, ChannelState};
use crate::domain::id::ChannelId;
use crate::domain::payout::routing::{Room, Standing};
use crate::ledger::apart::{Apart, Happened};
use crate::roster::Rosters;

/// See the module. Clones share it.
#[derive(Debug, Clone)]
pub struct Board(pub(super) Arc<Parts>);

/// What a board works with.
#[derive(Debug)]
pub(super) struct Parts {
    pub(super) apart: Apart,
    pub(super) clock: Clock,
    pub(super) rules: Arc<Rules>,
    pub(super) rosters: Rosters,
    pub(super) lines: Lines,
    /// How many payouts this replica carries at once.
    pub(super) at_once: i64,
    pub(super) known: Mutex<Known>,
    /// Whose turn it is to lease.
    pub(super) leasing: tokio::sync::Mutex<()>,
    /// A channel is well again.
    pub(super) well: Notify,
}

#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) sheets: BTreeMap<ChannelId, Sheet>,
    pub(super) leases: Leases,
    /// What is to be written down.
    pub(super) happened: Vec<Happened>,
}

impl Board {
    /// A board of which nothing is known yet.
    pub fn new(
        (apart, rosters): (Apart, Rosters),
        (clock, rules): (Clock, Arc<Rules>),
        lines: Lines,
        at_once: usize,
    ) -> Self {
        let at_once = i64::try_from(at_once).unwrap_or(i64::MAX);
        let (known, leasing, well) = Default::default();
        Self(Arc::new(Parts { apart, clock, rules, rosters, lines, at_once, known, leasing, well }))
    }

    /// The lines to the channels.
    pub(super) fn lines(&self) -> &Lines {
        &self.0.lines
    }

    /// The channels.
    pub(super) fn rosters(&self) -> &Rosters {
        &self.0.rosters
    }

    /// The write path of channels.
    pub fn apart(&self) -> &Apart {
        &self.0.apart
    }

    pub(super) fn known(&self) -> MutexGuard<'_, Known> {
        // Nothing that panics leaves it half changed.
        self.0.known.lock().unwrap_or_else(|poison| poison.into_inner())
    }

    /// How a channel fares, shares left aside.
    pub(super) fn standing(
        &self,
        channel: &Channel,
        sheet: &Sheet,
        (roster, now): (&Roster, DateTime<Utc>),
    ) -> Standing {
        let full = sheet.in_flight >= self.in_flight_max(channel, roster);
        // The answer to a trial may come any moment: until then it is full with that one.
        let trying = sheet.breaker.is_trying(now);
        let full = full || trying;
        Standing {
            tally: sheet.window.totals(now),
            flagged: sheet.probes.is_flagged(),
            breaker_until: sheet.breaker.retry_at(now).filter(|_| !trying),
            room: if full { Room::Full } else { Room::Enough },
        }
    }

    /// How many payouts may be under way with a channel: by default half of what this replica carries,
    /// and all where there is no other channel to leave room for.
    fn in_flight_max(&self, channel: &Channel, roster: &Roster) -> i64 {
        let others =
            roster.iter().filter(|other| other.state != ChannelState::Disabled).count() > 1;
        let usual = if others { self.0.at_once.div_euclid(2).max(1) } else { self.0.at_once };
        channel.in_flight_max.unwrap_or(usual)
    }

    /// How many more payouts may be under way with a channel.
    pub(super) fn room(&self, id: &ChannelId) -> i64 {
        let roster = self.0.rosters.now();
        let Some(channel) = roster.get(id) else { return i64::MAX };
        let max = self.in_flight_max(channel, &roster);
        let known = self.known();
        max.saturating_sub(known.sheets.get(id).map_or(0, |sheet| sheet.in_flight)).max(0)
    }

    /// How many of those that wait for a place with a channel may try: one at a time while its breaker
    /// is half open.
    pub(super) fn admits(&self, id: &ChannelId) -> i64 {
        let now = self.0.clock.now();
        let half_open = |sheet: &Sheet| sheet.breaker.state(now) == BreakerState::HalfOpen;
        let is_tried = self.known().sheets.get(id).is_some_and(half_open);
        if is_tried { 1 } else { self.room(id) }
    }

    /// A place with a channel, if it has one free.
    pub(super) fn place(&self, id: &ChannelId) -> Option<Place> {
        (self.room(id) > 0).then(|| self.place_anyway(id))
    }

    /// A place with a channel that was chosen already.
    pub(super) fn place_anyway(&self, id: &ChannelId) -> Place {
        let mut known = self.known();
        let sheet = sheet(&mut known.sheets, id);
        sheet.in_flight = sheet.in_flight.saturating_add(1);
        Place { board: self.clone(), channel_id: id.clone(), passage: None }
    }

    /// The breaker's leave to send.
    pub(super) fn begin(&self, id: &ChannelId) -> Option<Passage> {
        let now = self.0.clock.now();
        sheet(&mut self.known().sheets, id).breaker.begin(now)
    }

    /// Hears what the answer to a payout says of its channel.
    pub(super) fn hear(&self, id: &ChannelId, passage: Option<Passage>, outcome: Option<Outcome>) {
        let now = self.0.clock.now();
        let mut known = self.known();
        let news = sheet(&mut known.sheets, id).hear(now, passage, outcome);
        self.tell(&mut known, id, news);
    }

    /// A payout is under way no more.
    pub(super) fn leave(&self, id: &ChannelId, passage: Option<Passage>) {
        let now = self.0.clock.now();
        let mut known = self.known();
        let sheet = sheet(&mut known.sheets, id);
        sheet.in_flight = sheet.in_flight.saturating_sub(1);
        if let Some(passage) = passage {
            sheet.breaker.hear(now, passage, None);
        }
    }

    /// Notes what has changed with a channel: it is to be written down, and what waits for one that is
    /// well again to be looked at.
    pub(super) fn tell(&self, known: &mut Known, id: &ChannelId, news: Option<ChannelEventKind>) {
        let Some(kind) = news else { return };
        let (channel_id, description) = (id.clone(), String::new());
        known.happened.push(Happened { channel_id, kind, description });
        if matches!(kind, ChannelEventKind::BreakerClosed | ChannelEventKind::Unflagged) {
            self.0.well.notify_one();
        }
    }

    /// Waits until a channel is well again.
    pub(super) async fn well(&self) {
        self.0.well.notified().await;
    }

    /// Writes down what has changed with the channels since the last time.
    pub(super) async fn write_down(&self) {
        let happened = std::mem::take(&mut self.known().happened);
        for one in &happened {
            tracing::warn!(channel = %one.channel_id, kind = ?one.kind, "a channel changed");
        }
        if !happened.is_empty()
            && let Err(failure) = self.0.apart.write_down(&happened).await
        {
            tracing::warn!(%failure, "what changed with channels is not written down");
        }
    }
}

/// What is known of a channel, from nothing on.
pub(super) fn sheet<'a>(
    sheets: &'a mut BTreeMap<ChannelId, Sheet>,
    id: &ChannelId,
) -> &'a mut Sheet {
    if !sheets.contains_key(id) {
        sheets.insert(id.clone(), Sheet::default());
    }
    sheets.get_mut(id).expect("it has just been put there")
}
