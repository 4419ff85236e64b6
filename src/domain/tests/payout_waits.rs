//! What no channel takes waits: over the hours at which channels are closed for nothing, else for a
//! day, and people hear of it.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::cases_found::sent;
use super::support::{World, transient};
use crate::domain::act::errand::Doing;
use crate::domain::act::start_attempt::StartAttempt;
use crate::domain::case::CaseCause;
use crate::domain::case::rules::NO_CHANNEL_MAX;
use crate::domain::channel::roster::Roster;
use crate::domain::channel::{Channel, ChannelState};
use crate::domain::command::Command;
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::payout::evidence::{Said, Source};
use crate::domain::payout::reason::RejectReason;
use crate::domain::payout::routing::Ineligible;
use crate::domain::withdrawal::{HeldReason, State, Withdrawal};

const DAY: TimeDelta = TimeDelta::hours(24);

fn reserved() -> (World, WithdrawalId) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    (world, id)
}

/// The withdrawal after it was to be sent and these were in the way, at each channel one.
fn held(world: &mut World, id: &WithdrawalId, reasons: &[Ineligible]) -> Withdrawal {
    let others = reasons
        .iter()
        .zip(1..)
        .map(|(reason, number)| (ChannelId::parse(&format!("CH-{number}")).unwrap(), *reason));
    let others = others.collect();
    let start = StartAttempt { withdrawal_id: id.clone(), offers: Vec::new(), others };
    world.done(Command::StartAttempt(start));
    world.withdrawal(id).clone()
}

fn closed(until: DateTime<Utc>) -> [Ineligible; 1] {
    [Ineligible::Closed { until: Some(until) }]
}

fn broken(world: &World) -> Ineligible {
    Ineligible::BreakerOpen { until: world.now + TimeDelta::seconds(30) }
}

fn reminders(world: &World) -> usize {
    let told = world.tables.events.iter().filter(|event| event.kind == "REMINDER");
    told.filter(|event| event.payload["about"] == "NO_CHANNEL").count()
}

#[test]
fn what_waits_for_monday_is_there_on_monday() {
    let (mut world, id) = reserved();
    let monday = world.now + TimeDelta::hours(63);
    let waits = held(&mut world, &id, &closed(monday));
    let (why, again) = (waits.held_reason, waits.next_action_time);
    assert_eq!((why, again), (Some(HeldReason::ChannelClosed), Some(monday)));
    // Looked at meanwhile, it waits on.
    world.now = monday - TimeDelta::hours(1);
    let waits = held(&mut world, &id, &closed(monday));
    assert_eq!((waits.state, waits.next_action_time), (State::Reserved, Some(monday)));
    world.now = monday;
    world.start(&id);
}

#[test]
fn hours_at_which_channels_are_closed_take_nothing_of_the_time_to_live() {
    let (mut world, id) = reserved();
    let down = held(&mut world, &id, &[Ineligible::Flagged]);
    let began = down.held_since.unwrap();
    world.now = began + TimeDelta::hours(10);
    let opening = world.now + TimeDelta::hours(15);
    held(&mut world, &id, &closed(opening));
    // It opens, and is as bad as before: of the day 14 hours are left.
    world.now = opening;
    let down = held(&mut world, &id, &[Ineligible::Flagged]);
    assert_eq!(down.state, State::Reserved);
    let waited = world.now - down.held_since.unwrap();
    let moment = TimeDelta::milliseconds(1);
    assert!((waited - TimeDelta::hours(10)).abs() < moment, "{waited}");
    world.now = opening + TimeDelta::hours(14) - moment;
    assert_eq!(held(&mut world, &id, &[Ineligible::Flagged]).state, State::Reserved);
    world.now = opening + TimeDelta::hours(14) + moment;
    let failed = held(&mut world, &id, &[Ineligible::Flagged]);
    assert_eq!((failed.state, failed.reason.as_str()), (State::Failed, "NO_CHANNEL"));
    assert_eq!(world.money(), (1_000, 0, 0));
}

