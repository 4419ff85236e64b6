//! Four eyes: what needs a second person, what a proposal changes, and who may say what of it.

use super::support::{
    Sent, World, account, cny, condition, court, credit, debit, fraud_stop, order, release,
};
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::decide_approval::{DecideApproval, Verdict};
use crate::domain::act::release_freeze::Extent;
use crate::domain::action::Action;
use crate::domain::approval::policy::FourEyes;
use crate::domain::approval::{Approval, ApprovalState, ApprovalStatus, OPEN_MAX};
use crate::domain::command::{ApprovalReceipt, Effect, Envelope, Outcome, Receipt};
use crate::domain::freeze::Disclosure;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::history;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::{Fact, Reason, Refused};
use crate::domain::status::{Cause, ConditionKind, Lifecycle};

/// From now on a second person is needed, and a maker asks.
pub(super) fn insist(world: &mut World) {
    world.rules.four_eyes = FourEyes::Required;
    world.principal = Principal::service("maker");
}

/// An open account on which acts need a second person.
pub(super) fn strict(balance: i64) -> World {
    let mut world = World::with_balance(balance);
    insist(&mut world);
    world
}

fn receipt(outcome: Outcome) -> Result<ApprovalReceipt, Refused> {
    match outcome? {
        Receipt::Approval(receipt) => Ok(*receipt),
        other => panic!("no approval: {other:?}"),
    }
}

/// Sends an act that has to wait.
pub(super) fn proposed(world: &mut World, act: impl Into<Sent>) -> Approval {
    receipt(world.send(act)).unwrap().approval
}

pub(super) fn word(approval: &Approval, verdict: Verdict) -> DecideApproval {
    let comment = "seen".to_owned();
    DecideApproval { approval_id: approval.approval_id.clone(), verdict, comment }
}

/// Somebody says something of a proposal.
pub(super) fn says(
    world: &mut World,
    who: &str,
    approval: &Approval,
    verdict: Verdict,
) -> Result<ApprovalReceipt, Refused> {
    let asking = std::mem::replace(&mut world.principal, Principal::service(who));
    let outcome = world.send(word(approval, verdict));
    world.principal = asking;
    receipt(outcome)
}

/// The proposal as it is stored.
pub(super) fn stored<'w>(world: &'w World, approval: &Approval) -> &'w Approval {
    &world.tables.approvals[&approval.approval_id]
}

pub(super) fn check_chain(world: &World) {
    let head = &world.account().balance.history_head;
    assert_eq!(history::verify(&world.tables.history, head, &world.rules.history_key), Ok(()));
}

