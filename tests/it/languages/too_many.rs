//! What a customer is told who has as many accounts or cards as the bank allows.

use account_status::config::TooManySetting;
use account_status::pb::v1::*;
use tonic::Status;
use tonic_types::StatusExt as _;

use super::{LANGUAGES, read};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// The line of OPENING_TOO_MANY, in the order of the languages.
fn lines(limit: &str) -> [String; 4] {
    [
        format!("您名下账户或卡片已达上限{limit}，请先注销不用的，再行申请。"),
        format!("您名下賬戶或卡片已達上限{limit}，請先取消不用者再申請。"),
        format!("您名下帳戶或卡片已達上限{limit}，請先將不用者結清銷戶再申請。"),
        format!("You hold the most accounts or cards allowed ({limit}); close one first."),
    ]
}

/// What an answer tells the customer, and which accounts or cards it counts.
fn said(status: &Status) -> (String, String, i64) {
    let details = status.get_error_details();
    assert_eq!(reason(status), "LIMIT_EXCEEDED");
    let cause = details.error_info().unwrap().metadata.get("cause").cloned();
    assert_eq!(cause.as_deref(), Some("OPENING_TOO_MANY"));
    let quota = &details.quota_failure().unwrap().violations[0];
    let line = details.localized_message().unwrap().message.clone();
    (line, quota.description.clone(), quota.quota_value)
}

async fn opens(bank: &Bank, number: &str, language: &str) -> Result<(), Status> {
    let open = OpenAccountRequest {
        account_number: number.to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..Default::default()
    };
    let request = with(&[("accept-language", language)], open);
    bank.account_client().open_account(request).await.map(|_| ())
}

on_every_engine! {
    async fn who_has_too_many_is_told_how_many_in_every_language(bank) {
        let bank = bank
            .reopen(|given| {
                given.accounts_per_customer = Some(1);
                given.cards_per_customer = Some(2);
            })
            .await;
        let (first, second) = ("9990584001000000410", "9990584001000000411");
        opens(&bank, first, "en").await.unwrap();
        opens(&bank, second, "en").await.unwrap();
        bank.act(second, StatusAction::RejectOpening, |change| {
            change.causes = vec![Cause::OpeningTooMany.into()];
        })
        .await
        .unwrap();
        for ((language, _), line) in LANGUAGES.iter().zip(lines("1")) {
            let info = read(&bank, second, "pay-svc", language).await;
            assert_eq!((&info.message, &info.conditions[0].message), (&line, &line));
            assert_eq!(info.solutions[0].customer_line, line);
            // A refusal for that condition says the same.
            let withdrawal = with(&[("accept-language", language)], bank.withdrawal(second, "1.00"));
            let refused = bank.withdraw_with(withdrawal).await.unwrap_err();
            let told = refused.get_error_details().localized_message().unwrap().message.clone();
            assert_eq!(told, line);
        }
        let bank = bank
            .reopen(|given| {
                given.accounts_per_customer = Some(1);
                given.cards_per_customer = Some(2);
                given.too_many_accounts = Some(TooManySetting::Refuse);
            })
            .await;
        bank.act(first, StatusAction::CompleteOpening, |_| {}).await.unwrap();
        for card in ["6299990000000411", "6299990000000412"] {
            bank.bind_card(first, card).await.unwrap();
        }
        for ((language, _), (accounts, cards)) in
            LANGUAGES.iter().zip(lines("1").into_iter().zip(lines("2")))
        {
            let refused = opens(&bank, "9990584001000000412", language).await.unwrap_err();
            assert_eq!(said(&refused), (accounts, "accounts of the customer".to_owned(), 1));
            let bind = BindCardRequest {
                account_number: first.to_owned(),
                card_number: "6299990000000413".to_owned(),
                request_id: fresh(),
                ..Default::default()
            };
            let bind = with(&[("accept-language", language)], bind);
            let refused = bank.account_client().bind_card(bind).await.unwrap_err();
            assert_eq!(said(&refused), (cards, "cards of the customer".to_owned(), 2));
        }
        bank.finish().await;
    }
}
