//! FreezeRecordService: placing, releasing and reading freezes.

use tonic::{Request, Response, Status};

use super::failure::Failure;
use super::handler::{answer, require, submit, unexpected};
use super::{objection, parse, render};
use crate::ask::Ask;
use crate::clock::Clock;
use crate::domain::command::{Effect, FreezeReceipt, Receipt};
use crate::domain::freeze::Urgency;
use crate::domain::principal::Scope;
use crate::ledger::Ledger;
use crate::pb::v1;
use crate::pb::v1::create_freeze_record_response::Outcome;
use crate::pb::v1::freeze_record_service_server::FreezeRecordService;
use crate::pb::v1::release_freeze_record_response::Outcome as Release;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct FreezeRecordHandler {
    /// The write path.
    pub(super) ledger: Ledger,
    /// The read side.
    pub(super) ask: Ask,
    /// The time, against which service and ends are checked.
    pub(super) clock: Clock,
}

#[tonic::async_trait]
impl FreezeRecordService for FreezeRecordHandler {
    async fn create_freeze_record(
        &self,
        request: Request<v1::CreateFreezeRecordRequest>,
    ) -> Result<Response<v1::CreateFreezeRecordResponse>, Status> {
        answer(request, |caller, body| async move {
            let (urgency, envelope) = parse::create_freeze(body, &caller, self.clock.now())?;
            let scope = match urgency {
                Urgency::Ordinary => Scope::FreezeWrite,
                Urgency::Emergency => Scope::FreezeEmergency,
            };
            let (receipt, effect) = submit(&self.ledger, &caller, scope, envelope).await?;
            let (outcome, reached) = match receipt {
                Receipt::Approval(proposed) => {
                    let approval = render::approval(&proposed.approval, &caller, effect);
                    let reached = proposed.outcome.map(freeze).transpose()?;
                    (Outcome::Approval(approval), reached)
                }
                done => {
                    let placed = freeze(done)?;
                    let (freeze, account) = (&placed.freeze, &placed.account);
                    let record = render::freeze_record(freeze, account, &caller, effect);
                    (Outcome::FreezeRecord(record), Some(placed))
                }
            };
            Ok(v1::CreateFreezeRecordResponse {
                answer: reached.map(|reached| render::authority_answer(&reached, &caller)),
                outcome: Some(outcome),
            })
        })
        .await
    }

    async fn release_freeze_record(
        &self,
        request: Request<v1::ReleaseFreezeRecordRequest>,
    ) -> Result<Response<v1::ReleaseFreezeRecordResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::release_freeze(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::FreezeRelease, envelope).await?;
            let outcome = match receipt {
                Receipt::Approval(proposed) => {
                    Release::Approval(render::approval(&proposed.approval, &caller, effect))
                }
                done => {
                    let released = freeze(done)?;
                    let (freeze, account) = (&released.freeze, &released.account);
                    let record = render::freeze_record(freeze, account, &caller, Effect::Take);
                    Release::FreezeRecord(record)
                }
            };
            Ok(v1::ReleaseFreezeRecordResponse { outcome: Some(outcome), next_in_line: Vec::new() })
        })
        .await
    }

    async fn get_freeze_record(
        &self,
        request: Request<v1::GetFreezeRecordRequest>,
    ) -> Result<Response<v1::GetFreezeRecordResponse>, Status> {
        answer(request, |caller, body| async move {
            let (number, id) = parse::freeze_record(&body)?;
            require(&caller, Scope::AccountRead)?;
            let file = self.ask.freeze(number.as_ref(), &id).await?;
            let freeze_record = Some(render::freeze_record_with_acts(&file, &caller));
            Ok(v1::GetFreezeRecordResponse { freeze_record, receipt_text: String::new() })
        })
        .await
    }

    async fn list_freeze_records(
        &self,
        request: Request<v1::ListFreezeRecordsRequest>,
    ) -> Result<Response<v1::ListFreezeRecordsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::freeze_records(&body)?;
            require(&caller, Scope::AccountRead)?;
            let (account, listed) =
                self.ask.freezes(&asked.number, asked.filter, asked.page).await?;
            let records = listed.items.iter();
            Ok(v1::ListFreezeRecordsResponse {
                freeze_records: records
                    .map(|row| render::freeze_record(row, &account, &caller, Effect::Take))
                    .collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn renew_freeze_record(
        &self,
        _request: Request<v1::RenewFreezeRecordRequest>,
    ) -> Result<Response<v1::RenewFreezeRecordResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn deduct_freeze_record(
        &self,
        _request: Request<v1::DeductFreezeRecordRequest>,
    ) -> Result<Response<v1::DeductFreezeRecordResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn succeed_freeze_record(
        &self,
        _request: Request<v1::SucceedFreezeRecordRequest>,
    ) -> Result<Response<v1::SucceedFreezeRecordResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn list_authority_kinds(
        &self,
        _request: Request<v1::ListAuthorityKindsRequest>,
    ) -> Result<Response<v1::ListAuthorityKindsResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn record_objection(
        &self,
        request: Request<v1::RecordObjectionRequest>,
    ) -> Result<Response<v1::RecordObjectionResponse>, Status> {
        objection::record(&self.ledger, request).await
    }

    async fn answer_objection(
        &self,
        request: Request<v1::AnswerObjectionRequest>,
    ) -> Result<Response<v1::AnswerObjectionResponse>, Status> {
        objection::answered(&self.ledger, request).await
    }

    async fn list_objections(
        &self,
        request: Request<v1::ListObjectionsRequest>,
    ) -> Result<Response<v1::ListObjectionsResponse>, Status> {
        objection::list(&self.ask, request).await
    }
}

fn freeze(receipt: Receipt) -> Result<FreezeReceipt, Failure> {
    match receipt {
        Receipt::Freeze(receipt) => Ok(*receipt),
        other => Err(unexpected(&other)),
    }
}
