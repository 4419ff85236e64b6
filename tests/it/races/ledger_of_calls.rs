//! What callers were told, and whether the bank agrees: on every read in the middle, and at rest.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use account_status::pb::v1::*;

use crate::harness::Bank;
use crate::harness::calls::by;

/// Money that came in and went out of an account, in fen.
#[derive(Debug, Default, Clone, Copy)]
struct Flow {
    /// Asked for and not refused so far.
    begun_in: i64,
    begun_out: i64,
    /// Acknowledged.
    done_in: i64,
    done_out: i64,
}

/// A withdrawal that was acknowledged.
#[derive(Debug)]
struct Reserved {
    account: String,
    minor: i64,
    /// The ticks before it was asked for and after it was answered.
    span: (u64, u64),
}

/// A freeze that was acknowledged.
#[derive(Debug)]
struct Frozen {
    account: String,
    whole: bool,
    /// After it was answered.
    from: u64,
    /// Before its release was asked for.
    until: u64,
    released: bool,
}

#[derive(Debug, Default)]
struct Told {
    flows: BTreeMap<String, Flow>,
    reserved: BTreeMap<String, Reserved>,
    /// Cancelled by the client, or named by a freeze.
    cancelled: BTreeSet<String>,
    frozen: BTreeMap<String, Frozen>,
    broken: Vec<String>,
    refused: u64,
    reads: u64,
}

/// All that callers were told.
#[derive(Debug)]
pub(super) struct Calls {
    opening: i64,
    ticks: AtomicU64,
    told: Mutex<Told>,
}

/// Fen of an amount.
fn fen(money: &Option<Money>) -> i64 {
    money.as_ref().map_or(0, |money| money.amount.replace('.', "").parse().unwrap())
}

impl Calls {
    /// Accounts begin with so many fen each.
    pub(super) fn new(opening: i64) -> Self {
        Self { opening, ticks: AtomicU64::new(0), told: Mutex::default() }
    }

    /// Before and after in real time: what is answered before something else is asked has a smaller
    /// tick.
    pub(super) fn tick(&self) -> u64 {
        self.ticks.fetch_add(1, Ordering::SeqCst)
    }

    fn with<T>(&self, note: impl FnOnce(&mut Told) -> T) -> T {
        note(&mut self.told.lock().unwrap())
    }

    pub(super) fn breaks(&self, what: String) {
        self.with(|told| told.broken.push(what));
    }

    pub(super) fn refused(&self) {
        self.with(|told| told.refused += 1);
    }

    fn flow(&self, account: &str, change: impl FnOnce(&mut Flow)) {
        self.with(|told| change(told.flows.entry(account.to_owned()).or_default()));
    }

    /// A credit, or with a minus a debit, is asked for.
    pub(super) fn begins(&self, account: &str, minor: i64) {
        self.flow(account, |flow| {
            flow.begun_in += minor.max(0);
            flow.begun_out += (-minor).max(0);
        });
    }

    /// It was refused.
    pub(super) fn takes_back(&self, account: &str, minor: i64) {
        self.flow(account, |flow| {
            flow.begun_in -= minor.max(0);
            flow.begun_out -= (-minor).max(0);
        });
    }

    /// It was acknowledged.
    pub(super) fn posted(&self, account: &str, minor: i64) {
        self.flow(account, |flow| {
            flow.done_in += minor.max(0);
            flow.done_out += (-minor).max(0);
        });
    }

    pub(super) fn withdrawn(&self, account: &str, withdrawal: &Withdrawal, began: u64) {
        let reserved = Reserved {
            account: account.to_owned(),
            minor: fen(&withdrawal.amount),
            span: (began, self.tick()),
        };
        let id = withdrawal.withdrawal_id.clone();
        self.with(|told| {
            if told.reserved.insert(id, reserved).is_some() {
                told.broken.push("I7: two requests made one withdrawal".to_owned());
            }
        });
    }

    pub(super) fn cancelled(&self, id: &str) {
        self.with(|told| {
            if !told.cancelled.insert(id.to_owned()) {
                told.broken.push("a withdrawal was cancelled twice".to_owned());
            }
        });
    }

    pub(super) fn frozen(&self, account: &str, freeze: &FreezeRecord, answer: &AuthorityAnswer) {
        let frozen = Frozen {
            account: account.to_owned(),
            whole: freeze.mode() != FreezeMode::Amount,
            from: self.tick(),
            until: u64::MAX,
            released: false,
        };
        self.with(|told| told.frozen.insert(freeze.freeze_id.clone(), frozen));
        answer.cancelled_withdrawals.iter().for_each(|id| self.cancelled(id));
    }

    /// The release of a freeze is asked for.
    pub(super) fn releases(&self, freeze: &str) {
        let now = self.tick();
        self.with(|told| told.frozen.get_mut(freeze).unwrap().until = now);
    }

    pub(super) fn released(&self, freeze: &str) {
        self.with(|told| told.frozen.get_mut(freeze).unwrap().released = true);
    }

    /// Reads an account in the middle of everything: the answer is consistent in itself, and its
    /// balance is what was acknowledged, give or take what is under way.
    pub(super) async fn read(&self, bank: &Bank, account: &str) {
        let known = |told: &mut Told| told.flows.get(account).copied().unwrap_or_default();
        let before = self.with(known);
        let info = bank.status(account).await.unwrap();
        let after = self.with(known);
        let least = self.opening + before.done_in - after.begun_out;
        let most = self.opening + after.begun_in - before.done_out;
        let balance = fen(&info.balance);
        self.with(|told| told.reads += 1);
        if !(least..=most).contains(&balance) {
            self.breaks(format!("I8: {account} has {balance}, not {least} to {most}"));
        }
        if let Some(fault) = inconsistent(&info) {
            self.breaks(format!("{fault}: {info:?}"));
        }
    }

