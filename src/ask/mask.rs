//! What a caller may not see is taken out here, before anything is rendered: the facts of
//! confidential freezes and suspicions, and personal data.

use std::sync::Arc;

use crate::domain::account::Account;
use crate::domain::act::proposed::Proposed;
use crate::domain::approval::Approval;
use crate::domain::card::CardNumber;
use crate::domain::condition::ConditionSummary;
use crate::domain::freeze::{Disclosure, Freeze, Officer, Serves};
use crate::domain::history::StatusChange;
use crate::domain::id::FreezeId;
use crate::domain::objection::Objection;
use crate::domain::past::Held;
use crate::domain::principal::{Principal, Scope};
use crate::domain::review::Review;
use crate::domain::status::{Cause, ConditionKind};
use crate::domain::withdrawal::Beneficiary;

/// The account as the principal may see it.
#[must_use]
pub fn account(mut account: Account, principal: &Principal) -> Account {
    if !principal.may(Scope::PersonalRead) {
        let profile = Arc::make_mut(&mut account.profile);
        profile.account_name = name(&profile.account_name);
        profile.customer_id = String::new();
    }
    if !principal.may(Scope::Confidential) {
        for condition in &mut account.conditions {
            if condition.kind == ConditionKind::Suspicious {
                condition.reason.clear();
                condition.missing_items.clear();
                condition.set_by.clear();
                condition.document_no = None;
                condition.authority = None;
            }
        }
    }
    if account.freezes.loaded().iter().any(|row| hides(row, principal)) {
        for row in account.freezes.loaded_mut() {
            *row = freeze(row.clone(), principal);
        }
    }
    account
}

/// What is known of a holder as the principal may see it: how long a document is valid and what
/// excuses the holder are personal.
#[must_use]
pub fn review(mut review: Review, principal: &Principal) -> Review {
    if !principal.may(Scope::PersonalRead) {
        review.document_expiry_date = None;
        review.excuse.clear();
    }
    review
}

/// Whether the facts of a freeze are hidden from the principal.
pub fn hides(freeze: &Freeze, principal: &Principal) -> bool {
    freeze.disclosure == Disclosure::Confidential && !principal.may(Scope::Confidential)
}

/// The freeze as the principal may see it: a confidential one says only that it is there.
#[must_use]
pub fn freeze(mut freeze: Freeze, principal: &Principal) -> Freeze {
    if hides(&freeze, principal) {
        freeze.freeze_by.clear();
        freeze.court_order_no.clear();
        freeze.officers.clear();
        freeze.freeze_reason.clear();
        freeze.unfreeze_condition.clear();
        freeze.created_by.clear();
        freeze.expire_time = None;
        freeze.expiry_date = None;
        freeze.term_count = None;
        freeze.term_unit = None;
        freeze.notice_no.clear();
        freeze.preceding_freeze_id = None;
        freeze.serves = Serves::AnyClaim;
    }
    freeze
}

/// The proposal as the principal may see it: of a confidential one what it is about stays, not why.
#[must_use]
pub fn approval(mut row: Approval, principal: &Principal) -> Approval {
    if row.disclosure == Disclosure::Confidential && !principal.may(Scope::Confidential) {
        row.reason.clear();
        row.comment.clear();
        row.request = serde_json::Value::Null;
    } else if !principal.may(Scope::PersonalRead)
        && let Some(mut act) = Proposed::of(&row)
        && let Some(officers) = officers(&mut act)
    {
        for officer in officers {
            officer.name = name(&officer.name);
            officer.badge_no.clear();
        }
        row.request = serde_json::to_value(act).unwrap_or_default();
    }
    row
}

/// The officers who brought the paper of a proposed act, where papers bring such acts.
fn officers(act: &mut Proposed) -> Option<&mut Vec<Officer>> {
    match act {
        Proposed::CreateFreeze(create) => Some(&mut create.officers),
        Proposed::ReleaseFreeze(release) => Some(&mut release.officers),
        Proposed::RenewFreeze(renew) => Some(&mut renew.order.officers),
        Proposed::DeductFreeze(deduct) => Some(&mut deduct.order.officers),
        Proposed::ChangeStatus(_) | Proposed::ConfirmFreeze(_) | Proposed::ProtectAccount(_) => {
            None
        }
    }
}

