//! Imports: each two-digit code comes over as the condition behind it and shows that status.

use super::support::{World, at, cny, named, table, withdraw};
use crate::domain::act::import_account::ImportAccount;
use crate::domain::command::{Command, Receipt};
use crate::domain::history;
use crate::domain::refusal::Reason;
use crate::domain::review::HolderKind;
use crate::domain::status::{AccountStatus, ConditionKind, Lifecycle};

/// Code, lifecycle, the condition behind it (– = none), and why a withdrawal is refused.
const CODES: &str = "
    00  OPEN         –             –
    01  OPEN         FROZEN        ACCOUNT_FROZEN
    02  OPEN         STOPPAY       ACCOUNT_STOPPAY
    03  OPEN         LOST          ACCOUNT_LOST
    04  OPENING      OPENING       ACCOUNT_OPENING
    05  OPEN_FAILED  OPENING       ACCOUNT_OPEN_FAILED
    06  OPEN         INFO_EXPIRED  ACCOUNT_INFO_EXPIRED
    07  OPEN         DORMANT       ACCOUNT_DORMANT
    08  OPEN         SUSPICIOUS    ACCOUNT_SUSPICIOUS
    09  OPEN         RESTRICTED    ACCOUNT_RESTRICTED
    10  CLOSED       –             ACCOUNT_CLOSED
";

fn import(code: &str) -> ImportAccount {
    ImportAccount {
        account_id: "A-1".to_owned(),
        account_name: "何雨桐".to_owned(),
        customer_id: "C10003".to_owned(),
        branch_code: "SZ".to_owned(),
        balance: cny(1_000),
        status: AccountStatus::from_code(code).unwrap(),
        reason: "as the old system has it".to_owned(),
        since: Some(at("2025-12-01 08:00:00")),
        order: None,
        last_transaction_time: None,
        holder_kind: HolderKind::Unspecified,
        protected_kind: None,
        document_expiry_date: None,
    }
}

fn imported(code: &str) -> World {
    let mut world = World::empty();
    world.done(Command::ImportAccount(import(code)));
    world
}

#[test]
fn each_code_becomes_its_lifecycle_and_condition_and_shows_that_status() {
    let rows = table(CODES, 3);
    assert_eq!(rows.len(), 11);
    for (code, cells) in rows {
        let world = imported(&code);
        let account = world.account();
        assert_eq!(account.status().code(), code);
        assert_eq!(account.balance.lifecycle, named::<Lifecycle>(cells[0]), "{code}");
        let kinds: Vec<ConditionKind> = account.condition_kinds().collect();
        let expected: Vec<ConditionKind> =
            (cells[1] != "–").then(|| named(cells[1])).into_iter().collect();
        assert_eq!(kinds, expected, "{code}");
    }
}

#[test]
fn each_code_refuses_a_withdrawal_for_its_own_reason() {
    for (code, cells) in table(CODES, 3) {
        let reasons = imported(&code).reasons(withdraw(5));
        let expected: Option<Reason> = (cells[2] != "–").then(|| named(cells[2]));
        assert_eq!(reasons.first().copied(), expected, "{code}");
    }
}

#[test]
fn the_first_history_row_says_the_status_and_since_when() {
    for (code, _) in table(CODES, 3) {
        let world = imported(&code);
        let [row] = &world.tables.history[..] else { panic!("{:?}", world.tables.history) };
        assert_eq!((row.old_status.as_str(), row.new_status.as_str()), ("", code.as_str()));
        assert_eq!(row.change_date, at("2025-12-01 08:00:00"), "{code}");
        assert_eq!(row.recorded_time, world.now, "{code}");
        let head = &world.account().balance.history_head;
        assert_eq!(history::verify(&world.tables.history, head, &world.rules.history_key), Ok(()));
    }
}

#[test]
fn the_balance_there_is_the_opening_balance_here() {
    for (code, _) in table(CODES, 3) {
        let world = imported(&code);
        let balance = &world.account().balance;
        assert_eq!((balance.opening_balance_minor, balance.balance_minor), (1_000, 1_000));
        assert_eq!(world.tables.transactions, []);
    }
}

#[test]
fn an_imported_freeze_or_loss_is_a_row_of_its_own_and_has_no_end() {
    for code in ["01", "03"] {
        let world = imported(code);
        let freeze = world.tables.freezes.values().next().unwrap();
        assert_eq!((freeze.freeze_amount, freeze.expire_time), (None, None), "{code}");
        assert_eq!(freeze.freeze_reason, "as the old system has it");
        assert_eq!(freeze.served_time, at("2025-12-01 08:00:00"));
        assert_eq!(world.account().available(), 0);
    }
}

#[test]
fn an_imported_condition_keeps_its_reason_and_since() {
    for code in ["02", "04", "05", "06", "07", "08", "09"] {
        let world = imported(code);
        let row = world.tables.conditions.values().next().unwrap();
        assert_eq!(row.reason, "as the old system has it", "{code}");
        assert_eq!(row.since_time, at("2025-12-01 08:00:00"), "{code}");
        assert_eq!(row.until_time, None, "{code}");
    }
}

#[test]
fn without_a_since_everything_holds_from_now() {
    let mut world = World::empty();
    world.done(Command::ImportAccount(ImportAccount { since: None, ..import("01") }));
    assert_eq!(world.tables.history[0].change_date, world.now);
    assert_eq!(world.account().freezes[0].served_time, world.now);
}

#[test]
fn an_account_is_imported_once() {
    let mut world = imported("00");
    let before = world.tables.clone();
    let again = world.send(Command::ImportAccount(import("01")));
    assert_eq!(again.unwrap_err().reason(), Reason::AccountExists);
    assert_eq!(world.tables, before);
}

#[test]
fn an_import_that_is_sent_again_answers_the_same() {
    let mut world = World::empty();
    let envelope = world.envelope("i-1", Command::ImportAccount(import("07")));
    let first = world.run(&envelope).unwrap();
    assert!(matches!(&first, Receipt::Account(account) if account.status().code() == "07"));
    assert_eq!(world.run(&envelope), Ok(first));
    assert_eq!(world.tables.history.len(), 1);
}
