//! Withdraw: holds the money of a payout. A customer debit, non-counter unless said otherwise, that
//! never reactivates a dormant account.

use serde::Serialize;
use serde_json::json;

use super::{Answer, Decision, Draft, moved};
use crate::domain::batch::Ids;
use crate::domain::check;
use crate::domain::freeze::control::Counting;
use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::money::{Minor, Money};
use crate::domain::pass::Movement;
use crate::domain::refusal::Refused;
use crate::domain::refusal::Violation;
use crate::domain::transaction::{EntryChannel, Identification, Purpose, customer_debit, presence};
use crate::domain::withdrawal::{Beneficiary, State, Withdrawal, taken_up_by};

/// A withdrawal to reserve.
#[derive(Debug, Clone, Serialize)]
pub struct Withdraw {
    /// How much.
    pub amount: Money,
    /// To whom.
    pub beneficiary: Beneficiary,
    /// The client's own words or number.
    pub reference: String,
    /// What for.
    pub purpose: Purpose,
    /// Through which channel the customer asked.
    pub entry_channel: EntryChannel,
    /// Which payout channel the client would like; empty = any.
    pub preferred_channel: String,
}

impl Withdraw {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self, account: &AccountNumber) -> Vec<Violation> {
        let own = self.beneficiary.beneficiary_account == account.as_str();
        own.then(|| Violation::new("beneficiary.account_number", "is the paying account itself"))
            .into_iter()
            .collect()
    }

    /// Holds the amount, or says everything that stands in its way.
    ///
    /// # Errors
    /// CURRENCY_MISMATCH, what may not pass, INSUFFICIENT_AVAILABLE_FUNDS, LIMIT_EXCEEDED when too
    /// many withdrawals are open.
    pub fn decide(&self, draft: &mut Draft<'_>, ids: &mut Ids) -> Result<Decision, Refused> {
        let movement = movement(self.entry_channel, self.purpose, self.amount.minor);
        let amount = moved(&draft.account, self.amount, movement.operation)?;
        let open_max = draft.rules.open_withdrawals_max;
        Refused::check(check::withdrawal(&draft.account, movement, open_max))?;
        let withdrawal = self.reserve(draft, amount, ids);
        let payload = json!({ "withdrawal_id": withdrawal.withdrawal_id, "state": "RESERVED" });
        draft.written.events.push(("WITHDRAWAL_RESERVED", payload));
        draft.written.withdrawals.push(withdrawal.clone());
        Ok(Decision::plain("withdrawal", Answer::Withdrawal(Box::new(withdrawal))))
    }

    fn reserve(&self, draft: &mut Draft<'_>, amount: Minor, ids: &mut Ids) -> Withdrawal {
        let entry_seq = draft.next_entry();
        let exempt_minor = draft.account.exempt_spent_by(amount, Counting::All);
        draft.account.use_exempt(exempt_minor);
        let balance = &mut draft.account.balance;
        balance.reserved_minor = balance.reserved_minor.saturating_add(amount);
        balance.open_withdrawals = balance.open_withdrawals.saturating_add(1);
        Withdrawal {
            withdrawal_id: WithdrawalId::from(ids()),
            account_number: draft.account.number().clone(),
            entry_seq,
            currency_code: self.amount.currency,
            amount_minor: amount,
            held_minor: amount,
            state: State::Reserved,
            beneficiary: self.beneficiary.clone(),
            reference: self.reference.clone(),
            purpose: self.purpose,
            entry_channel: self.entry_channel,
            preferred_channel: self.preferred_channel.clone(),
            requested_by: draft.principal.name.to_string(),
            reason: String::new(),
            version: 1,
            create_time: draft.now,
            update_time: draft.now,
            settle_time: None,
            channel_id: String::new(),
            attempts: 0,
            held_reason: None,
            held_since: None,
            exempt_minor,
            next_action_time: Some(taken_up_by(draft.now)),
            cases: 0,
        }
    }
}

/// The movement that a withdrawal is, when it is reserved and when it is sent.
pub(super) fn movement(channel: EntryChannel, purpose: Purpose, amount: Minor) -> Movement {
    // Being at the counter never makes a withdrawal an identified act: it doesn't reactivate.
    let presence = presence(channel, Identification::None);
    Movement { operation: customer_debit(channel, purpose), amount, presence }
}
