//! What is said beforehand is what the command then does: over random accounts, every operation,
//! channel, purpose and identification; and the end that is promised is the end.

use chrono::{DateTime, Utc};
use proptest::prelude::*;
use proptest::sample::select;
use strum::VariantArray;

use super::properties::settings;
use super::support::{
    World, ZONE, account, at, change, cny, condition, freeze, funds, microsecond, rules,
    transaction, withdraw,
};
use crate::domain::account::Account;
use crate::domain::act::change_status::ChangeStatus;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::check;
use crate::domain::condition::Condition;
use crate::domain::freeze::control::promote;
use crate::domain::freeze::{Disclosure, Freeze, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::id::ConditionId;
use crate::domain::lapse::seen_at;
use crate::domain::money::Minor;
use crate::domain::pass::{Movement, Operation};
use crate::domain::refusal::{Reason, Refusal};
use crate::domain::status::{Cause, ConditionKind, Lifecycle, Restriction};
use crate::domain::terms::TermUnit;
use crate::domain::transaction::{
    Direction, EntryChannel, Identification, Initiator, Purpose, TransactionType, customer_debit,
    operation, presence,
};

/// Nothing, or one of a few ends, so that several things end together.
fn any_end() -> impl Strategy<Value = Option<DateTime<Utc>>> {
    let ends = ["2026-03-10 12:00:00", "2026-03-12 00:00:00", "2026-04-01 00:00:00"];
    prop_oneof![1 => Just(None), 2 => select(ends.to_vec()).prop_map(|end| Some(at(end)))]
}

/// Amounts around the edges of the balances below.
fn any_amount() -> impl Strategy<Value = Minor> {
    prop_oneof![
        8 => select(vec![1, 9, 10, 11, 49, 50, 51, 99, 100, 101]),
        1 => select(vec![Minor::MAX - 10, Minor::MAX]),
    ]
}

fn any_condition(index: usize) -> impl Strategy<Value = Condition> {
    let kinds = select(vec![
        (ConditionKind::StopPay, Cause::StopFraud, None),
        (ConditionKind::StopPay, Cause::StopCustoms, None),
        (ConditionKind::StopPay, Cause::StopArrears, None),
        (ConditionKind::Suspicious, Cause::SuspiciousPattern, None),
        (ConditionKind::InfoExpired, Cause::IdentityExpired, None),
        (ConditionKind::Dormant, Cause::DormantNoUse, None),
        (ConditionKind::Restricted, Cause::LimitReached, Some(Restriction::Limit)),
        (ConditionKind::Restricted, Cause::NonCounterSuspended, Some(Restriction::NonCounter)),
        (ConditionKind::Restricted, Cause::RestrictedByList, Some(Restriction::Amount)),
        (ConditionKind::Restricted, Cause::RestrictedByList, Some(Restriction::NoDebit)),
    ]);
    (kinds, any_end(), proptest::option::of(any_amount())).prop_map(
        move |((kind, cause, restriction), until_time, amount)| {
            let by_amount = restriction == Some(Restriction::Amount);
            let takes_amount = by_amount || kind == ConditionKind::StopPay;
            let amount = if by_amount { amount.or(Some(10)) } else { amount };
            Condition {
                condition_id: ConditionId::parse(&format!("c{index}")).unwrap(),
                restriction,
                until_time,
                amount_minor: amount.filter(|_| takes_amount),
                ..condition(kind, cause)
            }
        },
    )
}

fn any_freeze(seq: i64) -> impl Strategy<Value = Freeze> {
    let types = select(vec![
        FreezeType::Judicial,
        FreezeType::Judicial,
        FreezeType::Bank,
        FreezeType::Customer,
    ]);
    let amount = proptest::option::weighted(0.7, select(vec![10, 40, 50, 60, 100, 1_000]));
    let exempt = prop_oneof![3 => Just(0), 1 => select(vec![5, 50])];
    (types, amount, exempt, any::<[bool; 3]>(), any_end()).prop_map(
        move |(freeze_type, amount, exempt_minor, [two_way, secret, waits], expire_time)| {
            let judicial = freeze_type == FreezeType::Judicial;
            let amount = amount.filter(|_| freeze_type != FreezeType::Customer);
            let plain = freeze(freeze_type, seq, amount);
            let loss = freeze_type == FreezeType::Customer;
            let two_way = two_way && amount.is_none() && !loss;
            let waiting = waits && judicial && seq > 1;
            Freeze {
                freeze_mode: if two_way { FreezeMode::TwoWay } else { plain.freeze_mode },
                disclosure: if secret && !loss {
                    Disclosure::Confidential
                } else {
                    plain.disclosure
                },
                exempt_minor: if judicial { exempt_minor } else { 0 },
                freeze_status: if waiting { FreezeStatus::Waiting } else { FreezeStatus::Active },
                // The term of one that waits begins when it takes effect.
                expire_time: expire_time.filter(|_| !waiting),
                term_count: waiting.then_some(2),
                term_unit: waiting.then_some(TermUnit::Days),
                ..plain
            }
        },
    )
}

fn any_account() -> impl Strategy<Value = Account> {
    let lifecycle = prop_oneof![
        8 => Just(Lifecycle::Open),
        1 => select(vec![Lifecycle::Opening, Lifecycle::OpenFailed, Lifecycle::Closed]),
    ];
    let balance = prop_oneof![
        2 => Just(0),
        8 => select(vec![1, 10, 50, 100]),
        1 => Just(Minor::MAX - 10),
    ];
    let reserved = select(vec![0, 0, 10, 50]);
    let open = prop_oneof![4 => Just(0), 1 => Just(999), 1 => Just(1_000)];
    let conditions = (0..4_usize).prop_flat_map(|n| (0..n).map(any_condition).collect::<Vec<_>>());
    let freezes = (0..4_i64).prop_flat_map(|n| (1..=n).map(any_freeze).collect::<Vec<_>>());
    (lifecycle, balance, reserved, open, conditions, freezes).prop_map(
        |(lifecycle, balance, reserved, open, conditions, freezes)| {
            let mut made = account(lifecycle, balance);
            made.balance.reserved_minor = reserved.min(balance);
            made.balance.open_withdrawals = open;
            if lifecycle == Lifecycle::Open {
                made.conditions = conditions;
                made.freezes = freezes.into();
                let (money, now) = (made.unreserved(), at("2026-03-10 09:00:00"));
                promote(funds(money), &mut made.freezes, now, ZONE);
            }
            made.derive_balance();
            made
        },
    )
}

fn any_identification() -> impl Strategy<Value = Identification> {
    select(vec![Identification::None, Identification::Checked])
}

fn refused(account: &Account, command: impl Into<super::support::Sent>) -> Vec<Refusal> {
    let mut world = World::holding(account.clone());
    world.send(command).map_or_else(|refused| refused.all().to_vec(), |_done| Vec::new())
}

fn reasons(refusals: &[Refusal]) -> Vec<Reason> {
    refusals.iter().map(|refusal| refusal.reason).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_024, ..settings() })]

    #[test]
    fn a_withdrawal_is_refused_with_exactly_what_was_said(
        account in any_account(),
        amount in any_amount(),
        channel in select(EntryChannel::VARIANTS),
        purpose in select(Purpose::VARIANTS),
    ) {
        let asked = Movement {
            operation: customer_debit(channel, purpose),
            amount,
            presence: presence(channel, Identification::None),
        };
        let command =
            Withdraw { entry_channel: channel, purpose, ..withdraw(amount) };
        prop_assert_eq!(refused(&account, command), check::operation(&account, asked, &rules()));
    }

    #[test]
    fn a_transaction_is_refused_with_exactly_what_was_said(
        account in any_account(),
        amount in any_amount(),
        direction in select(vec![Direction::Credit, Direction::Debit]),
        initiator in select(Initiator::VARIANTS),
        transaction_type in select(TransactionType::VARIANTS),
        channel in select(EntryChannel::VARIANTS),
        purpose in select(Purpose::VARIANTS),
        identification in any_identification(),
    ) {
        let debit = customer_debit(channel, purpose);
        let asked = Movement {
            operation: operation(direction, transaction_type, initiator, debit),
            amount,
            presence: presence(channel, identification),
        };
        let command = RecordTransaction {
            amount: cny(amount),
            initiator,
            transaction_type,
            entry_channel: channel,
            purpose,
            identification,
            ..transaction(direction, amount)
        };
        let mut said = check::operation(&account, asked, &rules());
        // How many withdrawals are open is no matter of what core banking records.
        said.retain(|refusal| refusal.reason != Reason::LimitExceeded);
        prop_assert_eq!(refused(&account, command), said);
    }

    #[test]
    fn a_closing_is_refused_with_exactly_what_was_said(
        account in any_account(),
        channel in select(EntryChannel::VARIANTS),
        identification in any_identification(),
    ) {
        let presence = presence(channel, identification);
        let asked = Movement { operation: Operation::Close, amount: 0, presence };
        let command =
            ChangeStatus { entry_channel: channel, identification, ..change(Action::Close) };
        let said = check::operation(&account, asked, &rules());
        prop_assert_eq!(refused(&account, command), said);
    }

    #[test]
    fn what_is_promised_to_end_ends_at_that_instant_and_not_before(
        account in any_account(),
        amount in any_amount(),
        operation in select(Operation::VARIANTS),
        channel in select(vec![EntryChannel::Counter, EntryChannel::App]),
        identification in any_identification(),
    ) {
        let amount = if operation == Operation::Close { 0 } else { amount };
        let asked = Movement { operation, amount, presence: presence(channel, identification) };
        let in_the_way = |account: &Account| check::operation(account, asked, &rules());
        let blocks = |account: &Account| !in_the_way(account).is_empty();
        prop_assume!(blocks(&account));
        let seen = |at| seen_at(account.clone(), at, ZONE);
        match check::unblocked_at(account.clone(), blocks, ZONE) {
            Some(end) => {
                prop_assert_eq!(reasons(&in_the_way(&seen(end))), vec![]);
                prop_assert!(blocks(&seen(end - microsecond())));
            }
            None => prop_assert!(blocks(&seen(at("2099-01-01 00:00:00")))),
        }
    }
}

