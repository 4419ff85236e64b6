//! Succession: another court takes a freeze over at its rank; who may, and what stays as it was.

use super::support::{COURT, World, at, court, order, papers, police, release, succeed};
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::act::release_freeze::Extent;
use crate::domain::act::succeed_freeze::SucceedFreeze;
use crate::domain::authority::FreezeReceipt;
use crate::domain::command::Receipt;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeActKind, FreezeStatus};
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::Cause;
use crate::domain::terms::Term;

use FreezeStatus::{Active, Released, Waiting};

const OTHER: &str = "深圳市福田区人民法院";

fn placed(world: &mut World, create: CreateFreeze) -> Freeze {
    world.place(create).freeze
}

fn taken_over(world: &mut World, succeed: SucceedFreeze) -> FreezeReceipt {
    match world.done(succeed) {
        Receipt::Freeze(receipt) => *receipt,
        other => panic!("not a freeze: {other:?}"),
    }
}

fn criminal(freeze: &Freeze) -> SucceedFreeze {
    succeed(freeze, AuthorityKind::CourtCriminal, OTHER)
}

#[test]
fn a_criminal_court_stands_where_the_police_stood() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, police(Some(60)));
    let second = placed(&mut world, court(Some(60)));
    let third = placed(&mut world, court(Some(10)));
    world.go_to("2026-04-01 10:00:00");
    let new = taken_over(&mut world, criminal(&first)).freeze;
    let old = world.freeze(&first.freeze_id).clone();
    assert_eq!((old.freeze_status, old.ended_time), (Released, Some(world.now)));
    assert_eq!(new.preceding_freeze_id.as_ref(), Some(&first.freeze_id));
    assert_eq!((new.authority_kind, new.freeze_by.as_str()), (AuthorityKind::CourtCriminal, OTHER));
    assert_eq!(new.cause, Cause::JudicialCourt);
    assert_eq!((new.freeze_amount, new.served_time), (first.freeze_amount, first.served_time));
    assert_eq!((new.effective_time, new.expire_time), (first.effective_time, first.expire_time));
    assert_eq!((new.rank(), new.freeze_status), (first.rank(), Active));
    assert!(new.freeze_seq > third.freeze_seq);
    for other in [&second, &third] {
        assert_eq!(world.freeze(&other.freeze_id), other, "nobody else's place or status moves");
    }
    assert_eq!((world.account().balance.freeze_claim_minor, world.account().available()), (130, 0));
    let acts: Vec<_> = world.tables.freeze_acts.iter().rev().take(2).collect();
    assert_eq!((acts[0].act, &acts[0].freeze_id), (FreezeActKind::Placed, &new.freeze_id));
    assert_eq!((acts[1].act, &acts[1].freeze_id), (FreezeActKind::Succeeded, &old.freeze_id));
    assert_eq!(acts[1].authority_name, OTHER);
    let row = world.tables.history.last().unwrap();
    assert_ne!(row.conditions_before, row.conditions_after, "history shows it");
}

#[test]
fn the_second_to_take_over_still_stands_where_the_first_stood() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, police(Some(60)));
    placed(&mut world, court(Some(60)));
    let second = taken_over(&mut world, criminal(&first)).freeze;
    let third = succeed(&second, AuthorityKind::CourtCivil, COURT);
    assert_eq!(taken_over(&mut world, third).freeze.rank(), first.rank());
}

#[test]
fn a_waiting_freeze_is_taken_over_waiting_and_its_term_begins_later() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, court(None));
    let second = placed(&mut world, police(Some(60)));
    let new = taken_over(&mut world, criminal(&second)).freeze;
    assert_eq!((new.freeze_status, new.expire_time, new.term()), (Waiting, None, second.term()));
    world.go_to("2026-04-10 10:00:00");
    world.done(release(&first, Extent::Whole));
    let new = world.freeze(&new.freeze_id);
    assert_eq!((new.freeze_status, new.expire_time), (Active, Some(at("2026-10-11 00:00:00"))));
}

#[test]
fn a_waiting_freeze_may_get_another_term_or_an_end() {
    for (duration, expire_time, term) in [
        (Duration::For(Term::years(1)), None, Some(Term::years(1))),
        (Duration::Until(at("2027-03-01 00:00:00")), Some(at("2027-03-01 00:00:00")), None),
    ] {
        let mut world = World::with_balance(100);
        world.place(court(None));
        let second = placed(&mut world, police(Some(60)));
        let order = SucceedFreeze { duration, ..criminal(&second) };
        let new = taken_over(&mut world, order).freeze;
        assert_eq!((new.expire_time, new.term()), (expire_time, term), "{duration:?}");
    }
}

