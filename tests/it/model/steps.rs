//! Steps. A step names accounts, freezes, withdrawals and earlier calls by counting, so that any
//! part of a sequence is a sequence, and shrinking just leaves steps out.

use account_status::pb::v1::*;

/// One thing that happens.
#[derive(Debug, Clone)]
pub(super) enum Step {
    Wait(Pause),
    Call(Head, Deed),
    /// An earlier call comes again, counted from the last one.
    Again {
        back: usize,
        validate_only: bool,
    },
}

/// Time that passes.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pause {
    Micros(i64),
    Hours(i64),
    /// To the next end on an account, this many microseconds before or after.
    ToEnd {
        account: usize,
        micros: i64,
    },
    /// To where the refusal of an earlier call is forgotten, likewise.
    ToForgetting {
        back: usize,
        micros: i64,
    },
}

/// What calls have in common.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    pub(super) account: usize,
    pub(super) by: usize,
    pub(super) counter: bool,
    pub(super) etag: Etag,
    pub(super) validate_only: bool,
    /// The request id of an earlier call, counted from the last one; else a fresh one.
    pub(super) id_of: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Etag {
    None,
    Current,
    Stale,
}

/// An amount: yuan, or what makes the edge.
#[derive(Debug, Clone, Copy)]
pub(super) enum Amount {
    Yuan(i64),
    Dollars(i64),
    /// All that is available, and so many fen.
    Available(i64),
    /// The whole balance.
    Balance,
    /// What an amount freeze claims, and so many fen.
    Claim(i64),
}

/// When a row or freeze ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum End {
    Unsaid,
    InHours(i64),
    Term(u32, TermUnit),
}

/// Who lifts a freeze.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lifter {
    WhoOrdered,
    Superior,
    Stranger,
    Bank,
}

/// How much is lifted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Lift {
    Whole,
    Part(Amount),
    Remaining(Amount),
}

/// A freeze.
#[derive(Debug, Clone, Copy)]
pub(super) struct Paper {
    pub(super) kind: AuthorityKind,
    /// Which of a kind's authorities.
    pub(super) court: usize,
    /// A court's order that preserves has to state its amount.
    pub(super) preserves: bool,
    pub(super) served_hours_ago: Option<i64>,
    pub(super) mode: FreezeMode,
    pub(super) amount: Amount,
    pub(super) exempt: Option<Amount>,
    pub(super) end: End,
    pub(super) confidential: bool,
    pub(super) emergency: bool,
    pub(super) for_its_purpose: bool,
    pub(super) served_by: Service,
}

/// How a paper reaches the bank.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Service {
    /// By two officers, with a notice.
    Officers,
    /// Of courts and police by their systems, which need neither.
    System,
    OneOfficer,
    WithoutBadge,
    WithoutNotice,
}

/// A posting.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) id: usize,
    pub(super) mode: TransactionMode,
    pub(super) direction: Direction,
    pub(super) amount: Amount,
    pub(super) kind: TransactionType,
    pub(super) initiator: Initiator,
    pub(super) purpose: Purpose,
    pub(super) identified: bool,
}

/// What is asked for.
#[derive(Debug, Clone)]
pub(super) enum Deed {
    Open,
    Act {
        action: StatusAction,
        cause: usize,
        row: Option<usize>,
        identified: bool,
    },
    Stop {
        cause: Cause,
        case: usize,
        amount: Option<Amount>,
        end: End,
    },
    Restrict {
        restriction: Restriction,
        amount: Option<Amount>,
        end: End,
    },
    Freeze(Paper),
    Release {
        which: usize,
        lift: Lift,
        by: Lifter,
        ground: bool,
        served_by: Service,
    },
    Protect(ProtectedKind),
    Record(Entry),
    Withdraw {
        amount: Amount,
        purpose: Purpose,
    },
    /// One of the open ones, or any.
    Cancel {
        which: usize,
        open: bool,
    },
}
