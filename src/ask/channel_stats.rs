//! How channels are doing: counts of attempts from sums, which do not get slower with the number of
//! attempts.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{Ask, Failure};
use crate::domain::channel::score::{Interval, PPM, wilson};
use crate::domain::id::ChannelId;
use crate::domain::payout::rollup::{Cut, Grain, Part, parts, start_of};
use crate::domain::payout::settle_time;
use crate::domain::payout::tally::{AmountBand, Counted};
use crate::store::rollup::{Count, CountsQuery, GROUPS_MAX, TimeSplit};

/// Up to how many days time is told apart by the hour.
const HOURS_UP_TO: TimeDelta = TimeDelta::days(7);
/// From which ages on unknown attempts are counted apart.
const AGES: [TimeDelta; 8] = [
    TimeDelta::zero(),
    TimeDelta::minutes(1),
    TimeDelta::minutes(10),
    TimeDelta::hours(1),
    TimeDelta::hours(6),
    TimeDelta::days(1),
    TimeDelta::days(3),
    TimeDelta::days(7),
];

/// What is asked.
#[derive(Debug, Clone)]
pub struct StatsQuery {
    /// Only this channel.
    pub channel_id: Option<ChannelId>,
    /// Only payees at this bank.
    pub bank_code: Option<String>,
    /// Only this band.
    pub band: Option<AmountBand>,
    /// From this hour on,
    pub start: DateTime<Utc>,
    /// and before this one.
    pub end: DateTime<Utc>,
    /// Split by bank.
    pub by_bank: bool,
    /// Split by band.
    pub by_band: bool,
    /// Split by time.
    pub by_time: bool,
}

/// Counts of a group; see `accountstatus.v1.ChannelStats`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Stats {
    /// Attempts that were started.
    pub started: i64,
    /// Of those: paid, whatever came after.
    pub settled: i64,
    /// Of those: proven dead.
    pub dead: i64,
    /// Of the settled ones: returned.
    pub returned: i64,
    /// How long settled ones took, by spans.
    pub settle_times: Vec<(TimeDelta, i64)>,
    /// Why attempts died, the most frequent first.
    pub reasons: Vec<(String, i64)>,
    /// How many were unknown at some time.
    pub became_unknown: i64,
    /// Of those: came to an end by themselves.
    pub solved_by_itself: i64,
    /// Of those: came to an end by people.
    pub solved_by_people: i64,
    /// How long those took, by spans.
    pub solve_times: Vec<(TimeDelta, i64)>,
    /// Unknown now, by the age from which they count.
    pub unknown_ages: Vec<(TimeDelta, i64)>,
}

/// A group: channel, bank, band and time, as far as it is split by them.
pub type Group = (ChannelId, String, Option<AmountBand>, Option<DateTime<Utc>>);

impl Stats {
    /// Of so many attempts nobody knows the end.
    pub fn open(&self) -> i64 {
        self.started.saturating_sub(self.settled).saturating_sub(self.dead).max(0)
    }

    /// Settled of settled and dead, in millionths, and how sure that is.
    pub fn success(&self) -> (i64, Interval) {
        let ended = self.settled.saturating_add(self.dead);
        (share_ppm(self.settled, ended), wilson(self.settled, ended))
    }

    /// How many unknown ones came to an end by themselves, in millionths of those that came to one.
    pub fn solved_by_itself_ppm(&self) -> i64 {
        let solved = self.solved_by_itself.saturating_add(self.solved_by_people);
        share_ppm(self.solved_by_itself, solved)
    }

    fn add(&mut self, row: &Count) {
        let count = row.count;
        let span = || settle_time::end(&row.detail).map(|span| (span, count));
        let more = |sum: &mut i64| *sum = sum.saturating_add(count);
        match row.counted {
            Counted::Started => more(&mut self.started),
            Counted::Settled => {
                more(&mut self.settled);
                self.settle_times.extend(span());
            }
            Counted::Dead => {
                more(&mut self.dead);
                if !row.detail.is_empty() && count > 0 {
                    self.reasons.push((row.detail.clone(), count));
                }
            }
            Counted::Returned => more(&mut self.returned),
            Counted::BecameUnknown => more(&mut self.became_unknown),
            Counted::SolvedByItself => {
                more(&mut self.solved_by_itself);
                self.solve_times.extend(span());
            }
            Counted::SolvedByPeople => {
                more(&mut self.solved_by_people);
                self.solve_times.extend(span());
            }
        }
    }
}

