//! design, law 3: every row of the table that counts time, queues and powers, as the document has it.

use std::collections::BTreeSet;

use super::support::{
    COURT, World, at, court, credit, debit, deduct, fraud_stop, named, order, papers, police,
    release, renew, table,
};
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::act::deduct_freeze::DeductFreeze;
use crate::domain::act::release_freeze::{Extent, ReleaseFreeze};
use crate::domain::act::renew_freeze::RenewFreeze;
use crate::domain::action::Action;
use crate::domain::command::Receipt;
use crate::domain::freeze::control::Counting;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeSource, FreezeStatus, ListGround};
use crate::domain::lapse::seen_at;
use crate::domain::money::Minor;
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::AccountStatus;
use crate::domain::terms::day_end;

use super::support::{ZONE, microsecond};

fn instant(text: &str) -> chrono::DateTime<chrono::Utc> {
    at(&text.replace('T', " "))
}

/// The end of a day that a document states.
fn day(text: &str) -> chrono::DateTime<chrono::Utc> {
    day_end(text.parse().unwrap(), ZONE).unwrap()
}

fn amount(kind: AuthorityKind) -> Option<Minor> {
    let whole = matches!(kind, AuthorityKind::AmlTemporary | AuthorityKind::ListBased);
    (!whole).then_some(50)
}

fn status_at(world: &World, at: chrono::DateTime<chrono::Utc>) -> AccountStatus {
    seen_at(world.account().clone(), at, ZONE).status()
}

fn controlled(world: &World, freeze: &Freeze) -> Minor {
    let shares = world.account().control(Counting::All).shares;
    shares.iter().find(|share| share.freeze_id == freeze.freeze_id).unwrap().controlled
}

fn renewed(world: &mut World, renew: RenewFreeze) -> Freeze {
    match world.done(renew) {
        Receipt::Freeze(receipt) => receipt.freeze,
        other => panic!("not a freeze: {other:?}"),
    }
}

/// Kind, when it is served and frozen, the end date of the notice (· = none), the instant it is gone.
const FIRST_TERMS: &str = "
    COURT_CIVIL             2026-03-10T10:00:00 2027-03-10 2027-03-11T00:00:00
    COURT_CIVIL             2026-03-10T10:00:00 ·          2027-03-11T00:00:00
    COURT_CIVIL             2026-03-10T10:00:00 2027-03-11 refused
    COURT_CIVIL             2027-03-10T10:00:00 2028-03-10 2028-03-11T00:00:00
    COURT_CIVIL             2027-03-10T10:00:00 2028-03-11 refused
    COURT_CIVIL             2028-02-29T10:00:00 ·          2029-03-01T00:00:00
    COURT_CIVIL             2028-02-29T10:00:00 2029-03-01 refused
    COURT_CRIMINAL          2026-03-10T10:00:00 2027-03-11 refused
    POLICE_CRIMINAL         2026-08-31T10:00:00 ·          2027-03-01T00:00:00
    POLICE_CRIMINAL         2026-08-31T10:00:00 2027-03-01 refused
    POLICE_CRIMINAL_MAJOR   2026-08-31T10:00:00 ·          2027-09-01T00:00:00
    ADMIN_GENERAL           2026-03-10T10:00:00 ·          2026-04-10T00:00:00
    ADMIN_GENERAL           2026-03-10T10:00:00 2026-04-10 refused
    SECURITIES              2026-03-10T10:00:00 ·          2026-09-11T00:00:00
    FUTURES                 2026-03-10T10:00:00 2026-09-11 refused
    TAX_PRESERVATION        2026-03-10T10:00:00 ·          2026-09-11T00:00:00
    POLICE_COUNTER_TERROR   2026-03-10T10:00:00 ·          2026-05-11T00:00:00
    POLICE_COUNTER_TERROR   2026-03-10T10:00:00 2026-05-11 refused
    POLICE_ORGANISED_CRIME  2026-03-10T14:30:00 ·          2026-03-12T14:30:00
    AML_TEMPORARY           2026-03-10T14:30:00 ·          2026-03-12T14:30:00
    AML_TEMPORARY           2026-03-10T14:30:00 2026-03-12 refused
";

#[test]
fn first_terms_end_when_the_law_says_and_hold_until_then() {
    for (kind, cells) in table(FIRST_TERMS, 3) {
        let mut world = World::with_balance(100);
        world.now = instant(cells[0]);
        let duration = match cells[1] {
            "·" => Duration::Unstated,
            text => Duration::Until(day(text)),
        };
        let kind: AuthorityKind = named(&kind);
        let create = CreateFreeze { duration, ..order(kind, amount(kind)) };
        if cells[2] == "refused" {
            assert_eq!(world.reasons(create), [Reason::TermTooLong], "{kind:?} {cells:?}");
            continue;
        }
        let (freeze, end) = (world.place(create).freeze, instant(cells[2]));
        assert_eq!(freeze.expire_time, Some(end), "{kind:?} {cells:?}");
        assert_eq!(status_at(&world, end - microsecond()), AccountStatus::Frozen, "{cells:?}");
        assert_eq!(status_at(&world, end), AccountStatus::Normal, "{kind:?} {cells:?}");
    }
}

