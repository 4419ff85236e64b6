//! Replay: one effect per principal, account and request id; what is remembered and what is not.

use super::support::{World, at, cancel, change, court, credit, release, withdraw};
use crate::domain::act::release_freeze::Extent;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::batch::RememberedClass;
use crate::domain::command::{Effect, Envelope, Receipt};
use crate::domain::freeze::FreezeStatus;
use crate::domain::id::AccountNumber;
use crate::domain::principal::Principal;
use crate::domain::refusal::Reason;
use crate::domain::status::AccountStatus;
use crate::domain::transaction::EntryChannel;

fn reason(world: &mut World, envelope: &Envelope) -> Option<Reason> {
    world.run(envelope).err().map(|refused| refused.reason())
}

fn validated(envelope: &Envelope) -> Envelope {
    Envelope { effect: Effect::ValidateOnly, ..envelope.clone() }
}

#[test]
fn the_same_request_has_one_effect_and_the_same_answer() {
    let mut world = World::with_balance(1_000);
    let envelope = world.envelope("w-1", withdraw(300));
    let first = world.run(&envelope).unwrap();
    let after = world.tables.clone();
    world.go_to("2026-03-11 10:00:00");
    assert_eq!(world.run(&envelope), Ok(first));
    assert_eq!(world.tables, after);
    assert_eq!(world.remembered.len(), 1);
}

#[test]
fn a_hundred_equal_requests_in_one_batch_have_one_effect() {
    let mut world = World::with_balance(1_000);
    let envelope = world.envelope("w-1", withdraw(300));
    let outcomes = world.run_batch(&vec![envelope; 100]);
    assert!(outcomes.iter().all(|outcome| *outcome == outcomes[0] && outcome.is_ok()));
    assert_eq!(world.account().balance.reserved_minor, 300);
}

#[test]
fn every_kind_of_receipt_is_answered_again_as_it_was() {
    let mut world = World::with_balance(1_000);
    let withdrawal = world.reserve(10);
    let freeze = world.place(court(Some(100))).freeze;
    let commands = [
        world.envelope("r-1", credit(5)),
        world.envelope("r-2", withdraw(5)),
        world.envelope("r-3", cancel(&withdrawal)),
        world.envelope("r-4", court(Some(7))),
        world.envelope("r-5", release(&freeze, Extent::Whole)),
        world.envelope("r-6", change(Action::MarkSuspicious)),
    ];
    let firsts: Vec<_> = commands.iter().map(|envelope| world.run(envelope).unwrap()).collect();
    for (envelope, first) in commands.iter().zip(firsts) {
        assert_eq!(world.run(envelope), Ok(first), "{}", envelope.command.name());
    }
}

#[test]
fn the_same_id_with_other_content_is_refused() {
    let mut world = World::with_balance(1_000);
    let first = world.envelope("w-1", withdraw(300));
    world.run(&first).unwrap();
    let before = world.tables.clone();
    let channel = Withdraw { entry_channel: EntryChannel::Web, ..withdraw(300) };
    let payee = {
        let mut other = withdraw(300);
        other.beneficiary.beneficiary_name.push('·');
        other
    };
    for other in [withdraw(301), channel, payee] {
        let envelope = world.envelope("w-1", other);
        assert_eq!(reason(&mut world, &envelope), Some(Reason::RequestIdReused));
    }
    let other_command = world.envelope("w-1", credit(300));
    assert_eq!(reason(&mut world, &other_command), Some(Reason::RequestIdReused));
    assert_eq!(world.tables, before);
    assert!(world.run(&first).is_ok());
}

#[test]
fn the_same_id_of_another_principal_is_another_request() {
    let mut world = World::with_balance(1_000);
    let mine = world.envelope("w-1", withdraw(300));
    world.run(&mine).unwrap();
    let theirs = Envelope { principal: Principal::service("pay-svc"), ..mine };
    world.run(&theirs).unwrap();
    assert_eq!(world.account().balance.reserved_minor, 600);
}

#[test]
fn the_same_id_on_another_account_is_another_request() {
    let mut world = World::with_balance(1_000);
    let mine = world.envelope("w-1", withdraw(300));
    world.run(&mine).unwrap();
    let elsewhere = AccountNumber::parse("1").unwrap();
    let other = Envelope { account_number: elsewhere, ..mine };
    assert_eq!(reason(&mut world, &other), Some(Reason::AccountNotFound));
}

#[test]
fn a_remembered_refusal_stays_a_refusal_after_the_balance_rose() {
    let mut world = World::with_balance(100);
    let envelope = world.envelope("w-1", withdraw(300));
    let first = world.run(&envelope).unwrap_err();
    assert_eq!(first.reason(), Reason::InsufficientAvailableFunds);
    world.done(credit(1_000));
    assert_eq!(world.run(&envelope), Err(first));
    assert_eq!(world.account().balance.reserved_minor, 0);
    assert!(world.send(withdraw(300)).is_ok());
}

#[test]
fn effects_are_remembered_as_such_and_refusals_as_theirs() {
    let mut world = World::with_balance(100);
    let accepted = world.envelope("w-1", withdraw(100));
    let refused = world.envelope("w-2", withdraw(100));
    world.run_batch(&[accepted, refused]);
    let classes: Vec<_> = world.remembered.values().map(|row| row.class).collect();
    assert_eq!(classes, [RememberedClass::Effect, RememberedClass::Refusal]);
}

