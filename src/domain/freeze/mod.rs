//! Freezes: each a record of its own, many side by side on one account.
//!
//! [`kind`] holds the law's table of kinds, [`control`] the one function that tells which freeze
//! controls what, [`line`] the freezes of an account, [`power`] who may order what about one, [`papers`]
//! what has to come with an order, [`ends`] how long it may last, [`standing`] what an authority is told
//! of its place. This file is the record, [`act`] what happened to it.

pub mod act;
pub mod control;
pub mod ends;
pub mod kind;
pub mod line;
pub mod papers;
pub mod power;
pub mod standing;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::{AccountNumber, FreezeId};
use super::money::Minor;
use super::status::{Cause, ConditionKind};
use super::terms::{Term, TermUnit};
pub use act::{FreezeAct, FreezeActKind};
use kind::AuthorityKind;

/// Who stands behind a freeze.
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
pub enum FreezeType {
    /// An authority: courts, police, tax, administrative organs, AML, lists.
    Judicial,
    /// The bank's own measure.
    Bank,
    /// The customer: a loss report. Made only by the loss actions.
    Customer,
}

/// Where a freeze is in its life.
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
pub enum FreezeStatus {
    /// In effect.
    Active,
    /// Registered behind an earlier freeze (轮候); without effect until its turn.
    Waiting,
    /// Lifted.
    Released,
    /// Ran out.
    Expired,
}

/// How much of the account a freeze takes.
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
pub enum FreezeMode {
    /// Up to an amount; later credits are captured until it is reached.
    Amount,
    /// The whole account: receives, pays nothing (只收不付).
    Whole,
    /// The whole account, neither in nor out (双向冻结).
    TwoWay,
}

/// How the order reached the bank.
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
pub enum FreezeSource {
    /// The courts' network control system (网络查控).
    CourtNetwork,
    /// The police platform.
    PolicePlatform,
    /// Papers served on the bank.
    Paper,
    /// The bank itself.
    Internal,
}

/// Who may read why an account is frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Disclosure {
    /// Whoever may read freezes.
    Open,
    /// Only with the scope `confidential`.
    Confidential,
}

/// Whether the bank acted before a second person could confirm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Urgency {
    /// The ordinary way.
    Ordinary,
    /// Acts at once and lapses after 48 hours unless confirmed.
    Emergency,
}

/// Why the bank may act before a second person confirms; a closed list.
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
pub enum EmergencyCause {
    /// Somebody else seems to act for the holder.
    AccountTakeover,
    /// A fraud is under way.
    FraudInProgress,
    /// Money came in by mistake.
    PaymentInError,
    /// A fault of a system.
    SystemFault,
}

/// What an order serves, where an account's money is protected.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, EnumString, IntoStaticStr,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Serves {
    /// Any claim.
    #[default]
    AnyClaim,
    /// The very purpose that the money is protected for, as the order says.
    ProtectedPurpose,
}

impl Serves {
    /// Whether the order says nothing of a protected purpose.
    pub fn is_any_claim(&self) -> bool {
        *self == Self::AnyClaim
    }
}

/// Why a measure because of a list is lifted; a closed list (反洗钱特别预防措施管理办法 2026, 23).
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
pub enum ListGround {
    /// The name was taken off the list.
    Delisted,
    /// The holder was matched by mistake.
    Mistaken,
    /// The competent organ decided so.
    CompetentOrgan,
}

/// An officer named in the papers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Officer {
    /// The officer's name.
    pub name: String,
    /// The number of the officer's paper.
    pub badge_no: String,
}

