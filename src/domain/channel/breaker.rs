//! The breaker of a channel: who fails again and again is left alone for a while, then tried with
//! one payout at a time.
//!
//! It opens after [`ROW_MAX`] failures in a row: a channel of which a fifth fails has such a row in
//! 3 of 10,000 places. And it opens when of at least [`LATELY_MIN`] answers in this minute and the
//! last more than half failed: of that same channel 6 of 10,000 such twenties do. A good probe ends
//! the pause, so that a channel that is back waits for no longer than its next probe.

use chrono::{DateTime, TimeDelta, Utc};

use super::window::{Outcome, Window};

/// So many failures in a row open it.
pub const ROW_MAX: i64 = 5;
/// Of fewer answers lately it doesn't matter how many failed.
pub const LATELY_MIN: i64 = 20;
/// So many trials have to succeed until it closes.
pub const TRIALS: i64 = 3;
/// The first pause; each trial that fails doubles it.
pub const PAUSE_MIN: TimeDelta = TimeDelta::seconds(1);
/// The longest pause.
pub const PAUSE_MAX: TimeDelta = TimeDelta::seconds(60);
/// A trial of which nothing was heard for so long hinders no other.
pub const TRIAL_MAX: TimeDelta = TimeDelta::seconds(60);

/// What a breaker lets through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Everything.
    Closed,
    /// Nothing.
    Open,
    /// One payout at a time.
    HalfOpen,
}

/// A payout that a breaker let through. What is heard of one that was sent before the breaker
/// opened says nothing about the time after.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Passage {
    openings: u64,
}

#[derive(Debug, Clone)]
enum Position {
    Closed { failed_in_row: i64, lately: Window<2> },
    Open { since: DateTime<Utc>, pause: TimeDelta },
    HalfOpen { succeeded: i64, trial: Option<DateTime<Utc>>, pause: TimeDelta },
}

/// The breaker of one channel, as one replica knows it.
#[derive(Debug, Clone)]
pub struct Breaker {
    position: Position,
    /// How often it opened.
    openings: u64,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { position: closed(), openings: 0 }
    }
}

impl Breaker {
    /// Where it is.
    pub fn state(&self, now: DateTime<Utc>) -> BreakerState {
        match &self.position {
            Position::Closed { .. } => BreakerState::Closed,
            Position::Open { since, pause } if is_within(now, *since, *pause) => BreakerState::Open,
            Position::Open { .. } | Position::HalfOpen { .. } => BreakerState::HalfOpen,
        }
    }

    /// When to look again; `None` when it lets one through now.
    pub fn retry_at(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let (since, pause) = match &self.position {
            Position::Closed { .. } => return None,
            Position::Open { since, pause } => (*since, *pause),
            Position::HalfOpen { trial, .. } => ((*trial)?, TRIAL_MAX),
        };
        is_within(now, since, pause).then(|| since.checked_add_signed(pause).unwrap_or(since))
    }

    /// Whether it waits for the answer to a trial.
    pub fn is_trying(&self, now: DateTime<Utc>) -> bool {
        matches!(self.position, Position::HalfOpen { .. }) && !self.allows(now)
    }

    /// Whether it lets one through now.
    pub fn allows(&self, now: DateTime<Utc>) -> bool {
        self.retry_at(now).is_none()
    }

    /// Lets one through, and while it is half open no other until that one is heard of; `None` when
    /// it doesn't.
    pub fn begin(&mut self, now: DateTime<Utc>) -> Option<Passage> {
        if !self.allows(now) {
            return None;
        }
        match &mut self.position {
            Position::Closed { .. } => {}
            Position::Open { pause, .. } => {
                let pause = *pause;
                self.position = Position::HalfOpen { succeeded: 0, trial: Some(now), pause };
            }
            Position::HalfOpen { trial, .. } => *trial = Some(now),
        }
        Some(Passage { openings: self.openings })
    }

    /// Hears how one that it let through fared; `None` = that says nothing of the channel.
    pub fn hear(&mut self, now: DateTime<Utc>, passage: Passage, outcome: Option<Outcome>) {
        if passage.openings != self.openings {
            return;
        }
        match &mut self.position {
            Position::Closed { failed_in_row, lately } => {
                let Some(outcome) = outcome else { return };
                lately.add(now, outcome);
                match outcome {
                    Outcome::Success => *failed_in_row = 0,
                    Outcome::Failure => {
                        *failed_in_row = failed_in_row.saturating_add(1);
                        let heard = lately.totals(now);
                        let many = heard.total() >= LATELY_MIN && heard.failures > heard.successes;
                        if *failed_in_row >= ROW_MAX || many {
                            self.open(now, PAUSE_MIN);
                        }
                    }
                }
            }
            // Nothing is let through while it is open.
            Position::Open { .. } => {}
            Position::HalfOpen { succeeded, trial, pause } => match outcome {
                None => *trial = None,
                Some(Outcome::Success) => {
                    *trial = None;
                    *succeeded = succeeded.saturating_add(1);
                    if *succeeded >= TRIALS {
                        self.position = closed();
                    }
                }
                Some(Outcome::Failure) => {
                    let longer = pause.checked_add(pause).unwrap_or(PAUSE_MAX).min(PAUSE_MAX);
                    self.open(now, longer);
                }
            },
        }
    }

    /// Hears that a probe found the channel well: the pause is over, and one is let through. Should
    /// that one fail, the next pause is longer all the same.
    pub fn found_well(&mut self) {
        if let Position::Open { pause, .. } = self.position {
            self.position = Position::HalfOpen { succeeded: 0, trial: None, pause };
        }
    }

    fn open(&mut self, since: DateTime<Utc>, pause: TimeDelta) {
        self.position = Position::Open { since, pause };
        self.openings = self.openings.saturating_add(1);
    }
}

/// Closed, and nothing heard yet: what failed before is over.
fn closed() -> Position {
    Position::Closed { failed_in_row: 0, lately: Window::default() }
}

/// Whether less than `pause` has passed since then. A clock that was put back before it says
/// nothing of how long ago it was, so it is over.
fn is_within(now: DateTime<Utc>, since: DateTime<Utc>, pause: TimeDelta) -> bool {
    let passed = now.signed_duration_since(since);
    TimeDelta::zero() <= passed && passed < pause
}
