//! A batch of commands: what holds for all of it, what it loads, and what it writes.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::account::Account;
use crate::domain::approval::Approval;
use crate::domain::card::{Card, CardNumber};
use crate::domain::case::{Case, CaseEntry};
use crate::domain::channel::quota::LeaseKey;
use crate::domain::channel::roster::Roster;
use crate::domain::condition::Condition;
use crate::domain::freeze::{Freeze, FreezeAct};
use crate::domain::history::StatusChange;
use crate::domain::id::{
    AccountNumber, ApprovalId, CaseId, ConditionId, FreezeId, NewId, ObjectionId, PlatformId,
    RequestId, RowId, TransactionId, WithdrawalId,
};
use crate::domain::objection::Objection;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::Evidence;
use crate::domain::payout::tally::Tally;
use crate::domain::platform::{BindingKey, PlatformBinding};
use crate::domain::review::Review;
pub use crate::domain::rules::Rules;
use crate::domain::suspense::SuspenseItem;
use crate::domain::transaction::Transaction;
use crate::domain::withdrawal::Withdrawal;

/// The most movements that an authority is told.
pub const MOVEMENTS_MAX: usize = 100;

/// Makes fresh ids; the clock's.
pub type Ids = Box<dyn FnMut() -> NewId + Send>;

/// The rows beside the account that a command has to see.
#[derive(Debug, Clone, Default)]
pub struct Needs {
    /// A withdrawal.
    pub withdrawal: Option<WithdrawalId>,
    /// A withdrawal with the attempts to pay it.
    pub payout: Option<WithdrawalId>,
    /// The account's withdrawals that hold money.
    pub open_withdrawals: bool,
    /// The last movements of the account.
    pub movements: bool,
    /// The account's objections that wait for an answer.
    pub objections: bool,
    /// An objection, open or answered.
    pub objection: Option<ObjectionId>,
    /// An approval, open or decided; what its stored command needs is loaded, too.
    pub approval: Option<ApprovalId>,
    /// A freeze, in force or ended.
    pub freeze: Option<FreezeId>,
    /// Whether this transaction exists.
    pub transaction: Option<TransactionId>,
    /// The fraud stops of this case.
    pub stops_of_case: Option<String>,
    /// Cards, whosever they are.
    pub cards: Vec<CardNumber>,
    /// What the periodic review knows of the account.
    pub review: bool,
    /// How many accounts this customer has.
    pub accounts_of: Option<String>,
    /// How many cards the account's customer has.
    pub cards_of_customer: bool,
    /// The binding of a card to a platform.
    pub binding: Option<(PlatformId, CardNumber)>,
    /// A case, and the withdrawal with its attempts that it is about.
    pub case: Option<CaseId>,
    /// The open case about this objection or item in suspense.
    pub case_about: Option<String>,
    /// Items in suspense of the account.
    pub suspense: Vec<TransactionId>,
}

/// Names a remembered request.
pub type RequestKey = (AccountNumber, Arc<str>, RequestId);

/// What a remembered request was answered. A row of `idempotency`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remembered {
    /// The account.
    pub account_number: AccountNumber,
    /// Who asked.
    pub principal: Arc<str>,
    /// Under which id.
    pub request_id: RequestId,
    /// What was asked.
    pub content_hash: String,
    /// The answer, as JSON; the book knows how.
    pub outcome: String,
    /// EFFECT is kept for ever, REFUSAL for 30 days.
    pub class: RememberedClass,
    /// When it was answered.
    pub recorded_time: DateTime<Utc>,
}

/// How long an answer is remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RememberedClass {
    /// It changed something: for ever.
    Effect,
    /// It was refused: 30 days.
    Refusal,
}

/// For how many days a refusal is remembered.
pub const REFUSAL_REMEMBERED_DAYS: i64 = 30;

/// A row of `event`, for whoever reacts to what was committed. The payload names ids and states,
/// never personal data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// Its id, ordered by time.
    pub event_id: RowId,
    /// The account.
    pub account_number: AccountNumber,
    /// Counts the account's events without a gap.
    pub account_seq: i64,
    /// What happened, such as `WITHDRAWAL_RESERVED`.
    pub kind: String,
    /// The details.
    pub payload: serde_json::Value,
    /// When.
    pub event_time: DateTime<Utc>,
}

