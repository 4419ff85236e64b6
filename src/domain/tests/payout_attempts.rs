//! Attempts: their keys, the channel for each, and following them up.

use chrono::TimeDelta;

use super::support::{World, court, rejected, settled, transient, two_channels, withdraw};
use crate::domain::act::errand::Doing;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::case::rules::UNKNOWN_MAX;
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Said, Source};
use crate::domain::payout::pace;
use crate::domain::payout::reason::{Class, RejectReason, class};
use crate::domain::payout::routing::{ATTEMPTS_MAX, choose};
use crate::domain::withdrawal::{HeldReason, State};
use strum::VariantArray;

/// A withdrawal of 100 out of 1,000, its first attempt just sent.
fn sent() -> (World, WithdrawalId) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    world.start(&id);
    (world, id)
}

fn last(world: &World, id: &WithdrawalId) -> Attempt {
    world.attempts(id).pop().unwrap()
}

#[test]
fn a_key_reads_back_as_it_was_written_and_nothing_else_does() {
    for (id, number) in [("W1", 1), ("a.b", 7), ("000001-0001", i64::MAX)] {
        let key = PayoutKey { withdrawal_id: WithdrawalId::parse(id).unwrap(), number };
        assert_eq!(PayoutKey::parse(&key.to_string()), Some(key));
    }
    let long = format!("{}.1", "w".repeat(63));
    let bad = ["", ".", "W1", "W1.", ".1", "W1.0", "W1.-1", "W1.+1", "W1.01", "W1. 1", "W 1.1"];
    let worse = ["W1.1 ", "W1.x", "W1.9223372036854775808", "W1.１", "Ｗ1.1", long.as_str()];
    for text in bad.into_iter().chain(worse) {
        assert_eq!(PayoutKey::parse(text), None, "{text:?}");
    }
}

#[test]
fn the_preferred_channel_comes_first_and_one_that_turned_it_down_never_again() {
    let (world, id) = sent();
    let channels = two_channels();
    let [first, second] = &channels;
    let over = |channel: &ChannelId, state, reason: &str| Attempt {
        channel_id: channel.clone(),
        state,
        reason: reason.to_owned(),
        ..last(&world, &id)
    };
    let offers = world.offered(&id).offers;
    let route = |preferred: &str, attempts: &[Attempt]| {
        choose(&offers, preferred, attempts).map(|offer| offer.channel_id.clone())
    };
    assert_eq!(route("", &[]).as_ref(), Some(first));
    assert_eq!(route("CH-2", &[]).as_ref(), Some(second));
    assert_eq!(route("CH-9", &[]).as_ref(), Some(first));
    assert_eq!(choose(&[], "", &[]), None);
    for reason in RejectReason::VARIANTS {
        let dead = over(first, AttemptState::Dead, reason.into());
        let passes_on = matches!(class(*reason), Class::RetrySame | Class::NextChannel);
        let next = if passes_on { second } else { first };
        assert_eq!(route("CH-1", std::slice::from_ref(&dead)).as_ref(), Some(next), "{reason:?}");
        let other = over(second, AttemptState::Dead, reason.into());
        let left = if passes_on { None } else { Some(first) };
        assert_eq!(route("", &[dead, other]).as_ref(), left, "{reason:?}");
    }
    let voided = over(first, AttemptState::Dead, "");
    assert_eq!(route("", &[voided]).as_ref(), Some(first));
}

#[test]
fn attempts_go_from_channel_to_channel_and_end_when_none_is_left() {
    let mut world = World::with_balance(1_000);
    let id = world.reserve_as(Withdraw { preferred_channel: "CH-2".into(), ..withdraw(100) });
    let id = id.withdrawal_id;
    let [first, second] = two_channels();
    assert_eq!(world.start(&id).attempt.channel_id, second);
    let busy = || rejected(RejectReason::ChannelBusy);
    let back = world.answered(&id, Source::Submit, busy());
    assert_eq!((back.state, back.held_minor), (State::Reserved, 100));
    let errand = world.start(&id);
    assert_eq!((&errand.attempt.channel_id, errand.attempt.number), (&first, 2));
    assert_eq!((errand.withdrawal.channel_id.as_str(), errand.withdrawal.attempts), ("CH-1", 2));
    let failed = world.answered(&id, Source::Submit, busy());
    assert_eq!((failed.state, failed.held_minor), (State::Failed, 0));
    assert_eq!(world.money(), (1_000, 0, 0));
    assert_eq!(failed.next_action_time, None);
}

#[test]
fn after_the_most_attempts_it_fails() {
    let (mut world, id) = sent();
    for number in 1..=ATTEMPTS_MAX {
        let after = world.answered(&id, Source::Void, Said::Tombstone);
        let expected = if number < ATTEMPTS_MAX { State::Reserved } else { State::Failed };
        assert_eq!(after.state, expected, "{number}");
        assert_eq!(world.try_start(&id).is_some(), number < ATTEMPTS_MAX);
    }
    assert_eq!(world.money(), (1_000, 0, 0));
}

