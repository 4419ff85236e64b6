//! Accounts by what they are called: their own number, or the number of a card.

use super::{AccountKey, Ask, Failure};
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
    /// The account as it is now, and the card when it was asked for by one. Replaced and cancelled
    /// cards lead to their last account, too: who holds one shall learn that, not that there is no
    /// such card.
    ///
    /// # Errors
    /// ACCOUNT_NOT_FOUND, CARD_NOT_FOUND, or the database.
    pub async fn found(&self, key: &AccountKey) -> Result<Found, Failure> {
        let (stored, card) = match key {
            AccountKey::Number(number) => self.by_number(number).await?,
            AccountKey::Card(card) => self.by_card(card).await?,
        };
        let account = lapse::seen_at(stored, self.clock.now(), self.rules.zone);
        Ok(Found { account, card })
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
