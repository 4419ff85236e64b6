//! What the service can't make sense of, in the middle of calls that are fine; and more calls than
//! a lane takes.

use std::time::Duration;

use account_status::domain::command::{Command, Effect, Envelope};
use account_status::domain::id::{AccountNumber, RequestId};
use account_status::domain::principal::Principal;
use account_status::domain::transaction::EntryChannel;
use account_status::ledger::{Failure, LANE_QUEUE_MAX};
use account_status::pb::v1::*;
use futures::FutureExt as _;
use futures::future::join_all;
use sea_orm::ConnectionTrait as _;
use tonic::Status;

use super::Holder;
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::refusals::assert_canonical;

const POISONED: &str = "9990584001000000701";
const OTHERS: usize = 12;

fn number(index: usize) -> String {
    format!("99905840010000018{index:02}")
}

async fn change_rows(bank: &Bank, sql: &str) {
    let database = bank.database().await;
    let changed = database.execute_unprepared(sql).await.unwrap();
    assert_eq!(changed.rows_affected(), 1, "{sql}");
    database.close().await.unwrap();
}

/// A withdrawal from every other account, with this one in their midst, in one batch: while
/// somebody else writes they all queue.
async fn amidst_others(
    bank: &Bank,
    poisoned: &WithdrawRequest,
) -> (Status, Vec<Result<Withdrawal, Status>>) {
    let mut requests: Vec<WithdrawRequest> =
        (0..OTHERS).map(|index| bank.withdrawal(&number(index), "1.00")).collect();
    requests.insert(OTHERS / 2, poisoned.clone());
    let holder = Holder::of(bank).await;
    let letting_go = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        holder.let_go().await;
    };
    let calls = join_all(requests.into_iter().map(|request| bank.withdraw_with(request)));
    let (mut answers, ()) = tokio::join!(calls, letting_go);
    (answers.remove(OTHERS / 2).unwrap_err(), answers)
}

async fn assert_only_it_fails(bank: &Bank, poisoned: &WithdrawRequest, left: &str) {
    let (refused, others) = amidst_others(bank, poisoned).await;
    assert_canonical(ErrorReason::Internal, &refused, &[POISONED]);
    for (index, answer) in others.into_iter().enumerate() {
        assert_eq!(answer.unwrap().state(), WithdrawalState::Reserved);
        assert_eq!(bank.available(&number(index)).await, left);
    }
}

on_every_engine! {
    /// A stored row that can't be read, and a remembered answer that breaks whoever renders it.
    async fn what_is_damaged_is_internal_to_its_call_and_nobody_else_notices(bank) {
        for index in 0..OTHERS {
            bank.account(&number(index), "10.00").await;
        }
        bank.account(POISONED, "10.00").await;
        let before = bank.withdrawal(POISONED, "1.00");
        bank.withdraw_with(before.clone()).await.unwrap();

        let remembered = format!(
            "UPDATE idempotency SET outcome = '{{}}' WHERE request_id = '{}'",
            before.request_id
        );
        let empty = r#"{"Err":{"refusals":[]}}"#;
        change_rows(&bank, &remembered.replace("{}", empty)).await;
        assert_only_it_fails(&bank, &before, "9.00").await;

        bank.act(POISONED, StatusAction::RequireVerification, |change| {
            change.cause = Cause::IdentityNotVerified.into();
        })
        .await
        .unwrap();
        let cause = |from: &str, to: &str| {
            format!("UPDATE account_condition SET cause = '{to}' WHERE cause = '{from}'")
        };
        change_rows(&bank, &cause("IDENTITY_NOT_VERIFIED", "NO_SUCH_CAUSE")).await;
        let next = bank.withdrawal(POISONED, "1.00");
        assert_only_it_fails(&bank, &next, "8.00").await;
        let read = bank.status(POISONED).await.unwrap_err();
        assert_canonical(ErrorReason::Internal, &read, &[POISONED]);

        // Once it is mended, the same request finds its account.
        change_rows(&bank, &cause("NO_SUCH_CAUSE", "IDENTITY_NOT_VERIFIED")).await;
        let refused = bank.withdraw_with(next).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_INFO_EXPIRED");
        let effect = "UPDATE idempotency SET class = 'REFUSAL' WHERE outcome LIKE '%\"refusals\":[]%'";
        change_rows(&bank, effect).await;
        let dropped = format!("DELETE FROM withdrawal WHERE account_number = '{POISONED}'");
        change_rows(&bank, &dropped).await;
        let freed = format!(
            "UPDATE account_balance SET reserved_minor = 0, open_withdrawals = 0
            WHERE account_number = '{POISONED}'"
        );
        change_rows(&bank, &freed).await;
        bank.acknowledged.lock().unwrap().remove(0);
        bank.finish().await;
    }
}

fn filler(account: &str, id: usize) -> Envelope {
    Envelope {
        principal: Principal::service("test"),
        account_number: AccountNumber::parse(account).unwrap(),
        request_id: RequestId::internal(&format!("filler-{id}")),
        deadline: std::time::Instant::now() + Duration::from_secs(60),
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command: Command::Lapse,
    }
}

on_every_engine! {
    /// While a lane is stuck its queue fills; then it says so at once, over the wire, and whoever
    /// is told so has had no effect. Once it moves, all that queued is answered.
    async fn a_full_lane_is_overloaded_over_the_wire_and_half_does_nothing(bank) {
        let account = number(0);
        bank.account(&account, "10.00").await;
        let request = bank.withdrawal(&account, "1.00");
        let holder = Holder::of(&bank).await;
        let mut waiting = Vec::new();
        loop {
            let mut answer = Box::pin(bank.ledger.submit(filler(&account, waiting.len())));
            match answer.as_mut().now_or_never() {
                None => waiting.push(answer),
                Some(Err(Failure::Overloaded)) => break,
                Some(other) => panic!("{other:?}"),
            }
        }
        assert!(waiting.len() >= LANE_QUEUE_MAX);
        let refused = join_all((0..8).map(|_| bank.withdraw_with(request.clone()))).await;
        for answer in refused {
            assert_canonical(ErrorReason::Overloaded, &answer.unwrap_err(), &[&account]);
        }
        assert_eq!(bank.available(&account).await, "10.00", "reads are served meanwhile");
        holder.let_go().await;
        let answers = join_all(waiting).await;
        assert!(answers.iter().all(Result::is_ok), "what queued is answered");
        let withdrawn = bank.withdraw_with(request.clone()).await.unwrap();
        assert_eq!(bank.withdraw_with(request).await.unwrap(), withdrawn);
        assert_eq!(bank.available(&account).await, "9.00");
        bank.finish().await;
    }
}
