//! The breaker: when it opens, what it lets through then, and how it closes again.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::properties::settings;
use super::support::{at, microsecond};
use crate::domain::channel::breaker::{Breaker, BreakerState, PAUSE_MAX, Passage, TRIAL_MAX};
use crate::domain::channel::window::Outcome::{self, Failure, Success};

fn noon() -> DateTime<Utc> {
    at("2026-03-10 12:00:00")
}

fn secs(count: i64) -> Duration {
    Duration::seconds(count)
}

/// Sends one and hears of it at once.
fn one(breaker: &mut Breaker, now: DateTime<Utc>, outcome: Outcome) {
    let passage = breaker.begin(now).expect("it lets one through");
    breaker.hear(now, passage, Some(outcome));
}

/// One that has just opened, at noon.
fn opened() -> Breaker {
    let mut breaker = Breaker::default();
    for _failure in 0..5 {
        one(&mut breaker, noon(), Failure);
    }
    assert_eq!(breaker.state(noon()), BreakerState::Open);
    breaker
}

#[test]
fn it_opens_with_the_fifth_failure_in_a_row() {
    let mut breaker = Breaker::default();
    for outcome in [Failure, Failure, Failure, Failure, Success, Failure, Failure, Failure, Failure]
    {
        one(&mut breaker, noon(), outcome);
        assert_eq!(breaker.state(noon()), BreakerState::Closed);
    }
    one(&mut breaker, noon(), Failure);
    assert_eq!(breaker.state(noon()), BreakerState::Open);
    assert!(!breaker.allows(noon()));
    assert_eq!(breaker.begin(noon()), None);
}

#[test]
fn it_opens_when_more_than_half_of_twenty_answers_failed_lately() {
    // 10 of 20 are not more than half; the next makes 11 of 21.
    let mut breaker = Breaker::default();
    for _pair in 0..10 {
        one(&mut breaker, noon(), Failure);
        one(&mut breaker, noon(), Success);
    }
    assert_eq!(breaker.state(noon()), BreakerState::Closed);
    one(&mut breaker, noon(), Failure);
    assert_eq!(breaker.state(noon()), BreakerState::Open);
    // Of 19 answers it doesn't matter how many failed, as long as no five follow each other.
    let mut breaker = Breaker::default();
    for number in 0..19 {
        one(&mut breaker, noon(), if number % 4 == 3 { Success } else { Failure });
    }
    assert_eq!(breaker.state(noon()), BreakerState::Closed);
    one(&mut breaker, noon(), Failure);
    assert_eq!(breaker.state(noon()), BreakerState::Open);
}

#[test]
fn what_failed_minutes_ago_is_not_lately() {
    let mut breaker = Breaker::default();
    for number in 0..100 {
        let now = noon() + Duration::minutes(number);
        one(&mut breaker, now, if number % 4 == 3 { Success } else { Failure });
        assert_eq!(breaker.state(now), BreakerState::Closed, "{number}");
    }
}

#[test]
fn after_its_pause_it_lets_one_through_at_a_time_and_closes_after_three() {
    let mut breaker = opened();
    assert_eq!(breaker.retry_at(noon()), Some(noon() + secs(1)));
    assert_eq!(breaker.state(noon() + secs(1) - microsecond()), BreakerState::Open);
    let now = noon() + secs(1);
    assert_eq!((breaker.state(now), breaker.retry_at(now)), (BreakerState::HalfOpen, None));
    for _trial in 0..3 {
        assert_eq!(breaker.state(now), BreakerState::HalfOpen);
        let trial = breaker.begin(now).unwrap();
        assert_eq!(breaker.begin(now), None);
        assert_eq!(breaker.retry_at(now), Some(now + TRIAL_MAX));
        breaker.hear(now, trial, Some(Success));
    }
    assert_eq!(breaker.state(now), BreakerState::Closed);
    // What failed before it opened is over: it takes five again.
    for _failure in 0..4 {
        one(&mut breaker, now, Failure);
    }
    assert_eq!(breaker.state(now), BreakerState::Closed);
    one(&mut breaker, now, Failure);
    assert_eq!(breaker.retry_at(now), Some(now + secs(1)));
}

#[test]
fn each_trial_that_fails_doubles_the_pause_up_to_a_minute() {
    let mut breaker = opened();
    let mut now = noon();
    for pause in [1, 2, 4, 8, 16, 32, 60, 60, 60] {
        assert_eq!(breaker.retry_at(now), Some(now + secs(pause)));
        now += secs(pause);
        if pause == 8 {
            // Two that succeed are not enough, and don't shorten it.
            one(&mut breaker, now, Success);
            one(&mut breaker, now, Success);
        }
        one(&mut breaker, now, Failure);
        assert_eq!(breaker.state(now), BreakerState::Open);
    }
}

