//! Who needs no second person: what control systems send, and what is paid.

use chrono::Duration;

use super::approvals::insist;
use super::support::{Sent, World, change, court, debit, fraud_stop, police, release};
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::action::Action;
use crate::domain::approval::policy::Debt;
use crate::domain::command::Receipt;
use crate::domain::freeze::FreezeSource;
use crate::domain::principal::{Principal, Scope};
use crate::domain::status::Cause;

fn waits(world: &mut World, act: impl Into<Sent>) -> bool {
    matches!(world.done(act), Receipt::Approval(_))
}

const SOURCES: [(FreezeSource, bool); 4] = [
    (FreezeSource::CourtNetwork, true),
    (FreezeSource::PolicePlatform, true),
    (FreezeSource::Paper, false),
    (FreezeSource::Internal, false),
];

/// With all scopes, and with all but that of a control system's adapter.
fn principals() -> [(Principal, bool); 2] {
    let all = Principal::service("desk");
    let others: Vec<Scope> =
        all.scopes.iter().copied().filter(|scope| *scope != Scope::NetworkWrite).collect();
    [(all, true), (Principal::new("desk", others), false)]
}

#[test]
fn control_systems_release_and_serve_late_without_a_second_person() {
    for (source, system) in SOURCES {
        for (principal, adapter) in principals() {
            let mut world = World::with_balance(100);
            let freeze = world.place(court(Some(60))).freeze;
            world.done(debit(1));
            insist(&mut world);
            world.principal = principal;
            let served_time = Some(world.now - Duration::hours(1));
            let late = CreateFreeze { served_time, source, ..police(Some(5)) };
            let exempt = system && adapter;
            assert_eq!(waits(&mut world, late), !exempt, "{source:?} {adapter}");
            let lift = ReleaseFreeze { source: Some(source), ..release(&freeze, Extent::Whole) };
            assert_eq!(waits(&mut world, lift), !exempt, "{source:?} {adapter}");
        }
    }
    let mut world = World::with_balance(100);
    let freeze = world.place(court(Some(60))).freeze;
    insist(&mut world);
    assert!(waits(&mut world, release(&freeze, Extent::Whole)), "no source at all");
}

#[test]
fn papers_in_time_need_nobody() {
    let mut world = World::with_balance(100);
    world.done(debit(1));
    insist(&mut world);
    assert!(!waits(&mut world, court(Some(10))), "served now");
    world.now += Duration::hours(1);
    let served_time = Some(world.now - Duration::minutes(30));
    assert!(!waits(&mut world, CreateFreeze { served_time, ..court(Some(10)) }), "nothing since");
}

#[test]
fn a_stop_is_lifted_alone_by_the_network_or_when_arrears_are_paid() {
    let resume = || change(Action::ResumePayment);
    let network = || ChangeStatus { source: Some(FreezeSource::PolicePlatform), ..resume() };
    let paid = || ChangeStatus { arrears: Debt::Paid, ..resume() };
    let arrears = || change(Action::StopPayment);
    let customs = || ChangeStatus { causes: vec![Cause::StopCustoms], ..arrears() };
    for (stop, lift, alone) in [
        (fraud_stop("ZF-1"), resume(), false),
        (fraud_stop("ZF-1"), network(), true),
        (fraud_stop("ZF-1"), paid(), false),
        (customs(), network(), true),
        (customs(), paid(), false),
        (arrears(), resume(), false),
        (arrears(), network(), false),
        (arrears(), paid(), true),
    ] {
        for (principal, adapter) in principals() {
            let mut world = World::with_balance(100);
            world.done(stop.clone());
            insist(&mut world);
            world.principal = principal;
            let exempt = alone && (adapter || lift.arrears == Debt::Paid);
            assert_eq!(waits(&mut world, lift.clone()), !exempt, "{stop:?} {lift:?} {adapter}");
        }
    }
}
