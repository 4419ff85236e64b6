//! What customers and staff read, in the language they ask for: refusals, statuses, codes.

mod lines;
mod remedies;
mod too_many;

use account_status::domain::status as domain;
use account_status::pb::v1::*;
use account_status::text::{self, Locale};
use strum::VariantArray as _;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::refusals::in_status;

/// accept-language, and the language of the answer.
const LANGUAGES: [(&str, Locale); 4] = [
    ("zh-CN,zh;q=0.9,en;q=0.8", Locale::Hans),
    ("zh-HK", Locale::Hant),
    ("zh-TW, zh-HK;q=0.5", Locale::Taiwan),
    ("en-GB", Locale::English),
];
/// Common characters that only one of the scripts has.
const ONLY_HANS: &str = "账户冻结请办网点这为与开启销证银该项务门";
const ONLY_HANT: &str = "賬帳戶凍結請辦網點這為與開啟銷證銀該項務門";

fn assert_script(line: &str, locale: Locale) {
    let has = |signs: &str| line.chars().any(|sign| signs.contains(sign));
    assert!(!line.trim().is_empty() && !line.contains(['{', '}']), "{line:?}");
    let han = line.chars().any(|sign| ('\u{4e00}'..='\u{9fff}').contains(&sign));
    match locale {
        Locale::Hans => assert!(han && !has(ONLY_HANT), "{line:?}"),
        Locale::Hant => assert!(han && !has(ONLY_HANS) && !has("帳"), "{line:?}"),
        Locale::Taiwan => assert!(han && !has(ONLY_HANS) && !has("賬"), "{line:?}"),
        Locale::English => assert!(!han, "{line:?}"),
    }
}

async fn read(bank: &Bank, number: &str, principal: &str, language: &str) -> AccountStatusInfo {
    let key = get_account_status_request::Key::AccountNumber(number.to_owned());
    let get = GetAccountStatusRequest { key: Some(key), view: 0 };
    let metadata = [("x-principal", principal), ("accept-language", language)];
    let response = bank.status_client().get_account_status(with(&metadata, get)).await.unwrap();
    response.into_inner().account_status.unwrap()
}

on_every_engine! {
    async fn a_status_speaks_the_callers_language_and_keeps_bank_lines_apart(bank) {
        for (index, status) in domain::AccountStatus::VARIANTS.iter().enumerate() {
            let number = format!("99905840010000003{index:02}");
            let wire = AccountStatus::try_from(i32::try_from(index).unwrap() + 1).unwrap();
            in_status(&bank, &number, wire).await;
            for (language, locale) in LANGUAGES {
                let info = read(&bank, &number, "pay-svc", language).await;
                assert_eq!(info.status_code, status.code());
                assert_eq!(info.status_name, status.name(), "the same in every language");
                assert_eq!(info.status_desc, text::status_description(*status, locale));
                assert_script(&info.status_desc, locale);
                if *status == domain::AccountStatus::Normal {
                    assert!(info.message.is_empty() && info.solutions.is_empty());
                    continue;
                }
                let solution = &info.solutions[0];
                assert_eq!(info.message, solution.customer_line);
                assert!(!info.message.is_empty() && !solution.bank_line.is_empty());
                assert_ne!(info.message, solution.bank_line);
                let cause = domain::Cause::VARIANTS
                    .iter()
                    .find(|cause| solution.cause().as_str_name() == format!("CAUSE_{}", cause.name()))
                    .unwrap();
                assert_eq!(solution.bank_line, text::bank_line(*cause, locale));
                assert_script(&solution.bank_line, locale);
            }
        }
        // What is hidden from the caller has no bank line: it would tell what kind of thing it is.
        let number = "9990584001000000320";
        bank.account(number, "10.00").await;
        let secret =
            CreateFreezeRecordRequest { confidential: true, ..bank.court_order(number, "") };
        bank.freeze(secret).await.unwrap();
        let hidden = read(&bank, number, "pay-svc", "en").await;
        assert_eq!(hidden.solutions[0].bank_line, "");
        assert_eq!(hidden.conditions[0].bank_line, "");
        assert_ne!(bank.status(number).await.unwrap().solutions[0].bank_line, "");
        bank.finish().await;
    }
}

