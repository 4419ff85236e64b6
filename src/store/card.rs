//! `card`: found by its own number, whichever account it belongs to.
//!
//! Commands lock accounts, not cards. A row that isn't cancelled is changed only by commands of its
//! own account, under that account's lock; a number becomes an account's only through [`FREE`],
//! so of two accounts that bind one card at once the second conflicts and is decided again.

use sea_orm::Statement;

use super::bulk::{Kind, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::card::{Card, CardNumber};

pub(super) static CARD: Table = Table {
    name: "card",
    key: &["card_number"],
    columns: &[
        ("card_number", Kind::Plain),
        ("account_number", Kind::Plain),
        ("card_status", Kind::Plain),
        ("replaced_by", Kind::Plain),
        ("bound_by", Kind::Plain),
        ("bound_time", Kind::Time),
        ("changed_by", Kind::Plain),
        ("changed_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// Over which row a card may be bound.
pub(super) const FREE: &str = "card.card_status = 'CANCELLED'";

fn find(engine: Engine, numbers: &[&CardNumber]) -> Statement {
    let sql = CARD.select(engine, &engine.among("t.card_number", 1));
    engine.statement(&sql, [engine.texts(numbers.iter().map(|number| number.as_str()))])
}

impl Store {
    /// Cards by their numbers; what is unknown is left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn card_find(&self, numbers: &[&CardNumber]) -> Result<Vec<Card>, Error> {
        self.documents(find(self.engine, numbers)).await
    }
}

impl Transaction {
    /// Cards by their numbers; what is unknown is left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn card_find(&self, numbers: &[&CardNumber]) -> Result<Vec<Card>, Error> {
        documents(&self.inner, find(self.engine, numbers)).await
    }
}
