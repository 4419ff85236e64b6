//! Random commands on one account: the invariants of `design, quality` hold after every one, alone or in
//! batches; replays change nothing; what is validated is what then happens.

use std::collections::BTreeSet;

use chrono::Duration;
use proptest::prelude::*;

use super::properties::{check_control, check_waiting, settings};
use super::support::{
    COURT, Sent, World, ZONE, cancel, change, cny, court, credit, debit, deduct, deduct_at_once,
    fraud_stop, order, papers, police, release, renew, succeed, withdraw,
};
use crate::domain::account::{Account, mask_bit};
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::deduct_freeze::{DeductFreeze, Measure};
use crate::domain::act::release_freeze::Extent;
use crate::domain::act::renew_freeze::RenewFreeze;
use crate::domain::action::Action;
use crate::domain::book::request_key;
use crate::domain::command::{Command, Effect, Outcome, Receipt};
use crate::domain::freeze::control::Counting;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::money::Minor;
use crate::domain::refusal::Fact;
use crate::domain::transaction::Direction;
use crate::domain::{history, lapse};

const OTHER_COURT: &str = "深圳市福田区人民法院";

/// One thing that happens to an account.
#[derive(Debug, Clone)]
enum Step {
    Credit(Minor),
    Debit(Minor),
    Withdraw(Minor),
    Cancel(usize),
    Freeze { kind: AuthorityKind, amount: Option<Minor>, exempt: Minor, served_hours_ago: i64 },
    Renew { at: usize, late_hours: i64 },
    Succeed { at: usize, other: bool },
    Deduct { at: usize, amount: Minor, measure: Measure, judged: bool },
    DeductAtOnce { amount: Minor, served_hours_ago: i64 },
    Release(usize),
    ReleasePart(usize, Minor),
    Act(Action),
    FraudStop,
    Restrict { hours: i64 },
    Wait { hours: i64 },
}

fn any_step() -> impl Strategy<Value = Step> {
    use AuthorityKind as K;
    let kind = prop::sample::select(vec![
        K::CourtCivil,
        K::CourtCivil,
        K::PoliceCriminal,
        K::AdminGeneral,
        K::TaxPreservation,
        K::AmlTemporary,
        K::Bank,
    ]);
    let amount = || (1..12_i64).prop_map(|tens| tens * 10);
    let exempt = prop_oneof![2 => Just(0), 1 => (1..6_i64).prop_map(|tens| tens * 10)];
    let freeze = (kind, amount(), any::<bool>(), exempt, 0..72_i64).prop_map(
        |(kind, amount, whole, exempt, served_hours_ago)| {
            let may_take_all = matches!(kind, K::CourtCivil | K::AmlTemporary | K::Bank);
            let amount = if whole && may_take_all { None } else { Some(amount) };
            let exempt = if kind == K::Bank { 0 } else { exempt };
            Step::Freeze { kind, amount, exempt, served_hours_ago }
        },
    );
    let measure = prop::sample::select(vec![Measure::Exactly, Measure::UpTo]);
    let deduct = (0..64_usize, amount(), measure, any::<bool>())
        .prop_map(|(at, amount, measure, judged)| Step::Deduct { at, amount, measure, judged });
    prop_oneof![
        3 => (0..64_usize, 0..72_i64).prop_map(|(at, late_hours)| Step::Renew { at, late_hours }),
        2 => (0..64_usize, any::<bool>()).prop_map(|(at, other)| Step::Succeed { at, other }),
        4 => deduct,
        1 => (amount(), 0..72_i64).prop_map(|(amount, served_hours_ago)| {
            Step::DeductAtOnce { amount, served_hours_ago }
        }),
        4 => amount().prop_map(Step::Credit),
        3 => amount().prop_map(Step::Debit),
        5 => amount().prop_map(Step::Withdraw),
        2 => any::<prop::sample::Index>().prop_map(|at| Step::Cancel(at.index(64))),
        5 => freeze,
        2 => (0..64_usize).prop_map(Step::Release),
        1 => (0..64_usize, amount()).prop_map(|(at, part)| Step::ReleasePart(at, part)),
        3 => prop::sample::select(vec![
            Action::ReportLoss,
            Action::ConfirmLoss,
            Action::WithdrawLoss,
            Action::MarkSuspicious,
            Action::ClearSuspicion,
            Action::MarkDormant,
            Action::Reactivate,
            Action::RequireVerification,
            Action::ResumePayment,
            Action::LiftRestriction,
        ]).prop_map(Step::Act),
        1 => Just(Step::FraudStop),
        1 => (1..100_i64).prop_map(|hours| Step::Restrict { hours }),
        3 => prop_oneof![1..60_i64, 100..9_000_i64].prop_map(|hours| Step::Wait { hours }),
    ]
}

