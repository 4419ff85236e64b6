//! How people change a channel: its configuration as a whole, or whether it is offered withdrawals.
//! Pure: what comes of a change of the row that is there.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::hours::Calendar;
use super::log::ChannelEventKind;
use super::{Channel, ChannelState};
use crate::domain::id::ChannelId;
use crate::domain::refusal::{Reason, Refusal, Refused};

/// What is asked for.
#[derive(Debug, Clone, Serialize)]
pub enum Change {
    /// This configuration, whatever it was. State, version and times of the row are not looked at.
    Configure(Box<Channel>),
    /// This state.
    SetState(SetState),
}

/// A state to set.
#[derive(Debug, Clone, Serialize)]
pub struct SetState {
    /// Of which channel.
    pub channel_id: ChannelId,
    /// The state.
    pub state: ChannelState,
    /// Why; empty = not said.
    pub reason: String,
    /// From when on a drained channel is offered again; absent = until it is enabled.
    pub reopen_time: Option<DateTime<Utc>>,
    /// Whether that is when its hours open next.
    pub until_next_opening: bool,
}

/// Who changes it, and when.
#[derive(Debug, Clone, Copy)]
pub struct Hand<'a> {
    /// The principal's name.
    pub principal: &'a str,
    /// The instant.
    pub now: DateTime<Utc>,
    /// The bank's days.
    pub calendar: Calendar<'a>,
    /// The version that the row has to have; absent = any.
    pub expected_version: Option<i64>,
}

impl Change {
    /// The channel that it is about.
    pub fn channel_id(&self) -> &ChannelId {
        match self {
            Self::Configure(channel) => &channel.channel_id,
            Self::SetState(set) => &set.channel_id,
        }
    }

    /// The hash of what is asked for, hex: the same request id has to come with the same.
    pub fn content_hash(&self) -> String {
        let content = serde_json::to_vec(self).expect("changes are plain data");
        hex::encode(Sha256::digest(content))
    }

    /// In words, for the log.
    pub fn description(&self) -> &str {
        match self {
            Self::Configure(_) => "",
            Self::SetState(set) => &set.reason,
        }
    }

    /// The row after the change, and what happened.
    ///
    /// # Errors
    /// `CHANNEL_NOT_FOUND`, `ETAG_MISMATCH`, and `INVALID_REQUEST` where the rules refuse a field.
    pub fn decide(
        &self,
        current: Option<&Channel>,
        hand: Hand<'_>,
    ) -> Result<(Channel, ChannelEventKind), Refused> {
        let version = current.map_or(0, |current| current.version);
        if current.is_none() && matches!(self, Self::SetState(_)) {
            return Err(Reason::ChannelNotFound.into());
        }
        if hand.expected_version.is_some_and(|expected| expected != version) {
            return Err(Reason::EtagMismatch.into());
        }
        match (self, current) {
            (Self::Configure(wanted), None) => Ok((made(wanted, hand), ChannelEventKind::Created)),
            (Self::Configure(wanted), Some(current)) => {
                Ok((configured(wanted, current, hand), ChannelEventKind::Changed))
            }
            (Self::SetState(_), None) => Err(Reason::ChannelNotFound.into()),
            (Self::SetState(set), Some(current)) => set.decide(current, hand),
        }
    }
}

fn made(wanted: &Channel, hand: Hand<'_>) -> Channel {
    let mut row = Channel {
        state: ChannelState::Enabled,
        state_reason: String::new(),
        reopen_time: None,
        version: 1,
        created_by: hand.principal.to_owned(),
        create_time: hand.now,
        updated_by: hand.principal.to_owned(),
        update_time: hand.now,
        ..wanted.clone()
    };
    row.ranges.iter_mut().for_each(|range| range.float_period = 1);
    row
}

fn configured(wanted: &Channel, current: &Channel, hand: Hand<'_>) -> Channel {
    let mut row = touched(
        Channel {
            state: current.state,
            state_reason: current.state_reason.clone(),
            reopen_time: current.reopen_time,
            version: current.version,
            created_by: current.created_by.clone(),
            create_time: current.create_time,
            ..wanted.clone()
        },
        hand,
    );
    // What was deposited is counted from when it was set: a float that stays goes on.
    for range in &mut row.ranges {
        let before = current.range(range.currency);
        let before = before.filter(|before| before.float_minor == range.float_minor);
        range.float_period = before.map_or(row.version, |before| before.float_period);
    }
    row
}

/// The row as of a change.
fn touched(row: Channel, hand: Hand<'_>) -> Channel {
    Channel {
        version: row.version.saturating_add(1),
        updated_by: hand.principal.to_owned(),
        update_time: hand.now,
        ..row
    }
}

impl SetState {
    fn decide(
        &self,
        current: &Channel,
        hand: Hand<'_>,
    ) -> Result<(Channel, ChannelEventKind), Refused> {
        let reopen_time = self.reopens(current, hand)?;
        let row = Channel {
            state: self.state,
            state_reason: self.reason.clone(),
            reopen_time,
            ..current.clone()
        };
        let kind = match self.state {
            ChannelState::Enabled => ChannelEventKind::Enabled,
            ChannelState::Drained => ChannelEventKind::Drained,
            ChannelState::Disabled => ChannelEventKind::Disabled,
        };
        Ok((touched(row, hand), kind))
    }

    fn reopens(&self, current: &Channel, hand: Hand<'_>) -> Result<Option<DateTime<Utc>>, Refused> {
        if !self.until_next_opening {
            let past = self.reopen_time.is_some_and(|at| at <= hand.now);
            let wrong = || Refusal::field("reopen_time", "is not in the future");
            return if past { Err(wrong().into()) } else { Ok(self.reopen_time) };
        }
        // The next opening is the one after it has closed.
        let closed = hand.calendar.closing(&current.hours, hand.now);
        let opening = closed.and_then(|closed| hand.calendar.opening(&current.hours, closed));
        let never = || Refusal::field("until_next_opening", "its hours never open it");
        opening.map(Some).ok_or_else(|| never().into())
    }
}
