//! Names of things: account numbers and opaque ids. Parsed once, at the edge; inside, a value of
//! one of these types is known to be well formed.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The longest account number (ISO 13616 IBANs have at most 34 characters).
pub const ACCOUNT_NUMBER_MAX_CHARS: usize = 34;
/// The longest id that a client or bank may choose.
pub const ID_MAX_CHARS: usize = 64;

/// An account number: 1–34 ASCII letters and digits, IBANs included. Shows only its last four
/// characters in logs and debug output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct AccountNumber(Arc<str>);

impl AccountNumber {
    /// Takes a text as an account number; `None` when it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = (1..=ACCOUNT_NUMBER_MAX_CHARS).contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| Self(text.into()))
    }

    /// The whole number, for storage and for answers to who asked about it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four characters, for logs.
    pub fn last4(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl fmt::Display for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.last4())
    }
}

impl fmt::Debug for AccountNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Takes 1–64 visible ASCII characters as an id; `None` for anything else.
            pub fn parse(text: &str) -> Option<Self> {
                is_visible_ascii(text, ID_MAX_CHARS).then(|| Self(text.into()))
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<NewId> for $name {
            fn from(id: NewId) -> Self {
                Self(id.0)
            }
        }
    };
}

text_id!(
    /// The id of an entry of the log of channels, in the order of time.
    ChannelLogId
);
text_id!(
    /// One row of `account_condition`.
    ConditionId
);
text_id!(
    /// One freeze.
    FreezeId
);
text_id!(
    /// One withdrawal.
    WithdrawalId
);
text_id!(
    /// One proposal that waits, or waited, for a second person.
    ApprovalId
);
text_id!(
    /// One objection.
    ObjectionId
);
text_id!(
    /// One case.
    CaseId
);
text_id!(
    /// One payout channel, as the bank names it.
    ChannelId
);
text_id!(
    /// One third-party platform: the name of the principal that it calls as.
    PlatformId
);
text_id!(
    /// One posting of core banking.
    TransactionId
);
text_id!(
    /// A row that nobody names: history rows, events, acts of a freeze.
    RowId
);

/// The id of a request: 1–64 visible ASCII characters from clients, up to 160 inside, where a
/// command of the service itself names what caused it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// Takes a client's request id.
    pub fn parse(text: &str) -> Option<Self> {
        is_visible_ascii(text, ID_MAX_CHARS).then(|| Self(text.into()))
    }

    /// The id of a command that the service gives itself, such as `import:<account>`.
    pub fn internal(text: &str) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A fresh id, ready to become one of the typed ids.
#[derive(Debug, Clone)]
pub struct NewId(Arc<str>);

impl NewId {
    /// Wraps a fresh id, which only the clock makes.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }
}

/// Whether a text is 1 to `max` visible ASCII characters, as ids are.
pub fn is_visible_ascii(text: &str, max: usize) -> bool {
    (1..=max).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn account_numbers_are_letters_and_digits_only() {
        for text in ["1", "6222021234567890123", "DE89370400440532013000", &"9".repeat(34)] {
            assert_eq!(AccountNumber::parse(text).unwrap().as_str(), text);
        }
        for text in ["", &"9".repeat(35), "12 34", "12-34", "12\u{200b}34", "١٢٣", "12\0", "1;DROP"]
        {
            assert_eq!(AccountNumber::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn account_numbers_print_only_their_last_four_characters() {
        let number = AccountNumber::parse("6222021234567890123").unwrap();
        assert_eq!(format!("{number} {number:?}"), "…0123 …0123");
    }

    #[test]
    fn request_ids_are_visible_ascii() {
        for text in ["", "a b", "a\n", "a\u{202e}b", &"a".repeat(65)] {
            assert_eq!(RequestId::parse(text), None, "{text:?}");
        }
        assert_eq!(RequestId::parse("w-1").unwrap().as_str(), "w-1");
    }
}
