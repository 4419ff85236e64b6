//! WithdrawalCaseService: cases, and what stands in suspense.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use super::handler::{answer, require, submit, unexpected};
use super::{parse, render};
use crate::ask::Ask;
use crate::domain::command::{Effect, Envelope, Receipt};
use crate::domain::principal::Scope;
use crate::ledger::Ledger;
use crate::pb::v1;
use crate::pb::v1::clear_suspense_response::Outcome as ClearOutcome;
use crate::pb::v1::resolve_case_response::Outcome as ResolveOutcome;
use crate::pb::v1::withdrawal_case_service_server::WithdrawalCaseService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct WithdrawalCaseHandler {
    /// The write path.
    pub(super) ledger: Ledger,
    /// The read side.
    pub(super) ask: Ask,
}

#[tonic::async_trait]
impl WithdrawalCaseService for WithdrawalCaseHandler {
    async fn list_cases(
        &self,
        request: Request<v1::ListCasesRequest>,
    ) -> Result<Response<v1::ListCasesResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::cases(body, &caller)?;
            require(&caller, Scope::CaseRead)?;
            let listed = self.ask.cases(&asked.filter, asked.page).await?;
            Ok(v1::ListCasesResponse {
                cases: listed.items.iter().map(render::case).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn get_case(
        &self,
        request: Request<v1::GetCaseRequest>,
    ) -> Result<Response<v1::GetCaseResponse>, Status> {
        answer(request, |caller, body| async move {
            let (number, id) = parse::case(&body)?;
            require(&caller, Scope::CaseRead)?;
            let confidential = caller.may(Scope::Confidential);
            let (case, way) = self.ask.case(number.as_ref(), &id, confidential).await?;
            Ok(v1::GetCaseResponse {
                withdrawal_case: Some(render::case(&case)),
                entries: way.into_iter().map(render::case_entry).collect(),
            })
        })
        .await
    }

    async fn assign_case(
        &self,
        request: Request<v1::AssignCaseRequest>,
    ) -> Result<Response<v1::AssignCaseResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::assign_case(body, &caller)?;
            let withdrawal_case = Some(self.write(envelope, &caller).await?);
            Ok(v1::AssignCaseResponse { withdrawal_case })
        })
        .await
    }

    async fn add_case_note(
        &self,
        request: Request<v1::AddCaseNoteRequest>,
    ) -> Result<Response<v1::AddCaseNoteResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::add_case_note(body, &caller)?;
            let withdrawal_case = Some(self.write(envelope, &caller).await?);
            Ok(v1::AddCaseNoteResponse { withdrawal_case })
        })
        .await
    }

    async fn resolve_case(
        &self,
        request: Request<v1::ResolveCaseRequest>,
    ) -> Result<Response<v1::ResolveCaseResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::resolve_case(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::CaseResolve, envelope).await?;
            let outcome = match receipt {
                Receipt::Case(row) => ResolveOutcome::WithdrawalCase(render::case(&row)),
                Receipt::Approval(proposed) => {
                    ResolveOutcome::Approval(render::approval(&proposed.approval, &caller, effect))
                }
                other => return Err(unexpected(&other)),
            };
            Ok(v1::ResolveCaseResponse { outcome: Some(outcome) })
        })
        .await
    }

    async fn list_suspense(
        &self,
        request: Request<v1::ListSuspenseRequest>,
    ) -> Result<Response<v1::ListSuspenseResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::suspense(body)?;
            require(&caller, Scope::CaseRead)?;
            let query = asked.query;
            Ok(match asked.listed {
                parse::Listed::Money(filter, page) => {
                    let listed = self.ask.suspense(&filter, page).await?;
                    v1::ListSuspenseResponse {
                        items: listed.items.iter().map(render::suspense_item).collect(),
                        next_page_token: parse::next_page_token(&query, listed.next),
                    }
                }
                parse::Listed::Inbox(filter, page) => {
                    let listed = self.ask.inbox(&filter, page).await?;
                    v1::ListSuspenseResponse {
                        items: listed.items.iter().map(render::inbox_item).collect(),
                        next_page_token: parse::next_page_token(&query, listed.next),
                    }
                }
            })
        })
        .await
    }

    async fn clear_suspense(
        &self,
        request: Request<v1::ClearSuspenseRequest>,
    ) -> Result<Response<v1::ClearSuspenseResponse>, Status> {
        answer(request, |caller, body| async move {
            if body.account_number.is_empty() {
                let (clear, request_id) = parse::clear_inbox(body)?;
                require(&caller, Scope::CaseResolve)?;
                let cleared =
                    self.ledger.clear_inbox(&clear, &caller.principal, &request_id).await?;
                let item = Some(ClearOutcome::Item(render::inbox_item(&cleared)));
                return Ok(v1::ClearSuspenseResponse { outcome: item });
            }
            let envelope = parse::clear_suspense(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::CaseResolve, envelope).await?;
            let outcome = match receipt {
                Receipt::Suspense(row) => ClearOutcome::Item(render::suspense_item(&row)),
                Receipt::Approval(proposed) => {
                    ClearOutcome::Approval(render::approval(&proposed.approval, &caller, effect))
                }
                other => return Err(unexpected(&other)),
            };
            Ok(v1::ClearSuspenseResponse { outcome: Some(outcome) })
        })
        .await
    }
}

impl WithdrawalCaseHandler {
    async fn write(
        &self,
        envelope: Envelope,
        caller: &Caller,
    ) -> Result<v1::WithdrawalCase, Failure> {
        match submit(&self.ledger, caller, Scope::CaseWrite, envelope).await? {
            (Receipt::Case(row), Effect::Take | Effect::ValidateOnly) => Ok(render::case(&row)),
            (other, _) => Err(unexpected(&other)),
        }
    }
}
