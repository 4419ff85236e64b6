//! Watches: the state as it is, each change, where a broken watch goes on, and how one ends.

use std::time::Duration;

use account_status::domain::id::WithdrawalId;
use account_status::domain::payout::evidence::{Said, Source};
use account_status::feed::{Committed, FOLLOWERS_MAX, Feed};
use account_status::pb::v1::watch_withdrawal_response::Update;
use account_status::pb::v1::*;
use account_status::service;
use tonic::{Status, Streaming};

use super::paying::{Payout, bank_with_channels, paid, set_channels};
use super::*;
use crate::harness::calls::*;
use crate::on_every_engine;

type Updates = Streaming<WatchWithdrawalResponse>;

fn of(id: &str) -> WatchWithdrawalRequest {
    WatchWithdrawalRequest { withdrawal_id: id.to_owned(), ..Default::default() }
}

async fn watch(bank: &Bank, request: WatchWithdrawalRequest) -> Result<Updates, Status> {
    Ok(bank.withdraw_client().watch_withdrawal(request).await?.into_inner())
}

/// The next message, whatever it takes.
async fn message(updates: &mut Updates) -> Result<Option<WatchWithdrawalResponse>, Status> {
    tokio::time::timeout(Duration::from_secs(60), updates.message()).await.unwrap()
}

/// The next state with its token; heartbeats are no news.
async fn next(updates: &mut Updates) -> (Withdrawal, String) {
    loop {
        let said = message(updates).await.unwrap().expect("the watch goes on");
        if let Some(Update::Withdrawal(withdrawal)) = said.update {
            return (withdrawal, said.resume_token);
        }
    }
}

