//! ConfirmFreeze: a second person confirms an emergency freeze. It then stays like any freeze of the
//! bank, without an end but one that was asked for. Never asked for by itself: it is what the approval of an emergency carries.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::create_freeze::EMERGENCY;
use super::placing::act_row;
use super::{Answer, Decision, Draft};
use crate::domain::approval::policy::Consent;
use crate::domain::batch::Ids;
use crate::domain::freeze::{FreezeActKind, Urgency};
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Reason, Refused};

/// An emergency freeze to confirm.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ConfirmFreeze {
    /// Which.
    pub freeze_id: FreezeId,
    /// Why it was placed, in words.
    pub reason: String,
}

impl ConfirmFreeze {
    /// Confirms it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_IN_FORCE when it was released or lapsed.
    pub fn decide(&self, draft: &mut Draft<'_>, ids: &mut Ids) -> Result<Decision, Refused> {
        let (now, zone) = (draft.now, draft.rules.zone);
        let rows = draft.account.freezes.iter_mut();
        let freeze = rows
            .filter(|row| row.in_force() && row.urgency == Urgency::Emergency)
            .find(|row| row.freeze_id == self.freeze_id)
            .ok_or(Reason::FreezeNotInForce)?;
        freeze.urgency = Urgency::Ordinary;
        if freeze.term().is_none() && freeze.expire_time == EMERGENCY.end(freeze.create_time, zone)
        {
            freeze.expire_time = None;
            freeze.expiry_date = None;
        }
        freeze.update_time = now;
        let confirmed = freeze.clone();
        let row = act_row(draft, &confirmed, FreezeActKind::Confirmed, ids);
        draft.written.freeze_acts.push(row);
        let payload = json!({ "freeze_id": confirmed.freeze_id });
        draft.written.events.push(("FREEZE_CONFIRMED", payload));
        Ok(Decision {
            cause: Some(confirmed.shown_cause()),
            consent: Consent::Confirms,
            ..Decision::plain(self.reason.clone(), Answer::Freeze(Box::new(confirmed)))
        })
    }
}
