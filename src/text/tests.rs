//! What holds for every text in every language.

use strum::VariantArray;

use super::*;
use crate::domain::refusal::Reason;
use crate::domain::status::{AccountStatus, Cause};

const NAME_HAN_MAX: usize = 6;
const LINE_HAN_MAX: usize = 50;
const LINE_LATIN_MAX: usize = 130;

/// The characters of our texts that are written in simplified Chinese only.
const SIMPLIFIED: [&str; 4] = [
    "与专业个临为义书于余偿关内决况冻减几凭划则刚办务动单双发变号后启响处备复头实审",
    "对将尽岗币带并应废开异当录态悬愿户执护报担挂换据携数无时暂机权来柜没满点状现电",
    "畅码确种税笔约级纳线经结统继续维编缴网职联脸范补规视计认议记设证诈诉试话询该说",
    "请调谈败账质资转轮较达过还进遗鉴银销长闭问间险随项顺须预领频题额风验骗齐",
];

/// The same characters in traditional Chinese.
const TRADITIONAL: [&str; 4] = [
    "與專業個臨為義書於餘償關內決況凍減幾憑劃則剛辦務動單雙發變號後啟響處備復頭實審",
    "對將盡崗幣帶並應廢開異當錄態懸願戶執護報擔掛換據攜數無時暫機權來櫃沒滿點狀現電",
    "暢碼確種稅筆約級納線經結統繼續維編繳網職聯臉範補規視計認議記設證詐訴試話詢該說",
    "請調談敗賬質資轉輪較達過還進遺鑑銀銷長閉問間險隨項順須預領頻題額風驗騙齊",
];

/// Hong Kong banking words that a Taiwan reader would stumble over.
const HONG_KONG: [&str; 18] = [
    "賬",
    "結餘",
    "手機銀行",
    "網上",
    "帶同",
    "親臨",
    "櫃位",
    "身份",
    "不動戶",
    "客戶服務",
    "取消賬戶",
    "結束",
    "合約",
    "扣劃",
    "提高限額",
    "盡職審查",
    "知會",
    "核實",
];

fn full() -> Placeholders {
    let value = |text: &str| Some(format!("<{text}>"));
    Placeholders {
        authority: value("authority"),
        document: value("document"),
        until: value("until"),
        items: value("items"),
        contact: value("contact"),
        amount: value("amount"),
        limit: value("limit"),
        limit_kind: value("limit_kind"),
        reset_time: value("reset_time"),
        account: value("account"),
        count: value("count"),
    }
}

fn names(locale: Locale) -> Vec<String> {
    let each = AccountStatus::VARIANTS.iter().flat_map(|status| {
        [status_name(*status, locale), status_shown_to_customer(*status, locale)]
    });
    each.chain([status_partly_frozen(locale)]).map(String::from).collect()
}

/// Every form of the line of a cause in the words of the locale, with its braces.
fn forms(cause: Cause, locale: Locale) -> Vec<String> {
    let line = cause::customer(cause, locale);
    let written = line.forms.iter().chain([&line.bare]);
    written.map(|form| wording::localised(form, locale).into_owned()).collect()
}

/// Everything that customers may read.
fn lines(locale: Locale) -> Vec<String> {
    let statuses = AccountStatus::VARIANTS.iter().flat_map(|status| {
        [Some(status_description(*status, locale)), prevention(*status, locale)]
    });
    let reasons = Reason::VARIANTS.iter().map(|reason| reason_line(*reason, locale));
    let causes = Cause::VARIANTS.iter().flat_map(|cause| forms(*cause, locale));
    let papers = Cause::VARIANTS.iter().flat_map(|cause| {
        let name = remedy::contact_name(remedy::contact(*cause), locale);
        remedy::documents(*cause, locale).into_iter().chain([name])
    });
    let fixed = statuses.flatten().chain(reasons).chain([confidential_line(locale)]).chain(papers);
    fixed.map(String::from).chain(causes).collect()
}

fn bank_lines(locale: Locale) -> Vec<String> {
    Cause::VARIANTS.iter().map(|cause| bank_line(*cause, locale).into_owned()).collect()
}

fn everything(locale: Locale) -> Vec<String> {
    [names(locale), lines(locale), bank_lines(locale), receipt::sentences(locale)].concat()
}

fn han(text: &str) -> usize {
    text.chars().filter(|c| ('\u{4e00}'..='\u{9fff}').contains(c)).count()
}

#[test]
fn every_text_exists_and_is_trimmed() {
    for locale in Locale::VARIANTS {
        for text in everything(*locale) {
            assert!(!text.is_empty());
            assert_eq!(text.trim(), text);
        }
    }
    for reason in Reason::VARIANTS {
        assert!(reason_message(*reason).is_ascii());
        assert!(!reason_message(*reason).is_empty());
    }
}

