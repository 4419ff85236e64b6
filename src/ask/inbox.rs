//! The inbox, the oldest first.

use super::{Ask, Failure, Listed, Page};
use crate::domain::suspense::InboxItem;
use crate::store::inbox::{InboxFilter, InboxPlace};

impl Ask {
    /// What channels said of things that we don't know.
    ///
    /// # Errors
    /// The database.
    pub async fn inbox(
        &self,
        filter: &InboxFilter,
        page: Page<InboxPlace>,
    ) -> Result<Listed<InboxItem, InboxPlace>, Failure> {
        let rows = self.store.inbox_list(filter, page.after.as_ref(), page.fetch()).await?;
        Ok(page.cut(rows, InboxPlace::of))
    }
}