/// The command of a step on the world as it is; none when there is nothing to do it to.
fn command(step: &Step, world: &World) -> Option<Sent> {
    Some(match step {
        Step::Credit(minor) => credit(*minor).into(),
        Step::Debit(minor) => debit(*minor).into(),
        Step::Withdraw(minor) => withdraw(*minor).into(),
        Step::Cancel(at) => {
            let rows: Vec<_> = world.tables.withdrawals.values().collect();
            cancel(rows.get(at % rows.len().max(1))?).into()
        }
        Step::Freeze { kind, amount, exempt, served_hours_ago } => {
            let served = world.now - Duration::hours(*served_hours_ago);
            let create = match kind {
                AuthorityKind::CourtCivil => court(*amount),
                AuthorityKind::PoliceCriminal => police(*amount),
                other => order(*other, *amount),
            };
            let exempt = (*exempt > 0).then(|| cny(*exempt));
            CreateFreeze { served_time: Some(served), exempt, ..create }.into()
        }
        Step::Renew { at, late_hours } => {
            let served_time = Some(world.now - Duration::hours(*late_hours));
            RenewFreeze { served_time, ..renew(any_of(world, *at)?) }.into()
        }
        Step::Succeed { at, other } => {
            let court = if *other { OTHER_COURT } else { COURT };
            succeed(any_of(world, *at)?, AuthorityKind::CourtCriminal, court).into()
        }
        Step::Deduct { at, amount, measure, judged } => {
            let plain = deduct(any_of(world, *at)?, *amount);
            let criminal = papers(AuthorityKind::CourtCriminal, OTHER_COURT);
            let order = if *judged { criminal } else { plain.order.clone() };
            DeductFreeze { measure: *measure, order, ..plain }.into()
        }
        Step::DeductAtOnce { amount, served_hours_ago } => {
            let served_time = Some(world.now - Duration::hours(*served_hours_ago));
            let order = papers(AuthorityKind::CourtCivil, COURT);
            DeductFreeze { served_time, ..deduct_at_once(*amount, order) }.into()
        }
        Step::Release(at) => release(any_of(world, *at)?, Extent::Whole).into(),
        Step::ReleasePart(at, part) => {
            release(any_of(world, *at)?, Extent::Part(cny(*part))).into()
        }
        Step::Act(action) => (*action).into(),
        Step::FraudStop => fraud_stop("ZF-1").into(),
        Step::Restrict { hours } => {
            let end_time = Some(world.now + Duration::hours(*hours));
            ChangeStatus { end_time, ..change(Action::Restrict) }.into()
        }
        Step::Wait { .. } => return None,
    })
}

fn any_of(world: &World, at: usize) -> Option<&Freeze> {
    let rows: Vec<_> = world.tables.freezes.values().collect();
    rows.get(at % rows.len().max(1)).copied()
}

/// The invariants I1–I3, I9, I10 and the columns that restate rows.
fn audit(world: &World) {
    let account = world.account();
    check_money(world, account);
    check_rows(world, account);
    check_numbers(world, account);
    let control = account.control(Counting::All);
    check_control(account.funds(), &account.freezes, &control);
    check_waiting(&account.freezes, &control);
    let unfilled = account.control(Counting::WithoutLoss).shares.iter().any(|s| !s.filled);
    let held = world.tables.withdrawals.values().filter(|row| row.held_minor > 0);
    let all_exempt = held.into_iter().all(|row| row.exempt_minor == row.amount_minor);
    assert!(!unfilled || all_exempt, "unsent while a claim is unfilled");
    check_exempt(account);
    let key = &world.rules.history_key;
    let head = &account.balance.history_head;
    assert_eq!(history::verify(&world.tables.history, head, key), Ok(()));
}

