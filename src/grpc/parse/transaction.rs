//! Transactions of core banking.

use super::account::identification;
use super::field::NAME_MAX;
use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::command::{Command, Envelope};
use crate::domain::id::TransactionId;
use crate::domain::transaction::{
    Direction, EntryChannel, Initiator, Mode, Purpose, TransactionType,
};
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// RecordTransaction.
pub(crate) fn record_transaction(
    body: v1::RecordTransactionRequest,
    caller: &Caller,
) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let transaction_id = if body.transaction_id.is_empty() {
        None
    } else {
        wrong.typed_id("transaction_id", &body.transaction_id, TransactionId::parse)
    };
    let mode = wrong.choice::<Mode>("mode", body.mode);
    let direction = wrong.choice::<Direction>("direction", body.direction);
    let amount = wrong.required_money("amount", body.amount);
    let kind = wrong.choice::<TransactionType>("transaction_type", body.transaction_type);
    if matches!(kind, Some(TransactionType::Payout | TransactionType::Deduction)) {
        wrong.add("transaction_type", "is posted by the service itself");
    }
    let initiator = wrong.choice::<Initiator>("initiator", body.initiator);
    let entry_channel = match wrong.optional_choice("entry_channel", body.entry_channel) {
        None | Some(EntryChannel::Unspecified) => caller.entry_channel,
        Some(said) => said,
    };
    let purpose = wrong.optional_choice("purpose", body.purpose).unwrap_or(Purpose::Unspecified);
    let (counterparty_account, counterparty_name) = counterparty(&mut wrong, body.counterparty);
    let value_time = wrong.time("value_time", body.value_time);
    let (Some(mode), Some(direction), Some(amount), Some(transaction_type), Some(initiator)) =
        (mode, direction, amount, kind, initiator)
    else {
        return Err(wrong.into());
    };
    let record = RecordTransaction {
        transaction_id,
        mode,
        direction,
        amount,
        transaction_type,
        initiator,
        entry_channel,
        purpose,
        identification: identification(body.customer_identified),
        counterparty_account,
        counterparty_name,
        value_time,
    };
    head.seal(wrong, caller, Command::RecordTransaction(record))
}

/// The other side's account and name; empty where nothing was said.
fn counterparty(wrong: &mut Violations, said: Option<v1::Counterparty>) -> (String, String) {
    let said = said.unwrap_or_default();
    wrong.optional_account_number("counterparty.account_number", &said.account_number);
    (said.account_number, wrong.words("counterparty.name", said.name, NAME_MAX))
}
