//! Precedence: of several reasons that hold, which one answers, and that the others are listed.

use super::passing::{in_rows, stop};
use super::support::{World, account, change, condition, court, credit, order, usd, withdraw};
use crate::domain::account::Account;
use crate::domain::act::record_transaction::RecordTransaction;
use crate::domain::act::withdraw::Withdraw;
use crate::domain::action::Action;
use crate::domain::command::Command;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::id::{AccountNumber, TransactionId};
use crate::domain::pass::Row;
use crate::domain::refusal::Reason;
use crate::domain::status::{Cause, ConditionKind, Lifecycle};
use strum::VariantArray;

/// design, contract, "Precedence"; the refusals of the act itself stand together where ACT is.
const ORDER: &str = "
    UNAUTHENTICATED INVALID_REQUEST PERMISSION_DENIED REQUEST_ID_REUSED
    NOT_FOUND ETAG_MISMATCH CURRENCY_MISMATCH
    ACCOUNT_CLOSED ACCOUNT_OPEN_FAILED ACCOUNT_OPENING ACCOUNT_FROZEN ACCOUNT_LOST
    ACCOUNT_STOPPAY ACCOUNT_SUSPICIOUS ACCOUNT_INFO_EXPIRED ACCOUNT_DORMANT ACCOUNT_RESTRICTED
    ACT INSUFFICIENT_AVAILABLE_FUNDS LIMIT_EXCEEDED
";

const NOT_FOUND: [&str; 5] = [
    "ACCOUNT_NOT_FOUND",
    "CARD_NOT_FOUND",
    "FREEZE_NOT_FOUND",
    "WITHDRAWAL_NOT_FOUND",
    "APPROVAL_NOT_FOUND",
];

const ACT: [&str; 14] = [
    "ACTION_NOT_APPLICABLE",
    "CLOSE_BLOCKED",
    "WITHDRAWAL_NOT_CANCELLABLE",
    "FREEZE_NOT_IN_FORCE",
    "FUNDS_ALREADY_FROZEN",
    "ORGAN_WITHOUT_POWER",
    "TERM_TOO_LONG",
    "PROTECTED_FUNDS",
    "STOP_REPEATED",
    "NOT_THIS_AUTHORITY",
    "OUT_OF_TURN",
    "APPROVER_IS_PROPOSER",
    "APPROVAL_DECIDED",
    "APPROVAL_STALE",
];

#[test]
fn reasons_stand_in_the_documented_order() {
    let group = |reason: &Reason| {
        let name = reason.name();
        match name {
            _ if NOT_FOUND.contains(&name) => "NOT_FOUND",
            _ if ACT.contains(&name) => "ACT",
            _ => name,
        }
    };
    let documented: Vec<&str> = ORDER.split_whitespace().collect();
    let mut found: Vec<&str> = Reason::VARIANTS.iter().map(group).collect();
    found.retain(|name| documented.contains(name));
    found.dedup();
    assert_eq!(found, documented);
    let names: Vec<&str> = Reason::VARIANTS.iter().map(|reason| reason.name()).collect();
    assert!(NOT_FOUND.iter().chain(&ACT).all(|name| names.contains(name)));
}

/// Every condition at once on 1,000 minor units.
fn burdened(lifecycle: Lifecycle) -> Account {
    let mut account = in_rows(&[
        Row::FrozenWhole,
        Row::Lost,
        Row::Suspicious,
        Row::InfoExpired,
        Row::Dormant,
        Row::NoDebit,
    ]);
    account.conditions.push(stop(Cause::StopFraud, None));
    account.balance.lifecycle = lifecycle;
    account
}

const ALL_CONDITIONS: [Reason; 7] = [
    Reason::AccountFrozen,
    Reason::AccountLost,
    Reason::AccountStopPay,
    Reason::AccountSuspicious,
    Reason::AccountInfoExpired,
    Reason::AccountDormant,
    Reason::AccountRestricted,
];

#[test]
fn a_withdrawal_lists_everything_that_stands_in_its_way_in_order() {
    let lifecycles = [
        (Lifecycle::Open, None),
        (Lifecycle::Closed, Some(Reason::AccountClosed)),
        (Lifecycle::OpenFailed, Some(Reason::AccountOpenFailed)),
        (Lifecycle::Opening, Some(Reason::AccountOpening)),
    ];
    for (lifecycle, first) in lifecycles {
        let mut world = World::holding(burdened(lifecycle));
        world.rules.open_withdrawals_max = 0;
        let mut expected: Vec<Reason> = first.into_iter().chain(ALL_CONDITIONS).collect();
        expected.extend([Reason::InsufficientAvailableFunds, Reason::LimitExceeded]);
        assert_eq!(world.reasons(withdraw(100)), expected, "{lifecycle:?}");
    }
}

#[test]
fn each_condition_alone_competes_with_short_funds_and_comes_first() {
    let rows = [
        (Row::Closed, Reason::AccountClosed),
        (Row::Opening, Reason::AccountOpening),
        (Row::StopArrears, Reason::AccountStopPay),
        (Row::Suspicious, Reason::AccountSuspicious),
        (Row::InfoExpired, Reason::AccountInfoExpired),
        (Row::Dormant, Reason::AccountDormant),
        (Row::NonCounter, Reason::AccountRestricted),
    ];
    for (row, reason) in rows {
        let mut world = World::holding(in_rows(&[row]));
        let reasons = world.reasons(withdraw(1_001));
        assert_eq!(reasons, [reason, Reason::InsufficientAvailableFunds], "{row:?}");
    }
}

