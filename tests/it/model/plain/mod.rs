//! A plain model of a bank's accounts, written from the design for clarity: all rows in vectors,
//! every sum added up when it is asked for, nothing cached, none of the service's own rules.

mod account;
mod acts;
mod freezes;
mod living;
mod money;
mod pass;
mod show;

use std::collections::BTreeMap;

use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::{AuthorityKind, Booking};
use chrono::Duration;

use super::ask::{Ask, What};
use super::seen::{Facts, Held, Seen, Time};
pub(super) use account::{Account, Freeze, Payout};

/// The reasons in precedence order (api, Errors; those of acts as the table of actions needs them).
const PRECEDENCE: [R; 31] = [
    R::InvalidRequest,
    R::RequestIdReused,
    R::AccountNotFound,
    R::FreezeNotFound,
    R::WithdrawalNotFound,
    R::EtagMismatch,
    R::CurrencyMismatch,
    R::AccountClosed,
    R::AccountOpenFailed,
    R::AccountOpening,
    R::AccountFrozen,
    R::AccountLost,
    R::AccountStoppay,
    R::AccountSuspicious,
    R::AccountInfoExpired,
    R::AccountDormant,
    R::AccountRestricted,
    R::AccountExists,
    R::TransactionExists,
    R::ActionNotApplicable,
    R::CloseBlocked,
    R::WithdrawalNotCancellable,
    R::FreezeNotInForce,
    R::FundsAlreadyFrozen,
    R::OrganWithoutPower,
    R::TermTooLong,
    R::ProtectedFunds,
    R::StopRepeated,
    R::NotThisAuthority,
    R::InsufficientAvailableFunds,
    R::LimitExceeded,
];
/// How long a refusal is remembered.
pub(super) const REFUSAL_DAYS: i64 = 30;
/// How many withdrawals may be open on one account, as the bank under test is set.
pub(super) const OPEN_MAX: usize = 4;
/// The most violations that one answer lists.
const LISTED_MAX: usize = 25;

/// Every reason that a sequence can reach.
pub(super) fn reachable() -> impl Iterator<Item = String> {
    PRECEDENCE.iter().map(|reason| name(*reason))
}

/// A reason as ErrorInfo names it.
fn name(reason: R) -> String {
    reason.as_str_name().replace("ERROR_REASON_", "")
}

/// One thing in the way: the reason, and what it is about where that may be told.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Block {
    reason: R,
    about: String,
}

type Blocks = Vec<Block>;

fn block(reason: R) -> Block {
    Block { reason, about: String::new() }
}

fn refuse<T>(reason: R) -> Result<T, Blocks> {
    Err(vec![block(reason)])
}

/// Refuses with all that was found, the first in precedence first, each named once.
fn check(mut blocks: Blocks) -> Result<(), Blocks> {
    blocks.sort_by_key(|block| PRECEDENCE.iter().position(|reason| *reason == block.reason));
    let mut once: Blocks = Vec::new();
    for block in blocks {
        if !once.contains(&block) {
            once.push(block);
        }
    }
    if once.is_empty() { Ok(()) } else { Err(once) }
}

/// Whether a reason says that the account is so (FAILED_PRECONDITION): the whole list is told then,
/// and remembered.
fn about_account(reason: R) -> bool {
    let elsewhere = [
        R::InvalidRequest,
        R::RequestIdReused,
        R::AccountNotFound,
        R::FreezeNotFound,
        R::WithdrawalNotFound,
        R::EtagMismatch,
        R::AccountExists,
        R::TransactionExists,
    ];
    !elsewhere.contains(&reason)
}

/// What a call has to be answered.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    /// It is accepted and tells this.
    Done(Box<Facts>),
    /// The same as the call of this number.
    AsBefore(usize),
    /// It is refused: reason, and the whole list where there is one.
    Refused(String, Vec<(String, String)>),
}

/// An answer that is remembered.
#[derive(Debug, Clone)]
struct Memory {
    content: Ask,
    call: usize,
    at: Time,
    effect: bool,
}

/// All accounts of a sequence.
#[derive(Debug, Clone)]
pub(super) struct Plain {
    pub(super) now: Time,
    pub(super) accounts: BTreeMap<String, Account>,
    /// By principal, account and request id.
    memory: BTreeMap<(&'static str, String, String), Memory>,
    /// What was remarkable about the last call, for the report.
    pub(super) notes: Vec<&'static str>,
}

impl Plain {
    pub(super) fn new(now: Time) -> Self {
        Self { now, accounts: BTreeMap::new(), memory: BTreeMap::new(), notes: Vec::new() }
    }

    /// The account as it is now, lapses applied though nobody wrote them down yet.
    pub(super) fn account(&self, number: &str) -> Option<Account> {
        let mut account = self.accounts.get(number)?.clone();
        if account.lapse(self.now) {
            account.version += 1;
        }
        Some(account)
    }

    /// What the auditor sees of it.
    pub(super) fn seen(&self, number: &str) -> Option<Seen> {
        Some(self.account(number)?.seen())
    }

    /// Decides the call of a sequence that has this number.
    pub(super) fn ask(&mut self, call: usize, ask: &Ask) -> Expected {
        self.notes.clear();
        if self.invalid(ask) {
            return refused(&[block(R::InvalidRequest)]);
        }
        self.write_lapses(&ask.account);
        let key = (ask.by, ask.account.clone(), ask.request_id.clone());
        if let Some(known) = self.memory.get(&key).filter(|_| !ask.validate_only) {
            let until = known.at + Duration::days(REFUSAL_DAYS);
            if known.effect || until > self.now {
                self.notes.push(if known.effect {
                    "an effect replayed"
                } else {
                    "a refusal replayed"
                });
                return if known.content == ask.content() {
                    Expected::AsBefore(known.call)
                } else {
                    refused(&[block(R::RequestIdReused)])
                };
            }
            self.notes.push("a refusal forgotten");
        }
        let outcome = self.decide(ask);
        let remembered = match &outcome {
            Ok(_) => true,
            Err(blocks) => about_account(blocks[0].reason),
        };
        if remembered && !ask.validate_only {
            self.remember(call, ask, outcome.is_ok());
        }
        match outcome {
            Ok(facts) => Expected::Done(Box::new(facts)),
            Err(blocks) => {
                if blocks[0].reason == R::TermTooLong && !ask.validate_only {
                    self.object(ask);
                }
                refused(&blocks)
            }
        }
    }

