//! ImportAccount: an account comes over from another system as it is. Its two-digit status becomes
//! the condition that stands behind it; its balance becomes the opening balance.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::placing::{Placed, blank_freeze};
use super::{Beginning, Draft, blank_account};
use crate::domain::account::Profile;
use crate::domain::batch::Ids;
use crate::domain::freeze::kind::{self, AuthorityKind};
use crate::domain::freeze::{Disclosure, Freeze, FreezeMode, FreezeSource, FreezeType};
use crate::domain::id::{AccountNumber, FreezeId};
use crate::domain::money::Money;
use crate::domain::protection::ProtectedKind;
use crate::domain::review::{HolderKind, Review, next_look};
use crate::domain::status::{AccountStatus, Cause, ConditionKind, Lifecycle, Restriction};
use crate::domain::terms;

/// The id of the freeze that stands for an imported status 01 or 03 until the freezes themselves are
/// imported. Ids are logged, so it doesn't spell the account's number.
pub fn stand_in(number: &AccountNumber) -> FreezeId {
    let hash = hex::encode(Sha256::digest(number.as_str()));
    let id: String = "status-".chars().chain(hash.chars().take(32)).collect();
    FreezeId::parse(&id).expect("39 letters, digits and a hyphen are an id")
}

/// An authority's order that froze the account there.
#[derive(Debug, Clone, Serialize)]
pub struct ImportedOrder {
    /// Its kind; one that makes a freeze.
    pub authority_kind: AuthorityKind,
    /// The authority.
    pub freeze_by: String,
    /// The document.
    pub court_order_no: String,
    /// The last day of its term, inclusive; absent = not known.
    pub expiry_date: Option<NaiveDate>,
}

/// An account as the other system has it.
#[derive(Debug, Clone, Serialize)]
pub struct ImportAccount {
    /// The bank's id of the account.
    pub account_id: String,
    /// The holder's name.
    pub account_name: String,
    /// The customer.
    pub customer_id: String,
    /// The branch.
    pub branch_code: String,
    /// Its balance there.
    pub balance: Money,
    /// Its status there.
    pub status: AccountStatus,
    /// The reason of its freeze or other condition, in words.
    pub reason: String,
    /// Since when the condition holds; absent = not known.
    pub since: Option<DateTime<Utc>>,
    /// The order behind status 01; absent = the bank's own measure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<ImportedOrder>,
    /// Its last transaction.
    pub last_transaction_time: Option<DateTime<Utc>>,
    /// Who holds it.
    #[serde(skip_serializing_if = "HolderKind::is_unspecified")]
    pub holder_kind: HolderKind,
    /// What it holds that is protected from authorities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected_kind: Option<ProtectedKind>,
    /// The last day on which the holder's document is valid; absent = not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_expiry_date: Option<NaiveDate>,
}

