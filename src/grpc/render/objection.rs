//! An objection as answers carry it.

use super::{made_id, timestamp};
use crate::domain::command::Effect;
use crate::domain::objection::Objection;
use crate::grpc::names::Named;
use crate::pb::v1;

/// An objection, masked before.
pub(crate) fn objection(row: Objection, effect: Effect) -> v1::Objection {
    v1::Objection {
        objection_id: made_id(row.objection_id.as_str(), effect),
        account_number: row.account_number.as_str().to_owned(),
        subject_id: row.subject_id,
        raised_by: row.raised_by.number(),
        text: row.text,
        authority_name: row.authority_name,
        document_no: row.document_no,
        recorded_by: row.recorded_by,
        create_time: Some(timestamp(row.create_time)),
        due_time: Some(timestamp(row.due_time)),
        outcome: row.outcome.map_or(0, Named::number),
        answer: row.answer,
        answered_by: row.answered_by,
        answer_time: row.answer_time.map(timestamp),
    }
}
