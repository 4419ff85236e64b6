//! What a statement makes of its attempt and of the withdrawal. Pure: the same statement about the
//! same standing is judged alike, early, late and twice.
//!
//! An attempt is proven dead only by a typed final rejection, a tombstone, or final statements of all
//! the time in which it was sent that don't list it. "Never seen" proves nothing, because the request
//! may still be on its way; no answer proves nothing at all.

use super::attempt::{Attempt, AttemptState};
use super::evidence::{EvidenceEffect, Finality, Paid, Said};
use super::reason::{Class, RejectReason, class};
use crate::domain::safeguard::{self, Safeguard};
use crate::domain::withdrawal::{Another, Event, State, Withdrawal};

/// What is known when a statement comes.
#[derive(Debug, Clone, Copy)]
pub struct Standing<'a> {
    /// The withdrawal.
    pub withdrawal: &'a Withdrawal,
    /// The attempt that the statement is about.
    pub attempt: &'a Attempt,
    /// The epoch of who called the channel; 0 for the channel's own reports.
    pub epoch: i64,
    /// Whether another attempt may follow if this one is dead, as far as the withdrawal is
    /// concerned: a freeze may claim its money.
    pub another: Another,
    /// The same where the reason is one that only people can judge: then they decide.
    pub people: Another,
    /// Whether another attempt is known to have been paid.
    pub other_paid: bool,
}

impl Standing<'_> {
    /// Whether it comes from the one who holds the attempt, and not from one who lost its turn.
    fn is_of_holder(&self) -> bool {
        self.epoch == self.attempt.epoch || !safeguard::stands(Safeguard::LeaseFence)
    }
}

/// What a statement does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Where the attempt is now; absent = where it was.
    pub attempt: Option<AttemptState>,
    /// What happens to the withdrawal, in this order, as far as its state table knows it.
    pub events: Vec<Event>,
    /// Whether it was known, new, or the opposite of what was known.
    pub effect: EvidenceEffect,
}

impl Verdict {
    fn moved(attempt: AttemptState, events: &[Event]) -> Self {
        Self { attempt: Some(attempt), events: events.to_vec(), effect: EvidenceEffect::Applied }
    }

    /// Nothing is new about it.
    pub fn nothing_new() -> Self {
        Self { attempt: None, events: Vec::new(), effect: EvidenceEffect::NothingNew }
    }

    fn contradicts(attempt: Option<AttemptState>, events: &[Event]) -> Self {
        Self { attempt, events: events.to_vec(), effect: EvidenceEffect::Contradiction }
    }
}

/// Judges a statement.
pub fn judge(said: &Said, standing: Standing<'_>) -> Verdict {
    match said {
        Said::NoAnswer => no_answer(standing),
        Said::Accepted => accepted(standing.attempt.state),
        Said::Settled(paid) => settled(paid, standing),
        Said::Rejected(Finality::Final, reason) => match class(*reason) {
            // Final, and yet not sure: it has to be asked for.
            Class::Ask => unsure(standing.attempt.state),
            Class::Final => dead(Another::NoMore, standing),
            // A final rejection for a reason that only people understand proves the key dead; they
            // say what follows.
            Class::Manual => dead(standing.people, standing),
            Class::RetrySame | Class::NextChannel => dead(standing.another, standing),
        },
        Said::Rejected(Finality::Transient, reason) => not_taken(*reason, standing),
        // What was accepted is in progress.
        Said::InProgress if standing.attempt.state == AttemptState::Accepted => {
            Verdict::nothing_new()
        }
        Said::InProgress | Said::UnknownKey => unsure(standing.attempt.state),
        Said::Tombstone => dead(after_tombstone(standing), standing),
        // It may have been sent again since somebody looked.
        Said::NotListed(listed) if !standing.attempt.was_sent_within(listed) => {
            Verdict::nothing_new()
        }
        Said::NotListed(_) => dead(standing.another, standing),
        Said::Returned(paid) => returned(paid, standing),
    }
}

/// Only the one who holds the attempt may say that nobody answered: what another heard meanwhile is
/// newer.
fn no_answer(standing: Standing<'_>) -> Verdict {
    if standing.is_of_holder() { unsure(standing.attempt.state) } else { Verdict::nothing_new() }
}

/// Nobody knows. What was accepted and is not known any more is a contradiction in time.
fn unsure(state: AttemptState) -> Verdict {
    match state {
        AttemptState::Intent | AttemptState::Accepted => {
            Verdict::moved(AttemptState::Unknown, &[Event::NoAnswer])
        }
        AttemptState::Unknown
        | AttemptState::Settled
        | AttemptState::Dead
        | AttemptState::Returned
        | AttemptState::Duplicate => Verdict::nothing_new(),
    }
}

fn accepted(state: AttemptState) -> Verdict {
    match state {
        AttemptState::Intent => Verdict::moved(AttemptState::Accepted, &[Event::Accepted]),
        AttemptState::Unknown => Verdict::moved(AttemptState::Accepted, &[Event::InquiryAccepted]),
        // Accepted before it settled, and told late.
        AttemptState::Accepted
        | AttemptState::Settled
        | AttemptState::Returned
        | AttemptState::Duplicate => Verdict::nothing_new(),
        AttemptState::Dead => Verdict::contradicts(None, &[]),
    }
}