fn share_ppm(part: i64, of: i64) -> i64 {
    let ppm = i128::from(part).saturating_mul(PPM.into()).checked_div(of.into()).unwrap_or(0);
    i64::try_from(ppm).unwrap_or(0)
}

impl Ask {
    /// Counts by group, those with the most attempts first, at most [`GROUPS_MAX`].
    ///
    /// # Errors
    /// The database.
    pub async fn channel_stats(&self, query: &StatsQuery) -> Result<Vec<(Group, Stats)>, Failure> {
        let channels = match &query.channel_id {
            Some(channel) => vec![channel.clone()],
            None => self.store.tally_channels().await?,
        };
        let counts = self.counts_query(query, channels.clone());
        let mut found: BTreeMap<Group, Stats> = BTreeMap::new();
        for row in self.store.rollup_count(&counts).await? {
            let group = (
                row.channel_id.clone(),
                if query.by_bank { row.bank_code.clone() } else { String::new() },
                if query.by_band { row.band.parse().ok() } else { None },
                query.by_time.then_some(row.at),
            );
            found.entry(group).or_default().add(&row);
        }
        let whole = !query.by_bank && !query.by_band && !query.by_time;
        if whole && query.bank_code.is_none() && query.band.is_none() {
            self.add_unknown(&channels, &mut found).await?;
        }
        let mut rows: Vec<(Group, Stats)> = found.into_iter().collect();
        for (_, stats) in &mut rows {
            stats.reasons.sort_by(|(a, more), (b, less)| less.cmp(more).then(a.cmp(b)));
        }
        rows.sort_by(|(a, one), (b, other)| other.started.cmp(&one.started).then(a.cmp(b)));
        rows.truncate(GROUPS_MAX);
        Ok(rows)
    }

    fn counts_query(&self, query: &StatsQuery, channels: Vec<ChannelId>) -> CountsQuery {
        let zone = self.rules.zone;
        let window = (query.start, query.end);
        let short = query.end.signed_duration_since(query.start) <= HOURS_UP_TO;
        let (coarsest, time) = match (query.by_time, short) {
            (false, _) => (Grain::Month, TimeSplit::Whole),
            (true, true) => (Grain::Hour, TimeSplit::Hours),
            (true, false) => {
                let cut = parts(window, Grain::Day, zone);
                (Grain::Day, TimeSplit::Days(days(&cut, zone)))
            }
        };
        CountsQuery {
            channels,
            bank_code: query.bank_code.clone(),
            band: query.band,
            cut: Cut::with(
                query.by_bank || query.bank_code.is_some(),
                query.by_band || query.band.is_some(),
            ),
            parts: parts(window, coarsest, zone),
            time,
        }
    }

    /// Adds how old what is unknown now has become.
    async fn add_unknown(
        &self,
        channels: &[ChannelId],
        found: &mut BTreeMap<Group, Stats>,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        // What is younger than the second age counts from the first, and so on.
        let younger: Vec<DateTime<Utc>> = AGES[1..].iter().map(|age| now - *age).collect();
        for (channel, age, count) in self.store.attempt_count_unknown(channels, &younger).await? {
            let age = usize::try_from(age).ok().and_then(|place| AGES.get(place));
            let (Some(channel), Some(age)) = (ChannelId::parse(&channel), age) else { continue };
            let group = (channel, String::new(), None, None);
            found.entry(group).or_default().unknown_ages.push((*age, count));
        }
        for stats in found.values_mut() {
            stats.unknown_ages.sort();
        }
        Ok(())
    }
}

/// The days of a window, each by the first hour of it that lies in the bank's day.
fn days(cut: &[Part], zone: chrono_tz::Tz) -> Vec<DateTime<Utc>> {
    let (Some(first), Some(last)) = (cut.first(), cut.last()) else { return Vec::new() };
    let mut day = start_of(Grain::Day, first.start, zone);
    let mut found = Vec::new();
    while day < last.end {
        found.push(day);
        let next = start_of(Grain::Day, day + TimeDelta::hours(36), zone);
        if next <= day {
            break;
        }
        day = next;
    }
    found
}
