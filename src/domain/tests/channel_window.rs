//! Windows of answers, and which answer counts as what.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use strum::VariantArray;

use super::properties::settings;
use super::support::{at, cny};
use crate::domain::channel::window::{Outcome, Tally, Window};
use crate::domain::payout::evidence::{Finality, Paid, Said};
use crate::domain::payout::outcome::outcome_of;
use crate::domain::payout::reason::RejectReason;

fn noon() -> DateTime<Utc> {
    at("2026-03-10 12:00:30")
}

fn minutes(count: i64) -> Duration {
    Duration::minutes(count)
}

fn tally(successes: i64, failures: i64) -> Tally {
    Tally { successes, failures }
}

#[test]
fn every_answer_counts_as_the_table_says() {
    let paid = || Paid { amount: cny(100), payee_account: None, at: None };
    let plain = [
        (Said::NoAnswer, "failure"),
        (Said::Accepted, "success"),
        (Said::Settled(paid()), "success"),
        (Said::InProgress, "failure"),
        (Said::UnknownKey, "nothing"),
        (Said::Tombstone, "nothing"),
        (Said::Returned(paid()), "nothing"),
    ];
    let rejections = [
        (RejectReason::Unspecified, "nothing"),
        (RejectReason::ChannelBusy, "failure"),
        (RejectReason::Maintenance, "failure"),
        (RejectReason::RateLimited, "failure"),
        (RejectReason::BankNotServed, "failure"),
        (RejectReason::AmountOutOfRange, "failure"),
        (RejectReason::PayeeAccountClosed, "success"),
        (RejectReason::PayeeAccountFrozen, "success"),
        (RejectReason::PayeeNameMismatch, "success"),
        (RejectReason::PayeeAccountInvalid, "success"),
        (RejectReason::PayeeBlacklisted, "success"),
        (RejectReason::ComplianceHold, "nothing"),
        (RejectReason::SystemError, "failure"),
    ];
    assert_eq!(rejections.map(|(reason, _)| reason).as_slice(), RejectReason::VARIANTS);
    let rejected = rejections.into_iter().flat_map(|(reason, counts)| {
        [Finality::Transient, Finality::Final].map(|end| (Said::Rejected(end, reason), counts))
    });
    for (said, expected) in plain.into_iter().chain(rejected) {
        let counts = match outcome_of(&said) {
            Some(Outcome::Success) => "success",
            Some(Outcome::Failure) => "failure",
            None => "nothing",
        };
        assert_eq!(counts, expected, "{said:?}");
    }
}

#[test]
fn a_window_counts_an_hour_and_forgets_minute_by_minute() {
    let mut window = Window::<60>::default();
    assert_eq!(window.totals(noon()), Tally::default());
    window.add(noon(), Outcome::Success);
    window.add(noon() + Duration::seconds(29), Outcome::Failure);
    window.add(noon() + minutes(30), Outcome::Failure);
    assert_eq!(window.totals(noon() + minutes(30)), tally(1, 2));
    assert_eq!(window.totals(noon() + minutes(59)), tally(1, 2));
    assert_eq!(window.totals(noon() + minutes(59) + Duration::seconds(30)), tally(0, 1));
    assert_eq!(window.totals(noon() + minutes(90)), Tally::default());
    // An answer in the place of one that is forgotten.
    window.add(noon() + minutes(60), Outcome::Success);
    assert_eq!(window.totals(noon() + minutes(60)), tally(1, 1));
}

#[test]
fn a_clock_that_is_put_back_harms_nothing() {
    let mut window = Window::<60>::default();
    window.add(noon(), Outcome::Failure);
    // By a little: nothing is forgotten.
    window.add(noon() - Duration::seconds(31), Outcome::Failure);
    assert_eq!(window.totals(noon() - Duration::seconds(31)), tally(0, 2));
    // By hours: what was heard by the wrong clock is gone, and what is heard counts at once.
    let back = noon() - minutes(180);
    assert_eq!(window.totals(back), Tally::default());
    window.add(back, Outcome::Success);
    assert_eq!(window.totals(back), tally(1, 0));
    assert_eq!(window.totals(back + minutes(60)), Tally::default());
}

#[test]
fn times_before_1970_have_their_minutes_too() {
    let mut window = Window::<2>::default();
    let early = DateTime::<Utc>::UNIX_EPOCH - Duration::seconds(1);
    window.add(early, Outcome::Success);
    window.add(early + Duration::seconds(1), Outcome::Success);
    assert_eq!(window.totals(early + Duration::seconds(1)), tally(2, 0));
    assert_eq!(window.totals(early + minutes(1)), tally(2, 0));
    assert_eq!(window.totals(early + minutes(2)), tally(1, 0));
    assert_eq!(window.totals(early + minutes(3)), tally(0, 0));
}

proptest! {
    #![proptest_config(settings())]

    /// Against a list of all answers, with a clock that only goes forward.
    #[test]
    fn it_counts_what_a_list_of_all_answers_counts(
        steps in prop::collection::vec((0..600_i64, any::<bool>()), 0..200),
    ) {
        let mut window = Window::<60>::default();
        let mut all = Vec::new();
        let mut now = noon();
        for (seconds, good) in steps {
            now += Duration::seconds(seconds);
            let outcome = if good { Outcome::Success } else { Outcome::Failure };
            window.add(now, outcome);
            all.push((now.timestamp().div_euclid(60), outcome));
        }
        let first = now.timestamp().div_euclid(60) - 59;
        let count = |wanted| {
            let kept = all.iter().filter(|(minute, outcome)| *minute >= first && *outcome == wanted);
            i64::try_from(kept.count()).unwrap()
        };
        prop_assert_eq!(window.totals(now), tally(count(Outcome::Success), count(Outcome::Failure)));
    }
}
