//! Pages of lists: how many rows, and where the page before ended.
//!
//! A token is opaque to clients: a hash of the query and the cursor, in hex. The hash binds it to
//! its query; nothing secret is in it, and a forged cursor shows only rows that the same query
//! shows anyway.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Violations;
use crate::ask::Page;
use crate::ask::platform::Sealed;
use crate::domain::id::AccountNumber;

/// The rows of a page when nothing is said.
const SIZE_DEFAULT: u32 = 50;
/// The most rows of a page.
const SIZE_MAX: u32 = 1000;
/// Bytes of the query's hash that a token keeps.
const HASH_BYTES: usize = 8;

/// Where a page ended, as its token carries it.
pub(crate) trait Cursor: Sized {
    /// As bytes.
    fn bytes(&self) -> Vec<u8>;

    /// From bytes; `None` when they aren't one.
    fn read(bytes: &[u8]) -> Option<Self>;
}

impl Cursor for i64 {
    fn bytes(&self) -> Vec<u8> {
        self.to_be_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self::from_be_bytes(bytes.try_into().ok()?))
    }
}

impl Cursor for Sealed {
    fn bytes(&self) -> Vec<u8> {
        self.0.clone()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Some(Self(bytes.to_vec()))
    }
}

impl Cursor for AccountNumber {
    fn bytes(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?)
    }
}

/// What a list was asked for; tokens belong to one.
#[derive(Debug)]
pub(crate) struct PageQuery([u8; HASH_BYTES]);

impl PageQuery {
    /// The query of this list with all that it was asked for: the key (an account's number, a
    /// customer's id) and every filter.
    pub(super) fn new(list: &str, asked: &impl Serialize) -> Self {
        let content = serde_json::to_vec(&(list, asked)).expect("queries are plain data");
        let digest = Sha256::digest(content);
        let mut kept = [0; HASH_BYTES];
        kept.iter_mut().zip(digest).for_each(|(kept, byte)| *kept = byte);
        Self(kept)
    }

    fn token(&self, cursor: &impl Cursor) -> String {
        hex::encode([&self.0[..], &cursor.bytes()].concat())
    }

    pub(super) fn cursor<C: Cursor>(&self, token: &str) -> Option<C> {
        let bytes = hex::decode(token).ok()?;
        let (hash, cursor) = bytes.split_at_checked(HASH_BYTES)?;
        let cursor = C::read(cursor)?;
        (hash == self.0 && self.token(&cursor) == token).then_some(cursor)
    }
}

/// The token of the next page; empty when there is none.
pub(crate) fn next_page_token<C: Cursor>(query: &PageQuery, next: Option<C>) -> String {
    next.map(|cursor| query.token(&cursor)).unwrap_or_default()
}

/// The token by which a watch goes on.
pub(crate) fn resume_token(query: &PageQuery, seen: i64) -> String {
    query.token(&seen)
}

impl Violations {
    /// The page that a list is asked for.
    pub(super) fn page<C: Cursor>(&mut self, query: &PageQuery, size: i32, token: &str) -> Page<C> {
        let size = match u32::try_from(size) {
            Ok(0) => SIZE_DEFAULT,
            Ok(size) => size.min(SIZE_MAX),
            Err(_) => {
                self.add("page_size", "must not be negative");
                SIZE_DEFAULT
            }
        };
        let after = if token.is_empty() { None } else { query.cursor(token) };
        if after.is_none() && !token.is_empty() {
            self.add("page_token", "is not a token of this query");
        }
        Page { size, after }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(account: &str, filters: &[i32]) -> PageQuery {
        PageQuery::new("withdrawals", &(account, filters))
    }

    #[test]
    fn token_leads_back_to_its_cursor() {
        for cursor in [0, 1, 42, i64::MAX, -1] {
            let token = next_page_token(&query("1", &[2]), Some(cursor));
            assert_eq!(query("1", &[2]).cursor(&token), Some(cursor));
        }
        let number = AccountNumber::parse("DE89370400440532013000");
        let token = next_page_token(&query("1", &[2]), number.clone());
        assert_eq!(query("1", &[2]).cursor(&token), number);
        assert_eq!(query("1", &[2]).cursor::<i64>(&token), None, "22 bytes are no number");
        assert_eq!(next_page_token::<i64>(&query("1", &[2]), None), "");
    }

    #[test]
    fn token_of_another_query_or_garbage_is_refused() {
        let token = query("1", &[2]).token(&7);
        let others = [
            query("2", &[2]),
            query("1", &[3]),
            query("1", &[]),
            PageQuery::new("freezes", &("1", [2])),
        ];
        for other in &others {
            assert_eq!(other.cursor::<i64>(&token), None);
        }
        let cut = &token[..30];
        for bad in [cut, "x", "zz", &token.to_uppercase(), &format!("{token}00"), "🙂"] {
            assert_eq!(query("1", &[2]).cursor::<i64>(bad), None, "{bad}");
            assert_eq!(query("1", &[2]).cursor::<AccountNumber>(bad), None, "{bad}");
        }
    }

    #[test]
    fn sizes_are_clamped_and_never_negative() {
        let size = |size| {
            let mut wrong = Violations::new();
            let page: Page = wrong.page(&query("1", &[]), size, "");
            (page.size, wrong.iter().count())
        };
        assert_eq!(size(0), (50, 0));
        assert_eq!(size(1), (1, 0));
        assert_eq!(size(i32::MAX), (1000, 0));
        assert_eq!(size(-1).1, 1);
    }
}