async fn codes(bank: &Bank, language: Option<&str>) -> Vec<StatusCode> {
    let metadata: Vec<(&'static str, &str)> =
        language.map(|language| ("accept-language", language)).into_iter().collect();
    let list = with(&metadata, ListStatusCodesRequest {});
    bank.status_client().list_status_codes(list).await.unwrap().into_inner().status_codes
}

on_every_engine! {
    async fn eleven_codes_are_complete_in_each_language(bank) {
        // design, texts 1: names in Simplified, Traditional, Taiwan's and English words.
        let names = [
            ("NORMAL", "正常", "正常", "正常", "Normal"),
            ("FROZEN", "冻结", "凍結", "凍結", "Frozen"),
            ("STOPPAY", "止付", "止付", "止付", "Payments stopped"),
            ("LOST", "挂失", "掛失", "掛失", "Reported lost"),
            ("OPENING", "开户中", "開戶中", "開戶中", "Opening in progress"),
            ("OPEN_FAILED", "开户失败", "開戶失敗", "開戶失敗", "Opening declined"),
            ("INFO_EXPIRED", "信息过期", "資料過期", "資料過期", "Information out of date"),
            ("DORMANT", "睡眠户", "不動戶", "靜止戶", "Dormant"),
            ("SUSPICIOUS", "可疑账户", "可疑賬戶", "可疑帳戶", "Suspicious"),
            ("RESTRICTED", "限制交易", "限制交易", "限制交易", "Restricted"),
            ("CLOSED", "注销", "註銷", "註銷", "Closed"),
        ];
        for (language, locale) in LANGUAGES {
            let codes = codes(&bank, Some(language)).await;
            assert_eq!(codes.len(), 11);
            let mut causes = Vec::new();
            for (index, (code, (name, hans, hant, taiwan, english))) in
                codes.iter().zip(names).enumerate()
            {
                let shown = match locale {
                    Locale::Hans => hans,
                    Locale::Hant => hant,
                    Locale::Taiwan => taiwan,
                    Locale::English => english,
                };
                assert_eq!(code.status_code, format!("{index:02}"));
                assert_eq!((code.status_name.as_str(), code.display_name.as_str()), (name, shown));
                assert_script(&code.description, locale);
                let tip = !matches!(name, "NORMAL" | "CLOSED");
                assert_eq!(!code.prevention.is_empty(), tip, "{name}");
                assert_eq!(code.causes.is_empty(), name == "NORMAL");
                for solution in &code.causes {
                    assert!(!solution.customer_line.is_empty() && !solution.bank_line.is_empty());
                    causes.push(solution.cause);
                }
            }
            causes.sort_unstable();
            let all: Vec<i32> = (1..).take_while(|cause| Cause::try_from(*cause).is_ok()).collect();
            // Too many accounts are reviewed or declined; every other cause leads to one code.
            let twice = causes.iter().position(|cause| *cause == Cause::OpeningTooMany as i32);
            causes.remove(twice.unwrap());
            assert_eq!(causes, all, "every cause leads to a code");
        }
        let hans = codes(&bank, Some("zh")).await;
        assert_eq!(hans[2].description, "对外付款暂停，入账照常。");
        assert_eq!(hans[6].prevention, "证件到期前更新资料。");
        let court = hans[1].causes.iter().find(|c| c.cause() == Cause::JudicialCourt).unwrap();
        assert!(court.customer_line.starts_with("请向{authority}（{document}）了解案情"));
        // Nothing asked for, or nothing that we have: English.
        let english = codes(&bank, Some("en")).await;
        for other in [None, Some("fr-FR"), Some(",,;q=x"), Some("zh;q=0")] {
            assert_eq!(codes(&bank, other).await, english, "{other:?}");
        }
        bank.finish().await;
    }
}
