//! Another court in the place of an authority.

use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn another_court_takes_a_freeze_over_at_its_rank(bank) {
        bank.account(N, "100.00").await;
        let (old, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        let id = old.freeze_id.as_str();
        let before = picture(&bank, N).await;
        let trial = SucceedFreezeRecordRequest { validate_only: true, ..succession(N, id) };
        let (tried, _) = succeed(&bank, trial).await.unwrap();
        assert_eq!((tried.freeze_id.as_str(), tried.preceding_freeze_id.as_str()), ("", id));
        assert_eq!(picture(&bank, N).await, before, "validate_only leaves no trace");

        let request = succession(N, id);
        let (new, answer) = succeed(&bank, request.clone()).await.unwrap();
        assert_ne!(new.freeze_id, old.freeze_id);
        assert_eq!((new.preceding_freeze_id.as_str(), new.authority_name.as_str()),
            (id, "Futian District Court"));
        assert_eq!((new.queue_position, new.served_time, new.expire_time, new.amount.clone()),
            (1, old.served_time, old.expire_time, cny("60.00")));
        assert_eq!((answer.queue_position, answer.controlled.clone(), answer.ahead.len()),
            (1, cny("60.00"), 0));
        let text = &answer.receipt_text;
        assert!(text.contains("Ordered by Futian District Court, document （2026）粤0304执77号."),
            "{text}");
        assert_eq!(stand(&bank, &[id, &new.freeze_id]).await,
            [ended(FreezeStatus::Released), active("60.00")]);
        assert_eq!(acts(&bank, id).await, [FreezeActKind::Placed, FreezeActKind::Succeeded]);

        assert_eq!(succeed(&bank, request.clone()).await.unwrap(), (new, answer), "a replay");
        let other = SucceedFreezeRecordRequest { reason: "other".to_owned(), ..request };
        assert_eq!(reason(&succeed(&bank, other).await.unwrap_err()), "REQUEST_ID_REUSED");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn successions_are_refused_as_documented(bank) {
        bank.account(N, "100.00").await;
        let (old, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        let (tax, _) =
            bank.freeze(order(&bank, N, AuthorityKind::TaxPreservation, "5.00")).await.unwrap();
        let id = old.freeze_id.as_str();
        let of = async |request| reason(&succeed(&bank, request).await.unwrap_err());
        assert_eq!(of(succession("6222021234567899999", id)).await, "ACCOUNT_NOT_FOUND");
        assert_eq!(of(succession(N, "F-none")).await, "FREEZE_NOT_FOUND");
        let police = SucceedFreezeRecordRequest {
            authority_kind: AuthorityKind::PoliceCriminal.into(),
            ..succession(N, id)
        };
        assert_eq!(of(police).await, "NOT_THIS_AUTHORITY");
        assert_eq!(of(succession(N, &tax.freeze_id)).await, "NOT_THIS_AUTHORITY");
        let end = stamp(local("2028-03-11 00:00:01"));
        let long = SucceedFreezeRecordRequest {
            duration: end.map(succeed_freeze_record_request::Duration::ExpireTime),
            ..succession(N, id)
        };
        assert_eq!(of(long).await, "TERM_TOO_LONG");
        let stale = SucceedFreezeRecordRequest {
            etag: bank.status(N).await.unwrap().etag,
            ..succession(N, id)
        };
        bank.release(release(&bank, N, id)).await.unwrap();
        assert_eq!(of(stale).await, "ETAG_MISMATCH");
        assert_eq!(of(succession(N, id)).await, "FREEZE_NOT_IN_FORCE");
        bank.finish().await;
    }
}
