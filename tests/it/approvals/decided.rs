//! Who may say what, what comes of saying it twice or all at once, and what is decided again.

use account_status::pb::v1::*;
use futures::future::join_all;

use super::*;
use crate::actions::{N, picture, told};
use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn only_the_proposer_takes_back_and_only_others_decide(bank) {
        bank.account(N, "0").await;
        let bank = strict(bank).await;
        let close = plain(N, StatusAction::Close);
        let before = picture(&bank, N).await;
        let first = propose(&bank, &close).await;
        let refused = take_back(&bank, "checker", &first).await.unwrap_err();
        assert_eq!(reason(&refused), "PERMISSION_DENIED");
        let back = take_back(&bank, "maker", &first).await.unwrap();
        assert_eq!((back.state(), back.decided_by.as_str(), back.comment.as_str()),
            (ApprovalState::Withdrawn, "maker", "mistaken"));
        assert_eq!(read(&bank, "local", &first.approval_id).await.unwrap(), back);

        let second = propose(&bank, &plain(N, StatusAction::Close)).await;
        let no = reject(&bank, "checker", &second).await.unwrap();
        assert_eq!((no.state(), no.decided_by.as_str(), no.comment.as_str()),
            (ApprovalState::Rejected, "checker", "no receipt"));
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_first_decision_stands_and_is_told(bank) {
        for index in 0..3 {
            let number = format!("EYES{index}");
            bank.account(&number, "100.00").await;
        }
        let bank = strict(bank).await;
        for (index, given) in ["approve", "reject", "withdraw"].into_iter().enumerate() {
            let number = format!("EYES{index}");
            let freeze = Act::Freeze(bank.bank_freeze(&number, "10.00"));
            let approval = propose(&bank, &freeze).await;
            let (state, decider) = match given {
                "approve" => {
                    approve(&bank, "checker", &approval).await.unwrap();
                    ("APPROVED", "checker")
                }
                "reject" => {
                    reject(&bank, "checker", &approval).await.unwrap();
                    ("REJECTED", "checker")
                }
                _ => {
                    take_back(&bank, "maker", &approval).await.unwrap();
                    ("WITHDRAWN", "maker")
                }
            };
            let stood = read(&bank, "auditor", &approval.approval_id).await.unwrap();
            let before = picture(&bank, &number).await;
            let again = [
                approve(&bank, "another", &approval).await.map(|answer| {
                    assert_eq!(answer.outcome, None, "done before");
                    answer.approval.unwrap()
                }),
                reject(&bank, "another", &approval).await,
                take_back(&bank, "maker", &approval).await,
            ];
            for (later, answer) in ["approve", "reject", "withdraw"].into_iter().zip(again) {
                match answer {
                    Ok(answer) => assert_eq!((later, &answer), (given, &stood)),
                    Err(refused) => {
                        assert_ne!(later, given);
                        assert_eq!(reason(&refused), "APPROVAL_DECIDED");
                        assert_eq!((told(&refused, "state"), told(&refused, "decided_by")),
                            (Some(state.to_owned()), Some(decider.to_owned())));
                    }
                }
            }
            assert_eq!(picture(&bank, &number).await, before);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn twenty_who_approve_at_once_make_one_effect(bank) {
        bank.account(N, "1000.00").await;
        let bank = strict(bank).await;
        let approval = propose(&bank, &Act::Freeze(bank.bank_freeze(N, "10.00"))).await;
        let who: Vec<String> = (0..20).map(|number| format!("checker-{number}")).collect();
        let answers = join_all(who.iter().map(|who| approve(&bank, who, &approval))).await;
        let answers: Vec<ApproveResponse> =
            answers.into_iter().map(|answer| answer.unwrap()).collect();
        let first = answers[0].approval.clone().unwrap();
        assert!(answers.iter().all(|answer| answer.approval.as_ref() == Some(&first)));
        let effects = answers.iter().filter(|answer| answer.outcome.is_some()).count();
        assert_eq!((effects, bank.freezes(N).await.len()), (1, 1));
        assert!(who.contains(&first.decided_by));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_approval_is_repeated_under_its_request_id(bank) {
        bank.account(N, "1000.00").await;
        let bank = strict(bank).await;
        let approval = propose(&bank, &Act::Freeze(bank.bank_freeze(N, "10.00"))).await;
        let request = approval_of(&approval);
        let trial = ApproveRequest { validate_only: true, ..request.clone() };
        let before = picture(&bank, N).await;
        let mut client = bank.approval_client();
        let tried = client.approve(by("checker", trial)).await.unwrap().into_inner();
        assert_eq!(tried.approval.unwrap().state(), ApprovalState::Approved);
        let Some(approve_response::Outcome::FreezeRecord(freeze)) = tried.outcome else {
            panic!("no freeze: {:?}", tried.outcome)
        };
        assert_eq!((freeze.freeze_id.as_str(), picture(&bank, N).await), ("", before));
        assert_eq!(state(&bank, &approval).await, ApprovalState::Pending);

        let first = client.approve(by("checker", request.clone())).await.unwrap().into_inner();
        let again = client.approve(by("checker", request.clone())).await.unwrap().into_inner();
        assert_eq!(again, first);
        let other = ApproveRequest { comment: "other".to_owned(), ..request };
        let refused = client.approve(by("checker", other)).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
        assert_eq!(bank.freezes(N).await.len(), 1);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_refused_when_approved_stays_open(bank) {
        bank.account(N, "0").await;
        let bank = strict(bank).await;
        let approval = propose(&bank, &plain(N, StatusAction::Close)).await;
        bank.credit(N, "5.00").await.unwrap();
        let refused = approve(&bank, "checker", &approval).await.unwrap_err();
        assert_eq!((reason(&refused), told(&refused, "blocked_by")),
            ("CLOSE_BLOCKED".to_owned(), Some("balance".to_owned())));
        assert_eq!(state(&bank, &approval).await, ApprovalState::Pending);
        assert_eq!(bank.code(N).await, "00");
        bank.record(bank.posting(N, Direction::Debit, "5.00")).await.unwrap();
        approve(&bank, "checker", &approval).await.unwrap();
        assert_eq!(bank.code(N).await, "10");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn one_proposal_per_change_and_none_may_be_open_when_an_account_closes(bank) {
        bank.account(N, "0").await;
        let bank = strict(bank).await;
        let freeze = || Act::Freeze(bank.bank_freeze(N, "10.00"));
        let open = propose(&bank, &freeze()).await;
        let refused = freeze().ask(&bank, "somebody").await.unwrap_err();
        assert_eq!((reason(&refused), told(&refused, "approval_id")),
            ("ACTION_NOT_APPLICABLE".to_owned(), Some(open.approval_id.clone())));
        propose(&bank, &Act::Freeze(bank.bank_freeze(N, "11.00"))).await;
        let refused = plain(N, StatusAction::Close).ask(&bank, "maker").await.unwrap_err();
        assert_eq!((reason(&refused), told(&refused, "blocked_by")),
            ("CLOSE_BLOCKED".to_owned(), Some("open approvals".to_owned())));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_approved_is_found_and_belongs_to_the_account(bank) {
        bank.account(N, "0").await;
        bank.account("EYES9", "0").await;
        let bank = strict(bank).await;
        let close = propose(&bank, &plain(N, StatusAction::Close)).await;
        let elsewhere = Approval { account_number: "EYES9".to_owned(), ..close.clone() };
        let nowhere = Approval { account_number: "EYES8".to_owned(), ..close.clone() };
        let unknown = Approval { approval_id: "0199".to_owned(), ..close.clone() };
        for (approval, expected) in [
            (&elsewhere, "APPROVAL_NOT_FOUND"),
            (&unknown, "APPROVAL_NOT_FOUND"),
            (&nowhere, "ACCOUNT_NOT_FOUND"),
        ] {
            let refused = approve(&bank, "checker", approval).await.unwrap_err();
            assert_eq!(reason(&refused), expected);
            let refused = reject(&bank, "checker", approval).await.unwrap_err();
            assert_eq!(reason(&refused), expected);
            let refused = take_back(&bank, "maker", approval).await.unwrap_err();
            assert_eq!(reason(&refused), expected);
        }
        let bad = RejectRequest {
            account_number: "1 2".to_owned(),
            approval_id: "a b".to_owned(),
            comment: " ".to_owned(),
            request_id: String::new(),
            validate_only: false,
        };
        let refused = bank.approval_client().reject(bad).await.unwrap_err();
        assert_eq!(fields(&refused), ["account_number", "request_id", "comment", "approval_id"]);
        let long = ApproveRequest { comment: "x".repeat(501), ..approval_of(&close) };
        let refused = bank.approval_client().approve(long).await.unwrap_err();
        assert_eq!(fields(&refused), ["comment"]);
        bank.finish().await;
    }
}
