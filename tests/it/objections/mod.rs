//! Objections over gRPC: recorded, answered, listed; the bank's own to orders for too long; what is
//! told of their time, and of freezes that end. The calls here serve the tests beside it.

mod clocks;
mod ends;
mod hidden;
mod life;
mod listed;
mod orders;

use account_status::pb::v1::*;
use tonic::{Request, Status};

use crate::harness::Bank;
use crate::harness::calls::*;

/// The holder's objection to whatever is in force, or to one measure.
fn objecting(number: &str, subject_id: &str) -> RecordObjectionRequest {
    RecordObjectionRequest {
        account_number: number.to_owned(),
        subject_id: subject_id.to_owned(),
        raised_by: ObjectionParty::Holder.into(),
        text: "The money is my salary.".to_owned(),
        request_id: fresh(),
        validate_only: false,
    }
}

async fn object(
    bank: &Bank,
    request: impl tonic::IntoRequest<RecordObjectionRequest>,
) -> Result<Objection, Status> {
    let answer = bank.freeze_client().record_objection(request).await?.into_inner();
    Ok(answer.objection.unwrap())
}

/// The bank's answer to an objection.
fn answering(number: &str, objection_id: &str) -> AnswerObjectionRequest {
    AnswerObjectionRequest {
        account_number: number.to_owned(),
        objection_id: objection_id.to_owned(),
        outcome: ObjectionOutcome::Rejected.into(),
        answer: "Please bring the payslips.".to_owned(),
        request_id: fresh(),
        validate_only: false,
    }
}

async fn answer(
    bank: &Bank,
    request: impl tonic::IntoRequest<AnswerObjectionRequest>,
) -> Result<Objection, Status> {
    let answer = bank.freeze_client().answer_objection(request).await?.into_inner();
    Ok(answer.objection.unwrap())
}

/// A list as a principal sees it, and the token of its next page.
async fn list(
    bank: &Bank,
    who: &str,
    list: ListObjectionsRequest,
) -> Result<(Vec<Objection>, String), Status> {
    let asked: Request<ListObjectionsRequest> = by(who, list);
    let page = bank.freeze_client().list_objections(asked).await?.into_inner();
    Ok((page.objections, page.next_page_token))
}

/// All objections of an account, as a principal sees them.
async fn of(bank: &Bank, who: &str, number: &str) -> Vec<Objection> {
    let all = ListObjectionsRequest { account_number: number.to_owned(), ..Default::default() };
    list(bank, who, all).await.unwrap().0
}
