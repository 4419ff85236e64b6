//! One step of a withdrawal: its state by the table, what it holds, what is booked, and who hears of
//! it. Every act that moves a withdrawal does it here.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::Draft;
use super::posting::{Posting, booking_of_fact, post};
use super::withdraw::movement;
use crate::domain::freeze::control::Counting;
use crate::domain::id::TransactionId;
use crate::domain::money::Minor;
use crate::domain::pass::{Movement, Operation, Presence};
use crate::domain::payout::PayoutKey;
use crate::domain::transaction::{Booking, Direction, Initiator, Mode, TransactionType};
use crate::domain::withdrawal::{self, Event, State, Withdrawal, held_in, taken_up_by};

/// What happens to a withdrawal.
#[derive(Debug, Clone)]
pub struct Step<'a> {
    /// By the state table.
    pub event: Event,
    /// The attempt that it is about; absent before the first.
    pub key: Option<&'a PayoutKey>,
    /// Why; empty = nothing to say.
    pub reason: &'a str,
    /// When the channel paid, as it says; absent = now.
    pub paid_time: Option<DateTime<Utc>>,
    /// Where what comes back was debited: what was never taken from the balance but owed to the bank
    /// doesn't go to the balance.
    pub debited: Booking,
}

impl Step<'_> {
    /// A step before there is an attempt, with nothing to say about it.
    pub fn of(event: Event) -> Self {
        Self { event, key: None, reason: "", paid_time: None, debited: Booking::Balance }
    }
}

/// Moves a withdrawal; `None` when its state table has no such step, and nothing has changed then.
pub fn advance(draft: &mut Draft<'_>, current: &Withdrawal, step: &Step<'_>) -> Option<Withdrawal> {
    let state = withdrawal::next(current.state, step.event)?;
    let held = held_in(state, current.amount_minor, current.held_minor);
    let used = draft.account.balance.exempt_used_minor;
    if held < current.held_minor {
        draft.give_back(current);
    }
    if state == State::Settled && held < current.held_minor {
        // What it takes of the exempt amount it took when it was reserved.
        draft.account.balance.exempt_used_minor = used;
    }
    let exempt_minor = book(draft, current, state, step);
    let moved = Withdrawal {
        state,
        held_minor: held,
        exempt_minor,
        reason: step.reason.to_owned(),
        version: current.version.saturating_add(1),
        update_time: draft.now,
        settle_time: settle_time(current, state, step.paid_time.unwrap_or(draft.now)),
        held_reason: None,
        held_since: None,
        next_action_time: (state == State::Reserved).then(|| taken_up_by(draft.now)),
        ..current.clone()
    };
    let payload = match step.key {
        None => json!({ "withdrawal_id": current.withdrawal_id, "state": state }),
        Some(key) => json!({
            "withdrawal_id": current.withdrawal_id, "state": state, "attempt": key.number
        }),
    };
    draft.written.events.push((event_kind(state), payload));
    Some(moved)
}

fn settle_time(current: &Withdrawal, state: State, paid: DateTime<Utc>) -> Option<DateTime<Utc>> {
    match state {
        State::Settled | State::SettledLate => Some(paid),
        State::Reserved
        | State::Dispatching
        | State::Accepted
        | State::Unknown
        | State::Failed
        | State::Cancelled
        | State::Returned
        | State::Quarantined
        | State::WrittenOff => current.settle_time,
    }
}

/// What a step books: a settlement debits, a return credits. What the account can't bear or take is
/// booked in full where people work it off, never from frozen money. Returns how much of the exempt
/// amount the withdrawal takes then, minor units.
fn book(draft: &mut Draft<'_>, current: &Withdrawal, to: State, step: &Step<'_>) -> Minor {
    let Some(key) = step.key else { return current.exempt_minor };
    let at = step.paid_time;
    match to {
        // The money was held until a moment ago, or is there and free.
        State::Settled => debit(draft, current, (key, at), Booking::Balance),
        State::SettledLate => {
            let asked = movement(current.entry_channel, current.purpose, current.amount_minor);
            let booking = booking_of_fact(&draft.account, Direction::Debit, asked);
            // It was given back when it failed.
            let spent = match booking {
                Booking::Balance => {
                    draft.account.exempt_spent_by(current.amount_minor, Counting::All)
                }
                Booking::Receivable | Booking::Suspense => 0,
            };
            draft.account.use_exempt(spent);
            debit(draft, current, (key, at), booking);
            return spent;
        }
        State::Returned => {
            let booking = match step.debited {
                Booking::Balance => returns_to(draft, current),
                Booking::Receivable | Booking::Suspense => step.debited,
            };
            if booking == Booking::Balance {
                draft.account.use_exempt(draft.exempt_of(current).saturating_neg());
            }
            credit(draft, current, (key, at), booking);
        }
        State::Reserved
        | State::Dispatching
        | State::Accepted
        | State::Unknown
        | State::Failed
        | State::Cancelled
        | State::Quarantined
        | State::WrittenOff => {}
    }
    current.exempt_minor
}

