//! Proposals that end by themselves: at their instant, or because their subject moved.

use account_status::config::{FourEyesSetting, Switch};
use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::actions::{N, instant, set, told};
use crate::harness::calls::*;
use crate::on_every_engine;

async fn listed(bank: &Bank, state: ApprovalState) -> Vec<ApprovalState> {
    let list = ListApprovalsRequest { state: state.into(), ..ListApprovalsRequest::default() };
    let answer = bank.approval_client().list_approvals(list).await.unwrap().into_inner();
    answer.approvals.iter().map(Approval::state).collect()
}

/// How long the sweep may take on a busy machine.
const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

on_every_engine! {
    async fn a_proposal_is_over_at_its_instant_for_reads_and_commands(bank) {
        bank.account(N, "0").await;
        let bank = strict(bank).await;
        let approval = propose(&bank, &plain(N, StatusAction::Close)).await;
        let end = instant(&approval.expire_time);
        bank.clock.set(end - Duration::microseconds(1));
        assert_eq!(listed(&bank, ApprovalState::Pending).await, [ApprovalState::Pending]);
        assert!(listed(&bank, ApprovalState::Expired).await.is_empty());
        bank.clock.set(end);
        let seen = read(&bank, "auditor", &approval.approval_id).await.unwrap();
        assert_eq!((seen.state(), instant(&seen.decide_time), seen.decided_by.as_str()),
            (ApprovalState::Expired, end, ""));
        assert!(listed(&bank, ApprovalState::Pending).await.is_empty());
        assert_eq!(listed(&bank, ApprovalState::Expired).await, [ApprovalState::Expired]);
        assert_eq!(listed(&bank, ApprovalState::Unspecified).await, [ApprovalState::Expired]);
        for refused in [
            approve(&bank, "checker", &approval).await.map(|_| ()).unwrap_err(),
            reject(&bank, "checker", &approval).await.map(|_| ()).unwrap_err(),
            take_back(&bank, "maker", &approval).await.map(|_| ()).unwrap_err(),
        ] {
            assert_eq!((reason(&refused), told(&refused, "state")),
                ("APPROVAL_DECIDED".to_owned(), Some("EXPIRED".to_owned())));
        }
        assert_eq!(read(&bank, "auditor", &approval.approval_id).await.unwrap(), seen);
        assert_eq!(bank.code(N).await, "00");
        // It blocks nothing any more.
        propose(&bank, &plain(N, StatusAction::Close)).await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_sweep_writes_what_ran_out(bank) {
        bank.account(N, "0").await;
        let bank = bank.reopen(|given| {
            given.four_eyes = Some(FourEyesSetting::Required);
            given.approval_hours = Some(2);
            given.sweep = Some(Switch::On);
        }).await;
        bank.pass(Duration::seconds(1));
        let approval = propose(&bank, &plain(N, StatusAction::Close)).await;
        // The sweep may have looked at the account at this instant: then it comes just after.
        let late = instant(&approval.expire_time) - (bank.now() + Duration::hours(2));
        assert!(late >= Duration::zero() && late < Duration::milliseconds(1), "{late}");
        bank.pass(Duration::hours(2) + Duration::seconds(1));
        let store = account_status::service::open(&bank.settings).await.unwrap();
        let id = account_status::domain::id::ApprovalId::parse(&approval.approval_id).unwrap();
        let begun = std::time::Instant::now();
        loop {
            let row = store.approval_find(&id).await.unwrap().unwrap();
            if !row.is_open() {
                assert_eq!(row.decide_time, Some(instant(&approval.expire_time)));
                break;
            }
            assert!(begun.elapsed() < PATIENCE, "the sweep did not come by");
            crate::harness::moment().await;
        }
        store.close().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_proposal_is_stale_once_its_subject_moved_and_not_with_others(bank) {
        bank.account(N, "100.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "30.00")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "30.00")).await.unwrap();
        let bank = strict(bank).await;
        bank.pass(Duration::seconds(1));
        let lift = |id: &str| bank.court_release(N, id);
        let network = |id: &str| ReleaseFreezeRecordRequest {
            amount: cny("10.00"),
            source: FreezeSource::CourtNetwork.into(),
            ..lift(id)
        };
        let of_first = propose(&bank, &Act::Release(lift(&first.freeze_id))).await;
        let of_second = propose(&bank, &Act::Release(lift(&second.freeze_id))).await;
        let of_account = propose(&bank, &Act::Freeze(bank.bank_freeze(N, "10.00"))).await;
        // Money moves nothing.
        bank.credit(N, "5.00").await.unwrap();
        for approval in [&of_first, &of_second, &of_account] {
            assert_eq!(state(&bank, approval).await, ApprovalState::Pending);
        }
        bank.release(network(&first.freeze_id)).await.unwrap();
        assert_eq!(state(&bank, &of_first).await, ApprovalState::Stale);
        assert_eq!(state(&bank, &of_second).await, ApprovalState::Pending);
        assert_eq!(state(&bank, &of_account).await, ApprovalState::Stale);
        for stale in [&of_first, &of_account] {
            let refused = approve(&bank, "checker", stale).await.unwrap_err();
            assert_eq!(reason(&refused), "APPROVAL_STALE");
            let refused = reject(&bank, "checker", stale).await.unwrap_err();
            assert_eq!(reason(&refused), "APPROVAL_STALE");
            let refused = take_back(&bank, "maker", stale).await.unwrap_err();
            assert_eq!(reason(&refused), "APPROVAL_STALE");
        }
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        assert_eq!(state(&bank, &of_second).await, ApprovalState::Pending);
        approve(&bank, "checker", &of_second).await.unwrap();
        assert_eq!(listed(&bank, ApprovalState::Stale).await, [ApprovalState::Stale; 2]);
        bank.finish().await;
    }
}
