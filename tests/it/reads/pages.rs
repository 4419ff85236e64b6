//! Lists come in pages: each row once, newest first, and a token is good for its query only.

use account_status::pb::v1::*;
use futures::future::join_all;
use tonic::Status;

use super::NUMBER;
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const OTHER: &str = "9990584001000000702";

async fn withdrawals(
    bank: &Bank,
    number: &str,
    page_size: i32,
    page_token: &str,
) -> Result<(Vec<Withdrawal>, String), Status> {
    let list = ListWithdrawalsRequest {
        account_number: number.to_owned(),
        page_size,
        page_token: page_token.to_owned(),
        ..ListWithdrawalsRequest::default()
    };
    let page = bank.withdraw_client().list_withdrawals(list).await?.into_inner();
    Ok((page.withdrawals, page.next_page_token))
}

/// Every page in turn.
pub(super) async fn walk<T>(fetch: impl AsyncFn(String) -> (Vec<T>, String)) -> Vec<Vec<T>> {
    let mut pages = Vec::new();
    let mut token = String::new();
    loop {
        let (page, next) = fetch(token).await;
        pages.push(page);
        if next.is_empty() {
            return pages;
        }
        token = next;
    }
}

on_every_engine! {
    async fn every_row_comes_once_whatever_the_size_of_a_page(bank) {
        bank.account(NUMBER, "1000.00").await;
        bank.account(OTHER, "1000.00").await;
        join_all((0..60).map(|_| bank.withdraw(NUMBER, "1.00"))).await;
        join_all((0..3).map(|_| bank.withdraw(OTHER, "1.00"))).await;
        let (all, rest) = withdrawals(&bank, NUMBER, 5_000, "").await.unwrap();
        assert_eq!((all.len(), rest.as_str()), (60, ""), "above 1,000 counts as 1,000");
        let fetch = async |size: i32| {
            walk(async |token| withdrawals(&bank, NUMBER, size, &token).await.unwrap()).await
        };
        for (size, expected) in [(0, vec![50, 10]), (60, vec![60]), (59, vec![59, 1]), (1, vec![1; 60])] {
            let pages = fetch(size).await;
            assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), expected);
            assert_eq!(pages.concat(), all);
        }
        // A row that comes while somebody turns pages is not on them, and pushes none out.
        let (first, token) = withdrawals(&bank, NUMBER, 20, "").await.unwrap();
        bank.withdraw(NUMBER, "1.00").await.unwrap();
        let (second, token) = withdrawals(&bank, NUMBER, 20, &token).await.unwrap();
        let (third, end) = withdrawals(&bank, NUMBER, 20, &token).await.unwrap();
        assert_eq!(([first, second, third].concat(), end.as_str()), (all, ""));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_token_is_good_for_its_own_query_only(bank) {
        bank.account(NUMBER, "1000.00").await;
        bank.account(OTHER, "1000.00").await;
        for number in [NUMBER, OTHER] {
            for _ in 0..2 {
                bank.withdraw(number, "1.00").await.unwrap();
                bank.freeze(bank.court_order(number, "1.00")).await.unwrap();
            }
        }
        let refused = |answer: Result<(Vec<Withdrawal>, String), Status>, field: &str| {
            let status = answer.unwrap_err();
            assert_eq!((reason(&status).as_str(), fields(&status)), (
                "INVALID_REQUEST",
                vec![field.to_owned()],
            ));
        };
        let (_, token) = withdrawals(&bank, NUMBER, 1, "").await.unwrap();
        assert!(withdrawals(&bank, NUMBER, 2, &token).await.is_ok(), "the size may change");
        refused(withdrawals(&bank, OTHER, 1, &token).await, "page_token");
        refused(withdrawals(&bank, NUMBER, -1, &token).await, "page_size");
        let cut = &token[..token.len() - 2];
        let longer = format!("{token}00");
        for garbage in ["x", cut, &longer, &token.to_uppercase(), "🙂", " ", "AAAA", "0"] {
            refused(withdrawals(&bank, NUMBER, 1, garbage).await, "page_token");
        }
        let filtered = ListWithdrawalsRequest {
            account_number: NUMBER.to_owned(),
            state: WithdrawalState::Reserved.into(),
            page_size: 1,
            page_token: token.clone(),
            ..Default::default()
        };
        let answer = bank.withdraw_client().list_withdrawals(filtered.clone()).await;
        assert_eq!(fields(&answer.unwrap_err()), ["page_token"], "another filter");
        // Tokens of other lists of the account.
        let history = ListAccountStatusHistoryRequest {
            account_number: NUMBER.to_owned(),
            page_size: 1,
            page_token: token.clone(),
            ..ListAccountStatusHistoryRequest::default()
        };
        let answer = bank.status_client().list_account_status_history(history.clone()).await;
        assert_eq!(fields(&answer.unwrap_err()), ["page_token"]);
        let history = ListAccountStatusHistoryRequest { page_token: String::new(), ..history };
        let page = bank.status_client().list_account_status_history(history).await.unwrap();
        let foreign = page.into_inner().next_page_token;
        refused(withdrawals(&bank, NUMBER, 1, &foreign).await, "page_token");
        let freezes = ListFreezeRecordsRequest {
            account_number: NUMBER.to_owned(),
            page_size: 1,
            page_token: foreign,
            ..ListFreezeRecordsRequest::default()
        };
        let answer = bank.freeze_client().list_freeze_records(freezes).await;
        assert_eq!(fields(&answer.unwrap_err()), ["page_token"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn history_and_freezes_come_in_pages_and_by_filter(bank) {
        bank.account(NUMBER, "1000.00").await;
        let mut placed = Vec::new();
        for _ in 0..5 {
            let (freeze, _) = bank.freeze(bank.court_order(NUMBER, "10.00")).await.unwrap();
            placed.push(freeze.freeze_id);
        }
        let (bank_freeze, _) = bank.freeze(bank.bank_freeze(NUMBER, "10.00")).await.unwrap();
        for id in &placed[..2] {
            bank.release(bank.court_release(NUMBER, id)).await.unwrap();
        }
        let history = async |token: String| {
            let list = ListAccountStatusHistoryRequest {
                account_number: NUMBER.to_owned(),
                page_size: 2,
                page_token: token,
                ..ListAccountStatusHistoryRequest::default()
            };
            let list = by("auditor", list);
            let page = bank.status_client().list_account_status_history(list).await.unwrap();
            let page = page.into_inner();
            (page.status_changes, page.next_page_token)
        };
        let pages = walk(history).await;
        assert!(pages.iter().rev().skip(1).all(|page| page.len() == 2));
        let rows = pages.concat();
        assert_eq!(rows, bank.history(NUMBER).await);
        let sequences: Vec<i64> = rows.iter().map(|row| row.sequence).collect();
        assert_eq!(sequences, (1..=10).rev().collect::<Vec<_>>(), "2 of opening, 6 placed, 2 ended");

        let listed = async |status: FreezeStatus, kind: FreezeType| {
            let pages = walk(async |token| {
                let list = ListFreezeRecordsRequest {
                    account_number: NUMBER.to_owned(),
                    status: status.into(),
                    r#type: kind.into(),
                    page_size: 1,
                    page_token: token,
                    ..ListFreezeRecordsRequest::default()
                };
                let page = bank.freeze_client().list_freeze_records(list).await.unwrap();
                let page = page.into_inner();
                (page.freeze_records, page.next_page_token)
            });
            pages.await.concat().into_iter().map(|freeze| freeze.freeze_id).collect::<Vec<_>>()
        };
        let any = (FreezeStatus::Unspecified, FreezeType::Unspecified);
        let newest_first: Vec<String> =
            placed.iter().chain([&bank_freeze.freeze_id]).rev().cloned().collect();
        assert_eq!(listed(any.0, any.1).await, newest_first);
        assert_eq!(listed(any.0, FreezeType::Bank).await, newest_first[..1]);
        let ended = [placed[1].clone(), placed[0].clone()];
        assert_eq!(listed(FreezeStatus::Released, any.1).await, ended);
        assert_eq!(listed(FreezeStatus::Active, FreezeType::Judicial).await, newest_first[1..4]);
        assert!(listed(FreezeStatus::Expired, any.1).await.is_empty());
        bank.finish().await;
    }
}
