//! The law's table: one row for each kind of authority, in the order of [`AuthorityKind`].
//!
//! A row that is not `verified` ships as policy: its number stands in no primary text that was read.

use chrono::NaiveDate;

use super::{
    AmountRule, AtExpiry, AuthorityKind, CountedFrom, FirstTerm, KindRule, LiftedBy, Makes,
    OverProtection, Papers, Renewal,
};
use crate::domain::status::Cause;
use crate::domain::terms::Term;

const YEAR: Term = Term::years(1);
const HALF_YEAR: Term = Term::months(6);
/// Papers are brought by two officers (行政强制法 18(2), 反洗钱法 43(4), 反间谍法 30; courts and police by
/// practice).
const TWO_OFFICERS: Papers = Papers { officers: 2, notice: false };
const WITH_NOTICE: Papers = Papers { officers: 2, notice: true };
const NO_PAPERS: Papers = Papers { officers: 0, notice: false };

const fn since(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).expect("the table's days exist")
}

/// What most orders have in common.
const ORDER: KindRule = KindRule {
    kind: AuthorityKind::CourtCivil,
    makes: Makes::Freeze,
    first: FirstTerm::AtMost(HALF_YEAR),
    renewal: Renewal::None,
    ceiling: None,
    from: CountedFrom::Service,
    may_wait: false,
    may_deduct: false,
    amount: AmountRule::Required,
    lifted_by: LiftedBy::Authority,
    at_expiry: AtExpiry::Lapses,
    papers: TWO_OFFICERS,
    protection: OverProtection::Respects,
    holiday_roll: false,
    cause: Cause::JudicialOther,
    source: "",
    in_force: since(2020, 1, 1),
    verified: true,
};

const COURT: KindRule = KindRule {
    first: FirstTerm::AtMost(YEAR),
    renewal: Renewal::Each(YEAR),
    may_wait: true,
    may_deduct: true,
    lifted_by: LiftedBy::CourtOrSuperior,
    papers: WITH_NOTICE,
    cause: Cause::JudicialCourt,
    ..ORDER
};

const POLICE: KindRule = KindRule {
    renewal: Renewal::Each(HALF_YEAR),
    may_wait: true,
    cause: Cause::JudicialCriminal,
    source: "公安刑事程序规定 (2020) 239–245, 237(2)",
    in_force: since(2020, 9, 1),
    ..ORDER
};

/// Terms that no text was found for, by analogy with the police.
const POLICY: KindRule = KindRule {
    renewal: Renewal::Each(HALF_YEAR),
    amount: AmountRule::Free,
    cause: Cause::JudicialCriminal,
    verified: false,
    ..ORDER
};

const REGULATOR: KindRule = KindRule {
    renewal: Renewal::Each(Term::months(3)),
    ceiling: Some(Term::years(2)),
    at_expiry: AtExpiry::BankLifts,
    ..ORDER
};

const TWO_DAYS: KindRule = KindRule {
    first: FirstTerm::AtMost(Term::hours(48)),
    from: CountedFrom::Freezing,
    amount: AmountRule::Free,
    at_expiry: AtExpiry::BankLifts,
    ..ORDER
};

const STOP: KindRule = KindRule {
    makes: Makes::StopOrder,
    first: FirstTerm::AtMost(Term::hours(48)),
    amount: AmountRule::Free,
    verified: false,
    ..ORDER
};

const WITHOUT_POWER: KindRule = KindRule {
    makes: Makes::Refusal,
    first: FirstTerm::AtMost(Term::days(1)),
    amount: AmountRule::Free,
    ..ORDER
};

const WITHOUT_TERM: KindRule = KindRule {
    first: FirstTerm::Unlimited,
    amount: AmountRule::Free,
    at_expiry: AtExpiry::NoTerm,
    ..ORDER
};

