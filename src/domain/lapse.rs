//! What ends by itself: every freeze, stop order and restriction with an end is over at its exact
//! instant, for every read and every command, whether or not the sweep has written it down yet.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::account::{Account, Face};
use super::freeze::{FreezeActKind, FreezeStatus};
use super::id::FreezeId;

/// Who ends what time ends.
pub const LAPSE: &str = "lapse";

/// What happened at one instant.
#[derive(Debug, Clone)]
pub struct Step {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The account's face before it.
    pub before: Face,
    /// And after.
    pub after: Face,
    /// Freezes that expired or took effect.
    pub acts: Vec<(FreezeId, FreezeActKind)>,
}

impl Step {
    /// Whether a condition or freeze changed, not only a proposal.
    fn moves_status(&self) -> bool {
        self.before != self.after || !self.acts.is_empty()
    }
}

/// Applies everything that is due by `now`, instant by instant: what ends, and the waiting freezes
/// that take effect at that instant. Rows that ended stay in the account, marked; the caller
/// writes or drops them.
pub fn lapse(account: &mut Account, now: DateTime<Utc>, zone: Tz) -> Vec<Step> {
    let mut steps = Vec::new();
    while let Some(at) = account.next_lapse().filter(|at| *at <= now) {
        let before = account.face();
        let mut acts = Vec::new();
        end_conditions(account, at);
        end_freezes(account, at, &mut acts);
        end_approvals(account, at);
        let promoted = account.promote(at, zone);
        acts.extend(promoted.into_iter().map(|id| (id, FreezeActKind::Promoted)));
        account.forget_exempt();
        steps.push(Step { at, before, after: account.face(), acts });
    }
    steps
}

fn end_conditions(account: &mut Account, at: DateTime<Utc>) {
    let due = |until: Option<DateTime<Utc>>| until.is_some_and(|until| until <= at);
    for condition in &mut account.conditions {
        if condition.in_force() && due(condition.until_time) {
            condition.ended_time = Some(at);
            condition.ended_by = Some(LAPSE.to_owned());
        }
    }
}

fn end_approvals(account: &mut Account, at: DateTime<Utc>) {
    let seen = std::mem::take(&mut account.approvals);
    account.approvals = seen.into_iter().map(|approval| approval.seen_at(at)).collect();
}

fn end_freezes(
    account: &mut Account,
    at: DateTime<Utc>,
    acts: &mut Vec<(FreezeId, FreezeActKind)>,
) {
    for freeze in &mut account.freezes {
        if freeze.in_force() && freeze.expire_time.is_some_and(|end| end <= at) {
            freeze.freeze_status = FreezeStatus::Expired;
            freeze.ended_time = Some(at);
            freeze.update_time = at;
            acts.push((freeze.freeze_id.clone(), FreezeActKind::Expired));
        }
    }
}

/// The account as it is at `now`, for reads: lapses applied, ended rows dropped, nothing written.
#[must_use]
pub fn seen_at(mut account: Account, now: DateTime<Utc>, zone: Tz) -> Account {
    let steps = lapse(&mut account, now, zone);
    if steps.is_empty() {
        return account;
    }
    for step in steps.iter().filter(|step| step.before.status != step.after.status) {
        Arc::make_mut(&mut account.profile).status_since_time = step.at;
    }
    account.drop_ended();
    account.derive_balance();
    if steps.iter().any(Step::moves_status) {
        // Writing the lapses down will move it by one: whoever read this answer may act on it.
        account.balance.status_version = account.balance.status_version.saturating_add(1);
    }
    account
}
