//! Deductions: what a freeze holds goes to its authority, and never more.

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;

use super::*;
use crate::actions::*;
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn a_deduction_posts_the_debit_and_reduces_the_freeze(bank) {
        bank.account(N, "100.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        let id = freeze.freeze_id.as_str();
        let before = picture(&bank, N).await;
        let trial =
            DeductFreezeRecordRequest { validate_only: true, ..deduction(N, id, "25.00") };
        let (tried, posted) = deduct(&bank, trial).await.unwrap();
        assert_eq!((tried.freeze_id.as_str(), tried.amount), (id, cny("35.00")));
        assert_eq!(posted.transaction_id, "", "nothing was made");
        assert_eq!(picture(&bank, N).await, before, "validate_only leaves no trace");

        let request = deduction(N, id, "25.00");
        let (rest, posted) = deduct(&bank, request.clone()).await.unwrap();
        assert_eq!((rest.status(), rest.amount.clone(), rest.controlled_amount.clone()),
            (FreezeStatus::Active, cny("35.00"), cny("35.00")));
        assert_eq!((posted.direction(), posted.amount.clone(), posted.transaction_type()),
            (Direction::Debit, cny("25.00"), TransactionType::Deduction));
        assert_eq!((posted.balance_after.clone(), posted.available_after.clone()),
            (cny("75.00"), cny("40.00")));
        let seen = get(&bank, "auditor", id).await;
        let last = seen.acts.last().unwrap();
        assert_eq!((last.act(), last.transaction_id.clone(), last.amount.clone()),
            (FreezeActKind::Deducted, posted.transaction_id.clone(), cny("25.00")));

        assert_eq!(deduct(&bank, request.clone()).await.unwrap(), (rest, posted), "a replay");
        let other = DeductFreezeRecordRequest { amount: cny("26.00"), ..request };
        assert_eq!(reason(&deduct(&bank, other).await.unwrap_err()), "REQUEST_ID_REUSED");

        let (gone, _) = deduct(&bank, deduction(N, id, "35.00")).await.unwrap();
        assert_eq!((gone.status(), bank.code(N).await.as_str()), (FreezeStatus::Released, "00"));
        assert_eq!(bank.available(N).await, "40.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_order_may_freeze_and_deduct_in_one_step_all_or_nothing(bank) {
        bank.account(N, "100.00").await;
        let trial = DeductFreezeRecordRequest { validate_only: true, ..deduction(N, "", "40.00") };
        let (tried, _) = deduct(&bank, trial).await.unwrap();
        assert_eq!(tried.freeze_id, "", "nothing was made");
        assert!(bank.freezes(N).await.is_empty());
        let (done, posted) = deduct(&bank, deduction(N, "", "40.00")).await.unwrap();
        assert_eq!((done.status(), posted.amount), (FreezeStatus::Released, cny("40.00")));
        assert_eq!(acts(&bank, &done.freeze_id).await,
            [FreezeActKind::Placed, FreezeActKind::Deducted]);
        let before = picture(&bank, N).await;
        let much = deduct(&bank, deduction(N, "", "60.01")).await.unwrap_err();
        assert_eq!(reason(&much), "INSUFFICIENT_AVAILABLE_FUNDS");
        let wrong = DeductFreezeRecordRequest { up_to: true, ..deduction(N, "", "1.00") };
        assert_eq!(fields(&deduct(&bank, wrong).await.unwrap_err()), ["up_to"]);
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn deductions_are_refused_as_documented(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "80.00")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        let (third, _) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        let id = first.freeze_id.as_str();
        let of = async |request| reason(&deduct(&bank, request).await.unwrap_err());
        assert_eq!(of(deduction("6222021234567899999", id, "1.00")).await, "ACCOUNT_NOT_FOUND");
        assert_eq!(of(deduction(N, "F-none", "1.00")).await, "FREEZE_NOT_FOUND");
        let stale = DeductFreezeRecordRequest {
            etag: bank.status(N).await.unwrap().etag,
            ..deduction(N, id, "1.00")
        };
        bank.credit(N, "1.00").await.unwrap();
        let (part, _) = deduct(&bank, deduction(N, id, "1.00")).await.unwrap();
        assert_eq!(part.amount, cny("79.00"));
        assert_eq!(of(stale).await, "ETAG_MISMATCH");
        let yen = Some(Money { currency_code: "JPY".to_owned(), amount: "5".to_owned() });
        let yen = DeductFreezeRecordRequest { amount: yen, ..deduction(N, id, "1.00") };
        assert_eq!(of(yen).await, "CURRENCY_MISMATCH");
        let police = DeductFreezeRecordRequest {
            authority_kind: AuthorityKind::PoliceCriminal.into(),
            ..deduction(N, id, "1.00")
        };
        assert_eq!(of(police).await, "ACTION_NOT_APPLICABLE");
        let foreign = DeductFreezeRecordRequest {
            authority_name: "Futian District Court".to_owned(),
            ..deduction(N, id, "1.00")
        };
        assert_eq!(of(foreign).await, "NOT_THIS_AUTHORITY");
        // 100 − 79 leave 21 of 50 for the second, and nothing for the third.
        assert_eq!(of(deduction(N, &second.freeze_id, "30.00")).await, "OUT_OF_TURN");
        assert_eq!(of(deduction(N, &third.freeze_id, "1.00")).await, "OUT_OF_TURN");
        let all = DeductFreezeRecordRequest {
            up_to: true,
            ..deduction(N, &second.freeze_id, "30.00")
        };
        let (rest, posted) = deduct(&bank, all).await.unwrap();
        assert_eq!((posted.amount, rest.amount), (cny("21.00"), cny("29.00")));
        bank.release(release(&bank, N, id)).await.unwrap();
        assert_eq!(of(deduction(N, id, "1.00")).await, "FREEZE_NOT_IN_FORCE");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_deduction_waits_for_a_second_person(bank) {
        bank.account(N, "100.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(N, "60.00")).await.unwrap();
        let id = freeze.freeze_id.as_str();
        let bank = bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await;
        let asked = by("maker", deduction(N, id, "25.00"));
        let response = bank.freeze_client().deduct_freeze_record(asked).await.unwrap().into_inner();
        let Some(deduct_freeze_record_response::Outcome::Approval(approval)) = response.outcome
        else { panic!("{response:?}") };
        assert_eq!(approval.act, "accountstatus.v1.FreezeRecordService/DeductFreezeRecord");
        assert_eq!(bank.status(N).await.unwrap().balance, cny("100.00"));
        let approve = |who: &str| by(who, ApproveRequest {
            account_number: N.to_owned(),
            approval_id: approval.approval_id.clone(),
            request_id: fresh(),
            ..ApproveRequest::default()
        });
        let own = bank.approval_client().approve(approve("maker")).await.unwrap_err();
        assert_eq!(reason(&own), "APPROVER_IS_PROPOSER");
        let done = bank.approval_client().approve(approve("checker")).await.unwrap().into_inner();
        let Some(approve_response::Outcome::Deduction(done)) = done.outcome
        else { panic!("{done:?}") };
        let (record, posted) = (done.freeze_record.unwrap(), done.transaction.unwrap());
        assert_eq!((record.freeze_id.as_str(), record.amount), (id, cny("35.00")));
        assert_eq!((posted.amount, posted.balance_after), (cny("25.00"), cny("75.00")));
        assert!(!posted.transaction_id.is_empty());

        // What a control system sent settles itself.
        let network = DeductFreezeRecordRequest {
            source: FreezeSource::CourtNetwork.into(),
            ..deduction(N, id, "5.00")
        };
        assert_eq!(deduct(&bank, by("maker", network)).await.unwrap().0.amount, cny("30.00"));
        bank.finish().await;
    }
}