#[test]
fn a_good_probe_ends_the_pause_and_lengthens_none_away() {
    let mut breaker = opened();
    let now = noon() + microsecond();
    breaker.found_well();
    assert_eq!((breaker.state(now), breaker.allows(now)), (BreakerState::HalfOpen, true));
    let trial = breaker.begin(now).unwrap();
    breaker.found_well();
    assert!(!breaker.allows(now) && breaker.is_trying(now), "one trial at a time");
    breaker.hear(now, trial, Some(Failure));
    assert_eq!(breaker.retry_at(now), Some(now + secs(2)));
    breaker.found_well();
    for _trial in 0..3 {
        one(&mut breaker, now, Success);
    }
    breaker.found_well();
    assert_eq!((breaker.state(now), breaker.is_trying(now)), (BreakerState::Closed, false));
}

#[test]
fn a_trial_of_which_nothing_is_heard_hinders_no_other_for_ever() {
    let mut breaker = opened();
    let now = noon() + secs(1);
    let silent = breaker.begin(now).unwrap();
    assert!(!breaker.allows(now + TRIAL_MAX - microsecond()));
    let later = now + TRIAL_MAX;
    let next = breaker.begin(later).unwrap();
    assert!(!breaker.allows(later));
    breaker.hear(later, silent, Some(Success));
    breaker.hear(later, next, Some(Success));
    one(&mut breaker, later, Success);
    assert_eq!(breaker.state(later), BreakerState::Closed);
}

#[test]
fn a_trial_that_says_nothing_makes_way_for_another() {
    let mut breaker = opened();
    let now = noon() + secs(1);
    let trial = breaker.begin(now).unwrap();
    breaker.hear(now, trial, None);
    assert_eq!((breaker.state(now), breaker.allows(now)), (BreakerState::HalfOpen, true));
}

#[test]
fn what_was_sent_before_it_opened_says_nothing_of_the_time_after() {
    let mut breaker = Breaker::default();
    let under_way: Vec<Passage> = (0..10).map(|_| breaker.begin(noon()).unwrap()).collect();
    for passage in &under_way[..5] {
        breaker.hear(noon(), *passage, Some(Failure));
    }
    let now = noon() + secs(1);
    let trial = breaker.begin(now).unwrap();
    for passage in &under_way[5..] {
        breaker.hear(now, *passage, Some(Failure));
    }
    assert_eq!((breaker.state(now), breaker.allows(now)), (BreakerState::HalfOpen, false));
    breaker.hear(now, trial, Some(Success));
    assert!(breaker.allows(now));
}

#[test]
fn a_clock_that_is_put_back_shuts_nothing_for_longer() {
    let mut breaker = opened();
    let back = noon() - Duration::hours(5);
    assert_eq!(breaker.retry_at(back), None);
    breaker.begin(back).unwrap();
    assert!(!breaker.allows(back));
    assert!(breaker.allows(back - microsecond()));
}

proptest! {
    #![proptest_config(settings())]

    /// However calls and answers fall, it is never shut for longer than its longest pause, and while
    /// it is not closed no two are let through within what a trial may take.
    #[test]
    fn it_is_never_shut_for_long_and_lets_through_one_at_a_time(
        steps in prop::collection::vec((0..20_i64, 0..4_u8), 0..200),
    ) {
        let mut breaker = Breaker::default();
        let mut now = noon();
        let mut under_way: Vec<Passage> = Vec::new();
        let mut trial_since: Option<DateTime<Utc>> = None;
        for (seconds, what) in steps {
            now += secs(seconds);
            if let Some(until) = breaker.retry_at(now) {
                prop_assert!(now < until && until - now <= PAUSE_MAX.max(TRIAL_MAX));
                prop_assert!(breaker.clone().begin(until).is_some());
            }
            let before = breaker.state(now);
            match (what, under_way.pop()) {
                (0, rest) => {
                    under_way.extend(rest);
                    if let Some(passage) = breaker.begin(now) {
                        let free = trial_since.is_none_or(|since| since + TRIAL_MAX <= now);
                        prop_assert!(before == BreakerState::Closed || free);
                        trial_since = (before != BreakerState::Closed).then_some(now);
                        under_way.push(passage);
                    }
                }
                (_, None) => {}
                (answer, Some(passage)) => {
                    let outcome = [None, Some(Success), Some(Failure)][usize::from(answer) - 1];
                    breaker.hear(now, passage, outcome);
                    trial_since = None;
                }
            }
        }
    }
}
