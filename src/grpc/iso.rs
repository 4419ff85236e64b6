//! What other systems call an answer: ISO 20022 external status reasons and ISO 8583 response
//! codes (field 39, 1987 set).
//!
//! Two tables as data. ISO 20022: ExternalStatusReason1Code. LEGL and FRAD are not in it, they
//! reject and request cancellations. ISO 8583: 36 is never sent, because it tells a terminal to
//! keep the card. A confidential freeze looks like any blocked account in both.

use crate::domain::account::Account;
use crate::domain::condition::Condition;
use crate::domain::freeze::{Disclosure, Freeze, FreezeMode};
use crate::domain::pass::{self, Answer, Movement, Operation, Presence, Row, Standing};
use crate::domain::refusal::{Fact, Reason, Refusal};
use crate::domain::status::{AccountStatus, Cause, SEVERITY};

/// The codes of an account's answers now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Codes {
    /// ISO 20022, a customer debit; empty when it passes.
    pub(super) debit: &'static str,
    /// ISO 20022, a credit; empty when it passes.
    pub(super) credit: &'static str,
    /// ISO 8583, a customer debit; `00` when it passes.
    pub(super) response: &'static str,
}

/// What ISO 8583 answers when a debit passes.
const APPROVED: &str = "00";

/// What stands in the way of an operation, as the tables below know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Block {
    /// A row of the what-may-pass table.
    Row(Row),
    /// A freeze of an amount that leaves nothing.
    FrozenMoney,
    /// A confidential freeze.
    Confidential,
    /// A list or joint punishment.
    ByList,
    /// Money that is not there.
    Short,
    /// A limit of how many.
    Count,
    /// An amount in another currency.
    Currency,
    /// A transaction that is there already.
    Duplicate,
    /// An amount for which the balance has no room.
    TooLarge,
    /// An account that something keeps open.
    NotEmpty,
}

/// The table of customer debits: ISO 20022, then ISO 8583.
const fn debit(block: Block) -> (&'static str, &'static str) {
    match block {
        Block::Row(Row::Open) => ("", APPROVED),
        Block::Row(Row::Closed) => ("AC05", "14"),
        Block::Row(Row::Opening) => ("AG01", "57"),
        Block::Row(Row::FrozenAmount | Row::FrozenWhole | Row::FrozenTwoWay)
        | Block::Confidential => ("AC06", "62"),
        Block::FrozenMoney => ("AM07", "51"),
        Block::Row(Row::Lost) => ("AC06", "41"),
        Block::Row(
            Row::StopFraudOrCustoms
            | Row::StopArrears
            | Row::StopAmountFraudOrCustoms
            | Row::StopAmountArrears,
        ) => ("AC06", "62"),
        Block::Row(Row::Suspicious) => ("AC06", "59"),
        Block::Row(Row::InfoExpired) => ("NOCM", "57"),
        Block::Row(Row::Dormant | Row::NonCounter) => ("AG01", "57"),
        Block::Row(Row::LimitReached | Row::AmountPerDebit) => ("AM14", "61"),
        Block::Row(Row::NoDebit) => ("AG01", "57"),
        Block::ByList => ("RR04", "62"),
        Block::Short => ("AM04", "51"),
        Block::Count => ("AM14", "65"),
        Block::Currency => ("CURR", "12"),
        Block::Duplicate => ("AM05", "94"),
        Block::TooLarge => ("AM02", "13"),
        Block::NotEmpty => ("AG01", "57"),
    }
}

/// The table of credits: ISO 20022.
const fn credit(block: Block) -> &'static str {
    match block {
        Block::Row(Row::Closed) => "AC07",
        Block::Row(Row::Opening) => "AG01",
        Block::Row(Row::FrozenTwoWay) | Block::Confidential => "AC06",
        Block::Currency | Block::Duplicate | Block::TooLarge => debit(block).0,
        Block::Row(_)
        | Block::FrozenMoney
        | Block::ByList
        | Block::Short
        | Block::Count
        | Block::NotEmpty => "",
    }
}

/// The codes of a movement that was refused, ISO 20022 and ISO 8583; `None` for what refuses no
/// movement. Those of the first reason; of several freezes one of the whole account speaks.
pub(super) fn of_refusals(refusals: &[Refusal]) -> Option<(&'static str, &'static str)> {
    let first = refusals.first()?;
    let same = refusals.iter().filter(|refusal| refusal.reason == first.reason);
    let block = same.filter_map(of_refusal).min_by_key(|block| *block == Block::FrozenMoney)?;
    let (iso20022, response) = debit(block);
    let incoming = match operation(first) {
        Some(Operation::Credit | Operation::Return | Operation::Interest) => credit(block),
        Some(_) | None => "",
    };
    Some((if incoming.is_empty() { iso20022 } else { incoming }, response))
}

/// The codes of an operation that was asked about; approved when nothing stands in its way.
pub(super) fn of_operation(refusals: &[Refusal]) -> (&'static str, &'static str) {
    if refusals.is_empty() {
        return ("", APPROVED);
    }
    of_refusals(refusals).expect("whatever refuses a movement has codes")
}

fn operation(refusal: &Refusal) -> Option<Operation> {
    refusal.facts.get(&Fact::Operation).and_then(|name| name.parse().ok())
}

