//! What is protected from authorities: funds that serve others or a public purpose.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::freeze::Serves;
use super::freeze::kind::{AuthorityKind, OverProtection, rule as kind_rule};

/// What an account holds that is protected.
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
pub enum ProtectedKind {
    /// Wages of migrant workers, and their guarantee.
    Wages,
    /// Securities clients' settlement funds.
    SecuritiesClients,
    /// Funds and securities of clearing.
    Clearing,
    /// Settlement of fund sales.
    FundSales,
    /// Margins of futures.
    FuturesMargin,
    /// Customer reserves of a payment institution.
    PaymentReserve,
    /// Public money of the treasury.
    Treasury,
    /// Social insurance funds.
    SocialInsurance,
    /// The margin of a letter of credit.
    LetterOfCredit,
}

/// What the protection keeps away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shield {
    /// Freezes and deductions.
    FromFreezes,
    /// Freezes and deductions, but for an order that serves what the money is there for.
    ButForItsPurpose,
    /// Deductions only.
    FromDeductions,
}

/// One row of the law's table.
#[derive(Debug, Clone, Copy)]
pub struct ProtectionRule {
    /// What is protected.
    pub kind: ProtectedKind,
    /// From what.
    pub shield: Shield,
    /// The instrument and article.
    pub source: &'static str,
    /// Whether it was read in a primary text.
    pub verified: bool,
}

const fn row(kind: ProtectedKind, shield: Shield, source: &'static str) -> ProtectionRule {
    ProtectionRule { kind, shield, source, verified: true }
}

/// The table, one row for each kind, in the order of [`ProtectedKind`].
pub const PROTECTED: [ProtectionRule; 9] = {
    use ProtectedKind as P;
    use Shield as S;
    [
        row(P::Wages, S::ButForItsPurpose, "保障农民工工资支付条例 (2019) 33"),
        row(P::SecuritiesClients, S::ButForItsPurpose, "证券法 (2019) 131"),
        row(P::Clearing, S::FromFreezes, "证券法 (2019) 159; 期货和衍生品法 (2022) 43"),
        row(P::FundSales, S::FromFreezes, "证券投资基金法 100"),
        row(P::FuturesMargin, S::FromFreezes, "期货和衍生品法 (2022) 43"),
        row(P::PaymentReserve, S::FromFreezes, "非银行支付机构监督管理条例 29"),
        row(P::Treasury, S::FromFreezes, "预算法 59"),
        ProtectionRule {
            verified: false,
            ..row(P::SocialInsurance, S::FromFreezes, "社会保险法 64; 法〔2000〕19号 unread")
        },
        row(P::LetterOfCredit, S::FromDeductions, "信用证开证保证金规定 (2020) 1"),
    ]
};

/// The row of a kind.
pub fn rule(kind: ProtectedKind) -> &'static ProtectionRule {
    PROTECTED.iter().find(|row| row.kind == kind).expect("the table has a row for each kind")
}

/// What an authority wants of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// To freeze.
    Freeze,
    /// To deduct.
    Deduction,
}

/// The rule that keeps an authority's order away from protected money, if one does. The bank's own
/// measures are not what the laws protect from.
pub fn keeps_away(
    protected: Option<ProtectedKind>,
    authority: AuthorityKind,
    serves: Serves,
    wanted: Wanted,
) -> Option<&'static ProtectionRule> {
    let rule = rule(protected?);
    let authority_rule = kind_rule(authority);
    if authority == AuthorityKind::Bank || authority_rule.protection == OverProtection::Overrides {
        return None;
    }
    let keeps = match (rule.shield, wanted) {
        (Shield::FromFreezes, _) | (Shield::FromDeductions, Wanted::Deduction) => true,
        (Shield::FromDeductions, Wanted::Freeze) => false,
        (Shield::ButForItsPurpose, _) => serves == Serves::AnyClaim,
    };
    keeps.then_some(rule)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row() {
        let kinds: Vec<ProtectedKind> = PROTECTED.iter().map(|row| row.kind).collect();
        assert_eq!(kinds, ProtectedKind::VARIANTS);
    }
}
