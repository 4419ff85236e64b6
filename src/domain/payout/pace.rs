//! When to ask again and when to try again: one schedule each, spread by ±20 % so that what went
//! wrong together is not asked for together.

use chrono::TimeDelta;
use sha2::{Digest, Sha256};

use super::PayoutKey;
use crate::domain::channel::PROMISE_MAX_SECS;

/// Seconds from one question about an unknown payout to the next (design, domain 5).
const INQUIRIES_SECS: [i64; 8] = [5, 15, 30, 60, 120, 300, 600, 1_800];
/// After those: so many times hourly, which makes a day, then daily.
const HOURLY: i64 = 23;
const HOUR_SECS: i64 = 3_600;
const DAY_SECS: i64 = 86_400;
/// Seconds until the same key is sent again after a transient rejection.
const RETRIES_SECS: [i64; 5] = [1, 2, 4, 8, 16];
/// How long an accepted payout is ordinarily on its way where its channel promises nothing.
pub const PROMISE: TimeDelta = TimeDelta::seconds(60);
/// The longest promise that is waited for: one that lasts for years would be asked for never.
pub const PROMISE_MAX: TimeDelta = TimeDelta::seconds(PROMISE_MAX_SECS);

/// How long to wait for what was accepted, from what its channel declares.
pub fn promise(declared_secs: Option<i64>) -> TimeDelta {
    let declared = declared_secs.map(|secs| secs.clamp(0, PROMISE_MAX.num_seconds()));
    declared.map_or(PROMISE, TimeDelta::seconds)
}

/// How often a key is sent again after transient rejections.
pub fn retries_max() -> i64 {
    i64::try_from(RETRIES_SECS.len()).unwrap_or(i64::MAX)
}

/// How long to wait before the next question, after so many.
pub fn inquiry(asked: i64, key: &PayoutKey) -> TimeDelta {
    let listed = usize::try_from(asked).ok().and_then(|asked| INQUIRIES_SECS.get(asked));
    let count = i64::try_from(INQUIRIES_SECS.len()).unwrap_or(0);
    let hourly = asked < count.saturating_add(HOURLY);
    let secs = listed.copied().unwrap_or(if hourly { HOUR_SECS } else { DAY_SECS });
    spread(secs, asked, key)
}

/// How long to wait before the same key is sent again, after so many times.
pub fn retry(sent_again: i64, key: &PayoutKey) -> TimeDelta {
    let listed = usize::try_from(sent_again).ok().and_then(|sent| RETRIES_SECS.get(sent));
    spread(listed.copied().unwrap_or(DAY_SECS), sent_again, key)
}

/// 80–120 % of the seconds, the same for the same key and count.
fn spread(secs: i64, count: i64, key: &PayoutKey) -> TimeDelta {
    let digest: [u8; 32] = Sha256::digest(format!("{key} {count}")).into();
    let [high, low, ..] = digest;
    let share = i64::from(u16::from_be_bytes([high, low])).saturating_mul(400);
    let per_mille = share.checked_div(i64::from(u16::MAX)).unwrap_or(0).saturating_add(800);
    TimeDelta::milliseconds(secs.saturating_mul(per_mille))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::WithdrawalId;

    fn key(number: i64) -> PayoutKey {
        PayoutKey { withdrawal_id: WithdrawalId::parse("w").unwrap(), number }
    }

    #[test]
    fn questions_follow_the_schedule_within_a_fifth() {
        let expected = [5, 15, 30, 60, 120, 300, 600, 1_800, 3_600, 3_600];
        for (asked, secs) in (0..).zip(expected) {
            for number in 1..50 {
                let millis = inquiry(asked, &key(number)).num_milliseconds();
                assert!((secs * 800..=secs * 1_200).contains(&millis), "{asked}: {millis} ms");
            }
        }
        assert!(inquiry(30, &key(1)).num_seconds() <= 4_320);
        assert!(inquiry(31, &key(1)).num_seconds() >= 69_120);
        let first_day: i64 = (0..31).map(|asked| inquiry(asked, &key(1)).num_seconds()).sum();
        assert!((69_120..=103_680).contains(&first_day));
    }

    #[test]
    fn what_went_wrong_together_is_not_asked_for_together() {
        let delays: std::collections::BTreeSet<_> =
            (1..100).map(|number| inquiry(0, &key(number))).collect();
        assert!(delays.len() > 50);
        assert_eq!(inquiry(0, &key(1)), inquiry(0, &key(1)));
    }

    #[test]
    fn the_same_key_is_sent_again_after_a_growing_pause() {
        for (sent, secs) in (0..retries_max()).zip([1, 2, 4, 8, 16]) {
            let millis = retry(sent, &key(1)).num_milliseconds();
            assert!((secs * 800..=secs * 1_200).contains(&millis), "{sent}: {millis} ms");
        }
    }
}
