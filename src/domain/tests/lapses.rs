//! Lapses: whatever has an end is over at its exact instant, for reads and for commands; the rows
//! it yields say that instant however late they are written.

use chrono::{DateTime, Utc};

use super::support::{
    World, ZONE, at, change, court, credit, fraud_stop, microsecond, order, police, withdraw,
};
use crate::domain::account::Account;
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::action::Action;
use crate::domain::approval::ApprovalStatus;
use crate::domain::command::{Command, Effect};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{EmergencyCause, FreezeActKind, FreezeStatus, Urgency};
use crate::domain::lapse;
use crate::domain::refusal::Reason;
use crate::domain::status::AccountStatus;

fn seen(world: &World, now: DateTime<Utc>) -> Account {
    lapse::seen_at(world.account().clone(), now, ZONE)
}

fn until(end: &str, create: CreateFreeze) -> CreateFreeze {
    CreateFreeze { duration: Duration::Until(at(end)), ..create }
}

fn restriction_until(end: &str) -> ChangeStatus {
    ChangeStatus { end_time: Some(at(end)), ..change(Action::Restrict) }
}

/// Everything with an end, and the instant at which it is over when set at 2026-03-10 10:00.
fn with_an_end() -> Vec<(&'static str, World, AccountStatus, DateTime<Utc>)> {
    let world = || World::with_balance(100);
    let emergency = CreateFreeze {
        urgency: Urgency::Emergency,
        emergency_cause: Some(EmergencyCause::AccountTakeover),
        ..order(AuthorityKind::Bank, None)
    };
    let arrears = ChangeStatus {
        end_time: Some(at("2026-03-20 12:34:56.789012")),
        ..change(Action::StopPayment)
    };
    let mut all = Vec::new();
    let mut add = |name, set: &dyn Fn(&mut World), status, end: &str| {
        let mut world = world();
        set(&mut world);
        all.push((name, world, status, at(end)));
    };
    let court_end = "2026-05-01 00:00:00";
    add(
        "court",
        &|w| drop(w.place(until(court_end, court(None)))),
        AccountStatus::Frozen,
        court_end,
    );
    let aml = || order(AuthorityKind::AmlTemporary, None);
    add("aml", &|w| drop(w.place(aml())), AccountStatus::Frozen, "2026-03-12 10:00:00");
    let (a, b) = (AccountStatus::Frozen, "2026-03-12 10:00:00");
    add("emergency", &|w| drop(w.place(emergency.clone())), a, b);
    let (a, b) = (AccountStatus::Lost, "2026-03-16 00:00:00");
    add("oral loss", &|w| drop(w.done(Action::ReportLoss)), a, b);
    let (a, b) = (AccountStatus::StopPay, "2026-03-12 10:00:00");
    add("fraud stop", &|w| drop(w.done(fraud_stop("ZF-1"))), a, b);
    let (a, b) = (AccountStatus::StopPay, "2026-03-20 12:34:56.789012");
    add("arrears", &|w| drop(w.done(arrears.clone())), a, b);
    let (a, b) = (AccountStatus::Restricted, "2026-04-01 08:00:00");
    add("restriction", &|w| drop(w.done(restriction_until(b))), a, b);
    all
}

#[test]
fn reads_see_the_end_at_its_exact_instant() {
    for (name, world, status, end) in with_an_end() {
        assert_eq!(seen(&world, end - microsecond()).status(), status, "{name}");
        assert_eq!(seen(&world, end).status(), AccountStatus::Normal, "{name}");
    }
}

#[test]
fn commands_see_the_end_at_its_exact_instant() {
    for (name, mut world, _, end) in with_an_end() {
        world.now = end - microsecond();
        assert!(world.send(withdraw(100)).is_err(), "{name}");
        world.now = end;
        assert!(world.send(withdraw(100)).is_ok(), "{name}");
    }
}

