//! Transactions that core banking records: what was moved, by whom, through which channel.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::{AccountNumber, TransactionId};
pub use super::money::Direction;
use super::money::{Currency, Minor};
use super::pass::{Operation, Presence};

/// Whether to check or to take note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Mode {
    /// Asked before it happens; refused when it may not pass.
    Authorize,
    /// Posted elsewhere already.
    Fact,
}

/// Who set it off.
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
pub enum Initiator {
    /// The account holder.
    Customer,
    /// The other side.
    Counterparty,
    /// The bank.
    Bank,
}

/// Through which channel the customer asks.
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
pub enum EntryChannel {
    /// Not said: counts as a non-counter channel.
    Unspecified,
    /// A branch counter.
    Counter,
    /// A mobile app.
    App,
    /// Web banking.
    Web,
    /// The phone.
    Phone,
    /// An API client.
    Api,
    /// A third-party platform.
    ThirdParty,
    /// A machine.
    SelfService,
}

/// What a payment is for.
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
pub enum Purpose {
    /// Not said.
    Unspecified,
    /// A transfer to someone else.
    Transfer,
    /// Taxes.
    Tax,
    /// Social insurance.
    SocialInsurance,
    /// Water, power, gas, phone.
    Utilities,
    /// Medical care.
    Medical,
    /// To an account of the same holder.
    OwnNameTransfer,
    /// Goods or services.
    Payment,
    /// Anything else.
    Other,
}

impl Purpose {
    /// Whether non-counter channels stay open for it while identity or joint-punishment measures
    /// close them (反洗钱法 30(2), 联合惩戒办法).
    pub fn is_exempt(self) -> bool {
        match self {
            Self::Tax
            | Self::SocialInsurance
            | Self::Utilities
            | Self::Medical
            | Self::OwnNameTransfer => true,
            Self::Unspecified | Self::Transfer | Self::Payment | Self::Other => false,
        }
    }
}

/// The customer debit that a channel and purpose make.
pub fn customer_debit(channel: EntryChannel, purpose: Purpose) -> Operation {
    match (channel, purpose.is_exempt()) {
        (EntryChannel::Counter, _) => Operation::CustomerDebitCounter,
        (_, true) => Operation::CustomerDebitExempt,
        (_, false) => Operation::CustomerDebitNonCounter,
    }
}

/// Whether the customer has been identified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Identification {
    /// Not, or not said.
    None,
    /// By their document, at the counter.
    Checked,
}

/// Where the customer is, from the channel and the identification.
pub fn presence(channel: EntryChannel, identification: Identification) -> Presence {
    match (channel == EntryChannel::Counter, identification) {
        (true, Identification::Checked) => Presence::Identified,
        (true, Identification::None) => Presence::AtCounter,
        (false, Identification::Checked | Identification::None) => Presence::Elsewhere,
    }
}

/// What kind of posting it is.
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
pub enum TransactionType {
    /// A transfer.
    Transfer,
    /// Cash in or out.
    Cash,
    /// A payment for goods or services.
    Payment,
    /// A fee.
    Fee,
    /// A loan paid out or back.
    Loan,
    /// A correction.
    Correction,
    /// A collection of what is owed.
    Collection,
    /// A payment that came back.
    Return,
    /// Interest.
    Interest,
    /// A payout that settled.
    Payout,
    /// Money that an authority had taken from what its freeze held.
    Deduction,
}

/// The operation that a transaction is, for the what-may-pass table.
pub fn operation(
    direction: Direction,
    kind: TransactionType,
    initiator: Initiator,
    debit: Operation,
) -> Operation {
    match (direction, kind, initiator) {
        (Direction::Credit, TransactionType::Return, _) => Operation::Return,
        (Direction::Credit, TransactionType::Interest, _) => Operation::Interest,
        (Direction::Credit, _, _) => Operation::Credit,
        (Direction::Debit, _, Initiator::Bank) => Operation::BankDebit,
        (Direction::Debit, _, Initiator::Customer | Initiator::Counterparty) => debit,
    }
}

/// Where a row comes from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Origin {
    /// Posted here: it moved the balance.
    #[default]
    Posted,
    /// History of another system: it moved nothing.
    Imported,
}

/// Where a posting is booked. What is not on the balance moved neither the balance nor the
/// account's last times: it stands on a list that someone works off.
#[derive(
    Debug,
    Clone,
    Copy,
    Default,
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
pub enum Booking {
    /// On the account's balance.
    #[default]
    Balance,
    /// A debit that happened although the account has not the money for it: owed to the bank. And
    /// what comes back of it.
    Receivable,
    /// Money that has come although the account can't take it, or that no one can place yet: kept
    /// by the bank.
    Suspense,
}

/// A row of `transaction_log`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transaction {
    /// The bank's id, or ours.
    pub transaction_id: TransactionId,
    /// The account.
    pub account_number: AccountNumber,
    /// Its number on the account; below zero for imported history, which lies before every posting.
    pub entry_seq: i64,
    /// What kind.
    pub transaction_type: TransactionType,
    /// Minor units.
    pub transaction_amount: Minor,
    /// The currency.
    pub currency_code: Currency,
    /// Which way.
    pub direction: Direction,
    /// Checked or noted.
    pub mode: Mode,
    /// Who set it off.
    pub initiator: Initiator,
    /// Through which channel.
    pub entry_channel: EntryChannel,
    /// What for.
    pub purpose: Purpose,
    /// The other side's account; empty = not said.
    pub counterparty_account: String,
    /// The other side's name; empty = not said.
    pub counterparty_name: String,
    /// When it counts.
    pub value_time: DateTime<Utc>,
    /// When it was recorded.
    pub recorded_time: DateTime<Utc>,
    /// The local day of the value time.
    pub transaction_date: NaiveDate,
    /// The local time of day of the value time, `HH:MM:SS`.
    pub transaction_time: String,
    /// Minor units after it; absent = imported and not known.
    pub balance_after_minor: Option<Minor>,
    /// Minor units available after it; absent = imported.
    pub available_after_minor: Option<Minor>,
    /// The principal that recorded it.
    pub recorded_by: String,
    /// The risk score, 0–100; absent = not scored.
    #[serde(default)]
    pub risk_score: Option<i32>,
    /// What the other system says of the risk.
    #[serde(default)]
    pub risk_flag: Option<String>,
    /// Posted here, or imported.
    #[serde(default)]
    pub origin: Origin,
    /// Where it is booked. Imported history is booked nowhere here and says BALANCE.
    #[serde(default)]
    pub booking: Booking,
}
