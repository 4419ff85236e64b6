//! OpenAccount: core banking assigned a number; the account begins in opening, under review. One more
//! than a customer may have is reviewed for that, too, or refused. How many there are is counted
//! when the batch loads, across accounts and without a lock: of accounts that one customer opens at
//! the same instant through several lanes or replicas, one or two more may pass.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::json;

use super::{Beginning, Draft, blank_account};
use crate::domain::account::Profile;
use crate::domain::batch::{Ids, Loaded, Rules};
use crate::domain::id::RowId;
use crate::domain::money::Currency;
use crate::domain::protection::ProtectedKind;
use crate::domain::refusal::{Refusal, Refused};
use crate::domain::review::{HolderKind, Review, TooMany, next_look};
use crate::domain::status::{Cause, ConditionKind, Lifecycle};

/// An account to open.
#[derive(Debug, Clone, Serialize)]
pub struct OpenAccount {
    /// The bank's id of the account; absent = the service makes one.
    pub account_id: Option<String>,
    /// The holder's name.
    pub account_name: String,
    /// The customer.
    pub customer_id: String,
    /// The branch.
    pub branch_code: String,
    /// The currency.
    pub currency: Currency,
    // What isn't said is no part of the content, so that requests from before there were these
    // fields are still the same requests.
    /// The bank's code of the product; empty = not said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub product_code: String,
    /// Who holds it.
    #[serde(skip_serializing_if = "HolderKind::is_unspecified")]
    pub holder_kind: HolderKind,
    /// The keyed hash of the number of the holder's document; empty = not said.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub document_hash: String,
    /// The last day on which that document is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub document_expiry_date: Option<NaiveDate>,
    /// What it will hold that is protected from authorities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub protected_kind: Option<ProtectedKind>,
}

impl OpenAccount {
    /// The account as it begins.
    ///
    /// # Errors
    /// LIMIT_EXCEEDED when the customer has as many accounts as allowed, and more are refused.
    pub fn begin<'a>(
        &self,
        beginning: Beginning<'a>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Draft<'a>, Refused> {
        let Beginning { account_number, principal, now, rules } = beginning;
        let too_many = self.too_many(rules, loaded)?;
        let account_id = self.account_id.clone();
        let profile = Profile {
            account_id: account_id.unwrap_or_else(|| RowId::from(ids()).as_str().to_owned()),
            account_number: account_number.clone(),
            account_name: self.account_name.clone(),
            customer_id: self.customer_id.clone(),
            branch_code: self.branch_code.clone(),
            opened_time: now,
            product_code: self.product_code.clone(),
            status_since_time: now,
            protected_kind: self.protected_kind,
        };
        let account = blank_account(profile, self.currency, Lifecycle::Opening);
        let mut draft = Draft::new(account, now, rules, principal);
        let review = draft.condition(ConditionKind::Opening, Cause::OpeningInReview, ids);
        draft.account.conditions.push(review);
        if too_many {
            let one_more = draft.condition(ConditionKind::Opening, Cause::OpeningTooMany, ids);
            draft.account.conditions.push(one_more);
        }
        let mut known = Review {
            holder_kind: self.holder_kind,
            document_hash: self.document_hash.clone(),
            document_expiry_date: self.document_expiry_date,
            ..Review::blank(account_number.clone())
        };
        known.next_review_time = next_look(&draft.account, &known, &[], rules, now);
        draft.written.review = Some(known);
        draft.written.events.push(("ACCOUNT_OPENED", json!({})));
        Ok(draft)
    }

    /// Whether the customer has as many accounts as allowed.
    fn too_many(&self, rules: &Rules, loaded: &Loaded) -> Result<bool, Refused> {
        let used = loaded.accounts_of.get(&self.customer_id).copied().unwrap_or(0);
        let limit = rules.reviews.accounts_per_customer;
        match rules.reviews.too_many_accounts {
            TooMany::Refuse if used >= limit => {
                Err(above((limit, used), "accounts of the customer").into())
            }
            TooMany::Review | TooMany::Refuse => Ok(used >= limit),
        }
    }
}

/// LIMIT_EXCEEDED: the customer has as many accounts or cards as allowed.
pub(super) fn above((limit, used): (i64, i64), what: &str) -> Refusal {
    Refusal::limit_exceeded(limit, used, what).caused_by(Some(Cause::OpeningTooMany))
}
