//! ReleaseFreeze: lifts a freeze, whole or in part. It names the freeze, and only who may lift it
//! can: the authority behind it (a court or its superior, 民诉法解释 165), the bank for its own.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::create_freeze::act_row;
use super::{Answer, Decision, Draft, same_currency};
use crate::domain::action::SecondPerson;
use crate::domain::approval::policy::{Arrival, Consent, Debt, consent};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{
    Freeze, FreezeAct, FreezeActKind, FreezeMode, FreezeSource, FreezeStatus, FreezeType,
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
}

impl ReleaseFreeze {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self) -> Vec<Violation> {
        let authority = self.authority_kind.is_some_and(|kind| kind != AuthorityKind::Bank);
        (authority && self.document_no.is_empty())
            .then(|| Violation::new("document_no", "is required for a release by an authority"))
            .into_iter()
            .collect()
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
        let held = draft.account.freezes.iter().find(|f| f.freeze_id == self.freeze_id);
        let ended = loaded.ended_freezes.get(&self.freeze_id);
        let mine = ended.filter(|freeze| freeze.account_number == *draft.account.number());
        let current = held.or(mine).ok_or(Reason::FreezeNotFound)?.clone();
        match self.extent {
            Extent::Whole => {}
            Extent::Part(amount) | Extent::Remaining(amount) => {
                same_currency(&draft.account, amount)?;
            }
        }
        if !current.in_force() {
            return Err(Reason::FreezeNotInForce.into());
        }
        let stays = self.stays(&current)?;
        self.check_authority(&current)?;
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

    fn check_authority(&self, current: &Freeze) -> Result<(), Refused> {
        let lifts = match current.freeze_type {
            FreezeType::Customer => {
                let hint = "a loss ends with WITHDRAW_LOSS or REPLACE_MEDIUM";
                let refusal =
                    Refusal::of(Reason::ActionNotApplicable).with(Fact::Description, hint);
                return Err(refusal.into());
            }
            FreezeType::Bank => self.authority_kind.is_none_or(|k| k == AuthorityKind::Bank),
            FreezeType::Judicial => self.authority_kind.is_some_and(|kind| {
                let courts = is_court(kind) && is_court(current.authority_kind);
                let superior =
                    courts && court_level(&self.authority_name) > court_level(&current.freeze_by);
                let same_kind = courts || kind == current.authority_kind;
                superior || (same_kind && self.authority_name == current.freeze_by)
            }),
        };
        if lifts { Ok(()) } else { Err(Reason::NotThisAuthority.into()) }
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
        for row in &mut draft.account.freezes {
            if row.freeze_id == freeze.freeze_id {
                row.clone_from(&freeze);
            }
        }
        let row = FreezeAct {
            authority_name: self.authority_name.clone(),
            document_no: self.document_no.clone(),
            amount_minor: match self.extent {
                Extent::Whole => current.freeze_amount,
                Extent::Part(amount) | Extent::Remaining(amount) => Some(amount.minor),
            },
            ..act_row(draft, &freeze, act, ids)
        };
        draft.written.freeze_acts.push(row);
        let name: &'static str = act.into();
        let payload = json!({ "freeze_id": freeze.freeze_id, "act": name });
        draft.written.events.push(("FREEZE_RELEASED", payload));
        freeze
    }
}

fn is_court(kind: AuthorityKind) -> bool {
    matches!(kind, AuthorityKind::CourtCivil | AuthorityKind::CourtCriminal)
}

/// The level of a court, as its name says it (人民法院组织法 12–15): the supreme court, high courts,
/// intermediate courts, and all others, which are basic. Which high court stands above which
/// intermediate one is not in a name; the court desk sees to that.
fn court_level(name: &str) -> u8 {
    match name {
        name if name.contains("最高人民法院") => 3,
        name if name.contains("高级人民法院") => 2,
        name if name.contains("中级人民法院") => 1,
        _ => 0,
    }
}
