//! Imported transactions: which fit, what their rows say, which last times they move.

use super::support::{ZONE, at, cny, currency, number, usd};
use crate::domain::act::import_transactions::{
    Arrival, ImportTransaction, Standing, Unfit, likely_initiator, moved, same_content,
};
use crate::domain::id::TransactionId;
use crate::domain::transaction::{
    Direction, EntryChannel, Initiator, Origin, Purpose, Transaction, TransactionType,
};

fn import(record: u64, time: &str) -> ImportTransaction {
    ImportTransaction {
        record,
        transaction_id: TransactionId::parse(&format!("T{record}")).unwrap(),
        account_number: number(),
        transaction_type: TransactionType::Transfer,
        direction: Direction::Debit,
        amount: cny(500),
        initiator: Initiator::Customer,
        entry_channel: EntryChannel::Unspecified,
        purpose: Purpose::Unspecified,
        counterparty_account: String::new(),
        counterparty_name: String::new(),
        value_time: at(time),
        balance_after_minor: None,
        risk_score: Some(70),
        risk_flag: None,
    }
}

fn row(run_id: i64, import: &ImportTransaction) -> Transaction {
    import.row(&Arrival { run_id, by: "import", now: at("2026-03-10 10:00:00"), zone: ZONE })
}

fn standing(any: Option<&str>, customer: Option<&str>) -> Standing {
    Standing {
        currency: currency("CNY"),
        last_transaction_time: any.map(at),
        last_customer_time: customer.map(at),
    }
}

#[test]
fn only_a_known_account_in_the_same_currency_has_a_history() {
    let plain = import(1, "2025-01-01 00:00:00");
    assert_eq!(plain.check(Some(&standing(None, None))), Ok(()));
    assert_eq!(plain.check(None), Err(Unfit::UnknownAccount));
    let dollars = ImportTransaction { amount: usd(500), ..plain };
    let other = Err(Unfit::OtherCurrency(currency("CNY")));
    assert_eq!(dollars.check(Some(&standing(None, None))), other);
}

#[test]
fn a_row_lies_before_every_posting_in_the_order_of_its_import() {
    let seq = |run_id, record| row(run_id, &import(record, "2025-01-01 23:30:00")).entry_seq;
    assert!(seq(1, 1) < seq(1, 2) && seq(1, 1_000_000_000) < seq(2, 1) && seq(1_000_000, 1) < 0);
    let row = row(1, &import(1, "2025-01-01 23:30:00"));
    assert_eq!((row.origin, row.available_after_minor), (Origin::Imported, None));
    assert_eq!(row.transaction_date.to_string(), "2025-01-01");
    assert_eq!(row.transaction_time, "23:30:00");
}

#[test]
fn content_is_what_happened_not_when_or_as_which_row_it_came() {
    let stored = row(1, &import(1, "2025-01-01 00:00:00"));
    let again = Transaction {
        entry_seq: 0,
        recorded_time: at("2026-04-01 00:00:00"),
        recorded_by: "other".to_owned(),
        ..stored.clone()
    };
    assert!(same_content(&stored, &again));
    assert!(!same_content(&stored, &Transaction { transaction_amount: 501, ..again.clone() }));
    let other_time = Transaction { value_time: at("2025-01-01 00:00:01"), ..again.clone() };
    assert!(!same_content(&stored, &other_time));
    assert!(!same_content(&stored, &Transaction { origin: Origin::Posted, ..again }));
}

#[test]
fn last_times_move_forward_only() {
    let by_bank =
        ImportTransaction { initiator: Initiator::Bank, ..import(2, "2025-03-01 00:00:00") };
    let rows = [row(1, &import(1, "2025-02-01 00:00:00")), row(1, &by_bank)];
    let all = moved(&standing(None, None), &rows).unwrap();
    assert_eq!(all.last_transaction_time, at("2025-03-01 00:00:00"));
    assert_eq!(all.last_customer_time, Some(at("2025-02-01 00:00:00")));
    let later = "2025-04-01 00:00:00";
    assert_eq!(moved(&standing(Some(later), Some(later)), &rows), None);
    assert!(moved(&standing(Some(later), None), &rows).is_some());
    assert_eq!(moved(&standing(None, None), &[] as &[Transaction]), None);
    assert_eq!(moved(&standing(Some(later), None), &rows[1..]), None);
}

#[test]
fn without_an_initiator_the_kind_and_the_way_tell_one() {
    use TransactionType as T;
    for (kind, direction, expected) in [
        (T::Fee, Direction::Debit, Initiator::Bank),
        (T::Interest, Direction::Credit, Initiator::Bank),
        (T::Transfer, Direction::Credit, Initiator::Counterparty),
        (T::Cash, Direction::Debit, Initiator::Customer),
        (T::Payout, Direction::Debit, Initiator::Customer),
    ] {
        assert_eq!(likely_initiator(kind, direction), expected, "{kind:?}");
    }
}
