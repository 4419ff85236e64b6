//! What an authority is told and what of it is remembered: as much on an account with a thousand
//! freezes as on one with a hundred, and read as before where the whole account was kept.

use serde_json::json;

use super::support::{World, account, court, freeze, release};
use crate::domain::act::release_freeze::Extent;
use crate::domain::authority::FreezeReceipt;
use crate::domain::freeze::standing::NEIGHBOURS_MAX;
use crate::domain::freeze::{Freeze, FreezeStatus, FreezeType};
use crate::domain::status::Lifecycle;

/// The first has all the money; what comes behind it waits.
fn crowded(count: i64) -> World {
    let mut account = account(Lifecycle::Open, 1_000);
    let waiting = (2..=count).map(|seq| Freeze {
        freeze_status: FreezeStatus::Waiting,
        effective_time: None,
        ..freeze(FreezeType::Judicial, seq, Some(1))
    });
    let first = freeze(FreezeType::Judicial, 1, None);
    account.freezes = std::iter::once(first).chain(waiting).collect::<Vec<_>>().into();
    let mut world = World::holding(account);
    world.tables.accounts.values_mut().for_each(|row| row.balance.freeze_seq = count);
    world
}

#[test]
fn what_is_remembered_of_an_order_does_not_grow_with_the_line() {
    let mut world = crowded(1_000);
    let receipt = world.place(court(Some(5)));
    let position = receipt.standing.share.map(|share| share.position);
    assert_eq!(position, Some(1_001));
    assert_eq!(receipt.standing.ahead.len(), NEIGHBOURS_MAX);
    assert_eq!(receipt.standing.ahead[0].freeze_id.as_str(), "F1");
    let first = world.account().freezes[0].clone();
    world.done(release(&first, Extent::Whole));
    let lengths: Vec<usize> = world.remembered.values().map(|row| row.outcome.len()).collect();
    assert!(lengths.iter().all(|bytes| *bytes < 40_000), "{lengths:?} bytes");
}

#[test]
fn all_of_a_short_line_are_told() {
    let mut world = crowded(100);
    assert_eq!(world.place(court(Some(5))).standing.ahead.len(), 100);
}

#[test]
fn a_receipt_that_kept_the_whole_account_is_still_read() {
    let mut world = crowded(3);
    let receipt = world.place(court(Some(5)));
    let kept = json!({
        "freeze": receipt.freeze, "account": world.account(), "cancelled": receipt.cancelled
    });
    assert_eq!(serde_json::from_value::<FreezeReceipt>(kept).unwrap(), receipt);
}
