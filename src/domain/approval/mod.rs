//! Four eyes: proposals that wait for a second person, and what history says of it.
//!
//! An act that needs a second person is decided in full when it is proposed, then dropped; the
//! [`Approval`] keeps the request and pins the version of what it is about. When somebody else approves,
//! the request is decided again and takes effect ([`super::book`]). Which acts need a second person is
//! said by [`policy`].

pub mod policy;
pub mod subject;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::freeze::Disclosure;
use super::id::{AccountNumber, ApprovalId};

/// The most proposals that may be open on one account.
pub const OPEN_MAX: usize = 100;

/// What a history row says of the second person.
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
pub enum ApprovalStatus {
    /// The act needed none, or the policy waived it.
    NotRequired,
    /// An emergency act that waits for its confirmation.
    Pending,
    /// A second person approved.
    Approved,
}

/// Where a proposal stands. Every state but PENDING is final.
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
pub enum ApprovalState {
    /// It waits for a second person.
    Pending,
    /// A second person agreed; the act was carried out.
    Approved,
    /// A second person declined.
    Rejected,
    /// Nobody decided in time.
    Expired,
    /// Its proposer took it back.
    Withdrawn,
    /// What it is about changed in the meantime.
    Stale,
}

impl ApprovalState {
    /// The name on the wire and in tables, such as `PENDING`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a proposal is about: whose version it pins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum SubjectKind {
    /// The account's status as a whole.
    Account,
    /// One freeze as it is.
    Freeze,
    /// One freeze as an emergency: however much of it was lifted, until it is confirmed or ends.
    Emergency,
    /// One condition.
    Condition,
    /// One case.
    Case,
    /// One item in suspense.
    Suspense,
}

/// A row of `approval`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Its id.
    pub approval_id: ApprovalId,
    /// The account.
    pub account_number: AccountNumber,
    /// Where it stands.
    pub state: ApprovalState,
    /// The act in a word, such as `CLOSE` or `RELEASE_FREEZE`.
    pub action: String,
    /// What it is about,
    pub subject_kind: SubjectKind,
    /// by its id; empty for the account,
    pub subject_id: String,
    /// and in which version ([`subject::version`]).
    pub subject_version: i64,
    /// The same for two proposals of one change; one is open at a time.
    pub change_key: String,
    /// Who proposed it.
    pub proposed_by: String,
    /// Why, as the request says.
    pub reason: String,
    /// The act, as it was received and parsed.
    pub request: serde_json::Value,
    /// Who may read reason and request.
    pub disclosure: Disclosure,
    /// When it was proposed.
    pub create_time: DateTime<Utc>,
    /// Open before this instant only.
    pub expire_time: DateTime<Utc>,
    /// Who decided it; empty = nobody.
    pub decided_by: String,
    /// When it was decided, or ended.
    pub decide_time: Option<DateTime<Utc>>,
    /// What who decided it said.
    pub comment: String,
}

impl Approval {
    /// Whether it can still be decided, provided that lapses up to now were applied.
    pub fn is_open(&self) -> bool {
        self.state == ApprovalState::Pending
    }

    /// The proposal as it is at an instant, for reads: one that ran out is EXPIRED.
    #[must_use]
    pub fn seen_at(mut self, now: DateTime<Utc>) -> Self {
        if self.is_open() && self.expire_time <= now {
            let at = self.expire_time;
            self.end(ApprovalState::Expired, "", at);
        }
        self
    }

    /// Ends it.
    pub fn end(&mut self, state: ApprovalState, by: &str, at: DateTime<Utc>) {
        self.state = state;
        by.clone_into(&mut self.decided_by);
        self.decide_time = Some(at);
    }
}
