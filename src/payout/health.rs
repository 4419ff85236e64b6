//! How a channel is doing, as this replica sees it: what its probes find, what it declares of itself,
//! and all of that at a glance.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::board::{Board, sheet};
use super::sheet::Declared;
use crate::domain::channel::Channel;
use crate::domain::channel::breaker::BreakerState;
use crate::domain::channel::probe::{Probe, Probes};
use crate::domain::channel::window::Tally;
use crate::domain::id::ChannelId;
use crate::domain::payout::routing::is_degraded;

/// How a channel is doing, as this replica sees it.
#[derive(Debug, Clone, Copy)]
pub struct Health {
    /// Where its breaker is.
    pub breaker: BreakerState,
    /// When the breaker lets one through; absent = now.
    pub retry_time: Option<DateTime<Utc>>,
    /// Its answers of the last hour.
    pub tally: Tally,
    /// Whether it succeeds less often than it should.
    pub degraded: bool,
    /// Its probes.
    pub probes: Probes,
    /// Payouts under way with it.
    pub in_flight: i64,
    /// Whether its hours are open.
    pub open_now: bool,
    /// When they open next; absent = they are open, or never open.
    pub next_opening: Option<DateTime<Utc>>,
    /// What it declares.
    pub declared: Declared,
}

impl Board {
    /// Probes a channel; what is found counts for whoever sends.
    pub async fn probe(&self, channel: &Channel) -> Probe {
        let begun = Instant::now();
        let patience = Duration::from_millis(u64::try_from(channel.slow_ms).unwrap_or(1));
        let declared = self.0.lines.probe(channel, patience).await;
        let latency = i64::try_from(begun.elapsed().as_millis()).unwrap_or(i64::MAX);
        let latency_ms = declared.is_some().then_some(latency.min(channel.slow_ms));
        let probe = Probe { at: self.0.clock.now(), latency_ms };
        {
            let mut known = self.known();
            let news = sheet(&mut known.sheets, &channel.channel_id).probed(channel, probe);
            self.tell(&mut known, &channel.channel_id, news);
        }
        if let Some(declared) = declared {
            self.declare(&channel.channel_id, declared);
        }
        self.write_down().await;
        probe
    }

    /// When a channel is to be probed next; `None` = now.
    pub(super) fn next_probe_at(&self, channel: &Channel) -> Option<DateTime<Utc>> {
        let known = self.known();
        let probes = known.sheets.get(&channel.channel_id)?.probes;
        probes.next_probe_at(channel, self.0.clock.now())
    }

    /// Notes what a channel declares of itself.
    pub fn declare(&self, id: &ChannelId, declared: Declared) {
        sheet(&mut self.known().sheets, id).declared = declared;
    }

    /// What a channel declared last.
    pub fn declared(&self, id: &ChannelId) -> Declared {
        self.known().sheets.get(id).map_or(Declared::default(), |sheet| sheet.declared)
    }

    /// Within how many seconds a channel settles what it accepted: what its row says, else what it
    /// declares.
    pub(super) fn promise_secs(&self, id: &ChannelId) -> Option<i64> {
        let row = self.0.rosters.now().get(id).and_then(|channel| channel.promise_secs);
        row.or_else(|| self.declared(id).promise_secs)
    }

    /// How a channel is doing.
    pub fn health(&self, channel: &Channel) -> Health {
        let now = self.0.clock.now();
        let calendar = self.0.rules.calendar();
        let open_now = calendar.is_open(&channel.hours, now);
        let mut known = self.known();
        let sheet = sheet(&mut known.sheets, &channel.channel_id);
        let tally = sheet.window.totals(now);
        Health {
            breaker: sheet.breaker.state(now),
            retry_time: sheet.breaker.retry_at(now),
            tally,
            degraded: is_degraded(channel, tally),
            probes: sheet.probes,
            in_flight: sheet.in_flight,
            open_now,
            next_opening: if open_now { None } else { calendar.opening(&channel.hours, now) },
            declared: sheet.declared,
        }
    }
}
