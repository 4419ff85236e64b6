//! A posting: the one way in which a transaction comes to an account, whoever makes it.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Draft;
use crate::domain::account::Account;
use crate::domain::freeze::control::Counting;
use crate::domain::id::TransactionId;
use crate::domain::money::Minor;
use crate::domain::pass::{self, Movement};
use crate::domain::terms;
use crate::domain::transaction::{
    Booking, Direction, EntryChannel, Initiator, Mode, Origin, Purpose, Transaction,
    TransactionType,
};

/// What is posted, in the account's currency.
#[derive(Debug, Clone)]
pub struct Posting {
    /// The bank's id, or ours; not yet used on the account.
    pub transaction_id: TransactionId,
    /// Which way.
    pub direction: Direction,
    /// Minor units, above zero.
    pub amount: Minor,
    /// What kind.
    pub transaction_type: TransactionType,
    /// Checked or noted.
    pub mode: Mode,
    /// Who set it off.
    pub initiator: Initiator,
    /// Through which channel.
    pub entry_channel: EntryChannel,
    /// What for.
    pub purpose: Purpose,
    /// The other side's account; empty = not said.
    pub counterparty_account: String,
    /// The other side's name; empty = not said.
    pub counterparty_name: String,
    /// When it counts; absent = now.
    pub value_time: Option<DateTime<Utc>>,
    /// Where it is booked.
    pub booking: Booking,
}

/// Where something is booked that happened already, so that nothing can refuse it. Conditions don't
/// stand in its way; but a debit never takes money that is reserved, frozen or not there, and a
/// credit doesn't enter an account that can't take it.
pub fn booking_of_fact(account: &Account, direction: Direction, movement: Movement) -> Booking {
    let fits = account.balance.after(direction, movement.amount).is_some();
    match direction {
        Direction::Debit => {
            let available = pass::available_for(account, movement.operation);
            let there = available.is_none_or(|available| movement.amount <= available);
            if there && fits { Booking::Balance } else { Booking::Receivable }
        }
        Direction::Credit => {
            let taken = pass::refusals(account, movement).is_empty();
            if taken && fits { Booking::Balance } else { Booking::Suspense }
        }
    }
}

/// Posts it: the row, its event, and, when it is booked on the balance, the balance and the last
/// times.
///
/// # Panics
/// When it is booked on a balance that has no room for it ([`Balance::after`](crate::domain::account::Balance::after)): whoever posts has
/// to know that before.
pub fn post(draft: &mut Draft<'_>, posting: Posting) -> Transaction {
    match posting.booking {
        Booking::Balance => book(draft, &posting),
        Booking::Receivable | Booking::Suspense => {}
    }
    let row = row(draft, posting);
    let payload = json!({
        "transaction_id": row.transaction_id,
        "direction": row.direction,
        "booking": row.booking,
    });
    draft.written.events.push(("TRANSACTION_RECORDED", payload));
    draft.written.transactions.push(row.clone());
    row
}

fn book(draft: &mut Draft<'_>, posting: &Posting) {
    match (posting.direction, posting.transaction_type) {
        // Frozen money goes; what the holder lives on stays. A withdrawal sees to it itself.
        (Direction::Debit, TransactionType::Deduction | TransactionType::Payout)
        | (Direction::Credit, _) => {}
        (Direction::Debit, _) => {
            let counting = match posting.initiator {
                Initiator::Bank => Counting::WithoutLoss,
                Initiator::Customer | Initiator::Counterparty => Counting::All,
            };
            let spent = draft.account.exempt_spent_by(posting.amount, counting);
            draft.account.use_exempt(spent);
        }
    }
    let balance = &mut draft.account.balance;
    balance.balance_minor = balance
        .after(posting.direction, posting.amount)
        .expect("whoever books on the balance has seen that it fits");
    balance.last_transaction_time = Some(draft.now);
    if posting.initiator == Initiator::Customer {
        balance.last_customer_time = Some(draft.now);
    }
}

fn row(draft: &mut Draft<'_>, posting: Posting) -> Transaction {
    let value_time = posting.value_time.unwrap_or(draft.now);
    let zone = draft.rules.zone;
    Transaction {
        transaction_id: posting.transaction_id,
        account_number: draft.account.number().clone(),
        entry_seq: draft.next_entry(),
        transaction_type: posting.transaction_type,
        transaction_amount: posting.amount,
        currency_code: draft.account.balance.currency_code,
        direction: posting.direction,
        mode: posting.mode,
        initiator: posting.initiator,
        entry_channel: posting.entry_channel,
        purpose: posting.purpose,
        counterparty_account: posting.counterparty_account,
        counterparty_name: posting.counterparty_name,
        value_time,
        recorded_time: draft.now,
        transaction_date: terms::local_day(value_time, zone),
        transaction_time: value_time.with_timezone(&zone).format("%H:%M:%S").to_string(),
        balance_after_minor: Some(draft.account.balance.balance_minor),
        available_after_minor: Some(draft.account.available()),
        recorded_by: draft.principal.name.to_string(),
        risk_score: None,
        risk_flag: None,
        origin: Origin::Posted,
        booking: posting.booking,
    }
}
