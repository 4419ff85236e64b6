//! Withdrawals: the row, who is paid, and what holds it back. [`state`] is where it can go.

pub mod state;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr};

pub use self::state::{Another, Event, Resolution, State, held_in, next};
use super::case::CaseResolution;
use super::id::{AccountNumber, WithdrawalId};
use super::money::{Currency, Minor};
use super::transaction::{EntryChannel, Purpose};

/// How long a withdrawal that may be sent is in the hands of the replica that wrote it so; after
/// that whoever finds it takes it up.
pub const HAND_OVER: TimeDelta = TimeDelta::seconds(5);

/// Who a withdrawal pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum BeneficiaryKind {
    /// A person.
    Person,
    /// An organisation.
    Organisation,
}

/// The beneficiary of a payout. Personal data: never logged, masked in answers.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beneficiary {
    /// The name on the account.
    pub beneficiary_name: String,
    /// The account, as the payee's bank writes it.
    pub beneficiary_account: String,
    /// The payee bank's code.
    pub beneficiary_bank_code: String,
    /// The payee bank's name.
    pub beneficiary_bank_name: String,
    /// Person or organisation.
    pub beneficiary_kind: BeneficiaryKind,
}

impl std::fmt::Debug for Beneficiary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Beneficiary(…)")
    }
}

/// Why a withdrawal is not being sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HeldReason {
    /// A condition that forbids the debit came after the reservation.
    Condition,
    /// No channel is left that would take it.
    NoChannel,
    /// The channels that would take it are closed.
    ChannelClosed,
    /// A channel asked for patience, or those that would take it have too much to do.
    RetryBackoff,
    /// People decide.
    Manual,
}

/// A row of `withdrawal`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Its id.
    pub withdrawal_id: WithdrawalId,
    /// The account that pays.
    pub account_number: AccountNumber,
    /// Its number on the account; lists are ordered by it.
    pub entry_seq: i64,
    /// The currency of the amount.
    pub currency_code: Currency,
    /// Minor units.
    pub amount_minor: Minor,
    /// Minor units held now.
    pub held_minor: Minor,
    /// Where it is.
    pub state: State,
    /// Who is paid.
    #[serde(flatten)]
    pub beneficiary: Beneficiary,
    /// The client's own words or number; empty = none.
    pub reference: String,
    /// What for.
    pub purpose: Purpose,
    /// Through which channel the customer asked.
    pub entry_channel: EntryChannel,
    /// Which payout channel the client would like; empty = any.
    pub preferred_channel: String,
    /// The principal that asked.
    pub requested_by: String,
    /// Why it ended as it did: a name of the refusal's or failure's reason; empty = nothing said.
    pub reason: String,
    /// Counts its changes; the etag.
    pub version: i64,
    /// When it was reserved.
    pub create_time: DateTime<Utc>,
    /// When it last changed.
    pub update_time: DateTime<Utc>,
    /// When it settled.
    pub settle_time: Option<DateTime<Utc>>,
    /// The channel of its last attempt; empty before the first.
    #[serde(default)]
    pub channel_id: String,
    /// How many attempts to pay it there were.
    #[serde(default)]
    pub attempts: i64,
    /// Why it is not being sent; absent = nothing holds it.
    #[serde(default)]
    pub held_reason: Option<HeldReason>,
    /// Since when it is held without an attempt in between.
    #[serde(default)]
    pub held_since: Option<DateTime<Utc>>,
    /// How much of it came out of what freezes leave for living costs, minor units.
    #[serde(default)]
    pub exempt_minor: Minor,
    /// When whoever finds it has to do something about it; absent = nothing is to be done.
    #[serde(default)]
    pub next_action_time: Option<DateTime<Utc>>,
    /// The causes of its open cases, see [`CaseCause::bit`](super::case::CaseCause::bit).
    #[serde(default)]
    pub cases: i64,
}

impl Withdrawal {
    /// Counts a change that shows, unless it was counted since `before`.
    pub fn step_from(&mut self, before: &Self, now: DateTime<Utc>) {
        if self.version == before.version {
            self.version = self.version.saturating_add(1);
            self.update_time = now;
        }
    }
    /// Whether people said what became of it, after it was quarantined or held for them.
    pub fn is_resolved(&self) -> bool {
        let ended = matches!(self.state, State::Settled | State::Failed | State::WrittenOff);
        ended && self.reason.parse::<CaseResolution>().is_ok()
    }

    /// Whether people look into it, or have.
    pub fn is_looked_into(&self) -> bool {
        self.cases != 0 || self.is_resolved()
    }

    /// The withdrawal as it was when it was reserved, whatever became of it.
    #[must_use]
    pub fn as_reserved(&self) -> Self {
        Self {
            held_minor: self.amount_minor,
            state: State::Reserved,
            reason: String::new(),
            version: 1,
            update_time: self.create_time,
            settle_time: None,
            channel_id: String::new(),
            attempts: 0,
            held_reason: None,
            held_since: None,
            next_action_time: Some(taken_up_by(self.create_time)),
            cases: 0,
            ..self.clone()
        }
    }
}

/// A withdrawal to which something may have to be done: what has to be known to take it up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// Which.
    pub withdrawal_id: WithdrawalId,
    /// The account that pays.
    pub account_number: AccountNumber,
    /// Where it was when it was found.
    pub state: State,
    /// Its currency.
    pub currency_code: Currency,
    /// Minor units.
    pub amount_minor: Minor,
    /// The payee bank's code; empty = not named.
    pub bank_code: String,
    /// Which channel the client would like; empty = any.
    pub preferred_channel: String,
    /// The channel of its last attempt; empty before the first.
    pub channel_id: String,
}

impl From<&Withdrawal> for Due {
    fn from(row: &Withdrawal) -> Self {
        Self {
            withdrawal_id: row.withdrawal_id.clone(),
            account_number: row.account_number.clone(),
            state: row.state,
            currency_code: row.currency_code,
            amount_minor: row.amount_minor,
            bank_code: row.beneficiary.beneficiary_bank_code.clone(),
            preferred_channel: row.preferred_channel.clone(),
            channel_id: row.channel_id.clone(),
        }
    }
}

/// Until when the replica that wrote it at `now` has a withdrawal in hand.
pub fn taken_up_by(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_add_signed(HAND_OVER).unwrap_or(now)
}