/// Kind, how many renewals, the last day after the first of them and after the last; what one more is.
/// All are placed on 2026-03-10 and renewed in the last second of the day they end.
const RENEWALS: &str = "
    COURT_CIVIL             5  2028-03-10 2032-03-10 fine
    POLICE_CRIMINAL         5  2027-03-10 2029-03-10 fine
    POLICE_CRIMINAL_MAJOR   3  2028-03-10 2030-03-10 fine
    ADMIN_GENERAL           1  2026-05-09 2026-05-09 TERM_TOO_LONG
    SECURITIES              6  2026-12-10 2028-03-10 TERM_TOO_LONG
    FUTURES                 6  2026-12-10 2028-03-10 TERM_TOO_LONG
    POLICE_COUNTER_TERROR   1  2026-06-10 2026-06-10 TERM_TOO_LONG
    AML_TEMPORARY           0  ·          ·          ACTION_NOT_APPLICABLE
    POLICE_ORGANISED_CRIME  0  ·          ·          ACTION_NOT_APPLICABLE
    LIST_BASED              0  ·          ·          ACTION_NOT_APPLICABLE
";

#[test]
fn renewals_go_as_often_and_as_far_as_the_law_says() {
    for (kind, cells) in table(RENEWALS, 4) {
        let kind: AuthorityKind = named(&kind);
        let times: usize = cells[0].parse().unwrap();
        let mut world = World::with_balance(100);
        let mut freeze = world.place(order(kind, amount(kind))).freeze;
        let mut days = vec!["·".to_owned()];
        for _ in 0..times {
            world.now = freeze.expire_time.unwrap() - chrono::Duration::seconds(1);
            let (id, rank) = (freeze.freeze_id.clone(), freeze.rank());
            freeze = renewed(&mut world, renew(&freeze));
            assert_eq!((&freeze.freeze_id, freeze.rank()), (&id, rank), "{kind:?} keeps its place");
            days.push(freeze.expiry_date.unwrap().to_string());
        }
        assert_eq!(days.get(1).unwrap_or(&days[0]), cells[1], "{kind:?} after the first");
        assert_eq!(days.last().unwrap(), cells[2], "{kind:?} after the last");
        let more = world.send(renew(&freeze));
        let said =
            more.map_or_else(|refused| refused.reason().name().to_owned(), |_| "fine".into());
        assert_eq!(said, cells[3], "{kind:?} once more");
    }
}

#[test]
fn a_regulators_freeze_ends_after_two_years_and_not_a_day_later() {
    let mut world = World::with_balance(100);
    let mut freeze = world.place(order(AuthorityKind::Securities, Some(50))).freeze;
    for _ in 0..5 {
        freeze = renewed(&mut world, renew(&freeze));
    }
    assert_eq!(freeze.expiry_date.unwrap().to_string(), "2027-12-10");
    let until = |text: &str| Duration::Until(day(text));
    let later = RenewFreeze { duration: until("2028-03-11"), ..renew(&freeze) };
    let refused = world.refused(later);
    assert_eq!(refused.reason(), Reason::TermTooLong);
    assert_eq!(refused.first().facts[&Fact::Latest], "2028-03-10T16:00:00Z");
    let freeze =
        renewed(&mut world, RenewFreeze { duration: until("2028-03-09"), ..renew(&freeze) });
    let last = renewed(&mut world, renew(&freeze));
    assert_eq!(last.expiry_date.unwrap().to_string(), "2028-03-10", "the ceiling cuts it short");
}

#[test]
fn a_renewal_in_the_last_second_keeps_the_place_and_one_at_midnight_stands_at_the_tail() {
    for (local, in_time) in [("2027-03-10 23:59:59", true), ("2027-03-11 00:00:00", false)] {
        let mut world = World::with_balance(100);
        let first = world.place(court(Some(40))).freeze;
        world.go_to("2027-03-01 10:00:00");
        let second = world.place(court(Some(40))).freeze;
        world.go_to(local);
        let after = renewed(&mut world, renew(&first));
        assert_eq!(after.freeze_id == first.freeze_id, in_time, "{local}");
        assert_eq!(after.rank() < second.rank(), in_time, "{local}");
        let ended = world.freeze(&first.freeze_id).freeze_status;
        let expected = if in_time { FreezeStatus::Active } else { FreezeStatus::Expired };
        assert_eq!(ended, expected, "{local}");
    }
}

#[test]
fn an_administrative_order_is_refused_where_all_is_frozen_and_takes_what_is_free_else() {
    let mut world = World::with_balance(100);
    let first = world.place(court(None)).freeze;
    let admin = || order(AuthorityKind::AdminGeneral, Some(80));
    assert_eq!(world.reasons(admin()), [Reason::FundsAlreadyFrozen]);
    let part = Extent::Remaining(super::support::cny(70));
    world.done(release(&first, part));
    let admin = world.place(admin()).freeze;
    assert_eq!((admin.freeze_status, controlled(&world, &admin)), (FreezeStatus::Active, 30));
}

