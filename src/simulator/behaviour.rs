//! What the channel does with a payout, and the words that ask for it.
//!
//! A word of a payout's reference that begins with `sim:` is a directive, written `sim:NAME` or
//! `sim:NAME=VALUE`: `"reference": "rent May sim:settle=2s"`. [`DIRECTIVES`] lists them all; help
//! texts and refusals are made from that list. TIME is a number with `ms`, `s`, `m` or `h`, at most
//! [`DELAY_MAX`](super::delay::DELAY_MAX). REASON is a RejectReason without its prefix, such as `PAYEE_ACCOUNT_CLOSED`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::course::Course;
use super::delay::{BadDelay, Delay};
use crate::pb::channel::v1::RejectReason;

/// How often a payout may be put off, and how many keys of a withdrawal may get lost.
pub const TIMES_MAX: u32 = 1_000;

/// How a directive begins.
const PREFIX: &str = "sim:";
const REASON_PREFIX: &str = "REJECT_REASON_";

/// A directive as help shows it: how it is written, and what it does.
pub const DIRECTIVES: [(&str, &str); 17] = [
    ("settle[=TIME]", "settles at once; with a TIME accepts, and settles after it"),
    ("accept[=TIME]", "accepts, and settles after TIME (1s)"),
    (
        "reject[=REASON]",
        "rejects for ever (PAYEE_ACCOUNT_CLOSED); REASON@TIME accepts, and rejects after TIME; \
         REASON*N puts each key off N times, then settles",
    ),
    ("busy[=N]", "the same as reject=CHANNEL_BUSY*N (1)"),
    ("timeout", "pays, and never answers the submission"),
    (
        "late[=TIME]",
        "pays, and answers the submission after TIME (8s); who has given up by then learns it by \
         asking only",
    ),
    ("slow[=TIME]", "settles at once; every answer about it takes TIME (1s)"),
    ("stall[=TIME]", "never answers, doesn't pay, and rejects for ever after TIME (3s)"),
    (
        "detour[=TIME]",
        "is on its way for TIME (3s): never answered, unknown so long, and pays on arrival",
    ),
    ("disappear[=N]", "loses the submissions of the withdrawal's first N keys (1), then settles"),
    ("hold", "accepts, and nothing more"),
    ("forget[=TIME]", "accepts, never pays, and denies after TIME (1s) to know it"),
    (
        "silent",
        "pays and never tells: no answer, InProgress for ever, no report; only a statement shows it",
    ),
    ("return[=TIME]", "settles at once; the money comes back after TIME (1s)"),
    ("wrong-amount", "settles at once, another amount than was asked for"),
    ("early[=TIME]", "pays, reports it at once, and answers the submission after TIME (1s)"),
    (
        "contradict[=TIME]",
        "settles at once; after TIME (1s) reports that it was rejected for ever, which is not so",
    ),
];

/// Why a payout is not paid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Reason(pub RejectReason);

/// What the channel does when a payout arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Behaviour {
    /// It never arrives, for so many keys of its withdrawal; others settle.
    Disappear {
        /// How many.
        keys: u32,
    },
    /// It is not taken this time, so many times for each key; then it settles.
    PutOff {
        /// Why.
        reason: Reason,
        /// How often.
        times: u32,
    },
    /// It is taken.
    Take(Course),
}

/// Why a reference has no directive that can be followed. Quotes nothing of it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadDirective {
    /// There is no such directive.
    #[error("there is no such directive; there are: {list}", list = list())]
    Unknown,
    /// Its value is not what it takes.
    #[error("{PREFIX}{name}: {what}")]
    Value {
        /// The directive.
        name: &'static str,
        /// What its value has to be.
        what: String,
    },
    /// There are several.
    #[error("there is more than one directive")]
    Several,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str_name().trim_start_matches(REASON_PREFIX))
    }
}

impl FromStr for Reason {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let name = format!("{REASON_PREFIX}{}", text.to_ascii_uppercase());
        let found = RejectReason::from_str_name(&name).map(Self);
        found.ok_or_else(|| "REASON must be a RejectReason, as in PAYEE_ACCOUNT_CLOSED".to_owned())
    }
}

impl TryFrom<String> for Reason {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl From<Reason> for String {
    fn from(reason: Reason) -> Self {
        reason.to_string()
    }
}

impl Behaviour {
    /// What the directive in a reference asks for; none where there is none.
    ///
    /// # Errors
    /// When the directive is unknown, has a value that it doesn't take, or is not alone.
    pub fn of_reference(reference: &str) -> Result<Option<Self>, BadDirective> {
        let mut words = reference.split_whitespace().filter_map(|word| word.strip_prefix(PREFIX));
        match (words.next(), words.next()) {
            (None, _) => Ok(None),
            (Some(directive), None) => directive.parse().map(Some),
            (Some(_), Some(_)) => Err(BadDirective::Several),
        }
    }
}

/// Reads a directive without its prefix, such as `settle=2s`.
impl FromStr for Behaviour {
    type Err = BadDirective;

