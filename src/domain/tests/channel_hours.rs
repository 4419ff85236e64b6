//! When channels are open, when they open and when they close.

use std::collections::BTreeSet;

use chrono::{DateTime, Duration, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use strum::VariantArray;

use super::properties::settings;
use super::support::{ZONE, at, microsecond};
use crate::domain::channel::hours::{Calendar, Hours, OpenDays};

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn hours(days: OpenDays, opens: &str, closes: &str) -> Hours {
    let minute = |text: &str| {
        let (hour, minute) = text.split_once(':').unwrap();
        hour.parse::<i64>().unwrap() * 60 + minute.parse::<i64>().unwrap()
    };
    Hours { days, opens_minute: minute(opens), closes_minute: minute(closes) }
}

/// CH-LARGE of the demonstration data.
fn large() -> Vec<Hours> {
    vec![hours(OpenDays::BusinessDays, "08:30", "17:15")]
}

/// Qingming 2026: Sunday 5 April, off on Monday 6 April.
fn qingming() -> BTreeSet<NaiveDate> {
    [day("2026-04-05"), day("2026-04-06")].into()
}

/// The instant at which a clock shows it for the first time.
fn shown(zone: Tz, text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").unwrap();
    zone.from_local_datetime(&local).earliest().unwrap().with_timezone(&Utc)
}

#[test]
fn business_days_are_monday_to_friday_without_holidays() {
    let holidays = qingming();
    let calendar = Calendar { zone: ZONE, holidays: &holidays };
    let table = [
        ("2026-04-03", true),
        ("2026-04-04", false),
        ("2026-04-05", false),
        ("2026-04-06", false),
        ("2026-04-07", true),
    ];
    for (text, expected) in table {
        assert_eq!(calendar.is_business_day(day(text)), expected, "{text}");
    }
}

#[test]
fn opening_and_closing_are_exact_and_skip_days_off() {
    let holidays = qingming();
    let calendar = Calendar { zone: ZONE, holidays: &holidays };
    let table = [
        // now, opening, closing
        ("2026-04-02 08:29:59.999999", "2026-04-02 08:30:00", "2026-04-02 08:29:59.999999"),
        ("2026-04-02 08:30:00", "2026-04-02 08:30:00", "2026-04-02 17:15:00"),
        ("2026-04-02 17:14:59.999999", "2026-04-02 17:14:59.999999", "2026-04-02 17:15:00"),
        ("2026-04-02 17:15:00", "2026-04-03 08:30:00", "2026-04-02 17:15:00"),
        ("2026-04-03 17:15:00", "2026-04-07 08:30:00", "2026-04-03 17:15:00"),
        ("2026-04-05 12:00:00", "2026-04-07 08:30:00", "2026-04-05 12:00:00"),
        ("2026-04-06 23:59:59", "2026-04-07 08:30:00", "2026-04-06 23:59:59"),
    ];
    for (now, opening, closing) in table {
        let (now, opening, closing) = (at(now), at(opening), at(closing));
        assert_eq!(calendar.is_open(&large(), now), opening == now, "{now}");
        assert_eq!(calendar.opening(&large(), now), Some(opening), "{now}");
        assert_eq!(calendar.closing(&large(), now), Some(closing), "{now}");
    }
}

#[test]
fn without_hours_it_is_always_open() {
    let holidays = BTreeSet::new();
    let calendar = Calendar { zone: ZONE, holidays: &holidays };
    let now = at("2026-04-05 03:00:00");
    assert!(calendar.is_open(&[], now));
    assert_eq!((calendar.opening(&[], now), calendar.closing(&[], now)), (Some(now), None));
    let whole = [hours(OpenDays::EveryDay, "0:00", "24:00")];
    assert!(calendar.is_open(&whole, now));
    assert_eq!((calendar.opening(&whole, now), calendar.closing(&whole, now)), (Some(now), None));
    // Business days and the others are all days.
    let both = [OpenDays::BusinessDays, OpenDays::RestDays].map(|one| hours(one, "0:00", "24:00"));
    assert_eq!(calendar.closing(&both, now), None);
}

#[test]
fn one_that_is_closed_for_half_an_hour_closes_at_midnight_only() {
    let holidays = BTreeSet::new();
    let calendar = Calendar { zone: ZONE, holidays: &holidays };
    let card = [hours(OpenDays::EveryDay, "0:30", "24:00")];
    let (midnight, half_past) = (at("2026-04-05 00:00:00"), at("2026-04-05 00:30:00"));
    assert!(calendar.is_open(&card, midnight - microsecond()));
    assert!(!calendar.is_open(&card, midnight));
    assert_eq!(calendar.opening(&card, midnight), Some(half_past));
    assert_eq!(calendar.closing(&card, half_past), Some(midnight + Duration::days(1)));
}

#[test]
fn hours_over_midnight_belong_to_the_day_on_which_they_open() {
    let holidays = qingming();
    let calendar = Calendar { zone: ZONE, holidays: &holidays };
    let night = [hours(OpenDays::BusinessDays, "22:00", "02:00")];
    // Friday night goes on into Saturday; Sunday night is none.
    assert!(calendar.is_open(&night, at("2026-04-04 01:59:59")));
    assert!(!calendar.is_open(&night, at("2026-04-04 02:00:00")));
    assert!(!calendar.is_open(&night, at("2026-04-05 22:00:00")));
    assert!(!calendar.is_open(&night, at("2026-04-07 01:00:00")));
    let (opens, closes) = (at("2026-04-07 22:00:00"), at("2026-04-08 02:00:00"));
    assert_eq!(calendar.opening(&night, at("2026-04-04 02:00:00")), Some(opens));
    assert_eq!(calendar.closing(&night, opens), Some(closes));
    assert_eq!(
        calendar.opening(&night, at("2026-04-08 00:30:00")),
        Some(at("2026-04-08 00:30:00"))
    );
}

#[test]
fn hours_that_touch_or_overlap_are_one() {
    let holidays = BTreeSet::new();
    let calendar = Calendar { zone: ZONE, holidays: &holidays };
    let shifts = [
        hours(OpenDays::EveryDay, "20:00", "04:00"),
        hours(OpenDays::EveryDay, "04:00", "08:00"),
        hours(OpenDays::RestDays, "07:00", "09:00"),
    ];
    // Saturday, then Monday.
    let night = at("2026-04-03 21:00:00");
    assert_eq!(calendar.closing(&shifts, night), Some(at("2026-04-04 09:00:00")));
    let night = at("2026-04-05 21:00:00");
    assert_eq!(calendar.closing(&shifts, night), Some(at("2026-04-06 08:00:00")));
}

#[test]
fn one_that_never_opens_is_not_looked_for_for_ever() {
    let now = at("2026-04-01 12:00:00");
    let days_off = |count: i64| -> BTreeSet<_> {
        (0..count).map(|ahead| day("2026-04-01") + Duration::days(ahead)).collect()
    };
    for (off, opens) in [(380, Some(at("2027-04-16 08:30:00"))), (600, None)] {
        let holidays = days_off(off);
        let calendar = Calendar { zone: ZONE, holidays: &holidays };
        assert_eq!(calendar.opening(&large(), now), opens, "{off}");
    }
}

#[test]
fn where_the_clock_skips_an_opening_it_opens_after_the_gap() {
    let holidays = BTreeSet::new();
    let table = [
        // 02:00 to 03:00 does not exist.
        (chrono_tz::Europe::Berlin, "2026-03-29 01:00", "02:30", "05:00", "2026-03-29 03:00"),
        // Midnight does not exist.
        (chrono_tz::America::Sao_Paulo, "2018-11-03 23:00", "0:00", "02:00", "2018-11-04 01:00"),
        // The whole of 30 December does not exist: it opens and closes at the same instant.
        (chrono_tz::Pacific::Apia, "2011-12-29 23:30", "10:00", "23:00", "2011-12-31 10:00"),
    ];
    for (zone, now, opens, closes, expected) in table {
        let calendar = Calendar { zone, holidays: &holidays };
        let day = [hours(OpenDays::EveryDay, opens, closes)];
        let opening = calendar.opening(&day, shown(zone, now)).unwrap();
        assert_eq!(opening, shown(zone, expected), "{zone}");
    }
    let zone = chrono_tz::Europe::Berlin;
    let calendar = Calendar { zone, holidays: &holidays };
    let in_gap = [hours(OpenDays::EveryDay, "02:15", "02:45")];
    let next = shown(zone, "2026-03-30 02:15");
    assert_eq!(calendar.opening(&in_gap, shown(zone, "2026-03-29 00:00")), Some(next));
    let closes_in_gap = [hours(OpenDays::EveryDay, "00:00", "02:30")];
    let closing = calendar.closing(&closes_in_gap, shown(zone, "2026-03-29 01:00"));
    assert_eq!(closing, Some(shown(zone, "2026-03-29 03:00")));
}

#[test]
fn where_the_clock_shows_a_time_twice_the_first_counts() {
    let holidays = BTreeSet::new();
    let zone = chrono_tz::Europe::Berlin;
    let calendar = Calendar { zone, holidays: &holidays };
    let early = [hours(OpenDays::EveryDay, "02:15", "02:45")];
    let first = shown(zone, "2026-10-25 02:15");
    assert_eq!(calendar.opening(&early, shown(zone, "2026-10-25 00:00")), Some(first));
    assert_eq!(calendar.closing(&early, first), Some(first + Duration::minutes(30)));
    assert!(!calendar.is_open(&early, first + Duration::hours(1)));
    // The day of 25 hours is open for all of them.
    let whole = [hours(OpenDays::EveryDay, "0:30", "24:00")];
    let opens = shown(zone, "2026-10-25 00:30");
    assert_eq!(calendar.closing(&whole, opens), Some(opens + Duration::minutes(24 * 60 + 30)));
}

fn any_hours() -> impl Strategy<Value = Vec<Hours>> {
    let days = prop::sample::select(OpenDays::VARIANTS);
    let one = (days, 0..1_440_i64, 1..=1_440_i64);
    let one = one.prop_filter("not empty", |(_, opens, closes)| opens != closes);
    let one = one.prop_map(|(days, opens_minute, closes_minute)| Hours {
        days,
        opens_minute,
        closes_minute,
    });
    prop::collection::vec(one, 1..4)
}

proptest! {
    #![proptest_config(settings())]

    /// Against a walk minute by minute, over both changes of summer time.
    #[test]
    fn it_opens_and_closes_where_a_walk_finds_it(
        hours in any_hours(),
        change in prop::sample::select(&["2026-03-27 12:00", "2026-10-23 12:00"]),
        minutes in 0..4_320_i64,
    ) {
        let holidays = [day("2026-03-30"), day("2026-10-26")].into();
        let zone = chrono_tz::Europe::Berlin;
        let calendar = Calendar { zone, holidays: &holidays };
        let now = shown(zone, change) + Duration::minutes(minutes);
        let walk = || (0..3 * 1_440).map(|step| now + Duration::minutes(step));
        let end = now + Duration::days(3);
        let opening = calendar.opening(&hours, now).filter(|opening| *opening < end);
        prop_assert_eq!(opening, walk().find(|minute| calendar.is_open(&hours, *minute)));
        let closing = calendar.closing(&hours, now).filter(|closing| *closing < end);
        prop_assert_eq!(closing, walk().find(|minute| !calendar.is_open(&hours, *minute)));
    }
}
