//! What probes of a channel say: whether it is there, and quick enough, before money depends on it.

use chrono::{DateTime, TimeDelta, Utc};

use super::Channel;

/// So many failed probes in a row flag a channel.
pub const FAILED_MAX: i64 = 3;

/// One probe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Probe {
    /// When it ended.
    pub at: DateTime<Utc>,
    /// How long the answer took, in milliseconds; absent = there was none.
    pub latency_ms: Option<i64>,
}

impl Probe {
    /// Whether the channel answered, and in the time that its row allows.
    pub fn is_good(self, channel: &Channel) -> bool {
        self.latency_ms.is_some_and(|latency_ms| latency_ms <= channel.slow_ms)
    }
}

/// What the probes of one channel have said so far, as one replica knows it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Probes {
    /// The last one; absent = there was none.
    pub last: Option<Probe>,
    /// How many failed since the last good one.
    pub failed_in_row: i64,
}

impl Probes {
    /// Takes a probe in.
    pub fn hear(&mut self, probe: Probe, channel: &Channel) {
        let failed = if probe.is_good(channel) { 0 } else { self.failed_in_row.saturating_add(1) };
        *self = Self { last: Some(probe), failed_in_row: failed };
    }

    /// Whether it is offered nothing until a probe is good again.
    pub fn is_flagged(self) -> bool {
        self.failed_in_row >= FAILED_MAX
    }

    /// When it is to be probed next; `None` = at once. One that lies further ahead than the pause is
    /// of a clock that was put back.
    pub fn next_probe_at(self, channel: &Channel, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let pause = TimeDelta::try_seconds(channel.probe_secs)?;
        let next = self.last?.at.checked_add_signed(pause)?;
        (now < next && next.signed_duration_since(now) <= pause).then_some(next)
    }
}
