//! Claim and control as one pure function: who fills first, what is left, the demo's accounts.

use super::support::{account, freeze, funds};
use crate::domain::account::Account;
use crate::domain::freeze::control::{self, Counting};
use crate::domain::freeze::{Freeze, FreezeMode, FreezeStatus, FreezeType};
use crate::domain::money::Minor;
use crate::domain::status::Lifecycle;

use FreezeStatus::{Active, Waiting};
use FreezeType::{Bank, Customer, Judicial};

fn waiting(freeze: Freeze) -> Freeze {
    Freeze { freeze_status: Waiting, effective_time: None, ..freeze }
}

/// Id, controlled, status, in the order of filling.
fn shares(money: Minor, freezes: &[Freeze]) -> Vec<(String, Minor, FreezeStatus)> {
    let control = control::control(funds(money), freezes, Counting::All);
    let rows = control.shares.into_iter();
    rows.map(|share| (share.freeze_id.as_str().to_owned(), share.controlled, share.status))
        .collect()
}

fn row(id: &str, controlled: Minor, status: FreezeStatus) -> (String, Minor, FreezeStatus) {
    (id.to_owned(), controlled, status)
}

fn holding(balance: Minor, freezes: &[Freeze]) -> Account {
    let mut account = account(Lifecycle::Open, balance);
    account.freezes = freezes.to_vec().into();
    account.derive_balance();
    account
}

#[test]
fn authorities_fill_by_time_of_service_then_the_bank_then_the_customer() {
    let customer = freeze(Customer, 1, None);
    let bank = freeze(Bank, 2, Some(30));
    let later = freeze(Judicial, 3, Some(50));
    let earlier = Freeze { served_time: customer.served_time, ..freeze(Judicial, 9, Some(20)) };
    let expected =
        [row("F9", 20, Active), row("F3", 50, Active), row("F2", 30, Active), row("F1", 0, Active)];
    assert_eq!(shares(100, &[customer, bank, later, earlier]), expected);
}

#[test]
fn the_order_of_entry_breaks_ties_of_service() {
    let first = freeze(Judicial, 1, Some(60));
    let second = Freeze { served_time: first.served_time, ..freeze(Judicial, 2, Some(60)) };
    let expected = [row("F1", 60, Active), row("F2", 40, Active)];
    assert_eq!(shares(100, &[second, first]), expected);
}

#[test]
fn the_first_authority_is_active_even_when_it_controls_nothing() {
    let first = waiting(freeze(Judicial, 1, Some(60)));
    assert_eq!(shares(0, &[first]), [row("F1", 0, Active)]);
}

#[test]
fn a_later_authority_waits_while_an_earlier_one_is_unfilled() {
    let freezes = [freeze(Judicial, 1, Some(100)), waiting(freeze(Judicial, 2, Some(30)))];
    assert_eq!(shares(50, &freezes), [row("F1", 50, Active), row("F2", 0, Waiting)]);
    assert_eq!(shares(101, &freezes), [row("F1", 100, Active), row("F2", 1, Active)]);
}

#[test]
fn a_later_authority_waits_while_an_earlier_one_holds_all() {
    let whole = [freeze(Judicial, 1, None), waiting(freeze(Judicial, 2, Some(30)))];
    assert_eq!(shares(100, &whole), [row("F1", 100, Active), row("F2", 0, Waiting)]);
    let exact = [freeze(Judicial, 1, Some(100)), waiting(freeze(Judicial, 2, Some(30)))];
    assert_eq!(shares(100, &exact), [row("F1", 100, Active), row("F2", 0, Waiting)]);
}

#[test]
fn an_active_authority_stays_active_when_money_leaves_it() {
    let freezes = [freeze(Judicial, 1, Some(100)), freeze(Judicial, 2, Some(30))];
    assert_eq!(shares(50, &freezes), [row("F1", 50, Active), row("F2", 0, Active)]);
}

#[test]
fn the_bank_and_the_customer_neither_wait_nor_make_an_authority_wait() {
    let freezes = [
        freeze(Customer, 1, None),
        freeze(Bank, 2, None),
        waiting(freeze(Judicial, 3, Some(100))),
        freeze(Bank, 4, None),
    ];
    let expected =
        [row("F3", 100, Active), row("F2", 0, Active), row("F4", 0, Active), row("F1", 0, Active)];
    assert_eq!(shares(100, &freezes), expected);
}

#[test]
fn the_exempt_amount_stays_free_under_an_amount_and_under_the_whole() {
    let whole = Freeze { exempt_minor: 30, ..freeze(Judicial, 1, None) };
    assert_eq!(holding(100, std::slice::from_ref(&whole)).available(), 30);
    assert_eq!(holding(20, &[whole]).available(), 20);
    let amount = Freeze { exempt_minor: 30, ..freeze(Judicial, 1, Some(90)) };
    assert_eq!(holding(100, &[amount]).available(), 30);
}

