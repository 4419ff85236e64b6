//! Objections, those due soonest first.

use super::{Ask, Failure, Listed, Page};
use crate::domain::objection::Objection;
use crate::store::objection::{ObjectionFilter, ObjectionPlace};

impl Ask {
    /// Objections as they are stored.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND when an account is named, or the database.
    pub async fn objections(
        &self,
        filter: &ObjectionFilter,
        page: Page<ObjectionPlace>,
    ) -> Result<Listed<Objection, ObjectionPlace>, Failure> {
        if let Some(number) = &filter.account_number {
            self.stored(number).await?;
        }
        let rows = self.store.objection_list(filter, page.after.as_ref(), page.fetch()).await?;
        Ok(page.cut(rows, ObjectionPlace::of))
    }
}
