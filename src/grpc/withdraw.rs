//! WithdrawService: reserving, cancelling and reading withdrawals.

use tokio::sync::watch;
use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use super::handler::{answer, require, submit, unexpected};
use super::watch_withdrawal::{Updates, Watch};
use super::{parse, render};
use crate::ask::Ask;
use crate::domain::command::{Effect, Envelope, Receipt};
use crate::domain::principal::Scope;
use crate::domain::refusal::Reason;
use crate::feed::Feed;
use crate::ledger::{self, Ledger};
use crate::pb::v1;
use crate::pb::v1::batch_withdraw_result::Result as ItemResult;
use crate::pb::v1::withdraw_service_server::WithdrawService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct WithdrawHandler {
    /// The write path.
    pub(super) ledger: Ledger,
    /// The read side.
    pub(super) ask: Ask,
    /// What was committed.
    pub(super) feed: Feed,
    /// True when the service drains.
    pub(super) halting: watch::Receiver<bool>,
}

#[tonic::async_trait]
impl WithdrawService for WithdrawHandler {
    type WatchWithdrawalStream = Updates;

    async fn withdraw(
        &self,
        request: Request<v1::WithdrawRequest>,
    ) -> Result<Response<v1::WithdrawResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::withdraw(body, &caller)?;
            let withdrawal = Some(self.write(envelope, &caller, MadeId::New).await?);
            Ok(v1::WithdrawResponse { withdrawal })
        })
        .await
    }

    async fn batch_withdraw(
        &self,
        request: Request<v1::BatchWithdrawRequest>,
    ) -> Result<Response<v1::BatchWithdrawResponse>, Status> {
        answer(request, |caller, body| async move {
            let items = parse::batch_withdraw(body, &caller)?;
            require(&caller, Scope::WithdrawWrite)?;
            // All are queued before the first answer is awaited, so that they share commits.
            let queue = |envelope: Envelope| (envelope.effect, self.ledger.queue(envelope));
            let queued: Vec<_> = items.into_iter().map(|item| item.map(queue)).collect();
            let mut results = Vec::with_capacity(queued.len());
            for item in queued {
                let made = match item {
                    Ok((effect, receipt)) => made(receipt.await, &caller, effect),
                    Err(malformed) => Err(malformed),
                };
                results.push(v1::BatchWithdrawResult { result: Some(result(made, &caller)) });
            }
            Ok(v1::BatchWithdrawResponse { results })
        })
        .await
    }

    async fn get_withdrawal(
        &self,
        request: Request<v1::GetWithdrawalRequest>,
    ) -> Result<Response<v1::GetWithdrawalResponse>, Status> {
        answer(request, |caller, body| async move {
            let (number, id) = parse::withdrawal(&body)?;
            require(&caller, Scope::AccountRead)?;
            let file = self.ask.withdrawal(number.as_ref(), &id).await?;
            let withdrawal = Some(render::withdrawal_with_attempts(&file, &caller));
            Ok(v1::GetWithdrawalResponse { withdrawal })
        })
        .await
    }

    async fn list_withdrawals(
        &self,
        request: Request<v1::ListWithdrawalsRequest>,
    ) -> Result<Response<v1::ListWithdrawalsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::withdrawals(body)?;
            require(&caller, Scope::AccountRead)?;
            let listed = self.ask.withdrawals(&asked.number, &asked.filter, asked.page).await?;
            let rows = listed.items.iter();
            Ok(v1::ListWithdrawalsResponse {
                withdrawals: rows
                    .map(|row| render::withdrawal(row, &caller, Effect::Take))
                    .collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn cancel_withdrawal(
        &self,
        request: Request<v1::CancelWithdrawalRequest>,
    ) -> Result<Response<v1::CancelWithdrawalResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::cancel_withdrawal(body, &caller)?;
            let withdrawal = Some(self.write(envelope, &caller, MadeId::Known).await?);
            Ok(v1::CancelWithdrawalResponse { withdrawal })
        })
        .await
    }

    async fn watch_withdrawal(
        &self,
        request: Request<v1::WatchWithdrawalRequest>,
    ) -> Result<Response<Updates>, Status> {
        answer(request, |caller, body| async move {
            let watched = parse::watch_withdrawal(&body)?;
            require(&caller, Scope::AccountRead)?;
            // Followed before it is read, so that no change falls in between.
            let followed = self.feed.follow(&watched.id).ok_or(Reason::Overloaded)?;
            let now = self.ask.withdrawal(watched.number.as_ref(), &watched.id).await?;
            let (ask, halting) = (self.ask.clone(), self.halting.clone());
            Ok(Watch { ask, caller, watched, followed, halting }.updates(now))
        })
        .await
    }
}

/// Whether a command makes a withdrawal or changes one that the caller named.
#[derive(Debug, Clone, Copy)]
enum MadeId {
    New,
    Known,
}

impl WithdrawHandler {
    async fn write(
        &self,
        envelope: Envelope,
        caller: &Caller,
        id: MadeId,
    ) -> Result<v1::Withdrawal, Failure> {
        let (receipt, effect) =
            submit(&self.ledger, caller, Scope::WithdrawWrite, envelope).await?;
        // Only an id that nothing was stored under is kept back.
        let effect = match id {
            MadeId::New => effect,
            MadeId::Known => Effect::Take,
        };
        made(Ok(receipt), caller, effect)
    }
}

/// The withdrawal of a receipt.
fn made(
    receipt: Result<Receipt, ledger::Failure>,
    caller: &Caller,
    effect: Effect,
) -> Result<v1::Withdrawal, Failure> {
    match receipt? {
        Receipt::Withdrawal(row) => Ok(render::withdrawal(&row, caller, effect)),
        other => Err(unexpected(&other)),
    }
}

/// What became of one item of a batch.
fn result(made: Result<v1::Withdrawal, Failure>, caller: &Caller) -> ItemResult {
    match made {
        Ok(withdrawal) => ItemResult::Withdrawal(withdrawal),
        Err(failure) => ItemResult::Error(failure.item(&caller.audience())),
    }
}
