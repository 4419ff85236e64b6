//! RenewFreeze: an authority prolongs its freeze (续冻), or the bank its own. Before the end the freeze
//! keeps its place; after it a new freeze stands at the tail of the line.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::create_freeze::Duration;
use super::{Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::papers::Order;
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Reason, Refused};

/// A freeze to prolong.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RenewFreeze {
    /// Which.
    pub freeze_id: FreezeId,
    /// Who orders it.
    pub order: Order,
    /// For how long; a term counts from the old end.
    pub duration: Duration,
    /// When it was served, where it is late; absent = now.
    pub served_time: Option<DateTime<Utc>>,
    /// Why, in words.
    pub reason: String,
}

impl RenewFreeze {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs {
            freeze: Some(self.freeze_id.clone()),
            open_withdrawals: true,
            movements: self.served_time.is_some(),
            ..Needs::default()
        }
    }

    /// Prolongs it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, ACTION_NOT_APPLICABLE, FREEZE_NOT_IN_FORCE, NOT_THIS_AUTHORITY,
    /// TERM_TOO_LONG; of one that ran out also those of a new freeze.
    pub fn decide(
        &self,
        _draft: &mut Draft<'_>,
        _loaded: &Loaded,
        _ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        Err(Reason::Unimplemented.into())
    }
}