#[test]
fn an_end_goes_at_most_a_renewal_of_the_new_court_beyond_the_old_end() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, police(Some(60)));
    assert_eq!(freeze.expire_time, Some(at("2026-09-11 00:00:00")));
    let too_long = Duration::Until(at("2027-09-12 00:00:00"));
    let refused = world.refused(SucceedFreeze { duration: too_long, ..criminal(&freeze) });
    assert_eq!(refused.reason(), Reason::TermTooLong);
    assert_eq!(refused.first().facts.get(&Fact::Latest).unwrap(), "2027-09-10T16:00:00Z");
    let past = Duration::Until(world.now);
    let refused = world.refused(SucceedFreeze { duration: past, ..criminal(&freeze) });
    assert_eq!(refused.reason(), Reason::InvalidRequest);
    let year = Duration::For(Term::years(1));
    let new = taken_over(&mut world, SucceedFreeze { duration: year, ..criminal(&freeze) }).freeze;
    assert_eq!(new.expire_time, Some(at("2027-09-11 00:00:00")));
}

#[test]
fn courts_take_over_from_courts_and_from_who_investigates_and_nobody_else_does() {
    use AuthorityKind as K;
    let table = [
        (K::CourtCivil, K::CourtCivil, OTHER, true),
        (K::CourtCivil, K::CourtCriminal, COURT, true),
        (K::CourtCivil, K::CourtCivil, COURT, false),
        (K::PoliceCriminal, K::CourtCriminal, COURT, true),
        (K::PoliceCriminalMajor, K::CourtCivil, COURT, true),
        (K::Procuratorate, K::CourtCriminal, COURT, true),
        (K::Supervision, K::CourtCriminal, COURT, true),
        (K::StateSecurity, K::CourtCriminal, COURT, true),
        (K::TaxPreservation, K::CourtCivil, COURT, false),
        (K::AdminGeneral, K::CourtCivil, COURT, false),
        (K::Bank, K::CourtCivil, COURT, false),
        (K::CourtCivil, K::PoliceCriminal, OTHER, false),
        (K::PoliceCriminal, K::Procuratorate, OTHER, false),
    ];
    for (from, to, name, may) in table {
        let mut world = World::with_balance(100);
        let freeze = placed(&mut world, order(from, Some(50)));
        let reasons = world.reasons(succeed(&freeze, to, name));
        let expected = if may { vec![] } else { vec![Reason::NotThisAuthority] };
        assert_eq!(reasons, expected, "{to:?} of {name} from {from:?}");
    }
}

#[test]
fn what_has_ended_is_not_taken_over() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, police(Some(50)));
    taken_over(&mut world, criminal(&freeze));
    assert_eq!(world.reasons(criminal(&freeze)), [Reason::FreezeNotInForce]);
    let freeze = placed(&mut world, police(Some(50)));
    world.go_to("2027-03-10 10:00:00");
    assert_eq!(world.reasons(criminal(&freeze)), [Reason::FreezeNotInForce]);
}

#[test]
fn a_takeover_touches_no_withdrawal_and_asks_nobody_else() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, police(Some(50)));
    let unsent = world.reserve(30);
    world.rules.four_eyes = crate::domain::approval::policy::FourEyes::Required;
    let receipt = taken_over(&mut world, criminal(&freeze));
    assert_eq!(receipt.cancelled, []);
    assert_eq!(world.tables.withdrawals[&unsent.withdrawal_id], unsent);
    assert_eq!(world.account().balance.balance_minor, 100);
}

#[test]
fn its_papers_have_to_be_complete() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, police(Some(50)));
    let whole = criminal(&freeze);
    assert_eq!(whole.violations(), []);
    let mut order = papers(AuthorityKind::CourtCriminal, OTHER);
    order.officers.pop();
    order.notice_no.clear();
    let found = SucceedFreeze { order, ..whole }.violations();
    assert_eq!(
        found.into_iter().map(|wrong| wrong.field).collect::<Vec<_>>(),
        ["officers", "notice_no"]
    );
}
