//! What a command is answered: the first time from the account as it leaves it, later from what is
//! remembered.

use crate::domain::account::Account;
use crate::domain::act::{Answer, Decision, Written};
use crate::domain::batch::Remembered;
use crate::domain::command::{FreezeReceipt, Outcome, Receipt};
use crate::domain::refusal::{Reason, Refused};
use crate::domain::transaction::Transaction;

/// The first answer again; REQUEST_ID_REUSED when something else is asked under the same id.
pub(super) fn replay(first: &Remembered, hash: &str) -> Outcome {
    if first.content_hash != hash {
        return Err(Reason::RequestIdReused.into());
    }
    serde_json::from_str::<Outcome>(&first.outcome)
        .unwrap_or_else(|_error| Err(Refused::from(Reason::Internal)))
}

/// What an accepted command answers, from the account as it leaves it.
pub(super) fn receipt(account: &Account, decision: &Decision, written: &Written) -> Receipt {
    match &decision.answer {
        Answer::Account => Receipt::Account(Box::new(account.clone())),
        Answer::Freeze(freeze) => {
            let current = account.freezes.iter().find(|f| f.freeze_id == freeze.freeze_id);
            Receipt::Freeze(Box::new(FreezeReceipt {
                freeze: current.unwrap_or(freeze).clone(),
                account: account.clone(),
                cancelled: written
                    .withdrawals
                    .iter()
                    .map(|withdrawal| withdrawal.withdrawal_id.clone())
                    .collect(),
            }))
        }
        Answer::Transaction(row) => Receipt::Transaction(Box::new(Transaction {
            available_after_minor: account.available(),
            ..(**row).clone()
        })),
        Answer::Withdrawal(row) => Receipt::Withdrawal(row.clone()),
    }
}
