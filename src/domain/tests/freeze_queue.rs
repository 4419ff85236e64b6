//! Waiting (轮候): who waits, who may not, how a waiting freeze takes effect, papers served
//! earlier and entered later.

use super::support::{World, account, at, change, court, credit, freeze, order, police, release};
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::act::release_freeze::Extent;
use crate::domain::action::Action;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Freeze, FreezeActKind, FreezeStatus, FreezeType};
use crate::domain::id::FreezeId;
use crate::domain::money::Minor;
use crate::domain::refusal::Reason;
use crate::domain::status::{AccountStatus, Cause, Lifecycle};

use FreezeStatus::{Active, Waiting};

fn placed(world: &mut World, create: CreateFreeze) -> FreezeId {
    let receipt = world.place(create);
    assert_eq!(world.freeze(&receipt.freeze.freeze_id), &receipt.freeze);
    receipt.freeze.freeze_id
}

fn status(world: &World, id: &FreezeId) -> FreezeStatus {
    world.freeze(id).freeze_status
}

fn controlled(world: &World, id: &FreezeId) -> Minor {
    let control = world.account().control(crate::domain::freeze::control::Counting::All);
    control.shares.iter().find(|share| share.freeze_id == *id).unwrap().controlled
}

fn acts(world: &World, id: &FreezeId) -> Vec<FreezeActKind> {
    let rows = world.tables.freeze_acts.iter().filter(|act| act.freeze_id == *id);
    rows.map(|act| act.act).collect()
}

/// The kinds that design, law 1 lets wait, with an amount of 30.
const MAY_WAIT: [AuthorityKind; 5] = [
    AuthorityKind::CourtCivil,
    AuthorityKind::CourtCriminal,
    AuthorityKind::PoliceCriminal,
    AuthorityKind::PoliceCriminalMajor,
    AuthorityKind::Procuratorate,
];

/// The other authorities that make freezes.
const MAY_NOT_WAIT: [AuthorityKind; 9] = [
    AuthorityKind::Supervision,
    AuthorityKind::AdminGeneral,
    AuthorityKind::Securities,
    AuthorityKind::Futures,
    AuthorityKind::TaxPreservation,
    AuthorityKind::PoliceCounterTerror,
    AuthorityKind::PoliceOrganisedCrime,
    AuthorityKind::AmlTemporary,
    AuthorityKind::StateSecurity,
];

#[test]
fn kinds_that_may_wait_wait_behind_a_whole_freeze() {
    for kind in MAY_WAIT {
        let mut world = World::with_balance(100);
        world.place(court(None));
        let id = placed(&mut world, order(kind, Some(30)));
        let freeze = world.freeze(&id);
        assert_eq!((freeze.freeze_status, freeze.effective_time), (Waiting, None), "{kind:?}");
        assert_eq!((freeze.expire_time, freeze.expiry_date), (None, None), "{kind:?}");
    }
}

#[test]
fn kinds_that_may_not_wait_are_refused_where_everything_is_frozen() {
    for kind in MAY_NOT_WAIT {
        for held in [None, Some(100), Some(150)] {
            let mut world = World::with_balance(100);
            world.place(court(held));
            let reasons = world.reasons(order(kind, Some(30)));
            assert_eq!(reasons, [Reason::FundsAlreadyFrozen], "{kind:?} behind {held:?} of 100");
            assert_eq!(world.account().freezes.len(), 1, "{kind:?}");
        }
    }
}

#[test]
fn kinds_that_may_not_wait_take_the_free_part_where_not_everything_is_frozen() {
    for kind in MAY_NOT_WAIT {
        let mut world = World::with_balance(100);
        world.place(court(Some(70)));
        let id = placed(&mut world, order(kind, Some(50)));
        assert_eq!((status(&world, &id), controlled(&world, &id)), (Active, 30), "{kind:?}");
    }
}

