//! Emergency freezes: at once by one person, for good by two.

use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::actions::{N, instant};
use crate::freezes::{acts, get};
use crate::harness::calls::*;
use crate::on_every_engine;

fn emergency(bank: &Bank) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        emergency: true,
        emergency_cause: EmergencyCause::FraudInProgress.into(),
        ..bank.bank_freeze(N, "60.00")
    }
}

/// An emergency freeze, and its confirmation.
async fn frozen(bank: &Bank) -> (String, Approval) {
    let request = emergency(bank);
    let Came::Done(id) = Act::Freeze(request).ask(bank, "night-desk").await.unwrap() else {
        panic!("an emergency has to wait")
    };
    let list = ListApprovalsRequest {
        state: ApprovalState::Pending.into(),
        ..ListApprovalsRequest::default()
    };
    let answer = bank.approval_client().list_approvals(list).await.unwrap().into_inner();
    assert_eq!(answer.approvals.len(), 1);
    (id, answer.approvals[0].clone())
}

fn seconds(row: &StatusChange) -> (ApprovalStatus, &str, &str) {
    (row.approval_status(), &row.change_by, &row.approved_by)
}

on_every_engine! {
    async fn it_acts_at_once_and_stays_when_confirmed(bank) {
        bank.account(N, "100.00").await;
        let bank = strict(bank).await;
        bank.pass(Duration::hours(1));
        let (id, approval) = frozen(&bank).await;
        assert_eq!(bank.available(N).await, "40.00");
        let rows = bank.history(N).await;
        assert_eq!(seconds(&rows[0]), (ApprovalStatus::Pending, "night-desk", ""));
        assert_eq!((approval.action.as_str(), approval.subject_id.as_str()),
            ("CONFIRM_FREEZE", id.as_str()));
        assert_eq!(instant(&approval.expire_time), bank.now() + Duration::hours(48));
        let refused = approve(&bank, "night-desk", &approval).await.unwrap_err();
        assert_eq!(reason(&refused), "APPROVER_IS_PROPOSER");
        let refused = take_back(&bank, "night-desk", &approval).await.unwrap_err();
        assert_eq!(reason(&refused), "ACTION_NOT_APPLICABLE");

        bank.pass(Duration::hours(47));
        let given = approve(&bank, "checker", &approval).await.unwrap();
        let Some(approve_response::Outcome::FreezeRecord(freeze)) = given.outcome else {
            panic!("no freeze: {:?}", given.outcome)
        };
        assert_eq!((freeze.expire_time, freeze.expiry_date.as_str(), freeze.emergency),
            (None, "", false));
        assert_eq!(freeze.emergency_cause(), EmergencyCause::FraudInProgress);
        let after = bank.history(N).await;
        assert_eq!((after.len(), after[0].old_status_code.as_str()), (rows.len() + 1, "01"));
        assert_eq!(seconds(&after[0]), (ApprovalStatus::Approved, "night-desk", "checker"));
        assert_eq!(acts(&bank, &id).await, [FreezeActKind::Placed, FreezeActKind::Confirmed]);
        bank.pass(Duration::days(400));
        assert_eq!(bank.available(N).await, "40.00");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn turned_down_it_is_released(bank) {
        bank.account(N, "100.00").await;
        let bank = strict(bank).await;
        let (id, approval) = frozen(&bank).await;
        let no = reject(&bank, "checker", &approval).await.unwrap();
        assert_eq!(no.state(), ApprovalState::Rejected);
        assert_eq!((bank.code(N).await, bank.available(N).await),
            ("00".to_owned(), "100.00".to_owned()));
        assert_eq!(get(&bank, "auditor", &id).await.status(), FreezeStatus::Released);
        let row = &bank.history(N).await[0];
        assert_eq!((seconds(row), row.change_reason.as_str()),
            ((ApprovalStatus::NotRequired, "checker", ""), "no receipt"));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn left_alone_it_lapses_with_its_confirmation(bank) {
        bank.account(N, "100.00").await;
        let bank = strict(bank).await;
        let (id, approval) = frozen(&bank).await;
        bank.clock.set(instant(&approval.expire_time));
        assert_eq!(state(&bank, &approval).await, ApprovalState::Expired);
        assert_eq!(get(&bank, "auditor", &id).await.status(), FreezeStatus::Expired);
        let refused = approve(&bank, "checker", &approval).await.unwrap_err();
        assert_eq!(reason(&refused), "APPROVAL_DECIDED");
        let row = &bank.history(N).await[0];
        assert_eq!((seconds(row), row.new_status_code.as_str()),
            ((ApprovalStatus::NotRequired, "lapse", ""), "00"));
        assert_eq!(instant(&row.effective_time), instant(&approval.expire_time));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn it_needs_a_cause_and_only_it_has_one(bank) {
        bank.account(N, "100.00").await;
        let bank = strict(bank).await;
        let none = CreateFreezeRecordRequest { emergency_cause: 0, ..emergency(&bank) };
        let ordinary = CreateFreezeRecordRequest { emergency: false, ..emergency(&bank) };
        for request in [none, ordinary] {
            let refused = Act::Freeze(request).ask(&bank, "night-desk").await.unwrap_err();
            assert_eq!(fields(&refused), ["emergency_cause"]);
        }
        bank.finish().await;
    }
}
