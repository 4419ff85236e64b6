//! RecordTransaction: core banking posts money. AUTHORIZE is checked and refused when it may not
//! pass. FACT was posted elsewhere: no condition stands in its way, but the money has to be there
//! (never frozen money), and the account has to be able to take it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::posting::{self, Posting, balance_after};
use super::{Answer, Decision, Draft, same_currency};
use crate::domain::batch::{Ids, Loaded};
use crate::domain::id::TransactionId;
use crate::domain::money::{Minor, Money};
use crate::domain::pass::{self, Movement, Operation, Presence};
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::domain::status::ConditionKind;
use crate::domain::transaction::{
    Booking, Direction, EntryChannel, Identification, Initiator, Mode, Purpose, TransactionType,
    customer_debit, operation, presence,
};

/// A transaction to record.
#[derive(Debug, Clone, Serialize)]
pub struct RecordTransaction {
    /// The bank's id; absent = the service makes one.
    pub transaction_id: Option<TransactionId>,
    /// Checked or noted.
    pub mode: Mode,
    /// Which way.
    pub direction: Direction,
    /// How much.
    pub amount: Money,
    /// What kind.
    pub transaction_type: TransactionType,
    /// Who set it off.
    pub initiator: Initiator,
    /// Through which channel.
    pub entry_channel: EntryChannel,
    /// What for.
    pub purpose: Purpose,
    /// Whether the customer was identified at the counter.
    pub identification: Identification,
    /// The other side's account; empty = not said.
    pub counterparty_account: String,
    /// The other side's name; empty = not said.
    pub counterparty_name: String,
    /// When it counts; absent = now.
    pub value_time: Option<DateTime<Utc>>,
}

impl RecordTransaction {
    /// Posts it, or says everything that stands in its way.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH, TRANSACTION_EXISTS, what may not pass, INSUFFICIENT_AVAILABLE_FUNDS.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let amount = same_currency(&draft.account, self.amount)?;
        let transaction_id = match &self.transaction_id {
            Some(id) => {
                let key = (draft.account.number().clone(), id.clone());
                if loaded.transactions.contains(&key) {
                    return Err(Reason::TransactionExists.into());
                }
                id.clone()
            }
            None => TransactionId::from(ids()),
        };
        let movement = self.movement(amount);
        Refused::check(self.refusals(draft, movement))?;
        if balance_after(&draft.account.balance, self.direction, amount).is_none() {
            return Err(Refusal::field("amount", "would exceed 64-bit minor units").into());
        }
        let reactivated = self.reactivate(draft, movement);
        let row = posting::post(draft, self.posting(transaction_id, amount));
        let reason = if reactivated { "reactivated by the customer" } else { "transaction" };
        Ok(Decision::plain(reason, Answer::Transaction(Box::new(row))))
    }

    fn movement(&self, amount: Minor) -> Movement {
        let debit = customer_debit(self.entry_channel, self.purpose);
        Movement {
            operation: operation(self.direction, self.transaction_type, self.initiator, debit),
            amount,
            presence: presence(self.entry_channel, self.identification),
        }
    }

    fn refusals(&self, draft: &Draft<'_>, movement: Movement) -> Vec<Refusal> {
        let mut refusals = pass::refusals(&draft.account, movement);
        // A debit that is a fact passes every condition; what it can't do is take money that isn't
        // there or is frozen.
        if (self.mode, self.direction) == (Mode::Fact, Direction::Debit) {
            refusals.retain(|refusal| refusal.reason == Reason::InsufficientAvailableFunds);
        }
        refusals
    }

    /// The customer's own deposit or withdrawal at the counter, identified, wakes a dormant
    /// account; a credit from anyone else never does.
    fn reactivate(&self, draft: &mut Draft<'_>, movement: Movement) -> bool {
        let own = self.initiator == Initiator::Customer
            && movement.presence == Presence::Identified
            && matches!(movement.operation, Operation::CustomerDebitCounter | Operation::Credit);
        if !own || !draft.account.has(ConditionKind::Dormant) {
            return false;
        }
        draft.end_conditions(|condition| condition.kind == ConditionKind::Dormant);
        true
    }

    fn posting(&self, transaction_id: TransactionId, amount: Minor) -> Posting {
        Posting {
            transaction_id,
            direction: self.direction,
            amount,
            transaction_type: self.transaction_type,
            mode: self.mode,
            initiator: self.initiator,
            entry_channel: self.entry_channel,
            purpose: self.purpose,
            counterparty_account: self.counterparty_account.clone(),
            counterparty_name: self.counterparty_name.clone(),
            value_time: self.value_time,
            booking: Booking::Balance,
        }
    }
}
