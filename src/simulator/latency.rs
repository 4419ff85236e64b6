//! How long answers take: a distribution, and what is drawn from it for each call. A draw is made of
//! the seed, the payout key, the method and how often it was called for that key, so the same calls
//! take the same times again.

use std::collections::HashMap;
use std::str::FromStr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::delay::{DELAY_MAX, Delay};
use super::draw::{draw, fraction};

/// So many standard deviations above the mean lie 99 % of what is distributed normally.
const P99_DEVIATIONS: f64 = 2.326_347_874;

/// How the times that answers take are distributed. None is longer than [`DELAY_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Latency {
    /// All the same, which may be zero. Written `50ms`.
    Fixed(Delay),
    /// Evenly between two. Written `uniform:10ms..50ms`.
    Uniform {
        /// The shortest.
        least: Delay,
        /// The longest.
        most: Delay,
    },
    /// Normally, cut at zero. Written `normal:50ms,10ms`.
    Normal {
        /// The mean.
        mean: Delay,
        /// The standard deviation.
        deviation: Delay,
    },
    /// With a long tail. Written `lognormal:20ms,2s` or `p50=20ms,p99=2s`.
    LogNormal {
        /// Half of them are shorter. Above zero.
        median: Delay,
        /// 99 % of them are shorter. Not below the median.
        p99: Delay,
    },
}

/// Why a text is no latency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "must be 50ms, uniform:10ms..50ms, normal:50ms,10ms (mean, standard deviation), \
     lognormal:20ms,2s (median, 99th percentile) or p50=20ms,p99=2s"
)]
pub struct BadLatency;

impl Latency {
    /// Answers take no time of their own.
    pub const NONE: Self = Self::Fixed(Delay::ZERO);

    /// The time that belongs to two numbers drawn evenly.
    fn at(self, (first, second): (u64, u64)) -> Duration {
        let secs = match self {
            Self::Fixed(delay) => return delay.duration(),
            Self::Uniform { least, most } => {
                let (least, most) = (secs(least), secs(most));
                least + (most - least) * fraction(first)
            }
            Self::Normal { mean, deviation } => {
                secs(mean) + secs(deviation) * deviations(first, second)
            }
            Self::LogNormal { median, p99 } => {
                let deviation = (secs(p99) / secs(median)).ln() / P99_DEVIATIONS;
                secs(median) * (deviation * deviations(first, second)).exp()
            }
        };
        let secs = secs.clamp(0.0, DELAY_MAX.as_secs_f64());
        // Whole microseconds, as instants are.
        Duration::from_micros((secs * 1_000_000.0) as u64)
    }
}

fn secs(delay: Delay) -> f64 {
    delay.duration().as_secs_f64()
}

/// How many standard deviations from the mean (Box and Muller 1958).
fn deviations(first: u64, second: u64) -> f64 {
    let (first, second) = (fraction(first), fraction(second));
    (-2.0 * (1.0 - first).ln()).sqrt() * (std::f64::consts::TAU * second).cos()
}

impl FromStr for Latency {
    type Err = BadLatency;

    fn from_str(text: &str) -> Result<Self, BadLatency> {
        let delay = |text: &str| text.parse::<Delay>().map_err(|_bad| BadLatency);
        let two = |text: &str, between: &str| {
            let (one, other) = text.split_once(between).ok_or(BadLatency)?;
            Ok((delay(one)?, delay(other)?))
        };
        if let Some(rest) = text.strip_prefix("uniform:") {
            let (least, most) = two(rest, "..")?;
            return if least <= most { Ok(Self::Uniform { least, most }) } else { Err(BadLatency) };
        }
        if let Some(rest) = text.strip_prefix("normal:") {
            let (mean, deviation) = two(rest, ",")?;
            return Ok(Self::Normal { mean, deviation });
        }
        let tail = text.strip_prefix("lognormal:").map(|rest| two(rest, ","));
        let tail = tail.or_else(|| text.strip_prefix("p50=").map(|rest| two(rest, ",p99=")));
        match tail {
            None => delay(text).map(Self::Fixed),
            Some(tail) => {
                let (median, p99) = tail?;
                let right = Delay::ZERO < median && median <= p99;
                if right { Ok(Self::LogNormal { median, p99 }) } else { Err(BadLatency) }
            }
        }
    }
}

