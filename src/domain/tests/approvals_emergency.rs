//! Emergency freezes: they act at once, and stay only when a second person confirms.

use chrono::Duration;

use super::approvals::{check_chain, proposed, says, stored, strict, word};
use super::support::{World, cny, credit, microsecond, order, release};
use crate::domain::act::create_freeze::{CreateFreeze, Duration as Lasts};
use crate::domain::act::decide_approval::Verdict;
use crate::domain::act::release_freeze::Extent;
use crate::domain::approval::subject;
use crate::domain::approval::{Approval, ApprovalState, ApprovalStatus};
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{EmergencyCause, Freeze, FreezeActKind, FreezeStatus, Urgency};
use crate::domain::history::StatusChange;
use crate::domain::id::FreezeId;
use crate::domain::lapse::LAPSE;
use crate::domain::principal::Principal;
use crate::domain::refusal::Reason;
use crate::domain::terms::Term;

fn emergency() -> CreateFreeze {
    CreateFreeze {
        urgency: Urgency::Emergency,
        emergency_cause: Some(EmergencyCause::FraudInProgress),
        ..order(AuthorityKind::Bank, Some(60))
    }
}

/// A world with an emergency freeze and its confirmation.
fn frozen() -> (World, FreezeId, Approval) {
    let mut world = strict(100);
    let freeze = world.place(emergency()).freeze;
    let approval = world.account().approvals[0].clone();
    (world, freeze.freeze_id, approval)
}

fn last(world: &World) -> &StatusChange {
    world.tables.history.last().unwrap()
}

fn seconds(row: &StatusChange) -> (ApprovalStatus, &str, Option<&str>) {
    (row.approval_status, &row.change_by, row.approved_by.as_deref())
}

#[test]
fn it_acts_at_once_and_its_confirmation_waits_as_long_as_it_stands() {
    let (world, id, approval) = frozen();
    let freeze: &Freeze = world.freeze(&id);
    let end = world.now + Duration::hours(48);
    assert_eq!((world.account().available(), freeze.expire_time), (40, Some(end)));
    assert_eq!((&*approval.action, approval.expire_time), ("CONFIRM_FREEZE", end));
    assert_eq!((&*approval.subject_id, &*approval.proposed_by), (id.as_str(), "maker"));
    assert!(subject::fits(&approval, world.account()));
    assert_eq!(seconds(last(&world)), (ApprovalStatus::Pending, "maker", None));
}

#[test]
fn confirmed_it_stays_without_an_end_and_history_tells() {
    let (mut world, id, approval) = frozen();
    let refused = says(&mut world, "maker", &approval, Verdict::Approve).unwrap_err();
    assert_eq!(refused.reason(), Reason::ApproverIsProposer);
    let rows = world.tables.history.len();
    says(&mut world, "checker", &approval, Verdict::Approve).unwrap();
    let freeze = world.freeze(&id);
    assert_eq!((freeze.expire_time, freeze.expiry_date, freeze.term()), (None, None, None));
    assert_eq!(freeze.urgency, Urgency::Ordinary);
    assert_eq!(freeze.emergency_cause, Some(EmergencyCause::FraudInProgress));
    assert_eq!(world.tables.history.len(), rows + 1, "though nothing shows");
    assert_eq!(seconds(last(&world)), (ApprovalStatus::Approved, "maker", Some("checker")));
    assert_eq!(world.tables.freeze_acts.last().unwrap().act, FreezeActKind::Confirmed);
    check_chain(&world);
    world.now += Duration::days(1000);
    world.done(credit(1));
    assert_eq!(world.freeze(&id).freeze_status, FreezeStatus::Active);
}

#[test]
fn an_end_that_was_asked_for_stays_when_it_is_confirmed() {
    let (begin, day) = (strict(100).now, Duration::hours(24));
    for (duration, end) in [
        (Lasts::Until(begin + day), Some(begin + day)),
        (Lasts::For(Term::hours(24)), Some(begin + day)),
        (Lasts::For(Term::hours(48)), Some(begin + day * 2)),
        (Lasts::Unstated, None),
    ] {
        let mut world = strict(100);
        let id = world.place(CreateFreeze { duration, ..emergency() }).freeze.freeze_id;
        let approval = world.account().approvals[0].clone();
        assert_eq!(approval.expire_time, end.unwrap_or(begin + day * 2));
        says(&mut world, "checker", &approval, Verdict::Approve).unwrap();
        assert_eq!(world.freeze(&id).expire_time, end);
        world.now = begin + day * 2;
        world.done(credit(1));
        assert_eq!(world.freeze(&id).in_force(), end.is_none());
    }
}

