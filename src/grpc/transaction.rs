//! TransactionService: money movements that core banking posts.

use tonic::{Request, Response, Status};

use super::handler::{answer, submit, unexpected};
use super::{parse, render};
use crate::domain::command::Receipt;
use crate::domain::principal::Scope;
use crate::ledger::Ledger;
use crate::pb::v1;
use crate::pb::v1::transaction_service_server::TransactionService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct TransactionHandler {
    /// The write path.
    pub(super) ledger: Ledger,
}

#[tonic::async_trait]
impl TransactionService for TransactionHandler {
    async fn record_transaction(
        &self,
        request: Request<v1::RecordTransactionRequest>,
    ) -> Result<Response<v1::RecordTransactionResponse>, Status> {
        answer(request, |caller, body| async move {
            let envelope = parse::record_transaction(body, &caller)?;
            let (receipt, effect) =
                submit(&self.ledger, &caller, Scope::TransactionWrite, envelope).await?;
            match receipt {
                Receipt::Transaction(row) => {
                    let transaction = Some(render::transaction(&row, &caller, effect));
                    Ok(v1::RecordTransactionResponse { transaction })
                }
                other => Err(unexpected(&other)),
            }
        })
        .await
    }
}
