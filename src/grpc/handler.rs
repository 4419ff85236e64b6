//! What every handler does around its own work: takes the request apart, checks the scope, and
//! turns what went wrong into a status.

use std::sync::Arc;

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::failure::Failure;
use crate::auth;
use crate::domain::command::{Effect, Envelope, Receipt};
use crate::domain::principal::Scope;
use crate::domain::refusal::Reason;
use crate::ledger::Ledger;

/// Answers a call with what `work` makes of it.
pub(super) async fn answer<Q, A, W>(
    request: Request<Q>,
    work: impl FnOnce(Arc<Caller>, Q) -> W,
) -> Result<Response<A>, Status>
where
    W: Future<Output = Result<A, Failure>>,
{
    let (caller, body) = Caller::of(request);
    match work(Arc::clone(&caller), body).await {
        Ok(answer) => Ok(Response::new(answer)),
        Err(failure) => Err(failure.status(&caller.audience())),
    }
}

/// Refuses a caller without a scope. Comes after parsing: what is malformed is said first.
pub(super) fn require(caller: &Caller, scope: Scope) -> Result<(), Failure> {
    Ok(auth::require(&caller.principal, scope)?)
}

/// Hands a command to the write path, for callers with its scope.
pub(super) async fn submit(
    ledger: &Ledger,
    caller: &Caller,
    scope: Scope,
    envelope: Envelope,
) -> Result<(Receipt, Effect), Failure> {
    require(caller, scope)?;
    let effect = envelope.effect;
    Ok((ledger.submit(envelope).await?, effect))
}

/// What becomes of a receipt of another kind than the command has: a bug, reported as one.
pub(super) fn unexpected(receipt: &Receipt) -> Failure {
    let kind = match receipt {
        Receipt::Account(_) => "account",
        Receipt::Freeze(_) => "freeze",
        Receipt::Transaction(_) => "transaction",
        Receipt::Withdrawal(_) => "withdrawal",
        Receipt::Deduction(_) => "deduction",
        Receipt::Objection(_) => "objection",
        Receipt::Card(_) => "card",
        Receipt::Identity(_) => "identity",
        Receipt::PlatformBinding(_) => "platform binding",
        Receipt::Errand(_) => "errand",
        Receipt::Case(_) => "case",
        Receipt::Suspense(_) => "suspense",
        Receipt::Approval(_) => "approval",
        Receipt::Done => "done",
    };
    tracing::error!(receipt = kind, "a command was answered with another kind of receipt");
    Reason::Internal.into()
}
