//! What a channel's answers were of late, minute by minute: a sliding window that forgets by
//! itself.

use chrono::{DateTime, Utc};

use super::score::{Interval, wilson};

/// How many minutes a channel's success is counted over.
pub const WINDOW_MINUTES: usize = 60;

/// What an answer says of the channel that gave it, or didn't.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It did what it is for.
    Success,
    /// It did not.
    Failure,
}

/// How many answers were of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Good ones.
    pub successes: i64,
    /// Bad ones.
    pub failures: i64,
}

impl Tally {
    /// All of them.
    pub fn total(self) -> i64 {
        self.successes.saturating_add(self.failures)
    }

    /// Between which rates of success the channel's own lies.
    pub fn interval(self) -> Interval {
        wilson(self.successes, self.total())
    }

    fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Success => &mut self.successes,
            Outcome::Failure => &mut self.failures,
        };
        *count = count.saturating_add(1);
    }

    fn plus(self, other: Self) -> Self {
        Self {
            successes: self.successes.saturating_add(other.successes),
            failures: self.failures.saturating_add(other.failures),
        }
    }
}

/// The answers of one minute.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    /// Minutes since 1970.
    minute: i64,
    tally: Tally,
}

/// The answers of the last so many minutes, the one that has just begun included.
#[derive(Debug, Clone)]
pub struct Window<const MINUTES: usize = WINDOW_MINUTES> {
    buckets: [Option<Bucket>; MINUTES],
}

impl<const MINUTES: usize> Default for Window<MINUTES> {
    fn default() -> Self {
        Self { buckets: [None; MINUTES] }
    }
}

impl<const MINUTES: usize> Window<MINUTES> {
    /// Counts an answer.
    pub fn add(&mut self, now: DateTime<Utc>, outcome: Outcome) {
        let minute = minute_of(now);
        let place = i64::try_from(MINUTES).ok().and_then(|count| minute.checked_rem_euclid(count));
        let place = place.and_then(|place| usize::try_from(place).ok()).unwrap_or(0);
        let Some(slot) = self.buckets.get_mut(place) else { return };
        // Another minute in its place is long over, or of a clock that was put back since.
        let there = slot.filter(|bucket| bucket.minute == minute);
        let mut tally = there.map_or(Tally::default(), |bucket| bucket.tally);
        tally.add(outcome);
        *slot = Some(Bucket { minute, tally });
    }

    /// The answers that are not older. Those of minutes to come are as new as any: the clock was
    /// put back.
    pub fn totals(&self, now: DateTime<Utc>) -> Tally {
        let minute = minute_of(now);
        let span = u64::try_from(MINUTES).unwrap_or(u64::MAX);
        let kept = self.buckets.iter().flatten();
        kept.filter(|bucket| bucket.minute.abs_diff(minute) < span)
            .fold(Tally::default(), |sum, bucket| sum.plus(bucket.tally))
    }
}

fn minute_of(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(60)
}
