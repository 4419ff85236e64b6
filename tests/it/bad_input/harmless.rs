//! What looks dangerous and is just text: it is stored and shown as it was typed, and nothing else
//! comes of it. And card numbers that fail the Luhn check, as real ones do.

use account_status::pb::v1::*;

use super::{NUMBER, opening, payment, posting};
use crate::harness::calls::*;
use crate::on_every_engine;

const TEXTS: [&str; 9] = [
    "'; DROP TABLE withdrawal; --",
    "\" OR 1=1 /*",
    "$1 ?1 :name %s {} {0} ${HOME} $(id)",
    "<script>alert(1)</script> &amp; ../../etc/passwd",
    "{\"Err\":{\"refusals\":[]}} [null] \\u0000 \\",
    "NULL",
    "=1+1; @SUM(A1)",
    "José 王小明 𠮷野家 😀",
    "a\u{301} combined",
];

on_every_engine! {
    async fn dangerous_words_are_stored_and_shown_as_typed(bank) {
        bank.account(NUMBER, "1000.00").await;
        for (index, text) in TEXTS.into_iter().enumerate() {
            let number = format!("99905840010000061{index:02}");
            let open = OpenAccountRequest {
                account_number: number.clone(),
                account_name: text.to_owned(),
                ..opening()
            };
            bank.account_client().open_account(open).await.unwrap();
            assert_eq!(bank.status(&number).await.unwrap().account_name, text);

            let mut request = payment(&bank, |payee| payee.name = text.to_owned());
            request.reference = text.to_owned();
            let withdrawal = bank.withdraw_with(request).await.unwrap();
            assert_eq!(withdrawal.reference, text);
            let traded = posting(&bank, |request| {
                let counterparty =
                    Counterparty { name: text.to_owned(), account_number: "77".to_owned() };
                request.counterparty = Some(counterparty);
            });
            bank.record(traded).await.unwrap();

            let order = CreateFreezeRecordRequest {
                authority_name: text.to_owned(),
                reason: text.to_owned(),
                unfreeze_condition: text.to_owned(),
                officers: vec![Officer { name: text.to_owned(), badge_no: "7".to_owned() }],
                ..bank.bank_freeze(NUMBER, "1.00")
            };
            let (freeze, _) = bank.freeze(order).await.unwrap();
            let kept = bank.freezes(NUMBER).await.into_iter().next().unwrap();
            assert_eq!(kept.freeze_id, freeze.freeze_id);
            let shown = [&kept.authority_name, &kept.reason, &kept.unfreeze_condition];
            assert_eq!(shown, [text; 3]);
            assert_eq!(kept.officers[0].name, text);

            bank.act(&number, StatusAction::CompleteOpening, |_| {}).await.unwrap();
            bank.act(&number, StatusAction::MarkSuspicious, |change| {
                change.cause = Cause::SuspiciousPattern.into();
                change.reason = text.to_owned();
            })
            .await
            .unwrap();
            assert_eq!(bank.history(&number).await[0].change_reason, text);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_card_number_is_looked_for_whatever_its_check_digit(bank) {
        for card in ["6299990000000002", "6299990000000003", "629999000000", "6299990000000000000"] {
            let key = get_account_status_request::Key::CardNumber(card.to_owned());
            let get = GetAccountStatusRequest { key: Some(key), view: 0 };
            let answer = bank.status_client().get_account_status(get).await.unwrap_err();
            assert_eq!(reason(&answer), "CARD_NOT_FOUND", "{card}");
        }
        bank.finish().await;
    }
}
