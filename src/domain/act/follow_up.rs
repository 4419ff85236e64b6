//! FollowUp: takes an attempt up whose time has come: one that nobody has answered for, one that was
//! promised, one that the channel did not take this time.
//!
//! Who takes it up has it until the next time that is written down. It asks; it calls the attempt
//! back for good where the channel says that it has never seen it; it sends the same key again only
//! where the channel said that it has not taken it, and only while the withdrawal may still go and
//! people let the channel take what is new.

use serde::Serialize;

use super::advance::{Step, advance};
use super::errand::{Doing, Way, errand, unchanged, way};
use super::{Decision, Draft};
use crate::domain::batch::Loaded;
use crate::domain::id::WithdrawalId;
use crate::domain::payout::attempt::{self, Attempt, AttemptState};
use crate::domain::payout::evidence::SaidKind;
use crate::domain::payout::pace;
use crate::domain::refusal::{Reason, Refused};
use crate::domain::withdrawal::{Event, Withdrawal};

/// A withdrawal whose attempt is due.
#[derive(Debug, Clone, Serialize)]
pub struct FollowUp {
    /// Which.
    pub withdrawal_id: WithdrawalId,
}

impl FollowUp {
    /// Takes it up, unless nothing is due.
    ///
    /// # Errors
    /// WITHDRAWAL_NOT_FOUND.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let current = loaded.withdrawal(draft.account.number(), &self.withdrawal_id);
        let current = current.ok_or(Reason::WithdrawalNotFound)?;
        let attempts = loaded.attempts_of(&self.withdrawal_id);
        let Some(open) = attempt::open(attempts) else { return Ok(unchanged(current)) };
        if current.next_action_time.is_none_or(|due| due > draft.now) {
            return Ok(unchanged(current));
        }
        let serves =
            loaded.roster.get(&open.channel_id).is_some_and(|row| row.is_in_service(draft.now));
        let doing = doing(draft, current, open, serves);
        let mut moved = current.clone();
        let mut taken =
            Attempt { epoch: open.epoch.saturating_add(1), update_time: draft.now, ..open.clone() };
        match doing {
            Doing::Send => {
                taken.retries = taken.retries.saturating_add(1);
                taken.reason = String::new();
                // From now on nobody knows, until it is answered.
                taken.last_said = None;
                taken.sent_until_time = draft.now.checked_add_signed(draft.rules.payouts.lease);
            }
            Doing::Inquire | Doing::Void => {
                taken.inquiries = taken.inquiries.saturating_add(1);
                // Whoever had it is gone, and what it heard is lost.
                if taken.state == AttemptState::Intent {
                    let key = taken.key();
                    let step = Step { key: Some(&key), ..Step::of(Event::NoAnswer) };
                    moved = advance(draft, &moved, &step).unwrap_or(moved);
                    taken.state = AttemptState::Unknown;
                    taken.was_unknown = 1;
                }
            }
        }
        let pause = match doing {
            Doing::Send => draft.rules.payouts.lease,
            Doing::Inquire | Doing::Void => {
                pace::inquiry(taken.inquiries, &taken.key()).max(draft.rules.payouts.lease)
            }
        };
        if moved.held_reason.take().is_some() {
            moved.step_from(current, draft.now);
        }
        moved.next_action_time = draft.now.checked_add_signed(pause);
        draft.written.withdrawals.push(moved.clone());
        draft.written.attempts.push(taken.clone());
        Ok(errand(draft, doing, taken, moved))
    }
}

fn doing(draft: &Draft<'_>, withdrawal: &Withdrawal, attempt: &Attempt, serves: bool) -> Doing {
    // Paid by an older attempt: this one must not be paid, too.
    if !withdrawal.state.has_open_attempt() {
        return Doing::Void;
    }
    match attempt.last_said {
        Some(SaidKind::UnknownKey) => Doing::Void,
        Some(SaidKind::RejectedTransient) if attempt.state == AttemptState::Intent => {
            let again = serves && attempt.retries < pace::retries_max();
            if again && way(draft, withdrawal) == Way::Clear { Doing::Send } else { Doing::Void }
        }
        Some(SaidKind::RejectedTransient) => Doing::Void,
        None
        | Some(
            SaidKind::NoAnswer
            | SaidKind::Accepted
            | SaidKind::Settled
            | SaidKind::RejectedFinal
            | SaidKind::InProgress
            | SaidKind::Tombstone
            | SaidKind::Returned
            | SaidKind::NotListed,
        ) => Doing::Inquire,
    }
}
