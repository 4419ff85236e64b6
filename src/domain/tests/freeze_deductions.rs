//! Deductions (扣划): never more than the freeze holds and never ahead of its turn; what is posted, what
//! stays claimed, and freezing and deducting in one step.

use super::approvals::{proposed, says, strict};
use super::support::{
    COURT, World, at, cny, court, credit, deduct, deduct_at_once, officers, order, papers, police,
    release, usd,
};
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::decide_approval::Verdict;
use crate::domain::act::deduct_freeze::{DeductFreeze, Measure};
use crate::domain::act::release_freeze::Extent;
use crate::domain::action::Action;
use crate::domain::approval::policy::FourEyes;
use crate::domain::authority::DeductionReceipt;
use crate::domain::command::{Effect, Receipt};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Disclosure, Freeze, FreezeActKind, FreezeSource, FreezeStatus};
use crate::domain::id::FreezeId;
use crate::domain::money::Minor;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::{AccountStatus, ConditionKind, Lifecycle};
use crate::domain::transaction::{Booking, Direction, Initiator, TransactionType};

use FreezeStatus::{Active, Released, Waiting};

fn placed(world: &mut World, create: CreateFreeze) -> Freeze {
    world.place(create).freeze
}

fn deducted(world: &mut World, deduct: DeductFreeze) -> DeductionReceipt {
    match world.done(deduct) {
        Receipt::Deduction(receipt) => *receipt,
        other => panic!("not a deduction: {other:?}"),
    }
}

fn up_to(freeze: &Freeze, minor: Minor) -> DeductFreeze {
    DeductFreeze { measure: Measure::UpTo, ..deduct(freeze, minor) }
}

fn at_once(minor: Minor) -> DeductFreeze {
    deduct_at_once(minor, papers(AuthorityKind::CourtCivil, COURT))
}

fn acts(world: &World, id: &FreezeId) -> Vec<FreezeActKind> {
    let rows = world.tables.freeze_acts.iter().filter(|act| act.freeze_id == *id);
    rows.map(|act| act.act).collect()
}

#[test]
fn a_deduction_posts_the_debit_and_the_freeze_claims_so_much_less() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(700)));
    let receipt = deducted(&mut world, deduct(&freeze, 200));
    let row = &receipt.transaction;
    assert_eq!((row.direction, row.transaction_amount), (Direction::Debit, 200));
    assert_eq!(row.transaction_type, TransactionType::Deduction);
    assert_eq!((row.initiator, row.booking), (Initiator::Bank, Booking::Balance));
    assert_eq!(row.counterparty_account, "9990111122223333");
    assert_eq!(row.counterparty_name, "执行款专户");
    assert_eq!((row.balance_after_minor, row.available_after_minor), (Some(800), Some(300)));
    let after = &receipt.freeze.freeze;
    assert_eq!((after.freeze_status, after.freeze_amount), (Active, Some(500)));
    assert_eq!(world.freeze(&freeze.freeze_id), after);
    let stored = world.tables.transactions.last().unwrap();
    assert_eq!(stored.available_after_minor, Some(300));
    let act = world.tables.freeze_acts.last().unwrap();
    assert_eq!((act.act, act.amount_minor), (FreezeActKind::Deducted, Some(200)));
    assert_eq!(act.transaction_id.as_ref(), Some(&row.transaction_id));
    assert_eq!(act.document_no, deduct(&freeze, 1).order.document_no);
    assert_eq!((act.officers.clone(), act.notice_no.as_str()), (officers(), "协1234之二"));
    let kinds: Vec<_> = world.tables.events.iter().rev().take(2).map(|it| &*it.kind).collect();
    assert_eq!(kinds, ["TRANSACTION_RECORDED", "FREEZE_DEDUCTED"]);
}

