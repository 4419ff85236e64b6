//! What evidence does to the money, whatever order it comes in.

use super::passing::two_way;
use super::support::{
    World, court, credit, debit, paid, rejected, release, reply, report, returned, settled,
    transient, usd,
};
use crate::domain::act::errand::Doing;
use crate::domain::act::record_evidence::RecordEvidence;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::release_freeze::Extent;
use crate::domain::action::Action;
use crate::domain::command::Command;
use crate::domain::id::{ChannelId, TransactionId, WithdrawalId};
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Paid, Said, Source, Statement};
use crate::domain::payout::reason::RejectReason;
use crate::domain::refusal::Reason;
use crate::domain::status::Lifecycle;
use crate::domain::transaction::Booking;
use crate::domain::transaction::Booking::{Balance, Receivable, Suspense};
use crate::domain::withdrawal::State;

/// A withdrawal of 100 out of 1,000, its first attempt just sent.
fn sent() -> (World, WithdrawalId, Attempt) {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(100).withdrawal_id;
    let attempt = world.start(&id).attempt;
    (world, id, attempt)
}

/// The same, proven dead and failed.
fn failed() -> (World, WithdrawalId, Attempt) {
    let (mut world, id, attempt) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::PayeeAccountClosed));
    assert_eq!(world.withdrawal(&id).state, State::Failed);
    (world, id, attempt)
}

fn contradictions(world: &World) -> usize {
    world.tables.events.iter().filter(|event| event.kind == "PAYOUT_CONTRADICTION").count()
}

fn entry(tail: &str, booking: Booking) -> (String, Booking, i64) {
    (tail.to_owned(), booking, 100)
}

#[test]
fn settling_debits_what_was_held_and_a_return_credits_it() {
    let (mut world, id, attempt) = sent();
    let after = world.answered(&id, Source::Submit, settled(100));
    assert_eq!((after.state, after.held_minor, after.next_action_time), (State::Settled, 0, None));
    assert!(after.settle_time.is_some());
    assert_eq!(world.money(), (900, 0, 0));
    assert_eq!(world.booked(), [entry("1", Balance)]);
    let after = world.hears(report(&attempt.key(), returned(100)));
    assert_eq!(after.state, State::Returned);
    assert_eq!(world.money(), (1_000, 0, 0));
    assert_eq!(world.booked(), [entry("1", Balance), entry("1.returned", Balance)]);
    assert_eq!(contradictions(&world), 0);
}

#[test]
fn the_same_report_three_times_is_one_piece_of_evidence_and_one_effect() {
    for (said, money) in [(settled(100), (900, 0, 0)), (returned(100), (1_000, 0, 0))] {
        let (mut world, id, attempt) = sent();
        for _again in 0..3 {
            world.hears(report(&attempt.key(), said.clone()));
            assert_eq!(world.money(), money);
        }
        assert_eq!(world.tables.evidence.len(), 1);
        let _same = world.hears(reply(Source::Inquiry, &attempt, said));
        assert_eq!(world.tables.evidence.len(), 2, "another source");
        assert_eq!(world.money(), money);
        assert_eq!(world.attempts(&id).len(), 1);
    }
}

#[test]
fn settled_after_it_failed_is_debited_in_full_where_the_money_is() {
    let (mut world, id, attempt) = failed();
    let late = world.hears(report(&attempt.key(), settled(100)));
    assert_eq!((late.state, late.held_minor), (State::SettledLate, 0));
    assert_eq!(world.money(), (900, 0, 0));
    assert_eq!(world.booked(), [entry("1", Balance)]);
    assert_eq!(contradictions(&world), 1);
    assert_eq!(world.withdrawal(&id).next_action_time, None);
}

#[test]
fn settled_after_it_failed_never_takes_frozen_money_and_its_return_makes_none() {
    for claim in [901, 5_000] {
        let (mut world, _, attempt) = failed();
        let freeze = world.place(court(Some(claim))).freeze;
        let late = world.hears(report(&attempt.key(), settled(100)));
        assert_eq!(late.state, State::SettledLate);
        assert_eq!(world.money(), (1_000, 0, 0), "owed in full");
        assert_eq!(world.booked(), [entry("1.owed", Receivable)]);
        world.done(release(&freeze, Extent::Whole));
        let back = world.hears(report(&attempt.key(), returned(100)));
        assert_eq!(back.state, State::Returned);
        assert_eq!(world.money(), (1_000, 0, 0), "what was never taken is not given back");
        assert_eq!(world.booked()[1], entry("1.returned", Receivable));
    }
    let (mut world, _, attempt) = failed();
    world.place(court(Some(900)));
    world.hears(report(&attempt.key(), settled(100)));
    assert_eq!(world.money(), (900, 0, 0), "what no freeze controls is there");
}

