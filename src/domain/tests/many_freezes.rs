//! Accounts with many freezes: what is decided and answered without all of them is what is decided
//! and answered with them.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use strum::VariantArray;

use super::payout_sequences::{Around, any_step, around, command, take};
use super::properties::settings;
use super::support::{
    World, ZONE, account, at, condition, court, credit, freeze, in_part, microsecond, order,
    transaction, withdraw,
};
use crate::domain::account::Account;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::book;
use crate::domain::check;
use crate::domain::command::Command;
use crate::domain::freeze::control::Counting;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::line::Freezes;
use crate::domain::freeze::{Freeze, FreezeMode, FreezeType};
use crate::domain::money::{Direction, Minor};
use crate::domain::pass::{self, Movement, Operation, Presence};
use crate::domain::status::{Cause, ConditionKind, Lifecycle};
use crate::domain::transaction::{Mode, Purpose, TransactionType};

fn now() -> DateTime<Utc> {
    at("2026-03-10 10:00:00")
}

/// A freeze that mostly leaves its account one whose row tells of its freezes.
fn any_freeze(seq: i64) -> impl Strategy<Value = Freeze> {
    let types = prop_oneof![
        30 => Just(FreezeType::Judicial),
        10 => Just(FreezeType::Bank),
        1 => Just(FreezeType::Customer),
    ];
    let amount = prop_oneof![40 => (1..8_i64).prop_map(|tens| Some(tens * 10)), 1 => Just(None)];
    let exempt = prop_oneof![5 => Just(0), 1 => 0..90_i64];
    let ends = prop_oneof![5 => Just(None), 1 => (-1..50_i64).prop_map(Some)];
    (types, amount, exempt, ends, 0..9_i64, any::<bool>()).prop_map(
        move |(freeze_type, amount, exempt_minor, ends, served, two_way)| {
            let plain = freeze(freeze_type, seq, amount);
            let whole = if two_way { FreezeMode::TwoWay } else { FreezeMode::Whole };
            Freeze {
                exempt_minor,
                freeze_mode: if amount.is_some() { FreezeMode::Amount } else { whole },
                expire_time: ends.map(|minutes| now() + Duration::minutes(minutes)),
                served_time: freeze(freeze_type, served, None).served_time,
                ..plain
            }
        },
    )
}

fn any_account() -> impl Strategy<Value = Account> {
    let freezes = (2..14_usize)
        .prop_flat_map(|count| (1_i64..).take(count).map(any_freeze).collect::<Vec<_>>());
    let kinds = prop::sample::subsequence(
        vec![ConditionKind::Dormant, ConditionKind::InfoExpired, ConditionKind::Suspicious],
        0..2,
    );
    (freezes, kinds, 0..900_i64, 0..60_i64, 0..90_i64).prop_map(
        |(freezes, kinds, balance, reserved, used)| {
            let mut made = account(Lifecycle::Open, balance);
            made.balance.reserved_minor = reserved.min(balance);
            made.conditions =
                kinds.into_iter().map(|kind| condition(kind, Cause::DormantNoUse)).collect();
            made.freezes = freezes.into();
            made.balance.exempt_used_minor = used;
            made.promote(now(), ZONE);
            made.derive_balance();
            made
        },
    )
}

/// What a status shows of an account.
fn shown(account: &Account) -> impl PartialEq + std::fmt::Debug {
    let standings: Vec<_> =
        Operation::VARIANTS.iter().map(|operation| pass::standing(account, *operation)).collect();
    let at_most = [Operation::BankDebit, Operation::CustomerDebitCounter, Operation::Credit]
        .map(|operation| check::takes_at_most(account, operation));
    let kinds = ConditionKind::VARIANTS.iter().map(|kind| account.has(*kind)).collect::<Vec<_>>();
    let totals = [Counting::All, Counting::WithoutLoss].map(|which| account.controlled(which));
    let line = (account.freezes.count(), account.claims_filled(), account.next_lapse());
    (account.status(), standings, at_most, kinds, totals, account.available(), line)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..settings() })]

    #[test]
    fn an_account_in_part_shows_what_it_shows_whole(
        account in any_account(),
        crowd in 1..4_usize,
        amount in 0..900_i64,
    ) {
        let Some(part) = in_part(&account, crowd, now()) else { return Ok(()) };
        prop_assert_eq!(shown(&part), shown(&account));
        let mut derived = part.clone();
        derived.derive_balance();
        prop_assert_eq!(&derived.balance, &account.balance);
        prop_assert_eq!(part.exempt_spent_by(amount, Counting::All), account.exempt_spent_by(amount, Counting::All));
        // Refusals are only asked for where nothing has to be said of a freeze.
        let amount = amount.min(account.available());
        for operation in [Operation::CustomerDebitNonCounter, Operation::BankDebit, Operation::Credit] {
            let movement = Movement { operation, amount, presence: Presence::Elsewhere };
            prop_assert_eq!(pass::refusals(&part, movement), pass::refusals(&account, movement));
        }
    }

    #[test]
    fn totals_are_those_of_the_shares(account in any_account()) {
        for counting in [Counting::All, Counting::WithoutLoss] {
            let control = account.control(counting);
            prop_assert_eq!(control.controlled, account.controlled(counting));
            prop_assert_eq!(control.available, account.available_but(counting));
        }
        let shares = account.control(Counting::WithoutLoss).shares;
        prop_assert_eq!(account.claims_filled(), shares.iter().all(|share| share.filled));
    }
}