#[test]
fn names_and_lines_keep_their_length() {
    for locale in Locale::VARIANTS {
        for name in names(*locale) {
            assert!(han(&name) <= NAME_HAN_MAX, "{name}");
        }
        for line in [lines(*locale), bank_lines(*locale)].concat() {
            let fits = han(&line) <= LINE_HAN_MAX && line.chars().count() <= LINE_LATIN_MAX;
            assert!(fits, "{line}");
        }
    }
}

#[test]
fn each_language_keeps_to_its_script() {
    for (locale, foreign) in
        [(Locale::Hans, TRADITIONAL), (Locale::Hant, SIMPLIFIED), (Locale::Taiwan, SIMPLIFIED)]
    {
        for text in everything(locale) {
            assert!(!text.contains(|c| foreign.iter().any(|row| row.contains(c))), "{text}");
        }
    }
    assert!(everything(Locale::English).iter().all(|text| han(text) == 0));
}

#[test]
fn taiwan_texts_hold_no_hong_kong_word() {
    for text in everything(Locale::Taiwan) {
        for word in HONG_KONG {
            assert!(!text.contains(word), "{word} in {text}");
        }
    }
}

#[test]
fn no_brace_is_left_with_or_without_values() {
    for locale in Locale::VARIANTS {
        for cause in Cause::VARIANTS {
            for placeholders in [Placeholders::default(), full()] {
                let line = customer_line(*cause, *locale, &placeholders);
                assert!(!line.contains(['{', '}']), "{line}");
            }
            let bare = customer_line(*cause, *locale, &Placeholders::default());
            assert!(!bare.contains('<'), "{bare}");
        }
    }
    let fixed = [names(Locale::English), bank_lines(Locale::Hant)].concat();
    assert!(fixed.iter().all(|text| !text.contains(['{', '}'])));
}

#[test]
fn full_form_takes_every_value_that_any_form_takes() {
    for locale in Locale::VARIANTS {
        for cause in Cause::VARIANTS {
            let forms = forms(*cause, *locale);
            let braces = |form: &String| form.matches('{').count();
            let most = forms.iter().map(braces).max();
            assert_eq!(forms.first().map(braces), most, "{forms:?}");
            let filled = customer_line(*cause, *locale, &full());
            assert_eq!(Some(filled.matches('<').count()), most, "{filled}");
        }
    }
}

#[test]
fn missing_value_takes_its_clause_with_it() {
    let court = Placeholders { authority: Some("A Court".to_owned()), ..Placeholders::default() };
    for (cause, placeholders, expected) in [
        (
            Cause::JudicialCourt,
            &court,
            "Ask A Court; it decides on release after payment, security or an objection – the bank cannot.",
        ),
        (
            Cause::StopFraud,
            &Placeholders { until: Some("18:00".to_owned()), ..Placeholders::default() },
            "Payments are paused until 18:00 as a fraud precaution; contact us and keep your receipts.",
        ),
        (
            Cause::LimitReached,
            &Placeholders { limit_kind: Some("Daily limit".to_owned()), ..Placeholders::default() },
            "Daily limit is used up; ask for a raise or use another account of yours.",
        ),
        (
            Cause::OpeningIncomplete,
            &Placeholders::default(),
            "Supply the missing items, then resubmit.",
        ),
    ] {
        assert_eq!(customer_line(cause, Locale::English, placeholders), expected);
    }
}

#[test]
fn unseen_freeze_of_an_authority_cannot_be_told_from_a_confidential_one() {
    let nothing = Placeholders::default();
    for locale in Locale::VARIANTS {
        for cause in [
            Cause::AmlMeasure,
            Cause::JudicialCourt,
            Cause::JudicialCriminal,
            Cause::JudicialOther,
            Cause::AdminTax,
            Cause::StopCustoms,
        ] {
            assert_eq!(customer_line(cause, *locale, &nothing), confidential_line(*locale));
        }
    }
}

#[test]
fn customer_is_never_tipped_off() {
    let hints = "洗钱 洗錢 可疑 上报 上報 报告 報告 调查 調查 规则 規則 名单 名單 公安 警 launder uspicio report investigat rule";
    for locale in Locale::VARIANTS {
        for text in [
            customer_line(Cause::AmlMeasure, *locale, &full()),
            customer_line(Cause::SuspiciousPattern, *locale, &full()),
            customer_line(Cause::RestrictedByList, *locale, &full()),
            confidential_line(*locale),
            status_shown_to_customer(AccountStatus::Suspicious, *locale),
            status_description(AccountStatus::Suspicious, *locale),
            reason_line(Reason::AccountSuspicious, *locale),
            reason_message(Reason::AccountSuspicious).into(),
            remedy::documents(Cause::AmlMeasure, *locale).concat().into(),
            remedy::documents(Cause::SuspiciousPattern, *locale).concat().into(),
            remedy::documents(Cause::RestrictedByList, *locale).concat().into(),
        ] {
            assert!(hints.split(' ').all(|hint| !text.contains(hint)), "{text}");
        }
    }
}
