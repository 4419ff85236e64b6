//! RecordObjection: somebody objects to a measure on the account. It changes nothing of the measure.

use serde::{Deserialize, Serialize};

use super::{Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::objection::ObjectionParty;
use crate::domain::refusal::{Reason, Refused};

/// An objection to record.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RecordObjection {
    /// The freeze or condition that it is about; empty = whatever is in force.
    pub subject_id: String,
    /// Who objects.
    pub raised_by: ObjectionParty,
    /// What is objected.
    pub text: String,
}

impl RecordObjection {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { objections: true, ..Needs::default() }
    }

    /// Records it, or says why not.
    ///
    /// # Errors
    /// ACTION_NOT_APPLICABLE when nothing is in force that it could be about; LIMIT_EXCEEDED.
    pub fn decide(
        &self,
        _draft: &mut Draft<'_>,
        _loaded: &Loaded,
        _ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        Err(Reason::Unimplemented.into())
    }
}
