//! ReleaseFreeze: lifts a freeze, whole or in part. It names the freeze, and only who may lift it
//! can ([`power`]); a measure because of a list only on the grounds that the law names.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::placing::{act_row, named, put_back};
use super::{Answer, Decision, Draft, same_currency};
use crate::domain::action::SecondPerson;
use crate::domain::approval::policy::{Arrival, Consent, Debt, consent};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::kind::{self, AuthorityKind, LiftedBy};
use crate::domain::freeze::{
    Freeze, FreezeAct, FreezeActKind, FreezeMode, FreezeSource, FreezeStatus, ListGround, Officer,
    papers, power,
};
use crate::domain::id::FreezeId;
use crate::domain::money::{Minor, Money};
use crate::domain::refusal::Violation;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};

/// How much to lift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Extent {
    /// All of it.
    Whole,
    /// This much of an amount freeze.
    Part(Money),
    /// Down to this much of a whole freeze.
    Remaining(Money),
}

/// A freeze to lift.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ReleaseFreeze {
    /// Which.
    pub freeze_id: FreezeId,
    /// How much.
    pub extent: Extent,
    /// The kind of authority that lifts it; absent for the bank's own.
    pub authority_kind: Option<AuthorityKind>,
    /// The authority that lifts it.
    pub authority_name: String,
    /// The release document.
    pub document_no: String,
    /// Why, in words.
    pub reason: String,
    /// How the release arrived.
    pub source: Option<FreezeSource>,
    /// The officers who brought it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub officers: Vec<Officer>,
    /// The notice of assistance served with it; empty = none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notice_no: String,
    /// Why a measure because of a list is lifted; with such a freeze, and only with one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub list_ground: Option<ListGround>,
}

impl ReleaseFreeze {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self) -> Vec<Violation> {
        let authority = self.authority_kind.is_some_and(|kind| kind != AuthorityKind::Bank);
        let missing = (authority && self.document_no.is_empty())
            .then(|| Violation::new("document_no", "is required for a release by an authority"));
        let papers = self.authority_kind.zip(self.source).map(|(kind, source)| {
            papers::violations(kind, source, &self.officers, &self.notice_no)
        });
        missing.into_iter().chain(papers.into_iter().flatten()).collect()
    }

    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { freeze: Some(self.freeze_id.clone()), ..Needs::default() }
    }

    /// Lifts it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, CURRENCY_MISMATCH, FREEZE_NOT_IN_FORCE, ACTION_NOT_APPLICABLE for a loss,
    /// NOT_THIS_AUTHORITY, INVALID_REQUEST when more is lifted than is claimed.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let current = named(draft, loaded, &self.freeze_id)?;
        match self.extent {
            Extent::Whole => {}
            Extent::Part(amount) | Extent::Remaining(amount) => {
                same_currency(&draft.account, amount)?;
            }
        }
        if !current.in_force() {
            return Err(Refusal::by_freeze(Reason::FreezeNotInForce, &current).into());
        }
        let stays = self.stays(&current)?;
        self.check_ground(&current)?;
        power::may_lift(&current, self.authority_kind, &self.authority_name)?;
        let released = self.apply(draft, &current, stays, ids);
        Ok(Decision {
            cause: Some(current.shown_cause()),
            consent: self.consent(draft),
            ..Decision::plain(self.reason.clone(), Answer::Freeze(Box::new(released)))
        })
    }

    /// Every release needs a second person, unless a control system sent it.
    fn consent(&self, draft: &Draft<'_>) -> Consent {
        let arrival = Arrival { source: self.source, principal: draft.principal };
        consent(SecondPerson::UnlessSettled, arrival, Debt::Open)
    }

    /// What the freeze claims afterwards; `None` when nothing stays.
    fn stays(&self, current: &Freeze) -> Result<Option<Minor>, Refused> {
        match self.extent {
            Extent::Whole => Ok(None),
            Extent::Part(amount) => {
                let claimed = current.freeze_amount.ok_or_else(|| {
                    let text = "a freeze of the whole account is released down to remaining_amount";
                    Refusal::field("amount", text)
                })?;
                match claimed.checked_sub(amount.minor) {
                    Some(0) => Ok(None),
                    Some(rest) if rest > 0 => Ok(Some(rest)),
                    Some(_) | None => Err(Refusal::field("amount", "is above the claim").into()),
                }
            }
            Extent::Remaining(amount) if current.takes_all() => Ok(Some(amount.minor)),
            Extent::Remaining(_) => {
                let text = "goes with a freeze of the whole account; name the amount to release";
                Err(Refusal::field("remaining_amount", text).into())
            }
        }
    }

    /// A measure because of a list is lifted on the grounds of a closed list, and only on them
    /// (反洗钱特别预防措施管理办法 23).
    fn check_ground(&self, current: &Freeze) -> Result<(), Refused> {
        let on_grounds = kind::rule(current.authority_kind).lifted_by == LiftedBy::Grounds;
        match (on_grounds, self.list_ground) {
            (true, Some(_)) | (false, None) => Ok(()),
            (true, None) => Err(Refusal::by_freeze(Reason::NotThisAuthority, current)
                .with(
                    Fact::Description,
                    "nobody lifts it without one of the grounds of list_ground",
                )
                .with(Fact::Source, kind::rule(current.authority_kind).source)
                .into()),
            (false, Some(_)) => {
                let text = "goes with a measure because of a list";
                Err(Refusal::field("list_ground", text).into())
            }
        }
    }

    fn apply(
        &self,
        draft: &mut Draft<'_>,
        current: &Freeze,
        stays: Option<Minor>,
        ids: &mut Ids,
    ) -> Freeze {
        let mut freeze = Freeze { update_time: draft.now, ..current.clone() };
        let act = match stays {
            Some(rest) => {
                freeze.freeze_mode = FreezeMode::Amount;
                freeze.freeze_amount = Some(rest);
                FreezeActKind::PartlyReleased
            }
            None => {
                freeze.freeze_status = FreezeStatus::Released;
                freeze.ended_time = Some(draft.now);
                FreezeActKind::Released
            }
        };
        put_back(draft, &freeze);
        let row = FreezeAct {
            authority_name: self.authority_name.clone(),
            document_no: self.document_no.clone(),
            amount_minor: match self.extent {
                Extent::Whole => current.freeze_amount,
                Extent::Part(amount) | Extent::Remaining(amount) => Some(amount.minor),
            },
            officers: self.officers.clone(),
            notice_no: self.notice_no.clone(),
            ..act_row(draft, &freeze, act, ids)
        };
        draft.written.freeze_acts.push(row);
        let name: &'static str = act.into();
        let payload = json!({ "freeze_id": freeze.freeze_id, "act": name });
        draft.written.events.push(("FREEZE_RELEASED", payload));
        freeze
    }
}
