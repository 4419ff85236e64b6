//! `suspense_item`: money that stands beside accounts.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::id::{AccountNumber, TransactionId};
use crate::domain::suspense::SuspenseItem;
use crate::domain::transaction::Booking;

pub(super) static SUSPENSE: Table = Table {
    name: "suspense_item",
    key: &["item_id", "account_number"],
    columns: &[
        ("item_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("booking", Kind::Plain),
        ("direction", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("withdrawal_id", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("case_id", Kind::Plain),
        ("create_time", Kind::Time),
        ("clearing", Kind::Plain),
        ("clearing_reference", Kind::Plain),
        ("clearing_reason", Kind::Plain),
        ("clearing_transaction_id", Kind::Plain),
        ("cleared_by", Kind::Plain),
        ("approved_by", Kind::Plain),
        ("clear_time", Kind::Time),
        ("version", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// Which items to list.
#[derive(Debug, Clone, Default)]
pub struct SuspenseFilter {
    /// Of this account; absent = of all.
    pub account_number: Option<AccountNumber>,
    /// SUSPENSE or RECEIVABLE; absent = both.
    pub booking: Option<Booking>,
    /// Cleared ones, too.
    pub cleared: bool,
    /// Of this channel; empty = of all.
    pub channel_id: String,
}

/// The place of an item in lists: the oldest come first. Lists are sorted by its fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuspensePlace {
    /// When it came.
    pub create_time: DateTime<Utc>,
    /// Its id.
    pub item_id: String,
    /// Its account: two accounts may have items of one id.
    pub account_number: String,
}

impl SuspensePlace {
    /// The place of this one.
    pub fn of(row: &SuspenseItem) -> Self {
        Self {
            create_time: row.create_time,
            item_id: row.item_id.as_str().to_owned(),
            account_number: row.account_number.as_str().to_owned(),
        }
    }
}

/// The statement of a list: items after this place, at most `limit`. The index of the account's leads
/// where one is named, else that of open ones or of all.
pub fn statement(
    engine: Engine,
    filter: &SuspenseFilter,
    after: Option<&SuspensePlace>,
    limit: u32,
) -> (String, Vec<Value>) {
    let (mut values, mut wanted) = (Vec::<Value>::new(), Vec::new());
    let mut is = |column: &str, value: &str| {
        if !value.is_empty() {
            values.push(value.into());
            wanted.push(format!("t.{column} = ${}", values.len()));
        }
    };
    is("account_number", filter.account_number.as_ref().map_or("", AccountNumber::as_str));
    is("booking", filter.booking.map_or("", Into::into));
    is("channel_id", &filter.channel_id);
    if !filter.cleared {
        wanted.push("t.clearing IS NULL".to_owned());
    }
    // Of one account, its items have ids of their own, and its index ends there.
    let (order, ends) = match filter.account_number {
        Some(_) => ("t.create_time, t.item_id", 2),
        None => ("t.create_time, t.item_id, t.account_number", 3),
    };
    if let Some(place) = after {
        let texts = [&place.item_id, &place.account_number].map(|text| text.as_str().into());
        let end = [engine.time(place.create_time)].into_iter().chain(texts).take(ends);
        let first = values.len();
        values.extend(end);
        let marks: Vec<_> = (first..values.len()).map(|n| format!("${}", n + 1)).collect();
        wanted.push(format!("({order}) > ({})", marks.join(", ")));
    }
    values.push(i64::from(limit).into());
    let wanted = if wanted.is_empty() { "true".to_owned() } else { wanted.join(" AND ") };
    let order = format!("ORDER BY {order} LIMIT ${}", values.len());
    (SUSPENSE.select(engine, &format!("{wanted} {order}")), values)
}

impl Store {
    /// Items after this place, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn suspense_list(
        &self,
        filter: &SuspenseFilter,
        after: Option<&SuspensePlace>,
        limit: u32,
    ) -> Result<Vec<SuspenseItem>, Error> {
        let (sql, values) = statement(self.engine, filter, after, limit);
        self.documents(self.engine.statement(&sql, values)).await
    }
}

impl Transaction {
    /// Items by their ids, of whichever accounts.
    ///
    /// # Errors
    /// What the database says.
    pub async fn suspense_find(&self, ids: &[&TransactionId]) -> Result<Vec<SuspenseItem>, Error> {
        let sql = SUSPENSE.select(self.engine, &self.engine.among("t.item_id", 1));
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}
