//! Losses: a loss report is a CUSTOMER freeze over the whole account, made and ended only here.
//!
//! An oral report lapses at the end of the 5th day (储蓄管理条例 31), or of the day that the product's
//! terms say; a deadline of the customer's, so one on a holiday moves to the day after. Confirming
//! keeps the row.

use super::{ChangeStatus, not_applicable, pick};
use crate::domain::act::Draft;
use crate::domain::act::placing::{Placed, act_row, blank_freeze};
use crate::domain::batch::Ids;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeActKind, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::id::FreezeId;
use crate::domain::refusal::Refused;
use crate::domain::status::Cause;
use crate::domain::terms::{self, Term};

/// The causes of a loss, from the weakest to the strongest: an equal or stronger one makes a new
/// report pointless.
const STRENGTH: [Cause; 3] = [Cause::LossOral, Cause::LossByBank, Cause::LossWritten];

fn strength(cause: Cause) -> Option<usize> {
    STRENGTH.iter().position(|known| *known == cause)
}

/// REPORT_LOSS.
pub(super) fn report(
    change: &ChangeStatus,
    draft: &mut Draft<'_>,
    ids: &mut Ids,
) -> Result<(), Refused> {
    let cause = change.causes.first().copied().unwrap_or(Cause::LossOral);
    let known = losses(&draft.account.freezes).any(|loss| strength(loss.cause) >= strength(cause));
    if known {
        return Err(not_applicable(draft, "an equal or stronger loss report is in force"));
    }
    let now = draft.now;
    let mut loss = blank_freeze(draft, now, ids);
    loss.freeze_type = FreezeType::Customer;
    loss.freeze_mode = FreezeMode::Whole;
    loss.authority_kind = AuthorityKind::Customer;
    loss.cause = cause;
    loss.freeze_reason.clone_from(&change.reason);
    if cause == Cause::LossOral {
        let zone = draft.rules.zone;
        let product = &draft.account.profile.product_code;
        let days = draft.rules.oral_loss_days_of.get(product);
        let term = Term::days(days.copied().unwrap_or(draft.rules.oral_loss_days));
        loss.expire_time = term.end_after_holidays(now, zone, &draft.rules.holidays);
        loss.expiry_date = loss.expire_time.map(|end| terms::last_day(end, zone));
    }
    Placed::place(draft, loss, ids);
    Ok(())
}

/// CONFIRM_LOSS: the row stays, its cause becomes LOSS_WRITTEN and its end goes.
pub(super) fn confirm(change: &ChangeStatus, draft: &mut Draft<'_>) -> Result<(), Refused> {
    let id = picked(change, draft)?;
    let now = draft.now;
    let mut confirmed = false;
    for loss in draft.account.freezes.iter_mut().filter(|freeze| freeze.freeze_id == id) {
        confirmed = loss.cause != Cause::LossWritten;
        loss.cause = Cause::LossWritten;
        loss.expire_time = None;
        loss.expiry_date = None;
        loss.update_time = now;
    }
    if confirmed { Ok(()) } else { Err(not_applicable(draft, "the loss is confirmed already")) }
}

/// WITHDRAW_LOSS and REPLACE_MEDIUM.
pub(super) fn end(
    change: &ChangeStatus,
    draft: &mut Draft<'_>,
    ids: &mut Ids,
) -> Result<(), Refused> {
    let id = picked(change, draft)?;
    let now = draft.now;
    let mut ended = None;
    for loss in draft.account.freezes.iter_mut().filter(|freeze| freeze.freeze_id == id) {
        loss.freeze_status = FreezeStatus::Released;
        loss.ended_time = Some(now);
        loss.update_time = now;
        ended = Some(loss.clone());
    }
    if let Some(loss) = ended {
        draft.written.freeze_acts.push(act_row(draft, &loss, FreezeActKind::Released, ids));
    }
    Ok(())
}

fn picked(change: &ChangeStatus, draft: &Draft<'_>) -> Result<FreezeId, Refused> {
    let rows = losses(&draft.account.freezes).map(|loss| (loss.freeze_id.as_str(), loss));
    Ok(pick(draft, change.condition_id.as_deref(), rows)?.freeze_id.clone())
}

fn losses(freezes: &[Freeze]) -> impl Iterator<Item = &Freeze> {
    freezes.iter().filter(|freeze| freeze.in_force() && freeze.freeze_type == FreezeType::Customer)
}
