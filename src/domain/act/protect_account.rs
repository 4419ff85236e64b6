//! ProtectAccount: the bank marks what an account holds as protected from authorities, or takes the mark
//! away (保障农民工工资支付条例 33: the bank marks the account). Freezes in force stay as they are.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Decision, Draft};
use crate::domain::action::SecondPerson;
use crate::domain::approval::policy::{Arrival, Debt, consent};
use crate::domain::protection::ProtectedKind;
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::domain::status::Lifecycle;

/// A mark to set.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ProtectAccount {
    /// What it holds; absent = nothing that is protected.
    pub protected_kind: Option<ProtectedKind>,
    /// Why, in words.
    pub reason: String,
}

impl ProtectAccount {
    /// Sets the mark, or says why not.
    ///
    /// # Errors
    /// ACCOUNT_CLOSED; ACTION_NOT_APPLICABLE when it is as asked already.
    pub fn decide(&self, draft: &mut Draft<'_>) -> Result<Decision, Refused> {
        let lifecycle = draft.account.balance.lifecycle;
        if lifecycle == Lifecycle::Closed {
            return Err(Reason::AccountClosed.into());
        }
        if draft.account.profile.protected_kind == self.protected_kind {
            let why = "the account is marked so already";
            return Err(Refusal::not_applicable(lifecycle, why).into());
        }
        Arc::make_mut(&mut draft.account.profile).protected_kind = self.protected_kind;
        let payload = json!({ "protected_kind": self.protected_kind });
        draft.written.events.push(("ACCOUNT_PROTECTED", payload));
        let arrival = Arrival { source: None, principal: draft.principal };
        Ok(Decision {
            consent: consent(SecondPerson::Yes, arrival, Debt::Open),
            ..Decision::plain(self.reason.clone(), Answer::Account)
        })
    }
}
