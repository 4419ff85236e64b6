//! The payout channels of the story: what each is for.

use super::*;
use crate::domain::channel::change::SetState;
use crate::domain::channel::hours::{Hours, OpenDays};
use crate::domain::channel::{Channel, ChannelRole, ChannelState, MoneyRange};
use crate::domain::id::ChannelId;
use crate::domain::money::Minor;

/// For every day, up to a million.
pub(in crate::cli::demo) const FAST: &str = "CH-FAST";
/// Takes the place of [`FAST`] for small amounts.
pub(in crate::cli::demo) const CARD: &str = "CH-CARD";
/// In batches.
pub(in crate::cli::demo) const BATCH: &str = "CH-BATCH";
/// For large amounts, on business days.
pub(in crate::cli::demo) const LARGE: &str = "CH-LARGE";
/// For other currencies.
pub(in crate::cli::demo) const FX: &str = "CH-FX";
/// Nobody serves there.
const OLD: &str = "CH-OLD";
/// Where the demo serves none: other channels serve where the demo tells them to at each start.
const NOWHERE: &str = "http://127.0.0.1:9";

/// The rows of the channels as they were made at an instant.
pub(in crate::cli::demo) fn channels(at: DateTime<Utc>) -> Vec<Channel> {
    let cny = |min: &str, max: &str| vec![range("CNY", min, max)];
    let business = |opens: i64, closes: i64| {
        vec![Hours { days: OpenDays::BusinessDays, opens_minute: opens, closes_minute: closes }]
    };
    let fx = [range("JPY", "", ""), range("USD", "", ""), range("HKD", "", "")];
    vec![
        Channel {
            ranges: cny("", "1000000.00"),
            promise_secs: Some(60),
            ..made(FAST, (ChannelRole::Primary, 1), at)
        },
        Channel {
            ranges: cny("1.00", "50000.00"),
            hours: vec![Hours { days: OpenDays::EveryDay, opens_minute: 30, closes_minute: 1_440 }],
            promise_secs: Some(300),
            ..made(CARD, (ChannelRole::Backup, 1), at)
        },
        Channel {
            ranges: cny("", "1000000.00"),
            promise_secs: Some(86_400),
            ..made(BATCH, (ChannelRole::Primary, 3), at)
        },
        Channel {
            ranges: cny("50000.00", ""),
            hours: business(510, 1_035),
            promise_secs: Some(1_800),
            ..made(LARGE, (ChannelRole::Primary, 2), at)
        },
        Channel {
            ranges: fx.to_vec(),
            hours: business(540, 960),
            ..made(FX, (ChannelRole::Primary, 4), at)
        },
        Channel {
            ranges: cny("", "50000.00"),
            probe_secs: 5,
            ..made(OLD, (ChannelRole::Backup, 2), at)
        },
    ]
}

/// The channel for large amounts is drained until it opens next, so that W08 waits whatever the hour.
pub(in crate::cli::demo) fn drained() -> SetState {
    SetState {
        channel_id: ChannelId::parse(LARGE).expect("it is an id"),
        state: ChannelState::Drained,
        reason: "通道维护".to_owned(),
        reopen_time: None,
        until_next_opening: true,
    }
}

fn made(id: &str, (role, priority): (ChannelRole, i64), at: DateTime<Utc>) -> Channel {
    let id = ChannelId::parse(id).expect("it is an id");
    Channel { role, ..Channel::of_setting(id, NOWHERE.to_owned(), priority, at) }
}

/// From and to an amount in major units; empty = any.
fn range(code: &str, min: &str, max: &str) -> MoneyRange {
    let minor =
        |amount: &str| -> Option<Minor> { (!amount.is_empty()).then(|| money(amount, code).minor) };
    MoneyRange {
        currency: Currency::from_code(code).expect("the story's currencies exist"),
        min_minor: minor(min),
        max_minor: minor(max),
        daily_minor: None,
        float_minor: None,
        float_period: 0,
    }
}
