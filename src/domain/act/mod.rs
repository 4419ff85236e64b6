//! Each write in a file of its own: what it carries, which of its fields can be wrong, and how it
//! decides. An act changes only its [`Draft`]; the book writes down what came of it.

pub mod add_case_note;
pub mod advance;
pub mod answer_objection;
pub mod assign_case;
pub mod bind_card;
pub mod bind_platform;
pub mod cancel_withdrawal;
pub mod casework;
pub mod change_card;
pub mod change_status;
pub mod clear_suspense;
pub mod confirm_freeze;
pub mod create_freeze;
pub mod decide_approval;
pub mod deduct_freeze;
pub mod errand;
pub mod follow_up;
pub mod giving_way;
pub mod import_account;
pub mod import_freeze;
pub mod import_transactions;
pub mod open_account;
pub mod placing;
pub mod posting;
pub mod proposed;
pub mod protect_account;
pub mod record_evidence;
pub mod record_objection;
pub mod record_transaction;
pub mod release_freeze;
pub mod remind_case;
pub mod renew_freeze;
pub mod resolve_case;
pub mod review_account;
pub mod start_attempt;
pub mod succeed_freeze;
pub mod update_identity;
pub mod withdraw;

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::account::{Account, Balance, Profile};
use super::approval::policy::Consent;
use super::authority::Meanwhile;
use super::batch::{Ids, Rules};
use super::card::Card;
use super::card::CardReceipt;
use super::case::{Case, CaseEntry};
use super::condition::Condition;
use super::freeze::line::Freezes;
use super::freeze::{Freeze, FreezeAct, FreezeMode};
use super::id::{AccountNumber, ConditionId};
use super::money::{Currency, Minor};
use super::objection::Objection;
use super::payout::attempt::Attempt;
use super::payout::evidence::Evidence;
use super::platform::PlatformBinding;
use super::principal::Principal;
use super::refusal::{Reason, Refusal, Refused};
use super::review::Review;
use super::status::{Cause, ConditionKind, Lifecycle};
use super::suspense::SuspenseItem;
use super::transaction::Transaction;
use super::withdrawal::Withdrawal;
use errand::Errand;

/// An account while a command is decided on it. Dropped when the command is refused.
#[derive(Debug)]
pub struct Draft<'a> {
    /// The account as the command leaves it.
    pub account: Account,
    /// The instant of the command, later than the account's last change.
    pub now: DateTime<Utc>,
    /// What holds for all accounts.
    pub rules: &'a Rules,
    /// Who asks.
    pub principal: &'a Principal,
    /// Rows beside the account.
    pub written: Written,
    /// When an account begins: from when its first history row holds, if not from now.
    pub began: Option<DateTime<Utc>>,
}

