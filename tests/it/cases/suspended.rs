//! A payout that is booked as paid and was not, as its channel says: two persons write it to suspense,
//! and give it back when it is known whose it is.

use account_status::domain::payout::evidence::{Said, Source};
use account_status::domain::payout::reason::RejectReason;

use super::*;
use crate::on_every_engine;
use crate::withdrawals::paying::{Payout, dead, paid, set_channels};
use CaseEntryKind as K;

/// 7.00 out of 1,000.00 are paid, and the channel denies it.
async fn denied(bank: Bank) -> (Bank, WithdrawalCase) {
    let bank = bank.reopen(set_channels).await;
    bank.account(ACCOUNT, "1000.00").await;
    let payout = Payout::begin(&bank, ACCOUNT, "7.00").await;
    payout.said(1, Source::Submit, Said::Settled(paid("7.00"))).await;
    payout.said(1, Source::Callback, dead(RejectReason::PayeeAccountClosed)).await;
    assert_eq!(bank.available(ACCOUNT).await, "993.00");
    let case = one(&bank, CaseCause::Contradiction).await;
    (strict(bank).await, case)
}

async fn propose(bank: &Bank, case: &WithdrawalCase) -> Approval {
    let request = resolving(case, CaseResolution::WriteToSuspense);
    let answer = bank.case_client().resolve_case(by("ops.li", request)).await.unwrap();
    match answer.into_inner().outcome.unwrap() {
        resolve_case_response::Outcome::Approval(approval) => approval,
        other => panic!("it doesn't wait: {other:?}"),
    }
}

async fn reject(bank: &Bank, approval: &Approval) {
    let request = RejectRequest {
        account_number: ACCOUNT.to_owned(),
        approval_id: approval.approval_id.clone(),
        comment: "no receipt".to_owned(),
        request_id: fresh(),
        validate_only: false,
    };
    bank.approval_client().reject(by("checker", request)).await.unwrap();
}

async fn take_back(bank: &Bank, approval: &Approval) {
    let request = WithdrawApprovalRequest {
        account_number: ACCOUNT.to_owned(),
        approval_id: approval.approval_id.clone(),
        comment: "too early".to_owned(),
        request_id: fresh(),
        validate_only: false,
    };
    bank.approval_client().withdraw_approval(by("ops.li", request)).await.unwrap();
}

on_every_engine! {
    async fn two_persons_write_to_suspense_what_was_not_paid_and_give_it_back(bank) {
        let (bank, case) = denied(bank).await;
        reject(&bank, &propose(&bank, &case).await).await;
        take_back(&bank, &propose(&bank, &case).await).await;
        assert_eq!(items(&bank, true).await, []);
        approve(&bank, &propose(&bank, &case).await).await.unwrap();
        assert_eq!(bank.available(ACCOUNT).await, "993.00");

        let (resolved, way) = story(&bank, &case).await;
        assert_eq!(resolved.resolution(), CaseResolution::WriteToSuspense);
        let told = [
            K::Proposed, K::Declined, K::Proposed, K::Declined, K::Proposed, K::Resolved,
        ];
        assert!(kinds(&way).ends_with(&told), "{way:#?}");
        let declined: Vec<(&str, &str)> = way
            .iter()
            .filter(|step| step.kind() == K::Declined)
            .map(|step| (&*step.principal, &*step.text))
            .collect();
        let expected = [("checker", "REJECTED: no receipt"), ("ops.li", "WITHDRAWN: too early")];
        assert_eq!(declined, expected);

        let [item] = &items(&bank, false).await[..] else { panic!("not one item") };
        let stands = (item.kind(), item.direction(), item.amount.clone());
        assert_eq!(stands, (SuspenseKind::Suspense, Direction::Credit, cny("7.00")));
        assert_eq!(item.withdrawal_id, case.withdrawal_id);
        let asked = by("ops.li", clearing(item, SuspenseClearing::CreditAccount));
        let answer = bank.case_client().clear_suspense(asked).await.unwrap().into_inner();
        let Some(clear_suspense_response::Outcome::Approval(approval)) = answer.outcome else {
            panic!("it doesn't wait");
        };
        approve(&bank, &approval).await.unwrap();
        assert_eq!(bank.available(ACCOUNT).await, "1000.00");
        bank.finish().await;
    }
}
