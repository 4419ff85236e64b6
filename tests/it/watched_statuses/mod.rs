//! Watches of statuses: what they begin with, each change in its order, and where a broken watch
//! goes on.

mod order;
mod patience;
mod replicas;

use std::time::Duration;

use account_status::feed::{WATCHES_EACH, WATCHES_MAX};
use account_status::pb::v1::watch_account_status_response::Update;
use account_status::pb::v1::*;
use tonic::{Status, Streaming};

use crate::harness::calls::*;
use crate::harness::{Bank, Engine};
use crate::on_every_engine;

type Updates = Streaming<WatchAccountStatusResponse>;

const N: &str = "9990584001000000501";
const M: &str = "9990584001000000502";

fn of(numbers: &[&str]) -> WatchAccountStatusRequest {
    let account_numbers = numbers.iter().map(|&number| number.to_owned()).collect();
    WatchAccountStatusRequest { account_numbers, ..Default::default() }
}

fn everything(resume_token: &str) -> WatchAccountStatusRequest {
    let resume_token = resume_token.to_owned();
    WatchAccountStatusRequest { all_accounts: true, resume_token, ..Default::default() }
}

async fn watch(
    bank: &Bank,
    principal: &str,
    request: WatchAccountStatusRequest,
) -> Result<Updates, Status> {
    let request = by(principal, request);
    Ok(bank.status_client().watch_account_status(request).await?.into_inner())
}

/// The next message, whatever it takes.
async fn message(updates: &mut Updates) -> Result<WatchAccountStatusResponse, Status> {
    let said = tokio::time::timeout(Duration::from_secs(60), updates.message()).await.unwrap();
    said.map(|said| said.expect("the watch goes on"))
}

/// The next change with its token; heartbeats are no news, nor is the opening of an account: a watch
/// begins where the oldest transaction of the whole server stands.
async fn change(updates: &mut Updates) -> (StatusChange, String) {
    loop {
        let said = message(updates).await.unwrap();
        match said.update.unwrap() {
            Update::StatusChange(change) if change.sequence <= 2 => {}
            Update::StatusChange(change) => return (change, said.resume_token),
            Update::Heartbeat(_) => {}
            Update::AccountStatus(status) => panic!("not a change: {status:?}"),
        }
    }
}

async fn status(updates: &mut Updates) -> (AccountStatusInfo, String) {
    let said = message(updates).await.unwrap();
    match said.update.unwrap() {
        Update::AccountStatus(status) => (status, said.resume_token),
        other => panic!("not a status: {other:?}"),
    }
}

async fn suspicion(bank: &Bank, number: &str) {
    bank.act(number, StatusAction::MarkSuspicious, |_| {}).await.unwrap();
    bank.act(number, StatusAction::ClearSuspicion, |_| {}).await.unwrap();
}

