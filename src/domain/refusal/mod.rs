//! Why a command was refused: a value, never an error, never a panic.
//!
//! [`Reason`] is the closed list of every reason, **in precedence order**: of several that hold,
//! the first is the answer's reason and the others stand in its details.

mod violation;

use std::collections::BTreeMap;
use std::fmt::Display;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

pub use self::violation::Violation;
use super::account::Account;
use super::condition::Condition;
use super::freeze::{Disclosure, Freeze};
use super::money::Minor;
use super::status::{Cause, ConditionKind, Lifecycle};

/// Every reason an answer can refuse with, in precedence order. The order of the variants is the
/// rule: `Ord` compares by it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Reason {
    /// No or bad credentials.
    Unauthenticated,
    /// A field is missing or malformed.
    InvalidRequest,
    /// The principal lacks the scope.
    PermissionDenied,
    /// The request id was used with other content.
    RequestIdReused,
    /// No such account.
    AccountNotFound,
    /// No such card.
    CardNotFound,
    /// No such freeze on this account.
    FreezeNotFound,
    /// No such withdrawal on this account.
    WithdrawalNotFound,
    /// No such approval.
    ApprovalNotFound,
    /// No such objection on this account.
    ObjectionNotFound,
    /// No such payout channel.
    ChannelNotFound,
    /// No such case on this account.
    CaseNotFound,
    /// No such item in suspense.
    SuspenseNotFound,
    /// The status version is not the one that the caller saw.
    EtagMismatch,
    /// The amount's currency is not the account's.
    CurrencyMismatch,
    /// The account is closed.
    AccountClosed,
    /// The opening was declined.
    AccountOpenFailed,
    /// The opening is under review.
    AccountOpening,
    /// A judicial or bank freeze controls part of the amount, or is two-way.
    AccountFrozen,
    /// The account's medium is reported lost.
    AccountLost,
    /// A stop order is in force.
    #[strum(serialize = "ACCOUNT_STOPPAY")]
    #[serde(rename = "ACCOUNT_STOPPAY")]
    AccountStopPay,
    /// Due diligence is under way.
    AccountSuspicious,
    /// Identity details are out of date.
    AccountInfoExpired,
    /// The account is dormant.
    AccountDormant,
    /// A restriction does not let this operation pass.
    AccountRestricted,
    /// The account exists already.
    AccountExists,
    /// The account has a transaction with this id already.
    TransactionExists,
    /// The card is bound already.
    CardExists,
    /// The action does not apply to the account as it is.
    ActionNotApplicable,
    /// Something keeps the account from being closed.
    CloseBlocked,
    /// The withdrawal is past cancelling.
    WithdrawalNotCancellable,
    /// The freeze has ended.
    FreezeNotInForce,
    /// Everything is frozen and this kind may not wait.
    FundsAlreadyFrozen,
    /// The organ has no power of its own to freeze.
    OrganWithoutPower,
    /// The term is beyond what the law allows.
    TermTooLong,
    /// The account holds protected funds.
    ProtectedFunds,
    /// The fraud case has stopped this account twice already.
    StopRepeated,
    /// Another authority's freeze.
    NotThisAuthority,
    /// A waiting freeze ahead of its turn.
    OutOfTurn,
    /// The approver made the proposal.
    ApproverIsProposer,
    /// The approval was decided already.
    ApprovalDecided,
    /// The subject changed since the proposal.
    ApprovalStale,
    /// The amount is above what is available.
    InsufficientAvailableFunds,
    /// The amount would exceed a limit.
    LimitExceeded,
    /// The client sends too much.
    RateLimited,
    /// The server has more work than it can take.
    Overloaded,
    /// A conflict that retries did not resolve.
    Conflict,
    /// The deadline passed.
    DeadlineExceeded,
    /// The database is away, or the server is draining.
    Unavailable,
    /// No such method.
    Unimplemented,
    /// The message is larger than allowed.
    MessageTooLarge,
    /// A bug.
    Internal,
}

impl Reason {
    /// The name on the wire, such as `ACCOUNT_FROZEN`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether a refusal for this reason is remembered under its request id: those of class
    /// FAILED_PRECONDITION, which say that the account is so. What the caller can mend by itself
    /// (fields, ids, etag) and what passes (load, conflict) is decided anew.
    pub fn remembered(self) -> bool {
        let about_account = Self::CurrencyMismatch..=Self::LimitExceeded;
        about_account.contains(&self)
            && !matches!(self, Self::AccountExists | Self::TransactionExists | Self::CardExists)
    }
}

/// One thing that stands in the way, with what the caller may need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The reason.
    pub reason: Reason,
    /// The cause of the condition behind it.
    pub cause: Option<Cause>,
    /// When it ends by itself, if it does.
    pub until: Option<DateTime<Utc>>,
    /// Who may read the facts.
    pub disclosure: Disclosure,
    /// What fills texts and metadata: names of [`Fact`], values as text.
    pub facts: BTreeMap<Fact, String>,
}

/// What a refusal can tell.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, IntoStaticStr,
)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The authority behind a freeze.
    Authority,
    /// Its document.
    Document,
    /// The freeze.
    FreezeId,
    /// The condition row.
    ConditionId,
    /// An amount in major units: stopped, or allowed at most.
    Amount,
    /// What is available, in major units.
    Available,
    /// The currency of the amounts.
    CurrencyCode,
    /// The request field that is wrong.
    Field,
    /// What is wrong with it.
    Description,
    /// The state that something is in.
    State,
    /// A limit.
    Limit,
    /// How much of a limit is used.
    Used,
    /// The latest that the law allows, RFC 3339.
    Latest,
    /// What is missing.
    Items,
    /// A proposal.
    ApprovalId,
    /// Who decided first.
    DecidedBy,
    /// What blocks a closing.
    BlockedBy,
    /// The operation that may not pass, as the what-may-pass table names it. Its refusals only.
    Operation,
    /// How much the freeze takes.
    FreezeMode,
    /// The instrument and article of a rule.
    Source,
    /// The bank's objection to an order.
    ObjectionId,
    /// The freeze that is ahead in line.
    Ahead,
}

