//! What a caller may not see is taken out here, before anything is rendered: the facts of
//! confidential freezes and suspicions, and personal data.

use std::sync::Arc;

use crate::domain::account::Account;
use crate::domain::act::proposed::Proposed;
use crate::domain::approval::Approval;
use crate::domain::card::CardNumber;
use crate::domain::condition::ConditionSummary;
use crate::domain::freeze::{Disclosure, Freeze, Serves};
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
    is_hidden(freeze.disclosure, principal)
}

/// Whether facts that are disclosed so are hidden from the principal.
pub fn is_hidden(disclosure: Disclosure, principal: &Principal) -> bool {
    disclosure == Disclosure::Confidential && !principal.may(Scope::Confidential)
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
        && impersonal(&mut act)
    {
        row.request = serde_json::to_value(act).unwrap_or_default();
    }
    row
}

/// Takes what is personal out of an act: officers, and to whom money goes. Says whether its kind can
/// hold any.
fn impersonal(act: &mut Proposed) -> bool {
    let officers = match act {
        Proposed::CreateFreeze(create) => &mut create.officers,
        Proposed::ReleaseFreeze(release) => &mut release.officers,
        Proposed::RenewFreeze(renew) => &mut renew.order.officers,
        Proposed::DeductFreeze(deduct) => {
            deduct.receiving_account = last4(&deduct.receiving_account);
            deduct.receiving_name = name(&deduct.receiving_name);
            &mut deduct.order.officers
        }
        Proposed::ChangeStatus(_)
        | Proposed::ProtectAccount(_)
        | Proposed::ConfirmFreeze(_)
        | Proposed::ResolveCase(_)
        | Proposed::ClearSuspense(_) => return false,
    };
    for officer in officers {
        officer.name = name(&officer.name);
        officer.badge_no.clear();
    }
    true
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
    use crate::domain::act::deduct_freeze::{DeductFreeze, Measure};
    use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
    use crate::domain::act::renew_freeze::RenewFreeze;
    use crate::domain::approval::{ApprovalState, SubjectKind};
    use crate::domain::freeze::ends::Duration;
    use crate::domain::freeze::kind::AuthorityKind;
    use crate::domain::freeze::papers::Order;
    use crate::domain::freeze::{FreezeSource, Officer};
    use crate::domain::id::{AccountNumber, ApprovalId};
    use crate::domain::money::{Currency, Money};

    /// A proposal of an act.
    fn proposed(act: &Proposed) -> Approval {
        Approval {
            approval_id: ApprovalId::parse("A1").unwrap(),
            account_number: AccountNumber::parse("1").unwrap(),
            state: ApprovalState::Pending,
            action: act.action().to_owned(),
            subject_kind: SubjectKind::Freeze,
            subject_id: "F1".to_owned(),
            subject_version: 1,
            change_key: String::new(),
            proposed_by: "maker".to_owned(),
            reason: "paid".to_owned(),
            request: serde_json::to_value(act).unwrap(),
            disclosure: Disclosure::Open,
            create_time: chrono::DateTime::UNIX_EPOCH,
            expire_time: chrono::DateTime::UNIX_EPOCH,
            decided_by: String::new(),
            decide_time: None,
            comment: String::new(),
        }
    }

    #[test]
    fn who_brought_an_order_and_who_is_paid_is_for_who_may_read_personal_data() {
        let officers = vec![Officer { name: "Lu Heng".to_owned(), badge_no: "0305-11".to_owned() }];
        let freeze_id = FreezeId::parse("F1").unwrap();
        let order = Order {
            authority_kind: AuthorityKind::CourtCivil,
            authority_name: "A Court".to_owned(),
            document_no: "No. 1".to_owned(),
            notice_no: "No. 2".to_owned(),
            officers: officers.clone(),
            source: FreezeSource::Paper,
        };
        let release = Proposed::ReleaseFreeze(ReleaseFreeze {
            freeze_id: freeze_id.clone(),
            extent: Extent::Whole,
            authority_kind: Some(AuthorityKind::CourtCivil),
            authority_name: "A Court".to_owned(),
            document_no: "No. 1".to_owned(),
            reason: "paid".to_owned(),
            source: Some(FreezeSource::Paper),
            officers,
            notice_no: String::new(),
            list_ground: None,
        });
        let renew = Proposed::RenewFreeze(RenewFreeze {
            freeze_id: freeze_id.clone(),
            order: order.clone(),
            duration: Duration::Unstated,
            served_time: None,
            reason: "paid".to_owned(),
        });
        let deduct = Proposed::DeductFreeze(DeductFreeze {
            freeze_id: Some(freeze_id),
            amount: Money { currency: Currency::from_code("CNY").unwrap(), minor: 1 },
            measure: Measure::Exactly,
            order,
            served_time: None,
            receiving_account: "9990111122223333".to_owned(),
            receiving_name: "Execution account".to_owned(),
            reason: "paid".to_owned(),
            serves: Serves::AnyClaim,
        });
        let clerk = Principal::new("clerk", [Scope::AccountRead, Scope::FreezeRelease]);
        let teller = Principal::new("teller", [Scope::PersonalRead]);
        for act in [release, renew, deduct] {
            let row = proposed(&act);
            let shown = approval(row.clone(), &clerk).request.to_string();
            for person in ["Lu Heng", "0305-11", "9990111122223333", "Execution"] {
                assert!(!shown.contains(person), "{person} shows in {shown}");
            }
            assert!(shown.contains("A Court") && shown.contains("L**"), "{shown}");
            assert_eq!(approval(row.clone(), &teller), row);
        }
    }

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