#[test]
fn a_return_goes_to_suspense_where_the_account_takes_none() {
    for (lifecycle, frozen) in
        [(Lifecycle::Closed, false), (Lifecycle::Opening, false), (Lifecycle::Open, true)]
    {
        let (mut world, id, attempt) = sent();
        world.answered(&id, Source::Submit, settled(100));
        let account = world.tables.accounts.values_mut().next().unwrap();
        account.balance.lifecycle = lifecycle;
        account.freezes.extend(frozen.then(|| two_way(3)));
        account.derive_balance();
        let back = world.hears(report(&attempt.key(), returned(100)));
        assert_eq!(back.state, State::Returned, "{lifecycle:?}");
        assert_eq!(world.money(), (900, 0, 0), "{lifecycle:?}");
        assert_eq!(world.booked()[1], entry("1.returned", Suspense), "{lifecycle:?}");
    }
}

#[test]
fn a_return_never_reactivates() {
    let (mut world, id, attempt) = sent();
    world.answered(&id, Source::Submit, settled(100));
    world.done(Action::MarkDormant);
    let customer = world.account().balance.last_customer_time;
    world.hears(report(&attempt.key(), returned(100)));
    assert_eq!(world.in_force().len(), 1);
    assert_eq!(world.money(), (1_000, 0, 0));
    assert_eq!(world.account().balance.last_customer_time, customer);
}

#[test]
fn a_second_payment_goes_to_suspense_and_so_does_its_return() {
    let (mut world, id, first) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::ChannelBusy));
    let second = world.start(&id).attempt;
    assert_eq!(world.answered(&id, Source::Submit, settled(100)).state, State::Settled);
    for _again in 0..3 {
        let after = world.hears(report(&first.key(), settled(100)));
        assert_eq!(after.state, State::Settled);
        assert_eq!(world.money(), (900, 0, 0));
    }
    assert_eq!(world.booked(), [entry("2", Balance), entry("1", Suspense)]);
    assert_eq!(world.attempts(&id)[0].state, AttemptState::Duplicate);
    for _again in 0..2 {
        let after = world.hears(report(&first.key(), returned(100)));
        assert_eq!((after.state, world.money()), (State::Settled, (900, 0, 0)));
    }
    assert_eq!(world.booked()[2..], [entry("1.returned", Suspense)]);
    let after = world.hears(report(&second.key(), returned(100)));
    assert_eq!((after.state, world.money()), (State::Returned, (1_000, 0, 0)));
}

#[test]
fn an_older_one_that_came_back_leaves_the_newer_to_be_called_back() {
    let (mut world, id, first) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::ChannelBusy));
    world.start(&id);
    world.hears(report(&first.key(), settled(100)));
    let after = world.hears(report(&first.key(), returned(100)));
    assert_eq!((after.state, world.money()), (State::Returned, (1_000, 0, 0)));
    assert!(after.next_action_time.is_some(), "the newer one may still be paid");
    assert_eq!(world.follow(&id).doing, Doing::Void);
    let closed = world.answered(&id, Source::Void, Said::Tombstone);
    assert_eq!(closed.next_action_time, None);
}

#[test]
fn another_amount_stops_everything_and_keeps_what_was_held() {
    let wrong = [paid(99), Paid { amount: usd(100), ..paid(0) }, paid(101)];
    for paid in wrong {
        let (mut world, id, first) = sent();
        let after = world.answered(&id, Source::Submit, Said::Settled(paid.clone()));
        assert_eq!((after.state, after.held_minor), (State::Quarantined, 100));
        assert_eq!((world.money(), world.booked().len()), ((1_000, 100, 1), 0));
        assert_eq!(contradictions(&world), 1);
        assert!(after.next_action_time.is_some(), "its attempt is still open");
        world.follow(&id);
        let still = world.answered(&id, Source::Void, Said::Settled(paid.clone()));
        assert_eq!(still.state, State::Quarantined);
        let row = world.tables.evidence.values().next().unwrap();
        assert_eq!(row.amount_minor, Some(paid.amount.minor));
        // Told of the older while the newer is open: the newer is called back.
        let (mut other, other_id, other_first) = sent();
        other.answered(&other_id, Source::Submit, rejected(RejectReason::ChannelBusy));
        other.start(&other_id);
        let after = other.hears(report(&other_first.key(), Said::Settled(paid)));
        assert_eq!(after.state, State::Quarantined);
        assert!(after.next_action_time.is_some());
        other.follow(&other_id);
        let closed = other.answered(&other_id, Source::Void, Said::Tombstone);
        assert_eq!((closed.state, closed.next_action_time), (State::Quarantined, None));
        assert_eq!(first.number, 1);
    }
}

