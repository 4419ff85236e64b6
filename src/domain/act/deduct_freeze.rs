//! DeductFreeze: an authority has money taken from what its freeze holds (扣划). Never more than the
//! freeze holds, so never ahead of its turn; a ruling that deducts freezes, too (民诉法解释 484), so
//! both may be one step.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::create_freeze::{CreateFreeze, Duration};
use super::placing::{meanwhile, named, ordered_act, protected, put_back};
use super::posting::{Posting, post};
use super::{Answer, Decision, Draft, not_open, same_currency};
use crate::domain::account::Account;
use crate::domain::action::SecondPerson;
use crate::domain::approval::policy::{Arrival, Consent, Debt, consent};
use crate::domain::authority::Meanwhile;
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::freeze::control::Counting;
use crate::domain::freeze::papers::Order;
use crate::domain::freeze::{
    Disclosure, Freeze, FreezeAct, FreezeActKind, FreezeMode, FreezeStatus, FreezeType, Serves,
    Urgency, power,
};
use crate::domain::id::{FreezeId, TransactionId};
use crate::domain::money::{Direction, Minor, Money};
use crate::domain::pass::Operation;
use crate::domain::protection::Wanted;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused, Violation};
use crate::domain::transaction::{
    Booking, EntryChannel, Initiator, Mode, Purpose, TransactionType,
};

/// How the amount of a deduction is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Measure {
    /// All of it, or nothing.
    Exactly,
    /// As much of it as the freeze holds.
    UpTo,
}

/// Money to deduct.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct DeductFreeze {
    /// From which freeze; absent = the order freezes and deducts.
    pub freeze_id: Option<FreezeId>,
    /// How much.
    pub amount: Money,
    /// How that is meant.
    pub measure: Measure,
    /// Who orders it.
    pub order: Order,
    /// When the ruling was served; absent = now.
    pub served_time: Option<DateTime<Utc>>,
    /// The account that the money goes to.
    pub receiving_account: String,
    /// Whose it is.
    pub receiving_name: String,
    /// Why, in words.
    pub reason: String,
    /// What the order serves, where money is protected.
    pub serves: Serves,
}

