//! One payout as the channel knows it: where it stands, what happens to it next, and how it is told.
//! Pure.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::behaviour::Reason;
use super::course::{Answer, Course};
use super::log::{Terms, What};
use crate::domain::money::Money;
use crate::pb::channel::v1::payout_result::Result as Told;
use crate::pb::channel::v1::{
    Accepted, Finality, InProgress, RejectReason, Rejected, Returned, Settled, Tombstone,
    UnknownKey,
};
use crate::wire::{money, timestamp};

/// Why a stalled payout is rejected in the end; another channel may do better.
const STALLED: Reason = Reason(RejectReason::BankNotServed);
/// Why a payout was rejected, as it is said of one that was not.
const CONTRADICTED: Reason = Reason(RejectReason::PayeeAccountClosed);
/// Why money comes back.
const RETURNED: Reason = Reason(RejectReason::PayeeAccountClosed);

/// A payout that the channel has, or has shut out.
#[derive(Debug)]
pub(super) struct Payout {
    /// What it is about; none when it was shut out before it came.
    pub(super) terms: Option<Terms>,
    pub(super) stage: Stage,
    /// The number of the last fact about it: what is told of it rests on that one.
    pub(super) last_fact: u64,
}

/// Where a payout stands.
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    Taken {
        at: DateTime<Utc>,
    },
    Paid {
        at: DateTime<Utc>,
        amount: Money,
    },
    /// Paid, and reported as rejected.
    Contradicted {
        paid_at: DateTime<Utc>,
        amount: Money,
        reason: Reason,
    },
    Rejected {
        reason: Reason,
    },
    Forgotten,
    Tombstone,
    Returned {
        paid_at: DateTime<Utc>,
        at: DateTime<Utc>,
        amount: Money,
        reason: Reason,
    },
}

impl Payout {
    /// What happens to it by itself, and when; none when nothing does.
    pub(super) fn next(&self) -> Option<(DateTime<Utc>, What)> {
        let terms = self.terms.as_ref()?;
        match self.stage {
            Stage::Taken { at } => next_of_taken(terms, at),
            Stage::Paid { at, amount } => next_of_paid(terms, at, amount),
            Stage::Contradicted { .. }
            | Stage::Rejected { .. }
            | Stage::Forgotten
            | Stage::Tombstone
            | Stage::Returned { .. } => None,
        }
    }

    /// How it goes on; none when it was shut out before it came.
    pub(super) fn course(&self) -> Option<Course> {
        self.terms.as_ref().map(|terms| terms.course)
    }

    /// What has become of it, as it is told to who asks.
    pub(super) fn told(&self) -> Told {
        match (self.stage, self.course()) {
            (Stage::Taken { .. }, Some(Course::Stall { .. }))
            | (Stage::Paid { .. }, Some(Course::Silent)) => Told::InProgress(InProgress {}),
            (Stage::Taken { .. }, Some(Course::Detour { .. })) | (Stage::Forgotten, _) => {
                Told::UnknownKey(UnknownKey {})
            }
            (Stage::Taken { .. }, _) => Told::Accepted(Accepted {}),
            (Stage::Paid { at, amount } | Stage::Contradicted { paid_at: at, amount, .. }, _) => {
                settled(at, amount)
            }
            (Stage::Rejected { reason }, _) => rejected(reason, Finality::Final),
            (Stage::Tombstone, _) => Told::Tombstone(Tombstone {}),
            (Stage::Returned { at, amount, reason, .. }, _) => returned(at, amount, reason),
        }
    }

    /// The same as the answer to a submission, which doesn't know returns, nor keys that are unknown:
    /// what came back was settled, what was forgotten was accepted, and what comes again before its
    /// first submission has arrived is in progress.
    pub(super) fn told_to_submission(&self) -> Told {
        match (self.stage, self.course()) {
            (Stage::Returned { paid_at, amount, .. }, _) => settled(paid_at, amount),
            (Stage::Forgotten, _) => Told::Accepted(Accepted {}),
            (Stage::Taken { .. }, Some(Course::Detour { .. })) => Told::InProgress(InProgress {}),
            (
                Stage::Taken { .. }
                | Stage::Paid { .. }
                | Stage::Contradicted { .. }
                | Stage::Rejected { .. }
                | Stage::Tombstone,
                _,
            ) => self.told(),
        }
    }