/// The column of what is left of the exempt amount, and that none is used up where none is left.
fn check_exempt(account: &Account) {
    let exempting = account.freezes.iter().filter(|freeze| {
        freeze.freeze_status == FreezeStatus::Active && freeze.freeze_type == FreezeType::Judicial
    });
    let exempt = exempting.map(|freeze| freeze.exempt_minor).max().unwrap_or(0);
    let used = account.balance.exempt_used_minor;
    assert!(used >= 0 && (exempt > 0 || used == 0), "{used} used up of {exempt}");
    assert_eq!(account.balance.exempt_minor, (exempt - used).max(0));
}

/// What a deduction took was held by its freeze right before, and its claim is so much less.
fn check_deducted(before: &Account, world: &World, outcome: &Outcome) {
    let Ok(Receipt::Deduction(receipt)) = outcome else { return };
    let after = &receipt.freeze.freeze;
    let taken = receipt.transaction.transaction_amount;
    let mut lapsed = before.clone();
    lapse::lapse(&mut lapsed, world.now, ZONE);
    let Some(freeze) = lapsed.freezes.iter().find(|row| row.freeze_id == after.freeze_id) else {
        return;
    };
    let shares = lapsed.control(Counting::All).shares;
    let share = shares.iter().find(|share| share.freeze_id == freeze.freeze_id).unwrap();
    assert!((1..=share.controlled).contains(&taken), "{taken} of {}", share.controlled);
    assert_eq!(freeze.freeze_status, FreezeStatus::Active);
    let left = freeze.freeze_amount.map(|claim| claim - taken);
    match left {
        Some(0) => assert_eq!(after.freeze_status, FreezeStatus::Released),
        _ => assert_eq!((after.freeze_status, after.freeze_amount), (FreezeStatus::Active, left)),
    }
}

fn check_money(world: &World, account: &Account) {
    let balance = &account.balance;
    let moved = world.tables.transactions.iter().map(|row| match row.direction {
        Direction::Credit => row.transaction_amount,
        Direction::Debit => -row.transaction_amount,
    });
    assert_eq!(balance.balance_minor, balance.opening_balance_minor + moved.sum::<Minor>());
    assert!((0..=balance.balance_minor).contains(&balance.reserved_minor));
    let held = world.tables.withdrawals.values().map(|row| row.held_minor);
    assert_eq!(balance.reserved_minor, held.sum::<Minor>());
    let open = world.tables.withdrawals.values().filter(|row| row.held_minor > 0).count();
    assert_eq!(usize::try_from(balance.open_withdrawals), Ok(open));
    assert!(account.available() >= 0);
}

fn check_rows(world: &World, account: &Account) {
    let balance = &account.balance;
    let mut freezes: Vec<&Freeze> =
        world.tables.freezes.values().filter(|freeze| freeze.in_force()).collect();
    freezes.sort_by_key(|freeze| freeze.freeze_seq);
    let mut held: Vec<&Freeze> = account.freezes.iter().collect();
    held.sort_by_key(|freeze| freeze.freeze_seq);
    assert_eq!(held, freezes, "the account's freezes and the stored rows");
    let conditions: Vec<_> =
        world.tables.conditions.values().filter(|row| row.in_force()).collect();
    assert_eq!(account.conditions.len(), conditions.len());
    assert!(conditions.iter().all(|row| account.conditions.contains(row)));
    let claims = freezes.iter().filter_map(|freeze| freeze.freeze_amount);
    assert_eq!(balance.freeze_claim_minor, claims.sum::<Minor>());
    let active = freezes.iter().filter(|f| f.freeze_status == FreezeStatus::Active);
    let widest = active.map(|freeze| freeze.freeze_mode).max().unwrap_or(FreezeMode::Amount);
    assert_eq!(balance.freeze_whole, widest);
    let kinds = conditions
        .iter()
        .map(|row| row.kind)
        .chain(freezes.iter().map(|freeze| freeze.condition_kind()));
    assert_eq!(balance.condition_mask, kinds.fold(0, |mask, kind| mask | mask_bit(kind)));
    let ends = conditions
        .iter()
        .filter_map(|row| row.until_time)
        .chain(freezes.iter().filter_map(|freeze| freeze.expire_time));
    assert_eq!(balance.next_lapse_time, ends.min());
}