impl Refusal {
    /// A bare reason.
    pub fn of(reason: Reason) -> Self {
        let facts = BTreeMap::new();
        Self { reason, cause: None, until: None, disclosure: Disclosure::Open, facts }
    }

    /// As many as are allowed are there: the limit, how many there are, and of what.
    pub fn limit_exceeded(limit: impl Display, used: impl Display, what: &str) -> Self {
        Self::of(Reason::LimitExceeded)
            .with(Fact::Limit, &limit.to_string())
            .with(Fact::Used, &used.to_string())
            .with(Fact::Description, what)
    }

    /// A field that the rules, not its form, refuse.
    pub fn field(field: &str, description: &str) -> Self {
        Self::of(Reason::InvalidRequest)
            .with(Fact::Field, field)
            .with(Fact::Description, description)
    }

    /// The action doesn't apply to an account at this stage, or as it is otherwise.
    pub fn not_applicable(lifecycle: Lifecycle, why: &str) -> Self {
        Self::of(Reason::ActionNotApplicable)
            .with(Fact::Description, why)
            .with(Fact::State, lifecycle.into())
    }

    /// A freeze stands in the way.
    pub fn by_freeze(reason: Reason, freeze: &Freeze) -> Self {
        let refusal = Self {
            cause: Some(freeze.shown_cause()),
            until: freeze.expire_time,
            disclosure: freeze.disclosure,
            ..Self::of(reason)
        };
        refusal
            .with(Fact::FreezeId, freeze.freeze_id.as_str())
            .with(Fact::FreezeMode, freeze.freeze_mode.into())
            .with(Fact::Authority, &freeze.freeze_by)
            .with(Fact::Document, &freeze.court_order_no)
    }

    /// A condition stands in the way. Who is behind a suspicion, and under which number, is told
    /// to nobody here.
    pub fn by_condition(reason: Reason, condition: &Condition, account: &Account) -> Self {
        let refusal =
            Self { cause: Some(condition.cause), until: condition.until_time, ..Self::of(reason) };
        let refusal = refusal.with(Fact::ConditionId, condition.condition_id.as_str());
        if condition.kind == ConditionKind::Suspicious {
            return refusal;
        }
        let refusal = refusal
            .with(Fact::Items, &some_of(&condition.missing_items))
            .with(Fact::Authority, condition.authority.as_deref().unwrap_or_default())
            .with(Fact::Document, condition.document_no.as_deref().unwrap_or_default());
        let Some(minor) = condition.amount_minor else { return refusal };
        let money = account.money(minor);
        refusal
            .with(Fact::Amount, &money.to_string())
            .with(Fact::CurrencyCode, money.currency.code())
    }

    /// Adds a fact; an empty value is no fact.
    #[must_use]
    pub fn with(mut self, fact: Fact, value: &str) -> Self {
        if !value.is_empty() {
            self.facts.insert(fact, value.to_owned());
        }
        self
    }

    /// Adds what is available, in major units.
    #[must_use]
    pub fn with_money(self, account: &Account, available: Minor) -> Self {
        let money = account.money(available);
        self.with(Fact::Available, &money.to_string())
            .with(Fact::CurrencyCode, money.currency.code())
    }

    /// Adds the cause.
    #[must_use]
    pub fn caused_by(self, cause: Option<Cause>) -> Self {
        Self { cause, ..self }
    }
}

/// The most characters of missing items in a refusal: details travel in a header, and clients bound
/// those. The status query has the whole list.
const ITEMS_MAX_CHARS: usize = 200;

/// As many whole items as fit.
fn some_of(items: &[String]) -> String {
    let mut listed = String::new();
    for item in items {
        let separator = if listed.is_empty() { "" } else { ", " };
        let length = listed.chars().count().saturating_add(item.chars().count());
        if length > ITEMS_MAX_CHARS {
            break;
        }
        listed.push_str(separator);
        listed.push_str(item);
    }
    listed
}

/// A refused command: everything that stood in its way, at least one, in precedence order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    refusals: Vec<Refusal>,
}

impl Refused {
    /// Refuses with all that was found; `Ok` when nothing was.
    ///
    /// # Errors
    /// The refusal, when there is something to refuse with.
    pub fn check(mut refusals: Vec<Refusal>) -> Result<(), Self> {
        refusals.sort_by_key(|refusal| refusal.reason);
        if refusals.is_empty() { Ok(()) } else { Err(Self { refusals }) }
    }

    /// The first in precedence: the answer's reason.
    pub fn first(&self) -> &Refusal {
        self.refusals.first().expect("a refused command has at least one refusal")
    }

    /// All of them.
    pub fn all(&self) -> &[Refusal] {
        &self.refusals
    }

    /// The answer's reason.
    pub fn reason(&self) -> Reason {
        self.first().reason
    }

    /// Adds a fact to the first of them.
    #[must_use]
    pub fn with(mut self, fact: Fact, value: &str) -> Self {
        if let Some(first) = self.refusals.first_mut() {
            *first = first.clone().with(fact, value);
        }
        self
    }
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self { refusals: vec![refusal] }
    }
}

impl From<Reason> for Refused {
    fn from(reason: Reason) -> Self {
        Refusal::of(reason).into()
    }
}
