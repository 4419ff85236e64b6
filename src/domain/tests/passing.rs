//! What may pass: every cell of the table, and the meet of every two rows.

use super::support::{account, condition, freeze, restricted, table};
use crate::domain::account::Account;
use crate::domain::condition::Condition;
use crate::domain::freeze::{Freeze, FreezeMode, FreezeType};
use crate::domain::pass::{self, Answer, Movement, Operation, Presence, Row};
use crate::domain::refusal::Reason;
use crate::domain::status::{Cause, ConditionKind, Lifecycle, Restriction};

/// design, domain 2. I: yes if identified; the bank's debit of a stop with an amount is "as cause".
const MAY_PASS: &str = "
                                 C N X bank deduction credit return interest close
    CLOSED                       N N N N N S S S N
    OPENING, OPEN_FAILED         N N N N N S S Y Y
    OPEN alone                   Y Y Y Y Y Y Y Y Y
    FROZEN amount                A A A A Y Y Y Y N
    FROZEN whole                 A A A A Y Y Y Y N
    FROZEN two-way               N N N N Y S S S N
    LOST                         N N N A Y Y Y Y N
    STOPPAY fraud or customs     N N N N Y Y Y Y N
    STOPPAY arrears              N N N Y Y Y Y Y N
    STOPPAY amount fraud customs L L L N Y Y Y Y N
    STOPPAY amount arrears       L L L Y Y Y Y Y N
    SUSPICIOUS                   N N N Y Y Y Y Y N
    INFO_EXPIRED                 Y N Y Y Y Y Y Y C
    DORMANT                      I N N Y Y Y Y Y C
    RESTRICTED limit reached     Y Y Y Y Y Y Y Y Y
    RESTRICTED non-counter       Y N Y Y Y Y Y Y C
    RESTRICTED amount per debit  L L Y Y Y Y Y Y Y
    RESTRICTED no debit          N N N Y Y Y Y Y N
";

/// The table's columns.
pub(super) const OPERATIONS: [Operation; 9] = [
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

/// The table's lines as the code names them, in the table's order.
pub(super) const ROWS: [Row; 18] = [
    Row::Closed,
    Row::Opening,
    Row::Open,
    Row::FrozenAmount,
    Row::FrozenWhole,
    Row::FrozenTwoWay,
    Row::Lost,
    Row::StopFraudOrCustoms,
    Row::StopArrears,
    Row::StopAmountFraudOrCustoms,
    Row::StopAmountArrears,
    Row::Suspicious,
    Row::InfoExpired,
    Row::Dormant,
    Row::LimitReached,
    Row::NonCounter,
    Row::AmountPerDebit,
    Row::NoDebit,
];

/// The expected cells of a row, as letters.
pub(super) fn expected(row: Row) -> Vec<&'static str> {
    let lines = table(MAY_PASS, 9);
    let place = ROWS.iter().position(|known| *known == row).unwrap();
    lines[place + 1].1.clone()
}

fn letter(answer: Answer) -> &'static str {
    match answer {
        Answer::No => "N",
        Answer::Suspense => "S",
        Answer::Unfrozen => "A",
        Answer::Limited => "L",
        Answer::CounterOnly => "C",
        Answer::Identified => "I",
        Answer::Yes => "Y",
    }
}

pub(super) fn two_way(seq: i64) -> Freeze {
    Freeze { freeze_mode: FreezeMode::TwoWay, ..freeze(FreezeType::Judicial, seq, None) }
}

/// A stop order; `None` = it stops everything.
pub(super) fn stop(cause: Cause, amount: Option<i64>) -> Condition {
    Condition { amount_minor: amount, ..condition(ConditionKind::StopPay, cause) }
}

pub(super) fn per_debit(most: i64) -> Condition {
    Condition { amount_minor: Some(most), ..restricted(Restriction::Amount) }
}

