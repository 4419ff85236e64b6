//! AnswerObjection: what came of an objection.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Decision, Draft};
use crate::domain::batch::{Loaded, Needs};
use crate::domain::id::ObjectionId;
use crate::domain::objection::{Objection, ObjectionOutcome};
use crate::domain::refusal::{Reason, Refusal, Refused};

/// An answer to record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct AnswerObjection {
    /// Which objection.
    pub objection_id: ObjectionId,
    /// What came of it.
    pub outcome: ObjectionOutcome,
    /// The answer.
    pub answer: String,
}

impl AnswerObjection {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        let id = self.objection_id.clone();
        let case_about = Some(id.as_str().to_owned());
        Needs { objection: Some(id), case_about, ..Needs::default() }
    }

    /// Records it, or says why not. The same answer once more changes nothing.
    ///
    /// # Errors
    /// OBJECTION_NOT_FOUND; ACTION_NOT_APPLICABLE when it was answered otherwise.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let found = loaded.objections.get(&self.objection_id);
        let mine = found.filter(|row| row.account_number == *draft.account.number());
        let known = mine.ok_or(Reason::ObjectionNotFound)?;
        if !known.is_open() {
            if known.outcome == Some(self.outcome) && known.answer == self.answer {
                return Ok(answered(known.clone()));
            }
            let why = "the objection was answered otherwise";
            return Err(Refusal::not_applicable(draft.account.balance.lifecycle, why).into());
        }
        let row = Objection {
            outcome: Some(self.outcome),
            answer: self.answer.clone(),
            answered_by: draft.principal.name.to_string(),
            answer_time: Some(draft.now),
            ..known.clone()
        };
        let payload = json!({ "objection_id": row.objection_id, "outcome": self.outcome });
        draft.written.events.push(("OBJECTION_ANSWERED", payload));
        draft.written.objections.push(row.clone());
        Ok(answered(row))
    }
}

fn answered(row: Objection) -> Decision {
    Decision::plain("objection answered", Answer::Objection(Box::new(row)))
}
