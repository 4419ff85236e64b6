//! A plain store in memory around the book: one batch per command, and everything that was written.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};

use super::{Sent, account, at, number, roster, rules, withdraw};
use crate::domain::account::Account;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::proposed::Proposed;
use crate::domain::approval::Approval;
use crate::domain::authority::FreezeReceipt;
use crate::domain::batch::{
    Changes, Event, Loaded, MOVEMENTS_MAX, Needs, Remembered, RequestKey, Rules,
};
use crate::domain::book::{self, Book};
use crate::domain::card::{Card, CardNumber, is_free};
use crate::domain::case::{Case, CaseEntry};
use crate::domain::channel::quota::LeaseKey;
use crate::domain::channel::roster::Roster;
use crate::domain::command::{Effect, Envelope, Outcome, Receipt};
use crate::domain::condition::Condition;
use crate::domain::freeze::line::Freezes;
use crate::domain::freeze::{Freeze, FreezeAct};
use crate::domain::history::StatusChange;
use crate::domain::id::{
    AccountNumber, ApprovalId, CaseId, ConditionId, FreezeId, NewId, ObjectionId, RequestId,
    TransactionId, WithdrawalId,
};
use crate::domain::money::Minor;
use crate::domain::objection::Objection;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::Evidence;
use crate::domain::platform::{BindingKey, PlatformBinding};
use crate::domain::principal::Principal;
use crate::domain::refusal::{Reason, Refused};
use crate::domain::status::{Cause, Lifecycle};
use crate::domain::suspense::SuspenseItem;
use crate::domain::transaction::Transaction;
use crate::domain::withdrawal::Withdrawal;

/// Everything that is stored, but for remembered requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Tables {
    pub(crate) accounts: BTreeMap<AccountNumber, Account>,
    pub(crate) conditions: BTreeMap<ConditionId, Condition>,
    pub(crate) freezes: BTreeMap<FreezeId, Freeze>,
    pub(crate) freeze_acts: Vec<FreezeAct>,
    pub(crate) approvals: BTreeMap<ApprovalId, Approval>,
    pub(crate) objections: BTreeMap<ObjectionId, Objection>,
    pub(crate) withdrawals: BTreeMap<WithdrawalId, Withdrawal>,
    pub(crate) attempts: BTreeMap<PayoutKey, Attempt>,
    pub(crate) evidence: BTreeMap<(PayoutKey, String), Evidence>,
    pub(crate) transactions: Vec<Transaction>,
    pub(crate) cases: BTreeMap<CaseId, Case>,
    pub(crate) case_entries: Vec<CaseEntry>,
    pub(crate) suspense: BTreeMap<(AccountNumber, TransactionId), SuspenseItem>,
    pub(crate) cards: BTreeMap<CardNumber, Card>,
    pub(crate) bindings: BTreeMap<BindingKey, PlatformBinding>,
    pub(crate) history: Vec<StatusChange>,
    pub(crate) events: Vec<Event>,
}

/// A store in memory, a clock, and one account that most tests are about.
pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) now: DateTime<Utc>,
    pub(crate) principal: Principal,
    /// The payout channels.
    pub(crate) roster: Arc<Roster>,
    pub(crate) tables: Tables,
    pub(crate) remembered: BTreeMap<RequestKey, Remembered>,
    /// Of more freezes than so many only these first are loaded, wherever that may be.
    pub(crate) crowd: Option<usize>,
    /// How many batches were decided without all freezes.
    pub(crate) spared: usize,
    /// What batches freed of what channels may carry.
    pub(crate) freed: Vec<(LeaseKey, i64)>,
    batches: usize,
}

impl World {
    /// Nothing stored; 2026-03-10 10:00 in the bank's zone.
    pub(crate) fn empty() -> Self {
        Self {
            rules: rules(),
            now: at("2026-03-10 10:00:00"),
            principal: Principal::service("local"),
            roster: Arc::new(roster()),
            tables: Tables::default(),
            remembered: BTreeMap::new(),
            crowd: None,
            spared: 0,
            freed: Vec::new(),
            batches: 0,
        }
    }

