//! Cards that platforms have bound, and where a page of them ends.
//!
//! The end of a page is a card's number, which most platforms may not read, so that its token is
//! sealed: the number is hidden under a stream of its own keyed hash (the construction of RFC 5297
//! with HMAC-SHA-256), and whatever was not sealed here does not open.

use std::collections::BTreeSet;

use super::{Ask, Failure, Listed, Page};
use crate::domain::account::Account;
use crate::domain::card::{Card, CardNumber, CardState};
use crate::domain::history::HistoryKey;
use crate::domain::id::PlatformId;
use crate::domain::platform::PlatformBinding;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::Reason;
use crate::domain::status::AccountStatus;
pub use crate::store::platform::BindingFilter;

/// How many bindings are looked through for a page of the abnormal ones.
const EXAMINED: u32 = 1_000;
/// Bytes of the hash that hides what is sealed.
const HASH_BYTES: usize = 16;

/// A binding with what it is about.
#[derive(Debug, Clone)]
pub struct BoundCard {
    /// The binding, in force.
    pub binding: PlatformBinding,
    /// The card.
    pub card: Card,
    /// The account as it is now.
    pub account: Account,
}

impl BoundCard {
    /// Whether the card may not be used or the account is not NORMAL.
    pub fn is_abnormal(&self) -> bool {
        self.card.card_status != CardState::Valid || self.account.status() != AccountStatus::Normal
    }
}

/// Where a page of bindings ends, readable by nobody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed(pub Vec<u8>);

/// Where a page of bindings ends.
pub type BindingPlace = (PlatformId, CardNumber);

fn seal(key: &HistoryKey, (platform, card): &BindingPlace) -> Sealed {
    let plain = [platform.as_str().as_bytes(), b" ", card.as_str().as_bytes()].concat();
    let hash = hidden_by(key, &plain);
    Sealed([&hash[..], &masked(key, &hash, &plain)].concat())
}

fn open(key: &HistoryKey, sealed: &Sealed) -> Option<BindingPlace> {
    let (hash, hidden) = sealed.0.split_first_chunk::<HASH_BYTES>()?;
    let plain = masked(key, hash, hidden);
    if hidden_by(key, &plain) != *hash {
        return None;
    }
    let (platform, card) = std::str::from_utf8(&plain).ok()?.split_once(' ')?;
    Some((PlatformId::parse(platform)?, CardNumber::parse(card)?))
}

fn hidden_by(key: &HistoryKey, plain: &[u8]) -> [u8; HASH_BYTES] {
    let mut hash = [0; HASH_BYTES];
    hash.iter_mut().zip(key.tag(&[b"page of bindings", plain])).for_each(|(at, byte)| *at = byte);
    hash
}

fn masked(key: &HistoryKey, hash: &[u8; HASH_BYTES], text: &[u8]) -> Vec<u8> {
    let blocks = (0_u8..).flat_map(|block| key.tag(&[b"hidden", hash, &[block]]));
    text.iter().zip(blocks).map(|(byte, mask)| byte ^ mask).collect()
}

impl Ask {
    /// Where a sealed page ends; `None` when it was not sealed here.
    pub fn unsealed(&self, sealed: &Sealed) -> Option<BindingPlace> {
        open(&self.rules.history_key, sealed)
    }

    /// A page of bindings in force, by platform and card number, as their cards and accounts are now.
    /// One of the abnormal ones may hold fewer although others follow.
    ///
    /// # Errors
    /// The database.
    pub async fn card_bindings(
        &self,
        filter: &BindingFilter,
        abnormal_only: bool,
        page: &Page<BindingPlace>,
    ) -> Result<Listed<BoundCard, Sealed>, Failure> {
        let size = if abnormal_only { page.size.max(EXAMINED) } else { page.size };
        let examined = Page { size, after: page.after.clone() };
        let rows = self.store.binding_list(filter, page.after.as_ref(), examined.fetch()).await?;
        let place =
            |(row, _): &(PlatformBinding, Card)| (row.platform_id.clone(), row.card_number.clone());
        let Listed { items: rows, mut next } = examined.cut(rows, place);
        let numbers: BTreeSet<_> = rows.iter().map(|(row, _)| &row.account_number).collect();
        let accounts = self.all(numbers, self.clock.now()).await?;
        let mut items = Vec::new();
        for (binding, card) in rows {
            let Some(account) = accounts.get(&binding.account_number).cloned() else { continue };
            let bound = BoundCard { binding, card, account };
            if abnormal_only && !bound.is_abnormal() {
                continue;
            }
            if items.len() >= usize::try_from(page.size).unwrap_or(usize::MAX) {
                let last = items.last().map(|last: &BoundCard| &last.binding);
                next = last.map(|last| (last.platform_id.clone(), last.card_number.clone()));
                break;
            }
            items.push(bound);
        }
        let next = next.map(|place| seal(&self.rules.history_key, &place));
        Ok(Listed { items, next })
    }

    /// Whether the principal may learn that there is this card: who reads accounts learns it of any
    /// card, a platform of those that it has bound.
    ///
    /// # Errors
    /// CARD_NOT_FOUND, or the database.
    pub async fn card_is_known(
        &self,
        card: &CardNumber,
        filter: &BindingFilter,
        principal: &Principal,
    ) -> Result<(), Failure> {
        let known = if principal.may(Scope::AccountRead) {
            !self.store.card_find(&[card]).await?.is_empty()
        } else {
            !self.store.binding_list(filter, None, 1).await?.is_empty()
        };
        if known { Ok(()) } else { Err(Failure::NotFound(Reason::CardNotFound)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_and_nothing_else_does() {
        let key = HistoryKey::new(b"a key");
        for platform in ["p".to_owned(), "platform-a".to_owned(), "x".repeat(64)] {
            let card = CardNumber::parse("6299990000000050").unwrap();
            let place = (PlatformId::parse(&platform).unwrap(), card);
            let sealed = seal(&key, &place);
            assert_eq!(open(&key, &sealed), Some(place));
            let shown = String::from_utf8_lossy(&sealed.0).into_owned();
            assert!(!shown.contains("0050") && !shown.contains(&platform[..1].repeat(3)));
            assert_eq!(open(&HistoryKey::new(b"another"), &sealed), None);
            for place in 0..sealed.0.len() {
                let mut forged = sealed.clone();
                if let Some(byte) = forged.0.get_mut(place) {
                    *byte ^= 1;
                }
                assert_eq!(open(&key, &forged), None);
            }
        }
        assert_eq!(open(&key, &Sealed(vec![0; 5])), None);
    }
}
