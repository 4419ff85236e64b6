//! What statistics make of an attempt that changed. Sums of it are right whatever order changes come
//! in: what is taken back, such as a death after which it was paid all the same, counts as one less.

use std::collections::BTreeMap;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

use super::attempt::{Attempt, AttemptState};
use super::evidence::{Evidence, SaidKind, Source};
use super::settle_time;
use super::tally::{AmountBand, Counted, Tally, TallyKey};
use crate::domain::id::{AccountNumber, NewId};
use crate::domain::money::{Currency, Minor};
use crate::domain::withdrawal::Withdrawal;

/// What called an attempt back, as a reason.
pub const TOMBSTONE: &str = "TOMBSTONE";
/// That a statement didn't list it, as a reason.
pub const NOT_LISTED: &str = "NOT_LISTED";

/// What a batch counts.
#[derive(Debug, Clone, Default)]
pub struct Counts(BTreeMap<TallyKey, Sum>);

#[derive(Debug, Clone)]
struct Sum {
    account_number: AccountNumber,
    count: i64,
    amount_minor: Minor,
}

impl Counts {
    /// Counts what became of an attempt: how it was before, if it was, how it is, and the evidence that
    /// moved it.
    pub fn note(
        &mut self,
        before: Option<&Attempt>,
        after: &Attempt,
        withdrawal: &Withdrawal,
        moved_by: Option<&Evidence>,
    ) {
        let mut add = |counted: Counted, detail: String, count: i64| {
            let key = TallyKey {
                channel_id: after.channel_id.clone(),
                bank_code: withdrawal.beneficiary.beneficiary_bank_code.clone(),
                band: AmountBand::of(withdrawal.amount_minor, withdrawal.currency_code),
                currency_code: withdrawal.currency_code,
                hour: hour_of(after.create_time),
                counted,
                detail,
            };
            let sum = self.0.entry(key).or_insert_with(|| Sum {
                account_number: after.account_number.clone(),
                count: 0,
                amount_minor: 0,
            });
            let amount = withdrawal.amount_minor.saturating_mul(count);
            sum.count = sum.count.saturating_add(count);
            sum.amount_minor = sum.amount_minor.saturating_add(amount);
        };
        if before.is_none() {
            add(Counted::Started, String::new(), 1);
        }
        let was = before.map_or(AttemptState::Intent, |before| before.state);
        let is = after.state;
        let took = || settle_time::step(after.update_time.signed_duration_since(after.create_time));
        match (was.was_paid(), is.was_paid()) {
            (false, true) => add(Counted::Settled, took(), 1),
            (true, false) => add(Counted::Settled, String::new(), -1),
            (true, true) | (false, false) => {}
        }
        match (was == AttemptState::Dead, is == AttemptState::Dead) {
            (false, true) => add(Counted::Dead, why(after, moved_by), 1),
            (true, false) => add(Counted::Dead, String::new(), -1),
            (true, true) | (false, false) => {}
        }
        match (was == AttemptState::Returned, is == AttemptState::Returned) {
            (false, true) => add(Counted::Returned, String::new(), 1),
            (true, false) => add(Counted::Returned, String::new(), -1),
            (true, true) | (false, false) => {}
        }
        let was_unknown = before.is_some_and(|before| before.was_unknown == 1);
        if after.was_unknown == 1 && !was_unknown {
            add(Counted::BecameUnknown, String::new(), 1);
        }
        let was_open = before.is_none_or(Attempt::is_open);
        if after.was_unknown == 1 && was_open && !after.is_open() {
            let by_people = moved_by.is_some_and(|evidence| evidence.source == Source::People);
            let solved = if by_people { Counted::SolvedByPeople } else { Counted::SolvedByItself };
            add(solved, took(), 1);
        }
    }

    /// The rows, with fresh ids.
    pub fn rows(self, ids: &mut dyn FnMut() -> NewId) -> Vec<Tally> {
        let counted = self.0.into_iter().filter(|(_, sum)| sum.count != 0);
        counted
            .map(|(key, sum)| Tally {
                tally_id: ids().into(),
                account_number: sum.account_number,
                channel_id: key.channel_id,
                bank_code: key.bank_code,
                band: key.band,
                currency_code: key.currency_code,
                hour: key.hour,
                counted: key.counted,
                detail: key.detail,
                count: sum.count,
                amount_minor: sum.amount_minor,
            })
            .collect()
    }
}

/// Why it is dead, in one word.
fn why(after: &Attempt, moved_by: Option<&Evidence>) -> String {
    match moved_by.map(|evidence| evidence.said) {
        Some(SaidKind::Tombstone) => TOMBSTONE.to_owned(),
        Some(SaidKind::NotListed) => NOT_LISTED.to_owned(),
        _ if after.reason.is_empty() => "UNSPECIFIED".to_owned(),
        _ => after.reason.clone(),
    }
}

/// The hour of an instant, by which statistics are kept.
pub fn hour_of(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::hours(1)).unwrap_or(at)
}

impl AmountBand {
    /// The band of an amount.
    pub fn of(amount_minor: Minor, currency: Currency) -> Self {
        let unit = 10_i64.checked_pow(currency.exponent()).unwrap_or(1);
        let major = amount_minor.checked_div(unit).unwrap_or(amount_minor);
        match major {
            ..1_000 => Self::Below1k,
            1_000..10_000 => Self::From1k,
            10_000..50_000 => Self::From10k,
            50_000..200_000 => Self::From50k,
            200_000..1_000_000 => Self::From200k,
            1_000_000.. => Self::From1m,
        }
    }
}
