//! DeductFreeze: an authority has money taken from what its freeze holds (扣划). Never more than the
//! freeze holds, so never ahead of its turn; a ruling that deducts freezes, too (民诉法解释 484), so
//! both may be one step.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::Serves;
use crate::domain::freeze::papers::Order;
use crate::domain::id::FreezeId;
use crate::domain::money::Money;
use crate::domain::refusal::{Reason, Refused};

/// How the amount of a deduction is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// All of it, or nothing.
    Exactly,
    /// As much of it as the freeze holds.
    UpTo,
}

/// Money to deduct.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeductFreeze {
    /// From which freeze; absent = the order freezes and deducts.
    pub freeze_id: Option<FreezeId>,
    /// How much.
    pub amount: Money,
    /// How that is meant.
    pub measure: Measure,
    /// Who orders it.
    pub order: Order,
    /// When the ruling was served; absent = now.
    pub served_time: Option<DateTime<Utc>>,
    /// The account that the money goes to.
    pub receiving_account: String,
    /// Whose it is.
    pub receiving_name: String,
    /// Why, in words.
    pub reason: String,
    /// What the order serves, where money is protected.
    pub serves: Serves,
}

impl DeductFreeze {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs {
            freeze: self.freeze_id.clone(),
            open_withdrawals: true,
            movements: self.served_time.is_some(),
            ..Needs::default()
        }
    }

    /// Deducts it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, CURRENCY_MISMATCH, the lifecycle's reasons, ACTION_NOT_APPLICABLE,
    /// FREEZE_NOT_IN_FORCE, PROTECTED_FUNDS, NOT_THIS_AUTHORITY, OUT_OF_TURN,
    /// INSUFFICIENT_AVAILABLE_FUNDS; where it freezes first also those of a new freeze.
    pub fn decide(
        &self,
        _draft: &mut Draft<'_>,
        _loaded: &Loaded,
        _ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        Err(Reason::Unimplemented.into())
    }
}
