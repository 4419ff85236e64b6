//! Imported history in bulk: what it has to know of accounts, its rows, the last times that it
//! moves.
//!
//! Ten million rows have to go through here, so that rows travel leaner than elsewhere: on SQLite as
//! JSON lists without names, on PostgreSQL as one array a column. A NULL can't stand in an array
//! (the binder panics); empty texts and −1 stand for it.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::{ArrayType, Value};
use sea_orm::{ConnectionTrait, QueryResult};
use serde::ser::{Serialize, SerializeSeq, Serializer};

use super::bulk::sortable_time;
use super::transaction_log::TRANSACTION_LOG;
use super::{Engine, Error, Transaction, documents};
use crate::domain::act::import_transactions::{Moved, Standing};
use crate::domain::id::AccountNumber;
use crate::domain::money::Currency;
use crate::domain::transaction::Transaction as Row;

/// A row that is there already, by any import or posting, stays as it is.
const INSERT_SQLITE: &str = "WITH r AS MATERIALIZED (SELECT value AS v FROM json_each($1))
    INSERT INTO transaction_log (transaction_id, account_number, entry_seq,
        transaction_type, transaction_amount, currency_code, direction, initiator, entry_channel,
        purpose, counterparty_account, counterparty_name, value_time, transaction_date,
        transaction_time, balance_after_minor, risk_score, risk_flag,
        recorded_time, recorded_by, mode, origin)
    SELECT v->>0, v->>1, v->>2, v->>3, v->>4, v->>5, v->>6, v->>7, v->>8, v->>9, v->>10, v->>11,
        v->>12, v->>13, v->>14, v->>15, v->>16, v->>17, $2, $3, 'FACT', 'IMPORTED'
    FROM r WHERE true
    ON CONFLICT (transaction_id, account_number) DO NOTHING";

const INSERT_POSTGRES: &str = "INSERT INTO transaction_log (transaction_id, account_number,
        entry_seq, transaction_type, transaction_amount, currency_code, direction, initiator,
        entry_channel, purpose, counterparty_account, counterparty_name, value_time,
        transaction_date, transaction_time, balance_after_minor, risk_score, risk_flag,
        recorded_time, recorded_by, mode, origin)
    SELECT r.a, r.b, r.c, r.d, r.e, r.f, r.g, r.h, r.i, r.j, r.k, r.l, r.m, r.n::date, r.o,
        nullif(r.p, -1), nullif(r.q, -1)::integer, nullif(r.r, ''), $19, $20, 'FACT', 'IMPORTED'
    FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[], $6::text[],
        $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
        $13::timestamptz[], $14::text[], $15::text[], $16::bigint[], $17::bigint[], $18::text[])
        AS r(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r)
    ON CONFLICT (transaction_id, account_number) DO NOTHING";

const MOVE_SQLITE: &str = "WITH r AS MATERIALIZED (SELECT value AS v FROM json_each($1))
    UPDATE account_balance AS t SET
        last_transaction_time = max(coalesce(t.last_transaction_time, ''), v->>1),
        last_customer_time = nullif(max(coalesce(t.last_customer_time, ''), v->>2), '')
    FROM r WHERE t.account_number = v->>0";

const MOVE_POSTGRES: &str = "UPDATE account_balance AS t SET
        last_transaction_time = greatest(t.last_transaction_time, r.any_time::timestamptz),
        last_customer_time =
            greatest(t.last_customer_time, nullif(r.customer_time, '')::timestamptz)
    FROM unnest($1::text[], $2::text[], $3::text[]) AS r(number, any_time, customer_time)
    WHERE t.account_number = r.number";

impl Transaction {
    /// What an import has to know of accounts; unknown ones are left out. Takes no lock: neither
    /// an account nor its currency ever goes away, and last times move by statements of their own.
    ///
    /// # Errors
    /// What the database says.
    pub async fn balance_find_standing(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<HashMap<String, Standing>, Error> {
        let among = self.engine.among("account_number", 1);
        let sql = format!(
            "SELECT account_number, currency_code, last_transaction_time, last_customer_time
                FROM account_balance WHERE {among}"
        );
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        let rows = self.inner.query_all_raw(self.engine.statement(&sql, [texts])).await?;
        rows.iter().map(standing).collect()
    }

    /// Adds transactions, all recorded at one instant by one principal; answers how many were not
    /// there yet.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_insert_new(&self, rows: &[&Row]) -> Result<u64, Error> {
        let Some(first) = rows.first() else { return Ok(0) };
        let recorded = [self.engine.time(first.recorded_time), first.recorded_by.as_str().into()];
        let (sql, mut values) = match self.engine {
            Engine::Sqlite => (INSERT_SQLITE, vec![json(rows.iter().map(|row| Cells(row)))?]),
            Engine::Postgres => (INSERT_POSTGRES, columns(rows)),
        };
        values.extend(recorded);
        let done = self.inner.execute_raw(self.engine.statement(sql, values)).await?;
        Ok(done.rows_affected())
    }

