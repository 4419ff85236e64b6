//! What the acts of a payout share: whether a withdrawal may be sent, and what whoever took it up has
//! to do.

use serde::{Deserialize, Serialize};

use super::withdraw::movement;
use super::{Answer, Decision, Draft};
use crate::domain::pass;
use crate::domain::payout::attempt::Attempt;
use crate::domain::safeguard::{self, Safeguard};
use crate::domain::withdrawal::Withdrawal;

/// What whoever took an attempt up has to do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Doing {
    /// Send it.
    Send,
    /// Ask what became of it.
    Inquire,
    /// Call it back for good.
    Void,
}

/// An attempt that was taken up, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Errand {
    /// What to do.
    pub doing: Doing,
    /// The attempt.
    pub attempt: Attempt,
    /// The withdrawal.
    pub withdrawal: Withdrawal,
    /// The name of the account's holder, for the payee's bank.
    pub payer_name: String,
}

/// Whether a withdrawal may be sent now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// It may.
    Clear,
    /// A freeze claims its money.
    Claimed,
    /// A condition forbids the debit.
    Forbidden,
}

/// Looks whether a withdrawal that holds its money may be sent now (quality, I6).
pub fn way(draft: &Draft<'_>, withdrawal: &Withdrawal) -> Way {
    if !safeguard::stands(Safeguard::Recheck) {
        return Way::Clear;
    }
    if is_claimed(draft, withdrawal) {
        return Way::Claimed;
    }
    if draft.account.condition_kinds().next().is_none() {
        return Way::Clear;
    }
    let mut without = draft.account.clone();
    let reserved = without.balance.reserved_minor.saturating_sub(withdrawal.held_minor);
    without.balance.reserved_minor = reserved;
    without.use_exempt(draft.exempt_of(withdrawal).saturating_neg());
    let (channel, purpose) = (withdrawal.entry_channel, withdrawal.purpose);
    let refusals = pass::refusals(&without, movement(channel, purpose, withdrawal.amount_minor));
    if refusals.is_empty() { Way::Clear } else { Way::Forbidden }
}

/// Whether a freeze that has not all that it claims stands before a withdrawal.
pub fn is_claimed(draft: &Draft<'_>, withdrawal: &Withdrawal) -> bool {
    safeguard::stands(Safeguard::Recheck)
        && !draft.is_exempt(withdrawal)
        && !draft.account.claims_filled()
}

/// An errand for who asked.
pub(super) fn errand(
    draft: &Draft<'_>,
    doing: Doing,
    attempt: Attempt,
    withdrawal: Withdrawal,
) -> Decision {
    let payer_name = draft.account.profile.account_name.clone();
    let errand = Errand { doing, attempt, withdrawal, payer_name };
    Decision::plain("payout", Answer::Errand(Box::new(errand)))
}

/// Nothing to do for who asked; the withdrawal as it is.
pub(super) fn unchanged(withdrawal: &Withdrawal) -> Decision {
    Decision::plain("payout", Answer::Withdrawal(Box::new(withdrawal.clone())))
}
