//! The kinds of orders of authorities as data ([`table::KINDS`]): terms, renewals, who may wait, who
//! must state an amount, who may deduct, who lifts, what has to come with a paper; each row with its
//! legal source, since when that is in force, and whether it was read there.

pub mod table;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use self::table::KINDS;
use super::Disclosure;
use crate::domain::status::Cause;
use crate::domain::terms::Term;

/// Which organ, under which power, orders a freeze.
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
pub enum AuthorityKind {
    /// A court, civil execution or preservation.
    CourtCivil,
    /// A court, the property part of a criminal judgment.
    CourtCriminal,
    /// Police, criminal case.
    PoliceCriminal,
    /// Police, major or complex case approved at city level.
    PoliceCriminalMajor,
    /// Procuratorate.
    Procuratorate,
    /// Supervision commission.
    Supervision,
    /// An administrative organ that a law names.
    AdminGeneral,
    /// The securities regulator.
    Securities,
    /// The futures regulator.
    Futures,
    /// Tax preservation.
    TaxPreservation,
    /// Customs: suspends a payment; a stop order.
    Customs,
    /// Police, counter-terror inquiry.
    PoliceCounterTerror,
    /// Police, organised-crime leads.
    PoliceOrganisedCrime,
    /// The central bank's temporary freeze against money laundering.
    AmlTemporary,
    /// A sanctions or terror list.
    ListBased,
    /// The police fraud platform: a stop order.
    FraudStop,
    /// State security.
    StateSecurity,
    /// The financial regulator; has no power of its own.
    Nfra,
    /// The foreign-exchange administration; has no power of its own.
    Safe,
    /// Police for foreign NGOs; has no power of its own.
    ForeignNgoPolice,
    /// A foreign organ; must not be obeyed.
    Foreign,
    /// The bank's own measure.
    Bank,
    /// The account holder: loss reports only.
    Customer,
}

/// What an order of a kind makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Makes {
    /// A freeze.
    Freeze,
    /// A stop order: STOP_PAYMENT, not a freeze.
    StopOrder,
    /// Nothing: refused, the organ has no power of its own.
    Refusal,
}

/// Whether an order has to state an amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AmountRule {
    /// Always: a freeze of the whole account is refused.
    Required,
    /// When it preserves (the case number holds 保), not when it executes.
    ForPreservation,
    /// It may take the whole account.
    Free,
    /// It has to take the whole account.
    Whole,
}

/// The longest first term.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FirstTerm {
    /// At most this, and this when the order states none.
    AtMost(Term),
    /// The kind knows no term.
    Unlimited,
}

/// From when a term counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CountedFrom {
    /// Service of the papers.
    Service,
    /// The moment the bank freezes.
    Freezing,
}

/// How a term may be prolonged before it runs out. A renewal counts from the old end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renewal {
    /// Not at all.
    None,
    /// Any number of times by at most this.
    Each(Term),
    /// So many times by at most this.
    Times(u32, Term),
    /// As the bank likes: its own measure.
    Free,
}

/// Who may lift a freeze.
#[derive(Debug, Clone, Copy, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub enum LiftedBy {
    /// The authority that ordered it.
    Authority,
    /// The court that ordered it, or one above it (民诉法解释 165).
    CourtOrSuperior,
    /// Whoever shows one of the grounds of a closed list.
    Grounds,
    /// The bank.
    Bank,
    /// The holder, with the loss actions.
    Holder,
}

/// What happens when a term ends. Both come to the same here: it lapses at its exact instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AtExpiry {
    /// It loses its effect by itself.
    Lapses,
    /// The law has the bank lift it.
    BankLifts,
    /// There is no term.
    NoTerm,
}

/// What has to come with an order on paper. Control systems carry sealed documents, and the officers'
/// papers were filed with them once (网络查询、冻结规定 2, 4, 5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Papers {
    /// How many officers have to name themselves.
    pub officers: usize,
    /// Whether a notice of assistance has to be served with the order (查封规定 1(2)).
    pub notice: bool,
}

/// What protection of an account's money means to orders of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OverProtection {
    /// They respect it.
    Respects,
    /// They take everything there is.
    Overrides,
}

