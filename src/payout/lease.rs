//! What this replica may hand out of the channels' quotas and deposits: slices that it leased, used up
//! without asking anybody.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::channel::quota::{self, Lease, LeaseKey, Share};

/// How long a slice that was not to be had is not asked for again: what other replicas don't use they
/// give back.
pub(super) const DENIED_PAUSE: TimeDelta = TimeDelta::seconds(10);

/// The leases of this replica.
#[derive(Debug, Default)]
pub(super) struct Leases(BTreeMap<LeaseKey, Leased>);

#[derive(Debug)]
struct Leased {
    lease: Lease,
    /// Of so much in all.
    limit: i64,
    /// The last slice, and when it was leased.
    slice: Option<(i64, DateTime<Utc>)>,
    /// So much was not to be had, and is not asked for until then.
    denied: Option<(i64, DateTime<Utc>)>,
    /// Nobody knows what is left, and it is not asked until then.
    put_off: Option<DateTime<Utc>>,
}

/// Whether a share is to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stock {
    /// It is here.
    Enough,
    /// A slice has to be leased first.
    Ask,
    /// It could not be asked for, and may be from then on.
    Later(DateTime<Utc>),
    /// Nothing is left of it.
    Gone,
}

impl Leases {
    /// Whether a share is to be had. A limit that was lowered meanwhile ends what was leased under
    /// the old one.
    pub(super) fn look(&mut self, share: &Share, now: DateTime<Utc>) -> Stock {
        let Some(leased) = self.0.get_mut(&share.key) else { return Stock::Ask };
        if leased.limit != share.limit {
            if share.limit < leased.limit {
                leased.lease.end();
            }
            leased.limit = share.limit;
            leased.denied = None;
        }
        if share.amount <= leased.lease.left() {
            return Stock::Enough;
        }
        match (leased.denied, leased.put_off) {
            (Some((amount, until)), _) if share.amount >= amount && now < until => Stock::Gone,
            (_, Some(until)) if now < until => Stock::Later(until),
            (Some(_) | None, Some(_) | None) => Stock::Ask,
        }
    }

    /// How much to ask for, so that it lasts for a while.
    pub(super) fn hoped(&self, share: &Share, now: DateTime<Utc>) -> i64 {
        let slice = self.0.get(&share.key).and_then(|leased| leased.slice);
        let before = slice.map(|(slice, at)| (slice, now.signed_duration_since(at)));
        quota::hoped(before, share.amount)
    }

    /// Adds a slice that was leased; 0 = there was none. Leases of the same for older periods are
    /// over; one for an older period may come late itself. Whether it has just been found out that
    /// nothing is left.
    pub(super) fn extend(&mut self, share: &Share, slice: i64, now: DateTime<Utc>) -> bool {
        self.0.retain(|key, _| !key.is_older_than(&share.key));
        let leased = self.leased(share);
        leased.lease.extend(slice);
        leased.slice = (slice > 0).then_some((slice, now)).or(leased.slice);
        leased.put_off = None;
        let news = slice == 0 && leased.denied.is_none();
        leased.denied = (slice == 0).then(|| (share.amount, after_pause(now)));
        news
    }

    /// A slice could not be asked for: that says nothing of what is left.
    pub(super) fn put_off(&mut self, share: &Share, now: DateTime<Utc>) {
        self.leased(share).put_off = Some(after_pause(now));
    }

    fn leased(&mut self, share: &Share) -> &mut Leased {
        let (lease, limit) = (Lease::default(), share.limit);
        let fresh = || Leased { lease, limit, slice: None, denied: None, put_off: None };
        self.0.entry(share.key.clone()).or_insert_with(fresh)
    }

    /// Takes shares that are here.
    pub(super) fn take(&mut self, shares: &[Share]) {
        for share in shares {
            let leased = self.0.get_mut(&share.key);
            let taken = leased.is_some_and(|leased| leased.lease.take(share.amount));
            debug_assert!(taken, "who takes has looked");
        }
    }

    /// Puts back what a payout took that was not sent, or will never be paid; how much of it was not
    /// taken from here: by another replica, or before this one was started.
    pub(super) fn give_back(&mut self, key: &LeaseKey, amount: i64) -> i64 {
        let Some(leased) = self.0.get_mut(key) else { return amount };
        leased.denied = None;
        leased.lease.give_back(amount)
    }

    /// Ends all leases; what nobody has used of them.
    pub(super) fn end(&mut self) -> Vec<(LeaseKey, i64)> {
        let leases = std::mem::take(&mut self.0).into_iter();
        let unused = leases.map(|(key, mut leased)| (key, leased.lease.end()));
        unused.filter(|(_, left)| *left > 0).collect()
    }
}

fn after_pause(now: DateTime<Utc>) -> DateTime<Utc> {
    now.checked_add_signed(DENIED_PAUSE).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::channel::quota::LeaseKind;
    use crate::domain::id::ChannelId;

    fn share(kind: LeaseKind, period: &str, amount: i64) -> Share {
        let key = LeaseKey {
            channel_id: ChannelId::parse("CH-1").unwrap(),
            kind,
            currency_code: String::new(),
            period: period.to_owned(),
        };
        Share { key, limit: 100, amount }
    }

    fn now() -> DateTime<Utc> {
        "2026-03-10T16:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_lease_for_an_older_period_that_comes_late_leaves_the_newer_one() {
        let periods = [
            (LeaseKind::DailyCount, "2026-03-10", "2026-03-11"),
            (LeaseKind::DailyAmount, "2026-09-30", "2026-10-01"),
            (LeaseKind::Float, "9", "10"),
        ];
        for (kind, old, new) in periods {
            let [old, new] = [share(kind, old, 1), share(kind, new, 1)];
            let mut leases = Leases::default();
            leases.extend(&new, 6, now());
            leases.extend(&old, 6, now());
            assert_eq!(leases.look(&new, now()), Stock::Enough, "{kind:?}");
            assert_eq!(leases.look(&old, now()), Stock::Enough, "{kind:?}");
            // The next slice of the newer one ends the older.
            leases.extend(&new, 6, now());
            assert_eq!(leases.look(&old, now()), Stock::Ask, "{kind:?}");
        }
    }

    #[test]
    fn what_could_not_be_asked_for_is_not_used_up() {
        let share = share(LeaseKind::DailyCount, "2026-03-10", 1);
        let mut leases = Leases::default();
        let until = now() + DENIED_PAUSE;
        leases.put_off(&share, now());
        assert_eq!(leases.look(&share, now()), Stock::Later(until));
        assert_eq!(leases.look(&share, until), Stock::Ask);
        // That nothing is left is news only when that is said.
        assert!(leases.extend(&share, 0, until));
        assert_eq!(leases.look(&share, until), Stock::Gone);
        assert!(!leases.extend(&share, 0, until + DENIED_PAUSE));
        leases.extend(&share, 1, until);
        assert_eq!(leases.look(&share, until), Stock::Enough);
    }

    #[test]
    fn what_was_not_taken_here_is_said_when_it_comes_back() {
        let share = share(LeaseKind::Float, "1", 4);
        let mut leases = Leases::default();
        assert_eq!(leases.give_back(&share.key, 4), 4);
        leases.extend(&share, 6, now());
        leases.take(std::slice::from_ref(&share));
        assert_eq!(leases.give_back(&share.key, 3), 0);
        assert_eq!(leases.give_back(&share.key, 4), 3);
        assert_eq!(leases.end(), [(share.key, 6)]);
    }
}
