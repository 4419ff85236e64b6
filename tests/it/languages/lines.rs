//! What the customer is told when a withdrawal is refused.

use account_status::domain::status as domain;
use account_status::pb::v1::*;
use account_status::text::{self, Locale, Placeholders};
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{LANGUAGES, assert_script, read};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::refusals::in_status;

/// Why a withdrawal is refused, and what the customer is told.
struct Case {
    number: &'static str,
    reason: &'static str,
    /// The cause, or none for what is confidential.
    cause: Option<domain::Cause>,
    placeholders: Placeholders,
}

fn case(number: &'static str, reason: &'static str, cause: domain::Cause) -> Case {
    Case { number, reason, cause: Some(cause), placeholders: Placeholders::default() }
}

impl Case {
    fn line(&self, locale: Locale) -> String {
        let line = match self.cause {
            None => text::confidential_line(locale),
            Some(cause) => text::customer_line(cause, locale, &self.placeholders),
        };
        line.into_owned()
    }
}

/// A refused withdrawal's answer in a language.
async fn refused(bank: &Bank, number: &str, language: &str) -> Status {
    let request = with(&[("accept-language", language)], bank.withdrawal(number, "100.00"));
    bank.withdraw_with(request).await.unwrap_err()
}

fn said(status: &Status) -> (String, String) {
    let details = status.get_error_details();
    let line = details.localized_message().unwrap();
    (line.locale.clone(), line.message.clone())
}

async fn assert_cases(bank: &Bank, cases: &[Case]) {
    for case in cases {
        let mut messages = Vec::new();
        for (language, locale) in LANGUAGES {
            let status = refused(bank, case.number, language).await;
            assert_eq!(reason(&status), case.reason);
            let expected = (locale.tag().to_owned(), case.line(locale));
            assert_eq!(said(&status), expected, "{}", case.reason);
            assert_script(&expected.1, locale);
            messages.push(status.message().to_owned());
        }
        messages.dedup();
        assert_eq!(messages.len(), 1, "status.message is for programs: {messages:?}");
    }
}

/// An order of an authority with an English name and number, so that lines show the script.
fn order(bank: &Bank, number: &str, kind: AuthorityKind) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        authority_kind: kind.into(),
        authority_name: "Nanshan".to_owned(),
        document_no: "2026-1234".to_owned(),
        ..bank.court_order(number, "1000.00")
    }
}

fn named(case: Case, set: impl FnOnce(&mut Placeholders)) -> Case {
    let mut case = case;
    set(&mut case.placeholders);
    case
}

on_every_engine! {
    async fn each_freeze_tells_the_customer_whom_to_ask(bank) {
        let kinds = [
            (AuthorityKind::CourtCivil, domain::Cause::JudicialCourt, "9990100001000000201"),
            (AuthorityKind::PoliceCriminal, domain::Cause::JudicialCriminal, "9990100001000000202"),
            (AuthorityKind::TaxPreservation, domain::Cause::AdminTax, "9990100001000000203"),
            (AuthorityKind::AdminGeneral, domain::Cause::JudicialOther, "9990100001000000204"),
        ];
        let mut cases = Vec::new();
        for (kind, cause, number) in kinds {
            bank.account(number, "1000.00").await;
            bank.freeze(order(&bank, number, kind)).await.unwrap();
            cases.push(named(case(number, "ACCOUNT_FROZEN", cause), |values| {
                values.authority = Some("Nanshan".to_owned());
                values.document = Some("2026-1234".to_owned());
            }));
        }
        let number = "9990100001000000205";
        bank.account(number, "1000.00").await;
        bank.freeze(bank.bank_freeze(number, "")).await.unwrap();
        cases.push(case(number, "ACCOUNT_FROZEN", domain::Cause::RiskFreeze));
        assert_cases(&bank, &cases).await;
        // design, texts, word by word.
        assert_eq!(
            said(&refused(&bank, "9990100001000000201", "zh-CN").await).1,
            "请向Nanshan（2026-1234）了解案情；履行义务、提供担保或提出异议后由其决定解冻，\
             银行不能自行解除。"
        );
        assert_eq!(
            said(&refused(&bank, number, "zh-TW").await).1,
            "請聯絡客服中心或開戶分行，說明資金來源及用途，並備妥契約、單據；如有異議可提出申訴。"
        );
        bank.finish().await;
    }
}

