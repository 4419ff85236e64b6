//! Where a customer turns for each cause, and what to bring: a table as data, in the languages of the
//! lines beside it.
//!
//! Invariant, as for the lines: about an anti-money-laundering measure, suspicious activity, a list
//! or a freeze of which nothing may be told, it names the branch and an identity document, which it
//! names for nearly everything.

use std::borrow::Cow;

use super::locale::Locale;
use super::wording::Wording;
use crate::domain::status::Cause;

/// Whom the customer contacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Contact {
    /// The branch that keeps the account.
    Branch,
    /// Any branch or the app, whichever is easier.
    BranchOrApp,
    /// Any branch's counter, in person.
    Counter,
    /// Customer service.
    Service,
    /// The authority behind it; the branch, where it is not to be named.
    Authority,
}

/// What the customer brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Paper {
    Identity,
    NewIdentity,
    MissingDetails,
    SourceOfMoney,
    Contracts,
    Receipts,
    Ruling,
    Objection,
    TaxProof,
    OldMedium,
    CompanyPapers,
    PurposeOfAccount,
    SignedConsent,
}

/// The table.
fn row(cause: Cause) -> (Contact, &'static [Paper]) {
    use Contact as C;
    use Paper as P;
    match cause {
        Cause::IdentityExpired => (C::BranchOrApp, &[P::NewIdentity]),
        Cause::IdentityIncomplete => (C::BranchOrApp, &[P::Identity, P::MissingDetails]),
        Cause::IdentityNotVerified => (C::BranchOrApp, &[P::Identity]),
        Cause::RiskFreeze => {
            (C::Service, &[P::Identity, P::SourceOfMoney, P::Contracts, P::Objection])
        }
        Cause::AmlMeasure | Cause::RestrictedByList => (C::Branch, &[P::Identity]),
        Cause::JudicialCourt => (C::Authority, &[P::Identity, P::Ruling, P::Objection]),
        Cause::JudicialCriminal | Cause::JudicialOther => {
            (C::Authority, &[P::Identity, P::SourceOfMoney])
        }
        Cause::AdminTax | Cause::StopCustoms => (C::Authority, &[P::Identity, P::TaxProof]),
        Cause::FreezeWaiting => (C::Branch, &[P::Identity]),
        Cause::LossOral => (C::Counter, &[P::Identity]),
        Cause::LossWritten => (C::Counter, &[P::Identity, P::OldMedium]),
        Cause::LossByBank => (C::Service, &[P::Identity, P::OldMedium]),
        Cause::StopFraud => (C::Authority, &[P::Identity, P::Receipts]),
        Cause::StopArrears => (C::Branch, &[P::Identity, P::Receipts]),
        Cause::DormantNoUse | Cause::DormantLowBalance => (C::Counter, &[P::Identity]),
        Cause::DormantOrganisation => (C::Branch, &[P::CompanyPapers, P::Identity]),
        // Nothing is asked of the customer while the checks are under way.
        Cause::OpeningInReview => (C::Service, &[]),
        Cause::OpeningIncomplete => (C::Branch, &[P::Identity, P::MissingDetails]),
        Cause::OpeningNotVerified => (C::Counter, &[P::Identity]),
        Cause::OpeningNotInPerson => (C::Counter, &[P::Identity, P::PurposeOfAccount]),
        Cause::OpeningTooMany => (C::Branch, &[P::Identity, P::PurposeOfAccount]),
        Cause::LimitReached => (C::BranchOrApp, &[P::Identity, P::SignedConsent]),
        Cause::NonCounterSuspended => (C::Counter, &[P::Identity, P::PurposeOfAccount]),
        Cause::SuspiciousPattern => (C::Branch, &[P::Identity, P::Contracts]),
        Cause::Closed => (C::Branch, &[P::Identity]),
    }
}

/// Whom to contact about a cause.
pub fn contact(cause: Cause) -> Contact {
    row(cause).0
}

/// A contact in the words of the locale; the authority has its own name.
pub fn contact_name(contact: Contact, locale: Locale) -> Cow<'static, str> {
    let wording = match contact {
        Contact::Branch | Contact::Authority => Wording::new("开户网点", "開戶分行", "Your branch"),
        Contact::BranchOrApp => {
            Wording::new("手机银行或任一网点", "手機銀行或任何分行", "The app or any branch")
        }
        Contact::Counter => {
            Wording::new("任一网点柜台", "任何分行櫃位", "The counter of any branch")
        }
        Contact::Service => {
            Wording::new("客服或开户网点", "客戶服務或開戶分行", "Customer service or your branch")
        }
    };
    wording.in_locale(locale)
}

