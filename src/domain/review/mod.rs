//! What is known of an account's holder, and what the periodic review of an account remembers: the
//! identity document, notices and periods of grace, reminders given. A row beside the account,
//! because it changes when nobody pays, and no payment loads or writes it.

mod coming;
mod dormancy;
mod due;
mod identity;
pub mod rules;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::AccountNumber;

pub use coming::{announced_from, answer_announced_from, next_in_line, waiting};
pub use due::{Found, due, next_look};
pub use identity::IdentityKey;
pub use rules::{ReviewRules, TooMany};

/// A stop order, an oral loss, a restriction or a proposal that ends is announced this long before.
pub const ENDS_SOON: chrono::TimeDelta = chrono::TimeDelta::days(1);

/// Who holds an account.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Default,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum HolderKind {
    /// Not stated; counts as a person.
    #[default]
    Unspecified,
    /// A natural person.
    Person,
    /// A company, an authority or another organisation.
    Organisation,
}

impl HolderKind {
    /// Whether nobody said it.
    pub fn is_unspecified(&self) -> bool {
        *self == Self::Unspecified
    }
}

/// A row of `account_review`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The account.
    pub account_number: AccountNumber,
    /// Who holds it.
    pub holder_kind: HolderKind,
    /// The keyed hash of the identity document's number, hex; empty = not known.
    pub document_hash: String,
    /// The last day on which the document is valid; absent = it does not run out, or is not known.
    pub document_expiry_date: Option<NaiveDate>,
    /// When the identity was last verified.
    pub verified_time: Option<DateTime<Utc>>,
    /// When the holder was told that the document ran out; absent while it is valid.
    pub noticed_time: Option<DateTime<Utc>>,
    /// Until when the holder may take to renew it, exclusive.
    pub grace_until_time: Option<DateTime<Utc>>,
    /// The excuse that moved the grace; empty = none.
    pub excuse: String,
    /// When an organisation was told that its account is about to become dormant.
    pub dormancy_noticed_time: Option<DateTime<Utc>>,
    /// From when the clocks of unused accounts run anew: the holder reactivated the account, or a
    /// suspension of the unused account was lifted.
    pub restarted_time: Option<DateTime<Utc>>,
    /// The reminders given of what is still ahead, each by its key.
    pub reminded: Vec<String>,
    /// When to look again; absent once the account is closed.
    pub next_review_time: Option<DateTime<Utc>>,
}

impl Review {
    /// Nothing known, never looked at.
    pub fn blank(account_number: AccountNumber) -> Self {
        Self {
            account_number,
            holder_kind: HolderKind::Unspecified,
            document_hash: String::new(),
            document_expiry_date: None,
            verified_time: None,
            noticed_time: None,
            grace_until_time: None,
            excuse: String::new(),
            dormancy_noticed_time: None,
            restarted_time: None,
            reminded: Vec::new(),
            next_review_time: None,
        }
    }

    /// The notice that the document ran out, and all that followed from it, is settled.
    pub fn forget_notice(&mut self) {
        self.noticed_time = None;
        self.grace_until_time = None;
        self.excuse = String::new();
    }
}
