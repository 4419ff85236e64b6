//! AssignCase: gives a case to somebody.

use serde::Serialize;

use super::casework::{Desk, Step};
use super::{Answer, Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::case::{Case, CaseEntryKind, CaseRole, CaseState};
use crate::domain::id::CaseId;
use crate::domain::refusal::{Reason, Refusal, Refused};

/// A case to give to somebody.
#[derive(Debug, Clone, Serialize)]
pub struct AssignCase {
    /// Which.
    pub case_id: CaseId,
    /// Who gets it.
    pub owner: String,
    /// The role that sees to it from now on; absent = as before.
    pub owner_role: Option<CaseRole>,
    /// Why.
    pub reason: String,
    /// The case's version that the caller saw, where it insists on it.
    #[serde(skip)]
    pub expected_version: Option<i64>,
}

impl AssignCase {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { case: Some(self.case_id.clone()), ..Needs::default() }
    }

    /// Gives it, or says why not.
    ///
    /// # Errors
    /// CASE_NOT_FOUND, ETAG_MISMATCH, ACTION_NOT_APPLICABLE when it is closed.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let mut desk = Desk { draft, loaded, ids };
        let case = desk.case(&self.case_id)?;
        if self.expected_version.is_some_and(|version| version != case.version) {
            return Err(Reason::EtagMismatch.into());
        }
        if case.state == CaseState::Closed {
            let lifecycle = desk.draft.account.balance.lifecycle;
            return Err(Refusal::not_applicable(lifecycle, "the case is closed").into());
        }
        let owner_role = self.owner_role.unwrap_or(case.owner_role);
        let case = Case { owner: self.owner.clone(), owner_role, ..case };
        let text = match self.reason.as_str() {
            "" => format!("to {}", self.owner),
            reason => format!("to {}: {reason}", self.owner),
        };
        desk.add(&case, &Step::of(CaseEntryKind::Assigned, &text));
        let case = desk.put_quietly(case);
        Ok(Decision::plain(self.reason.clone(), Answer::Case(Box::new(case))))
    }
}