on_every_engine! {
    async fn a_watch_tells_the_state_and_then_each_change_to_the_end(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::reserve(&paying, N, "10.00").await;
        let to_the_end = WatchWithdrawalRequest {
            account_number: N.to_owned(),
            until_ended: true,
            ..of(&payout.id)
        };
        let mut ending = watch(&paying, to_the_end.clone()).await.unwrap();
        let mut open = watch(&paying, of(&payout.id)).await.unwrap();
        let (shown, first) = next(&mut ending).await;
        assert_eq!(shown, get(&paying, N, &payout.id).await.unwrap());
        assert_eq!(next(&mut open).await, (shown, first.clone()));

        payout.start().await;
        let (shown, second) = next(&mut ending).await;
        assert_eq!((shown.state(), shown.attempts.len()), (WithdrawalState::Dispatching, 1));
        assert_eq!(next(&mut open).await.0, shown);
        payout.said(1, Source::Submit, Said::Accepted).await;
        let (shown, _) = next(&mut ending).await;
        assert_eq!(shown.state(), WithdrawalState::Accepted);
        assert_eq!(shown.attempts[0].evidence.len(), 1);
        assert_eq!(next(&mut open).await.0, shown);
        payout.said(1, Source::Inquiry, Said::Settled(paid("10.00"))).await;
        let (settled, last) = next(&mut ending).await;
        assert_eq!(settled.state(), WithdrawalState::Settled);
        assert_eq!(settled, get(&paying, N, &payout.id).await.unwrap());
        assert_eq!(message(&mut ending).await.unwrap(), None, "it has ended");
        assert_eq!(next(&mut open).await.0, settled);

        // What is known is not said again; what is not is said at once.
        let resumed = |token: &str| WatchWithdrawalRequest {
            resume_token: token.to_owned(),
            ..to_the_end.clone()
        };
        let mut ended = watch(&paying, resumed(&last)).await.unwrap();
        assert_eq!(message(&mut ended).await.unwrap(), None, "nothing is left to say");
        for token in [first, second] {
            let mut behind = watch(&paying, resumed(&token)).await.unwrap();
            assert_eq!(next(&mut behind).await, (settled.clone(), last.clone()));
            assert_eq!(message(&mut behind).await.unwrap(), None);
        }
        // One that stays on sees what comes after the end.
        let known = WatchWithdrawalRequest { until_ended: false, ..resumed(&last) };
        let mut staying = watch(&paying, known).await.unwrap();
        payout.said(1, Source::Inquiry, Said::Returned(paid("10.00"))).await;
        assert_eq!(next(&mut staying).await.0.state(), WithdrawalState::Returned);
        assert_eq!(next(&mut open).await.0.state(), WithdrawalState::Returned);
        drop((ending, open, ended, staying));
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_another_replica_commits_is_found(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::reserve(&paying, N, "10.00").await;
        let directory = tempfile::tempdir().unwrap();
        let other = Bank::on(paying.engine, paying.url.clone(), directory, set_channels).await;
        let mut updates = watch(&paying, of(&payout.id)).await.unwrap();
        assert_eq!(next(&mut updates).await.0.state(), WithdrawalState::Reserved);
        let there = Payout { bank: &other, number: N, id: payout.id.clone() };
        there.start().await;
        assert_eq!(next(&mut updates).await.0.state(), WithdrawalState::Dispatching);
        there.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        assert_eq!(next(&mut updates).await.0.state(), WithdrawalState::Settled);
        drop(updates);
        other.stop_without_audit().await;
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_draining_service_ends_its_watches(bank) {
        bank.account(N, "100.00").await;
        let id = bank.withdraw(N, "10.00").await.unwrap().withdrawal_id;
        let mut updates = watch(&bank, of(&id)).await.unwrap();
        next(&mut updates).await;
        let (ended, ()) = tokio::join!(message(&mut updates), bank.finish());
        let status = ended.unwrap_err();
        assert_eq!((status.code(), reason(&status).as_str()),
            (tonic::Code::Unavailable, "UNAVAILABLE"));
    }
}

on_every_engine! {
    async fn a_watch_of_nothing_is_refused_at_once(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let id = bank.withdraw(N, "10.00").await.unwrap().withdrawal_id;
        let other = bank.withdraw(N, "10.00").await.unwrap().withdrawal_id;
        let foreign = WatchWithdrawalRequest { account_number: M.to_owned(), ..of(&id) };
        for unknown in [foreign, of("no-such-withdrawal")] {
            let refused = watch(&bank, unknown).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()),
                (tonic::Code::NotFound, "WITHDRAWAL_NOT_FOUND"));
        }
        let mut updates = watch(&bank, of(&id)).await.unwrap();
        let (_, token) = next(&mut updates).await;
        for resume_token in [token.clone(), "x".to_owned(), format!("{token}00")] {
            let wrong = WatchWithdrawalRequest { resume_token, ..of(&other) };
            assert_eq!(fields(&watch(&bank, wrong).await.unwrap_err()), ["resume_token"]);
        }
        let wrong = WatchWithdrawalRequest {
            withdrawal_id: "a\u{200b}".to_owned(),
            account_number: "12 34".to_owned(),
            resume_token: token,
            until_ended: true,
        };
        assert_eq!(fields(&watch(&bank, wrong).await.unwrap_err()),
            ["withdrawal_id", "account_number", "resume_token"]);
        assert_eq!(fields(&watch(&bank, of("")).await.unwrap_err()), ["withdrawal_id"]);
        drop(updates);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn watches_are_bounded_in_number(bank) {
        bank.account(N, "100.00").await;
        let id = bank.withdraw(N, "10.00").await.unwrap().withdrawal_id;
        let mut open = Vec::new();
        for _ in 0..FOLLOWERS_MAX {
            open.push(watch(&bank, of(&id)).await.unwrap());
        }
        let refused = watch(&bank, of(&id)).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()),
            (tonic::Code::ResourceExhausted, "OVERLOADED"));
        bank.cancel(N, &id).await.unwrap();
        let last = open.last_mut().unwrap();
        assert_eq!(next(last).await.0.state(), WithdrawalState::Reserved);
        assert_eq!(next(last).await.0.state(), WithdrawalState::Cancelled);
        drop(open);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn who_lags_too_far_behind_is_told_no_more_and_its_place_is_free_again(bank) {
        bank.account(N, "100.00").await;
        let id = bank.withdraw(N, "10.00").await.unwrap().withdrawal_id;
        let store = service::open(&bank.settings).await.unwrap();
        let id = WithdrawalId::parse(&id).unwrap();
        let row = store.withdrawal_find(&id).await.unwrap().unwrap();
        store.close().await;
        let feed = Feed::default();
        let publish = || feed.publish(Committed {
            events: Vec::new(),
            withdrawals: vec![row.clone()],
            moved: Vec::new(),
            freed: Vec::new(),
            next_lapse: None,
        });
        let mut slow = feed.follow(&id).unwrap();
        let mut quick = feed.follow(&id).unwrap();
        for _ in 0..16 {
            publish();
            assert_eq!(quick.next().await.as_ref(), Some(&row));
        }
        publish();
        assert_eq!(quick.next().await.as_ref(), Some(&row));
        for _ in 0..16 {
            assert_eq!(slow.next().await.as_ref(), Some(&row));
        }
        assert_eq!(slow.next().await, None);
        let others: Vec<_> = (2..FOLLOWERS_MAX).map(|_| feed.follow(&id).unwrap()).collect();
        assert!(feed.follow(&id).is_none());
        drop((slow, quick, others));
        assert!(feed.follow(&id).is_some());
        bank.finish().await;
    }
}
