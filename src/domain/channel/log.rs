//! What happened to channels: changes that people made, and switches that the service made.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::domain::id::{ChannelId, ChannelLogId};

/// What happened to a channel.
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
pub enum ChannelEventKind {
    /// It was made.
    Created,
    /// Its configuration was changed.
    Changed,
    /// It was enabled.
    Enabled,
    /// It was drained.
    Drained,
    /// It was disabled.
    Disabled,
    /// Its breaker opened.
    BreakerOpened,
    /// Its breaker closed.
    BreakerClosed,
    /// Its probes failed time and again.
    Flagged,
    /// A probe succeeded again.
    Unflagged,
    /// It took the place of channels that can't.
    Promoted,
    /// What it may carry is used up.
    Exhausted,
}

/// A row of `channel_log`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelLog {
    /// Its id, in the order of time.
    pub log_id: ChannelLogId,
    /// The channel.
    pub channel_id: ChannelId,
    /// What happened.
    pub kind: ChannelEventKind,
    /// Who did it.
    pub principal: String,
    /// The request by which it was done; empty = the service did it by itself.
    pub request_id: String,
    /// The hash of what was asked for; empty = nothing was.
    pub content_hash: String,
    /// In words; may be empty.
    pub description: String,
    /// The channel's row after a change; an empty object for what the service did.
    pub detail: serde_json::Value,
    /// When.
    pub log_time: DateTime<Utc>,
}
