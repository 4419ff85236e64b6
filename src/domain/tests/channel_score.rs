//! The score interval against a table that was computed with 60 digits from Wilson's formula.

use proptest::prelude::*;

use super::properties::settings;
use crate::domain::channel::score::{Interval, PPM, wilson};

/// Successes, trials, lower and upper end in parts of a million.
const TABLE: [(i64, i64, i64, i64); 27] = [
    (0, 1, 0, 793_451),
    (1, 1, 206_549, 1_000_000),
    (0, 5, 0, 434_482),
    (1, 5, 36_224, 624_465),
    (5, 5, 565_518, 1_000_000),
    (1, 10, 17_876, 404_150),
    (9, 10, 595_850, 982_124),
    (10, 10, 722_467, 1_000_000),
    (10, 20, 299_298, 700_702),
    (11, 20, 342_085, 741_802),
    (20, 20, 838_875, 1_000_000),
    (0, 100, 0, 36_993),
    (50, 100, 403_832, 596_168),
    (99, 100, 945_514, 998_233),
    (100, 100, 963_007, 1_000_000),
    (974, 1_000, 962_176, 982_196),
    (1_226, 1_240, 981_138, 993_263),
    (1_000, 1_240, 783_529, 827_481),
    (1, 1_000_000, 0, 6),
    (999_999, 1_000_000, 999_994, 1_000_000),
    (500_000, 1_000_000, 499_020, 500_980),
    (12_345_678, 100_000_000, 123_392, 123_521),
    (99_999_999, 100_000_000, 1_000_000, 1_000_000),
    (100_000_000, 100_000_000, 1_000_000, 1_000_000),
    (0, 100_000_000, 0, 0),
    (1, 100_000_000, 0, 0),
    (50_000_000, 100_000_000, 499_902, 500_098),
];

#[test]
fn the_interval_is_wilsons() {
    for (successes, trials, lower_ppm, upper_ppm) in TABLE {
        let found = wilson(successes, trials);
        assert!((found.lower_ppm - lower_ppm).abs() <= 1, "{successes}/{trials}: {found:?}");
        assert!((found.upper_ppm - upper_ppm).abs() <= 1, "{successes}/{trials}: {found:?}");
    }
}

#[test]
fn without_trials_anything_may_be() {
    let anything = Interval { lower_ppm: 0, upper_ppm: PPM };
    for (successes, trials) in [(0, 0), (5, 0), (0, -1), (-1, -1), (i64::MAX, i64::MIN)] {
        assert_eq!(wilson(successes, trials), anything, "{successes}/{trials}");
    }
}

#[test]
fn more_successes_than_trials_are_all_of_them_and_fewer_than_none_are_none() {
    assert_eq!(wilson(11, 10), wilson(10, 10));
    assert_eq!(wilson(-1, 10), wilson(0, 10));
}

#[test]
fn the_largest_counts_have_an_interval() {
    let half = wilson(i64::MAX / 2, i64::MAX);
    assert_eq!(half, Interval { lower_ppm: 500_000, upper_ppm: 500_000 });
    assert_eq!(wilson(i64::MAX, i64::MAX), Interval { lower_ppm: PPM, upper_ppm: PPM });
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn it_holds_the_rate_that_was_seen_and_grows_with_it(
        trials in 1..=100_000_000_i64,
        share in 0..=1_000_000_i64,
    ) {
        let successes = trials * share / 1_000_000;
        let seen = successes * PPM / trials;
        let found = wilson(successes, trials);
        prop_assert!(0 <= found.lower_ppm && found.upper_ppm <= PPM);
        prop_assert!(found.lower_ppm <= seen + 1 && seen <= found.upper_ppm + 1);
        let more = wilson((successes + 1).min(trials), trials);
        prop_assert!(found.lower_ppm <= more.lower_ppm && found.upper_ppm <= more.upper_ppm);
        // What holds for successes holds for failures from the other side.
        let other = wilson(trials - successes, trials);
        prop_assert!((PPM - found.upper_ppm - other.lower_ppm).abs() <= 1);
    }
}
