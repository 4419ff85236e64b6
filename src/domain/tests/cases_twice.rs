//! Cases of a payout that goes wrong more than once: what is known of one attempt, or was resolved
//! before, decides nothing about another.

use super::cases_found::{kinds, quarantined, resolve, sent};
use super::support::{World, cny, debit, paid, rejected, reply};
use crate::domain::act::add_case_note::AddCaseNote;
use crate::domain::act::resolve_case::ResolveCase;
use crate::domain::case::{Case, CaseCause, CaseEntryKind, CaseResolution, CaseState, RootCause};
use crate::domain::payout::attempt::AttemptState;
use crate::domain::payout::evidence::{Paid, Said, Source};
use crate::domain::payout::reason::RejectReason;
use crate::domain::refusal::Reason;
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::State;

fn settled(minor: i64) -> Said {
    Said::Settled(Paid { amount: cny(minor), ..paid(minor) })
}

fn back(minor: i64) -> Said {
    Said::Returned(Paid { amount: cny(minor), ..paid(minor) })
}

fn open(world: &World, cause: CaseCause) -> Case {
    let mut rows = world.tables.cases.values().filter(|row| row.cause == cause && row.is_open());
    let row = rows.next().expect("one is open").clone();
    assert_eq!(rows.next(), None);
    row
}

#[test]
fn the_analysis_of_an_old_case_leaves_the_new_one_open() {
    let (mut world, id) = quarantined(70);
    let old = world.case(CaseCause::Mismatch);
    world.done(ResolveCase {
        paid_amount: Some(cny(70)),
        ..resolve(&old, CaseResolution::MarkSettled)
    });
    world.answered(&id, Source::Callback, back(60));
    assert_eq!(world.withdrawal(&id).state, State::Quarantined);
    let new = open(&world, CaseCause::Mismatch);
    world.done(AddCaseNote {
        case_id: old.case_id,
        kind: CaseEntryKind::Analysed,
        text: "the channel kept a fee".to_owned(),
        institution: String::new(),
        reference: String::new(),
        root_cause: Some(RootCause::Channel),
    });
    assert_eq!(world.withdrawal(&id).cases, CaseCause::Mismatch.bit());
    assert_eq!(world.account().balance.open_cases, 1);
    // Of the 70 that were booked 60 came back.
    world.done(ResolveCase {
        paid_amount: Some(cny(10)),
        ..resolve(&new, CaseResolution::MarkSettled)
    });
    assert_eq!((world.money(), world.withdrawal(&id).cases), ((990, 0, 0), 0));
}

#[test]
fn what_is_said_of_one_attempt_by_people_ends_no_other() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::BankNotServed));
    let first = world.attempts(&id).pop().unwrap();
    world.start(&id);
    world.answered(&id, Source::Submit, Said::Accepted);
    world.hears(reply(Source::Callback, &first, Said::Accepted));
    let case = world.case(CaseCause::Contradiction);
    assert_eq!(case.attempt_number, 1);
    for resolution in [CaseResolution::MarkFailed, CaseResolution::MarkSettled] {
        let refused = world.reasons(resolve(&case, resolution));
        assert_eq!(refused, [Reason::ActionNotApplicable]);
    }
    assert_eq!(world.attempts(&id).pop().unwrap().state, AttemptState::Accepted);
}

#[test]
fn a_quarantine_frees_nothing_while_another_attempt_may_be_paid() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::BankNotServed));
    let first = world.attempts(&id).pop().unwrap();
    world.start(&id);
    world.answered(&id, Source::Submit, Said::NoAnswer);
    world.hears(reply(Source::Callback, &first, settled(70)));
    let case = world.case(CaseCause::Mismatch);
    assert_eq!((case.attempt_number, world.withdrawal(&id).state), (1, State::Quarantined));
    for resolution in [CaseResolution::MarkFailed, CaseResolution::WriteOff] {
        let refused = world.reasons(resolve(&case, resolution));
        assert_eq!(refused, [Reason::ActionNotApplicable], "{resolution:?}");
    }
    world.answered(&id, Source::Void, Said::Tombstone);
    world.done(resolve(&case, CaseResolution::MarkFailed));
    assert_eq!(world.money(), (1_000, 0, 0));
}

#[test]
fn what_was_said_before_and_resolved_opens_nothing_anew() {
    let (mut world, id) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::PayeeAccountClosed));
    world.answered(&id, Source::Callback, settled(90));
    let case = world.case(CaseCause::Mismatch);
    // Repeated while people look into it, it adds nothing.
    world.answered(&id, Source::Inquiry, settled(90));
    assert_eq!(kinds(&world, &world.case(CaseCause::Mismatch)), kinds(&world, &case));
    world.done(ResolveCase {
        paid_amount: Some(cny(90)),
        ..resolve(&case, CaseResolution::MarkSettled)
    });
    world.answered(&id, Source::Statement, settled(90));
    assert_eq!(world.withdrawal(&id).state, State::Settled);
    assert_eq!(world.case(CaseCause::Mismatch).state, CaseState::Resolved);
    // Something else is news.
    world.answered(&id, Source::Callback, settled(80));
    assert_eq!(world.withdrawal(&id).state, State::Quarantined);
}

#[test]
fn what_comes_back_of_a_mixed_correction_goes_where_it_was_taken() {
    let (mut world, id) = quarantined(130);
    // 900 are there beside the 100 that are held.
    world.done(debit(890));
    let case = world.case(CaseCause::Mismatch);
    world.done(ResolveCase {
        paid_amount: Some(cny(130)),
        ..resolve(&case, CaseResolution::MarkSettled)
    });
    let owed = world.items();
    assert_eq!((owed.len(), owed[0].amount_minor, owed[0].booking), (1, 30, Booking::Receivable));
    assert_eq!(world.money(), (10, 0, 0));
    let task = open(&world, CaseCause::FactNotBooked);
    assert_eq!(task.subject_id, owed[0].item_id.as_str());
    world.answered(&id, Source::Callback, back(130));
    let case = open(&world, CaseCause::Mismatch);
    world.done(resolve(&case, CaseResolution::MarkFailed));
    assert_eq!(world.money(), (110, 0, 0), "the 100 that were taken of the balance");
}
