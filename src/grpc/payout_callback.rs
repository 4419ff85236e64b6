//! PayoutCallbackService: what channels report by themselves. A report becomes evidence; what it
//! proves is judged where every statement is. One about nothing that the channel was given goes to the
//! inbox.

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
            let report = parse::report_payout(body, &caller)?;
            require(&caller, Scope::PayoutReport)?;
            let recorded = match report.envelope {
                None => Err(Reason::WithdrawalNotFound.into()),
                Some(envelope) => self.ledger.submit(envelope).await.map_err(Failure::from),
            };
            match recorded {
                Ok(Receipt::Withdrawal(_)) => Ok(v1::ReportPayoutResponse {}),
                Ok(other) => Err(unexpected(&other)),
                Err(failure) if is_about_nothing(&failure) => {
                    self.ledger.keep_hearsay(&[report.hearsay], &caller.principal).await?;
                    Ok(v1::ReportPayoutResponse {})
                }
                Err(failure) => Err(failure),
            }
        })
        .await
    }
}

/// A channel knows no accounts: whatever is not there, it is the payout that is not.
fn is_about_nothing(failure: &Failure) -> bool {
    matches!(failure.reason(), Reason::AccountNotFound | Reason::WithdrawalNotFound)
}
