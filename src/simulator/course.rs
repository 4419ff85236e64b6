//! How a payout that was taken goes on. It stands in the log with the payout, written as the
//! directive that asks for it, so that a restart doesn't change it.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::behaviour::{Behaviour, Reason};
use super::delay::Delay;

/// How a payout that was taken goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Course {
    /// Paid after a time, which may be zero.
    Settle {
        /// The time.
        after: Delay,
    },
    /// Rejected for ever after a time, which may be zero.
    Reject {
        /// Why.
        reason: Reason,
        /// The time.
        after: Delay,
    },
    /// Paid at once; the submission is never answered.
    Timeout,
    /// Paid at once; the submission is answered after a time.
    Late {
        /// The time.
        after: Delay,
    },
    /// Paid at once; every answer about it takes a time.
    Slow {
        /// The time.
        each: Delay,
    },
    /// Never answered, not paid, and rejected for ever after a time.
    Stall {
        /// The time.
        after: Delay,
    },
    /// On its way for a time: unknown so long, paid then; the submission is never answered.
    Detour {
        /// The time.
        after: Delay,
    },
    /// Accepted for ever.
    Hold,
    /// Accepted; after a time the channel denies to know it. Never paid.
    Forget {
        /// The time.
        after: Delay,
    },
    /// Paid at once, and never told.
    Silent,
    /// Paid at once; the money comes back after a time.
    Return {
        /// The time.
        after: Delay,
    },
    /// Another amount is paid at once.
    WrongAmount,
    /// Paid at once and reported at once; the submission is answered after a time.
    Early {
        /// The time.
        after: Delay,
    },
    /// Paid at once; after a time it is reported as rejected for ever, which is not so.
    Contradict {
        /// The time.
        after: Delay,
    },
}

/// How the submission of a payout is answered that was taken just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answer {
    AtOnce,
    After(Delay),
    Never,
}

impl Course {
    /// How its submission is answered.
    pub(super) fn answer(self) -> Answer {
        match self {
            Self::Timeout | Self::Stall { .. } | Self::Detour { .. } | Self::Silent => {
                Answer::Never
            }
            Self::Late { after } | Self::Early { after } => Answer::After(after),
            Self::Slow { each } => Answer::After(each),
            Self::Settle { .. }
            | Self::Reject { .. }
            | Self::Hold
            | Self::Forget { .. }
            | Self::Return { .. }
            | Self::WrongAmount
            | Self::Contradict { .. } => Answer::AtOnce,
        }
    }

    /// How long it takes to answer whatever is asked about it later.
    pub(super) fn pace(self) -> Delay {
        match self {
            Self::Slow { each } => each,
            Self::Settle { .. }
            | Self::Reject { .. }
            | Self::Timeout
            | Self::Late { .. }
            | Self::Stall { .. }
            | Self::Detour { .. }
            | Self::Hold
            | Self::Forget { .. }
            | Self::Silent
            | Self::Return { .. }
            | Self::WrongAmount
            | Self::Early { .. }
            | Self::Contradict { .. } => Delay::ZERO,
        }
    }
}

/// A course is written as the directive that asks for it.
impl fmt::Display for Course {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Settle { after } => write!(f, "settle={after}"),
            Self::Reject { reason, after } => write!(f, "reject={reason}@{after}"),
            Self::Timeout => f.write_str("timeout"),
            Self::Late { after } => write!(f, "late={after}"),
            Self::Slow { each } => write!(f, "slow={each}"),
            Self::Stall { after } => write!(f, "stall={after}"),
            Self::Detour { after } => write!(f, "detour={after}"),
            Self::Hold => f.write_str("hold"),
            Self::Forget { after } => write!(f, "forget={after}"),
            Self::Silent => f.write_str("silent"),
            Self::Return { after } => write!(f, "return={after}"),
            Self::WrongAmount => f.write_str("wrong-amount"),
            Self::Early { after } => write!(f, "early={after}"),
            Self::Contradict { after } => write!(f, "contradict={after}"),
        }
    }
}

impl From<Course> for String {
    fn from(course: Course) -> Self {
        course.to_string()
    }
}

impl TryFrom<String> for Course {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        match text.parse() {
            Ok(Behaviour::Take(course)) => Ok(course),
            Ok(Behaviour::Disappear { .. } | Behaviour::PutOff { .. }) => {
                Err("that is no course of a payout that was taken".to_owned())
            }
            Err(error) => Err(error.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_course_is_read_back_as_it_was_written() {
        for text in [
            "settle",
            "settle=1500ms",
            "reject=PAYEE_BLACKLISTED@2s",
            "reject",
            "timeout",
            "late",
            "slow=20ms",
            "stall=1h",
            "detour",
            "hold",
            "forget=1m",
            "silent",
            "return=24h",
            "wrong-amount",
            "early",
            "contradict=2s",
        ] {
            let course = Course::try_from(text.to_owned()).unwrap();
            assert_eq!(Course::try_from(String::from(course)), Ok(course), "{text}");
        }
        assert!(Course::try_from("busy".to_owned()).is_err());
    }
}