#[test]
fn the_banks_and_the_customers_freezes_refuse_no_authority() {
    let mut world = World::with_balance(100);
    world.place(order(AuthorityKind::Bank, None));
    world.done(Action::ReportLoss);
    let id = placed(&mut world, order(AuthorityKind::AdminGeneral, Some(100)));
    assert_eq!((status(&world, &id), controlled(&world, &id)), (Active, 100));
}

#[test]
fn the_bank_and_the_customer_never_wait() {
    let mut world = World::with_balance(100);
    world.place(court(None));
    let bank = placed(&mut world, order(AuthorityKind::Bank, None));
    world.done(Action::ReportLoss);
    let loss = world.account().freezes.last().unwrap().freeze_id.clone();
    assert_eq!((status(&world, &bank), status(&world, &loss)), (Active, Active));
}

#[test]
fn a_court_waits_behind_one_that_has_exactly_all_the_money() {
    let mut world = World::with_balance(100);
    let first = placed(&mut world, court(Some(100)));
    let second = placed(&mut world, police(Some(30)));
    assert_eq!((status(&world, &first), status(&world, &second)), (Active, Waiting));
    world.done(credit(20));
    assert_eq!((status(&world, &second), controlled(&world, &second)), (Active, 20));
}

/// design, demo data, account 5: three courts; the release of F2 in part lets F3 take effect.
#[test]
fn three_courts_take_effect_one_after_the_other() {
    let mut world = World::with_balance(41_260_000);
    let f2 = placed(&mut world, court(None));
    let f3 = placed(&mut world, court(Some(80_000_000)));
    let f4 = placed(&mut world, court(Some(35_000_000)));
    let all = |world: &World| [&f2, &f3, &f4].map(|id| status(world, id));
    assert_eq!(all(&world), [Active, Waiting, Waiting]);
    let part = Extent::Remaining(super::support::cny(30_000_000));
    world.done(release(&world.freeze(&f2).clone(), part));
    assert_eq!(all(&world), [Active, Active, Waiting]);
    assert_eq!(controlled(&world, &f3), 11_260_000);
    world.done(release(&world.freeze(&f2).clone(), Extent::Whole));
    assert_eq!(all(&world), [FreezeStatus::Released, Active, Waiting]);
    assert_eq!(controlled(&world, &f3), 41_260_000);
    world.done(release(&world.freeze(&f3).clone(), Extent::Whole));
    assert_eq!(all(&world), [FreezeStatus::Released, FreezeStatus::Released, Active]);
    assert_eq!((controlled(&world, &f4), world.account().available()), (35_000_000, 6_260_000));
}

/// design, demo data, account 6: credit 30 → 80, then 80 → F5 has its 100 and F6 takes 30.
#[test]
fn credits_fill_the_first_freeze_and_then_let_the_waiting_one_take_effect() {
    let mut world = World::with_balance(5_000);
    let f5 = placed(&mut world, court(Some(10_000)));
    let f6 = placed(&mut world, police(Some(3_000)));
    world.done(credit(3_000));
    assert_eq!((controlled(&world, &f5), status(&world, &f6)), (8_000, Waiting));
    world.done(credit(8_000));
    assert_eq!((controlled(&world, &f5), controlled(&world, &f6)), (10_000, 3_000));
    assert_eq!((status(&world, &f6), world.account().available()), (Active, 3_000));
    assert_eq!(acts(&world, &f6), [FreezeActKind::Placed, FreezeActKind::Promoted]);
}

#[test]
fn a_credit_that_exactly_fills_the_first_freeze_lets_none_take_effect() {
    let mut world = World::with_balance(5_000);
    world.place(court(Some(10_000)));
    let f6 = placed(&mut world, police(Some(3_000)));
    world.done(credit(5_000));
    assert_eq!((status(&world, &f6), controlled(&world, &f6)), (Waiting, 0));
}

#[test]
fn a_waiting_freezes_term_starts_when_it_takes_effect() {
    let mut world = World::with_balance(5_000);
    let first = placed(&mut world, court(None));
    let id = placed(&mut world, police(Some(3_000)));
    world.go_to("2026-08-31 15:00:00");
    world.done(release(&world.freeze(&first).clone(), Extent::Whole));
    let freeze: &Freeze = world.freeze(&id);
    assert_eq!(freeze.effective_time, Some(world.now));
    assert_eq!(freeze.expire_time, Some(at("2027-03-01 00:00:00")));
    assert_eq!(freeze.expiry_date.unwrap().to_string(), "2027-02-28");
}

