//! The what-may-pass table itself: conditions down, operations across, one letter a cell.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// What a movement of money is, as the table's columns know it.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Operation {
    /// The customer pays at the counter.
    CustomerDebitCounter,
    /// The customer pays through any other channel.
    CustomerDebitNonCounter,
    /// The customer pays elsewhere than at the counter for an exempt purpose.
    CustomerDebitExempt,
    /// The bank debits: fee, loan, correction, collection.
    BankDebit,
    /// An authority takes money under its freeze.
    JudicialDeduction,
    /// Money comes in.
    Credit,
    /// A payment comes back.
    Return,
    /// The bank pays interest.
    Interest,
    /// The account is closed.
    Close,
}

/// One cell of the table. The order is the meet's: the least of several rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    /// N: no.
    No,
    /// S: refused when asked, booked to suspense when already a fact.
    Suspense,
    /// A: what no freeze controls.
    Unfrozen,
    /// L: within the amount.
    Limited,
    /// C: at the counter only.
    CounterOnly,
    /// Y if the customer is identified; reactivates.
    Identified,
    /// Y: yes.
    Yes,
}

/// One row of the table: a lifecycle, or a condition in one of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, VariantArray)]
pub enum Row {
    /// Closed.
    Closed,
    /// In opening, or declined.
    Opening,
    /// Open, nothing else.
    Open,
    /// A freeze of an amount.
    FrozenAmount,
    /// A freeze of the whole account that still receives.
    FrozenWhole,
    /// A freeze of the whole account in both directions.
    FrozenTwoWay,
    /// The medium is reported lost.
    Lost,
    /// A stop order for fraud or of customs.
    StopFraudOrCustoms,
    /// A stop order for arrears.
    StopArrears,
    /// A stop order with an amount, for fraud or of customs.
    StopAmountFraudOrCustoms,
    /// A stop order with an amount, for arrears.
    StopAmountArrears,
    /// Due diligence is under way.
    Suspicious,
    /// Identity details are out of date.
    InfoExpired,
    /// Dormant.
    Dormant,
    /// A limit is used up.
    LimitReached,
    /// Non-counter channels are suspended.
    NonCounter,
    /// An amount per debit.
    AmountPerDebit,
    /// No debit.
    NoDebit,
}

/// The table's cells of a row, in the order of [`Operation`]: debit at the counter, elsewhere,
/// elsewhere for an exempt purpose, by the bank, deduction, credit, return, interest, closing.
pub fn cells(row: Row) -> [Answer; 9] {
    use Answer::{CounterOnly as C, Identified as I, Limited as L, No as N};
    use Answer::{Suspense as S, Unfrozen as A, Yes as Y};
    match row {
        Row::Closed => [N, N, N, N, N, S, S, S, N],
        Row::Opening => [N, N, N, N, N, S, S, Y, Y],
        Row::Open => [Y, Y, Y, Y, Y, Y, Y, Y, Y],
        Row::FrozenAmount | Row::FrozenWhole => [A, A, A, A, Y, Y, Y, Y, N],
        Row::FrozenTwoWay => [N, N, N, N, Y, S, S, S, N],
        Row::Lost => [N, N, N, A, Y, Y, Y, Y, N],
        Row::StopFraudOrCustoms => [N, N, N, N, Y, Y, Y, Y, N],
        Row::StopArrears => [N, N, N, Y, Y, Y, Y, Y, N],
        Row::StopAmountFraudOrCustoms => [L, L, L, N, Y, Y, Y, Y, N],
        Row::StopAmountArrears => [L, L, L, Y, Y, Y, Y, Y, N],
        Row::Suspicious => [N, N, N, Y, Y, Y, Y, Y, N],
        Row::InfoExpired => [Y, N, Y, Y, Y, Y, Y, Y, C],
        Row::Dormant => [I, N, N, Y, Y, Y, Y, Y, C],
        Row::LimitReached => [Y, Y, Y, Y, Y, Y, Y, Y, Y],
        Row::NonCounter => [Y, N, Y, Y, Y, Y, Y, Y, C],
        Row::AmountPerDebit => [L, L, Y, Y, Y, Y, Y, Y, Y],
        Row::NoDebit => [N, N, N, Y, Y, Y, Y, Y, N],
    }
}

/// One cell.
pub fn cell(row: Row, operation: Operation) -> Answer {
    let [counter, elsewhere, exempt, bank, deduction, credit, back, interest, close] = cells(row);
    match operation {
        Operation::CustomerDebitCounter => counter,
        Operation::CustomerDebitNonCounter => elsewhere,
        Operation::CustomerDebitExempt => exempt,
        Operation::BankDebit => bank,
        Operation::JudicialDeduction => deduction,
        Operation::Credit => credit,
        Operation::Return => back,
        Operation::Interest => interest,
        Operation::Close => close,
    }
}
