//! `objection`: objections to measures, and their answers.

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Value;

use super::bulk::{Kind, Statements, Table};
use super::{Engine, Error, Store, Transaction, documents};
use crate::domain::id::{AccountNumber, ObjectionId};
use crate::domain::objection::Objection;

pub(super) static OBJECTION: Table = Table {
    name: "objection",
    key: &["objection_id", "account_number"],
    columns: &[
        ("objection_id", Kind::Plain),
        ("account_number", Kind::Plain),
        ("subject_id", Kind::Plain),
        ("raised_by", Kind::Plain),
        ("text", Kind::Plain),
        ("authority_name", Kind::Plain),
        ("document_no", Kind::Plain),
        ("disclosure", Kind::Plain),
        ("recorded_by", Kind::Plain),
        ("create_time", Kind::Time),
        ("due_time", Kind::Time),
        ("outcome", Kind::Plain),
        ("answer", Kind::Plain),
        ("answered_by", Kind::Plain),
        ("answer_time", Kind::Time),
    ],
    statements: Statements::new(),
};

/// Which objections to list.
#[derive(Debug, Clone)]
pub struct ObjectionFilter {
    /// Only on this account.
    pub account_number: Option<AccountNumber>,
    /// Only those that wait for an answer.
    pub open_only: bool,
    /// Confidential ones, too.
    pub confidential: bool,
}

/// The place of an objection in lists: those due soonest come first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectionPlace {
    /// When it is due.
    pub due_time: DateTime<Utc>,
    /// Its id.
    pub objection_id: ObjectionId,
}

impl ObjectionPlace {
    /// The place of this one.
    pub fn of(row: &Objection) -> Self {
        Self { due_time: row.due_time, objection_id: row.objection_id.clone() }
    }
}

/// The statement of a list: objections after this place, at most `limit`. The index of the account's
/// leads where one is named, that of open ones elsewhere.
pub fn statement(
    engine: Engine,
    filter: &ObjectionFilter,
    after: Option<&ObjectionPlace>,
    limit: u32,
) -> (String, Vec<Value>) {
    let (mut values, mut wanted) = (Vec::<Value>::new(), Vec::new());
    if let Some(number) = &filter.account_number {
        values.push(number.as_str().into());
        wanted.push("t.account_number = $1".to_owned());
    }
    if filter.open_only {
        wanted.push("t.outcome IS NULL".to_owned());
    }
    if !filter.confidential {
        wanted.push("t.disclosure = 'OPEN'".to_owned());
    }
    if let Some(place) = after {
        values.push(engine.time(place.due_time));
        values.push(place.objection_id.as_str().into());
        let (time, id) = (values.len().saturating_sub(1), values.len());
        wanted.push(format!("(t.due_time, t.objection_id) > (${time}, ${id})"));
    }
    values.push(i64::from(limit).into());
    let wanted = if wanted.is_empty() { "true".to_owned() } else { wanted.join(" AND ") };
    let order = format!("ORDER BY t.due_time, t.objection_id LIMIT ${}", values.len());
    (OBJECTION.select(engine, &format!("{wanted} {order}")), values)
}

impl Store {
    /// Objections after this place, those due soonest first, at most `limit`.
    ///
    /// # Errors
    /// What the database says.
    pub async fn objection_list(
        &self,
        filter: &ObjectionFilter,
        after: Option<&ObjectionPlace>,
        limit: u32,
    ) -> Result<Vec<Objection>, Error> {
        let (sql, values) = statement(self.engine, filter, after, limit);
        self.documents(self.engine.statement(&sql, values)).await
    }
}

impl Transaction {
    /// Objections by their ids.
    ///
    /// # Errors
    /// What the database says.
    pub async fn objection_find(&self, ids: &[&ObjectionId]) -> Result<Vec<Objection>, Error> {
        let sql = OBJECTION.select(self.engine, &self.engine.among("t.objection_id", 1));
        let texts = self.engine.texts(ids.iter().map(|id| id.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }

    /// Objections on these accounts that wait for an answer.
    ///
    /// # Errors
    /// What the database says.
    pub async fn objection_list_open(
        &self,
        numbers: &[&AccountNumber],
    ) -> Result<Vec<Objection>, Error> {
        let open = format!("{} AND t.outcome IS NULL", self.engine.among("t.account_number", 1));
        let sql = OBJECTION.select(self.engine, &open);
        let texts = self.engine.texts(numbers.iter().map(|number| number.as_str()));
        documents(&self.inner, self.engine.statement(&sql, [texts])).await
    }
}
