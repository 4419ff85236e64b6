//! Cases: opened by what finds the trouble, one per withdrawal and cause, and closed by what ends it.

use chrono::TimeDelta;

use super::support::{World, cny, court, debit, paid, rejected, returned, settled};
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::case::rules::{NO_CHANNEL_MAX, UNKNOWN_MAX, rule};
use crate::domain::case::{
    Case, CaseCause, CaseEntryKind, CasePhase, CaseResolution, CaseState, RootCause,
};
use crate::domain::id::WithdrawalId;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Paid, Said, Source};
use crate::domain::payout::reason::RejectReason;
use crate::domain::refusal::Reason;
use crate::domain::suspense::Clearing;
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::{HeldReason, State};

/// A withdrawal of 100 out of 1,000, its first attempt just sent.
pub(super) fn sent() -> (World, WithdrawalId) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    world.start(&id);
    (world, id)
}

fn last(world: &World, id: &WithdrawalId) -> Attempt {
    world.attempts(id).pop().unwrap()
}

pub(super) fn resolve(case: &Case, resolution: CaseResolution) -> ResolveCase {
    ResolveCase {
        case_id: case.case_id.clone(),
        resolution,
        paid_amount: None,
        reference: "receipt-1".to_owned(),
        reason: "as the channel says".to_owned(),
        analysis: String::new(),
        root_cause: None,
        expected_version: None,
    }
}

pub(super) fn kinds(world: &World, case: &Case) -> Vec<CaseEntryKind> {
    world.steps(case).into_iter().map(|step| step.kind).collect()
}

/// Follows up until there is a case of this cause.
fn until_case(world: &mut World, id: &WithdrawalId, cause: CaseCause) -> Case {
    for _ in 0..20 {
        world.follow(id);
        if world.withdrawal(id).cases & cause.bit() != 0 {
            return world.case(cause);
        }
    }
    panic!("no case of {cause:?}");
}

#[test]
fn what_nobody_knows_for_ten_minutes_is_a_case_until_it_is_known() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, Said::NoAnswer);
    let since = world.account().balance.changed_time;
    let case = until_case(&mut world, &id, CaseCause::UnknownOutcome);
    let open = case.open_time - since;
    assert!((UNKNOWN_MAX..UNKNOWN_MAX + TimeDelta::seconds(11)).contains(&open), "{open}");
    assert_eq!((case.attempt_number, case.channel_id.as_str()), (1, "CH-1"));
    assert_eq!(case.due_time, case.open_time + rule(CaseCause::UnknownOutcome).sla);
    assert_eq!(world.account().balance.open_cases, 1);
    world.follow(&id);
    assert_eq!(world.tables.cases.len(), 1);
    world.answered(&id, Source::Inquiry, settled(100));
    let case = world.case(CaseCause::UnknownOutcome);
    assert_eq!(case.state, CaseState::Closed);
    assert_eq!(case.resolution, Some(CaseResolution::ByItself));
    assert_eq!(case.root_cause, Some(RootCause::Network));
    assert!(case.analysis.contains("SETTLED") && case.analysis.contains("inquiries"));
    assert_eq!((world.account().balance.open_cases, world.withdrawal(&id).cases), (0, 0));
    let steps = world.steps(&case);
    assert_eq!(kinds(&world, &case), [CaseEntryKind::Opened, CaseEntryKind::Resolved]);
    assert!(steps.iter().all(|step| step.phase == CasePhase::Automatic));
}

#[test]
fn what_does_not_arrive_is_reminded_of_and_then_a_case() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, Said::Accepted);
    world.follow(&id);
    let reminder = world.tables.events.iter().find(|event| event.kind == "REMINDER").unwrap();
    assert_eq!(reminder.payload["about"], "NOT_ARRIVED");
    assert_eq!(world.tables.cases.len(), 0);
    world.answered(&id, Source::Inquiry, Said::Accepted);
    world.follow(&id);
    assert!(world.case(CaseCause::NotArrived).is_open());
    world.answered(&id, Source::Inquiry, settled(100));
    assert_eq!(world.case(CaseCause::NotArrived).state, CaseState::Closed);
}

#[test]
fn the_opposite_of_what_was_said_is_one_case_however_often_it_is_said() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::PayeeAccountClosed));
    world.answered(&id, Source::Callback, Said::Accepted);
    world.answered(&id, Source::Callback, Said::Accepted);
    let case = world.case(CaseCause::Contradiction);
    assert_eq!(kinds(&world, &case), [CaseEntryKind::Opened]);
    assert_eq!(world.account().balance.open_cases, 1);
    world.done(resolve(&case, CaseResolution::NoAction));
    assert_eq!(world.case(CaseCause::Contradiction).state, CaseState::Resolved);
    assert_eq!(world.account().balance.open_cases, 0);
    assert_eq!(
        world.reasons(resolve(&case, CaseResolution::NoAction)),
        [Reason::ActionNotApplicable]
    );
}

