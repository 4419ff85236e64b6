//! How channels are configured, and what is asked of them.

use chrono::DateTime;
use http::Uri;

use super::field::{ID_MAX, NAME_MAX, REASON_MAX};
use super::page::{Cursor, PageQuery};
use super::{Failure, Violations};
use crate::ask::Page;
use crate::domain::channel::change::{Change, SetState};
use crate::domain::channel::hours::Hours;
use crate::domain::channel::violations::Places;
use crate::domain::channel::{
    Channel, ChannelRole, ChannelState, MIN_SUCCESS_PERMILLE, MoneyRange, PROBE_SECS, SLOW_MS,
};
use crate::domain::command::Effect;
use crate::domain::id::{ChannelId, ChannelLogId, RequestId};
use crate::domain::money::{Currency, Minor, Money};
use crate::grpc::caller::Caller;
use crate::ledger::apart::ChangeChannel;
use crate::pb::v1;

/// The highest number of a place among channels.
const PRIORITY_MAX: i64 = 1_000;
/// The longest code of a bank.
const BANK_CODE_MAX: usize = 35;
const NOT_A_TIME: &str = "must be a time of day as HH:MM";

/// A channel that has to be named.
pub(crate) fn channel_id(text: &str) -> Result<ChannelId, Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("channel_id", text, ChannelId::parse);
    id.ok_or_else(|| wrong.into())
}

/// UpsertChannel.
pub(crate) fn upsert_channel(
    body: v1::UpsertChannelRequest,
    caller: &Caller,
) -> Result<ChangeChannel, Failure> {
    let mut wrong = Violations::new();
    let expected_version = wrong.channel_version("etag", &body.etag);
    let request_id = wrong.typed_id("request_id", &body.request_id, RequestId::parse);
    let channel = match body.channel {
        Some(channel) => Some(configuration(&mut wrong, channel)),
        None => {
            wrong.add("channel", "is required");
            None
        }
    };
    let effect = if body.validate_only { Effect::ValidateOnly } else { Effect::Take };
    let (Some(request_id), Some(channel)) = (request_id, channel) else {
        return Err(wrong.into());
    };
    wrong.check()?;
    let (principal, change) = (caller.principal.clone(), Change::Configure(Box::new(channel)));
    Ok(ChangeChannel { principal, request_id, expected_version, effect, change })
}

/// SetChannelState.
pub(crate) fn set_channel_state(
    body: v1::SetChannelStateRequest,
    caller: &Caller,
) -> Result<ChangeChannel, Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("channel_id", &body.channel_id, ChannelId::parse);
    let state = wrong.choice::<ChannelState>("state", body.state);
    let reason = match state {
        Some(ChannelState::Enabled) | None => wrong.words("reason", body.reason, REASON_MAX),
        Some(ChannelState::Drained | ChannelState::Disabled) => {
            wrong.required_words("reason", body.reason, REASON_MAX)
        }
    };
    let reopen_time = wrong.time("reopen_time", body.reopen_time);
    let until_next_opening = body.until_next_opening;
    if state.is_some_and(|state| state != ChannelState::Drained) {
        if reopen_time.is_some() {
            wrong.add("reopen_time", "is only for DRAINED");
        }
        if until_next_opening {
            wrong.add("until_next_opening", "is only for DRAINED");
        }
    } else if reopen_time.is_some() && until_next_opening {
        wrong.add("until_next_opening", "stands beside reopen_time");
    }
    let expected_version = wrong.channel_version("etag", &body.etag);
    let request_id = wrong.typed_id("request_id", &body.request_id, RequestId::parse);
    let (Some(channel_id), Some(state), Some(request_id)) = (id, state, request_id) else {
        return Err(wrong.into());
    };
    wrong.check()?;
    let set = SetState { channel_id, state, reason, reopen_time, until_next_opening };
    let (principal, effect) = (caller.principal.clone(), Effect::Take);
    let change = Change::SetState(set);
    Ok(ChangeChannel { principal, request_id, expected_version, effect, change })
}