/// The rows.
pub const KINDS: [KindRule; 23] = {
    use AuthorityKind as K;
    [
        KindRule {
            kind: K::CourtCivil,
            amount: AmountRule::ForPreservation,
            source: "民事诉讼法解释 (2022) 165, 484, 485; 财产保全规定 15(3), 16; 查封规定 1(2), 26, 27",
            in_force: since(2022, 4, 10),
            ..COURT
        },
        KindRule {
            kind: K::CourtCriminal,
            source: "刑事裁判涉财产部分执行规定 (2014) 5",
            in_force: since(2014, 11, 6),
            ..COURT
        },
        KindRule { kind: K::PoliceCriminal, ..POLICE },
        KindRule {
            kind: K::PoliceCriminalMajor,
            first: FirstTerm::AtMost(YEAR),
            renewal: Renewal::Each(YEAR),
            ..POLICE
        },
        KindRule {
            kind: K::Procuratorate,
            may_wait: true,
            source: "检察院刑事诉讼规则 (2019) 212–215; term by analogy",
            in_force: since(2019, 12, 30),
            ..POLICY
        },
        KindRule {
            kind: K::Supervision,
            source: "监察法 (2024) 26; term as policy",
            in_force: since(2025, 6, 1),
            ..POLICY
        },
        KindRule {
            kind: K::AdminGeneral,
            first: FirstTerm::AtMost(Term::days(30)),
            renewal: Renewal::Times(1, Term::days(30)),
            ceiling: Some(Term::days(60)),
            from: CountedFrom::Freezing,
            at_expiry: AtExpiry::BankLifts,
            source: "行政强制法 (2011) 29–33",
            in_force: since(2012, 1, 1),
            ..ORDER
        },
        KindRule {
            kind: K::Securities,
            source: "证券法 (2019) 170(6)",
            in_force: since(2020, 3, 1),
            ..REGULATOR
        },
        KindRule {
            kind: K::Futures,
            source: "期货和衍生品法 (2022) 106(6)",
            in_force: since(2022, 8, 1),
            ..REGULATOR
        },
        KindRule {
            kind: K::TaxPreservation,
            // In major cases; how long each time is nowhere said.
            renewal: Renewal::Each(HALF_YEAR),
            may_deduct: true,
            at_expiry: AtExpiry::BankLifts,
            cause: Cause::AdminTax,
            source: "税收征收管理法 (2015) 38, 40; 实施细则 (2016) 68, 88",
            in_force: since(2016, 2, 6),
            ..ORDER
        },
        KindRule {
            kind: K::Customs,
            may_deduct: true,
            amount: AmountRule::Required,
            cause: Cause::StopCustoms,
            source: "海关法 (2021) 61; no number in law",
            in_force: since(2021, 4, 29),
            ..STOP
        },
        KindRule {
            kind: K::PoliceCounterTerror,
            first: FirstTerm::AtMost(Term::months(2)),
            renewal: Renewal::Times(1, Term::months(1)),
            ceiling: Some(Term::months(3)),
            from: CountedFrom::Freezing,
            at_expiry: AtExpiry::BankLifts,
            source: "反恐怖主义法 (2018) 52; 公安行政程序规定 (2019) 113–114",
            in_force: since(2018, 4, 27),
            ..ORDER
        },
        KindRule {
            kind: K::PoliceOrganisedCrime,
            cause: Cause::JudicialCriminal,
            source: "反有组织犯罪法 (2021) 27(2)",
            in_force: since(2022, 5, 1),
            ..TWO_DAYS
        },
        KindRule {
            kind: K::AmlTemporary,
            protection: OverProtection::Overrides,
            cause: Cause::AmlMeasure,
            source: "反洗钱法 (2024) 45",
            in_force: since(2025, 1, 1),
            ..TWO_DAYS
        },
        KindRule {
            kind: K::ListBased,
            amount: AmountRule::Whole,
            lifted_by: LiftedBy::Grounds,
            papers: NO_PAPERS,
            protection: OverProtection::Overrides,
            cause: Cause::AmlMeasure,
            source: "反洗钱特别预防措施管理办法 (2026) 2, 16, 23",
            in_force: since(2026, 2, 16),
            ..WITHOUT_TERM
        },
        KindRule {
            kind: K::FraudStop,
            from: CountedFrom::Freezing,
            amount: AmountRule::Whole,
            cause: Cause::StopFraud,
            source: "银发〔2016〕86号 2(1)2",
            in_force: since(2016, 6, 1),
            ..STOP
        },
        KindRule {
            kind: K::StateSecurity,
            cause: Cause::JudicialOther,
            source: "反间谍法 (2023) 30, 31; term as policy",
            in_force: since(2023, 7, 1),
            ..POLICY
        },
        KindRule {
            kind: K::Nfra,
            source: "银行业监督管理法 41: asks a court",
            in_force: since(2007, 1, 1),
            ..WITHOUT_POWER
        },
        KindRule {
            kind: K::Safe,
            source: "外汇管理条例 33(7): asks a court",
            in_force: since(2008, 8, 5),
            ..WITHOUT_POWER
        },
        KindRule {
            kind: K::ForeignNgoPolice,
            source: "境外非政府组织境内活动管理法 42: asks a court",
            in_force: since(2017, 11, 5),
            ..WITHOUT_POWER
        },
        KindRule {
            kind: K::Foreign,
            source: "反洗钱法 (2024) 50: not executed, reported",
            in_force: since(2025, 1, 1),
            ..WITHOUT_POWER
        },
        KindRule {
            kind: K::Bank,
            renewal: Renewal::Free,
            lifted_by: LiftedBy::Bank,
            papers: NO_PAPERS,
            cause: Cause::RiskFreeze,
            source: "反洗钱法 (2024) 30(2): the bank's own measure, proportionate",
            in_force: since(2025, 1, 1),
            ..WITHOUT_TERM
        },
        KindRule {
            kind: K::Customer,
            lifted_by: LiftedBy::Holder,
            papers: NO_PAPERS,
            holiday_roll: true,
            cause: Cause::LossWritten,
            source: "储蓄管理条例 (2011) 30, 31",
            in_force: since(2011, 1, 8),
            ..WITHOUT_TERM
        },
    ]
};