on_every_engine! {
    async fn a_watch_begins_with_what_is_and_tells_each_change(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let mut named = watch(&bank, "local", of(&[M, N, M])).await.unwrap();
        let mut one = watch(&bank, "auditor", of(&[N])).await.unwrap();
        let mut all = watch(&bank, "auditor", everything("")).await.unwrap();
        let (first, token) = status(&mut named).await;
        assert_eq!((first.account_number.as_str(), first.status_code.as_str()), (N, "00"));
        assert!(first.account_name.is_empty() && first.message.is_empty());
        assert_eq!(status(&mut named).await.0.account_number, M);
        assert_eq!(status(&mut one).await.0.account_number, N);
        suspicion(&bank, M).await;
        suspicion(&bank, N).await;
        bank.withdraw(N, "1.00").await.unwrap();
        suspicion(&bank, N).await;
        let mut expected = Vec::new();
        for number in [M, N] {
            let mut rows = bank.history(number).await;
            rows.reverse();
            expected.extend(rows.into_iter().filter(|row| row.sequence > 2));
        }
        assert_eq!(expected.len(), 6);
        let mut tokens = Vec::new();
        for row in &expected {
            let (told, token) = change(&mut all).await;
            assert_eq!(told, *row);
            tokens.push(token);
            assert_eq!(change(&mut named).await.0.sequence, row.sequence);
            if row.account_number == N {
                assert_eq!(change(&mut one).await.0, *row);
            }
        }
        // A broken watch goes on behind its token, with the same accounts or others.
        for (index, token) in tokens.iter().enumerate() {
            let mut resumed = watch(&bank, "auditor", everything(token)).await.unwrap();
            suspicion(&bank, M).await;
            let mut seen = Vec::new();
            while seen.last() != bank.history(M).await.first() {
                seen.push(change(&mut resumed).await.0);
            }
            for row in &expected[index + 1..] {
                assert!(seen.contains(row), "{} is missing behind {index}", row.sequence);
            }
        }
        let request = WatchAccountStatusRequest { resume_token: token, ..of(&[N]) };
        let mut other = watch(&bank, "auditor", request).await.unwrap();
        for row in expected.iter().filter(|row| row.account_number == N) {
            assert_eq!(change(&mut other).await.0, *row);
        }
        drop((named, one, all, other));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_makes_no_sense_is_refused_at_once(bank) {
        bank.account(N, "100.00").await;
        let refused = |request| async { watch(&bank, "local", request).await.unwrap_err() };
        assert_eq!(reason(&refused(of(&[N, M])).await), "ACCOUNT_NOT_FOUND");
        assert_eq!(fields(&refused(of(&[])).await), ["account_numbers"]);
        assert_eq!(fields(&refused(of(&["12 34"])).await), ["account_numbers[0]"]);
        assert_eq!(fields(&refused(of(&[N; 1_001])).await), ["account_numbers"]);
        let both = WatchAccountStatusRequest { all_accounts: true, ..of(&[N]) };
        assert_eq!(fields(&refused(both).await), ["all_accounts"]);
        let mut updates = watch(&bank, "local", of(&[N])).await.unwrap();
        let (_, token) = status(&mut updates).await;
        let far = format!("{}{:016x}", &token[..16], i64::MAX);
        let before = format!("{}{:016x}", &token[..16], -1_i64);
        for bad in ["x", &token[..30], &format!("{token}00"), &token.replace('0', "1"), &far, &before]
        {
            assert_eq!(fields(&refused(everything(bad)).await), ["resume_token"], "{bad}");
        }
        drop(updates);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_confidential_shows_as_in_the_history(bank) {
        bank.account(N, "100.00").await;
        let mut open = watch(&bank, "local", everything("")).await.unwrap();
        let mut whole = watch(&bank, "auditor", everything("")).await.unwrap();
        let hidden = CreateFreezeRecordRequest {
            confidential: true,
            ..bank.court_order(N, "10.00")
        };
        let (placed, _) = bank.freeze(hidden).await.unwrap();
        bank.freeze(bank.bank_freeze(N, "1.00")).await.unwrap();
        bank.release(bank.court_release(N, &placed.freeze_id)).await.unwrap();
        let list = ListAccountStatusHistoryRequest {
            account_number: N.to_owned(),
            ..Default::default()
        };
        let masked = bank.status_client().list_account_status_history(list).await.unwrap();
        let masked = masked.into_inner().status_changes;
        for index in (0..3).rev() {
            let (told, _) = change(&mut open).await;
            assert_eq!(told, masked[index]);
            assert!(told.change_reason.is_empty() && told.change_by.is_empty());
            let (told, _) = change(&mut whole).await;
            assert_eq!(told, bank.history(N).await[index]);
            assert!(!told.change_by.is_empty());
        }
        drop((open, whole));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn watches_are_bounded_in_number_and_end_with_the_service(bank) {
        bank.account(N, "100.00").await;
        let mut open = Vec::new();
        for number in 0..WATCHES_MAX {
            let who = format!("watcher-{}", number / WATCHES_EACH);
            open.push(watch(&bank, &who, everything("")).await.unwrap());
            if number + 1 == WATCHES_EACH {
                // One caller's readers, whether they read or not, leave places for others.
                let refused = watch(&bank, &who, everything("")).await.unwrap_err();
                assert_eq!((refused.code(), reason(&refused).as_str()),
                    (tonic::Code::ResourceExhausted, "OVERLOADED"));
            }
        }
        let refused = watch(&bank, "local", everything("")).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()),
            (tonic::Code::ResourceExhausted, "OVERLOADED"));
        suspicion(&bank, N).await;
        assert_eq!(change(&mut open[WATCHES_MAX - 1]).await.0.sequence, 3);
        let mut last = open.pop().unwrap();
        drop(open);
        assert_eq!(change(&mut last).await.0.sequence, 4);
        let (ended, ()) = tokio::join!(message(&mut last), bank.finish());
        assert_eq!(reason(&ended.unwrap_err()), "UNAVAILABLE");
    }
}
