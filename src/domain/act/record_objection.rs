//! RecordObjection: somebody objects to a measure on the account. It changes nothing of the measure.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Decision, Draft};
use crate::domain::account::Account;
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::condition::Condition;
use crate::domain::freeze::{Disclosure, Freeze, FreezeType};
use crate::domain::objection::{OPEN_MAX, Objection, ObjectionParty, due};
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::domain::status::ConditionKind;

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

/// A measure in force, as far as an objection to it is concerned.
struct Measure<'a> {
    id: &'a str,
    /// Who ordered it; empty = the bank.
    authority: &'a str,
    document: &'a str,
    disclosure: Disclosure,
}

impl RecordObjection {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { objections: true, ..Needs::default() }
    }

    /// Records it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND when nothing in force has the id; ACTION_NOT_APPLICABLE when nothing is in
    /// force that it could be about; LIMIT_EXCEEDED.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let about = self.about(&draft.account)?;
        let open = loaded.open_objections(draft.account.number()).len();
        if open >= OPEN_MAX {
            let what = "open objections of the account";
            return Err(Refusal::limit_exceeded(OPEN_MAX, open, what).into());
        }
        // One that is about everything names a document only where there is but one.
        let one = if let [one] = &about[..] { Some(one) } else { None };
        let hidden = about.iter().all(|measure| measure.disclosure == Disclosure::Confidential);
        let authority = one.filter(|_| self.raised_by == ObjectionParty::Bank);
        let row = Objection {
            objection_id: ids().into(),
            account_number: draft.account.number().clone(),
            subject_id: self.subject_id.clone(),
            raised_by: self.raised_by,
            text: self.text.clone(),
            authority_name: authority.map_or("", |measure| measure.authority).to_owned(),
            document_no: one.map_or("", |measure| measure.document).to_owned(),
            disclosure: if hidden { Disclosure::Confidential } else { Disclosure::Open },
            recorded_by: draft.principal.name.to_string(),
            create_time: draft.now,
            due_time: due(draft.now, draft.rules.zone),
            outcome: None,
            answer: String::new(),
            answered_by: String::new(),
            answer_time: None,
        };
        draft.object(row.clone());
        Ok(Decision::plain("objection", Answer::Objection(Box::new(row))))
    }

    /// The measures in force that it is about: the one that it names, or all that whoever objects can
    /// object to. The bank objects to orders of authorities, not to what it does by itself.
    fn about<'a>(&self, account: &'a Account) -> Result<Vec<Measure<'a>>, Refused> {
        let mut found = measures(account);
        if !self.subject_id.is_empty() {
            found.retain(|measure| measure.id == self.subject_id);
            if found.is_empty() {
                return Err(Reason::FreezeNotFound.into());
            }
        }
        if self.raised_by == ObjectionParty::Bank {
            found.retain(|measure| !measure.authority.is_empty());
        }
        if found.is_empty() {
            let why = match self.raised_by {
                ObjectionParty::Holder => "nothing is in force that it could be about",
                ObjectionParty::Bank => "no authority's order is in force that it could be about",
            };
            return Err(Refusal::not_applicable(account.balance.lifecycle, why).into());
        }
        Ok(found)
    }
}

fn measures(account: &Account) -> Vec<Measure<'_>> {
    let freezes = account.freezes.iter().filter(|freeze| freeze.in_force()).map(of_freeze);
    let conditions = account.conditions.iter().filter(|row| row.in_force()).map(of_condition);
    freezes.chain(conditions).collect()
}

fn of_freeze(freeze: &Freeze) -> Measure<'_> {
    let ordered = freeze.freeze_type == FreezeType::Judicial;
    Measure {
        id: freeze.freeze_id.as_str(),
        authority: if ordered { &freeze.freeze_by } else { "" },
        document: &freeze.court_order_no,
        disclosure: freeze.disclosure,
    }
}

fn of_condition(row: &Condition) -> Measure<'_> {
    // Who is behind a suspicion is told to few (反洗钱法 35(2)).
    let suspicion = row.kind == ConditionKind::Suspicious;
    Measure {
        id: row.condition_id.as_str(),
        authority: row.authority.as_deref().unwrap_or_default(),
        document: row.document_no.as_deref().unwrap_or_default(),
        disclosure: if suspicion { Disclosure::Confidential } else { Disclosure::Open },
    }
}

impl Draft<'_> {
    /// Records an objection. The event names no words of it.
    pub fn object(&mut self, row: Objection) {
        let payload = json!({ "objection_id": row.objection_id, "raised_by": row.raised_by });
        self.written.events.push(("OBJECTION_RECORDED", payload));
        self.written.objections.push(row);
    }
}