#[test]
fn a_freeze_of_an_amount_that_is_deducted_to_zero_ends_and_one_of_the_whole_stays() {
    let mut world = World::with_balance(1_000);
    let amount = placed(&mut world, court(Some(700)));
    let next = placed(&mut world, court(None));
    world.go_to("2026-04-01 10:00:00");
    deducted(&mut world, deduct(&amount, 700));
    let ended = world.freeze(&amount.freeze_id);
    assert_eq!((ended.freeze_status, ended.ended_time), (Released, Some(world.now)));
    assert_eq!(acts(&world, &amount.freeze_id), [FreezeActKind::Placed, FreezeActKind::Deducted]);
    deducted(&mut world, deduct(&next, 300));
    let whole = world.freeze(&next.freeze_id);
    assert_eq!((whole.freeze_status, whole.freeze_amount), (Active, None));
    assert_eq!(world.account().balance.balance_minor, 0);
    assert_eq!(world.account().status(), AccountStatus::Frozen);
}

#[test]
fn what_waits_takes_effect_when_a_deduction_ends_what_stood_before_it() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, court(Some(100)));
    let second = placed(&mut world, police(Some(50)));
    world.done(credit(20));
    let third = placed(&mut world, court(Some(50)));
    assert_eq!((second.freeze_status, third.freeze_status), (Waiting, Waiting));
    deducted(&mut world, deduct(&first, 100));
    assert_eq!(world.freeze(&second.freeze_id).freeze_status, Active);
    assert_eq!(world.freeze(&third.freeze_id).freeze_status, Waiting);
}

#[test]
fn more_than_the_claim_is_refused_and_never_more_than_is_held_is_taken() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, court(Some(150)));
    let refused = world.refused(deduct(&freeze, 151));
    assert_eq!(refused.first().facts.get(&Fact::Field).unwrap(), "amount");
    let refused = world.refused(deduct(&freeze, 101));
    assert_eq!(refused.reason(), Reason::InsufficientAvailableFunds);
    assert_eq!(refused.first().facts.get(&Fact::Available).unwrap(), "1.00");
    let receipt = deducted(&mut world, up_to(&freeze, 151));
    assert_eq!(receipt.transaction.transaction_amount, 100);
    assert_eq!(world.freeze(&freeze.freeze_id).freeze_amount, Some(50));
    assert_eq!(world.reasons(up_to(&freeze, 10)), [Reason::InsufficientAvailableFunds]);
}

#[test]
fn reserved_money_is_not_there() {
    let mut world = World::with_balance(100);
    let sent = world.reserve(40);
    world.start(&sent.withdrawal_id);
    let freeze = placed(&mut world, court(None));
    assert_eq!(world.reasons(deduct(&freeze, 61)), [Reason::InsufficientAvailableFunds]);
    assert_eq!(world.reasons(deduct(&freeze, 60)), []);
    assert_eq!(world.money(), (40, 40, 1));
}

#[test]
fn what_stands_before_it_in_line_goes_first() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, court(Some(70)));
    let second = placed(&mut world, court(Some(50)));
    let third = placed(&mut world, court(Some(50)));
    assert_eq!((second.freeze_status, third.freeze_status), (Active, Waiting));
    for (freeze, minor) in [(&second, 31), (&third, 1)] {
        let refused = world.refused(deduct(freeze, minor));
        assert_eq!(refused.reason(), Reason::OutOfTurn, "{minor}");
        let ahead = refused.first().facts.get(&Fact::Ahead).unwrap();
        assert_eq!(ahead, first.freeze_id.as_str());
    }
    assert_eq!(world.reasons(up_to(&third, 5)), [Reason::OutOfTurn]);
    assert_eq!(deducted(&mut world, up_to(&second, 50)).transaction.transaction_amount, 30);
    assert_eq!(world.reasons(up_to(&second, 5)), [Reason::OutOfTurn]);
}

#[test]
fn who_may_not_read_of_the_one_ahead_is_told_nothing_of_it() {
    let mut world = World::with_balance(100);
    world.place(CreateFreeze { disclosure: Disclosure::Confidential, ..court(None) });
    let second = placed(&mut world, court(Some(50)));
    let refused = world.refused(deduct(&second, 50));
    assert_eq!(refused.first().disclosure, Disclosure::Confidential);
}