/// Draws the latency of one call after the other.
#[derive(Debug)]
pub(super) struct Latencies {
    latency: Latency,
    seed: u64,
    /// How often a method was called for a key. Grows as the book does: with each key.
    calls: Mutex<HashMap<(&'static str, Arc<str>), u64>>,
}

impl Latencies {
    pub(super) fn new(latency: Latency, seed: u64) -> Self {
        Self { latency, seed, calls: Mutex::default() }
    }

    /// How long the answer to a call takes that arrives now.
    pub(super) fn next(&self, method: &'static str, payout_key: &Arc<str>) -> Duration {
        if let Latency::Fixed(delay) = self.latency {
            return delay.duration();
        }
        let mut calls = self.calls.lock().expect("nothing that holds the calls panics");
        let number = calls.entry((method, Arc::clone(payout_key))).or_default();
        *number += 1;
        let drawn = draw(self.seed, &["latency", method, payout_key, &number.to_string()]);
        self.latency.at(drawn)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is drawn for many keys, in milliseconds, sorted.
    fn drawn(spec: &str) -> Vec<f64> {
        let latencies = Latencies::new(spec.parse().unwrap(), 7);
        let keys = (0..10_000).map(|number| Arc::from(format!("key-{number}")));
        let mut drawn: Vec<f64> =
            keys.map(|key| latencies.next("Get", &key).as_secs_f64() * 1_000.0).collect();
        drawn.sort_by(f64::total_cmp);
        drawn
    }

    #[test]
    fn the_same_calls_take_the_same_times_again_in_any_order_of_keys() {
        let spec: Latency = "uniform:0ms..10s".parse().unwrap();
        let keys: Vec<Arc<str>> =
            (0..100).map(|number| Arc::from(format!("key-{number}"))).collect();
        let take = |latencies: &Latencies, key| {
            [latencies.next("Submit", key), latencies.next("Get", key), latencies.next("Get", key)]
        };
        let one = Latencies::new(spec, 7);
        let forth: Vec<_> = keys.iter().map(|key| take(&one, key)).collect();
        let again = Latencies::new(spec, 7);
        let mut back: Vec<_> = keys.iter().rev().map(|key| take(&again, key)).collect();
        back.reverse();
        assert_eq!(forth, back);
        assert!(forth.iter().all(|[submit, first, second]| submit != first && first != second));
        let other = Latencies::new(spec, 8);
        assert_ne!(take(&other, &keys[0]), forth[0]);
    }

    #[test]
    fn times_are_distributed_as_they_are_said_to_be() {
        assert!(drawn("50ms").iter().all(|ms| *ms == 50.0));
        let uniform = drawn("uniform:10ms..50ms");
        assert!(uniform[0] >= 10.0 && uniform[9_999] <= 50.0);
        assert!((29.0..31.0).contains(&uniform[5_000]), "{}", uniform[5_000]);
        let normal = drawn("normal:50ms,10ms");
        assert!((49.0..51.0).contains(&normal[5_000]), "{}", normal[5_000]);
        assert!((59.0..61.0).contains(&normal[8_413]), "{}", normal[8_413]);
        assert!(drawn("normal:1ms,10ms")[0] == 0.0);
        for tail in ["lognormal:20ms,2s", "p50=20ms,p99=2s"] {
            let tail = drawn(tail);
            assert!((18.0..22.0).contains(&tail[5_000]), "{}", tail[5_000]);
            assert!((1_600.0..2_500.0).contains(&tail[9_900]), "{}", tail[9_900]);
        }
    }

    #[test]
    fn no_time_is_longer_than_the_longest() {
        let longest = drawn("p50=1h,p99=24h")[9_999];
        assert!(longest == DELAY_MAX.as_secs_f64() * 1_000.0, "{longest}");
    }

    #[test]
    fn what_is_no_latency_is_refused() {
        for wrong in [
            "",
            "50",
            "uniform:50ms",
            "uniform:50ms..10ms",
            "uniform:10ms..25h",
            "normal:50ms",
            "lognormal:0ms,2s",
            "lognormal:2s,1s",
            "p50=20ms",
            "p50=20ms,p95=2s",
            "gamma:1s,2s",
        ] {
            assert_eq!(wrong.parse::<Latency>(), Err(BadLatency), "{wrong}");
        }
    }
}
