//! What is told of freezes that end, of emergencies that nobody confirmed, and of who is next in line.

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;
use chrono::{DateTime, Duration, Utc};
use serde_json::Value;

use crate::actions::{N, instant, stamp};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::reviews::{events, review};

/// The reminders about something, in order.
async fn told(bank: &Bank, about: &str) -> Vec<Value> {
    let mut told = events(bank, N, "REMINDER").await;
    told.retain(|said| said["about"] == about);
    told
}

/// Reviews what is due at an instant.
async fn look(bank: &Bank, at: DateTime<Utc>) {
    bank.clock.set(at);
    review(bank).await;
}

on_every_engine! {
    async fn a_freeze_is_announced_a_week_and_a_day_before_it_ends(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (next, _) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        assert_eq!((next.status(), next.expire_time), (FreezeStatus::Waiting, None));
        let end = instant(&first.expire_time);
        let moment = Duration::microseconds(1);
        for (at, count) in [
            (end - Duration::days(7) - moment, 0),
            (end - Duration::days(7), 1),
            (end - Duration::days(6), 1),
            (end - Duration::days(1) - moment, 1),
            (end - Duration::days(1), 2),
            (end - moment, 2),
        ] {
            look(&bank, at).await;
            review(&bank).await;
            let said = told(&bank, "FREEZE_END").await;
            assert_eq!(said.len(), count, "{at}: {said:?}");
            for said in said {
                assert_eq!(said["freeze_id"], first.freeze_id);
                assert_eq!(said["next_in_line"], next.freeze_id);
                assert_eq!(said["due_time"], end.to_rfc3339_opts(chrono::SecondsFormat::Micros, true));
            }
        }
        // The waiting one takes effect when the first ends, and its own term begins.
        look(&bank, end).await;
        let promoted = bank.freezes(N).await.into_iter().find(|row| row.freeze_id == next.freeze_id);
        let promoted = promoted.unwrap();
        assert_eq!(promoted.status(), FreezeStatus::Active);
        let end = instant(&promoted.expire_time);
        for (at, count) in [
            (end - Duration::days(7) - moment, 2),
            (end - Duration::days(7), 3),
            (end - Duration::days(1), 4),
            (end, 4),
        ] {
            look(&bank, at).await;
            let said = told(&bank, "FREEZE_END").await;
            assert_eq!(said.len(), count, "{at}: {said:?}");
        }
        let said = told(&bank, "FREEZE_END").await;
        assert_eq!((&said[3]["freeze_id"], said[3].get("next_in_line")), (&next.freeze_id.into(), None));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_short_freeze_is_announced_at_once_and_a_day_before(bank) {
        bank.account(N, "100.00").await;
        let end = bank.now() + Duration::days(3);
        let short = CreateFreezeRecordRequest {
            duration: Some(create_freeze_record_request::Duration::ExpireTime(stamp(end).unwrap())),
            ..bank.court_order(N, "10.00")
        };
        bank.freeze(short).await.unwrap();
        for (at, count) in [(bank.now(), 1), (end - Duration::days(1), 2), (end, 2)] {
            look(&bank, at).await;
            assert_eq!(told(&bank, "FREEZE_END").await.len(), count);
        }
        // One that is here for less than a day is announced but once.
        let end = bank.now() + Duration::hours(20);
        let shorter = CreateFreezeRecordRequest {
            duration: Some(create_freeze_record_request::Duration::ExpireTime(stamp(end).unwrap())),
            ..bank.court_order(N, "10.00")
        };
        bank.freeze(shorter).await.unwrap();
        let now = bank.now();
        look(&bank, now).await;
        look(&bank, end - Duration::microseconds(1)).await;
        assert_eq!(told(&bank, "FREEZE_END").await.len(), 3);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn of_a_confidential_freeze_its_end_is_not_told(bank) {
        bank.account(N, "100.00").await;
        let order = CreateFreezeRecordRequest { confidential: true, ..bank.court_order(N, "40.00") };
        let (freeze, _) = bank.freeze(order).await.unwrap();
        let get = GetFreezeRecordRequest { freeze_id: freeze.freeze_id.clone(), ..Default::default() };
        let seen = bank.freeze_client().get_freeze_record(by("auditor", get)).await.unwrap();
        let end = instant(&seen.into_inner().freeze_record.unwrap().expire_time);
        look(&bank, end - Duration::days(7)).await;
        look(&bank, end - Duration::days(1)).await;
        let said = told(&bank, "FREEZE_END").await;
        let expected = serde_json::json!({ "about": "FREEZE_END", "freeze_id": freeze.freeze_id });
        assert_eq!(said, [expected.clone(), expected]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_emergency_that_nobody_confirmed_is_told_of_when_half_of_its_time_is_over(bank) {
        let bank = bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await;
        crate::reviews::apply(&bank, N, |_| {}).await.unwrap();
        let pending = ListApprovalsRequest { account_number: N.to_owned(), ..Default::default() };
        let complete = ChangeAccountStatusRequest {
            account_number: N.to_owned(),
            action: StatusAction::CompleteOpening.into(),
            request_id: fresh(),
            ..Default::default()
        };
        bank.account_client().change_account_status(complete).await.unwrap();
        approve(&bank, pending.clone()).await;
        bank.credit(N, "100.00").await.unwrap();
        let emergency = || CreateFreezeRecordRequest {
            emergency: true,
            emergency_cause: EmergencyCause::FraudInProgress.into(),
            ..bank.bank_freeze(N, "10.00")
        };
        let (left_alone, _) = bank.freeze(emergency()).await.unwrap();
        let end = instant(&left_alone.expire_time);
        look(&bank, end - Duration::hours(24) - Duration::microseconds(1)).await;
        assert_eq!(told(&bank, "EMERGENCY_UNCONFIRMED").await.len(), 0);
        look(&bank, end - Duration::hours(24)).await;
        look(&bank, end - Duration::hours(1)).await;
        let said = told(&bank, "EMERGENCY_UNCONFIRMED").await;
        assert_eq!(said.len(), 1);
        assert_eq!(said[0]["freeze_id"], left_alone.freeze_id);
        look(&bank, end).await;
        // One that is confirmed in time is not told of.
        bank.freeze(emergency()).await.unwrap();
        approve(&bank, pending).await;
        let now = bank.now();
        look(&bank, now + Duration::hours(47)).await;
        assert_eq!(told(&bank, "EMERGENCY_UNCONFIRMED").await.len(), 1);
        assert_eq!(told(&bank, "FREEZE_END").await.len(), 0, "its end is announced by another name");
        bank.finish().await;
    }
}

/// A second person approves what waits on the account.
async fn approve(bank: &Bank, pending: ListApprovalsRequest) {
    let pending = ListApprovalsRequest { state: ApprovalState::Pending.into(), ..pending };
    let found = bank.approval_client().list_approvals(pending).await.unwrap().into_inner();
    for one in found.approvals {
        let approve = ApproveRequest {
            account_number: one.account_number,
            approval_id: one.approval_id,
            request_id: fresh(),
            ..Default::default()
        };
        bank.approval_client().approve(by("checker", approve)).await.unwrap();
    }
}

on_every_engine! {
    async fn who_is_next_in_line_is_told_when_a_release_is_proposed(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "")).await.unwrap();
        let (next, _) = bank.freeze(bank.court_order(N, "10.00")).await.unwrap();
        let bank = bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await;
        // Nobody waits behind the last.
        let last = bank.court_release(N, &next.freeze_id);
        bank.freeze_client().release_freeze_record(last).await.unwrap();
        assert_eq!(told(&bank, "NEXT_IN_LINE").await, Vec::<Value>::new());
        let check = ReleaseFreezeRecordRequest {
            validate_only: true, ..bank.court_release(N, &first.freeze_id)
        };
        bank.freeze_client().release_freeze_record(check).await.unwrap();
        assert_eq!(told(&bank, "NEXT_IN_LINE").await, Vec::<Value>::new());
        let release = bank.court_release(N, &first.freeze_id);
        let proposed = bank.freeze_client().release_freeze_record(release.clone()).await.unwrap();
        let Some(release_freeze_record_response::Outcome::Approval(approval)) =
            proposed.into_inner().outcome else { panic!("it waits for a second person") };
        let said = serde_json::json!({
            "about": "NEXT_IN_LINE", "freeze_id": first.freeze_id,
            "next_in_line": next.freeze_id, "approval_id": approval.approval_id,
        });
        assert_eq!(told(&bank, "NEXT_IN_LINE").await, std::slice::from_ref(&said));
        bank.freeze_client().release_freeze_record(release).await.unwrap();
        assert_eq!(told(&bank, "NEXT_IN_LINE").await, [said], "once");
        bank.finish().await;
    }
}
