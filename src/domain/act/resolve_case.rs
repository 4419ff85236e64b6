//! ResolveCase: how people end a case. What they say of a payout is evidence like any other; of a
//! quarantine it books what differs from what is booked.

mod quarantine;
mod suspense;

use serde::{Deserialize, Serialize};
use serde_json::json;

pub use self::quarantine::{CORRECTED, entry_ids};
use super::advance::{self, advance};
use super::casework::{Desk, Step};
use super::record_evidence::RecordEvidence;
use super::{Answer, Decision, Draft, same_currency};
use crate::domain::approval::policy::Consent;
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::case::{Case, CaseCause, CaseEntryKind, CaseResolution, RootCause};
use crate::domain::id::{CaseId, ID_MAX_CHARS, WithdrawalId};
use crate::domain::money::Money;
use crate::domain::payout::attempt::{self, Attempt};
use crate::domain::payout::evidence::{Finality, Paid, Said, Source, Statement};
use crate::domain::payout::reason::RejectReason;
use crate::domain::payout::routing;
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::domain::withdrawal::{Event, HeldReason, Resolution, State, Withdrawal, taken_up_by};

/// A case to resolve.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ResolveCase {
    /// Which.
    pub case_id: CaseId,
    /// How.
    pub resolution: CaseResolution,
    /// What the channel really paid; absent = what the withdrawal says.
    pub paid_amount: Option<Money>,
    /// The number of a receipt or a confirmation; empty = none.
    pub reference: String,
    /// Why.
    pub reason: String,
    /// The closing analysis; empty = later.
    pub analysis: String,
    /// What was behind it, of an analysis.
    pub root_cause: Option<RootCause>,
    /// The case's version that the caller saw, where it insists on it. It is compared when it is
    /// asked for; of a proposal whatever moves the case makes it stale.
    #[serde(skip)]
    pub expected_version: Option<i64>,
}

