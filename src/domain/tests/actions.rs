//! The action table: which action applies where, that a refused one changes nothing, that no
//! action touches a condition which it is not about, scopes and second persons.

use super::support::{World, account, change, condition, freeze, named, restricted, table};
use crate::domain::account::Account;
use crate::domain::action::{ACTIONS, Action, SecondPerson};
use crate::domain::freeze::FreezeType;
use crate::domain::refusal::Reason;
use crate::domain::status::{AccountStatus, Cause, ConditionKind, Lifecycle, Restriction};
use strum::VariantArray;

/// design, domain 2, column "needs". Columns: the lifecycles alone, then OPEN with one condition: LOST
/// is an oral report, RESTRICTED is non-counter suspended. y applies, - is ACTION_NOT_APPLICABLE,
/// x is refused by what-may-pass. The customer is identified at the counter.
const NEEDS: &str = "
                         OPENING OPEN_FAILED OPEN CLOSED FROZEN LOST STOPPAY SUSPICIOUS INFO_EXPIRED DORMANT RESTRICTED LIMIT
    COMPLETE_OPENING        y    -    -    -    -    -    -    -    -    -    -    -
    REJECT_OPENING          y    -    -    -    -    -    -    -    -    -    -    -
    RESUBMIT_OPENING        -    y    -    -    -    -    -    -    -    -    -    -
    REQUIRE_VERIFICATION    -    -    y    -    y    y    y    y    y    y    y    y
    REPORT_LOSS             -    -    y    -    y    -    y    y    y    y    y    y
    CONFIRM_LOSS            -    -    -    -    -    y    -    -    -    -    -    -
    WITHDRAW_LOSS           -    -    -    -    -    y    -    -    -    -    -    -
    REPLACE_MEDIUM          -    -    -    -    -    y    -    -    -    -    -    -
    STOP_PAYMENT            -    -    y    -    y    y    y    y    y    y    y    y
    RESUME_PAYMENT          -    -    -    -    -    -    y    -    -    -    -    -
    REACTIVATE              -    -    -    -    -    -    -    -    -    y    -    -
    MARK_DORMANT            -    -    y    -    y    y    y    y    y    y    y    y
    MARK_SUSPICIOUS         -    -    y    -    y    y    y    y    y    y    y    y
    CLEAR_SUSPICION         -    -    -    -    -    -    -    y    -    -    -    -
    RESTRICT                -    -    y    -    y    y    y    y    y    y    y    y
    LIFT_RESTRICTION        -    -    -    -    -    -    -    -    -    -    y    -
    CLOSE                   y    y    y    -    x    x    x    x    y    y    y    y
";

/// design, domain 2, columns "2" and "scope".
const PEOPLE: &str = "
    COMPLETE_OPENING      yes     account.write
    REJECT_OPENING        –       account.write
    RESUBMIT_OPENING      –       account.write
    REQUIRE_VERIFICATION  –       account.write
    REPORT_LOSS           –       counter.write
    CONFIRM_LOSS          –       counter.write
    WITHDRAW_LOSS         –       counter.write
    REPLACE_MEDIUM        –       counter.write
    STOP_PAYMENT          –       risk.write
    RESUME_PAYMENT        unless  risk.write
    REACTIVATE            –       counter.write
    MARK_DORMANT          –       account.write
    MARK_SUSPICIOUS       –       risk.write
    CLEAR_SUSPICION       yes     risk.write
    RESTRICT              –       risk.write
    LIFT_RESTRICTION      yes     risk.write
    CLOSE                 yes     account.write
";

/// The status that a column's condition shows and so refuses with.
fn put(column: &str, account: &mut Account) {
    let row = |kind, cause| Some(condition(kind, cause));
    let row = match column {
        "OPENING" | "OPEN_FAILED" => row(ConditionKind::Opening, Cause::OpeningIncomplete),
        "OPEN" | "CLOSED" => None,
        "FROZEN" => return account.freezes.push(freeze(FreezeType::Judicial, 1, Some(5))),
        "LOST" => return account.freezes.push(freeze(FreezeType::Customer, 2, None)),
        "STOPPAY" => row(ConditionKind::StopPay, Cause::StopFraud),
        "SUSPICIOUS" => row(ConditionKind::Suspicious, Cause::SuspiciousPattern),
        "INFO_EXPIRED" => row(ConditionKind::InfoExpired, Cause::IdentityExpired),
        "DORMANT" => row(ConditionKind::Dormant, Cause::DormantNoUse),
        "RESTRICTED" => Some(restricted(Restriction::NonCounter)),
        "LIMIT" => row(ConditionKind::Restricted, Cause::LimitReached).map(|row| {
            crate::domain::condition::Condition { restriction: Some(Restriction::Limit), ..row }
        }),
        other => panic!("no such column: {other}"),
    };
    account.conditions.extend(row);
}

const CONDITIONS: [&str; 8] =
    ["FROZEN", "LOST", "STOPPAY", "SUSPICIOUS", "INFO_EXPIRED", "DORMANT", "RESTRICTED", "LIMIT"];

/// An empty account as a column of the table has it.
fn standing_in(column: &str) -> World {
    let lifecycle = match column {
        "OPENING" | "OPEN_FAILED" | "CLOSED" => named(column),
        _ => Lifecycle::Open,
    };
    let mut account = account(lifecycle, 0);
    put(column, &mut account);
    World::holding(account)
}

