//! Withdrawals, their beneficiary masked.

use super::{made_id, money, timestamp};
use crate::ask::mask;
use crate::domain::command::Effect;
use crate::domain::withdrawal::{Beneficiary, Withdrawal};
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::grpc::parse::withdrawal_etag;
use crate::pb::v1;

/// A withdrawal.
pub(crate) fn withdrawal(row: &Withdrawal, caller: &Caller, effect: Effect) -> v1::Withdrawal {
    v1::Withdrawal {
        withdrawal_id: made_id(row.withdrawal_id.as_str(), effect),
        account_number: row.account_number.as_str().to_owned(),
        amount: Some(money(row.amount_minor, row.currency_code)),
        beneficiary: Some(beneficiary(&mask::beneficiary(&row.beneficiary, &caller.principal))),
        state: row.state.number(),
        // Nothing holds a withdrawal before there are channels to send it through.
        held_reason: v1::HeldReason::Unspecified.into(),
        channel: String::new(),
        reason: row.reason.clone(),
        create_time: Some(timestamp(row.create_time)),
        update_time: Some(timestamp(row.update_time)),
        settle_time: row.settle_time.map(timestamp),
        etag: withdrawal_etag(row.version),
        reference: row.reference.clone(),
        purpose: row.purpose.number(),
        entry_channel: row.entry_channel.number(),
    }
}

fn beneficiary(masked: &Beneficiary) -> v1::Beneficiary {
    v1::Beneficiary {
        name: masked.beneficiary_name.clone(),
        account_number: masked.beneficiary_account.clone(),
        bank_code: masked.beneficiary_bank_code.clone(),
        bank_name: masked.beneficiary_bank_name.clone(),
        kind: masked.beneficiary_kind.number(),
    }
}