    /// An account made by hand, stored with its rows.
    pub(crate) fn holding(mut account: Account) -> Self {
        let mut world = Self::empty();
        account.derive_balance();
        for row in &account.conditions {
            world.tables.conditions.insert(row.condition_id.clone(), row.clone());
        }
        for row in &account.freezes {
            world.tables.freezes.insert(row.freeze_id.clone(), row.clone());
        }
        account.balance.freeze_seq = 100;
        world.tables.accounts.insert(number(), account);
        world
    }

    /// An open account with this balance and nothing else on it.
    pub(crate) fn with_balance(balance: Minor) -> Self {
        Self::holding(account(Lifecycle::Open, balance))
    }

    pub(crate) fn account(&self) -> &Account {
        &self.tables.accounts[&number()]
    }

    pub(crate) fn freeze(&self, id: &FreezeId) -> &Freeze {
        &self.tables.freezes[id]
    }

    pub(crate) fn go_to(&mut self, local: &str) {
        self.now = at(local);
    }

    /// An envelope that takes effect, under this request id.
    pub(crate) fn envelope(&self, request_id: &str, command: impl Into<Sent>) -> Envelope {
        Envelope {
            principal: self.principal.clone(),
            account_number: number(),
            request_id: RequestId::parse(request_id).unwrap(),
            deadline: Instant::now(),
            expected_version: None,
            effect: Effect::Take,
            entry_channel: crate::domain::transaction::EntryChannel::Unspecified,
            command: command.into().0,
        }
    }

    /// Sends a command under a request id of its own.
    pub(crate) fn send(&mut self, command: impl Into<Sent>) -> Outcome {
        let envelope = self.envelope(&format!("auto-{}", self.batches), command);
        self.run(&envelope)
    }

    /// Sends a command that has to be accepted.
    pub(crate) fn done(&mut self, command: impl Into<Sent>) -> Receipt {
        self.send(command).unwrap()
    }

    /// Sends a command that has to be refused.
    pub(crate) fn refused(&mut self, command: impl Into<Sent>) -> Refused {
        self.send(command).unwrap_err()
    }

    /// The reasons, in order, for which a command is refused; empty when it is accepted.
    pub(crate) fn reasons(&mut self, command: impl Into<Sent>) -> Vec<Reason> {
        match self.send(command) {
            Ok(_) => Vec::new(),
            Err(refused) => refused.all().iter().map(|refusal| refusal.reason).collect(),
        }
    }

    pub(crate) fn place(&mut self, create: CreateFreeze) -> FreezeReceipt {
        match self.done(create) {
            Receipt::Freeze(receipt) => *receipt,
            other => panic!("not a freeze: {other:?}"),
        }
    }

    pub(crate) fn reserve(&mut self, minor: Minor) -> Withdrawal {
        match self.done(withdraw(minor)) {
            Receipt::Withdrawal(withdrawal) => *withdrawal,
            other => panic!("not a withdrawal: {other:?}"),
        }
    }

    /// Runs one command in a batch of its own.
    pub(crate) fn run(&mut self, envelope: &Envelope) -> Outcome {
        self.run_batch(std::slice::from_ref(envelope)).pop().unwrap()
    }

    /// Runs commands in one batch: loads what they need, decides, stores what came of it.
    pub(crate) fn run_batch(&mut self, envelopes: &[Envelope]) -> Vec<Outcome> {
        self.batches += 1;
        let (batch, mut fresh) = (self.batches, 0);
        let ids = Box::new(move || {
            fresh += 1;
            NewId::new(&format!("{batch:06}-{fresh:04}"))
        });
        let mut loaded = Loaded { roster: self.roster.clone(), ..Loaded::default() };
        for envelope in envelopes {
            self.load(envelope, &mut loaded);
        }
        self.load_trouble(&mut loaded);
        self.leave_out_freezes(envelopes, &mut loaded);
        let mut book = Book::new(&self.rules, self.now, ids, loaded);
        let outcomes = envelopes.iter().map(|envelope| book.run(envelope)).collect();
        let (accounts, mut changes) = book.finish();
        self.freed.append(&mut changes.freed);
        self.store(accounts, changes);
        outcomes
    }

