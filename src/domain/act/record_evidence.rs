//! RecordEvidence: what a channel said of an attempt, early, late, twice or first. It is stored
//! whatever it changes; [`judge`] says what that is.

use serde::Serialize;
use serde_json::json;

use super::advance::{self, Step, advance, credit, debit};
use super::errand::{is_claimed, unchanged};
use super::{Decision, Draft};
use crate::domain::batch::{Loaded, Needs};
use crate::domain::channel::roster::Roster;
use crate::domain::id::ChannelId;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Evidence, EvidenceEffect, SaidKind, Source, Statement};
use crate::domain::payout::judge::{Standing, Verdict, judge};
use crate::domain::payout::pace;
use crate::domain::payout::reason::RejectReason;
use crate::domain::payout::routing::{self, Wanted};
use crate::domain::refusal::{Reason, Refused};
use crate::domain::transaction::Booking;
use crate::domain::withdrawal::{Another, HeldReason, State, Withdrawal};

/// The kind of event by which people hear of a channel that says the opposite of what was known.
pub const CONTRADICTION: &str = "PAYOUT_CONTRADICTION";

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
    /// The withdrawal with its attempts; for what came back, whether it was owed to the bank.
    pub fn needs(&self) -> Needs {
        let key = &self.statement.key;
        let returned = self.statement.said.kind() == SaidKind::Returned;
        Needs {
            payout: Some(key.withdrawal_id.clone()),
            transaction: returned.then(|| advance::owed_id(key)),
            // What was paid beside the account, and may be what came back.
            suspense: match returned {
                true => vec![
                    advance::owed_id(key),
                    advance::entry_id(&key.to_string()),
                    advance::suspended_id(key),
                ],
                false => Vec::new(),
            },
            ..Needs::default()
        }
    }

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
            another: self.another(draft, current, (attempts, &loaded.roster)),
            people: self.people(draft, current),
            other_paid: attempts.iter().any(|other| {
                other.number != attempt.number && other.state == AttemptState::Settled
            }),
        };
        let mut verdict = judge(&self.statement.said, standing);
        if verdict.effect == EvidenceEffect::Contradiction && self.is_known(loaded) {
            verdict = Verdict::nothing_new();
        }
        let owed_id = (draft.account.number().clone(), advance::owed_id(key));
        let owed = loaded.transactions.contains(&owed_id);
        let suspended = (draft.account.number().clone(), advance::suspended_id(key));
        let debited = match (owed, loaded.suspense.contains_key(&suspended)) {
            (true, _) => Booking::Receivable,
            // People gave it back already, or will.
            (false, true) => Booking::Suspense,
            (false, false) => Booking::Balance,
        };
        let moved = self.apply(draft, current, (attempt, attempts), (&verdict, debited));
        draft.written.evidence.push(self.row(draft, verdict.effect));
        Ok(unchanged(&moved))
    }

    /// Whether the same was said of the attempt before, and people looked into it or do: it opens
    /// nothing anew, however often it is repeated.
    fn is_known(&self, loaded: &Loaded) -> bool {
        let (key, said) = (&self.statement.key, &self.statement.said);
        let money = said.paid().map(|paid| (paid.amount.minor, paid.amount.currency));
        let known = loaded.contradictions.get(&key.withdrawal_id).into_iter().flatten();
        known.into_iter().any(|row| {
            row.number == key.number
                && row.said == said.kind()
                && row.amount_minor.zip(row.currency_code) == money
        })
    }

    /// Whether another attempt may follow if this one is dead: not while a freeze claims the money,
    /// and only where a channel is left that could take it some time.
    fn another(
        &self,
        draft: &Draft<'_>,
        current: &Withdrawal,
        (attempts, roster): (&[Attempt], &Roster),
    ) -> Another {
        let claimed = is_claimed(draft, current);
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
        let left = routing::is_any_left(roster, &Wanted::of(current), &after);
        if claimed || too_many || !left { Another::NoMore } else { Another::Allowed }
    }

    /// Whether people may decide what follows if this attempt is dead for a reason that only they
    /// can judge: not while a freeze claims the money, and not where it is they who say so.
    fn people(&self, draft: &Draft<'_>, current: &Withdrawal) -> Another {
        let said_so = self.statement.source == Source::People;
        let too_many = current.attempts >= routing::ATTEMPTS_MAX;
        let over = said_so || too_many || is_claimed(draft, current);
        if over { Another::NoMore } else { Another::Allowed }
    }

    fn apply(
        &self,
        draft: &mut Draft<'_>,
        current: &Withdrawal,
        (attempt, attempts): (&Attempt, &[Attempt]),
        (verdict, debited): (&Verdict, Booking),
    ) -> Withdrawal {
        let key = &self.statement.key;
        let judged = self.judged(draft, attempt, verdict);
        // What is dead says why, even when it was a tombstone that proved it.
        let reason = if judged.state == AttemptState::Dead { judged.reason.as_str() } else { "" };
        let mut moved = current.clone();
        // Not before it was reserved, and not in the future, whatever the channel's clock says.
        let paid_time = self.statement.said.paid().and_then(|paid| paid.at);
        let paid_time = paid_time.map(|at| at.min(draft.now).max(current.create_time));
        for event in &verdict.events {
            let step = Step { event: *event, key: Some(key), reason, paid_time, debited };
            moved = advance(draft, &moved, &step).unwrap_or(moved);
        }
        if moved.state == State::Reserved && judged.is_for_people() && attempt.is_open() {
            hold_for_people(draft, &mut moved);
        }
        match (attempt.state, judged.state) {
            (AttemptState::Duplicate, AttemptState::Returned) => {
                credit(draft, current, (key, paid_time), Booking::Suspense);
            }
            (before, AttemptState::Duplicate) if before != AttemptState::Duplicate => {
                debit(draft, current, (key, paid_time), Booking::Suspense);
            }
            _ => {}
        }
        let other_open =
            attempts.iter().any(|other| other.number != attempt.number && other.is_open());
        if !self.is_stale(attempt, verdict) {
            self.schedule(draft, &mut moved, (attempt, &judged), other_open);
        }
        if verdict.effect == EvidenceEffect::Contradiction {
            let payload = json!({
                "withdrawal_id": key.withdrawal_id, "attempt": key.number,
                "said": self.statement.said.kind(), "state": moved.state
            });
            draft.written.events.push((CONTRADICTION, payload));
        }
        // Who watches sees attempts, too.
        let seen = judged.state != attempt.state || moved.held_reason != current.held_reason;
        if seen {
            moved.step_from(current, draft.now);
        }
        if moved != *current {
            draft.written.withdrawals.push(moved.clone());
        }
        if judged != *attempt {
            draft.written.attempts.push(judged);
        }
        moved
    }

    /// That nobody answered a question says nothing against what was heard before it, and that it
    /// was not taken says nothing of one that was sent again since.
    fn is_stale(&self, attempt: &Attempt, verdict: &Verdict) -> bool {
        let nothing_new = verdict.effect == EvidenceEffect::NothingNew;
        nothing_new
            && match self.statement.said.kind() {
                SaidKind::NoAnswer => true,
                SaidKind::RejectedTransient => attempt.state == AttemptState::Intent,
                SaidKind::Accepted
                | SaidKind::Settled
                | SaidKind::RejectedFinal
                | SaidKind::InProgress
                | SaidKind::UnknownKey
                | SaidKind::Tombstone
                | SaidKind::Returned
                | SaidKind::NotListed => false,
            }
    }

    /// The attempt after the verdict.
    fn judged(&self, draft: &Draft<'_>, attempt: &Attempt, verdict: &Verdict) -> Attempt {
        let said = &self.statement.said;
        let state = verdict.attempt.unwrap_or(attempt.state);
        let stale = self.is_stale(attempt, verdict);
        let mut judged = Attempt { state, ..attempt.clone() };
        if state == AttemptState::Unknown {
            judged.was_unknown = 1;
        }
        if !stale {
            judged.last_said = Some(said.kind());
        }
        // Why it is dead stays as it was: routing goes by it.
        if !stale && attempt.is_open() {
            judged.reason = reason_after(attempt, said.reason());
        }
        // One that is unknown and accepted by turns is asked for less and less, and becomes a case.
        if state == AttemptState::Accepted && attempt.state == AttemptState::Intent {
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
        if moved.state == State::Reserved {
            return;
        }
        if !moved.state.has_open_attempt() {
            // An attempt that the withdrawal doesn't wait for any more, because an older one was
            // paid or because people have to look, is called back: at once, and until it is closed.
            let open = other_open || judged.is_open();
            moved.next_action_time = open.then(|| moved.next_action_time.unwrap_or(now));
            return;
        }
        // What is said of an older attempt takes the newer one out of nobody's hands.
        if !judged.is_open() {
            return;
        }
        let moves = judged.state != before.state;
        let after = |pause| now.checked_add_signed(pause);
        match self.statement.said.kind() {
            SaidKind::Accepted if moves => {
                moved.next_action_time = after(pace::promise(self.promise_secs));
            }
            SaidKind::RejectedTransient if judged.state == AttemptState::Intent => {
                moved.held_reason = Some(HeldReason::RetryBackoff);
                moved.next_action_time = after(pace::retry(judged.retries, &judged.key()));
            }
            // It is called back at once: a tombstone is proof, and waiting adds nothing to it.
            // A channel that answers so to being called back is asked no more often for it.
            SaidKind::UnknownKey | SaidKind::RejectedTransient
                if self.statement.source != Source::Void =>
            {
                moved.next_action_time = Some(now);
            }
            SaidKind::NoAnswer
            | SaidKind::InProgress
            | SaidKind::RejectedFinal
            | SaidKind::UnknownKey
            | SaidKind::RejectedTransient
                if moves =>
            {
                moved.next_action_time = after(pace::inquiry(judged.inquiries, &judged.key()));
            }
            // Who asked has written down when to ask again.
            SaidKind::Accepted
            | SaidKind::NoAnswer
            | SaidKind::InProgress
            | SaidKind::UnknownKey
            | SaidKind::RejectedTransient
            | SaidKind::RejectedFinal
            | SaidKind::Settled
            | SaidKind::Tombstone
            | SaidKind::Returned
            | SaidKind::NotListed => {}
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

/// Nothing more is tried before people have decided; it fails when they don't in time.
fn hold_for_people(draft: &mut Draft<'_>, moved: &mut Withdrawal) {
    moved.held_reason = Some(HeldReason::Manual);
    moved.held_since = Some(draft.now);
    moved.next_action_time = draft.now.checked_add_signed(draft.rules.payouts.held_max);
    let payload =
        json!({ "withdrawal_id": moved.withdrawal_id, "held_reason": HeldReason::Manual });
    draft.written.events.push(("WITHDRAWAL_HELD", payload));
}

/// The last reason that was given: a tombstone after a transient rejection keeps that one's.
fn reason_after(attempt: &Attempt, said: Option<RejectReason>) -> String {
    said.map_or_else(|| attempt.reason.clone(), |reason| <&'static str>::from(reason).to_owned())
}
