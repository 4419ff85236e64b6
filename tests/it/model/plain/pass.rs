//! The what-may-pass table as the design writes it, and what it says to a movement of money.

use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::*;

use super::account::{Account, Counting, Freeze, Row};
use super::show::Reader;
use super::{Block, Blocks, OPEN_MAX, Plain, block, check, name};
use crate::model::check::Question;

/// Debit by the customer at the counter, elsewhere, elsewhere for an exempt purpose; debit by the
/// bank, deduction, credit, return, interest, close. Y yes, N no, A what no freeze controls, L
/// within the amount, S refused when asked, C at the counter only, I there and identified.
const CLOSED: &str = "NNNNNSSSN";
const OPENING: &str = "NNNNNSSYY";
const OPEN: &str = "YYYYYYYYY";
const FROZEN: &str = "AAAAYYYYN";
const TWO_WAY: &str = "NNNNYSSSN";
const LOST: &str = "NNNAYYYYN";
const STOPPED: &str = "NNNNYYYYN";
const STOPPED_FOR_ARREARS: &str = "NNNYYYYYN";
const STOPPED_AMOUNT: &str = "LLLNYYYYN";
const STOPPED_AMOUNT_FOR_ARREARS: &str = "LLLYYYYYN";
const SUSPICIOUS: &str = "NNNYYYYYN";
const INFO_EXPIRED: &str = "YNYYYYYYC";
const DORMANT: &str = "INNYYYYYC";
const NON_COUNTER: &str = "YNYYYYYYC";
const AMOUNT: &str = "LLYYYYYYY";
const NO_DEBIT: &str = "NNNYYYYYN";

/// The columns.
const OPERATIONS: [Operation; 9] = [
    Operation::CustomerDebitCounter,
    Operation::CustomerDebitNonCounter,
    Operation::CustomerDebitExempt,
    Operation::BankDebit,
    Operation::JudicialDeduction,
    Operation::Credit,
    Operation::Return,
    Operation::Interest,
    Operation::Close,
];

/// Where the customer is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Presence {
    Elsewhere,
    AtCounter,
    Identified,
}

/// Money that asks to move.
#[derive(Debug, Clone, Copy)]
pub(super) struct Movement {
    pub(super) operation: Operation,
    pub(super) minor: i64,
    pub(super) presence: Presence,
}

/// The customer's debit from a place, for a purpose.
pub(super) fn operation_of_debit(presence: Presence, purpose: Purpose) -> Operation {
    match (presence, purpose) {
        (Presence::AtCounter | Presence::Identified, _) => Operation::CustomerDebitCounter,
        (Presence::Elsewhere, Purpose::Tax) => Operation::CustomerDebitExempt,
        (Presence::Elsewhere, _) => Operation::CustomerDebitNonCounter,
    }
}

fn cell(row: &str, operation: Operation) -> char {
    let column = OPERATIONS.iter().position(|column| *column == operation).unwrap();
    row.chars().nth(column).unwrap()
}

fn life_row(life: Lifecycle) -> &'static str {
    match life {
        Lifecycle::Closed => CLOSED,
        Lifecycle::Opening | Lifecycle::OpenFailed => OPENING,
        Lifecycle::Open | Lifecycle::Unspecified => OPEN,
    }
}

fn freeze_row(freeze: &Freeze) -> &'static str {
    match (freeze.r#type, freeze.mode) {
        (FreezeType::Customer, _) => LOST,
        (_, FreezeMode::TwoWay) => TWO_WAY,
        _ => FROZEN,
    }
}

fn condition_row(row: &Row) -> &'static str {
    let arrears = row.cause == Cause::StopArrears;
    match (row.kind, row.restriction) {
        (Condition::Opening, _) => OPENING,
        (Condition::Stoppay, _) => match (row.amount, arrears) {
            (None, false) => STOPPED,
            (None, true) => STOPPED_FOR_ARREARS,
            (Some(_), false) => STOPPED_AMOUNT,
            (Some(_), true) => STOPPED_AMOUNT_FOR_ARREARS,
        },
        (Condition::Suspicious, _) => SUSPICIOUS,
        (Condition::InfoExpired, _) => INFO_EXPIRED,
        (Condition::Dormant, _) => DORMANT,
        (Condition::Restricted, Restriction::NonCounter) => NON_COUNTER,
        (Condition::Restricted, Restriction::Amount) => AMOUNT,
        (Condition::Restricted, Restriction::NoDebit) => NO_DEBIT,
        (kind, restriction) => panic!("no such row is stored: {kind:?} {restriction:?}"),
    }
}

/// The reason of a condition.
fn reason(kind: Condition) -> R {
    match kind {
        Condition::Stoppay => R::AccountStoppay,
        Condition::Suspicious => R::AccountSuspicious,
        Condition::InfoExpired => R::AccountInfoExpired,
        Condition::Dormant => R::AccountDormant,
        Condition::Restricted => R::AccountRestricted,
        Condition::Unspecified | Condition::Lost | Condition::Frozen | Condition::Opening => {
            panic!("{kind:?} has no row that speaks for itself")
        }
    }
}

/// The reason of a life that lets nothing pass; none when the account is open.
pub(super) fn reason_of_life(life: Lifecycle) -> Option<R> {
    match life {
        Lifecycle::Open | Lifecycle::Unspecified => None,
        Lifecycle::Closed => Some(R::AccountClosed),
        Lifecycle::OpenFailed => Some(R::AccountOpenFailed),
        Lifecycle::Opening => Some(R::AccountOpening),
    }
}

