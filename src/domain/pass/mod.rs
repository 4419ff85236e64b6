//! What may pass: one table of conditions against operations, and the meet over all that holds.
//!
//! [`table`] is the data, row by row as the design documents it. [`refusals`] applies every row that
//! holds to one movement and lists what stands in its way, in precedence order.

pub mod table;

use std::cell::LazyCell;

use serde::{Deserialize, Serialize};

pub use table::{Answer, Operation, Row, cell, cells};

use super::account::Account;
use super::condition::Condition;
use super::freeze::control::{Counting, in_order};
use super::freeze::{Freeze, FreezeMode, FreezeStatus, FreezeType};
use super::money::Minor;
use super::refusal::{Fact, Reason, Refusal};
use super::status::{Cause, ConditionKind, Lifecycle, Restriction};

/// The table's row of a lifecycle.
pub fn row_of_lifecycle(lifecycle: Lifecycle) -> Row {
    match lifecycle {
        Lifecycle::Closed => Row::Closed,
        Lifecycle::Opening | Lifecycle::OpenFailed => Row::Opening,
        Lifecycle::Open => Row::Open,
    }
}

/// The table's row of a freeze; none while it waits.
pub fn row_of_freeze(freeze: &Freeze) -> Option<Row> {
    if freeze.freeze_status != FreezeStatus::Active {
        return None;
    }
    Some(match (freeze.freeze_type, freeze.freeze_mode) {
        (FreezeType::Customer, _) => Row::Lost,
        (FreezeType::Judicial | FreezeType::Bank, FreezeMode::Amount) => Row::FrozenAmount,
        (FreezeType::Judicial | FreezeType::Bank, FreezeMode::Whole) => Row::FrozenWhole,
        (FreezeType::Judicial | FreezeType::Bank, FreezeMode::TwoWay) => Row::FrozenTwoWay,
    })
}

/// The table's row of a stored condition.
pub fn row_of_condition(condition: &Condition) -> Row {
    let arrears = condition.cause == Cause::StopArrears;
    match condition.kind {
        ConditionKind::Opening => Row::Opening,
        ConditionKind::Frozen => Row::FrozenWhole,
        ConditionKind::Lost => Row::Lost,
        ConditionKind::StopPay => match (condition.amount_minor, arrears) {
            (None, true) => Row::StopArrears,
            (None, false) => Row::StopFraudOrCustoms,
            (Some(_), true) => Row::StopAmountArrears,
            (Some(_), false) => Row::StopAmountFraudOrCustoms,
        },
        ConditionKind::Suspicious => Row::Suspicious,
        ConditionKind::InfoExpired => Row::InfoExpired,
        ConditionKind::Dormant => Row::Dormant,
        ConditionKind::Restricted => match condition.restriction {
            Some(Restriction::Limit) => Row::LimitReached,
            Some(Restriction::NonCounter) => Row::NonCounter,
            Some(Restriction::Amount) => Row::AmountPerDebit,
            Some(Restriction::NoDebit) | None => Row::NoDebit,
        },
    }
}

/// The meet of everything that holds on the account, for one operation. Freezes that were not loaded
/// are like the first in line.
pub fn meet(account: &Account, operation: Operation) -> Answer {
    let lifecycle = std::iter::once(row_of_lifecycle(account.balance.lifecycle));
    let conditions = account.conditions.iter().filter(|row| row.in_force()).map(row_of_condition);
    let freezes = account.freezes.loaded().iter().filter_map(row_of_freeze);
    lifecycle
        .chain(conditions)
        .chain(freezes)
        .map(|row| cell(row, operation))
        .min()
        .unwrap_or(Answer::Yes)
}

/// A movement that asks to pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Movement {
    /// What it is.
    pub operation: Operation,
    /// Minor units; 0 for closing.
    pub amount: Minor,
    /// Whether the customer stands at the counter, and identified.
    pub presence: Presence,
}

/// Where the customer is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Presence {
    /// Not at the counter.
    Elsewhere,
    /// At the counter, not identified.
    AtCounter,
    /// At the counter, identified.
    Identified,
}

/// Everything that stands in a movement's way, in precedence order; empty when it may pass.
pub fn refusals(account: &Account, movement: Movement) -> Vec<Refusal> {
    let mut found: Vec<Refusal> = Vec::new();
    found.extend(lifecycle_refusal(account, movement));
    found.extend(freeze_refusals(account, movement));
    for condition in account.conditions_by_age() {
        found.extend(condition_refusal(account, condition, movement));
    }
    found.extend(funds_refusal(account, movement));
    found.sort_by_key(|refusal| refusal.reason);
    let operation = movement.operation.into();
    found.into_iter().map(|refusal| refusal.with(Fact::Operation, operation)).collect()
}

fn lifecycle_refusal(account: &Account, movement: Movement) -> Option<Refusal> {
    let lifecycle = account.balance.lifecycle;
    let reason = match lifecycle {
        Lifecycle::Open => return None,
        Lifecycle::Closed => Reason::AccountClosed,
        Lifecycle::OpenFailed => Reason::AccountOpenFailed,
        Lifecycle::Opening => Reason::AccountOpening,
    };
    let answer = cell(row_of_lifecycle(lifecycle), movement.operation);
    if answer == Answer::Yes {
        return None;
    }
    if lifecycle == Lifecycle::Closed {
        return Some(Refusal::of(reason).caused_by(Some(Cause::Closed)));
    }
    let rows = account.conditions_by_age();
    Some(match rows.into_iter().find(|row| row.kind == ConditionKind::Opening) {
        Some(row) => Refusal::by_condition(reason, row, account),
        None => Refusal::of(reason),
    })
}

