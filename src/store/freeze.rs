//! `account_freeze` and `account_freeze_act`.

use super::bulk::{Kind, Statements, Table};
use super::{Error, Store, Transaction, documents};
use crate::domain::freeze::{Freeze, FreezeAct};
use crate::domain::id::{AccountNumber, FreezeId};

pub(super) static FREEZE: Table = Table {
    name: "account_freeze",
    key: &["freeze_id", "account_number"],
    columns: &[
        ("freeze_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("freeze_seq", Kind::Plain),
        ("freeze_type", Kind::Plain),
        ("freeze_status", Kind::Plain),
        ("freeze_mode", Kind::Plain),
        ("authority_kind", Kind::Plain),
        ("freeze_by", Kind::Plain),
        ("court_order_no", Kind::Plain),
        ("officers", Kind::Json),
        ("notice_no", Kind::Plain),
        ("freeze_amount", Kind::Plain),
        ("exempt_minor", Kind::Plain),
        ("freeze_reason", Kind::Plain),
        ("unfreeze_condition", Kind::Plain),
        ("disclosure", Kind::Plain),
        ("urgency", Kind::Plain),
        ("emergency_cause", Kind::Plain),
        ("source", Kind::Plain),
        ("cause", Kind::Plain),
        ("served_time", Kind::Time),
        ("freeze_date", Kind::Plain),
        ("effective_time", Kind::Time),
        ("expire_time", Kind::Time),
        ("expiry_date", Kind::Plain),
        ("term_count", Kind::Plain),
        ("term_unit", Kind::Plain),
        ("renewals", Kind::Plain),
        ("preceding_freeze_id", Kind::Plain),
        ("rank_seq", Kind::Plain),
        ("serves", Kind::Plain),
        ("ended_time", Kind::Time),
        ("created_by", Kind::Plain),
        ("create_time", Kind::Time),
        ("update_time", Kind::Time),
    ],
    statements: Statements::new(),
};

pub(super) static ACT: Table = Table {
    name: "account_freeze_act",
    key: &["act_id", "account_number"],
    columns: &[
        ("act_id", Kind::Plain),
        ("freeze_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("act", Kind::Plain),
        ("act_time", Kind::Time),
        ("principal", Kind::Plain),
        ("authority_name", Kind::Plain),
        ("document_no", Kind::Plain),
        ("amount_minor", Kind::Plain),
        ("officers", Kind::Json),
        ("notice_no", Kind::Plain),
        ("expire_time", Kind::Time),
        ("transaction_id", Kind::Plain),
    ],
    statements: Statements::new(),
};

impl Store {
    /// A freeze by its id, ended or not.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_find(&self, id: &FreezeId) -> Result<Option<Freeze>, Error> {
        let sql = FREEZE.select(self.engine, "t.freeze_id = $1");
        let statement = self.engine.statement(&sql, [id.as_str().into()]);
        Ok(self.documents(statement).await?.pop())
    }

    /// On which accounts freezes with these ids are: id and account.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_find_accounts(&self, ids: &[&str]) -> Result<Vec<(String, String)>, Error> {
        let among = self.engine.among("freeze_id", 1);
        let sql = format!("SELECT freeze_id, account_number FROM account_freeze WHERE {among}");
        let texts = self.engine.texts(ids.iter().copied());
        let rows = self.read(self.engine.statement(&sql, [texts])).await?;
        rows.iter()
            .map(|row| Ok((row.try_get("", "freeze_id")?, row.try_get("", "account_number")?)))
            .collect()
    }

    /// The acts of a freeze, oldest first.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_list_acts(&self, id: &FreezeId) -> Result<Vec<FreezeAct>, Error> {
        // Frozen and deducted in one step, it was placed before anything else happened to it.
        let sql = ACT.select(
            self.engine,
            "t.freeze_id = $1
                ORDER BY t.act_time, CASE t.act WHEN 'PLACED' THEN 0 ELSE 1 END, t.act_id",
        );
        self.documents(self.engine.statement(&sql, [id.as_str().into()])).await
    }

    /// The ids of an account's confidential freezes, ended ones too.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_list_confidential(
        &self,
        number: &AccountNumber,
    ) -> Result<Vec<FreezeId>, Error> {
        let sql =
            FREEZE.select(self.engine, "t.account_number = $1 AND t.disclosure = 'CONFIDENTIAL'");
        let statement = self.engine.statement(&sql, [number.as_str().into()]);
        let found: Vec<Freeze> = self.documents(statement).await?;
        Ok(found.into_iter().map(|freeze| freeze.freeze_id).collect())
    }
}

impl Transaction {
    /// Freezes that ended, by their ids.
    ///
    /// # Errors
    /// What the database says.
    pub async fn freeze_find_ended(&self, ids: &[&FreezeId]) -> Result<Vec<Freeze>, Error> {
        let among = self.engine.among("t.freeze_id", 1);
        let sql = FREEZE.select(
            self.engine,
            &format!("{among} AND t.freeze_status IN ('RELEASED', 'EXPIRED')"),
        );
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}
