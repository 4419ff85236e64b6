//! ClearSuspense: works off money that stands beside the account.

use serde::{Deserialize, Serialize};

use super::casework::{Desk, Step, offset};
use super::posting::{Posting, post};
use super::{Answer, Decision, Draft};
use crate::domain::approval::policy::Consent;
use crate::domain::batch::{Ids, Loaded, Needs};
use crate::domain::case::{Case, CaseEntryKind, CaseResolution};
use crate::domain::check;
use crate::domain::id::{CaseId, TransactionId};
use crate::domain::money::Direction;
use crate::domain::pass::{Movement, Operation, Presence};
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::domain::suspense::{Clearing, SuspenseItem};
use crate::domain::transaction::{
    Booking, EntryChannel, Initiator, Mode, Purpose, TransactionType,
};

/// An item to clear.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct ClearSuspense {
    /// Which.
    pub item_id: TransactionId,
    /// How.
    pub clearing: Clearing,
    /// The other item, of an offset.
    pub other_item_id: Option<TransactionId>,
    /// How it was settled elsewhere; empty = it was not.
    pub reference: String,
    /// Why.
    pub reason: String,
    /// The item's version that the caller saw, where it insists on it. It is compared when it is
    /// asked for; of a proposal whatever moves the item makes it stale.
    #[serde(skip)]
    pub expected_version: Option<i64>,
}

impl ClearSuspense {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        let items = [Some(&self.item_id), self.other_item_id.as_ref()];
        Needs { suspense: items.into_iter().flatten().cloned().collect(), ..Needs::default() }
    }

    /// Clears it, or says why not.
    ///
    /// # Errors
    /// SUSPENSE_NOT_FOUND, ETAG_MISMATCH, ACTION_NOT_APPLICABLE, and what stands in the way of the
    /// credit or debit.
    pub fn decide(
        &self,
        draft: &mut Draft<'_>,
        loaded: &Loaded,
        ids: &mut Ids,
    ) -> Result<Decision, Refused> {
        let mut desk = Desk { draft, loaded, ids };
        let item = item(&desk, &self.item_id)?;
        if self.expected_version.is_some_and(|version| version != item.version) {
            return Err(Reason::EtagMismatch.into());
        }
        let cleared = match self.carry_out(&mut desk, item)? {
            Done::Both(item) => item,
            Done::One(item, transaction_id) => {
                let cleared = SuspenseItem {
                    clearing: Some(self.clearing),
                    clearing_reference: self.reference.clone(),
                    clearing_reason: self.reason.clone(),
                    clearing_transaction_id: transaction_id,
                    cleared_by: desk.draft.principal.name.to_string(),
                    clear_time: Some(desk.draft.now),
                    ..item
                };
                let cleared = desk.put_item(cleared);
                self.resolve_behind(&mut desk, &cleared);
                cleared
            }
        };
        let decision = Decision::plain(self.reason.clone(), Answer::Suspense(Box::new(cleared)));
        Ok(Decision { consent: Consent::Needed, ..decision })
    }

    fn carry_out(&self, desk: &mut Desk<'_, '_>, item: SuspenseItem) -> Result<Done, Refused> {
        let not = |desk: &Desk<'_, '_>, why| Err(not_so(desk, why));
        if item.clearing.is_some() {
            return not(desk, "the item is cleared already");
        }
        match self.clearing {
            Clearing::CreditAccount if item.direction == Direction::Credit => {
                let id = post_credit(desk, &item)?;
                Ok(Done::One(item, id))
            }
            Clearing::DebitAccount
                if item.direction == Direction::Debit && item.booking == Booking::Receivable =>
            {
                let id = post_debit(desk, &item)?;
                Ok(Done::One(item, id))
            }
            Clearing::CreditAccount => not(desk, "only money that came can be credited"),
            Clearing::DebitAccount => not(desk, "only money that is owed can be taken"),
            Clearing::SettledOutside | Clearing::WriteOff => Ok(Done::One(item, String::new())),
            Clearing::Dismiss => not(desk, "only an item of the inbox can be dismissed"),
            Clearing::Offset => {
                let Some(other) = &self.other_item_id else {
                    return not(desk, "an offset names another item");
                };
                let other = self::item(desk, other)?;
                let fits = other.clearing.is_none()
                    && other.direction != item.direction
                    && (other.amount_minor, other.currency_code)
                        == (item.amount_minor, item.currency_code);
                if !fits {
                    return not(desk, "the other item is not the same amount the other way");
                }
                let said = (self.reference.as_str(), self.reason.as_str());
                let (item, other) = offset(desk, (item, other), said);
                self.resolve_behind(desk, &item);
                self.resolve_behind(desk, &other);
                Ok(Done::Both(item))
            }
        }
    }

    /// Resolves the case that is about the item; its analysis is still to be written.
    fn resolve_behind(&self, desk: &mut Desk<'_, '_>, item: &SuspenseItem) {
        let found = CaseId::parse(&item.case_id).and_then(|id| desk.case(&id).ok());
        let about = |case: &Case| case.is_open() && case.subject_id == item.item_id.as_str();
        let Some(case) = found.filter(about) else { return };
        let name: &'static str = self.clearing.into();
        let text = format!("{name}: {}", self.reason);
        let step = Step { reference: &self.reference, ..Step::of(CaseEntryKind::Resolved, &text) };
        desk.add(&case, &step);
        desk.resolve(case, CaseResolution::Cleared, None);
    }
}

