//! What statements don't list. A final one proves it, for what was surely sent in the time that it
//! lists; about its begin and its end that needs the one beside it, too, because the channel's clock is
//! not ours.

use chrono::TimeDelta;

use super::{Standing, StatementRun};
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{CLOCKS_APART, Period};
use crate::domain::withdrawal::{State, Withdrawal};

/// How far [`StatementRun::covers`] reaches beyond a statement: sending an attempt does not take longer.
pub const SENDING_MAX: TimeDelta = TimeDelta::days(7);

/// What a statement makes of an attempt that it doesn't list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unlisted {
    /// It is of no concern: it was over, or it is not of this period.
    Nothing,
    /// It may still be paid.
    StillOpen,
    /// It never will be.
    ProvenDead,
    /// We have it as paid.
    Missing,
    /// We have it as paid, and it is missing if no statement beside this one listed it.
    MissingHere,
}

/// The time of which a statement lists everything together with the final ones that touch it or each
/// other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    /// All of it: no further from the statement than sending an attempt may take.
    pub listed: Period,
    /// The periods of the channel's other final statements.
    others: Vec<Period>,
}

impl StatementRun {
    /// What it covers together with others, given their periods. It is the same in whichever order they
    /// are imported.
    pub fn covers(&self, others: Vec<Period>) -> Coverage {
        let mut listed = self.period();
        loop {
            let wider = others
                .iter()
                .filter(|other| other.from <= listed.until && other.until >= listed.from)
                .fold(listed, |listed, other| listed.joined(other));
            if wider == listed {
                break;
            }
            listed = wider;
        }
        Coverage { listed: listed.within(&self.period().widened(SENDING_MAX)), others }
    }

    /// Whether an attempt that is not listed may be another statement's: sent about the begin or the end
    /// it may stand on the one before or after.
    pub fn may_stand_beside(&self, attempt: &Attempt) -> bool {
        !attempt.was_sent_within(&self.period())
    }

    /// What it makes of an attempt that it doesn't list. Proof needs that all of its sending lies in
    /// the time that is covered, and that it could stand here: what others prove without this one was
    /// looked at when they came. Of one that people have to judge nothing is proven here.
    pub fn unlisted(
        &self,
        attempt: &Attempt,
        withdrawal: &Withdrawal,
        coverage: &Coverage,
    ) -> Unlisted {
        let may_stand_here = attempt.may_be_sent_in(&self.period().widened(CLOCKS_APART));
        let is_final = self.standing == Standing::Final;
        let proven = is_final && may_stand_here && attempt.was_sent_within(&coverage.listed);
        if attempt.is_open() {
            return if proven && withdrawal.state != State::Quarantined {
                Unlisted::ProvenDead
            } else if self.period().holds(attempt.create_time) {
                Unlisted::StillOpen
            } else {
                Unlisted::Nothing
            };
        }
        if !proven || !attempt.state.was_paid() {
            Unlisted::Nothing
        } else if !self.may_stand_beside(attempt) {
            Unlisted::Missing
        } else if coverage.others.iter().any(|other| attempt.was_sent_within(other)) {
            Unlisted::Nothing
        } else {
            Unlisted::MissingHere
        }
    }
}
