//! Transactions as booked.

use super::{made_id, money, timestamp};
use crate::ask::mask;
use crate::domain::command::Effect;
use crate::domain::principal::Scope;
use crate::domain::transaction::Transaction;
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::pb::v1;

/// A transaction, its other side masked for callers without the scope.
pub(crate) fn transaction(row: &Transaction, caller: &Caller, effect: Effect) -> v1::Transaction {
    let currency = row.currency_code;
    v1::Transaction {
        transaction_id: made_id(row.transaction_id.as_str(), effect),
        account_number: row.account_number.as_str().to_owned(),
        mode: row.mode.number(),
        direction: row.direction.number(),
        amount: Some(money(row.transaction_amount, currency)),
        transaction_type: row.transaction_type.number(),
        initiator: row.initiator.number(),
        entry_channel: row.entry_channel.number(),
        purpose: row.purpose.number(),
        counterparty: counterparty(row, caller),
        value_time: Some(timestamp(row.value_time)),
        record_time: Some(timestamp(row.recorded_time)),
        balance_after: row.balance_after_minor.map(|minor| money(minor, currency)),
        available_after: row.available_after_minor.map(|minor| money(minor, currency)),
        booking: row.booking.number(),
    }
}

fn counterparty(row: &Transaction, caller: &Caller) -> Option<v1::Counterparty> {
    let (number, name) = (&row.counterparty_account, &row.counterparty_name);
    if number.is_empty() && name.is_empty() {
        return None;
    }
    if caller.may(Scope::PersonalRead) {
        return Some(v1::Counterparty { account_number: number.clone(), name: name.clone() });
    }
    let hidden = if number.is_empty() { String::new() } else { mask::last4(number) };
    Some(v1::Counterparty { account_number: hidden, name: mask::name(name) })
}
