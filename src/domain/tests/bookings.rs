//! Where a fact is booked (domain 6): it is never refused for what the account is; what the balance
//! can't take stands beside it, in full, and moves nothing.

use serde_json::json;

use super::support::{
    World, account, at, change, cny, court, credit, debit, fraud_stop, rules, usd, withdraw,
};
use crate::domain::act::Draft;
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::posting::{self, Posting};
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::action::Action;
use crate::domain::command::{Effect, Receipt};
use crate::domain::freeze::FreezeMode;
use crate::domain::id::TransactionId;
use crate::domain::money::Minor;
use crate::domain::principal::Principal;
use crate::domain::refusal::Reason;
use crate::domain::status::{ConditionKind, Lifecycle, Restriction};
use crate::domain::transaction::{
    Booking, Direction, EntryChannel, Identification, Initiator, Mode, Purpose, Transaction,
    TransactionType,
};

fn fact(record: RecordTransaction) -> RecordTransaction {
    RecordTransaction { mode: Mode::Fact, ..record }
}

fn of(initiator: Initiator, record: RecordTransaction) -> RecordTransaction {
    RecordTransaction { initiator, ..record }
}

fn record(world: &mut World, record: RecordTransaction) -> Transaction {
    match world.done(record) {
        Receipt::Transaction(row) => *row,
        other => panic!("not a transaction: {other:?}"),
    }
}

/// Sends a debit of one minor unit more than fits and one of what fits.
fn at_most(world: &mut World, minor: Minor, initiator: Initiator) {
    let before = world.account().balance.balance_minor;
    let over = record(world, of(initiator, fact(debit(minor + 1))));
    assert_eq!(over.booking, Booking::Receivable, "{initiator:?} {minor}");
    assert_eq!(over.balance_after_minor, Some(before));
    if minor > 0 {
        let fits = record(world, of(initiator, fact(debit(minor))));
        assert_eq!(fits.booking, Booking::Balance, "{initiator:?} {minor}");
        assert_eq!(fits.balance_after_minor, Some(before - minor));
    }
}

#[test]
fn a_debit_takes_what_is_available_and_is_owed_beyond_it() {
    for initiator in [Initiator::Customer, Initiator::Counterparty, Initiator::Bank] {
        let mut world = World::with_balance(1_000);
        at_most(&mut world, 1_000, initiator);
        let mut world = World::with_balance(1_000);
        world.done(withdraw(400));
        at_most(&mut world, 600, initiator);
        let mut world = World::with_balance(1_000);
        world.place(court(Some(400)));
        at_most(&mut world, 600, initiator);
        for mode in [FreezeMode::Whole, FreezeMode::TwoWay] {
            let mut world = World::with_balance(1_000);
            world.place(CreateFreeze { mode, ..court(None) });
            at_most(&mut world, 0, initiator);
        }
    }
}

#[test]
fn a_loss_keeps_money_from_everyone_but_the_bank() {
    for (initiator, most) in [(Initiator::Customer, 0), (Initiator::Bank, 1_000)] {
        let mut world = World::with_balance(1_000);
        world.done(Action::ReportLoss);
        at_most(&mut world, most, initiator);
    }
}

/// A stopped amount is no part of what is available, and no condition refuses a fact.
#[test]
fn stop_orders_restrictions_and_suspicion_hold_back_no_fact() {
    let stopped = ChangeStatus { amount: Some(cny(900)), ..fraud_stop("ZF-1") };
    let no_debit =
        ChangeStatus { restriction: Some(Restriction::NoDebit), ..change(Action::Restrict) };
    let marked = change(Action::MarkSuspicious);
    for condition in [stopped, fraud_stop("ZF-2"), no_debit, marked] {
        let mut world = World::with_balance(1_000);
        world.done(condition);
        at_most(&mut world, 1_000, Initiator::Customer);
    }
}