on_every_engine! {
    async fn losses_and_stop_orders_say_until_when_and_what_to_do(bank) {
        let until = |at: &str| Some(at.to_owned());
        let losses = [
            ("9990100001000000211", Cause::LossOral, domain::Cause::LossOral),
            ("9990100001000000212", Cause::LossWritten, domain::Cause::LossWritten),
            ("9990100001000000213", Cause::LossByBank, domain::Cause::LossByBank),
        ];
        let mut cases = Vec::new();
        for (number, cause, said) in losses {
            bank.account(number, "1000.00").await;
            bank.act(number, StatusAction::ReportLoss, |change| change.cause = cause.into())
                .await
                .unwrap();
            cases.push(named(case(number, "ACCOUNT_LOST", said), |values| {
                values.until = until("2026-03-16 00:00");
            }));
        }
        let stops = [
            ("9990100001000000214", Cause::StopFraud, domain::Cause::StopFraud),
            ("9990100001000000215", Cause::StopArrears, domain::Cause::StopArrears),
            ("9990100001000000216", Cause::StopCustoms, domain::Cause::StopCustoms),
        ];
        for (number, cause, said) in stops {
            bank.account(number, "1000.00").await;
            let stop = bank.act(number, StatusAction::StopPayment, |change| {
                change.cause = cause.into();
                change.authority = "96110".to_owned();
                change.document_no = "ZF-17".to_owned();
                if cause == Cause::StopArrears {
                    change.amount = cny("950.00");
                }
            });
            stop.await.unwrap();
            cases.push(named(case(number, "ACCOUNT_STOPPAY", said), |values| {
                values.until = until("2026-03-12 10:00").filter(|_| cause == Cause::StopFraud);
                values.authority = Some("96110".to_owned());
                values.contact = values.authority.clone();
                values.amount = Some("CNY 950.00".to_owned());
            }));
        }
        assert_cases(&bank, &cases).await;
        let line = async |number, language| said(&refused(&bank, number, language).await).1;
        assert_eq!(
            line("9990100001000000211", "zh").await,
            "口头挂失于2026-03-16 00:00失效，请在此前持证件到网点书面确认；卡片找到可自行撤销。"
        );
        assert_eq!(
            line("9990100001000000214", "zh-CN").await,
            "账户因防范诈骗暂停付款至2026-03-12 10:00，如有疑问请联系96110并保留交易凭证。"
        );
        assert_eq!(
            line("9990100001000000214", "zh-HK").await,
            "為防騙案，付款暫停至2026-03-12 10:00；如有疑問請聯絡96110並保留交易單據。"
        );
        assert_eq!(
            line("9990100001000000214", "en").await,
            "Payments are paused until 2026-03-12 10:00 as a fraud precaution; contact 96110 and \
             keep your receipts."
        );
        bank.finish().await;
    }
}

on_every_engine! {
    async fn openings_identity_dormancy_suspicion_and_restrictions_have_their_lines(bank) {
        let statuses = [
            (AccountStatus::Opening, "ACCOUNT_OPENING", domain::Cause::OpeningInReview),
            (AccountStatus::OpenFailed, "ACCOUNT_OPEN_FAILED", domain::Cause::OpeningIncomplete),
            (AccountStatus::Closed, "ACCOUNT_CLOSED", domain::Cause::Closed),
            (AccountStatus::Suspicious, "ACCOUNT_SUSPICIOUS", domain::Cause::SuspiciousPattern),
            (AccountStatus::InfoExpired, "ACCOUNT_INFO_EXPIRED", domain::Cause::IdentityNotVerified),
            (AccountStatus::Dormant, "ACCOUNT_DORMANT", domain::Cause::DormantNoUse),
            (AccountStatus::Restricted, "ACCOUNT_RESTRICTED", domain::Cause::RestrictedByList),
        ];
        let numbers = [
            "9990100001000000221",
            "9990100001000000222",
            "9990100001000000223",
            "9990100001000000224",
            "9990100001000000225",
            "9990100001000000226",
            "9990100001000000227",
        ];
        let mut cases = Vec::new();
        for (number, (status, name, cause)) in numbers.into_iter().zip(statuses) {
            in_status(&bank, number, status).await;
            cases.push(named(case(number, name, cause), |values| {
                values.items = Some("lease proof".to_owned());
            }));
        }
        // design, texts, word by word.
        let line = async |number, language| said(&refused(&bank, number, language).await).1;
        assert_eq!(
            line(numbers[3], "zh-TW").await,
            "請聯絡開戶分行驗證近期交易，並備妥契約、發票等證明；如有異議可申訴。"
        );
        assert_eq!(line(numbers[1], "zh-CN").await, "请补交：lease proof，然后重新提交。");
        assert_eq!(
            line(numbers[4], "zh-HK").await,
            "請本人完成身份核實（面容識別或親臨分行）。"
        );
        assert_eq!(
            line(numbers[5], "zh-CN").await,
            "请持证件到网点激活，或由本人存取一笔，并核对预留资料。"
        );
        assert_eq!(
            line(numbers[2], "en").await,
            "This account is closed; use another one. Collect any returned money at a branch."
        );
        assert_cases(&bank, &cases).await;
        bank.finish().await;
    }
}

