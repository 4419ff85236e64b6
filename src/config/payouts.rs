//! The settings of payouts: which channels there are, and how patient the service is with them.

use std::time::Duration;

use chrono::TimeDelta;
use http::Uri;

use super::{ConfigError, Given, Switch, at_least_one};
use crate::domain::id::ChannelId;
use crate::domain::payout::PayoutRules;

const DEFAULT_TIMEOUT_MS: u64 = 5_000;
/// Shorter than that, a slow commit would use up the lease before anything is sent.
pub(super) const TIMEOUT_MIN_MS: u64 = 100;
pub(super) const TIMEOUT_MAX_MS: u64 = 300_000;
const DEFAULT_HELD_HOURS: u32 = 24;
/// Enough that commits are shared by many; each is one call to a channel that waits for its answer.
const DEFAULT_AT_ONCE: u32 = 512;

/// How withdrawals are paid out.
#[derive(Debug, Clone)]
pub struct PayoutSettings {
    /// Channels that get a row when they have none, the first first, and where each serves for this
    /// process, whatever its row says.
    pub channels: Vec<(ChannelId, Uri)>,
    /// Whether withdrawals are sent to them.
    pub sending: Switch,
    /// How long a channel may take to answer.
    pub timeout: Duration,
    /// The most payouts that are carried at once.
    pub at_once: usize,
}

/// Completes and checks them, and makes the rules that follow from them.
pub(super) fn check(given: &Given) -> Result<(PayoutSettings, PayoutRules), ConfigError> {
    let channels = channels(given.channel.as_deref().unwrap_or_default())?;
    let timeout_ms = given.payout_timeout_ms.unwrap_or(DEFAULT_TIMEOUT_MS);
    if !(TIMEOUT_MIN_MS..=TIMEOUT_MAX_MS).contains(&timeout_ms) {
        return Err(ConfigError::PayoutTimeout);
    }
    let timeout = Duration::from_millis(timeout_ms);
    let held_hours = given.payout_held_hours.unwrap_or(DEFAULT_HELD_HOURS);
    let rules = PayoutRules {
        // Long enough for the call, and for the commits before and after it.
        lease: TimeDelta::from_std(timeout * 2).unwrap_or(TimeDelta::MAX),
        held_max: TimeDelta::hours(at_least_one("payout-held-hours", held_hours)?.into()),
    };
    let at_once =
        at_least_one("payouts-at-once", given.payouts_at_once.unwrap_or(DEFAULT_AT_ONCE))?;
    let settings = PayoutSettings {
        channels,
        sending: given.payouts.unwrap_or(Switch::On),
        timeout,
        at_once: usize::try_from(at_once).unwrap_or(usize::MAX),
    };
    Ok((settings, rules))
}

/// The channels that are named, each once.
fn channels(given: &[String]) -> Result<Vec<(ChannelId, Uri)>, ConfigError> {
    let mut known: Vec<(ChannelId, Uri)> = Vec::new();
    for text in given {
        let (id, url) = text.split_once('=').ok_or(ConfigError::BadChannel)?;
        let id = ChannelId::parse(id).ok_or(ConfigError::BadChannel)?;
        let url: Option<Uri> = url.parse().ok();
        let url = url.filter(|url| url.scheme_str() == Some("http") && url.host().is_some());
        if known.iter().any(|(other, _)| *other == id) {
            return Err(ConfigError::BadChannel);
        }
        known.push((id, url.ok_or(ConfigError::BadChannel)?));
    }
    Ok(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(channels: &[&str]) -> Given {
        let channels = channels.iter().map(|text| (*text).to_owned()).collect();
        Given { channel: Some(channels), ..Given::default() }
    }

    #[test]
    fn channels_keep_their_order_and_the_lease_outlasts_a_call() {
        let given = with(&["B=http://127.0.0.1:1", "A=http://channel.bank:50061"]);
        let (settings, rules) = check(&given).unwrap();
        let ids: Vec<&str> = settings.channels.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!((ids, settings.sending), (vec!["B", "A"], Switch::On));
        assert!(rules.lease > TimeDelta::from_std(settings.timeout).unwrap());
        assert_eq!(rules.held_max, TimeDelta::hours(24));
    }

    #[test]
    fn what_is_no_channel_is_refused() {
        for wrong in
            ["", "A", "A=", "=http://h:1", "A=h:1", "A=/path", "A=https://h:1", "a b=http://h"]
        {
            assert!(check(&with(&[wrong])).is_err(), "{wrong}");
        }
        assert!(check(&with(&["A=http://h:1", "A=http://h:2"])).is_err());
        assert!(check(&Given { payout_timeout_ms: Some(99), ..Given::default() }).is_err());
        assert!(check(&Given { payouts_at_once: Some(0), ..Given::default() }).is_err());
    }
}