/// What a batch loaded.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The accounts, by number.
    pub accounts: BTreeMap<AccountNumber, Account>,
    /// Answers already given.
    pub remembered: HashMap<RequestKey, Remembered>,
    /// Withdrawals asked for by id, and open ones of accounts to be frozen.
    pub withdrawals: BTreeMap<WithdrawalId, Withdrawal>,
    /// The attempts to pay those that were asked for with them, the first first.
    pub attempts: BTreeMap<WithdrawalId, Vec<Attempt>>,
    /// Approvals that were decided, asked for by id.
    pub approvals: BTreeMap<ApprovalId, Approval>,
    /// The last movements of accounts, newest first, up to [`MOVEMENTS_MAX`] and one.
    pub movements: BTreeMap<AccountNumber, Vec<Transaction>>,
    /// Objections that are open on accounts that asked for them, and those asked for by id.
    pub objections: BTreeMap<ObjectionId, Objection>,
    /// Freezes that ended, asked for by id.
    pub ended_freezes: BTreeMap<FreezeId, Freeze>,
    /// Transactions that exist, of those asked for.
    pub transactions: BTreeSet<(AccountNumber, TransactionId)>,
    /// Fraud stops so far by account and case number.
    pub fraud_stops: BTreeMap<(AccountNumber, String), i64>,
    /// Cards asked for by number, whosever they are.
    pub cards: BTreeMap<CardNumber, Card>,
    /// What reviews know of accounts that asked for it.
    pub reviews: BTreeMap<AccountNumber, Review>,
    /// Accounts by customer that are not closed, of customers asked for.
    pub accounts_of: BTreeMap<String, i64>,
    /// Cards in use by customer, of customers asked for.
    pub cards_of: BTreeMap<String, i64>,
    /// Bindings asked for, in force or not.
    pub bindings: BTreeMap<BindingKey, PlatformBinding>,
    /// Cases asked for, and the open ones of withdrawals with their attempts that have any.
    pub cases: BTreeMap<CaseId, Case>,
    /// What is booked for the quarantined withdrawals of cases asked for, by withdrawal.
    pub entries: BTreeMap<WithdrawalId, Vec<Transaction>>,
    /// What contradicted the books before, of withdrawals that have open cases or were resolved by
    /// people.
    pub contradictions: BTreeMap<WithdrawalId, Vec<Evidence>>,
    /// Items in suspense asked for.
    pub suspense: BTreeMap<(AccountNumber, TransactionId), SuspenseItem>,
    /// The payout channels.
    pub roster: Arc<Roster>,
}

impl Loaded {
    /// A withdrawal of an account.
    pub fn withdrawal(&self, number: &AccountNumber, id: &WithdrawalId) -> Option<&Withdrawal> {
        self.withdrawals.get(id).filter(|row| row.account_number == *number)
    }

    /// Objections on an account that wait for an answer, of those that are loaded.
    pub fn open_objections(&self, number: &AccountNumber) -> Vec<&Objection> {
        let mine = |row: &&Objection| row.account_number == *number && row.is_open();
        self.objections.values().filter(mine).collect()
    }

    /// The attempts to pay a withdrawal, the first first.
    pub fn attempts_of(&self, id: &WithdrawalId) -> &[Attempt] {
        self.attempts.get(id).map_or(&[], Vec::as_slice)
    }
}

/// The rows that a batch writes.
#[derive(Debug, Default)]
pub struct Changes {
    /// Accounts that begin in this batch.
    pub opened: BTreeSet<AccountNumber>,
    /// Accounts whose balance row changed.
    pub touched: BTreeSet<AccountNumber>,
    /// Accounts whose master row changes: status or profile.
    pub master: BTreeSet<AccountNumber>,
    /// Condition rows, new or changed.
    pub conditions: BTreeMap<ConditionId, Condition>,
    /// Approval rows, new or changed.
    pub approvals: BTreeMap<ApprovalId, Approval>,
    /// Freeze rows, new or changed.
    pub freezes: BTreeMap<FreezeId, Freeze>,
    /// Acts of freezes, new.
    pub freeze_acts: Vec<FreezeAct>,
    /// Withdrawal rows, new or changed.
    pub withdrawals: BTreeMap<WithdrawalId, Withdrawal>,
    /// Attempts, new or changed.
    pub attempts: BTreeMap<PayoutKey, Attempt>,
    /// What was said of them, new or known.
    pub evidence: Vec<Evidence>,
    /// Transactions, new.
    pub transactions: Vec<Transaction>,
    /// Cards bound in this batch: new, or over a cancelled row.
    pub cards_bound: BTreeMap<CardNumber, Card>,
    /// Cards that were there before and changed.
    pub cards_changed: BTreeMap<CardNumber, Card>,
    /// Objections, new or changed.
    pub objections: BTreeMap<ObjectionId, Objection>,
    /// What reviews know, new or changed.
    pub reviews: BTreeMap<AccountNumber, Review>,
    /// Accounts to be reviewed no later than this: something ends soon after.
    pub review_by: BTreeMap<AccountNumber, DateTime<Utc>>,
    /// Bindings of cards to platforms, new or changed.
    pub bindings: BTreeMap<BindingKey, PlatformBinding>,
    /// Cases, new or changed.
    pub cases: BTreeMap<CaseId, Case>,
    /// Steps of their ways, new.
    pub case_entries: Vec<CaseEntry>,
    /// Items in suspense, new or changed.
    pub suspense: BTreeMap<(AccountNumber, TransactionId), SuspenseItem>,
    /// What statistics count.
    pub tallies: Vec<Tally>,
    /// What attempts had taken of channels that this batch proves dead, and how much; in no row.
    pub freed: Vec<(LeaseKey, i64)>,
    /// History rows, new.
    pub history: Vec<StatusChange>,
    /// Answers to remember, new.
    pub remembered: Vec<Remembered>,
    /// Events, new.
    pub events: Vec<Event>,
}

impl Changes {
    /// Notes that an account is to be reviewed no later than this.
    pub fn note_review_by(&mut self, number: &AccountNumber, at: DateTime<Utc>) {
        let known = self.review_by.entry(number.clone()).or_insert(at);
        *known = at.min(*known);
    }

    /// Whether there is nothing to write.
    pub fn is_empty(&self) -> bool {
        self.touched.is_empty() && self.remembered.is_empty()
    }
}