/// The account with what a row of the table stands for: 400 frozen or stopped, 50 per debit.
pub(super) fn put(row: Row, account: &mut Account) {
    let stored = |kind, cause| condition(kind, cause);
    let (row, freeze) = match row {
        Row::Closed => return account.balance.lifecycle = Lifecycle::Closed,
        Row::Opening => return account.balance.lifecycle = Lifecycle::Opening,
        Row::Open => return,
        Row::FrozenAmount => (None, Some(freeze(FreezeType::Judicial, 1, Some(400)))),
        Row::FrozenWhole => (None, Some(freeze(FreezeType::Bank, 2, None))),
        Row::FrozenTwoWay => (None, Some(two_way(3))),
        Row::Lost => (None, Some(freeze(FreezeType::Customer, 4, None))),
        Row::StopFraudOrCustoms => (Some(stop(Cause::StopFraud, None)), None),
        Row::StopArrears => (Some(stop(Cause::StopArrears, None)), None),
        Row::StopAmountFraudOrCustoms => (Some(stop(Cause::StopCustoms, Some(400))), None),
        Row::StopAmountArrears => (Some(stop(Cause::StopArrears, Some(400))), None),
        Row::Suspicious => {
            (Some(stored(ConditionKind::Suspicious, Cause::SuspiciousPattern)), None)
        }
        Row::InfoExpired => {
            (Some(stored(ConditionKind::InfoExpired, Cause::IdentityExpired)), None)
        }
        Row::Dormant => (Some(stored(ConditionKind::Dormant, Cause::DormantNoUse)), None),
        Row::LimitReached => (Some(restricted(Restriction::Limit)), None),
        Row::NonCounter => (Some(restricted(Restriction::NonCounter)), None),
        Row::AmountPerDebit => (Some(per_debit(50)), None),
        Row::NoDebit => (Some(restricted(Restriction::NoDebit)), None),
    };
    account.conditions.extend(row);
    account.freezes.extend(freeze);
}

/// An account of 1,000 minor units in the rows given.
pub(super) fn in_rows(rows: &[Row]) -> Account {
    let mut account = account(Lifecycle::Open, 1_000);
    rows.iter().for_each(|row| put(*row, &mut account));
    account
}

fn reason_of(row: Row) -> Option<Reason> {
    Some(match row {
        Row::Open | Row::LimitReached => return None,
        Row::Closed => Reason::AccountClosed,
        Row::Opening => Reason::AccountOpening,
        Row::FrozenAmount | Row::FrozenWhole | Row::FrozenTwoWay => Reason::AccountFrozen,
        Row::Lost => Reason::AccountLost,
        Row::StopFraudOrCustoms
        | Row::StopArrears
        | Row::StopAmountFraudOrCustoms
        | Row::StopAmountArrears => Reason::AccountStopPay,
        Row::Suspicious => Reason::AccountSuspicious,
        Row::InfoExpired => Reason::AccountInfoExpired,
        Row::Dormant => Reason::AccountDormant,
        Row::NonCounter | Row::AmountPerDebit | Row::NoDebit => Reason::AccountRestricted,
    })
}

const PRESENCES: [Presence; 3] = [Presence::Elsewhere, Presence::AtCounter, Presence::Identified];

/// Whether a cell lets a movement pass that takes more than freezes leave or limits allow.
fn lets_too_much_pass(cell: &str, presence: Presence) -> bool {
    match cell {
        "Y" => true,
        "C" => presence != Presence::Elsewhere,
        "I" => presence == Presence::Identified,
        "N" | "S" | "A" | "L" => false,
        other => panic!("no such cell: {other}"),
    }
}

#[test]
fn the_table_has_every_cell_of_the_document() {
    for row in ROWS {
        for (operation, cell) in OPERATIONS.into_iter().zip(expected(row)) {
            assert_eq!(letter(pass::cell(row, operation)), cell, "{row:?} {operation:?}");
        }
    }
}

#[test]
fn each_condition_and_freeze_stands_in_its_row() {
    for row in ROWS {
        let account = in_rows(&[row]);
        let conditions = account.conditions.iter().map(pass::row_of_condition);
        let freezes = account.freezes.iter().filter_map(pass::row_of_freeze);
        let found: Vec<Row> = conditions.chain(freezes).collect();
        let lifecycle = pass::row_of_lifecycle(account.balance.lifecycle);
        match row {
            Row::Closed | Row::Opening | Row::Open => {
                assert_eq!((lifecycle, found), (row, Vec::new()));
            }
            _ => assert_eq!((lifecycle, found), (Row::Open, vec![row])),
        }
    }
    assert_eq!(pass::row_of_lifecycle(Lifecycle::OpenFailed), Row::Opening);
}

