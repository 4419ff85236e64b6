//! The table of reasons: which gRPC code each has and what its details carry.

use std::time::Duration;

use tonic::Code;

use crate::domain::refusal::Reason;

/// How long to wait when somebody else was faster.
const AGAIN_SOON: Duration = Duration::from_millis(100);
/// How long to wait when the server has too much to do.
const WHEN_LESS_BUSY: Duration = Duration::from_secs(1);
/// How long to wait when the database is away or another replica has to take over.
const WHEN_BACK: Duration = Duration::from_secs(2);

/// What a reason's details carry beside ErrorInfo and LocalizedMessage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extra {
    /// Nothing.
    None,
    /// BadRequest: every violation.
    BadRequest,
    /// ResourceInfo: what kind of thing was not found.
    Resource(&'static str),
    /// PreconditionFailure: one violation for each reason that holds.
    Precondition,
    /// PreconditionFailure, and QuotaFailure with the limit.
    Quota,
    /// RetryInfo: how long to wait.
    Retry(Duration),
    /// RequestInfo: what to report.
    Request,
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rule {
    /// The gRPC code.
    pub(super) code: Code,
    /// The details.
    pub(super) extra: Extra,
}

const fn row(code: Code, extra: Extra) -> Rule {
    Rule { code, extra }
}

const PRECONDITION: Rule = row(Code::FailedPrecondition, Extra::Precondition);

const fn not_found(what: &'static str) -> Rule {
    row(Code::NotFound, Extra::Resource(what))
}

/// A reason's row.
pub(super) const fn of(reason: Reason) -> Rule {
    match reason {
        Reason::Unauthenticated => row(Code::Unauthenticated, Extra::None),
        Reason::InvalidRequest => row(Code::InvalidArgument, Extra::BadRequest),
        Reason::PermissionDenied => row(Code::PermissionDenied, Extra::None),
        Reason::RequestIdReused
        | Reason::AccountExists
        | Reason::TransactionExists
        | Reason::CardExists => row(Code::AlreadyExists, Extra::None),
        Reason::AccountNotFound => not_found("accountstatus.v1/Account"),
        Reason::CardNotFound => not_found("accountstatus.v1/Card"),
        Reason::FreezeNotFound => not_found("accountstatus.v1/FreezeRecord"),
        Reason::WithdrawalNotFound => not_found("accountstatus.v1/Withdrawal"),
        Reason::ObjectionNotFound => not_found("accountstatus.v1/Objection"),
        Reason::ChannelNotFound => not_found("accountstatus.v1/Channel"),
        Reason::CaseNotFound => not_found("accountstatus.v1/WithdrawalCase"),
        Reason::SuspenseNotFound => not_found("accountstatus.v1/SuspenseItem"),
        Reason::ApprovalNotFound => not_found("accountstatus.v1/Approval"),
        Reason::EtagMismatch | Reason::Conflict => row(Code::Aborted, Extra::Retry(AGAIN_SOON)),
        Reason::CurrencyMismatch
        | Reason::AccountClosed
        | Reason::AccountOpenFailed
        | Reason::AccountOpening
        | Reason::AccountFrozen
        | Reason::AccountLost
        | Reason::AccountStopPay
        | Reason::AccountSuspicious
        | Reason::AccountInfoExpired
        | Reason::AccountDormant
        | Reason::AccountRestricted
        | Reason::ActionNotApplicable
        | Reason::CloseBlocked
        | Reason::WithdrawalNotCancellable
        | Reason::FreezeNotInForce
        | Reason::FundsAlreadyFrozen
        | Reason::OrganWithoutPower
        | Reason::TermTooLong
        | Reason::ProtectedFunds
        | Reason::StopRepeated
        | Reason::NotThisAuthority
        | Reason::OutOfTurn
        | Reason::ApproverIsProposer
        | Reason::ApprovalDecided
        | Reason::ApprovalStale
        | Reason::InsufficientAvailableFunds => PRECONDITION,
        Reason::LimitExceeded => row(Code::FailedPrecondition, Extra::Quota),
        Reason::RateLimited | Reason::Overloaded => {
            row(Code::ResourceExhausted, Extra::Retry(WHEN_LESS_BUSY))
        }
        Reason::DeadlineExceeded => row(Code::DeadlineExceeded, Extra::None),
        Reason::Unavailable => row(Code::Unavailable, Extra::Retry(WHEN_BACK)),
        Reason::Unimplemented => row(Code::Unimplemented, Extra::None),
        Reason::MessageTooLarge => row(Code::OutOfRange, Extra::None),
        Reason::Internal => row(Code::Internal, Extra::Request),
    }
}

/// A code's name as the gRPC documents write it, for logs.
pub(crate) const fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}
