//! What statistics count, how sums are kept, and what statements cover.

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::domain::money::Currency;
use crate::domain::payout::rollup::{Grain, Part, parts, start_of, up_to_hour};
use crate::domain::payout::settle_time::{end, percentile, step};
use crate::domain::payout::tally::AmountBand;

const ZONES: [Tz; 4] =
    [Tz::Asia__Shanghai, Tz::Asia__Kolkata, Tz::Europe__Berlin, Tz::America__St_Johns];

fn hour(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn a_span_lies_within_a_tenth_below_the_end_of_its_step() {
    for ms in (0..2_000).chain((11..37).map(|power| (1_i64 << power) + 7)) {
        let end = end(&step(TimeDelta::milliseconds(ms))).unwrap().num_milliseconds();
        // Below ten milliseconds steps are of one.
        let within = (end - ms) * 10 <= ms || end - ms <= 1;
        assert!(end >= ms && (within || ms > 30_000_000_000), "{ms} {end}");
    }
    assert_eq!(end("b9999"), None);
    assert_eq!(end("x1"), None);
    assert_eq!(step(TimeDelta::days(100_000)), "b255");
}

#[test]
fn percentiles_are_those_of_the_list() {
    let spans = [(5, 50), (1, 40), (9, 9), (20, 1)].map(|(s, n)| (TimeDelta::seconds(s), n));
    let seconds = |percent| percentile(&spans, percent).map(|span| span.num_seconds());
    let expected = [Some(1), Some(5), Some(9), Some(9), Some(20)];
    assert_eq!([40, 50, 95, 99, 100].map(seconds), expected);
    assert_eq!(percentile(&[], 50), None);
}

#[test]
fn bands_are_of_major_units() {
    let band = |minor, code| AmountBand::of(minor, Currency::from_code(code).unwrap());
    assert_eq!(band(99_999, "CNY"), AmountBand::Below1k);
    assert_eq!(band(100_000, "CNY"), AmountBand::From1k);
    assert_eq!(band(1_000, "JPY"), AmountBand::From1k);
    assert_eq!(band(999_999, "KWD"), AmountBand::Below1k);
    assert_eq!(band(10_000_000, "JPY"), AmountBand::From1m);
}

#[test]
fn parts_touch_cover_the_window_and_begin_where_sums_do() {
    let beginnings =
        ["2026-01-31T15:00:00Z", "2026-02-28T16:00:00Z", "2026-03-28T22:00:00Z"].map(hour);
    for zone in ZONES {
        for start in beginnings {
            for hours in [1, 5, 23, 24, 25, 49, 700, 745, 2_000, 9_600] {
                let end = start + TimeDelta::hours(hours);
                for coarsest in [Grain::Hour, Grain::Day, Grain::Month] {
                    let found = parts((start, end), coarsest, zone);
                    let mut at = start;
                    for Part { grain, start, end } in found {
                        assert_eq!(start, at, "{zone} {hours}");
                        assert_eq!(start_of(grain, start, zone), start, "{zone} {grain:?}");
                        assert!(end > start && grain <= coarsest);
                        at = end;
                    }
                    assert_eq!(at, end, "{zone} {hours} {coarsest:?}");
                }
            }
        }
    }
}

#[test]
fn a_long_window_is_read_from_few_sums() {
    let (start, end) = (hour("2025-02-03T05:00:00Z"), hour("2026-03-10T02:00:00Z"));
    let found = parts((start, end), Grain::Month, Tz::Asia__Shanghai);
    let sums: i64 = found
        .iter()
        .map(|part| {
            let hours = (part.end - part.start).num_hours();
            match part.grain {
                Grain::Hour => hours,
                Grain::Day => hours / 24,
                Grain::Month => hours / (24 * 28),
            }
        })
        .sum();
    assert!(sums < 100, "{sums} {found:?}");
}

#[test]
fn an_instant_is_rounded_up_to_its_hour() {
    assert_eq!(up_to_hour(hour("2026-03-10T02:00:00Z")), hour("2026-03-10T02:00:00Z"));
    assert_eq!(up_to_hour(hour("2026-03-10T02:00:00.000001Z")), hour("2026-03-10T03:00:00Z"));
}