fn debit_of(amount: Minor) -> Movement {
    let operation = Operation::CustomerDebitNonCounter;
    Movement { operation, amount, presence: presence(EntryChannel::App, Identification::None) }
}

fn end_of(account: &Account, movement: Movement) -> Option<DateTime<Utc>> {
    let blocks = |account: &Account| !check::operation(account, movement, &rules()).is_empty();
    check::unblocked_at(account.clone(), blocks, ZONE)
}

#[test]
fn frozen_money_is_free_when_enough_freezes_have_ended() {
    let (first, last) = (at("2026-04-01 00:00:00"), at("2026-05-01 00:00:00"));
    let mut account = account(Lifecycle::Open, 100);
    let ends =
        |seq, end| Freeze { expire_time: end, ..freeze(FreezeType::Judicial, seq, Some(50)) };
    account.freezes = vec![ends(1, Some(last)), ends(2, Some(first))].into();
    assert_eq!(end_of(&account, debit_of(50)), Some(first));
    assert_eq!(end_of(&account, debit_of(51)), Some(last));
    assert_eq!(end_of(&account, debit_of(101)), None, "that money is not there");
    account.freezes[0].expire_time = None;
    assert_eq!(end_of(&account, debit_of(51)), None);
    assert_eq!(end_of(&account, debit_of(50)), Some(first));
}

#[test]
fn a_freeze_that_waits_takes_the_place_of_the_one_that_ends() {
    let end = at("2026-04-01 00:00:00");
    let mut account = account(Lifecycle::Open, 100);
    let ahead = Freeze { expire_time: Some(end), ..freeze(FreezeType::Judicial, 1, None) };
    let behind = Freeze {
        freeze_status: FreezeStatus::Waiting,
        effective_time: None,
        term_count: Some(2),
        term_unit: Some(TermUnit::Days),
        ..freeze(FreezeType::Judicial, 2, None)
    };
    account.freezes = vec![ahead, behind].into();
    account.derive_balance();
    let free = end_of(&account, debit_of(1)).expect("both have an end");
    assert!(free >= at("2026-04-03 00:00:00"), "{free}");
}
