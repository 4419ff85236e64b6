//! Objections: of the holder to a measure, which the bank answers within 15 days (反洗钱法 (2024) 39), and
//! of the bank to an authority's order, which a court answers within 15 days (网络查询、冻结规定 (2013) 6).
//! An objection changes nothing of what it is about; its clock is watched by the periodic review.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::freeze::Disclosure;
use super::id::{AccountNumber, ObjectionId};
use super::terms::Term;

/// How long an answer may take, from the day after the objection.
pub const ANSWER: Term = Term::days(15);

/// The most objections that may be open on one account.
pub const OPEN_MAX: usize = 100;

/// Who objects.
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
pub enum ObjectionParty {
    /// The holder: the bank answers.
    Holder,
    /// The bank: the authority answers.
    Bank,
}

/// What came of an objection.
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
pub enum ObjectionOutcome {
    /// It was right.
    Upheld,
    /// It was turned down.
    Rejected,
    /// It was taken back.
    Withdrawn,
}

/// A row of `objection`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Objection {
    /// Its id.
    pub objection_id: ObjectionId,
    /// The account.
    pub account_number: AccountNumber,
    /// The freeze or condition that it is about; empty = a refused order, or the account.
    pub subject_id: String,
    /// Who objects.
    pub raised_by: ObjectionParty,
    /// What is objected.
    pub text: String,
    /// The authority that has to answer; empty = the bank.
    pub authority_name: String,
    /// The document that is objected to; empty = none.
    pub document_no: String,
    /// Who may read of it.
    pub disclosure: Disclosure,
    /// The principal that recorded it.
    pub recorded_by: String,
    /// When it was recorded.
    pub create_time: DateTime<Utc>,
    /// The exclusive instant by which it has to be answered.
    pub due_time: DateTime<Utc>,
    /// What came of it; absent = no answer yet.
    pub outcome: Option<ObjectionOutcome>,
    /// The answer; empty = none yet.
    pub answer: String,
    /// The principal that recorded the answer; empty = none yet.
    pub answered_by: String,
    /// When it was answered.
    pub answer_time: Option<DateTime<Utc>>,
}

impl Objection {
    /// Whether it waits for an answer.
    pub fn is_open(&self) -> bool {
        self.outcome.is_none()
    }
}

/// By when an objection of this instant has to be answered.
pub fn due(at: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
    ANSWER.end(at, zone).unwrap_or(at)
}
