//! CheckOperation: says beforehand what the command then says, whoever asks, and changes nothing.

mod agrees;
mod answers;
mod malformed;

use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

pub(super) const NON_COUNTER: Operation = Operation::CustomerDebitNonCounter;

/// The question about an amount of CNY; an empty one asks about the smallest.
pub(super) fn question(number: &str, operation: Operation, amount: &str) -> CheckOperationRequest {
    CheckOperationRequest {
        key: Some(check_operation_request::Key::AccountNumber(number.to_owned())),
        operation: operation.into(),
        amount: if amount.is_empty() { None } else { cny(amount) },
        ..CheckOperationRequest::default()
    }
}

/// Asks, with metadata or without.
pub(super) async fn ask(
    bank: &Bank,
    request: impl tonic::IntoRequest<CheckOperationRequest>,
) -> Result<OperationCheck, Status> {
    let response = bank.status_client().check_operation(request).await?.into_inner();
    Ok(response.operation_check.unwrap())
}

/// The reasons of an answer, in order, by their names in errors.
pub(super) fn reasons(check: &OperationCheck) -> Vec<String> {
    let name =
        |row: &BlockingReason| row.reason().as_str_name()["ERROR_REASON_".len()..].to_owned();
    check.blocking_reasons.iter().map(name).collect()
}