/// A payout's key, and when its channel says that it paid.
type PaidAt<'a> = (&'a PayoutKey, Option<DateTime<Utc>>);

/// Books what left the bank for a withdrawal.
pub fn debit(draft: &mut Draft<'_>, paid: &Withdrawal, (key, at): PaidAt<'_>, booking: Booking) {
    let id = match booking {
        Booking::Receivable => owed_id(key),
        Booking::Balance | Booking::Suspense => entry_id(&key.to_string()),
    };
    let posting = posting(paid, id, TransactionType::Payout, booking);
    post(draft, Posting { direction: Direction::Debit, value_time: at, ..posting });
}

/// The entry of what was paid and is owed to the bank. Its id says so, because what comes back has
/// to be booked where the debit was: on the balance it would be money that the account never lost.
pub fn owed_id(key: &PayoutKey) -> TransactionId {
    entry_id(&format!("{key}.owed"))
}

/// What the id of an entry has behind the key when people correct what was booked for a payout.
pub const CORRECTION: &str = ".correction";

/// What the id of an entry has behind the key when people write what was not paid to suspense.
pub const SUSPENDED: &str = ".suspense";

/// The entry of what people wrote to suspense.
pub fn suspended_id(key: &PayoutKey) -> TransactionId {
    entry_id(&format!("{key}{SUSPENDED}"))
}

/// The payout that an entry's id names, if it is one of ours.
pub fn payout_of(id: &TransactionId) -> Option<PayoutKey> {
    let text = id.as_str();
    if let Some((key, _)) = text.split_once(CORRECTION) {
        return PayoutKey::parse(key);
    }
    let ends = [".owed", ".returned", SUSPENDED];
    let key = ends.iter().find_map(|end| text.strip_suffix(end));
    PayoutKey::parse(key.unwrap_or(text))
}

/// Where the account takes what comes back.
fn returns_to(draft: &Draft<'_>, paid: &Withdrawal) -> Booking {
    let (operation, amount) = (Operation::Return, paid.amount_minor);
    let movement = Movement { operation, amount, presence: Presence::Elsewhere };
    booking_of_fact(&draft.account, Direction::Credit, movement)
}

/// Books what came back to the bank for a withdrawal.
pub fn credit(draft: &mut Draft<'_>, paid: &Withdrawal, (key, at): PaidAt<'_>, booking: Booking) {
    let id = entry_id(&format!("{key}.returned"));
    let posting = posting(paid, id, TransactionType::Return, booking);
    let initiator = Initiator::Counterparty;
    post(draft, Posting { direction: Direction::Credit, initiator, value_time: at, ..posting });
}

/// An attempt is debited and returned at most once; that its entries have ids of its own keeps the
/// database from taking a second one.
pub(super) fn entry_id(text: &str) -> TransactionId {
    TransactionId::parse(text).expect("keys are short visible ASCII")
}

pub(super) fn posting(
    paid: &Withdrawal,
    transaction_id: TransactionId,
    transaction_type: TransactionType,
    booking: Booking,
) -> Posting {
    Posting {
        transaction_id,
        direction: Direction::Debit,
        amount: paid.amount_minor,
        transaction_type,
        mode: Mode::Fact,
        initiator: Initiator::Customer,
        entry_channel: paid.entry_channel,
        purpose: paid.purpose,
        counterparty_account: paid.beneficiary.beneficiary_account.clone(),
        counterparty_name: paid.beneficiary.beneficiary_name.clone(),
        value_time: None,
        booking,
    }
}

fn event_kind(state: State) -> &'static str {
    match state {
        State::Reserved => "WITHDRAWAL_RESERVED",
        State::Dispatching => "WITHDRAWAL_DISPATCHING",
        State::Accepted => "WITHDRAWAL_ACCEPTED",
        State::Unknown => "WITHDRAWAL_UNKNOWN",
        State::Settled => "WITHDRAWAL_SETTLED",
        State::Failed => "WITHDRAWAL_FAILED",
        State::Cancelled => "WITHDRAWAL_CANCELLED",
        State::SettledLate => "WITHDRAWAL_SETTLED_LATE",
        State::Returned => "WITHDRAWAL_RETURNED",
        State::Quarantined => "WITHDRAWAL_QUARANTINED",
        State::WrittenOff => "WITHDRAWAL_WRITTEN_OFF",
    }
}
