//! Amounts and instants of the domain as every message carries them, ours and those of channels.

use chrono::{DateTime, Utc};
use prost_types::Timestamp;

use crate::domain::money::Money;
use crate::pb::v1;

/// An amount.
pub fn money(money: Money) -> v1::Money {
    v1::Money { currency_code: money.currency.code().to_owned(), amount: money.to_string() }
}

/// An instant.
pub fn timestamp(at: DateTime<Utc>) -> Timestamp {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap_or(0);
    Timestamp { seconds: at.timestamp(), nanos }
}
