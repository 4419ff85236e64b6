//! Freezes against withdrawals: what was not sent gives way, newest first, until the claims are
//! filled; a loss only holds.

use super::support::{World, court, order, police};
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::action::Action;
use crate::domain::freeze::FreezeStatus;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::id::WithdrawalId;
use crate::domain::status::Cause;
use crate::domain::withdrawal::{State, Withdrawal};

/// A balance of 1,000 with three withdrawals of 300, oldest first.
fn three_reserved() -> (World, [WithdrawalId; 3]) {
    let mut world = World::with_balance(1_000);
    let ids = [300, 300, 300].map(|minor| world.reserve(minor).withdrawal_id);
    (world, ids)
}

fn states(world: &World, ids: &[WithdrawalId]) -> Vec<State> {
    ids.iter().map(|id| world.tables.withdrawals[id].state).collect()
}

use State::{Cancelled, Reserved};

#[test]
fn the_newest_gives_way_first_and_only_until_the_claim_is_filled() {
    let cases = [
        (100, vec![Reserved, Reserved, Reserved]),
        (101, vec![Reserved, Reserved, Cancelled]),
        (400, vec![Reserved, Reserved, Cancelled]),
        (401, vec![Reserved, Cancelled, Cancelled]),
        (701, vec![Cancelled, Cancelled, Cancelled]),
        (9_000, vec![Cancelled, Cancelled, Cancelled]),
    ];
    for (claim, expected) in cases {
        let (mut world, ids) = three_reserved();
        let receipt = world.place(court(Some(claim)));
        assert_eq!(states(&world, &ids), expected, "{claim}");
        let gave_way: Vec<WithdrawalId> = ids
            .iter()
            .rev()
            .filter(|id| world.tables.withdrawals[*id].state == Cancelled)
            .cloned()
            .collect();
        assert_eq!(receipt.cancelled, gave_way, "{claim}");
        let held: i64 = world.tables.withdrawals.values().map(|row| row.held_minor).sum();
        assert_eq!(world.account().balance.reserved_minor, held, "{claim}");
    }
}

#[test]
fn a_whole_freeze_of_court_or_bank_takes_all_that_was_not_sent() {
    for create in [court(None), order(AuthorityKind::Bank, None)] {
        let (mut world, ids) = three_reserved();
        world.place(create);
        assert_eq!(states(&world, &ids), [Cancelled, Cancelled, Cancelled]);
        let balance = &world.account().balance;
        assert_eq!((balance.reserved_minor, balance.open_withdrawals), (0, 0));
        assert_eq!(world.account().available(), 0);
    }
}

#[test]
fn a_loss_only_holds() {
    let (mut world, ids) = three_reserved();
    world.done(Action::ReportLoss);
    assert_eq!(states(&world, &ids), [Reserved, Reserved, Reserved]);
    assert_eq!(world.account().balance.reserved_minor, 900);
}

#[test]
fn a_filled_freeze_beside_a_loss_takes_nothing() {
    let (mut world, ids) = three_reserved();
    world.done(Action::ReportLoss);
    let receipt = world.place(court(Some(100)));
    assert_eq!(receipt.cancelled, []);
    assert_eq!(states(&world, &ids), [Reserved, Reserved, Reserved]);
}

#[test]
fn what_was_sent_goes_on() {
    let (mut world, ids) = three_reserved();
    for (id, state) in ids.iter().zip([State::Dispatching, State::Accepted, State::Unknown]) {
        let row: &mut Withdrawal = world.tables.withdrawals.get_mut(id).unwrap();
        row.state = state;
    }
    let receipt = world.place(court(None));
    assert_eq!(receipt.cancelled, []);
    assert_eq!(states(&world, &ids), [State::Dispatching, State::Accepted, State::Unknown]);
    assert_eq!(world.account().balance.reserved_minor, 900);
}

#[test]
fn what_gave_way_says_why() {
    let (mut world, ids) = three_reserved();
    let freeze = world.place(court(None)).freeze;
    let row = &world.tables.withdrawals[&ids[0]];
    assert!(row.reason.contains(freeze.freeze_id.as_str()), "{}", row.reason);
    assert_eq!((row.held_minor, row.version), (0, 2));
    let told = world.tables.events.iter().filter(|event| event.kind == "WITHDRAWAL_CANCELLED");
    assert_eq!(told.count(), 3);
}

/// A court has the 40 that nothing reserves; the next order gets what the withdrawal gives back.
fn filled_beside_a_withdrawal() -> (World, WithdrawalId) {
    let mut world = World::with_balance(100);
    let id = world.reserve(60).withdrawal_id;
    let first = world.place(court(Some(40)));
    assert_eq!(first.cancelled, []);
    (world, id)
}

#[test]
fn a_second_freeze_takes_unsent_money_rather_than_wait() {
    let (mut world, id) = filled_beside_a_withdrawal();
    let receipt = world.place(police(Some(30)));
    assert_eq!(receipt.freeze.freeze_status, FreezeStatus::Active);
    assert_eq!(receipt.cancelled, [id]);
    assert_eq!(world.account().available(), 30);
    assert_eq!(world.tables.history.last().unwrap().cause, Some(Cause::JudicialCriminal));
}

#[test]
fn a_kind_that_may_not_wait_takes_unsent_money_rather_than_be_refused() {
    let (mut world, id) = filled_beside_a_withdrawal();
    let receipt = world.place(order(AuthorityKind::AdminGeneral, Some(30)));
    assert_eq!(receipt.freeze.freeze_status, FreezeStatus::Active);
    assert_eq!(receipt.cancelled, [id]);
}

#[test]
fn a_refused_freeze_leaves_withdrawals_alone() {
    let (mut world, ids) = three_reserved();
    world.refused(order(AuthorityKind::Nfra, None));
    assert_eq!(states(&world, &ids), [Reserved, Reserved, Reserved]);
}

#[test]
fn a_validated_freeze_names_what_would_give_way_and_takes_nothing() {
    let (mut world, ids) = three_reserved();
    let before = world.tables.clone();
    let mut envelope = world.envelope("try", CreateFreeze { ..court(None) });
    envelope.effect = crate::domain::command::Effect::ValidateOnly;
    let Ok(crate::domain::command::Receipt::Freeze(receipt)) = world.run(&envelope) else {
        panic!("not accepted");
    };
    let newest_first: Vec<WithdrawalId> = ids.iter().rev().cloned().collect();
    assert_eq!(receipt.cancelled, newest_first);
    assert_eq!(world.tables, before);
}
