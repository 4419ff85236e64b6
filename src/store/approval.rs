//! `approval`: proposals, open and decided. Open ones are read with their account
//! ([`super::account`]).

use chrono::{DateTime, Utc};
use sea_orm::Statement;
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Spelled, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::approval::{Approval, ApprovalState};
use crate::domain::id::{AccountNumber, ApprovalId};

pub(super) static APPROVAL: Table = Table {
    name: "approval",
    key: &["approval_id", "account_number"],
    columns: &[
        ("approval_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("state", Kind::Plain),
        ("action", Kind::Plain),
        ("subject_kind", Kind::Plain),
        ("subject_id", Kind::Plain),
        ("subject_version", Kind::Plain),
        ("change_key", Kind::Plain),
        ("proposed_by", Kind::Plain),
        ("reason", Kind::Plain),
        ("request", Kind::Json),
        ("disclosure", Kind::Plain),
        ("create_time", Kind::Time),
        ("expire_time", Kind::Time),
        ("decided_by", Kind::Plain),
        ("decide_time", Kind::Time),
        ("comment", Kind::Plain),
    ],
    statements: Statements::new(),
};

/// Which approvals to list.
#[derive(Debug, Clone, Default)]
pub struct ApprovalFilter {
    /// Only about this account.
    pub account_number: Option<AccountNumber>,
    /// Only in this state at an instant: one that ran out by then is EXPIRED, written down or not.
    pub state: Option<ApprovalState>,
    /// Only proposed by this principal.
    pub proposed_by: Option<String>,
}

fn find(engine: Engine, ids: &[&ApprovalId]) -> Statement {
    static SQL: Spelled = Spelled::new();
    let among = || APPROVAL.select(engine, &engine.among("t.approval_id", 1));
    engine.statement(SQL.get(engine, among), [engine.texts(ids.iter().map(|id| id.as_str()))])
}

impl Store {
    /// An approval by its id, as it is stored.
    ///
    /// # Errors
    /// What the database says.
    pub async fn approval_find(&self, id: &ApprovalId) -> Result<Option<Approval>, Error> {
        Ok(self.documents(find(self.engine, &[id])).await?.pop())
    }

    /// Approvals as they are at `now`, the newest first, before this one, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn approval_list(
        &self,
        filter: &ApprovalFilter,
        now: DateTime<Utc>,
        before: Option<&ApprovalId>,
        limit: u32,
    ) -> Result<Vec<Approval>, Error> {
        let mut wanted = vec![match before {
            Some(_) => "t.approval_id < $1",
            None => "$1 = ''",
        }];
        wanted.push(match filter.account_number {
            Some(_) => "t.account_number = $2",
            None => "$2 = ''",
        });
        wanted.push(match filter.proposed_by {
            Some(_) => "t.proposed_by = $3",
            None => "$3 = ''",
        });
        // Spelled out, so that the index of open ones is seen to fit.
        wanted.push(match filter.state {
            None => "$4 IS NOT NULL",
            Some(ApprovalState::Pending) => "t.state = 'PENDING' AND t.expire_time > $4",
            Some(ApprovalState::Expired) => {
                "(t.state = 'EXPIRED' OR (t.state = 'PENDING' AND t.expire_time <= $4))"
            }
            Some(ApprovalState::Approved) => "$4 IS NOT NULL AND t.state = 'APPROVED'",
            Some(ApprovalState::Rejected) => "$4 IS NOT NULL AND t.state = 'REJECTED'",
            Some(ApprovalState::Withdrawn) => "$4 IS NOT NULL AND t.state = 'WITHDRAWN'",
            Some(ApprovalState::Stale) => "$4 IS NOT NULL AND t.state = 'STALE'",
        });
        let order = "ORDER BY t.approval_id DESC LIMIT $5";
        let sql = APPROVAL.select(self.engine, &format!("{} {order}", wanted.join(" AND ")));
        let values: [Value; 5] = [
            before.map_or("", ApprovalId::as_str).into(),
            filter.account_number.as_ref().map_or("", AccountNumber::as_str).into(),
            filter.proposed_by.as_deref().unwrap_or_default().into(),
            self.engine.time(now),
            i64::from(limit).into(),
        ];
        let found: Vec<Approval> = self.documents(self.engine.statement(&sql, values)).await?;
        Ok(found.into_iter().map(|row| row.seen_at(now)).collect())
    }
}

impl Transaction {
    /// Approvals by their ids; what is unknown is left out.
    ///
    /// # Errors
    /// What the database says.
    pub async fn approval_find(&self, ids: &[&ApprovalId]) -> Result<Vec<Approval>, Error> {
        documents(&self.inner, find(self.engine, ids)).await
    }
}
