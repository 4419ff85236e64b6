//! Renewals (续冻): from which end they count, how far and how often they go, who may order them, and
//! what becomes of one that comes too late.

use super::support::{World, at, cny, court, credit, debit, order, papers, police, release, renew};
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::act::release_freeze::Extent;
use crate::domain::act::renew_freeze::RenewFreeze;
use crate::domain::action::Action;
use crate::domain::approval::policy::FourEyes;
use crate::domain::authority::FreezeReceipt;
use crate::domain::command::Receipt;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{
    EmergencyCause, Freeze, FreezeActKind, FreezeStatus, FreezeType, Urgency,
};
use crate::domain::id::FreezeId;
use crate::domain::refusal::{Fact, Reason};
use crate::domain::terms::Term;

use FreezeStatus::{Active, Expired, Waiting};

fn placed(world: &mut World, create: CreateFreeze) -> Freeze {
    world.place(create).freeze
}

fn renewed(world: &mut World, renew: RenewFreeze) -> FreezeReceipt {
    match world.done(renew) {
        Receipt::Freeze(receipt) => *receipt,
        other => panic!("not a freeze: {other:?}"),
    }
}

fn last_day(freeze: &Freeze) -> String {
    freeze.expiry_date.unwrap().to_string()
}

#[test]
fn a_renewal_counts_from_the_old_end_and_keeps_the_place() {
    let mut world = World::with_balance(1_000);
    let first = placed(&mut world, court(Some(700)));
    let second = placed(&mut world, police(Some(500)));
    world.go_to("2026-12-01 09:00:00");
    let receipt = renewed(&mut world, renew(&first));
    assert_eq!(last_day(&receipt.freeze), "2028-03-10");
    assert_eq!((receipt.freeze.renewals, receipt.freeze.preceding_freeze_id.clone()), (1, None));
    assert_eq!(receipt.freeze.rank(), first.rank());
    assert_eq!(&receipt.freeze, world.freeze(&first.freeze_id));
    assert!(world.freeze(&second.freeze_id).rank() > receipt.freeze.rank());
    let act = world.tables.freeze_acts.last().unwrap();
    assert_eq!(
        (act.act, act.expire_time),
        (FreezeActKind::Renewed, Some(at("2028-03-11 00:00:00")))
    );
    assert_eq!(act.document_no, renew(&first).order.document_no);
    assert_eq!((act.notice_no.as_str(), act.officers.len()), ("协1234之二", 2));
    assert_eq!(world.tables.events.last().unwrap().kind, "FREEZE_RENEWED");
}

#[test]
fn hours_count_to_the_second_and_an_end_within_a_day_counts_from_that_day() {
    let mut world = World::with_balance(1_000);
    let end = at("2026-06-10 15:30:00");
    let freeze = placed(&mut world, CreateFreeze { duration: Duration::Until(end), ..court(None) });
    let hours = RenewFreeze { duration: Duration::For(Term::hours(5)), ..renew(&freeze) };
    let freeze = renewed(&mut world, hours).freeze;
    assert_eq!(freeze.expire_time, Some(at("2026-06-10 20:30:00")));
    let days = RenewFreeze { duration: Duration::For(Term::days(1)), ..renew(&freeze) };
    assert_eq!(renewed(&mut world, days).freeze.expire_time, Some(at("2026-06-12 00:00:00")));
}

#[test]
fn beyond_the_longest_renewal_the_latest_end_is_told() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(5)));
    for duration in [
        Duration::Until(at("2028-03-12 00:00:00")),
        Duration::For(Term::days(367)),
        Duration::For(Term::months(13)),
    ] {
        let refused = world.refused(RenewFreeze { duration, ..renew(&freeze) });
        assert_eq!(refused.reason(), Reason::TermTooLong, "{duration:?}");
        let latest = refused.first().facts.get(&Fact::Latest).unwrap();
        assert_eq!(latest.as_str(), "2028-03-10T16:00:00Z", "{duration:?}");
    }
    let until = Duration::Until(at("2028-03-11 00:00:00"));
    assert!(world.send(RenewFreeze { duration: until, ..renew(&freeze) }).is_ok());
}

#[test]
fn a_renewal_never_shortens() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(5)));
    for end in [freeze.expire_time.unwrap(), at("2026-12-01 00:00:00")] {
        let refused =
            world.refused(RenewFreeze { duration: Duration::Until(end), ..renew(&freeze) });
        assert_eq!(refused.reason(), Reason::InvalidRequest);
        assert_eq!(refused.first().facts.get(&Fact::Field).unwrap(), "expire_time");
    }
    assert_eq!(world.freeze(&freeze.freeze_id).expire_time, freeze.expire_time);
}

