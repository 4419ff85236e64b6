//! What goes wrong with reports on their way. Which ones it befalls is drawn from the seed, the payout
//! key and what is reported of it, so the same reports get lost again, and none else.

use chrono::{DateTime, Utc};

use super::delay::Delay;
use super::draw::{draw, fraction, happens};
use crate::pb::channel::v1::payout_result::Result as Told;

/// What goes wrong with reports. Nothing, unless it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reporting {
    /// Of how many in a hundred reports a second copy is sent.
    pub twice_percent: u8,
    /// How many in a hundred reports are not sent.
    pub lose_percent: u8,
    /// Each copy is sent up to so much later, so that some overtake others.
    pub shuffle: Delay,
    /// How many reports are sent in a minute about keys that never existed.
    pub strays_per_minute: u32,
}

impl Reporting {
    /// When each copy is sent of a report that is due at an instant; none when it gets lost.
    pub(super) fn copies(
        self,
        seed: u64,
        (payout_key, told): (&str, &Told),
        due: DateTime<Utc>,
    ) -> Vec<DateTime<Utc>> {
        let words = ["report", payout_key, word(told)];
        let (lose, twice) = draw(seed, &words);
        let copies = match (happens(lose, self.lose_percent), happens(twice, self.twice_percent)) {
            (true, _) => 0,
            (false, false) => 1,
            (false, true) => 2,
        };
        let [report, key, word] = words;
        let (first, second) = draw(seed, &[report, key, word, "times"]);
        let later = |drawn| due + self.shuffle.duration().mul_f64(fraction(drawn));
        [first, second].into_iter().take(copies).map(later).collect()
    }
}

/// A result as a word: tells one report about a key from another.
fn word(told: &Told) -> &'static str {
    match told {
        Told::Accepted(_) => "accepted",
        Told::Settled(_) => "settled",
        Told::Rejected(_) => "rejected",
        Told::InProgress(_) => "in_progress",
        Told::UnknownKey(_) => "unknown_key",
        Told::Tombstone(_) => "tombstone",
        Told::Returned(_) => "returned",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pb::channel::v1::{Accepted, Tombstone};

    const ACCEPTED: Told = Told::Accepted(Accepted {});

    fn due() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    /// When the copies of the reports about many keys are sent.
    fn copies(reporting: Reporting, seed: u64) -> Vec<Vec<DateTime<Utc>>> {
        let copies =
            |number: u32| reporting.copies(seed, (&format!("k{number}"), &ACCEPTED), due());
        (0..1_000).map(copies).collect()
    }

    #[test]
    fn nothing_goes_wrong_unless_it_is_said() {
        assert!(copies(Reporting::default(), 7).iter().all(|copies| *copies == [due()]));
    }

    #[test]
    fn reports_are_lost_and_doubled_as_often_as_is_said_and_the_same_again() {
        let reporting = Reporting { lose_percent: 20, twice_percent: 30, ..Reporting::default() };
        let sent = copies(reporting, 7);
        let times = |number| sent.iter().filter(|copies| copies.len() == number).count();
        assert!((160..240).contains(&times(0)), "{}", times(0));
        assert!((200..280).contains(&times(2)), "{}", times(2));
        assert_eq!(copies(reporting, 7), sent);
        assert_ne!(copies(reporting, 8), sent);
    }

    #[test]
    fn each_copy_of_each_report_has_a_time_of_its_own_within_the_shuffle() {
        let shuffle = Delay::of_secs(10);
        let reporting = Reporting { twice_percent: 100, shuffle, ..Reporting::default() };
        let sent = copies(reporting, 7).concat();
        assert!(sent.iter().all(|at| (due()..due() + shuffle.duration()).contains(at)));
        assert!(!sent.is_sorted());
        let other = Told::Tombstone(Tombstone {});
        let of = |told| reporting.copies(7, ("k", told), due());
        assert_ne!(of(&ACCEPTED), of(&other));
    }
}
