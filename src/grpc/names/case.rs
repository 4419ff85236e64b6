//! The enums of cases and of what stands in suspense.

use super::Named;
use crate::domain::case::{
    CaseCause, CaseEntryKind, CasePhase, CaseResolution, CaseRole, CaseState, RootCause,
};
use crate::domain::suspense::{Clearing, Stray};
use crate::pb::v1;

named!(
    CaseCause = CaseCause {
        UnknownOutcome,
        NotArrived,
        Contradiction,
        Mismatch,
        LateSuccess,
        SecondSettlement,
        ReturnNotTaken,
        ManualDecision,
        NoChannel,
        MissingOnStatement,
        FactNotBooked,
        Objection,
    }
);
named!(CaseState = CaseState { Open, Waiting, Resolved, Closed });
named!(
    CaseRole = CaseRole { PayoutOperations, Reconciliation, Risk, CustomerService, DutyManager }
);
named!(
    CaseResolution = CaseResolution {
        ByItself,
        NoAction,
        Retry,
        NextChannel,
        MarkSettled,
        MarkFailed,
        WriteOff,
        Cleared,
        WriteToSuspense,
    }
);
named!(RootCause = RootCause { Network, Channel, PayeeBank, Customer, Ourselves, Funds, Other });
named!(CasePhase = CasePhase { Automatic, Remind, Manual, Analysis });
named!(
    CaseEntryKind = CaseEntryKind {
        Attempt,
        Evidence,
        Opened,
        Reminded,
        Acknowledged,
        Escalated,
        Assigned,
        Note,
        Consulted,
        Answered,
        Proposed,
        Resolved,
        Analysed,
        Declined,
    }
);
named!(
    Clearing =
        SuspenseClearing { CreditAccount, DebitAccount, SettledOutside, Offset, WriteOff, Dismiss }
);
named!(Stray = SuspenseSaid { UnknownKey, ForeignChannel });
