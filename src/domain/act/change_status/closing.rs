//! CLOSE: only an empty account on which nothing is frozen, held or open.

use super::ChangeStatus;
use crate::domain::act::Draft;
use crate::domain::check;
use crate::domain::refusal::Refused;
use crate::domain::status::Lifecycle;
use crate::domain::transaction::presence;

/// CLOSE.
pub(super) fn close(change: &ChangeStatus, draft: &mut Draft<'_>) -> Result<(), Refused> {
    let presence = presence(change.entry_channel, change.identification);
    Refused::check(check::closing(&draft.account, presence))?;
    draft.account.balance.lifecycle = Lifecycle::Closed;
    draft.end_conditions(|_| true);
    Ok(())
}
