//! The read side: rows from the store with lapses applied, so that an answer is right at its
//! instant whether or not the sweep has come by. Reads of single accounts share queries
//! ([`gather`]); [`mask`] takes out what the caller may not see.

pub mod abnormal;
mod approvals;
mod cases;
pub mod channel_stats;
mod channels;
mod check;
mod found;
pub mod freezes;
mod gather;
mod inbox;
pub mod mask;
mod objections;
pub mod past;
pub mod platform;
pub mod watched;

use std::sync::Arc;

use chrono::{DateTime, Utc};

pub use self::gather::Gatherer;
use self::gather::Gathering;
use crate::clock::Clock;
use crate::domain::account::Account;
use crate::domain::batch::Rules;
use crate::domain::card::CardNumber;
use crate::domain::history::StatusChange;
use crate::domain::id::{AccountNumber, FreezeId, WithdrawalId};
use crate::domain::refusal::Reason;
use crate::domain::withdrawal::Withdrawal;
pub use crate::store::approval::ApprovalFilter;
pub use crate::store::case::{CaseFilter, CasePlace};
pub use crate::store::inbox::{InboxFilter, InboxPlace};
pub use crate::store::objection::{ObjectionFilter, ObjectionPlace};
pub use crate::store::suspense::{SuspenseFilter, SuspensePlace};
pub use crate::store::withdrawal::{WithdrawalFile, WithdrawalFilter};
use crate::store::{self, Store};
pub use check::Checked;
pub use found::Found;
pub use freezes::{FreezeCursor, FreezeFile, FreezeFilter};

/// How often an account and its freezes are read until both are of one instant.
const READS_MAX: u32 = 3;
/// The most pieces of evidence that are shown of one withdrawal: the newest.
const EVIDENCE_MAX: u32 = 1_000;

/// Why there is no answer.
#[derive(Debug, Clone, Copy, thiserror::Error)]
pub enum Failure {
    /// What was asked for doesn't exist.
    #[error("not found")]
    NotFound(Reason),
    /// The database is away.
    #[error("unavailable")]
    Unavailable,
    /// A bug, or a damaged database.
    #[error("internal")]
    Internal,
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Unavailable(error) | store::Error::Conflict(error) => {
                tracing::warn!(%error, "a read failed: the database is unavailable");
                Self::Unavailable
            }
            store::Error::Corrupt(error) => {
                tracing::error!(%error, "a read failed");
                Self::Internal
            }
        }
    }
}

/// How an account is named.
#[derive(Debug, Clone)]
pub enum AccountKey {
    /// By its number.
    Number(AccountNumber),
    /// By a bank card that draws on it.
    Card(CardNumber),
}

/// How a customer is named.
#[derive(Debug, Clone)]
pub enum CustomerKey {
    /// By the bank's id.
    Id(String),
    /// By the keyed hash of the number of an identity document.
    Document(String),
}

/// A page of a list: one that runs by number from the newest to the oldest, unless another cursor
/// says where a page ends.
#[derive(Debug, Clone, Copy)]
pub struct Page<C = i64> {
    /// The most items.
    pub size: u32,
    /// Only items after this one in the order of the list; absent = from its beginning.
    pub after: Option<C>,
}

/// One page.
#[derive(Debug, Clone)]
pub struct Listed<T, C = i64> {
    /// Its items, in the order of the list.
    pub items: Vec<T>,
    /// After which item the next page begins, if there is one.
    pub next: Option<C>,
}

/// Answers questions.
#[derive(Debug, Clone)]
pub struct Ask {
    store: Store,
    gathering: Gathering,
    clock: Clock,
    rules: Arc<Rules>,
}

impl Ask {
    /// Asks this store, at this clock's time. Each gatherer has to be run.
    pub fn new(store: Store, clock: Clock, rules: Arc<Rules>) -> (Self, Vec<Gatherer>) {
        let (gathering, gatherers) = Gathering::new(&store, &clock);
        (Self { store, gathering, clock, rules }, gatherers)
    }

    /// The instant.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// The account as it is now.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, CARD_NOT_FOUND, or the database.
    pub async fn account(&self, key: &AccountKey) -> Result<Account, Failure> {
        Ok(self.found_whole(key).await?.account)
    }

    /// The account's history, newest first.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, or the database.
    pub async fn history(
        &self,
        number: &AccountNumber,
        page: Page,
    ) -> Result<Listed<StatusChange>, Failure> {
        self.stored(number).await?;
        let rows = self.store.history_list(number, page.start(), page.fetch()).await?;
        Ok(page.cut(rows, |row| row.sequence))
    }

    /// Ids of the account's confidential freezes, ended ones too: history that names them is
    /// masked.
    ///
    /// # Errors
    /// The database.
    pub async fn confidential(&self, number: &AccountNumber) -> Result<Vec<FreezeId>, Failure> {
        Ok(self.store.freeze_list_confidential(number).await?)
    }

    /// A withdrawal, of this account if one is named, with its attempts and their evidence: all of
    /// one instant, because one statement reads them.
    ///
    /// # Errors
    /// WITHDRAWAL_NOT_FOUND, or the database.
    pub async fn withdrawal(
        &self,
        number: Option<&AccountNumber>,
        id: &WithdrawalId,
    ) -> Result<WithdrawalFile, Failure> {
        let found = self.store.withdrawal_find_whole(id, EVIDENCE_MAX).await?;
        found
            .filter(|file| number.is_none_or(|number| *number == file.withdrawal.account_number))
            .ok_or(Failure::NotFound(Reason::WithdrawalNotFound))
    }

    /// A withdrawal as its row is, for whoever only looks whether it changed.
    ///
    /// # Errors
    /// WITHDRAWAL_NOT_FOUND, or the database.
    pub async fn withdrawal_alone(&self, id: &WithdrawalId) -> Result<Withdrawal, Failure> {
        let found = self.store.withdrawal_find(id).await?;
        found.ok_or(Failure::NotFound(Reason::WithdrawalNotFound))
    }

    /// An account's withdrawals, newest first.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, or the database.
    pub async fn withdrawals(
        &self,
        number: &AccountNumber,
        filter: &WithdrawalFilter,
        page: Page,
    ) -> Result<Listed<Withdrawal>, Failure> {
        self.stored(number).await?;
        let rows = self.store.withdrawal_list(number, filter, page.start(), page.fetch()).await?;
        Ok(page.cut(rows, |row| row.entry_seq))
    }

    async fn stored(&self, number: &AccountNumber) -> Result<Account, Failure> {
        let found = self.gathering.account(number).await?;
        found.ok_or(Failure::NotFound(Reason::AccountNotFound))
    }

    /// The account with all its freezes.
    async fn whole(&self, stored: Account) -> Result<Account, Failure> {
        if stored.freezes.rest().is_none() {
            return Ok(stored);
        }
        let found = self.store.account_find(&[stored.number()]).await?.pop();
        found.ok_or(Failure::NotFound(Reason::AccountNotFound))
    }
}

impl Page {
    /// Numbers run downwards: below which one the page begins.
    fn start(self) -> i64 {
        self.after.unwrap_or(i64::MAX)
    }
}

impl<C> Page<C> {
    /// One more than the page holds tells whether another follows.
    fn fetch(&self) -> u32 {
        self.size.saturating_add(1)
    }

    fn cut<T>(&self, mut rows: Vec<T>, cursor: impl Fn(&T) -> C) -> Listed<T, C> {
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let next = if more { rows.last().map(cursor) } else { None };
        Listed { items: rows, next }
    }
}
