//! What this replica knows of one channel: its answers of late, its breaker, its probes, what it
//! declares of itself, and how much of ours is under way with it.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::channel::Channel;
use crate::domain::channel::breaker::{Breaker, BreakerState, Passage};
use crate::domain::channel::log::ChannelEventKind;
use crate::domain::channel::probe::{Probe, Probes};
use crate::domain::channel::window::{Outcome, Window};

/// A backup that was not first for so long does not stand in for anybody any more.
const STINT_PAUSE: TimeDelta = TimeDelta::seconds(60);

/// What a channel declares of itself.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Declared {
    /// Seconds within which it ordinarily settles what it accepted; absent = not said.
    pub promise_secs: Option<i64>,
    /// Whether a key may be sent again after a lost answer.
    pub idempotent_submit: bool,
    /// Seconds after the end of a day at which the day's statement is final; absent = none is.
    pub cut_off_secs: Option<i64>,
}

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) window: Window,
    pub(super) breaker: Breaker,
    pub(super) probes: Probes,
    /// As the last probe that was answered said.
    pub(super) declared: Declared,
    /// Payouts under way with it.
    pub(super) in_flight: i64,
    /// Whether it was said that its breaker is open.
    said_open: bool,
    /// When it was last first, though it is a backup.
    stood_in: Option<DateTime<Utc>>,
}

impl Sheet {
    /// Hears what the answer to a payout says of it; what that changes.
    pub(super) fn hear(
        &mut self,
        now: DateTime<Utc>,
        passage: Option<Passage>,
        outcome: Option<Outcome>,
    ) -> Option<ChannelEventKind> {
        if let Some(outcome) = outcome {
            self.window.add(now, outcome);
        }
        self.breaker.hear(now, passage?, outcome);
        match (self.breaker.state(now), self.said_open) {
            (BreakerState::Open, false) => {
                self.said_open = true;
                Some(ChannelEventKind::BreakerOpened)
            }
            (BreakerState::Closed, true) => {
                self.said_open = false;
                Some(ChannelEventKind::BreakerClosed)
            }
            (BreakerState::Open | BreakerState::HalfOpen, true)
            | (BreakerState::Closed | BreakerState::HalfOpen, false) => None,
        }
    }

    /// Hears how a probe went; what that changes.
    pub(super) fn probed(&mut self, channel: &Channel, probe: Probe) -> Option<ChannelEventKind> {
        let before = self.probes.is_flagged();
        self.probes.hear(probe, channel);
        if probe.is_good(channel) {
            self.breaker.found_well();
        }
        match (before, self.probes.is_flagged()) {
            (false, true) => Some(ChannelEventKind::Flagged),
            (true, false) => Some(ChannelEventKind::Unflagged),
            (false, false) | (true, true) => None,
        }
    }

    /// Notes that it is the first choice though it is a backup; whether that is new.
    pub(super) fn stands_in(&mut self, now: DateTime<Utc>) -> bool {
        let last = self.stood_in.replace(now);
        last.is_none_or(|last| now.signed_duration_since(last) >= STINT_PAUSE)
    }
}