    /// The stored transactions with these ids, on whatever account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn transaction_find(&self, ids: &[&str]) -> Result<Vec<Row>, Error> {
        let among = self.engine.among("t.transaction_id", 1);
        let sql = TRANSACTION_LOG.select(self.engine, &among);
        let texts = self.engine.texts(ids.iter().copied());
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// Moves the last times of accounts forward, never back. The rows are locked in the order of
    /// their numbers first, as every batch does.
    ///
    /// # Errors
    /// What the database says.
    pub async fn balance_move_last_times(&self, moved: &[Moved]) -> Result<(), Error> {
        let numbers: Vec<&AccountNumber> = moved.iter().map(|row| &row.account_number).collect();
        self.account_lock(&numbers).await?;
        let customer = |row: &Moved| row.last_customer_time.map(sortable_time).unwrap_or_default();
        let any = |row: &Moved| sortable_time(row.last_transaction_time);
        let (sql, values) = match self.engine {
            Engine::Sqlite => {
                let rows = moved.iter().map(|r| (r.account_number.as_str(), any(r), customer(r)));
                (MOVE_SQLITE, vec![json(rows)?])
            }
            Engine::Postgres => {
                let numbers = self.engine.texts(numbers.iter().map(|number| number.as_str()));
                let times = |of: &dyn Fn(&Moved) -> String| {
                    let texts: Vec<String> = moved.iter().map(of).collect();
                    self.engine.texts(texts.iter().map(String::as_str))
                };
                (MOVE_POSTGRES, vec![numbers, times(&any), times(&customer)])
            }
        };
        self.inner.execute_raw(self.engine.statement(sql, values)).await?;
        Ok(())
    }
}

fn standing(row: &QueryResult) -> Result<(String, Standing), Error> {
    let code: String = row.try_get("", "currency_code")?;
    let unknown = || sea_orm::DbErr::Type(format!("unknown currency {code}"));
    let time = |column| row.try_get::<Option<DateTime<Utc>>>("", column);
    let standing = Standing {
        currency: Currency::from_code(&code).ok_or_else(|| Error::Corrupt(unknown()))?,
        last_transaction_time: time("last_transaction_time")?,
        last_customer_time: time("last_customer_time")?,
    };
    Ok((row.try_get("", "account_number")?, standing))
}

fn json(rows: impl Iterator<Item = impl Serialize>) -> Result<Value, Error> {
    let rows: Vec<_> = rows.collect();
    let text = serde_json::to_string(&rows)
        .map_err(|error| Error::Corrupt(sea_orm::DbErr::Json(error.to_string())))?;
    Ok(text.into())
}

/// A row as the list that [`INSERT_SQLITE`] reads.
struct Cells<'a>(&'a Row);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.0;
        let mut list = serializer.serialize_seq(Some(18))?;
        list.serialize_element(&row.transaction_id)?;
        list.serialize_element(&row.account_number)?;
        list.serialize_element(&row.entry_seq)?;
        list.serialize_element(&row.transaction_type)?;
        list.serialize_element(&row.transaction_amount)?;
        list.serialize_element(&row.currency_code)?;
        list.serialize_element(&row.direction)?;
        list.serialize_element(&row.initiator)?;
        list.serialize_element(&row.entry_channel)?;
        list.serialize_element(&row.purpose)?;
        list.serialize_element(&row.counterparty_account)?;
        list.serialize_element(&row.counterparty_name)?;
        list.serialize_element(&sortable_time(row.value_time))?;
        list.serialize_element(&row.transaction_date)?;
        list.serialize_element(&row.transaction_time)?;
        list.serialize_element(&row.balance_after_minor)?;
        list.serialize_element(&row.risk_score)?;
        list.serialize_element(&row.risk_flag)?;
        list.end()
    }
}

/// Rows as the arrays that [`INSERT_POSTGRES`] reads, in its order.
fn columns(rows: &[&Row]) -> Vec<Value> {
    use ArrayType::{BigInt, ChronoDateTimeUtc, String as Text};
    let word = |word: &'static str| Value::from(word);
    let array = |kind, cell: &dyn Fn(&Row) -> Value| {
        Value::Array(kind, Some(Box::new(rows.iter().map(|row| cell(row)).collect())))
    };
    vec![
        array(Text, &|row| row.transaction_id.as_str().into()),
        array(Text, &|row| row.account_number.as_str().into()),
        array(BigInt, &|row| row.entry_seq.into()),
        array(Text, &|row| word(row.transaction_type.into())),
        array(BigInt, &|row| row.transaction_amount.into()),
        array(Text, &|row| row.currency_code.code().into()),
        array(Text, &|row| word(row.direction.into())),
        array(Text, &|row| word(row.initiator.into())),
        array(Text, &|row| word(row.entry_channel.into())),
        array(Text, &|row| word(row.purpose.into())),
        array(Text, &|row| row.counterparty_account.as_str().into()),
        array(Text, &|row| row.counterparty_name.as_str().into()),
        array(ChronoDateTimeUtc, &|row| row.value_time.into()),
        array(Text, &|row| row.transaction_date.to_string().into()),
        array(Text, &|row| row.transaction_time.as_str().into()),
        array(BigInt, &|row| row.balance_after_minor.unwrap_or(-1).into()),
        array(BigInt, &|row| i64::from(row.risk_score.unwrap_or(-1)).into()),
        array(Text, &|row| row.risk_flag.as_deref().unwrap_or_default().into()),
    ]
}
