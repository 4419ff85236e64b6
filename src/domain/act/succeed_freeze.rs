//! SucceedFreeze: another court takes a freeze over at the same rank (刑事裁判涉财产部分执行规定 5,
//! 财产保全规定 21).

use serde::{Deserialize, Serialize};

use super::create_freeze::Duration;
use super::{Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::papers::Order;
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Reason, Refused};

/// A freeze to take over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct SucceedFreeze {
    /// Which.
    pub freeze_id: FreezeId,
    /// Who takes it over.
    pub order: Order,
    /// Until when; unstated = its end stays.
    pub duration: Duration,
    /// Why, in words.
    pub reason: String,
}

impl SucceedFreeze {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { freeze: Some(self.freeze_id.clone()), ..Needs::default() }
    }

    /// Takes it over, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, FREEZE_NOT_IN_FORCE, NOT_THIS_AUTHORITY, TERM_TOO_LONG.
    pub fn decide(
        &self,
        _draft: &mut Draft<'_>,
        _loaded: &Loaded,
        _ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        Err(Reason::Unimplemented.into())
    }
}
