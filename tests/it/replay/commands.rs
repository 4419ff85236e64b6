//! Replays of every other command.

use account_status::pb::v1::*;

use super::{NUMBER, mark};
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn openings_actions_and_postings_replay(bank) {
        let open = OpenAccountRequest {
            account_number: NUMBER.to_owned(),
            account_name: "Lin Zhixia".to_owned(),
            customer_id: "C10001".to_owned(),
            branch_code: "SZ".to_owned(),
            currency_code: "CNY".to_owned(),
            request_id: "open-1".to_owned(),
            ..OpenAccountRequest::default()
        };
        let opened = bank.account_client().open_account(open.clone()).await.unwrap().into_inner();
        let named = |change: &mut ChangeAccountStatusRequest, id: &str| {
            change.request_id = id.to_owned();
        };
        bank.act(NUMBER, StatusAction::CompleteOpening, |_| {}).await.unwrap();
        let again = bank.account_client().open_account(open.clone()).await.unwrap().into_inner();
        assert_eq!(again, opened, "still in opening, as it was then");
        let other = OpenAccountRequest { account_name: "Gao".to_owned(), ..open };
        let refused = bank.account_client().open_account(other).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");

        let posting = RecordTransactionRequest {
            transaction_id: "core-1".to_owned(),
            ..bank.posting(NUMBER, Direction::Credit, "100.50")
        };
        let posted = bank.record(posting.clone()).await.unwrap();
        bank.credit(NUMBER, "1.00").await.unwrap();
        assert_eq!(bank.record(posting.clone()).await.unwrap(), posted);
        let same = RecordTransactionRequest { amount: cny("100.5"), ..posting.clone() };
        assert_eq!(bank.record(same).await.unwrap(), posted);
        let other = RecordTransactionRequest { amount: cny("100.51"), ..posting };
        assert_eq!(reason(&bank.record(other).await.unwrap_err()), "REQUEST_ID_REUSED");

        let report = async |cause: Cause| {
            let loss = bank.act(NUMBER, StatusAction::ReportLoss, |change| {
                change.cause = cause.into();
                named(change, "loss-1");
            });
            loss.await
        };
        let lost = report(Cause::LossWritten).await.unwrap();
        bank.act(NUMBER, StatusAction::WithdrawLoss, |_| {}).await.unwrap();
        assert_eq!(report(Cause::LossWritten).await.unwrap(), lost);
        assert_eq!(reason(&report(Cause::LossOral).await.unwrap_err()), "REQUEST_ID_REUSED");
        assert_eq!(bank.code(NUMBER).await, "00", "the loss was not reported again");
        // A remembered refusal of an act.
        let withdraw_loss = async || {
            let act = bank.act(NUMBER, StatusAction::WithdrawLoss, |change| named(change, "found-1"));
            act.await
        };
        assert_eq!(reason(&withdraw_loss().await.unwrap_err()), "ACTION_NOT_APPLICABLE");
        mark(&bank, StatusAction::ReportLoss, Cause::LossOral).await;
        assert_eq!(reason(&withdraw_loss().await.unwrap_err()), "ACTION_NOT_APPLICABLE");
        assert_eq!(bank.code(NUMBER).await, "03");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn freezes_releases_and_cancellations_replay(bank) {
        bank.account(NUMBER, "1000.00").await;
        let unsent = bank.withdraw(NUMBER, "300.00").await.unwrap();
        let order = bank.court_order(NUMBER, "800.00");
        let placed = bank.freeze(order.clone()).await.unwrap();
        assert_eq!(placed.1.cancelled_withdrawals, [unsent.withdrawal_id]);
        assert_eq!(bank.freeze(order.clone()).await.unwrap(), placed);
        let release = bank.court_release(NUMBER, &placed.0.freeze_id);
        let released = bank.release(release.clone()).await.unwrap();
        assert_eq!(released.status(), FreezeStatus::Released);
        assert_eq!(bank.release(release.clone()).await.unwrap(), released);
        assert_eq!(bank.freeze(order.clone()).await.unwrap(), placed, "in force, as it was then");
        assert_eq!(bank.code(NUMBER).await, "00");
        let other = CreateFreezeRecordRequest { amount: cny("801.00"), ..order };
        assert_eq!(reason(&bank.freeze(other).await.unwrap_err()), "REQUEST_ID_REUSED");
        let other = ReleaseFreezeRecordRequest { reason: "other".to_owned(), ..release };
        assert_eq!(reason(&bank.release(other).await.unwrap_err()), "REQUEST_ID_REUSED");

        let reserved = bank.withdraw(NUMBER, "400.00").await.unwrap();
        let cancel = CancelWithdrawalRequest {
            account_number: NUMBER.to_owned(),
            withdrawal_id: reserved.withdrawal_id,
            reason: "customer".to_owned(),
            etag: reserved.etag,
            request_id: fresh(),
            ..CancelWithdrawalRequest::default()
        };
        let mut client = bank.withdraw_client();
        let cancelled = client.cancel_withdrawal(cancel.clone()).await.unwrap().into_inner();
        // The etag is stale by now, but it is not content, and a replay comes before it.
        let again = client.cancel_withdrawal(cancel.clone()).await.unwrap().into_inner();
        assert_eq!(again, cancelled);
        let other = CancelWithdrawalRequest { reason: "bank".to_owned(), ..cancel };
        let refused = client.cancel_withdrawal(other).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
        drop(client);
        assert_eq!(bank.available(NUMBER).await, "1000.00");
        bank.finish().await;
    }
}
