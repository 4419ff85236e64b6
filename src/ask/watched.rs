//! Changes of status in the order of their commits, as a watcher may see them.

use std::collections::BTreeSet;

use super::{Ask, Failure, mask};
use crate::domain::account::Account;
use crate::domain::condition::ConditionSummary;
use crate::domain::history::StatusChange;
use crate::domain::id::AccountNumber;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::Reason;
use crate::domain::status::ConditionKind;
pub use crate::store::watched::{WatchedAccounts, Window};

/// The most rows of a window, but for those that have to go with them.
const WINDOW_ROWS: u32 = 1_000;

impl Ask {
    /// The position from which on changes are news.
    ///
    /// # Errors
    /// The database.
    pub async fn status_position(&self) -> Result<i64, Failure> {
        Ok(self.store.status_change_horizon().await?)
    }

    /// The next changes from a position on, masked for the principal.
    ///
    /// # Errors
    /// The database.
    pub async fn status_changes(
        &self,
        from: i64,
        accounts: WatchedAccounts<'_>,
        principal: &Principal,
    ) -> Result<Window, Failure> {
        let window = self.store.status_change_window(from, accounts, WINDOW_ROWS).await?;
        if principal.may(Scope::Confidential) {
            return Ok(window);
        }
        let frozen: BTreeSet<&AccountNumber> = window
            .changes
            .iter()
            .filter(|row| names_freeze(row))
            .map(|row| &row.account_number)
            .collect();
        let confidential = match frozen.is_empty() {
            true => Vec::new(),
            false => self.store.freeze_list_confidential_of(frozen.into_iter()).await?,
        };
        let masked = |row| mask::history(row, &confidential, principal);
        Ok(Window { changes: window.changes.into_iter().map(masked).collect(), ..window })
    }

    /// These accounts as they are now, in the order of their numbers.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND when one of them is unknown, or the database.
    pub async fn accounts(&self, numbers: &[AccountNumber]) -> Result<Vec<Account>, Failure> {
        let wanted: BTreeSet<&AccountNumber> = numbers.iter().collect();
        let count = wanted.len();
        let found = self.all(wanted, self.clock.now()).await?;
        if found.len() < count {
            return Err(Failure::NotFound(Reason::AccountNotFound));
        }
        Ok(found.into_values().collect())
    }
}

fn names_freeze(row: &StatusChange) -> bool {
    let frozen = |held: &ConditionSummary| held.kind == ConditionKind::Frozen;
    row.conditions_before.iter().chain(&row.conditions_after).any(frozen)
}
