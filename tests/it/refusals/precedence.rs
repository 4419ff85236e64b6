//! Which reason answers when several hold, and that the others are listed (design, contract, "Precedence").

use account_status::pb::v1::*;
use tonic_types::StatusExt as _;

use super::in_status;
use super::provoke::{of_kind, too_long};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// What stands in the way of an amount, in the order of the answer.
async fn in_the_way(bank: &Bank, number: &str, amount: &str) -> Vec<String> {
    let refused = bank.withdraw(number, amount).await.unwrap_err();
    let listed = violations(&refused);
    assert_eq!(listed.first(), Some(&reason(&refused)));
    listed
}

on_every_engine! {
    /// Each condition laid on top takes the answer over, and all below it stay listed.
    async fn the_most_severe_reason_answers_and_the_others_are_listed(bank) {
        let number = "9990584001000000910";
        bank.account(number, "1000.00").await;
        let mut expected = vec!["INSUFFICIENT_AVAILABLE_FUNDS"];
        assert_eq!(in_the_way(&bank, number, "1000.01").await, expected);
        let layers = [
            (StatusAction::Restrict, Cause::NonCounterSuspended, "ACCOUNT_RESTRICTED"),
            (StatusAction::MarkDormant, Cause::DormantNoUse, "ACCOUNT_DORMANT"),
            (
                StatusAction::RequireVerification,
                Cause::IdentityNotVerified,
                "ACCOUNT_INFO_EXPIRED",
            ),
            (StatusAction::MarkSuspicious, Cause::SuspiciousPattern, "ACCOUNT_SUSPICIOUS"),
            (StatusAction::StopPayment, Cause::StopArrears, "ACCOUNT_STOPPAY"),
            (StatusAction::ReportLoss, Cause::LossWritten, "ACCOUNT_LOST"),
        ];
        for (action, cause, name) in layers {
            let change = bank.act(number, action, |change| {
                change.cause = cause.into();
                if action == StatusAction::Restrict {
                    change.restriction = Restriction::NonCounter.into();
                }
            });
            change.await.unwrap();
            expected.insert(0, name);
            assert_eq!(in_the_way(&bank, number, "1000.01").await, expected);
        }
        bank.freeze(bank.court_order(number, "600.00")).await.unwrap();
        assert_eq!(in_the_way(&bank, number, "1000.01").await, expected, "no freeze keeps this");
        // Without the loss 400.00 would be left.
        assert_eq!(in_the_way(&bank, number, "400.00").await, expected);
        expected.insert(0, "ACCOUNT_FROZEN");
        assert_eq!(in_the_way(&bank, number, "400.01").await, expected);
        bank.finish().await;
    }
}

