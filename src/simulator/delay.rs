//! Times to wait, as people write them.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use chrono::{DateTime, Utc};

/// The longest time that a directive or an option may ask for.
pub const DELAY_MAX: Duration = Duration::from_secs(24 * 60 * 60);

/// A time to wait, at most [`DELAY_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Delay(Duration);

/// Why a text is no time to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a number with ms, s, m or h, at most 24h, as in 500ms or 2s")]
pub struct BadDelay;

impl Delay {
    /// No time.
    pub const ZERO: Self = Self(Duration::ZERO);

    /// So many seconds, at most [`DELAY_MAX`].
    pub const fn of_secs(secs: u32) -> Self {
        let max = DELAY_MAX.as_secs();
        let secs = secs as u64;
        Self(Duration::from_secs(if secs > max { max } else { secs }))
    }

    /// The instant that is so much later.
    pub fn from(self, at: DateTime<Utc>) -> DateTime<Utc> {
        at + self.0
    }

    /// As a duration.
    pub fn duration(self) -> Duration {
        self.0
    }
}

impl fmt::Display for Delay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.subsec_millis() {
            0 => write!(f, "{}s", self.0.as_secs()),
            _ => write!(f, "{}ms", self.0.as_millis()),
        }
    }
}

impl FromStr for Delay {
    type Err = BadDelay;

    fn from_str(text: &str) -> Result<Self, BadDelay> {
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let number: u64 = number.parse().map_err(|_error| BadDelay)?;
        let millis_each = match unit {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            _ => return Err(BadDelay),
        };
        let millis = number.checked_mul(millis_each).ok_or(BadDelay)?;
        let delay = Duration::from_millis(millis);
        if delay > DELAY_MAX { Err(BadDelay) } else { Ok(Self(delay)) }
    }
}
