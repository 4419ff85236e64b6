//! What to do and whom to ask, and why an act was refused, in the language of the caller.

use account_status::domain::refusal::Reason;
use account_status::pb::v1::*;
use account_status::text::{self, Locale};
use tonic_types::StatusExt as _;

use super::{LANGUAGES, assert_script, read};
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::refusals::in_status;

/// A status, then whom to contact and what to bring, in the order of [`LANGUAGES`].
const REMEDIES: [(AccountStatus, &str, &[&str]); 4] = [
    (AccountStatus::Dormant, "任一网点柜台", &["有效身份证件"]),
    (AccountStatus::Suspicious, "開戶分行 999584000101", &["有效身份證件"]),
    (AccountStatus::InfoExpired, "行動銀行或任何分行", &["有效身分證件"]),
    (AccountStatus::Lost, "The counter of any branch", &["A valid identity document"]),
];

on_every_engine! {
    async fn whom_to_contact_and_what_to_bring_is_said_in_the_callers_language(bank) {
        let rows = LANGUAGES.iter().zip(REMEDIES).enumerate();
        for (index, ((language, locale), (status, contact, documents))) in rows {
            let number = format!("99905840010000033{index:02}");
            in_status(&bank, &number, status).await;
            let remedy = read(&bank, &number, "pay-svc", language).await.remedy.unwrap();
            assert_eq!(remedy.contact, contact);
            assert_eq!(remedy.documents[..documents.len()], *documents, "{status:?}");
            for (language, locale) in LANGUAGES {
                let remedy = read(&bank, &number, "pay-svc", language).await.remedy.unwrap();
                for line in remedy.documents.iter().chain([&remedy.contact]) {
                    assert_script(line, locale);
                }
            }
            assert_script(contact, *locale);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_refused_act_says_why_in_the_callers_language(bank) {
        let number = "9990584001000003350";
        bank.account(number, "10.00").await;
        for (language, locale) in LANGUAGES {
            let metadata = [("accept-language", language)];
            let act = |action: StatusAction| ChangeAccountStatusRequest {
                account_number: number.to_owned(),
                action: action.into(),
                request_id: fresh(),
                ..ChangeAccountStatusRequest::default()
            };
            let approve = ApproveRequest {
                account_number: number.to_owned(),
                approval_id: "none".to_owned(),
                request_id: fresh(),
                ..ApproveRequest::default()
            };
            let mut accounts = bank.account_client();
            let close = accounts.change_account_status(with(&metadata, act(StatusAction::Close)));
            let close = close.await.unwrap_err();
            let wake = with(&metadata, act(StatusAction::ResumePayment));
            let wake = accounts.change_account_status(wake).await.unwrap_err();
            let unknown = bank.approval_client().approve(with(&metadata, approve)).await;
            for (refused, expected) in [
                (close, Reason::CloseBlocked),
                (wake, Reason::ActionNotApplicable),
                (unknown.unwrap_err(), Reason::ApprovalNotFound),
            ] {
                assert_eq!(reason(&refused), expected.name());
                let details = refused.get_error_details();
                let line = details.localized_message().unwrap();
                assert_eq!(line.locale, locale.tag());
                assert_eq!(line.message, text::reason_line(expected, locale));
                assert_script(&line.message, locale);
                if (expected, locale) == (Reason::CloseBlocked, Locale::Taiwan) {
                    assert_eq!(line.message, "帳戶尚有未了結的事項，暫時不能註銷。");
                }
            }
        }
        bank.finish().await;
    }
}
