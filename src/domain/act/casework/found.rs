//! What an act leaves behind that people have to look at, and what it ends.

use serde_json::json;

use super::trouble::{Trouble, of_objection, of_withdrawal, spoken};
use super::{Desk, Learnt, stale};
use crate::domain::act::{Answer, Decision, Draft};
use crate::domain::approval::SubjectKind;
use crate::domain::batch::{Ids, Loaded};
use crate::domain::case::rules::{NO_CHANNEL_MAX, UNKNOWN_MAX};
use crate::domain::case::{Case, CaseCause, CaseResolution, RootCause};
use crate::domain::objection::ObjectionParty;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Evidence, EvidenceEffect, SaidKind};
use crate::domain::withdrawal::{HeldReason, State, Withdrawal};

/// Looks at what an act has done: opens cases, adds to them, closes those that are over, and counts.
pub fn look_after(decision: &mut Decision, draft: &mut Draft<'_>, loaded: &Loaded, ids: &mut Ids) {
    let mut desk = Desk { draft, loaded, ids };
    desk.money();
    desk.withdrawals();
    desk.attempts();
    desk.proposals();
    desk.contradictions();
    desk.objections();
    desk.ends();
    desk.count(&mut decision.answer);
    desk.look_in_time(&mut decision.answer);
    desk.put_steps_in_order();
}

impl Desk<'_, '_> {
    /// The steps of one act have one time: the order of their ids is that in which they were made.
    fn put_steps_in_order(&mut self) {
        let steps = &mut self.draft.written.case_entries;
        let mut ids: Vec<_> = steps.iter().map(|step| step.entry_id.clone()).collect();
        ids.sort();
        for (step, id) in steps.iter_mut().zip(ids) {
            step.entry_id = id;
        }
    }

    /// A withdrawal as it was before the act.
    fn before(&self, row: &Withdrawal) -> Option<Withdrawal> {
        self.loaded.withdrawal(&row.account_number, &row.withdrawal_id).cloned()
    }

    /// Each withdrawal that the act wrote, as it leaves it.
    fn written_withdrawals(&self) -> Vec<Withdrawal> {
        let rows = &self.draft.written.withdrawals;
        let last = |(place, row): (usize, &Withdrawal)| {
            let mut later = rows.iter().skip(place.saturating_add(1));
            let newer = later.any(|other| other.withdrawal_id == row.withdrawal_id);
            (!newer).then(|| row.clone())
        };
        rows.iter().enumerate().filter_map(last).collect()
    }

    fn withdrawals(&mut self) {
        if self.draft.written.withdrawals.is_empty() {
            return;
        }
        for row in self.written_withdrawals() {
            let Some(before) = self.before(&row) else { continue };
            if let Some((cause, text)) = self.trouble_of(&before, &row) {
                let trouble = of_withdrawal(cause, &row, text);
                let late = cause == CaseCause::LateSuccess;
                let trouble = if late { self.about_paid(trouble) } else { trouble };
                self.report(trouble);
            }
        }
    }

    /// The trouble with the attempt that was paid just now, which need not be the last.
    fn about_paid(&self, trouble: Trouble) -> Trouble {
        let attempts = &self.draft.written.attempts;
        let paid = attempts.iter().find(|attempt| {
            attempt.withdrawal_id.as_str() == trouble.withdrawal_id
                && attempt.state == AttemptState::Settled
        });
        let Some(paid) = paid else { return trouble };
        let channel_id = paid.channel_id.as_str().to_owned();
        Trouble { attempt_number: paid.number, channel_id, ..trouble }
    }

    /// What the way of a withdrawal itself says.
    fn trouble_of(&self, before: &Withdrawal, row: &Withdrawal) -> Option<(CaseCause, String)> {
        let opened = |cause: CaseCause| before.cases & cause.bit() != 0;
        let here = |cause| self.draft.written.cases.iter().any(|case| case.cause == cause);
        let now = self.draft.now;
        match row.state {
            State::SettledLate if before.state != State::SettledLate => {
                let was: &'static str = before.state.into();
                let text = format!("paid after it was {was}");
                (!here(CaseCause::LateSuccess)).then_some((CaseCause::LateSuccess, text))
            }
            State::Reserved
                if row.held_reason == Some(HeldReason::Manual)
                    && before.held_reason != Some(HeldReason::Manual) =>
            {
                let text = format!("rejected: {}", row.reason);
                Some((CaseCause::ManualDecision, text))
            }
            State::Reserved
                if matches!(
                    row.held_reason,
                    Some(HeldReason::NoChannel | HeldReason::RetryBackoff)
                ) && !opened(CaseCause::NoChannel) =>
            {
                let since = now.signed_duration_since(row.held_since?);
                let text = format!("no channel has taken it for {}", spoken(since));
                (since >= NO_CHANNEL_MAX).then_some((CaseCause::NoChannel, text))
            }
            State::Unknown
                if before.state == State::Unknown && !opened(CaseCause::UnknownOutcome) =>
            {
                let since = now.signed_duration_since(before.update_time);
                let text = format!("unknown for {}", spoken(since));
                (since >= UNKNOWN_MAX).then_some((CaseCause::UnknownOutcome, text))
            }
            State::Reserved
            | State::Dispatching
            | State::Accepted
            | State::Unknown
            | State::Settled
            | State::Failed
            | State::Cancelled
            | State::SettledLate
            | State::Returned
            | State::Quarantined
            | State::WrittenOff => None,
        }
    }

