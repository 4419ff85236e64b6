//! Request ids: the same request is answered the same and takes effect once; another one under the
//! same id is refused; what was refused for good stays refused.

mod commands;

use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const NUMBER: &str = "9990584001000000401";

/// The answer of a withdrawal that may be a replay.
async fn send(bank: &Bank, request: &WithdrawRequest) -> Result<Withdrawal, Status> {
    bank.withdraw_with(request.clone()).await
}

on_every_engine! {
    async fn a_withdrawal_is_answered_the_same_whatever_happened_since(bank) {
        bank.account(NUMBER, "1000.00").await;
        let request =
            WithdrawRequest { reference: "invoice 7".to_owned(), ..bank.withdrawal(NUMBER, "100.5") };
        let first = send(&bank, &request).await.unwrap();
        assert_eq!(first.state(), WithdrawalState::Reserved);
        assert_eq!(send(&bank, &request).await.unwrap(), first);

        bank.cancel(NUMBER, &first.withdrawal_id).await.unwrap();
        bank.credit(NUMBER, "7.00").await.unwrap();
        mark(&bank, StatusAction::MarkDormant, Cause::DormantNoUse).await;
        bank.pass(chrono::Duration::days(400));
        assert_eq!(send(&bank, &request).await.unwrap(), first, "effects are remembered for ever");

        // Not part of the content: how the amount is written, the etag, the language.
        let etag = bank.status(NUMBER).await.unwrap().etag;
        for same in [
            WithdrawRequest { amount: cny("100.50"), ..request.clone() },
            WithdrawRequest { etag, ..request.clone() },
            WithdrawRequest { etag: "v0".to_owned(), ..request.clone() },
        ] {
            assert_eq!(send(&bank, &same).await.unwrap(), first);
        }
        let chinese = with(&[("accept-language", "zh")], request.clone());
        assert_eq!(bank.withdraw_with(chinese).await.unwrap(), first);
        assert_eq!(bank.available(NUMBER).await, "1007.00");
        bank.finish().await;
    }
}

/// Equal answers; the bytes may differ, because the entries of a map have no order.
fn assert_same(one: &Status, other: &Status) {
    assert_eq!((one.code(), one.message()), (other.code(), other.message()));
    let facts = |status: &Status| status.get_error_details().error_info().unwrap().metadata.clone();
    let line =
        |status: &Status| status.get_error_details().localized_message().unwrap().message.clone();
    assert_eq!((reason(one), facts(one), line(one)), (reason(other), facts(other), line(other)));
    assert_eq!(violations(one), violations(other));
}

async fn mark(bank: &Bank, action: StatusAction, cause: Cause) {
    bank.act(NUMBER, action, |change| change.cause = cause.into()).await.unwrap();
}

