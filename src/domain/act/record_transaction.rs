//! RecordTransaction: core banking posts money. AUTHORIZE is checked and refused when it may not
//! pass. FACT was posted elsewhere and is never refused for what the account is: a debit that finds
//! no available money (never frozen or reserved money) is booked to receivable, a credit that the
//! account can't take to suspense, each in full.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::advance::payout_of;
use super::posting::{self, Posting};
use super::{Answer, Decision, Draft, moved};
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::check;
use crate::domain::id::TransactionId;
use crate::domain::money::{Minor, Money};
use crate::domain::pass::{Movement, Operation, Presence};
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
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
    /// Whether the id is taken, or would be by a payout.
    pub fn needs(&self) -> Needs {
        let payout = self.transaction_id.as_ref().and_then(payout_of);
        Needs {
            transaction: self.transaction_id.clone(),
            withdrawal: payout.map(|key| key.withdrawal_id),
            ..Needs::default()
        }
    }

    /// Posts it; or, when it is asked for, says everything that stands in its way.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH, TRANSACTION_EXISTS; of what is asked for also what may not pass,
    /// INSUFFICIENT_AVAILABLE_FUNDS, INVALID_REQUEST when the balance would exceed 64 bits.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let movement = self.movement(self.amount.minor);
        let amount = moved(&draft.account, self.amount, movement.operation)?;
        let transaction_id = match &self.transaction_id {
            Some(id) => {
                let key = (draft.account.number().clone(), id.clone());
                if loaded.transactions.contains(&key) || self.names_payout(draft, loaded) {
                    let refusal = Refusal::of(Reason::TransactionExists);
                    return Err(refusal.with(Fact::Operation, movement.operation.into()).into());
                }
                id.clone()
            }
            None => TransactionId::from(ids()),
        };
        let booking = self.booking(draft, movement)?;
        let reactivated = booking == Booking::Balance && self.reactivate(draft, movement);
        let row = posting::post(draft, self.posting(transaction_id, amount, booking));
        let reason = if reactivated { "reactivated by the customer" } else { "transaction" };
        Ok(Decision::plain(reason, Answer::Transaction(Box::new(row))))
    }

    /// Whether the id is one under which a payout of the account is, or will be, booked: with that id
    /// taken, its settlement could never be written down.
    fn names_payout(&self, draft: &Draft<'_>, loaded: &Loaded) -> bool {
        let named = self.transaction_id.as_ref().and_then(payout_of);
        let number = draft.account.number();
        named.is_some_and(|key| loaded.withdrawal(number, &key.withdrawal_id).is_some())
    }

    fn movement(&self, amount: Minor) -> Movement {
        let debit = customer_debit(self.entry_channel, self.purpose);
        Movement {
            operation: operation(self.direction, self.transaction_type, self.initiator, debit),
            amount,
            presence: presence(self.entry_channel, self.identification),
        }
    }

    /// Where it is booked. What is asked for goes on the balance or is refused.
    fn booking(&self, draft: &Draft<'_>, movement: Movement) -> Result<Booking, Refused> {
        let account = &draft.account;
        match self.mode {
            Mode::Fact => Ok(posting::booking_of_fact(account, self.direction, movement)),
            Mode::Authorize => {
                Refused::check(check::posting(account, self.direction, movement))?;
                Ok(Booking::Balance)
            }
        }
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

    fn posting(&self, transaction_id: TransactionId, amount: Minor, booking: Booking) -> Posting {
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
            booking,
        }
    }
}
