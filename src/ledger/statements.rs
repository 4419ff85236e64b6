//! How far the import of a statement is: one row, written when it begins and when it is done. What its
//! lines move goes through the lanes.

use super::inbox::insist;
use super::{Failure, Ledger};
use crate::domain::statement::StatementRun;

impl Ledger {
    /// Writes down how far an import is.
    ///
    /// # Errors
    /// The database.
    pub async fn put_statement(&self, run: &StatementRun) -> Result<(), Failure> {
        insist(move || async move {
            let transaction = self.parts.store.begin().await?;
            transaction.statement_put(run).await?;
            transaction.commit().await
        })
        .await
    }
}