/// One row of the law's table.
#[derive(Debug, Clone, Copy)]
pub struct KindRule {
    /// The kind.
    pub kind: AuthorityKind,
    /// What its orders make.
    pub makes: Makes,
    /// The longest first term.
    pub first: FirstTerm,
    /// How it may be prolonged.
    pub renewal: Renewal,
    /// The longest time from the beginning of the first term to the last end.
    pub ceiling: Option<Term>,
    /// From when it counts.
    pub from: CountedFrom,
    /// Whether it may wait behind an earlier freeze (轮候).
    pub may_wait: bool,
    /// Whether it may have money deducted (扣划).
    pub may_deduct: bool,
    /// Whether an amount has to be stated.
    pub amount: AmountRule,
    /// Who may lift it.
    pub lifted_by: LiftedBy,
    /// What happens when its term ends.
    pub at_expiry: AtExpiry,
    /// What has to come with it on paper.
    pub papers: Papers,
    /// What it does about protected money.
    pub protection: OverProtection,
    /// Whether a last day on a holiday moves to the next working day: the holder's terms only.
    pub holiday_roll: bool,
    /// The cause that texts hang on.
    pub cause: Cause,
    /// The instrument and article.
    pub source: &'static str,
    /// From when that instrument is in force as it was read.
    pub in_force: NaiveDate,
    /// Whether the row was read in a primary text; else it ships as policy.
    pub verified: bool,
}

/// The row of a kind.
pub fn rule(kind: AuthorityKind) -> &'static KindRule {
    KINDS.iter().find(|row| row.kind == kind).expect("the table has a row for each kind")
}

impl AuthorityKind {
    /// Whether it is a court.
    pub fn is_court(self) -> bool {
        matches!(self, Self::CourtCivil | Self::CourtCriminal)
    }

    /// Who may read of its orders: measures against money laundering are never told (反洗钱法 35(2)),
    /// whatever was asked for.
    pub fn disclosure(self, asked: Disclosure) -> Disclosure {
        let told = rule(self).cause != Cause::AmlMeasure;
        if told { asked } else { Disclosure::Confidential }
    }

    /// Whether it is an organ that investigates and hands its freezes on to a court
    /// (刑事裁判涉财产部分执行规定 5).
    pub fn investigates(self) -> bool {
        matches!(
            self,
            Self::PoliceCriminal
                | Self::PoliceCriminalMajor
                | Self::Procuratorate
                | Self::Supervision
                | Self::StateSecurity
        )
    }
}

impl AmountRule {
    /// Whether an order with this document number has to state an amount.
    pub fn requires_amount(self, document_no: &str) -> bool {
        match self {
            Self::Required => true,
            // Case numbers of preservation orders carry 保 in their type (执保, 财保, 民保).
            Self::ForPreservation => document_no.contains('保'),
            Self::Free | Self::Whole => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        let kinds: Vec<AuthorityKind> = KINDS.iter().map(|row| row.kind).collect();
        assert_eq!(kinds, AuthorityKind::VARIANTS);
    }

    #[test]
    fn only_courts_police_and_procuratorate_wait() {
        use AuthorityKind as K;
        let waiting: Vec<AuthorityKind> =
            KINDS.iter().filter(|row| row.may_wait).map(|row| row.kind).collect();
        assert_eq!(
            waiting,
            [
                K::CourtCivil,
                K::CourtCriminal,
                K::PoliceCriminal,
                K::PoliceCriminalMajor,
                K::Procuratorate
            ]
        );
    }

    #[test]
    fn police_may_never_deduct() {
        assert!(!rule(AuthorityKind::PoliceCriminal).may_deduct);
        assert!(!rule(AuthorityKind::PoliceCriminalMajor).may_deduct);
        assert!(rule(AuthorityKind::CourtCivil).may_deduct);
    }

    #[test]
    fn preservation_orders_state_an_amount_and_execution_orders_may_not() {
        let court = rule(AuthorityKind::CourtCivil).amount;
        assert!(court.requires_amount("（2026）沪0104执保912号"));
        assert!(!court.requires_amount("（2026）京0108执5678号"));
    }
}