impl DeductFreeze {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self, now: DateTime<Utc>) -> Vec<Violation> {
        let mut found = self.order.violations();
        if self.served_time.is_some_and(|served| served > now) {
            found.push(Violation::new("served_time", "lies in the future"));
        }
        if self.freeze_id.is_none() && self.measure == Measure::UpTo {
            found.push(Violation::new("up_to", "goes with freeze_id, and only with it"));
        }
        found
    }

    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs {
            freeze: self.freeze_id.clone(),
            open_withdrawals: true,
            movements: self.served_time.is_some(),
            ..Needs::default()
        }
    }

    /// Deducts it, or says why not.
    ///
    /// # Errors
    /// FREEZE_NOT_FOUND, CURRENCY_MISMATCH, the lifecycle's reasons, ACTION_NOT_APPLICABLE,
    /// FREEZE_NOT_IN_FORCE, PROTECTED_FUNDS, NOT_THIS_AUTHORITY, OUT_OF_TURN,
    /// INSUFFICIENT_AVAILABLE_FUNDS; where it freezes first also those of a new freeze.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let amount = same_currency(&draft.account, self.amount)?;
        let (freeze, meanwhile) = match &self.freeze_id {
            Some(id) => {
                let freeze = named(draft, loaded, id)?;
                self.check(&draft.account, Some(&freeze))?;
                let served = self.served_time.unwrap_or(draft.now);
                (freeze, meanwhile(draft, loaded, served))
            }
            None => self.freeze_first(draft, loaded, ids)?,
        };
        let taken = self.takes(&draft.account, &freeze, amount)?;
        let transaction_id = TransactionId::from(ids());
        // What is deducted is claimed no more: the posting tells what is available after both.
        let freeze = self.reduce(draft, &freeze, (taken, &transaction_id), ids);
        let row = post(draft, self.posting(transaction_id, taken));
        let answer = Answer::Deduction(Box::new(freeze.clone()), meanwhile, Box::new(row));
        Ok(Decision {
            cause: Some(freeze.shown_cause()),
            consent: self.consent(draft),
            ..Decision::plain(self.reason.clone(), answer)
        })
    }

    /// Every deduction needs a second person, unless a control system sent it.
    fn consent(&self, draft: &Draft<'_>) -> Consent {
        let arrival = Arrival { source: Some(self.order.source), principal: draft.principal };
        consent(SecondPerson::UnlessSettled, arrival, Debt::Open)
    }

    /// What stands in the way whatever the freeze holds.
    fn check(&self, account: &Account, freeze: Option<&Freeze>) -> Result<(), Refused> {
        let (kind, name) = (self.order.authority_kind, &self.order.authority_name);
        let power = match freeze {
            Some(freeze) => power::may_deduct(freeze, kind, name),
            None => power::kind_may_deduct(kind),
        };
        let ended = freeze.filter(|freeze| !freeze.in_force());
        let mut refusals = Vec::new();
        refusals.extend(not_open(account));
        refusals.extend(power.err().map(|refused| refused.first().clone()));
        refusals.extend(ended.map(|it| Refusal::by_freeze(Reason::FreezeNotInForce, it)));
        refusals.extend(protected(account, kind, self.serves, Wanted::Deduction));
        Refused::check(refusals)
    }

    /// The ruling freezes the amount that it deducts.
    fn freeze_first(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<(Freeze, Meanwhile), Refused> {
        self.check(&draft.account, None)?;
        let decision = self.as_freeze().decide(draft, loaded, ids)?;
        let Answer::Placed(freeze, meanwhile) = decision.answer else {
            return Err(Reason::Internal.into());
        };
        Ok((*freeze, meanwhile))
    }

    fn as_freeze(&self) -> CreateFreeze {
        let order = &self.order;
        CreateFreeze {
            freeze_type: FreezeType::Judicial,
            authority_kind: order.authority_kind,
            authority_name: order.authority_name.clone(),
            document_no: order.document_no.clone(),
            officers: order.officers.clone(),
            served_time: self.served_time,
            mode: FreezeMode::Amount,
            amount: Some(self.amount),
            exempt: None,
            duration: Duration::Unstated,
            reason: self.reason.clone(),
            unfreeze_condition: String::new(),
            disclosure: Disclosure::Open,
            urgency: Urgency::Ordinary,
            emergency_cause: None,
            source: order.source,
            notice_no: order.notice_no.clone(),
            serves: self.serves,
        }
    }

    /// How much is taken: never beyond the claim, and never more than the freeze holds now.
    fn takes(&self, account: &Account, freeze: &Freeze, amount: Minor) -> Result<Minor, Refused> {
        let held = account.control(Counting::All);
        let ahead = held.shares.iter().take_while(|share| share.freeze_id != freeze.freeze_id);
        let held_ahead = ahead.map(|share| share.controlled).fold(0, Minor::saturating_add);
        let mine = held.shares.iter().find(|share| share.freeze_id == freeze.freeze_id);
        let controlled = mine.map_or(0, |share| share.controlled);
        let (taken, lacking) = match self.measure {
            Measure::UpTo => (amount.min(controlled), 1),
            Measure::Exactly if freeze.freeze_amount.is_some_and(|claim| amount > claim) => {
                return Err(Refusal::field("amount", "is above the claim of the freeze").into());
            }
            Measure::Exactly => (amount, amount.saturating_sub(controlled)),
        };
        if freeze.freeze_status == FreezeStatus::Waiting {
            return Err(out_of_turn(account, freeze));
        }
        match (1..=controlled).contains(&taken) {
            true => Ok(taken),
            false if held_ahead >= lacking => Err(out_of_turn(account, freeze)),
            false => {
                let refusal = Refusal::of(Reason::InsufficientAvailableFunds);
                let operation = Operation::JudicialDeduction.into();
                Err(refusal.with_money(account, controlled).with(Fact::Operation, operation).into())
            }
        }
    }

    /// The freeze claims so much less; one of an amount that has nothing left to claim ends. Its row
    /// keeps the last claim, as one that was released does.
    fn reduce(
        &self,
        draft: &mut Draft<'_>,
        freeze: &Freeze,
        (taken, transaction_id): (Minor, &TransactionId),
        ids: &mut Ids,
    ) -> Freeze {
        let mut freeze = Freeze { update_time: draft.now, ..freeze.clone() };
        match freeze.freeze_amount.map(|claim| claim.saturating_sub(taken)) {
            Some(rest) if rest > 0 => freeze.freeze_amount = Some(rest),
            Some(_) => {
                freeze.freeze_status = FreezeStatus::Released;
                freeze.ended_time = Some(draft.now);
            }
            None => {}
        }
        put_back(draft, &freeze);
        let act = FreezeAct {
            amount_minor: Some(taken),
            transaction_id: Some(transaction_id.clone()),
            ..ordered_act(draft, &freeze, (FreezeActKind::Deducted, &self.order), ids)
        };
        draft.written.freeze_acts.push(act);
        let payload = json!({
            "freeze_id": freeze.freeze_id,
            "transaction_id": transaction_id,
        });
        draft.written.events.push(("FREEZE_DEDUCTED", payload));
        freeze
    }

    fn posting(&self, transaction_id: TransactionId, amount: Minor) -> Posting {
        Posting {
            transaction_id,
            direction: Direction::Debit,
            amount,
            transaction_type: TransactionType::Deduction,
            mode: Mode::Fact,
            initiator: Initiator::Bank,
            entry_channel: EntryChannel::Unspecified,
            purpose: Purpose::Unspecified,
            counterparty_account: self.receiving_account.clone(),
            counterparty_name: self.receiving_name.clone(),
            value_time: None,
            booking: Booking::Balance,
        }
    }
}

/// The freeze has to wait for what stands ahead of it: the first that holds money, or the first in
/// line. Who may not read of that one is told nothing of it.
fn out_of_turn(account: &Account, freeze: &Freeze) -> Refused {
    let control = account.control(Counting::All);
    let ahead: Vec<_> =
        control.shares.iter().take_while(|share| share.freeze_id != freeze.freeze_id).collect();
    let holds = ahead.iter().find(|share| share.controlled > 0).or(ahead.first());
    let first = holds
        .and_then(|share| account.freezes.iter().find(|other| other.freeze_id == share.freeze_id));
    let refusal = Refusal::of(Reason::OutOfTurn);
    let Some(first) = first else { return refusal.into() };
    let refusal = Refusal { disclosure: first.disclosure, ..refusal };
    refusal.with(Fact::Ahead, first.freeze_id.as_str()).into()
}
