//! Which channels are offered a withdrawal, in which order, and which one is taken.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use strum::VariantArray;

use super::support::{ZONE, at, currency};
use crate::domain::channel::hours::{Calendar, Hours, OpenDays};
use crate::domain::channel::roster::Roster;
use crate::domain::channel::window::Tally;
use crate::domain::channel::{Channel, ChannelRole, ChannelState, MoneyRange};
use crate::domain::id::{AccountNumber, ChannelId, WithdrawalId};
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::offer::Offer;
use crate::domain::payout::reason::{Class, RejectReason, class};
use crate::domain::payout::routing::{
    Ineligible, OFFERS_KEPT, Ranking, Room, Standing, Wanted, choose, fits, is_any_left, kept,
    order, why_none,
};
use crate::domain::withdrawal::HeldReason;

static NO_HOLIDAYS: BTreeSet<NaiveDate> = BTreeSet::new();
const CALENDAR: Calendar<'static> = Calendar { zone: ZONE, holidays: &NO_HOLIDAYS };
const FINE: Standing = Standing {
    tally: Tally { successes: 0, failures: 0 },
    flagged: false,
    breaker_until: None,
    room: Room::Enough,
};

/// A Tuesday.
fn noon() -> DateTime<Utc> {
    at("2026-03-10 12:00:00")
}

fn id(text: &str) -> ChannelId {
    ChannelId::parse(text).unwrap()
}

fn channel(name: &str, priority: i64) -> Channel {
    Channel::of_setting(id(name), String::new(), priority, noon())
}

fn range(code: &str, min_minor: Option<i64>, max_minor: Option<i64>) -> MoneyRange {
    let currency = currency(code);
    MoneyRange {
        currency,
        min_minor,
        max_minor,
        daily_minor: None,
        float_minor: None,
        float_period: 0,
    }
}

fn wanted(amount_minor: i64) -> Wanted<'static> {
    Wanted { currency: currency("CNY"), amount_minor, bank_code: "ICBK", preferred: "" }
}

fn office_hours() -> Vec<Hours> {
    vec![Hours { days: OpenDays::BusinessDays, opens_minute: 510, closes_minute: 1_035 }]
}

fn attempt(channel: &str, state: AttemptState, reason: &str) -> Attempt {
    Attempt {
        withdrawal_id: WithdrawalId::parse("W1").unwrap(),
        number: 1,
        account_number: AccountNumber::parse("6222").unwrap(),
        channel_id: id(channel),
        state,
        reason: reason.to_owned(),
        epoch: 1,
        retries: 0,
        inquiries: 0,
        last_said: None,
        create_time: noon(),
        update_time: noon(),
        choice: Vec::new(),
        sent_until_time: None,
        was_unknown: 0,
    }
}

fn rank(channels: &[Channel], standing: impl Fn(&Channel) -> Standing) -> Ranking {
    order(&Roster::of(channels.iter().cloned()), &wanted(100), noon(), CALENDAR, standing)
}

fn names(offers: &[Offer]) -> Vec<&str> {
    offers.iter().map(|offer| offer.channel_id.as_str()).collect()
}

#[test]
fn a_row_says_what_its_channel_carries() {
    let row = || channel("CH-1", 1);
    let cny = |min, max| Channel { ranges: vec![range("CNY", min, max)], ..row() };
    let banks = |codes: &[&str]| codes.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>();
    let table = [
        (row(), Ok(())),
        (Channel { state: ChannelState::Disabled, ..row() }, Err(Ineligible::Disabled)),
        (Channel { ranges: vec![range("JPY", None, None)], ..row() }, Err(Ineligible::Currency)),
        (cny(Some(100), Some(100)), Ok(())),
        (cny(Some(101), None), Err(Ineligible::Amount)),
        (cny(None, Some(99)), Err(Ineligible::Amount)),
        (Channel { bank_codes: banks(&["ABOC", "ICBK"]), ..row() }, Ok(())),
        (Channel { bank_codes: banks(&["ABOC"]), ..row() }, Err(Ineligible::Bank)),
        (Channel { refused_bank_codes: banks(&["ICBK"]), ..row() }, Err(Ineligible::Bank)),
        (Channel { hours: office_hours(), ..row() }, Ok(())),
    ];
    for (channel, expected) in table {
        assert_eq!(fits(&channel, &wanted(100), noon(), CALENDAR), expected, "{channel:?}");
    }
    let listed = Channel { bank_codes: banks(&["ICBK"]), ..row() };
    let unnamed = Wanted { bank_code: "", ..wanted(100) };
    assert_eq!(fits(&listed, &unnamed, noon(), CALENDAR), Err(Ineligible::Bank));
}

