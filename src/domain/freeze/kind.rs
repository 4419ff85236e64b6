//! The kinds of freeze orders as data: first term, who may wait, who must state an amount, who may
//! deduct, with the legal source of each row and whether it was read there.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

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

/// One row of the law's table.
#[derive(Debug, Clone, Copy)]
pub struct KindRule {
    /// The kind.
    pub kind: AuthorityKind,
    /// What its orders make.
    pub makes: Makes,
    /// The longest first term.
    pub first: FirstTerm,
    /// From when it counts.
    pub from: CountedFrom,
    /// Whether it may wait behind an earlier freeze (轮候).
    pub may_wait: bool,
    /// Whether it may have money deducted (扣划).
    pub may_deduct: bool,
    /// Whether an amount has to be stated.
    pub amount: AmountRule,
    /// The cause that texts hang on.
    pub cause: Cause,
    /// The instrument and article.
    pub source: &'static str,
    /// Whether the row was read in a primary text; else it ships as policy.
    pub verified: bool,
}

const fn freeze(kind: AuthorityKind, first: Term, cause: Cause, source: &'static str) -> KindRule {
    KindRule {
        kind,
        makes: Makes::Freeze,
        first: FirstTerm::AtMost(first),
        from: CountedFrom::Service,
        may_wait: false,
        may_deduct: false,
        amount: AmountRule::Required,
        cause,
        source,
        verified: true,
    }
}

const fn stop(kind: AuthorityKind, cause: Cause, source: &'static str) -> KindRule {
    KindRule {
        makes: Makes::StopOrder,
        amount: AmountRule::Free,
        verified: false,
        ..freeze(kind, Term::hours(48), cause, source)
    }
}

const fn refused(kind: AuthorityKind, source: &'static str) -> KindRule {
    KindRule {
        makes: Makes::Refusal,
        amount: AmountRule::Free,
        ..freeze(kind, Term::days(1), Cause::JudicialOther, source)
    }
}

const fn own(kind: AuthorityKind, cause: Cause, source: &'static str) -> KindRule {
    KindRule {
        first: FirstTerm::Unlimited,
        amount: AmountRule::Free,
        ..freeze(kind, Term::days(1), cause, source)
    }
}

const YEAR: Term = Term::years(1);
const HALF_YEAR: Term = Term::months(6);

/// The table, one row for each kind, in the order of [`AuthorityKind`].
pub const KINDS: [KindRule; 23] = {
    use AuthorityKind as K;
    [
        KindRule {
            may_wait: true,
            may_deduct: true,
            amount: AmountRule::ForPreservation,
            ..freeze(
                K::CourtCivil,
                YEAR,
                Cause::JudicialCourt,
                "民事诉讼法解释 (2022) 485; 财产保全规定 15(3)",
            )
        },
        KindRule {
            may_wait: true,
            may_deduct: true,
            ..freeze(
                K::CourtCriminal,
                YEAR,
                Cause::JudicialCourt,
                "刑事裁判涉财产部分执行规定 (2014) 5",
            )
        },
        KindRule {
            may_wait: true,
            ..freeze(
                K::PoliceCriminal,
                HALF_YEAR,
                Cause::JudicialCriminal,
                "公安刑事程序规定 (2020) 243",
            )
        },
        KindRule {
            may_wait: true,
            ..freeze(
                K::PoliceCriminalMajor,
                YEAR,
                Cause::JudicialCriminal,
                "公安刑事程序规定 (2020) 243",
            )
        },
        KindRule {
            may_wait: true,
            amount: AmountRule::Free,
            verified: false,
            ..freeze(
                K::Procuratorate,
                HALF_YEAR,
                Cause::JudicialCriminal,
                "检察院刑事诉讼规则 (2019) 212; term by analogy",
            )
        },
        KindRule {
            amount: AmountRule::Free,
            verified: false,
            ..freeze(
                K::Supervision,
                HALF_YEAR,
                Cause::JudicialCriminal,
                "监察法 (2024) 26; term as policy",
            )
        },
        KindRule {
            from: CountedFrom::Freezing,
            ..freeze(
                K::AdminGeneral,
                Term::days(30),
                Cause::JudicialOther,
                "行政强制法 (2011) 29–33",
            )
        },
        freeze(K::Securities, HALF_YEAR, Cause::JudicialOther, "证券法 (2019) 170(6)"),
        freeze(K::Futures, HALF_YEAR, Cause::JudicialOther, "期货和衍生品法 (2022) 106(6)"),
        KindRule {
            may_deduct: true,
            ..freeze(
                K::TaxPreservation,
                HALF_YEAR,
                Cause::AdminTax,
                "税收征收管理法 (2015) 38; 实施细则 (2016) 88",
            )
        },
        KindRule {
            may_deduct: true,
            amount: AmountRule::Required,
            ..stop(K::Customs, Cause::StopCustoms, "海关法 (2021) 61; no number in law")
        },
        KindRule {
            from: CountedFrom::Freezing,
            ..freeze(
                K::PoliceCounterTerror,
                Term::months(2),
                Cause::JudicialOther,
                "反恐怖主义法 (2018) 52",
            )
        },
        KindRule {
            from: CountedFrom::Freezing,
            amount: AmountRule::Free,
            ..freeze(
                K::PoliceOrganisedCrime,
                Term::hours(48),
                Cause::JudicialCriminal,
                "反有组织犯罪法 (2021) 27(2)",
            )
        },
        KindRule {
            from: CountedFrom::Freezing,
            amount: AmountRule::Free,
            ..freeze(K::AmlTemporary, Term::hours(48), Cause::AmlMeasure, "反洗钱法 (2024) 45")
        },
        KindRule {
            amount: AmountRule::Whole,
            ..own(K::ListBased, Cause::AmlMeasure, "反洗钱特别预防措施管理办法 (2026) 2, 16, 23")
        },
        KindRule {
            from: CountedFrom::Freezing,
            amount: AmountRule::Whole,
            ..stop(K::FraudStop, Cause::StopFraud, "银发〔2016〕86号 2(1)2")
        },
        KindRule {
            amount: AmountRule::Free,
            verified: false,
            ..freeze(
                K::StateSecurity,
                HALF_YEAR,
                Cause::JudicialOther,
                "反间谍法 (2023) 30; term as policy",
            )
        },
        refused(K::Nfra, "银行业监督管理法 41: asks a court"),
        refused(K::Safe, "外汇管理条例 33(7): asks a court"),
        refused(K::ForeignNgoPolice, "境外非政府组织境内活动管理法 42: asks a court"),
        refused(K::Foreign, "反洗钱法 (2024) 50: not executed, reported"),
        own(
            K::Bank,
            Cause::RiskFreeze,
            "反洗钱法 (2024) 30(2): the bank's own measure, proportionate",
        ),
        own(K::Customer, Cause::LossWritten, "储蓄管理条例 (2011) 31"),
    ]
};

/// The row of a kind.
pub fn rule(kind: AuthorityKind) -> &'static KindRule {
    KINDS.iter().find(|row| row.kind == kind).expect("the table has a row for each kind")
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