#[test]
fn an_explicit_end_date_ends_a_waiting_freeze_all_the_same() {
    let mut world = World::with_balance(5_000);
    world.place(court(None));
    let end = at("2026-05-01 00:00:00");
    let id =
        placed(&mut world, CreateFreeze { duration: Duration::Until(end), ..police(Some(3_000)) });
    assert_eq!((status(&world, &id), world.freeze(&id).expire_time), (Waiting, Some(end)));
    world.now = end;
    world.done(crate::domain::command::Command::Lapse);
    assert_eq!(status(&world, &id), FreezeStatus::Expired);
}

#[test]
fn an_explicit_end_date_stands_when_the_freeze_takes_effect() {
    let mut world = World::with_balance(5_000);
    let first = placed(&mut world, court(None));
    let end = at("2026-05-01 00:00:00");
    let waiting = CreateFreeze { duration: Duration::Until(end), ..police(Some(3_000)) };
    let id = placed(&mut world, waiting);
    world.go_to("2026-04-01 10:00:00");
    world.done(release(&world.freeze(&first).clone(), Extent::Whole));
    let freeze = world.freeze(&id);
    assert_eq!((freeze.freeze_status, freeze.expire_time), (Active, Some(end)));
    assert_eq!(freeze.expiry_date.unwrap().to_string(), "2026-04-30");
}

#[test]
fn taking_effect_writes_one_history_row_with_the_cause_that_now_holds() {
    let mut world = World::with_balance(5_000);
    world.place(court(Some(10_000)));
    world.place(police(Some(3_000)));
    let rows = world.tables.history.len();
    world.done(credit(8_000));
    assert_eq!(world.tables.history.len(), rows + 1);
    let row = world.tables.history.last().unwrap();
    let causes = |held: &[crate::domain::condition::ConditionSummary]| -> Vec<Cause> {
        held.iter().filter_map(|condition| condition.cause).collect()
    };
    assert_eq!(causes(&row.conditions_before), [Cause::JudicialCourt, Cause::FreezeWaiting]);
    assert_eq!(causes(&row.conditions_after), [Cause::JudicialCourt, Cause::JudicialCriminal]);
}

fn served(local: &str, create: CreateFreeze) -> CreateFreeze {
    CreateFreeze { served_time: Some(at(local)), ..create }
}

#[test]
fn a_paper_served_earlier_takes_its_legal_place_and_sends_the_later_one_back() {
    let mut world = World::with_balance(100);
    let later = placed(&mut world, court(None));
    world.go_to("2026-03-12 10:00:00");
    let earlier = placed(&mut world, served("2026-03-09 10:00:00", police(Some(150))));
    assert_eq!((status(&world, &earlier), status(&world, &later)), (Active, Waiting));
    assert_eq!((controlled(&world, &earlier), controlled(&world, &later)), (100, 0));
    world.done(release(&world.freeze(&earlier).clone(), Extent::Whole));
    assert_eq!((status(&world, &later), controlled(&world, &later)), (Active, 100));
}

#[test]
fn a_paper_served_earlier_that_takes_exactly_all_sends_the_later_one_back() {
    let mut world = World::with_balance(100);
    let later = placed(&mut world, court(Some(60)));
    let earlier = placed(&mut world, served("2026-03-09 10:00:00", police(Some(100))));
    assert_eq!((status(&world, &earlier), status(&world, &later)), (Active, Waiting));
    assert_eq!((controlled(&world, &earlier), controlled(&world, &later)), (100, 0));
}

