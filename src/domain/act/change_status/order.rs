//! Conditions set and ended by staff: stop orders, suspicion, restrictions, dormancy, identity.

use super::{ChangeStatus, not_applicable, pick};
use crate::domain::act::Draft;
use crate::domain::action::Action;
use crate::domain::batch::{Ids, Loaded};
use crate::domain::id::ConditionId;
use crate::domain::money::Minor;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::review::Review;
use crate::domain::status::{Cause, ConditionKind, Restriction};
use crate::domain::terms::Term;

/// A fraud stop lasts this long from the stop itself (银发〔2016〕86号 2(1)2),
const FRAUD_STOP: Term = Term::hours(48);
/// and one case may stop an account this often.
const FRAUD_STOPS_MAX: i64 = 2;

/// STOP_PAYMENT.
pub(super) fn stop(
    change: &ChangeStatus,
    draft: &mut Draft<'_>,
    amount: Option<Minor>,
    loaded: &Loaded,
    ids: &mut Ids,
) -> Result<(), Refused> {
    let mut row = change.row(draft, ConditionKind::StopPay, amount, ids);
    if row.cause == Cause::StopFraud {
        let key = (draft.account.number().clone(), change.document_no.clone());
        if loaded.fraud_stops.get(&key).copied().unwrap_or(0) >= FRAUD_STOPS_MAX {
            return Err(Reason::StopRepeated.into());
        }
        let latest = FRAUD_STOP.end(draft.now, draft.rules.zone);
        if let (Some(end), Some(latest)) = (row.until_time, latest)
            && end > latest
        {
            let text = latest.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            return Err(Refusal::of(Reason::TermTooLong).with(Fact::Latest, &text).into());
        }
        row.until_time = row.until_time.or(latest);
    }
    draft.account.conditions.push(row);
    Ok(())
}

/// REQUIRE_VERIFICATION, MARK_DORMANT, MARK_SUSPICIOUS and RESTRICT: a new row.
pub(super) fn mark(
    change: &ChangeStatus,
    draft: &mut Draft<'_>,
    amount: Option<Minor>,
    ids: &mut Ids,
) {
    let kind = match change.causes.first() {
        Some(Cause::IdentityIncomplete | Cause::IdentityNotVerified) => ConditionKind::InfoExpired,
        Some(Cause::SuspiciousPattern) => ConditionKind::Suspicious,
        Some(Cause::NonCounterSuspended | Cause::RestrictedByList) => ConditionKind::Restricted,
        _ => ConditionKind::Dormant,
    };
    let row = change.row(draft, kind, amount, ids);
    draft.account.conditions.push(row);
}

/// REACTIVATE: by the customer, at the counter, identified.
pub(super) fn reactivate(change: &ChangeStatus, draft: &mut Draft<'_>) -> Result<(), Refused> {
    if !change.identified_at_counter() {
        let why = "a dormant account is reactivated at the counter by the identified customer";
        return Err(not_applicable(draft, why));
    }
    end(change, draft, ConditionKind::Dormant)
}

/// The clocks of unused accounts run anew from when somebody has seen to the account, or the next
/// review would undo what they decided.
pub(super) fn restart_clocks(draft: &mut Draft<'_>, loaded: &Loaded) {
    let ended = draft.account.conditions.iter().any(|row| {
        row.ended_time == Some(draft.now)
            && (row.kind == ConditionKind::Dormant || row.cause == Cause::NonCounterSuspended)
    });
    let known = loaded.reviews.get(draft.account.number());
    draft.written.review = known
        .filter(|_| ended)
        .map(|review| Review { restarted_time: Some(draft.now), ..review.clone() });
}

/// RESUME_PAYMENT, CLEAR_SUSPICION, LIFT_RESTRICTION: ends one row. What a limit sets, the limit
/// clears.
pub(super) fn end(
    change: &ChangeStatus,
    draft: &mut Draft<'_>,
    kind: ConditionKind,
) -> Result<(), Refused> {
    let liftable = |restriction: Option<Restriction>| {
        change.action != Action::LiftRestriction || restriction != Some(Restriction::Limit)
    };
    let rows = draft
        .account
        .conditions
        .iter()
        .filter(|row| row.in_force() && row.kind == kind && liftable(row.restriction));
    let rows = rows.map(|row| (row.condition_id.as_str(), row));
    let id: ConditionId = pick(draft, change.condition_id.as_deref(), rows)?.condition_id.clone();
    draft.end_conditions(|row| row.condition_id == id);
    Ok(())
}