    /// Loads the account and exactly what the command says it needs beside it.
    fn load(&self, envelope: &Envelope, loaded: &mut Loaded) {
        let number = &envelope.account_number;
        if let Some(account) = self.tables.accounts.get(number) {
            loaded.accounts.insert(number.clone(), account.clone());
        }
        let key = book::request_key(envelope);
        loaded.remembered.extend(self.remembered.get(&key).map(|row| (key, row.clone())));
        let answered = self.remembered.get(&book::request_key(envelope));
        let withdrawal = answered.and_then(book::reserved);
        self.load_needed(number, Needs { withdrawal, ..Needs::default() }, loaded);
        let needs = envelope.command.needs();
        if let Some(approval) = needs.approval.as_ref().and_then(|id| self.tables.approvals.get(id))
        {
            loaded.approvals.insert(approval.approval_id.clone(), approval.clone());
            self.load_needed(number, Proposed::of(approval).unwrap().needs(), loaded);
        }
        self.load_needed(number, needs, loaded);
    }

    fn leave_out_freezes(&mut self, envelopes: &[Envelope], loaded: &mut Loaded) {
        let Some(crowd) = self.crowd else { return };
        let accounts: Vec<Account> = loaded.accounts.values().cloned().collect();
        for account in accounts {
            let its = envelopes.iter().filter(|one| one.account_number == *account.number());
            let commands = its.map(|envelope| &envelope.command);
            let part = in_part(&account, crowd, self.now);
            let spared = |part: &Account| book::spares_freezes(part, commands, loaded, self.now);
            if let Some(part) = part.filter(spared) {
                self.spared += 1;
                loaded.accounts.insert(part.number().clone(), part);
            }
        }
    }

    pub(super) fn load_needed(&self, number: &AccountNumber, needs: Needs, loaded: &mut Loaded) {
        self.load_cases(number, &needs, loaded);
        for withdrawal in self.tables.withdrawals.values() {
            let open = needs.open_withdrawals
                && withdrawal.account_number == *number
                && withdrawal.held_minor > 0;
            let named = [&needs.withdrawal, &needs.payout];
            if open || named.iter().any(|id| id.as_ref() == Some(&withdrawal.withdrawal_id)) {
                loaded.withdrawals.insert(withdrawal.withdrawal_id.clone(), withdrawal.clone());
            }
        }
        if let Some(id) = &needs.payout {
            let rows = self.tables.attempts.values().filter(|row| row.withdrawal_id == *id);
            loaded.attempts.insert(id.clone(), rows.cloned().collect());
        }
        let freeze = needs.freeze.and_then(|id| self.tables.freezes.get(&id));
        if let Some(freeze) = freeze.filter(|freeze| !freeze.in_force()) {
            loaded.ended_freezes.insert(freeze.freeze_id.clone(), freeze.clone());
        }
        let known = |id: &TransactionId| {
            self.tables
                .transactions
                .iter()
                .any(|t| t.transaction_id == *id && t.account_number == *number)
        };
        loaded.transactions.extend(needs.transaction.filter(known).map(|id| (number.clone(), id)));
        for card in needs.cards.iter().filter_map(|number| self.tables.cards.get(number)) {
            loaded.cards.insert(card.card_number.clone(), card.clone());
        }
        let account = self.tables.accounts.get(number).filter(|_| needs.cards_of_customer);
        if let Some(customer) = account.map(|account| &account.profile.customer_id) {
            let cards = self.tables.cards.values().filter(|card| card.card_status.in_use());
            let count = i64::try_from(cards.count()).unwrap();
            loaded.cards_of.insert(customer.clone(), count);
        }
        if let Some((platform, card)) = needs.binding {
            let key = (platform, card, number.clone());
            loaded.bindings.extend(self.tables.bindings.get(&key).map(|row| (key, row.clone())));
        }
        if needs.movements {
            let rows = self.tables.transactions.iter().rev().take(MOVEMENTS_MAX + 1);
            loaded.movements.insert(number.clone(), rows.cloned().collect());
        }
        for objection in self.tables.objections.values() {
            let open = needs.objections && objection.is_open();
            if open || needs.objection.as_ref() == Some(&objection.objection_id) {
                loaded.objections.insert(objection.objection_id.clone(), objection.clone());
            }
        }
        if let Some(case) = needs.stops_of_case {
            let stops = self.tables.conditions.values().filter(|row| {
                row.cause == Cause::StopFraud && row.document_no.as_ref() == Some(&case)
            });
            let count = i64::try_from(stops.count()).unwrap();
            loaded.fraud_stops.insert((number.clone(), case), count);
        }
    }

