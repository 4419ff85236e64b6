//! RecordEvidence: what a channel said of an attempt, early, late, twice or first. It is stored
//! whatever it changes; [`judge`] says what that is.

use serde::Serialize;
use serde_json::json;

use super::advance::{Step, advance, debit};
use super::create_freeze::claims_filled;
use super::start_attempt::unchanged;
use super::{Decision, Draft};
use crate::domain::batch::Loaded;
use crate::domain::id::ChannelId;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Evidence, EvidenceEffect, Said, SaidKind, Statement};
use crate::domain::payout::judge::{Standing, Verdict, judge};
use crate::domain::payout::reason::RejectReason;
use crate::domain::payout::{pace, routing};
use crate::domain::refusal::{Reason, Refused};
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::{Another, HeldReason, State, Withdrawal};

/// A statement to store and to judge.
#[derive(Debug, Clone, Serialize)]
pub struct RecordEvidence {
    /// What was said.
    pub statement: Statement,
    /// Who says so, where a channel speaks unasked: only the attempt's own may.
    pub channel_id: Option<ChannelId>,
    /// Within how many seconds the channel ordinarily settles what it accepted.
    pub promise_secs: Option<i64>,
}

impl RecordEvidence {
    /// Stores it and moves what it moves.
    ///
    /// # Errors
    /// WITHDRAWAL_NOT_FOUND when the account has no such attempt over that channel.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let key = &self.statement.key;
        let current = loaded.withdrawal(draft.account.number(), &key.withdrawal_id);
        let attempts = loaded.attempts_of(&key.withdrawal_id);
        let attempt = attempts.iter().find(|attempt| attempt.number == key.number);
        let theirs = |attempt: &&Attempt| {
            self.channel_id.as_ref().is_none_or(|channel| *channel == attempt.channel_id)
        };
        let (Some(current), Some(attempt)) = (current, attempt.filter(theirs)) else {
            return Err(Reason::WithdrawalNotFound.into());
        };
        let standing = Standing {
            withdrawal: current,
            attempt,
            epoch: self.statement.epoch,
            another: self.another(draft, current, attempts),
        };
        let verdict = judge(&self.statement.said, standing);
        let moved = self.apply(draft, current, (attempt, attempts), &verdict);
        draft.written.evidence.push(self.row(draft, verdict.effect));
        Ok(unchanged(&moved))
    }

    /// Whether another attempt may follow if this one is dead: not while a freeze claims the money,
    /// and only where a channel is left.
    fn another(&self, draft: &Draft<'_>, current: &Withdrawal, attempts: &[Attempt]) -> Another {
        let claimed = !claims_filled(draft.account.unreserved(), &draft.account.freezes);
        let too_many = current.attempts >= routing::ATTEMPTS_MAX;
        let reason = self.statement.said.reason();
        let after: Vec<Attempt> = attempts
            .iter()
            .map(|attempt| match attempt.number == self.statement.key.number {
                true => Attempt {
                    state: AttemptState::Dead,
                    reason: reason_after(attempt, reason),
                    ..attempt.clone()
                },
                false => attempt.clone(),
            })
            .collect();
        let channels = &draft.rules.payouts.channels;
        let left = routing::route(channels, &current.preferred_channel, &after).is_some();
        if claimed || too_many || !left { Another::NoMore } else { Another::Allowed }
    }

    fn apply(
        &self,
        draft: &mut Draft<'_>,
        current: &Withdrawal,
        (attempt, attempts): (&Attempt, &[Attempt]),
        verdict: &Verdict,
    ) -> Withdrawal {
        let key = &self.statement.key;
        let reason: &'static str = self.statement.said.reason().map_or("", Into::into);
        let mut moved = current.clone();
        for event in &verdict.events {
            let step = Step { event: *event, key: Some(key), reason };
            moved = advance(draft, &moved, &step).unwrap_or(moved);
        }
        let judged = self.judged(draft, attempt, verdict);
        if judged.state == AttemptState::Duplicate && attempt.state != AttemptState::Duplicate {
            debit(draft, current, key, Booking::Suspense);
        }
        let other_open =
            attempts.iter().any(|other| other.number != attempt.number && other.is_open());
        self.schedule(draft, &mut moved, (attempt, &judged), other_open);
        if verdict.effect == EvidenceEffect::Contradiction {
            let payload = json!({
                "withdrawal_id": key.withdrawal_id, "attempt": key.number,
                "said": self.statement.said.kind(), "state": moved.state
            });
            draft.written.events.push(("PAYOUT_CONTRADICTION", payload));
        }
        if moved != *current {
            draft.written.withdrawals.push(moved.clone());
        }
        if judged != *attempt {
            draft.written.attempts.push(judged);
        }
        moved
    }

    /// The attempt after the verdict.
    fn judged(&self, draft: &Draft<'_>, attempt: &Attempt, verdict: &Verdict) -> Attempt {
        let said = &self.statement.said;
        let state = verdict.attempt.unwrap_or(attempt.state);
        // That nobody answered a question says nothing against what was heard before it.
        let stale = verdict.effect == EvidenceEffect::NothingNew && *said == Said::NoAnswer;
        let mut judged = Attempt { state, ..attempt.clone() };
        if !stale {
            judged.last_said = Some(said.kind());
        }
        judged.reason = reason_after(attempt, said.reason());
        if state == AttemptState::Accepted && attempt.state != AttemptState::Accepted {
            judged.inquiries = 0;
        }
        if judged != *attempt {
            judged.update_time = draft.now;
        }
        judged
    }

    /// When somebody has to look again.
    fn schedule(
        &self,
        draft: &Draft<'_>,
        moved: &mut Withdrawal,
        (before, judged): (&Attempt, &Attempt),
        other_open: bool,
    ) {
        let now = draft.now;
        if !moved.state.has_open_attempt() {
            // An older attempt was paid: the newer one has to be called back at once.
            if other_open && moved.state == State::Settled {
                moved.next_action_time = Some(now);
            }
            return;
        }
        let moves = judged.state != before.state;
        let after = |pause| now.checked_add_signed(pause);
        match self.statement.said.kind() {
            SaidKind::Accepted if moves => {
                let promise = self.promise_secs.and_then(chrono::TimeDelta::try_seconds);
                moved.next_action_time = after(promise.unwrap_or(pace::PROMISE));
            }
            SaidKind::RejectedTransient if judged.state == AttemptState::Intent => {
                moved.held_reason = Some(HeldReason::RetryBackoff);
                moved.next_action_time = after(pace::retry(judged.retries, &judged.key()));
            }
            // It is called back at once: a tombstone is proof, and waiting adds nothing to it.
            SaidKind::UnknownKey | SaidKind::RejectedTransient => {
                moved.next_action_time = Some(now);
            }
            SaidKind::NoAnswer | SaidKind::InProgress | SaidKind::RejectedFinal if moves => {
                moved.next_action_time = after(pace::inquiry(judged.inquiries, &judged.key()));
            }
            // Who asked has written down when to ask again.
            SaidKind::Accepted
            | SaidKind::NoAnswer
            | SaidKind::InProgress
            | SaidKind::RejectedFinal
            | SaidKind::Settled
            | SaidKind::Tombstone
            | SaidKind::Returned => {}
        }
    }

    fn row(&self, draft: &Draft<'_>, effect: EvidenceEffect) -> Evidence {
        let statement = &self.statement;
        let reason: &'static str = statement.said.reason().map_or("", Into::into);
        let paid = statement.said.paid();
        Evidence {
            withdrawal_id: statement.key.withdrawal_id.clone(),
            number: statement.key.number,
            evidence_id: statement.evidence_id(),
            account_number: draft.account.number().clone(),
            source: statement.source,
            said: statement.said.kind(),
            reason: reason.to_owned(),
            channel_code: statement.channel_code.clone(),
            amount_minor: paid.map(|paid| paid.amount.minor),
            currency_code: paid.map(|paid| paid.amount.currency),
            effect,
            received_time: draft.now,
        }
    }
}

/// The last reason that was given: a tombstone after a transient rejection keeps that one's.
fn reason_after(attempt: &Attempt, said: Option<RejectReason>) -> String {
    said.map_or_else(|| attempt.reason.clone(), |reason| <&'static str>::from(reason).to_owned())
}