#[test]
fn a_channel_that_is_closed_or_drained_says_until_when() {
    let evening = at("2026-03-10 20:00:00");
    let morning = Some(at("2026-03-11 08:30:00"));
    let open = channel("CH-1", 1);
    let office = Channel { hours: office_hours(), ..open.clone() };
    let drained = |base: &Channel, reopen_time| Channel {
        state: ChannelState::Drained,
        reopen_time,
        ..base.clone()
    };
    let at_nine = Some(at("2026-03-10 21:00:00"));
    let table = [
        (office.clone(), Err(Ineligible::Closed { until: morning })),
        (drained(&open, None), Err(Ineligible::Drained { until: None })),
        (drained(&open, at_nine), Err(Ineligible::Drained { until: at_nine })),
        // Offered again at nine, and open the next morning.
        (drained(&office, at_nine), Err(Ineligible::Drained { until: morning })),
        (drained(&open, Some(evening)), Ok(())),
        (drained(&office, Some(evening)), Err(Ineligible::Closed { until: morning })),
        // What never passes by itself is named before what does.
        (Channel { ranges: vec![range("JPY", None, None)], ..office }, Err(Ineligible::Currency)),
        // An old time of reopening says nothing of one that is enabled.
        (Channel { reopen_time: at_nine, ..open }, Ok(())),
    ];
    for (channel, expected) in table {
        assert_eq!(fits(&channel, &wanted(100), evening, CALENDAR), expected, "{channel:?}");
    }
}

#[test]
fn how_a_channel_fares_may_stand_in_the_way() {
    let until = noon() + chrono::Duration::seconds(5);
    let table = [
        (FINE, None),
        (Standing { flagged: true, ..FINE }, Some(Ineligible::Flagged)),
        (
            Standing { breaker_until: Some(until), room: Room::Full, ..FINE },
            Some(Ineligible::BreakerOpen { until }),
        ),
        (Standing { room: Room::Full, ..FINE }, Some(Ineligible::Full)),
        (Standing { room: Room::NoFloat, ..FINE }, Some(Ineligible::NoFloat)),
        (Standing { room: Room::NoQuota { until }, ..FINE }, Some(Ineligible::NoQuota { until })),
    ];
    for (standing, why) in table {
        let ranking = rank(&[channel("CH-1", 1)], |_| standing);
        assert_eq!(ranking.offers.len(), usize::from(why.is_none()), "{standing:?}");
        assert_eq!(ranking.others.first().map(|(_, why)| *why), why, "{standing:?}");
    }
}

#[test]
fn what_a_channel_may_carry_is_not_asked_for_one_that_its_row_rules_out() {
    let disabled = Channel { state: ChannelState::Disabled, ..channel("CH-1", 1) };
    let ranking = rank(&[disabled], |_| panic!("nobody has to know"));
    assert_eq!(ranking.others, [(id("CH-1"), Ineligible::Disabled)]);
}

