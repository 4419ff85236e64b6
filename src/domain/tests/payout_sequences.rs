//! Random lives of withdrawals: whatever is done, and whatever is said of any attempt by whomever,
//! the money adds up, and a new attempt follows only on proof.

use std::collections::BTreeSet;

use chrono::Duration;
use proptest::prelude::*;

use super::properties::settings;
use super::support::{
    Sent, Tables, World, court, credit, debit, rejected, release, report, returned, settled,
    transient, withdraw,
};
use crate::domain::act::errand::Errand;
use crate::domain::act::release_freeze::Extent;
use crate::domain::action::Action;
use crate::domain::freeze::FreezeType;
use crate::domain::id::WithdrawalId;
use crate::domain::money::Minor;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::{Said, SaidKind, Source, Statement};
use crate::domain::payout::reason::RejectReason;
use crate::domain::status::ConditionKind;
use crate::domain::transaction::{Booking, Direction};
use crate::domain::withdrawal::State;

/// What happens beside the payouts.
#[derive(Debug, Clone)]
pub(super) enum Around {
    Credit(Minor),
    Debit(Minor),
    Withdraw(Minor),
    Cancel(usize),
    Freeze(Minor),
    Release(usize),
    Act(Action),
}

/// What happens to the payouts.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Around(Around),
    Wait {
        secs: i64,
    },
    Start(usize),
    Follow(usize),
    /// Any channel says anything about any attempt.
    Hear {
        attempt: usize,
        source: Source,
        epoch: i64,
        said: Said,
    },
    /// The honest channel: a choice for whatever it has to decide.
    Channel {
        choice: usize,
        at: usize,
    },
}

pub(super) fn around() -> impl Strategy<Value = Around> {
    let tens = || (1..12_i64).prop_map(|tens| tens * 10);
    prop_oneof![
        2 => tens().prop_map(Around::Credit),
        1 => tens().prop_map(Around::Debit),
        6 => tens().prop_map(Around::Withdraw),
        1 => (0..9_usize).prop_map(Around::Cancel),
        1 => tens().prop_map(Around::Freeze),
        2 => (0..9_usize).prop_map(Around::Release),
        2 => prop::sample::select(vec![
            Action::ReportLoss,
            Action::WithdrawLoss,
            Action::WithdrawLoss,
            Action::MarkSuspicious,
            Action::ClearSuspicion,
            Action::ClearSuspicion,
        ]).prop_map(Around::Act),
    ]
}

fn any_said() -> impl Strategy<Value = Said> {
    use RejectReason as R;
    let reasons = vec![
        R::ChannelBusy,
        R::BankNotServed,
        R::PayeeAccountClosed,
        R::ComplianceHold,
        R::SystemError,
    ];
    let amounts = prop_oneof![6 => Just(None), 1 => (1..12_i64).prop_map(|tens| Some(tens * 10))];
    prop_oneof![
        Just(Said::NoAnswer),
        Just(Said::Accepted),
        Just(Said::InProgress),
        Just(Said::UnknownKey),
        Just(Said::Tombstone),
        prop::sample::select(reasons.clone()).prop_map(rejected),
        prop::sample::select(reasons).prop_map(transient),
        // 0 stands for the right amount.
        amounts.clone().prop_map(|minor| settled(minor.unwrap_or(0))),
        amounts.prop_map(|minor| returned(minor.unwrap_or(0))),
    ]
}

pub(super) fn any_step() -> impl Strategy<Value = Step> {
    let source =
        prop::sample::select(vec![Source::Submit, Source::Inquiry, Source::Void, Source::Callback]);
    let heard = (0..20_usize, source, 0..3_i64, any_said())
        .prop_map(|(attempt, source, epoch, said)| Step::Hear { attempt, source, epoch, said });
    prop_oneof![4 => common(), 3 => heard]
}

pub(super) fn common() -> impl Strategy<Value = Step> {
    let wait = prop_oneof![6 => 1..90_i64, 1 => 3_600..90_000_i64];
    prop_oneof![
        3 => around().prop_map(Step::Around),
        2 => wait.prop_map(|secs| Step::Wait { secs }),
        4 => (0..9_usize).prop_map(Step::Start),
        4 => (0..9_usize).prop_map(Step::Follow),
    ]
}

pub(super) fn pick<T: Clone>(rows: impl Iterator<Item = T>, at: usize) -> Option<T> {
    let rows: Vec<T> = rows.collect();
    rows.get(at % rows.len().max(1)).cloned()
}

fn some_withdrawal(world: &World, at: usize) -> Option<WithdrawalId> {
    pick(world.tables.withdrawals.keys().cloned(), at)
}

pub(super) fn command(around: &Around, world: &World) -> Option<Sent> {
    Some(match around {
        Around::Credit(minor) => credit(*minor).into(),
        Around::Debit(minor) => debit(*minor).into(),
        Around::Withdraw(minor) => withdraw(*minor).into(),
        Around::Cancel(at) => {
            super::support::cancel(&pick(world.tables.withdrawals.values().cloned(), *at)?).into()
        }
        Around::Freeze(minor) => court(Some(*minor)).into(),
        Around::Release(at) => {
            let freeze = pick(world.tables.freezes.values().cloned(), *at)?;
            release(&freeze, Extent::Whole).into()
        }
        Around::Act(action) => (*action).into(),
    })
}

