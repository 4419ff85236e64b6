//! The calls of FreezeRecordService about objections.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use super::handler::{answer, require, submit, unexpected};
use super::{parse, render};
use crate::ask::{Ask, mask};
use crate::domain::command::{Effect, Envelope, Receipt};
use crate::domain::principal::Scope;
use crate::ledger::Ledger;
use crate::pb::v1;

/// RecordObjection.
pub(super) async fn record(
    ledger: &Ledger,
    request: Request<v1::RecordObjectionRequest>,
) -> Result<Response<v1::RecordObjectionResponse>, Status> {
    answer(request, |caller, body| async move {
        let envelope = parse::record_objection(body, &caller)?;
        let objection = Some(done(ledger, &caller, envelope).await?);
        Ok(v1::RecordObjectionResponse { objection })
    })
    .await
}

/// AnswerObjection.
pub(super) async fn answered(
    ledger: &Ledger,
    request: Request<v1::AnswerObjectionRequest>,
) -> Result<Response<v1::AnswerObjectionResponse>, Status> {
    answer(request, |caller, body| async move {
        let envelope = parse::answer_objection(body, &caller)?;
        let objection = Some(done(ledger, &caller, envelope).await?);
        Ok(v1::AnswerObjectionResponse { objection })
    })
    .await
}

/// ListObjections.
pub(super) async fn list(
    ask: &Ask,
    request: Request<v1::ListObjectionsRequest>,
) -> Result<Response<v1::ListObjectionsResponse>, Status> {
    answer(request, |caller, body| async move {
        let asked = parse::objections(&body, &caller)?;
        require(&caller, Scope::AccountRead)?;
        let listed = ask.objections(&asked.filter, asked.page).await?;
        let rows = listed.items.into_iter();
        Ok(v1::ListObjectionsResponse {
            objections: rows.map(|row| render::objection(row, Effect::Take)).collect(),
            next_page_token: parse::next_page_token(&asked.query, listed.next),
        })
    })
    .await
}

/// Whoever handles freezes or risks may record objections and their answers.
async fn done(
    ledger: &Ledger,
    caller: &Caller,
    envelope: Envelope,
) -> Result<v1::Objection, Failure> {
    let risk = caller.may(Scope::RiskWrite);
    let scope = if risk { Scope::RiskWrite } else { Scope::FreezeWrite };
    match submit(ledger, caller, scope, envelope).await? {
        (Receipt::Objection(row), effect) => {
            Ok(render::objection(mask::objection(*row, &caller.principal), effect))
        }
        (other, _) => Err(unexpected(&other)),
    }
}
