//! Freezes: one with its acts, or a list of them. Stored rows lag behind a lapse that nobody wrote
//! down yet, so what is found is judged by its account as it is now.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{Ask, Failure, Listed, Page, READS_MAX, mask};
use crate::domain::account::Account;
use crate::domain::freeze::{Freeze, FreezeAct, FreezeStatus};
use crate::domain::id::{AccountNumber, FreezeId};
use crate::domain::lapse;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::Reason;
use crate::store::abnormal::{AbnormalFilter, AbnormalList};
use crate::store::freeze_list::Finding;
pub use crate::store::freeze_list::{FreezeCursor, FreezeFilter};

/// The most freezes of one account that are looked through for a status.
const FREEZES_MAX: u32 = 10_000;
/// The most accounts with something due and not written down that are looked through for a list of
/// all accounts. The sweep keeps them few.
const LAPSING_MAX: u32 = 5_000;

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

/// A page of freezes and the accounts they lie on.
#[derive(Debug, Clone)]
pub struct FreezePage {
    /// The freezes.
    pub listed: Listed<Freeze, FreezeCursor>,
    /// Their accounts as they are now.
    pub accounts: BTreeMap<AccountNumber, Account>,
}

/// An account, and its freezes with those that lapsed but are not written yet.
struct Lapsed {
    account: Account,
    freezes: Vec<Freeze>,
    due: bool,
}

