//! Why channels reject, and what each reason leads to: one table.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// Why a channel rejected a payout.
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
pub enum RejectReason {
    /// Not said, or none that we know.
    Unspecified,
    /// Too much to do.
    ChannelBusy,
    /// Being worked on.
    Maintenance,
    /// More calls than agreed.
    RateLimited,
    /// The channel doesn't reach the payee's bank.
    BankNotServed,
    /// The channel doesn't carry this amount.
    AmountOutOfRange,
    /// The payee's account is closed.
    PayeeAccountClosed,
    /// The payee's account is frozen.
    PayeeAccountFrozen,
    /// The name is not the holder's.
    PayeeNameMismatch,
    /// There is no such account.
    PayeeAccountInvalid,
    /// The payee is on a list.
    PayeeBlacklisted,
    /// The channel's compliance holds it.
    ComplianceHold,
    /// The channel failed after it had taken the payout.
    SystemError,
}

/// What a reason leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The same key again, a little later; then another channel.
    RetrySame,
    /// Another channel.
    NextChannel,
    /// No channel will: the money goes back.
    Final,
    /// The channel has to be asked.
    Ask,
    /// People decide.
    Manual,
}

/// The table (design, domain 5).
pub fn class(reason: RejectReason) -> Class {
    match reason {
        RejectReason::ChannelBusy | RejectReason::Maintenance | RejectReason::RateLimited => {
            Class::RetrySame
        }
        RejectReason::BankNotServed | RejectReason::AmountOutOfRange => Class::NextChannel,
        RejectReason::PayeeAccountClosed
        | RejectReason::PayeeAccountFrozen
        | RejectReason::PayeeNameMismatch
        | RejectReason::PayeeAccountInvalid
        | RejectReason::PayeeBlacklisted => Class::Final,
        RejectReason::SystemError => Class::Ask,
        RejectReason::ComplianceHold | RejectReason::Unspecified => Class::Manual,
    }
}
