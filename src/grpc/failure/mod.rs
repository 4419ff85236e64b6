//! Everything that can go wrong in a call, as the one place that makes a gRPC status of it.
//!
//! Every status carries an ErrorInfo and a LocalizedMessage, and what else its reason asks for
//! (google.rpc error model). The message is constant per reason. Nothing here ever holds an
//! account number, a card number, a beneficiary or a text of the database; what a confidential
//! freeze is about stays out of the details without the scope, and out of the customer's line
//! always.

mod details;
mod rule;
#[cfg(test)]
mod tests;
mod transport;
mod violations;

use prost::Message as _;
use tonic::Status;
use tonic_types::StatusExt;

pub(crate) use details::told;
pub(crate) use rule::code_name;
pub(crate) use transport::{is_bare, rebuilt};
pub(crate) use violations::Violations;

use super::caller::Audience;
use crate::domain::refusal::{Reason, Refusal, Refused};
use crate::{ask, ledger, text};

/// The domain of every ErrorInfo.
pub(crate) const DOMAIN: &str = "accountstatus.v1";

/// Why a call has no answer.
#[derive(Debug)]
pub(crate) enum Failure {
    /// A rule said no, or the service cannot serve now.
    Refused(Refused),
    /// Fields are missing or malformed.
    Fields(Violations),
}

impl Failure {
    /// The reason that the answer gives.
    pub(crate) fn reason(&self) -> Reason {
        match self {
            Self::Refused(refused) => refused.reason(),
            Self::Fields(_) => Reason::InvalidRequest,
        }
    }

    /// The same of an item that stands under this path in its request.
    pub(crate) fn under(self, path: &str) -> Self {
        match self {
            Self::Refused(refused) => Self::Refused(refused),
            Self::Fields(violations) => Self::Fields(violations.under(path)),
        }
    }

    /// The failure in the words of its reader.
    pub(crate) fn status(&self, audience: &Audience<'_>) -> Status {
        let reason = self.reason();
        let details = match self {
            Self::Refused(refused) => details::of_refused(refused, audience),
            Self::Fields(violations) => details::of_fields(violations, audience),
        };
        Status::with_error_details(rule::of(reason).code, text::reason_message(reason), details)
    }

    /// The same as a message, for one item of a batch: what the call for that item alone would
    /// carry in its trailers.
    pub(crate) fn item(&self, audience: &Audience<'_>) -> tonic_types::Status {
        let status = self.status(audience);
        tonic_types::Status::decode(status.details()).expect("the details were encoded just now")
    }
}

impl From<Reason> for Failure {
    fn from(reason: Reason) -> Self {
        Self::Refused(reason.into())
    }
}

impl From<Refused> for Failure {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Violations> for Failure {
    fn from(violations: Violations) -> Self {
        Self::Fields(violations)
    }
}

impl From<ledger::Failure> for Failure {
    fn from(failure: ledger::Failure) -> Self {
        match failure {
            ledger::Failure::Refused(refused) => Self::Refused(refused),
            ledger::Failure::Overloaded => Reason::Overloaded.into(),
            ledger::Failure::DeadlineExceeded => Reason::DeadlineExceeded.into(),
            ledger::Failure::Unavailable => Reason::Unavailable.into(),
            ledger::Failure::Conflict => Reason::Conflict.into(),
            ledger::Failure::Internal => Reason::Internal.into(),
        }
    }
}

impl From<ask::Failure> for Failure {
    fn from(failure: ask::Failure) -> Self {
        match failure {
            ask::Failure::NotFound(reason) => reason.into(),
            ask::Failure::Unavailable => Reason::Unavailable.into(),
            ask::Failure::Internal => Reason::Internal.into(),
        }
    }
}

impl From<ask::past::Failure> for Failure {
    fn from(failure: ask::past::Failure) -> Self {
        match failure {
            ask::past::Failure::Future => {
                let mut violations = Violations::new();
                violations.add("as_of", "lies in the future");
                violations.into()
            }
            ask::past::Failure::Read(failure) => failure.into(),
        }
    }
}
