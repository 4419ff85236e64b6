//! How sure a success rate is: the score interval of E. B. Wilson (Probable inference, the law of
//! succession, and statistical inference; Journal of the American Statistical Association 22,
//! 1927, 209–212) at 95 %, in whole parts of a million.
//!
//! With s successes of n and z = 1.959964 its ends are
//! (s + z²/2 ± √(z²·s·(n−s)/n + z⁴/4)) / (n + z²). Everything but the ends is counted in
//! thousandths of a millionth, so they are right to the last part.

use serde::{Deserialize, Serialize};

/// A million: 100 %.
pub const PPM: i64 = 1_000_000;
/// One, in the unit that is counted in.
const ONE: u128 = 1_000_000_000;
/// z² = 3.841458881296, in that unit.
const Z_SQUARED: u128 = 3_841_458_881;

/// The ends of an interval, in parts of a million.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Interval {
    /// The rate is hardly lower.
    pub lower_ppm: i64,
    /// Nor higher.
    pub upper_ppm: i64,
}

/// The interval for so many successes of so many trials. Without trials anything may be.
pub fn wilson(successes: i64, trials: i64) -> Interval {
    let trials = u128::try_from(trials).unwrap_or(0);
    let successes = u128::try_from(successes).unwrap_or(0).min(trials);
    let failures = trials.saturating_sub(successes);
    let product = successes.saturating_mul(failures);
    let (Some(whole), Some(rest)) = (product.checked_div(trials), product.checked_rem(trials))
    else {
        return Interval { lower_ppm: 0, upper_ppm: PPM };
    };
    // Divided before it is multiplied, and its rest apart, it fits whatever the counts.
    let z_times = |count: u128| count.saturating_mul(Z_SQUARED).saturating_mul(ONE);
    let spread_of_counts =
        z_times(whole).saturating_add(z_times(rest).checked_div(trials).unwrap_or(0));
    let spread_of_z = Z_SQUARED.saturating_mul(Z_SQUARED).div_euclid(4);
    let spread = spread_of_counts.saturating_add(spread_of_z).isqrt();
    let middle = successes.saturating_mul(ONE).saturating_add(Z_SQUARED.div_euclid(2));
    let over = trials.saturating_mul(ONE).saturating_add(Z_SQUARED);
    Interval {
        lower_ppm: ppm(middle.saturating_sub(spread), over),
        upper_ppm: ppm(middle.saturating_add(spread), over),
    }
}

/// The quotient in parts of a million, to the nearest, between none and all.
fn ppm(part: u128, of: u128) -> i64 {
    let half = of.div_euclid(2);
    let parts = part.saturating_mul(1_000_000).saturating_add(half).checked_div(of);
    parts.and_then(|parts| i64::try_from(parts).ok()).unwrap_or(PPM).min(PPM)
}
