//! Slices of what a channel may carry.

use chrono::TimeDelta;
use proptest::prelude::*;

use super::properties::settings;
use crate::domain::channel::quota::{Lease, LeaseKey, LeaseKind, hoped, slice};
use crate::domain::id::ChannelId;

const ANY: i64 = i64::MAX;

#[test]
fn slices_grow_while_they_are_used_up_at_once_and_shrink_when_they_last() {
    let secs = TimeDelta::seconds;
    assert_eq!(hoped(None, 7), 7);
    assert_eq!(hoped(Some((7, secs(0))), 7), 14);
    assert_eq!(hoped(Some((7, secs(9))), 100), 100);
    assert_eq!(hoped(Some((100, secs(10))), 7), 50);
    assert_eq!(hoped(Some((8, secs(10))), 7), 7);
    assert_eq!(hoped(Some((i64::MAX, secs(1))), 7), i64::MAX);
    // From one payout to a thousand in ten steps.
    let tenth = (0..10).fold(1, |slice, _| hoped(Some((slice, secs(1))), 1));
    assert_eq!(tenth, 1_024);
}

#[test]
fn a_slice_is_what_is_hoped_for_and_no_more_than_a_sixteenth_of_what_is_left() {
    for (hoped, expected) in [(1, 10), (10, 10), (11, 11), (100, 100), (101, 100), (ANY, 100)] {
        assert_eq!(slice(1_600, 0, (10, hoped)), expected, "{hoped}");
    }
}

#[test]
fn a_slice_is_enough_for_what_is_wanted() {
    let table = [
        // limit, leased, wanted, slice
        (1_600, 0, 1, 100),
        (1_600, 800, 1, 50),
        (1_600, 0, 100, 100),
        (1_600, 0, 101, 101),
        (1_600, 0, 1_600, 1_600),
        (1_600, 0, 1_601, 0),
        (1_600, 1_599, 1, 1),
        (1_600, 1_600, 1, 0),
        // The limit was lowered below what is out already.
        (1_600, 1_700, 1, 0),
        (15, 0, 1, 1),
        (15, 0, 0, 1),
        (0, 0, 1, 0),
        (-5, 0, 1, 0),
        (i64::MAX, 0, 1, i64::MAX / 16),
    ];
    for (limit, leased, wanted, expected) in table {
        assert_eq!(slice(limit, leased, (wanted, ANY)), expected, "{limit} {leased} {wanted}");
    }
}

#[test]
fn a_lease_gives_what_it_was_granted_and_no_more() {
    let mut lease = Lease::of(10);
    assert!(lease.take(10) && !lease.take(1) && lease.take(0));
    assert_eq!(lease.give_back(4), 0);
    assert_eq!((lease.granted(), lease.used(), lease.left()), (10, 6, 4));
    assert!(!lease.take(5) && lease.take(4));
    lease.extend(5);
    assert!(!lease.take(-1) && lease.take(5));
    // More comes back than was taken: that is not granted, and somebody else's.
    assert_eq!(lease.give_back(100), 85);
    assert_eq!((lease.used(), lease.left()), (0, 15));
    assert!(lease.take(9));
    assert_eq!((lease.end(), lease.granted(), lease.left()), (6, 9, 0));
    assert!(!lease.take(1));
    assert_eq!(Lease::of(-3), Lease::default());
}

#[test]
fn periods_of_one_lease_follow_each_other() {
    let key = |channel: &str, kind, currency_code: &str, period: &str| LeaseKey {
        channel_id: ChannelId::parse(channel).unwrap(),
        kind,
        currency_code: currency_code.to_owned(),
        period: period.to_owned(),
    };
    let float = key("CH-1", LeaseKind::Float, "CNY", "9");
    let next = key("CH-1", LeaseKind::Float, "CNY", "10");
    assert!(float.is_older_than(&next) && !next.is_older_than(&float));
    assert!(!float.is_older_than(&float));
    assert!(!float.is_older_than(&key("CH-2", LeaseKind::Float, "CNY", "10")));
    assert!(!float.is_older_than(&key("CH-1", LeaseKind::Float, "USD", "10")));
    let day = key("CH-1", LeaseKind::DailyCount, "", "2026-09-30");
    let next = key("CH-1", LeaseKind::DailyCount, "", "2026-10-01");
    assert!(day.is_older_than(&next) && !next.is_older_than(&day));
    assert!(!day.is_older_than(&key("CH-1", LeaseKind::DailyAmount, "", "2026-10-01")));
}

proptest! {
    #![proptest_config(settings())]

    /// Any number of replicas that take slices, use them and end: what they use together is never
    /// more than the limit, and nothing is ever below zero.
    #[test]
    fn replicas_together_never_have_more_than_the_limit(
        limit in 0..2_000_i64,
        steps in prop::collection::vec((0..6_usize, 0..4_u8, 0..300_i64, 0..600_i64), 0..300),
    ) {
        let mut leases = [Lease::default(); 6];
        let mut leased = 0;
        for (replica, what, amount, hoped) in steps {
            let lease = &mut leases[replica];
            match what {
                0 => {
                    let granted = slice(limit, leased, (amount, hoped));
                    prop_assert!(granted == 0 || granted >= amount.max(1));
                    leased += granted;
                    lease.extend(granted);
                }
                1 => {
                    let left = lease.left();
                    prop_assert_eq!(lease.take(amount), amount <= left);
                }
                2 => {
                    let used = lease.used();
                    let of_others = lease.give_back(amount);
                    prop_assert_eq!(used - lease.used() + of_others, amount);
                }
                _ => leased -= lease.end(),
            }
            prop_assert!((0..=limit).contains(&leased));
            prop_assert_eq!(leases.iter().map(|lease| lease.granted()).sum::<i64>(), leased);
            for lease in leases {
                prop_assert!(lease.used() >= 0 && lease.left() >= 0);
            }
        }
    }
}