/// The objection as the principal may see it: one to a confidential freeze or a suspicion says only
/// that it is there, and when it has to be answered.
#[must_use]
pub fn objection(mut row: Objection, principal: &Principal) -> Objection {
    if row.disclosure == Disclosure::Confidential && !principal.may(Scope::Confidential) {
        row.subject_id.clear();
        row.text.clear();
        row.authority_name.clear();
        row.document_no.clear();
        row.recorded_by.clear();
        row.answer.clear();
        row.answered_by.clear();
    }
    row
}

/// The history row as the principal may see it; `confidential` names the account's confidential
/// freezes.
#[must_use]
pub fn history(
    mut row: StatusChange,
    confidential: &[FreezeId],
    principal: &Principal,
) -> StatusChange {
    if principal.may(Scope::Confidential) {
        return row;
    }
    let secret = |id: &str| confidential.iter().any(|freeze| freeze.as_str() == id);
    // Why a suspicion came and why it went are told to nobody else.
    let mut touched = suspicions(&row.conditions_before) != suspicions(&row.conditions_after);
    for list in [&mut row.conditions_before, &mut row.conditions_after] {
        for summary in list.iter_mut().filter(|summary| secret(&summary.id)) {
            summary.cause = None;
            touched = true;
        }
    }
    if touched {
        row.change_reason.clear();
        row.change_by.clear();
        row.approved_by = None;
        row.cause = row.cause.filter(|cause| *cause == Cause::SuspiciousPattern);
    }
    row
}

/// What held at an instant as the principal may see it; `confidential` as for [`history`].
#[must_use]
pub fn held(mut held: Held, confidential: &[FreezeId], principal: &Principal) -> Held {
    if !principal.may(Scope::Confidential) {
        for summary in &mut held.conditions {
            if confidential.iter().any(|freeze| freeze.as_str() == summary.id) {
                summary.cause = None;
            }
        }
    }
    held.began = held.began.map(|row| history(row, confidential, principal));
    held
}

/// The ids of the suspicions among the conditions.
fn suspicions(conditions: &[ConditionSummary]) -> Vec<&str> {
    let suspicious = conditions.iter().filter(|held| held.kind == ConditionKind::Suspicious);
    suspicious.map(|held| held.id.as_str()).collect()
}

/// A beneficiary as answers show it: enough to recognise, too little to use.
#[must_use]
pub fn beneficiary(shown: &Beneficiary, principal: &Principal) -> Beneficiary {
    let mut masked = shown.clone();
    masked.beneficiary_account = last4(&shown.beneficiary_account);
    if !principal.may(Scope::PersonalRead) {
        masked.beneficiary_name = name(&shown.beneficiary_name);
    }
    masked
}

/// A card number as the principal may read it: whole, or enough to recognise.
pub fn card_number(number: &CardNumber, principal: &Principal) -> String {
    if principal.may(Scope::PersonalRead) {
        number.as_str().to_owned()
    } else {
        last4(number.as_str())
    }
}

/// The first character of a name, then asterisks.
pub fn name(full: &str) -> String {
    full.chars().next().map(|first| format!("{first}**")).unwrap_or_default()
}

/// The last four characters of a number, behind asterisks.
pub fn last4(full: &str) -> String {
    let skipped = full.chars().count().saturating_sub(4);
    let shown: String = full.chars().skip(skipped).collect();
    format!("****{shown}")
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::id::AccountNumber;

    #[test]
    fn what_is_personal_of_an_identity_is_for_who_may_read_personal_data() {
        let mut known = Review::blank(AccountNumber::parse("1").unwrap());
        known.document_expiry_date = NaiveDate::from_ymd_opt(2036, 3, 31);
        known.excuse = "in hospital".to_owned();
        let clerk = Principal::new("clerk", [Scope::AccountRead, Scope::AccountWrite]);
        let shown = review(known.clone(), &clerk);
        assert_eq!((shown.document_expiry_date, shown.excuse.as_str()), (None, ""));
        let teller = Principal::new("teller", [Scope::PersonalRead]);
        assert_eq!(review(known.clone(), &teller), known);
    }

    #[test]
    fn card_numbers_are_whole_only_for_who_may_read_personal_data() {
        let number = CardNumber::parse("6299990000000050").unwrap();
        let clerk = Principal::new("clerk", [Scope::AccountRead, Scope::AccountWrite]);
        assert_eq!(card_number(&number, &clerk), "****0050");
        let teller = Principal::new("teller", [Scope::PersonalRead]);
        assert_eq!(card_number(&number, &teller), number.as_str());
    }
}
