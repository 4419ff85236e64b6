//! Loads what a batch of commands has to see: first the locks, then, in statements of their own,
//! the rows.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::{Error, Transaction};
use crate::domain::account::Account;
use crate::domain::act::proposed::Proposed;
use crate::domain::batch::{Loaded, MOVEMENTS_MAX, Needs, RequestKey};
use crate::domain::book::{self, request_key};
use crate::domain::card::CardNumber;
use crate::domain::command::{Effect, Envelope};
use crate::domain::id::{
    AccountNumber, ApprovalId, FreezeId, ObjectionId, TransactionId, WithdrawalId,
};
use crate::domain::platform::BindingKey;
use crate::domain::review::ReviewRules;
use crate::domain::safeguard::{self, Safeguard};

impl Transaction {
    /// Locks the accounts of a batch and loads what its commands need.
    ///
    /// # Errors
    /// What the database says.
    pub async fn load(
        &self,
        batch: &[&Envelope],
        now: DateTime<Utc>,
        terms: &ReviewRules,
    ) -> Result<Loaded, Error> {
        let numbers: BTreeSet<&AccountNumber> =
            batch.iter().map(|envelope| &envelope.account_number).collect();
        let numbers: Vec<&AccountNumber> = numbers.into_iter().collect();
        let accounts = if safeguard::stands(Safeguard::LoadAfterLock) {
            let locked = self.account_lock(&numbers).await?;
            self.account_find_brief(&locked, now).await?
        } else {
            (self.account_find_locking(&numbers).await?, Vec::new())
        };
        let (accounts, untold) = accounts;
        let mut loaded = Loaded::default();
        for account in accounts {
            loaded.accounts.insert(account.number().clone(), account);
        }
        self.load_remembered(batch, now, &mut loaded).await?;
        let mut needs: Vec<(&AccountNumber, Needs)> = batch
            .iter()
            .map(|envelope| (&envelope.account_number, envelope.command.needs()))
            .collect();
        self.load_approvals(&mut needs, &mut loaded).await?;
        self.load_cases(&mut needs, &mut loaded).await?;
        self.load_withdrawals(&needs, &mut loaded).await?;
        self.load_freezes(batch, untold, now, &mut loaded).await?;
        self.load_others(&needs, terms, &mut loaded).await?;
        self.load_for_authorities(&needs, &mut loaded).await?;
        Ok(loaded)
    }

    /// The accounts whose freezes were left out although a command may ask for them; whole, like the
    /// others, because their rows are locked.
    async fn load_freezes(
        &self,
        batch: &[&Envelope],
        untold: Vec<AccountNumber>,
        now: DateTime<Utc>,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let asks = |account: &&Account| {
            let its = batch.iter().filter(|envelope| envelope.account_number == *account.number());
            let commands = its.map(|envelope| &envelope.command);
            account.freezes.rest().is_some()
                && !book::spares_freezes(account, commands, loaded, now)
        };
        let asked = loaded.accounts.values().filter(asks).map(|account| account.number().clone());
        let wanted: Vec<AccountNumber> = asked.chain(untold).collect();
        if wanted.is_empty() {
            return Ok(());
        }
        for account in self.account_find(&wanted.iter().collect::<Vec<_>>()).await? {
            loaded.accounts.insert(account.number().clone(), account);
        }
        Ok(())
    }

    async fn load_remembered(
        &self,
        batch: &[&Envelope],
        now: DateTime<Utc>,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let may_be_known = |envelope: &&&Envelope| {
            envelope.effect == Effect::Take && envelope.command.is_remembered()
        };
        let keys: Vec<RequestKey> =
            batch.iter().filter(may_be_known).map(|envelope| request_key(envelope)).collect();
        if keys.is_empty() {
            return Ok(());
        }
        for row in self.idempotency_find(&keys, now).await? {
            let key = (row.account_number.clone(), row.principal.clone(), row.request_id.clone());
            loaded.remembered.insert(key, row);
        }
        Ok(())
    }

    /// Approvals that are to be decided, and what their stored commands need in turn.
    async fn load_approvals(
        &self,
        needs: &mut Vec<(&AccountNumber, Needs)>,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let wanted =
            needs.iter().filter_map(|(number, need)| Some((*number, need.approval.clone()?)));
        let wanted: Vec<(&AccountNumber, ApprovalId)> = wanted.collect();
        if wanted.is_empty() {
            return Ok(());
        }
        let ids: Vec<&ApprovalId> = wanted.iter().map(|(_, id)| id).collect();
        for row in self.approval_find(&ids).await? {
            loaded.approvals.insert(row.approval_id.clone(), row);
        }
        for (number, id) in &wanted {
            let act = loaded.approvals.get(id).and_then(Proposed::of);
            needs.extend(act.map(|act| (*number, act.needs())));
        }
        Ok(())
    }

