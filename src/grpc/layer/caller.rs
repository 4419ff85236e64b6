//! Reads who calls, in which language, through which channel and until when, once for each call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono_tz::Tz;
use http::{HeaderMap, Request, Response};
use tonic::body::Body;

use super::failures::locale;
use super::{Around, Inner, Next, brings_a_stream, is_infrastructure};
use crate::auth;
use crate::domain::principal::Principal;
use crate::domain::refusal::{Fact, Refusal};
use crate::domain::transaction::EntryChannel;
use crate::grpc::caller::{Audience, CallId, Caller};
use crate::grpc::failure::Failure;
use crate::grpc::failure::Violations;

const CHANNEL_HEADER: &str = "x-entry-channel";
const CHANNEL_PREFIX: &str = "ENTRY_CHANNEL_";
const TIMEOUT_HEADER: &str = "grpc-timeout";

/// How long a call may take.
#[derive(Debug, Clone, Copy)]
struct Timeouts {
    /// One that doesn't say.
    default: Duration,
    /// At most.
    max: Duration,
}

const TIMEOUTS: Timeouts =
    Timeouts { default: Duration::from_secs(5), max: Duration::from_secs(30) };
/// For calls that bring a stream of messages.
const STREAM_TIMEOUTS: Timeouts =
    Timeouts { default: Duration::from_secs(3_600), max: Duration::from_secs(3_600) };
/// So much earlier than asked a call ends: the answer has to travel, and the transport's own timer,
/// which knows no details and starts earlier, must not be faster. Short ones end an eighth earlier.
const TIMEOUT_MARGIN: Duration = Duration::from_millis(20);

/// See the module.
#[derive(Debug, Clone)]
pub(in crate::grpc) struct Callers {
    /// The zone of times in texts.
    pub(in crate::grpc) zone: Tz,
    /// How many accounts the bank lets a customer have.
    pub(in crate::grpc) accounts_max: i64,
}

/// Who asked, on the way back, for the access log.
#[derive(Debug, Clone)]
pub(super) struct Asked(pub(super) Principal);

impl Around for Callers {
    async fn call<S: Inner>(self, mut request: Request<Body>, next: Next<S>) -> Response<Body> {
        if is_infrastructure(request.uri().path()) {
            return next.run(request).await;
        }
        let call_id = request.extensions().get::<CallId>().cloned();
        let call_id = call_id.expect("the layer of call ids is outside of this one");
        let patience =
            if brings_a_stream(request.uri().path()) { STREAM_TIMEOUTS } else { TIMEOUTS };
        let headers = request.headers();
        let caller = match self.caller(headers, call_id.clone(), patience) {
            Ok(caller) => caller,
            Err(violations) => {
                let audience = Audience::unknown(locale(headers), &call_id.0);
                return Failure::from(violations).status(&audience).into_http();
            }
        };
        let asked = Asked(caller.principal.clone());
        request.headers_mut().remove(TIMEOUT_HEADER);
        request.extensions_mut().insert(Arc::new(caller));
        let mut response = next.run(request).await;
        response.extensions_mut().insert(asked);
        response
    }
}

impl Callers {
    fn caller(
        &self,
        headers: &HeaderMap,
        call_id: CallId,
        patience: Timeouts,
    ) -> Result<Caller, Violations> {
        let mut wrong = Violations::new();
        let principal = auth::principal(headers);
        if let Err(refusal) = &principal {
            wrong.add(auth::PRINCIPAL_HEADER, description(refusal));
        }
        let entry_channel = entry_channel(headers);
        if entry_channel.is_none() {
            wrong.add(CHANNEL_HEADER, "is not an entry channel, such as \"APP\"");
        }
        let timeout = timeout(headers, patience);
        if timeout.is_none() {
            wrong.add(TIMEOUT_HEADER, "must be 1 to 8 digits and one of H, M, S, m, u, n");
        }
        let (Ok(principal), Some(entry_channel), Some(timeout)) =
            (principal, entry_channel, timeout)
        else {
            return Err(wrong);
        };
        let locale = locale(headers);
        let deadline = Instant::now() + timeout;
        let Self { zone, accounts_max } = *self;
        Ok(Caller { principal, locale, zone, accounts_max, call_id, entry_channel, deadline })
    }
}

