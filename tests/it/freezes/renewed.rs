//! Renewals: before the end a freeze keeps its place, after it a new one stands at the tail.

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn a_renewal_moves_the_end_and_keeps_the_place(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        let id = first.freeze_id.as_str();
        bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        assert_eq!(first.expiry_date, "2027-03-10");

        let before = picture(&bank, N).await;
        let trial = RenewFreezeRecordRequest { validate_only: true, ..renewal(N, id) };
        let (tried, answer) = renew(&bank, trial).await.unwrap();
        assert_eq!((tried.freeze_id.as_str(), tried.expiry_date.as_str()), (id, "2028-03-10"));
        assert_eq!((answer.queue_position, answer.controlled), (1, cny("60.00")));
        assert_eq!(picture(&bank, N).await, before, "validate_only leaves no trace");
        assert_eq!(get(&bank, "auditor", id).await.expiry_date, "2027-03-10");

        let etag = bank.status(N).await.unwrap().etag;
        let stale = RenewFreezeRecordRequest { etag: "\"0\"".to_owned(), ..renewal(N, id) };
        let refused = renew(&bank, stale).await.unwrap_err();
        assert!(["ETAG_MISMATCH", "INVALID_REQUEST"].contains(&&*reason(&refused)), "{refused:?}");
        let request = RenewFreezeRecordRequest { etag, ..renewal(N, id) };
        let (renewed, answer) = renew(&bank, request.clone()).await.unwrap();
        assert_eq!((renewed.freeze_id.as_str(), renewed.expiry_date.as_str()), (id, "2028-03-10"));
        assert_eq!((renewed.queue_position, answer.queue_position), (1, 1));
        assert!(answer.receipt_text.contains("The freeze ends at 2028-03-11 00:00."),
            "{}", answer.receipt_text);
        assert_eq!(acts(&bank, id).await, [FreezeActKind::Placed, FreezeActKind::Renewed]);
        let seen = get(&bank, "auditor", id).await;
        assert_eq!((seen.acts[1].document_no.as_str(), seen.acts[1].notice_no.as_str()),
            ("（2026）粤0305执1234号之二", "协1234之二"));
        assert_eq!(seen.acts[1].expire_time, renewed.expire_time);

        let (again, told_again) = renew(&bank, request.clone()).await.unwrap();
        assert_eq!((again.expire_time, told_again), (renewed.expire_time, answer));
        let other = RenewFreezeRecordRequest { reason: "other".to_owned(), ..request };
        assert_eq!(reason(&renew(&bank, other).await.unwrap_err()), "REQUEST_ID_REUSED");
        assert_eq!(acts(&bank, id).await.len(), 2);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_renewal_after_the_end_is_a_new_freeze_at_the_tail(bank) {
        bank.account(N, "100.00").await;
        let (old, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        bank.set_time("2027-03-11 09:00:00");
        let (other, _) = bank.freeze(bank.court_order(N, "80.00")).await.unwrap();
        let trial =
            RenewFreezeRecordRequest { validate_only: true, ..renewal(N, &old.freeze_id) };
        let (tried, _) = renew(&bank, trial).await.unwrap();
        assert_eq!((tried.freeze_id.as_str(), tried.preceding_freeze_id.as_str()),
            ("", old.freeze_id.as_str()), "nothing was made");
        let (new, answer) = renew(&bank, renewal(N, &old.freeze_id)).await.unwrap();
        assert_ne!(new.freeze_id, old.freeze_id);
        assert_eq!((new.preceding_freeze_id.as_str(), new.queue_position),
            (old.freeze_id.as_str(), 2));
        assert_eq!((answer.controlled, answer.short_by), (cny("20.00"), cny("40.00")));
        assert_eq!(answer.ahead.len(), 1);
        assert_eq!(answer.ahead[0].freeze_id, other.freeze_id);
        assert!(answer.receipt_text.contains("Ahead: Nanshan District Court, CNY 80.00, until"),
            "{}", answer.receipt_text);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn renewals_are_refused_as_documented(bank) {
        bank.account(N, "500.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        let id = freeze.freeze_id.as_str();
        let of = async |request| reason(&renew(&bank, request).await.unwrap_err());
        assert_eq!(of(renewal("6222021234567899999", id)).await, "ACCOUNT_NOT_FOUND");
        assert_eq!(of(renewal(N, "F-none")).await, "FREEZE_NOT_FOUND");
        let foreign = RenewFreezeRecordRequest {
            authority_name: "Futian District Court".to_owned(),
            ..renewal(N, id)
        };
        assert_eq!(of(foreign).await, "NOT_THIS_AUTHORITY");
        let bank_own = RenewFreezeRecordRequest {
            account_number: N.to_owned(),
            freeze_id: id.to_owned(),
            reason: "risk".to_owned(),
            request_id: fresh(),
            ..RenewFreezeRecordRequest::default()
        };
        assert_eq!(of(bank_own).await, "NOT_THIS_AUTHORITY");
        let unit = TermUnit::Months.into();
        let long = RenewFreezeRecordRequest {
            duration: Some(renew_freeze_record_request::Duration::Term(Term { count: 13, unit })),
            ..renewal(N, id)
        };
        let refused = renew(&bank, long).await.unwrap_err();
        assert_eq!(reason(&refused), "TERM_TOO_LONG");
        assert!(told(&refused, "latest").unwrap().starts_with("2028-03-10T16:00:00"));
        let loss = set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let lost = id_of(&loss, Cause::LossWritten);
        assert_eq!(of(renewal(N, &lost)).await, "ACTION_NOT_APPLICABLE");
        bank.release(release(&bank, N, id)).await.unwrap();
        assert_eq!(of(renewal(N, id)).await, "FREEZE_NOT_IN_FORCE");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_banks_own_renewal_says_no_authority_and_needs_a_second_person(bank) {
        bank.account(N, "100.00").await;
        let own = CreateFreezeRecordRequest {
            duration: stamp(local("2026-06-01 00:00:00"))
                .map(create_freeze_record_request::Duration::ExpireTime),
            ..bank.bank_freeze(N, "60.00")
        };
        let (freeze, _) = bank.freeze(own).await.unwrap();
        let bank = bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await;
        let request = RenewFreezeRecordRequest {
            account_number: N.to_owned(),
            freeze_id: freeze.freeze_id.clone(),
            duration: stamp(local("2026-07-01 00:00:00"))
                .map(renew_freeze_record_request::Duration::ExpireTime),
            reason: "still looking".to_owned(),
            request_id: fresh(),
            ..RenewFreezeRecordRequest::default()
        };
        let asked = by("maker", request);
        let response = bank.freeze_client().renew_freeze_record(asked).await.unwrap().into_inner();
        let Some(renew_freeze_record_response::Outcome::Approval(approval)) = response.outcome
        else { panic!("{response:?}") };
        assert_eq!(approval.act, "accountstatus.v1.FreezeRecordService/RenewFreezeRecord");
        assert_eq!(approval.subject_id, freeze.freeze_id);
        assert_eq!(response.answer.unwrap().controlled, cny("60.00"));
        assert_eq!(get(&bank, "auditor", &freeze.freeze_id).await.expiry_date, "2026-05-31");
        let approve = ApproveRequest {
            account_number: N.to_owned(),
            approval_id: approval.approval_id,
            request_id: fresh(),
            ..ApproveRequest::default()
        };
        let done = bank.approval_client().approve(by("checker", approve)).await.unwrap();
        let Some(approve_response::Outcome::FreezeRecord(record)) = done.into_inner().outcome
        else { panic!("no freeze") };
        assert_eq!((record.freeze_id, record.expiry_date.as_str()),
            (freeze.freeze_id, "2026-06-30"));
        bank.finish().await;
    }
}