#[test]
fn a_stale_etag_is_not_remembered_and_no_part_of_the_content() {
    let mut world = World::with_balance(100);
    let version = world.account().balance.status_version;
    let mut envelope = world.envelope("w-1", withdraw(5));
    envelope.expected_version = Some(version + 1);
    assert_eq!(reason(&mut world, &envelope), Some(Reason::EtagMismatch));
    assert_eq!(world.remembered.len(), 0);
    envelope.expected_version = Some(version);
    let first = world.run(&envelope).unwrap();
    world.done(Action::MarkSuspicious);
    assert_eq!(world.run(&envelope), Ok(first), "a replay comes before the etag");
}

#[test]
fn what_the_caller_can_mend_is_not_remembered() {
    let mut world = World::with_balance(100);
    let freeze = world.place(court(Some(60))).freeze;
    let remembered = world.remembered.len();
    let beyond = release(&freeze, Extent::Part(super::support::cny(61)));
    assert_eq!(world.reasons(beyond), [Reason::InvalidRequest]);
    let mut unknown = world.envelope("w-1", withdraw(5));
    unknown.account_number = AccountNumber::parse("1").unwrap();
    assert_eq!(reason(&mut world, &unknown), Some(Reason::AccountNotFound));
    assert_eq!(world.remembered.len(), remembered);
}

/// design, contract: refusals of class FAILED_PRECONDITION are remembered, not ETAG_MISMATCH; validation
/// errors, NOT_FOUND, ABORTED and UNAVAILABLE are not.
#[test]
fn only_what_says_that_the_account_is_so_is_remembered() {
    let not = "UNAUTHENTICATED INVALID_REQUEST PERMISSION_DENIED REQUEST_ID_REUSED \
               ACCOUNT_NOT_FOUND CARD_NOT_FOUND FREEZE_NOT_FOUND WITHDRAWAL_NOT_FOUND \
               APPROVAL_NOT_FOUND OBJECTION_NOT_FOUND CHANNEL_NOT_FOUND CASE_NOT_FOUND \
               SUSPENSE_NOT_FOUND ETAG_MISMATCH ACCOUNT_EXISTS TRANSACTION_EXISTS CARD_EXISTS \
               RATE_LIMITED OVERLOADED CONFLICT DEADLINE_EXCEEDED UNAVAILABLE UNIMPLEMENTED MESSAGE_TOO_LARGE \
               INTERNAL";
    let not: Vec<&str> = not.split_whitespace().collect();
    for reason in <Reason as strum::VariantArray>::VARIANTS {
        assert_eq!(reason.remembered(), !not.contains(&reason.name()), "{reason:?}");
    }
}

#[test]
fn validating_leaves_no_trace_and_is_not_answered_from_memory() {
    let mut world = World::with_balance(100);
    let envelope = world.envelope("w-1", withdraw(300));
    assert!(world.run(&validated(&envelope)).is_err());
    assert_eq!(world.remembered.len(), 0);
    world.run(&envelope).unwrap_err();
    world.done(credit(1_000));
    let before = (world.tables.clone(), world.remembered.clone());
    let Ok(Receipt::Withdrawal(would_be)) = world.run(&validated(&envelope)) else {
        panic!("not accepted");
    };
    assert_eq!(would_be.held_minor, 300);
    let other = world.envelope("w-1", withdraw(400));
    assert!(world.run(&validated(&other)).is_ok());
    assert_eq!((world.tables, world.remembered), before);
}

#[test]
fn validating_any_write_leaves_no_trace() {
    let mut world = World::with_balance(1_000);
    let withdrawal = world.reserve(10);
    let freeze = world.place(court(Some(100))).freeze;
    let writes = [
        world.envelope("v-1", credit(5)),
        world.envelope("v-2", withdraw(5)),
        world.envelope("v-3", cancel(&withdrawal)),
        world.envelope("v-4", court(None)),
        world.envelope("v-5", release(&freeze, Extent::Whole)),
        world.envelope("v-6", change(Action::MarkSuspicious)),
    ];
    let before = (world.tables.clone(), world.remembered.clone());
    for envelope in &writes {
        assert!(world.run(&validated(envelope)).is_ok(), "{}", envelope.command.name());
        let now = (world.tables.clone(), world.remembered.clone());
        assert_eq!(now, before, "{}", envelope.command.name());
    }
}

#[test]
fn an_accounts_time_never_runs_backwards() {
    let mut world = World::with_balance(1_000);
    let first = world.reserve(5);
    world.now = at("2026-03-09 10:00:00");
    let second = world.reserve(5);
    assert!(second.create_time > first.create_time);
}

#[test]
fn what_is_validated_shows_the_status_and_the_money_that_would_be() {
    let mut world = World::with_balance(1_000);
    world.done(Action::MarkSuspicious);
    let freeze = world.place(court(Some(100))).freeze;
    let lift = world.envelope("v-1", release(&freeze, Extent::Whole));
    let Ok(Receipt::Freeze(lifted)) = world.run(&validated(&lift)) else {
        panic!("not accepted");
    };
    assert_eq!(lifted.freeze.freeze_status, FreezeStatus::Released);
    assert_eq!(lifted.standing.share, None, "it holds nothing any more");
    world.run(&lift).unwrap();
    let clear = world.envelope("v-2", change(Action::ClearSuspicion));
    let Ok(Receipt::Account(cleared)) = world.run(&validated(&clear)) else {
        panic!("not accepted");
    };
    assert_eq!((cleared.status(), cleared.face().conditions), (AccountStatus::Normal, Vec::new()));
}

#[test]
fn a_credit_beyond_64_bit_minor_units_is_refused_and_changes_nothing() {
    let mut world = World::with_balance(1);
    let before = world.tables.clone();
    assert_eq!(world.reasons(credit(i64::MAX)), [Reason::InvalidRequest]);
    assert_eq!(world.tables, before);
}
