//! Reminders of what ends: how many freezes there are makes a review longer, and not more than that.

use chrono::Duration;

use super::support::{account, at, freeze, number, rules};
use crate::domain::account::Account;
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::review::{Review, announced_from, due, next_in_line, waiting};
use crate::domain::status::Lifecycle;

const END: &str = "2026-06-01 00:00:00";

/// An account with so many freezes that end at one instant; every second waits.
fn frozen(count: i64) -> Account {
    let mut account = account(Lifecycle::Open, 1);
    account.freezes = (1..=count)
        .map(|seq| Freeze {
            expire_time: Some(at(END)),
            freeze_status: if seq % 2 == 0 { FreezeStatus::Waiting } else { FreezeStatus::Active },
            ..freeze(FreezeType::Judicial, seq, Some(10))
        })
        .collect::<Vec<_>>()
        .into();
    account
}

#[test]
fn a_thousand_freezes_are_announced_once_each_time() {
    let account = frozen(1_000);
    let mut review = Review::blank(number());
    for (before, expected) in [(8, 0), (7, 1_000), (6, 0), (1, 1_000), (0, 0)] {
        let now = at(END) - Duration::days(before);
        let found = due(&account, &review, &[], &rules(), now);
        let ends = found.events.iter().filter(|(_, said)| said["about"] == "FREEZE_END");
        assert_eq!(ends.count(), expected, "{before} days before");
        review = found.review;
    }
    let again = announced_from(Some(&account), &account);
    assert_eq!(again, None, "what was there before is not new");
    let moved = {
        let mut moved = account.clone();
        moved.freezes[17].expire_time = Some(at(END) + Duration::days(30));
        moved
    };
    let from = announced_from(Some(&account), &moved);
    assert_eq!(from, Some(at(END) + Duration::days(23)));
}

#[test]
fn the_next_in_line_is_the_first_that_waits_behind_and_is_still_there_then() {
    let mut account = frozen(6);
    account.freezes[1].expire_time = Some(at(END) - Duration::days(1));
    account.freezes[3].expire_time = None;
    let line = waiting(&account.freezes);
    let places: Vec<i64> = line.iter().map(|freeze| freeze.freeze_seq).collect();
    assert_eq!(places, [2, 4, 6]);
    let next = |seq: usize| {
        let freeze = &account.freezes[seq - 1];
        next_in_line(freeze, &line, at(END)).map(|next| next.freeze_seq)
    };
    assert_eq!(next(1), Some(4), "the second is over by then");
    assert_eq!(next(5), None, "the sixth ends at the same instant");
    assert_eq!(next(2), None, "nobody waits for what waits itself");
    let own = freeze(FreezeType::Bank, 7, Some(10));
    assert_eq!(next_in_line(&own, &line, at(END)), None, "nor for the bank's own");
}
