//! Ends that lie behind already, and retries that come after an end.

use super::support::{World, at, change, cny, court, police};
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::action::Action;
use crate::domain::freeze::{FreezeMode, FreezeType};
use crate::domain::pass::{self, Operation, Standing};
use crate::domain::refusal::{Fact, Reason, Refused};
use crate::domain::status::Cause;
use crate::domain::terms::Term;

fn wrong_field(refused: &Refused) -> &str {
    assert_eq!(refused.reason(), Reason::InvalidRequest);
    &refused.first().facts[&Fact::Field]
}

#[test]
fn a_freeze_that_would_be_over_already_is_refused_and_touches_no_withdrawal() {
    let long_ago = Some(at("2025-01-10 10:00:00"));
    for (create, field) in [
        (CreateFreeze { served_time: long_ago, ..court(Some(5)) }, "served_time"),
        (
            CreateFreeze {
                served_time: long_ago,
                duration: Duration::For(Term::days(1)),
                ..court(Some(5))
            },
            "term",
        ),
        (
            CreateFreeze { duration: Duration::Until(at("2026-03-10 09:00:00")), ..court(Some(5)) },
            "expire_time",
        ),
    ] {
        let mut world = World::with_balance(1_000);
        world.go_to("2026-03-10 10:00:00");
        let before = world.account().clone();
        let refused = world.send(create).unwrap_err();
        assert_eq!(wrong_field(&refused), field);
        assert_eq!(*world.account(), before);
    }
}

#[test]
fn an_end_in_the_past_is_refused() {
    let mut world = World::with_balance(1_000);
    world.go_to("2026-03-10 10:00:00");
    let past =
        ChangeStatus { end_time: Some(at("2026-03-10 10:00:00")), ..change(Action::StopPayment) };
    assert_eq!(wrong_field(&world.send(past).unwrap_err()), "end_time");
}

#[test]
fn an_emergency_freeze_may_end_earlier_than_its_48_hours() {
    let mut world = World::with_balance(1_000);
    world.go_to("2026-03-10 10:00:00");
    let until = |text| CreateFreeze {
        freeze_type: FreezeType::Bank,
        authority_kind: crate::domain::freeze::kind::AuthorityKind::Bank,
        mode: FreezeMode::Whole,
        urgency: crate::domain::freeze::Urgency::Emergency,
        emergency_cause: Some(crate::domain::freeze::EmergencyCause::SystemFault),
        duration: Duration::Until(at(text)),
        ..court(None)
    };
    let placed = world.place(until("2026-03-10 11:00:00")).freeze;
    assert_eq!(placed.expire_time, Some(at("2026-03-10 11:00:00")));
    let refused = world.send(until("2026-03-12 10:00:01")).unwrap_err();
    assert_eq!(refused.reason(), Reason::TermTooLong);
}

#[test]
fn a_waiting_order_and_the_banks_own_exempt_nothing() {
    let mut world = World::with_balance(1_000);
    world.place(court(None));
    world.place(CreateFreeze { exempt: Some(cny(900)), ..police(Some(5)) });
    assert_eq!(world.account().available(), 0);
}

#[test]
fn a_stopped_amount_that_is_not_there_lets_nothing_pass_and_the_status_says_so() {
    for (amount, debit) in [(400, Standing::Limited), (1_000, Standing::No), (2_000, Standing::No)]
    {
        let mut world = World::with_balance(1_000);
        let stop = ChangeStatus {
            causes: vec![Cause::StopArrears],
            amount: Some(cny(amount)),
            ..change(Action::StopPayment)
        };
        world.done(stop);
        let standing = pass::standing(world.account(), Operation::CustomerDebitNonCounter);
        assert_eq!(standing, debit, "{amount}");
        let one = world.send(super::support::withdraw(1));
        assert_eq!(one.is_ok(), debit != Standing::No, "{amount}");
    }
}
