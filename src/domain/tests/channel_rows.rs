//! What a channel's row may hold.

use super::support::at;
use crate::domain::channel::hours::{Hours, OpenDays};
use crate::domain::channel::roster::Roster;
use crate::domain::channel::violations::Places;
use crate::domain::channel::{Channel, ChannelRole, ChannelState, MoneyRange};
use crate::domain::id::ChannelId;
use crate::domain::money::Currency;

fn channel() -> Channel {
    let id = ChannelId::parse("CH-1").unwrap();
    Channel::of_setting(id, "http://127.0.0.1:1".to_owned(), 1, at("2026-03-10 10:00:00"))
}

fn range(code: &str) -> MoneyRange {
    MoneyRange {
        currency: Currency::from_code(code).unwrap(),
        min_minor: None,
        max_minor: None,
        daily_minor: None,
        float_minor: None,
        float_period: 0,
    }
}

fn hours(opens_minute: i64, closes_minute: i64) -> Hours {
    Hours { days: OpenDays::EveryDay, opens_minute, closes_minute }
}

fn fields(channel: &Channel) -> Vec<String> {
    let ranges = (0..channel.ranges.len()).collect();
    let places = Places { ranges, hours: (0..channel.hours.len()).collect() };
    channel.violations(&places).into_iter().map(|wrong| wrong.field.into_owned()).collect()
}

#[test]
fn a_channel_of_a_setting_carries_everything_always() {
    let made = channel();
    assert_eq!(fields(&made), Vec::<&str>::new());
    assert_eq!((made.state, made.role), (ChannelState::Enabled, ChannelRole::Primary));
    assert!(made.hours.is_empty());
    for code in ["CNY", "JPY", "KWD"] {
        assert!(made.carries(Currency::from_code(code).unwrap()));
    }
    assert!(made.reaches("ICBK") && made.reaches(""));
}

#[test]
fn a_row_reads_back_as_it_was_written() {
    let row = Channel {
        ranges: vec![MoneyRange { max_minor: Some(5), ..range("CNY") }],
        hours: vec![hours(30, 1_440)],
        ..channel()
    };
    let text = serde_json::to_string(&row).unwrap();
    assert_eq!(serde_json::from_str::<Channel>(&text).unwrap(), row);
    assert!(text.contains(r#""days":"EVERY_DAY","opens_minute":30,"closes_minute":1440"#));
}

#[test]
fn numbers_outside_their_bounds_are_wrong_and_the_bounds_are_not() {
    let row = channel;
    let table: [(&str, Channel, Channel); 8] = [
        ("priority", Channel { priority: 1, ..row() }, Channel { priority: 0, ..row() }),
        (
            "daily_count",
            Channel { daily_count: Some(1), ..row() },
            Channel { daily_count: Some(0), ..row() },
        ),
        (
            "in_flight_max",
            Channel { in_flight_max: Some(1), ..row() },
            Channel { in_flight_max: Some(0), ..row() },
        ),
        (
            "promise",
            Channel { promise_secs: Some(30 * 86_400), ..row() },
            Channel { promise_secs: Some(30 * 86_400 + 1), ..row() },
        ),
        (
            "min_success_permille",
            Channel { min_success_permille: 1_000, ..row() },
            Channel { min_success_permille: 1_001, ..row() },
        ),
        (
            "min_success_permille",
            Channel { min_success_permille: 0, ..row() },
            Channel { min_success_permille: -1, ..row() },
        ),
        ("slow", Channel { slow_ms: 60_000, ..row() }, Channel { slow_ms: 0, ..row() }),
        ("probe_interval", Channel { probe_secs: 5, ..row() }, Channel { probe_secs: 4, ..row() }),
    ];
    for (field, right, wrong) in table {
        assert_eq!(fields(&right), Vec::<&str>::new(), "{field}");
        assert_eq!(fields(&wrong), [field]);
    }
}

#[test]
fn ranges_are_one_for_each_currency_with_their_ends_in_order() {
    let with = |ranges: Vec<MoneyRange>| fields(&Channel { ranges, ..channel() });
    assert_eq!(with(vec![range("CNY"), range("JPY")]), Vec::<&str>::new());
    assert_eq!(with(vec![range("CNY"), range("CNY")]), ["ranges[1].currency_code"]);
    let ends = |min, max| MoneyRange { min_minor: Some(min), max_minor: Some(max), ..range("CNY") };
    assert_eq!(with(vec![ends(5, 5)]), Vec::<&str>::new());
    assert_eq!(with(vec![range("JPY"), ends(6, 5)]), ["ranges[1].max_amount"]);
    assert_eq!(with(vec![ends(0, 5)]), ["ranges[0].min_amount"]);
    let daily = MoneyRange { daily_minor: Some(0), ..range("CNY") };
    assert_eq!(with(vec![daily]), ["ranges[0].daily_amount"]);
    let float = |minor| MoneyRange { float_minor: Some(minor), ..range("CNY") };
    assert_eq!(with(vec![float(0)]), Vec::<&str>::new());
    assert_eq!(with(vec![float(-1)]), ["ranges[0].float_amount"]);
}

#[test]
fn hours_lie_within_the_day_and_are_never_empty() {
    let with = |opens, closes| fields(&Channel { hours: vec![hours(opens, closes)], ..channel() });
    for (opens, closes) in [(0, 1_440), (0, 1), (1_439, 1_440), (1_439, 1), (1_320, 120)] {
        assert_eq!(with(opens, closes), Vec::<&str>::new(), "{opens} {closes}");
    }
    assert_eq!(with(-1, 60), ["hours[0].opens"]);
    assert_eq!(with(1_440, 60), ["hours[0].opens"]);
    assert_eq!(with(60, 0), ["hours[0].closes"]);
    assert_eq!(with(60, 1_441), ["hours[0].closes"]);
    assert_eq!(with(60, 60), ["hours[0].closes"]);
}

#[test]
fn lists_have_an_end() {
    let banks = |count: usize| (0..count).map(|bank| bank.to_string()).collect::<Vec<_>>();
    let codes = ["AUD", "BRL"];
    assert_eq!(fields(&Channel { bank_codes: banks(1_000), ..channel() }), Vec::<&str>::new());
    assert_eq!(fields(&Channel { bank_codes: banks(1_001), ..channel() }), ["bank_codes"]);
    let refused_bank_codes = banks(1_001);
    assert_eq!(fields(&Channel { refused_bank_codes, ..channel() }), ["refused_bank_codes"]);
    let many = Channel { hours: vec![hours(0, 1); 51], ..channel() };
    assert_eq!(fields(&many), ["hours"]);
    let ranges: Vec<_> = (0..51).map(|at| range(codes[at % 2])).collect();
    assert!(fields(&Channel { ranges, ..channel() }).contains(&"ranges".to_owned()));
}

#[test]
fn a_roster_knows_its_channels_by_id() {
    let ids = ["CH-2", "CH-1"].map(|id| ChannelId::parse(id).unwrap());
    let rows = ids.clone().map(|channel_id| Channel { channel_id, ..channel() });
    let roster = Roster::of(rows);
    assert_eq!((roster.len(), roster.is_empty()), (2, false));
    assert_eq!(roster.get(&ids[0]).unwrap().channel_id, ids[0]);
    assert_eq!(roster.get(&ChannelId::parse("CH-3").unwrap()), None);
    let order: Vec<_> = roster.iter().map(|channel| channel.channel_id.as_str()).collect();
    assert_eq!(order, ["CH-1", "CH-2"]);
    assert!(Roster::default().is_empty());
}
