//! The enums that the contract and the domain share, pair by pair. Their names are the same on
//! both sides; both directions are exhaustive, so a value that only one side knows does not
//! compile.

use crate::domain::action::Action;
use crate::domain::approval::{ApprovalState, ApprovalStatus};
use crate::domain::card::{CardAction, CardState};
use crate::domain::freeze::kind::{AuthorityKind, LiftedBy};
use crate::domain::freeze::{
    EmergencyCause, FreezeActKind, FreezeMode, FreezeSource, FreezeStatus, FreezeType, ListGround,
};
use crate::domain::objection::{ObjectionOutcome, ObjectionParty};
use crate::domain::pass::Operation;
use crate::domain::payout::attempt::AttemptState;
use crate::domain::payout::evidence::{EvidenceEffect, SaidKind, Source};
use crate::domain::payout::tally::AmountBand;
use crate::domain::platform::PlatformAction;
use crate::domain::protection::ProtectedKind;
use crate::domain::review::HolderKind;
use crate::domain::statement::{DifferenceKind, ListedState};
use crate::domain::status::{AccountStatus, Cause, ConditionKind, Lifecycle, Restriction};
use crate::domain::terms::TermUnit;
use crate::domain::transaction::{
    Booking, Direction, EntryChannel, Initiator, Mode, Purpose, TransactionType,
};
use crate::domain::withdrawal::{BeneficiaryKind, HeldReason, State};
use crate::pb::v1;

/// A domain enum with its counterpart in the contract.
pub(crate) trait Named: Copy {
    /// The counterpart.
    type Wire: TryFrom<i32> + Into<i32>;

    /// The value as the contract has it.
    fn wire(self) -> Self::Wire;

    /// The value as the domain has it; `None` for UNSPECIFIED where the domain has no such value.
    fn domain(wire: Self::Wire) -> Option<Self>;

    /// The value as messages carry it.
    fn number(self) -> i32 {
        self.wire().into()
    }
}

macro_rules! named {
    ($domain:ident = $wire:ident { $($same:ident),* $(,)? } $($one:ident = $other:ident),*) => {
        impl Named for $domain {
            type Wire = v1::$wire;

            fn wire(self) -> v1::$wire {
                match self {
                    $(Self::$same => v1::$wire::$same,)*
                    $(Self::$one => v1::$wire::$other,)*
                }
            }

            fn domain(wire: v1::$wire) -> Option<Self> {
                match wire {
                    v1::$wire::Unspecified => None,
                    $(v1::$wire::$same => Some(Self::$same),)*
                    $(v1::$wire::$other => Some(Self::$one),)*
                }
            }
        }
    };
    ($domain:ident = $wire:ident or unspecified { $($same:ident),* $(,)? }) => {
        impl Named for $domain {
            type Wire = v1::$wire;

            fn wire(self) -> v1::$wire {
                match self {
                    Self::Unspecified => v1::$wire::Unspecified,
                    $(Self::$same => v1::$wire::$same,)*
                }
            }

            fn domain(wire: v1::$wire) -> Option<Self> {
                match wire {
                    v1::$wire::Unspecified => Some(Self::Unspecified),
                    $(v1::$wire::$same => Some(Self::$same),)*
                }
            }
        }
    };
}

mod case;
mod channel;

