//! The action table: which status action applies to which account, with which causes, under which
//! scope, and whether a second person is needed. Data; `act/change_status.rs` carries it out.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::account::Account;
use super::principal::Scope;
use super::status::{Cause, ConditionKind, Lifecycle};

/// An action of bank staff, or of a sweep, on the status of an account.
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
pub enum Action {
    /// The review passed.
    CompleteOpening,
    /// The review failed.
    RejectOpening,
    /// The applicant supplied what was missing.
    ResubmitOpening,
    /// Identity details have to be completed or verified.
    RequireVerification,
    /// The customer or the bank reports the medium lost.
    ReportLoss,
    /// The loss is confirmed in writing.
    ConfirmLoss,
    /// The medium was found.
    WithdrawLoss,
    /// A new medium was issued.
    ReplaceMedium,
    /// A stop order arrives.
    StopPayment,
    /// A stop order is lifted.
    ResumePayment,
    /// The customer uses a dormant account again.
    Reactivate,
    /// The account is unused.
    MarkDormant,
    /// Activity has to be confirmed.
    MarkSuspicious,
    /// Due diligence is closed as clean.
    ClearSuspicion,
    /// Amounts, channels or debits are restricted.
    Restrict,
    /// A restriction is lifted.
    LiftRestriction,
    /// The account is closed.
    Close,
}

/// Whether an action needs a second person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondPerson {
    /// It takes effect at once.
    No,
    /// A second person approves.
    Yes,
    /// A second person approves, unless a control system sent it, or the debt behind it is paid.
    UnlessSettled,
}

/// What an action needs to hold on the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Only the lifecycle.
    Lifecycle,
    /// A condition of this kind in force.
    Condition(ConditionKind),
}

/// One row of the action table.
#[derive(Debug, Clone, Copy)]
pub struct ActionRule {
    /// The action.
    pub action: Action,
    /// The lifecycles in which it applies.
    pub lifecycles: &'static [Lifecycle],
    /// What else has to hold.
    pub needs: Needs,
    /// The causes it may set; empty = it sets none.
    pub causes: &'static [Cause],
    /// Whether a second person is needed.
    pub second_person: SecondPerson,
    /// The scope of the principal.
    pub scope: Scope,
}

const OPEN: &[Lifecycle] = &[Lifecycle::Open];

const fn rule(action: Action, lifecycles: &'static [Lifecycle], scope: Scope) -> ActionRule {
    ActionRule {
        action,
        lifecycles,
        needs: Needs::Lifecycle,
        causes: &[],
        second_person: SecondPerson::No,
        scope,
    }
}

const fn on(action: Action, kind: ConditionKind, scope: Scope) -> ActionRule {
    ActionRule { needs: Needs::Condition(kind), ..rule(action, OPEN, scope) }
}

/// The table, in the order of [`Action`].
pub const ACTIONS: [ActionRule; 17] = {
    use Action as A;
    use Lifecycle as L;
    use Scope::{AccountWrite, CounterWrite, RiskWrite};
    [
        ActionRule {
            second_person: SecondPerson::Yes,
            ..rule(A::CompleteOpening, &[L::Opening], AccountWrite)
        },
        ActionRule {
            causes: &[
                Cause::OpeningIncomplete,
                Cause::OpeningNotVerified,
                Cause::OpeningNotInPerson,
                Cause::OpeningTooMany,
            ],
            ..rule(A::RejectOpening, &[L::Opening], AccountWrite)
        },
        rule(A::ResubmitOpening, &[L::OpenFailed], AccountWrite),
        ActionRule {
            causes: &[Cause::IdentityIncomplete, Cause::IdentityNotVerified],
            ..rule(A::RequireVerification, OPEN, AccountWrite)
        },
        ActionRule {
            causes: &[Cause::LossOral, Cause::LossWritten, Cause::LossByBank],
            ..rule(A::ReportLoss, OPEN, CounterWrite)
        },
        on(A::ConfirmLoss, ConditionKind::Lost, CounterWrite),
        on(A::WithdrawLoss, ConditionKind::Lost, CounterWrite),
        on(A::ReplaceMedium, ConditionKind::Lost, CounterWrite),
        ActionRule {
            causes: &[Cause::StopFraud, Cause::StopArrears, Cause::StopCustoms],
            ..rule(A::StopPayment, OPEN, RiskWrite)
        },
        ActionRule {
            second_person: SecondPerson::UnlessSettled,
            ..on(A::ResumePayment, ConditionKind::StopPay, RiskWrite)
        },
        on(A::Reactivate, ConditionKind::Dormant, CounterWrite),
        ActionRule {
            causes: &[Cause::DormantNoUse, Cause::DormantLowBalance, Cause::DormantOrganisation],
            ..rule(A::MarkDormant, OPEN, AccountWrite)
        },
        ActionRule {
            causes: &[Cause::SuspiciousPattern],
            ..rule(A::MarkSuspicious, OPEN, RiskWrite)
        },
        ActionRule {
            second_person: SecondPerson::Yes,
            ..on(A::ClearSuspicion, ConditionKind::Suspicious, RiskWrite)
        },
        ActionRule {
            causes: &[Cause::NonCounterSuspended, Cause::RestrictedByList],
            ..rule(A::Restrict, OPEN, RiskWrite)
        },
        ActionRule {
            second_person: SecondPerson::Yes,
            ..on(A::LiftRestriction, ConditionKind::Restricted, RiskWrite)
        },
        ActionRule {
            second_person: SecondPerson::Yes,
            ..rule(A::Close, &[L::Open, L::Opening, L::OpenFailed], AccountWrite)
        },
    ]
};

impl Action {
    /// The action's row.
    pub fn rule(self) -> &'static ActionRule {
        ACTIONS.iter().find(|row| row.action == self).expect("the table has a row for each action")
    }

    /// The name on the wire, such as `REPORT_LOSS`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl ActionRule {
    /// Whether the action applies to the account as it is. Which row it acts on, and what it sets,
    /// is checked where it is carried out.
    pub fn applies(&self, account: &Account) -> bool {
        let needed = match self.needs {
            Needs::Lifecycle => true,
            Needs::Condition(kind) => account.has(kind),
        };
        needed && self.lifecycles.contains(&account.balance.lifecycle)
    }
}