#[test]
fn only_the_authority_behind_it_or_a_court_above_renews() {
    use AuthorityKind as K;
    let table = [
        (K::CourtCivil, "深圳市南山区人民法院", true),
        (K::CourtCriminal, "深圳市南山区人民法院", true),
        (K::CourtCivil, "广东省深圳市中级人民法院", true),
        (K::CourtCivil, "深圳市福田区人民法院", false),
        (K::PoliceCriminal, "深圳市南山区人民法院", false),
        (K::Bank, "", false),
    ];
    for (kind, name, may) in table {
        let mut world = World::with_balance(1_000);
        let freeze = placed(&mut world, court(Some(5)));
        let reasons = world.reasons(RenewFreeze { order: papers(kind, name), ..renew(&freeze) });
        let expected = if may { vec![] } else { vec![Reason::NotThisAuthority] };
        assert_eq!(reasons, expected, "{kind:?} {name}");
    }
}

#[test]
fn what_has_no_end_that_could_be_moved_is_not_renewed() {
    let emergency = CreateFreeze {
        urgency: Urgency::Emergency,
        emergency_cause: Some(EmergencyCause::AccountTakeover),
        ..order(AuthorityKind::Bank, None)
    };
    for create in [
        emergency,
        order(AuthorityKind::Bank, None),
        order(AuthorityKind::ListBased, None),
        order(AuthorityKind::AmlTemporary, None),
        order(AuthorityKind::PoliceOrganisedCrime, Some(5)),
    ] {
        let mut world = World::with_balance(1_000);
        let freeze = placed(&mut world, create);
        assert_eq!(world.reasons(renew(&freeze)), [Reason::ActionNotApplicable], "{freeze:?}");
    }
    let mut world = World::with_balance(1_000);
    world.done(Action::ReportLoss);
    let loss = world.account().freezes[0].clone();
    assert_eq!(loss.freeze_type, FreezeType::Customer);
    assert_eq!(world.reasons(renew(&loss)), [Reason::ActionNotApplicable]);
}

#[test]
fn a_kind_without_renewal_names_its_source() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, order(AuthorityKind::AmlTemporary, None));
    let refused = world.refused(renew(&freeze));
    assert_eq!(refused.first().facts.get(&Fact::Source).unwrap(), "反洗钱法 (2024) 45");
}

#[test]
fn only_an_explicit_end_of_a_waiting_freeze_can_be_moved() {
    let mut world = World::with_balance(100);
    world.place(court(None));
    let term = placed(&mut world, police(Some(30)));
    assert_eq!(world.reasons(renew(&term)), [Reason::ActionNotApplicable]);
    let until = Duration::Until(at("2026-05-01 00:00:00"));
    let dated = placed(&mut world, CreateFreeze { duration: until, ..police(Some(30)) });
    let moved = renewed(&mut world, renew(&dated)).freeze;
    assert_eq!(
        (moved.freeze_status, moved.expire_time),
        (Waiting, Some(at("2026-10-31 00:00:00")))
    );
}

#[test]
fn the_banks_own_goes_on_to_any_later_end_that_is_stated_with_a_second_person() {
    let mut world = World::with_balance(1_000);
    let until = Duration::Until(at("2026-04-01 00:00:00"));
    let bank = CreateFreeze { duration: until, ..order(AuthorityKind::Bank, None) };
    let freeze = placed(&mut world, bank);
    assert_eq!(world.reasons(renew(&freeze)), [Reason::InvalidRequest]);
    let far = RenewFreeze { duration: Duration::For(Term::years(9)), ..renew(&freeze) };
    world.rules.four_eyes = FourEyes::Required;
    assert!(matches!(world.done(far.clone()), Receipt::Approval(_)));
    assert_eq!(world.freeze(&freeze.freeze_id), &freeze);
    world.rules.four_eyes = FourEyes::Waived;
    assert_eq!(last_day(&renewed(&mut world, far).freeze), "2035-03-31");
}

#[test]
fn a_courts_renewal_needs_no_second_person() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(5)));
    world.rules.four_eyes = FourEyes::Required;
    assert!(matches!(world.done(renew(&freeze)), Receipt::Freeze(_)));
}

#[test]
fn a_released_freeze_is_not_renewed_and_an_unknown_one_not_found() {
    let mut world = World::with_balance(1_000);
    let freeze = placed(&mut world, court(Some(5)));
    world.done(release(&freeze, Extent::Whole));
    assert_eq!(world.reasons(renew(&freeze)), [Reason::FreezeNotInForce]);
    let unknown = FreezeId::parse("nowhere").unwrap();
    assert_eq!(
        world.reasons(RenewFreeze { freeze_id: unknown, ..renew(&freeze) }),
        [Reason::FreezeNotFound]
    );
}

/// A court's 70 of 100 ran out; a police freeze of 50 stands behind it.
fn run_out() -> (World, Freeze, Freeze) {
    let mut world = World::with_balance(100);
    let exempt = Some(cny(10));
    let first = placed(&mut world, CreateFreeze { exempt, ..court(Some(70)) });
    world.go_to("2026-11-01 10:00:00");
    let second = placed(&mut world, police(Some(50)));
    world.go_to("2027-03-11 00:00:00");
    (world, first, second)
}