on_every_engine! {
    /// W20 of the demo: everything frozen, and so nothing available.
    async fn a_freeze_of_all_money_answers_frozen_and_lists_short_funds(bank) {
        let number = "9990290001000000105";
        bank.account(number, "412600.00").await;
        bank.freeze(bank.court_order(number, "")).await.unwrap();
        let refused = bank.withdraw(number, "100.00").await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_FROZEN", "INSUFFICIENT_AVAILABLE_FUNDS"]);
        let details = refused.get_error_details();
        let until = details.error_info().unwrap().metadata.get("until").cloned();
        assert_eq!(until.as_deref(), Some("2027-03-10T16:00:00Z"), "the earliest end is given");
        // Two-way freezes refuse credits, too; and a bank freeze stands beside the court's.
        bank.freeze(bank.bank_freeze(number, "10.00")).await.unwrap();
        assert_eq!(in_the_way(&bank, number, "100.00").await.len(), 2);
        let two_way = CreateFreezeRecordRequest {
            mode: FreezeMode::TwoWay.into(),
            ..bank.bank_freeze(number, "")
        };
        bank.freeze(two_way).await.unwrap();
        let ask = RecordTransactionRequest {
            mode: TransactionMode::Authorize.into(),
            ..bank.posting(number, Direction::Credit, "1.00")
        };
        assert_eq!(violations(&bank.record(ask).await.unwrap_err()), ["ACCOUNT_FROZEN"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn lifecycles_answer_before_short_funds_and_before_the_act(bank) {
        for (index, (status, name)) in [
            (AccountStatus::Closed, "ACCOUNT_CLOSED"),
            (AccountStatus::OpenFailed, "ACCOUNT_OPEN_FAILED"),
            (AccountStatus::Opening, "ACCOUNT_OPENING"),
        ]
        .into_iter()
        .enumerate()
        {
            let number = format!("999058400100000092{index}");
            in_status(&bank, &number, status).await;
            let short = "INSUFFICIENT_AVAILABLE_FUNDS";
            assert_eq!(in_the_way(&bank, &number, "1.00").await, [name, short]);
            let kind = of_kind(&bank, &number, AuthorityKind::Foreign);
            let refused = bank.freeze(too_long(kind)).await.unwrap_err();
            assert_eq!(violations(&refused), [name, "ORGAN_WITHOUT_POWER", "TERM_TOO_LONG"]);
            let mut dollars = bank.withdrawal(&number, "1.00");
            dollars.amount.as_mut().unwrap().currency_code = "USD".to_owned();
            let refused = bank.withdraw_with(dollars).await.unwrap_err();
            assert_eq!(reason(&refused), "CURRENCY_MISMATCH", "over {name}");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    /// design, contract, "Precedence", from the top to CURRENCY_MISMATCH: one request with everything wrong,
    /// mended one by one.
    async fn fields_then_memory_then_existence_then_etag_then_currency(bank) {
        let number = "9990584001000000930";
        bank.account(number, "1000.00").await;
        let first = bank.withdrawal(number, "1.00");
        bank.withdraw_with(first.clone()).await.unwrap();
        let mut request = WithdrawRequest {
            amount: Some(Money { currency_code: "USD".to_owned(), amount: "0".to_owned() }),
            etag: "v999".to_owned(),
            ..first
        };
        let answer = async |request: &WithdrawRequest| {
            reason(&bank.withdraw_with(request.clone()).await.unwrap_err())
        };
        assert_eq!(answer(&request).await, "INVALID_REQUEST");
        request.amount.as_mut().unwrap().amount = "5000.00".to_owned();
        assert_eq!(answer(&request).await, "REQUEST_ID_REUSED");
        request.request_id = fresh();
        request.account_number = "9990584001000000931".to_owned();
        assert_eq!(answer(&request).await, "ACCOUNT_NOT_FOUND");
        request.account_number = number.to_owned();
        assert_eq!(answer(&request).await, "ETAG_MISMATCH");
        request.etag = bank.status(number).await.unwrap().etag;
        assert_eq!(answer(&request).await, "CURRENCY_MISMATCH");
        request.amount = cny("5000.00");
        request.request_id = fresh();
        assert_eq!(answer(&request).await, "INSUFFICIENT_AVAILABLE_FUNDS");
        // A freeze or withdrawal that isn't there comes before a stale etag, too.
        let cancel = CancelWithdrawalRequest {
            account_number: number.to_owned(),
            withdrawal_id: "no-such".to_owned(),
            etag: "w999".to_owned(),
            request_id: fresh(),
            ..CancelWithdrawalRequest::default()
        };
        let refused = bank.withdraw_client().cancel_withdrawal(cancel).await.unwrap_err();
        assert_eq!(reason(&refused), "WITHDRAWAL_NOT_FOUND");
        let release = ReleaseFreezeRecordRequest {
            etag: "v999".to_owned(),
            ..bank.court_release(number, "no-such")
        };
        assert_eq!(reason(&bank.release(release).await.unwrap_err()), "FREEZE_NOT_FOUND");
        bank.finish().await;
    }
}