    /// What the bank has at rest is what was acknowledged, and nothing else.
    pub(super) async fn check_at_rest(&self, bank: &Bank, account: &str) {
        let info = bank.status(account).await.unwrap();
        let flow = self.with(|told| told.flows.get(account).copied().unwrap_or_default());
        let expected = self.opening + flow.done_in - flow.done_out;
        let mut faults: Vec<String> = inconsistent(&info).into_iter().map(str::to_owned).collect();
        if fen(&info.balance) != expected {
            faults.push(format!("I3: the balance is {:?}, not {expected}", info.balance));
        }
        let withdrawals = withdrawals(bank, account).await;
        let freezes = bank.freezes(account).await;
        self.with(|told| {
            faults.extend(told.withdrawal_faults(account, &withdrawals, fen(&info.reserved)));
            faults.extend(told.freeze_faults(account, &freezes));
            told.broken.extend(faults.into_iter().map(|fault| format!("{account}: {fault}")));
        });
    }

    /// What was found broken.
    pub(super) fn broken(self) -> Vec<String> {
        let mut told = self.told.into_inner().unwrap();
        let meets = told.withdrawn_under_a_freeze();
        told.broken.extend(meets);
        println!(
            "{} reserved, {} of them cancelled, {} frozen, {} refused, {} read",
            told.reserved.len(),
            told.cancelled.len(),
            told.frozen.len(),
            told.refused,
            told.reads
        );
        told.broken
    }
}

impl Told {
    /// Acknowledged withdrawals hold money or were cancelled by someone who said so; there are no
    /// others.
    fn withdrawal_faults(&self, account: &str, there: &[Withdrawal], reserved: i64) -> Vec<String> {
        let mut faults = Vec::new();
        let mine = self.reserved.iter().filter(|(_, told)| told.account == account);
        let told: BTreeSet<&str> = mine.clone().map(|(id, _)| id.as_str()).collect();
        let rows: BTreeSet<&str> = there.iter().map(|row| row.withdrawal_id.as_str()).collect();
        if told != rows {
            faults.push(format!("I8: {} withdrawals told, {} there", told.len(), rows.len()));
        }
        for row in there {
            let cancelled = self.cancelled.contains(&row.withdrawal_id);
            let holds = row.state() == WithdrawalState::Reserved;
            if cancelled == holds {
                faults.push(format!("I6: cancelled as told: {cancelled}; its state: {row:?}"));
            }
        }
        let held = mine.filter(|(id, _)| !self.cancelled.contains(*id));
        let held: i64 = held.map(|(_, told)| told.minor).sum();
        if held != reserved {
            faults.push(format!("I2: {reserved} reserved, withdrawals hold {held}"));
        }
        faults
    }

    fn freeze_faults(&self, account: &str, there: &[FreezeRecord]) -> Vec<String> {
        let mine = self.frozen.iter().filter(|(_, told)| told.account == account);
        let told: BTreeSet<(&str, bool)> =
            mine.map(|(id, told)| (id.as_str(), told.released)).collect();
        let released = |row: &FreezeRecord| row.status() == FreezeStatus::Released;
        let rows: BTreeSet<(&str, bool)> =
            there.iter().map(|row| (row.freeze_id.as_str(), released(row))).collect();
        if told == rows { Vec::new() } else { vec!["I8: freezes are not as told".to_owned()] }
    }

    /// No withdrawal is accepted between the answer of a freeze of the whole account and its
    /// release.
    fn withdrawn_under_a_freeze(&self) -> Vec<String> {
        let meets = |reserved: &Reserved, frozen: &Frozen| {
            frozen.whole
                && frozen.account == reserved.account
                && frozen.from < reserved.span.0
                && reserved.span.1 < frozen.until
        };
        let under = |reserved: &&Reserved| self.frozen.values().any(|f| meets(reserved, f));
        let found = self.reserved.values().filter(under);
        found.map(|reserved| format!("I6: reserved under a whole freeze: {reserved:?}")).collect()
    }
}

async fn withdrawals(bank: &Bank, account: &str) -> Vec<Withdrawal> {
    let mut all = Vec::new();
    let mut page_token = String::new();
    loop {
        let list = ListWithdrawalsRequest {
            account_number: account.to_owned(),
            page_size: 1_000,
            page_token,
            ..ListWithdrawalsRequest::default()
        };
        let page = bank.withdraw_client().list_withdrawals(by("auditor", list)).await.unwrap();
        let page = page.into_inner();
        all.extend(page.withdrawals);
        page_token = page.next_page_token;
        if page_token.is_empty() {
            return all;
        }
    }
}

/// What is wrong within one answer. While a claim is unfilled nothing is reserved (no order of a
/// storm leaves anything exempt).
fn inconsistent(info: &AccountStatusInfo) -> Option<&'static str> {
    let (balance, reserved) = (fen(&info.balance), fen(&info.reserved));
    let (frozen, available) = (fen(&info.frozen), fen(&info.available));
    let claims = info.conditions.iter().map(|held| held.amount.as_ref());
    let whole = claims.clone().any(|claim| claim.is_none());
    let claim: i64 = claims.flatten().map(|claim| fen(&Some(claim.clone()))).sum();
    let unfilled = whole || claim > frozen;
    let rules = [
        (available == balance - reserved - frozen, "I1: available"),
        ((0..=balance).contains(&reserved), "I1: reserved beyond the balance"),
        (available >= 0, "I1: available below zero"),
        (!unfilled || (reserved == 0 && available == 0), "I6: money moves past an unfilled claim"),
    ];
    rules.into_iter().find(|(holds, _)| !holds).map(|(_, fault)| fault)
}