/// Rows that a command writes beside the account, its conditions and freezes.
#[derive(Debug, Default)]
pub struct Written {
    /// Acts of freezes.
    pub freeze_acts: Vec<FreezeAct>,
    /// Withdrawals, new or changed.
    pub withdrawals: Vec<Withdrawal>,
    /// Attempts to pay them, new or changed.
    pub attempts: Vec<Attempt>,
    /// What was said of them, new or known.
    pub evidence: Vec<Evidence>,
    /// Transactions.
    pub transactions: Vec<Transaction>,
    /// Cards that the command bound, as new rows or over cancelled ones.
    pub cards_bound: Vec<Card>,
    /// Cards of the account that it changed.
    pub cards_changed: Vec<Card>,
    /// Objections, new or changed.
    pub objections: Vec<Objection>,
    /// Cases, new or changed.
    pub cases: Vec<Case>,
    /// Steps of their ways.
    pub case_entries: Vec<CaseEntry>,
    /// What stands in suspense, new or changed.
    pub suspense: Vec<SuspenseItem>,
    /// What the review knows of the account, new or changed.
    pub review: Option<Review>,
    /// Bindings of its cards to platforms, new or changed.
    pub bindings: Vec<PlatformBinding>,
    /// Events: kind and payload.
    pub events: Vec<(&'static str, serde_json::Value)>,
}

impl Written {
    /// Whether an act of a payout or a review found nothing to do: those that find something write
    /// it down.
    pub fn is_empty(&self) -> bool {
        self.withdrawals.is_empty()
            && self.evidence.is_empty()
            && self.cases.is_empty()
            && self.review.is_none()
    }
}

/// What an accepted command says of itself.
#[derive(Debug)]
pub struct Decision {
    /// The reason in words, for history.
    pub reason: String,
    /// The cause, for history.
    pub cause: Option<Cause>,
    /// What it says of the second person.
    pub consent: Consent,
    /// From when it holds, if not from now: an import keeps the old system's time.
    pub effective: Option<DateTime<Utc>>,
    /// What to answer.
    pub answer: Answer,
}

/// What a command answers with.
#[derive(Debug)]
pub enum Answer {
    /// That it is done: nobody reads more, and an answer that names the account with all its freezes
    /// would be remembered with each of them.
    Done,
    /// The account.
    Account,
    /// A freeze.
    Freeze(Box<Freeze>),
    /// A freeze that was placed, renewed or taken over, and what happened meanwhile.
    Placed(Box<Freeze>, Meanwhile),
    /// A deduction: the freeze, what happened meanwhile, and the posting.
    Deduction(Box<Freeze>, Meanwhile, Box<Transaction>),
    /// An objection.
    Objection(Box<Objection>),
    /// A transaction.
    Transaction(Box<Transaction>),
    /// A withdrawal.
    Withdrawal(Box<Withdrawal>),
    /// An attempt that was taken up, and what to do about it.
    Errand(Box<Errand>),
    /// A card, and the one that took its place.
    Card(Box<CardReceipt>),
    /// The account, and what is known of its holder.
    Identity(Box<Review>),
    /// A card's binding to a platform.
    PlatformBinding(Box<PlatformBinding>),
    /// A case.
    Case(Box<Case>),
    /// An item in suspense.
    Suspense(Box<SuspenseItem>),
}

impl Decision {
    /// A decision that needed no second person and holds from now.
    pub fn plain(reason: impl Into<String>, answer: Answer) -> Self {
        let consent = Consent::NotNeeded;
        Self { reason: reason.into(), cause: None, consent, effective: None, answer }
    }
}

/// Where and by whom an account begins.
#[derive(Debug, Clone, Copy)]
pub struct Beginning<'a> {
    /// The number that it gets.
    pub account_number: &'a AccountNumber,
    /// Who asks.
    pub principal: &'a Principal,
    /// The instant.
    pub now: DateTime<Utc>,
    /// What holds for all accounts.
    pub rules: &'a Rules,
}

impl<'a> Draft<'a> {
    /// A draft of a known account.
    pub fn new(
        account: Account,
        now: DateTime<Utc>,
        rules: &'a Rules,
        principal: &'a Principal,
    ) -> Self {
        Self { account, now, rules, principal, written: Written::default(), began: None }
    }

    /// The decision of a draft that begins an account.
    pub fn begun(&self) -> Decision {
        let first = self.account.conditions.first();
        Decision {
            cause: first.map(|condition| condition.cause),
            effective: self.began,
            ..Decision::plain("opened", Answer::Account)
        }
    }

    /// A new condition row, in force from now, without end, authority or amount.
    pub fn condition(&self, kind: ConditionKind, cause: Cause, ids: &mut Ids) -> Condition {
        Condition {
            condition_id: ConditionId::from(ids()),
            account_number: self.account.number().clone(),
            kind,
            cause,
            reason: String::new(),
            restriction: None,
            amount_minor: None,
            authority: None,
            document_no: None,
            missing_items: Vec::new(),
            set_by: self.principal.name.to_string(),
            since_time: self.now,
            until_time: None,
            ended_time: None,
            ended_by: None,
        }
    }

    /// Ends every condition in force that `which` picks.
    pub fn end_conditions(&mut self, which: impl Fn(&Condition) -> bool) {
        let by = self.principal.name.to_string();
        for condition in self.account.conditions.iter_mut().filter(|row| row.in_force()) {
            if which(condition) {
                condition.ended_time = Some(self.now);
                condition.ended_by = Some(by.clone());
            }
        }
    }

