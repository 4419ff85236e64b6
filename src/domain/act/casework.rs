//! Casework: what every act leaves behind is looked at once, when it is decided. Trouble opens a case
//! in the same commit, more of it is added to the open one, and what is over solves its case by
//! itself ([`found`]); money that stands beside the account becomes an item that people clear
//! ([`items`]).
//!
//! One case is open per withdrawal and cause; without a withdrawal, per subject and cause.

mod found;
mod items;
mod trouble;

use serde_json::json;

pub use self::found::look_after;
pub use self::items::offset;
use self::trouble::Trouble;
use super::{Answer, Draft};
use crate::domain::approval::{Approval, ApprovalState, SubjectKind};
use crate::domain::batch::{Ids, Loaded};
use crate::domain::case::rules::rule;
use crate::domain::case::{
    Case, CaseEntry, CaseEntryKind, CasePhase, CaseResolution, CaseState, RootCause,
};
use crate::domain::id::CaseId;
use crate::domain::refusal::{Reason, Refused};
use crate::domain::suspense::SuspenseItem;
use crate::domain::withdrawal::Withdrawal;

/// What was learnt of a case that is over.
#[derive(Debug, Clone)]
pub struct Learnt {
    /// How it came to its end.
    pub resolution: CaseResolution,
    /// What was behind it.
    pub root_cause: RootCause,
    /// The closing analysis.
    pub analysis: String,
}

/// A step of a case as it is added; the rest is known.
#[derive(Debug, Clone)]
pub struct Step<'s> {
    /// What happened.
    pub kind: CaseEntryKind,
    /// To which part of the way it belongs.
    pub phase: CasePhase,
    /// In words.
    pub text: &'s str,
    /// The institution that was asked or answered; empty = none.
    pub institution: &'s str,
    /// The number of a document; empty = none.
    pub reference: &'s str,
}

impl<'s> Step<'s> {
    /// A step of the part to which its kind belongs.
    pub fn of(kind: CaseEntryKind, text: &'s str) -> Self {
        Self { kind, phase: kind.phase(), text, institution: "", reference: "" }
    }
}

/// A draft with what is needed to work on its cases.
#[expect(missing_debug_implementations, reason = "the source of ids is a closure")]
pub struct Desk<'d, 'a> {
    /// The draft.
    pub draft: &'d mut Draft<'a>,
    /// What was loaded for it.
    pub loaded: &'d Loaded,
    /// Makes ids.
    pub ids: &'d mut Ids,
}

impl Desk<'_, '_> {
    /// A case of the account, as it is by now.
    ///
    /// # Errors
    /// CASE_NOT_FOUND.
    pub fn case(&self, id: &CaseId) -> Result<Case, Refused> {
        let written = self.draft.written.cases.iter().find(|case| case.case_id == *id);
        let found = written.or_else(|| self.loaded.cases.get(id));
        let mine = found.filter(|case| case.account_number == *self.draft.account.number());
        mine.cloned().ok_or_else(|| Reason::CaseNotFound.into())
    }

    /// The open cases of the account that are known, as they are by now.
    fn open_cases(&self) -> Vec<Case> {
        let number = self.draft.account.number();
        let written = &self.draft.written.cases;
        let anew = |case: &&Case| written.iter().any(|other| other.case_id == case.case_id);
        let mine = |case: &&Case| case.account_number == *number && !anew(case);
        let all = self.loaded.cases.values().filter(mine).chain(written);
        all.filter(|case| case.is_open()).cloned().collect()
    }

    /// Opens a case, or adds to the one that is open.
    fn report(&mut self, trouble: Trouble) -> CaseId {
        let same = |case: &Case| {
            case.cause == trouble.cause
                && case.withdrawal_id == trouble.withdrawal_id
                && case.subject_id == trouble.subject_id
        };
        if let Some(open) = self.open_cases().into_iter().find(same) {
            let step = Step {
                phase: CasePhase::Automatic,
                ..Step::of(CaseEntryKind::Note, &trouble.text)
            };
            self.add(&open, &step);
            let id = open.case_id.clone();
            self.put(open);
            return id;
        }
        let case = self.opened(&trouble);
        let id = case.case_id.clone();
        self.add(&case, &Step::of(CaseEntryKind::Opened, &trouble.text));
        let payload = json!({
            "case_id": id, "cause": case.cause, "withdrawal_id": case.withdrawal_id
        });
        self.draft.written.events.push(("CASE_OPENED", payload));
        self.draft.written.cases.push(case);
        id
    }

