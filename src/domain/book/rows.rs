//! Which rows a command changed: what it wrote is taken over, for the commands after it and for the
//! database.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::Book;
use crate::domain::account::Account;
use crate::domain::act::Written;
use crate::domain::act::advance::payout_of;
use crate::domain::card::Card;
use crate::domain::condition::Condition;
use crate::domain::freeze::Freeze;
use crate::domain::id::FreezeId;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::review;
use crate::domain::status::Cause;

impl Book<'_> {
    pub(super) fn take_written(&mut self, written: &Written) {
        self.changes.freeze_acts.extend(written.freeze_acts.iter().cloned());
        self.changes.transactions.extend(written.transactions.iter().cloned());
        for transaction in &written.transactions {
            let id = transaction.transaction_id.clone();
            let payout = payout_of(&id).map(|key| key.withdrawal_id);
            if let Some(entries) = payout.and_then(|id| self.loaded.entries.get_mut(&id)) {
                entries.push(transaction.clone());
            }
            self.loaded.transactions.insert((transaction.account_number.clone(), id));
        }
        for withdrawal in &written.withdrawals {
            let id = withdrawal.withdrawal_id.clone();
            self.loaded.withdrawals.insert(id.clone(), withdrawal.clone());
            self.changes.withdrawals.insert(id, withdrawal.clone());
        }
        for attempt in &written.attempts {
            self.count_attempt(attempt, written);
            let known = self.loaded.attempts.entry(attempt.withdrawal_id.clone()).or_default();
            known.retain(|other| other.number != attempt.number);
            known.push(attempt.clone());
            known.sort_by_key(|attempt| attempt.number);
            self.changes.attempts.insert(attempt.key(), attempt.clone());
        }
        self.changes.evidence.extend(written.evidence.iter().cloned());
        self.take_cards(written);
        if let Some(review) = &written.review {
            let number = review.account_number.clone();
            self.loaded.reviews.insert(number.clone(), review.clone());
            self.changes.reviews.insert(number, review.clone());
        }
        for objection in &written.objections {
            let id = objection.objection_id.clone();
            if let Some(at) = review::answer_announced_from(objection) {
                self.changes.note_review_by(&objection.account_number, at);
            }
            self.loaded.objections.insert(id.clone(), objection.clone());
            self.changes.objections.insert(id, objection.clone());
        }
        for case in &written.cases {
            self.loaded.cases.insert(case.case_id.clone(), case.clone());
            self.changes.cases.insert(case.case_id.clone(), case.clone());
        }
        self.changes.case_entries.extend(written.case_entries.iter().cloned());
        for item in &written.suspense {
            let key = (item.account_number.clone(), item.item_id.clone());
            self.loaded.suspense.insert(key.clone(), item.clone());
            self.changes.suspense.insert(key, item.clone());
        }
        for binding in &written.bindings {
            self.loaded.bindings.insert(binding.key(), binding.clone());
            self.changes.bindings.insert(binding.key(), binding.clone());
        }
    }

    /// Notes by when the account has to be reviewed, for what ends by itself from now on. Of an
    /// account at another stage of its life other things are due: it is reviewed at once.
    pub(super) fn note_ends(
        &mut self,
        before: Option<&Account>,
        account: &Account,
        now: DateTime<Utc>,
    ) {
        let stage = account.balance.lifecycle;
        if before.is_some_and(|before| before.balance.lifecycle != stage) {
            self.changes.note_review_by(account.number(), now);
        }
        if let Some(at) = review::announced_from(before, account) {
            self.changes.note_review_by(account.number(), at);
        }
    }

    /// Counts what became of an attempt, and frees what it took of its channel when this proves it
    /// dead. Its withdrawal was taken over before it.
    fn count_attempt(&mut self, after: &Attempt, written: &Written) {
        let id = &after.withdrawal_id;
        let Some(withdrawal) = self.loaded.withdrawals.get(id) else { return };
        let mut known = self.loaded.attempts_of(id).iter();
        let before = known.find(|known| known.number == after.number);
        let mut evidence = written.evidence.iter();
        let moved_by = evidence.find(|row| row.withdrawal_id == *id && row.number == after.number);
        self.counts.note(before, after, withdrawal, moved_by);
        if after.state == AttemptState::Dead && before.is_some_and(Attempt::is_open) {
            let amount = withdrawal.amount_minor;
            let freed = after.takes().iter().map(|key| (key.clone(), key.kind.taken_by(amount)));
            self.changes.freed.extend(freed);
        }
    }

    /// A customer's next account in this batch is one more.
    pub(super) fn count_account(&mut self, account: &Account) {
        if let Some(count) = self.loaded.accounts_of.get_mut(&account.profile.customer_id) {
            *count = count.saturating_add(1);
        }
    }

    /// Takes a card over. One that comes into use in this batch is one more of its customer's, one that
    /// goes out of use one less.
    fn take_card(&mut self, card: &Card) {
        let account = self.loaded.accounts.get(&card.account_number);
        let customer = account.map(|account| account.profile.customer_id.clone());
        let before = self.loaded.cards.insert(card.card_number.clone(), card.clone());
        let was_in_use = before.is_some_and(|before| before.card_status.in_use());
        let more = i64::from(card.card_status.in_use()).saturating_sub(was_in_use.into());
        if let Some(count) = customer.and_then(|id| self.loaded.cards_of.get_mut(&id)) {
            *count = count.saturating_add(more);
        }
    }

    /// Changed cards are written before bound ones, so a card that was cancelled in this batch can
    /// be bound in it. What is bound first and changed then is one row, the bound one.
    fn take_cards(&mut self, written: &Written) {
        for card in &written.cards_changed {
            let bound = self.changes.cards_bound.contains_key(&card.card_number);
            let changes = &mut self.changes;
            let rows = if bound { &mut changes.cards_bound } else { &mut changes.cards_changed };
            rows.insert(card.card_number.clone(), card.clone());
            self.take_card(card);
        }
        for card in &written.cards_bound {
            self.changes.cards_bound.insert(card.card_number.clone(), card.clone());
            self.take_card(card);
        }
    }

    /// Notes the conditions and freezes that differ; whether anything of the status moved.
    pub(super) fn note_rows(&mut self, before: Option<&Account>, account: &Account) -> bool {
        let mut moved = before.is_none_or(|before| {
            before.balance.lifecycle != account.balance.lifecycle
                || before.profile != account.profile
        });
        for condition in &account.conditions {
            let unchanged = before.is_some_and(|before| before.conditions.contains(condition));
            if !unchanged {
                moved = true;
                self.note_fraud_stop(before, condition);
                self.changes.conditions.insert(condition.condition_id.clone(), condition.clone());
            }
        }
        self.note_freezes(before, account) || moved
    }

    /// Notes the freezes that differ; whether there are any.
    fn note_freezes(&mut self, before: Option<&Account>, account: &Account) -> bool {
        if before.is_some_and(|before| before.freezes == account.freezes) {
            return false;
        }
        let known: BTreeMap<&FreezeId, &Freeze> = before
            .into_iter()
            .flat_map(|before| &before.freezes)
            .map(|freeze| (&freeze.freeze_id, freeze))
            .collect();
        let mut moved = false;
        for freeze in &account.freezes {
            if known.get(&freeze.freeze_id) == Some(&freeze) {
                continue;
            }
            moved = true;
            if !freeze.in_force() {
                self.loaded.ended_freezes.insert(freeze.freeze_id.clone(), freeze.clone());
            }
            self.changes.freezes.insert(freeze.freeze_id.clone(), freeze.clone());
        }
        moved
    }

    fn note_fraud_stop(&mut self, before: Option<&Account>, condition: &Condition) {
        let is_new = before.is_none_or(|before| {
            !before.conditions.iter().any(|known| known.condition_id == condition.condition_id)
        });
        if let (true, Some(case), Cause::StopFraud) =
            (is_new, &condition.document_no, condition.cause)
        {
            let key = (condition.account_number.clone(), case.clone());
            let count = self.loaded.fraud_stops.entry(key).or_default();
            *count = count.saturating_add(1);
        }
    }
}