/// I1–I5, what each state holds, and that whatever has something to be done is due some time, and
/// nothing else is.
pub(super) fn audit(world: &World) {
    let account = world.account();
    let balance = &account.balance;
    let on_balance = world.tables.transactions.iter().filter(|row| row.booking == Booking::Balance);
    let moved = on_balance.map(|row| match row.direction {
        Direction::Credit => row.transaction_amount,
        Direction::Debit => -row.transaction_amount,
    });
    assert_eq!(balance.balance_minor, balance.opening_balance_minor + moved.sum::<Minor>());
    let ids: BTreeSet<_> =
        world.tables.transactions.iter().map(|row| &row.transaction_id).collect();
    assert_eq!(ids.len(), world.tables.transactions.len(), "an entry that was booked twice");
    let held = world.tables.withdrawals.values().map(|row| row.held_minor);
    assert_eq!(balance.reserved_minor, held.sum::<Minor>());
    assert!((0..=balance.balance_minor).contains(&balance.reserved_minor));
    let open = world.tables.withdrawals.values().filter(|row| row.held_minor > 0).count();
    assert_eq!(usize::try_from(balance.open_withdrawals), Ok(open));
    let claims: Minor = account.freezes.iter().filter_map(|freeze| freeze.freeze_amount).sum();
    let lost = account.freezes.iter().any(|freeze| freeze.freeze_type == FreezeType::Customer);
    let money = balance.balance_minor - balance.reserved_minor;
    let controlled = if lost { money } else { claims.min(money) };
    assert_eq!(account.available(), money - controlled);
    for id in world.tables.withdrawals.keys() {
        check_withdrawal(world, id);
    }
}

fn check_withdrawal(world: &World, id: &WithdrawalId) {
    let (row, attempts) = (world.withdrawal(id), world.attempts(id));
    let count = |state| attempts.iter().filter(|attempt| attempt.state == state).count();
    let open = attempts.iter().filter(|attempt| attempt.is_open()).count();
    assert!(open <= 1 && count(AttemptState::Settled) <= 1, "I4: {attempts:?}");
    assert_eq!(i64::try_from(attempts.len()), Ok(row.attempts));
    match row.state {
        State::Reserved => assert_eq!((row.held_minor, open), (row.amount_minor, 0)),
        State::Dispatching | State::Accepted | State::Unknown => {
            assert_eq!((row.held_minor, open), (row.amount_minor, 1));
        }
        State::Quarantined => assert!([0, row.amount_minor].contains(&row.held_minor)),
        _ => assert_eq!(row.held_minor, 0),
    }
    let to_do = row.state == State::Reserved || open == 1;
    assert_eq!(row.next_action_time.is_some(), to_do, "{row:?} {attempts:?}");
    for attempt in attempts.iter().filter(|attempt| attempt.state == AttemptState::Dead) {
        assert!(is_proven(&world.tables, attempt), "I5: dead without proof: {attempt:?}");
    }
}

fn is_proven(tables: &Tables, attempt: &Attempt) -> bool {
    let proof = |said| matches!(said, SaidKind::RejectedFinal | SaidKind::Tombstone);
    let mut rows = tables.evidence.iter();
    rows.any(|((key, _), row)| *key == attempt.key() && proof(row.said))
}

/// I5 and I6 for what a step made.
pub(super) fn check_new_attempts(before: &Tables, world: &World) {
    let fresh = |key: &&PayoutKey| !before.attempts.contains_key(key);
    for key in world.tables.attempts.keys().filter(fresh) {
        for earlier in world.attempts(&key.withdrawal_id) {
            let over = matches!(earlier.state, AttemptState::Dead | AttemptState::Returned);
            assert!(earlier.number >= key.number || over, "I5: {earlier:?}");
        }
        let account = world.account();
        let orders = account.freezes.iter().filter(|f| f.freeze_type != FreezeType::Customer);
        let claims: Minor = orders.filter_map(|freeze| freeze.freeze_amount).sum();
        let money = account.balance.balance_minor - account.balance.reserved_minor;
        assert!(claims <= money, "I6: {claims} claimed of {money}");
        assert!(!account.has(ConditionKind::Lost) && !account.has(ConditionKind::Suspicious));
    }
}

/// Carries a step out, but for the channel's; an errand when somebody has something to do.
pub(super) fn take(step: &Step, world: &mut World) -> Option<Box<Errand>> {
    match step {
        Step::Around(around) => {
            let _refused_or_not = command(around, world).map(|sent| world.send(sent));
            None
        }
        Step::Wait { secs } => {
            world.now += Duration::seconds(*secs);
            None
        }
        Step::Start(at) => some_withdrawal(world, *at).and_then(|id| world.try_start(&id)),
        Step::Follow(at) => {
            let id = some_withdrawal(world, *at)?;
            world.try_follow(&id)
        }
        Step::Hear { attempt, source, epoch, said } => {
            let key = pick(world.tables.attempts.keys().cloned(), *attempt)?;
            let amount = world.withdrawal(&key.withdrawal_id).amount_minor;
            let said = match said {
                Said::Settled(paid) if paid.amount.minor == 0 => settled(amount),
                Said::Returned(paid) if paid.amount.minor == 0 => returned(amount),
                other => other.clone(),
            };
            let now = world.tables.attempts[&key].epoch;
            let told = report(&key, said);
            world.hears(Statement { source: *source, epoch: now - epoch, ..told });
            None
        }
        Step::Channel { .. } => None,
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn whatever_is_said_the_money_adds_up(
        opening in 0..300_i64,
        steps in prop::collection::vec(any_step(), 1..80),
    ) {
        let mut world = World::with_balance(opening);
        for step in &steps {
            let before = world.tables.clone();
            let _nobody_runs_it = take(step, &mut world);
            audit(&world);
            check_new_attempts(&before, &world);
        }
    }
}