#[test]
fn the_police_may_not_deduct_and_a_criminal_court_may_deduct_what_they_froze() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, police(Some(50)));
    let refused = world.refused(deduct(&freeze, 50));
    assert_eq!(refused.reason(), Reason::ActionNotApplicable);
    assert!(refused.first().facts[&Fact::Source].contains("237(2)"));
    let civil = papers(AuthorityKind::CourtCivil, COURT);
    let reasons = world.reasons(DeductFreeze { order: civil, ..deduct(&freeze, 50) });
    assert_eq!(reasons, [Reason::NotThisAuthority]);
    let criminal = papers(AuthorityKind::CourtCriminal, "深圳市福田区人民法院");
    deducted(&mut world, DeductFreeze { order: criminal, ..deduct(&freeze, 50) });
    assert_eq!(world.freeze(&freeze.freeze_id).freeze_status, Released);
}

#[test]
fn what_stands_in_the_way_is_all_said_in_order() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, court(Some(50)));
    assert_eq!(
        world.reasons(DeductFreeze { amount: usd(5), ..deduct(&freeze, 5) }),
        [Reason::CurrencyMismatch]
    );
    let other = papers(AuthorityKind::CourtCivil, "深圳市福田区人民法院");
    world.done(release(&freeze, Extent::Whole));
    assert_eq!(
        world.reasons(DeductFreeze { order: other, ..deduct(&freeze, 5) }),
        [Reason::FreezeNotInForce, Reason::NotThisAuthority]
    );
    let unknown = Some(FreezeId::parse("nowhere").unwrap());
    assert_eq!(
        world.reasons(DeductFreeze { freeze_id: unknown, ..deduct(&freeze, 5) }),
        [Reason::FreezeNotFound]
    );
    let refusals = [
        (Lifecycle::Closed, Reason::AccountClosed),
        (Lifecycle::Opening, Reason::AccountOpening),
        (Lifecycle::OpenFailed, Reason::AccountOpenFailed),
    ];
    for (lifecycle, reason) in refusals {
        let mut world = World::holding(super::support::account(lifecycle, 0));
        assert_eq!(world.reasons(at_once(5)), [reason]);
    }
}

#[test]
fn it_passes_every_condition_and_wakes_nothing() {
    let mut world = World::with_balance(1_000);
    for action in [
        Action::MarkDormant,
        Action::ReportLoss,
        Action::StopPayment,
        Action::MarkSuspicious,
        Action::RequireVerification,
        Action::Restrict,
    ] {
        world.done(action);
    }
    let freeze = placed(&mut world, court(Some(400)));
    let before = world.account().balance.clone();
    world.go_to("2026-03-11 10:00:00");
    deducted(&mut world, deduct(&freeze, 400));
    let after = &world.account().balance;
    assert!(world.account().has(ConditionKind::Dormant));
    assert_eq!(after.last_customer_time, before.last_customer_time);
    assert_eq!(after.last_transaction_time, Some(world.now));
    assert_eq!(after.balance_minor, 600);
}

#[test]
fn it_needs_a_second_person_unless_a_control_system_sent_it() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(400)));
    world.rules.four_eyes = FourEyes::Required;
    assert!(matches!(world.done(deduct(&freeze, 100)), Receipt::Approval(_)));
    assert_eq!(world.account().balance.balance_minor, 1_000);
    let mut online = deduct(&freeze, 100);
    world.principal = Principal::new("teller", [Scope::FreezeRelease]);
    online.order.source = FreezeSource::CourtNetwork;
    assert!(matches!(world.done(online.clone()), Receipt::Approval(_)), "nobody's adapter sent it");
    world.principal = Principal::new("adapter", [Scope::NetworkWrite]);
    online.reason = "online".to_owned();
    assert!(matches!(world.done(online), Receipt::Deduction(_)));
    assert!(matches!(world.done(at_once(100)), Receipt::Approval(_)));
}

#[test]
fn a_ruling_freezes_and_deducts_in_one_step() {
    let mut world = World::with_balance(1_000);
    let receipt = deducted(&mut world, at_once(400));
    let freeze = &receipt.freeze.freeze;
    assert_eq!((freeze.freeze_status, freeze.ended_time), (Released, Some(world.now)));
    assert_eq!(acts(&world, &freeze.freeze_id), [FreezeActKind::Placed, FreezeActKind::Deducted]);
    assert_eq!(world.account().balance.balance_minor, 600);
    assert!(world.account().freezes.is_empty());
    assert_eq!(world.freeze(&freeze.freeze_id), freeze);
}