#[test]
fn in_quarantine_the_second_payment_is_seen() {
    let (mut world, id, first) = sent();
    world.answered(&id, Source::Submit, rejected(RejectReason::ChannelBusy));
    world.start(&id);
    world.answered(&id, Source::Submit, settled(100));
    world.answered(&id, Source::Inquiry, settled(99));
    assert_eq!(world.withdrawal(&id).state, State::Quarantined);
    world.hears(report(&first.key(), settled(100)));
    assert_eq!(world.booked(), [entry("2", Balance), entry("1", Suspense)]);
}

#[test]
fn only_the_channel_of_an_attempt_may_speak_of_it_and_only_of_what_there_is() {
    let (mut world, _, attempt) = sent();
    let mut ask = |channel: &str, number: i64| {
        let mut key = attempt.key();
        key.number = number;
        let channel_id = ChannelId::parse(channel);
        let statement = report(&key, settled(100));
        let record = RecordEvidence { statement, channel_id, promise_secs: None };
        world.reasons(Command::RecordEvidence(Box::new(record)))
    };
    assert_eq!(ask("CH-2", 1), [Reason::WithdrawalNotFound]);
    assert_eq!(ask("CH-1", 2), [Reason::WithdrawalNotFound]);
    assert_eq!(ask("CH-1", 1), []);
    assert_eq!(world.money(), (900, 0, 0));
}

#[test]
fn no_transaction_takes_the_id_under_which_a_payout_is_booked() {
    let (mut world, id, attempt) = sent();
    for tail in ["", ".owed", ".returned", ".suspense"] {
        let named = TransactionId::parse(&format!("{}{tail}", attempt.key()));
        let record = RecordTransaction { transaction_id: named, ..credit(5) };
        assert_eq!(world.reasons(record), [Reason::TransactionExists], "{tail}");
    }
    let named = TransactionId::parse("another.1");
    world.done(RecordTransaction { transaction_id: named, ..credit(5) });
    world.answered(&id, Source::Submit, settled(100));
    assert_eq!(world.money(), (905, 0, 0));
    assert_eq!(world.reasons(debit(906)), [Reason::InsufficientAvailableFunds]);
}

/// Every order of these.
fn orders<T: Clone>(of: &[T]) -> Vec<Vec<T>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for place in 0..of.len() {
        let mut rest = of.to_vec();
        let first = rest.remove(place);
        all.extend(orders(&rest).into_iter().map(|mut tail| {
            tail.insert(0, first.clone());
            tail
        }));
    }
    all
}

#[test]
fn in_whatever_order_it_is_told_the_money_ends_up_the_same() {
    let (accepted, again) = ((Source::Submit, Said::Accepted), Source::Inquiry);
    let (silence, progress) = ((Source::Submit, Said::NoAnswer), (again, Said::InProgress));
    let reported = |said| (Source::Callback, said);
    let busy = transient(RejectReason::ChannelBusy);
    let cases = [
        (
            vec![
                accepted.clone(),
                reported(settled(100)),
                (again, settled(100)),
                progress.clone(),
                silence.clone(),
                (again, Said::UnknownKey),
            ],
            State::Settled,
            (900, 0, 0),
        ),
        (
            vec![
                accepted.clone(),
                (Source::Void, Said::Tombstone),
                (again, Said::UnknownKey),
                progress.clone(),
                silence.clone(),
                (Source::Submit, busy),
            ],
            State::Reserved,
            (1_000, 100, 1),
        ),
        (
            vec![
                accepted,
                reported(settled(100)),
                reported(returned(100)),
                (again, returned(100)),
                progress,
                silence,
            ],
            State::Returned,
            (1_000, 0, 0),
        ),
    ];
    for (said, state, money) in cases {
        for order in orders(&said) {
            let (mut world, id, attempt) = sent();
            for (source, said) in &order {
                let epoch = if *source == Source::Callback { 0 } else { attempt.epoch };
                let told = report(&attempt.key(), said.clone());
                world.hears(Statement { source: *source, epoch, ..told });
            }
            let last = world.withdrawal(&id);
            assert_eq!((last.state, world.money()), (state, money), "{order:?}");
            assert_eq!(world.tables.evidence.len(), order.len());
            assert_eq!(last.next_action_time.is_some(), state == State::Reserved);
        }
    }
}

#[test]
fn what_was_accepted_while_it_was_called_back_is_not_forgotten() {
    let (mut world, id, attempt) = sent();
    world.answered(&id, Source::Submit, Said::NoAnswer);
    world.follow(&id);
    world.answered(&id, Source::Inquiry, Said::UnknownKey);
    assert_eq!(world.follow(&id).doing, Doing::Void);
    // The request arrives after all, and the channel has no time to call it back.
    world.hears(report(&attempt.key(), Said::Accepted));
    let row = world.answered(&id, Source::Void, transient(RejectReason::ChannelBusy));
    assert_eq!(row.state, State::Unknown);
    assert!(row.next_action_time.is_some_and(|at| at > world.now), "{row:?}");
    assert_eq!(world.follow(&id).doing, Doing::Void);
}
