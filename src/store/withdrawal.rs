//! `withdrawal`.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Spelled, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::withdrawal::{State, Withdrawal};

pub(super) static WITHDRAWAL: Table = Table {
    name: "withdrawal",
    key: &["withdrawal_id", "account_number"],
    columns: &[
        ("withdrawal_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("entry_seq", Kind::Plain),
        ("currency_code", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("held_minor", Kind::Plain),
        ("state", Kind::Plain),
        ("beneficiary_name", Kind::Plain),
        ("beneficiary_account", Kind::Plain),
        ("beneficiary_bank_code", Kind::Plain),
        ("beneficiary_bank_name", Kind::Plain),
        ("beneficiary_kind", Kind::Plain),
        ("reference", Kind::Plain),
        ("purpose", Kind::Plain),
        ("entry_channel", Kind::Plain),
        ("preferred_channel", Kind::Plain),
        ("requested_by", Kind::Plain),
        ("reason", Kind::Plain),
        ("version", Kind::Plain),
        ("create_time", Kind::Time),
        ("update_time", Kind::Time),
        ("settle_time", Kind::Time),
        ("channel_id", Kind::Plain),
        ("attempts", Kind::Plain),
        ("held_reason", Kind::Plain),
        ("held_since", Kind::Time),
        ("next_action_time", Kind::Time),
    ],
    statements: Statements::new(),
};

impl Store {
    /// A withdrawal by its id.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_find(&self, id: &WithdrawalId) -> Result<Option<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, "t.withdrawal_id = $1");
        let statement = self.engine.statement(&sql, [id.as_str().into()]);
        Ok(self.documents(statement).await?.pop())
    }

    /// Withdrawals of an account, newest first, below `before`, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list(
        &self,
        number: &AccountNumber,
        state: Option<State>,
        before: i64,
        limit: u32,
    ) -> Result<Vec<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(
            self.engine,
            "t.account_number = $1 AND t.entry_seq < $2 AND ($3 = '' OR t.state = $3)
                ORDER BY t.entry_seq DESC LIMIT $4",
        );
        let state: &str = state.map_or("", Into::into);
        let values: [Value; 4] =
            [number.as_str().into(), before.into(), state.into(), i64::from(limit).into()];
        self.documents(self.engine.statement(&sql, values)).await
    }
}

impl Store {
    /// Withdrawals to which something is to be done by now, the most overdue first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_due(
        &self,
        now: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Withdrawal>, Error> {
        static SQL: Spelled = Spelled::new();
        let engine = self.engine;
        let due = "t.next_action_time <= $1 ORDER BY t.next_action_time LIMIT $2";
        let sql = SQL.get(engine, || WITHDRAWAL.select(engine, due));
        let values = [engine.time(now), i64::from(limit).into()];
        self.documents(engine.statement(sql, values)).await
    }

    /// Withdrawals of these accounts of which nothing was sent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_unsent(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, &unsent(self.engine));
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        self.documents(self.engine.statement(&sql, [texts])).await
    }
}

fn unsent(engine: Engine) -> String {
    format!("{} AND t.state = 'RESERVED'", engine.among("t.account_number", 1))
}

impl Transaction {
    /// Withdrawals by their ids.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_find(&self, ids: &[&WithdrawalId]) -> Result<Vec<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, &self.engine.among("t.withdrawal_id", 1));
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// Withdrawals of these accounts of which nothing was sent.
    ///
    /// # Errors
    /// What the database says.
    pub async fn withdrawal_list_unsent(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Withdrawal>, Error> {
        let sql = WITHDRAWAL.select(self.engine, &unsent(self.engine));
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}
