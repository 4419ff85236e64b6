//! Cases: trouble with money that people have to look at. A case is opened by the act that finds the
//! trouble, in the same commit, and carries its way: what the service did by itself, whom it
//! reminded, what people did, what was learnt.
//!
//! [`rules`] is the table of what each cause asks for. Nothing here moves money: resolutions are acts.

pub mod rules;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::freeze::Disclosure;
use super::id::{AccountNumber, CaseId, RowId};
use super::money::{Currency, Minor};

/// What the trouble is.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaseCause {
    /// For a while nobody could say whether it was paid.
    UnknownOutcome,
    /// Accepted, and not arrived within the promise.
    NotArrived,
    /// The channel says the opposite of what it said, or of what was booked.
    Contradiction,
    /// Another amount, currency or payee.
    Mismatch,
    /// Paid after it had failed or been cancelled.
    LateSuccess,
    /// Paid twice.
    SecondSettlement,
    /// It came back, and the account can't take it.
    ReturnNotTaken,
    /// Rejected for a reason that only people can judge.
    ManualDecision,
    /// No channel has taken it for a while.
    NoChannel,
    /// Settled here, and not on the channel's statement.
    MissingOnStatement,
    /// Happened elsewhere, and the account could not take it.
    FactNotBooked,
    /// The holder objects.
    Objection,
}

impl CaseCause {
    /// Its place in `withdrawal.cases`: which causes have an open case.
    pub fn bit(self) -> i64 {
        match self {
            Self::UnknownOutcome => 1,
            Self::NotArrived => 1 << 1,
            Self::Contradiction => 1 << 2,
            Self::Mismatch => 1 << 3,
            Self::LateSuccess => 1 << 4,
            Self::SecondSettlement => 1 << 5,
            Self::ReturnNotTaken => 1 << 6,
            Self::ManualDecision => 1 << 7,
            Self::NoChannel => 1 << 8,
            Self::MissingOnStatement => 1 << 9,
            Self::FactNotBooked => 1 << 10,
            Self::Objection => 1 << 11,
        }
    }
}

/// Where a case stands.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaseState {
    /// Somebody has to do something.
    Open,
    /// An institution was asked.
    Waiting,
    /// Resolved; the analysis is missing.
    Resolved,
    /// Resolved and analysed.
    Closed,
}

/// Who sees to a case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaseRole {
    /// Those who watch over payouts.
    PayoutOperations,
    /// Those who compare books and statements.
    Reconciliation,
    /// Risk and compliance.
    Risk,
    /// Those who speak with customers.
    CustomerService,
    /// Who leads them.
    DutyManager,
}

/// How a case is resolved.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaseResolution {
    /// Evidence came.
    ByItself,
    /// Nothing had to be done here.
    NoAction,
    /// It is sent again over the same channels.
    Retry,
    /// It goes to another channel than the one that rejected it.
    NextChannel,
    /// It was paid.
    MarkSettled,
    /// It was not paid.
    MarkFailed,
    /// A loss of the bank.
    WriteOff,
    /// The item behind it was cleared.
    Cleared,
    /// It was not paid: what the account paid for it stands in suspense.
    WriteToSuspense,
}

/// What was behind a case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RootCause {
    /// The network between us and the channel.
    Network,
    /// The channel.
    Channel,
    /// The payee's bank.
    PayeeBank,
    /// What the customer gave.
    Customer,
    /// Ourselves.
    Ourselves,
    /// A limit, or money that was not there.
    Funds,
    /// None of these.
    Other,
}

