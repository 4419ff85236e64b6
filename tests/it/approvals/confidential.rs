//! Proposals about what is confidential: who lacks the scope sees that one waits, not why.

use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::actions::{N, change, set, stamp};
use crate::harness::calls::*;
use crate::on_every_engine;

const SECRETS: [&str; 5] = ["Nanshan", "粤0305", "secret", "Lu Heng", "checked"];

/// What everybody but the auditor may know.
fn hidden(approval: &Approval) {
    let text = format!("{approval:?}");
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} shows in {text}");
    }
    assert_eq!((approval.request.as_ref(), approval.reason.as_str()), (None, ""));
}

async fn list(bank: &Bank, who: &str) -> Vec<Approval> {
    let list = ListApprovalsRequest::default();
    bank.approval_client().list_approvals(by(who, list)).await.unwrap().into_inner().approvals
}

on_every_engine! {
    async fn why_something_confidential_is_proposed_is_told_to_the_auditor_alone(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
        let secret_order = |amount: &str| CreateFreezeRecordRequest {
            confidential: true,
            reason: "secret".to_owned(),
            ..bank.court_order(N, amount)
        };
        let (freeze, _) = bank.freeze(secret_order("10.00")).await.unwrap();
        let late = CreateFreezeRecordRequest {
            served_time: stamp(bank.now() - Duration::hours(1)),
            ..secret_order("20.00")
        };
        // Never told, though the request doesn't ask for it.
        let laundering = CreateFreezeRecordRequest {
            authority_kind: AuthorityKind::AmlTemporary.into(),
            confidential: false,
            request_id: fresh(),
            ..late.clone()
        };
        let lift = ReleaseFreezeRecordRequest {
            reason: "secret".to_owned(),
            ..bank.court_release(N, &freeze.freeze_id)
        };
        let clear = ChangeAccountStatusRequest {
            reason: "secret".to_owned(),
            ..change(N, StatusAction::ClearSuspicion, Cause::Unspecified)
        };
        let bank = strict(bank).await;
        let acts = [
            Act::Release(lift), Act::Change(clear), Act::Freeze(late), Act::Freeze(laundering),
        ];
        for act in &acts {
            let approval = propose(&bank, act).await;
            bank.pass(Duration::milliseconds(5));
            hidden(&approval);
            let seen = read(&bank, "local", &approval.approval_id).await.unwrap();
            hidden(&seen);
            assert_eq!(seen, approval);
            let known = read(&bank, "auditor", &approval.approval_id).await.unwrap();
            assert!(known.request.is_some() && known.reason == "secret", "{known:?}");
        }
        for approval in list(&bank, "local").await {
            hidden(&approval);
        }
        assert!(list(&bank, "auditor").await.iter().all(|row| row.reason == "secret"));

        // The release moves the account, not the suspicion.
        for approval in list(&bank, "local").await.iter().rev().take(2) {
            let given = approve(&bank, "checker", approval).await.unwrap();
            hidden(&given.approval.unwrap());
            hidden(&read(&bank, "checker", &approval.approval_id).await.unwrap());
            let known = read(&bank, "auditor", &approval.approval_id).await.unwrap();
            assert_eq!(known.comment, "checked");
        }
        bank.finish().await;
    }
}