/// A page of what happened to channels.
#[derive(Debug)]
pub(crate) struct ChannelEvents {
    /// Of which channel; empty = of all.
    pub(crate) channel_id: String,
    /// Which page.
    pub(crate) page: Page<ChannelLogId>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListChannelEvents.
pub(crate) fn channel_events(body: v1::ListChannelEventsRequest) -> Result<ChannelEvents, Failure> {
    let mut wrong = Violations::new();
    let query = PageQuery::new("channel_events", &body.channel_id);
    let channel_id = wrong.id("channel_id", body.channel_id, ID_MAX);
    let page = wrong.page(&query, body.page_size, &body.page_token);
    wrong.check()?;
    Ok(ChannelEvents { channel_id, page, query })
}

impl Cursor for ChannelLogId {
    fn bytes(&self) -> Vec<u8> {
        self.as_str().as_bytes().to_vec()
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        Self::parse(std::str::from_utf8(bytes).ok()?)
    }
}

/// The configuration of a channel, without what is not of its configuration. Where something is wrong
/// it is not what was sent: only good for finding what else is wrong.
fn configuration(wrong: &mut Violations, sent: v1::Channel) -> Channel {
    let id = wrong.typed_id("channel.channel_id", &sent.channel_id, ChannelId::parse);
    let role = wrong.choice::<ChannelRole>("channel.role", sent.role);
    check_url(wrong, &sent.url);
    if !(1..=PRIORITY_MAX).contains(&sent.priority) {
        wrong.add("channel.priority", &format!("must be 1 to {PRIORITY_MAX}"));
    }
    let promise_secs = whole_secs(wrong, "channel.promise", sent.promise);
    let probe_secs = whole_secs(wrong, "channel.probe_interval", sent.probe_interval);
    let slow_ms = whole_millis(wrong, "channel.slow", sent.slow);
    let (ranges_at, ranges) = ranges(wrong, sent.ranges).into_iter().unzip();
    let (hours_at, hours) = hours(wrong, sent.hours).into_iter().unzip();
    let places = Places { ranges: ranges_at, hours: hours_at };
    let bank_codes = codes(wrong, "channel.bank_codes", sent.bank_codes);
    let refused_bank_codes = codes(wrong, "channel.refused_bank_codes", sent.refused_bank_codes);
    let channel_name = wrong.words("channel.channel_name", sent.channel_name, NAME_MAX);
    let nameless = || ChannelId::parse("-").expect("a visible sign is an id");
    // Its times are the row's, and must not tell two requests of the same content apart.
    let named = Channel::of_setting(id.unwrap_or_else(nameless), sent.url, 1, DateTime::UNIX_EPOCH);
    let row = Channel {
        channel_name,
        role: role.unwrap_or(ChannelRole::Primary),
        ranges,
        bank_codes,
        refused_bank_codes,
        hours,
        daily_count: sent.daily_count,
        in_flight_max: sent.in_flight_max,
        promise_secs,
        min_success_permille: sent.min_success_permille.unwrap_or(MIN_SUCCESS_PERMILLE),
        slow_ms: slow_ms.unwrap_or(SLOW_MS),
        probe_secs: probe_secs.unwrap_or(PROBE_SECS),
        ..named
    };
    for violation in row.violations(&places) {
        wrong.add(&format!("channel.{}", violation.field), &violation.description);
    }
    // Looked at above, with its upper end.
    Channel { priority: sent.priority, ..row }
}

fn check_url(wrong: &mut Violations, text: &str) {
    let url: Option<Uri> = text.parse().ok();
    let is_http = |url: &Uri| url.scheme_str() == Some("http") && url.host().is_some();
    let names_user = |url: &Uri| url.authority().is_some_and(|it| it.as_str().contains('@'));
    if text.is_empty() {
        wrong.add("channel.url", "is required");
    } else if !url.as_ref().is_some_and(is_http) {
        wrong.add("channel.url", "must be an http URL");
    } else if url.as_ref().is_some_and(names_user) {
        // It would be shown to whoever reads channels, and sent to nobody.
        wrong.add("channel.url", "must name neither a user nor a password");
    }
}

fn whole_secs(
    wrong: &mut Violations,
    field: &str,
    time: Option<prost_types::Duration>,
) -> Option<i64> {
    let time = time?;
    if time.nanos != 0 {
        wrong.add(field, "must be whole seconds");
    }
    Some(time.seconds)
}

/// Milliseconds; a part of one, or a duration that is none, is refused.
fn whole_millis(
    wrong: &mut Violations,
    field: &str,
    time: Option<prost_types::Duration>,
) -> Option<i64> {
    let time = time?;
    if !(0..1_000_000_000).contains(&time.nanos) || time.nanos % 1_000_000 != 0 {
        wrong.add(field, "must be whole milliseconds, nanos between 0 and 999,000,000");
        return None;
    }
    let millis = time.seconds.saturating_mul(1_000);
    Some(millis.saturating_add(i64::from(time.nanos).div_euclid(1_000_000)))
}

fn codes(wrong: &mut Violations, field: &str, codes: Vec<String>) -> Vec<String> {
    let each = codes.into_iter().enumerate();
    each.map(|(index, code)| wrong.required_id(&format!("{field}[{index}]"), code, BANK_CODE_MAX))
        .collect()
}

/// The ranges that can be read, with where they stood.
fn ranges(wrong: &mut Violations, sent: Vec<v1::ChannelRange>) -> Vec<(usize, MoneyRange)> {
    let mut ranges = Vec::new();
    for (index, range) in sent.into_iter().enumerate() {
        let at = format!("channel.ranges[{index}]");
        let Some(currency) = wrong.currency(&format!("{at}.currency_code"), &range.currency_code)
        else {
            continue;
        };
        let mut amount = |name: &str, text: &str| amount(wrong, (&at, name), text, currency);
        let range = MoneyRange {
            currency,
            min_minor: amount("min_amount", &range.min_amount),
            max_minor: amount("max_amount", &range.max_amount),
            daily_minor: amount("daily_amount", &range.daily_amount),
            float_minor: amount("float_amount", &range.float_amount),
            float_period: 0,
        };
        ranges.push((index, range));
    }
    ranges
}

fn amount(
    wrong: &mut Violations,
    (at, name): (&str, &str),
    text: &str,
    currency: Currency,
) -> Option<Minor> {
    if text.is_empty() {
        return None;
    }
    match Money::parse(text, currency) {
        Ok(money) => Some(money.minor),
        Err(error) => {
            wrong.add(&format!("{at}.{name}"), &error.to_string());
            None
        }
    }
}

/// The hours that can be read, with where they stood.
fn hours(wrong: &mut Violations, sent: Vec<v1::ChannelHours>) -> Vec<(usize, Hours)> {
    let mut hours = Vec::new();
    for (index, one) in sent.into_iter().enumerate() {
        let at = format!("channel.hours[{index}]");
        let days = wrong.choice(&format!("{at}.days"), one.days);
        let opens = minute(wrong, &format!("{at}.opens"), &one.opens);
        let closes = minute(wrong, &format!("{at}.closes"), &one.closes);
        if let (Some(days), Some(opens_minute), Some(closes_minute)) = (days, opens, closes) {
            hours.push((index, Hours { days, opens_minute, closes_minute }));
        }
    }
    hours
}

/// The minute of the day of a time as HH:MM, 24:00 included.
fn minute(wrong: &mut Violations, field: &str, text: &str) -> Option<i64> {
    let minute = read_minute(text);
    if minute.is_none() {
        wrong.add(field, if text.is_empty() { "is required" } else { NOT_A_TIME });
    }
    minute
}

fn read_minute(text: &str) -> Option<i64> {
    let two = |part: &str| -> Option<i64> {
        let digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse().ok()).flatten()
    };
    let (hour, minute) = text.split_once(':')?;
    let (hour, minute) = (two(hour)?, two(minute)?);
    let of_day = hour.checked_mul(60)?.checked_add(minute)?;
    (minute < 60 && of_day <= 1_440).then_some(of_day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_read_to_the_minute() {
        for (text, minute) in [("00:00", 0), ("09:30", 570), ("23:59", 1_439), ("24:00", 1_440)] {
            assert_eq!(read_minute(text), Some(minute), "{text}");
        }
        for text in ["", "9:30", "24:01", "12:60", "12", "12:3", "ab:cd", "-1:00", "12:30:00"] {
            assert_eq!(read_minute(text), None, "{text}");
        }
    }
}
