//! When a channel is open: hours of the local day, on all days, on business days or on the others.
//!
//! Hours are what the clock on the bank's wall shows. Where it is put forward over an opening or a
//! closing, that happens at the first instant after; where it shows a time twice, at the first.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::{GapInfo, Tz};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::terms::local_day;

/// How many days ahead an opening is looked for: longer than the longest row of days off.
const AHEAD_DAYS: u64 = 400;

/// On which days hours hold. For hours over midnight the day is that on which they open.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum OpenDays {
    /// On every day.
    EveryDay,
    /// Monday to Friday without the bank's holidays.
    BusinessDays,
    /// On the days that are not business days: Saturdays, Sundays and the bank's holidays.
    RestDays,
}

/// One stretch of time in which a channel is open, in minutes of the day in the bank's zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hours {
    /// On which days.
    pub days: OpenDays,
    /// The first minute, 0 to 1,439.
    pub opens_minute: i64,
    /// The minute at which it is closed again, 1 to 1,440, which is the end of the day. One before
    /// `opens_minute` is on the day after.
    pub closes_minute: i64,
}

/// The bank's days.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'a> {
    /// The zone of its clock.
    pub zone: Tz,
    /// Days of the week on which it doesn't work.
    pub holidays: &'a BTreeSet<NaiveDate>,
}

/// From the first instant to the second, which doesn't belong to it.
type Span = (DateTime<Utc>, DateTime<Utc>);

impl Calendar<'_> {
    /// Whether it is Monday to Friday and no holiday.
    pub fn is_business_day(self, day: NaiveDate) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
        !weekend && !self.holidays.contains(&day)
    }

    fn has(self, days: OpenDays, day: NaiveDate) -> bool {
        match days {
            OpenDays::EveryDay => true,
            OpenDays::BusinessDays => self.is_business_day(day),
            OpenDays::RestDays => !self.is_business_day(day),
        }
    }

    /// The first instant at which the clock shows so many minutes after the midnight with which a
    /// day begins, or more.
    fn instant(self, day: NaiveDate, minute: i64) -> Option<DateTime<Utc>> {
        let midnight = day.and_time(NaiveTime::MIN);
        let local = midnight.checked_add_signed(TimeDelta::try_minutes(minute)?)?;
        let shown = self.zone.from_local_datetime(&local).earliest();
        let at = shown.or_else(|| GapInfo::new(&local, &self.zone)?.end)?;
        Some(at.with_timezone(&Utc))
    }

    /// The stretch of the hours that opens on a day.
    fn span(self, hours: &Hours, day: NaiveDate) -> Option<Span> {
        if !self.has(hours.days, day) {
            return None;
        }
        let over_midnight = hours.closes_minute < hours.opens_minute;
        let last_day = if over_midnight { day.succ_opt()? } else { day };
        let opens = self.instant(day, hours.opens_minute)?;
        let closes = self.instant(last_day, hours.closes_minute)?;
        (opens < closes).then_some((opens, closes))
    }

    /// The stretches that may hold an instant: of its day, the one before and, for zones that put
    /// the clock back over midnight, the one after.
    fn spans_around(self, hours: &[Hours], at: DateTime<Utc>) -> impl Iterator<Item = Span> {
        let today = local_day(at, self.zone);
        let days = [today.pred_opt(), Some(today), today.succ_opt()].into_iter().flatten();
        days.flat_map(move |day| hours.iter().filter_map(move |one| self.span(one, day)))
    }

    /// Whether hours are open at an instant. No hours are always open.
    pub fn is_open(self, hours: &[Hours], at: DateTime<Utc>) -> bool {
        hours.is_empty()
            || self.spans_around(hours, at).any(|(opens, closes)| opens <= at && at < closes)
    }

    /// The first instant from `at` on at which hours are open: `at` itself when they are. `None`
    /// when they don't open within 400 days.
    pub fn opening(self, hours: &[Hours], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if hours.is_empty() {
            return Some(at);
        }
        let first = local_day(at, self.zone).pred_opt()?;
        // What opens on a day opens before everything that opens on a later one.
        (0..=AHEAD_DAYS.saturating_add(1))
            .filter_map(|ahead| first.checked_add_days(Days::new(ahead)))
            .find_map(|day| {
                let spans = hours.iter().filter_map(|one| self.span(one, day));
                let coming = spans.filter(|(_, closes)| at < *closes);
                coming.map(|(opens, _)| opens.max(at)).min()
            })
    }

    /// The first instant from `at` on at which hours are closed: `at` itself when they are. `None`
    /// when they don't close within 400 days.
    pub fn closing(self, hours: &[Hours], at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        if hours.is_empty() {
            return None;
        }
        let limit = at.checked_add_days(Days::new(AHEAD_DAYS))?;
        let mut open_until = at;
        while open_until <= limit {
            let around = self.spans_around(hours, open_until);
            let on = around.filter(|(opens, closes)| *opens <= open_until && open_until < *closes);
            match on.map(|(_, closes)| closes).max() {
                Some(closes) => open_until = closes,
                None => return Some(open_until),
            }
        }
        None
    }
}