/// A row of `withdrawal_case`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// Its id.
    pub case_id: CaseId,
    /// The account.
    pub account_number: AccountNumber,
    /// What the trouble is.
    pub cause: CaseCause,
    /// Where it stands.
    pub state: CaseState,
    /// The withdrawal; empty = none.
    pub withdrawal_id: String,
    /// Which of its attempts; 0 = none.
    pub attempt_number: i64,
    /// The channel of that attempt; empty = none.
    pub channel_id: String,
    /// The objection or suspense item that it is about; empty = none.
    pub subject_id: String,
    /// Minor units at stake; absent = none.
    pub amount_minor: Option<Minor>,
    /// Their currency.
    pub currency_code: Option<Currency>,
    /// Who may know of it.
    pub disclosure: Disclosure,
    /// Who sees to it.
    pub owner_role: CaseRole,
    /// Who has it; empty = nobody yet.
    pub owner: String,
    /// When it was opened.
    pub open_time: DateTime<Utc>,
    /// By when it has to be resolved.
    pub due_time: DateTime<Utc>,
    /// How often its owner was reminded.
    pub reminders: i64,
    /// How often it went up.
    pub escalations: i64,
    /// When its owner is reminded next; absent = not any more.
    pub next_reminder_time: Option<DateTime<Utc>>,
    /// Who acknowledged the last reminder; empty = nobody.
    pub acknowledged_by: String,
    /// When.
    pub acknowledge_time: Option<DateTime<Utc>>,
    /// How it was resolved.
    pub resolution: Option<CaseResolution>,
    /// Who resolved it; empty = nobody yet.
    pub resolved_by: String,
    /// Who agreed; empty = nobody had to.
    pub approved_by: String,
    /// When it was resolved.
    pub resolve_time: Option<DateTime<Utc>>,
    /// What was behind it.
    pub root_cause: Option<RootCause>,
    /// The closing analysis; empty = not yet.
    pub analysis: String,
    /// When it last changed.
    pub update_time: DateTime<Utc>,
    /// Counts its changes; the etag.
    pub version: i64,
}

impl Case {
    /// Whether it is still to be resolved.
    pub fn is_open(&self) -> bool {
        match self.state {
            CaseState::Open | CaseState::Waiting => true,
            CaseState::Resolved | CaseState::Closed => false,
        }
    }
}

/// The parts of a case's way.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CasePhase {
    /// What the service did by itself.
    Automatic,
    /// Reminders, acknowledgements, escalations.
    Remind,
    /// What people did.
    Manual,
    /// What was learnt.
    Analysis,
}

/// What happened in a step of a case.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CaseEntryKind {
    /// An attempt was started. Told from the attempts, not stored.
    Attempt,
    /// A channel said something. Told from the evidence, not stored.
    Evidence,
    /// The case was opened.
    Opened,
    /// Its owner was reminded.
    Reminded,
    /// Somebody has seen the reminder.
    Acknowledged,
    /// It went up.
    Escalated,
    /// It was given to somebody.
    Assigned,
    /// A note.
    Note,
    /// An institution was asked.
    Consulted,
    /// The institution answered.
    Answered,
    /// A resolution was proposed.
    Proposed,
    /// It was resolved.
    Resolved,
    /// It was analysed.
    Analysed,
    /// A proposed resolution came to nothing.
    Declined,
}

impl CaseEntryKind {
    /// To which part of the way it belongs.
    pub fn phase(self) -> CasePhase {
        match self {
            Self::Attempt | Self::Evidence | Self::Opened => CasePhase::Automatic,
            Self::Reminded | Self::Acknowledged | Self::Escalated => CasePhase::Remind,
            Self::Assigned
            | Self::Note
            | Self::Consulted
            | Self::Answered
            | Self::Proposed
            | Self::Declined
            | Self::Resolved => CasePhase::Manual,
            Self::Analysed => CasePhase::Analysis,
        }
    }
}

/// A row of `case_entry`; the field names are its columns. Append-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseEntry {
    /// Its id, ordered by time.
    pub entry_id: RowId,
    /// The account.
    pub account_number: AccountNumber,
    /// The case.
    pub case_id: CaseId,
    /// To which part of the way it belongs: a case that was solved by itself is resolved in the
    /// automatic one.
    pub phase: CasePhase,
    /// What happened.
    pub kind: CaseEntryKind,
    /// Who did it.
    pub principal: String,
    /// In words.
    pub text: String,
    /// The institution that was asked or answered; empty = none.
    pub institution: String,
    /// The number of a document; empty = none.
    pub reference: String,
    /// When.
    pub entry_time: DateTime<Utc>,
}