#[test]
fn what_is_paid_after_it_failed_and_can_not_be_taken_is_owed_until_it_comes_back() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::PayeeAccountClosed));
    world.done(debit(1_000));
    world.answered(&id, Source::Callback, settled(100));
    let case = world.case(CaseCause::LateSuccess);
    let item = world.items().pop().unwrap();
    assert_eq!((item.booking, item.case_id.as_str()), (Booking::Receivable, case.case_id.as_str()));
    assert_eq!(case.subject_id, item.item_id.as_str());
    world.answered(&id, Source::Callback, returned(100));
    let items = world.items();
    assert_eq!(items.len(), 2);
    assert!(items.iter().all(|item| item.clearing == Some(Clearing::Offset)));
    assert_eq!(world.case(CaseCause::LateSuccess).state, CaseState::Closed);
    assert_eq!(world.account().balance.open_cases, 0);
}

#[test]
fn what_is_paid_twice_is_in_suspense_with_a_case() {
    let (mut world, id) = sent();
    let first = last(&world, &id);
    world.answered(&id, Source::Submit, rejected(RejectReason::ChannelBusy));
    world.start(&id);
    world.answered(&id, Source::Submit, settled(100));
    world.hears(super::support::report(&first.key(), settled(100)));
    let case = world.case(CaseCause::SecondSettlement);
    assert_eq!(case.attempt_number, 1);
    let item = world.items().pop().unwrap();
    assert_eq!((item.booking, item.channel_id.as_str()), (Booking::Suspense, "CH-1"));
    assert_eq!(world.tables.cases.len(), 1);
}

#[test]
fn a_rejection_that_only_people_can_judge_waits_for_them() {
    let (mut world, id) = sent();
    let row = world.answered(&id, Source::Submit, rejected(RejectReason::ComplianceHold));
    assert_eq!((row.state, row.held_reason), (State::Reserved, Some(HeldReason::Manual)));
    assert_eq!(world.money(), (1_000, 100, 1));
    assert_eq!(world.try_start(&id), None);
    let case = world.case(CaseCause::ManualDecision);
    assert_eq!(
        world.reasons(resolve(&case, CaseResolution::NoAction)),
        [Reason::ActionNotApplicable]
    );
    world.done(resolve(&case, CaseResolution::NextChannel));
    assert_eq!(world.withdrawal(&id).held_reason, None);
    assert_eq!(world.start(&id).attempt.channel_id.as_str(), "CH-2");
}

#[test]
fn people_may_send_it_again_over_the_same_channel_or_give_the_money_back() {
    for resolution in [CaseResolution::Retry, CaseResolution::MarkFailed] {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, rejected(RejectReason::ComplianceHold));
        let case = world.case(CaseCause::ManualDecision);
        world.done(resolve(&case, resolution));
        if resolution == CaseResolution::Retry {
            assert_eq!(world.start(&id).attempt.channel_id.as_str(), "CH-1");
        } else {
            assert_eq!(world.withdrawal(&id).state, State::Failed);
            assert_eq!(world.money(), (1_000, 0, 0));
        }
    }
}

#[test]
fn what_waits_for_people_fails_after_its_time_to_live_or_at_once_under_a_freeze() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::ComplianceHold));
    world.now += TimeDelta::days(2);
    assert_eq!(world.try_start(&id), None);
    assert_eq!(world.withdrawal(&id).state, State::Failed);
    assert_eq!(world.case(CaseCause::ManualDecision).state, CaseState::Closed);
    let (mut world, id) = sent();
    world.place(court(Some(1_000)));
    let row = world.answered(&id, Source::Submit, rejected(RejectReason::ComplianceHold));
    assert_eq!(row.state, State::Failed);
    assert_eq!(world.tables.cases.len(), 0);
}

#[test]
fn no_channel_for_half_an_hour_is_a_case_until_one_takes_it() {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    let channels = std::mem::take(&mut world.roster);
    assert_eq!(world.try_start(&id), None);
    world.now += NO_CHANNEL_MAX + TimeDelta::seconds(1);
    assert_eq!(world.try_start(&id), None);
    assert!(world.case(CaseCause::NoChannel).is_open());
    world.roster = channels;
    world.start(&id);
    assert_eq!(world.case(CaseCause::NoChannel).resolution, Some(CaseResolution::ByItself));
    assert_eq!(world.account().balance.open_cases, 0);
}

