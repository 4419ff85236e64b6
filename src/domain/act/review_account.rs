//! The review of an account: does what is due by the calendar ([`crate::domain::review::due`]).
//! Decided from the review's row under the account's lock, so of two replicas that come at once the
//! second finds nothing to do.

use super::{Answer, Decision, Draft};
use crate::domain::batch::{Ids, Loaded};
use crate::domain::condition::Condition;
use crate::domain::review::due;
use crate::domain::status::{Cause, ConditionKind, Restriction};

/// Reviews the account.
pub fn decide(draft: &mut Draft<'_>, loaded: &Loaded, ids: &mut Ids) -> Decision {
    let nothing = Decision::plain("review", Answer::Done);
    let Some(review) = loaded.reviews.get(draft.account.number()) else { return nothing };
    if review.next_review_time.is_none_or(|at| at > draft.now) {
        return nothing;
    }
    let open = loaded.open_objections(draft.account.number());
    let found = due(&draft.account, review, &open, draft.rules, draft.now);
    for (kind, cause) in &found.conditions {
        let row =
            Condition { restriction: restriction(*kind), ..draft.condition(*kind, *cause, ids) };
        draft.account.conditions.push(row);
    }
    draft.written.events.extend(found.events);
    draft.written.review = Some(found.review);
    let cause: Option<Cause> = found.conditions.first().map(|(_, cause)| *cause);
    Decision { cause, ..nothing }
}

fn restriction(kind: ConditionKind) -> Option<Restriction> {
    (kind == ConditionKind::Restricted).then_some(Restriction::NonCounter)
}
