//! Payouts that go wrong over a channel: one trouble's whole way in one place, and a quarantine that
//! two persons resolve.

use super::*;
use crate::harness::channel::Channel;
use crate::on_every_engine;
use CaseEntryKind as K;
use std::time::{Duration, Instant};

/// A bank that pays over one channel, with an account of 1,000.00.
async fn paying(bank: Bank, four_eyes: FourEyesSetting) -> (Bank, Channel) {
    bank.account(ACCOUNT, "1000.00").await;
    let channel = Channel::open(bank.clock.clone()).await;
    let setting = channel.setting("CH-1");
    let bank = bank
        .reopen(|given| {
            given.channel = Some(vec![setting]);
            given.payout_timeout_ms = Some(1_500);
            given.four_eyes = Some(four_eyes);
        })
        .await;
    (bank, channel)
}

/// Reserves a withdrawal whose reference tells the channel what to do, and waits for its case.
async fn trouble(bank: &Bank, reference: &str, cause: CaseCause) -> WithdrawalCase {
    let request =
        WithdrawRequest { reference: reference.to_owned(), ..bank.withdrawal(ACCOUNT, "7.00") };
    let made = bank.withdraw_with(request).await.unwrap();
    let begun = Instant::now();
    loop {
        let of = made.withdrawal_id.clone();
        let request =
            ListCasesRequest { withdrawal_id: of, cause: cause.into(), ..Default::default() };
        if let Some(case) = list(bank, request).await.pop() {
            return case;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "no case");
        crate::harness::moment().await;
    }
}

async fn find(bank: &Bank, case: &WithdrawalCase) -> Withdrawal {
    let withdrawal_id = case.withdrawal_id.clone();
    let get = GetWithdrawalRequest { withdrawal_id, ..Default::default() };
    bank.withdraw_client().get_withdrawal(get).await.unwrap().into_inner().withdrawal.unwrap()
}

async fn end(bank: Bank, channel: Channel) {
    bank.finish().await;
    channel.close().await;
}

on_every_engine! {
    async fn one_trouble_is_readable_from_the_attempt_to_the_analysis(bank) {
        let (bank, channel) = paying(bank, FourEyesSetting::Waived).await;
        let case = trouble(&bank, "sim:reject=COMPLIANCE_HOLD", CaseCause::ManualDecision).await;
        let held = find(&bank, &case).await;
        assert_eq!(held.held_reason(), HeldReason::Manual);
        assert_eq!(held.open_cases, [i32::from(CaseCause::ManualDecision)]);
        bank.pass(chrono::Duration::minutes(1));
        add(&bank, note(&case, K::Consulted)).await.unwrap();
        let done = ResolveCaseRequest {
            analysis: "the payee is on a list".to_owned(),
            root_cause: RootCause::Customer.into(),
            ..resolving(&case, CaseResolution::MarkFailed)
        };
        let done = resolve(&bank, done).await.unwrap();
        assert_eq!(done.state(), CaseState::Closed);
        let (_, way) = story(&bank, &case).await;
        let whole =
            [K::Attempt, K::Evidence, K::Opened, K::Consulted, K::Resolved, K::Analysed];
        assert_eq!(kinds(&way), whole);
        let phases: Vec<CasePhase> = way.iter().map(CaseEntry::phase).collect();
        assert!(phases.is_sorted(), "{phases:?}");
        assert_eq!(find(&bank, &case).await.state(), WithdrawalState::Failed);
        assert_eq!(bank.available(ACCOUNT).await, "1000.00");
        end(bank, channel).await;
    }
}

on_every_engine! {
    async fn two_persons_resolve_a_quarantine_and_a_case_that_moved_on_makes_it_stale(bank) {
        let (bank, channel) = paying(bank, FourEyesSetting::Required).await;
        let case = trouble(&bank, "sim:wrong-amount", CaseCause::Mismatch).await;
        let propose = async || {
            let request = ResolveCaseRequest {
                paid_amount: cny("5.00"), ..resolving(&case, CaseResolution::MarkSettled)
            };
            let answer = bank.case_client().resolve_case(by("ops.li", request)).await.unwrap();
            match answer.into_inner().outcome.unwrap() {
                resolve_case_response::Outcome::Approval(approval) => approval,
                other => panic!("it doesn't wait: {other:?}"),
            }
        };
        let first = propose().await;
        add(&bank, note(&case, K::Note)).await.unwrap();
        let refused = approve(&bank, &first).await.unwrap_err();
        assert_eq!(reason(&refused), "APPROVAL_STALE");
        let second = propose().await;
        let done = approve(&bank, &second).await.unwrap();
        let Some(approve_response::Outcome::WithdrawalCase(resolved)) = done.outcome else {
            panic!("no case");
        };
        assert_eq!((&*resolved.resolved_by, &*resolved.approved_by), ("ops.li", "checker"));
        let (told, way) = story(&bank, &case).await;
        assert_eq!(told, resolved);
        let phases: Vec<CasePhase> = way.iter().map(CaseEntry::phase).collect();
        assert!(phases.is_sorted(), "{phases:?}");
        let word = way.iter().rfind(|step| step.kind() == K::Evidence).unwrap();
        assert_eq!((word.phase(), &*word.principal), (CasePhase::Manual, ""), "{word:?}");
        let settled = find(&bank, &case).await;
        assert_eq!((settled.state(), settled.open_cases), (WithdrawalState::Settled, vec![]));
        assert_eq!(bank.available(ACCOUNT).await, "995.00");
        end(bank, channel).await;
    }
}
