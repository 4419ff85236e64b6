//! Withdrawals: the whole state × event table, what each state holds, reserving and cancelling.

use super::support::{World, account, cancel, named, table, usd, withdraw};
use crate::domain::act::cancel_withdrawal::CancelWithdrawal;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::id::WithdrawalId;
use crate::domain::refusal::Reason;
use crate::domain::status::Lifecycle;
use crate::domain::transaction::EntryChannel;
use crate::domain::withdrawal::{Another, Event, Resolution, State, held_in, next};
use strum::VariantArray;

/// design, domain 5. R reserved, D dispatching, A accepted, U unknown, S settled, F failed,
/// C cancelled, L settled late, T returned, Q quarantined, W written off; · unchanged.
const STATES: &str = "
                            R D A U S F C L T Q W
    cancel                  C · · · · · · · · · ·
    taken by freeze         C · · · · · · · · · ·
    attempt started         D · · · · · · · · · ·
    accepted                · A · · · · · · · · ·
    settled                 · S S S · L L · · · ·
    no answer               · U U · · · · · · · ·
    inquiry accepted        · · · A · · · · · · ·
    proven dead, another    · R R R · · · · · · ·
    proven dead, no more    · F F F · · · · · · ·
    time to live over       F · · · · · · · · · ·
    older settled           S S S S · · · · · · ·
    returned                · · · · T · · T · · ·
    mismatch                Q Q Q Q Q Q Q Q Q Q Q
    resolved settled        · · · · · · · · · S ·
    resolved failed         F · · · · · · · · F ·
    resolved written off    · · · · · · · · · W ·
";

/// design, quality I2: what a state holds of 70, when 30 were held before.
const HELD: &str = "
    RESERVED     70
    DISPATCHING  70
    ACCEPTED     70
    UNKNOWN      70
    SETTLED       0
    FAILED        0
    CANCELLED     0
    SETTLED_LATE  0
    RETURNED      0
    QUARANTINED  30
    WRITTEN_OFF   0
";

fn event(name: &str) -> Event {
    match name {
        "cancel" => Event::Cancel,
        "taken by freeze" => Event::TakenByFreeze,
        "attempt started" => Event::AttemptStarted,
        "accepted" => Event::Accepted,
        "settled" => Event::Settled,
        "no answer" => Event::NoAnswer,
        "inquiry accepted" => Event::InquiryAccepted,
        "proven dead, another" => Event::ProvenDead(Another::Allowed),
        "proven dead, no more" => Event::ProvenDead(Another::NoMore),
        "time to live over" => Event::TimeToLiveOver,
        "older settled" => Event::OlderSettled,
        "returned" => Event::Returned,
        "mismatch" => Event::Mismatch,
        "resolved settled" => Event::Resolved(Resolution::Settled),
        "resolved failed" => Event::Resolved(Resolution::Failed),
        "resolved written off" => Event::Resolved(Resolution::WrittenOff),
        other => panic!("no such event: {other}"),
    }
}

fn state(letter: &str) -> State {
    let letters = ["R", "D", "A", "U", "S", "F", "C", "L", "T", "Q", "W"];
    let names = table(HELD, 1);
    let place = letters.iter().position(|known| *known == letter).unwrap();
    named(&names[place].0)
}

#[test]
fn every_state_moves_on_every_event_as_the_table_says() {
    let mut lines = table(STATES, 11).into_iter();
    let (_, from) = lines.next().unwrap();
    let mut seen = Vec::new();
    for (name, to) in lines {
        let event = event(&name);
        seen.push(event);
        for (from, to) in from.iter().map(|letter| state(letter)).zip(to) {
            let expected = if to == "·" { from } else { state(to) };
            assert_eq!(next(from, event).unwrap_or(from), expected, "{from:?} on {name}");
        }
    }
    assert_eq!(seen, Event::ALL);
}

#[test]
fn each_state_holds_what_the_invariant_says() {
    let held = table(HELD, 1);
    assert_eq!(held.len(), State::VARIANTS.len());
    for (name, cells) in held {
        assert_eq!(held_in(named(&name), 70, 30).to_string(), cells[0], "{name}");
    }
}

#[test]
fn reserving_holds_the_money_and_cancelling_gives_it_back() {
    let mut world = World::with_balance(1_000);
    let reserved = world.reserve(300);
    assert_eq!((reserved.state, reserved.held_minor), (State::Reserved, 300));
    let balance = &world.account().balance;
    assert_eq!((balance.balance_minor, balance.reserved_minor), (1_000, 300));
    assert_eq!(balance.open_withdrawals, 1);
    assert_eq!(world.account().available(), 700);
    world.done(cancel(&reserved));
    let balance = &world.account().balance;
    assert_eq!((balance.reserved_minor, balance.open_withdrawals), (0, 0));
    let row = &world.tables.withdrawals[&reserved.withdrawal_id];
    assert_eq!((row.state, row.held_minor, row.version), (State::Cancelled, 0, 2));
}