    fn opened(&mut self, trouble: &Trouble) -> Case {
        let now = self.draft.now;
        let rule = rule(trouble.cause);
        let due_time = trouble.due_time.or_else(|| now.checked_add_signed(rule.sla)).unwrap_or(now);
        let reminder = now.checked_add_signed(rule.remind_every).unwrap_or(due_time);
        let currency = self.draft.account.balance.currency_code;
        Case {
            case_id: CaseId::from((self.ids)()),
            account_number: self.draft.account.number().clone(),
            cause: trouble.cause,
            state: CaseState::Open,
            withdrawal_id: trouble.withdrawal_id.clone(),
            attempt_number: trouble.attempt_number,
            channel_id: trouble.channel_id.clone(),
            subject_id: trouble.subject_id.clone(),
            amount_minor: trouble.amount,
            currency_code: trouble.amount.map(|_| currency),
            disclosure: trouble.disclosure,
            owner_role: rule.role,
            owner: String::new(),
            open_time: now,
            due_time,
            reminders: 0,
            escalations: 0,
            next_reminder_time: Some(reminder.min(due_time)),
            acknowledged_by: String::new(),
            acknowledge_time: None,
            resolution: None,
            resolved_by: String::new(),
            approved_by: String::new(),
            resolve_time: None,
            root_cause: None,
            analysis: String::new(),
            update_time: now,
            version: 1,
        }
    }

    /// Adds a step to a case's way.
    pub fn add(&mut self, case: &Case, step: &Step<'_>) {
        self.draft.written.case_entries.push(CaseEntry {
            entry_id: (self.ids)().into(),
            account_number: case.account_number.clone(),
            case_id: case.case_id.clone(),
            phase: step.phase,
            kind: step.kind,
            principal: self.draft.principal.name.to_string(),
            text: step.text.to_owned(),
            institution: step.institution.to_owned(),
            reference: step.reference.to_owned(),
            entry_time: self.draft.now,
        });
    }

    /// Takes a changed case over, with its next version; what was proposed about it is stale. Returns
    /// it as it is written.
    pub fn put(&mut self, case: Case) -> Case {
        stale(self.draft, SubjectKind::Case, case.case_id.as_str());
        self.put_quietly(case)
    }

    /// The same, where nothing changed that a proposal about it would rest on.
    pub fn put_quietly(&mut self, case: Case) -> Case {
        let version = case.version.saturating_add(1);
        let case = Case { version, update_time: self.draft.now, ..case };
        self.draft.written.cases.retain(|other| other.case_id != case.case_id);
        self.draft.written.cases.push(case.clone());
        case
    }

    /// Resolves a case: with what was learnt it is closed, without its analysis is missing.
    pub fn resolve(
        &mut self,
        case: Case,
        resolution: CaseResolution,
        learnt: Option<(RootCause, &str)>,
    ) -> Case {
        let now = self.draft.now;
        let case = Case {
            state: if learnt.is_some() { CaseState::Closed } else { CaseState::Resolved },
            resolution: Some(resolution),
            resolved_by: self.draft.principal.name.to_string(),
            resolve_time: Some(now),
            root_cause: learnt.map(|(root_cause, _)| root_cause),
            analysis: learnt.map_or("", |(_, analysis)| analysis).to_owned(),
            next_reminder_time: None,
            ..case
        };
        if let Some((_, analysis)) = learnt {
            self.close(&case, analysis);
        }
        self.put(case)
    }

    /// Tells that a case is closed, and what was learnt.
    pub fn close(&mut self, case: &Case, analysis: &str) {
        let by_itself = case.resolution == Some(CaseResolution::ByItself);
        if !by_itself {
            self.add(case, &Step::of(CaseEntryKind::Analysed, analysis));
        }
        let payload = json!({
            "case_id": case.case_id, "cause": case.cause, "resolution": case.resolution
        });
        self.draft.written.events.push(("CASE_CLOSED", payload));
    }

    /// Closes a case that is over by itself.
    fn solve(&mut self, case: Case, learnt: &Learnt) {
        let phase = match learnt.resolution {
            CaseResolution::ByItself => CasePhase::Automatic,
            CaseResolution::NoAction
            | CaseResolution::Retry
            | CaseResolution::NextChannel
            | CaseResolution::MarkSettled
            | CaseResolution::MarkFailed
            | CaseResolution::WriteOff
            | CaseResolution::WriteToSuspense
            | CaseResolution::Cleared => CasePhase::Manual,
        };
        let step = Step { phase, ..Step::of(CaseEntryKind::Resolved, &learnt.analysis) };
        self.add(&case, &step);
        let known = Some((learnt.root_cause, learnt.analysis.as_str()));
        self.resolve(case, learnt.resolution, known);
    }

