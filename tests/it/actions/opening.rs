//! From application to closing, and what history keeps of it.

use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::freezes::release;
use crate::harness::calls::*;
use crate::on_every_engine;

fn causes(rows: &[ConditionSummary]) -> Vec<Cause> {
    rows.iter().map(ConditionSummary::cause).collect()
}

on_every_engine! {
    async fn an_opening_is_reviewed_declined_resubmitted_and_passed(bank) {
        bank.applied(N).await;
        let info = bank.status(N).await.unwrap();
        assert_eq!(info.status_code, "04");
        assert_eq!(held(&info), [(Condition::Opening, Cause::OpeningInReview)]);
        assert_eq!((info.can_credit, info.can_debit), (Some(false), Some(false)));
        assert_eq!(answer(&info, Operation::Interest), OperationAnswer::Yes);

        let info = bank
            .act(N, StatusAction::RejectOpening, |change| {
                change.causes =
                    vec![Cause::OpeningIncomplete.into(), Cause::OpeningNotInPerson.into()];
                change.missing_items = vec!["lease proof".to_owned(), "owner form".to_owned()];
            })
            .await
            .unwrap();
        assert_eq!(info.status_code, "05");
        let rows = held(&info);
        assert_eq!(rows.len(), 2);
        assert!(rows.contains(&(Condition::Opening, Cause::OpeningNotInPerson)));
        let incomplete =
            info.conditions.iter().find(|row| row.cause() == Cause::OpeningIncomplete).unwrap();
        assert_eq!(incomplete.missing_items, ["lease proof", "owner form"]);
        assert_eq!(info.remedy.unwrap().documents[..2], ["lease proof", "owner form"]);

        let early = plain(&bank, N, StatusAction::CompleteOpening).await.unwrap_err();
        assert_eq!(reason(&early), "ACTION_NOT_APPLICABLE");
        let info = plain(&bank, N, StatusAction::ResubmitOpening).await.unwrap();
        assert_eq!(held(&info), [(Condition::Opening, Cause::OpeningInReview)]);
        bank.act(N, StatusAction::RejectOpening, |change| {
            change.causes = vec![Cause::OpeningNotVerified.into(), Cause::OpeningTooMany.into()];
        })
        .await
        .unwrap();
        plain(&bank, N, StatusAction::ResubmitOpening).await.unwrap();
        let info = plain(&bank, N, StatusAction::CompleteOpening).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.conditions.len()), ("00", 0));
        let again = plain(&bank, N, StatusAction::CompleteOpening).await.unwrap_err();
        assert_eq!(reason(&again), "ACTION_NOT_APPLICABLE");
        assert_eq!(codes(&bank, N).await, ["04", "05", "04", "05", "04", "00"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn history_says_who_changed_what_when_and_why(bank) {
        bank.applied(N).await;
        plain(&bank, N, StatusAction::CompleteOpening).await.unwrap();
        bank.pass(Duration::hours(3));
        let suspect = ChangeAccountStatusRequest {
            reason: "fast in, fast out".to_owned(),
            ..change(N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern)
        };
        let id = id_of(
            &carry_out(&bank, by("risk-7", suspect)).await.unwrap(),
            Cause::SuspiciousPattern,
        );
        bank.pass(Duration::hours(1));
        plain(&bank, N, StatusAction::ClearSuspicion).await.unwrap();

        let rows = bank.history(N).await;
        let sequences: Vec<i64> = rows.iter().map(|row| row.sequence).collect();
        assert_eq!(sequences, [4, 3, 2, 1]);
        let opened = &rows[3];
        assert_eq!((opened.old_status, opened.lifecycle_before), (None, None));
        assert_eq!(opened.lifecycle_after(), Lifecycle::Opening);
        assert_eq!(causes(&opened.conditions_after), [Cause::OpeningInReview]);
        assert_eq!((opened.change_by.as_str(), opened.previous_hash.as_str()), ("local", ""));

        let passed = &rows[2];
        let steps = (passed.old_status_code.as_str(), passed.new_status_code.as_str());
        assert_eq!(steps, ("04", "00"));
        assert_eq!(passed.lifecycle_before(), Lifecycle::Opening);
        assert_eq!(passed.lifecycle_after(), Lifecycle::Open);
        assert_eq!(passed.change_reason, "COMPLETE_OPENING");
        assert_eq!(causes(&passed.conditions_before), [Cause::OpeningInReview]);
        assert!(passed.conditions_after.is_empty());

        let marked = &rows[1];
        assert_eq!((marked.old_status(), marked.new_status()),
            (AccountStatus::Normal, AccountStatus::Suspicious));
        assert_eq!((marked.change_by.as_str(), marked.change_reason.as_str()),
            ("risk-7", "fast in, fast out"));
        assert_eq!(marked.cause(), Cause::SuspiciousPattern);
        assert_eq!(marked.approval_status(), ApprovalStatus::NotRequired);
        let at = crate::harness::start_time() + Duration::hours(3);
        assert_eq!(instant(&marked.effective_time), at);
        assert_eq!(marked.effective_time, marked.record_time);
        assert_eq!(marked.conditions_after[0].condition_id, id);
        assert_eq!(marked.previous_hash, passed.hash);

        let cleared = &rows[0];
        assert_eq!(cleared.conditions_before, marked.conditions_after);
        assert!(cleared.conditions_after.is_empty());
        assert_eq!(cleared.cause(), Cause::Unspecified);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn required_verification_shows_what_is_missing(bank) {
        bank.account(N, "100.00").await;
        let incomplete = ChangeAccountStatusRequest {
            missing_items: vec!["occupation".to_owned()],
            ..change(N, StatusAction::RequireVerification, Cause::IdentityIncomplete)
        };
        let info = carry_out(&bank, incomplete).await.unwrap();
        assert_eq!(info.status_code, "06");
        assert_eq!(info.conditions[0].missing_items, ["occupation"]);
        assert_eq!(info.remedy.unwrap().documents[0], "occupation");
        assert_eq!((info.can_credit, info.can_debit), (Some(true), Some(false)));
        assert_eq!(info.iso20022_reason_code, "NOCM");

        set(&bank, N, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        let info = bank.status(N).await.unwrap();
        assert_eq!(held(&info), [
            (Condition::InfoExpired, Cause::IdentityIncomplete),
            (Condition::InfoExpired, Cause::IdentityNotVerified),
        ]);
        assert_eq!(codes(&bank, N).await, ["04", "00", "06", "06"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn closing_is_blocked_by_everything_that_is_not_settled(bank) {
        bank.account(N, "100.00").await;
        bank.withdraw(N, "40.00").await.unwrap();
        let refused = plain(&bank, N, StatusAction::Close).await.unwrap_err();
        assert_eq!(reason(&refused), "CLOSE_BLOCKED");
        let blocked: Vec<String> = subjects(&refused).into_iter().map(|(_, what)| what).collect();
        assert_eq!(blocked, ["balance", "reserved", "open withdrawals"]);

        let empty = "6222021234567890124";
        bank.account(empty, "0").await;
        let (freeze, _) = bank.freeze(bank.court_order(empty, "50.00")).await.unwrap();
        let (waiting, _) = bank.freeze(bank.court_order(empty, "60.00")).await.unwrap();
        assert_eq!(waiting.status(), FreezeStatus::Waiting);
        let refused = plain(&bank, empty, StatusAction::Close).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");
        assert!(subjects(&refused).contains(&("CLOSE_BLOCKED".to_owned(), "freezes".to_owned())));
        for id in [&waiting.freeze_id, &freeze.freeze_id] {
            bank.release(release(&bank, empty, id)).await.unwrap();
        }
        for (action, cause, reason_) in [
            (StatusAction::ReportLoss, Cause::LossWritten, "ACCOUNT_LOST"),
            (StatusAction::StopPayment, Cause::StopArrears, "ACCOUNT_STOPPAY"),
            (StatusAction::MarkSuspicious, Cause::SuspiciousPattern, "ACCOUNT_SUSPICIOUS"),
        ] {
            set(&bank, empty, action, cause).await.unwrap();
            let before = picture(&bank, empty).await;
            let refused = plain(&bank, empty, StatusAction::Close).await.unwrap_err();
            assert_eq!(reason(&refused), reason_);
            assert_eq!(picture(&bank, empty).await, before);
            let end = match action {
                StatusAction::ReportLoss => StatusAction::WithdrawLoss,
                StatusAction::StopPayment => StatusAction::ResumePayment,
                _ => StatusAction::ClearSuspicion,
            };
            plain(&bank, empty, end).await.unwrap();
        }
        let info = plain(&bank, empty, StatusAction::Close).await.unwrap();
        assert_eq!(info.status_code, "10");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn some_conditions_let_an_account_be_closed_at_the_counter_only(bank) {
        bank.account(N, "0").await;
        set(&bank, N, StatusAction::RequireVerification, Cause::IdentityNotVerified).await.unwrap();
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        carry_out(&bank, restrict(N, Restriction::NonCounter)).await.unwrap();
        let refused = plain(&bank, N, StatusAction::Close).await.unwrap_err();
        assert_eq!(violations(&refused),
            ["ACCOUNT_INFO_EXPIRED", "ACCOUNT_DORMANT", "ACCOUNT_RESTRICTED"]);
        let close = change(N, StatusAction::Close, Cause::Unspecified);
        let info = carry_out(&bank, with(&[("x-entry-channel", "COUNTER")], close)).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.conditions.len()), ("10", 0));
        assert_eq!((info.can_credit, info.can_debit), (Some(false), Some(false)));

        let debtor = "6222021234567890124";
        bank.account(debtor, "0").await;
        carry_out(&bank, restrict(debtor, Restriction::NoDebit)).await.unwrap();
        let close = change(debtor, StatusAction::Close, Cause::Unspecified);
        let refused = carry_out(&bank, with(&[("x-entry-channel", "COUNTER")], close)).await;
        assert_eq!(reason(&refused.unwrap_err()), "ACCOUNT_RESTRICTED");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_application_can_be_closed_and_nothing_leads_out_of_closed(bank) {
        bank.applied(N).await;
        assert_eq!(plain(&bank, N, StatusAction::Close).await.unwrap().status_code, "10");
        let declined = "6222021234567890124";
        bank.applied(declined).await;
        bank.act(declined, StatusAction::RejectOpening, |change| {
            change.causes = vec![Cause::OpeningTooMany.into()];
        })
        .await
        .unwrap();
        let info = plain(&bank, declined, StatusAction::Close).await.unwrap();
        assert_eq!((info.status_code.as_str(), info.conditions.len()), ("10", 0));

        let before = picture(&bank, N).await;
        for (action, cause) in [
            (StatusAction::CompleteOpening, Cause::Unspecified),
            (StatusAction::ResubmitOpening, Cause::Unspecified),
            (StatusAction::MarkDormant, Cause::DormantNoUse),
            (StatusAction::ReportLoss, Cause::LossOral),
            (StatusAction::Close, Cause::Unspecified),
        ] {
            let refused = set(&bank, N, action, cause).await.unwrap_err();
            assert_eq!(refused.code(), tonic::Code::FailedPrecondition, "{action:?}");
        }
        assert_eq!(reason(&bank.withdraw(N, "1.00").await.unwrap_err()), "ACCOUNT_CLOSED");
        let freeze = bank.freeze(bank.court_order(N, "1.00")).await.unwrap_err();
        assert_eq!(reason(&freeze), "ACCOUNT_CLOSED");
        let ask = RecordTransactionRequest {
            mode: TransactionMode::Authorize.into(),
            ..bank.posting(N, Direction::Credit, "1.00")
        };
        assert_eq!(reason(&bank.record(ask).await.unwrap_err()), "ACCOUNT_CLOSED");
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}
