//! Statements of channels: what a channel says it was given and paid in a period.

pub mod coverage;
pub mod line;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::ChannelId;
use super::money::Money;
use super::payout::evidence::Period;

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

impl StatementRun {
    /// When it begins and ends.
    pub fn period(&self) -> Period {
        Period { from: self.period_start_time, until: self.period_end_time }
    }
}

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
