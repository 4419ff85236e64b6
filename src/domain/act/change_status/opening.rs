//! Opening: passed, declined, resubmitted. The causes of an opening are rows of kind OPENING.

use super::ChangeStatus;
use crate::domain::act::Draft;
use crate::domain::batch::Ids;
use crate::domain::condition::Condition;
use crate::domain::status::{Cause, ConditionKind, Lifecycle};

/// COMPLETE_OPENING.
pub(super) fn complete(draft: &mut Draft<'_>) {
    draft.account.balance.lifecycle = Lifecycle::Open;
    end_rows(draft);
}

/// REJECT_OPENING: one row for each cause; the missing items stand on the row that names them.
pub(super) fn reject(change: &ChangeStatus, draft: &mut Draft<'_>, ids: &mut Ids) {
    draft.account.balance.lifecycle = Lifecycle::OpenFailed;
    end_rows(draft);
    for cause in &change.causes {
        let incomplete = *cause == Cause::OpeningIncomplete;
        let row = Condition {
            reason: change.reason.clone(),
            missing_items: if incomplete { change.missing_items.clone() } else { Vec::new() },
            ..draft.condition(ConditionKind::Opening, *cause, ids)
        };
        draft.account.conditions.push(row);
    }
}

/// RESUBMIT_OPENING.
pub(super) fn resubmit(draft: &mut Draft<'_>, ids: &mut Ids) {
    draft.account.balance.lifecycle = Lifecycle::Opening;
    end_rows(draft);
    let review = draft.condition(ConditionKind::Opening, Cause::OpeningInReview, ids);
    draft.account.conditions.push(review);
}

fn end_rows(draft: &mut Draft<'_>) {
    draft.end_conditions(|condition| condition.kind == ConditionKind::Opening);
}
