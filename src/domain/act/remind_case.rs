//! RemindCase: reminds the owner of a case whose time has come, and takes it up where nobody
//! acknowledges it or it is overdue.

use serde::Serialize;
use serde_json::json;

use super::casework::{Desk, Step};
use super::{Answer, Decision, Draft};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::case::rules::rule;
use crate::domain::case::{Case, CaseEntryKind, CaseRole};
use crate::domain::id::CaseId;
use crate::domain::refusal::Refused;

/// A case whose time has come.
#[derive(Debug, Clone, Serialize)]
pub struct RemindCase {
    /// Which.
    pub case_id: CaseId,
}

impl RemindCase {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { case: Some(self.case_id.clone()), ..Needs::default() }
    }

    /// Reminds, unless nothing is due.
    ///
    /// # Errors
    /// CASE_NOT_FOUND.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let mut desk = Desk { draft, loaded, ids };
        let case = desk.case(&self.case_id)?;
        let now = desk.draft.now;
        if !case.is_open() || case.next_reminder_time.is_none_or(|at| at > now) {
            return Ok(Decision::plain("case", Answer::Done));
        }
        let overdue = case.due_time <= now;
        // The first reminder is nobody's neglect.
        let unseen = case.reminders > 0 && case.acknowledge_time.is_none();
        let reminders = case.reminders.saturating_add(1);
        let text = if overdue { "overdue" } else { "open" };
        desk.add(&case, &Step::of(CaseEntryKind::Reminded, text));
        let payload = json!({
            "about": "CASE", "case_id": case.case_id, "cause": case.cause,
            "owner_role": case.owner_role, "owner": case.owner, "overdue": overdue
        });
        desk.draft.written.events.push(("REMINDER", payload));
        let next = now.checked_add_signed(rule(case.cause).remind_every).unwrap_or(now);
        // When it falls due somebody hears of it.
        let next = if overdue { next } else { next.min(case.due_time) };
        let next_reminder_time = Some(next);
        // Who acknowledged a reminder acknowledged that one.
        let (acknowledged_by, acknowledge_time) = (String::new(), None);
        let mut case =
            Case { reminders, next_reminder_time, acknowledged_by, acknowledge_time, ..case };
        if overdue || unseen {
            let text = if overdue { "overdue" } else { "nobody acknowledged the reminder" };
            desk.add(&case, &Step::of(CaseEntryKind::Escalated, text));
            case.escalations = case.escalations.saturating_add(1);
            if case.escalations > 1 {
                case.owner_role = CaseRole::DutyManager;
            }
        }
        let case = desk.put_quietly(case);
        Ok(Decision::plain("case", Answer::Case(Box::new(case))))
    }
}
