//! ChangeAccountStatus: carries out the actions of the action table. Whether an action applies is
//! the table's word ([`crate::domain::action`]); what it does is here and in the files beside.

mod closing;
mod loss;
mod opening;
mod order;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{Answer, Decision, Draft, same_currency};
use crate::domain::action::Action;
use crate::domain::approval::policy::{Arrival, Consent, Debt, consent};
use crate::domain::batch::Needs;
use crate::domain::batch::{Ids, Loaded};
use crate::domain::condition::Condition;
use crate::domain::freeze::FreezeSource;
use crate::domain::money::{Minor, Money};
use crate::domain::refusal::Violation;
use crate::domain::refusal::{Refusal, Refused};
use crate::domain::status::{Cause, ConditionKind, Restriction};
use crate::domain::transaction::{EntryChannel, Identification, presence};

/// A status action to carry out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ChangeStatus {
    /// Which action.
    pub action: Action,
    /// The causes it sets.
    pub causes: Vec<Cause>,
    /// Why, in words.
    pub reason: String,
    /// Which row it acts on, when several of one kind stand side by side.
    pub condition_id: Option<String>,
    /// What is missing.
    pub missing_items: Vec<String>,
    /// What RESTRICT restricts.
    pub restriction: Option<Restriction>,
    /// The stopped amount, or the most that one debit may be.
    pub amount: Option<Money>,
    /// When it ends, exclusive.
    pub end_time: Option<DateTime<Utc>>,
    /// The authority behind it.
    pub authority: String,
    /// The document; for a fraud stop, the case number.
    pub document_no: String,
    // What isn't said is no part of the content, so that requests from before there were these two
    // fields are still the same requests.
    /// How a lifting arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<FreezeSource>,
    /// Whether the arrears behind a stop are paid.
    #[serde(default, skip_serializing_if = "Debt::is_open")]
    pub arrears: Debt,
    /// Whether the customer was identified.
    pub identification: Identification,
    /// Through which channel it came.
    pub entry_channel: EntryChannel,
}