/// design, demo data, W20: freeze and short funds listed.
#[test]
fn a_wholly_frozen_account_is_frozen_first_and_short_second() {
    let mut world = World::with_balance(412_600);
    world.place(court(None));
    let expected = [Reason::AccountFrozen, Reason::InsufficientAvailableFunds];
    assert_eq!(world.reasons(withdraw(10_000)), expected);
}

/// design, demo data, third pasted command: 11 for 20,000: frozen, lost, short funds.
#[test]
fn a_lost_account_with_a_court_is_frozen_lost_and_short() {
    let mut world = World::with_balance(2_200_000);
    world.done(Action::ReportLoss);
    world.place(court(Some(500_000)));
    let short = Reason::InsufficientAvailableFunds;
    assert_eq!(
        world.reasons(withdraw(2_000_000)),
        [Reason::AccountFrozen, Reason::AccountLost, short]
    );
    assert_eq!(world.reasons(withdraw(1_700_000)), [Reason::AccountLost, short]);
}

#[test]
fn the_currency_comes_before_every_status() {
    for lifecycle in Lifecycle::VARIANTS.iter().copied() {
        let mut world = World::holding(burdened(lifecycle));
        let foreign = Withdraw { amount: usd(100), ..withdraw(100) };
        assert_eq!(world.reasons(foreign), [Reason::CurrencyMismatch]);
        let foreign = RecordTransaction { amount: usd(100), ..credit(100) };
        assert_eq!(world.reasons(foreign), [Reason::CurrencyMismatch]);
    }
}

#[test]
fn a_stale_etag_comes_before_the_currency() {
    let mut world = World::with_balance(100);
    let mut envelope = world.envelope("w-1", Withdraw { amount: usd(5), ..withdraw(5) });
    envelope.expected_version = Some(world.account().balance.status_version + 1);
    assert_eq!(world.run(&envelope).unwrap_err().reason(), Reason::EtagMismatch);
}

#[test]
fn an_unknown_account_comes_before_the_etag() {
    let mut world = World::with_balance(100);
    let mut envelope = world.envelope("w-1", withdraw(5));
    envelope.account_number = AccountNumber::parse("1").unwrap();
    envelope.expected_version = Some(99);
    assert_eq!(world.run(&envelope).unwrap_err().reason(), Reason::AccountNotFound);
}

#[test]
fn short_funds_come_before_the_limit() {
    let mut world = World::with_balance(100);
    world.rules.open_withdrawals_max = 0;
    let expected = [Reason::InsufficientAvailableFunds, Reason::LimitExceeded];
    assert_eq!(world.reasons(withdraw(101)), expected);
    assert_eq!(world.reasons(withdraw(100)), [Reason::LimitExceeded]);
}

#[test]
fn a_freeze_on_a_closed_account_is_closed_before_it_is_without_power_or_too_long() {
    use crate::domain::act::create_freeze::{CreateFreeze, Duration};
    use crate::domain::terms::Term;
    let mut world = World::holding(account(Lifecycle::Closed, 0));
    let powerless = order(AuthorityKind::Nfra, Some(5));
    let expected = [Reason::AccountClosed, Reason::OrganWithoutPower];
    assert_eq!(world.reasons(powerless), expected);
    let long = CreateFreeze { duration: Duration::For(Term::years(2)), ..court(Some(5)) };
    assert_eq!(world.reasons(long), [Reason::AccountClosed, Reason::TermTooLong]);
}

#[test]
fn closing_names_the_conditions_before_what_blocks_it() {
    let mut account = account(Lifecycle::Open, 100);
    account.conditions.push(condition(ConditionKind::Suspicious, Cause::SuspiciousPattern));
    let mut world = World::holding(account);
    assert_eq!(world.reasons(Action::Close), [Reason::AccountSuspicious, Reason::CloseBlocked]);
}

#[test]
fn an_action_in_another_currency_is_refused_for_that_before_it_is_not_applicable() {
    use crate::domain::act::change_status::ChangeStatus;
    let mut world = World::holding(account(Lifecycle::Closed, 0));
    let stop = ChangeStatus { amount: Some(usd(5)), ..change(Action::StopPayment) };
    assert_eq!(world.reasons(stop), [Reason::CurrencyMismatch]);
}

#[test]
fn credits_and_debits_to_authorize_list_their_reasons() {
    let mut world = World::holding(in_rows(&[Row::FrozenTwoWay, Row::Lost]));
    assert_eq!(world.reasons(credit(5)), [Reason::AccountFrozen]);
    let expected = [Reason::AccountFrozen, Reason::AccountLost, Reason::InsufficientAvailableFunds];
    assert_eq!(world.reasons(super::support::debit(5)), expected);
}

#[test]
fn a_transaction_id_is_used_once() {
    let mut world = World::with_balance(100);
    let transaction_id = TransactionId::parse("T-1");
    let named = RecordTransaction { transaction_id, ..credit(5) };
    world.done(named.clone());
    assert_eq!(world.reasons(named), [Reason::TransactionExists]);
    assert_eq!(world.account().balance.balance_minor, 105);
}

#[test]
fn a_lapse_of_an_unknown_account_does_nothing() {
    let mut world = World::empty();
    world.done(Command::Lapse);
    assert_eq!(world.tables, super::support::Tables::default());
}