/// A bank with freezes, and the same where those behind the first are left out.
fn twins(opening: Minor, freezes: &[Freeze]) -> (World, World) {
    let mut start = account(Lifecycle::Open, opening);
    start.freezes = freezes.to_vec().into();
    start.promote(now(), ZONE);
    let mut sparing = World::holding(start.clone());
    sparing.crowd = Some(1);
    (World::holding(start), sparing)
}

fn small_freezes() -> impl Strategy<Value = Vec<Freeze>> {
    (2..6_i64, prop::sample::select(vec![0, 0, 30, 70])).prop_map(|(count, exempt_minor)| {
        let court = |seq| freeze(FreezeType::Judicial, seq, Some(20));
        (1..=count).map(|seq| Freeze { exempt_minor, ..court(seq) }).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..settings() })]

    #[test]
    fn lives_of_withdrawals_are_the_same_whether_all_freezes_are_loaded_or_not(
        opening in 100..600_i64,
        freezes in small_freezes(),
        steps in prop::collection::vec(any_step(), 1..60),
    ) {
        let (mut whole, mut sparing) = twins(opening, &freezes);
        for step in &steps {
            let errands = (take(step, &mut whole), take(step, &mut sparing));
            prop_assert_eq!(errands.0, errands.1);
            prop_assert_eq!(&whole.tables, &sparing.tables);
        }
    }

    #[test]
    fn batches_are_decided_the_same_whether_all_freezes_are_loaded_or_not(
        opening in 100..600_i64,
        freezes in small_freezes(),
        batches in prop::collection::vec(prop::collection::vec(around(), 1..6), 1..12),
    ) {
        let (mut whole, mut sparing) = twins(opening, &freezes);
        for (batch, around) in batches.iter().enumerate() {
            let run = |world: &mut World| {
                let sent = around.iter().filter_map(|one| command(one, world)).enumerate();
                let envelopes: Vec<_> = sent
                    .map(|(place, sent)| world.envelope(&format!("b{batch}-{place}"), sent))
                    .collect();
                world.run_batch(&envelopes)
            };
            prop_assert_eq!(run(&mut whole), run(&mut sparing));
            prop_assert_eq!(&whole.tables, &sparing.tables);
        }
    }
}

fn plain_freezes(count: i64) -> Vec<Freeze> {
    (1..=count).map(|seq| freeze(FreezeType::Judicial, seq, Some(10))).collect()
}

#[test]
fn money_that_is_free_moves_without_the_freezes_and_more_than_that_asks_for_them() {
    let (_, mut world) = twins(100, &plain_freezes(5));
    let held = world.reserve(30);
    world.done(credit(10));
    world.start(&held.withdrawal_id);
    let before = world.spared;
    assert!(before >= 3, "{before} batches without all freezes");
    // 30 are left. One more is refused, and the refusal names every freeze.
    let refused = world.refused(withdraw(31));
    let told = refused.all().iter().filter(|refusal| refusal.reason.remembered()).count();
    assert!(told >= 5, "{refused:?}");
    assert_eq!(world.spared, before);
    let batch: Vec<_> = [20, 20]
        .map(withdraw)
        .into_iter()
        .enumerate()
        .map(|(place, sent)| world.envelope(&format!("two-{place}"), sent))
        .collect();
    let outcomes = world.run_batch(&batch);
    assert!(outcomes[0].is_ok() && outcomes[1].is_err(), "{outcomes:?}");
    assert_eq!(world.spared, before, "both might have been refused");
}