    /// Takes a changed item over, with its next version.
    pub fn put_item(&mut self, item: SuspenseItem) -> SuspenseItem {
        stale(self.draft, SubjectKind::Suspense, item.item_id.as_str());
        let item = SuspenseItem { version: item.version.saturating_add(1), ..item };
        self.draft.written.suspense.retain(|other| other.item_id != item.item_id);
        self.draft.written.suspense.push(item.clone());
        item
    }

    /// Counts what is open now, on the account and on its withdrawals.
    fn count(&mut self, answer: &mut Answer) {
        if self.draft.written.cases.is_empty() {
            return;
        }
        for case in self.draft.written.cases.clone() {
            let was = self.loaded.cases.get(&case.case_id).is_some_and(Case::is_open);
            let change = i64::from(case.is_open()).saturating_sub(was.into());
            let open = &mut self.draft.account.balance.open_cases;
            *open = open.saturating_add(change);
            self.mark(&case, answer);
        }
    }

    /// Says of the withdrawal whether its case is open.
    fn mark(&mut self, case: &Case, answer: &mut Answer) {
        let number = self.draft.account.number();
        let is = |row: &&Withdrawal| row.withdrawal_id.as_str() == case.withdrawal_id;
        let mut mine = self.loaded.withdrawals.values().filter(|row| row.account_number == *number);
        let before = mine.find(is);
        let written = self.draft.written.withdrawals.iter().rev().find(is);
        let Some(current) = written.or(before).cloned() else { return };
        let bit = case.cause.bit();
        let same =
            |other: &Case| other.cause == case.cause && other.withdrawal_id == case.withdrawal_id;
        let open = self.open_cases().iter().any(same);
        let cases = if open { current.cases | bit } else { current.cases & !bit };
        if cases == current.cases {
            return;
        }
        let mut marked = Withdrawal { cases, ..current };
        if let Some(before) = before {
            marked.step_from(before, self.draft.now);
        }
        found::tell(answer, &marked);
        let rows = &mut self.draft.written.withdrawals;
        rows.retain(|row| row.withdrawal_id != marked.withdrawal_id);
        rows.push(marked);
    }
}

/// What was proposed about something that moved on is stale.
pub(super) fn stale(draft: &mut Draft<'_>, kind: SubjectKind, id: &str) {
    let now = draft.now;
    let about = |row: &&mut Approval| row.subject_kind == kind && row.subject_id == id;
    for approval in draft.account.approvals.iter_mut().filter(about) {
        if approval.is_open() {
            approval.end(ApprovalState::Stale, "", now);
        }
    }
}

/// Writes down who agreed to what was resolved or cleared.
pub fn agreed(draft: &mut Draft<'_>, answer: &mut Answer, by: &str) {
    if let Answer::Case(case) = answer {
        by.clone_into(&mut case.approved_by);
        let rows = draft.written.cases.iter_mut();
        rows.filter(|row| row.case_id == case.case_id).for_each(|row| *row = (**case).clone());
    } else if let Answer::Suspense(item) = answer {
        let with = item.clearing_transaction_id.clone();
        by.clone_into(&mut item.approved_by);
        let both =
            |row: &&mut SuspenseItem| row.item_id == item.item_id || row.item_id.as_str() == with;
        draft.written.suspense.iter_mut().filter(both).for_each(|row| {
            by.clone_into(&mut row.approved_by);
        });
    }
}

/// Notes on a case what happens to a proposal to resolve it, or to clear its item.
pub fn note_proposal(
    desk: &mut Desk<'_, '_>,
    proposal: &Approval,
    (kind, text): (CaseEntryKind, &str),
) {
    let case_id = match proposal.subject_kind {
        SubjectKind::Case => proposal.subject_id.clone(),
        SubjectKind::Suspense => {
            let items = desk.loaded.suspense.values();
            let item = items.into_iter().find(|row| {
                row.item_id.as_str() == proposal.subject_id
                    && row.account_number == *desk.draft.account.number()
            });
            item.map(|item| item.case_id.clone()).unwrap_or_default()
        }
        SubjectKind::Account
        | SubjectKind::Freeze
        | SubjectKind::Emergency
        | SubjectKind::Condition => return,
    };
    let found = CaseId::parse(&case_id).and_then(|id| desk.case(&id).ok());
    if let Some(case) = found {
        let reference = proposal.approval_id.as_str();
        desk.add(&case, &Step { reference, ..Step::of(kind, text) });
    }
}
