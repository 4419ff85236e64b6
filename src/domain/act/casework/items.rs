//! Money that stands beside the account: each posting to suspense or receivable is an item that people
//! clear. What was paid beside the account and came back cancels itself.

use super::trouble::{Trouble, of_fact, of_withdrawal};
use super::{Desk, Learnt};
use crate::domain::act::advance::{CORRECTION, SUSPENDED, payout_of};
use crate::domain::case::{Case, CaseCause, CaseResolution, RootCause};
use crate::domain::id::{CaseId, TransactionId};
use crate::domain::money::Direction;
use crate::domain::payout::PayoutKey;
use crate::domain::suspense::{Clearing, SuspenseItem};
use crate::domain::transaction::{Booking, Transaction};
use crate::domain::withdrawal::Withdrawal;

impl Desk<'_, '_> {
    /// Makes an item of each posting beside the balance.
    pub(super) fn money(&mut self) {
        let beside = |row: &&Transaction| row.booking != Booking::Balance;
        let rows = self.draft.written.transactions.iter().filter(beside);
        for row in rows.cloned().collect::<Vec<_>>() {
            let key = payout_of(&row.transaction_id);
            let paid = key.as_ref().and_then(|key| self.withdrawal(key));
            let channel = key.as_ref().map(|key| self.channel(key)).unwrap_or_default();
            let item = item(&row, paid.as_ref(), channel);
            let Some((key, paid)) = key.zip(paid) else {
                let id = self.report(of_fact(&row));
                self.draft.written.suspense.push(with_case(item, &id));
                continue;
            };
            if let Some(debit) = self.came_back(&item, &key) {
                self.offset_by_itself(debit, item);
                continue;
            }
            let (cause, text) = cause(&row);
            let trouble = of_withdrawal(cause, &paid, text.to_owned());
            let id = self.report(Trouble {
                attempt_number: key.number,
                channel_id: item.channel_id.clone(),
                subject_id: item.item_id.as_str().to_owned(),
                ..trouble
            });
            self.draft.written.suspense.push(with_case(item, &id));
        }
    }

    fn withdrawal(&self, key: &PayoutKey) -> Option<Withdrawal> {
        let mut written = self.draft.written.withdrawals.iter().rev();
        let written = written.find(|row| row.withdrawal_id == key.withdrawal_id);
        let number = self.draft.account.number();
        written.or_else(|| self.loaded.withdrawal(number, &key.withdrawal_id)).cloned()
    }

    fn channel(&self, key: &PayoutKey) -> String {
        let mut attempts = self.loaded.attempts_of(&key.withdrawal_id).iter();
        let attempt = attempts.find(|attempt| attempt.number == key.number);
        attempt.map(|attempt| attempt.channel_id.as_str().to_owned()).unwrap_or_default()
    }

    /// The open item of what left, where this is the same money back.
    fn came_back(&self, item: &SuspenseItem, key: &PayoutKey) -> Option<SuspenseItem> {
        let id = match item.booking {
            Booking::Suspense => key.to_string(),
            Booking::Receivable => format!("{key}.owed"),
            Booking::Balance => return None,
        };
        let id = TransactionId::parse(&id)?;
        let debit = self.loaded.suspense.get(&(item.account_number.clone(), id))?;
        let fits = item.direction == Direction::Credit
            && debit.direction == Direction::Debit
            && debit.clearing.is_none()
            && debit.booking == item.booking
            && debit.amount_minor == item.amount_minor;
        fits.then(|| debit.clone())
    }

    fn offset_by_itself(&mut self, debit: SuspenseItem, credit: SuspenseItem) {
        let credit = SuspenseItem { case_id: debit.case_id.clone(), version: 0, ..credit };
        let why = "what was paid beside the account came back";
        let (debit, _) = offset(self, (debit, credit), ("", why));
        let case = CaseId::parse(&debit.case_id).and_then(|id| self.case(&id).ok());
        let Some(case) = case.filter(Case::is_open) else { return };
        let learnt = Learnt {
            resolution: CaseResolution::ByItself,
            root_cause: RootCause::Channel,
            analysis: why.to_owned(),
        };
        self.solve(case, &learnt);
    }
}

/// Clears two items with each other; why, with the number of a document.
pub fn offset(
    desk: &mut Desk<'_, '_>,
    (one, other): (SuspenseItem, SuspenseItem),
    (reference, reason): (&str, &str),
) -> (SuspenseItem, SuspenseItem) {
    let ids = (one.item_id.as_str().to_owned(), other.item_id.as_str().to_owned());
    let now = desk.draft.now;
    let by = desk.draft.principal.name.to_string();
    let cleared = |item: SuspenseItem, with: String| SuspenseItem {
        clearing: Some(Clearing::Offset),
        clearing_reference: reference.to_owned(),
        clearing_reason: reason.to_owned(),
        clearing_transaction_id: with,
        cleared_by: by.clone(),
        clear_time: Some(now),
        ..item
    };
    let (one, other) = (cleared(one, ids.1), cleared(other, ids.0));
    (desk.put_item(one), desk.put_item(other))
}

/// Which trouble a posting of a payout beside the balance is.
fn cause(row: &Transaction) -> (CaseCause, &'static str) {
    // The case that it corrects is resolved with it: somebody has to see to this one.
    if row.transaction_id.as_str().contains(CORRECTION) {
        return (CaseCause::FactNotBooked, "what was corrected stands beside the account");
    }
    if row.transaction_id.as_str().ends_with(SUSPENDED) {
        return (CaseCause::FactNotBooked, "booked as paid, and not paid: it is in suspense");
    }
    match (row.direction, row.booking) {
        (Direction::Debit, Booking::Receivable) => (
            CaseCause::LateSuccess,
            "paid after its money was given back; the account had it no more: it is owed",
        ),
        (Direction::Debit, Booking::Suspense | Booking::Balance) => {
            (CaseCause::SecondSettlement, "paid although another attempt was: it is in suspense")
        }
        (Direction::Credit, _) => {
            (CaseCause::ReturnNotTaken, "it came back, and the account can't take it")
        }
    }
}

fn item(row: &Transaction, paid: Option<&Withdrawal>, channel_id: String) -> SuspenseItem {
    let withdrawal_id = paid.map(|paid| paid.withdrawal_id.as_str()).unwrap_or_default();
    SuspenseItem {
        item_id: row.transaction_id.clone(),
        account_number: row.account_number.clone(),
        booking: row.booking,
        direction: row.direction,
        amount_minor: row.transaction_amount,
        currency_code: row.currency_code,
        withdrawal_id: withdrawal_id.to_owned(),
        channel_id,
        case_id: String::new(),
        create_time: row.recorded_time,
        clearing: None,
        clearing_reference: String::new(),
        clearing_reason: String::new(),
        clearing_transaction_id: String::new(),
        cleared_by: String::new(),
        approved_by: String::new(),
        clear_time: None,
        version: 1,
    }
}

fn with_case(item: SuspenseItem, case: &CaseId) -> SuspenseItem {
    SuspenseItem { case_id: case.as_str().to_owned(), ..item }
}
