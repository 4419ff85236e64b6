//! `account_review`: what the periodic review of accounts knows, and how many accounts and cards a
//! customer has. Payments neither read nor write any of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use sea_orm::sea_query::Value;

use super::account::account_number;
use super::bulk::{Kind, Statements, Table};
use super::{Error, Store, Transaction, documents};
use crate::domain::id::AccountNumber;
use crate::domain::review::Review;

pub(super) static REVIEW: Table = Table {
    name: "account_review",
    key: &["account_number"],
    columns: &[
        ("account_number", Kind::Plain),
        ("holder_kind", Kind::Plain),
        ("document_hash", Kind::Plain),
        ("document_expiry_date", Kind::Plain),
        ("verified_time", Kind::Time),
        ("noticed_time", Kind::Time),
        ("grace_until_time", Kind::Time),
        ("excuse", Kind::Plain),
        ("dormancy_noticed_time", Kind::Time),
        ("restarted_time", Kind::Time),
        ("reminded", Kind::Json),
        ("next_review_time", Kind::Time),
    ],
    statements: Statements::new(),
};

impl Store {
    /// Accounts to be reviewed by `now`, but not these, the most overdue first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn review_list_due<'t>(
        &self,
        now: DateTime<Utc>,
        but: impl Iterator<Item = &'t str>,
        limit: u32,
    ) -> Result<Vec<String>, Error> {
        let sql = format!(
            "SELECT account_number FROM account_review
                WHERE next_review_time IS NOT NULL AND next_review_time <= $1 AND NOT ({})
                ORDER BY next_review_time LIMIT $3",
            self.engine.among("account_number", 2)
        );
        let values: [Value; 3] =
            [self.engine.time(now), self.engine.texts(but), i64::from(limit).into()];
        let rows = self.read(self.engine.statement(&sql, values)).await?;
        rows.iter().map(|row| Ok(row.try_get("", "account_number")?)).collect()
    }

    /// The numbers of accounts whose holder showed this document, in their order, after this one, at
    /// most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_list_of_document(
        &self,
        document_hash: &str,
        after: Option<&AccountNumber>,
        limit: u32,
    ) -> Result<Vec<AccountNumber>, Error> {
        // No hash is empty, and said so, so that the index of those that are not serves.
        let sql = "SELECT account_number FROM account_review
            WHERE document_hash = $1 AND document_hash <> '' AND account_number > $2
            ORDER BY account_number LIMIT $3";
        let after = after.map_or("", AccountNumber::as_str);
        let values: [Value; 3] = [document_hash.into(), after.into(), i64::from(limit).into()];
        self.read(self.engine.statement(sql, values)).await?.iter().map(account_number).collect()
    }
}

impl Transaction {
    /// What reviews know of these accounts; those without a row are left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn review_find(&self, numbers: &[&AccountNumber]) -> Result<Vec<Review>, Error> {
        let sql = REVIEW.select(self.engine, &self.engine.among("t.account_number", 1));
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// Has accounts reviewed no later than at these instants.
    ///
    /// # Errors
    /// What the database says.
    pub async fn review_hasten(
        &self,
        by: &BTreeMap<AccountNumber, DateTime<Utc>>,
    ) -> Result<(), Error> {
        let sql = "UPDATE account_review SET next_review_time = $2
            WHERE account_number = $1 AND next_review_time > $2";
        for (number, at) in by {
            let values = [number.as_str().into(), self.engine.time(*at)];
            self.inner.execute_raw(self.engine.statement(sql, values)).await?;
        }
        Ok(())
    }

    /// How many accounts a customer has that are not closed, counted up to `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn account_count_of_customer(
        &self,
        customer_id: &str,
        limit: i64,
    ) -> Result<i64, Error> {
        let sql = "SELECT count(*) AS found FROM (SELECT account_number FROM account_master
            WHERE customer_id = $1 AND account_status <> '10' LIMIT $2) s";
        self.count(sql, customer_id, limit).await
    }

    /// How many cards a customer has in use, over all accounts but closed ones, whose cards draw on
    /// nothing; counted up to `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn card_count_of_customer(
        &self,
        customer_id: &str,
        limit: i64,
    ) -> Result<i64, Error> {
        let cards = self.engine.then_join("card c", "c.account_number = m.account_number");
        let sql = format!(
            "SELECT count(*) AS found FROM (SELECT c.card_number FROM account_master m {cards}
                WHERE m.customer_id = $1 AND m.account_status <> '10'
                    AND c.card_status IN ('VALID', 'LOST') LIMIT $2) s"
        );
        self.count(&sql, customer_id, limit).await
    }

    async fn count(&self, sql: &str, customer_id: &str, limit: i64) -> Result<i64, Error> {
        let statement = self.engine.statement(sql, [customer_id.into(), limit.into()]);
        let row = self.inner.query_one_raw(statement).await?;
        Ok(row.map_or(Ok(0), |row| row.try_get("", "found"))?)
    }
}
