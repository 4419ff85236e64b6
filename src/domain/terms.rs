//! Counting of time in law: days, months and years by calendar in the bank's zone, hours to the
//! second.
//!
//! Source: 民法典 (Civil Code) 201–204: the start day is not counted; months and years end on the
//! same-numbered day, else on the month's last day; the last day ends at 24:00. A freeze never
//! rolls over a holiday. Ends are exclusive instants.

use std::collections::BTreeSet;

use chrono::{DateTime, Datelike, Days, Duration, Months, NaiveDate, SubsecRound, TimeZone, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The unit of a term.
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
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum TermUnit {
    /// To the second, from the instant.
    Hours,
    /// Calendar days after the start day.
    Days,
    /// Calendar months.
    Months,
    /// Calendar years.
    Years,
}

/// A length of time as a document states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// How many units; at least 1.
    pub count: u32,
    /// Of which unit.
    pub unit: TermUnit,
}

/// The last year of the calendar: later ones have no place in an answer, and as text don't sort.
const YEAR_MAX: i32 = 9998;

impl Term {
    /// A term of so many hours.
    pub const fn hours(count: u32) -> Self {
        Self { count, unit: TermUnit::Hours }
    }

    /// A term of so many days.
    pub const fn days(count: u32) -> Self {
        Self { count, unit: TermUnit::Days }
    }

    /// A term of so many months.
    pub const fn months(count: u32) -> Self {
        Self { count, unit: TermUnit::Months }
    }

    /// A term of so many years.
    pub const fn years(count: u32) -> Self {
        Self { count, unit: TermUnit::Years }
    }

    /// The exclusive instant at which a term that starts at `start` ends; `None` when it lies
    /// beyond the calendar.
    pub fn end(self, start: DateTime<Utc>, zone: Tz) -> Option<DateTime<Utc>> {
        self.end_after_holidays(start, zone, &BTreeSet::new())
    }

    /// The same for a term that is the customer's to keep: a last day on a holiday moves to the day
    /// after (Civil Code 203). Which days are holidays, weekends included, is the bank's list.
    pub fn end_after_holidays(
        self,
        start: DateTime<Utc>,
        zone: Tz,
        holidays: &BTreeSet<NaiveDate>,
    ) -> Option<DateTime<Utc>> {
        self.counted(start, zone, holidays).filter(|end| end.year() <= YEAR_MAX)
    }

    fn counted(
        self,
        start: DateTime<Utc>,
        zone: Tz,
        holidays: &BTreeSet<NaiveDate>,
    ) -> Option<DateTime<Utc>> {
        if self.unit == TermUnit::Hours {
            return start.checked_add_signed(Duration::try_hours(self.count.into())?);
        }
        let start_day = start.with_timezone(&zone).date_naive();
        let mut last_day = match self.unit {
            TermUnit::Hours | TermUnit::Days => {
                start_day.checked_add_days(Days::new(self.count.into()))?
            }
            TermUnit::Months => start_day.checked_add_months(Months::new(self.count))?,
            TermUnit::Years => {
                start_day.checked_add_months(Months::new(self.count.checked_mul(12)?))?
            }
        };
        while holidays.contains(&last_day) {
            last_day = last_day.succ_opt()?;
        }
        day_end(last_day, zone)
    }
}

/// The exclusive end of a day: midnight of the next one in the zone.
pub fn day_end(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    day_start(day.succ_opt()?, zone)
}

/// The first instant of a day in the zone; where summer time skips midnight, the first instant
/// after the gap.
pub fn day_start(day: NaiveDate, zone: Tz) -> Option<DateTime<Utc>> {
    (0..24)
        .filter_map(|hour| day.and_hms_opt(hour, 0, 0))
        .find_map(|time| zone.from_local_datetime(&time).earliest())
        .map(|time| time.with_timezone(&Utc))
}

/// The last day, inclusive, of something that ends at the exclusive instant `end`.
pub fn last_day(end: DateTime<Utc>, zone: Tz) -> NaiveDate {
    let before = end.checked_sub_signed(Duration::nanoseconds(1)).unwrap_or(end);
    before.with_timezone(&zone).date_naive()
}

/// The local day of an instant.
pub fn local_day(at: DateTime<Utc>, zone: Tz) -> NaiveDate {
    at.with_timezone(&zone).date_naive()
}

/// Years that the service takes in times: what every engine and client can store, in every zone,
/// with a term added.
pub fn within_calendar(at: DateTime<Utc>) -> bool {
    (1900..=9998).contains(&at.year())
}

/// The instant that lies so many seconds and nanoseconds after the start of 1970; `None` outside the
/// calendar. Finer than a microsecond is cut off, because no engine keeps it.
pub fn instant(seconds: i64, nanos: i32) -> Option<DateTime<Utc>> {
    let nanos = u32::try_from(nanos).ok().filter(|nanos| *nanos < 1_000_000_000)?;
    let at = DateTime::from_timestamp(seconds, nanos)?;
    within_calendar(at).then(|| at.trunc_subsecs(6))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ZONE: Tz = chrono_tz::Asia::Shanghai;

    fn at(text: &str) -> DateTime<Utc> {
        let local = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").unwrap();
        ZONE.from_local_datetime(&local).unwrap().with_timezone(&Utc)
    }

    #[test]
    fn terms_end_as_the_civil_code_counts() {
        let table = [
            ("2026-03-10 10:00:00", Term::years(1), "2027-03-11 00:00:00"),
            ("2027-03-10 10:00:00", Term::years(1), "2028-03-11 00:00:00"),
            ("2028-02-29 10:00:00", Term::years(1), "2029-03-01 00:00:00"),
            ("2026-08-31 09:00:00", Term::months(6), "2027-03-01 00:00:00"),
            ("2026-03-10 23:59:59", Term::days(30), "2026-04-10 00:00:00"),
            ("2026-03-10 00:00:00", Term::days(30), "2026-04-10 00:00:00"),
            ("2026-03-18 09:00:00", Term::days(5), "2026-03-24 00:00:00"),
            ("2026-03-10 14:30:00", Term::hours(48), "2026-03-12 14:30:00"),
        ];
        for (start, term, end) in table {
            assert_eq!(term.end(at(start), ZONE), Some(at(end)), "{start} {term:?}");
        }
    }

    #[test]
    fn the_last_day_is_the_day_before_the_exclusive_end() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(last_day(at("2027-03-11 00:00:00"), ZONE), day("2027-03-10"));
        assert_eq!(last_day(at("2026-03-12 14:30:00"), ZONE), day("2026-03-12"));
    }

    #[test]
    fn a_day_begins_after_the_gap_where_summer_time_skips_midnight() {
        let sao_paulo = chrono_tz::America::Sao_Paulo;
        let day = "2018-11-04".parse::<NaiveDate>().unwrap();
        let start = day_start(day, sao_paulo).unwrap();
        assert_eq!(start.with_timezone(&sao_paulo).format("%H:%M").to_string(), "01:00");
    }
}
