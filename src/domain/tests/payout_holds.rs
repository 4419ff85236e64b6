//! What is reserved is looked at once more before it is sent: what a freeze claims is given up, what
//! a condition forbids or no channel takes is held, and fails after a day.

use chrono::TimeDelta;

use super::passing::{ROWS, in_rows, stop};
use super::support::{World, account, court, rejected, release, two_channels, withdraw};
use crate::domain::account::Account;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::errand::Doing;
use crate::domain::act::release_freeze::Extent;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::id::WithdrawalId;
use crate::domain::pass::Row;
use crate::domain::payout::attempt::AttemptState;
use crate::domain::payout::evidence::Source;
use crate::domain::payout::reason::RejectReason;
use crate::domain::refusal::Reason;
use crate::domain::status::{Cause, Lifecycle};
use crate::domain::transaction::{EntryChannel, Purpose};
use crate::domain::withdrawal::{HeldReason, State};

/// A withdrawal of 100 out of 1,000 is reserved; then the account is as `row` says (400 frozen or
/// stopped, 50 per debit).
fn reserved_before(row: Row, command: Withdraw) -> (World, WithdrawalId) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve_as(command).withdrawal_id;
    let Account { conditions, freezes, .. } = in_rows(&[row]);
    let account = world.tables.accounts.values_mut().next().unwrap();
    account.conditions = conditions;
    account.freezes = freezes;
    account.derive_balance();
    (world, id)
}

/// What becomes of a transfer by app, of a tax payment, and of a transfer at the counter, when they
/// are to be sent: sent, held, taken by a freeze. A lifecycle can't change under a reservation.
fn expected(row: Row) -> Option<[&'static str; 3]> {
    Some(match row {
        Row::Closed | Row::Opening => return None,
        Row::Open | Row::LimitReached | Row::FrozenAmount => ["sent"; 3],
        Row::StopAmountFraudOrCustoms | Row::StopAmountArrears => ["sent"; 3],
        Row::FrozenWhole | Row::FrozenTwoWay => ["taken"; 3],
        Row::Lost
        | Row::StopFraudOrCustoms
        | Row::StopArrears
        | Row::Suspicious
        | Row::NoDebit
        | Row::Dormant => ["held"; 3],
        Row::InfoExpired | Row::NonCounter => ["held", "sent", "sent"],
        Row::AmountPerDebit => ["held", "sent", "held"],
    })
}

#[test]
fn every_row_of_what_may_pass_counts_when_it_is_sent() {
    let tax = Withdraw { purpose: Purpose::Tax, ..withdraw(100) };
    let counter = Withdraw { entry_channel: EntryChannel::Counter, ..withdraw(100) };
    for row in ROWS {
        let Some(expected) = expected(row) else { continue };
        for (command, expected) in
            [withdraw(100), tax.clone(), counter.clone()].into_iter().zip(expected)
        {
            let (mut world, id) = reserved_before(row, command);
            let sent = world.try_start(&id);
            let now = world.withdrawal(&id);
            let found = match (sent, now.state, now.held_reason) {
                (Some(_), State::Dispatching, None) => "sent",
                (None, State::Reserved, Some(HeldReason::Condition)) => "held",
                (None, State::Cancelled, None) => "taken",
                other => panic!("{row:?}: {other:?}"),
            };
            assert_eq!(found, expected, "{row:?}");
            let held = if found == "taken" { 0 } else { 100 };
            assert_eq!(world.money(), (1_000, held, i64::from(held > 0)), "{row:?}");
        }
    }
}

#[test]
fn what_is_held_goes_when_the_condition_ends() {
    for (set, clear) in [
        (Action::ReportLoss, Action::WithdrawLoss),
        (Action::MarkSuspicious, Action::ClearSuspicion),
        (Action::StopPayment, Action::ResumePayment),
        (Action::MarkDormant, Action::Reactivate),
    ] {
        let mut world = World::with_balance(1_000);
        let id = world.reserve(100).withdrawal_id;
        world.done(set);
        assert_eq!(world.try_start(&id), None);
        let held = world.withdrawal(&id).clone();
        let now = world.account().balance.changed_time;
        assert_eq!((held.held_since, held.version), (Some(now), 2), "{set:?}");
        world.now += TimeDelta::hours(1);
        assert_eq!(world.try_start(&id), None);
        let again = world.withdrawal(&id).clone();
        assert_eq!((again.held_since, again.version), (held.held_since, 2), "{set:?}");
        world.done(clear);
        assert_eq!(world.start(&id).doing, Doing::Send, "{set:?}");
        let sent = world.withdrawal(&id);
        assert_eq!((sent.held_reason, sent.held_since), (None, None), "{set:?}");
    }
}

