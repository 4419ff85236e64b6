//! CheckOperation: what is to be done, and by whom where.

use super::{Failure, Violations};
use crate::ask::AccountKey;
use crate::domain::money::Money;
use crate::domain::pass::{Operation, Presence};
use crate::domain::transaction::{EntryChannel, Purpose, customer_debit, presence};
use crate::grpc::caller::Caller;
use crate::pb::v1;
use crate::pb::v1::account_key;
use crate::pb::v1::check_operation_request::Key;

/// An operation that somebody asks about.
#[derive(Debug)]
pub(crate) struct AskedOperation {
    /// On which account.
    pub(crate) key: AccountKey,
    /// What; of the customer's debits the one that channel and purpose make it.
    pub(crate) operation: Operation,
    /// How much; absent = the smallest amount.
    pub(crate) amount: Option<Money>,
    /// Where the customer is.
    pub(crate) presence: Presence,
}

/// CheckOperation.
pub(crate) fn check_operation(
    body: v1::CheckOperationRequest,
    caller: &Caller,
) -> Result<AskedOperation, Failure> {
    let mut wrong = Violations::new();
    let key = body.key.map(|key| match key {
        Key::AccountNumber(number) => account_key::Key::AccountNumber(number),
        Key::CardNumber(number) => account_key::Key::CardNumber(number),
    });
    let key = wrong.account_key("", key);
    let operation = wrong.choice::<Operation>("operation", body.operation);
    if operation == Some(Operation::Close) && body.amount.is_some() {
        wrong.add("amount", "doesn't go with CLOSE");
    }
    let amount = wrong.money("amount", body.amount);
    let channel = match wrong.optional_choice("entry_channel", body.entry_channel) {
        None | Some(EntryChannel::Unspecified) => caller.entry_channel,
        Some(said) => said,
    };
    let purpose = wrong.optional_choice("purpose", body.purpose).unwrap_or(Purpose::Unspecified);
    let circumstances = Circumstances { channel, purpose };
    let operation = operation.map(|operation| circumstances.refine(&mut wrong, operation));
    let channel = match operation {
        // Who asks for the debit at the counter says by that where the customer is.
        Some(Operation::CustomerDebitCounter) => EntryChannel::Counter,
        Some(_) | None => channel,
    };
    let elsewhere =
        [Some(Operation::CustomerDebitNonCounter), Some(Operation::CustomerDebitExempt)];
    if body.customer_identified && elsewhere.contains(&operation) {
        wrong.add("customer_identified", "goes with the counter");
    }
    let (Some(key), Some(operation)) = (key, operation) else { return Err(wrong.into()) };
    wrong.check()?;
    let presence = presence(channel, super::account::identification(body.customer_identified));
    Ok(AskedOperation { key, operation, amount, presence })
}

/// Where the instruction comes in, and what for.
#[derive(Debug, Clone, Copy)]
struct Circumstances {
    channel: EntryChannel,
    purpose: Purpose,
}

impl Circumstances {
    /// Which of the customer's debits it is; any other operation is what it is. What contradicts
    /// itself is refused: nobody could say which half of it was meant.
    fn refine(self, wrong: &mut Violations, asked: Operation) -> Operation {
        let Self { channel, purpose } = self;
        let said = channel != EntryChannel::Unspecified;
        let at_counter = channel == EntryChannel::Counter;
        match asked {
            Operation::CustomerDebitCounter => {
                if said && !at_counter {
                    wrong.add(
                        "entry_channel",
                        "is not the counter, where the operation takes place",
                    );
                }
                asked
            }
            Operation::CustomerDebitNonCounter | Operation::CustomerDebitExempt => {
                if at_counter {
                    wrong.add(
                        "entry_channel",
                        "is the counter, and the operation takes place elsewhere",
                    );
                }
                let exempt = asked == Operation::CustomerDebitExempt;
                if exempt && purpose == Purpose::Unspecified {
                    return asked;
                }
                if exempt && !purpose.is_exempt() {
                    wrong.add("purpose", "is not exempt, and the operation is");
                }
                customer_debit(channel, purpose)
            }
            Operation::BankDebit
            | Operation::JudicialDeduction
            | Operation::Credit
            | Operation::Return
            | Operation::Interest
            | Operation::Close => asked,
        }
    }
}