#[test]
fn a_renewal_after_the_end_is_a_new_freeze_at_the_tail_of_the_line() {
    let (mut world, first, second) = run_out();
    let receipt = renewed(&mut world, renew(&first));
    let anew = receipt.freeze;
    assert_eq!(world.freeze(&first.freeze_id).freeze_status, Expired);
    assert_ne!(anew.freeze_id, first.freeze_id);
    assert_eq!(anew.preceding_freeze_id.as_ref(), Some(&first.freeze_id));
    assert_eq!((anew.freeze_amount, anew.exempt_minor), (Some(70), 10));
    assert_eq!(anew.court_order_no, renew(&first).order.document_no);
    assert_eq!((anew.served_time, last_day(&anew).as_str()), (anew.create_time, "2028-03-11"));
    assert!(anew.rank() > world.freeze(&second.freeze_id).rank());
    assert_eq!(world.freeze(&anew.freeze_id), &anew);
    let acts = world.tables.freeze_acts.iter().filter(|act| act.freeze_id == anew.freeze_id);
    assert_eq!(acts.map(|act| act.act).collect::<Vec<_>>(), [FreezeActKind::Placed]);
}

#[test]
fn what_follows_on_a_freeze_that_ran_out_may_have_to_wait_for_a_term_of_its_own() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, police(Some(70)));
    world.go_to("2026-08-01 10:00:00");
    let second = placed(&mut world, court(None));
    world.go_to("2026-09-11 00:00:00");
    let anew = renewed(&mut world, renew(&first)).freeze;
    assert_eq!((anew.freeze_status, anew.expire_time), (Waiting, None));
    world.go_to("2026-10-31 10:00:00");
    world.done(release(&second, Extent::Whole));
    let anew = world.freeze(&anew.freeze_id);
    assert_eq!((anew.freeze_status, last_day(anew).as_str()), (Active, "2027-04-30"));
}

#[test]
fn one_freeze_only_follows_on_one_that_ran_out() {
    let (mut world, first, _) = run_out();
    world.done(renew(&first));
    assert_eq!(world.reasons(renew(&first)), [Reason::FreezeNotInForce]);
}

#[test]
fn where_everything_is_frozen_a_kind_that_may_not_wait_does_not_come_back() {
    let mut world = World::with_balance(100);
    let tax = placed(&mut world, order(AuthorityKind::TaxPreservation, Some(70)));
    world.go_to("2026-09-01 10:00:00");
    world.place(court(None));
    world.go_to("2026-09-11 00:00:00");
    assert_eq!(world.reasons(renew(&tax)), [Reason::FundsAlreadyFrozen]);
}

#[test]
fn what_was_renewed_as_often_as_it_may_be_is_not_placed_anew_either() {
    let mut world = World::with_balance(100);
    let admin = placed(&mut world, order(AuthorityKind::AdminGeneral, Some(70)));
    world.go_to("2026-04-10 00:00:00");
    let anew = renewed(&mut world, renew(&admin)).freeze;
    assert_eq!((last_day(&anew).as_str(), anew.renewals), ("2026-05-09", 1));
    let refused = world.refused(renew(&anew));
    assert_eq!(refused.reason(), Reason::TermTooLong);
}

#[test]
fn a_renewal_served_in_time_and_entered_late_takes_its_place_with_a_second_person() {
    let (mut world, first, second) = run_out();
    world.done(credit(5));
    world.done(debit(1));
    world.now += chrono::Duration::hours(10);
    let served_time = Some(at("2026-10-01 10:00:00"));
    let late = RenewFreeze { served_time, ..renew(&first) };
    world.rules.four_eyes = FourEyes::Required;
    assert!(matches!(world.done(late.clone()), Receipt::Approval(_)));
    world.rules.four_eyes = FourEyes::Waived;
    let receipt = renewed(&mut world, late);
    assert!(receipt.freeze.rank() < world.freeze(&second.freeze_id).rank());
    assert_eq!(last_day(&receipt.freeze), "2027-10-01");
    let moved: Vec<_> = receipt.meanwhile.movements.iter().map(|row| row.amount_minor).collect();
    assert_eq!(moved, [1, 5]);
}

#[test]
fn a_renewal_that_was_served_in_the_future_is_wrong_whatever_the_account_looks_like() {
    let mut world = World::with_balance(100);
    let freeze = placed(&mut world, court(Some(70)));
    let served_time = Some(world.now + chrono::Duration::seconds(1));
    let fields = |renew: &RenewFreeze, world: &World| -> Vec<String> {
        renew.violations(world.now).into_iter().map(|wrong| wrong.field.into_owned()).collect()
    };
    assert_eq!(fields(&RenewFreeze { served_time, ..renew(&freeze) }, &world), ["served_time"]);
    assert_eq!(fields(&renew(&freeze), &world), Vec::<&str>::new());
}