#[test]
fn each_lapse_writes_one_row_that_says_its_instant() {
    for (name, mut world, status, end) in with_an_end() {
        let rows = world.tables.history.len();
        world.now = end - microsecond();
        world.done(Command::Lapse);
        assert_eq!(world.tables.history.len(), rows, "{name}");
        world.now = end + chrono::Duration::days(2);
        world.done(Command::Lapse);
        assert_eq!(world.tables.history.len(), rows + 1, "{name}");
        let row = world.tables.history.last().unwrap();
        assert_eq!((row.change_date, row.recorded_time), (end, world.now), "{name}");
        assert_eq!((row.old_status.as_str(), row.new_status.as_str()), (status.code(), "00"));
        assert_eq!(row.change_by, "lapse", "{name}");
        assert_eq!(row.approval_status, ApprovalStatus::NotRequired, "{name}");
        world.done(Command::Lapse);
        assert_eq!(world.tables.history.len(), rows + 1, "{name}");
    }
}

#[test]
fn what_lapsed_is_stored_as_ended_at_its_instant() {
    let mut world = World::with_balance(100);
    let freeze = world.place(until("2026-05-01 00:00:00", court(None))).freeze;
    world.done(restriction_until("2026-04-01 08:00:00"));
    world.go_to("2026-07-01 00:00:00");
    world.done(Command::Lapse);
    let freeze = world.freeze(&freeze.freeze_id);
    assert_eq!(freeze.freeze_status, FreezeStatus::Expired);
    assert_eq!(freeze.ended_time, Some(at("2026-05-01 00:00:00")));
    let row = world.tables.conditions.values().next().unwrap();
    assert_eq!(row.ended_time, Some(at("2026-04-01 08:00:00")));
    assert_eq!(row.ended_by.as_deref(), Some("lapse"));
    let act = world.tables.freeze_acts.last().unwrap();
    assert_eq!((act.act, act.act_time), (FreezeActKind::Expired, at("2026-05-01 00:00:00")));
}

#[test]
fn several_ends_yield_their_rows_in_order_even_when_written_together() {
    let mut world = World::with_balance(100);
    world.place(until("2026-05-01 00:00:00", court(None)));
    world.done(restriction_until("2026-04-01 08:00:00"));
    world.done(Action::ReportLoss);
    let set = world.tables.history.len();
    world.go_to("2026-05-03 00:00:00");
    world.done(withdraw(100));
    let rows: Vec<_> = world.tables.history[set..]
        .iter()
        .map(|row| (row.change_date, row.old_status.as_str(), row.new_status.as_str()))
        .collect();
    let expected = [
        (at("2026-03-16 00:00:00"), "01", "01"),
        (at("2026-04-01 08:00:00"), "01", "01"),
        (at("2026-05-01 00:00:00"), "01", "00"),
    ];
    assert_eq!(rows, expected);
}

#[test]
fn two_ends_at_one_instant_are_one_row() {
    let mut world = World::with_balance(100);
    world.place(until("2026-05-01 00:00:00", court(None)));
    world.done(restriction_until("2026-05-01 00:00:00"));
    let set = world.tables.history.len();
    world.go_to("2026-05-01 00:00:00");
    world.done(Command::Lapse);
    assert_eq!(world.tables.history.len(), set + 1);
    assert_eq!(world.account().status(), AccountStatus::Normal);
}

#[test]
fn the_next_in_line_takes_effect_at_the_instant_of_the_lapse() {
    let mut world = World::with_balance(100);
    world.place(until("2026-05-01 00:00:00", court(None)));
    let next = world.place(police(Some(30))).freeze.freeze_id;
    let set = world.tables.history.len();
    world.go_to("2026-05-03 09:00:00");
    world.done(credit(5));
    let freeze = world.freeze(&next);
    assert_eq!(freeze.freeze_status, FreezeStatus::Active);
    assert_eq!(freeze.effective_time, Some(at("2026-05-01 00:00:00")));
    assert_eq!(freeze.expiry_date.unwrap().to_string(), "2026-11-01");
    assert_eq!(world.tables.history.len(), set + 1);
    assert_eq!(world.tables.history[set].change_date, at("2026-05-01 00:00:00"));
    assert_eq!(world.account().available(), 75);
}

#[test]
fn a_promoted_freeze_that_ran_out_meanwhile_lapses_in_its_turn() {
    let mut world = World::with_balance(100);
    world.place(until("2026-05-01 00:00:00", court(None)));
    let second = world.place(police(Some(30))).freeze.freeze_id;
    let set = world.tables.history.len();
    world.go_to("2027-01-01 00:00:00");
    world.done(Command::Lapse);
    assert_eq!(world.freeze(&second).freeze_status, FreezeStatus::Expired);
    let dates: Vec<_> = world.tables.history[set..].iter().map(|row| row.change_date).collect();
    assert_eq!(dates, [at("2026-05-01 00:00:00"), at("2026-11-02 00:00:00")]);
}

