//! Channels, how they are doing, and what happened to them.

use prost_types::Duration;

use super::timestamp;
use crate::domain::channel::hours::Hours;
use crate::domain::channel::log::ChannelLog;
use crate::domain::channel::{Channel, MoneyRange};
use crate::domain::money::{Minor, Money};
use crate::grpc::names::Named;
use crate::grpc::parse::channel_etag;
use crate::payout::health::Health;
use crate::pb::v1;

/// A channel with its health and how many attempts it may still pay.
pub(crate) fn channel(row: &Channel, health: &Health, open_attempts: i64) -> v1::Channel {
    v1::Channel {
        channel_id: row.channel_id.as_str().to_owned(),
        url: row.url.clone(),
        channel_name: row.channel_name.clone(),
        state: row.state.number(),
        state_reason: row.state_reason.clone(),
        reopen_time: row.reopen_time.map(timestamp),
        role: row.role.number(),
        priority: row.priority,
        ranges: row.ranges.iter().map(range).collect(),
        bank_codes: row.bank_codes.clone(),
        refused_bank_codes: row.refused_bank_codes.clone(),
        hours: row.hours.iter().map(hours).collect(),
        daily_count: row.daily_count,
        in_flight_max: row.in_flight_max,
        promise: row.promise_secs.map(secs),
        min_success_permille: Some(row.min_success_permille),
        slow: Some(millis(row.slow_ms)),
        probe_interval: Some(secs(row.probe_secs)),
        health: Some(shown(health)),
        open_attempts,
        create_time: Some(timestamp(row.create_time)),
        update_time: Some(timestamp(row.update_time)),
        updated_by: row.updated_by.clone(),
        etag: channel_etag(row.version),
    }
}

fn shown(health: &Health) -> v1::ChannelHealth {
    let last = health.probes.last;
    v1::ChannelHealth {
        breaker: health.breaker.number(),
        successes: health.tally.successes,
        failures: health.tally.failures,
        score_ppm: health.tally.interval().lower_ppm,
        degraded: health.degraded,
        flagged: health.probes.is_flagged(),
        last_probe_time: last.map(|probe| timestamp(probe.at)),
        last_probe_latency: last.and_then(|probe| probe.latency_ms).map(millis),
        failed_probes: health.probes.failed_in_row,
        in_flight: health.in_flight,
        retry_time: health.retry_time.map(timestamp),
        open_now: health.open_now,
        next_opening_time: health.next_opening.map(timestamp),
        idempotent_submit: health.declared.idempotent_submit,
        cut_off: health.declared.cut_off_secs.map(secs),
    }
}

fn range(range: &MoneyRange) -> v1::ChannelRange {
    let amount = |minor: Option<Minor>| {
        let text = |minor| Money { minor, currency: range.currency }.to_string();
        minor.map(text).unwrap_or_default()
    };
    v1::ChannelRange {
        currency_code: range.currency.code().to_owned(),
        min_amount: amount(range.min_minor),
        max_amount: amount(range.max_minor),
        daily_amount: amount(range.daily_minor),
        float_amount: amount(range.float_minor),
    }
}

fn hours(hours: &Hours) -> v1::ChannelHours {
    let clock = |minute: i64| format!("{:02}:{:02}", minute.div_euclid(60), minute.rem_euclid(60));
    v1::ChannelHours {
        days: hours.days.number(),
        opens: clock(hours.opens_minute),
        closes: clock(hours.closes_minute),
    }
}

fn secs(seconds: i64) -> Duration {
    Duration { seconds, nanos: 0 }
}

fn millis(millis: i64) -> Duration {
    let nanos = i32::try_from(millis.rem_euclid(1_000)).unwrap_or(0).saturating_mul(1_000_000);
    Duration { seconds: millis.div_euclid(1_000), nanos }
}

/// How long a probe took.
pub(crate) fn latency(latency_ms: i64) -> Duration {
    millis(latency_ms)
}

/// What happened to a channel.
pub(crate) fn channel_event(row: &ChannelLog) -> v1::ChannelEvent {
    v1::ChannelEvent {
        channel_id: row.channel_id.as_str().to_owned(),
        kind: row.kind.number(),
        principal: row.principal.clone(),
        description: row.description.clone(),
        event_time: Some(timestamp(row.log_time)),
    }
}