#[test]
fn the_central_banks_measure_is_over_to_the_microsecond_and_not_renewed() {
    let mut world = World::with_balance(100);
    world.go_to("2026-03-10 14:30:00");
    let freeze = world.place(order(AuthorityKind::AmlTemporary, None)).freeze;
    let end = at("2026-03-12 14:30:00");
    assert_eq!(status_at(&world, end - microsecond()), AccountStatus::Frozen);
    assert_eq!(status_at(&world, end), AccountStatus::Normal);
    for local in ["2026-03-12 14:29:59", "2026-03-12 14:30:00"] {
        world.go_to(local);
        assert_eq!(world.reasons(renew(&freeze)), [Reason::ActionNotApplicable], "{local}");
    }
}

#[test]
fn a_fraud_case_stops_an_account_twice_and_no_third_time() {
    let mut world = World::with_balance(100);
    for (local, expected) in [
        ("2026-03-10 10:00:00", vec![]),
        ("2026-03-13 10:00:00", vec![]),
        ("2026-03-16 10:00:00", vec![Reason::StopRepeated]),
    ] {
        world.go_to(local);
        assert_eq!(world.reasons(fraud_stop("ZF-7")), expected, "{local}");
    }
}

#[test]
fn an_oral_loss_is_gone_after_five_days_or_on_the_working_day_after_a_holiday() {
    let table: [(&[&str], &str); 3] = [
        (&[], "2026-03-24 00:00:00"),
        (&["2026-03-23"], "2026-03-25 00:00:00"),
        (&["2026-03-20", "2026-03-23", "2026-03-24"], "2026-03-26 00:00:00"),
    ];
    for (holidays, gone) in table {
        let mut world = World::with_balance(100);
        let days: BTreeSet<_> = holidays.iter().map(|text| text.parse().unwrap()).collect();
        world.rules.holidays = days;
        world.go_to("2026-03-18 09:00:00");
        world.done(Action::ReportLoss);
        assert_eq!(status_at(&world, at(gone) - microsecond()), AccountStatus::Lost, "{gone}");
        assert_eq!(status_at(&world, at(gone)), AccountStatus::Normal, "{gone}");
    }
}

#[test]
fn a_courts_freeze_never_rolls_over_a_holiday() {
    let mut world = World::with_balance(100);
    world.rules.holidays = ["2027-03-10".parse().unwrap()].into();
    let freeze = world.place(court(Some(50))).freeze;
    assert_eq!(freeze.expire_time, Some(at("2027-03-11 00:00:00")));
    assert_eq!(renewed(&mut world, renew(&freeze)).expire_time, Some(at("2028-03-11 00:00:00")));
}

#[test]
fn a_late_paper_takes_its_place_by_service_and_the_debits_in_between_are_told() {
    let mut world = World::with_balance(100);
    world.done(debit(5));
    world.go_to("2026-03-11 10:00:00");
    world.done(debit(7));
    world.done(credit(2));
    let later = world.place(court(None)).freeze;
    let served_time = Some(at("2026-03-11 09:00:00"));
    world.go_to("2026-03-12 10:00:00");
    let receipt = world.place(CreateFreeze { served_time, ..police(Some(95)) });
    assert!(receipt.freeze.rank() < later.rank());
    assert_eq!(world.freeze(&later.freeze_id).freeze_status, FreezeStatus::Waiting);
    let moved: Vec<Minor> = receipt.meanwhile.movements.iter().map(|it| it.amount_minor).collect();
    assert_eq!(moved, [2, 7], "newest first, and nothing from before the service");
}

#[test]
fn the_police_deduct_nothing_and_a_criminal_court_deducts_naming_their_freeze() {
    let mut world = World::with_balance(100);
    let freeze = world.place(police(Some(50))).freeze;
    assert_eq!(world.reasons(deduct(&freeze, 50)), [Reason::ActionNotApplicable]);
    let criminal = papers(AuthorityKind::CourtCriminal, COURT);
    let named = DeductFreeze { order: criminal, ..deduct(&freeze, 50) };
    assert!(matches!(world.done(named), Receipt::Deduction(_)));
    assert_eq!(world.account().balance.balance_minor, 50);
}

#[test]
fn a_measure_because_of_a_list_is_lifted_on_one_of_three_grounds_and_on_no_other() {
    let lift = |freeze: &Freeze, list_ground| ReleaseFreeze {
        list_ground,
        authority_kind: None,
        authority_name: String::new(),
        source: Some(FreezeSource::Internal),
        ..release(freeze, Extent::Whole)
    };
    for ground in [ListGround::Delisted, ListGround::Mistaken, ListGround::CompetentOrgan] {
        let mut world = World::with_balance(100);
        let freeze = world.place(order(AuthorityKind::ListBased, None)).freeze;
        assert_eq!(world.reasons(lift(&freeze, None)), [Reason::NotThisAuthority]);
        assert_eq!(world.reasons(lift(&freeze, Some(ground))), [], "{ground:?}");
        assert_eq!(world.account().status(), AccountStatus::Normal);
    }
}
