//! How long something took, in steps that grow by a tenth, so that half a million spans make a few
//! dozen counts and any percentile of them is right within a tenth.

use chrono::TimeDelta;

/// How many steps there are; the last ends beyond a year.
const STEPS: usize = 256;
/// Up to how many milliseconds each step reaches.
const ENDS_MS: [i64; STEPS] = ends();

#[expect(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "made when it is compiled, which fails where it goes wrong"
)]
const fn ends() -> [i64; STEPS] {
    let mut ends = [0; STEPS];
    let mut step = 1;
    while step < STEPS {
        let tenth = ends[step - 1] / 10;
        ends[step] = ends[step - 1] + if tenth > 1 { tenth } else { 1 };
        step += 1;
    }
    ends
}

/// The step of a span of time, as it is stored: `b17`.
pub fn step(span: TimeDelta) -> String {
    let ms = span.num_milliseconds().max(0);
    format!("b{}", ENDS_MS.partition_point(|end| *end < ms).min(STEPS.saturating_sub(1)))
}

/// Up to which span a stored step reaches; `None` for what is no step.
pub fn end(step: &str) -> Option<TimeDelta> {
    let place: usize = step.strip_prefix('b')?.parse().ok()?;
    TimeDelta::try_milliseconds(*ENDS_MS.get(place)?)
}

/// The span within which so many of a hundred lie; `None` when there are none.
pub fn percentile(counts: &[(TimeDelta, i64)], percent: i64) -> Option<TimeDelta> {
    let mut counts: Vec<_> = counts.iter().filter(|(_, count)| *count > 0).collect();
    counts.sort();
    let total = counts.iter().fold(0_i64, |sum, (_, count)| sum.saturating_add(*count));
    let mut wanted = total.saturating_mul(percent).saturating_add(99).div_euclid(100);
    for (span, count) in counts {
        wanted = wanted.saturating_sub(*count);
        if wanted <= 0 {
            return Some(*span);
        }
    }
    None
}