/// What a refusal of a movement is in the tables.
fn of_refusal(refusal: &Refusal) -> Option<Block> {
    let said = |fact: Fact| refusal.facts.contains_key(&fact);
    let block = match refusal.reason {
        Reason::CurrencyMismatch => Block::Currency,
        Reason::TransactionExists => Block::Duplicate,
        Reason::LimitExceeded if said(Fact::CurrencyCode) => Block::Row(Row::LimitReached),
        Reason::LimitExceeded => Block::Count,
        // The only action that is asked about, and closed the only state in which it doesn't apply.
        Reason::AccountClosed | Reason::ActionNotApplicable => Block::Row(Row::Closed),
        Reason::AccountOpenFailed | Reason::AccountOpening => Block::Row(Row::Opening),
        Reason::AccountFrozen => of_frozen(refusal),
        Reason::AccountLost => Block::Row(Row::Lost),
        Reason::AccountStopPay => Block::Row(Row::StopFraudOrCustoms),
        Reason::AccountSuspicious => Block::Row(Row::Suspicious),
        Reason::AccountInfoExpired => Block::Row(Row::InfoExpired),
        Reason::AccountDormant => Block::Row(Row::Dormant),
        Reason::AccountRestricted if refusal.cause == Some(Cause::RestrictedByList) => {
            Block::ByList
        }
        Reason::AccountRestricted if said(Fact::Amount) => Block::Row(Row::AmountPerDebit),
        Reason::AccountRestricted => Block::Row(Row::NoDebit),
        Reason::InsufficientAvailableFunds => Block::Short,
        Reason::InvalidRequest => Block::TooLarge,
        Reason::CloseBlocked => Block::NotEmpty,
        Reason::Unauthenticated
        | Reason::PermissionDenied
        | Reason::RequestIdReused
        | Reason::AccountNotFound
        | Reason::CardNotFound
        | Reason::FreezeNotFound
        | Reason::WithdrawalNotFound
        | Reason::ApprovalNotFound
        | Reason::ObjectionNotFound
        | Reason::ChannelNotFound
        | Reason::CaseNotFound
        | Reason::SuspenseNotFound
        | Reason::EtagMismatch
        | Reason::AccountExists
        | Reason::CardExists
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
        | Reason::RateLimited
        | Reason::Overloaded
        | Reason::Conflict
        | Reason::DeadlineExceeded
        | Reason::Unavailable
        | Reason::Unimplemented
        | Reason::MessageTooLarge
        | Reason::Internal => return None,
    };
    // Other acts are refused for the same reasons, too; those are no movements.
    said(Fact::Operation).then_some(block)
}

fn of_frozen(refusal: &Refusal) -> Block {
    let mode = refusal.facts.get(&Fact::FreezeMode).and_then(|name| name.parse().ok());
    match (refusal.disclosure, mode) {
        (Disclosure::Confidential, _) => Block::Confidential,
        (Disclosure::Open, Some(FreezeMode::Amount)) => Block::FrozenMoney,
        (Disclosure::Open, Some(FreezeMode::TwoWay)) => Block::Row(Row::FrozenTwoWay),
        (Disclosure::Open, Some(FreezeMode::Whole) | None) => Block::Row(Row::FrozenWhole),
    }
}

/// The codes of an account; `debit_operation` is the customer's debit through the call's channel.
pub(super) fn codes(account: &Account, debit_operation: Operation) -> Codes {
    let debited = block(account, debit_operation);
    let credited = block(account, Operation::Credit);
    let (debit, response) = debited.map_or(("", APPROVED), debit);
    Codes { debit, credit: credited.map_or("", credit), response }
}

/// The most severe of what stands in the way of the smallest amount. Where nothing does but that
/// there is no money, and a freeze would keep any that came, it is the money that is short: frozen
/// is only what is there.
fn block(account: &Account, operation: Operation) -> Option<Block> {
    let stops = |row: Row| match pass::cell(row, operation) {
        Answer::No | Answer::Suspense => true,
        // A used-up limit lets the table pass and refuses by itself.
        Answer::Yes => row == Row::LimitReached && operation != Operation::Credit,
        // What a freeze keeps is asked of the freezes below.
        Answer::Unfrozen | Answer::Limited | Answer::CounterOnly | Answer::Identified => false,
    };
    let lifecycle = pass::row_of_lifecycle(account.balance.lifecycle);
    if stops(lifecycle) {
        return Some(Block::Row(lifecycle));
    }
    let smallest = Movement { operation, amount: 1, presence: Presence::Elsewhere };
    let freezes = pass::freezes_in_the_way(account, smallest);
    let freezes = freezes
        .into_iter()
        .map(|(freeze, row)| (freeze.condition_kind().status(), of_freeze(freeze, row)));
    let conditions = account.conditions.iter().filter(|row| row.in_force()).filter_map(|found| {
        let spent = pass::leaves_nothing(account, found, operation);
        let row = Some(pass::row_of_condition(found)).filter(|row| spent || stops(*row))?;
        Some((found.kind.status(), of_condition(found, row)))
    });
    let found = freezes.chain(conditions).min_by_key(|(status, block)| rank(*status, *block));
    let short = || (pass::standing(account, operation) == Standing::No).then_some(Block::Short);
    found.map(|(_, block)| block).or_else(short)
}

/// By severity; of freezes those of the whole account before those of an amount.
fn rank(status: AccountStatus, block: Block) -> (Option<usize>, bool) {
    let severity = SEVERITY.iter().position(|known| *known == status);
    (severity, block == Block::FrozenMoney)
}

fn of_freeze(freeze: &Freeze, row: Row) -> Block {
    match (freeze.disclosure, row) {
        (Disclosure::Confidential, _) => Block::Confidential,
        (Disclosure::Open, Row::FrozenAmount) => Block::FrozenMoney,
        (Disclosure::Open, row) => Block::Row(row),
    }
}

fn of_condition(condition: &Condition, row: Row) -> Block {
    if condition.cause == Cause::RestrictedByList { Block::ByList } else { Block::Row(row) }
}

#[cfg(test)]
mod tests;
