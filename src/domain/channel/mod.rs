//! Payout channels: what the bank has settled for each of them, and what is known of how they work.
//!
//! A channel is a row that people change ([`Channel`]); the rules of routing read it. How a channel
//! fares is known to each replica for itself and is never stored: its [`window`] of answers, its
//! [`breaker`], what its [`probe`]s say. What it may carry in all is shared out among the replicas
//! in slices ([`quota`]).

pub mod breaker;
pub mod change;
pub mod hours;
pub mod log;
pub mod probe;
pub mod quota;
pub mod roster;
pub mod score;
pub mod violations;
pub mod window;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use self::hours::Hours;
use crate::domain::id::ChannelId;
use crate::domain::money::{Currency, Minor};

/// Of 1,000 answers so many have to be good, else the channel is degraded.
pub const MIN_SUCCESS_PERMILLE: i64 = 500;
/// A probe that takes longer, in milliseconds, has failed.
pub const SLOW_MS: i64 = 2_000;
/// Seconds from one probe to the next.
pub const PROBE_SECS: i64 = 30;
/// The longest promise, in seconds: 30 days.
pub const PROMISE_MAX_SECS: i64 = 30 * 86_400;
/// Who makes the rows that settings name.
pub const SETTING: &str = "setting";

/// Whether a channel is offered withdrawals.
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
pub enum ChannelState {
    /// It is.
    Enabled,
    /// Not until further notice, or until its reopen_time; what it has goes on.
    Drained,
    /// Not at all; what it has goes on.
    Disabled,
}

/// Whether a channel carries, or stands by.
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
pub enum ChannelRole {
    /// It is offered before every backup.
    Primary,
    /// It takes the place of primaries that can't.
    Backup,
}

/// A row of `channel`; the field names are its columns, and lists are stored as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Channel {
    /// Its id.
    pub channel_id: ChannelId,
    /// Where it is called.
    pub url: String,
    /// What people call it.
    pub channel_name: String,
    /// Whether it is offered withdrawals.
    pub state: ChannelState,
    /// Why it is in that state; empty = not said.
    pub state_reason: String,
    /// A drained channel is offered again from then on; absent = not until somebody enables it.
    pub reopen_time: Option<DateTime<Utc>>,
    /// Whether it carries, or stands by.
    pub role: ChannelRole,
    /// Among channels of a role: 1 is offered first.
    pub priority: i64,
    /// Which currencies and amounts it carries; empty = any.
    pub ranges: Vec<MoneyRange>,
    /// Codes of the payee banks that it reaches; empty = all.
    pub bank_codes: Vec<String>,
    /// Codes of payee banks that it doesn't reach, whatever `bank_codes` says.
    pub refused_bank_codes: Vec<String>,
    /// When it is open; empty = always.
    pub hours: Vec<Hours>,
    /// The most attempts on one day in the bank's zone; absent = any number.
    pub daily_count: Option<i64>,
    /// The most attempts that may be open with it at once; absent = any number.
    pub in_flight_max: Option<i64>,
    /// Seconds within which what it accepted arrives, whatever the channel declares; absent = what
    /// it declares.
    pub promise_secs: Option<i64>,
    /// Of 1,000 answers so many have to be good, else it is degraded.
    pub min_success_permille: i64,
    /// A probe that takes longer, in milliseconds, has failed.
    pub slow_ms: i64,
    /// Seconds from one probe to the next.
    pub probe_secs: i64,
    /// Moves with each change, from 1; the etag.
    pub version: i64,
    /// Who made it.
    pub created_by: String,
    /// When.
    pub create_time: DateTime<Utc>,
    /// Who changed it last.
    pub updated_by: String,
    /// When.
    pub update_time: DateTime<Utc>,
}

/// What a channel carries of one currency. Amounts are in minor units; an absent one is no limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MoneyRange {
    /// The currency.
    pub currency: Currency,
    /// The smallest amount of one payout.
    pub min_minor: Option<Minor>,
    /// The largest amount of one payout.
    pub max_minor: Option<Minor>,
    /// How much it may carry on one day in the bank's zone.
    pub daily_minor: Option<Minor>,
    /// How much the bank has deposited with it; what is sent is taken off it.
    pub float_minor: Option<Minor>,
    /// The version of the channel that set the float: what was sent before it doesn't count.
    #[serde(default)]
    pub float_period: i64,
}

impl Channel {
    /// Whether people let it take what is new.
    pub fn is_in_service(&self, now: DateTime<Utc>) -> bool {
        match self.state {
            ChannelState::Enabled => true,
            ChannelState::Drained => self.reopen_time.is_some_and(|from| from <= now),
            ChannelState::Disabled => false,
        }
    }

    /// A channel that a setting names: a primary, enabled, for any currency and amount, always open.
    pub fn of_setting(
        channel_id: ChannelId,
        url: String,
        priority: i64,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            channel_name: channel_id.as_str().to_owned(),
            channel_id,
            url,
            state: ChannelState::Enabled,
            state_reason: String::new(),
            reopen_time: None,
            role: ChannelRole::Primary,
            priority,
            ranges: Vec::new(),
            bank_codes: Vec::new(),
            refused_bank_codes: Vec::new(),
            hours: Vec::new(),
            daily_count: None,
            in_flight_max: None,
            promise_secs: None,
            min_success_permille: MIN_SUCCESS_PERMILLE,
            slow_ms: SLOW_MS,
            probe_secs: PROBE_SECS,
            version: 1,
            created_by: SETTING.to_owned(),
            create_time: now,
            updated_by: SETTING.to_owned(),
            update_time: now,
        }
    }

    /// What it carries of a currency; `None` when it has no range for it. Without any ranges it
    /// carries every currency, see [`Channel::carries`].
    pub fn range(&self, currency: Currency) -> Option<&MoneyRange> {
        self.ranges.iter().find(|range| range.currency == currency)
    }

    /// Whether it carries a currency at all.
    pub fn carries(&self, currency: Currency) -> bool {
        self.ranges.is_empty() || self.range(currency).is_some()
    }

    /// Whether it reaches the payee's bank. A bank that is not named is one of all, and none of a
    /// list.
    pub fn reaches(&self, bank_code: &str) -> bool {
        let named = |codes: &[String]| codes.iter().any(|code| code == bank_code);
        let served = self.bank_codes.is_empty() || named(&self.bank_codes);
        served && !named(&self.refused_bank_codes)
    }
}

impl MoneyRange {
    /// Whether the amount lies between its ends, which belong to it.
    pub fn takes(&self, minor: Minor) -> bool {
        self.min_minor.is_none_or(|min| min <= minor)
            && self.max_minor.is_none_or(|max| minor <= max)
    }
}
