//! The read side: rows from the store with lapses applied, so that an answer is right at its
//! instant whether or not the sweep has come by. Reads of single accounts share queries
//! ([`gather`]); [`mask`] takes out what the caller may not see.

pub mod abnormal;
mod approvals;
mod check;
mod found;
mod gather;
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
use crate::domain::freeze::{Freeze, FreezeAct};
use crate::domain::history::StatusChange;
use crate::domain::id::{AccountNumber, FreezeId, WithdrawalId};
use crate::domain::lapse;
use crate::domain::refusal::Reason;
use crate::domain::withdrawal::Withdrawal;
pub use crate::store::approval::ApprovalFilter;
pub use crate::store::freeze::FreezeFilter;
pub use crate::store::objection::{ObjectionFilter, ObjectionPlace};
pub use crate::store::withdrawal::{WithdrawalFile, WithdrawalFilter};
use crate::store::{self, Store};
pub use check::Checked;
pub use found::Found;

/// How often an account and its freezes are read until both are of one instant.
const READS_MAX: u32 = 3;
/// The most pieces of evidence that are shown of one withdrawal: the newest.
const EVIDENCE_MAX: u32 = 1_000;
/// The most freezes of one account that are looked through for a status.
const FREEZES_MAX: u32 = 10_000;

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

/// A freeze with its acts and the account it lies on.
#[derive(Debug, Clone)]
pub struct FreezeFile {
    /// The freeze.
    pub freeze: Freeze,
    /// What happened to it, oldest first.
    pub acts: Vec<FreezeAct>,
    /// The account.
    pub account: Account,
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
        let (gathering, gatherers) = Gathering::new(&store);
        (Self { store, gathering, clock, rules }, gatherers)
    }

    /// The account as it is now.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, CARD_NOT_FOUND, or the database.
    pub async fn account(&self, key: &AccountKey) -> Result<Account, Failure> {
        Ok(self.found(key).await?.account)
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

    /// A freeze, on this account if one is named.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, or the database.
    pub async fn freeze(
        &self,
        number: Option<&AccountNumber>,
        id: &FreezeId,
    ) -> Result<FreezeFile, Failure> {
        let unknown = || Failure::NotFound(Reason::FreezeNotFound);
        let found = self.store.freeze_find(id).await?;
        let mine = found.filter(|freeze| number.is_none_or(|n| *n == freeze.account_number));
        let number = mine.ok_or_else(unknown)?.account_number;
        let mut reads = 0;
        loop {
            reads += 1;
            let (account, lapsed, _) = self.lapsed(&number).await?;
            let freeze = self.store.freeze_find(id).await?.ok_or_else(unknown)?;
            if reads < READS_MAX && !agree(&lapsed, &freeze) {
                continue;
            }
            let acts = self.store.freeze_list_acts(id).await?;
            let freeze = as_lapsed(&lapsed, freeze);
            return Ok(FreezeFile { freeze, acts, account });
        }
    }

    /// An account's freezes, the last entered first.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, or the database.
    pub async fn freezes(
        &self,
        number: &AccountNumber,
        filter: FreezeFilter,
        page: Page,
    ) -> Result<(Account, Listed<Freeze>), Failure> {
        let mut reads = 0;
        loop {
            reads += 1;
            let (account, lapsed, due) = self.lapsed(number).await?;
            // Stored rows lag behind a lapse that nobody wrote down yet: then the status is
            // compared here, over all of them.
            let (asked, fetch) = match filter.status {
                Some(_) if due => (FreezeFilter { status: None, ..filter }, FREEZES_MAX),
                Some(_) | None => (filter, page.fetch()),
            };
            let rows = self.store.freeze_list(number, asked, page.start(), fetch).await?;
            if reads < READS_MAX && !rows.iter().all(|row| agree(&lapsed, row)) {
                continue;
            }
            let rows = rows.into_iter().map(|row| as_lapsed(&lapsed, row));
            let fits =
                |row: &Freeze| filter.status.is_none_or(|status| status == row.freeze_status);
            let rows = rows.filter(fits).collect();
            return Ok((account, page.cut(rows, |freeze| freeze.freeze_seq)));
        }
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

    /// The account as it is now, and its freezes with those that lapsed but are not written yet.
    async fn lapsed(
        &self,
        number: &AccountNumber,
    ) -> Result<(Account, Vec<Freeze>, bool), Failure> {
        let stored = self.stored(number).await?;
        let now: DateTime<Utc> = self.clock.now();
        let mut account = stored.clone();
        let due = !lapse::lapse(&mut account, now, self.rules.zone).is_empty();
        let account_now = lapse::seen_at(stored, now, self.rules.zone);
        Ok((account_now, account.freezes, due))
    }
}

/// Whether a stored row and the account's freezes, read one after the other, are of one instant: a
/// freeze is the account's exactly while it is in force.
fn agree(freezes: &[Freeze], stored: &Freeze) -> bool {
    freezes.iter().any(|freeze| freeze.freeze_id == stored.freeze_id) == stored.in_force()
}

fn as_lapsed(lapsed: &[Freeze], stored: Freeze) -> Freeze {
    lapsed.iter().find(|freeze| freeze.freeze_id == stored.freeze_id).cloned().unwrap_or(stored)
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
