//! Accounts by what they are called: their own number, the number of a card, their customer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{AccountKey, Ask, CustomerKey, Failure, Listed, Page};
use crate::domain::account::Account;
use crate::domain::card::{Card, CardNumber};
use crate::domain::id::AccountNumber;
use crate::domain::lapse;
use crate::domain::refusal::Reason;

/// An account that was asked for.
#[derive(Debug, Clone)]
pub struct Found {
    /// The account as it is now.
    pub account: Account,
    /// The card by which it was asked for.
    pub card: Option<Card>,
}

impl Ask {
    /// The account as it is now, of many freezes the first in line, and the card when it was asked for
    /// by one. Replaced and cancelled
    /// cards lead to their last account, too: who holds one shall learn that, not that there is no
    /// such card.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, CARD_NOT_FOUND, or the database.
    pub async fn found(&self, key: &AccountKey) -> Result<Found, Failure> {
        let (mut stored, card) = self.by_key(key).await?;
        let now = self.clock.now();
        // Something has ended since it was read.
        if stored.freezes.rest().is_some() && stored.next_lapse().is_some_and(|at| at <= now) {
            stored = self.whole(stored).await?;
        }
        Ok(Found { account: lapse::seen_at(stored, now, self.rules.zone), card })
    }

    /// [`Ask::found`] with all freezes.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, CARD_NOT_FOUND, or the database.
    pub async fn found_whole(&self, key: &AccountKey) -> Result<Found, Failure> {
        let (stored, card) = self.by_key(key).await?;
        let stored = self.whole(stored).await?;
        Ok(Found { account: lapse::seen_at(stored, self.clock.now(), self.rules.zone), card })
    }

    /// The accounts behind many keys, of many freezes the first in line, one answer for each key in
    /// their order, in a few statements. All are as of one instant.
    ///
    /// # Errors
    /// The database; an unknown key is an answer.
    pub async fn found_all(
        &self,
        keys: &[AccountKey],
    ) -> Result<Vec<Result<Found, Reason>>, Failure> {
        let numbers = keys.iter().filter_map(|key| match key {
            AccountKey::Number(number) => Some(number),
            AccountKey::Card(_) => None,
        });
        let now = self.clock.now();
        let mut accounts = self.all_brief(numbers.collect(), now).await?;
        let cards = keys.iter().filter_map(|key| match key {
            AccountKey::Card(card) => Some(card.clone()),
            AccountKey::Number(number) if accounts.contains_key(number) => None,
            AccountKey::Number(number) => CardNumber::parse(number.as_str()),
        });
        let cards = self.cards(cards.collect()).await?;
        let behind = cards.values().map(|card| &card.account_number);
        let behind = behind.filter(|number| !accounts.contains_key(number)).collect();
        accounts.extend(self.all_brief(behind, now).await?);
        let found = |key: &AccountKey| {
            let (card, unknown) = match key {
                AccountKey::Number(number) => match accounts.get(number) {
                    Some(account) => return Ok(Found { account: account.clone(), card: None }),
                    None => (CardNumber::parse(number.as_str()), Reason::AccountNotFound),
                },
                AccountKey::Card(card) => (Some(card.clone()), Reason::CardNotFound),
            };
            let card = card.and_then(|number| cards.get(&number)).ok_or(unknown)?;
            let account = accounts.get(&card.account_number).ok_or(unknown)?;
            Ok(Found { account: account.clone(), card: Some(card.clone()) })
        };
        Ok(keys.iter().map(found).collect())
    }

    /// A customer's accounts as they are now, of many freezes the first in line, by number.
    ///
    /// # Errors
    /// The database.
    pub async fn of_customer(
        &self,
        customer: &CustomerKey,
        page: &Page<AccountNumber>,
    ) -> Result<Listed<Account, AccountNumber>, Failure> {
        let after = page.after.as_ref();
        let numbers = match customer {
            CustomerKey::Id(id) => {
                self.store.account_list_of_customer(id, after, page.fetch()).await?
            }
            CustomerKey::Document(hash) => {
                self.store.account_list_of_document(hash, after, page.fetch()).await?
            }
        };
        let Listed { items: numbers, next } = page.cut(numbers, AccountNumber::clone);
        let mut accounts = self.all_brief(numbers.iter().collect(), self.clock.now()).await?;
        let items = numbers.iter().filter_map(|number| accounts.remove(number)).collect();
        Ok(Listed { items, next })
    }

    /// Accounts as they are at an instant; what is unknown is left out.
    pub(super) async fn all(
        &self,
        numbers: BTreeSet<&AccountNumber>,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<AccountNumber, Account>, Failure> {
        if numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let numbers: Vec<&AccountNumber> = numbers.into_iter().collect();
        let stored = self.store.account_find(&numbers).await?;
        Ok(self.seen_at(stored, now))
    }

    /// [`Ask::all`], of many freezes the first in line.
    async fn all_brief(
        &self,
        numbers: BTreeSet<&AccountNumber>,
        now: DateTime<Utc>,
    ) -> Result<BTreeMap<AccountNumber, Account>, Failure> {
        if numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let numbers: Vec<&AccountNumber> = numbers.into_iter().collect();
        let stored = self.store.account_find_brief(&numbers, now).await?;
        Ok(self.seen_at(stored, now))
    }

    fn seen_at(
        &self,
        stored: Vec<Account>,
        now: DateTime<Utc>,
    ) -> BTreeMap<AccountNumber, Account> {
        let seen = stored.into_iter().map(|row| lapse::seen_at(row, now, self.rules.zone));
        seen.map(|account| (account.number().clone(), account)).collect()
    }

    async fn by_key(&self, key: &AccountKey) -> Result<(Account, Option<Card>), Failure> {
        match key {
            AccountKey::Number(number) => self.by_number(number).await,
            AccountKey::Card(card) => self.by_card(card).await,
        }
    }

    async fn cards(
        &self,
        numbers: BTreeSet<CardNumber>,
    ) -> Result<BTreeMap<CardNumber, Card>, Failure> {
        if numbers.is_empty() {
            return Ok(BTreeMap::new());
        }
        let cards = self.store.card_find(&numbers.iter().collect::<Vec<_>>()).await?;
        Ok(cards.into_iter().map(|card| (card.card_number.clone(), card)).collect())
    }

    /// By account number; a card number given as one is found, too.
    async fn by_number(&self, number: &AccountNumber) -> Result<(Account, Option<Card>), Failure> {
        let unknown = match self.stored(number).await {
            Err(unknown @ Failure::NotFound(_)) => unknown,
            found => return Ok((found?, None)),
        };
        let Some(card) = CardNumber::parse(number.as_str()) else { return Err(unknown) };
        match self.by_card(&card).await {
            Err(Failure::NotFound(_)) => Err(unknown),
            found => found,
        }
    }

    async fn by_card(&self, number: &CardNumber) -> Result<(Account, Option<Card>), Failure> {
        let unknown = || Failure::NotFound(Reason::CardNotFound);
        let card = self.store.card_find(&[number]).await?.pop().ok_or_else(unknown)?;
        Ok((self.stored(&card.account_number).await?, Some(card)))
    }
}