#[test]
fn a_refused_command_writes_the_lapses_that_are_due() {
    let mut world = World::with_balance(100);
    world.done(fraud_stop("ZF-1"));
    world.go_to("2026-03-12 10:00:00");
    assert_eq!(world.reasons(withdraw(101)), [Reason::InsufficientAvailableFunds]);
    assert_eq!(world.tables.history.len(), 2);
    assert_eq!(world.account().status(), AccountStatus::Normal);
}

#[test]
fn a_validated_command_sees_the_lapse_too() {
    let mut world = World::with_balance(100);
    world.done(fraud_stop("ZF-1"));
    world.go_to("2026-03-12 10:00:00");
    let mut envelope = world.envelope("try", withdraw(100));
    envelope.effect = Effect::ValidateOnly;
    assert!(world.run(&envelope).is_ok());
    assert_eq!(world.account().balance.reserved_minor, 0);
}

/// design, law 3: reported 2026-03-18 09:00, gone at 2026-03-24 00:00.
#[test]
fn an_oral_loss_is_gone_at_midnight_after_the_fifth_day() {
    let mut world = World::with_balance(100);
    world.go_to("2026-03-18 09:00:00");
    world.done(Action::ReportLoss);
    assert_eq!(seen(&world, at("2026-03-23 23:59:59.999999")).status(), AccountStatus::Lost);
    assert_eq!(seen(&world, at("2026-03-24 00:00:00")).status(), AccountStatus::Normal);
}

#[test]
fn a_fraud_stop_lapses_48_hours_after_the_stop_itself() {
    let mut world = World::with_balance(100);
    world.go_to("2026-03-10 14:30:00.000001");
    world.done(fraud_stop("ZF-1"));
    let end = at("2026-03-12 14:30:00.000001");
    assert_eq!(seen(&world, end - microsecond()).status(), AccountStatus::StopPay);
    assert_eq!(seen(&world, end).status(), AccountStatus::Normal);
}

/// What a read and the ledger must agree on: everything but counters of rows written.
fn comparable(mut account: Account, stored: &Account) -> Account {
    let counted = &stored.balance;
    account.balance.status_version = counted.status_version;
    account.balance.history_seq = counted.history_seq;
    account.balance.history_head.clone_from(&counted.history_head);
    account.balance.event_seq = counted.event_seq;
    account.balance.changed_time = counted.changed_time;
    account
}

#[test]
fn reads_see_what_the_ledger_writes_at_every_instant() {
    let busy = || {
        let mut world = World::with_balance(100);
        world.place(until("2026-05-01 00:00:00", court(None)));
        world.place(police(Some(30)));
        world.place(police(Some(90)));
        world.done(restriction_until("2026-04-01 08:00:00"));
        world.done(fraud_stop("ZF-1"));
        world.done(Action::ReportLoss);
        world
    };
    let ends = ["2026-03-12 10:00:00", "2026-03-16 00:00:00", "2026-04-01 08:00:00"];
    let later = ["2026-05-01 00:00:00", "2026-11-02 00:00:00", "2030-01-01 00:00:00"];
    for end in ends.into_iter().chain(later).map(at) {
        for now in [end - microsecond(), end, end + microsecond()] {
            let mut world = busy();
            let read = seen(&world, now);
            world.now = now;
            world.done(Command::Lapse);
            assert_eq!(comparable(read, world.account()), *world.account(), "{now}");
        }
    }
}

#[test]
fn the_next_lapse_stands_on_the_hot_row() {
    let mut world = World::with_balance(100);
    assert_eq!(world.account().balance.next_lapse_time, None);
    world.place(until("2026-05-01 00:00:00", court(None)));
    world.done(Action::ReportLoss);
    assert_eq!(world.account().balance.next_lapse_time, Some(at("2026-03-16 00:00:00")));
    world.go_to("2026-03-16 00:00:00");
    world.done(Command::Lapse);
    assert_eq!(world.account().balance.next_lapse_time, Some(at("2026-05-01 00:00:00")));
}
