//! Account numbers, ids and words.

use account_status::pb::v1::*;

use super::{
    NUMBER, assert_invalid, busy_account, opening, payment, posting, release, seen, whole,
    withdrawal,
};
use crate::harness::Bank;
use crate::on_every_engine;

on_every_engine! {
    async fn account_numbers_and_ids_hold_nothing_hidden(bank) {
        let before = busy_account(&bank).await;
        let long = "9".repeat(35);
        for number in [
            "", &long, "12 34", "12-34", "12\0", "12\r\n34", "12\u{200b}34", "12\u{202e}34", "١٢٣",
            "１２３", "1' OR '1'='1", "测试",
        ] {
            refuses_account_number(&bank, number).await;
        }
        let long = "i".repeat(65);
        for id in ["", &long, "a b", "a\n", "a\0b", "a\u{200b}b", "a\u{200f}b", "é", "编号"] {
            let request = withdrawal(&bank, |request| request.request_id = id.to_owned());
            assert_invalid(bank.withdraw_with(request).await, &["request_id"], id);
            let answer = bank.act(NUMBER, StatusAction::MarkSuspicious, |change| {
                change.cause = Cause::SuspiciousPattern.into();
                change.request_id = id.to_owned();
            });
            assert_invalid(answer.await, &["request_id"], id);
            assert_invalid(bank.cancel(NUMBER, id).await, &["withdrawal_id"], id);
            let answer = bank.release(release(&bank, |release| release.freeze_id = id.to_owned()));
            assert_invalid(answer.await, &["freeze_id"], id);
            if !id.is_empty() {
                let named = posting(&bank, |request| request.transaction_id = id.to_owned());
                assert_invalid(bank.record(named).await, &["transaction_id"], id);
            }
        }
        for card in ["", "12345678901", "12345678901234567890", "6299 9900", "62999900000000x0"] {
            let key = get_account_status_request::Key::CardNumber(card.to_owned());
            let get = GetAccountStatusRequest { key: Some(key), view: 0 };
            let answer = bank.status_client().get_account_status(get).await;
            assert_invalid(answer, &["card_number"], card);
        }
        for etag in ["7", "w1", "v01", "v-1", "v 1", "*"] {
            let request = withdrawal(&bank, |request| request.etag = etag.to_owned());
            assert_invalid(bank.withdraw_with(request).await, &["etag"], etag);
        }
        assert_eq!(seen(&bank).await, before);
        bank.finish().await;
    }
}

async fn refuses_account_number(bank: &Bank, number: &str) {
    let account_number = number.to_owned();
    let one = ["account_number"];
    let request = WithdrawRequest {
        account_number: account_number.clone(),
        ..bank.withdrawal(NUMBER, "1.00")
    };
    assert_invalid(bank.withdraw_with(request).await, &one, number);
    assert_invalid(bank.credit(number, "1.00").await, &one, number);
    assert_invalid(bank.freeze(bank.court_order(number, "")).await, &one, number);
    assert_invalid(bank.release(bank.court_release(number, "F1")).await, &one, number);
    assert_invalid(bank.cancel(number, "W1").await, &one, number);
    let answer = bank.act(number, StatusAction::CompleteOpening, |_| {}).await;
    assert_invalid(answer, &one, number);
    let open = OpenAccountRequest { account_number: account_number.clone(), ..opening() };
    assert_invalid(bank.account_client().open_account(open).await, &one, number);
    assert_invalid(bank.status(number).await, &one, number);
    let list = ListWithdrawalsRequest { account_number, ..Default::default() };
    assert_invalid(bank.withdraw_client().list_withdrawals(list).await, &one, number);
    let key = get_account_status_request::Key::AccountNumber(number.to_owned());
    let get = GetAccountStatusRequest { key: Some(key), view: 0 };
    assert_invalid(bank.status_client().get_account_status(get).await, &one, number);
    let payee = payment(bank, |payee| payee.account_number = number.to_owned());
    assert_invalid(bank.withdraw_with(payee).await, &["beneficiary.account_number"], number);
}

on_every_engine! {
    async fn words_hold_no_control_characters_and_no_more_than_they_may(bank) {
        let before = busy_account(&bank).await;
        let long = "长".repeat(501);
        for words in ["a\0b", "a\r\nb", "a\tb", "\u{1b}[31m", "a\u{202e}b", "a\u{2028}b", &long] {
            let text = || words.to_owned();
            let one = ["reason"];
            assert_invalid(bank.freeze(whole(&bank, |o| o.reason = text())).await, &one, words);
            let answer = bank.release(release(&bank, |release| release.reason = text()));
            assert_invalid(answer.await, &one, words);
            let act = bank.act(NUMBER, StatusAction::ReportLoss, |change| {
                change.cause = Cause::LossOral.into();
                change.reason = text();
            });
            assert_invalid(act.await, &one, words);
            let request = withdrawal(&bank, |request| request.reference = text());
            assert_invalid(bank.withdraw_with(request).await, &["reference"], words);
            let named = payment(&bank, |payee| payee.name = text());
            assert_invalid(bank.withdraw_with(named).await, &["beneficiary.name"], words);
            let order = whole(&bank, |order| order.authority_name = text());
            assert_invalid(bank.freeze(order).await, &["authority_name"], words);
            let order = whole(&bank, |order| order.document_no = text());
            assert_invalid(bank.freeze(order).await, &["document_no"], words);
            let open = OpenAccountRequest { account_name: text(), ..opening() };
            let answer = bank.account_client().open_account(open).await;
            assert_invalid(answer, &["account_name"], words);
        }
        // Ids for people, such as a document's number, show all they hold.
        for id in ["A\u{200b}1", "A\u{200f}1", "A\u{feff}1", "A\u{ad}1"] {
            let order = whole(&bank, |order| order.document_no = id.to_owned());
            assert_invalid(bank.freeze(order).await, &["document_no"], id);
        }
        for blank in ["", " "] {
            let order = whole(&bank, |order| order.reason = blank.to_owned());
            assert_invalid(bank.freeze(order).await, &["reason"], "no reason");
            let order = whole(&bank, |order| order.authority_name = blank.to_owned());
            assert_invalid(bank.freeze(order).await, &["authority_name"], "no authority");
            let named = payment(&bank, |payee| payee.name = blank.to_owned());
            assert_invalid(bank.withdraw_with(named).await, &["beneficiary.name"], "no name");
        }
        for code in ["", "AB-1", "中行", &"9".repeat(36)] {
            let named = payment(&bank, |payee| payee.bank_code = code.to_owned());
            assert_invalid(bank.withdraw_with(named).await, &["beneficiary.bank_code"], code);
        }
        let own = payment(&bank, |payee| payee.account_number = NUMBER.to_owned());
        assert_invalid(bank.withdraw_with(own).await, &["beneficiary.account_number"], "own");
        let nobody = withdrawal(&bank, |request| request.beneficiary = None);
        assert_invalid(bank.withdraw_with(nobody).await, &["beneficiary"], "nobody");
        assert_eq!(seen(&bank).await, before);
        bank.finish().await;
    }
}
