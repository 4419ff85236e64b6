//! Withdrawals and their state machine: one pure table of state × event.
//!
//! Reserving holds the money, settling debits it, failing or cancelling gives it back. An event is
//! what an attempt's evidence says; a pair that the table doesn't name changes nothing.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::{AccountNumber, WithdrawalId};
use super::money::{Currency, Minor};
use super::transaction::{EntryChannel, Purpose};

/// Where a withdrawal is.
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
pub enum State {
    /// The money is held; nothing was sent.
    Reserved,
    /// The intent is committed; the request may be on its way.
    Dispatching,
    /// The channel took it.
    Accepted,
    /// Nobody knows; it is inquired.
    Unknown,
    /// The beneficiary has the money.
    Settled,
    /// It failed for good; the money is back.
    Failed,
    /// Cancelled before anything was sent; the money is back.
    Cancelled,
    /// Settled after it had failed or been cancelled.
    SettledLate,
    /// Settled, then returned.
    Returned,
    /// The evidence names another amount, currency or beneficiary.
    Quarantined,
    /// Closed by a case as a loss.
    WrittenOff,
}

/// What an attempt is in.
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
pub enum AttemptState {
    /// Committed before the first byte is sent.
    Intent,
    /// The channel took it.
    Accepted,
    /// No proof either way.
    Unknown,
    /// Paid.
    Settled,
    /// Proven never to be paid.
    Dead,
    /// Paid, then returned.
    Returned,
    /// Paid although a later attempt was.
    Duplicate,
}

/// Where the money of an event's withdrawal may go on after a dead attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Another {
    /// Another attempt is allowed.
    Allowed,
    /// No more.
    NoMore,
}

/// How a quarantine is resolved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Resolution {
    /// It was paid.
    Settled,
    /// It was not paid.
    Failed,
    /// It is a loss.
    WrittenOff,
}

/// What happened, as the evidence tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Event {
    /// The client cancels.
    Cancel,
    /// A freeze takes the money of what was not sent.
    TakenByFreeze,
    /// Claim, recheck, route and intent were committed.
    AttemptStarted,
    /// The channel says it took it.
    Accepted,
    /// Settled with the right amount.
    Settled,
    /// No answer, a non-OK status, or a contradiction in time.
    NoAnswer,
    /// An inquiry says that the channel has it.
    InquiryAccepted,
    /// The open attempt is proven dead.
    ProvenDead(Another),
    /// No attempt is open and the time to live is over.
    TimeToLiveOver,
    /// An older attempt settled while a newer one is open.
    OlderSettled,
    /// The payment came back.
    Returned,
    /// Other amount, currency or beneficiary.
    Mismatch,
    /// A case resolves a quarantine.
    Resolved(Resolution),
}

impl Event {
    /// Every event, for tests that walk the table.
    pub const ALL: [Self; 16] = [
        Self::Cancel,
        Self::TakenByFreeze,
        Self::AttemptStarted,
        Self::Accepted,
        Self::Settled,
        Self::NoAnswer,
        Self::InquiryAccepted,
        Self::ProvenDead(Another::Allowed),
        Self::ProvenDead(Another::NoMore),
        Self::TimeToLiveOver,
        Self::OlderSettled,
        Self::Returned,
        Self::Mismatch,
        Self::Resolved(Resolution::Settled),
        Self::Resolved(Resolution::Failed),
        Self::Resolved(Resolution::WrittenOff),
    ];
}

/// The table: the state after an event, or `None` where the pair changes nothing (its evidence is
/// stored; a contradiction opens a case). There is no arm that leads from UNKNOWN to another
/// channel without proof.
pub fn next(state: State, event: Event) -> Option<State> {
    use State as S;
    match (state, event) {
        // A second mismatch on what is quarantined already adds evidence, not a state.
        (S::Quarantined, Event::Mismatch) => None,
        (_, Event::Mismatch) => Some(S::Quarantined),
        (S::Reserved, Event::Cancel | Event::TakenByFreeze) => Some(S::Cancelled),
        (S::Reserved, Event::AttemptStarted) => Some(S::Dispatching),
        (S::Reserved, Event::TimeToLiveOver) => Some(S::Failed),
        (S::Dispatching, Event::Accepted) => Some(S::Accepted),
        (S::Dispatching | S::Accepted | S::Unknown, Event::Settled) => Some(S::Settled),
        (S::Dispatching | S::Accepted, Event::NoAnswer) => Some(S::Unknown),
        (S::Unknown, Event::InquiryAccepted) => Some(S::Accepted),
        (S::Dispatching | S::Accepted | S::Unknown, Event::ProvenDead(Another::Allowed)) => {
            Some(S::Reserved)
        }
        (S::Dispatching | S::Accepted | S::Unknown, Event::ProvenDead(Another::NoMore)) => {
            Some(S::Failed)
        }
        // "Any with a newer attempt open": an attempt is open in these three.
        (S::Dispatching | S::Accepted | S::Unknown, Event::OlderSettled) => Some(S::Settled),
        (S::Failed | S::Cancelled, Event::Settled) => Some(S::SettledLate),
        (S::Settled | S::SettledLate, Event::Returned) => Some(S::Returned),
        (S::Quarantined, Event::Resolved(Resolution::Settled)) => Some(S::Settled),
        (S::Quarantined, Event::Resolved(Resolution::Failed)) => Some(S::Failed),
        (S::Quarantined, Event::Resolved(Resolution::WrittenOff)) => Some(S::WrittenOff),
        (
            S::Reserved
            | S::Dispatching
            | S::Accepted
            | S::Unknown
            | S::Settled
            | S::Failed
            | S::Cancelled
            | S::SettledLate
            | S::Returned
            | S::Quarantined
            | S::WrittenOff,
            Event::Cancel
            | Event::TakenByFreeze
            | Event::AttemptStarted
            | Event::Accepted
            | Event::Settled
            | Event::NoAnswer
            | Event::InquiryAccepted
            | Event::ProvenDead(_)
            | Event::TimeToLiveOver
            | Event::OlderSettled
            | Event::Returned
            | Event::Resolved(_),
        ) => None,
    }
}

/// What a state holds of a withdrawal's amount, minor units; `held` is what it held before.
pub fn held_in(state: State, amount: Minor, held: Minor) -> Minor {
    match state {
        State::Reserved | State::Dispatching | State::Accepted | State::Unknown => amount,
        State::Quarantined => held,
        State::Settled
        | State::Failed
        | State::Cancelled
        | State::SettledLate
        | State::Returned
        | State::WrittenOff => 0,
    }
}

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
}

impl Withdrawal {
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
            ..self.clone()
        }
    }
}
