//! What would become of an operation.

use super::condition::bank_line;
use super::{money, timestamp};
use crate::ask::Checked;
use crate::domain::refusal::{Reason, Refusal};
use crate::grpc::caller::Caller;
use crate::grpc::failure::told;
use crate::grpc::iso;
use crate::grpc::names::Named;
use crate::grpc::parse::status_etag;
use crate::pb::v1;

/// The answer to CheckOperation.
pub(crate) fn operation_check(checked: &Checked, caller: &Caller) -> v1::OperationCheck {
    let account = &checked.account;
    let (iso20022, iso8583) = iso::of_operation(&checked.refusals);
    v1::OperationCheck {
        account_number: account.number().as_str().to_owned(),
        operation: checked.movement.operation.number(),
        allowed: Some(checked.refusals.is_empty()),
        blocking_reasons: blocking_reasons(&checked.refusals, caller),
        available: checked.takes_at_most.map(|minor| money(minor, account.balance.currency_code)),
        unblock_time: checked.unblock_time.map(timestamp),
        etag: status_etag(account.balance.status_version),
        iso20022_reason_code: iso20022.to_owned(),
        iso8583_response_code: iso8583.to_owned(),
    }
}

/// One for each thing in the way. Two of which nothing may be told look alike and are listed once,
/// as in a refusal.
fn blocking_reasons(refusals: &[Refusal], caller: &Caller) -> Vec<v1::BlockingReason> {
    let mut listed: Vec<v1::BlockingReason> = Vec::new();
    for refusal in refusals {
        let row = blocking_reason(refusal, caller);
        if !listed.contains(&row) {
            listed.push(row);
        }
    }
    listed
}

fn blocking_reason(refusal: &Refusal, caller: &Caller) -> v1::BlockingReason {
    let told = told(refusal, &caller.audience());
    v1::BlockingReason {
        reason: number(refusal.reason),
        cause: told.cause.map_or(0, Named::number),
        message: told.customer_line.into_owned(),
        bank_line: told.cause.map_or_else(String::new, |cause| bank_line(cause, caller)),
        until_time: told.until.map(timestamp),
        condition_id: told.condition_id,
        detail: told.detail,
    }
}

/// The reason as the wire numbers it.
fn number(reason: Reason) -> i32 {
    let name = format!("ERROR_REASON_{}", reason.name());
    v1::ErrorReason::from_str_name(&name).map_or(0, Into::into)
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    #[test]
    fn every_reason_has_its_number() {
        for reason in Reason::VARIANTS {
            assert_ne!(number(*reason), 0, "{reason:?}");
        }
    }
}
