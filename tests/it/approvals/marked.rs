//! Every act that needs a second person waits, changes nothing, and is done once another approves.

use account_status::pb::v1::*;
use chrono::Duration;

use super::*;
use crate::actions::{carry_out, fraud_stop, instant, picture, restrict, set, stamp};
use crate::harness::calls::*;
use crate::on_every_engine;

/// An account for each act that needs a second person, and the act, with its word and subject.
async fn every_act(bank: &Bank) -> Vec<(String, &'static str, bool, Act)> {
    use StatusAction as A;
    let mut acts = Vec::new();
    let mut count = 0;
    let mut number = || {
        count += 1;
        format!("EYES{count}")
    };
    let n = number();
    bank.applied(&n).await;
    acts.push((n.clone(), "COMPLETE_OPENING", false, plain(&n, A::CompleteOpening)));
    let n = number();
    bank.account(&n, "100.00").await;
    carry_out(bank, fraud_stop(&n, "ZF-1")).await.unwrap();
    acts.push((n.clone(), "RESUME_PAYMENT", true, plain(&n, A::ResumePayment)));
    let n = number();
    bank.account(&n, "100.00").await;
    set(bank, &n, A::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
    acts.push((n.clone(), "CLEAR_SUSPICION", true, plain(&n, A::ClearSuspicion)));
    let n = number();
    bank.account(&n, "100.00").await;
    carry_out(bank, restrict(&n, Restriction::NoDebit)).await.unwrap();
    acts.push((n.clone(), "LIFT_RESTRICTION", true, plain(&n, A::LiftRestriction)));
    let n = number();
    bank.account(&n, "0").await;
    acts.push((n.clone(), "CLOSE", false, plain(&n, A::Close)));
    let n = number();
    bank.account(&n, "100.00").await;
    acts.push((n.clone(), "CREATE_FREEZE", false, Act::Freeze(bank.bank_freeze(&n, "60.00"))));
    let n = number();
    bank.account(&n, "100.00").await;
    // Money went since the paper was served.
    bank.record(bank.posting(&n, Direction::Debit, "1.00")).await.unwrap();
    let late = CreateFreezeRecordRequest {
        served_time: stamp(bank.now() - Duration::hours(1)),
        ..bank.court_order(&n, "60.00")
    };
    acts.push((n, "CREATE_FREEZE", false, Act::Freeze(late)));
    for part in [None, cny("10.00")] {
        let n = number();
        bank.account(&n, "100.00").await;
        let (freeze, _) = bank.freeze(bank.court_order(&n, "60.00")).await.unwrap();
        let lift = bank.court_release(&n, &freeze.freeze_id);
        let lift = ReleaseFreezeRecordRequest { amount: part.clone(), ..lift };
        acts.push((n, "RELEASE_FREEZE", true, Act::Release(lift)));
        let n = number();
        bank.account(&n, "100.00").await;
        let (freeze, _) = bank.freeze(bank.bank_freeze(&n, "60.00")).await.unwrap();
        let lift = ReleaseFreezeRecordRequest {
            authority_kind: AuthorityKind::Bank.into(),
            authority_name: "Risk Control".to_owned(),
            source: FreezeSource::Unspecified.into(),
            amount: part,
            ..bank.court_release(&n, &freeze.freeze_id)
        };
        acts.push((n, "RELEASE_FREEZE", true, Act::Release(lift)));
    }
    acts
}

on_every_engine! {
    async fn every_marked_act_waits_for_somebody_else(bank) {
        let acts = every_act(&bank).await;
        let bank = strict(bank).await;
        bank.pass(Duration::minutes(1));
        for (number, action, about_one, act) in acts {
            let before = picture(&bank, &number).await;
            let approval = propose(&bank, &act).await;
            assert_eq!(picture(&bank, &number).await, before, "{action}");
            assert_eq!((approval.state(), approval.action.as_str()),
                (ApprovalState::Pending, action));
            assert_eq!((approval.proposed_by.as_str(), approval.decided_by.as_str()),
                ("maker", ""));
            assert_eq!(approval.subject_id.is_empty(), !about_one, "{action}");
            assert_eq!((instant(&approval.create_time), approval.decide_time),
                (bank.now(), None));
            assert_eq!(instant(&approval.expire_time), bank.now() + Duration::hours(72));
            let seen = read(&bank, "auditor", &approval.approval_id).await.unwrap();
            let rpc = match &act {
                Act::Change(_) => "AccountService/ChangeAccountStatus",
                Act::Freeze(_) => "FreezeRecordService/CreateFreezeRecord",
                Act::Release(_) => "FreezeRecordService/ReleaseFreezeRecord",
            };
            assert_eq!(seen.act, format!("accountstatus.v1.{rpc}"));
            assert!(seen.request.is_some(), "{action}");
            if !about_one {
                assert_eq!(seen.etag, before.0.etag, "{action}");
            }
            // The same request again: the same proposal.
            assert_eq!(propose(&bank, &act).await, approval);

            let own = approve(&bank, "maker", &approval).await.unwrap_err();
            assert_eq!(reason(&own), "APPROVER_IS_PROPOSER");
            let own = reject(&bank, "maker", &approval).await.unwrap_err();
            assert_eq!(reason(&own), "APPROVER_IS_PROPOSER");
            assert_eq!(picture(&bank, &number).await, before, "{action}");

            bank.pass(Duration::seconds(1));
            let given = approve(&bank, "checker", &approval).await.unwrap();
            done(&bank, &number, action, given).await;
            let after = picture(&bank, &number).await;
            assert_ne!((&after.0.etag, &after.2), (&before.0.etag, &before.2), "{action}");
            if after.1.len() > before.1.len() {
                let row = &after.1[0];
                assert_eq!((row.change_by.as_str(), row.approved_by.as_str()),
                    ("maker", "checker"));
                assert_eq!(row.approval_status(), ApprovalStatus::Approved, "{action}");
            }
        }
        bank.finish().await;
    }
}

/// What an approval answers is what its act answers.
async fn done(bank: &Bank, number: &str, action: &str, given: ApproveResponse) {
    use approve_response::Outcome;
    let approval = given.approval.unwrap();
    assert_eq!(
        (approval.state(), approval.decided_by.as_str()),
        (ApprovalState::Approved, "checker")
    );
    assert_eq!(instant(&approval.decide_time), bank.now());
    let suspicion = action == "CLEAR_SUSPICION";
    assert_eq!(approval.comment, if suspicion { "" } else { "checked" });
    match given.outcome.unwrap() {
        Outcome::AccountStatus(info) => {
            let expected = if action == "CLOSE" { "10" } else { "00" };
            assert_eq!(
                (info.status_code.as_str(), info.account_number.as_str()),
                (expected, number)
            );
        }
        other @ (Outcome::Deduction(_) | Outcome::WithdrawalCase(_) | Outcome::SuspenseItem(_)) => {
            panic!("nothing of the kind was proposed: {other:?}")
        }
        Outcome::FreezeRecord(freeze) => {
            let there = bank.freezes(number).await;
            let stored = there.iter().find(|row| row.freeze_id == freeze.freeze_id).unwrap();
            assert_eq!((stored.status(), &stored.amount), (freeze.status(), &freeze.amount));
        }
    }
}

on_every_engine! {
    async fn what_is_only_tried_is_not_proposed(bank) {
        let mut acts = every_act(&bank).await;
        let bank = strict(bank).await;
        for (number, action, _, act) in &mut acts {
            match act {
                Act::Change(request) => request.validate_only = true,
                Act::Freeze(request) => request.validate_only = true,
                Act::Release(request) => request.validate_only = true,
            }
            let approval = propose(&bank, act).await;
            assert_eq!((approval.approval_id.as_str(), approval.state()),
                ("", ApprovalState::Pending), "{action} on {number}");
        }
        let mut client = bank.approval_client();
        let list = client.list_approvals(ListApprovalsRequest::default()).await.unwrap();
        assert!(list.into_inner().approvals.is_empty());
        bank.finish().await;
    }
}

on_every_engine! {
    async fn papers_in_time_and_what_the_network_sends_need_nobody(bank) {
        const N: &str = "EYES1";
        bank.account(N, "100.00").await;
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        let bank = strict(bank).await;
        bank.pass(Duration::hours(1));
        let network = FreezeSource::CourtNetwork.into();
        let order = Act::Freeze(bank.court_order(N, "10.00"));
        let Came::Done(freeze) = order.ask(&bank, "desk").await.unwrap() else {
            panic!("a paper in time has to wait")
        };
        let late = CreateFreezeRecordRequest {
            served_time: stamp(bank.now() - Duration::hours(2)),
            source: network,
            ..bank.court_order(N, "10.00")
        };
        let lift = ReleaseFreezeRecordRequest {
            source: network,
            ..bank.court_release(N, &freeze)
        };
        let resume = ChangeAccountStatusRequest {
            source: FreezeSource::PolicePlatform.into(),
            ..crate::actions::change(N, StatusAction::ResumePayment, Cause::Unspecified)
        };
        for act in [Act::Freeze(late), Act::Release(lift), Act::Change(resume)] {
            let came = act.ask(&bank, "adapter").await.unwrap();
            assert!(matches!(came, Came::Done(_)), "{came:?}");
        }
        let row = &bank.history(N).await[0];
        assert_eq!((row.approval_status(), row.approved_by.as_str()),
            (ApprovalStatus::NotRequired, ""));

        set(&bank, N, StatusAction::StopPayment, Cause::StopArrears).await.unwrap();
        let resume = crate::actions::change(N, StatusAction::ResumePayment, Cause::Unspecified);
        let owed = propose(&bank, &Act::Change(resume.clone())).await;
        take_back(&bank, "maker", &owed).await.unwrap();
        let paid = ChangeAccountStatusRequest {
            arrears_paid: true,
            request_id: fresh(),
            ..resume
        };
        let came = Act::Change(paid).ask(&bank, "billing").await.unwrap();
        assert!(matches!(came, Came::Done(_)), "{came:?}");
        bank.finish().await;
    }
}
