//! Chance that repeats: a hash of the seed and of what it is drawn for, so that the same seed draws
//! the same for the same payout, in whatever order payouts come.

use sha2::{Digest, Sha256};

/// Two independent numbers for what these words name together.
pub(super) fn draw(seed: u64, words: &[&str]) -> (u64, u64) {
    let mut hash = Sha256::new();
    hash.update(seed.to_be_bytes());
    for (place, word) in words.iter().enumerate() {
        if place > 0 {
            hash.update([0]);
        }
        hash.update(word);
    }
    let digest: [u8; 32] = hash.finalize().into();
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum << 8 | u64::from(*byte));
    (number(&digest[..8]), number(&digest[8..16]))
}

/// What was drawn, as a number from zero up to, but not, one.
pub(super) fn fraction(drawn: u64) -> f64 {
    // As many bits as the number has without rounding up to one.
    (drawn >> 11) as f64 / (1_u64 << 53) as f64
}

/// Whether what has a chance of so many percent happens.
pub(super) fn happens(drawn: u64, percent: u8) -> bool {
    drawn % 100 < u64::from(percent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_apart() {
        assert_eq!(draw(1, &["ab", "c"]), draw(1, &["ab", "c"]));
        assert_ne!(draw(1, &["ab", "c"]), draw(1, &["a", "bc"]));
        assert_ne!(draw(1, &["ab", "c"]), draw(2, &["ab", "c"]));
    }

    #[test]
    fn fractions_stay_below_one_and_chances_within_their_percent() {
        assert!(fraction(u64::MAX) < 1.0 && fraction(0) == 0.0);
        let times = |percent| {
            let drawn = (0..10_000).map(|number| draw(7, &[&format!("{number}")]).0);
            drawn.filter(|drawn| happens(*drawn, percent)).count()
        };
        assert_eq!((times(0), times(100)), (0, 10_000));
        assert!((1_800..2_200).contains(&times(20)));
    }
}