impl ImportAccount {
    /// The account as it begins here.
    pub fn begin<'a>(&self, beginning: Beginning<'a>, ids: &mut Ids) -> Draft<'a> {
        let Beginning { account_number, principal, now, rules } = beginning;
        let profile = Profile {
            account_id: self.account_id.clone(),
            account_number: account_number.clone(),
            account_name: self.account_name.clone(),
            customer_id: self.customer_id.clone(),
            branch_code: self.branch_code.clone(),
            opened_time: now,
            product_code: String::new(),
            status_since_time: now,
            protected_kind: self.protected_kind,
        };
        let mut account = blank_account(profile, self.balance.currency, lifecycle(self.status));
        account.balance.opening_balance_minor = self.balance.minor;
        account.balance.balance_minor = self.balance.minor;
        account.balance.last_transaction_time = self.last_transaction_time;
        let mut draft = Draft::new(account, now, rules, principal);
        draft.began = self.since;
        self.condition(&mut draft, ids);
        let mut known = Review {
            holder_kind: self.holder_kind,
            document_expiry_date: self.document_expiry_date,
            ..Review::blank(account_number.clone())
        };
        known.next_review_time = next_look(&draft.account, &known, &[], rules, now);
        draft.written.review = Some(known);
        draft.written.events.push(("ACCOUNT_IMPORTED", json!({})));
        draft
    }

    /// Puts the condition of the imported status on the account. Where a status alone doesn't tell
    /// which form its condition has, the account gets the one that lets least pass.
    fn condition(&self, draft: &mut Draft<'_>, ids: &mut Ids) {
        let (kind, cause, restriction) = match self.status {
            AccountStatus::Normal | AccountStatus::Closed => return,
            AccountStatus::Frozen => {
                let freeze_type =
                    if self.order.is_some() { FreezeType::Judicial } else { FreezeType::Bank };
                return self.freeze(draft, freeze_type, Cause::RiskFreeze, ids);
            }
            AccountStatus::Lost => {
                return self.freeze(draft, FreezeType::Customer, Cause::LossWritten, ids);
            }
            AccountStatus::StopPay => (ConditionKind::StopPay, Cause::StopFraud, None),
            AccountStatus::Opening => (ConditionKind::Opening, Cause::OpeningInReview, None),
            AccountStatus::OpenFailed => (ConditionKind::Opening, Cause::OpeningIncomplete, None),
            AccountStatus::InfoExpired => {
                (ConditionKind::InfoExpired, Cause::IdentityExpired, None)
            }
            AccountStatus::Dormant => (ConditionKind::Dormant, Cause::DormantNoUse, None),
            AccountStatus::Suspicious => {
                (ConditionKind::Suspicious, Cause::SuspiciousPattern, None)
            }
            AccountStatus::Restricted => {
                (ConditionKind::Restricted, Cause::RestrictedByList, Some(Restriction::NoDebit))
            }
        };
        let mut row = draft.condition(kind, cause, ids);
        row.reason.clone_from(&self.reason);
        row.restriction = restriction;
        row.since_time = self.since.unwrap_or(draft.now);
        draft.account.conditions.push(row);
    }

    fn freeze(&self, draft: &mut Draft<'_>, freeze_type: FreezeType, cause: Cause, ids: &mut Ids) {
        let served = self.since.unwrap_or(draft.now);
        let mut freeze = blank_freeze(draft, served, ids);
        freeze.freeze_id = stand_in(draft.account.number());
        freeze.freeze_type = freeze_type;
        freeze.freeze_mode = FreezeMode::Whole;
        freeze.authority_kind = match freeze_type {
            FreezeType::Customer => AuthorityKind::Customer,
            FreezeType::Bank | FreezeType::Judicial => AuthorityKind::Bank,
        };
        freeze.cause = cause;
        freeze.freeze_reason.clone_from(&self.reason);
        if let Some(order) = &self.order {
            order.fill(&mut freeze, draft.rules.zone);
        }
        Placed::place(draft, freeze, ids);
    }
}

impl ImportedOrder {
    fn fill(&self, freeze: &mut Freeze, zone: Tz) {
        let cause = kind::rule(self.authority_kind).cause;
        freeze.authority_kind = self.authority_kind;
        freeze.freeze_by.clone_from(&self.freeze_by);
        freeze.court_order_no.clone_from(&self.court_order_no);
        freeze.source = FreezeSource::Paper;
        freeze.cause = cause;
        // Money-laundering measures are never told (反洗钱法 35(2)).
        if cause == Cause::AmlMeasure {
            freeze.disclosure = Disclosure::Confidential;
        }
        freeze.expiry_date = self.expiry_date;
        freeze.expire_time = self.expiry_date.and_then(|day| terms::day_end(day, zone));
    }
}

fn lifecycle(status: AccountStatus) -> Lifecycle {
    match status {
        AccountStatus::Closed => Lifecycle::Closed,
        AccountStatus::Opening => Lifecycle::Opening,
        AccountStatus::OpenFailed => Lifecycle::OpenFailed,
        AccountStatus::Normal
        | AccountStatus::Frozen
        | AccountStatus::StopPay
        | AccountStatus::Lost
        | AccountStatus::InfoExpired
        | AccountStatus::Dormant
        | AccountStatus::Suspicious
        | AccountStatus::Restricted => Lifecycle::Open,
    }
}
