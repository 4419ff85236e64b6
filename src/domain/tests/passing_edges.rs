//! What may pass at its edges: amounts, presence, purposes, and what the status query says.

use super::passing::{OPERATIONS, in_rows, per_debit, stop};
use super::support::{account, condition, freeze};
use crate::domain::account::Account;
use crate::domain::freeze::{Freeze, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::pass::{self, Movement, Operation, Presence, Row, Standing};
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::{Cause, ConditionKind, Lifecycle};
use crate::domain::transaction::{
    Direction, EntryChannel, Identification, Initiator, Purpose, TransactionType, customer_debit,
    operation, presence,
};
use strum::VariantArray;

const NON_COUNTER: Operation = Operation::CustomerDebitNonCounter;

fn reasons_at(
    account: &Account,
    operation: Operation,
    amount: i64,
    presence: Presence,
) -> Vec<Reason> {
    let movement = Movement { operation, amount, presence };
    pass::refusals(account, movement).into_iter().map(|refusal| refusal.reason).collect()
}

fn reasons(account: &Account, operation: Operation, amount: i64) -> Vec<Reason> {
    reasons_at(account, operation, amount, Presence::Elsewhere)
}

fn open(balance: i64) -> Account {
    account(Lifecycle::Open, balance)
}

#[test]
fn an_amount_freeze_refuses_from_the_first_minor_unit_that_it_controls() {
    let account = in_rows(&[Row::FrozenAmount]);
    for operation in &OPERATIONS[..4] {
        assert_eq!(reasons(&account, *operation, 600), []);
        let short = [Reason::AccountFrozen, Reason::InsufficientAvailableFunds];
        assert_eq!(reasons(&account, *operation, 601), short);
        assert_eq!(reasons(&account, *operation, 1_000), short);
    }
}

#[test]
fn a_freeze_is_no_reason_for_what_the_balance_could_not_pay_anyway() {
    let account = in_rows(&[Row::FrozenAmount]);
    assert_eq!(reasons(&account, NON_COUNTER, 1_001), [Reason::InsufficientAvailableFunds]);
}

#[test]
fn reserved_money_is_short_funds_and_not_frozen() {
    let mut account = in_rows(&[Row::FrozenAmount]);
    account.balance.reserved_minor = 500;
    let short = [Reason::AccountFrozen, Reason::InsufficientAvailableFunds];
    assert_eq!(reasons(&account, NON_COUNTER, 100), []);
    assert_eq!(reasons(&account, NON_COUNTER, 101), short);
    assert_eq!(reasons(&account, NON_COUNTER, 501), [Reason::InsufficientAvailableFunds]);
}

#[test]
fn a_whole_freeze_lets_only_the_exempt_amount_pass() {
    let mut account = open(1_000);
    let whole = freeze(FreezeType::Judicial, 1, None);
    account.freezes.push(Freeze { exempt_minor: 300, ..whole });
    assert_eq!(reasons(&account, NON_COUNTER, 300), []);
    assert_eq!(reasons(&account, NON_COUNTER, 301)[0], Reason::AccountFrozen);
}

#[test]
fn only_freezes_that_control_something_are_named() {
    let mut account = open(100);
    account.freezes.push(freeze(FreezeType::Judicial, 1, Some(100)));
    account.freezes.push(freeze(FreezeType::Bank, 2, Some(50)));
    let movement = Movement { operation: NON_COUNTER, amount: 10, presence: Presence::Elsewhere };
    let refusals = pass::refusals(&account, movement);
    let frozen = refusals.iter().filter(|refusal| refusal.reason == Reason::AccountFrozen);
    let named: Vec<_> = frozen.map(|refusal| refusal.facts[&Fact::FreezeId].as_str()).collect();
    assert_eq!(named, ["F1"]);
}

#[test]
fn a_waiting_freeze_refuses_nothing_even_when_it_is_two_way() {
    let mut account = open(100);
    let waiting = Freeze {
        freeze_status: FreezeStatus::Waiting,
        freeze_mode: FreezeMode::TwoWay,
        ..freeze(FreezeType::Judicial, 2, None)
    };
    account.freezes.push(freeze(FreezeType::Judicial, 1, None));
    account.freezes.push(waiting);
    assert_eq!(reasons(&account, Operation::Credit, 10), []);
}

#[test]
fn a_lost_account_pays_no_customer_and_lets_the_bank_take_what_no_other_freeze_controls() {
    let mut account = in_rows(&[Row::Lost]);
    let lost = [Reason::AccountLost, Reason::InsufficientAvailableFunds];
    assert_eq!(reasons(&account, NON_COUNTER, 1), lost);
    assert_eq!(reasons(&account, Operation::BankDebit, 1_000), []);
    assert_eq!(
        reasons(&account, Operation::BankDebit, 1_001),
        [Reason::InsufficientAvailableFunds]
    );
    account.freezes.push(freeze(FreezeType::Judicial, 1, Some(400)));
    assert_eq!(reasons(&account, Operation::BankDebit, 600), []);
    assert_eq!(reasons(&account, Operation::BankDebit, 601)[0], Reason::AccountFrozen);
}

#[test]
fn a_stopped_amount_stays_behind_every_debit_of_the_customer() {
    for cause in [Cause::StopFraud, Cause::StopCustoms, Cause::StopArrears] {
        let mut account = open(1_000);
        account.conditions.push(stop(cause, Some(400)));
        for operation in &OPERATIONS[..3] {
            assert_eq!(reasons(&account, *operation, 600), [], "{cause:?}");
            assert_eq!(reasons(&account, *operation, 601), [Reason::AccountStopPay], "{cause:?}");
        }
        account.balance.reserved_minor = 100;
        assert_eq!(reasons(&account, NON_COUNTER, 500), []);
        assert_eq!(reasons(&account, NON_COUNTER, 501), [Reason::AccountStopPay]);
    }
}

#[test]
fn a_stopped_amount_overlaps_freezes_and_is_no_part_of_available() {
    let mut account = in_rows(&[Row::FrozenAmount]);
    account.conditions.push(stop(Cause::StopCustoms, Some(400)));
    assert_eq!(account.available(), 600);
    assert_eq!(reasons(&account, NON_COUNTER, 600), []);
}

#[test]
fn an_amount_per_debit_lets_exactly_that_amount_pass_and_spares_exempt_purposes() {
    let mut account = open(1_000);
    account.conditions.push(per_debit(50));
    for operation in &OPERATIONS[..2] {
        assert_eq!(reasons(&account, *operation, 50), []);
        assert_eq!(reasons(&account, *operation, 51), [Reason::AccountRestricted]);
    }
    assert_eq!(reasons(&account, Operation::CustomerDebitExempt, 51), []);
}

#[test]
fn a_used_up_limit_is_no_restriction_of_its_own() {
    let account = in_rows(&[Row::LimitReached]);
    for operation in OPERATIONS {
        assert_eq!(reasons(&account, operation, 1_000), [], "{operation:?}");
    }
}

#[test]
fn a_dormant_account_pays_only_the_identified_customer_at_the_counter() {
    let account = in_rows(&[Row::Dormant]);
    let counter = Operation::CustomerDebitCounter;
    assert_eq!(reasons_at(&account, counter, 1, Presence::Identified), []);
    assert_eq!(reasons_at(&account, counter, 1, Presence::AtCounter), [Reason::AccountDormant]);
    for presence in [Presence::Elsewhere, Presence::AtCounter, Presence::Identified] {
        let exempt = Operation::CustomerDebitExempt;
        assert_eq!(reasons_at(&account, NON_COUNTER, 1, presence), [Reason::AccountDormant]);
        assert_eq!(reasons_at(&account, exempt, 1, presence), [Reason::AccountDormant]);
    }
}

#[test]
fn closing_with_expired_identity_dormant_or_suspended_needs_the_counter() {
    for row in [Row::InfoExpired, Row::Dormant, Row::NonCounter] {
        let account = in_rows(&[row]);
        let close = |presence| reasons_at(&account, Operation::Close, 0, presence);
        assert_eq!(close(Presence::Elsewhere).len(), 1, "{row:?}");
        assert_eq!(close(Presence::AtCounter), [], "{row:?}");
    }
}

#[test]
fn a_condition_that_ended_refuses_nothing() {
    let mut account = in_rows(&[Row::NoDebit, Row::FrozenTwoWay]);
    account.conditions[0].ended_time = Some(account.profile.opened_time);
    account.freezes[0].freeze_status = FreezeStatus::Expired;
    for operation in OPERATIONS {
        assert_eq!(reasons(&account, operation, 1_000), [], "{operation:?}");
    }
}

#[test]
fn money_coming_in_is_never_short_of_funds() {
    for operation in [Operation::Credit, Operation::Return, Operation::Interest] {
        assert_eq!(reasons(&open(0), operation, i64::MAX), []);
    }
}

#[test]
fn every_reason_that_holds_is_listed_in_order() {
    let mut account = in_rows(&[Row::FrozenWhole, Row::Lost, Row::Dormant, Row::NonCounter]);
    account.conditions.push(stop(Cause::StopFraud, None));
    account.conditions.push(condition(ConditionKind::InfoExpired, Cause::IdentityExpired));
    account.conditions.push(condition(ConditionKind::Suspicious, Cause::SuspiciousPattern));
    let expected = [
        Reason::AccountFrozen,
        Reason::AccountLost,
        Reason::AccountStopPay,
        Reason::AccountSuspicious,
        Reason::AccountInfoExpired,
        Reason::AccountDormant,
        Reason::AccountRestricted,
        Reason::InsufficientAvailableFunds,
    ];
    assert_eq!(reasons(&account, NON_COUNTER, 100), expected);
}

#[test]
fn every_channel_but_the_counter_is_non_counter_and_absent_is_too() {
    for channel in EntryChannel::VARIANTS.iter().copied() {
        let counter = channel == EntryChannel::Counter;
        let plain = if counter { Operation::CustomerDebitCounter } else { NON_COUNTER };
        assert_eq!(customer_debit(channel, Purpose::Unspecified), plain, "{channel:?}");
        let identified = presence(channel, Identification::Checked) == Presence::Identified;
        assert_eq!(identified, counter, "{channel:?}");
    }
}

#[test]
fn exempt_purposes_are_tax_social_insurance_utilities_medical_and_own_name() {
    let exempt = ["TAX", "SOCIAL_INSURANCE", "UTILITIES", "MEDICAL", "OWN_NAME_TRANSFER"];
    for purpose in Purpose::VARIANTS.iter().copied() {
        let name: &'static str = purpose.into();
        let made = customer_debit(EntryChannel::App, purpose);
        assert_eq!(made == Operation::CustomerDebitExempt, exempt.contains(&name), "{name}");
        let counter = customer_debit(EntryChannel::Counter, purpose);
        assert_eq!(counter, Operation::CustomerDebitCounter, "{name}");
    }
}

#[test]
fn initiator_and_type_decide_what_a_transaction_is() {
    use Initiator::{Bank, Counterparty, Customer};
    use TransactionType::{Fee, Interest, Return, Transfer};
    let made = |direction, kind, initiator| operation(direction, kind, initiator, NON_COUNTER);
    assert_eq!(made(Direction::Debit, Transfer, Customer), NON_COUNTER);
    assert_eq!(made(Direction::Debit, Transfer, Counterparty), NON_COUNTER);
    assert_eq!(made(Direction::Debit, Fee, Bank), Operation::BankDebit);
    for initiator in [Customer, Counterparty, Bank] {
        assert_eq!(made(Direction::Credit, Transfer, initiator), Operation::Credit);
        assert_eq!(made(Direction::Credit, Return, initiator), Operation::Return);
        assert_eq!(made(Direction::Credit, Interest, initiator), Operation::Interest);
    }
}

#[test]
fn the_status_query_says_yes_limited_or_no() {
    let standing = |row, operation| pass::standing(&in_rows(&[row]), operation);
    assert_eq!(standing(Row::Open, NON_COUNTER), Standing::Yes);
    assert_eq!(standing(Row::FrozenAmount, NON_COUNTER), Standing::Limited);
    assert_eq!(standing(Row::FrozenWhole, NON_COUNTER), Standing::No);
    assert_eq!(standing(Row::FrozenTwoWay, Operation::Credit), Standing::No);
    assert_eq!(standing(Row::Lost, Operation::BankDebit), Standing::Limited);
    assert_eq!(standing(Row::StopAmountArrears, NON_COUNTER), Standing::Limited);
    assert_eq!(standing(Row::Dormant, Operation::CustomerDebitCounter), Standing::Limited);
    assert_eq!(standing(Row::Dormant, Operation::Close), Standing::Limited);
    assert_eq!(standing(Row::Suspicious, NON_COUNTER), Standing::No);
}