    fn from_str(text: &str) -> Result<Self, BadDirective> {
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let course = match name {
            "settle" => Course::Settle { after: delay("settle", value, Delay::ZERO)? },
            "accept" => Course::Settle { after: delay("accept", value, Delay::of_secs(1))? },
            "reject" => return rejection(value),
            "busy" => {
                let times = times("busy", value)?;
                return Ok(Self::PutOff { reason: Reason(RejectReason::ChannelBusy), times });
            }
            "timeout" => bare("timeout", value, Course::Timeout)?,
            "late" => Course::Late { after: delay("late", value, Delay::of_secs(8))? },
            "slow" => Course::Slow { each: delay("slow", value, Delay::of_secs(1))? },
            "stall" => Course::Stall { after: delay("stall", value, Delay::of_secs(3))? },
            "detour" => Course::Detour { after: delay("detour", value, Delay::of_secs(3))? },
            "disappear" => return Ok(Self::Disappear { keys: times("disappear", value)? }),
            "hold" => bare("hold", value, Course::Hold)?,
            "forget" => Course::Forget { after: delay("forget", value, Delay::of_secs(1))? },
            "silent" => bare("silent", value, Course::Silent)?,
            "return" => Course::Return { after: delay("return", value, Delay::of_secs(1))? },
            "wrong-amount" => bare("wrong-amount", value, Course::WrongAmount)?,
            "early" => Course::Early { after: delay("early", value, Delay::of_secs(1))? },
            "contradict" => {
                Course::Contradict { after: delay("contradict", value, Delay::of_secs(1))? }
            }
            _ => return Err(BadDirective::Unknown),
        };
        Ok(Self::Take(course))
    }
}

/// `REASON`, `REASON@TIME` or `REASON*N`.
fn rejection(value: Option<&str>) -> Result<Behaviour, BadDirective> {
    let value = value.unwrap_or("PAYEE_ACCOUNT_CLOSED");
    let reason = |text: &str| text.parse::<Reason>().map_err(|what| bad("reject", what));
    if let Some((text, number)) = value.split_once('*') {
        let times = times("reject", Some(number))?;
        return Ok(Behaviour::PutOff { reason: reason(text)?, times });
    }
    let (text, after) = match value.split_once('@') {
        Some((text, after)) => (text, delay("reject", Some(after), Delay::ZERO)?),
        None => (value, Delay::ZERO),
    };
    Ok(Behaviour::Take(Course::Reject { reason: reason(text)?, after }))
}

/// A course that takes no value.
fn bare(name: &'static str, value: Option<&str>, course: Course) -> Result<Course, BadDirective> {
    if value.is_some() { Err(bad(name, "takes no value")) } else { Ok(course) }
}

fn delay(name: &'static str, value: Option<&str>, default: Delay) -> Result<Delay, BadDirective> {
    value.map_or(Ok(default), |text| {
        text.parse().map_err(|error: BadDelay| bad(name, format!("TIME {error}")))
    })
}

fn times(name: &'static str, value: Option<&str>) -> Result<u32, BadDirective> {
    let number = value.map_or(Ok(1), str::parse::<u32>);
    number
        .ok()
        .filter(|times| (1..=TIMES_MAX).contains(times))
        .ok_or_else(|| bad(name, format!("N must be 1 to {TIMES_MAX}")))
}

fn bad(name: &'static str, what: impl Into<String>) -> BadDirective {
    BadDirective::Value { name, what: what.into() }
}

fn list() -> String {
    let usages: Vec<String> =
        DIRECTIVES.iter().map(|(usage, _)| format!("{PREFIX}{usage}")).collect();
    usages.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(reference: &str) -> Behaviour {
        Behaviour::of_reference(reference).unwrap().unwrap()
    }

    #[test]
    fn a_directive_is_one_word_of_the_reference() {
        assert_eq!(Behaviour::of_reference("rent for May"), Ok(None));
        assert_eq!(Behaviour::of_reference(""), Ok(None));
        assert_eq!(Behaviour::of_reference("mysim:hold"), Ok(None));
        let two = Delay::of_secs(2);
        assert_eq!(of("rent sim:settle=2s May"), Behaviour::Take(Course::Settle { after: two }));
        assert_eq!(Behaviour::of_reference("sim:hold sim:late"), Err(BadDirective::Several));
    }

    #[test]
    fn every_directive_of_the_list_can_be_followed() {
        for (usage, _) in DIRECTIVES {
            let name = usage.split('[').next().unwrap();
            assert!(name.parse::<Behaviour>().is_ok(), "{usage}");
        }
    }

    #[test]
    fn rejections_are_final_later_or_transient() {
        let closed = Reason(RejectReason::PayeeAccountClosed);
        let maintenance = Reason(RejectReason::Maintenance);
        let reject = |reason, after| Behaviour::Take(Course::Reject { reason, after });
        assert_eq!(of("sim:reject"), reject(closed, Delay::ZERO));
        assert_eq!(of("sim:reject=maintenance"), reject(maintenance, Delay::ZERO));
        assert_eq!(of("sim:reject=MAINTENANCE@2m"), reject(maintenance, Delay::of_secs(120)));
        let put_off = Behaviour::PutOff { reason: maintenance, times: 3 };
        assert_eq!(of("sim:reject=MAINTENANCE*3"), put_off);
        let busy = Behaviour::PutOff { reason: Reason(RejectReason::ChannelBusy), times: 2 };
        assert_eq!(of("sim:busy=2"), busy);
    }

    #[test]
    fn unknown_directives_are_answered_with_those_that_exist() {
        let refused = Behaviour::of_reference("sim:explode").unwrap_err();
        for (usage, _) in DIRECTIVES {
            assert!(refused.to_string().contains(usage), "{refused}");
        }
        for wrong in [
            "sim:",
            "sim:settle=",
            "sim:settle=2",
            "sim:settle=25h",
            "sim:settle=-1s",
            "sim:busy=0",
            "sim:busy=1001",
            "sim:busy=x",
            "sim:hold=1s",
            "sim:reject=NO_SUCH",
            "sim:timeout=1s",
            "sim:reject=CHANNEL_BUSY*",
            "sim:reject=CHANNEL_BUSY@",
            "sim:settle=99999999999999999h",
            "sim:Settle",
            "sim:wrong-amount=5",
            "sim:silent=1s",
            "sim:forget=x",
        ] {
            assert!(Behaviour::of_reference(wrong).is_err(), "{wrong}");
        }
    }
}