#[test]
fn nothing_is_followed_up_before_its_time() {
    let (mut world, id) = sent();
    let lease = world.withdrawal(&id).next_action_time.unwrap();
    world.now = lease - TimeDelta::milliseconds(1);
    let before = world.tables.clone();
    assert_eq!(world.try_follow(&id), None);
    assert_eq!(world.tables, before);
    world.now = lease;
    assert_eq!(world.try_follow(&id).unwrap().doing, Doing::Inquire);
    assert_eq!(world.try_follow(&id), None);
}

#[test]
fn one_that_nobody_answered_for_is_unknown_and_asked_for_ever_more_slowly() {
    let (mut world, id) = sent();
    let mut pause = TimeDelta::zero();
    for asked in 1..40 {
        let errand = world.follow(&id);
        assert_eq!(errand.doing, Doing::Inquire, "{asked}");
        assert_eq!((errand.attempt.epoch, errand.attempt.inquiries), (1 + asked, asked));
        let seen = (errand.attempt.state, errand.withdrawal.state, errand.withdrawal.held_minor);
        assert_eq!(seen, (AttemptState::Unknown, State::Unknown, 100));
        let now = world.account().balance.changed_time;
        let next = errand.withdrawal.next_action_time.unwrap() - now;
        let lease = TimeDelta::seconds(10);
        let pace = pace::inquiry(asked, &errand.attempt.key()).max(lease);
        // Once in between it is looked at in time for people to hear of it.
        let known = errand.withdrawal.cases != 0;
        let case = errand.withdrawal.update_time + UNKNOWN_MAX - now;
        assert_eq!(next, if known { pace } else { pace.min(case.max(lease)) });
        assert!(asked > 8 || next > pause || next == case.max(lease), "{asked}");
        pause = next;
        let after = world.answered(&id, Source::Inquiry, Said::NoAnswer);
        assert_eq!(after.next_action_time, Some(now + next), "silence changes nothing");
    }
}

#[test]
fn one_that_the_channel_has_never_seen_is_called_back_before_another_is_made() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, Said::NoAnswer);
    assert_eq!(world.follow(&id).doing, Doing::Inquire);
    let unknown = world.answered(&id, Source::Inquiry, Said::UnknownKey);
    let now = world.account().balance.changed_time;
    assert_eq!((unknown.state, unknown.next_action_time), (State::Unknown, Some(now)));
    assert_eq!(world.try_start(&id), None, "never seen is no proof");
    assert_eq!(world.follow(&id).doing, Doing::Void);
    // Silence says nothing against it.
    world.answered(&id, Source::Void, Said::NoAnswer);
    assert_eq!(world.follow(&id).doing, Doing::Void);
    assert_eq!(world.answered(&id, Source::Void, Said::Tombstone).state, State::Reserved);
    let next = world.start(&id).attempt;
    assert_eq!((next.number, next.channel_id.as_str()), (2, "CH-1"));
}

#[test]
fn a_channel_that_knows_nothing_of_what_it_is_to_void_is_not_asked_without_a_pause() {
    for said in [Said::UnknownKey, transient(RejectReason::ChannelBusy)] {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, Said::NoAnswer);
        world.follow(&id);
        world.answered(&id, Source::Inquiry, Said::UnknownKey);
        for _again in 0..5 {
            assert_eq!(world.follow(&id).doing, Doing::Void);
            let after = world.answered(&id, Source::Void, said.clone());
            assert!(after.next_action_time.unwrap() - world.now >= world.rules.payouts.lease);
        }
    }
}

#[test]
fn what_was_not_taken_is_sent_again_with_its_key_then_called_back_then_goes_elsewhere() {
    let (mut world, id) = sent();
    let busy = || transient(RejectReason::ChannelBusy);
    for again in 1..=pace::retries_max() {
        let waits = world.answered(&id, Source::Submit, busy());
        let waiting = (waits.state, waits.held_reason);
        assert_eq!(waiting, (State::Dispatching, Some(HeldReason::RetryBackoff)));
        let errand = world.follow(&id);
        assert_eq!((errand.doing, errand.attempt.number), (Doing::Send, 1));
        assert_eq!((errand.attempt.retries, errand.attempt.state), (again, AttemptState::Intent));
        assert_eq!(errand.withdrawal.held_reason, None);
    }
    world.answered(&id, Source::Submit, busy());
    assert_eq!(world.follow(&id).doing, Doing::Void);
    let back = world.answered(&id, Source::Void, Said::Tombstone);
    assert_eq!((back.state, back.reason.as_str()), (State::Reserved, "CHANNEL_BUSY"));
    let next = world.start(&id).attempt;
    assert_eq!((next.number, next.channel_id.as_str()), (2, "CH-2"));
}

