//! How proposals end by themselves: by time, and when what they are about moves on.

use chrono::Duration;

use super::approvals::{insist, proposed, says, stored, strict};
use super::support::{Sent, World, cny, court, credit, microsecond, order, release};
use crate::domain::account::OPEN_APPROVALS;
use crate::domain::act::decide_approval::Verdict;
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::action::Action;
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeSource};
use crate::domain::lapse::seen_at;
use crate::domain::refusal::{Fact, Reason};

#[test]
fn a_proposal_ends_at_its_exact_instant() {
    let mut world = strict(0);
    world.rules.approval_hours = 5;
    let approval = proposed(&mut world, Action::Close);
    let end = world.now + Duration::hours(5);
    assert_eq!((approval.expire_time, world.account().balance.next_lapse_time), (end, Some(end)));
    assert_eq!(world.account().balance.condition_mask, OPEN_APPROVALS);
    assert_eq!(approval.clone().seen_at(end - microsecond()), approval);
    let seen = approval.clone().seen_at(end);
    assert_eq!((seen.state, seen.decide_time), (ApprovalState::Expired, Some(end)));

    world.now = end - microsecond();
    let mut earlier = strict(0);
    earlier.tables = world.tables.clone();
    earlier.now = world.now;
    says(&mut earlier, "checker", &approval, Verdict::Approve).unwrap();

    world.now = end;
    for verdict in [Verdict::Approve, Verdict::Reject] {
        let refused = says(&mut world, "checker", &approval, verdict).unwrap_err();
        assert_eq!(refused.reason(), Reason::ApprovalDecided);
        assert_eq!(refused.all()[0].facts[&Fact::State], "EXPIRED");
    }
    // The refused command wrote it down.
    assert_eq!(stored(&world, &approval), &seen);
    assert_eq!(world.account().balance.condition_mask, 0);
}

#[test]
fn the_sweep_writes_expiry_down_and_nothing_else() {
    let mut world = strict(0);
    let approval = proposed(&mut world, Action::Close);
    let (version, history) = (world.account().balance.status_version, world.tables.history.len());
    world.now = approval.expire_time + Duration::seconds(1);
    world.done(Command::Lapse);
    let row = stored(&world, &approval);
    assert_eq!((row.state, row.decide_time), (ApprovalState::Expired, Some(approval.expire_time)));
    assert_eq!(world.account().balance.status_version, version, "the etag stays");
    assert_eq!((world.tables.history.len(), world.account().approvals.len()), (history, 0));
    let told = world.tables.events.last().unwrap();
    assert_eq!((&*told.kind, told.event_time), ("APPROVAL_EXPIRED", approval.expire_time));
}

#[test]
fn reading_an_account_sees_the_same_as_the_sweep_writes() {
    let mut world = strict(0);
    let approval = proposed(&mut world, Action::Close);
    let read = seen_at(world.account().clone(), approval.expire_time, world.rules.zone);
    world.now = approval.expire_time;
    world.done(Command::Lapse);
    assert_eq!(read.approvals, world.account().approvals);
    assert_eq!(read.balance.condition_mask, world.account().balance.condition_mask);
    assert_eq!(read.balance.status_version, world.account().balance.status_version);
}

/// A release that needs nobody.
fn by_network(freeze: &Freeze, extent: Extent) -> Sent {
    let source = Some(FreezeSource::CourtNetwork);
    ReleaseFreeze { source, ..release(freeze, extent) }.into()
}

fn ends(world: &mut World, approval: &Approval, by: Sent) -> ApprovalState {
    world.done(by);
    let state = stored(world, approval).state;
    let said = says(world, "checker", approval, Verdict::Approve);
    match state {
        ApprovalState::Stale => {
            assert_eq!(said.unwrap_err().reason(), Reason::ApprovalStale);
            for (who, verdict) in [("checker", Verdict::Reject), ("maker", Verdict::Withdraw)] {
                let refused = says(world, who, approval, verdict).unwrap_err();
                assert_eq!(refused.reason(), Reason::ApprovalStale);
            }
        }
        _ => assert_eq!(said.unwrap().approval.state, ApprovalState::Approved),
    }
    state
}

