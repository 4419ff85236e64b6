//! How counts are kept and read: summed by hour, day and month, and each of those over all banks and
//! bands, by bank, by band, and by both. A question takes the sums that fit it: months in the middle of
//! its window, days and hours at its edges.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

use super::counting::hour_of;
use super::tally::{Counted, Tally};
use crate::domain::id::ChannelId;
use crate::domain::money::{Currency, Minor};
use crate::domain::terms;

/// Over how long sums run.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Grain {
    /// An hour.
    Hour,
    /// A day of the bank's zone: the hours that begin in it.
    Day,
    /// A month of such days.
    Month,
}

/// By what sums are split besides the channel.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    IntoStaticStr,
    EnumString,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Cut {
    /// By nothing.
    Channel,
    /// By the payee's bank.
    Bank,
    /// By the band of amounts.
    Band,
    /// By both.
    Both,
}

impl Cut {
    /// The cut that has what is split or asked for, and no more.
    pub fn with(bank: bool, band: bool) -> Self {
        match (bank, band) {
            (false, false) => Self::Channel,
            (true, false) => Self::Bank,
            (false, true) => Self::Band,
            (true, true) => Self::Both,
        }
    }

    /// Whether banks are told apart.
    pub fn by_bank(self) -> bool {
        matches!(self, Self::Bank | Self::Both)
    }

    /// Whether bands are told apart.
    pub fn by_band(self) -> bool {
        matches!(self, Self::Band | Self::Both)
    }
}

/// A row of `channel_rollup`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Rollup {
    /// Over how long it runs.
    pub grain: Grain,
    /// By what it is split.
    pub cut: Cut,
    /// The channel.
    pub channel_id: ChannelId,
    /// Where its time begins.
    pub start_time: DateTime<Utc>,
    /// The payee's bank; empty = all.
    pub bank_code: String,
    /// The band of amounts; empty = all.
    pub band: String,
    /// The currency.
    #[serde(rename = "currency_code")]
    pub currency: Code,
    /// What is counted.
    pub counted: Counted,
    /// A reason, or a span of time; empty = none.
    pub detail: String,
    /// How many.
    pub count: i64,
    /// Their amounts, minor units.
    pub amount_minor: Minor,
}

/// A currency by its code, so that rows sort.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Code(String);

impl From<Currency> for Code {
    fn from(currency: Currency) -> Self {
        Self(currency.code().to_owned())
    }
}

const GRAINS: [Grain; 3] = [Grain::Hour, Grain::Day, Grain::Month];
const CUTS: [Cut; 4] = [Cut::Channel, Cut::Bank, Cut::Band, Cut::Both];

/// Sums of tallies, one row for each key, in the order of keys.
pub fn sums(tallies: &[Tally], zone: Tz) -> Vec<Rollup> {
    let mut rows: Vec<Rollup> = Vec::new();
    for tally in tallies {
        let band: &'static str = tally.band.into();
        for (grain, cut) in GRAINS.into_iter().flat_map(|grain| CUTS.map(|cut| (grain, cut))) {
            rows.push(Rollup {
                grain,
                cut,
                channel_id: tally.channel_id.clone(),
                start_time: start_of(grain, tally.hour, zone),
                bank_code: if cut.by_bank() { tally.bank_code.clone() } else { String::new() },
                band: if cut.by_band() { band.to_owned() } else { String::new() },
                currency: tally.currency_code.into(),
                counted: tally.counted,
                detail: tally.detail.clone(),
                count: tally.count,
                amount_minor: tally.amount_minor,
            });
        }
    }
    rows.sort();
    rows.dedup_by(|next, kept| {
        let same = same_key(kept, next);
        if same {
            kept.count = kept.count.saturating_add(next.count);
            kept.amount_minor = kept.amount_minor.saturating_add(next.amount_minor);
        }
        same
    });
    rows
}

fn same_key(a: &Rollup, b: &Rollup) -> bool {
    let keyed = |row: &Rollup| Rollup { count: 0, amount_minor: 0, ..row.clone() };
    keyed(a) == keyed(b)
}

/// Where the hour, day or month begins in which this hour begins.
pub fn start_of(grain: Grain, hour: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let day = terms::local_day(hour, zone);
    let first = match grain {
        Grain::Hour => return hour,
        Grain::Day => Some(day),
        Grain::Month => day.with_day(1),
    };
    first.and_then(|first| terms::day_start(first, zone)).map_or(hour, up_to_hour)
}

/// Where the next day or month begins.
fn next_start(grain: Grain, start: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    let day = terms::local_day(start, zone);
    let next = match grain {
        Grain::Hour => return start.checked_add_signed(TimeDelta::hours(1)).unwrap_or(start),
        Grain::Day => day.succ_opt(),
        Grain::Month => {
            day.with_day(1).and_then(|first| first.checked_add_months(chrono::Months::new(1)))
        }
    };
    next.and_then(|next| terms::day_start(next, zone)).map_or(start, up_to_hour)
}

/// An instant, rounded up to an hour.
pub fn up_to_hour(at: DateTime<Utc>) -> DateTime<Utc> {
    let hour = hour_of(at);
    if hour == at { at } else { hour.checked_add_signed(TimeDelta::hours(1)).unwrap_or(hour) }
}

/// A part of a window, read from sums of one grain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which sums.
    pub grain: Grain,
    /// From here on,
    pub start: DateTime<Utc>,
    /// and before here.
    pub end: DateTime<Utc>,
}

/// How a window of whole hours is read with as few sums as can be: the coarsest first, at most
/// `coarsest`. The parts touch and cover it.
pub fn parts((start, end): (DateTime<Utc>, DateTime<Utc>), coarsest: Grain, zone: Tz) -> Vec<Part> {
    if start >= end {
        return Vec::new();
    }
    let finer = match coarsest {
        Grain::Hour => return vec![Part { grain: Grain::Hour, start, end }],
        Grain::Day => Grain::Hour,
        Grain::Month => Grain::Day,
    };
    let begins = start_of(coarsest, start, zone);
    let first = if begins == start { start } else { next_start(coarsest, start, zone) };
    let last = start_of(coarsest, end, zone);
    if first >= last {
        return parts((start, end), finer, zone);
    }
    let mut found = parts((start, first), finer, zone);
    found.push(Part { grain: coarsest, start: first, end: last });
    found.extend(parts((last, end), finer, zone));
    found
}
