//! Channels, and what happened to them.

use std::collections::BTreeMap;

use super::{Ask, Failure, Listed, Page};
use crate::domain::channel::Channel;
use crate::domain::channel::log::ChannelLog;
use crate::domain::id::ChannelLogId;

impl Ask {
    /// Every channel, in the order in which withdrawals are given to them when all are well.
    ///
    /// # Errors
    /// The database.
    pub async fn channels(&self) -> Result<Vec<Channel>, Failure> {
        let mut rows = self.store.channel_list().await?;
        rows.sort_by(|a, b| {
            (a.role, a.priority, &a.channel_id).cmp(&(b.role, b.priority, &b.channel_id))
        });
        Ok(rows)
    }

    /// How many attempts each channel may still pay; those that are not named: none.
    ///
    /// # Errors
    /// The database.
    pub async fn open_attempts(&self) -> Result<BTreeMap<String, i64>, Failure> {
        Ok(self.store.attempt_count_open().await?)
    }

    /// What happened to a channel, or to all where none is named, newest first.
    ///
    /// # Errors
    /// The database.
    pub async fn channel_events(
        &self,
        channel_id: &str,
        page: Page<ChannelLogId>,
    ) -> Result<Listed<ChannelLog, ChannelLogId>, Failure> {
        let before = page.after.as_ref().map_or("", ChannelLogId::as_str);
        let rows = self.store.channel_log_list(channel_id, before, page.fetch()).await?;
        Ok(page.cut(rows, |row| row.log_id.clone()))
    }
}