    /// The next number of the account's transactions and withdrawals.
    pub fn next_entry(&mut self) -> i64 {
        let next = self.account.balance.entry_seq.saturating_add(1);
        self.account.balance.entry_seq = next;
        next
    }

    /// The next number of the account's freezes.
    pub fn next_freeze(&mut self) -> i64 {
        let next = self.account.balance.freeze_seq.saturating_add(1);
        self.account.balance.freeze_seq = next;
        next
    }

    /// Gives a withdrawal's money back, and what of it was for living costs to those.
    pub fn give_back(&mut self, withdrawal: &Withdrawal) {
        self.account.use_exempt(self.exempt_of(withdrawal).saturating_neg());
        let balance = &mut self.account.balance;
        balance.reserved_minor = balance.reserved_minor.saturating_sub(withdrawal.held_minor);
        balance.open_withdrawals = balance.open_withdrawals.saturating_sub(1);
    }

    /// What a withdrawal takes of the exempt amount, minor units; nothing where it took it of one that
    /// is bygone.
    pub fn exempt_of(&self, withdrawal: &Withdrawal) -> Minor {
        let bygone = withdrawal.entry_seq <= self.account.balance.exempt_from_seq;
        if bygone { 0 } else { withdrawal.exempt_minor }
    }

    /// Whether all of a withdrawal is what the holder lives on, which is no freeze's to take.
    pub fn is_exempt(&self, withdrawal: &Withdrawal) -> bool {
        self.exempt_of(withdrawal) == withdrawal.amount_minor
    }
}

/// An account that begins now, with nothing on it.
pub fn blank_account(profile: Profile, currency: Currency, lifecycle: Lifecycle) -> Account {
    let account_number: AccountNumber = profile.account_number.clone();
    let balance = Balance {
        account_number,
        currency_code: currency,
        opening_balance_minor: 0,
        balance_minor: 0,
        reserved_minor: 0,
        freeze_claim_minor: 0,
        freezes_in_force: 0,
        exempt_minor: 0,
        exempt_used_minor: 0,
        exempt_from_seq: 0,
        freeze_whole: FreezeMode::Amount,
        lifecycle,
        condition_mask: 0,
        open_withdrawals: 0,
        open_cases: 0,
        next_lapse_time: None,
        last_customer_time: None,
        last_transaction_time: None,
        status_version: 0,
        history_seq: 0,
        freeze_seq: 0,
        event_seq: 0,
        entry_seq: 0,
        history_head: String::new(),
        changed_time: profile.opened_time,
    };
    let profile = Arc::new(profile);
    Account {
        profile,
        balance,
        conditions: Vec::new(),
        freezes: Freezes::default(),
        approvals: Vec::new(),
    }
}

/// The refusal of an account that isn't open, by the stage of its life.
pub fn not_open(account: &Account) -> Option<Refusal> {
    match account.balance.lifecycle {
        Lifecycle::Open => None,
        Lifecycle::Closed => Some(Refusal::of(Reason::AccountClosed)),
        Lifecycle::Opening => Some(Refusal::of(Reason::AccountOpening)),
        Lifecycle::OpenFailed => Some(Refusal::of(Reason::AccountOpenFailed)),
    }
}

/// CURRENCY_MISMATCH when an amount is not in the account's currency.
///
/// # Errors
/// The refusal.
pub fn same_currency(account: &Account, amount: super::money::Money) -> Result<Minor, Refused> {
    if amount.currency == account.balance.currency_code {
        Ok(amount.minor)
    } else {
        let refusal = Refusal::of(Reason::CurrencyMismatch)
            .with(super::refusal::Fact::CurrencyCode, account.balance.currency_code.code());
        Err(refusal.into())
    }
}

/// [`same_currency`] of money that is to move: the refusal says as what.
///
/// # Errors
/// The refusal.
pub fn moved(
    account: &Account,
    amount: super::money::Money,
    operation: super::pass::Operation,
) -> Result<Minor, Refused> {
    same_currency(account, amount).map_err(|refused| {
        let refusal = refused.first().clone();
        refusal.with(super::refusal::Fact::Operation, operation.into()).into()
    })
}