/// A row of `account_freeze`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Freeze {
    /// Its id.
    pub freeze_id: FreezeId,
    /// The account.
    pub account_number: AccountNumber,
    /// Counts the account's freezes as they were entered; breaks ties of `served_time`.
    pub freeze_seq: i64,
    /// Who stands behind it.
    pub freeze_type: FreezeType,
    /// Where it is in its life.
    pub freeze_status: FreezeStatus,
    /// How much it takes.
    pub freeze_mode: FreezeMode,
    /// The kind of order (the law's table, [`kind::KINDS`]).
    pub authority_kind: AuthorityKind,
    /// The authority, or the department of the bank.
    pub freeze_by: String,
    /// The document.
    pub court_order_no: String,
    /// The officers named in it.
    pub officers: Vec<Officer>,
    /// The notice of assistance served with it; empty = none.
    #[serde(default)]
    pub notice_no: String,
    /// Minor units claimed; absent = the whole account.
    pub freeze_amount: Option<Minor>,
    /// Minor units left free for living costs.
    pub exempt_minor: Minor,
    /// The reason in words.
    pub freeze_reason: String,
    /// What would end it, in words.
    pub unfreeze_condition: String,
    /// Who may read it.
    pub disclosure: Disclosure,
    /// Whether it waits for a confirmation.
    pub urgency: Urgency,
    /// Why it acted before; stays when it is confirmed.
    #[serde(default)]
    pub emergency_cause: Option<EmergencyCause>,
    /// How the order arrived.
    pub source: FreezeSource,
    /// Why, as texts know it, once in effect.
    pub cause: Cause,
    /// When the papers were served: decides the rank.
    pub served_time: DateTime<Utc>,
    /// The local day of service.
    pub freeze_date: NaiveDate,
    /// When it took effect; absent while it waits.
    pub effective_time: Option<DateTime<Utc>>,
    /// Ends at this exclusive instant; absent = no end, or not counted yet while it waits.
    pub expire_time: Option<DateTime<Utc>>,
    /// The last day, inclusive.
    pub expiry_date: Option<NaiveDate>,
    /// The term that starts when a waiting freeze takes effect: its length,
    pub term_count: Option<u32>,
    /// and unit.
    pub term_unit: Option<TermUnit>,
    /// How often its term was renewed.
    #[serde(default)]
    pub renewals: u32,
    /// The freeze whose place it took over, or that it renewed after its end.
    #[serde(default)]
    pub preceding_freeze_id: Option<FreezeId>,
    /// The number that breaks ties for its place, where that is not its own: it took a place over.
    #[serde(default)]
    pub rank_seq: Option<i64>,
    /// Whether it serves what the account's money is protected for.
    #[serde(default)]
    pub serves: Serves,
    /// When it ended.
    pub ended_time: Option<DateTime<Utc>>,
    /// The principal that entered it.
    pub created_by: String,
    /// When it was entered.
    pub create_time: DateTime<Utc>,
    /// When it last changed.
    pub update_time: DateTime<Utc>,
}

impl Freeze {
    /// Whether it is ACTIVE or WAITING.
    pub fn in_force(&self) -> bool {
        matches!(self.freeze_status, FreezeStatus::Active | FreezeStatus::Waiting)
    }

    /// Whether it takes the whole account.
    pub fn takes_all(&self) -> bool {
        matches!(self.freeze_mode, FreezeMode::Whole | FreezeMode::TwoWay)
    }

    /// The kind of condition it makes while in force.
    pub fn condition_kind(&self) -> ConditionKind {
        match self.freeze_type {
            FreezeType::Judicial | FreezeType::Bank => ConditionKind::Frozen,
            FreezeType::Customer => ConditionKind::Lost,
        }
    }

    /// Why the condition it makes holds, as texts tell it.
    pub fn shown_cause(&self) -> Cause {
        match self.freeze_status {
            FreezeStatus::Waiting => Cause::FreezeWaiting,
            FreezeStatus::Active | FreezeStatus::Released | FreezeStatus::Expired => self.cause,
        }
    }

    /// The term to count from the instant it takes effect, where one is stored.
    pub fn term(&self) -> Option<Term> {
        Some(Term { count: self.term_count?, unit: self.term_unit? })
    }

    /// The rank in which freezes fill: authorities by time of service, then the bank, then the
    /// customer; the order of entry breaks ties.
    pub fn rank(&self) -> (u8, DateTime<Utc>, i64) {
        let class = match self.freeze_type {
            FreezeType::Judicial => 0,
            FreezeType::Bank => 1,
            FreezeType::Customer => 2,
        };
        (class, self.served_time, self.rank_seq.unwrap_or(self.freeze_seq))
    }
}
