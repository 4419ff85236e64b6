//! The exempt amount: an allowance for living costs that is used up once, whoever takes it, and that a
//! freeze takes from nobody.

use super::support::{
    World, ZONE, cny, court, credit, debit, deduct, freeze, funds, police, rejected, release,
};
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::release_freeze::Extent;
use crate::domain::freeze::control::{Counting, control, promote};
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::money::Minor;
use crate::domain::payout::evidence::Source;
use crate::domain::payout::reason::RejectReason;
use crate::domain::transaction::{Initiator, TransactionType};
use crate::domain::withdrawal::{State, Withdrawal};

fn exempting(exempt: Minor, create: CreateFreeze) -> CreateFreeze {
    CreateFreeze { exempt: Some(cny(exempt)), ..create }
}

/// 100 under a court's freeze that leaves 30.
fn frozen(amount: Option<Minor>) -> (World, Freeze) {
    let mut world = World::with_balance(100);
    let freeze = world.place(exempting(30, court(amount))).freeze;
    (world, freeze)
}

fn fee(minor: Minor) -> RecordTransaction {
    RecordTransaction {
        initiator: Initiator::Bank,
        transaction_type: TransactionType::Fee,
        ..debit(minor)
    }
}

fn left(world: &World) -> (Minor, Minor) {
    (world.account().available(), world.account().balance.exempt_minor)
}

#[test]
fn small_withdrawals_do_not_empty_a_frozen_account() {
    for amount in [None, Some(1_000)] {
        let (mut world, _) = frozen(amount);
        let mut taken = 0;
        for minor in [10, 7, 10, 3, 1, 10] {
            taken += world.send(super::support::withdraw(minor)).map_or(0, |_| minor);
        }
        assert_eq!((taken, left(&world)), (30, (0, 0)), "{amount:?}");
    }
}

#[test]
fn debits_and_fees_use_it_up_together_with_withdrawals() {
    let (mut world, _) = frozen(None);
    world.reserve(10);
    world.done(debit(5));
    world.done(fee(5));
    assert_eq!(left(&world), (10, 10));
    world.done(credit(50));
    assert_eq!(left(&world), (10, 10), "what comes in is frozen");
    assert!(world.send(debit(11)).is_err());
    world.done(debit(10));
    assert_eq!(left(&world), (0, 0));
}

#[test]
fn money_that_is_free_beside_it_goes_first() {
    let (mut world, _) = frozen(Some(40));
    assert_eq!(left(&world), (60, 30));
    world.done(debit(30));
    assert_eq!(left(&world), (30, 30));
    world.done(debit(30));
    assert_eq!(left(&world), (0, 0));
}

#[test]
fn a_deduction_leaves_it_alone() {
    let (mut world, freeze) = frozen(None);
    world.done(debit(10));
    assert!(world.send(deduct(&freeze, 71)).is_err());
    world.done(deduct(&freeze, 70));
    assert_eq!(left(&world), (20, 20));
    assert_eq!(world.account().balance.balance_minor, 20);
}

#[test]
fn a_payout_that_fails_gives_it_back() {
    let (mut world, _) = frozen(None);
    let id = world.reserve(30).withdrawal_id;
    assert_eq!(left(&world), (0, 0));
    world.start(&id);
    world.answered(&id, Source::Submit, rejected(RejectReason::PayeeAccountClosed));
    assert_eq!(world.withdrawal(&id).state, State::Failed);
    assert_eq!(left(&world), (30, 30));
}

#[test]
fn what_is_exempt_gives_way_to_no_freeze_and_is_sent_although_a_claim_is_unfilled() {
    let mut world = World::with_balance(100);
    let ordinary = world.reserve(20);
    world.place(exempting(30, court(Some(50))));
    let first = world.place(exempting(30, court(None)));
    assert_eq!(first.cancelled, [ordinary.withdrawal_id], "what is not exempt does");
    let exempt = world.reserve(20);
    assert_eq!(exempt.exempt_minor, 20);
    let next = world.place(police(Some(500)));
    assert_eq!(next.cancelled, []);
    assert!(world.try_start(&exempt.withdrawal_id).is_some());
    assert_eq!(world.withdrawal(&exempt.withdrawal_id).state, State::Dispatching);
}