/// A world in which an act that needs a second person applies, and the act.
fn marked() -> Vec<(&'static str, World, Sent)> {
    let mut all: Vec<(&'static str, World, Sent)> = Vec::new();
    let opening = World::holding(account(Lifecycle::Opening, 0));
    all.push(("COMPLETE_OPENING", opening, Action::CompleteOpening.into()));
    for (set, act) in [
        (Action::StopPayment, Action::ResumePayment),
        (Action::MarkSuspicious, Action::ClearSuspicion),
        (Action::Restrict, Action::LiftRestriction),
    ] {
        let mut world = World::with_balance(100);
        world.done(set);
        all.push((act.name(), world, act.into()));
    }
    let mut fraud = World::with_balance(100);
    fraud.done(fraud_stop("ZF-1"));
    all.push(("RESUME_PAYMENT", fraud, Action::ResumePayment.into()));
    all.push(("CLOSE", World::with_balance(0), Action::Close.into()));
    let bank = order(AuthorityKind::Bank, Some(60));
    all.push(("CREATE_FREEZE", World::with_balance(100), bank.into()));
    let mut late = World::with_balance(100);
    let served_time = Some(late.now - chrono::Duration::hours(1));
    late.done(debit(1));
    all.push(("CREATE_FREEZE", late, CreateFreeze { served_time, ..court(Some(60)) }.into()));
    let mut overtaken = World::with_balance(100);
    overtaken.place(court(Some(10)));
    all.push(("CREATE_FREEZE", overtaken, CreateFreeze { served_time, ..court(Some(60)) }.into()));
    for extent in [Extent::Whole, Extent::Part(cny(10))] {
        for create in [court(Some(60)), order(AuthorityKind::Bank, Some(60))] {
            let mut world = World::with_balance(100);
            let freeze = world.place(create).freeze;
            all.push(("RELEASE_FREEZE", world, release(&freeze, extent).into()));
        }
    }
    all
}

#[test]
fn every_marked_act_waits_and_takes_effect_when_somebody_else_approves() {
    for (action, mut world, act) in marked() {
        insist(&mut world);
        let (before, history) = (world.account().clone(), world.tables.history.len());
        let approval = proposed(&mut world, act);
        let after = world.account();
        assert_eq!((approval.state, &*approval.action), (ApprovalState::Pending, action));
        assert_eq!((&after.conditions, &after.freezes), (&before.conditions, &before.freezes));
        assert_eq!((after.face(), after.available()), (before.face(), before.available()));
        assert_eq!(after.balance.status_version, before.balance.status_version, "{action}");
        assert_eq!(world.tables.history.len(), history, "{action}");
        assert_eq!(after.approvals, std::slice::from_ref(&approval));

        for verdict in [Verdict::Approve, Verdict::Reject] {
            let refused = says(&mut world, "maker", &approval, verdict).unwrap_err();
            assert_eq!(refused.reason(), Reason::ApproverIsProposer);
        }
        let given = says(&mut world, "checker", &approval, Verdict::Approve).unwrap();
        assert!(given.outcome.is_some(), "{action}");
        let after = world.account();
        assert_ne!((&after.face(), &after.freezes), (&before.face(), &before.freezes), "{action}");
        assert!(after.approvals.is_empty());
        let row = stored(&world, &approval);
        assert_eq!((row.state, &*row.decided_by), (ApprovalState::Approved, "checker"));
        if let Some(told) = world.tables.history.get(history) {
            assert_eq!(told.approval_status, ApprovalStatus::Approved, "{action}");
            assert_eq!(
                (&*told.change_by, told.approved_by.as_deref()),
                ("maker", Some("checker")),
                "{action}"
            );
        }
        if !matches!(action, "RELEASE_FREEZE" | "CREATE_FREEZE") {
            assert!(world.tables.history.len() > history, "{action}");
        }
        check_chain(&world);
    }
}

#[test]
fn nothing_waits_where_the_bank_waives_it() {
    for (action, mut world, act) in marked() {
        let outcome = world.done(act);
        assert!(!matches!(outcome, Receipt::Approval(_)), "{action}");
        assert!(world.tables.approvals.is_empty());
        let told = world.tables.history.iter().all(|row| {
            row.approval_status == ApprovalStatus::NotRequired && row.approved_by.is_none()
        });
        assert!(told, "{action}");
    }
}

#[test]
fn a_freeze_that_was_approved_is_the_makers() {
    let mut world = strict(100);
    let approval = proposed(&mut world, order(AuthorityKind::Bank, Some(60)));
    says(&mut world, "checker", &approval, Verdict::Approve).unwrap();
    let freeze = &world.account().freezes[0];
    assert_eq!(freeze.created_by, "maker");
    assert!(world.tables.freeze_acts.iter().all(|act| act.principal == "maker"));
}

#[test]
fn a_proposed_freeze_tells_what_it_would_reach_and_takes_nothing() {
    let mut world = strict(100);
    let held = world.reserve(70);
    let told = receipt(world.send(order(AuthorityKind::Bank, Some(60)))).unwrap();
    let Some(Receipt::Freeze(reach)) = told.outcome else { panic!("{:?}", told.outcome) };
    assert_eq!(reach.cancelled, std::slice::from_ref(&held.withdrawal_id));
    assert_eq!(world.account().balance.reserved_minor, 70);
    says(&mut world, "checker", &told.approval, Verdict::Approve).unwrap();
    assert_eq!(world.account().balance.reserved_minor, 0, "now it gave way");
}

#[test]
fn proposals_are_rejected_by_others_and_taken_back_by_their_proposer() {
    for (verdict, state) in
        [(Verdict::Reject, ApprovalState::Rejected), (Verdict::Withdraw, ApprovalState::Withdrawn)]
    {
        let mut world = strict(0);
        let approval = proposed(&mut world, Action::Close);
        let (mine, other) = match verdict {
            Verdict::Withdraw => ("maker", "checker"),
            Verdict::Approve | Verdict::Reject => ("checker", "maker"),
        };
        let expected = match verdict {
            Verdict::Withdraw => Reason::PermissionDenied,
            Verdict::Approve | Verdict::Reject => Reason::ApproverIsProposer,
        };
        assert_eq!(says(&mut world, other, &approval, verdict).unwrap_err().reason(), expected);
        let done = says(&mut world, mine, &approval, verdict).unwrap();
        assert_eq!((done.approval.state, &*done.approval.decided_by), (state, mine));
        assert_eq!(done.outcome, None);
        assert_eq!((&*done.approval.comment, stored(&world, &approval)), ("seen", &done.approval));
        assert_eq!(world.account().balance.lifecycle, Lifecycle::Open);
        // The change may be proposed anew.
        proposed(&mut world, Action::Close);
    }
}

#[test]
fn the_first_decision_stands() {
    let first = [Verdict::Approve, Verdict::Reject, Verdict::Withdraw];
    for given in first {
        let mut world = World::with_balance(100);
        world.done(Action::MarkSuspicious);
        insist(&mut world);
        let approval = proposed(&mut world, Action::ClearSuspicion);
        let by = if given == Verdict::Withdraw { "maker" } else { "checker" };
        let decided = says(&mut world, by, &approval, given).unwrap().approval;
        let tables = world.tables.clone();
        for later in first {
            let who = if later == Verdict::Withdraw { "maker" } else { "another" };
            let said = says(&mut world, who, &approval, later);
            if later == given {
                assert_eq!(said, Ok(ApprovalReceipt { approval: decided.clone(), outcome: None }));
            } else {
                let refused = said.unwrap_err();
                assert_eq!(refused.reason(), Reason::ApprovalDecided);
                let facts = &refused.all()[0].facts;
                assert_eq!(facts[&Fact::State], given.state().name());
                assert_eq!(facts[&Fact::DecidedBy], by);
            }
        }
        assert_eq!(world.tables, tables);
    }
}

#[test]
fn one_proposal_is_open_per_change_and_a_hundred_per_account() {
    let mut world = World::with_balance(100);
    let freeze = world.place(court(Some(60))).freeze;
    insist(&mut world);
    let approval = proposed(&mut world, release(&freeze, Extent::Whole));
    for extent in [Extent::Whole, Extent::Part(cny(10))] {
        let refused = world.refused(release(&freeze, extent));
        assert_eq!(refused.reason(), Reason::ActionNotApplicable);
        assert_eq!(refused.all()[0].facts[&Fact::ApprovalId], approval.approval_id.as_str());
    }
    let bank = |minor| order(AuthorityKind::Bank, Some(minor));
    for minor in 1..i64::try_from(OPEN_MAX).unwrap() {
        proposed(&mut world, bank(minor));
    }
    assert_eq!(world.refused(bank(1)).reason(), Reason::ActionNotApplicable);
    assert_eq!(world.refused(bank(1000)).reason(), Reason::LimitExceeded);
    assert_eq!(world.account().approvals.len(), OPEN_MAX);
}

#[test]
fn approval_decides_again_and_a_refusal_leaves_the_proposal_open() {
    let mut world = strict(0);
    let approval = proposed(&mut world, Action::Close);
    world.done(credit(5));
    let refused = says(&mut world, "checker", &approval, Verdict::Approve).unwrap_err();
    assert_eq!(refused.reason(), Reason::CloseBlocked);
    assert_eq!(stored(&world, &approval).state, ApprovalState::Pending);
    assert_eq!(world.account().approvals, std::slice::from_ref(&approval));
    world.done(debit(5));
    says(&mut world, "checker", &approval, Verdict::Approve).unwrap();
    assert_eq!(world.account().balance.lifecycle, Lifecycle::Closed);
}

#[test]
fn an_account_with_open_proposals_is_not_closed() {
    let mut world = World::with_balance(0);
    world.done(Action::Restrict);
    insist(&mut world);
    let lift = proposed(&mut world, Action::LiftRestriction);
    let refused = world.refused(Action::Close);
    assert_eq!(refused.all()[0].facts[&Fact::BlockedBy], "open approvals");
    says(&mut world, "checker", &lift, Verdict::Reject).unwrap();
    // The proposal to close doesn't stand in its own way, another one does.
    let close = proposed(&mut world, Action::Close);
    let lift = proposed(&mut world, Action::LiftRestriction);
    let refused = says(&mut world, "checker", &close, Verdict::Approve).unwrap_err();
    assert_eq!(refused.reason(), Reason::CloseBlocked);
    says(&mut world, "maker", &lift, Verdict::Withdraw).unwrap();
    says(&mut world, "checker", &close, Verdict::Approve).unwrap();
    assert_eq!(world.account().balance.lifecycle, Lifecycle::Closed);
}

#[test]
fn who_decides_needs_the_scope_of_the_act_and_who_takes_back_none() {
    let mut world = strict(0);
    let approval = proposed(&mut world, Action::Close);
    for verdict in [Verdict::Approve, Verdict::Reject] {
        world.principal = Principal::new("checker", [Scope::ApprovalWrite, Scope::RiskWrite]);
        let refused = world.refused(word(&approval, verdict));
        assert_eq!(refused.reason(), Reason::PermissionDenied);
    }
    world.principal = Principal::new("maker", []);
    world.done(word(&approval, Verdict::Withdraw));
}

#[test]
fn validation_leaves_no_trace() {
    let mut world = strict(0);
    let dry = |world: &World, act: Sent| Envelope {
        effect: Effect::ValidateOnly,
        ..world.envelope("dry", act)
    };
    let (before, trial) = (world.tables.clone(), dry(&world, Action::Close.into()));
    receipt(world.run(&trial)).unwrap();
    assert_eq!(world.tables, before);
    let approval = proposed(&mut world, Action::Close);
    let before = world.tables.clone();
    world.principal = Principal::service("checker");
    for verdict in [Verdict::Approve, Verdict::Reject] {
        let trial = dry(&world, word(&approval, verdict).into());
        let told = receipt(world.run(&trial)).unwrap();
        assert_eq!(told.approval.state, verdict.state());
        assert_eq!(world.tables, before);
    }
}

#[test]
fn two_who_approve_in_one_batch_make_one_effect() {
    let mut world = strict(100);
    let approval = proposed(&mut world, order(AuthorityKind::Bank, Some(60)));
    let both: Vec<Envelope> = ["one", "two"]
        .map(|who| Envelope {
            principal: Principal::service(who),
            ..world.envelope("approve", word(&approval, Verdict::Approve))
        })
        .into();
    let outcomes = world.run_batch(&both);
    let told: Vec<bool> =
        outcomes.into_iter().map(|told| receipt(told).unwrap().outcome.is_some()).collect();
    assert_eq!((told, world.account().freezes.len()), (vec![true, false], 1));
    assert_eq!(stored(&world, &approval).decided_by, "one");
    // And once more under the same id: the same answer, nothing else.
    let tables = world.tables.clone();
    assert!(receipt(world.run(&both[0])).unwrap().outcome.is_some());
    assert_eq!(world.tables, tables);
}

#[test]
fn proposals_are_as_confidential_as_what_they_are_about() {
    let mut world = World::with_balance(100);
    world.done(Action::MarkSuspicious);
    let open = world.place(court(Some(1))).freeze;
    let secret = CreateFreeze { disclosure: Disclosure::Confidential, ..court(Some(1)) };
    let secret_freeze = world.place(secret.clone()).freeze;
    insist(&mut world);
    let hours_ago = Some(world.now - chrono::Duration::hours(1));
    let late = |create| CreateFreeze { served_time: hours_ago, ..create };
    for (act, disclosure) in [
        (release(&open, Extent::Whole).into(), Disclosure::Open),
        (release(&secret_freeze, Extent::Whole).into(), Disclosure::Confidential),
        (late(court(Some(2))).into(), Disclosure::Open),
        (late(secret).into(), Disclosure::Confidential),
        // Never told, whatever the request says.
        (late(order(AuthorityKind::AmlTemporary, Some(2))).into(), Disclosure::Confidential),
        (Sent::from(Action::ClearSuspicion), Disclosure::Confidential),
    ] {
        let approval = proposed(&mut world, act);
        assert_eq!(approval.disclosure, disclosure, "{}", approval.action);
    }
}

#[test]
fn the_row_that_is_meant_is_pinned() {
    let mut account = account(Lifecycle::Open, 100);
    let first = condition(ConditionKind::StopPay, Cause::StopArrears);
    let second = condition(ConditionKind::StopPay, Cause::StopCustoms);
    account.conditions = vec![first, second.clone()];
    let mut world = World::holding(account);
    insist(&mut world);
    let mut resume = super::support::change(Action::ResumePayment);
    resume.condition_id = Some(second.condition_id.as_str().to_owned());
    let approval = proposed(&mut world, resume);
    assert_eq!(approval.subject_id, second.condition_id.as_str());
    says(&mut world, "checker", &approval, Verdict::Approve).unwrap();
    let left: Vec<Cause> = world.account().conditions.iter().map(|row| row.cause).collect();
    assert_eq!(left, [Cause::StopArrears]);
}