#[test]
fn what_is_held_for_a_day_fails_and_its_money_is_free() {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    world.done(Action::MarkSuspicious);
    assert_eq!(world.try_start(&id), None);
    let since = world.withdrawal(&id).held_since.unwrap();
    world.now = since + TimeDelta::hours(24) - TimeDelta::seconds(1);
    assert_eq!(world.try_start(&id), None);
    let held = world.withdrawal(&id);
    assert_eq!(held.state, State::Reserved);
    assert_eq!(held.next_action_time, Some(since + TimeDelta::hours(24)));
    world.now = since + TimeDelta::hours(24);
    assert_eq!(world.try_start(&id), None);
    let failed = world.withdrawal(&id);
    assert_eq!((failed.state, failed.reason.as_str()), (State::Failed, "CONDITION"));
    assert_eq!((failed.held_minor, failed.next_action_time), (0, None));
    assert_eq!(world.money(), (1_000, 0, 0));
}

#[test]
fn without_a_channel_it_is_held() {
    let mut world = World::with_balance(1_000);
    let roster = std::mem::take(&mut world.roster);
    let id = world.reserve(100).withdrawal_id;
    assert_eq!(world.try_start(&id), None);
    assert_eq!(world.withdrawal(&id).held_reason, Some(HeldReason::NoChannel));
    world.roster = roster;
    world.start(&id);
}

#[test]
fn a_filled_freeze_lets_it_go_and_an_unfilled_one_takes_it() {
    for (claim, state) in [(900, State::Dispatching), (901, State::Cancelled)] {
        let mut world = World::with_balance(1_000);
        let id = world.reserve(100).withdrawal_id;
        world.place(court(Some(claim)));
        let _errand = world.try_start(&id);
        assert_eq!(world.withdrawal(&id).state, state, "{claim}");
    }
}

#[test]
fn a_claim_that_came_unfilled_later_takes_what_was_not_sent() {
    // The bank collects a fee from what the freeze had: the order is short of it now.
    let (mut world, id) = reserved_before(Row::Open, withdraw(100));
    world.place(court(Some(900)));
    world.tables.accounts.values_mut().next().unwrap().balance.balance_minor -= 1;
    assert_eq!(world.try_start(&id), None);
    assert_eq!(world.withdrawal(&id).state, State::Cancelled);
    assert_eq!(world.money(), (999, 0, 0));
}

#[test]
fn all_that_is_there_may_be_sent() {
    let mut world = World::with_balance(100);
    let id = world.reserve(100).withdrawal_id;
    assert_eq!(world.account().available(), 0);
    world.done(Action::MarkSuspicious);
    assert_eq!(world.try_start(&id), None);
    world.done(Action::ClearSuspicion);
    world.start(&id);
    // And while a stop leaves what it stops.
    let mut account = account(Lifecycle::Open, 500);
    account.conditions.push(stop(Cause::StopCustoms, Some(400)));
    let mut world = World::holding(account);
    let id = world.reserve(100).withdrawal_id;
    world.start(&id);
}

#[test]
fn what_was_started_is_started_once_and_not_cancelled() {
    let mut world = World::with_balance(1_000);
    let reserved = world.reserve(100);
    let id = reserved.withdrawal_id.clone();
    let errand = world.start(&id);
    assert_eq!((errand.attempt.number, errand.attempt.epoch), (1, 1));
    assert_eq!(errand.attempt.state, AttemptState::Intent);
    let lease = world.account().balance.changed_time + world.rules.payouts.lease;
    assert_eq!(errand.withdrawal.next_action_time, Some(lease));
    assert_eq!(world.try_start(&id), None);
    assert_eq!(world.attempts(&id).len(), 1);
    let reasons = world.reasons(super::support::cancel(&reserved));
    assert_eq!(reasons, [Reason::WithdrawalNotCancellable]);
    assert_eq!(world.money(), (1_000, 100, 1));
}

#[test]
fn a_started_one_goes_on_under_a_freeze_and_fails_when_it_is_dead() {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    world.start(&id);
    let receipt = world.place(CreateFreeze { ..court(Some(950)) });
    assert_eq!(receipt.cancelled, []);
    let busy = rejected(RejectReason::ChannelBusy);
    let failed = world.answered(&id, Source::Submit, busy);
    assert_eq!((failed.state, failed.reason.as_str()), (State::Failed, "CHANNEL_BUSY"));
    assert_eq!(world.money(), (1_000, 0, 0));
    assert_eq!(world.account().available(), 50);
    world.done(release(&receipt.freeze, Extent::Whole));
    assert_eq!(world.account().available(), 1_000);
}

#[test]
fn a_condition_meanwhile_leaves_it_reserved_and_held() {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    let [first, second] = two_channels();
    assert_eq!(world.start(&id).attempt.channel_id, first);
    world.done(Action::MarkSuspicious);
    let back = world.answered(&id, Source::Submit, rejected(RejectReason::BankNotServed));
    assert_eq!(back.state, State::Reserved);
    assert_eq!(world.try_start(&id), None);
    assert_eq!(world.withdrawal(&id).held_reason, Some(HeldReason::Condition));
    world.done(Action::ClearSuspicion);
    assert_eq!(world.start(&id).attempt.channel_id, second);
}
