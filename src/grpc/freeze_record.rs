//! FreezeRecordService: placing, keeping, ending and reading freezes.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use super::handler::{answer, require, submit, unexpected};
use super::render::made;
use super::{objection, parse, render};
use crate::ask::Ask;
use crate::ask::freezes::FreezePage;
use crate::clock::Clock;
use crate::domain::authority::FreezeReceipt;
use crate::domain::command::{Effect, Receipt};
use crate::domain::freeze::Urgency;
use crate::domain::id::FreezeId;
use crate::domain::principal::Scope;
use crate::ledger::Ledger;
use crate::pb::v1;
use crate::pb::v1::create_freeze_record_response::Outcome;
use crate::pb::v1::deduct_freeze_record_response::Outcome as Taken;
use crate::pb::v1::freeze_record_service_server::FreezeRecordService;
use crate::pb::v1::release_freeze_record_response::Outcome as Release;
use crate::pb::v1::renew_freeze_record_response::Outcome as Renewal;

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
            let Placed { outcome, answer } = placed(receipt, &caller, effect)?;
            let outcome = match outcome {
                Stood::Record(record) => Outcome::FreezeRecord(*record),
                Stood::Approval(approval) => Outcome::Approval(*approval),
            };
            Ok(v1::CreateFreezeRecordResponse { answer, outcome: Some(outcome) })
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
            let (outcome, reached) = match receipt {
                Receipt::Approval(proposed) => {
                    let approval = render::approval(&proposed.approval, &caller, effect);
                    (Release::Approval(approval), proposed.outcome.map(freeze).transpose()?)
                }
                done => {
                    let released = freeze(done)?;
                    let FreezeReceipt { freeze, standing, .. } = &released;
                    let record = render::freeze_record(freeze, standing, &caller, Effect::Take);
                    (Release::FreezeRecord(record), Some(released))
                }
            };
            let next = reached.map(|reached| render::next_in_line(&reached, &caller));
            Ok(v1::ReleaseFreezeRecordResponse {
                outcome: Some(outcome),
                next_in_line: next.unwrap_or_default(),
            })
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
            let receipt_text = render::receipt_text(&file, &caller);
            Ok(v1::GetFreezeRecordResponse { freeze_record, receipt_text })
        })
        .await
    }

    async fn list_freeze_records(
        &self,
        request: Request<v1::ListFreezeRecordsRequest>,
    ) -> Result<Response<v1::ListFreezeRecordsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::freeze_records(body)?;
            require(&caller, Scope::AccountRead)?;
            let FreezePage { listed, accounts } =
                self.ask.freezes(&asked.filter, &caller.principal, &asked.page).await?;
            Ok(v1::ListFreezeRecordsResponse {
                freeze_records: render::freeze_records(&listed.items, &accounts, &caller),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn renew_freeze_record(
        &self,
        request: Request<v1::RenewFreezeRecordRequest>,
    ) -> Result<Response<v1::RenewFreezeRecordResponse>, Status> {
        answer(request, |caller, body| async move {
            let freeze_id = body.freeze_id.clone();
            let envelope = parse::renew_freeze(body, &caller, self.clock.now())?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::FreezeWrite, envelope).await?;
            // One that ran out is renewed by a new freeze, and that one has an id only when it is made.
            let effect_on = |id: &FreezeId| made(id, &freeze_id, effect);
            let Placed { outcome, answer } = placed_as(receipt, &caller, (effect, &effect_on))?;
            let outcome = match outcome {
                Stood::Record(record) => Renewal::FreezeRecord(*record),
                Stood::Approval(approval) => Renewal::Approval(*approval),
            };
            Ok(v1::RenewFreezeRecordResponse { answer, outcome: Some(outcome) })
        })
        .await
    }

    async fn deduct_freeze_record(
        &self,
        request: Request<v1::DeductFreezeRecordRequest>,
    ) -> Result<Response<v1::DeductFreezeRecordResponse>, Status> {
        answer(request, |caller, body| async move {
            let freeze_id = body.freeze_id.clone();
            let envelope = parse::deduct_freeze(body, &caller, self.clock.now())?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::FreezeRelease, envelope).await?;
            let outcome = match receipt {
                Receipt::Approval(proposed) => {
                    Taken::Approval(render::approval(&proposed.approval, &caller, effect))
                }
                Receipt::Deduction(done) => {
                    let named = (freeze_id.as_str(), effect);
                    Taken::Deduction(render::deduction(&done, &caller, named))
                }
                other => return Err(unexpected(&other)),
            };
            Ok(v1::DeductFreezeRecordResponse { outcome: Some(outcome) })
        })
        .await
    }

    async fn succeed_freeze_record(
        &self,
        request: Request<v1::SucceedFreezeRecordRequest>,
    ) -> Result<Response<v1::SucceedFreezeRecordResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::succeed_freeze(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::FreezeWrite, envelope).await?;
            let reached = freeze(receipt)?;
            let FreezeReceipt { freeze, standing, .. } = &reached;
            Ok(v1::SucceedFreezeRecordResponse {
                freeze_record: Some(render::freeze_record(freeze, standing, &caller, effect)),
                answer: Some(render::authority_answer(&reached, &caller)),
            })
        })
        .await
    }

    async fn list_authority_kinds(
        &self,
        request: Request<v1::ListAuthorityKindsRequest>,
    ) -> Result<Response<v1::ListAuthorityKindsResponse>, Status> {
        answer(request, |_caller, _body| async move {
            Ok(v1::ListAuthorityKindsResponse { rules: render::authority_kinds() })
        })
        .await
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

/// What came of an order that places a freeze or keeps one: and what its authority is told.
struct Placed {
    outcome: Stood,
    answer: Option<v1::AuthorityAnswer>,
}

enum Stood {
    Record(Box<v1::FreezeRecord>),
    Approval(Box<v1::Approval>),
}

fn placed(receipt: Receipt, caller: &Caller, effect: Effect) -> Result<Placed, Failure> {
    placed_as(receipt, caller, (effect, &|_| effect))
}

/// The same, where the effect on the freeze depends on which it is.
fn placed_as(
    receipt: Receipt,
    caller: &Caller,
    (effect, effect_on): (Effect, &dyn Fn(&FreezeId) -> Effect),
) -> Result<Placed, Failure> {
    let (outcome, reached) = match receipt {
        Receipt::Approval(proposed) => {
            let approval = render::approval(&proposed.approval, caller, effect);
            let reached = proposed.outcome.map(freeze).transpose()?;
            (Stood::Approval(Box::new(approval)), reached)
        }
        done => {
            let reached = freeze(done)?;
            let FreezeReceipt { freeze, standing, .. } = &reached;
            let effect = effect_on(&freeze.freeze_id);
            let record = render::freeze_record(freeze, standing, caller, effect);
            (Stood::Record(Box::new(record)), Some(reached))
        }
    };
    let answer = reached.map(|reached| render::authority_answer(&reached, caller));
    Ok(Placed { outcome, answer })
}