impl Ask {
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
            let Lapsed { account, freezes, .. } = self.lapsed(&number).await?;
            let freeze = self.store.freeze_find(id).await?.ok_or_else(unknown)?;
            if reads < READS_MAX && !agree(&freezes, &freeze) {
                continue;
            }
            let acts = self.store.freeze_list_acts(id).await?;
            let freeze = as_lapsed(&freezes, freeze);
            return Ok(FreezeFile { freeze, acts, account });
        }
    }

    /// A page of the freezes that fit, as they are now; it may hold fewer although others follow.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND when an account is named, or the database.
    pub async fn freezes(
        &self,
        filter: &FreezeFilter,
        principal: &Principal,
        page: &Page<FreezeCursor>,
    ) -> Result<FreezePage, Failure> {
        match &filter.account_number {
            None => self.freezes_of_all(filter, principal, page).await,
            Some(number) if filter.ending_before.is_some() => {
                let Lapsed { account, freezes, .. } = self.lapsed(number).await?;
                let fitting = freezes.into_iter().filter(|row| fits(row, filter, principal));
                let listed = paged(fitting.collect(), filter, page);
                Ok(FreezePage { listed, accounts: [(number.clone(), account)].into() })
            }
            Some(number) => self.freezes_of(number, filter, principal, page).await,
        }
    }

    /// An account's freezes, the last entered first.
    async fn freezes_of(
        &self,
        number: &AccountNumber,
        filter: &FreezeFilter,
        principal: &Principal,
        page: &Page<FreezeCursor>,
    ) -> Result<FreezePage, Failure> {
        let mut reads = 0;
        loop {
            reads += 1;
            let Lapsed { account, freezes, due } = self.lapsed(number).await?;
            // Stored rows lag behind a lapse that nobody wrote down yet: then the status is
            // compared here, over all of them.
            let (asked, fetch) = match filter.status {
                Some(_) if due => (FreezeFilter { status: None, ..filter.clone() }, FREEZES_MAX),
                Some(_) | None => (filter.clone(), page.fetch()),
            };
            let asked = (&asked, finding(principal));
            let now = self.clock.now();
            let rows = self.store.freeze_list(asked, page.after.as_ref(), now, fetch).await?;
            if reads < READS_MAX && !rows.iter().all(|row| agree(&freezes, row)) {
                continue;
            }
            let rows = rows.into_iter().map(|row| as_lapsed(&freezes, row));
            let rows = rows.filter(|row| fits(row, filter, principal)).collect();
            let listed = page.cut(rows, |row| filter.cursor(row));
            return Ok(FreezePage { listed, accounts: [(number.clone(), account)].into() });
        }
    }

    /// Freezes of all accounts, by their end or by their id.
    async fn freezes_of_all(
        &self,
        filter: &FreezeFilter,
        principal: &Principal,
        page: &Page<FreezeCursor>,
    ) -> Result<FreezePage, Failure> {
        let mut reads = 0;
        loop {
            reads += 1;
            let now = self.clock.now();
            let asked = (filter, finding(principal));
            let stored = self.store.freeze_list(asked, page.after.as_ref(), now, page.fetch());
            let stored = stored.await?;
            let mut known = self.behind(&stored, now).await?;
            if reads < READS_MAX && !stored.iter().all(|row| agree(freezes_of(&known, row), row)) {
                continue;
            }
            let full = stored.len() >= usize::try_from(page.fetch()).unwrap_or(usize::MAX);
            let end = stored.last().filter(|_| full).map(|row| filter.cursor(row));
            let mut found: BTreeMap<FreezeId, Freeze> = BTreeMap::new();
            for row in stored {
                let row = as_lapsed(freezes_of(&known, &row), row);
                found.insert(row.freeze_id.clone(), row);
            }
            // What a lapse gave the status or the end that is asked for.
            for (number, lapsed) in self.lapsing(filter, now).await? {
                let rows = lapsed.freezes.iter();
                found.extend(rows.map(|row| (row.freeze_id.clone(), row.clone())));
                known.insert(number, lapsed);
            }
            let rows = found.into_values().filter(|row| fits(row, filter, principal));
            // Beyond the last stored row others may follow that were not read.
            let within = |row: &Freeze| end.as_ref().is_none_or(|end| filter.cursor(row) <= *end);
            let listed = paged(rows.filter(within).collect(), filter, page);
            let listed = Listed { next: listed.next.or(end), ..listed };
            let wanted: BTreeSet<&AccountNumber> =
                listed.items.iter().map(|row| &row.account_number).collect();
            known.retain(|number, _| wanted.contains(number));
            let accounts = known.into_iter().map(|(number, found)| (number, found.account));
            return Ok(FreezePage { accounts: accounts.collect(), listed });
        }
    }

    /// The accounts behind rows, all in one query.
    async fn behind(
        &self,
        rows: &[Freeze],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<AccountNumber, Lapsed>, Failure> {
        let numbers: BTreeSet<&AccountNumber> =
            rows.iter().map(|row| &row.account_number).collect();
        self.lapsed_at(&numbers.into_iter().collect::<Vec<_>>(), now).await
    }

    /// Accounts on which a lapse that is not written down may change what a list finds.
    async fn lapsing(
        &self,
        filter: &FreezeFilter,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<AccountNumber, Lapsed>, Failure> {
        let lags = match filter.status {
            Some(FreezeStatus::Active | FreezeStatus::Expired) => true,
            Some(FreezeStatus::Waiting | FreezeStatus::Released) => false,
            None => filter.ending_before.is_some(),
        };
        if !lags {
            return Ok(BTreeMap::new());
        }
        let (list, any) = (AbnormalList::Lapsing(now), AbnormalFilter::default());
        let numbers = self.store.account_list_abnormal(list, &any, None, LAPSING_MAX).await?;
        self.lapsed_at(&numbers.iter().collect::<Vec<_>>(), now).await
    }

    async fn lapsed_at(
        &self,
        numbers: &[&AccountNumber],
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<AccountNumber, Lapsed>, Failure> {
        if numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let stored = self.store.account_find(numbers).await?.into_iter();
        let keyed = stored.map(|stored| (stored.number().clone(), self.with_lapses(stored, now)));
        Ok(keyed.collect())
    }

    async fn lapsed(&self, number: &AccountNumber) -> Result<Lapsed, Failure> {
        let stored = self.whole(self.stored(number).await?).await?;
        Ok(self.with_lapses(stored, self.clock.now()))
    }

    fn with_lapses(&self, stored: Account, now: DateTime<Utc>) -> Lapsed {
        let mut lapsed = stored.clone();
        let due = !lapse::lapse(&mut lapsed, now, self.rules.zone).is_empty();
        let account = lapse::seen_at(stored, now, self.rules.zone);
        Lapsed { account, freezes: lapsed.freezes.to_vec(), due }
    }
}

impl FreezeFilter {
    /// Where a freeze stands in this list. Whoever asks by ends has seen that there is one.
    fn cursor(&self, row: &Freeze) -> FreezeCursor {
        match (self.ending_before, &self.account_number) {
            (Some(before), _) => {
                FreezeCursor::Ending(row.expire_time.unwrap_or(before), row.freeze_id.clone())
            }
            (None, Some(_)) => FreezeCursor::Entered(row.freeze_seq),
            (None, None) => FreezeCursor::Id(row.freeze_id.clone()),
        }
    }
}

/// What the principal may find by what is hidden of confidential freezes.
fn finding(principal: &Principal) -> Finding {
    if principal.may(Scope::Confidential) { Finding::All } else { Finding::Open }
}

/// Whether a freeze as it is now is asked for, and may be found so.
fn fits(row: &Freeze, filter: &FreezeFilter, principal: &Principal) -> bool {
    let ends = |before| row.in_force() && row.expire_time.is_some_and(|end| end < before);
    filter.status.is_none_or(|status| status == row.freeze_status)
        && filter.freeze_type.is_none_or(|of| of == row.freeze_type)
        && filter.authority_kind.is_none_or(|kind| kind == row.authority_kind)
        && (filter.authority_name.is_empty() || filter.authority_name == row.freeze_by)
        && filter.ending_before.is_none_or(ends)
        && !(filter.asks_for_hidden() && mask::hides(row, principal))
}

/// A page of rows whose order runs upwards.
fn paged(
    mut rows: Vec<Freeze>,
    filter: &FreezeFilter,
    page: &Page<FreezeCursor>,
) -> Listed<Freeze, FreezeCursor> {
    rows.retain(|row| page.after.as_ref().is_none_or(|after| filter.cursor(row) > *after));
    rows.sort_by_cached_key(|row| filter.cursor(row));
    page.cut(rows, |row| filter.cursor(row))
}

/// Whether a stored row and the account's freezes, read one after the other, are of one instant: a
/// freeze is the account's exactly while it is in force.
fn agree(freezes: &[Freeze], stored: &Freeze) -> bool {
    freezes.iter().any(|freeze| freeze.freeze_id == stored.freeze_id) == stored.in_force()
}

/// The freezes of the account that a row lies on.
fn freezes_of<'a>(known: &'a BTreeMap<AccountNumber, Lapsed>, row: &Freeze) -> &'a [Freeze] {
    known.get(&row.account_number).map_or(&[], |found| &found.freezes)
}

fn as_lapsed(lapsed: &[Freeze], stored: Freeze) -> Freeze {
    lapsed.iter().find(|freeze| freeze.freeze_id == stored.freeze_id).cloned().unwrap_or(stored)
}
