//! Imported freezes: legal order, stand-ins, records of what ended, contradictions.

use super::support::{COURT, World, account, at, cny, restricted};
use crate::domain::act::import_account::{ImportAccount, stand_in};
use crate::domain::act::import_freeze::ImportFreeze;
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Disclosure, FreezeActKind, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Fact, Reason};
use crate::domain::review::HolderKind;
use crate::domain::status::{AccountStatus, Lifecycle, Restriction};

fn id(text: &str) -> FreezeId {
    FreezeId::parse(text).unwrap()
}

fn court(name: &str, amount: Option<&str>, served: &str) -> ImportFreeze {
    ImportFreeze {
        freeze_id: id(name),
        freeze_type: FreezeType::Judicial,
        authority_kind: AuthorityKind::CourtCivil,
        freeze_mode: if amount.is_some() { FreezeMode::Amount } else { FreezeMode::Whole },
        amount: amount.map(str::to_owned),
        currency: None,
        freeze_by: COURT.to_owned(),
        court_order_no: "88".to_owned(),
        freeze_reason: "执行".to_owned(),
        unfreeze_condition: String::new(),
        disclosure: Disclosure::Open,
        served_time: at(served),
        expiry_date: None,
        freeze_status: FreezeStatus::Active,
        ended_time: None,
    }
}

fn with_status(status: AccountStatus) -> World {
    let mut world = World::empty();
    world.done(Command::ImportAccount(ImportAccount {
        account_id: "A-1".to_owned(),
        account_name: "何雨桐".to_owned(),
        customer_id: String::new(),
        branch_code: String::new(),
        balance: cny(10_000),
        status,
        reason: String::new(),
        since: None,
        order: None,
        last_transaction_time: None,
        holder_kind: HolderKind::Unspecified,
        protected_kind: None,
        document_expiry_date: None,
    }));
    world
}

fn take(world: &mut World, import: ImportFreeze) {
    world.done(Command::ImportFreeze(import));
}

/// The field that a refusal names.
fn wrong(world: &mut World, import: ImportFreeze) -> String {
    let refused = world.refused(Command::ImportFreeze(import));
    assert_eq!(refused.reason(), Reason::InvalidRequest);
    refused.all()[0].facts[&Fact::Field].clone()
}

#[test]
fn the_legal_order_is_the_same_whatever_the_order_of_rows() {
    let rows = [
        ("F1", "2025-01-01 09:00:00"),
        ("F2", "2025-01-02 09:00:00"),
        ("F3", "2025-01-03 09:00:00"),
    ];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut world = World::with_balance(10_000);
        for index in order {
            let (name, served) = rows[index];
            let row = court(name, Some("60.00"), served);
            take(&mut world, ImportFreeze { freeze_status: FreezeStatus::Waiting, ..row });
        }
        let status = |name| world.freeze(&id(name)).freeze_status;
        assert_eq!(status("F1"), FreezeStatus::Active, "{order:?}");
        assert_eq!(status("F2"), FreezeStatus::Active, "{order:?}");
        assert_eq!(status("F3"), FreezeStatus::Waiting, "{order:?}");
        assert_eq!(world.freeze(&id("F3")).effective_time, None, "{order:?}");
    }
}

#[test]
fn a_kind_that_may_not_wait_is_active_with_nothing_left_for_it() {
    let mut world = World::with_balance(10_000);
    take(&mut world, court("F1", None, "2025-01-01 09:00:00"));
    let tax = court("F2", Some("5.00"), "2025-01-02 09:00:00");
    take(&mut world, ImportFreeze { authority_kind: AuthorityKind::TaxPreservation, ..tax });
    assert_eq!(world.freeze(&id("F2")).freeze_status, FreezeStatus::Active);
}

#[test]
fn the_first_in_force_takes_the_place_of_what_the_status_stood_for() {
    let mut world = with_status(AccountStatus::Frozen);
    let number = world.account().number().clone();
    assert_eq!(world.account().available(), 0);
    let ended = court("F0", None, "2024-01-01 09:00:00");
    take(&mut world, ImportFreeze { freeze_status: FreezeStatus::Released, ..ended });
    assert_eq!(world.account().available(), 0, "a record lifts nothing");
    take(&mut world, court("F1", Some("30.00"), "2025-01-01 09:00:00"));
    take(&mut world, court("F2", Some("20.00"), "2025-01-02 09:00:00"));
    assert_eq!(world.account().available(), 5_000);
    assert_eq!(world.freeze(&stand_in(&number)).freeze_status, FreezeStatus::Released);
    let released = |row: &&_| matches!(row, FreezeActKind::Released);
    let acts: Vec<FreezeActKind> = world.tables.freeze_acts.iter().map(|row| row.act).collect();
    assert_eq!(acts.iter().filter(released).count(), 2, "the record's and the stand-in's");
    assert_eq!(world.tables.history.len(), 3);
    assert_eq!(world.tables.history[1].change_date, at("2025-01-01 09:00:00"));
}