#[test]
fn the_order_is_degraded_role_priority_score_id() {
    let backup = |name, priority| Channel { role: ChannelRole::Backup, ..channel(name, priority) };
    let channels = [
        backup("A-BACKUP", 1),
        channel("B-BAD", 1),
        channel("C-SECOND", 2),
        channel("D-WORSE", 1),
        channel("E-BETTER", 1),
        channel("F-SAME", 1),
        channel("Z-HARDLY-KNOWN", 1),
        backup("G-BACKUP-BAD", 1),
        backup("H-BACKUP-SECOND", 2),
    ];
    let ranking = rank(&channels, |channel| {
        let (successes, failures) = match channel.channel_id.as_str() {
            "B-BAD" | "G-BACKUP-BAD" => (4, 16),
            "D-WORSE" => (90, 10),
            "E-BETTER" | "F-SAME" => (99, 1),
            "Z-HARDLY-KNOWN" => (10, 9),
            _ => (0, 0),
        };
        Standing { tally: Tally { successes, failures }, ..FINE }
    });
    let expected = [
        "Z-HARDLY-KNOWN",
        "E-BETTER",
        "F-SAME",
        "D-WORSE",
        "C-SECOND",
        "A-BACKUP",
        "H-BACKUP-SECOND",
        "B-BAD",
        "G-BACKUP-BAD",
    ];
    assert_eq!(names(&ranking.offers), expected);
    let known = &ranking.offers[1];
    assert_eq!((known.score_ppm, known.sample, known.degraded), (945_514, 100, false));
}

#[test]
fn a_channel_is_degraded_when_enough_answers_say_so() {
    let degraded = |successes, failures, min_success_permille| {
        let row = Channel { min_success_permille, ..channel("CH-1", 1) };
        let tally = Tally { successes, failures };
        rank(&[row], |_| Standing { tally, ..FINE }).offers[0].degraded
    };
    assert!(!degraded(0, 19, 500));
    assert!(degraded(0, 20, 500));
    // 14 of 20 have a lower end of 481,027 parts, 15 of 20 one of 531,299.
    assert!(degraded(14, 6, 500) && !degraded(15, 5, 500));
    assert!(degraded(15, 5, 532));
    assert!(!degraded(0, 100, 0));
}

#[test]
fn the_next_backup_takes_the_place_of_one_that_fails() {
    let backup = |name, priority| Channel { role: ChannelRole::Backup, ..channel(name, priority) };
    let channels = [channel("FAST", 1), backup("CARD", 2), backup("OLD", 1)];
    let with = |down: &[&str]| {
        let flagged = |channel: &Channel| down.contains(&channel.channel_id.as_str());
        let ranking = rank(&channels, |channel| Standing { flagged: flagged(channel), ..FINE });
        names(&ranking.offers).first().map(|name| (*name).to_owned())
    };
    assert_eq!(with(&[]).as_deref(), Some("FAST"));
    assert_eq!(with(&["FAST"]).as_deref(), Some("OLD"));
    assert_eq!(with(&["FAST", "OLD"]).as_deref(), Some("CARD"));
    assert_eq!(with(&["FAST", "OLD", "CARD"]), None);
}

#[test]
fn the_preferred_channel_is_taken_where_it_is_offered_and_one_that_turned_it_down_never() {
    let ranking = rank(&[channel("CH-1", 1), channel("CH-2", 2)], |_| FINE);
    let taken = |preferred: &str, attempts: &[Attempt]| {
        choose(&ranking.offers, preferred, attempts).map(|offer| offer.channel_id.to_string())
    };
    assert_eq!(taken("", &[]).as_deref(), Some("CH-1"));
    assert_eq!(taken("CH-2", &[]).as_deref(), Some("CH-2"));
    assert_eq!(taken("CH-9", &[]).as_deref(), Some("CH-1"));
    assert_eq!(choose(&[], "CH-1", &[]), None);
    for reason in RejectReason::VARIANTS {
        let dead = |channel| attempt(channel, AttemptState::Dead, reason.into());
        let passes_on = matches!(class(*reason), Class::RetrySame | Class::NextChannel);
        let next = if passes_on { "CH-2" } else { "CH-1" };
        assert_eq!(taken("CH-1", &[dead("CH-1")]).as_deref(), Some(next), "{reason:?}");
        let left = (!passes_on).then_some("CH-1");
        assert_eq!(taken("", &[dead("CH-1"), dead("CH-2")]).as_deref(), left, "{reason:?}");
    }
    assert_eq!(taken("", &[attempt("CH-1", AttemptState::Dead, "")]).as_deref(), Some("CH-1"));
}

#[test]
fn an_offer_says_that_the_client_prefers_it() {
    let roster = Roster::of([channel("CH-1", 1), channel("CH-2", 2)]);
    let wanted = Wanted { preferred: "CH-2", ..wanted(100) };
    let offers = order(&roster, &wanted, noon(), CALENDAR, |_| FINE).offers;
    let preferred: Vec<_> = offers.iter().map(|offer| offer.preferred).collect();
    assert_eq!((names(&offers), preferred), (vec!["CH-1", "CH-2"], vec![false, true]));
}

