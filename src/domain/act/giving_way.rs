//! What gives way to a freeze: withdrawals that were not sent, as far as claims need their money.

use super::Draft;
use super::cancel_withdrawal::cancel;
use crate::domain::batch::Loaded;
use crate::domain::freeze::control::{self, Counting, Funds};
use crate::domain::freeze::{Disclosure, Freeze};
use crate::domain::refusal::Refused;
use crate::domain::withdrawal::{Event, State, Withdrawal};

/// Why a withdrawal was cancelled, to who may not know which freeze took its money.
pub(super) const UNDER_A_FREEZE: &str = "money under a freeze";

/// What was not sent gives way to an entering freeze, newest first, until the claims are filled.
///
/// # Errors
/// When a withdrawal can't be cancelled, which would be a bug.
pub fn take_unsent(
    draft: &mut Draft<'_>,
    loaded: &Loaded,
    entering: &Freeze,
) -> Result<(), Refused> {
    let mut unsent: Vec<&Withdrawal> = loaded
        .withdrawals
        .values()
        .filter(|w| w.account_number == *draft.account.number() && w.state == State::Reserved)
        .collect();
    unsent.sort_by_key(|withdrawal| std::cmp::Reverse(withdrawal.entry_seq));
    let mut claiming = draft.account.freezes.clone();
    claiming.push(entering.clone());
    for withdrawal in unsent {
        if claims_filled(draft.account.funds(), &claiming) {
            break;
        }
        if draft.is_exempt(withdrawal) {
            continue;
        }
        let reason = match entering.disclosure {
            Disclosure::Open => format!("freeze {}", entering.freeze_id),
            Disclosure::Confidential => UNDER_A_FREEZE.to_owned(),
        };
        cancel(draft, withdrawal, Event::TakenByFreeze, &reason)?;
    }
    Ok(())
}

/// Whether every judicial and bank freeze has what it claims; a whole one never has.
fn claims_filled(funds: Funds, freezes: &[Freeze]) -> bool {
    let shares = control::control(funds, freezes, Counting::WithoutLoss).shares;
    shares.iter().all(|share| share.filled)
}
