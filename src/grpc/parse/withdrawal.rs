//! Reserving and cancelling withdrawals.

use std::collections::HashMap;

use super::field::{ID_MAX, NAME_MAX, REASON_MAX, REFERENCE_MAX};
use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::cancel_withdrawal::CancelWithdrawal;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::command::{Command, Envelope};
use crate::domain::id::WithdrawalId;
use crate::domain::transaction::Purpose;
use crate::domain::withdrawal::{Beneficiary, BeneficiaryKind};
use crate::grpc::caller::Caller;
use crate::pb::v1;

const BANK_CODE_MAX: usize = 35;
/// The most withdrawals of one batch.
const BATCH_MAX: usize = 1_000;

/// Withdraw.
pub(crate) fn withdraw(body: v1::WithdrawRequest, caller: &Caller) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let amount = wrong.required_money("amount", body.amount);
    let beneficiary = beneficiary(&mut wrong, body.beneficiary);
    let reference = wrong.words("reference", body.reference, REFERENCE_MAX);
    let preferred_channel = wrong.id("preferred_channel", body.preferred_channel, ID_MAX);
    let purpose = wrong.optional_choice("purpose", body.purpose).unwrap_or(Purpose::Unspecified);
    let (Some(amount), Some(beneficiary)) = (amount, beneficiary) else {
        return Err(wrong.into());
    };
    let entry_channel = caller.entry_channel;
    let withdraw =
        Withdraw { amount, beneficiary, reference, purpose, entry_channel, preferred_channel };
    if let Some(number) = &head.account_number {
        wrong.extend(withdraw.violations(number));
    }
    head.seal(wrong, caller, Command::Withdraw(withdraw))
}

/// BatchWithdraw: the commands, a malformed item being the failure of that item alone.
pub(crate) fn batch_withdraw(
    body: v1::BatchWithdrawRequest,
    caller: &Caller,
) -> Result<Vec<Result<Envelope, Failure>>, Failure> {
    let mut wrong = Violations::new();
    if body.requests.is_empty() {
        wrong.add("requests", "is required");
    }
    wrong.at_most("requests", body.requests.len(), BATCH_MAX);
    // Not of more, so that what is refused costs little.
    wrong.check()?;
    named_once(&body.requests)?;
    let one = |(index, item): (usize, v1::WithdrawRequest)| {
        withdraw(item, caller).map_err(|failure| failure.under(&format!("requests[{index}].")))
    };
    Ok(body.requests.into_iter().enumerate().map(one).collect())
}

/// Refuses two commands of one account under one id: the second would be answered as a repetition
/// of the first, and whoever sent both counts two. Only the first such pair is told, because all
/// could be more than the header of an answer holds.
fn named_once(items: &[v1::WithdrawRequest]) -> Result<(), Violations> {
    let mut wrong = Violations::new();
    let mut seen = HashMap::with_capacity(items.len());
    for (index, item) in items.iter().enumerate().filter(|(_, item)| !item.request_id.is_empty()) {
        let name = (item.account_number.as_str(), item.request_id.as_str());
        if let Some(earlier) = seen.insert(name, index) {
            let field = format!("requests[{index}].request_id");
            wrong.add(&field, &format!("is that of requests[{earlier}], of the same account"));
            break;
        }
    }
    wrong.check()
}

fn beneficiary(wrong: &mut Violations, said: Option<v1::Beneficiary>) -> Option<Beneficiary> {
    let Some(said) = said else {
        wrong.add("beneficiary", "is required");
        return None;
    };
    let beneficiary_name = wrong.required_words("beneficiary.name", said.name, NAME_MAX);
    wrong.account_number("beneficiary.account_number", &said.account_number);
    bank_code(wrong, &said.bank_code);
    let beneficiary_bank_name = wrong.words("beneficiary.bank_name", said.bank_name, NAME_MAX);
    let kind = wrong.choice::<BeneficiaryKind>("beneficiary.kind", said.kind)?;
    Some(Beneficiary {
        beneficiary_name,
        beneficiary_account: said.account_number,
        beneficiary_bank_code: said.bank_code,
        beneficiary_bank_name,
        beneficiary_kind: kind,
    })
}

fn bank_code(wrong: &mut Violations, code: &str) {
    let fits = (1..=BANK_CODE_MAX).contains(&code.len());
    if code.is_empty() {
        wrong.add("beneficiary.bank_code", "is required");
    } else if !fits || !code.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        wrong.add("beneficiary.bank_code", "must be at most 35 letters and digits");
    }
}

/// CancelWithdrawal. Its etag is the withdrawal's own version, not the account's.
pub(crate) fn cancel_withdrawal(
    body: v1::CancelWithdrawalRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only);
    let withdrawal_id = wrong.typed_id("withdrawal_id", &body.withdrawal_id, WithdrawalId::parse);
    let reason = wrong.words("reason", body.reason, REASON_MAX);
    let expected_version = wrong.withdrawal_version("etag", &body.etag);
    let Some(withdrawal_id) = withdrawal_id else { return Err(wrong.into()) };
    let cancel = CancelWithdrawal { withdrawal_id, reason, expected_version };
    head.seal(wrong, caller, Command::CancelWithdrawal(cancel))
}
