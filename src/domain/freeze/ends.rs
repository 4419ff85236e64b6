//! When a freeze ends: what an order says of it, and the latest that the kind of authority may say.
//! One home for that rule, for first orders, renewals and courts that take over.

use chrono::{DateTime, Duration as Span, SecondsFormat, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::Freeze;
use super::kind::{self, CountedFrom, KindRule, Renewal};
use crate::domain::refusal::{Fact, Reason, Refusal};
use crate::domain::terms::{Term, TermUnit};

/// How long an order says its freeze lasts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Duration {
    /// Not said: the longest of its kind.
    Unstated,
    /// Until this exclusive instant.
    Until(DateTime<Utc>),
    /// For a term.
    For(Term),
}

impl Duration {
    /// The exclusive end that is said; `None` when none is. `count` counts a term from where the order
    /// counts it.
    ///
    /// # Errors
    /// The field, when a term ends beyond the calendar.
    pub fn end(
        self,
        count: impl Fn(Term) -> Option<DateTime<Utc>>,
    ) -> Result<Option<DateTime<Utc>>, Refusal> {
        match self {
            Self::Unstated => Ok(None),
            Self::Until(end) => Ok(Some(end)),
            Self::For(term) => {
                let beyond = || Refusal::field("term", "ends beyond the calendar");
                count(term).map(Some).ok_or_else(beyond)
            }
        }
    }

    /// The field that says it; of an order that says nothing, the one given.
    pub fn field_or(self, unsaid: &'static str) -> &'static str {
        match self {
            Self::Unstated => unsaid,
            Self::Until(_) => "expire_time",
            Self::For(_) => "term",
        }
    }
}

/// The end that was said, or the latest where none was; `None` when neither is there.
///
/// # Errors
/// TERM_TOO_LONG beyond the latest.
pub fn at_most(
    said: Option<DateTime<Utc>>,
    latest: Option<DateTime<Utc>>,
) -> Result<Option<DateTime<Utc>>, Refusal> {
    match (said, latest) {
        (Some(end), Some(latest)) if end > latest => Err(too_long(Some(latest))),
        (said, latest) => Ok(said.or(latest)),
    }
}

/// The end of a term that follows on an end: its start day is the last day before, hours run from the
/// instant. `None` beyond the calendar.
pub fn following(old_end: DateTime<Utc>, term: Term, zone: Tz) -> Option<DateTime<Utc>> {
    let start = match term.unit {
        TermUnit::Hours => old_end,
        TermUnit::Days | TermUnit::Months | TermUnit::Years => {
            old_end.checked_sub_signed(Span::microseconds(1))?
        }
    };
    term.end(start, zone)
}

/// The longest renewal of a kind; `None` for one that knows none, or no longest.
pub fn longest_renewal(rule: &KindRule) -> Option<Term> {
    match rule.renewal {
        Renewal::Each(term) | Renewal::Times(_, term) => Some(term),
        Renewal::None | Renewal::Free => None,
    }
}

/// The end that a renewal gives to a freeze, or to the one that follows on it once it ran out.
///
/// # Errors
/// ACTION_NOT_APPLICABLE for a kind without renewal; TERM_TOO_LONG beyond the longest renewal or the
/// ceiling, or when it was renewed as often as it may be; the field, when nothing says an end.
pub fn renewed(
    freeze: &Freeze,
    duration: Duration,
    count: impl Fn(Term) -> Option<DateTime<Utc>>,
    zone: Tz,
) -> Result<DateTime<Utc>, Refusal> {
    let rule = kind::rule(freeze.authority_kind);
    let used_up = match rule.renewal {
        Renewal::None => {
            return Err(Refusal::of(Reason::ActionNotApplicable)
                .with(Fact::Description, "a freeze of this kind of authority is not renewed")
                .with(Fact::Source, rule.source)
                .about(freeze));
        }
        Renewal::Times(times, _) => freeze.renewals >= times,
        Renewal::Each(_) | Renewal::Free => false,
    };
    let ceiling = rule.ceiling.and_then(|term| term.end(begun(freeze, rule), zone));
    let reached = ceiling.zip(freeze.expire_time).is_some_and(|(top, end)| top <= end);
    if used_up || reached {
        return Err(too_long(freeze.expire_time).about(freeze));
    }
    let said = duration.end(&count)?;
    let latest = [longest_renewal(rule).and_then(count), ceiling].into_iter().flatten().min();
    let unsaid =
        || Refusal::field("expire_time", "the bank has to say until when its freeze lasts");
    at_most(said, latest).map_err(|refusal| refusal.about(freeze))?.ok_or_else(unsaid)
}

/// The beginning of the first term, from which the ceiling counts.
fn begun(freeze: &Freeze, rule: &KindRule) -> DateTime<Utc> {
    match rule.from {
        CountedFrom::Service => freeze.served_time,
        CountedFrom::Freezing => freeze.effective_time.unwrap_or(freeze.create_time),
    }
}

impl Refusal {
    /// It tells when a freeze ends, or how its kind may be prolonged: who may not read of that freeze
    /// is told the reason alone.
    #[must_use]
    pub fn about(self, freeze: &Freeze) -> Self {
        Self { disclosure: freeze.disclosure, ..self }
    }
}

fn too_long(latest: Option<DateTime<Utc>>) -> Refusal {
    let text = latest.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true));
    Refusal::of(Reason::TermTooLong).with(Fact::Latest, &text.unwrap_or_default())
}
