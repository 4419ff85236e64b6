//! Statements of channels: what a channel says it was given and paid in a period.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::id::ChannelId;
use super::money::Money;
use super::payout::attempt::{Attempt, AttemptState};
use super::payout::evidence::{CLOCKS_APART, Listed, Said};
use super::payout::judge::fits;
use super::withdrawal::{State, Withdrawal};

/// Whether a statement proves what it doesn't list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Standing {
    /// More may follow.
    Preliminary,
    /// What it doesn't list was not paid and never will be.
    Final,
}

/// How far an import is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Progress {
    /// It began, and may have been interrupted.
    Begun,
    /// All of it is in the books.
    Done,
}

/// A row of `statement`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementRun {
    /// The channel.
    pub channel_id: ChannelId,
    /// The channel's own number of it.
    pub statement_id: String,
    /// It lists what the channel was given from then on,
    pub period_start_time: DateTime<Utc>,
    /// and before then.
    pub period_end_time: DateTime<Utc>,
    /// Whether it is final.
    pub standing: Standing,
    /// How far its import is.
    pub progress: Progress,
    /// SHA-256 of its header and lines, hex; empty = not read to its end.
    pub content_hash: String,
    /// What came of it, as it is answered.
    pub report: serde_json::Value,
    /// Who imported it.
    pub imported_by: String,
    /// When it was imported first.
    pub import_time: DateTime<Utc>,
}

/// How far [`StatementRun::covers`] reaches beyond a statement: sending an attempt does not take longer.
pub const SENDING_MAX: TimeDelta = TimeDelta::days(7);
/// The most differences that a report names.
pub const DIFFERENCES_MAX: usize = 100;

/// What a line says became of a payout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ListedState {
    /// Paid.
    Settled,
    /// Paid, and returned.
    Returned,
    /// Not paid, and never will be.
    Rejected,
}

/// What differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum DifferenceKind {
    /// We have it, the statement doesn't.
    OursOnly,
    /// The statement has it, we don't.
    TheirsOnly,
    /// Another amount, currency or payee.
    Amount,
    /// Another state.
    State,
}

/// A difference between a statement and the books.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The key of the payout, as it was said.
    pub payout_key: String,
    /// The withdrawal; empty = none.
    pub withdrawal_id: String,
    /// What differs.
    pub kind: DifferenceKind,
    /// What the statement says; absent = nothing.
    pub listed_state: Option<ListedState>,
    /// The amount that it says; absent = none.
    pub listed_amount: Option<Money>,
}

/// What came of a statement; see `accountstatus.v1.StatementReport`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Lines that were read.
    pub lines: i64,
    /// Of those: that say what we know.
    pub matched: i64,
    /// Of those: that moved something.
    pub applied: i64,
    /// Of those: that contradict what we know.
    pub contradicting: i64,
    /// Of those: about nothing that we know.
    pub unknown: i64,
    /// Not listed, open, and proven dead by it.
    pub proven_dead: i64,
    /// Not listed, though we have them as paid.
    pub missing: i64,
    /// Not listed, open, and not proven by it.
    pub still_open: i64,
    /// The first differences, at most [`DIFFERENCES_MAX`].
    pub differences: Vec<Difference>,
}

impl Report {
    /// Names a difference, if there is room.
    pub fn differs(&mut self, difference: Difference) {
        if self.differences.len() < DIFFERENCES_MAX {
            self.differences.push(difference);
        }
    }
}

/// A line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The key of the payout, as it is said.
    pub payout_key: String,
    /// The routing token; empty = not given.
    pub routing_token: String,
    /// What it says.
    pub said: Said,
    /// The channel's own code; empty = none.
    pub channel_code: String,
}

impl Line {
    /// What it says became of the payout.
    pub fn state(&self) -> ListedState {
        match &self.said {
            Said::Settled(_) => ListedState::Settled,
            Said::Returned(_) => ListedState::Returned,
            Said::Rejected(..)
            | Said::NoAnswer
            | Said::Accepted
            | Said::InProgress
            | Said::UnknownKey
            | Said::Tombstone
            | Said::NotListed(_) => ListedState::Rejected,
        }
    }

    /// A difference about it.
    pub fn difference(&self, withdrawal_id: &str, kind: DifferenceKind) -> Difference {
        Difference {
            payout_key: self.payout_key.clone(),
            withdrawal_id: withdrawal_id.to_owned(),
            kind,
            listed_state: Some(self.state()),
            listed_amount: self.said.paid().map(|paid| paid.amount),
        }
    }

    /// What differs from what we know; `None` when it says just that. A line that says it was paid is
    /// right of what came back since.
    pub fn compare(&self, attempt: &Attempt, withdrawal: &Withdrawal) -> Option<DifferenceKind> {
        if self.said.paid().is_some_and(|paid| !fits(paid, withdrawal)) {
            return Some(DifferenceKind::Amount);
        }
        let known = match (self.state(), attempt.state) {
            (
                ListedState::Settled,
                AttemptState::Settled | AttemptState::Returned | AttemptState::Duplicate,
            )
            | (ListedState::Returned, AttemptState::Returned)
            | (ListedState::Rejected, AttemptState::Dead) => true,
            (ListedState::Settled | ListedState::Returned | ListedState::Rejected, _) => false,
        };
        (!known).then_some(DifferenceKind::State)
    }
}

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
    pub listed: Listed,
    /// The periods of the channel's other final statements.
    others: Vec<Listed>,
}

impl StatementRun {
    /// When it begins and ends.
    pub fn period(&self) -> Listed {
        Listed { from: self.period_start_time, until: self.period_end_time }
    }

    /// What it covers together with others, given their periods. It is the same in whichever order they
    /// are imported.
    pub fn covers(&self, others: Vec<Listed>) -> Coverage {
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
        match attempt.state {
            AttemptState::Intent | AttemptState::Accepted | AttemptState::Unknown => {
                if proven && withdrawal.state != State::Quarantined {
                    Unlisted::ProvenDead
                } else if self.period().holds(attempt.create_time) {
                    Unlisted::StillOpen
                } else {
                    Unlisted::Nothing
                }
            }
            AttemptState::Settled | AttemptState::Returned | AttemptState::Duplicate if proven => {
                if !self.may_stand_beside(attempt) {
                    Unlisted::Missing
                } else if coverage.others.iter().any(|other| attempt.was_sent_within(other)) {
                    Unlisted::Nothing
                } else {
                    Unlisted::MissingHere
                }
            }
            AttemptState::Settled
            | AttemptState::Returned
            | AttemptState::Duplicate
            | AttemptState::Dead => Unlisted::Nothing,
        }
    }
}
