//! Bank cards: further names of an account, each with a state of its own. A card's state is not the
//! account's: a lost card blocks itself only, and moves neither the displayed status nor the etag.
//!
//! A number is bound to one account at a time, over all accounts. One that was cancelled may be
//! bound again, wherever; one that was replaced never, because its plastic is still out there.

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::id::AccountNumber;
use super::principal::Scope;
use super::status::Lifecycle;

/// How many digits a card number has (ISO/IEC 7812-1; the shortest that are issued have 12).
pub const CARD_NUMBER_DIGITS: std::ops::RangeInclusive<usize> = 12..=19;

/// A card number: 12–19 ASCII digits. The check digit is not looked at: numbers without a right one
/// are in use. Shows only its last four digits in logs and debug output.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CardNumber(Arc<str>);

impl CardNumber {
    /// Takes a text as a card number; `None` when it isn't one.
    pub fn parse(text: &str) -> Option<Self> {
        let fits = CARD_NUMBER_DIGITS.contains(&text.len());
        (fits && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| Self(text.into()))
    }

    /// The whole number, for storage and for answers to who may read it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last four digits: all that events and answers about an account tell.
    pub fn last4(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(4)..).unwrap_or_default()
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "…{}", self.last4())
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The state of a card.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CardState {
    /// It may be used.
    Valid,
    /// It is reported lost.
    Lost,
    /// Another card took its place.
    Replaced,
    /// It was taken off the account.
    Cancelled,
}

impl CardState {
    /// Whether a card in this state counts as one that the customer has.
    pub fn in_use(self) -> bool {
        matches!(self, Self::Valid | Self::Lost)
    }
}

/// What can be done to a card that is bound.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum CardAction {
    /// The card is lost.
    ReportLoss,
    /// The card was found.
    WithdrawLoss,
    /// A new card takes its place.
    Replace,
    /// The card is taken off the account.
    Cancel,
}

/// One row of the table of card actions.
#[derive(Debug, Clone, Copy)]
pub struct CardRule {
    /// The action.
    pub action: CardAction,
    /// The states of a card in which it applies.
    pub from: &'static [CardState],
    /// The state that it leads to.
    pub to: CardState,
    /// The stages of an account's life in which it applies.
    pub lifecycles: &'static [Lifecycle],
    /// The scope of the principal.
    pub scope: Scope,
}

const OPEN: &[Lifecycle] = &[Lifecycle::Open];
const ANY: &[Lifecycle] =
    &[Lifecycle::Opening, Lifecycle::OpenFailed, Lifecycle::Open, Lifecycle::Closed];

/// The table, in the order of [`CardAction`]. Losses and replacements happen at the counter, as
/// those of the account's own medium do; a card is cancelled by who binds cards, and also when the
/// account is closed.
pub const CARD_ACTIONS: [CardRule; 4] = {
    use CardAction as A;
    use CardState::{Cancelled, Lost, Replaced, Valid};
    [
        CardRule {
            action: A::ReportLoss,
            from: &[Valid],
            to: Lost,
            lifecycles: OPEN,
            scope: Scope::CounterWrite,
        },
        CardRule {
            action: A::WithdrawLoss,
            from: &[Lost],
            to: Valid,
            lifecycles: OPEN,
            scope: Scope::CounterWrite,
        },
        CardRule {
            action: A::Replace,
            from: &[Valid, Lost],
            to: Replaced,
            lifecycles: OPEN,
            scope: Scope::CounterWrite,
        },
        CardRule {
            action: A::Cancel,
            from: &[Valid, Lost],
            to: Cancelled,
            lifecycles: ANY,
            scope: Scope::AccountWrite,
        },
    ]
};

impl CardAction {
    /// The action's row.
    pub fn rule(self) -> &'static CardRule {
        let row = CARD_ACTIONS.iter().find(|row| row.action == self);
        row.expect("the table has a row for each action")
    }
}

/// A card. A row of `card`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Its number.
    pub card_number: CardNumber,
    /// The account that it draws on, or drew on when it was replaced or cancelled.
    pub account_number: AccountNumber,
    /// Its state.
    pub card_status: CardState,
    /// The card that took its place; only in REPLACED.
    pub replaced_by: Option<CardNumber>,
    /// Who bound it.
    pub bound_by: String,
    /// When it was bound to this account.
    pub bound_time: DateTime<Utc>,
    /// Who changed it last.
    pub changed_by: String,
    /// When its state changed last.
    pub changed_time: DateTime<Utc>,
}

/// Whether a number may be bound, seeing the row that there is of it.
pub fn is_free(known: Option<&Card>) -> bool {
    known.is_none_or(|card| card.card_status == CardState::Cancelled)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn card_numbers_are_12_to_19_ascii_digits_whatever_their_check_digit() {
        for text in ["629999000000", "6299990000000010", "6299990000000011", &"9".repeat(19)] {
            assert_eq!(CardNumber::parse(text).unwrap().as_str(), text);
        }
        let full_width = "６２９９９９００００００";
        for text in
            ["", "62999900000", &"9".repeat(20), "6299 9900 0000", "62999900000x", full_width]
        {
            assert_eq!(CardNumber::parse(text), None, "{text:?}");
        }
        assert_eq!(CardNumber::parse("62999900000\0"), None);
    }

    #[test]
    fn card_numbers_print_only_their_last_four_digits() {
        let number = CardNumber::parse("6299990000000050").unwrap();
        assert_eq!(format!("{number} {number:?} {}", number.last4()), "…0050 …0050 0050");
    }
}

/// What becomes of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardReceipt {
    /// The card after the command.
    pub card: Card,
    /// The one that took its place.
    pub new_card: Option<Card>,
}

impl CardReceipt {
    /// Of one card alone.
    pub fn of(card: Card) -> Self {
        Self { card, new_card: None }
    }
}
