//! How people write to suspense what is booked as paid and, as its channel says, was not: the account
//! has paid it, nobody has received it, and whose it is has still to be found out.
//!
//! The withdrawal stays as it is booked. What comes back over the channel afterwards goes to suspense,
//! too: the account must not get it twice.

use super::{not_so, quarantine};
use crate::domain::act::advance::{posting, suspended_id};
use crate::domain::act::casework::Desk;
use crate::domain::act::posting::{Posting, post};
use crate::domain::case::{Case, CaseCause};
use crate::domain::money::Direction;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::AttemptState;
use crate::domain::refusal::Refused;
use crate::domain::transaction::{Booking, Initiator, TransactionType};
use crate::domain::withdrawal::{State, Withdrawal};

/// Writes it to suspense; the item, and the case about it, follow from the posting.
///
/// # Errors
/// ACTION_NOT_APPLICABLE.
pub(super) fn write(desk: &mut Desk<'_, '_>, row: &Withdrawal, case: &Case) -> Result<(), Refused> {
    let asked = matches!(case.cause, CaseCause::MissingOnStatement | CaseCause::Contradiction);
    let settled = matches!(row.state, State::Settled | State::SettledLate);
    let attempts = desk.loaded.attempts_of(&row.withdrawal_id);
    let paid = attempts.iter().find(|attempt| {
        attempt.number == case.attempt_number && attempt.state == AttemptState::Settled
    });
    let Some(paid) = paid.filter(|_| asked && settled) else {
        return Err(not_so(desk.draft, "nothing is booked as paid that the channel has not paid"));
    };
    let key: PayoutKey = paid.key();
    let entries = desk.loaded.entries.get(&row.withdrawal_id).map_or(&[][..], Vec::as_slice);
    let id = suspended_id(&key);
    if entries.iter().any(|entry| entry.transaction_id == id) {
        return Err(not_so(desk.draft, "it was written to suspense before"));
    }
    if quarantine::owed(entries) > 0 {
        return Err(not_so(desk.draft, "it is owed to the bank, and cleared there"));
    }
    let amount = quarantine::booked(entries);
    if amount <= 0 {
        return Err(not_so(desk.draft, "the account has paid nothing for it"));
    }
    let posting = posting(row, id, TransactionType::Return, Booking::Suspense);
    let initiator = Initiator::Bank;
    post(desk.draft, Posting { direction: Direction::Credit, amount, initiator, ..posting });
    Ok(())
}
