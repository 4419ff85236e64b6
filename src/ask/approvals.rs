//! Approvals: one by its id, or a list of them.

use super::{Ask, Failure, Listed, Page};
use crate::domain::approval::Approval;
use crate::domain::id::{AccountNumber, ApprovalId};
use crate::domain::refusal::Reason;
use crate::store::approval::ApprovalFilter;

impl Ask {
    /// An approval as it is now, about this account if one is named. One that ran out is EXPIRED,
    /// whether or not that was written down.
    ///
    /// # Errors
    /// APPROVAL_NOT_FOUND, or the database.
    pub async fn approval(
        &self,
        number: Option<&AccountNumber>,
        id: &ApprovalId,
    ) -> Result<Approval, Failure> {
        let found = self.store.approval_find(id).await?;
        let mine = found.filter(|row| number.is_none_or(|number| *number == row.account_number));
        let row = mine.ok_or(Failure::NotFound(Reason::ApprovalNotFound))?;
        Ok(row.seen_at(self.clock.now()))
    }

    /// Approvals as they are now, the newest first.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND when an account is named, or the database.
    pub async fn approvals(
        &self,
        filter: &ApprovalFilter,
        page: Page<ApprovalId>,
    ) -> Result<Listed<Approval, ApprovalId>, Failure> {
        if let Some(number) = &filter.account_number {
            self.stored(number).await?;
        }
        let (now, before) = (self.clock.now(), page.after.as_ref());
        let rows = self.store.approval_list(filter, now, before, page.fetch()).await?;
        Ok(page.cut(rows, |row| row.approval_id.clone()))
    }
}