#[test]
fn where_nothing_is_frozen_any_more_nothing_is_used_up() {
    let (mut world, freeze) = frozen(None);
    world.done(debit(30));
    world.done(release(&freeze, Extent::Whole));
    assert_eq!(world.account().balance.exempt_used_minor, 0);
    world.place(exempting(30, court(None)));
    assert_eq!(left(&world), (30, 30));
}

/// A withdrawal of what one freeze left for living costs, and another freeze that leaves as much once
/// that one is gone.
fn frozen_again(again: CreateFreeze) -> (World, Withdrawal) {
    let (mut world, freeze) = frozen(None);
    let withdrawal = world.reserve(30);
    world.start(&withdrawal.withdrawal_id);
    world.done(release(&freeze, Extent::Whole));
    world.place(again);
    (world, withdrawal)
}

#[test]
fn what_comes_back_of_a_bygone_amount_adds_nothing_to_the_next() {
    let (mut world, withdrawal) = frozen_again(exempting(30, court(None)));
    assert_eq!(left(&world), (30, 30));
    world.done(debit(20));
    let dead = rejected(RejectReason::PayeeAccountClosed);
    world.answered(&withdrawal.withdrawal_id, Source::Submit, dead);
    assert_eq!(world.withdrawal(&withdrawal.withdrawal_id).state, State::Failed);
    assert_eq!(left(&world), (10, 10), "20 of 30 are used up");
}

#[test]
fn what_was_exempt_from_a_freeze_that_is_gone_gives_way_to_the_next() {
    let (mut world, freeze) = frozen(None);
    let withdrawal = world.reserve(30);
    world.done(release(&freeze, Extent::Whole));
    let next = world.place(court(None));
    assert_eq!(next.cancelled, [withdrawal.withdrawal_id], "this one leaves nothing");
}

#[test]
fn who_takes_a_freeze_over_leaves_what_is_left_and_not_all_of_it_again() {
    let mut world = World::with_balance(100);
    let freeze = world.place(exempting(30, police(Some(90)))).freeze;
    world.done(debit(25));
    let kind = crate::domain::freeze::kind::AuthorityKind::CourtCriminal;
    world.done(super::support::succeed(&freeze, kind, super::support::COURT));
    assert_eq!(left(&world), (5, 5));
}

fn waiting(seq: i64, amount: Minor, exempt_minor: Minor) -> Freeze {
    Freeze {
        freeze_status: FreezeStatus::Waiting,
        effective_time: None,
        exempt_minor,
        ..freeze(FreezeType::Judicial, seq, Some(amount))
    }
}

/// Ids of those that take effect of a filled 40 and what waits behind it.
fn promoted(money: Minor, waiting: &[Freeze]) -> Vec<String> {
    let mut all = vec![freeze(FreezeType::Judicial, 1, Some(40))];
    all.extend_from_slice(waiting);
    let at = super::support::at("2026-03-10 10:00:00");
    let ids = promote(funds(money), &mut all, at, ZONE);
    for share in control(funds(money), &all, Counting::All).shares {
        let row = all.iter().find(|row| row.freeze_id == share.freeze_id).unwrap();
        assert_eq!(row.freeze_status, share.status, "{money}: whose turn has come does not wait");
    }
    ids.iter().map(|id| id.as_str().to_owned()).collect()
}

/// What one leaves for living costs is not there for the next: of 100, 40 are taken, and F2 leaves 30
/// free, so 30 are there for F2 and what is behind it.
#[test]
fn what_takes_effect_first_leaves_less_to_the_next() {
    let table: [(Minor, &[Freeze], &[&str]); 6] = [
        (40, &[waiting(2, 30, 0), waiting(3, 10, 0)], &[]),
        (100, &[waiting(2, 30, 0), waiting(3, 10, 0)], &["F2", "F3"]),
        (100, &[waiting(2, 30, 30), waiting(3, 10, 0)], &["F2"]),
        (101, &[waiting(2, 30, 30), waiting(3, 10, 0)], &["F2", "F3"]),
        (100, &[waiting(2, 30, 0), waiting(3, 10, 30)], &["F2", "F3"]),
        (71, &[waiting(2, 30, 0), waiting(3, 10, 30), waiting(4, 10, 0)], &["F2", "F3"]),
    ];
    for (money, rows, expected) in table {
        assert_eq!(promoted(money, rows), expected, "{money} behind 40: {rows:?}");
    }
}
