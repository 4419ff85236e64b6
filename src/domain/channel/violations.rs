//! What can't be in a channel's row, whoever sets it.

use std::collections::BTreeSet;

use super::hours::Hours;
use super::{Channel, MoneyRange, PROMISE_MAX_SECS};
use crate::domain::refusal::Violation;

/// The most ranges of a channel.
const RANGES_MAX: usize = 50;
/// The most banks in each of its lists.
const BANKS_MAX: usize = 1_000;
/// The most stretches of hours of a channel.
const HOURS_MAX: usize = 50;
/// The end of the day, in minutes.
const DAY_MINUTES: i64 = 1_440;

/// Where the entries of a row's lists stood in what was sent: what could not be read is not in the row.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// Of each of its ranges.
    pub ranges: Vec<usize>,
    /// Of each of its hours.
    pub hours: Vec<usize>,
}

impl Channel {
    /// What can't be in it, by the fields of the contract. The URL is not looked at.
    pub fn violations(&self, places: &Places) -> Vec<Violation> {
        let mut found = Vec::new();
        at_least_one(&mut found, "priority", Some(self.priority));
        at_least_one(&mut found, "daily_count", self.daily_count);
        at_least_one(&mut found, "in_flight_max", self.in_flight_max);
        if let Some(secs) = self.promise_secs {
            within(&mut found, "promise", secs, (1, PROMISE_MAX_SECS));
        }
        within(&mut found, "min_success_permille", self.min_success_permille, (0, 1_000));
        within(&mut found, "slow", self.slow_ms, (1, 60_000));
        within(&mut found, "probe_interval", self.probe_secs, (5, 3_600));
        at_most(&mut found, "ranges", self.ranges.len(), RANGES_MAX);
        at_most(&mut found, "bank_codes", self.bank_codes.len(), BANKS_MAX);
        at_most(&mut found, "refused_bank_codes", self.refused_bank_codes.len(), BANKS_MAX);
        at_most(&mut found, "hours", self.hours.len(), HOURS_MAX);
        let mut seen = BTreeSet::new();
        for (index, range) in places.ranges.iter().zip(&self.ranges) {
            let at = format!("ranges[{index}]");
            if !seen.insert(range.currency) {
                let text = "is the currency of another range";
                found.push(Violation::new(format!("{at}.currency_code"), text));
            }
            range.violations(&at, &mut found);
        }
        for (index, hours) in places.hours.iter().zip(&self.hours) {
            hours.violations(&format!("hours[{index}]"), &mut found);
        }
        found
    }
}

impl MoneyRange {
    fn violations(&self, at: &str, found: &mut Vec<Violation>) {
        at_least_one(found, &format!("{at}.min_amount"), self.min_minor);
        at_least_one(found, &format!("{at}.max_amount"), self.max_minor);
        at_least_one(found, &format!("{at}.daily_amount"), self.daily_minor);
        if self.float_minor.is_some_and(|float| float < 0) {
            found.push(Violation::new(format!("{at}.float_amount"), "is below zero"));
        }
        if let (Some(min), Some(max)) = (self.min_minor, self.max_minor)
            && min > max
        {
            found.push(Violation::new(format!("{at}.max_amount"), "is below min_amount"));
        }
    }
}

impl Hours {
    fn violations(&self, at: &str, found: &mut Vec<Violation>) {
        let (opens, closes) = (format!("{at}.opens"), format!("{at}.closes"));
        within(found, &opens, self.opens_minute, (0, DAY_MINUTES.saturating_sub(1)));
        within(found, &closes, self.closes_minute, (1, DAY_MINUTES));
        if self.opens_minute == self.closes_minute {
            let text = "equals opens; a whole day is 00:00 to 24:00";
            found.push(Violation::new(closes, text));
        }
    }
}

fn at_least_one(found: &mut Vec<Violation>, field: &str, value: Option<i64>) {
    if value.is_some_and(|value| value < 1) {
        found.push(Violation::new(field.to_owned(), "must be above zero"));
    }
}

fn within(found: &mut Vec<Violation>, field: &str, value: i64, (min, max): (i64, i64)) {
    if !(min..=max).contains(&value) {
        found.push(Violation::new(field.to_owned(), format!("must be {min} to {max}")));
    }
}

fn at_most(found: &mut Vec<Violation>, field: &str, count: usize, max: usize) {
    if count > max {
        found.push(Violation::new(field.to_owned(), format!("has more than {max} entries")));
    }
}