/// A stopped amount has to stay behind; an amount per debit is not exceeded.
fn within(account: &Account, row: &Row, minor: i64) -> bool {
    match row.kind {
        Condition::Stoppay => account.money() - minor >= row.amount.unwrap(),
        _ => minor <= row.amount.unwrap(),
    }
}

/// What a debit may take at most; none for what takes nothing.
fn available(account: &Account, operation: Operation) -> Option<i64> {
    match operation {
        Operation::CustomerDebitCounter
        | Operation::CustomerDebitNonCounter
        | Operation::CustomerDebitExempt => Some(account.available()),
        Operation::BankDebit => Some(account.available_of(Counting::WithoutLoss)),
        _ => None,
    }
}

/// Everything in the way of a movement, in no order.
pub(super) fn blocks(account: &Account, movement: Movement, reader: Reader) -> Blocks {
    let mut found: Blocks = Vec::new();
    found.extend(of_life(account, movement));
    found.extend(of_freezes(account, movement, reader));
    for row in account.rows_by_age() {
        let passes = match cell(condition_row(row), movement.operation) {
            'Y' => true,
            'L' => within(account, row, movement.minor),
            'C' => movement.presence != Presence::Elsewhere,
            'I' => movement.presence == Presence::Identified,
            _ => false,
        };
        if !passes && row.kind != Condition::Opening {
            found.push(Block { reason: reason(row.kind), about: row.id.clone() });
        }
    }
    if available(account, movement.operation).is_some_and(|most| movement.minor > most) {
        found.push(block(R::InsufficientAvailableFunds));
    }
    found
}

/// An account in opening says what its opening waits for.
fn of_life(account: &Account, movement: Movement) -> Option<Block> {
    let reason = reason_of_life(account.life)?;
    if cell(life_row(account.life), movement.operation) == 'Y' {
        return None;
    }
    let opening = account.rows_by_age().into_iter().find(|row| row.kind == Condition::Opening);
    Some(Block { reason, about: opening.map_or_else(String::new, |row| row.id.clone()) })
}

/// A freeze in effect blocks when the table says no, or when it controls part of an amount that
/// would fit balance − reserved. A loss never blocks the bank.
fn of_freezes(account: &Account, movement: Movement, reader: Reader) -> Blocks {
    let fits = movement.minor <= account.money();
    let short = movement.minor > account.available_of(Counting::WithoutLoss);
    let shares = account.shares(Counting::WithoutLoss);
    let mut found = Vec::new();
    for place in account.line() {
        let freeze = &account.freezes[place];
        let controls = shares.iter().any(|(other, held)| *other == place && *held > 0);
        let blocks = match cell(freeze_row(freeze), movement.operation) {
            'A' => fits && short && controls,
            'Y' => false,
            _ => true,
        };
        if freeze.status != FreezeStatus::Active || !blocks {
            continue;
        }
        let lost = freeze.r#type == FreezeType::Customer;
        let told = reader.confidential || !freeze.confidential;
        found.push(Block {
            reason: if lost { R::AccountLost } else { R::AccountFrozen },
            about: if told { freeze.id.clone() } else { String::new() },
        });
    }
    found
}

impl Plain {
    /// What stands in the way of an operation now, in order of precedence, as the auditor reads it;
    /// none for an account that isn't there.
    pub(in crate::model) fn check(
        &self,
        number: &str,
        question: Question,
    ) -> Option<Vec<(String, String)>> {
        let Question { operation, minor, identified } = question;
        let account = self.account(number)?;
        let presence = match operation {
            Operation::CustomerDebitCounter if identified => Presence::Identified,
            Operation::CustomerDebitCounter => Presence::AtCounter,
            _ => Presence::Elsewhere,
        };
        let movement = Movement { operation, minor, presence };
        let mut found = blocks(&account, movement, Reader::auditor());
        let paid_out = matches!(
            operation,
            Operation::CustomerDebitCounter
                | Operation::CustomerDebitNonCounter
                | Operation::CustomerDebitExempt
        );
        if paid_out && !identified && account.reserved_payouts().count() >= OPEN_MAX {
            found.push(block(R::LimitExceeded));
        }
        let found = check(found).err().unwrap_or_default();
        Some(found.into_iter().map(|block| (name(block.reason), block.about)).collect())
    }
}

/// What the account answers to each operation as such, without an amount: the meet of all rows.
pub(super) fn answers(account: &Account) -> Vec<OperationAnswer> {
    OPERATIONS.iter().map(|operation| answer(account, *operation)).collect()
}

pub(super) fn answer(account: &Account, operation: Operation) -> OperationAnswer {
    let mut cells = vec![cell(life_row(account.life), operation)];
    for row in account.rows_in_force() {
        let letter = cell(condition_row(row), operation);
        // An amount that lets not even the smallest pass is a no.
        let used_up = letter == 'L' && !within(account, row, 1);
        cells.push(if used_up { 'N' } else { letter });
    }
    let active = account.freezes.iter().filter(|f| f.status == FreezeStatus::Active);
    cells.extend(active.map(|freeze| cell(freeze_row(freeze), operation)));
    let nothing_left = available(account, operation).is_some_and(|most| most <= 0);
    let refused = |cell: &char| "NS".contains(*cell) || (*cell == 'A' && nothing_left);
    if cells.iter().any(refused) {
        OperationAnswer::No
    } else if cells.iter().all(|cell| *cell == 'Y') {
        OperationAnswer::Yes
    } else {
        OperationAnswer::Limited
    }
}