/// What a credit meets: an account as it is, kind by kind.
fn kept(world: &mut World, expected: [(TransactionType, Booking); 3]) {
    for (transaction_type, booking) in expected {
        let row = record(world, RecordTransaction { transaction_type, ..fact(credit(5)) });
        assert_eq!(row.booking, booking, "{transaction_type:?}");
    }
}

/// domain 2, the S cells: credit, return, interest.
#[test]
fn a_credit_that_the_account_cannot_take_goes_to_suspense() {
    use Booking::{Balance, Suspense};
    use TransactionType::{Interest, Return, Transfer};
    let mut closed = World::holding(account(Lifecycle::Closed, 0));
    kept(&mut closed, [(Transfer, Suspense), (Return, Suspense), (Interest, Suspense)]);
    for lifecycle in [Lifecycle::Opening, Lifecycle::OpenFailed] {
        let mut world = World::holding(account(lifecycle, 0));
        kept(&mut world, [(Transfer, Suspense), (Return, Suspense), (Interest, Balance)]);
        assert_eq!(world.account().balance.balance_minor, 5);
    }
    let mut frozen = World::with_balance(1_000);
    let two_way = FreezeMode::TwoWay;
    frozen.place(CreateFreeze { mode: two_way, ..court(None) });
    kept(&mut frozen, [(Transfer, Suspense), (Return, Suspense), (Interest, Suspense)]);
    let mut whole = World::with_balance(1_000);
    whole.place(court(None));
    kept(&mut whole, [(Transfer, Balance), (Return, Balance), (Interest, Balance)]);
}

#[test]
fn a_credit_beyond_64_bits_goes_to_suspense_and_is_refused_when_asked_for() {
    let mut world = World::with_balance(Minor::MAX - 5);
    assert_eq!(world.reasons(credit(6)), [Reason::InvalidRequest]);
    assert_eq!(record(&mut world, fact(credit(6))).booking, Booking::Suspense);
    assert_eq!(record(&mut world, fact(credit(5))).booking, Booking::Balance);
    assert_eq!(world.account().balance.balance_minor, Minor::MAX);
}

#[test]
fn what_stands_beside_the_balance_moves_nothing_but_numbers() {
    let own = |record| RecordTransaction {
        initiator: Initiator::Customer,
        entry_channel: EntryChannel::Counter,
        identification: Identification::Checked,
        ..fact(record)
    };
    let mut world = World::with_balance(1_000);
    world.done(Action::MarkDormant);
    let two_way = FreezeMode::TwoWay;
    world.place(CreateFreeze { mode: two_way, ..court(None) });
    let (before, history) = (world.account().clone(), world.tables.history.len());
    for (posting, booking) in
        [(own(credit(5)), Booking::Suspense), (own(debit(5)), Booking::Receivable)]
    {
        let row = record(&mut world, posting);
        assert_eq!(row.booking, booking);
        assert_eq!(
            (row.balance_after_minor, row.available_after_minor),
            (Some(1_000), Some(0)),
            "{booking:?}"
        );
        let mut events = world.tables.events.iter().rev();
        assert_eq!(events.next().unwrap().kind, "CASE_OPENED");
        let event = events.next().unwrap();
        assert_eq!(event.kind, "TRANSACTION_RECORDED");
        assert_eq!(event.payload["booking"], json!(booking));
        assert_eq!(world.tables.transactions.last(), Some(&row));
    }
    assert_eq!(world.tables.history.len(), history);
    let mut after = world.account().clone();
    assert!(after.has(ConditionKind::Dormant));
    assert_eq!(after.balance.entry_seq, before.balance.entry_seq + 2);
    assert_eq!(after.balance.event_seq, before.balance.event_seq + 4);
    assert_eq!(after.balance.open_cases, 2);
    after.balance.open_cases = before.balance.open_cases;
    after.balance.entry_seq = before.balance.entry_seq;
    after.balance.event_seq = before.balance.event_seq;
    after.balance.changed_time = before.balance.changed_time;
    assert_eq!(after, before);
}

