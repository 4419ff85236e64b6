//! Recording transactions: what moves, which clocks of the account it sets, what the row says.

use super::support::{World, at, court, credit, debit, police};
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::command::Receipt;
use crate::domain::refusal::Reason;
use crate::domain::transaction::{Direction, Initiator, Mode, Transaction};

fn record(world: &mut World, record: RecordTransaction) -> Transaction {
    match world.done(record) {
        Receipt::Transaction(row) => *row,
        other => panic!("not a transaction: {other:?}"),
    }
}

#[test]
fn credits_and_debits_move_the_balance_and_say_what_is_left() {
    let mut world = World::with_balance(1_000);
    world.place(court(Some(100)));
    let paid_in = record(&mut world, credit(50));
    assert_eq!(
        (paid_in.balance_after_minor, paid_in.available_after_minor),
        (Some(1_050), Some(950))
    );
    let paid_out = record(&mut world, debit(950));
    assert_eq!(
        (paid_out.balance_after_minor, paid_out.available_after_minor),
        (Some(100), Some(0))
    );
    assert_eq!(world.tables.transactions.len(), 2);
    let directions: Vec<_> = world.tables.transactions.iter().map(|row| row.direction).collect();
    assert_eq!(directions, [Direction::Credit, Direction::Debit]);
}

#[test]
fn what_is_available_after_a_credit_knows_the_freezes_that_took_effect_with_it() {
    let mut world = World::with_balance(50);
    world.place(court(Some(100)));
    world.place(police(Some(30)));
    let row = record(&mut world, credit(110));
    assert_eq!((row.balance_after_minor, row.available_after_minor), (Some(160), Some(30)));
}

#[test]
fn the_customers_clock_moves_only_with_what_the_customer_initiated() {
    for initiator in [Initiator::Customer, Initiator::Counterparty, Initiator::Bank] {
        let mut world = World::with_balance(1_000);
        world.done(RecordTransaction { initiator, ..credit(5) });
        let balance = &world.account().balance;
        let customer = (initiator == Initiator::Customer).then_some(balance.changed_time);
        assert_eq!(balance.last_customer_time, customer, "{initiator:?}");
        assert_eq!(balance.last_transaction_time, Some(balance.changed_time), "{initiator:?}");
    }
}

#[test]
fn the_row_says_day_and_time_of_the_value_time_in_the_banks_zone() {
    let mut world = World::with_balance(1_000);
    let value_time = Some(at("2026-03-09 00:30:05"));
    let row = record(&mut world, RecordTransaction { value_time, ..credit(5) });
    assert_eq!(row.transaction_date.to_string(), "2026-03-09");
    assert_eq!(row.transaction_time, "00:30:05");
    assert_eq!(row.value_time, at("2026-03-09 00:30:05"));
    assert!(row.recorded_time > row.value_time);
}

#[test]
fn a_debit_to_authorize_never_takes_frozen_money() {
    let mut world = World::with_balance(1_000);
    world.place(court(Some(400)));
    let expected = [Reason::AccountFrozen, Reason::InsufficientAvailableFunds];
    assert_eq!(world.reasons(debit(601)), expected);
    world.done(debit(600));
    assert_eq!(world.account().balance.balance_minor, 400);
}

/// design, domain 6: a fact was posted elsewhere; a condition is no reason to deny it.
#[test]
fn a_debit_that_is_a_fact_passes_conditions_when_its_money_is_there() {
    let mut world = World::with_balance(1_000);
    world.done(crate::domain::action::Action::MarkSuspicious);
    assert_eq!(world.reasons(debit(5)), [Reason::AccountSuspicious]);
    world.done(RecordTransaction { mode: Mode::Fact, ..debit(5) });
    assert_eq!(world.account().balance.balance_minor, 995);
}
