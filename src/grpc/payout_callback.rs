//! PayoutCallbackService: what channels report by themselves. A report becomes evidence; what it
//! proves is judged where every statement is.

use tonic::{Request, Response, Status};

use super::failure::Failure;
use super::handler::{answer, require, unexpected};
use super::parse;
use crate::domain::command::Receipt;
use crate::domain::principal::Scope;
use crate::domain::refusal::Reason;
use crate::ledger::Ledger;
use crate::pb::channel::v1;
use crate::pb::channel::v1::payout_callback_service_server::PayoutCallbackService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct PayoutCallbackHandler {
    /// The write path.
    pub(super) ledger: Ledger,
}

#[tonic::async_trait]
impl PayoutCallbackService for PayoutCallbackHandler {
    async fn report_payout(
        &self,
        request: Request<v1::ReportPayoutRequest>,
    ) -> Result<Response<v1::ReportPayoutResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::report_payout(body, &caller)?;
            require(&caller, Scope::PayoutReport)?;
            let envelope = envelope.ok_or(Reason::WithdrawalNotFound)?;
            match self.ledger.submit(envelope).await.map_err(Failure::from).map_err(unknown)? {
                Receipt::Withdrawal(_) => Ok(v1::ReportPayoutResponse {}),
                other => Err(unexpected(&other)),
            }
        })
        .await
    }
}

/// A channel knows no accounts: whatever is not there, it is the payout that is not.
fn unknown(failure: Failure) -> Failure {
    let no_account = failure.reason() == Reason::AccountNotFound;
    if no_account { Reason::WithdrawalNotFound.into() } else { failure }
}