    /// What is reported when it has come as far as it is now; none where nothing is.
    pub(super) fn reported(&self) -> Option<Told> {
        let course = self.course()?;
        match self.stage {
            Stage::Contradicted { reason, .. } => Some(rejected(reason, Finality::Final)),
            Stage::Forgotten => None,
            Stage::Taken { .. }
            | Stage::Paid { .. }
            | Stage::Rejected { .. }
            | Stage::Tombstone
            | Stage::Returned { .. } => {
                // What was never answered has to be asked for.
                (course.answer() != Answer::Never).then(|| self.told())
            }
        }
    }
}

fn next_of_taken(terms: &Terms, at: DateTime<Utc>) -> Option<(DateTime<Utc>, What)> {
    let withdrawal_id = Arc::clone(&terms.withdrawal_id);
    let next = match terms.course {
        Course::Settle { after } | Course::Detour { after } => {
            (after.from(at), What::Paid { withdrawal_id, amount: terms.amount })
        }
        Course::Timeout
        | Course::Late { .. }
        | Course::Slow { .. }
        | Course::Silent
        | Course::Return { .. }
        | Course::Early { .. }
        | Course::Contradict { .. } => (at, What::Paid { withdrawal_id, amount: terms.amount }),
        Course::WrongAmount => (at, What::Paid { withdrawal_id, amount: another(terms.amount) }),
        Course::Reject { reason, after } => {
            (after.from(at), What::Rejected { withdrawal_id, reason })
        }
        Course::Stall { after } => {
            (after.from(at), What::Rejected { withdrawal_id, reason: STALLED })
        }
        Course::Forget { after } => (after.from(at), What::Forgotten { withdrawal_id }),
        Course::Hold => return None,
    };
    Some(next)
}

fn next_of_paid(terms: &Terms, at: DateTime<Utc>, amount: Money) -> Option<(DateTime<Utc>, What)> {
    let withdrawal_id = Arc::clone(&terms.withdrawal_id);
    match terms.course {
        Course::Return { after } => {
            Some((after.from(at), What::Returned { withdrawal_id, amount, reason: RETURNED }))
        }
        Course::Contradict { after } => {
            Some((after.from(at), What::Contradicted { withdrawal_id, reason: CONTRADICTED }))
        }
        Course::Settle { .. }
        | Course::Reject { .. }
        | Course::Timeout
        | Course::Late { .. }
        | Course::Slow { .. }
        | Course::Stall { .. }
        | Course::Detour { .. }
        | Course::Hold
        | Course::Forget { .. }
        | Course::Silent
        | Course::WrongAmount
        | Course::Early { .. } => None,
    }
}

/// The channel's own code for a reason.
pub(super) fn channel_code(reason: Reason) -> String {
    format!("SIM-{reason}")
}

/// A rejection as it is told.
pub(super) fn rejected(reason: Reason, finality: Finality) -> Told {
    let channel_code = channel_code(reason);
    Told::Rejected(Rejected { finality: finality.into(), reason: reason.0.into(), channel_code })
}

/// A payment as it is told.
pub(super) fn settled(at: DateTime<Utc>, amount: Money) -> Told {
    Told::Settled(Settled {
        amount: Some(money(amount)),
        payee_account_number: String::new(),
        settle_time: Some(timestamp(at)),
    })
}

/// Money that came back, as it is told.
pub(super) fn returned(at: DateTime<Utc>, amount: Money, reason: Reason) -> Told {
    Told::Returned(Returned {
        amount: Some(money(amount)),
        reason: reason.0.into(),
        return_time: Some(timestamp(at)),
    })
}

/// Another amount than this one, above zero.
fn another(amount: Money) -> Money {
    let minor = if amount.minor > 1 { amount.minor - 1 } else { amount.minor + 1 };
    Money { minor, ..amount }
}
