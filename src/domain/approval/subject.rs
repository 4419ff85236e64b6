//! What a proposal is about, and which version of it the proposal pins: as soon as that moves on, the
//! proposal is stale.

use super::{Approval, SubjectKind};
use crate::domain::account::Account;
use crate::domain::freeze::Urgency;

/// Whether what a proposal is about is still in the version that it pins.
pub fn fits(approval: &Approval, account: &Account) -> bool {
    version(account, approval.subject_kind, &approval.subject_id) == Some(approval.subject_version)
}

/// The version of a subject on the account as it is; `None` when it is not there any more.
pub fn version(account: &Account, kind: SubjectKind, id: &str) -> Option<i64> {
    match kind {
        // Their acts compare the version themselves: neither is a part of the account.
        SubjectKind::Case | SubjectKind::Suspense => Some(0),
        SubjectKind::Account => Some(account.balance.status_version),
        SubjectKind::Freeze => account
            .freezes
            .iter()
            .find(|freeze| freeze.freeze_id.as_str() == id && freeze.in_force())
            .map(|freeze| freeze.update_time.timestamp_micros()),
        SubjectKind::Emergency => account
            .freezes
            .iter()
            .find(|freeze| freeze.freeze_id.as_str() == id && freeze.in_force())
            .filter(|freeze| freeze.urgency == Urgency::Emergency)
            .map(|freeze| freeze.create_time.timestamp_micros()),
        SubjectKind::Condition => account
            .conditions
            .iter()
            .find(|row| row.condition_id.as_str() == id && row.in_force())
            .map(|row| row.since_time.timestamp_micros()),
    }
}