    async fn load_withdrawals(
        &self,
        needs: &[(&AccountNumber, Needs)],
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let answered: Vec<WithdrawalId> =
            loaded.remembered.values().filter_map(book::reserved).collect();
        let needed = needs.iter().filter_map(|(_, need)| need.withdrawal.as_ref());
        let payouts: Vec<&WithdrawalId> =
            needs.iter().filter_map(|(_, need)| need.payout.as_ref()).collect();
        let ids: Vec<&WithdrawalId> =
            needed.chain(&answered).chain(payouts.iter().copied()).collect();
        let opens = needs.iter().filter(|(_, need)| need.open_withdrawals);
        let opens: Vec<&AccountNumber> = opens.map(|(number, _)| *number).collect();
        let mut rows = Vec::new();
        if !ids.is_empty() {
            rows.extend(self.withdrawal_find(&ids).await?);
        }
        if !opens.is_empty() {
            rows.extend(self.withdrawal_list_open(&opens).await?);
        }
        for row in rows {
            loaded.withdrawals.insert(row.withdrawal_id.clone(), row);
        }
        if !payouts.is_empty() {
            for row in self.attempt_find(&payouts).await? {
                loaded.attempts.entry(row.withdrawal_id.clone()).or_default().push(row);
            }
        }
        self.load_trouble(loaded).await
    }

    async fn load_others(
        &self,
        needs: &[(&AccountNumber, Needs)],
        terms: &ReviewRules,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let freezes: Vec<&FreezeId> =
            needs.iter().filter_map(|(_, need)| need.freeze.as_ref()).collect();
        if !freezes.is_empty() {
            for freeze in self.freeze_find_ended(&freezes).await? {
                loaded.ended_freezes.insert(freeze.freeze_id.clone(), freeze);
            }
        }
        let transactions: Vec<(&AccountNumber, &TransactionId)> = needs
            .iter()
            .filter_map(|(number, need)| Some((*number, need.transaction.as_ref()?)))
            .collect();
        if !transactions.is_empty() {
            let known = self.transaction_find_existing(&transactions).await?;
            let known: BTreeSet<(String, String)> = known.into_iter().collect();
            for (number, id) in transactions {
                if known.contains(&(number.as_str().to_owned(), id.as_str().to_owned())) {
                    loaded.transactions.insert((number.clone(), id.clone()));
                }
            }
        }
        let cards: BTreeSet<&CardNumber> = needs.iter().flat_map(|(_, need)| &need.cards).collect();
        if !cards.is_empty() {
            for card in self.card_find(&cards.into_iter().collect::<Vec<_>>()).await? {
                loaded.cards.insert(card.card_number.clone(), card);
            }
        }
        self.load_reviews(needs, terms, loaded).await?;
        let bindings: Vec<BindingKey> = needs
            .iter()
            .filter_map(|(number, need)| {
                let (platform, card) = need.binding.clone()?;
                Some((platform, card, (*number).clone()))
            })
            .collect();
        if !bindings.is_empty() {
            for row in self.binding_find(&bindings).await? {
                loaded.bindings.insert(row.key(), row);
            }
        }
        for (number, need) in needs {
            if let Some(case) = &need.stops_of_case {
                let count = self.condition_count_stops(number, case).await?;
                loaded.fraud_stops.insert(((*number).clone(), case.clone()), count);
            }
        }
        Ok(())
    }

    /// What authorities are told of, and objections to their orders.
    async fn load_for_authorities(
        &self,
        needs: &[(&AccountNumber, Needs)],
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        for (number, _) in needs.iter().filter(|(_, need)| need.movements) {
            if !loaded.movements.contains_key(*number) {
                let rows = self.transaction_list_newest(number, MOVEMENTS_MAX + 1).await?;
                loaded.movements.insert((*number).clone(), rows);
            }
        }
        let open = needs.iter().filter(|(_, need)| need.objections);
        let open: Vec<&AccountNumber> = open.map(|(number, _)| *number).collect();
        let ids: Vec<&ObjectionId> =
            needs.iter().filter_map(|(_, need)| need.objection.as_ref()).collect();
        let mut rows = Vec::new();
        if !open.is_empty() {
            rows.extend(self.objection_list_open(&open).await?);
        }
        if !ids.is_empty() {
            rows.extend(self.objection_find(&ids).await?);
        }
        for row in rows {
            loaded.objections.insert(row.objection_id.clone(), row);
        }
        Ok(())
    }

    /// What reviews know, and how many accounts and cards customers have, counted up to as many as
    /// they may have.
    async fn load_reviews(
        &self,
        needs: &[(&AccountNumber, Needs)],
        terms: &ReviewRules,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let reviewed: BTreeSet<&AccountNumber> =
            needs.iter().filter(|(_, need)| need.review).map(|(number, _)| *number).collect();
        if !reviewed.is_empty() {
            for review in self.review_find(&reviewed.into_iter().collect::<Vec<_>>()).await? {
                loaded.reviews.insert(review.account_number.clone(), review);
            }
        }
        let openings: BTreeSet<&String> =
            needs.iter().filter_map(|(_, need)| need.accounts_of.as_ref()).collect();
        for customer in openings {
            let count =
                self.account_count_of_customer(customer, terms.accounts_per_customer).await?;
            loaded.accounts_of.insert(customer.clone(), count);
        }
        let binding = needs.iter().filter(|(_, need)| need.cards_of_customer);
        let customers: BTreeSet<String> = binding
            .filter_map(|(number, _)| {
                Some(loaded.accounts.get(*number)?.profile.customer_id.clone())
            })
            .filter(|customer| !customer.is_empty())
            .collect();
        for customer in customers {
            let count = self.card_count_of_customer(&customer, terms.cards_per_customer).await?;
            loaded.cards_of.insert(customer, count);
        }
        Ok(())
    }
}
