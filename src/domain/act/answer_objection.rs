//! AnswerObjection: what came of an objection.

use serde::{Deserialize, Serialize};

use super::{Decision, Draft};
use crate::domain::batch::{Loaded, Needs};
use crate::domain::id::ObjectionId;
use crate::domain::objection::ObjectionOutcome;
use crate::domain::refusal::{Reason, Refused};

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
        Needs { objection: Some(self.objection_id.clone()), objections: true, ..Needs::default() }
    }

    /// Records it, or says why not.
    ///
    /// # Errors
    /// OBJECTION_NOT_FOUND; ACTION_NOT_APPLICABLE when it was answered otherwise.
    pub fn decide(&self, _draft: &mut Draft<'_>, _loaded: &Loaded) -> Result<Decision, Refused> {
        Err(Reason::Unimplemented.into())
    }
}