#[test]
fn turned_down_it_is_released_by_who_turned_it_down() {
    let (mut world, id, approval) = frozen();
    let done = says(&mut world, "checker", &approval, Verdict::Reject).unwrap();
    assert_eq!((done.approval.state, done.outcome), (ApprovalState::Rejected, None));
    assert_eq!(world.freeze(&id).freeze_status, FreezeStatus::Released);
    assert_eq!(world.account().available(), 100);
    assert_eq!(seconds(last(&world)), (ApprovalStatus::NotRequired, "checker", None));
    assert_eq!(last(&world).change_reason, "seen");
    assert_eq!(world.tables.freeze_acts.last().unwrap().principal, "checker");
    check_chain(&world);
}

#[test]
fn left_alone_both_are_over_at_the_same_instant() {
    let (mut world, id, approval) = frozen();
    let end = approval.expire_time;
    world.now = end - microsecond();
    world.done(Command::Lapse);
    assert_eq!(world.freeze(&id).freeze_status, FreezeStatus::Active);
    world.now = end;
    let refused = says(&mut world, "checker", &approval, Verdict::Approve).unwrap_err();
    assert_eq!(refused.reason(), Reason::ApprovalDecided);
    assert_eq!(world.freeze(&id).freeze_status, FreezeStatus::Expired);
    let row = stored(&world, &approval);
    assert_eq!((row.state, row.decide_time), (ApprovalState::Expired, Some(end)));
    assert_eq!(seconds(last(&world)), (ApprovalStatus::NotRequired, LAPSE, None));
    assert_eq!(last(&world).change_date, end);
    check_chain(&world);
}

#[test]
fn its_confirmation_is_never_taken_back() {
    let (mut world, id, approval) = frozen();
    let before = world.tables.clone();
    let refused = says(&mut world, "maker", &approval, Verdict::Withdraw).unwrap_err();
    assert_eq!(refused.reason(), Reason::ActionNotApplicable);
    assert_eq!(world.tables, before);
    // Its release is proposed like any other, and ends the confirmation.
    let freeze = world.freeze(&id).clone();
    let lift = proposed(&mut world, release(&freeze, Extent::Whole));
    says(&mut world, "checker", &lift, Verdict::Approve).unwrap();
    assert_eq!(stored(&world, &approval).state, ApprovalState::Stale);
    assert_eq!(world.freeze(&id).freeze_status, FreezeStatus::Released);
}

#[test]
fn partly_released_it_can_still_be_confirmed_or_turned_down() {
    for (verdict, left) in [(Verdict::Approve, 25), (Verdict::Reject, 0)] {
        let (mut world, id, approval) = frozen();
        let freeze = world.freeze(&id).clone();
        let part = proposed(&mut world, release(&freeze, Extent::Part(cny(35))));
        says(&mut world, "checker", &part, Verdict::Approve).unwrap();
        assert_eq!(stored(&world, &approval).state, ApprovalState::Pending);
        // A release that was proposed before is about a freeze that changed since.
        let freeze = world.freeze(&id).clone();
        let rest = proposed(&mut world, release(&freeze, Extent::Whole));
        says(&mut world, "checker", &approval, verdict).unwrap();
        assert_eq!(world.account().available(), 100 - left);
        assert_eq!(stored(&world, &rest).state, ApprovalState::Stale);
        assert_eq!(world.freeze(&id).in_force(), verdict == Verdict::Approve);
        check_chain(&world);
        world.now += Duration::hours(48);
        world.done(credit(1));
        assert_eq!(world.account().available(), 101 - left);
    }
}

#[test]
fn where_nothing_waits_it_is_confirmed_all_the_same() {
    let mut world = World::with_balance(100);
    world.principal = Principal::service("maker");
    let id = world.place(emergency()).freeze.freeze_id;
    let approval = world.account().approvals[0].clone();
    world.principal = Principal::service("checker");
    world.done(word(&approval, Verdict::Approve));
    assert_eq!(world.freeze(&id).expire_time, None);
}

#[test]
fn it_needs_a_cause_from_the_list_and_only_it_has_one() {
    let fields = |create: CreateFreeze, world: &World| -> Vec<String> {
        create.violations(world.now).into_iter().map(|wrong| wrong.field.into_owned()).collect()
    };
    let world = strict(100);
    assert!(fields(emergency(), &world).is_empty());
    let none = CreateFreeze { emergency_cause: None, ..emergency() };
    assert_eq!(fields(none, &world), ["emergency_cause"]);
    let ordinary = CreateFreeze { urgency: Urgency::Ordinary, ..emergency() };
    assert_eq!(fields(ordinary, &world), ["emergency_cause"]);
}
