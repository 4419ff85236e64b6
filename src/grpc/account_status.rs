//! AccountStatusService: what state an account is in, and how it came there.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::handler::{answer, require};
use super::render::View;
use super::{parse, render};
use crate::ask::{Ask, Found, mask};
use crate::domain::principal::Scope;
use crate::pb::v1;
use crate::pb::v1::account_status_service_server::AccountStatusService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct AccountStatusHandler {
    /// The read side.
    pub(super) ask: Ask,
}

#[tonic::async_trait]
impl AccountStatusService for AccountStatusHandler {
    async fn get_account_status(
        &self,
        request: Request<v1::GetAccountStatusRequest>,
    ) -> Result<Response<v1::GetAccountStatusResponse>, Status> {
        answer(request, |caller, body| async move {
            let (key, view) = parse::account_status(body)?;
            require(&caller, Scope::AccountRead)?;
            let found = self.ask.found(&key).await?;
            let account_status = Some(shown(found, &caller, view));
            Ok(v1::GetAccountStatusResponse { account_status })
        })
        .await
    }

    async fn list_account_status_history(
        &self,
        request: Request<v1::ListAccountStatusHistoryRequest>,
    ) -> Result<Response<v1::ListAccountStatusHistoryResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::history(&body)?;
            require(&caller, Scope::AccountRead)?;
            let number = &asked.number;
            let (listed, held) = match asked.filter {
                None => (self.ask.history(number, asked.page).await?, None),
                Some(at) => {
                    let past = self.ask.history_at(number, at, asked.page).await?;
                    (past.rows, Some((at, past.held)))
                }
            };
            let confidential = self.ask.confidential(number).await?;
            let masked = |row| mask::history(row, &confidential, &caller.principal);
            let rows = listed.items.into_iter().map(masked);
            let status_as_of = held.map(|(at, held)| {
                let held = held.map(|held| mask::held(held, &confidential, &caller.principal));
                render::account_status_at(at, held.as_ref())
            });
            Ok(v1::ListAccountStatusHistoryResponse {
                status_changes: rows.map(|row| render::status_change(&row)).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
                status_as_of,
            })
        })
        .await
    }

    async fn list_status_codes(
        &self,
        request: Request<v1::ListStatusCodesRequest>,
    ) -> Result<Response<v1::ListStatusCodesResponse>, Status> {
        answer(request, |caller, v1::ListStatusCodesRequest {}| async move {
            Ok(v1::ListStatusCodesResponse { status_codes: render::status_codes(&caller) })
        })
        .await
    }
}

/// What the caller may see of an account that was asked for.
fn shown(found: Found, caller: &Caller, view: View) -> v1::AccountStatusInfo {
    let account = mask::account(found.account, &caller.principal);
    let card = found.card.as_ref().map(render::card_info);
    v1::AccountStatusInfo { card, ..render::account_status(&account, caller, view) }
}
