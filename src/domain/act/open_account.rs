//! OpenAccount: core banking assigned a number; the account begins in opening, under review.

use serde::Serialize;
use serde_json::json;

use super::{Beginning, Draft, blank_account};
use crate::domain::account::Profile;
use crate::domain::batch::Ids;
use crate::domain::id::RowId;
use crate::domain::money::Currency;
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
}

impl OpenAccount {
    /// The account as it begins.
    pub fn begin<'a>(&self, beginning: Beginning<'a>, ids: &mut Ids) -> Draft<'a> {
        let Beginning { account_number, principal, now, rules } = beginning;
        let account_id = self.account_id.clone();
        let profile = Profile {
            account_id: account_id.unwrap_or_else(|| RowId::from(ids()).as_str().to_owned()),
            account_number: account_number.clone(),
            account_name: self.account_name.clone(),
            customer_id: self.customer_id.clone(),
            branch_code: self.branch_code.clone(),
            opened_time: now,
            product_code: String::new(),
            status_since_time: now,
        };
        let account = blank_account(profile, self.currency, Lifecycle::Opening);
        let mut draft = Draft::new(account, now, rules, principal);
        let review = draft.condition(ConditionKind::Opening, Cause::OpeningInReview, ids);
        draft.account.conditions.push(review);
        draft.written.events.push(("ACCOUNT_OPENED", json!({})));
        draft
    }
}
