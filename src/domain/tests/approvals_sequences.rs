//! Random proposals, decisions and other commands on one account: at most one proposal is open per
//! change, nobody decides on their own, a proposal changes nothing, and every open one still fits.

use std::collections::BTreeSet;

use chrono::Duration;
use proptest::prelude::*;

use super::approvals::{check_chain, word};
use super::properties::settings;
use super::support::{
    Sent, World, change, cny, court, credit, debit, fraud_stop, order, release, withdraw,
};
use crate::domain::account::OPEN_APPROVALS;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::decide_approval::Verdict;
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::action::Action;
use crate::domain::approval::policy::FourEyes;
use crate::domain::approval::subject;
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::command::{Command, Receipt};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{EmergencyCause, Freeze, FreezeSource, Urgency};
use crate::domain::principal::Principal;

#[derive(Debug, Clone)]
enum Step {
    Act(Action),
    FraudStop,
    BankFreeze(i64),
    CourtFreeze { amount: i64, served_hours_ago: i64 },
    Emergency(i64),
    Release { at: usize, part: Option<i64>, source: FreezeSource },
    Say { at: usize, verdict: Verdict },
    Credit(i64),
    Debit(i64),
    Withdraw(i64),
    Wait { hours: i64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    let amount = || (1..6_i64).prop_map(|tens| tens * 10);
    let action = prop::sample::select(vec![
        Action::MarkSuspicious,
        Action::ClearSuspicion,
        Action::Restrict,
        Action::LiftRestriction,
        Action::StopPayment,
        Action::ResumePayment,
        Action::MarkDormant,
        Action::Close,
    ]);
    let source = prop::sample::select(vec![FreezeSource::Paper, FreezeSource::CourtNetwork]);
    let verdict = prop::sample::select(vec![
        Verdict::Approve,
        Verdict::Approve,
        Verdict::Reject,
        Verdict::Withdraw,
    ]);
    prop_oneof![
        5 => action.prop_map(Step::Act),
        1 => Just(Step::FraudStop),
        2 => amount().prop_map(Step::BankFreeze),
        2 => (amount(), 0..48_i64)
            .prop_map(|(amount, served_hours_ago)| Step::CourtFreeze { amount, served_hours_ago }),
        1 => amount().prop_map(Step::Emergency),
        4 => (0..64_usize, prop::option::of(amount()), source)
            .prop_map(|(at, part, source)| Step::Release { at, part, source }),
        8 => (0..64_usize, verdict).prop_map(|(at, verdict)| Step::Say { at, verdict }),
        2 => amount().prop_map(Step::Credit),
        2 => amount().prop_map(Step::Debit),
        1 => amount().prop_map(Step::Withdraw),
        2 => prop_oneof![1..60_i64, 60..400_i64].prop_map(|hours| Step::Wait { hours }),
    ]
}

fn pick<T>(rows: Vec<T>, at: usize) -> Option<T> {
    let at = at % rows.len().max(1);
    rows.into_iter().nth(at)
}

/// The command of a step; none when there is nothing to do it to.
fn command(step: &Step, world: &World) -> Option<Sent> {
    let bank = |amount| order(AuthorityKind::Bank, Some(amount));
    Some(match step {
        Step::Act(action) => change(*action).into(),
        Step::FraudStop => fraud_stop("ZF-1").into(),
        Step::BankFreeze(amount) => bank(*amount).into(),
        Step::CourtFreeze { amount, served_hours_ago } => {
            let served_time = Some(world.now - Duration::hours(*served_hours_ago));
            CreateFreeze { served_time, ..court(Some(*amount)) }.into()
        }
        Step::Emergency(amount) => CreateFreeze {
            urgency: Urgency::Emergency,
            emergency_cause: Some(EmergencyCause::SystemFault),
            ..bank(*amount)
        }
        .into(),
        Step::Release { at, part, source } => {
            let rows: Vec<&Freeze> = world.tables.freezes.values().collect();
            let extent = part.map_or(Extent::Whole, |part| Extent::Part(cny(part)));
            ReleaseFreeze { source: Some(*source), ..release(pick(rows, *at)?, extent) }.into()
        }
        Step::Say { at, verdict } => {
            let rows: Vec<&Approval> = world.tables.approvals.values().collect();
            word(pick(rows, *at)?, *verdict).into()
        }
        Step::Credit(minor) => credit(*minor).into(),
        Step::Debit(minor) => debit(*minor).into(),
        Step::Withdraw(minor) => withdraw(*minor).into(),
        Step::Wait { .. } => return None,
    })
}

fn audit(world: &World) {
    let account = world.account();
    let open: Vec<&Approval> =
        world.tables.approvals.values().filter(|row| row.is_open()).collect();
    assert_eq!(account.approvals.len(), open.len());
    assert!(open.iter().all(|row| account.approvals.contains(row)), "the account's and the rows");
    assert!(open.iter().all(|row| subject::fits(row, account)), "an open proposal doesn't fit");
    assert!(open.iter().all(|row| row.decided_by.is_empty() && row.decide_time.is_none()));
    let keys: BTreeSet<&str> = open.iter().map(|row| row.change_key.as_str()).collect();
    assert_eq!(keys.len(), open.len(), "two proposals of one change");
    let marked = account.balance.condition_mask & OPEN_APPROVALS != 0;
    assert_eq!(marked, !open.is_empty());
    for row in world.tables.approvals.values() {
        match row.state {
            ApprovalState::Approved | ApprovalState::Rejected => {
                assert_ne!(row.decided_by, row.proposed_by);
                assert!(!row.decided_by.is_empty());
            }
            ApprovalState::Withdrawn => assert_eq!(row.decided_by, row.proposed_by),
            ApprovalState::Expired | ApprovalState::Stale => assert_eq!(row.decided_by, ""),
            ApprovalState::Pending => {}
        }
    }
    for row in &world.tables.history {
        assert_ne!(row.approved_by.as_deref(), Some(&*row.change_by), "by one person");
    }
    check_chain(world);
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn four_eyes_hold_whatever_happens(
        steps in prop::collection::vec((0..3_usize, any_step()), 1..60),
    ) {
        let mut world = World::with_balance(50);
        world.rules.four_eyes = FourEyes::Required;
        for (who, step) in steps {
            world.now += match step {
                Step::Wait { hours } => Duration::hours(hours),
                _ => Duration::seconds(1),
            };
            world.principal = Principal::service(["one", "two", "three"][who]);
            let Some(sent) = command(&step, &world) else { continue };
            world.done(Command::Lapse);
            let before = world.account().clone();
            let outcome = world.send(sent);
            let after = world.account();
            let waits = matches!(&outcome, Ok(Receipt::Approval(told))
                if told.approval.state == ApprovalState::Pending);
            if waits {
                prop_assert_eq!(&after.conditions, &before.conditions);
                prop_assert_eq!(&after.freezes, &before.freezes);
                prop_assert_eq!(after.face(), before.face());
                prop_assert_eq!(after.balance.status_version, before.balance.status_version);
                prop_assert_eq!(after.balance.reserved_minor, before.balance.reserved_minor);
            }
            audit(&world);
        }
    }
}