impl ResolveCase {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs { case: Some(self.case_id.clone()), ..Needs::default() }
    }

    /// Resolves it, or says why not.
    ///
    /// # Errors
    /// CASE_NOT_FOUND, ETAG_MISMATCH, CURRENCY_MISMATCH, ACTION_NOT_APPLICABLE.
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
        if !case.is_open() {
            return Err(not_so(desk.draft, "the case is resolved"));
        }
        if let Some(paid) = self.paid_amount {
            same_currency(&desk.draft.account, paid)?;
        }
        self.carry_out(&mut desk, &case)?;
        let name: &'static str = self.resolution.into();
        let text = format!("{name}: {}", self.reason);
        let step = Step { reference: &self.reference, ..Step::of(CaseEntryKind::Resolved, &text) };
        desk.add(&case, &step);
        let learnt = self.root_cause.map(|root_cause| (root_cause, self.analysis.as_str()));
        let case = desk.resolve(case, self.resolution, learnt);
        let decision = Decision::plain(self.reason.clone(), Answer::Case(Box::new(case)));
        Ok(Decision { consent: self.consent(), ..decision })
    }

    /// What moves money needs a second person.
    fn consent(&self) -> Consent {
        match self.resolution {
            CaseResolution::MarkSettled
            | CaseResolution::MarkFailed
            | CaseResolution::WriteOff
            | CaseResolution::WriteToSuspense => Consent::Needed,
            CaseResolution::ByItself
            | CaseResolution::NoAction
            | CaseResolution::Retry
            | CaseResolution::NextChannel
            | CaseResolution::Cleared => Consent::NotNeeded,
        }
    }

    fn carry_out(&self, desk: &mut Desk<'_, '_>, case: &Case) -> Result<(), Refused> {
        let number = desk.draft.account.number();
        let named = WithdrawalId::parse(&case.withdrawal_id);
        let found = named.and_then(|id| desk.loaded.withdrawal(number, &id));
        let Some(row) = found.cloned() else {
            return self.without_withdrawal(desk.draft, case);
        };
        let held = row.state == State::Reserved && row.held_reason == Some(HeldReason::Manual);
        let waits = case.cause == CaseCause::ManualDecision && held;
        let stopped = case.cause == CaseCause::Mismatch && row.state == State::Quarantined;
        match self.resolution {
            CaseResolution::NoAction if waits => {
                Err(not_so(desk.draft, "the withdrawal waits for a decision"))
            }
            CaseResolution::NoAction if stopped => {
                Err(not_so(desk.draft, "the withdrawal is quarantined until it is resolved"))
            }
            CaseResolution::NoAction => Ok(()),
            CaseResolution::Retry | CaseResolution::NextChannel if waits => self.let_go(desk, &row),
            CaseResolution::Retry | CaseResolution::NextChannel => {
                Err(not_so(desk.draft, "the withdrawal doesn't wait for a decision"))
            }
            CaseResolution::MarkFailed if waits => {
                let reason = self.resolution.into();
                let step = advance::Step { reason, ..advance::Step::of(FAILED) };
                let moved = advance(desk.draft, &row, &step).expect("what is held may be failed");
                desk.draft.written.withdrawals.push(moved);
                Ok(())
            }
            CaseResolution::MarkSettled | CaseResolution::MarkFailed | CaseResolution::WriteOff
                if stopped =>
            {
                let settled = self.resolution == CaseResolution::MarkSettled;
                let attempts = desk.loaded.attempts_of(&row.withdrawal_id);
                let other = |one: &Attempt| one.is_open() && one.number != case.attempt_number;
                if !settled && attempts.iter().any(other) {
                    return Err(not_so(desk.draft, "another attempt may still be paid"));
                }
                match quarantine::resolve(self, desk, &row, case) {
                    true => Ok(()),
                    false => Err(not_so(desk.draft, "it was corrected too often")),
                }
            }
            CaseResolution::MarkSettled | CaseResolution::MarkFailed => self.say(desk, &row, case),
            CaseResolution::WriteToSuspense => suspense::write(desk, &row, case),
            CaseResolution::WriteOff => {
                Err(not_so(desk.draft, "only what is quarantined is written off"))
            }
            CaseResolution::ByItself | CaseResolution::Cleared => {
                Err(not_so(desk.draft, "nobody resolves a case so"))
            }
        }
    }

    fn without_withdrawal(&self, draft: &Draft<'_>, case: &Case) -> Result<(), Refused> {
        if case.cause == CaseCause::Objection {
            return Err(not_so(draft, "an objection is answered"));
        }
        match self.resolution {
            CaseResolution::NoAction => Ok(()),
            CaseResolution::ByItself
            | CaseResolution::Retry
            | CaseResolution::NextChannel
            | CaseResolution::MarkSettled
            | CaseResolution::MarkFailed
            | CaseResolution::WriteOff
            | CaseResolution::WriteToSuspense
            | CaseResolution::Cleared => Err(not_so(draft, "the case is about no withdrawal")),
        }
    }

    /// Lets go what waits for people: over any channel, or over another than those that rejected it.
    fn let_go(&self, desk: &mut Desk<'_, '_>, row: &Withdrawal) -> Result<(), Refused> {
        if row.attempts >= routing::ATTEMPTS_MAX {
            return Err(not_so(desk.draft, "it was tried too often"));
        }
        let now = desk.draft.now;
        if self.resolution == CaseResolution::NextChannel {
            let attempts = desk.loaded.attempts_of(&row.withdrawal_id).iter();
            for attempt in attempts.filter(|attempt| attempt.is_for_people()) {
                desk.draft.written.attempts.push(Attempt {
                    reason: routing::TURNED_DOWN.to_owned(),
                    update_time: now,
                    ..attempt.clone()
                });
            }
        }
        let mut moved = Withdrawal {
            held_reason: None,
            held_since: None,
            next_action_time: Some(taken_up_by(now)),
            ..row.clone()
        };
        moved.step_from(row, now);
        let payload = json!({ "withdrawal_id": row.withdrawal_id, "state": row.state });
        desk.draft.written.events.push((RESERVED, payload));
        desk.draft.written.withdrawals.push(moved);
        Ok(())
    }

    /// What two persons say of an attempt is judged like what a channel says.
    fn say(&self, desk: &mut Desk<'_, '_>, row: &Withdrawal, case: &Case) -> Result<(), Refused> {
        let asked = matches!(
            case.cause,
            CaseCause::UnknownOutcome | CaseCause::NotArrived | CaseCause::Contradiction
        );
        let open = attempt::open(desk.loaded.attempts_of(&row.withdrawal_id));
        // What is known of one attempt says nothing of another.
        let open = open.filter(|attempt| attempt.number == case.attempt_number);
        let open = open.filter(|_| asked && row.state.has_open_attempt());
        let Some(attempt) = open else {
            return Err(not_so(desk.draft, "no attempt waits to be told so"));
        };
        let statement = self.statement(attempt, row);
        let record = RecordEvidence { statement, channel_id: None, promise_secs: None };
        record.decide(desk.draft, desk.loaded)?;
        Ok(())
    }

    fn statement(&self, attempt: &Attempt, row: &Withdrawal) -> Statement {
        let said = if self.resolution == CaseResolution::MarkFailed {
            Said::Rejected(Finality::Final, RejectReason::Unspecified)
        } else {
            let amount = Money { minor: row.amount_minor, currency: row.currency_code };
            let amount = self.paid_amount.unwrap_or(amount);
            Said::Settled(Paid { amount, payee_account: None, at: None })
        };
        let fits = self.reference.len() <= ID_MAX_CHARS;
        Statement {
            key: attempt.key(),
            source: Source::People,
            epoch: attempt.epoch,
            said,
            channel_code: if fits { self.reference.clone() } else { String::new() },
        }
    }
}

const FAILED: Event = Event::Resolved(Resolution::Failed);
const RESERVED: &str = "WITHDRAWAL_RESERVED";

fn not_so(draft: &Draft<'_>, why: &str) -> Refused {
    Refusal::not_applicable(draft.account.balance.lifecycle, why).into()
}