named!(HolderKind = HolderKind or unspecified { Person, Organisation });
named!(AccountStatus = AccountStatus {
    Normal, Frozen, Lost, Opening, OpenFailed, InfoExpired, Dormant, Suspicious, Restricted, Closed,
} StopPay = Stoppay);
named!(Lifecycle = Lifecycle { Opening, OpenFailed, Open, Closed });
named!(ConditionKind = Condition {
    Opening, Frozen, Lost, Suspicious, InfoExpired, Dormant, Restricted,
} StopPay = Stoppay);
named!(
    Cause = Cause {
        IdentityExpired,
        IdentityIncomplete,
        IdentityNotVerified,
        RiskFreeze,
        AmlMeasure,
        JudicialCourt,
        JudicialCriminal,
        JudicialOther,
        AdminTax,
        FreezeWaiting,
        LossOral,
        LossWritten,
        LossByBank,
        StopFraud,
        StopArrears,
        StopCustoms,
        DormantNoUse,
        DormantLowBalance,
        DormantOrganisation,
        OpeningInReview,
        OpeningIncomplete,
        OpeningNotVerified,
        OpeningNotInPerson,
        OpeningTooMany,
        LimitReached,
        NonCounterSuspended,
        RestrictedByList,
        SuspiciousPattern,
        Closed,
    }
);
named!(
    EmergencyCause =
        EmergencyCause { AccountTakeover, FraudInProgress, PaymentInError, SystemFault }
);
named!(ApprovalState = ApprovalState { Pending, Approved, Rejected, Expired, Withdrawn, Stale });
named!(Restriction = Restriction { NonCounter, Amount, NoDebit, Limit });
named!(
    Operation = Operation {
        CustomerDebitCounter,
        CustomerDebitNonCounter,
        CustomerDebitExempt,
        BankDebit,
        JudicialDeduction,
        Credit,
        Return,
        Interest,
        Close,
    }
);
named!(EntryChannel = EntryChannel or unspecified {
    Counter, App, Web, Phone, Api, ThirdParty, SelfService,
});
named!(Purpose = Purpose or unspecified {
    Transfer, Tax, SocialInsurance, Utilities, Medical, OwnNameTransfer, Payment, Other,
});
named!(
    Action = StatusAction {
        CompleteOpening,
        RejectOpening,
        ResubmitOpening,
        RequireVerification,
        ReportLoss,
        ConfirmLoss,
        WithdrawLoss,
        ReplaceMedium,
        StopPayment,
        ResumePayment,
        Reactivate,
        MarkDormant,
        MarkSuspicious,
        ClearSuspicion,
        Restrict,
        LiftRestriction,
        Close,
    }
);
named!(CardState = CardState { Valid, Lost, Replaced, Cancelled });
named!(PlatformAction = PlatformAction { Bind, Unbind });
named!(CardAction = CardAction { ReportLoss, WithdrawLoss, Replace, Cancel });
named!(ApprovalStatus = ApprovalStatus { NotRequired, Pending, Approved });
named!(FreezeType = FreezeType { Judicial, Bank, Customer });
named!(FreezeStatus = FreezeStatus { Active, Waiting, Released, Expired });
named!(FreezeMode = FreezeMode { Amount, Whole, TwoWay });
named!(FreezeSource = FreezeSource { CourtNetwork, PolicePlatform, Paper, Internal });
named!(ListGround = ListReleaseGround { Delisted, Mistaken, CompetentOrgan });
named!(
    ProtectedKind = ProtectedKind {
        Wages,
        SecuritiesClients,
        Clearing,
        FundSales,
        FuturesMargin,
        PaymentReserve,
        Treasury,
        SocialInsurance,
        LetterOfCredit
    }
);
named!(ObjectionParty = ObjectionParty { Holder, Bank });
named!(ObjectionOutcome = ObjectionOutcome { Upheld, Rejected, Withdrawn });
named!(LiftedBy = LiftedBy { Authority, CourtOrSuperior, Grounds, Bank, Holder });
named!(
    FreezeActKind = FreezeActKind {
        Placed,
        Renewed,
        PartlyReleased,
        Confirmed,
        Promoted,
        Released,
        Expired,
        Deducted,
        Succeeded
    }
);
named!(TermUnit = TermUnit { Hours, Days, Months, Years });
named!(
    AuthorityKind = AuthorityKind {
        CourtCivil,
        CourtCriminal,
        PoliceCriminal,
        PoliceCriminalMajor,
        Procuratorate,
        Supervision,
        AdminGeneral,
        Securities,
        Futures,
        TaxPreservation,
        Customs,
        PoliceCounterTerror,
        PoliceOrganisedCrime,
        AmlTemporary,
        ListBased,
        FraudStop,
        StateSecurity,
        Nfra,
        Safe,
        ForeignNgoPolice,
        Foreign,
        Bank,
        Customer,
    }
);
named!(Mode = TransactionMode { Authorize, Fact });
named!(Direction = Direction { Credit, Debit });
named!(Booking = Booking { Balance, Receivable, Suspense });
named!(Initiator = Initiator { Customer, Counterparty, Bank });
named!(
    TransactionType = TransactionType {
        Transfer,
        Cash,
        Payment,
        Fee,
        Loan,
        Correction,
        Collection,
        Return,
        Interest,
        Payout,
        Deduction,
    }
);
named!(
    AttemptState = AttemptState { Intent, Accepted, Unknown, Settled, Dead, Returned, Duplicate }
);
named!(Source = EvidenceSource { Submit, Inquiry, Void, Callback, Statement, People });
named!(
    SaidKind = SaidKind {
        NoAnswer,
        Accepted,
        Settled,
        RejectedTransient,
        RejectedFinal,
        InProgress,
        UnknownKey,
        Tombstone,
        Returned,
        NotListed,
    }
);
named!(EvidenceEffect = EvidenceEffect { Applied, NothingNew, Contradiction });
named!(HeldReason = HeldReason { Condition, NoChannel, ChannelClosed, RetryBackoff, Manual });
impl Named for AmountBand {
    type Wire = v1::AmountBand;

