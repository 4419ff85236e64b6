//! `inbox`: what channels said of things that we don't know.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DbErr};

use super::bulk::{Kind, Statements, Table, Write};
use super::idempotency::oldest_refusal;
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::id::ChannelId;
use crate::domain::refusal::Reason;
use crate::domain::suspense::InboxItem;

pub(super) static INBOX: Table = Table {
    name: "inbox",
    key: &["inbox_id"],
    columns: &[
        ("inbox_id", Kind::Plain),
        ("channel_id", Kind::Plain),
        ("payout_key", Kind::Plain),
        ("routing_token", Kind::Plain),
        ("stray", Kind::Plain),
        ("source", Kind::Plain),
        ("said", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("channel_code", Kind::Plain),
        ("received_by", Kind::Plain),
        ("create_time", Kind::Time),
        ("clearing", Kind::Plain),
        ("clearing_reference", Kind::Plain),
        ("clearing_reason", Kind::Plain),
        ("cleared_by", Kind::Plain),
        ("clear_time", Kind::Time),
        ("version", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// Requests about the inbox belong to no account; no account has a number like this.
const NO_ACCOUNT: &str = "-inbox-";

/// A request about the inbox, as it is remembered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AskedBefore {
    /// The hash of its content.
    pub content_hash: String,
    /// What came of it: the id of the item, or why not.
    pub outcome: Result<String, Reason>,
}

/// Which items to list.
#[derive(Debug, Clone, Default)]
pub struct InboxFilter {
    /// Only of this channel.
    pub channel_id: Option<ChannelId>,
    /// Cleared ones, too.
    pub include_cleared: bool,
}

/// The place of an item in lists: the oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboxPlace {
    /// When it came.
    pub create_time: DateTime<Utc>,
    /// Its id.
    pub inbox_id: String,
}

impl InboxPlace {
    /// The place of this one.
    pub fn of(row: &InboxItem) -> Self {
        Self { create_time: row.create_time, inbox_id: row.inbox_id.clone() }
    }
}

/// The statement of a list: items after this place, at most `limit`.
pub fn statement(
    engine: Engine,
    filter: &InboxFilter,
    after: Option<&InboxPlace>,
    limit: u32,
) -> (String, Vec<Value>) {
    let (mut values, mut wanted) = (Vec::<Value>::new(), Vec::new());
    if !filter.include_cleared {
        wanted.push("t.clearing IS NULL".to_owned());
    }
    if let Some(channel) = &filter.channel_id {
        values.push(channel.as_str().into());
        wanted.push("t.channel_id = $1".to_owned());
    }
    if let Some(place) = after {
        values.push(engine.time(place.create_time));
        values.push(place.inbox_id.as_str().into());
        let (time, id) = (values.len().saturating_sub(1), values.len());
        wanted.push(format!("(t.create_time, t.inbox_id) > (${time}, ${id})"));
    }
    values.push(i64::from(limit).into());
    let wanted = if wanted.is_empty() { "true".to_owned() } else { wanted.join(" AND ") };
    let order = format!("ORDER BY t.create_time, t.inbox_id LIMIT ${}", values.len());
    (INBOX.select(engine, &format!("{wanted} {order}")), values)
}

impl Store {
    /// Items after this place, the oldest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_list(
        &self,
        filter: &InboxFilter,
        after: Option<&InboxPlace>,
        limit: u32,
    ) -> Result<Vec<InboxItem>, Error> {
        let (sql, values) = statement(self.engine, filter, after, limit);
        self.documents(self.engine.statement(&sql, values)).await
    }

    /// How many items are open, counted no further than this.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_count_open(&self, at_most: u32) -> Result<i64, Error> {
        let sql = "SELECT count(*) AS items
            FROM (SELECT 1 FROM inbox WHERE clearing IS NULL LIMIT $1) t";
        let rows = self.read(self.engine.statement(sql, [i64::from(at_most).into()])).await?;
        rows.first().map_or(Ok(0), |row| Ok(row.try_get("", "items")?))
    }
}

impl Transaction {
    /// Keeps items; those that are there stay as they are.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_keep(&self, items: &[InboxItem]) -> Result<(), Error> {
        INBOX.write(self, Write::Keep, items).await
    }

    /// An item, kept from others until this transaction ends.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_find(&self, id: &str) -> Result<Option<InboxItem>, Error> {
        // To write the row is to lock it, on every engine; what is read then is the newest.
        let lock = "UPDATE inbox SET version = version WHERE inbox_id = $1";
        self.inner.execute_raw(self.engine.statement(lock, [id.into()])).await?;
        let sql = INBOX.select(self.engine, "t.inbox_id = $1");
        Ok(documents(&self.inner, self.engine.statement(&sql, [id.into()])).await?.pop())
    }

    /// Writes an item that changed.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_update(&self, item: &InboxItem) -> Result<(), Error> {
        INBOX.write(self, Write::Update, [item]).await
    }

    /// What was asked of the inbox under this id, unless it is forgotten by now.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_find_request(
        &self,
        (principal, request_id): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<Option<AskedBefore>, Error> {
        let sql = "SELECT content_hash, outcome FROM idempotency
            WHERE account_number = $1 AND principal = $2 AND request_id = $3
                AND (class = 'EFFECT' OR recorded_time > $4)";
        let oldest = self.engine.time(oldest_refusal(now));
        let values = [NO_ACCOUNT.into(), principal.into(), request_id.into(), oldest];
        let row = self.inner.query_one_raw(self.engine.statement(sql, values)).await?;
        row.map(|row| {
            let outcome: String = row.try_get("", "outcome")?;
            let outcome = serde_json::from_str(&outcome);
            let outcome =
                outcome.map_err(|error| Error::Corrupt(DbErr::Json(error.to_string())))?;
            Ok(AskedBefore { content_hash: row.try_get("", "content_hash")?, outcome })
        })
        .transpose()
    }

    /// Remembers what was asked of the inbox under this id, in the place of a refusal that is
    /// forgotten; a conflict when another did first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn inbox_remember(
        &self,
        (principal, request_id): (&str, &str),
        asked: &AskedBefore,
        now: DateTime<Utc>,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO idempotency (account_number, principal, request_id, content_hash,
                outcome, class, recorded_time) VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (account_number, principal, request_id) DO UPDATE SET
                content_hash = excluded.content_hash, outcome = excluded.outcome,
                class = excluded.class, recorded_time = excluded.recorded_time
            WHERE idempotency.class = 'REFUSAL' AND idempotency.recorded_time <= $8";
        let class = if asked.outcome.is_ok() { "EFFECT" } else { "REFUSAL" };
        let outcome = serde_json::to_string(&asked.outcome).expect("outcomes are plain data");
        let values = [
            NO_ACCOUNT.into(),
            principal.into(),
            request_id.into(),
            asked.content_hash.as_str().into(),
            outcome.into(),
            class.into(),
            self.engine.time(now),
            self.engine.time(oldest_refusal(now)),
        ];
        let done = self.inner.execute_raw(self.engine.statement(sql, values)).await?;
        if done.rows_affected() == 1 {
            Ok(())
        } else {
            Err(Error::Conflict(DbErr::RecordNotUpdated))
        }
    }
}