    /// What is asked for because it has not arrived: the first time is a reminder, the second a case.
    fn attempts(&mut self) {
        for row in self.draft.written.attempts.clone() {
            let known = self.loaded.attempts_of(&row.withdrawal_id);
            let before = known.iter().find(|attempt| attempt.number == row.number);
            let asked = before.is_some_and(|before| row.inquiries > before.inquiries);
            let paid = self.loaded.withdrawal(&row.account_number, &row.withdrawal_id);
            let Some(paid) = paid.filter(|paid| paid.state == State::Accepted).cloned() else {
                continue;
            };
            if row.state != AttemptState::Accepted || !asked {
                continue;
            }
            if row.inquiries == 1 {
                let payload = json!({
                    "about": "NOT_ARRIVED", "withdrawal_id": row.withdrawal_id,
                    "attempt": row.number, "channel": row.channel_id
                });
                self.draft.written.events.push(("REMINDER", payload));
            } else if paid.cases & CaseCause::NotArrived.bit() == 0 {
                let since = self.draft.now.signed_duration_since(row.create_time);
                let text = format!("not arrived {} after it was sent", spoken(since));
                let trouble = of_withdrawal(CaseCause::NotArrived, &paid, text);
                self.report(Trouble { attempt_number: row.number, ..trouble });
            }
        }
    }

    /// What was proposed about a payout of which more is known now was proposed without knowing that.
    fn proposals(&mut self) {
        for row in self.draft.written.attempts.clone() {
            let known = self.loaded.attempts_of(&row.withdrawal_id).iter();
            let before = known.into_iter().find(|attempt| attempt.number == row.number);
            if before.is_none_or(|before| before.state == row.state) {
                continue;
            }
            let of_it = |case: &Case| case.withdrawal_id == row.withdrawal_id.as_str();
            for case in self.open_cases().into_iter().filter(of_it) {
                stale(self.draft, SubjectKind::Case, case.case_id.as_str());
            }
        }
    }

    /// The opposite of what was known, unless what it led to has a name of its own.
    fn contradictions(&mut self) {
        for said in self.draft.written.evidence.clone() {
            if said.effect != EvidenceEffect::Contradiction {
                continue;
            }
            let id = said.withdrawal_id.as_str();
            let mut cases = self.draft.written.cases.iter();
            let named = cases.any(|case| {
                let named = match case.cause {
                    CaseCause::LateSuccess
                    | CaseCause::SecondSettlement
                    | CaseCause::ReturnNotTaken => true,
                    CaseCause::UnknownOutcome
                    | CaseCause::NotArrived
                    | CaseCause::Contradiction
                    | CaseCause::Mismatch
                    | CaseCause::ManualDecision
                    | CaseCause::NoChannel
                    | CaseCause::MissingOnStatement
                    | CaseCause::FactNotBooked
                    | CaseCause::Objection => false,
                };
                named && case.withdrawal_id == id
            });
            let rows = self.written_withdrawals();
            let written = rows.iter().find(|row| row.withdrawal_id == said.withdrawal_id);
            let known = self.loaded.withdrawal(&said.account_number, &said.withdrawal_id);
            let Some(row) = written.or(known).cloned() else { continue };
            if named {
                continue;
            }
            let stopped = row.state == State::Quarantined;
            let cause = match (said.said, stopped) {
                (SaidKind::NotListed, _) => CaseCause::MissingOnStatement,
                (_, true) => CaseCause::Mismatch,
                (_, false) => CaseCause::Contradiction,
            };
            let known = self.loaded.attempts_of(&said.withdrawal_id).iter();
            let attempt = known.into_iter().find(|attempt| attempt.number == said.number);
            let was: &'static str = attempt.map_or("", |attempt| attempt.state.into());
            let text = format!("{} while the attempt was {was}", told(&said));
            let channel = attempt.map(|attempt| attempt.channel_id.as_str().to_owned());
            self.report(Trouble {
                attempt_number: said.number,
                channel_id: channel.unwrap_or_default(),
                ..of_withdrawal(cause, &row, text)
            });
        }
    }

    /// What the holder objects to, and what was answered.
    fn objections(&mut self) {
        for row in self.draft.written.objections.clone() {
            let is_new = !self.loaded.objections.contains_key(&row.objection_id);
            if is_new && row.raised_by == ObjectionParty::Holder && row.is_open() {
                self.report(of_objection(&row));
            } else if let Some(outcome) = row.outcome {
                let about = |case: &Case| {
                    case.cause == CaseCause::Objection
                        && case.subject_id == row.objection_id.as_str()
                };
                let outcome: &'static str = outcome.into();
                let learnt = Learnt {
                    resolution: CaseResolution::NoAction,
                    root_cause: RootCause::Other,
                    analysis: format!("the objection was answered: {outcome}"),
                };
                if let Some(case) = self.open_cases().into_iter().find(about) {
                    self.solve(case, &learnt);
                }
            }
        }
    }