/// What to bring, in the words of the locale; empty where nothing is asked for.
pub fn documents(cause: Cause, locale: Locale) -> Vec<Cow<'static, str>> {
    row(cause).1.iter().map(|paper| paper.wording().in_locale(locale)).collect()
}

impl Paper {
    fn wording(self) -> Wording {
        match self {
            Self::Identity => {
                Wording::new("有效身份证件", "有效身份證件", "A valid identity document")
            }
            Self::NewIdentity => {
                Wording::new("新的有效身份证件", "新的有效身份證件", "The new identity document")
            }
            Self::MissingDetails => {
                Wording::new("缺漏资料的证明", "欠缺資料的證明", "Proof of the missing details")
            }
            Self::SourceOfMoney => Wording::new(
                "资金来源与用途的证明",
                "資金來源及用途的證明",
                "Proof of source and purpose of the money",
            ),
            Self::Contracts => Wording::new("合同、发票", "合約、發票", "Contracts or invoices"),
            Self::Receipts => Wording::new("交易或还款凭证", "交易或還款單據", "Payment receipts"),
            Self::Ruling => Wording::new(
                "法院文书（如已收到）",
                "法院文書（如已收到）",
                "The court's papers, if you have them",
            ),
            Self::Objection => Wording::new(
                "书面异议（如有）",
                "書面異議（如有）",
                "Your objection in writing, if any",
            ),
            Self::TaxProof => Wording::new(
                "申报、缴款或担保的证明",
                "申報、繳款或擔保的證明",
                "Proof of filing, payment or security",
            ),
            Self::OldMedium => Wording::new(
                "原卡或存折（如已找到）",
                "原卡或存摺（如已尋回）",
                "The old card or passbook, if found",
            ),
            Self::CompanyPapers => Wording::new(
                "营业执照、印章与授权书",
                "商業登記證、印章及授權書",
                "Business licence, seal and authorisation",
            ),
            Self::PurposeOfAccount => {
                Wording::new("账户用途的说明", "賬戶用途的說明", "What the account is needed for")
            }
            Self::SignedConsent => Wording::new(
                "提额申请（如需提额）",
                "提高限額申請（如有需要）",
                "An application, if you want a raise",
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use strum::VariantArray;

    use super::*;

    fn han(text: &str) -> usize {
        text.chars().filter(|sign| ('\u{4e00}'..='\u{9fff}').contains(sign)).count()
    }

    #[test]
    fn every_cause_has_a_contact_and_short_documents_in_every_language() {
        for locale in Locale::VARIANTS {
            for cause in Cause::VARIANTS {
                let name = contact_name(contact(*cause), *locale);
                let papers = documents(*cause, *locale);
                let nothing_asked = *cause == Cause::OpeningInReview;
                assert_eq!(papers.is_empty(), nothing_asked, "{cause:?}");
                for text in papers.iter().chain([&name]) {
                    assert!(!text.is_empty() && han(text) <= 12, "{text}");
                    assert!(text.chars().count() <= 45, "{text}");
                    assert_eq!(han(text) == 0, *locale == Locale::English, "{text}");
                }
            }
        }
    }

    #[test]
    fn nothing_hints_at_what_is_confidential() {
        for cause in [Cause::AmlMeasure, Cause::RestrictedByList, Cause::SuspiciousPattern] {
            assert_eq!(contact(cause), Contact::Branch);
        }
        for locale in Locale::VARIANTS {
            let plain = documents(Cause::FreezeWaiting, *locale);
            assert_eq!(documents(Cause::AmlMeasure, *locale), plain);
            assert_eq!(documents(Cause::RestrictedByList, *locale), plain);
            assert_eq!(documents(Cause::Closed, *locale), plain);
        }
    }

    #[test]
    fn taiwan_has_its_own_words() {
        let papers = documents(Cause::SuspiciousPattern, Locale::Taiwan);
        assert_eq!(papers, ["有效身分證件", "契約、發票"]);
        assert_eq!(contact_name(Contact::Counter, Locale::Taiwan), "任何分行臨櫃");
    }
}
