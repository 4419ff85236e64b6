//! What is asked and said of objections.

use super::field::ID_MAX;
use super::head::Head;
use super::page::{Cursor, PageQuery, read_time_and_id, time_and_id};
use super::{Failure, Violations};
use crate::ask::{ObjectionFilter, ObjectionPlace, Page};
use crate::domain::act::answer_objection::AnswerObjection;
use crate::domain::act::record_objection::RecordObjection;
use crate::domain::command::{Command, Envelope};
use crate::domain::id::ObjectionId;
use crate::domain::objection::{ObjectionOutcome, ObjectionParty};
use crate::domain::principal::Scope;
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// The longest objection, and the longest answer.
const TEXT_MAX: usize = 2_000;

/// RecordObjection.
pub(crate) fn record_objection(
    body: v1::RecordObjectionRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let subject_id = wrong.id("subject_id", body.subject_id, ID_MAX);
    let raised_by = wrong.choice::<ObjectionParty>("raised_by", body.raised_by);
    let text = wrong.required_words("text", body.text, TEXT_MAX);
    let Some(raised_by) = raised_by else { return Err(wrong.into()) };
    let record = RecordObjection { subject_id, raised_by, text };
    head.seal(wrong, caller, Command::RecordObjection(record))
}

/// AnswerObjection.
pub(crate) fn answer_objection(
    body: v1::AnswerObjectionRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let id = wrong.typed_id("objection_id", &body.objection_id, ObjectionId::parse);
    let outcome = wrong.choice::<ObjectionOutcome>("outcome", body.outcome);
    let answer = wrong.required_words("answer", body.answer, TEXT_MAX);
    let (Some(objection_id), Some(outcome)) = (id, outcome) else { return Err(wrong.into()) };
    let answer = AnswerObjection { objection_id, outcome, answer };
    head.seal(wrong, caller, Command::AnswerObjection(answer))
}

/// A page of objections.
#[derive(Debug)]
pub(crate) struct Objections {
    /// Which of them.
    pub(crate) filter: ObjectionFilter,
    /// Which page.
    pub(crate) page: Page<ObjectionPlace>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListObjections: which, as far as the caller may see them, and which page.
pub(crate) fn objections(
    body: &v1::ListObjectionsRequest,
    caller: &Caller,
) -> Result<Objections, Failure> {
    let mut wrong = Violations::new();
    let account_number = wrong.optional_account_number("account_number", &body.account_number);
    if body.account_number.is_empty() && !body.open_only {
        wrong.add("open_only", "has to be true where no account is named");
    }
    let query = PageQuery::new("objections", &(&body.account_number, body.open_only));
    let page = wrong.page(&query, body.page_size, &body.page_token);
    wrong.check()?;
    let confidential = caller.may(Scope::Confidential);
    let filter = ObjectionFilter { account_number, open_only: body.open_only, confidential };
    Ok(Objections { filter, page, query })
}

impl Cursor for ObjectionPlace {
    fn bytes(&self) -> Vec<u8> {
        time_and_id(self.due_time, self.objection_id.as_str())
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (due_time, id) = read_time_and_id(bytes)?;
        Some(Self { due_time, objection_id: ObjectionId::parse(id)? })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn token_leads_back_to_its_place() {
        let place = ObjectionPlace {
            due_time: DateTime::from_timestamp_micros(1_774_800_000_000_001).unwrap(),
            objection_id: ObjectionId::parse("0199").unwrap(),
        };
        assert_eq!(ObjectionPlace::read(&place.bytes()), Some(place));
        for bad in [&b""[..], b"1234567", b"12345678", b"12345678a b"] {
            assert_eq!(ObjectionPlace::read(bad), None);
        }
    }
}