#[test]
fn a_loss_gives_way_to_a_loss_only() {
    let mut world = with_status(AccountStatus::Lost);
    take(&mut world, court("F1", Some("30.00"), "2025-01-01 09:00:00"));
    assert_eq!(world.account().freezes.len(), 2);
    let loss = court("F2", None, "2025-01-02 09:00:00");
    take(
        &mut world,
        ImportFreeze {
            freeze_type: FreezeType::Customer,
            authority_kind: AuthorityKind::Customer,
            ..loss
        },
    );
    let number = world.account().number().clone();
    assert_eq!(world.freeze(&stand_in(&number)).freeze_status, FreezeStatus::Released);
    assert_eq!(world.account().freezes.len(), 2);
}

#[test]
fn what_ended_is_a_record_with_its_end() {
    let mut world = World::with_balance(10_000);
    let before = world.account().balance.clone();
    let day = "2025-06-30".parse().ok();
    let row = |name, status| ImportFreeze {
        freeze_status: status,
        expiry_date: day,
        ..court(name, None, "2025-01-01 09:00:00")
    };
    take(&mut world, row("F1", FreezeStatus::Active));
    take(&mut world, row("F2", FreezeStatus::Expired));
    let released = ImportFreeze {
        ended_time: Some(at("2025-02-02 00:00:00")),
        ..row("F3", FreezeStatus::Released)
    };
    take(&mut world, released);
    let end = |name: &str| {
        let freeze = world.freeze(&id(name));
        (freeze.freeze_status, freeze.ended_time)
    };
    let lapsed = Some(at("2025-07-01 00:00:00"));
    assert_eq!(end("F1"), (FreezeStatus::Expired, lapsed), "its last day is over");
    assert_eq!(end("F2"), (FreezeStatus::Expired, lapsed));
    assert_eq!(end("F3"), (FreezeStatus::Released, Some(at("2025-02-02 00:00:00"))));
    assert_eq!(world.account().available(), 10_000);
    assert_eq!(*world.account().freezes, []);
    assert_eq!(world.tables.history, []);
    assert_eq!(world.account().balance.balance_minor, before.balance_minor);
}

#[test]
fn contradictions_are_refused_and_not_remembered() {
    let mut world = World::with_balance(10_000);
    let plain = || court("F1", Some("30.00"), "2025-01-01 09:00:00");
    let ahead = ImportFreeze {
        freeze_status: FreezeStatus::Expired,
        expiry_date: "2099-01-01".parse().ok(),
        ..plain()
    };
    assert_eq!(wrong(&mut world, ahead), "freeze_status");
    let usd = crate::domain::money::Currency::from_code("USD");
    assert_eq!(wrong(&mut world, ImportFreeze { currency: usd, ..plain() }), "currency");
    let zero = ImportFreeze { amount: Some("0.00".to_owned()), ..plain() };
    assert_eq!(wrong(&mut world, zero), "freeze_amount");
    let bank = ImportFreeze { freeze_type: FreezeType::Bank, ..plain() };
    assert_eq!(wrong(&mut world, bank), "authority_kind");
    take(&mut world, plain());
    assert_eq!(wrong(&mut world, plain()), "freeze_id");
    assert!(world.remembered.len() == 1, "only what took effect is remembered");
}

#[test]
fn an_account_that_is_not_open_has_records_only() {
    let mut closed = account(Lifecycle::Closed, 0);
    closed.conditions.push(restricted(Restriction::NoDebit));
    let mut world = World::holding(closed);
    let plain = court("F1", None, "2025-01-01 09:00:00");
    assert_eq!(wrong(&mut world, plain.clone()), "freeze_status");
    take(&mut world, ImportFreeze { freeze_status: FreezeStatus::Released, ..plain });
    assert_eq!(world.account().status().code(), "10");
}