/// design, domain 4: whatever may ask for a freeze has them all.
#[test]
fn what_may_ask_for_a_freeze_loads_them_all() {
    let spares = |account: &Account, commands: &[Command]| {
        let part = in_part(account, 1, now()).expect("its row tells of the rest");
        book::spares_freezes(&part, commands.iter(), &Default::default(), now())
    };
    let mut plain = account(Lifecycle::Open, 100);
    plain.freezes = plain_freezes(5).into();
    plain.derive_balance();
    let withdrawal = |minor| Command::Withdraw(withdraw(minor));
    let deduction = RecordTransaction {
        transaction_type: TransactionType::Deduction,
        ..transaction(Direction::Debit, 1)
    };
    let fact = RecordTransaction { mode: Mode::Fact, ..transaction(Direction::Debit, 51) };
    assert!(spares(&plain, &[withdrawal(50)]));
    assert!(spares(&plain, &[withdrawal(20), withdrawal(30)]));
    assert!(!spares(&plain, &[withdrawal(51)]), "more than is available");
    assert!(!spares(&plain, &[withdrawal(20), withdrawal(31)]), "together more");
    assert!(!spares(&plain, &[withdrawal(Minor::MAX), withdrawal(Minor::MAX)]));
    assert!(!spares(&plain, &[Command::RecordTransaction(deduction)]), "takes what is frozen");
    assert!(!spares(&plain, &[Command::RecordTransaction(fact)]), "more than is available");
    assert!(!spares(&plain, &[withdrawal(1), Command::CreateFreeze(court(Some(1)))]));
    assert!(!spares(&plain, &[Command::CreateFreeze(order(AuthorityKind::Bank, Some(1)))]));
    assert!(!spares(&plain, &[Command::Lapse]) && !spares(&plain, &[Command::Review]));
    let mut asleep = plain.clone();
    asleep.conditions.push(condition(ConditionKind::Dormant, Cause::DormantNoUse));
    asleep.derive_balance();
    assert!(!spares(&asleep, &[withdrawal(1)]), "history would tell of all freezes");
    let exempt = Withdraw { purpose: Purpose::Utilities, ..withdraw(50) };
    assert!(spares(&plain, &[Command::Withdraw(exempt)]));
    let around = Around::Withdraw(1);
    assert!(command(&around, &World::holding(plain)).is_some());
}

#[test]
fn a_row_tells_of_its_freezes_only_where_none_matters_by_itself() {
    let tells = |change: &dyn Fn(&mut Account)| {
        let mut made = account(Lifecycle::Open, 100);
        made.freezes = plain_freezes(5).into();
        change(&mut made);
        made.derive_balance();
        in_part(&made, 1, now()).is_some()
    };
    let with = |row: Freeze| move |account: &mut Account| account.freezes.push(row.clone());
    assert!(tells(&|_| {}));
    assert!(!tells(&with(freeze(FreezeType::Customer, 9, None))), "a loss");
    assert!(!tells(&with(freeze(FreezeType::Judicial, 9, None))), "the whole account");
    assert!(!tells(&with(freeze(FreezeType::Bank, 9, Some(50)))), "nothing to spare");
    assert!(tells(&with(freeze(FreezeType::Bank, 9, Some(49)))));
    let ends = |at: DateTime<Utc>| {
        with(Freeze { expire_time: Some(at), ..freeze(FreezeType::Bank, 9, Some(1)) })
    };
    assert!(!tells(&ends(now())), "one is over");
    assert!(tells(&ends(now() + microsecond())));
    let exempting = Freeze { exempt_minor: 20, ..freeze(FreezeType::Judicial, 9, Some(1)) };
    assert!(tells(&with(exempting.clone())));
    let used_up = |account: &mut Account| {
        account.freezes.push(exempting.clone());
        account.balance.exempt_used_minor = 25;
    };
    assert!(!tells(&used_up), "how much was exempt is not in the row");
}

#[test]
fn whoever_asks_for_freezes_that_were_not_loaded_is_stopped() {
    let mut made = account(Lifecycle::Open, 100);
    made.freezes = plain_freezes(5).into();
    made.derive_balance();
    let part = in_part(&made, 1, now()).unwrap();
    let panics = |act: &dyn Fn(Account)| {
        let part = part.clone();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || act(part))).is_err()
    };
    assert!(panics(&|account| drop(account.face())));
    assert!(panics(&|account| drop(account.control(Counting::All))));
    assert!(panics(&|mut account| account.freezes.push(freeze(FreezeType::Bank, 9, Some(1)))));
    assert!(panics(&|account| drop(serde_json::to_string(&account))));
    let short = Movement {
        operation: Operation::CustomerDebitCounter,
        amount: 51,
        presence: Presence::AtCounter,
    };
    assert!(panics(&|account| drop(pass::refusals(&account, short))));
    assert_eq!(part.freezes.count(), 5);
    assert!(Freezes::from(plain_freezes(2)).rest().is_none());
}
