//! What each cause of a case asks for: one table.

use chrono::TimeDelta;

use super::{CaseCause, CaseRole};

/// What a cause asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CaseRule {
    /// Who sees to it.
    pub role: CaseRole,
    /// Within which time it has to be resolved.
    pub sla: TimeDelta,
    /// After which time its owner is reminded, and again each time.
    pub remind_every: TimeDelta,
}

/// For how long nobody may know whether something was paid before people look at it.
pub const UNKNOWN_MAX: TimeDelta = TimeDelta::minutes(10);
/// For how long no channel may take a withdrawal before people look at it.
pub const NO_CHANNEL_MAX: TimeDelta = TimeDelta::minutes(30);

/// The table (design, domain 5; the bank's own times).
pub fn rule(cause: CaseCause) -> CaseRule {
    use CaseCause as C;
    use CaseRole as R;
    let (role, sla, remind_every) = match cause {
        C::UnknownOutcome => (R::PayoutOperations, TimeDelta::hours(4), TimeDelta::hours(1)),
        C::NotArrived => (R::PayoutOperations, TimeDelta::hours(24), TimeDelta::hours(4)),
        C::Contradiction => (R::PayoutOperations, TimeDelta::hours(4), TimeDelta::hours(1)),
        C::Mismatch => (R::PayoutOperations, TimeDelta::hours(4), TimeDelta::hours(1)),
        C::LateSuccess => (R::Reconciliation, TimeDelta::hours(24), TimeDelta::hours(8)),
        C::SecondSettlement => (R::Reconciliation, TimeDelta::hours(4), TimeDelta::hours(1)),
        C::ReturnNotTaken => (R::CustomerService, TimeDelta::hours(72), TimeDelta::hours(24)),
        C::ManualDecision => (R::Risk, TimeDelta::hours(8), TimeDelta::hours(2)),
        C::NoChannel => (R::PayoutOperations, TimeDelta::hours(2), TimeDelta::minutes(30)),
        C::MissingOnStatement => (R::Reconciliation, TimeDelta::hours(24), TimeDelta::hours(8)),
        C::FactNotBooked => (R::Reconciliation, TimeDelta::hours(24), TimeDelta::hours(8)),
        C::Objection => (R::CustomerService, TimeDelta::days(15), TimeDelta::days(5)),
    };
    CaseRule { role, sla, remind_every }
}
