//! Which acts need a second person. An act says what it is ([`SecondPerson`], the action table), how
//! it arrived and who brought it; what follows is here.
//!
//! What a control system of courts or police sends (网络查控, 法〔2013〕 online freeze = paper) was
//! checked by two persons at the authority: it needs none here, provided that the adapter of that
//! system brings it. Anybody else who names such a source is not believed.

use serde::{Deserialize, Serialize};

use super::ApprovalStatus;
use crate::domain::action::SecondPerson;
use crate::domain::freeze::FreezeSource;
use crate::domain::principal::{Principal, Scope};

/// Whether the bank insists on a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FourEyes {
    /// Acts that need one are proposals until somebody else approves.
    Required,
    /// Nothing waits for a second person.
    Waived,
}

/// What an accepted act says of the second person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Consent {
    /// None is needed.
    NotNeeded,
    /// It may not take effect without.
    Needed,
    /// It takes effect at once and lapses unless it is confirmed.
    Afterwards,
    /// It confirms an act that took effect before: history tells of it though nothing shows.
    Confirms,
    /// Given, by this principal.
    Given(String),
    /// Given afterwards, by this principal.
    Confirmed(String),
}

impl Consent {
    /// What history says of it.
    pub fn status(&self) -> ApprovalStatus {
        match self {
            Self::NotNeeded | Self::Needed => ApprovalStatus::NotRequired,
            Self::Afterwards => ApprovalStatus::Pending,
            Self::Confirms | Self::Given(_) | Self::Confirmed(_) => ApprovalStatus::Approved,
        }
    }

    /// The second person.
    pub fn by(&self) -> Option<&str> {
        match self {
            Self::Given(by) | Self::Confirmed(by) => Some(by),
            Self::NotNeeded | Self::Needed | Self::Afterwards | Self::Confirms => None,
        }
    }

    /// The same, once this principal has approved.
    #[must_use]
    pub fn given(&self, by: &str) -> Self {
        match self {
            Self::Confirms | Self::Confirmed(_) => Self::Confirmed(by.to_owned()),
            Self::NotNeeded | Self::Needed | Self::Afterwards | Self::Given(_) => {
                Self::Given(by.to_owned())
            }
        }
    }
}

/// How an act arrived.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    /// By which way, where that was said.
    pub source: Option<FreezeSource>,
    /// Who brought it.
    pub principal: &'a Principal,
}

impl Arrival<'_> {
    /// Whether a control system sent it.
    pub fn by_control_system(self) -> bool {
        let system =
            matches!(self.source, Some(FreezeSource::CourtNetwork | FreezeSource::PolicePlatform));
        system && self.principal.may(Scope::NetworkWrite)
    }
}

/// Whether what is settled makes a lifting free of the second person, where the action table says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Debt {
    /// Still owed, or no debt.
    #[default]
    Open,
    /// Paid.
    Paid,
}

impl Debt {
    /// Whether nothing says that it is paid.
    pub fn is_open(&self) -> bool {
        *self == Self::Open
    }
}

/// What an act of this rule needs.
pub fn consent(second_person: SecondPerson, arrival: Arrival<'_>, debt: Debt) -> Consent {
    let exempt = match second_person {
        SecondPerson::No => true,
        SecondPerson::Yes => false,
        SecondPerson::UnlessSettled => arrival.by_control_system() || debt == Debt::Paid,
    };
    if exempt { Consent::NotNeeded } else { Consent::Needed }
}
