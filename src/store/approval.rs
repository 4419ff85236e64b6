//! `approval`: proposals, open and decided. Open ones are read with their account
//! ([`super::account`]).

use std::collections::BTreeMap;

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

/// Which rows to read.
#[derive(Debug, Clone, Copy)]
pub enum Stored {
    /// All.
    Any,
    /// Those that wait and have time left.
    Open,
    /// Those whose time ran out, and nobody wrote it down yet.
    RunOut,
    /// Those that are written down in a state that ends them.
    Decided(ApprovalState),
}

/// The statement of a list: approvals before this one, unless it is empty, at most `limit`. One
/// index leads, by what is named first of account, being open, proposer and state; what else is
/// compared is spelled so that no plan takes its index instead.
pub fn statement(
    engine: Engine,
    filter: &ApprovalFilter,
    stored: Stored,
    now: DateTime<Utc>,
    (before, limit): (&str, u32),
) -> (String, Vec<Value>) {
    let account = filter.account_number.as_ref();
    let open = account.is_none() && matches!(stored, Stored::Open | Stored::RunOut);
    let leads = account.is_none() && !open && filter.proposed_by.is_some();
    let (mut values, mut wanted) = (Vec::<Value>::new(), Vec::new());
    let mut want = |text: &str, value: Value| {
        values.push(value);
        wanted.push(format!("{text} ${}", values.len()));
    };
    if let Some(number) = account {
        want("t.account_number =", number.as_str().into());
    }
    if let Some(name) = &filter.proposed_by {
        let proposer = if leads { "t.proposed_by =" } else { "(t.proposed_by || '') =" };
        want(proposer, name.as_str().into());
    }
    if !before.is_empty() {
        want("t.approval_id <", before.into());
    }
    match stored {
        Stored::Open => want("t.expire_time >", engine.time(now)),
        Stored::RunOut => want("t.expire_time <=", engine.time(now)),
        Stored::Any | Stored::Decided(_) => {}
    }
    let state = if account.is_some() || leads { "(t.state || '')" } else { "t.state" };
    match stored {
        Stored::Any => {}
        Stored::Open | Stored::RunOut => wanted.push(format!("{state} = 'PENDING'")),
        Stored::Decided(which) => {
            let which: &'static str = which.into();
            // The index of these says so, too.
            wanted.push(format!("{state} = '{which}' AND t.state <> 'PENDING'"));
        }
    }
    values.push(i64::from(limit).into());
    let wanted = if wanted.is_empty() { "true".to_owned() } else { wanted.join(" AND ") };
    let order = format!("ORDER BY t.approval_id DESC LIMIT ${}", values.len());
    (APPROVAL.select(engine, &format!("{wanted} {order}")), values)
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
        // What is written down in between is found twice, not missed.
        let parts = match filter.state {
            None => vec![Stored::Any],
            Some(ApprovalState::Pending) => vec![Stored::Open],
            Some(ApprovalState::Expired) => {
                vec![Stored::RunOut, Stored::Decided(ApprovalState::Expired)]
            }
            Some(state) => vec![Stored::Decided(state)],
        };
        let place = (before.map_or("", ApprovalId::as_str), limit);
        let mut found = BTreeMap::new();
        for stored in parts {
            let (sql, values) = statement(self.engine, filter, stored, now, place);
            let rows: Vec<Approval> = self.documents(self.engine.statement(&sql, values)).await?;
            found.extend(rows.into_iter().map(|row| (row.approval_id.clone(), row)));
        }
        let rows = found.into_values().rev().map(|row| row.seen_at(now));
        Ok(rows.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
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