/// Not taken this time, so the same key may be sent again, by whoever has just sent it. Of one whose
/// fate is not known it says no more than that it was never seen; and of one that was sent again
/// since, nothing: that one is on its way.
fn not_taken(reason: RejectReason, standing: Standing<'_>) -> Verdict {
    let state = standing.attempt.state;
    if state == AttemptState::Intent && !standing.is_of_holder() {
        return Verdict::nothing_new();
    }
    match (class(reason), state) {
        (Class::RetrySame | Class::NextChannel | Class::Final, AttemptState::Intent) => {
            Verdict { attempt: None, events: Vec::new(), effect: EvidenceEffect::Applied }
        }
        _ => unsure(state),
    }
}

/// What was called back because of a reason that no other attempt would mend is not tried again; of
/// one that only people can judge they say what follows.
fn after_tombstone(standing: Standing<'_>) -> Another {
    match standing.attempt.reason.parse::<RejectReason>().map(class) {
        Ok(Class::Final) => Another::NoMore,
        Ok(Class::Manual) => standing.people,
        Ok(Class::RetrySame | Class::NextChannel | Class::Ask) | Err(_) => standing.another,
    }
}

fn dead(another: Another, standing: Standing<'_>) -> Verdict {
    match standing.attempt.state {
        AttemptState::Intent | AttemptState::Accepted | AttemptState::Unknown => {
            Verdict::moved(AttemptState::Dead, &[Event::ProvenDead(another)])
        }
        AttemptState::Dead => Verdict::nothing_new(),
        AttemptState::Settled | AttemptState::Returned | AttemptState::Duplicate => {
            Verdict::contradicts(None, &[])
        }
    }
}

fn settled(paid: &Paid, standing: Standing<'_>) -> Verdict {
    let (attempt, state) = (standing.attempt.state, standing.withdrawal.state);
    match attempt {
        AttemptState::Settled | AttemptState::Returned | AttemptState::Duplicate => {
            return if fits(paid, standing.withdrawal) {
                Verdict::nothing_new()
            } else {
                Verdict::contradicts(None, &[Event::Mismatch])
            };
        }
        AttemptState::Intent
        | AttemptState::Accepted
        | AttemptState::Unknown
        | AttemptState::Dead => {}
    }
    if !fits(paid, standing.withdrawal) {
        let still_open = (attempt != AttemptState::Dead).then_some(AttemptState::Unknown);
        return Verdict::contradicts(still_open, &[Event::Mismatch]);
    }
    if attempt != AttemptState::Dead && state.has_open_attempt() {
        return Verdict::moved(AttemptState::Settled, &[Event::Settled]);
    }
    // It was proven dead, or another attempt was paid before it.
    match state {
        State::Reserved | State::Dispatching | State::Accepted | State::Unknown => {
            Verdict::contradicts(Some(AttemptState::Settled), &[Event::OlderSettled])
        }
        State::Failed | State::Cancelled => {
            Verdict::contradicts(Some(AttemptState::Settled), &[Event::Settled])
        }
        State::Settled | State::SettledLate | State::Returned => {
            Verdict::contradicts(Some(AttemptState::Duplicate), &[])
        }
        State::Quarantined | State::WrittenOff if standing.other_paid => {
            Verdict::contradicts(Some(AttemptState::Duplicate), &[])
        }
        State::Quarantined | State::WrittenOff => {
            Verdict::contradicts(Some(AttemptState::Settled), &[])
        }
    }
}

/// What came back was paid before, whether or not anybody said so.
fn returned(paid: &Paid, standing: Standing<'_>) -> Verdict {
    if !fits(paid, standing.withdrawal) {
        return Verdict::contradicts(None, &[Event::Mismatch]);
    }
    match standing.attempt.state {
        AttemptState::Intent | AttemptState::Accepted | AttemptState::Unknown
            if standing.withdrawal.state.has_open_attempt() =>
        {
            let both = [Event::Settled, Event::Returned];
            Verdict::moved(AttemptState::Returned, &both)
        }
        AttemptState::Settled => match standing.withdrawal.state {
            State::Settled | State::SettledLate | State::Returned => {
                Verdict::moved(AttemptState::Returned, &[Event::Returned])
            }
            // Debited, and stopped since: whoever resolves that has to know that it came back.
            State::Reserved
            | State::Dispatching
            | State::Accepted
            | State::Unknown
            | State::Failed
            | State::Cancelled
            | State::Quarantined
            | State::WrittenOff => Verdict::contradicts(Some(AttemptState::Returned), &[]),
        },
        AttemptState::Returned => Verdict::nothing_new(),
        // Paid against the channel's own word, or beside another attempt, and back again: the account
        // has seen nothing of it.
        AttemptState::Intent
        | AttemptState::Accepted
        | AttemptState::Unknown
        | AttemptState::Dead
        | AttemptState::Duplicate => Verdict::contradicts(Some(AttemptState::Returned), &[]),
    }
}

/// Whether the amount, the currency and the payee are those of the withdrawal.
pub(crate) fn fits(paid: &Paid, withdrawal: &Withdrawal) -> bool {
    let payee = &withdrawal.beneficiary.beneficiary_account;
    paid.amount.minor == withdrawal.amount_minor
        && paid.amount.currency == withdrawal.currency_code
        && paid.payee_account.as_ref().is_none_or(|paid| paid == payee)
}