/// Words that would tip a customer off (AML Law 2024, Arts. 7 and 35), in every language.
const HINTS: [&str; 12] = [
    "AML",
    "aundering",
    "uspicio",
    "eport",
    "nvestigat",
    "洗钱",
    "洗錢",
    "可疑",
    "上报",
    "上報",
    "调查",
    "調查",
];

fn assert_no_hint(text: &str) {
    for hint in HINTS {
        assert!(!text.contains(hint), "{hint} in {text}");
    }
}

on_every_engine! {
    /// The customer hears the same about every confidential freeze, and nothing of a suspicion.
    async fn nothing_tips_a_customer_off(bank) {
        let numbers = ["9990584001000000231", "9990584001000000232", "9990584001000000233"];
        for number in numbers {
            bank.account(number, "1000.00").await;
        }
        let secret = |number| CreateFreezeRecordRequest {
            authority_name: "Bureau Seven".to_owned(),
            document_no: "2026-SECRET".to_owned(),
            reason: "secret reason".to_owned(),
            ..bank.court_order(number, "")
        };
        let aml = CreateFreezeRecordRequest {
            authority_kind: AuthorityKind::AmlTemporary.into(),
            ..secret(numbers[0])
        };
        bank.freeze(aml).await.unwrap();
        bank.freeze(CreateFreezeRecordRequest { confidential: true, ..secret(numbers[1]) })
            .await
            .unwrap();
        bank.act(numbers[2], StatusAction::MarkSuspicious, |change| {
            change.cause = Cause::SuspiciousPattern.into();
            change.reason = "secret reason".to_owned();
        })
        .await
        .unwrap();
        for (language, locale) in LANGUAGES {
            let aml = refused(&bank, numbers[0], language).await;
            let court = refused(&bank, numbers[1], language).await;
            assert_eq!(violations(&aml), violations(&court), "the two can be told apart");
            let facts = |status: &Status| {
                status.get_error_details().error_info().unwrap().metadata.clone()
            };
            assert_eq!(facts(&aml), facts(&court), "the two can be told apart");
            assert_eq!(said(&aml).1, text::confidential_line(locale));
            for status in [&aml, &court, &refused(&bank, numbers[2], language).await] {
                assert_no_hint(&said(status).1);
                let details = String::from_utf8_lossy(status.details()).into_owned();
                for fact in ["Bureau", "SECRET", "secret", "AML", "JUDICIAL"] {
                    assert!(!details.contains(fact), "{fact} in {details}");
                }
            }
            for (number, principal) in
                numbers.into_iter().flat_map(|number| [(number, "pay-svc"), (number, "auditor")])
            {
                let info = read(&bank, number, principal, language).await;
                let lines = info.solutions.iter().map(|solution| &solution.customer_line);
                let conditions = info.conditions.iter().map(|condition| &condition.message);
                for line in lines.chain(conditions).chain([&info.message, &info.status_desc]) {
                    assert_no_hint(line);
                }
            }
        }
        // The auditor may know, but what is said to the customer stays the same.
        let asked = by("auditor", bank.withdrawal(numbers[0], "100.00"));
        let audited = bank.withdraw_with(asked).await.unwrap_err();
        let details = audited.get_error_details();
        let told = &details.error_info().unwrap().metadata;
        assert_eq!(told.get("cause").map(String::as_str), Some("AML_MEASURE"));
        assert_eq!(said(&audited).1, text::confidential_line(Locale::English));
        bank.finish().await;
    }
}
