//! Pages of lists: how many rows, and where the page before ended.
//!
//! A token is opaque to clients: a hash of the query and the cursor, in hex. The hash binds it to
//! its query; nothing secret is in it, and a forged cursor shows only rows that the same query
//! shows anyway.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::Violations;
use crate::ask::Page;
use crate::ask::platform::Sealed;
use crate::domain::id::AccountNumber;
use crate::domain::terms::instant;

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

/// Bytes of a cursor that say a time; the others are an id.
const TIME_BYTES: usize = 8;

/// The place of a row in a list by time and id, as its token carries it.
pub(super) fn time_and_id(at: DateTime<Utc>, id: &str) -> Vec<u8> {
    [&at.timestamp_micros().to_be_bytes()[..], id.as_bytes()].concat()
}

/// The same from bytes; `None` when they aren't such a place, or one of a time that no row has: engines
/// don't know all times.
pub(super) fn read_time_and_id(bytes: &[u8]) -> Option<(DateTime<Utc>, &str)> {
    let (at, id) = bytes.split_at_checked(TIME_BYTES)?;
    let at = DateTime::from_timestamp_micros(i64::from_be_bytes(at.try_into().ok()?))?;
    let at = instant(at.timestamp(), i32::try_from(at.timestamp_subsec_nanos()).ok()?)?;
    Some((at, std::str::from_utf8(id).ok()?))
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
    fn a_place_is_of_a_time_that_engines_know() {
        let day = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        for known in ["1900-01-01T00:00:00Z", "2026-11-22T08:00:00.000001Z", "9998-12-31T23:59:59Z"]
        {
            let known = day(known);
            assert_eq!(read_time_and_id(&time_and_id(known, "W1")), Some((known, "W1")));
        }
        for strange in ["1899-12-31T23:59:59Z", "9999-01-01T00:00:00Z", "-5000-01-01T00:00:00Z"] {
            assert_eq!(read_time_and_id(&time_and_id(day(strange), "W1")), None, "{strange}");
        }
        for strange in [i64::MIN, i64::MAX] {
            assert_eq!(read_time_and_id(&strange.to_be_bytes()), None);
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
