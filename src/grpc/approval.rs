//! ApprovalService: what waits for a second person, and the second person's word.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use super::handler::{answer, require, submit, unexpected};
use super::render::{View, made};
use super::{parse, render};
use crate::ask::{Ask, mask};
use crate::domain::command::{ApprovalReceipt, Effect, Receipt};
use crate::domain::principal::Scope;
use crate::ledger::Ledger;
use crate::pb::v1;
use crate::pb::v1::approval_service_server::ApprovalService;
use crate::pb::v1::approve_response::Outcome;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct ApprovalHandler {
    /// The write path.
    pub(super) ledger: Ledger,
    /// The read side.
    pub(super) ask: Ask,
}

#[tonic::async_trait]
impl ApprovalService for ApprovalHandler {
    async fn get_approval(
        &self,
        request: Request<v1::GetApprovalRequest>,
    ) -> Result<Response<v1::GetApprovalResponse>, Status> {
        answer(request, |caller, body| async move {
            let (number, id) = parse::approval(&body)?;
            require(&caller, Scope::AccountRead)?;
            let found = self.ask.approval(number.as_ref(), &id).await?;
            let approval = Some(render::approval(&found, &caller, Effect::Take));
            Ok(v1::GetApprovalResponse { approval })
        })
        .await
    }

    async fn list_approvals(
        &self,
        request: Request<v1::ListApprovalsRequest>,
    ) -> Result<Response<v1::ListApprovalsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::approvals(body)?;
            require(&caller, Scope::AccountRead)?;
            let listed = self.ask.approvals(&asked.filter, asked.page).await?;
            let rows = listed.items.iter();
            Ok(v1::ListApprovalsResponse {
                approvals: rows.map(|row| render::approval(row, &caller, Effect::Take)).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn approve(
        &self,
        request: Request<v1::ApproveRequest>,
    ) -> Result<Response<v1::ApproveResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::approve(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::ApprovalWrite, envelope).await?;
            let decided = approval(receipt)?;
            let named = (decided.approval.subject_id.as_str(), effect);
            let outcome = decided.outcome.map(|receipt| outcome(receipt, &caller, named));
            Ok(v1::ApproveResponse {
                approval: Some(render::approval(&decided.approval, &caller, Effect::Take)),
                outcome: outcome.transpose()?,
            })
        })
        .await
    }

    async fn reject(
        &self,
        request: Request<v1::RejectRequest>,
    ) -> Result<Response<v1::RejectResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::reject(body, &caller)?;
            let (receipt, _) =
                submit(&self.ledger, &caller, Scope::ApprovalWrite, envelope).await?;
            let decided = approval(receipt)?;
            let approval = Some(render::approval(&decided.approval, &caller, Effect::Take));
            Ok(v1::RejectResponse { approval })
        })
        .await
    }

    async fn withdraw_approval(
        &self,
        request: Request<v1::WithdrawApprovalRequest>,
    ) -> Result<Response<v1::WithdrawApprovalResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::withdraw_approval(body, &caller)?;
            // Not approval.write: that is for who decides what others proposed.
            let (receipt, _) = submit(&self.ledger, &caller, Scope::AccountRead, envelope).await?;
            let decided = approval(receipt)?;
            let approval = Some(render::approval(&decided.approval, &caller, Effect::Take));
            Ok(v1::WithdrawApprovalResponse { approval })
        })
        .await
    }
}

fn approval(receipt: Receipt) -> Result<ApprovalReceipt, Failure> {
    match receipt {
        Receipt::Approval(receipt) => Ok(*receipt),
        other => Err(unexpected(&other)),
    }
}

/// What the act answers that was approved; `named` is the freeze that it was about, if it was one.
fn outcome(
    receipt: Receipt,
    caller: &Caller,
    (named, effect): (&str, Effect),
) -> Result<Outcome, Failure> {
    match receipt {
        Receipt::Account(account) => {
            let account = mask::account(*account, &caller.principal);
            let status = render::account_status(&account, caller, View::Full);
            Ok(Outcome::AccountStatus(status))
        }
        Receipt::Freeze(done) => {
            let effect = made(&done.freeze.freeze_id, named, effect);
            let record = render::freeze_record(&done.freeze, &done.standing, caller, effect);
            Ok(Outcome::FreezeRecord(record))
        }
        Receipt::Deduction(done) => {
            Ok(Outcome::Deduction(render::deduction(&done, caller, (named, effect))))
        }
        Receipt::Case(row) => Ok(Outcome::WithdrawalCase(render::case(&row))),
        Receipt::Suspense(row) => Ok(Outcome::SuspenseItem(render::suspense_item(&row))),
        other => Err(unexpected(&other)),
    }
}
