//! The acts that may have to wait for a second person: the closed list of what a proposal can hold.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::change_status::ChangeStatus;
use super::clear_suspense::ClearSuspense;
use super::confirm_freeze::ConfirmFreeze;
use super::create_freeze::CreateFreeze;
use super::deduct_freeze::DeductFreeze;
use super::protect_account::ProtectAccount;
use super::release_freeze::{Extent, ReleaseFreeze};
use super::renew_freeze::RenewFreeze;
use super::resolve_case::ResolveCase;
use crate::domain::approval::Approval;
use crate::domain::batch::Needs;
use crate::domain::freeze::FreezeSource;
use crate::domain::principal::Scope;

/// An act as it was proposed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proposed {
    /// A status action.
    ChangeStatus(ChangeStatus),
    /// A freeze.
    CreateFreeze(CreateFreeze),
    /// The end of a freeze, or of part of it.
    ReleaseFreeze(ReleaseFreeze),
    /// A longer term of a freeze.
    RenewFreeze(RenewFreeze),
    /// Money to take from what a freeze holds.
    DeductFreeze(DeductFreeze),
    /// A mark of protection.
    ProtectAccount(ProtectAccount),
    /// The confirmation of an emergency freeze.
    ConfirmFreeze(ConfirmFreeze),
    /// The end of a case.
    ResolveCase(ResolveCase),
    /// Money beside the account that is worked off.
    ClearSuspense(ClearSuspense),
}

impl Proposed {
    /// The act that a proposal keeps; `None` when this version of the service can't read it.
    pub fn of(approval: &Approval) -> Option<Self> {
        serde_json::from_value(approval.request.clone()).ok()
    }

    /// Notes that it was served `now`, when it is proposed: a ruling that freezes what it deducts takes
    /// that place, however late it is approved.
    pub fn serve(&mut self, now: DateTime<Utc>) {
        if let Self::DeductFreeze(deduct) = self
            && deduct.freeze_id.is_none()
        {
            deduct.served_time.get_or_insert(now);
        }
    }

    /// The act in a word.
    pub fn action(&self) -> &'static str {
        match self {
            Self::ChangeStatus(change) => change.action.name(),
            Self::CreateFreeze(_) => "CREATE_FREEZE",
            Self::ReleaseFreeze(_) => "RELEASE_FREEZE",
            Self::RenewFreeze(_) => "RENEW_FREEZE",
            Self::DeductFreeze(_) => "DEDUCT_FREEZE",
            Self::ProtectAccount(_) => "PROTECT_ACCOUNT",
            Self::ConfirmFreeze(_) => "CONFIRM_FREEZE",
            Self::ResolveCase(_) => "RESOLVE_CASE",
            Self::ClearSuspense(_) => "CLEAR_SUSPENSE",
        }
    }

    /// The scope that whoever decides on it needs: that of the act itself.
    pub fn scope(&self) -> Scope {
        match self {
            Self::ChangeStatus(change) => change.action.rule().scope,
            Self::CreateFreeze(_) | Self::RenewFreeze(_) | Self::ConfirmFreeze(_) => {
                Scope::FreezeWrite
            }
            Self::ReleaseFreeze(_) | Self::DeductFreeze(_) => Scope::FreezeRelease,
            Self::ProtectAccount(_) => Scope::AccountWrite,
            Self::ResolveCase(_) | Self::ClearSuspense(_) => Scope::CaseResolve,
        }
    }

    /// What has to be loaded beside the account to decide on it, for its rejection, too.
    pub fn needs(&self) -> Needs {
        match self {
            Self::ChangeStatus(change) => change.needs(),
            Self::CreateFreeze(create) => create.needs(),
            Self::ReleaseFreeze(release) => release.needs(),
            Self::RenewFreeze(renew) => renew.needs(),
            Self::DeductFreeze(deduct) => deduct.needs(),
            Self::ProtectAccount(_) => Needs::default(),
            Self::ResolveCase(resolve) => resolve.needs(),
            Self::ClearSuspense(clear) => clear.needs(),
            Self::ConfirmFreeze(confirm) => {
                Needs { freeze: Some(confirm.freeze_id.clone()), ..Needs::default() }
            }
        }
    }

    /// What turning it down carries out: an emergency that nobody else agrees to ends.
    pub fn undone(&self, comment: &str) -> Option<Self> {
        let Self::ConfirmFreeze(confirm) = self else { return None };
        Some(Self::ReleaseFreeze(ReleaseFreeze {
            freeze_id: confirm.freeze_id.clone(),
            extent: Extent::Whole,
            authority_kind: None,
            authority_name: String::new(),
            document_no: String::new(),
            reason: comment.to_owned(),
            source: Some(FreezeSource::Internal),
            officers: Vec::new(),
            notice_no: String::new(),
            list_ground: None,
        }))
    }
}