    /// Keeps what a call was answered under its request id: for good when something was done, or was
    /// proposed, whatever became of it.
    pub(super) fn remember(&mut self, call: usize, ask: &Ask, effect: bool) {
        let key = (ask.by, ask.account.clone(), ask.request_id.clone());
        self.memory.insert(key, Memory { content: ask.content(), call, at: self.now, effect });
    }

    /// What is wrong whatever the account looks like.
    fn invalid(&self, ask: &Ask) -> bool {
        match &ask.what {
            What::Act(act) => acts::invalid(act),
            What::Freeze(order) => freezes::invalid(order, self.now),
            What::Release(release) => freezes::lacks_papers(release.kind, release.papers),
            What::Open
            | What::Protect(_)
            | What::Record(_)
            | What::Withdraw(_)
            | What::Cancel(_) => false,
        }
    }

    /// What lapsed is written by the account's next command, even a refused one.
    /// A proposal, or the end of one that came to nothing: the account is written, its status is not.
    pub(super) fn proposed(&mut self, number: &str) {
        self.write_lapses(number);
        let Some(account) = self.accounts.get_mut(number) else { return };
        account.changed = account.next_instant(self.now);
    }

    /// To an authority's order for too long the bank objects at once: the account is written, its status
    /// is not.
    fn object(&mut self, ask: &Ask) {
        let by_authority = match &ask.what {
            What::Freeze(order) => order.kind != AuthorityKind::Bank,
            _ => false,
        };
        if by_authority {
            self.proposed(&ask.account);
            self.notes.push("the bank objected");
        }
    }

    fn write_lapses(&mut self, number: &str) {
        let Some(account) = self.accounts.get_mut(number) else { return };
        if account.lapse(self.now) {
            self.notes.push("lapses written");
            account.changed = account.next_instant(self.now);
            account.version += 1;
        }
    }

    /// Existence, then the etag, then the act itself on a draft that a refusal throws away.
    fn decide(&mut self, ask: &Ask) -> Result<Facts, Blocks> {
        let before = match (self.accounts.get(&ask.account), &ask.what) {
            (None, What::Open) => return Ok(self.open(ask)),
            (None, _) => return refuse(R::AccountNotFound),
            (Some(_), What::Open) => return refuse(R::AccountExists),
            (Some(account), _) => account.clone(),
        };
        if let What::Release(release) = &ask.what
            && before.freezes.iter().all(|freeze| freeze.id != release.freeze)
        {
            return refuse(R::FreezeNotFound);
        }
        let of_account = !matches!(ask.what, What::Cancel(_)) && !ask.etag.is_empty();
        if of_account && ask.etag != before.etag() {
            return refuse(R::EtagMismatch);
        }
        let at = before.next_instant(self.now);
        let mut draft = before.clone();
        let done = draft.carry_out(ask, at)?;
        let waited = draft.waiting();
        draft.promote(at);
        draft.changed = at;
        if draft.waiting() < waited {
            self.notes.push("a waiting freeze took effect");
        }
        if !ask.validate_only && draft.status_differs(&before) {
            draft.version += 1;
        }
        self.notes.extend(draft.remarkable(&before));
        let facts = draft.facts(&done, ask);
        if let Facts::Posted { booking, .. } = &facts {
            self.notes.extend(match booking {
                Booking::Receivable => Some("a fact went to receivable"),
                Booking::Suspense => Some("a fact went to suspense"),
                Booking::Balance | Booking::Unspecified => None,
            });
        }
        if !ask.validate_only {
            self.accounts.insert(ask.account.clone(), draft);
        }
        Ok(facts)
    }

    fn open(&mut self, ask: &Ask) -> Facts {
        let mut account = Account::new(self.now, ask.by);
        let facts = account.facts(&account::Done::Account, ask);
        if ask.validate_only {
            return facts;
        }
        account.version = 1;
        let facts = account.facts(&account::Done::Account, ask);
        self.accounts.insert(ask.account.clone(), account);
        facts
    }

    /// Notes the ids that the service gave to what a call made.
    pub(super) fn learn(&mut self, ask: &Ask, facts: &Facts) {
        let account = self.accounts.get_mut(&ask.account).expect("something was done to it");
        match facts {
            Facts::Account(face) => {
                face.held.iter().for_each(|held: &Held| account.learn(held));
            }
            Facts::Frozen(freeze, _) => {
                account.freezes.last_mut().unwrap().id.clone_from(&freeze.id);
            }
            Facts::Withdrawal(row) => {
                if let Some(made) = account.payouts.iter_mut().find(|made| made.id.is_empty()) {
                    made.id.clone_from(&row.id);
                }
            }
            Facts::Released(_) | Facts::Posted { .. } => {}
        }
    }
}

fn refused(blocks: &[Block]) -> Expected {
    let first = blocks[0].reason;
    let listed = blocks.iter().filter(|_| about_account(first)).take(LISTED_MAX);
    let listed = listed.map(|block| (name(block.reason), block.about.clone()));
    Expected::Refused(name(first), listed.collect())
}