#[test]
fn one_that_was_sent_again_is_not_sent_a_third_time_for_what_was_said_of_the_first() {
    let (mut world, id) = sent();
    let busy = || transient(RejectReason::ChannelBusy);
    let first = last(&world, &id);
    world.answered(&id, Source::Submit, busy());
    assert_eq!(world.follow(&id).doing, Doing::Send);
    // The first answer once more: its commit was lost, and whoever heard it tries again.
    let lease = world.withdrawal(&id).next_action_time;
    let after = world.hears(super::support::reply(Source::Submit, &first, busy()));
    assert_eq!((after.next_action_time, after.held_reason), (lease, None));
    assert_eq!(world.follow(&id).doing, Doing::Inquire);
}

#[test]
fn what_may_not_go_any_more_is_called_back_instead_of_sent_again() {
    for frozen in [true, false] {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, transient(RejectReason::Maintenance));
        if frozen {
            world.place(court(None));
        } else {
            world.done(Action::MarkSuspicious);
        }
        assert_eq!(world.follow(&id).doing, Doing::Void);
        let after = world.answered(&id, Source::Void, Said::Tombstone);
        assert_eq!(after.state, if frozen { State::Failed } else { State::Reserved });
        assert_eq!(world.try_start(&id), None);
    }
}

#[test]
fn what_people_have_to_look_at_is_called_back_and_waits_for_them() {
    for reason in [RejectReason::ComplianceHold, RejectReason::Unspecified] {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, transient(reason));
        assert_eq!(world.follow(&id).doing, Doing::Void, "{reason:?}");
        let after = world.answered(&id, Source::Void, Said::Tombstone);
        assert_eq!(after.state, State::Reserved, "{reason:?}");
        assert_eq!(after.held_reason, Some(HeldReason::Manual), "{reason:?}");
        assert_eq!(world.try_start(&id), None);
    }
}

#[test]
fn what_is_promised_is_asked_for_when_the_promise_is_over() {
    let (mut world, id) = sent();
    let accepted = world.answered(&id, Source::Submit, Said::Accepted);
    assert_eq!(accepted.state, State::Accepted);
    let now = world.account().balance.changed_time;
    assert_eq!(accepted.next_action_time, Some(now + pace::PROMISE));
    assert_eq!(world.follow(&id).doing, Doing::Inquire);
    assert_eq!(last(&world, &id).state, AttemptState::Accepted);
    let still = world.answered(&id, Source::Inquiry, Said::Accepted);
    assert!(still.next_action_time.unwrap() > world.now);
    assert_eq!(world.answered(&id, Source::Inquiry, settled(100)).state, State::Settled);
}

#[test]
fn a_promise_is_taken_for_what_it_can_be() {
    for (declared, secs) in [(None, 60), (Some(5), 5), (Some(0), 0), (Some(-5), 0)] {
        assert_eq!(pace::promise(declared), TimeDelta::seconds(secs));
    }
    assert_eq!(pace::promise(Some(i64::MAX)), pace::PROMISE_MAX);
}

#[test]
fn an_older_attempt_that_was_paid_voids_the_newer_until_it_is_closed() {
    let (mut world, id) = sent();
    let first = last(&world, &id);
    world.answered(&id, Source::Submit, rejected(RejectReason::ChannelBusy));
    let second = world.start(&id).attempt;
    let after = world.hears(super::support::report(&first.key(), settled(100)));
    assert_eq!((after.state, after.held_minor), (State::Settled, 0));
    assert_eq!(world.money(), (900, 0, 0));
    assert!(after.next_action_time.unwrap() <= world.account().balance.changed_time);
    for said in [Said::NoAnswer, Said::InProgress, Said::Accepted] {
        let errand = world.follow(&id);
        assert_eq!((errand.doing, errand.attempt.number), (Doing::Void, second.number));
        let after = world.answered(&id, Source::Void, said);
        assert!(after.next_action_time.unwrap() > world.now);
    }
    world.follow(&id);
    let closed = world.answered(&id, Source::Void, Said::Tombstone);
    assert_eq!((closed.state, closed.next_action_time), (State::Settled, None));
    assert_eq!(world.money(), (900, 0, 0));
}

#[test]
fn what_is_said_of_an_older_attempt_takes_the_newer_from_nobody() {
    let (mut world, id) = sent();
    let first = last(&world, &id);
    world.answered(&id, Source::Submit, rejected(RejectReason::ChannelBusy));
    let lease = world.start(&id).withdrawal.next_action_time;
    for said in [Said::UnknownKey, transient(RejectReason::ComplianceHold), Said::Accepted] {
        let after = world.hears(super::support::reply(Source::Inquiry, &first, said));
        assert_eq!((after.state, after.next_action_time), (State::Dispatching, lease));
    }
    // And why it is dead stays as it was said when it died: routing goes by it.
    assert_eq!(world.attempts(&id)[0].reason, "CHANNEL_BUSY");
}