    fn store(&mut self, accounts: BTreeMap<AccountNumber, Account>, changes: Changes) {
        for (number, mut account) in accounts {
            if account.freezes.rest().is_some() {
                account.freezes = self.tables.accounts[&number].freezes.clone();
            }
            let touched = changes.touched.contains(&number);
            let before = self.tables.accounts.get(&number);
            assert!(touched || before == Some(&account), "changed and not noted");
            let version = before.map(|before| before.balance.status_version);
            let moved = version != Some(account.balance.status_version);
            assert_eq!(changes.master.contains(&number), moved, "master and etag move together");
            self.tables.accounts.insert(number, account);
        }
        let tables = &mut self.tables;
        tables.conditions.extend(changes.conditions);
        tables.freezes.extend(changes.freezes);
        tables.freeze_acts.extend(changes.freeze_acts);
        tables.approvals.extend(changes.approvals);
        tables.withdrawals.extend(changes.withdrawals);
        tables.attempts.extend(changes.attempts);
        for row in changes.evidence {
            let key = PayoutKey { withdrawal_id: row.withdrawal_id.clone(), number: row.number };
            tables.evidence.entry((key, row.evidence_id.clone())).or_insert(row);
        }
        tables.transactions.extend(changes.transactions);
        for (number, card) in changes.cards_changed {
            assert!(tables.cards.insert(number, card).is_some(), "changed and not there");
        }
        for (number, card) in changes.cards_bound {
            let before = tables.cards.insert(number, card);
            assert!(is_free(before.as_ref()), "bound and not free");
        }
        tables.bindings.extend(changes.bindings);
        tables.cases.extend(changes.cases);
        tables.case_entries.extend(changes.case_entries);
        tables.suspense.extend(changes.suspense);
        tables.objections.extend(changes.objections);
        tables.history.extend(changes.history);
        tables.events.extend(changes.events);
        for row in changes.remembered {
            let key = (row.account_number.clone(), row.principal.clone(), row.request_id.clone());
            self.remembered.insert(key, row);
        }
    }

    /// The ids of all conditions in force, freezes included.
    pub(crate) fn in_force(&self) -> BTreeSet<String> {
        self.account().face().conditions.into_iter().map(|summary| summary.id).collect()
    }
}

/// The account with the first freezes in line, where it has more and its row tells enough of the rest.
pub(crate) fn in_part(account: &Account, crowd: usize, now: DateTime<Utc>) -> Option<Account> {
    let mut first: Vec<Freeze> = account.freezes.to_vec();
    first.sort_by_key(Freeze::rank);
    first.truncate(crowd);
    if first.is_empty() || first.len() == account.freezes.len() {
        return None;
    }
    let rest = account.balance.rest(first.len(), now)?;
    Some(Account { freezes: Freezes::in_part(first.into(), rest), ..account.clone() })
}
