//! The state machine of withdrawals: one pure table of state × event.
//!
//! Reserving holds the money, settling debits it, failing or cancelling gives it back. An event is
//! what an attempt's evidence says; a pair that the table doesn't name changes nothing.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::money::Minor;

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

impl State {
    /// Whether an attempt to pay it may be on its way.
    pub fn has_open_attempt(self) -> bool {
        match self {
            Self::Dispatching | Self::Accepted | Self::Unknown => true,
            Self::Reserved
            | Self::Settled
            | Self::Failed
            | Self::Cancelled
            | Self::SettledLate
            | Self::Returned
            | Self::Quarantined
            | Self::WrittenOff => false,
        }
    }

    /// Whether nothing more is going to happen to it by itself.
    pub fn is_final(self) -> bool {
        match self {
            Self::Settled
            | Self::Failed
            | Self::Cancelled
            | Self::SettledLate
            | Self::Returned
            | Self::WrittenOff => true,
            Self::Reserved
            | Self::Dispatching
            | Self::Accepted
            | Self::Unknown
            | Self::Quarantined => false,
        }
    }
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
    /// An attempt that was proven dead settled after all: a newer one is open, or may be any moment.
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
        // "Any with a newer attempt open": an attempt is open in these three. One that is reserved
        // again may have one at any moment; what an older attempt paid is paid there, too, and
        // sending it once more would be the one thing that must never happen.
        (S::Reserved | S::Dispatching | S::Accepted | S::Unknown, Event::OlderSettled) => {
            Some(S::Settled)
        }
        (S::Failed | S::Cancelled, Event::Settled) => Some(S::SettledLate),
        (S::Settled | S::SettledLate, Event::Returned) => Some(S::Returned),
        // People decide on one that waits for them.
        (S::Reserved, Event::Resolved(Resolution::Failed)) => Some(S::Failed),
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
