//! Actions that change nothing.

use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn an_action_that_does_not_fit_changes_nothing(bank) {
        bank.account(N, "100.00").await;
        let before = picture(&bank, N).await;
        for action in [
            StatusAction::CompleteOpening,
            StatusAction::ResubmitOpening,
            StatusAction::ConfirmLoss,
            StatusAction::WithdrawLoss,
            StatusAction::ReplaceMedium,
            StatusAction::ResumePayment,
            StatusAction::Reactivate,
            StatusAction::ClearSuspicion,
            StatusAction::LiftRestriction,
        ] {
            let refused = plain(&bank, N, action).await.unwrap_err();
            assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE", "{action:?}");
        }
        let reject = bank.act(N, StatusAction::RejectOpening, |change| {
            change.causes = vec![Cause::OpeningTooMany.into()];
        });
        assert_eq!(reason(&reject.await.unwrap_err()), "ACTION_NOT_APPLICABLE");
        assert_eq!(picture(&bank, N).await, before);

        let applied = "6222021234567890124";
        bank.applied(applied).await;
        let before = picture(&bank, applied).await;
        for (action, cause) in [
            (StatusAction::ResubmitOpening, Cause::Unspecified),
            (StatusAction::RequireVerification, Cause::IdentityNotVerified),
            (StatusAction::ReportLoss, Cause::LossOral),
            (StatusAction::StopPayment, Cause::StopArrears),
            (StatusAction::MarkDormant, Cause::DormantNoUse),
            (StatusAction::MarkSuspicious, Cause::SuspiciousPattern),
        ] {
            let refused = set(&bank, applied, action, cause).await.unwrap_err();
            assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE", "{action:?}");
        }
        let restriction = restrict(applied, Restriction::NonCounter);
        carry_out(&bank, restriction).await.unwrap_err();
        assert_eq!(picture(&bank, applied).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn wrong_fields_of_an_action_are_all_named(bank) {
        bank.account(N, "100.00").await;
        let before = picture(&bank, N).await;
        let plain_change = |action, cause| change(N, action, cause);
        let past = stamp(bank.now() - Duration::seconds(1));
        let table = [
            (plain_change(StatusAction::Unspecified, Cause::Unspecified), vec!["action"]),
            (plain_change(StatusAction::ReportLoss, Cause::Unspecified), vec!["cause"]),
            (plain_change(StatusAction::MarkDormant, Cause::LossOral), vec!["cause"]),
            (plain_change(StatusAction::Close, Cause::Closed), vec!["cause"]),
            (plain_change(StatusAction::RejectOpening, Cause::Unspecified), vec!["causes"]),
            (
                plain_change(StatusAction::StopPayment, Cause::StopFraud),
                vec!["authority", "document_no"],
            ),
            (
                plain_change(StatusAction::RequireVerification, Cause::IdentityIncomplete),
                vec!["missing_items"],
            ),
            (
                plain_change(StatusAction::Restrict, Cause::RestrictedByList),
                vec!["restriction"],
            ),
            (restrict(N, Restriction::Amount), vec!["amount"]),
            (restrict(N, Restriction::Limit), vec!["restriction"]),
            (
                ChangeAccountStatusRequest {
                    end_time: past,
                    amount: cny("1.00"),
                    ..restrict(N, Restriction::NoDebit)
                },
                vec!["amount"],
            ),
            (
                ChangeAccountStatusRequest {
                    reason: "a\r\nb".to_owned(),
                    request_id: String::new(),
                    account_number: "12-3".to_owned(),
                    ..plain_change(StatusAction::MarkSuspicious, Cause::SuspiciousPattern)
                },
                vec!["account_number", "reason", "request_id"],
            ),
        ];
        for (request, expected) in table {
            let refused = carry_out(&bank, request).await.unwrap_err();
            assert_eq!(reason(&refused), "INVALID_REQUEST");
            let mut found = fields(&refused);
            found.sort();
            assert_eq!(found, expected);
        }
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_action_that_is_only_validated_leaves_no_trace(bank) {
        bank.account(N, "0").await;
        let before = picture(&bank, N).await;
        let trial = |request: ChangeAccountStatusRequest| ChangeAccountStatusRequest {
            validate_only: true,
            ..request
        };
        for (request, code) in [
            (change(N, StatusAction::ReportLoss, Cause::LossOral), "03"),
            (fraud_stop(N, "ZF-1"), "02"),
            (fraud_stop(N, "ZF-1"), "02"),
            (fraud_stop(N, "ZF-1"), "02"),
            (change(N, StatusAction::Close, Cause::Unspecified), "10"),
        ] {
            let info = carry_out(&bank, trial(request)).await.unwrap();
            assert_eq!(info.status_code, code);
        }
        let wrong = change(N, StatusAction::ConfirmLoss, Cause::Unspecified);
        let refused = carry_out(&bank, trial(wrong)).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");
        assert_eq!(picture(&bank, N).await, before);

        // Nothing is remembered, neither an effect nor a refusal.
        let confirm = change(N, StatusAction::ConfirmLoss, Cause::Unspecified);
        carry_out(&bank, trial(confirm.clone())).await.unwrap_err();
        set(&bank, N, StatusAction::ReportLoss, Cause::LossOral).await.unwrap();
        carry_out(&bank, confirm).await.unwrap();
        let stop = fraud_stop(N, "ZF-1");
        carry_out(&bank, trial(stop.clone())).await.unwrap();
        assert_eq!(carry_out(&bank, stop).await.unwrap().conditions.len(), 2);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_etag_moves_with_the_status_and_not_with_money(bank) {
        bank.account(N, "100.00").await;
        let etag = bank.status(N).await.unwrap().etag;
        bank.credit(N, "1.00").await.unwrap();
        let held_back = bank.withdraw(N, "1.00").await.unwrap();
        bank.cancel(N, &held_back.withdrawal_id).await.unwrap();
        assert_eq!(bank.status(N).await.unwrap().etag, etag);

        let mark = ChangeAccountStatusRequest {
            etag: etag.clone(),
            ..change(N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern)
        };
        let info = carry_out(&bank, mark.clone()).await.unwrap();
        assert_ne!(info.etag, etag);
        let before = picture(&bank, N).await;
        let stale = ChangeAccountStatusRequest { request_id: fresh(), ..mark };
        let refused = carry_out(&bank, stale.clone()).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()),
            (tonic::Code::Aborted, "ETAG_MISMATCH"));
        assert_eq!(picture(&bank, N).await, before);
        // What was only out of date is not remembered: the same id goes through when mended.
        let mended = ChangeAccountStatusRequest { etag: info.etag, ..stale };
        carry_out(&bank, mended).await.unwrap();
        bank.finish().await;
    }
}
