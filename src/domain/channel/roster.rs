//! All channels of the bank, as decisions see them.

use std::collections::BTreeMap;

use super::Channel;
use crate::domain::id::ChannelId;

/// Every channel row, by id.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Roster {
    channels: BTreeMap<ChannelId, Channel>,
}

impl Roster {
    /// A roster of these rows.
    pub fn of(rows: impl IntoIterator<Item = Channel>) -> Self {
        let named = rows.into_iter().map(|channel| (channel.channel_id.clone(), channel));
        Self { channels: named.collect() }
    }

    /// The channel of an id.
    pub fn get(&self, channel_id: &ChannelId) -> Option<&Channel> {
        self.channels.get(channel_id)
    }

    /// All channels, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Channel> {
        self.channels.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.channels.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.channels.is_empty()
    }
}