#[test]
fn freezes_that_ended_control_nothing() {
    for over in [FreezeStatus::Released, FreezeStatus::Expired] {
        let ended = Freeze { freeze_status: over, exempt_minor: 5, ..freeze(Judicial, 1, None) };
        let account = holding(100, &[ended]);
        assert_eq!(account.available(), 100);
        assert_eq!(account.balance.freeze_claim_minor + account.balance.exempt_minor, 0);
    }
}

#[test]
fn the_hot_row_says_what_the_freezes_claim() {
    let freezes = [
        Freeze { exempt_minor: 7, ..freeze(Judicial, 1, Some(100)) },
        waiting(Freeze { exempt_minor: 3, ..freeze(Judicial, 2, Some(30)) }),
        freeze(Bank, 3, None),
    ];
    let balance = holding(50, &freezes).balance;
    assert_eq!((balance.freeze_claim_minor, balance.exempt_minor), (130, 7));
    assert_eq!(balance.freeze_whole, FreezeMode::Whole);
}

#[test]
fn a_loss_is_not_counted_against_what_the_bank_debits() {
    let freezes = [freeze(Customer, 1, None), freeze(Judicial, 2, Some(40))];
    let account = holding(100, &freezes);
    assert_eq!(account.control(Counting::All).available, 0);
    assert_eq!(account.control(Counting::WithoutLoss).available, 60);
}

/// design, demo data: account, balance, controlled, available, in minor units.
#[test]
fn the_demo_accounts_control_what_their_rows_say() {
    let three_courts = [
        freeze(Judicial, 2, None),
        waiting(freeze(Judicial, 3, Some(80_000_000))),
        waiting(freeze(Judicial, 4, Some(35_000_000))),
    ];
    let short = [freeze(Judicial, 5, Some(10_000)), waiting(freeze(Judicial, 6, Some(3_000)))];
    let lost = [freeze(Customer, 9, None), freeze(Judicial, 10, Some(500_000))];
    let tax_first = [
        Freeze {
            served_time: freeze(Judicial, 1, None).served_time,
            ..freeze(Judicial, 13, Some(26_000_000))
        },
        freeze(Judicial, 12, Some(8_000_000)),
    ];
    let part = [freeze(Judicial, 1, Some(2_000_000))];
    let rows: [(&str, Minor, &[Freeze], Minor, Minor); 5] = [
        ("1", 5_832_045, &part, 2_000_000, 3_832_045),
        ("5", 41_260_000, &three_courts, 41_260_000, 0),
        ("6", 5_000, &short, 5_000, 0),
        ("11", 2_200_000, &lost, 2_200_000, 0),
        ("24", 50_000_000, &tax_first, 34_000_000, 16_000_000),
    ];
    for (name, balance, freezes, controlled, available) in rows {
        let control = holding(balance, freezes).control(Counting::All);
        assert_eq!((control.controlled, control.available), (controlled, available), "{name}");
    }
    let of_five = shares(41_260_000, &three_courts);
    let expected = [row("F2", 41_260_000, Active), row("F3", 0, Waiting), row("F4", 0, Waiting)];
    assert_eq!(of_five, expected);
    assert_eq!(shares(5_000, &short), [row("F5", 5_000, Active), row("F6", 0, Waiting)]);
    let of_eleven = [row("F10", 500_000, Active), row("F9", 1_700_000, Active)];
    assert_eq!(shares(2_200_000, &lost), of_eleven);
    let of_twenty_four = [row("F13", 26_000_000, Active), row("F12", 8_000_000, Active)];
    assert_eq!(shares(50_000_000, &tax_first), of_twenty_four);
}

#[test]
fn positions_count_the_queue_from_one() {
    let freezes = [freeze(Judicial, 4, Some(5)), freeze(Judicial, 2, None), freeze(Bank, 1, None)];
    let control = control::control(funds(100), &freezes, Counting::All);
    let queue: Vec<_> =
        control.shares.iter().map(|share| (share.freeze_id.as_str(), share.position)).collect();
    assert_eq!(queue, [("F2", 1), ("F4", 2), ("F1", 3)]);
}

#[test]
fn the_hot_row_says_the_widest_mode_in_effect() {
    let two_way = |freeze| Freeze { freeze_mode: FreezeMode::TwoWay, ..freeze };
    let part = freeze(Judicial, 1, Some(5));
    let whole = freeze(Judicial, 2, None);
    let both_ways = two_way(freeze(Bank, 3, None));
    let behind = two_way(waiting(freeze(Judicial, 4, None)));
    let rows: [(&[Freeze], FreezeMode); 5] = [
        (&[], FreezeMode::Amount),
        (std::slice::from_ref(&part), FreezeMode::Amount),
        (&[part.clone(), whole.clone()], FreezeMode::Whole),
        (&[whole.clone(), behind], FreezeMode::Whole),
        (&[both_ways, whole.clone(), part.clone()], FreezeMode::TwoWay),
    ];
    for (freezes, mode) in rows {
        assert_eq!(holding(50, freezes).balance.freeze_whole, mode, "{freezes:?}");
    }
}