#[test]
fn a_paper_served_earlier_leaves_the_later_one_in_effect_over_the_rest() {
    let mut world = World::with_balance(100);
    let later = placed(&mut world, court(None));
    let earlier = placed(&mut world, served("2026-03-09 10:00:00", police(Some(40))));
    assert_eq!((status(&world, &earlier), status(&world, &later)), (Active, Active));
    assert_eq!((controlled(&world, &earlier), controlled(&world, &later)), (40, 60));
}

#[test]
fn a_kind_that_may_not_wait_is_not_sent_back() {
    let mut world = World::with_balance(100);
    let tax = placed(&mut world, order(AuthorityKind::TaxPreservation, Some(100)));
    world.place(served("2026-03-09 10:00:00", court(None)));
    assert_eq!((status(&world, &tax), controlled(&world, &tax)), (Active, 0));
}

#[test]
fn a_paper_served_later_never_sends_an_earlier_one_back() {
    let mut world = World::with_balance(100);
    let earlier = placed(&mut world, served("2026-03-09 10:00:00", court(Some(150))));
    let later = placed(&mut world, served("2026-03-10 09:00:00", court(None)));
    assert_eq!((status(&world, &earlier), status(&world, &later)), (Active, Waiting));
}

#[test]
fn an_active_freeze_that_holds_nothing_goes_back_behind_no_later_paper() {
    let mut account = account(Lifecycle::Open, 50);
    account.freezes.push(freeze(FreezeType::Judicial, 1, Some(100)));
    account.freezes.push(freeze(FreezeType::Judicial, 2, Some(30)));
    let second = account.freezes[1].freeze_id.clone();
    let mut world = World::holding(account);
    let later = placed(&mut world, court(Some(10)));
    assert_eq!((status(&world, &second), status(&world, &later)), (Active, Waiting));
}

#[test]
fn a_kind_that_may_not_wait_is_accepted_when_its_paper_was_served_first() {
    let mut world = World::with_balance(100);
    let court = placed(&mut world, court(None));
    let tax = order(AuthorityKind::TaxPreservation, Some(60));
    let tax = placed(&mut world, served("2026-03-09 10:00:00", tax));
    assert_eq!((status(&world, &tax), controlled(&world, &tax)), (Active, 60));
    assert_eq!((status(&world, &court), controlled(&world, &court)), (Active, 40));
}

/// design, demo data, account 11: a customer's block never makes a court wait.
#[test]
fn a_court_after_a_loss_is_active_and_each_ends_alone() {
    let lost_and_frozen = || {
        let mut world = World::with_balance(2_200_000);
        world.done(Action::ReportLoss);
        world.done(Action::ConfirmLoss);
        let court = placed(&mut world, court(Some(500_000)));
        assert_eq!((status(&world, &court), controlled(&world, &court)), (Active, 500_000));
        assert_eq!(world.account().status(), AccountStatus::Frozen);
        (world, court)
    };
    let (mut world, _) = lost_and_frozen();
    world.done(change(Action::WithdrawLoss));
    assert_eq!(world.account().status(), AccountStatus::Frozen);
    let (mut world, court) = lost_and_frozen();
    world.done(release(&world.freeze(&court).clone(), Extent::Whole));
    assert_eq!(world.account().status(), AccountStatus::Lost);
}

#[test]
fn a_freeze_beyond_the_balance_captures_later_credits_up_to_its_claim() {
    let mut world = World::with_balance(0);
    let id = placed(&mut world, court(Some(100)));
    assert_eq!(status(&world, &id), Active);
    for (paid_in, held, free) in [(60, 60, 0), (30, 90, 0), (30, 100, 20)] {
        world.done(credit(paid_in));
        assert_eq!((controlled(&world, &id), world.account().available()), (held, free));
    }
}

#[test]
fn a_freeze_that_goes_back_to_the_queue_has_changed() {
    let mut world = World::with_balance(100);
    let id = placed(&mut world, court(None));
    world.go_to("2026-03-10 11:00:00");
    let earlier = CreateFreeze { served_time: Some(at("2026-03-10 09:00:00")), ..court(None) };
    placed(&mut world, earlier);
    assert_eq!((status(&world, &id), world.freeze(&id).update_time), (Waiting, world.now));
}