#[test]
fn a_proposal_about_a_freeze_is_stale_when_that_freeze_moved() {
    for (moves, expected) in [(0, ApprovalState::Stale), (1, ApprovalState::Pending)] {
        let mut world = World::with_balance(100);
        let freezes = [world.place(court(Some(60))).freeze, world.place(court(Some(30))).freeze];
        insist(&mut world);
        let approval = proposed(&mut world, release(&freezes[0], Extent::Whole));
        let other = by_network(&freezes[moves], Extent::Part(cny(10)));
        assert_eq!(ends(&mut world, &approval, other), expected);
    }
    for act in [Action::MarkSuspicious, Action::ReportLoss, Action::MarkDormant] {
        let mut world = World::with_balance(100);
        let freeze = world.place(court(Some(60))).freeze;
        insist(&mut world);
        let approval = proposed(&mut world, release(&freeze, Extent::Whole));
        assert_eq!(ends(&mut world, &approval, act.into()), ApprovalState::Pending);
    }
}

#[test]
fn a_waiting_freeze_that_takes_effect_moved() {
    let mut world = World::with_balance(100);
    let first = world.place(court(Some(100))).freeze;
    let second = world.place(court(Some(50))).freeze;
    insist(&mut world);
    let approval = proposed(&mut world, release(&second, Extent::Whole));
    let promotes = by_network(&first, Extent::Whole);
    assert_eq!(ends(&mut world, &approval, promotes), ApprovalState::Stale);
}

#[test]
fn a_proposal_about_a_condition_is_stale_when_that_condition_ended() {
    let mut world = World::with_balance(100);
    world.done(Action::Restrict);
    insist(&mut world);
    let end_time = Some(world.now + Duration::hours(1));
    world.done(crate::domain::act::change_status::ChangeStatus {
        end_time,
        ..super::support::change(Action::Restrict)
    });
    let rows = world.account().conditions_by_age();
    let ids: Vec<String> = rows.iter().map(|row| row.condition_id.as_str().to_owned()).collect();
    let lift = |id: &String| crate::domain::act::change_status::ChangeStatus {
        condition_id: Some(id.clone()),
        ..super::support::change(Action::LiftRestriction)
    };
    let lasting = proposed(&mut world, lift(&ids[0]));
    let ending = proposed(&mut world, lift(&ids[1]));
    world.now += Duration::hours(1);
    let refused = says(&mut world, "checker", &ending, Verdict::Approve).unwrap_err();
    assert_eq!(refused.reason(), Reason::ApprovalStale);
    assert_eq!(stored(&world, &ending).state, ApprovalState::Stale);
    says(&mut world, "checker", &lasting, Verdict::Approve).unwrap();
}

#[test]
fn a_proposal_about_the_account_is_stale_when_its_status_moved_and_not_with_money() {
    let bank = || order(AuthorityKind::Bank, Some(60));
    let stale = |by: Sent| {
        let mut world = strict(100);
        let approval = proposed(&mut world, bank());
        ends(&mut world, &approval, by)
    };
    assert_eq!(stale(Action::MarkDormant.into()), ApprovalState::Stale);
    assert_eq!(stale(court(Some(1)).into()), ApprovalState::Stale);
    assert_eq!(stale(credit(5).into()), ApprovalState::Pending);
    assert_eq!(stale(super::support::withdraw(5).into()), ApprovalState::Pending);
}

#[test]
fn staleness_is_told_and_frees_the_change() {
    let mut world = strict(0);
    let approval = proposed(&mut world, Action::Close);
    world.done(Action::Restrict);
    let told: Vec<&str> = world.tables.events.iter().map(|event| event.kind.as_str()).collect();
    assert!(told.contains(&"APPROVAL_PENDING") && told.contains(&"APPROVAL_STALE"), "{told:?}");
    let row = stored(&world, &approval);
    assert_eq!((row.state, &*row.decided_by), (ApprovalState::Stale, ""));
    assert_eq!(world.account().balance.condition_mask & OPEN_APPROVALS, 0);
    proposed(&mut world, Action::LiftRestriction);
}