impl ChangeStatus {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self) -> Vec<Violation> {
        let rule = self.action.rule();
        let mut found = Vec::new();
        let mut wrong = |field, text: &str| found.push(Violation::new(field, text));
        if self.causes.iter().any(|cause| !rule.causes.contains(cause)) {
            wrong("causes", "holds a cause that this action doesn't set");
        }
        let several = self.action == Action::RejectOpening;
        match self.causes.len() {
            0 if !rule.causes.is_empty() => wrong("causes", "this action needs a cause"),
            2.. if !several => wrong("causes", "this action takes one cause"),
            _ => {}
        }
        let twice = |(place, cause)| self.causes.iter().take(place).any(|other| other == cause);
        if self.causes.iter().enumerate().any(twice) {
            wrong("causes", "holds a cause twice");
        }
        let incomplete = [Cause::OpeningIncomplete, Cause::IdentityIncomplete];
        let names_gaps = self.causes.iter().any(|cause| incomplete.contains(cause));
        if names_gaps && self.missing_items.is_empty() {
            wrong("missing_items", "has to name what is missing");
        }
        let restricts = self.action == Action::Restrict;
        match self.restriction {
            None if restricts => wrong("restriction", "is required"),
            Some(_) if !restricts => wrong("restriction", "goes with RESTRICT"),
            Some(Restriction::Limit) => wrong("restriction", "LIMIT is set by the limit itself"),
            Some(_) | None => {}
        }
        // Its line tells the customer that the counter still works.
        let closes_counter = [Some(Restriction::Amount), Some(Restriction::NoDebit)];
        let suspended = self.causes.contains(&Cause::NonCounterSuspended);
        if suspended && closes_counter.contains(&self.restriction) {
            wrong("restriction", "cause NON_COUNTER_SUSPENDED goes with NON_COUNTER");
        }
        let by_amount = self.restriction == Some(Restriction::Amount);
        let takes_amount = by_amount || self.action == Action::StopPayment;
        if by_amount && self.amount.is_none() {
            wrong("amount", "is required for restriction AMOUNT");
        }
        if self.amount.is_some() && !takes_amount {
            wrong("amount", "goes with STOP_PAYMENT and restriction AMOUNT");
        }
        let takes_end = restricts || self.action == Action::StopPayment;
        match self.end_time {
            Some(_) if !takes_end => wrong("end_time", "goes with STOP_PAYMENT and RESTRICT"),
            Some(_) | None => {}
        }
        let resumes = self.action == Action::ResumePayment;
        if self.source.is_some() && !resumes {
            wrong("source", "goes with RESUME_PAYMENT");
        }
        if self.arrears == Debt::Paid && !resumes {
            wrong("arrears_paid", "goes with RESUME_PAYMENT");
        }
        if self.causes.contains(&Cause::StopFraud) && self.document_no.is_empty() {
            wrong("document_no", "has to name the case of a fraud stop");
        }
        found
    }

    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        let stop = self.causes.contains(&Cause::StopFraud);
        Needs {
            stops_of_case: stop.then(|| self.document_no.clone()),
            review: self.restarts_clocks(),
            ..Needs::default()
        }
    }

    /// Whether somebody has seen to an account that nobody used.
    fn restarts_clocks(&self) -> bool {
        matches!(self.action, Action::Reactivate | Action::LiftRestriction)
    }

    /// Carries the action out, or says why not.
    ///
    /// # Errors
    /// ACTION_NOT_APPLICABLE, CURRENCY_MISMATCH, STOP_REPEATED, TERM_TOO_LONG, CLOSE_BLOCKED.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        // Here and not at the edge: a repeated request is answered as before, however late it is.
        if self.end_time.is_some_and(|end| end <= draft.now) {
            return Err(Refusal::field("end_time", "lies in the past").into());
        }
        let amount = self.amount.map(|a| same_currency(&draft.account, a)).transpose()?;
        let rule = self.action.rule();
        // A closing says by itself everything that stands in its way.
        if self.action != Action::Close && !rule.applies(&draft.account) {
            return Err(not_applicable(draft, "the account is not in a state for this action"));
        }
        match self.action {
            Action::CompleteOpening => opening::complete(draft),
            Action::RejectOpening => opening::reject(self, draft, ids),
            Action::ResubmitOpening => opening::resubmit(draft, ids),
            Action::ReportLoss => loss::report(self, draft, ids)?,
            Action::ConfirmLoss => loss::confirm(self, draft)?,
            Action::WithdrawLoss | Action::ReplaceMedium => loss::end(self, draft, ids)?,
            Action::StopPayment => order::stop(self, draft, amount, loaded, ids)?,
            Action::Reactivate => order::reactivate(self, draft)?,
            Action::ResumePayment => order::end(self, draft, ConditionKind::StopPay)?,
            Action::ClearSuspicion => order::end(self, draft, ConditionKind::Suspicious)?,
            Action::LiftRestriction => order::end(self, draft, ConditionKind::Restricted)?,
            Action::RequireVerification
            | Action::MarkDormant
            | Action::MarkSuspicious
            | Action::Restrict => order::mark(self, draft, amount, ids),
            Action::Close => closing::close(self, draft)?,
        }
        if self.restarts_clocks() {
            order::restart_clocks(draft, loaded);
        }
        let payload = json!({ "action": self.action });
        draft.written.events.push(("STATUS_ACTION", payload));
        let words = if self.reason.is_empty() { self.action.name() } else { &self.reason };
        Ok(Decision {
            cause: self.causes.first().copied(),
            consent: self.consent(draft),
            ..Decision::plain(words, Answer::Account)
        })
    }

    /// What the action table says, and for a stop order how its lifting arrived: the network that
    /// made a fraud or customs stop lifts it, paid arrears end theirs.
    fn consent(&self, draft: &Draft<'_>) -> Consent {
        let ended = draft.account.conditions.iter().find(|row| row.ended_time == Some(draft.now));
        let for_arrears = ended.is_some_and(|row| row.cause == Cause::StopArrears);
        let (source, debt) =
            if for_arrears { (None, self.arrears) } else { (self.source, Debt::Open) };
        let arrival = Arrival { source, principal: draft.principal };
        consent(self.action.rule().second_person, arrival, debt)
    }

    /// A new condition row that says what the request says.
    fn row(
        &self,
        draft: &Draft<'_>,
        kind: ConditionKind,
        amount: Option<Minor>,
        ids: &mut Ids,
    ) -> Condition {
        let cause = self.causes.first().copied().expect("violations() lets no cause be missing");
        let said = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Condition {
            reason: self.reason.clone(),
            restriction: self.restriction,
            amount_minor: amount,
            authority: said(&self.authority),
            document_no: said(&self.document_no),
            missing_items: self.missing_items.clone(),
            until_time: self.end_time,
            ..draft.condition(kind, cause, ids)
        }
    }

    fn identified_at_counter(&self) -> bool {
        presence(self.entry_channel, self.identification)
            == crate::domain::pass::Presence::Identified
    }
}

fn not_applicable(draft: &Draft<'_>, why: &str) -> Refused {
    Refusal::not_applicable(draft.account.balance.lifecycle, why).into()
}

/// Picks the one row that the request means: the named one, or the only one.
fn pick<'r, T>(
    draft: &Draft<'_>,
    named: Option<&str>,
    rows: impl Iterator<Item = (&'r str, T)>,
) -> Result<T, Refused> {
    let mut fitting: Vec<T> = Vec::new();
    for (id, row) in rows {
        if named.is_none_or(|named| named == id) {
            fitting.push(row);
        }
    }
    match (fitting.len(), fitting.pop()) {
        (1, Some(row)) => Ok(row),
        (0, _) => Err(not_applicable(draft, "no such condition is in force")),
        _ => Err(not_applicable(draft, "several such conditions are in force: name condition_id")),
    }
}
