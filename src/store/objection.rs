//! `objection`: objections to measures, and their answers.

use super::bulk::{Kind, Statements, Table};
use super::{Error, Transaction, documents};
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