#[test]
fn what_is_wrong_with_a_fact_itself_is_still_refused() {
    let mut world = World::holding(account(Lifecycle::Closed, 0));
    let transaction_id = TransactionId::parse("CB-1");
    let named = || RecordTransaction { transaction_id: transaction_id.clone(), ..fact(credit(5)) };
    world.done(named());
    assert_eq!(world.reasons(named()), [Reason::TransactionExists]);
    let dollars = RecordTransaction { amount: usd(5), ..fact(credit(5)) };
    assert_eq!(world.reasons(dollars), [Reason::CurrencyMismatch]);
    assert_eq!(world.reasons(credit(5)), [Reason::AccountClosed]);
}

#[test]
fn a_replay_tells_where_it_was_booked_though_it_would_fit_by_now() {
    let mut world = World::with_balance(100);
    let envelope = world.envelope("once", fact(debit(150)));
    let first = world.run(&envelope);
    world.done(credit(500));
    assert_eq!(world.run(&envelope), first);
    assert_eq!(world.account().balance.balance_minor, 600);

    let mut trial = world.envelope("trial", fact(debit(601)));
    trial.effect = Effect::ValidateOnly;
    let before = world.tables.clone();
    let Ok(Receipt::Transaction(row)) = world.run(&trial) else { panic!("refused") };
    assert_eq!(row.booking, Booking::Receivable);
    assert_eq!(world.tables, before);
}

fn payout(amount: Minor, booking: Booking) -> Posting {
    Posting {
        transaction_id: TransactionId::parse("P-1").unwrap(),
        direction: Direction::Debit,
        amount,
        transaction_type: TransactionType::Payout,
        mode: Mode::Fact,
        initiator: Initiator::Customer,
        entry_channel: EntryChannel::App,
        purpose: Purpose::Transfer,
        counterparty_account: "62299999".to_owned(),
        counterparty_name: "示例个人丙".to_owned(),
        value_time: None,
        booking,
    }
}

#[test]
fn whoever_posts_moves_balance_and_clocks_only_on_the_balance() {
    let (rules, principal) = (rules(), Principal::service("core"));
    let now = at("2026-03-10 10:00:00");
    let open = account(Lifecycle::Open, 1_000);
    let mut draft = Draft::new(open.clone(), now, &rules, &principal);
    posting::post(&mut draft, payout(1_001, Booking::Receivable));
    assert_eq!(draft.account.balance.balance_minor, 1_000);
    assert_eq!(draft.account.balance.last_transaction_time, None);
    let row = posting::post(&mut draft, payout(400, Booking::Balance));
    let balance = &draft.account.balance;
    assert_eq!(balance.balance_minor, 600);
    assert_eq!((balance.last_transaction_time, balance.last_customer_time), (Some(now), Some(now)));
    assert_eq!((row.entry_seq, row.balance_after_minor), (2, Some(600)));
    assert_eq!(draft.written.transactions.len(), 2);
}

#[test]
fn the_balance_has_room_above_what_is_reserved_and_within_64_bits() {
    let mut balance = account(Lifecycle::Open, 1_000).balance;
    balance.reserved_minor = 400;
    assert_eq!(balance.after(Direction::Debit, 600), Some(400));
    assert_eq!(balance.after(Direction::Debit, 601), None);
    assert_eq!(balance.after(Direction::Debit, Minor::MAX), None);
    let most = Minor::MAX - 1_000;
    assert_eq!(balance.after(Direction::Credit, most), Some(Minor::MAX));
    assert_eq!(balance.after(Direction::Credit, most + 1), None);
}

#[test]
#[should_panic(expected = "has seen that it fits")]
fn what_does_not_fit_is_never_booked_on_the_balance() {
    let (rules, principal) = (rules(), Principal::service("core"));
    let now = at("2026-03-10 10:00:00");
    let mut draft = Draft::new(account(Lifecycle::Open, 10), now, &rules, &principal);
    posting::post(&mut draft, payout(11, Booking::Balance));
}