on_every_engine! {
    async fn other_content_under_the_same_id_is_refused_and_changes_nothing(bank) {
        bank.account(NUMBER, "1000.00").await;
        bank.account("9990584001000000402", "1000.00").await;
        let request = bank.withdrawal(NUMBER, "100.00");
        let first = send(&bank, &request).await.unwrap();
        let payee = |set: fn(&mut Beneficiary)| {
            let mut other = request.clone();
            set(other.beneficiary.as_mut().unwrap());
            other
        };
        for other in [
            WithdrawRequest { amount: cny("100.01"), ..request.clone() },
            WithdrawRequest { reference: "other".to_owned(), ..request.clone() },
            WithdrawRequest { purpose: Purpose::Tax.into(), ..request.clone() },
            WithdrawRequest { preferred_channel: "CH-FAST".to_owned(), ..request.clone() },
            payee(|payee| payee.name = "Somebody Else".to_owned()),
            payee(|payee| payee.account_number = "9990111122224444".to_owned()),
            payee(|payee| payee.bank_code = "999100000002".to_owned()),
            payee(|payee| payee.kind = BeneficiaryKind::Organisation.into()),
        ] {
            let refused = send(&bank, &other).await.unwrap_err();
            assert_eq!(reason(&refused), "REQUEST_ID_REUSED", "{other:?}");
            assert_eq!(refused.code(), Code::AlreadyExists);
        }
        let at_counter = with(&[("x-entry-channel", "COUNTER")], request.clone());
        let refused = bank.withdraw_with(at_counter).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED", "the entry channel is content");
        // Another kind of command under the id.
        let cancel = CancelWithdrawalRequest {
            account_number: NUMBER.to_owned(),
            withdrawal_id: first.withdrawal_id.clone(),
            request_id: request.request_id.clone(),
            ..CancelWithdrawalRequest::default()
        };
        let refused = bank.withdraw_client().cancel_withdrawal(cancel).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
        assert_eq!(bank.available(NUMBER).await, "900.00");

        // Another principal or another account makes another request.
        let second = bank.withdraw_with(by("pay-svc", request.clone())).await.unwrap();
        let elsewhere = WithdrawRequest {
            account_number: "9990584001000000402".to_owned(),
            ..request.clone()
        };
        let third = send(&bank, &elsewhere).await.unwrap();
        assert!(first.withdrawal_id != second.withdrawal_id);
        assert!(third.withdrawal_id != first.withdrawal_id);
        assert_eq!(bank.available(NUMBER).await, "800.00");
        assert_eq!(send(&bank, &request).await.unwrap(), first);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_hundred_identical_calls_at_once_take_effect_once(bank) {
        bank.account(NUMBER, "1000.00").await;
        let request = bank.withdrawal(NUMBER, "10.00");
        let answers = join_all((0..100).map(|_| send(&bank, &request))).await;
        let first = answers[0].as_ref().unwrap();
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|one| one == first)));
        assert_eq!(bank.available(NUMBER).await, "990.00");

        // The same with a refusal: a hundred equal answers.
        let request = bank.withdrawal(NUMBER, "991.00");
        let refusals = join_all((0..100).map(|_| send(&bank, &request))).await;
        let first = refusals[0].as_ref().unwrap_err();
        assert_eq!(reason(first), "INSUFFICIENT_AVAILABLE_FUNDS");
        for refusal in &refusals {
            assert_same(refusal.as_ref().unwrap_err(), first);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn two_that_fit_one_by_one_but_not_together_do_not_both_pass(bank) {
        bank.account(NUMBER, "1000.00").await;
        let requests = [bank.withdrawal(NUMBER, "600.00"), bank.withdrawal(NUMBER, "600.00")];
        let answers = join_all(requests.iter().map(|request| send(&bank, request))).await;
        let refused: Vec<String> =
            answers.iter().filter_map(|answer| answer.as_ref().err().map(reason)).collect();
        assert_eq!(refused, ["INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(bank.available(NUMBER).await, "400.00");
        // Forty for a tenth each: ten pass, whoever comes first.
        bank.account("9990584001000000402", "1000.00").await;
        let many = (0..40).map(|_| bank.withdraw("9990584001000000402", "100.00"));
        let passed = join_all(many).await.iter().filter(|answer| answer.is_ok()).count();
        assert_eq!(passed, 10);
        assert_eq!(bank.available("9990584001000000402").await, "0.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_refusal_stands_for_thirty_days_though_the_balance_rose(bank) {
        bank.account(NUMBER, "50.00").await;
        let request = bank.withdrawal(NUMBER, "100.00");
        let first = send(&bank, &request).await.unwrap_err();
        assert_eq!(reason(&first), "INSUFFICIENT_AVAILABLE_FUNDS");
        let in_dollars = WithdrawRequest {
            amount: Some(Money { currency_code: "USD".to_owned(), amount: "1.00".to_owned() }),
            ..bank.withdrawal(NUMBER, "1.00")
        };
        assert_eq!(reason(&send(&bank, &in_dollars).await.unwrap_err()), "CURRENCY_MISMATCH");

        bank.credit(NUMBER, "500.00").await.unwrap();
        let again = send(&bank, &request).await.unwrap_err();
        assert_same(&again, &first);
        let said = again.get_error_details().error_info().unwrap().metadata.clone();
        assert_eq!(said.get("available").map(String::as_str), Some("50.00"));
        // The text is for whoever asks now.
        let asked = with(&[("accept-language", "zh")], request.clone());
        let chinese = bank.withdraw_with(asked).await.unwrap_err();
        let details = chinese.get_error_details();
        assert_eq!(details.localized_message().unwrap().message, "可用余额不足。");
        // Under its id only this content is remembered.
        let other = WithdrawRequest { amount: cny("99.00"), ..request.clone() };
        assert_eq!(reason(&send(&bank, &other).await.unwrap_err()), "REQUEST_ID_REUSED");

        bank.pass(chrono::Duration::days(30) - chrono::Duration::seconds(1));
        assert!(send(&bank, &request).await.is_err(), "the last second of thirty days");
        bank.pass(chrono::Duration::seconds(1));
        let taken = send(&bank, &request).await.unwrap();
        assert_eq!(send(&bank, &request).await.unwrap(), taken, "now it is an effect");
        assert_eq!(reason(&send(&bank, &in_dollars).await.unwrap_err()), "CURRENCY_MISMATCH");
        assert_eq!(bank.available(NUMBER).await, "450.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_the_caller_can_mend_is_not_remembered(bank) {
        let mut request =
            WithdrawRequest { etag: "v999".to_owned(), ..bank.withdrawal(NUMBER, "-5.00") };
        assert_eq!(reason(&send(&bank, &request).await.unwrap_err()), "INVALID_REQUEST");
        request.amount = cny("5.00");
        assert_eq!(reason(&send(&bank, &request).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        bank.account(NUMBER, "1000.00").await;
        assert_eq!(reason(&send(&bank, &request).await.unwrap_err()), "ETAG_MISMATCH");
        // Other content is fine as well: nothing stands under the id.
        request.amount = cny("6.00");
        assert_eq!(reason(&send(&bank, &request).await.unwrap_err()), "ETAG_MISMATCH");
        request.etag = bank.status(NUMBER).await.unwrap().etag;
        let taken = send(&bank, &request).await.unwrap();
        assert_eq!(send(&bank, &request).await.unwrap(), taken);

        let cancel = |withdrawal_id: &str| CancelWithdrawalRequest {
            account_number: NUMBER.to_owned(),
            withdrawal_id: withdrawal_id.to_owned(),
            request_id: "cancel-1".to_owned(),
            ..CancelWithdrawalRequest::default()
        };
        let mut client = bank.withdraw_client();
        let refused = client.cancel_withdrawal(cancel("no-such")).await.unwrap_err();
        assert_eq!(reason(&refused), "WITHDRAWAL_NOT_FOUND");
        client.cancel_withdrawal(cancel(&taken.withdrawal_id)).await.unwrap();
        drop(client);
        let release = |freeze_id: &str| ReleaseFreezeRecordRequest {
            request_id: "release-1".to_owned(),
            ..bank.court_release(NUMBER, freeze_id)
        };
        assert_eq!(reason(&bank.release(release("no-such")).await.unwrap_err()), "FREEZE_NOT_FOUND");
        let (freeze, _) = bank.freeze(bank.court_order(NUMBER, "1.00")).await.unwrap();
        bank.release(release(&freeze.freeze_id)).await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_validation_leaves_no_trace_and_reads_none(bank) {
        bank.account(NUMBER, "100.00").await;
        let before = (bank.status(NUMBER).await.unwrap(), bank.history(NUMBER).await);
        let request = bank.withdrawal(NUMBER, "60.00");
        let check = WithdrawRequest { validate_only: true, ..request.clone() };
        let checked = bank.withdraw_client().withdraw(check.clone()).await.unwrap().into_inner();
        let checked = checked.withdrawal.unwrap();
        assert_eq!((checked.withdrawal_id.as_str(), checked.state()), ("", WithdrawalState::Reserved));
        let too_much = WithdrawRequest { amount: cny("100.01"), ..check.clone() };
        let refused = bank.withdraw_client().withdraw(too_much.clone()).await.unwrap_err();
        assert_eq!(reason(&refused), "INSUFFICIENT_AVAILABLE_FUNDS");
        assert_eq!((bank.status(NUMBER).await.unwrap(), bank.history(NUMBER).await), before);

        // The refused content under the same id was not remembered, so this takes effect.
        let taken = send(&bank, &request).await.unwrap();
        // What is remembered says yes; a validation looks at the account, where 40.00 are left.
        let refused = bank.withdraw_client().withdraw(check).await.unwrap_err();
        assert_eq!(reason(&refused), "INSUFFICIENT_AVAILABLE_FUNDS");
        // Nor does other content under a known id matter to it.
        let other = WithdrawRequest { amount: cny("40.00"), ..too_much };
        assert!(bank.withdraw_client().withdraw(other).await.is_ok());
        assert_eq!(send(&bank, &request).await.unwrap(), taken);
        // A remembered refusal, too: the account would pass it now.
        let short = bank.withdrawal(NUMBER, "45.00");
        assert!(send(&bank, &short).await.is_err());
        bank.credit(NUMBER, "10.00").await.unwrap();
        let check = WithdrawRequest { validate_only: true, ..short.clone() };
        assert!(bank.withdraw_client().withdraw(check).await.is_ok());
        assert!(send(&bank, &short).await.is_err());
        validations_of_other_commands(&bank).await;
        bank.finish().await;
    }
}

async fn validations_of_other_commands(bank: &Bank) {
    let before = (bank.status(NUMBER).await.unwrap(), bank.history(NUMBER).await);
    let order =
        CreateFreezeRecordRequest { validate_only: true, ..bank.court_order(NUMBER, "20.00") };
    let (freeze, answer) = bank.freeze(order).await.unwrap();
    assert_eq!((freeze.freeze_id.as_str(), answer.controlled), ("", cny("20.00")));
    let loss = bank.act(NUMBER, StatusAction::ReportLoss, |change| {
        change.cause = Cause::LossOral.into();
        change.validate_only = true;
    });
    let loss = loss.await.unwrap();
    assert_eq!(loss.status(), AccountStatus::Lost, "as it would be");
    let ids = |info: &AccountStatusInfo| -> Vec<String> {
        let of = |row: &AccountCondition| [row.condition_id.clone(), row.freeze_id.clone()];
        info.conditions.iter().flat_map(of).filter(|id| !id.is_empty()).collect()
    };
    let held = ids(&before.0);
    assert_eq!(ids(&loss), held, "nothing has the id of what was not made");
    let credit = RecordTransactionRequest {
        validate_only: true,
        ..bank.posting(NUMBER, Direction::Credit, "5.00")
    };
    assert_eq!(bank.record(credit).await.unwrap().transaction_id, "");
    let open = OpenAccountRequest {
        account_number: "9990584001000000403".to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        validate_only: true,
        ..OpenAccountRequest::default()
    };
    let opened = bank.account_client().open_account(open).await.unwrap().into_inner();
    let opened = opened.account_status.unwrap();
    assert_eq!((ids(&opened), opened.account_id.as_str()), (Vec::new(), ""));
    let unknown = bank.status("9990584001000000403").await.unwrap_err();
    assert_eq!(reason(&unknown), "ACCOUNT_NOT_FOUND");
    assert_eq!((bank.status(NUMBER).await.unwrap(), bank.history(NUMBER).await), before);
}
