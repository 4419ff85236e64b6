//! What channels say, and what we know of who said it: every statement is stored, whatever it
//! changes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::PayoutKey;
use super::reason::RejectReason;
use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::money::{Currency, Minor, Money};

/// How a statement came.
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
pub enum Source {
    /// The reply to sending it.
    Submit,
    /// The reply to asking after it.
    Inquiry,
    /// The reply to calling it back.
    Void,
    /// A report of the channel's own.
    Callback,
    /// A statement of the channel.
    Statement,
    /// Two persons of the bank.
    People,
}

/// What was paid, or came back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Paid {
    /// How much.
    pub amount: Money,
    /// To which account, where that is said.
    pub payee_account: Option<String>,
    /// When, where that is said.
    pub at: Option<DateTime<Utc>>,
}

/// Whether a rejection is the end of its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Finality {
    /// The same key may be sent again.
    Transient,
    /// It will never be paid.
    Final,
}

/// So far a channel's clock may be from ours: what was sent nearer to the begin or the end of a
/// statement may stand on the one before or after.
pub const CLOCKS_APART: TimeDelta = TimeDelta::minutes(5);

/// A time, by the clock of a channel: of a statement, or of statements that touch each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// From this instant on,
    pub from: DateTime<Utc>,
    /// and before this one.
    pub until: DateTime<Utc>,
}

impl Period {
    /// Whether an instant lies in it.
    pub fn holds(&self, instant: DateTime<Utc>) -> bool {
        self.from <= instant && instant < self.until
    }

    /// This much more on both sides.
    #[must_use]
    pub fn widened(&self, by: TimeDelta) -> Self {
        Self {
            from: self.from.checked_sub_signed(by).unwrap_or(self.from),
            until: self.until.checked_add_signed(by).unwrap_or(self.until),
        }
    }

    /// From the earlier begin until the later end.
    #[must_use]
    pub fn joined(&self, other: &Self) -> Self {
        Self { from: self.from.min(other.from), until: self.until.max(other.until) }
    }

    /// What it has in common with another time; empty when it ends before it begins.
    #[must_use]
    pub fn within(&self, other: &Self) -> Self {
        Self { from: self.from.max(other.from), until: self.until.min(other.until) }
    }
}

/// What is said of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Said {
    /// Nothing that means anything: no answer, or a status other than OK.
    NoAnswer,
    /// The channel is going to pay it.
    Accepted,
    /// The payee has the money.
    Settled(Paid),
    /// It was not paid.
    Rejected(Finality, RejectReason),
    /// The channel has it and can't say yet.
    InProgress,
    /// The channel has never seen it.
    UnknownKey,
    /// The channel will never pay it.
    Tombstone,
    /// It was paid, and came back.
    Returned(Paid),
    /// Final statements of this time don't list it.
    NotListed(Period),
}

/// [`Said`] without its details, as it is stored.
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
pub enum SaidKind {
    /// [`Said::NoAnswer`].
    NoAnswer,
    /// [`Said::Accepted`].
    Accepted,
    /// [`Said::Settled`].
    Settled,
    /// [`Said::Rejected`], and the same key may be sent again.
    RejectedTransient,
    /// [`Said::Rejected`], for ever.
    RejectedFinal,
    /// [`Said::InProgress`].
    InProgress,
    /// [`Said::UnknownKey`].
    UnknownKey,
    /// [`Said::Tombstone`].
    Tombstone,
    /// [`Said::Returned`].
    Returned,
    /// [`Said::NotListed`].
    NotListed,
}

impl Said {
    /// What kind of statement it is.
    pub fn kind(&self) -> SaidKind {
        match self {
            Self::NoAnswer => SaidKind::NoAnswer,
            Self::Accepted => SaidKind::Accepted,
            Self::Settled(_) => SaidKind::Settled,
            Self::Rejected(Finality::Transient, _) => SaidKind::RejectedTransient,
            Self::Rejected(Finality::Final, _) => SaidKind::RejectedFinal,
            Self::InProgress => SaidKind::InProgress,
            Self::UnknownKey => SaidKind::UnknownKey,
            Self::Tombstone => SaidKind::Tombstone,
            Self::Returned(_) => SaidKind::Returned,
            Self::NotListed(_) => SaidKind::NotListed,
        }
    }

    /// What was paid or came back.
    pub fn paid(&self) -> Option<&Paid> {
        match self {
            Self::Settled(paid) | Self::Returned(paid) => Some(paid),
            Self::NoAnswer
            | Self::Accepted
            | Self::Rejected(..)
            | Self::InProgress
            | Self::UnknownKey
            | Self::Tombstone
            | Self::NotListed(_) => None,
        }
    }

    /// Why it was rejected.
    pub fn reason(&self) -> Option<RejectReason> {
        match self {
            Self::Rejected(_, reason) => Some(*reason),
            Self::NoAnswer
            | Self::Accepted
            | Self::Settled(_)
            | Self::InProgress
            | Self::UnknownKey
            | Self::Tombstone
            | Self::Returned(_)
            | Self::NotListed(_) => None,
        }
    }
}

/// A statement about a key, before it is judged.
#[derive(Debug, Clone, Serialize)]
pub struct Statement {
    /// About which key.
    pub key: PayoutKey,
    /// How it came.
    pub source: Source,
    /// For replies: the epoch of the one who called. 0 for what the channel says by itself.
    pub epoch: i64,
    /// What it says.
    pub said: Said,
    /// The channel's own code; empty = none.
    pub channel_code: String,
}

impl Statement {
    /// The id of its row: the same statement from the same source is one piece of evidence, however
    /// often it comes.
    pub fn evidence_id(&self) -> String {
        let content = serde_json::to_vec(self).expect("statements are plain data");
        let mut id = hex::encode(Sha256::digest(content));
        id.truncate(32);
        id
    }
}

/// What evidence did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum EvidenceEffect {
    /// The withdrawal or its attempt moved.
    Applied,
    /// It says what was known.
    NothingNew,
    /// It says the opposite of what was known: people have to look.
    Contradiction,
}

/// A row of `evidence`; the field names are its columns. Never personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The withdrawal.
    pub withdrawal_id: WithdrawalId,
    /// Which of its attempts.
    pub number: i64,
    /// Names the statement, see [`Statement::evidence_id`].
    pub evidence_id: String,
    /// The account that pays.
    pub account_number: AccountNumber,
    /// How it came.
    pub source: Source,
    /// What it says.
    pub said: SaidKind,
    /// Why it was rejected; empty = it was not.
    pub reason: String,
    /// The channel's own code; empty = none.
    pub channel_code: String,
    /// Minor units that were paid or came back.
    pub amount_minor: Option<Minor>,
    /// Their currency.
    pub currency_code: Option<Currency>,
    /// What it did.
    pub effect: EvidenceEffect,
    /// When it was stored.
    pub received_time: DateTime<Utc>,
}