#[test]
fn an_opening_that_is_put_off_is_waited_for() {
    let (mut world, id) = reserved();
    for _ in 0..5 {
        let opening = world.now + TimeDelta::hours(20);
        let waits = held(&mut world, &id, &closed(opening));
        assert_eq!((waits.state, waits.next_action_time), (State::Reserved, Some(opening)));
        world.now = opening;
    }
    assert_eq!(world.tables.cases.len(), 0);
    // A day later than the last one it is over.
    let down = held(&mut world, &id, &[Ineligible::Flagged]);
    assert_eq!(down.state, State::Reserved);
    world.now += DAY;
    assert_eq!(held(&mut world, &id, &[Ineligible::Flagged]).state, State::Failed);
}

#[test]
fn channels_that_are_all_down_are_told_of_at_once_and_are_a_case_in_the_end() {
    let (mut world, id) = reserved();
    let reasons = [broken(&world), Ineligible::Flagged];
    let waits = held(&mut world, &id, &reasons);
    assert_eq!(waits.held_reason, Some(HeldReason::RetryBackoff));
    assert_eq!(reminders(&world), 1);
    let since = waits.held_since.unwrap();
    world.now = since + NO_CHANNEL_MAX - TimeDelta::seconds(1);
    let reasons = [broken(&world)];
    held(&mut world, &id, &reasons);
    assert_eq!((reminders(&world), world.tables.cases.len()), (1, 0));
    world.now = since + NO_CHANNEL_MAX;
    held(&mut world, &id, &reasons);
    assert!(world.case(CaseCause::NoChannel).is_open());
    world.start(&id);
    assert!(!world.case(CaseCause::NoChannel).is_open());
}

#[test]
fn channels_that_have_too_much_to_do_are_no_news() {
    let (mut world, id) = reserved();
    let reasons = [broken(&world), Ineligible::Full];
    let waits = held(&mut world, &id, &reasons);
    assert_eq!((waits.held_reason, reminders(&world)), (Some(HeldReason::RetryBackoff), 0));
}

#[test]
fn a_quota_that_is_used_up_is_a_case_before_the_next_day() {
    let (mut world, id) = reserved();
    let midnight = world.now + TimeDelta::hours(9);
    let used_up = [Ineligible::NoQuota { until: midnight }];
    let waits = held(&mut world, &id, &used_up);
    let heard = waits.held_since.unwrap() + NO_CHANNEL_MAX;
    assert_eq!(waits.next_action_time, Some(heard));
    world.now = heard;
    let waits = held(&mut world, &id, &used_up);
    assert!(world.case(CaseCause::NoChannel).is_open());
    assert_eq!(waits.next_action_time, Some(midnight));
}

#[test]
fn a_channel_that_people_drain_is_not_sent_the_same_key_again() {
    for (state, reopens_in, doing) in [
        (ChannelState::Enabled, None, Doing::Send),
        (ChannelState::Drained, None, Doing::Void),
        (ChannelState::Drained, Some(TimeDelta::hours(1)), Doing::Void),
        (ChannelState::Drained, Some(TimeDelta::hours(-1)), Doing::Send),
        (ChannelState::Disabled, None, Doing::Void),
    ] {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, transient(RejectReason::ChannelBusy));
        let reopen_time = reopens_in.map(|hours| world.now + hours);
        let rows = world.roster.iter().cloned().map(|row| match row.channel_id.as_str() {
            "CH-1" => Channel { state, reopen_time, ..row },
            _ => row,
        });
        world.roster = Arc::new(Roster::of(rows.collect::<Vec<_>>()));
        assert_eq!(world.follow(&id).doing, doing, "{state:?} {reopens_in:?}");
        if doing == Doing::Void {
            let back = world.answered(&id, Source::Void, Said::Tombstone);
            assert_eq!(back.state, State::Reserved);
            assert_eq!(world.start(&id).attempt.channel_id.as_str(), "CH-2");
        }
    }
}
