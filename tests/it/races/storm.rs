//! Random calls by many callers, each with a seed of its own, to all servers at once.

use account_status::pb::v1::*;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use tonic::Status;

use super::ledger_of_calls::Calls;
use crate::harness::Bank;
use crate::harness::calls::*;

/// What a caller may be refused with; anything else is broken.
const REFUSALS: [&str; 5] = [
    "ACCOUNT_FROZEN",
    "INSUFFICIENT_AVAILABLE_FUNDS",
    "WITHDRAWAL_NOT_CANCELLABLE",
    "FREEZE_NOT_IN_FORCE",
    "FUNDS_ALREADY_FROZEN",
];
/// What each account begins with, in yuan.
const OPENING: u32 = 500;

/// How many calls by how many callers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Storm {
    pub(super) seed: u64,
    pub(super) callers: u64,
    pub(super) calls: u64,
    pub(super) accounts: usize,
}

/// One caller: its calls go to the servers in turn.
struct Caller<'a> {
    storm: Storm,
    servers: &'a [Bank],
    calls: &'a Calls,
    random: StdRng,
    /// Its own freezes, by account.
    freezes: Vec<(String, FreezeRecord)>,
    /// Its own withdrawals, by account.
    withdrawals: Vec<(String, String)>,
}

impl Storm {
    /// Makes all calls; answers what was found broken, on the way and at rest.
    pub(super) async fn rage(self, servers: &[Bank]) -> Vec<String> {
        let calls = Calls::new(i64::from(OPENING) * 100);
        for account in 0..self.accounts {
            servers[0].account(&name(account), &format!("{OPENING}.00")).await;
        }
        let callers = (0..self.callers).map(async |number| {
            let mut caller = Caller {
                storm: self,
                servers,
                calls: &calls,
                random: StdRng::seed_from_u64(self.seed.wrapping_add(number)),
                freezes: Vec::new(),
                withdrawals: Vec::new(),
            };
            for _ in 0..self.calls / self.callers {
                caller.call().await;
            }
        });
        futures::future::join_all(callers).await;
        for account in 0..self.accounts {
            calls.check_at_rest(&servers[0], &name(account)).await;
        }
        calls.broken()
    }
}

fn name(account: usize) -> String {
    format!("STORM{account}")
}

fn yuan(amount: u32) -> String {
    format!("{amount}.00")
}

impl Caller<'_> {
    async fn call(&mut self) {
        let account = name(self.random.random_range(0..self.storm.accounts));
        let amount = self.random.random_range(1..60_u32);
        let bank = &self.servers[self.random.random_range(0..self.servers.len())];
        match self.random.random_range(0..100) {
            0..30 => self.withdraw(bank, &account, amount).await,
            30..38 => self.cancel(bank).await,
            38..54 => self.transfer(bank, &account, amount).await,
            // More releases than freezes: accounts are to be free most of the time.
            54..60 => self.freeze(bank, &account, amount).await,
            60..80 => self.release(bank).await,
            80..86 => self.twins(&account, amount).await,
            _ => self.calls.read(bank, &account).await,
        }
    }

    async fn withdraw(&mut self, bank: &Bank, account: &str, amount: u32) {
        let began = self.calls.tick();
        match bank.withdraw(account, &yuan(amount)).await {
            Ok(withdrawal) => {
                self.calls.withdrawn(account, &withdrawal, began);
                self.withdrawals.push((account.to_owned(), withdrawal.withdrawal_id));
            }
            Err(status) => self.refused("a withdrawal", &status),
        }
    }

    async fn cancel(&mut self, bank: &Bank) {
        if self.withdrawals.is_empty() {
            return;
        }
        let place = self.random.random_range(0..self.withdrawals.len());
        let (account, id) = self.withdrawals.swap_remove(place);
        match bank.cancel(&account, &id).await {
            Ok(_) => self.calls.cancelled(&id),
            Err(status) => self.refused("a cancellation", &status),
        }
    }

    /// Takes money from one account, checked, and gives it to the next.
    async fn transfer(&mut self, bank: &Bank, account: &str, amount: u32) {
        let to = name(self.random.random_range(0..self.storm.accounts));
        let minor = i64::from(amount) * 100;
        let debit = RecordTransactionRequest {
            mode: TransactionMode::Authorize.into(),
            initiator: Initiator::Customer.into(),
            ..bank.posting(account, Direction::Debit, &yuan(amount))
        };
        self.calls.begins(account, -minor);
        match bank.record(debit).await {
            Ok(_) => self.calls.posted(account, -minor),
            Err(status) => {
                self.calls.takes_back(account, -minor);
                return self.refused("a debit", &status);
            }
        }
        self.calls.begins(&to, minor);
        match bank.credit(&to, &yuan(amount)).await {
            Ok(_) => self.calls.posted(&to, minor),
            Err(status) => self.refused("a credit", &status),
        }
    }

    async fn freeze(&mut self, bank: &Bank, account: &str, amount: u32) {
        let whole = self.random.random_bool(0.25);
        let amount = if whole { String::new() } else { yuan(amount * 5) };
        let order = if self.random.random_bool(0.6) {
            bank.court_order(account, &amount)
        } else {
            bank.bank_freeze(account, &amount)
        };
        match bank.freeze(order).await {
            Ok((freeze, answer)) => {
                self.calls.frozen(account, &freeze, &answer);
                self.freezes.push((account.to_owned(), freeze));
            }
            Err(status) => self.refused("a freeze", &status),
        }
    }

    async fn release(&mut self, bank: &Bank) {
        if self.freezes.is_empty() {
            return;
        }
        let place = self.random.random_range(0..self.freezes.len());
        let (account, freeze) = self.freezes.swap_remove(place);
        let mut release = bank.court_release(&account, &freeze.freeze_id);
        if freeze.r#type() == FreezeType::Bank {
            release.authority_kind = AuthorityKind::Bank.into();
        }
        self.calls.releases(&freeze.freeze_id);
        match bank.release(release).await {
            Ok(_) => self.calls.released(&freeze.freeze_id),
            Err(status) => self.refused("a release", &status),
        }
    }

    /// One request to two servers at once.
    async fn twins(&mut self, account: &str, amount: u32) {
        let (one, other) = (&self.servers[0], &self.servers[self.servers.len() - 1]);
        let request = one.withdrawal(account, &yuan(amount));
        let began = self.calls.tick();
        let answers =
            tokio::join!(one.withdraw_with(request.clone()), other.withdraw_with(request));
        match answers {
            (Ok(one), Ok(other)) if one == other => {
                self.calls.withdrawn(account, &one, began);
                self.withdrawals.push((account.to_owned(), one.withdrawal_id));
            }
            (Err(one), Err(other)) if reason(&one) == reason(&other) => {
                self.refused("a withdrawal", &one);
            }
            answers => self.calls.breaks(format!("I7: one request has two answers: {answers:?}")),
        }
    }

    fn refused(&self, what: &str, status: &Status) {
        let reason = reason(status);
        self.calls.refused();
        if !REFUSALS.contains(&reason.as_str()) {
            self.calls.breaks(format!("{what} is refused with {reason}"));
        }
    }
}
