//! AccountService: opening accounts, the actions on their status, and their cards.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use super::handler::{answer, submit, unexpected};
use super::render::View;
use super::{parse, render};
use crate::ask::mask;
use crate::domain::card::CardReceipt;
use crate::domain::command::{Effect, IdentityReceipt, Receipt};
use crate::domain::principal::Scope;
use crate::domain::review::IdentityKey;
use crate::ledger::Ledger;
use crate::pb::v1;
use crate::pb::v1::account_service_server::AccountService;
use crate::pb::v1::change_account_status_response::Outcome;
use crate::pb::v1::protect_account_response::Outcome as Protected;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct AccountHandler {
    /// The write path.
    pub(super) ledger: Ledger,
    /// The key of the hashes of identity documents.
    pub(super) identity_key: IdentityKey,
}

#[tonic::async_trait]
impl AccountService for AccountHandler {
    async fn open_account(
        &self,
        request: Request<v1::OpenAccountRequest>,
    ) -> Result<Response<v1::OpenAccountResponse>, Status> {
        answer(request, |caller, body| async move {
            let given = body.account_id.clone();
            let envelope = parse::open_account(body, &caller, &self.identity_key)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::AccountWrite, envelope).await?;
            let mut opened = status(receipt, &caller)?;
            if effect == Effect::ValidateOnly {
                // One that the service would have made up is nobody's.
                opened.account_id = given;
            }
            Ok(v1::OpenAccountResponse { account_status: Some(opened) })
        })
        .await
    }

    async fn change_account_status(
        &self,
        request: Request<v1::ChangeAccountStatusRequest>,
    ) -> Result<Response<v1::ChangeAccountStatusResponse>, Status> {
        answer(request, |caller, body| async move {
            let (action, envelope) = parse::change_status(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, action.rule().scope, envelope).await?;
            let outcome = match receipt {
                Receipt::Approval(proposed) => {
                    Outcome::Approval(render::approval(&proposed.approval, &caller, effect))
                }
                done => Outcome::AccountStatus(status(done, &caller)?),
            };
            Ok(v1::ChangeAccountStatusResponse { outcome: Some(outcome) })
        })
        .await
    }

    async fn protect_account(
        &self,
        request: Request<v1::ProtectAccountRequest>,
    ) -> Result<Response<v1::ProtectAccountResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::protect_account(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::AccountWrite, envelope).await?;
            let outcome = match receipt {
                Receipt::Approval(proposed) => {
                    Protected::Approval(render::approval(&proposed.approval, &caller, effect))
                }
                done => Protected::AccountStatus(status(done, &caller)?),
            };
            Ok(v1::ProtectAccountResponse { outcome: Some(outcome) })
        })
        .await
    }

    async fn update_identity(
        &self,
        request: Request<v1::UpdateIdentityRequest>,
    ) -> Result<Response<v1::UpdateIdentityResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::update_identity(body, &caller, &self.identity_key)?;
            let (receipt, _) = submit(&self.ledger, &caller, Scope::AccountWrite, envelope).await?;
            let Receipt::Identity(known) = receipt else { return Err(unexpected(&receipt)) };
            let IdentityReceipt { account, review } = *known;
            let account = mask::account(account, &caller.principal);
            Ok(v1::UpdateIdentityResponse {
                account_status: Some(render::account_status(&account, &caller, View::Full)),
                identity: Some(render::identity(mask::review(review, &caller.principal))),
            })
        })
        .await
    }

    async fn bind_platform(
        &self,
        request: Request<v1::BindPlatformRequest>,
    ) -> Result<Response<v1::BindPlatformResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::bind_platform(&body, &caller)?;
            let (receipt, _) = submit(&self.ledger, &caller, Scope::AccountWrite, envelope).await?;
            let binding = match receipt {
                Receipt::PlatformBinding(binding) => binding,
                other => return Err(unexpected(&other)),
            };
            let platform_binding = Some(render::platform_binding(&binding, &caller));
            Ok(v1::BindPlatformResponse { platform_binding })
        })
        .await
    }

    async fn bind_card(
        &self,
        request: Request<v1::BindCardRequest>,
    ) -> Result<Response<v1::BindCardResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::bind_card(&body, &caller)?;
            let (receipt, _) = submit(&self.ledger, &caller, Scope::AccountWrite, envelope).await?;
            let bound = card(receipt)?;
            Ok(v1::BindCardResponse { card: Some(render::card(&bound.card, &caller)) })
        })
        .await
    }

    async fn change_card(
        &self,
        request: Request<v1::ChangeCardRequest>,
    ) -> Result<Response<v1::ChangeCardResponse>, Status> {
        answer(request, |caller, body| async move {
            let (action, envelope) = parse::change_card(&body, &caller)?;
            let (receipt, _) = submit(&self.ledger, &caller, action.rule().scope, envelope).await?;
            let changed = card(receipt)?;
            Ok(v1::ChangeCardResponse {
                card: Some(render::card(&changed.card, &caller)),
                new_card: changed.new_card.map(|card| render::card(&card, &caller)),
            })
        })
        .await
    }
}

fn card(receipt: Receipt) -> Result<CardReceipt, Failure> {
    match receipt {
        Receipt::Card(receipt) => Ok(*receipt),
        other => Err(unexpected(&other)),
    }
}

fn status(receipt: Receipt, caller: &Caller) -> Result<v1::AccountStatusInfo, Failure> {
    match receipt {
        Receipt::Account(account) => {
            let account = mask::account(*account, &caller.principal);
            Ok(render::account_status(&account, caller, View::Full))
        }
        other => Err(unexpected(&other)),
    }
}
