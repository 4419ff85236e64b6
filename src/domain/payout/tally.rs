//! What statistics count of attempts: small sums that each commit appends, and that are added up by
//! hour and day later, so that no row is hot.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::id::{AccountNumber, ChannelId, RowId};
use crate::domain::money::{Currency, Minor};

/// What is counted.
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
pub enum Counted {
    /// An attempt was started.
    Started,
    /// It settled; the detail is how long it took.
    Settled,
    /// It was proven dead; the detail is why.
    Dead,
    /// It was paid, and returned.
    Returned,
    /// It became unknown for the first time.
    BecameUnknown,
    /// It was unknown and came to its end by itself; the detail is how long it took.
    SolvedByItself,
    /// It was unknown and came to its end by people; the detail is how long it took.
    SolvedByPeople,
}

/// A band of amounts, in major units of whatever currency.
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
pub enum AmountBand {
    /// Below 1,000.
    #[strum(serialize = "BELOW_1K")]
    #[serde(rename = "BELOW_1K")]
    Below1k,
    /// From 1,000, below 10,000.
    #[strum(serialize = "1K_TO_10K")]
    #[serde(rename = "1K_TO_10K")]
    From1k,
    /// From 10,000, below 50,000.
    #[strum(serialize = "10K_TO_50K")]
    #[serde(rename = "10K_TO_50K")]
    From10k,
    /// From 50,000, below 200,000.
    #[strum(serialize = "50K_TO_200K")]
    #[serde(rename = "50K_TO_200K")]
    From50k,
    /// From 200,000, below 1,000,000.
    #[strum(serialize = "200K_TO_1M")]
    #[serde(rename = "200K_TO_1M")]
    From200k,
    /// From 1,000,000.
    #[strum(serialize = "FROM_1M")]
    #[serde(rename = "FROM_1M")]
    From1m,
}

/// What is counted together.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct TallyKey {
    /// The channel.
    pub channel_id: ChannelId,
    /// The payee's bank.
    pub bank_code: String,
    /// The band of the amount.
    pub band: AmountBand,
    /// The currency.
    pub currency_code: Currency,
    /// The hour in which the attempt was started.
    pub hour: DateTime<Utc>,
    /// What is counted.
    pub counted: Counted,
    /// A reason, or a span of time; empty = none.
    pub detail: String,
}

/// A row of `channel_tally`; the field names are its columns. Append-only, and gone once it is added
/// up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Its id, ordered by time.
    pub tally_id: RowId,
    /// An account of the commit: it says only where the row is kept.
    pub account_number: AccountNumber,
    /// The channel.
    pub channel_id: ChannelId,
    /// The payee's bank.
    pub bank_code: String,
    /// The band of the amount.
    pub band: AmountBand,
    /// The currency.
    pub currency_code: Currency,
    /// The hour in which the attempts were started.
    pub hour: DateTime<Utc>,
    /// What is counted.
    pub counted: Counted,
    /// A reason, or a span of time; empty = none.
    pub detail: String,
    /// How many.
    pub count: i64,
    /// Their amounts, minor units.
    pub amount_minor: Minor,
}