fn freeze_refusals(account: &Account, movement: Movement) -> Vec<Refusal> {
    let found = freezes_in_the_way(account, movement);
    // Who is refused is told of all of them.
    assert!(found.is_empty() || account.freezes.rest().is_none(), "a refusal asks for all freezes");
    found
        .into_iter()
        .map(|(freeze, row)| {
            let reason = if row == Row::Lost { Reason::AccountLost } else { Reason::AccountFrozen };
            Refusal::by_freeze(reason, freeze)
        })
        .collect()
}

/// The freezes that stand in a movement's way, in the order in which they fill, each with its row of
/// the table. One does when it keeps what would be there without it, or is two-way; money that is
/// not there is kept by none.
pub fn freezes_in_the_way(account: &Account, movement: Movement) -> Vec<(&Freeze, Row)> {
    let available = account.available_but(Counting::WithoutLoss);
    let short = movement.amount <= account.unreserved() && movement.amount > available;
    // Only a debit that is short of money asks which of them has it.
    let shares = LazyCell::new(|| account.control(Counting::WithoutLoss).shares);
    let mut found = Vec::new();
    for freeze in in_order(account.freezes.loaded()) {
        let Some(row) = row_of_freeze(freeze) else { continue };
        let blocks = match cell(row, movement.operation) {
            Answer::No | Answer::Suspense => true,
            // A loss lets the bank debit what no other freeze controls; those speak for themselves.
            Answer::Unfrozen => short && row != Row::Lost && controls(&shares, freeze),
            Answer::Limited | Answer::CounterOnly | Answer::Identified | Answer::Yes => false,
        };
        if blocks {
            found.push((freeze, row));
        }
    }
    found
}

fn controls(shares: &[super::freeze::control::Share], freeze: &Freeze) -> bool {
    shares.iter().any(|share| share.freeze_id == freeze.freeze_id && share.controlled > 0)
}

fn condition_refusal(
    account: &Account,
    condition: &Condition,
    movement: Movement,
) -> Option<Refusal> {
    let reason = match condition.kind {
        // The lifecycle speaks for these.
        ConditionKind::Opening => return None,
        ConditionKind::Frozen => Reason::AccountFrozen,
        ConditionKind::Lost => Reason::AccountLost,
        ConditionKind::StopPay => Reason::AccountStopPay,
        ConditionKind::Suspicious => Reason::AccountSuspicious,
        ConditionKind::InfoExpired => Reason::AccountInfoExpired,
        ConditionKind::Dormant => Reason::AccountDormant,
        ConditionKind::Restricted => Reason::AccountRestricted,
    };
    let passes = match cell(row_of_condition(condition), movement.operation) {
        Answer::Yes | Answer::Unfrozen => true,
        Answer::No | Answer::Suspense => false,
        Answer::Limited => within(account, condition, movement.amount),
        Answer::CounterOnly => movement.presence != Presence::Elsewhere,
        Answer::Identified => movement.presence == Presence::Identified,
    };
    (!passes).then(|| Refusal::by_condition(reason, condition, account))
}

/// L: a stopped amount stays behind the debit; an amount per debit is not exceeded.
fn within(account: &Account, condition: &Condition, amount: Minor) -> bool {
    let Some(limit) = condition.amount_minor else { return false };
    match condition.kind {
        ConditionKind::StopPay => account.unreserved().saturating_sub(amount) >= limit,
        ConditionKind::Opening
        | ConditionKind::Frozen
        | ConditionKind::Lost
        | ConditionKind::Suspicious
        | ConditionKind::InfoExpired
        | ConditionKind::Dormant
        | ConditionKind::Restricted => amount <= limit,
    }
}

fn funds_refusal(account: &Account, movement: Movement) -> Option<Refusal> {
    let available = available_for(account, movement.operation)?;
    (movement.amount > available)
        .then(|| Refusal::of(Reason::InsufficientAvailableFunds).with_money(account, available))
}

/// What an operation may take at most for want of money, minor units; `None` for what takes none.
pub fn available_for(account: &Account, operation: Operation) -> Option<Minor> {
    match operation {
        Operation::CustomerDebitCounter
        | Operation::CustomerDebitNonCounter
        | Operation::CustomerDebitExempt => Some(account.available()),
        Operation::BankDebit => Some(account.available_but(Counting::WithoutLoss)),
        Operation::JudicialDeduction
        | Operation::Credit
        | Operation::Return
        | Operation::Interest
        | Operation::Close => None,
    }
}

/// Whether a condition that lets an amount pass lets not even the smallest pass now.
pub fn leaves_nothing(account: &Account, condition: &Condition, operation: Operation) -> bool {
    let limited = cell(row_of_condition(condition), operation) == Answer::Limited;
    limited && !within(account, condition, 1)
}

/// How an account answers to an operation as such, without an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It passes.
    Yes,
    /// It passes within an amount, at the counter, or once identified.
    Limited,
    /// It doesn't pass.
    No,
}

/// The answer for one operation as the status query lists it.
pub fn standing(account: &Account, operation: Operation) -> Standing {
    let used_up = |condition: &Condition| leaves_nothing(account, condition, operation);
    if account.conditions.iter().filter(|row| row.in_force()).any(used_up) {
        return Standing::No;
    }
    match meet(account, operation) {
        Answer::No | Answer::Suspense => Standing::No,
        Answer::Unfrozen => match available_for(account, operation) {
            Some(available) if available <= 0 => Standing::No,
            Some(_) | None => Standing::Limited,
        },
        Answer::Limited | Answer::CounterOnly | Answer::Identified => Standing::Limited,
        Answer::Yes => Standing::Yes,
    }
}
