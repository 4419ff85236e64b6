//! The displayed status of an account and what it is derived from: the lifecycle and the
//! conditions in force. Nobody sets a status by hand; [`displayed`] derives it.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

/// The one status that an account shows, in code order (`00` to `10`).
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
pub enum AccountStatus {
    /// 00: money comes in and goes out.
    Normal,
    /// 01: at least one judicial or bank freeze is in force.
    Frozen,
    /// 02: payments are stopped by an order.
    #[strum(serialize = "STOPPAY")]
    #[serde(rename = "STOPPAY")]
    StopPay,
    /// 03: the account's medium is reported lost.
    Lost,
    /// 04: the opening is under review.
    Opening,
    /// 05: the opening was declined and may be resubmitted.
    OpenFailed,
    /// 06: identity details ran out, are incomplete or unverified.
    InfoExpired,
    /// 07: unused for long.
    Dormant,
    /// 08: activity has to be confirmed with the holder.
    Suspicious,
    /// 09: amounts, counts or channels are limited.
    Restricted,
    /// 10: closed for good.
    Closed,
}

impl AccountStatus {
    /// The two-digit code, `"00"` to `"10"`, as bank tables keep it.
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "00",
            Self::Frozen => "01",
            Self::StopPay => "02",
            Self::Lost => "03",
            Self::Opening => "04",
            Self::OpenFailed => "05",
            Self::InfoExpired => "06",
            Self::Dormant => "07",
            Self::Suspicious => "08",
            Self::Restricted => "09",
            Self::Closed => "10",
        }
    }

    /// The status with this two-digit code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::VARIANTS.iter().copied().find(|status| status.code() == code)
    }

    /// The name as services see it, such as `INFO_EXPIRED`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The exclusive stage of an account's life.
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
pub enum Lifecycle {
    /// Applied for; checks are not complete.
    Opening,
    /// Declined; may be resubmitted.
    OpenFailed,
    /// In use.
    Open,
    /// Terminal.
    Closed,
}

/// What kind of condition holds on an account. `Frozen` and `Lost` are derived from freezes in
/// force and never stored as condition rows.
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
pub enum ConditionKind {
    /// Why an opening is not finished; only beside the lifecycles `OPENING` and `OPEN_FAILED`.
    Opening,
    /// A judicial or bank freeze.
    Frozen,
    /// A customer freeze: the loss of the account's medium.
    Lost,
    /// A stop order.
    #[strum(serialize = "STOPPAY")]
    #[serde(rename = "STOPPAY")]
    StopPay,
    /// Due diligence is under way.
    Suspicious,
    /// Identity details are out of date, incomplete or unverified.
    InfoExpired,
    /// Unused for long.
    Dormant,
    /// Limited by amount, channel or list.
    Restricted,
}

/// Why a condition holds. Texts and solutions hang on the cause, never on the status alone.
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
pub enum Cause {
    /// The identity document ran out, notice and grace are over.
    IdentityExpired,
    /// Identity details are missing.
    IdentityIncomplete,
    /// Identity was not verified.
    IdentityNotVerified,
    /// The bank's own risk measure.
    RiskFreeze,
    /// An anti-money-laundering measure; never explained to the customer.
    AmlMeasure,
    /// A court's freeze.
    JudicialCourt,
    /// A criminal investigator's freeze.
    JudicialCriminal,
    /// Another authority's freeze.
    JudicialOther,
    /// A tax preservation.
    AdminTax,
    /// A freeze that waits behind an earlier one.
    FreezeWaiting,
    /// Loss reported by phone; lapses.
    LossOral,
    /// Loss confirmed in writing.
    LossWritten,
    /// Loss reported by the bank for the customer.
    LossByBank,
    /// Stop order of the police fraud platform.
    StopFraud,
    /// Stop order for overdue debts to the bank.
    StopArrears,
    /// Customs suspends the payment of an amount equal to the tax.
    StopCustoms,
    /// No customer-initiated transaction for long.
    DormantNoUse,
    /// Low balance and unused.
    DormantLowBalance,
    /// An organisation's account without receipts or payments for a year.
    DormantOrganisation,
    /// Opening checks are under way.
    OpeningInReview,
    /// Items are missing from the application.
    OpeningIncomplete,
    /// Identity could not be verified at opening.
    OpeningNotVerified,
    /// The applicant did not come in person.
    OpeningNotInPerson,
    /// The customer holds as many accounts or cards as allowed.
    OpeningTooMany,
    /// A limit is used up; the limit refuses, not the condition.
    LimitReached,
    /// Non-counter channels are suspended.
    NonCounterSuspended,
    /// Limited by a list or joint punishment.
    RestrictedByList,
    /// Activity fits a suspicious pattern.
    SuspiciousPattern,
    /// The account is closed.
    Closed,
}

impl Cause {
    /// The name as services see it, such as `LOSS_ORAL`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What a RESTRICTED condition restricts.
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
pub enum Restriction {
    /// Non-counter channels are suspended.
    NonCounter,
    /// Each debit may be at most an amount.
    Amount,
    /// No debit by the customer.
    NoDebit,
    /// A limit is used up; the limit itself refuses.
    Limit,
}

impl ConditionKind {
    /// The status that this condition shows when nothing more severe holds.
    pub fn status(self) -> AccountStatus {
        match self {
            Self::Opening => AccountStatus::Opening,
            Self::Frozen => AccountStatus::Frozen,
            Self::Lost => AccountStatus::Lost,
            Self::StopPay => AccountStatus::StopPay,
            Self::Suspicious => AccountStatus::Suspicious,
            Self::InfoExpired => AccountStatus::InfoExpired,
            Self::Dormant => AccountStatus::Dormant,
            Self::Restricted => AccountStatus::Restricted,
        }
    }
}

/// From the most to the least severe; the first that holds is displayed.
pub const SEVERITY: [AccountStatus; 11] = [
    AccountStatus::Closed,
    AccountStatus::OpenFailed,
    AccountStatus::Opening,
    AccountStatus::Frozen,
    AccountStatus::Lost,
    AccountStatus::StopPay,
    AccountStatus::Suspicious,
    AccountStatus::InfoExpired,
    AccountStatus::Dormant,
    AccountStatus::Restricted,
    AccountStatus::Normal,
];

/// The displayed status: the most severe of the lifecycle and the conditions in force.
pub fn displayed(
    lifecycle: Lifecycle,
    conditions: impl IntoIterator<Item = ConditionKind>,
) -> AccountStatus {
    let of_lifecycle = match lifecycle {
        Lifecycle::Closed => AccountStatus::Closed,
        Lifecycle::OpenFailed => AccountStatus::OpenFailed,
        Lifecycle::Opening => AccountStatus::Opening,
        Lifecycle::Open => AccountStatus::Normal,
    };
    conditions.into_iter().map(ConditionKind::status).fold(of_lifecycle, more_severe)
}

fn more_severe(one: AccountStatus, other: AccountStatus) -> AccountStatus {
    SEVERITY.into_iter().find(|status| *status == one || *status == other).unwrap_or(one)
}
