//! What happens to payouts that ask for nothing: drawn by weight. The draw is a hash of the seed and
//! the payout key, so the same seed does the same to the same key, in whatever order keys come.

use std::str::FromStr;

use super::behaviour::{Behaviour, Reason, TIMES_MAX};
use super::course::Course;
use super::delay::Delay;
use super::draw::draw;
use crate::pb::channel::v1::RejectReason;

/// The reasons among which a mix draws its rejections: those that are the end of a key.
const REASONS: [RejectReason; 7] = [
    RejectReason::BankNotServed,
    RejectReason::AmountOutOfRange,
    RejectReason::PayeeAccountClosed,
    RejectReason::PayeeAccountFrozen,
    RejectReason::PayeeNameMismatch,
    RejectReason::PayeeAccountInvalid,
    RejectReason::PayeeBlacklisted,
];

/// Behaviours with their weights, written `settle=90,reject=4,timeout=2`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mix {
    entries: Vec<(Behaviour, u32)>,
    total: u64,
}

/// Why a text is no mix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("must be directives with their weights, as in settle=90,reject=4,timeout=2: {0}")]
pub struct BadMix(String);

impl Mix {
    /// What is done to a key. `settle` takes `delay`; `reject` has one of several reasons, also
    /// drawn; `disappear` loses every key on which it falls.
    pub fn draw(&self, seed: u64, payout_key: &str, delay: Delay) -> Behaviour {
        let (first, second) = draw(seed, &[payout_key]);
        let mut left = first % self.total;
        let drawn = self.entries.iter().find(|(_, weight)| {
            let hit = left < u64::from(*weight);
            left = left.saturating_sub(u64::from(*weight));
            hit
        });
        let (drawn, _) = drawn.expect("what is below the sum of the weights is within one of them");
        match drawn {
            Behaviour::Take(Course::Settle { after: Delay::ZERO }) => {
                Behaviour::Take(Course::Settle { after: delay })
            }
            Behaviour::Take(Course::Reject { after, .. }) => {
                let reason = Reason(REASONS[(second % REASONS.len() as u64) as usize]);
                Behaviour::Take(Course::Reject { reason, after: *after })
            }
            Behaviour::Disappear { .. } => Behaviour::Disappear { keys: TIMES_MAX },
            Behaviour::PutOff { .. } | Behaviour::Take(_) => *drawn,
        }
    }
}

impl FromStr for Mix {
    type Err = BadMix;

    fn from_str(text: &str) -> Result<Self, BadMix> {
        let mut entries = Vec::new();
        for entry in text.split(',') {
            let (name, weight) =
                entry.trim().split_once('=').ok_or_else(|| BadMix("no weight".to_owned()))?;
            let behaviour = name.parse().map_err(|error| BadMix(format!("{error}")))?;
            let weight = weight.parse().map_err(|error| BadMix(format!("weight: {error}")))?;
            entries.push((behaviour, weight));
        }
        let total: u64 = entries.iter().map(|(_, weight)| u64::from(*weight)).sum();
        if total == 0 {
            return Err(BadMix("every weight is zero".to_owned()));
        }
        Ok(Self { entries, total })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn drawn(mix: &Mix, seed: u64, keys: impl Iterator<Item = u32>) -> BTreeMap<u32, Behaviour> {
        let draw = |key: u32| mix.draw(seed, &format!("key-{key}"), Delay::ZERO);
        keys.map(|key| (key, draw(key))).collect()
    }

    #[test]
    fn the_same_seed_does_the_same_to_the_same_key_in_any_order() {
        let mix: Mix = "settle=60,reject=20,timeout=10,disappear=10".parse().unwrap();
        let forth = drawn(&mix, 7, 0..1_000);
        assert_eq!(forth, drawn(&mix, 7, (0..1_000).rev()));
        assert_ne!(forth, drawn(&mix, 8, 0..1_000));
    }

    #[test]
    fn behaviours_come_about_as_often_as_their_weights_say() {
        let mix: Mix = "settle=90,timeout=10,hold=0".parse().unwrap();
        let drawn = drawn(&mix, 1, 0..10_000);
        let times = |course| drawn.values().filter(|one| **one == Behaviour::Take(course)).count();
        assert!((800..1_200).contains(&times(Course::Timeout)));
        assert_eq!(times(Course::Hold), 0);
        assert_eq!(times(Course::Timeout) + times(Course::Settle { after: Delay::ZERO }), 10_000);
    }

    #[test]
    fn rejections_have_many_reasons_and_settlements_the_delay_of_the_channel() {
        let mix: Mix = "reject=1".parse().unwrap();
        let reasons: std::collections::BTreeSet<String> =
            drawn(&mix, 1, 0..1_000).values().map(|one| format!("{one:?}")).collect();
        assert_eq!(reasons.len(), REASONS.len());
        let after = Delay::of_secs(3);
        let settle: Mix = "settle=1".parse().unwrap();
        assert_eq!(settle.draw(1, "k", after), Behaviour::Take(Course::Settle { after }));
    }

    #[test]
    fn what_is_no_mix_is_refused() {
        for wrong in ["", "settle", "settle=x", "settle=-1", "nothing=1", "settle=0", "settle=1,"] {
            assert!(wrong.parse::<Mix>().is_err(), "{wrong}");
        }
    }
}