#[test]
fn two_persons_say_what_became_of_what_nobody_knows() {
    for (resolution, state) in
        [(CaseResolution::MarkSettled, State::Settled), (CaseResolution::MarkFailed, State::Failed)]
    {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, Said::NoAnswer);
        let case = until_case(&mut world, &id, CaseCause::UnknownOutcome);
        world.done(resolve(&case, resolution));
        assert_eq!(world.withdrawal(&id).state, state);
        let said = world.tables.evidence.values().find(|row| row.source == Source::People).unwrap();
        assert_eq!(said.channel_code, "receipt-1");
        let case = world.case(CaseCause::UnknownOutcome);
        assert_eq!((case.state, case.resolution), (CaseState::Resolved, Some(resolution)));
        assert_eq!(world.account().balance.open_cases, 0);
    }
}

/// A withdrawal of 100 out of 1,000, quarantined because the channel says that it paid this.
pub(super) fn quarantined(said: i64) -> (World, WithdrawalId) {
    let (mut world, id) = sent();
    let wrong = Paid { amount: cny(said), ..paid(said) };
    let row = world.answered(&id, Source::Submit, Said::Settled(wrong));
    assert_eq!(row.state, State::Quarantined);
    (world, id)
}

#[test]
fn a_quarantine_is_resolved_each_way_and_books_only_the_difference() {
    // What people say was paid; the balance after it, and what is owed.
    let table = [
        (CaseResolution::MarkSettled, Some(70), 930, 0, State::Settled),
        (CaseResolution::MarkSettled, Some(130), 870, 0, State::Settled),
        (CaseResolution::MarkSettled, None, 900, 0, State::Settled),
        (CaseResolution::MarkSettled, Some(1_500), 900, 1_400, State::Settled),
        (CaseResolution::MarkFailed, None, 1_000, 0, State::Failed),
        (CaseResolution::WriteOff, None, 1_000, 0, State::WrittenOff),
    ];
    for (resolution, said, balance, owed, state) in table {
        let (mut world, id) = quarantined(70);
        let case = world.case(CaseCause::Mismatch);
        let paid_amount = said.map(cny);
        world.done(ResolveCase { paid_amount, ..resolve(&case, resolution) });
        let row = world.withdrawal(&id).clone();
        // Whoever sees to what is owed has a case of their own.
        let cases = if owed == 0 { 0 } else { CaseCause::FactNotBooked.bit() };
        assert_eq!((row.state, row.held_minor, row.cases), (state, 0, cases), "{resolution:?}");
        assert_eq!(world.money(), (balance, 0, 0), "{resolution:?} {said:?}");
        let items = world.items();
        assert_eq!(items.iter().map(|item| item.amount_minor).sum::<i64>(), owed);
        let attempt = last(&world, &id);
        assert!(!attempt.is_open());
        assert_eq!(row.next_action_time, None);
    }
}

#[test]
fn what_was_debited_before_it_was_quarantined_is_given_back_in_part_or_whole() {
    for (resolution, said, balance) in [
        (CaseResolution::MarkSettled, Some(70), 930),
        (CaseResolution::MarkSettled, None, 900),
        (CaseResolution::MarkFailed, None, 1_000),
    ] {
        let (mut world, id) = sent();
        world.answered(&id, Source::Submit, settled(100));
        world.answered(&id, Source::Callback, Said::Settled(Paid { amount: cny(70), ..paid(70) }));
        let case = world.case(CaseCause::Mismatch);
        let paid_amount = said.map(cny);
        world.done(ResolveCase { paid_amount, ..resolve(&case, resolution) });
        assert_eq!(world.money(), (balance, 0, 0), "{resolution:?} {said:?}");
        assert_eq!(last(&world, &id).state, AttemptState::Settled);
        // What the channel says of it once more changes nothing.
        world.answered(&id, Source::Callback, Said::Settled(Paid { amount: cny(70), ..paid(70) }));
        assert_eq!(world.money(), (balance, 0, 0));
        assert_ne!(world.withdrawal(&id).state, State::Quarantined);
    }
}

#[test]
fn a_correction_never_takes_frozen_money() {
    let (mut world, id) = quarantined(70);
    world.place(court(Some(900)));
    let case = world.case(CaseCause::Mismatch);
    let paid_amount = Some(cny(250));
    world.done(ResolveCase { paid_amount, ..resolve(&case, CaseResolution::MarkSettled) });
    assert_eq!(world.money(), (900, 0, 0));
    let item = world.items().pop().unwrap();
    assert_eq!((item.booking, item.amount_minor), (Booking::Receivable, 150));
    assert_eq!(world.withdrawal(&id).state, State::Settled);
}