    /// Closes what is over.
    fn ends(&mut self) {
        let wrote = &self.draft.written;
        if self.loaded.cases.is_empty()
            || (wrote.withdrawals.is_empty() && wrote.attempts.is_empty())
        {
            return;
        }
        for case in self.open_cases() {
            if let Some(learnt) = self.over(&case) {
                self.solve(case, &learnt);
            }
        }
    }

    /// What was learnt of a case whose trouble is over by itself.
    fn over(&self, case: &Case) -> Option<Learnt> {
        let by_itself = |root_cause, analysis| Learnt {
            resolution: CaseResolution::ByItself,
            root_cause,
            analysis,
        };
        let since = spoken(self.draft.now.signed_duration_since(case.open_time));
        match case.cause {
            CaseCause::UnknownOutcome | CaseCause::NotArrived => {
                let mut rows = self.draft.written.attempts.iter().rev();
                let ended = rows.find(|row| {
                    row.withdrawal_id.as_str() == case.withdrawal_id
                        && row.number == case.attempt_number
                        && !row.is_open()
                })?;
                Some(by_itself(self.behind(case, ended), self.proof(ended)))
            }
            CaseCause::NoChannel | CaseCause::ManualDecision => {
                let rows = self.written_withdrawals();
                let mut rows = rows.iter();
                let row = rows.find(|row| row.withdrawal_id.as_str() == case.withdrawal_id)?;
                let state: &'static str = row.state.into();
                let untaken = case.cause == CaseCause::NoChannel;
                let root_cause = if untaken { RootCause::Channel } else { RootCause::Other };
                let analysis = format!("it went on to {state} after {since}");
                (row.state != State::Reserved).then(|| by_itself(root_cause, analysis))
            }
            CaseCause::Contradiction
            | CaseCause::Mismatch
            | CaseCause::LateSuccess
            | CaseCause::SecondSettlement
            | CaseCause::ReturnNotTaken
            | CaseCause::MissingOnStatement
            | CaseCause::FactNotBooked
            | CaseCause::Objection => None,
        }
    }

    /// How long an attempt took, how often it was asked for, and what proved it.
    fn proof(&self, ended: &Attempt) -> String {
        let since = spoken(self.draft.now.signed_duration_since(ended.create_time));
        let state: &'static str = ended.state.into();
        let mut said = self.draft.written.evidence.iter().rev();
        let proof = said.find(|row| row.number == ended.number).map(told);
        format!(
            "attempt {} over {} was {state} after {since} and {} inquiries; {}",
            ended.number,
            ended.channel_id,
            ended.inquiries,
            proof.unwrap_or_else(|| "nothing was said".to_owned())
        )
    }

    /// Whether the network or the channel was behind it: nobody answered, or the channel couldn't say.
    fn behind(&self, case: &Case, ended: &Attempt) -> RootCause {
        let known = self.loaded.attempts_of(&ended.withdrawal_id).iter();
        let before = known.into_iter().find(|attempt| attempt.number == ended.number);
        let last = before.and_then(|attempt| attempt.last_said);
        match (case.cause, last) {
            (CaseCause::UnknownOutcome, None | Some(SaidKind::NoAnswer)) => RootCause::Network,
            _ => RootCause::Channel,
        }
    }

    /// What nobody knows is asked for when a case has to be opened, at the latest.
    fn look_in_time(&mut self, answer: &mut Answer) {
        let now = self.draft.now;
        let leased = now.checked_add_signed(self.draft.rules.payouts.lease).unwrap_or(now);
        for row in self.written_withdrawals() {
            let known = row.cases & CaseCause::UnknownOutcome.bit() != 0;
            if row.state != State::Unknown || known {
                continue;
            }
            let Some(at) = row.update_time.checked_add_signed(UNKNOWN_MAX) else { continue };
            let next = at.max(leased);
            if row.next_action_time.is_none_or(|planned| planned <= next) {
                continue;
            }
            let sooner = Withdrawal { next_action_time: Some(next), ..row };
            tell(answer, &sooner);
            self.draft.written.withdrawals.push(sooner);
        }
    }
}

/// Makes the answer tell of the withdrawal as it is by now.
pub(super) fn tell(answer: &mut Answer, row: &Withdrawal) {
    if let Answer::Withdrawal(told) = answer
        && told.withdrawal_id == row.withdrawal_id
    {
        **told = row.clone();
    } else if let Answer::Errand(errand) = answer
        && errand.withdrawal.withdrawal_id == row.withdrawal_id
    {
        errand.withdrawal = row.clone();
    }
}

/// What was said, without anything personal.
fn told(said: &Evidence) -> String {
    let (source, kind): (&'static str, &'static str) = (source(said), said.said.into());
    format!("{source} said {kind}")
}

fn source(said: &Evidence) -> &'static str {
    said.source.into()
}