#[test]
fn a_ruling_that_deducts_takes_what_was_not_sent() {
    let mut world = World::with_balance(100);
    let unsent = world.reserve(40);
    let receipt = deducted(&mut world, at_once(90));
    assert_eq!(receipt.freeze.cancelled, [unsent.withdrawal_id]);
    assert_eq!(world.money(), (10, 0, 0));
}

#[test]
fn a_ruling_that_cannot_have_it_all_leaves_nothing_behind() {
    let table = [
        (None, 101, Reason::InsufficientAvailableFunds),
        (Some(court(Some(40))), 61, Reason::OutOfTurn),
        (Some(court(Some(40))), 101, Reason::InsufficientAvailableFunds),
        (Some(court(None)), 1, Reason::OutOfTurn),
    ];
    for (ahead, minor, reason) in table {
        let mut world = World::with_balance(100);
        let ahead = ahead.map(|create| placed(&mut world, create));
        let before = world.tables.clone();
        assert_eq!(world.reasons(at_once(minor)), [reason], "{minor} behind {ahead:?}");
        assert_eq!(world.tables, before);
    }
    let mut world = World::with_balance(100);
    world.place(court(None));
    let tax = papers(AuthorityKind::TaxPreservation, "深圳市税务局");
    assert_eq!(
        world.reasons(DeductFreeze { order: tax, ..at_once(10) }),
        [Reason::FundsAlreadyFrozen]
    );
    let police = papers(AuthorityKind::PoliceCriminal, "深圳市公安局");
    assert_eq!(
        world.reasons(DeductFreeze { order: police, ..at_once(10) }),
        [Reason::ActionNotApplicable]
    );
}

#[test]
fn a_ruling_served_first_deducts_ahead_of_what_was_served_later() {
    let mut world = World::with_balance(100);
    let later = placed(&mut world, court(None));
    let served_time = Some(at("2026-03-09 10:00:00"));
    deducted(&mut world, DeductFreeze { served_time, ..at_once(70) });
    assert_eq!(world.freeze(&later.freeze_id).freeze_status, Active);
    assert_eq!(
        world.account().control(crate::domain::freeze::control::Counting::All).controlled,
        30
    );
}

#[test]
fn validating_a_deduction_moves_nothing() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(400)));
    let before = world.tables.clone();
    let mut envelope = world.envelope("tried", deduct(&freeze, 400));
    envelope.effect = Effect::ValidateOnly;
    assert!(matches!(world.run(&envelope), Ok(Receipt::Deduction(_))));
    assert_eq!(world.tables, before);
}

#[test]
fn some_of_it_is_wrong_whatever_the_account_looks_like() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, order(AuthorityKind::CourtCivil, Some(400)));
    let fields = |deduct: DeductFreeze, world: &World| -> Vec<String> {
        deduct.violations(world.now).into_iter().map(|wrong| wrong.field.into_owned()).collect()
    };
    assert_eq!(fields(deduct(&freeze, 5), &world), Vec::<&str>::new());
    let served_time = Some(world.now + chrono::Duration::seconds(1));
    assert_eq!(fields(DeductFreeze { served_time, ..deduct(&freeze, 5) }, &world), ["served_time"]);
    let part = DeductFreeze { measure: Measure::UpTo, ..at_once(5) };
    assert_eq!(fields(part, &world), ["up_to"]);
    assert_eq!(cny(5), deduct(&freeze, 5).amount);
}

#[test]
fn a_ruling_that_was_proposed_is_served_when_it_was_proposed() {
    let mut world = strict(100);
    let proposed_at = world.now;
    let ruling = deduct_at_once(60, papers(AuthorityKind::CourtCivil, COURT));
    let approval = proposed(&mut world, ruling.clone());
    assert!(world.send(ruling).is_err(), "the same change is proposed once");
    world.go_to("2026-03-11 09:00:00");
    says(&mut world, "second", &approval, Verdict::Approve).unwrap();
    let made = world.tables.freezes.values().next().unwrap();
    assert_eq!((made.served_time, made.create_time), (proposed_at, world.now));
}