fn refusal_of(column: &str, cell: &str) -> Option<Reason> {
    match (cell, column) {
        ("y", _) => None,
        ("-", _) => Some(Reason::ActionNotApplicable),
        ("x", "FROZEN") => Some(Reason::AccountFrozen),
        ("x", "LOST") => Some(Reason::AccountLost),
        ("x", "STOPPAY") => Some(Reason::AccountStopPay),
        ("x", "SUSPICIOUS") => Some(Reason::AccountSuspicious),
        other => panic!("no such cell: {other:?}"),
    }
}

/// Every cell of NEEDS: action, column, letter.
fn cells() -> Vec<(Action, &'static str, &'static str)> {
    let mut lines = table(NEEDS, 12).into_iter();
    let (_, columns) = lines.next().unwrap();
    let rows = lines.map(|(name, row)| (named::<Action>(&name), row));
    rows.flat_map(|(action, row)| {
        let cells = columns.clone().into_iter().zip(row);
        cells.map(move |(column, cell)| (action, column, cell))
    })
    .collect()
}

#[test]
fn the_table_names_every_action_once() {
    let known: Vec<Action> = ACTIONS.iter().map(|rule| rule.action).collect();
    assert_eq!(known, Action::VARIANTS);
    assert_eq!(cells().len(), Action::VARIANTS.len() * 12);
}

#[test]
fn each_action_applies_where_the_table_says_and_nowhere_else() {
    for (action, column, cell) in cells() {
        let mut world = standing_in(column);
        let outcome = world.send(action);
        let reason = outcome.as_ref().err().map(crate::domain::refusal::Refused::reason);
        assert_eq!(reason, refusal_of(column, cell), "{action:?} on {column}");
    }
}

#[test]
fn a_refused_action_changes_nothing_but_its_own_record() {
    for (action, column, cell) in cells() {
        if cell == "y" {
            continue;
        }
        let mut world = standing_in(column);
        let before = world.tables.clone();
        world.refused(action);
        assert_eq!(world.tables, before, "{action:?} on {column}");
        assert_eq!(world.remembered.len(), 1, "{action:?} on {column}");
    }
}

/// Which condition an action ends, where it ends one.
fn ends(action: Action) -> Option<&'static str> {
    match action {
        Action::WithdrawLoss | Action::ReplaceMedium => Some("LOST"),
        Action::ResumePayment => Some("STOPPAY"),
        Action::Reactivate => Some("DORMANT"),
        Action::ClearSuspicion => Some("SUSPICIOUS"),
        Action::LiftRestriction => Some("RESTRICTED"),
        _ => None,
    }
}

#[test]
fn every_condition_survives_the_actions_that_are_about_others() {
    for action in Action::VARIANTS.iter().copied() {
        let mut account = account(Lifecycle::Open, 0);
        CONDITIONS.iter().for_each(|column| put(column, &mut account));
        let mut world = World::holding(account);
        let held = world.in_force();
        let accepted = world.send(action).is_ok();
        let ended: Vec<String> = held.difference(&world.in_force()).cloned().collect();
        let target = ends(action).map(|column| {
            let alone = standing_in(column);
            alone.in_force().into_iter().next().unwrap()
        });
        let expected: Vec<String> = target.into_iter().filter(|_| accepted).collect();
        assert_eq!(ended, expected, "{action:?}");
        assert!(accepted || ends(action).is_none(), "{action:?}");
    }
}

#[test]
fn an_action_on_one_of_two_rows_of_a_kind_has_to_name_it_and_leaves_the_other() {
    let mut account = account(Lifecycle::Open, 0);
    account.conditions.push(condition(ConditionKind::StopPay, Cause::StopFraud));
    account.conditions.push(condition(ConditionKind::StopPay, Cause::StopArrears));
    let mut world = World::holding(account);
    assert_eq!(world.reasons(Action::ResumePayment), [Reason::ActionNotApplicable]);
    let mut resume = change(Action::ResumePayment);
    resume.condition_id = Some("STOPPAY:STOP_FRAUD".to_owned());
    world.done(resume);
    assert_eq!(world.in_force(), ["STOPPAY:STOP_ARREARS".to_owned()].into());
    let ended = world.tables.conditions.values().find(|row| !row.in_force()).unwrap();
    assert_eq!(ended.ended_by.as_deref(), Some("local"));
    assert_eq!(world.account().status(), AccountStatus::StopPay);
}

#[test]
fn an_action_that_names_a_row_of_another_kind_is_refused() {
    let mut account = account(Lifecycle::Open, 0);
    account.conditions.push(condition(ConditionKind::StopPay, Cause::StopFraud));
    account.conditions.push(condition(ConditionKind::Suspicious, Cause::SuspiciousPattern));
    let mut world = World::holding(account);
    let mut resume = change(Action::ResumePayment);
    resume.condition_id = Some("SUSPICIOUS:SUSPICIOUS_PATTERN".to_owned());
    assert_eq!(world.reasons(resume), [Reason::ActionNotApplicable]);
    assert_eq!(world.in_force().len(), 2);
}

#[test]
fn each_action_has_its_scope_and_second_person() {
    let people = table(PEOPLE, 2);
    assert_eq!(people.len(), ACTIONS.len());
    for (name, cells) in people {
        let rule = named::<Action>(&name).rule();
        let second = match cells[0] {
            "yes" => SecondPerson::Yes,
            "unless" => SecondPerson::UnlessSettled,
            _ => SecondPerson::No,
        };
        assert_eq!((rule.second_person, rule.scope.name()), (second, cells[1]), "{name}");
    }
}
