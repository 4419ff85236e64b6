//! Requests about channels: what is wrong with them, by where it stands in what was sent.

use chrono::TimeDelta;
use prost_types::Duration;

use super::*;
use crate::domain::channel::change::Change;
use crate::wire::timestamp;

fn channel() -> v1::Channel {
    v1::Channel {
        channel_id: "CH-1".to_owned(),
        url: "http://127.0.0.1:1".to_owned(),
        role: v1::ChannelRole::Primary.into(),
        priority: 1,
        ..v1::Channel::default()
    }
}

fn upsert(channel: v1::Channel) -> Result<crate::ledger::apart::ChangeChannel, Failure> {
    let (channel, request_id) = (Some(channel), "upsert-0001".to_owned());
    let body = v1::UpsertChannelRequest { channel, request_id, ..Default::default() };
    upsert_channel(body, &caller())
}

#[test]
fn what_is_wrong_stands_where_it_was_sent() {
    let range = |code: &str, max: &str| v1::ChannelRange {
        currency_code: code.to_owned(),
        min_amount: "5.00".to_owned(),
        max_amount: max.to_owned(),
        ..Default::default()
    };
    let hours = |opens: &str| v1::ChannelHours {
        days: v1::ChannelDays::EveryDay.into(),
        opens: opens.to_owned(),
        closes: "18:00".to_owned(),
    };
    let bad = v1::Channel {
        ranges: vec![range("XXY", "1.00"), range("CNY", "1.00"), range("CNY", "9.00")],
        hours: vec![hours("soon"), hours("08:00"), hours("18:00")],
        ..channel()
    };
    let all = [
        "channel.ranges[0].currency_code",
        "channel.hours[0].opens",
        "channel.ranges[1].max_amount",
        "channel.ranges[2].currency_code",
        "channel.hours[2].closes",
    ];
    assert_eq!(fields(upsert(bad)), all);
}

#[test]
fn a_missing_name_hides_nothing_else() {
    let bad = v1::Channel {
        channel_id: "two words".to_owned(),
        role: 0,
        daily_count: Some(0),
        min_success_permille: Some(1_001),
        ..channel()
    };
    let all = [
        "channel.channel_id",
        "channel.role",
        "channel.daily_count",
        "channel.min_success_permille",
    ];
    assert_eq!(fields(upsert(bad)), all);
}

#[test]
fn slow_is_whole_milliseconds() {
    let slow = |seconds, nanos| {
        upsert(v1::Channel { slow: Some(Duration { seconds, nanos }), ..channel() })
    };
    for (seconds, nanos, millis) in [(1, 500_000_000, 1_500), (0, 1_000_000, 1), (60, 0, 60_000)] {
        let Change::Configure(read) = slow(seconds, nanos).unwrap().change else {
            panic!("another change");
        };
        assert_eq!(read.slow_ms, millis);
    }
    for (seconds, nanos) in [
        (0, 2_000_000_000),
        (1, -1),
        (1, -1_000_000),
        (0, 999_999),
        (1, 1),
        (1, 1_000_000_000),
        (-1, 0),
        (0, 0),
        (i64::MAX, 999_000_000),
    ] {
        assert_eq!(fields(slow(seconds, nanos)), ["channel.slow"], "{seconds} {nanos}");
    }
}

#[test]
fn a_window_of_statistics_is_as_long_as_the_caller_says() {
    let half_past = now() + TimeDelta::minutes(30);
    let window = |length: TimeDelta| {
        let body = v1::GetChannelStatsRequest {
            start_time: Some(timestamp(half_past - length)),
            end_time: Some(timestamp(half_past)),
            ..Default::default()
        };
        channel_stats(&body, now())
    };
    let longest = window(TimeDelta::days(400)).unwrap();
    assert_eq!(longest.end - longest.start, TimeDelta::days(400) + TimeDelta::hours(1));
    for bad in [TimeDelta::days(400) + TimeDelta::microseconds(1), -TimeDelta::minutes(1)] {
        assert_eq!(fields(window(bad)), ["start_time"], "{bad}");
    }
    assert_eq!(fields(window(TimeDelta::zero())), ["start_time"]);
    assert!(window(TimeDelta::minutes(1)).is_ok());
}