#[test]
fn the_cause_of_a_stop_order_decides_its_row() {
    let rows = [
        (Cause::StopFraud, Row::StopFraudOrCustoms, Row::StopAmountFraudOrCustoms),
        (Cause::StopCustoms, Row::StopFraudOrCustoms, Row::StopAmountFraudOrCustoms),
        (Cause::StopArrears, Row::StopArrears, Row::StopAmountArrears),
    ];
    for (cause, whole, amount) in rows {
        assert_eq!(pass::row_of_condition(&stop(cause, None)), whole, "{cause:?}");
        assert_eq!(pass::row_of_condition(&stop(cause, Some(1))), amount, "{cause:?}");
    }
}

#[test]
fn each_cell_refuses_and_passes_as_it_says_with_the_reason_of_its_row() {
    for row in ROWS {
        for (operation, cell) in OPERATIONS.into_iter().zip(expected(row)) {
            for presence in PRESENCES {
                let account = in_rows(&[row]);
                let movement = Movement { operation, amount: 700, presence };
                let refusals = pass::refusals(&account, movement);
                let first = refusals.first().map(|refusal| refusal.reason);
                let passes = lets_too_much_pass(cell, presence);
                let reason = if passes { None } else { reason_of(row) };
                let lost_to_the_bank = (row, operation) == (Row::Lost, Operation::BankDebit);
                let wanted = if lost_to_the_bank { None } else { reason };
                assert_eq!(first, wanted, "{row:?} {operation:?} {presence:?}");
            }
        }
    }
}

/// The place of a letter in "N < S < A, L < C < Y"; A and L stand beside each other.
fn place(letter: &str) -> usize {
    let order = ["N", "S", "AL", "C", "I", "Y"];
    order.iter().position(|letters| letters.contains(letter)).unwrap()
}

fn lifecycle_row(row: Row) -> bool {
    matches!(row, Row::Closed | Row::Opening)
}

#[test]
fn of_two_rows_the_lesser_cell_holds() {
    for (one, other) in ROWS.into_iter().flat_map(|one| ROWS.map(|other| (one, other))) {
        if lifecycle_row(one) && lifecycle_row(other) {
            continue;
        }
        let account = in_rows(&[one, other]);
        let cells = expected(one).into_iter().zip(expected(other));
        for (operation, (a, b)) in OPERATIONS.into_iter().zip(cells) {
            let met = letter(pass::meet(&account, operation));
            let least = place(a).min(place(b));
            let told = format!("{one:?} + {other:?}, {operation:?}: {met}");
            assert_eq!(place(met), least, "{told}");
            assert!(met == a || met == b, "{told}");
        }
    }
}

#[test]
fn what_one_of_two_rows_refuses_both_refuse() {
    for (one, other) in ROWS.into_iter().flat_map(|one| ROWS.map(|other| (one, other))) {
        if one == other || (lifecycle_row(one) && lifecycle_row(other)) {
            continue;
        }
        for (operation, presence) in OPERATIONS.iter().flat_map(|o| PRESENCES.map(|p| (*o, p))) {
            for amount in [0, 50, 51, 600, 601, 1_000, 1_001] {
                let movement = Movement { operation, amount, presence };
                let reasons = |rows: &[Row]| -> Vec<Reason> {
                    let refusals = pass::refusals(&in_rows(rows), movement);
                    refusals.into_iter().map(|refusal| refusal.reason).collect()
                };
                let mut each = [reasons(&[one]), reasons(&[other])].concat();
                each.sort();
                each.dedup();
                let mut both = reasons(&[one, other]);
                both.dedup();
                assert_eq!(both, each, "{one:?} + {other:?}: {movement:?}");
            }
        }
    }
}
