//! CheckOperation between the steps of a sequence: another question each time, answered as the plain
//! model's table of what may pass says.

use account_status::pb::v1::*;

use super::plain::Plain;
use crate::harness::Bank;
use crate::harness::calls::{by, reason};

/// The operations that are asked about. A closing is asked for as a command often enough, and what
/// a deduction may take is the freeze's matter.
const OPERATIONS: [Operation; 7] = [
    Operation::CustomerDebitCounter,
    Operation::CustomerDebitNonCounter,
    Operation::CustomerDebitExempt,
    Operation::BankDebit,
    Operation::Credit,
    Operation::Return,
    Operation::Interest,
];
/// Amounts around those of the sequences, in minor units.
const AMOUNTS: [i64; 5] = [1, 100, 10_000, 29_999, 30_001];

/// A question; which of them is a matter of how far the sequence is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Question {
    pub(super) operation: Operation,
    pub(super) minor: i64,
    pub(super) identified: bool,
}

impl Question {
    pub(super) fn of_step(step: usize) -> Self {
        let operation = OPERATIONS[step % OPERATIONS.len()];
        let counter = operation == Operation::CustomerDebitCounter;
        let minor = AMOUNTS[step / OPERATIONS.len() % AMOUNTS.len()];
        Self { operation, minor, identified: counter && step.is_multiple_of(2) }
    }
}

/// Whether an account answers a question as the model does, seen by the auditor.
pub(super) async fn same_answer(
    bank: &Bank,
    plain: &Plain,
    number: &str,
    step: usize,
) -> Result<(), String> {
    let question = Question::of_step(step);
    let amount = format!("{}.{:02}", question.minor / 100, question.minor % 100);
    let request = CheckOperationRequest {
        key: Some(check_operation_request::Key::AccountNumber(number.to_owned())),
        operation: question.operation.into(),
        amount: Some(Money { currency_code: "CNY".to_owned(), amount }),
        customer_identified: question.identified,
        ..CheckOperationRequest::default()
    };
    let answered = match bank.status_client().check_operation(by("auditor", request)).await {
        Ok(response) => Ok(seen(response.into_inner().operation_check.unwrap())),
        Err(status) => Err(reason(&status)),
    };
    let expected = plain.check(number, question).ok_or("ACCOUNT_NOT_FOUND".to_owned());
    if expected == answered {
        return Ok(());
    }
    Err(format!("{question:?}: the model says {expected:?}, the service {answered:?}"))
}

/// The reasons with what they are about.
fn seen(check: OperationCheck) -> Vec<(String, String)> {
    assert_eq!(check.allowed, Some(check.blocking_reasons.is_empty()));
    let rows = check.blocking_reasons.into_iter();
    rows.map(|row| (row.reason().as_str_name().replace("ERROR_REASON_", ""), row.condition_id))
        .collect()
}