fn check_numbers(world: &World, account: &Account) {
    let balance = &account.balance;
    let sequences: Vec<i64> = world.tables.events.iter().map(|event| event.account_seq).collect();
    assert_eq!(sequences, (1..=balance.event_seq).collect::<Vec<_>>());
    let entries = world.tables.transactions.iter().map(|row| row.entry_seq);
    let reserved = world.tables.withdrawals.values().map(|row| row.entry_seq);
    let numbers: BTreeSet<i64> = entries.chain(reserved).collect();
    assert_eq!(numbers, (1..=balance.entry_seq).collect());
    assert_eq!(world.tables.history.len().to_string(), balance.history_seq.to_string());
}

/// The history rows that a command at this instant owes: one for each lapse, one if it changes
/// the face.
fn owed(before: &Account, world: &World) -> usize {
    let mut lapsed = before.clone();
    let lapses = lapse::lapse(&mut lapsed, world.now, ZONE).len();
    lapses + usize::from(lapsed.face() != world.account().face())
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn invariants_hold_after_every_command(
        opening in 0..300_i64,
        steps in prop::collection::vec(any_step(), 1..40),
    ) {
        let mut world = World::with_balance(opening);
        let mut asked = Vec::new();
        for (place, step) in steps.iter().enumerate() {
            if let Step::Wait { hours } = step {
                world.now += Duration::hours(*hours);
            }
            let Some(sent) = command(step, &world) else { continue };
            let before = (world.account().clone(), world.tables.history.len());
            let envelope = world.envelope(&format!("step-{place}"), sent);
            let outcome = world.run(&envelope);
            audit(&world);
            check_deducted(&before.0, &world, &outcome);
            let written = world.tables.history.len() - before.1;
            prop_assert_eq!(written, owed(&before.0, &world), "{:?}", step);
            asked.push((envelope, outcome));
        }
        world.done(Command::Lapse);
        let after = (world.tables.clone(), world.remembered.clone());
        asked.retain(|(envelope, _)| {
            world.remembered.contains_key(&request_key(envelope))
        });
        for (envelope, outcome) in asked {
            prop_assert_eq!(world.run(&envelope), outcome);
        }
        prop_assert_eq!((world.tables, world.remembered), after);
    }

    #[test]
    fn invariants_hold_after_every_batch(
        opening in 0..300_i64,
        batches in prop::collection::vec(prop::collection::vec(any_step(), 1..8), 1..8),
    ) {
        let mut world = World::with_balance(opening);
        for (number, steps) in batches.iter().enumerate() {
            world.now += Duration::hours(7);
            let mut envelopes = Vec::new();
            for (place, step) in steps.iter().enumerate() {
                let sent = command(step, &world);
                let id = format!("batch-{number}-{place}");
                envelopes.extend(sent.map(|sent| world.envelope(&id, sent)));
            }
            world.run_batch(&envelopes);
            audit(&world);
        }
    }

    #[test]
    fn what_is_validated_is_what_then_happens(
        opening in 0..300_i64,
        steps in prop::collection::vec(any_step(), 1..25),
    ) {
        let mut world = World::with_balance(opening);
        for (place, step) in steps.iter().enumerate() {
            if let Step::Wait { hours } = step {
                world.now += Duration::hours(*hours);
            }
            let Some(sent) = command(step, &world) else { continue };
            world.done(Command::Lapse);
            let before = (world.tables.clone(), world.remembered.clone());
            let mut envelope = world.envelope(&format!("step-{place}"), sent);
            envelope.effect = Effect::ValidateOnly;
            let tried = world.run(&envelope);
            prop_assert_eq!(&(world.tables.clone(), world.remembered.clone()), &before);
            envelope.effect = Effect::Take;
            let done = world.run(&envelope);
            prop_assert_eq!(tried.is_ok(), done.is_ok(), "{:?}", step);
            if let (Err(tried), Err(done)) = (tried, done) {
                // The bank's objection to it is recorded only of what was meant.
                prop_assert_eq!(tried.all().len(), done.all().len());
                for (tried, mut done) in tried.all().iter().zip(done.all().iter().cloned()) {
                    done.facts.remove(&Fact::ObjectionId);
                    prop_assert_eq!(tried, &done);
                }
            }
        }
    }
}