    fn wire(self) -> v1::AmountBand {
        match self {
            Self::Below1k => v1::AmountBand::Below1k,
            Self::From1k => v1::AmountBand::AmountBand1kTo10k,
            Self::From10k => v1::AmountBand::AmountBand10kTo50k,
            Self::From50k => v1::AmountBand::AmountBand50kTo200k,
            Self::From200k => v1::AmountBand::AmountBand200kTo1m,
            Self::From1m => v1::AmountBand::From1m,
        }
    }

    fn domain(wire: v1::AmountBand) -> Option<Self> {
        match wire {
            v1::AmountBand::Unspecified => None,
            v1::AmountBand::Below1k => Some(Self::Below1k),
            v1::AmountBand::AmountBand1kTo10k => Some(Self::From1k),
            v1::AmountBand::AmountBand10kTo50k => Some(Self::From10k),
            v1::AmountBand::AmountBand50kTo200k => Some(Self::From50k),
            v1::AmountBand::AmountBand200kTo1m => Some(Self::From200k),
            v1::AmountBand::From1m => Some(Self::From1m),
        }
    }
}
named!(ListedState = StatementLineState { Settled, Returned, Rejected });
named!(DifferenceKind = StatementDifferenceKind { OursOnly, TheirsOnly, Amount, State });
named!(BeneficiaryKind = BeneficiaryKind { Person, Organisation });
named!(
    State = WithdrawalState {
        Reserved,
        Dispatching,
        Accepted,
        Unknown,
        Settled,
        Failed,
        Cancelled,
        SettledLate,
        Returned,
        Quarantined,
        WrittenOff,
    }
);

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;
    use crate::domain::refusal::Reason;

    #[test]
    fn every_cause_and_action_comes_back_as_itself() {
        for cause in Cause::VARIANTS {
            assert_eq!(Cause::domain(cause.wire()), Some(*cause));
            assert_eq!(cause.wire().as_str_name(), format!("CAUSE_{}", cause.name()));
        }
        for action in Action::VARIANTS {
            assert_eq!(Action::domain(action.wire()), Some(*action));
        }
    }

    #[test]
    fn codes_of_statuses_are_their_numbers_less_one() {
        for status in AccountStatus::VARIANTS {
            assert_eq!(format!("{:02}", status.number() - 1), status.code());
        }
    }

    /// The order in the file is the order of precedence; numbers only tell when a reason was added.
    #[test]
    fn the_contract_lists_every_reason_in_precedence_order() {
        let contract = include_str!("../../proto/accountstatus/v1/error_reason.proto");
        let listed: Vec<&str> = contract
            .lines()
            .filter_map(|line| line.trim().strip_prefix("ERROR_REASON_")?.split_once(" = "))
            .map(|(name, _)| name)
            .collect();
        let reasons = Reason::VARIANTS.iter().map(|reason| reason.name());
        assert_eq!(listed, ["UNSPECIFIED"].into_iter().chain(reasons).collect::<Vec<_>>());
    }
}
