//! Money that stands beside accounts, and what channels said of things that we don't know: lists that
//! people work off.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::{AccountNumber, ChannelId, TransactionId};
use super::money::{Currency, Direction, Minor};
use super::payout::evidence::{SaidKind, Source};
use super::transaction::Booking;

/// How an item is cleared.
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
pub enum Clearing {
    /// Credited to the account.
    CreditAccount,
    /// Taken from the account.
    DebitAccount,
    /// Settled elsewhere.
    SettledOutside,
    /// Two items cancel each other.
    Offset,
    /// A loss or gain of the bank.
    WriteOff,
    /// About nothing of ours.
    Dismiss,
}

/// A row of `suspense_item`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SuspenseItem {
    /// Its id: that of its transaction.
    pub item_id: TransactionId,
    /// The account.
    pub account_number: AccountNumber,
    /// SUSPENSE or RECEIVABLE.
    pub booking: Booking,
    /// Came or left.
    pub direction: Direction,
    /// Minor units.
    pub amount_minor: Minor,
    /// Their currency.
    pub currency_code: Currency,
    /// The withdrawal behind it; empty = none.
    pub withdrawal_id: String,
    /// The channel; empty = none.
    pub channel_id: String,
    /// The case about it; empty = none.
    pub case_id: String,
    /// When it came.
    pub create_time: DateTime<Utc>,
    /// How it was cleared; absent = it is open.
    pub clearing: Option<Clearing>,
    /// The reference for it; empty = none.
    pub clearing_reference: String,
    /// Why; empty = not cleared.
    pub clearing_reason: String,
    /// The transaction that cleared it, or the other item; empty = none.
    pub clearing_transaction_id: String,
    /// Who cleared it; empty = nobody.
    pub cleared_by: String,
    /// Who agreed; empty = nobody had to.
    pub approved_by: String,
    /// When.
    pub clear_time: Option<DateTime<Utc>>,
    /// Counts its changes; the etag.
    pub version: i64,
}

/// Why a statement of a channel fits nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Stray {
    /// The key was never given out, or to this channel under another routing token.
    UnknownKey,
    /// The key was given to another channel.
    ForeignChannel,
}

/// A row of `inbox`; the field names are its columns. It belongs to no account that we know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxItem {
    /// Names the statement: the same from the same channel is one item, however often it comes.
    pub inbox_id: String,
    /// Who says so.
    pub channel_id: ChannelId,
    /// About which key.
    pub payout_key: String,
    /// With which routing token; empty = none.
    pub routing_token: String,
    /// Why it fits nothing.
    pub stray: Stray,
    /// How it came.
    pub source: Source,
    /// What it says.
    pub said: SaidKind,
    /// Minor units that were paid or came back.
    pub amount_minor: Option<Minor>,
    /// Their currency.
    pub currency_code: Option<Currency>,
    /// The channel's own code; empty = none.
    pub channel_code: String,
    /// The principal that brought it.
    pub received_by: String,
    /// When it came first.
    pub create_time: DateTime<Utc>,
    /// How it was cleared; absent = it is open.
    pub clearing: Option<Clearing>,
    /// The reference for it; empty = none.
    pub clearing_reference: String,
    /// Why; empty = not cleared.
    pub clearing_reason: String,
    /// Who cleared it; empty = nobody.
    pub cleared_by: String,
    /// When.
    pub clear_time: Option<DateTime<Utc>>,
    /// Counts its changes; the etag.
    pub version: i64,
}
