//! One payout as the channel knows it: where it stands, what happens to it next, and how it is told.
//! Pure.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::behaviour::{Course, Reason};
use super::delay::Delay;
use super::log::{Terms, What};
use crate::domain::money::Money;
use crate::pb::channel::v1::payout_result::Result as Told;
use crate::pb::channel::v1::{
    Accepted, Finality, InProgress, RejectReason, Rejected, Returned, Settled, Tombstone,
};
use crate::wire::{money, timestamp};

/// Why a stalled payout is rejected in the end; another channel may do better.
const STALLED: Reason = Reason(RejectReason::BankNotServed);
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
    Taken { at: DateTime<Utc> },
    Paid { at: DateTime<Utc>, amount: Money },
    Rejected { reason: Reason },
    Tombstone,
    Returned { paid_at: DateTime<Utc>, at: DateTime<Utc>, amount: Money, reason: Reason },
}

/// How the submission of a payout is answered that was taken just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    AtOnce,
    After(Delay),
    Never,
}

impl Payout {
    /// What happens to it by itself, and when; none when nothing does.
    pub(super) fn next(&self) -> Option<(DateTime<Utc>, What)> {
        let terms = self.terms.as_ref()?;
        let pay = |amount| What::Paid { withdrawal_id: Arc::clone(&terms.withdrawal_id), amount };
        let reject =
            |reason| What::Rejected { withdrawal_id: Arc::clone(&terms.withdrawal_id), reason };
        match (self.stage, terms.course) {
            (Stage::Taken { at }, Course::Settle { after }) => {
                Some((after.from(at), pay(terms.amount)))
            }
            (
                Stage::Taken { at },
                Course::Timeout | Course::Late { .. } | Course::Return { .. },
            ) => Some((at, pay(terms.amount))),
            (Stage::Taken { at }, Course::WrongAmount) => Some((at, pay(another(terms.amount)))),
            (Stage::Taken { at }, Course::Reject { reason, after }) => {
                Some((after.from(at), reject(reason)))
            }
            (Stage::Taken { at }, Course::Stall { after }) => {
                Some((after.from(at), reject(STALLED)))
            }
            (Stage::Paid { at, amount }, Course::Return { after }) => {
                let withdrawal_id = Arc::clone(&terms.withdrawal_id);
                let returned = What::Returned { withdrawal_id, amount, reason: RETURNED };
                Some((after.from(at), returned))
            }
            (Stage::Taken { .. }, Course::Hold)
            | (
                Stage::Paid { .. }
                | Stage::Rejected { .. }
                | Stage::Tombstone
                | Stage::Returned { .. },
                _,
            ) => None,
        }
    }

    /// Whether it was neither answered nor paid.
    pub(super) fn is_stalled(&self) -> bool {
        let course = self.terms.as_ref().map(|terms| terms.course);
        matches!(course, Some(Course::Stall { .. }))
    }

    /// What has become of it.
    pub(super) fn told(&self) -> Told {
        match self.stage {
            Stage::Taken { .. } if self.is_stalled() => Told::InProgress(InProgress {}),
            Stage::Taken { .. } => Told::Accepted(Accepted {}),
            Stage::Paid { at, amount } => settled(at, amount),
            Stage::Rejected { reason } => rejected(reason, Finality::Final),
            Stage::Tombstone => Told::Tombstone(Tombstone {}),
            Stage::Returned { at, amount, reason, .. } => Told::Returned(Returned {
                amount: Some(money(amount)),
                reason: reason.0.into(),
                return_time: Some(timestamp(at)),
            }),
        }
    }

    /// The same as the answer to a submission, which doesn't know returns: what came back was
    /// settled.
    pub(super) fn told_to_submission(&self) -> Told {
        match self.stage {
            Stage::Returned { paid_at, amount, .. } => settled(paid_at, amount),
            Stage::Taken { .. }
            | Stage::Paid { .. }
            | Stage::Rejected { .. }
            | Stage::Tombstone => self.told(),
        }
    }
}

impl Course {
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Timeout | Self::Stall { .. } => Answer::Never,
            Self::Late { after } => Answer::After(after),
            Self::Settle { .. }
            | Self::Reject { .. }
            | Self::Hold
            | Self::Return { .. }
            | Self::WrongAmount => Answer::AtOnce,
        }
    }
}

/// A rejection as it is told.
pub(super) fn rejected(reason: Reason, finality: Finality) -> Told {
    let channel_code = format!("SIM-{reason}");
    Told::Rejected(Rejected { finality: finality.into(), reason: reason.0.into(), channel_code })
}

fn settled(at: DateTime<Utc>, amount: Money) -> Told {
    Told::Settled(Settled {
        amount: Some(money(amount)),
        payee_account_number: String::new(),
        settle_time: Some(timestamp(at)),
    })
}

/// Another amount than this one, above zero.
fn another(amount: Money) -> Money {
    let minor = if amount.minor > 1 { amount.minor - 1 } else { amount.minor + 1 };
    Money { minor, ..amount }
}
