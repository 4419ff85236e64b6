//! What a command is answered: the first time from the account as it leaves it, later from what is
//! remembered.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::domain::account::Account;
use crate::domain::act::{Answer, Decision, Written};
use crate::domain::authority::{DeductionReceipt, FreezeReceipt, Meanwhile};
use crate::domain::batch::Remembered;
use crate::domain::command::{IdentityReceipt, Outcome, Receipt};
use crate::domain::freeze::Freeze;
use crate::domain::freeze::control::in_order;
use crate::domain::freeze::line::Freezes;
use crate::domain::freeze::standing::{NEIGHBOURS_MAX, Neighbour};
use crate::domain::id::{FreezeId, NewId, WithdrawalId};
use crate::domain::refusal::{Reason, Refused};
use crate::domain::transaction::Transaction;
use crate::domain::withdrawal::Withdrawal;

/// An answer as it is remembered.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Kept {
    /// A reservation, which its own row tells: the answer is as long as the row, and every
    /// withdrawal would write it twice.
    Reserved {
        /// The withdrawal.
        reserved: WithdrawalId,
    },
    /// Everything else, as it was answered.
    Whole(Box<Outcome>),
}

/// The withdrawal that has to be loaded to answer a request again.
pub fn reserved(first: &Remembered) -> Option<WithdrawalId> {
    match serde_json::from_str(&first.outcome) {
        Ok(Kept::Reserved { reserved }) => Some(reserved),
        Ok(Kept::Whole(_)) | Err(_) => None,
    }
}

/// The first answer again; REQUEST_ID_REUSED when something else is asked under the same id.
pub(super) fn replay(
    first: &Remembered,
    hash: &str,
    withdrawals: &BTreeMap<WithdrawalId, Withdrawal>,
) -> Outcome {
    if first.content_hash != hash {
        return Err(Reason::RequestIdReused.into());
    }
    let lost = || Err(Refused::from(Reason::Internal));
    match serde_json::from_str(&first.outcome) {
        Ok(Kept::Whole(outcome)) => *outcome,
        Ok(Kept::Reserved { reserved }) => withdrawals
            .get(&reserved)
            .map_or_else(lost, |row| Ok(Receipt::Withdrawal(Box::new(row.as_reserved())))),
        Err(_) => lost(),
    }
}

/// What to remember of an answer.
pub(super) fn keep(outcome: &Outcome) -> String {
    let text = match outcome {
        Ok(Receipt::Withdrawal(row)) if **row == row.as_reserved() => {
            serde_json::to_string(&Kept::Reserved { reserved: row.withdrawal_id.clone() })
        }
        Ok(_) | Err(_) => serde_json::to_string(outcome),
    };
    text.expect("outcomes are plain data")
}

/// Takes the ids out of what a command would only make: nobody will find anything by them.
pub(super) fn without_new_ids(before: Option<&Account>, account: &mut Account) {
    let none = || NewId::new("");
    let no_rows = Vec::new();
    let known = before.map_or(&no_rows, |before| &before.conditions);
    for row in &mut account.conditions {
        if known.iter().all(|known| known.condition_id != row.condition_id) {
            row.condition_id = none().into();
        }
    }
    let no_freezes = Freezes::default();
    let known = before.map_or(&no_freezes, |before| &before.freezes);
    for row in &mut account.freezes {
        if known.iter().all(|known| known.freeze_id != row.freeze_id) {
            row.freeze_id = none().into();
        }
    }
}

/// What an accepted command answers, from the account as it leaves it and the waiting freezes that
/// take effect because of it.
pub(super) fn receipt(
    account: &Account,
    decision: &Decision,
    written: &Written,
    promoted: &[FreezeId],
) -> Receipt {
    let of_freeze = |freeze: &Freeze, meanwhile: &Meanwhile| {
        of_freeze(account, freeze, (meanwhile.clone(), promoted), written)
    };
    match &decision.answer {
        Answer::Done => Receipt::Done,
        Answer::Account => Receipt::Account(Box::new(account.clone())),
        Answer::Freeze(freeze) => {
            Receipt::Freeze(Box::new(of_freeze(freeze, &Meanwhile::default())))
        }
        Answer::Placed(freeze, meanwhile) => {
            Receipt::Freeze(Box::new(of_freeze(freeze, meanwhile)))
        }
        Answer::Deduction(freeze, meanwhile, transaction) => {
            Receipt::Deduction(Box::new(DeductionReceipt {
                freeze: of_freeze(freeze, meanwhile),
                transaction: Transaction {
                    available_after_minor: Some(account.available()),
                    ..(**transaction).clone()
                },
            }))
        }
        Answer::Objection(row) => Receipt::Objection(row.clone()),
        Answer::Transaction(row) => Receipt::Transaction(Box::new(Transaction {
            available_after_minor: Some(account.available()),
            ..(**row).clone()
        })),
        Answer::Withdrawal(row) => Receipt::Withdrawal(row.clone()),
        Answer::Identity(review) => Receipt::Identity(Box::new(IdentityReceipt {
            account: account.clone(),
            review: (**review).clone(),
        })),
        Answer::Card(receipt) => Receipt::Card(receipt.clone()),
        Answer::PlatformBinding(row) => Receipt::PlatformBinding(row.clone()),
        Answer::Errand(errand) => Receipt::Errand(errand.clone()),
        Answer::Case(case) => Receipt::Case(case.clone()),
        Answer::Suspense(item) => Receipt::Suspense(item.clone()),
    }
}

fn of_freeze(
    account: &Account,
    freeze: &Freeze,
    (meanwhile, promoted): (Meanwhile, &[FreezeId]),
    written: &Written,
) -> FreezeReceipt {
    let current = account.freezes.iter().find(|row| row.freeze_id == freeze.freeze_id);
    let freeze = current.unwrap_or(freeze).clone();
    let cancelled = written.withdrawals.iter().map(|row| row.withdrawal_id.clone()).collect();
    let turned: BTreeSet<&FreezeId> = promoted.iter().collect();
    let line = if turned.is_empty() { Vec::new() } else { in_order(&account.freezes) };
    let next = line.into_iter().filter(|row| turned.contains(&row.freeze_id));
    FreezeReceipt {
        standing: account.standing(&freeze),
        freeze,
        cancelled,
        meanwhile,
        promoted: next.take(NEIGHBOURS_MAX).map(Neighbour::of).collect(),
    }
}