fn description(refusal: &Refusal) -> &str {
    refusal.facts.get(&Fact::Description).map_or("is not accepted", String::as_str)
}

/// The channel by its name, with or without the prefix of the enum; `None` when there is no such
/// channel.
fn entry_channel(headers: &HeaderMap) -> Option<EntryChannel> {
    let Some(value) = headers.get(CHANNEL_HEADER) else {
        return Some(EntryChannel::Unspecified);
    };
    let name = value.to_str().ok()?;
    name.strip_prefix(CHANNEL_PREFIX).unwrap_or(name).parse().ok()
}

/// How long the call may take; `None` when the header is malformed (gRPC over HTTP/2: at most
/// eight digits and a unit).
fn timeout(headers: &HeaderMap, patience: Timeouts) -> Option<Duration> {
    let Some(value) = headers.get(TIMEOUT_HEADER) else {
        return Some(patience.default);
    };
    let asked = duration(value.to_str().ok()?)?;
    Some(asked.min(patience.max).saturating_sub(TIMEOUT_MARGIN.min(asked / 8)))
}

fn duration(text: &str) -> Option<Duration> {
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    let is_count = (1..=8).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    let count: u64 = is_count.then(|| digits.parse().ok())??;
    Some(match unit {
        "H" => Duration::from_secs(count * 3600),
        "M" => Duration::from_secs(count * 60),
        "S" => Duration::from_secs(count),
        "m" => Duration::from_millis(count),
        "u" => Duration::from_micros(count),
        "n" => Duration::from_nanos(count),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(name, HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn timeouts_are_read_as_grpc_writes_them() {
        for (text, expected) in [
            ("1H", Duration::from_secs(3600)),
            ("2M", Duration::from_secs(120)),
            ("3S", Duration::from_secs(3)),
            ("250m", Duration::from_millis(250)),
            ("99999999n", Duration::from_nanos(99_999_999)),
            ("0u", Duration::ZERO),
        ] {
            assert_eq!(duration(text), Some(expected), "{text}");
        }
        for text in ["", "S", "5", "5s", "+5S", "-1S", "1.5S", "123456789n", "5 S", "５S", "5秒"]
        {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn timeouts_have_a_default_and_a_ceiling() {
        assert_eq!(timeout(&HeaderMap::new(), TIMEOUTS), Some(TIMEOUTS.default));
        let longest = timeout(&headers(TIMEOUT_HEADER, "99999999H"), TIMEOUTS).unwrap();
        assert!(longest <= TIMEOUTS.max && longest > TIMEOUTS.max / 2);
        let short = timeout(&headers(TIMEOUT_HEADER, "4m"), TIMEOUTS).unwrap();
        assert_eq!(short, Duration::from_micros(3_500));
        assert_eq!(timeout(&headers(TIMEOUT_HEADER, "soon"), TIMEOUTS), None);
    }

    #[test]
    fn channels_are_read_with_or_without_prefix() {
        let read = |text| entry_channel(&headers(CHANNEL_HEADER, text));
        assert_eq!(entry_channel(&HeaderMap::new()), Some(EntryChannel::Unspecified));
        assert_eq!(read("COUNTER"), Some(EntryChannel::Counter));
        assert_eq!(read("ENTRY_CHANNEL_THIRD_PARTY"), Some(EntryChannel::ThirdParty));
        for text in ["", "counter", "FAX", "ENTRY_CHANNEL_", "1"] {
            assert_eq!(read(text), None, "{text:?}");
        }
    }
}