#[test]
fn the_first_offers_are_kept_and_the_one_that_was_taken() {
    let rows: Vec<_> = (1..=9).map(|number| channel(&format!("CH-{number}"), number)).collect();
    let offers = rank(&rows, |_| FINE).offers;
    assert_eq!(kept(&offers[..3], &offers[0]), offers[..3]);
    assert_eq!(kept(&offers, &offers[7]), offers[..OFFERS_KEPT]);
    let last = kept(&offers, &offers[8]);
    assert_eq!((last.len(), &last[..7], &last[7]), (OFFERS_KEPT, &offers[..7], &offers[8]));
    let text = serde_json::to_string(&last).unwrap();
    assert_eq!(serde_json::from_str::<Vec<Offer>>(&text).unwrap(), last);
}

#[test]
fn it_waits_while_a_channel_is_left_that_may_take_it_some_day() {
    let dead = attempt("CH-1", AttemptState::Dead, "CHANNEL_BUSY");
    let left = |channels: &[Channel], attempts: &[Attempt]| {
        is_any_left(&Roster::of(channels.iter().cloned()), &wanted(100), attempts)
    };
    let first = channel("CH-1", 1);
    let second = channel("CH-2", 2);
    assert!(!left(&[], &[]));
    assert!(left(std::slice::from_ref(&first), &[]));
    assert!(!left(std::slice::from_ref(&first), std::slice::from_ref(&dead)));
    assert!(left(&[first.clone(), second.clone()], std::slice::from_ref(&dead)));
    let drained = Channel { state: ChannelState::Drained, ..second.clone() };
    assert!(left(&[first.clone(), drained], std::slice::from_ref(&dead)));
    let hours = vec![Hours { days: OpenDays::RestDays, opens_minute: 0, closes_minute: 1 }];
    let closed = Channel { hours, ..second.clone() };
    assert!(left(&[first.clone(), closed], std::slice::from_ref(&dead)));
    let disabled = Channel { state: ChannelState::Disabled, ..second.clone() };
    assert!(!left(&[first.clone(), disabled], std::slice::from_ref(&dead)));
    let yen = Channel { ranges: vec![range("JPY", None, None)], ..second };
    assert!(!left(&[first, yen], &[dead]));
}

#[test]
fn why_it_waits_is_what_is_over_soonest() {
    use Ineligible::{BreakerOpen, Closed, Disabled, Drained, Flagged, Full, NoFloat, NoQuota};
    let soon = noon() + chrono::Duration::seconds(5);
    let later = noon() + chrono::Duration::hours(5);
    let (closed, backoff) = (HeldReason::ChannelClosed, HeldReason::RetryBackoff);
    let never = [
        Disabled,
        Ineligible::Currency,
        Ineligible::Amount,
        Ineligible::Bank,
        Flagged,
        NoFloat,
        Drained { until: None },
        Closed { until: None },
    ];
    let table = [
        (vec![], (HeldReason::NoChannel, None)),
        (never.to_vec(), (HeldReason::NoChannel, None)),
        (vec![Closed { until: Some(later) }, Disabled], (closed, Some(later))),
        (vec![Drained { until: Some(later) }, Closed { until: Some(soon) }], (closed, Some(soon))),
        (vec![BreakerOpen { until: soon }], (backoff, Some(soon))),
        (vec![NoQuota { until: later }, BreakerOpen { until: soon }], (backoff, Some(soon))),
        (vec![Full], (backoff, None)),
        (vec![Closed { until: Some(soon) }, Full, Flagged], (backoff, None)),
        (vec![Closed { until: Some(soon) }, NoQuota { until: later }], (closed, Some(soon))),
        (vec![BreakerOpen { until: soon }, Closed { until: Some(later) }], (backoff, Some(soon))),
    ];
    for (reasons, expected) in table {
        assert_eq!(why_none(reasons.clone()), expected, "{reasons:?}");
    }
}