#[test]
fn the_last_minor_unit_may_be_withdrawn_and_not_one_more() {
    let mut world = World::with_balance(1_000);
    assert_eq!(world.reasons(withdraw(1_001)), [Reason::InsufficientAvailableFunds]);
    world.reserve(1_000);
    assert_eq!(world.reasons(withdraw(1)), [Reason::InsufficientAvailableFunds]);
}

#[test]
fn of_two_withdrawals_that_fit_only_one_by_one_one_is_refused_within_one_batch() {
    let mut world = World::with_balance(1_000);
    let both = ["w-1", "w-2"].map(|id| world.envelope(id, withdraw(600)));
    let outcomes = world.run_batch(&both);
    assert!(outcomes[0].is_ok());
    let second = outcomes[1].as_ref().unwrap_err().reason();
    assert_eq!(second, Reason::InsufficientAvailableFunds);
    assert_eq!(world.account().balance.reserved_minor, 600);
}

#[test]
fn a_withdrawal_moves_neither_status_nor_etag_nor_history() {
    let mut world = World::with_balance(1_000);
    let version = world.account().balance.status_version;
    world.reserve(300);
    assert_eq!(world.account().balance.status_version, version);
    assert_eq!(world.tables.history, []);
}

#[test]
fn a_withdrawal_past_reserved_is_not_cancellable() {
    for state in State::VARIANTS.iter().copied().filter(|state| *state != State::Reserved) {
        let mut world = World::with_balance(1_000);
        let reserved = world.reserve(300);
        let row = world.tables.withdrawals.get_mut(&reserved.withdrawal_id).unwrap();
        row.state = state;
        let reasons = world.reasons(cancel(&reserved));
        assert_eq!(reasons, [Reason::WithdrawalNotCancellable], "{state:?}");
        assert_eq!(world.account().balance.reserved_minor, 300, "{state:?}");
    }
}

#[test]
fn cancelling_what_is_not_there_or_not_as_it_was_seen_is_refused() {
    let mut world = World::with_balance(1_000);
    let reserved = world.reserve(300);
    let unknown = WithdrawalId::parse("nobody").unwrap();
    let stranger = CancelWithdrawal { withdrawal_id: unknown, ..cancel(&reserved) };
    assert_eq!(world.reasons(stranger), [Reason::WithdrawalNotFound]);
    let stale = CancelWithdrawal { expected_version: Some(7), ..cancel(&reserved) };
    assert_eq!(world.reasons(stale), [Reason::EtagMismatch]);
    world.done(CancelWithdrawal { expected_version: Some(1), ..cancel(&reserved) });
}

#[test]
fn a_withdrawal_at_the_counter_never_wakes_a_dormant_account() {
    let mut account = account(Lifecycle::Open, 1_000);
    super::passing::put(crate::domain::pass::Row::Dormant, &mut account);
    let mut world = World::holding(account);
    let counter = Withdraw { entry_channel: EntryChannel::Counter, ..withdraw(5) };
    assert_eq!(world.reasons(counter), [Reason::AccountDormant]);
    assert_eq!(world.in_force().len(), 1);
}

#[test]
fn a_withdrawal_in_another_currency_is_refused() {
    let mut world = World::with_balance(1_000);
    let foreign = Withdraw { amount: usd(5), ..withdraw(5) };
    assert_eq!(world.reasons(foreign), [Reason::CurrencyMismatch]);
}

#[test]
fn open_withdrawals_are_capped_and_a_cancelled_one_makes_room() {
    let mut world = World::with_balance(1_000);
    world.rules.open_withdrawals_max = 2;
    let first = world.reserve(1);
    world.reserve(1);
    assert_eq!(world.reasons(withdraw(1)), [Reason::LimitExceeded]);
    world.done(cancel(&first));
    world.reserve(1);
}

#[test]
fn the_paying_account_is_no_beneficiary() {
    let mut own = withdraw(5);
    let number = super::support::number();
    assert_eq!(own.violations(&number), []);
    own.beneficiary.beneficiary_account = number.as_str().to_owned();
    let fields: Vec<_> = own.violations(&number).into_iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["beneficiary.account_number"]);
}