/// How far clearing went.
enum Done {
    /// Two items cleared each other; this is the one that was named.
    Both(SuspenseItem),
    /// The item may be cleared; with the transaction that does it, if any.
    One(SuspenseItem, String),
}

fn item(desk: &Desk<'_, '_>, id: &TransactionId) -> Result<SuspenseItem, Refused> {
    let key = (desk.draft.account.number().clone(), id.clone());
    desk.loaded.suspense.get(&key).cloned().ok_or_else(|| Reason::SuspenseNotFound.into())
}

fn not_so(desk: &Desk<'_, '_>, why: &str) -> Refused {
    Refusal::not_applicable(desk.draft.account.balance.lifecycle, why).into()
}

/// Credits the account with money that came, if it can take it now.
fn post_credit(desk: &mut Desk<'_, '_>, item: &SuspenseItem) -> Result<String, Refused> {
    let of_payout = !item.withdrawal_id.is_empty();
    let kind = if of_payout { TransactionType::Return } else { TransactionType::Correction };
    let operation = if of_payout { Operation::Return } else { Operation::Credit };
    post_as(desk, item, (kind, operation, Initiator::Counterparty))
}

/// Takes what is owed from what is available.
fn post_debit(desk: &mut Desk<'_, '_>, item: &SuspenseItem) -> Result<String, Refused> {
    post_as(desk, item, (TransactionType::Collection, Operation::BankDebit, Initiator::Bank))
}

fn post_as(
    desk: &mut Desk<'_, '_>,
    item: &SuspenseItem,
    (transaction_type, operation, initiator): (TransactionType, Operation, Initiator),
) -> Result<String, Refused> {
    let movement = Movement { operation, amount: item.amount_minor, presence: Presence::Elsewhere };
    Refused::check(check::posting(&desk.draft.account, item.direction, movement))?;
    let transaction_id = TransactionId::from((desk.ids)());
    let id = transaction_id.as_str().to_owned();
    post(
        desk.draft,
        Posting {
            transaction_id,
            direction: item.direction,
            amount: item.amount_minor,
            transaction_type,
            mode: Mode::Authorize,
            initiator,
            entry_channel: EntryChannel::Unspecified,
            purpose: Purpose::Unspecified,
            counterparty_account: String::new(),
            counterparty_name: String::new(),
            value_time: None,
            booking: Booking::Balance,
        },
    );
    Ok(id)
}
