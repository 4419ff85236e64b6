//! AddCaseNote: adds a step to a case.

use serde::Serialize;

use super::casework::{Desk, Step};
use super::{Answer, Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::case::{Case, CaseEntryKind, CaseState, RootCause};
use crate::domain::id::CaseId;
use crate::domain::refusal::{Refusal, Refused};

/// A step to add.
#[derive(Debug, Clone, Serialize)]
pub struct AddCaseNote {
    /// To which case.
    pub case_id: CaseId,
    /// NOTE, ACKNOWLEDGED, CONSULTED, ANSWERED or ANALYSED.
    pub kind: CaseEntryKind,
    /// In words.
    pub text: String,
    /// The institution that was asked or answered; empty = none.
    pub institution: String,
    /// The number of a document; empty = none.
    pub reference: String,
    /// What was behind it, of an analysis.
    pub root_cause: Option<RootCause>,
}

impl AddCaseNote {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { case: Some(self.case_id.clone()), ..Needs::default() }
    }

    /// Adds it, or says why not.
    ///
    /// # Errors
    /// CASE_NOT_FOUND, ACTION_NOT_APPLICABLE.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let mut desk = Desk { draft, loaded, ids };
        let case = desk.case(&self.case_id)?;
        if let Some(why) = self.stands_against(&case) {
            return Err(Refusal::not_applicable(desk.draft.account.balance.lifecycle, why).into());
        }
        let now = desk.draft.now;
        let step = Step {
            institution: &self.institution,
            reference: &self.reference,
            ..Step::of(self.kind, &self.text)
        };
        let after = match self.kind {
            CaseEntryKind::Consulted => Case { state: CaseState::Waiting, ..case },
            CaseEntryKind::Answered => Case { state: CaseState::Open, ..case },
            CaseEntryKind::Acknowledged => Case {
                acknowledged_by: desk.draft.principal.name.to_string(),
                acknowledge_time: Some(now),
                ..case
            },
            CaseEntryKind::Analysed => Case {
                state: CaseState::Closed,
                root_cause: self.root_cause,
                analysis: self.text.clone(),
                ..case
            },
            CaseEntryKind::Note
            | CaseEntryKind::Attempt
            | CaseEntryKind::Evidence
            | CaseEntryKind::Opened
            | CaseEntryKind::Reminded
            | CaseEntryKind::Escalated
            | CaseEntryKind::Assigned
            | CaseEntryKind::Proposed
            | CaseEntryKind::Declined
            | CaseEntryKind::Resolved => case,
        };
        let acknowledged = self.kind == CaseEntryKind::Acknowledged;
        if self.kind == CaseEntryKind::Analysed {
            desk.close(&after, &self.text);
        } else {
            desk.add(&after, &step);
        }
        let case = if acknowledged { desk.put_quietly(after) } else { desk.put(after) };
        Ok(Decision::plain("case note", Answer::Case(Box::new(case))))
    }

    /// Why the case takes no such step as it is.
    fn stands_against(&self, case: &Case) -> Option<&'static str> {
        match (self.kind, case.state) {
            (_, CaseState::Closed) => Some("the case is closed"),
            (CaseEntryKind::Analysed, CaseState::Open | CaseState::Waiting) => {
                Some("the case is not resolved yet")
            }
            (CaseEntryKind::Answered, CaseState::Open | CaseState::Resolved) => {
                Some("nobody was asked")
            }
            (CaseEntryKind::Consulted | CaseEntryKind::Acknowledged, CaseState::Resolved) => {
                Some("the case is resolved")
            }
            _ => None,
        }
    }
}
