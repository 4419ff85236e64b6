//! `platform_binding`: which cards third-party platforms may see.

use sea_orm::sea_query::Value;

use super::bulk::{Kind, Statements, Table, as_text};
use super::card::CARD;
use super::{Engine, Error, Store, Transaction, document, documents};
use crate::domain::card::{Card, CardNumber};
use crate::domain::id::PlatformId;
use crate::domain::platform::{BindingKey, PlatformBinding};

pub(super) static BINDING: Table = Table {
    name: "platform_binding",
    key: &["platform_id", "card_number", "account_number"],
    columns: &[
        ("platform_id", Kind::Plain),
        ("card_number", Kind::Plain),
        ("account_number", Kind::Plain),
        ("bound_by", Kind::Plain),
        ("bound_time", Kind::Time),
        ("ended_by", Kind::Plain),
        ("ended_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// Which bindings in force to list.
#[derive(Debug, Clone)]
pub enum BindingFilter {
    /// Those of a platform.
    Platform(PlatformId),
    /// Those of a card.
    Card(CardNumber),
    /// The one of a platform and a card.
    Both(PlatformId, CardNumber),
}

/// The statement of a list: bindings with their cards, after this one, at most `limit`.
pub fn statement(
    engine: Engine,
    filter: &BindingFilter,
    after: Option<&(PlatformId, CardNumber)>,
    limit: u32,
) -> (String, Vec<Value>) {
    // Everything comes after the empty text.
    let (platform, card) =
        after.map_or(("", ""), |(platform, card)| (platform.as_str(), card.as_str()));
    let limit = Value::from(i64::from(limit));
    let (which, values) = match filter {
        BindingFilter::Platform(id) => (
            "t.platform_id = $1 AND t.card_number > $2 AND t.ended_time IS NULL
                ORDER BY t.card_number LIMIT $3",
            vec![id.as_str().into(), card.into(), limit],
        ),
        BindingFilter::Card(number) => (
            "(t.card_number || '') = $1 AND t.platform_id > $2 AND t.ended_time IS NULL
                ORDER BY t.platform_id LIMIT $3",
            vec![number.as_str().into(), platform.into(), limit],
        ),
        BindingFilter::Both(id, number) => (
            "t.platform_id = $1 AND t.card_number = $2 AND t.card_number > $3
                AND t.ended_time IS NULL LIMIT $4",
            vec![id.as_str().into(), number.as_str().into(), card.into(), limit],
        ),
    };
    let sql = format!(
        "SELECT {binding} AS binding, {card} AS card FROM platform_binding t {cards} WHERE {which}",
        binding = as_text(engine, &BINDING.as_json(engine, "t")),
        card = as_text(engine, &CARD.as_json(engine, "c")),
        cards = engine.then_join(
            "card c",
            "c.card_number = t.card_number AND c.account_number = t.account_number",
        ),
    );
    (sql, values)
}

impl Store {
    /// Bindings in force with their cards, by platform and card number, after this one, at most
    /// `limit`. A number that became another account's is bound by nobody.
    ///
    /// # Errors
    /// What the database says.
    pub async fn binding_list(
        &self,
        filter: &BindingFilter,
        after: Option<&(PlatformId, CardNumber)>,
        limit: u32,
    ) -> Result<Vec<(PlatformBinding, Card)>, Error> {
        let (sql, values) = statement(self.engine, filter, after, limit);
        let rows = self.read(self.engine.statement(&sql, values)).await?;
        rows.iter().map(|row| Ok((document(row, "binding")?, document(row, "card")?))).collect()
    }
}

impl Transaction {
    /// Bindings by their keys, in force or not; others may be among them.
    ///
    /// # Errors
    /// What the database says.
    pub async fn binding_find(&self, keys: &[BindingKey]) -> Result<Vec<PlatformBinding>, Error> {
        let engine = self.engine;
        let which = format!(
            "{} AND {} AND {}",
            engine.among("t.platform_id", 1),
            engine.among("t.card_number", 2),
            engine.among("t.account_number", 3)
        );
        let values = [
            engine.texts(keys.iter().map(|(platform, _, _)| platform.as_str())),
            engine.texts(keys.iter().map(|(_, card, _)| card.as_str())),
            engine.texts(keys.iter().map(|(_, _, account)| account.as_str())),
        ];
        let sql = BINDING.select(engine, &which);
        documents(&self.inner, engine.statement(&sql, values)).await
    }
}
