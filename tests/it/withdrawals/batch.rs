//! BatchWithdraw: one result for each request, in the order of the requests, whatever the others are;
//! few commits; and the same again when it is repeated.

use std::collections::BTreeMap;

use account_status::pb::v1::batch_withdraw_result::Result as Answer;
use account_status::pb::v1::*;
use futures::future::join_all;
use prost::Message as _;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::{M, money};
use crate::actions::N;
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// Sends a batch and notes what was acknowledged.
pub(super) async fn batch(
    bank: &Bank,
    requests: Vec<WithdrawRequest>,
) -> Result<Vec<Answer>, Status> {
    let response = bank.withdraw_client().batch_withdraw(BatchWithdrawRequest { requests }).await?;
    let answers: Vec<Answer> =
        response.into_inner().results.into_iter().map(|one| one.result.unwrap()).collect();
    let ids = answers.iter().filter_map(|answer| match answer {
        Answer::Withdrawal(made) => Some(made.withdrawal_id.clone()),
        Answer::Error(_) => None,
    });
    bank.acknowledged.lock().unwrap().extend(ids.filter(|id| !id.is_empty()));
    Ok(answers)
}

/// What the single call answers, as a batch would have it.
async fn single(bank: &Bank, request: &WithdrawRequest) -> Answer {
    match bank.withdraw_client().withdraw(request.clone()).await {
        Ok(response) => Answer::Withdrawal(response.into_inner().withdrawal.unwrap()),
        Err(status) => Answer::Error(tonic_types::Status::decode(status.details()).unwrap()),
    }
}

/// An item's error with its details, as the status that it stands for.
fn status_of(answer: &Answer) -> Status {
    match answer {
        Answer::Error(error) => {
            let details = error.encode_to_vec().into();
            Status::with_details(Code::from_i32(error.code), error.message.clone(), details)
        }
        Answer::Withdrawal(made) => panic!("reserved: {made:?}"),
    }
}

/// An answer to compare: metadata have no order.
fn picture(answer: &Answer) -> String {
    let error = match answer {
        Answer::Withdrawal(made) => return format!("{made:?}"),
        Answer::Error(error) => error,
    };
    let details = status_of(answer).get_error_details();
    let info = details.error_info().unwrap();
    let metadata: BTreeMap<_, _> = info.metadata.iter().collect();
    let others = (
        details.precondition_failure(),
        details.resource_info(),
        details.retry_info(),
        details.bad_request(),
    );
    let line = details.localized_message();
    format!("{} {} {} {metadata:?} {others:?} {line:?}", error.code, error.message, info.reason)
}

fn pictures(answers: &[Answer]) -> Vec<String> {
    answers.iter().map(picture).collect()
}

fn is_made(answer: &Answer) -> bool {
    matches!(answer, Answer::Withdrawal(_))
}

/// Accounts with money.
async fn accounts(bank: &Bank, count: usize, balance: &str) -> Vec<String> {
    let numbers: Vec<String> = (0..count).map(|index| format!("{:019}", 73_000 + index)).collect();
    join_all(numbers.iter().map(|number| bank.account(number, balance))).await;
    numbers
}

/// Calls and commits so far.
fn shared(bank: &Bank) -> (u64, u64) {
    let shared = bank.ledger.shared();
    (shared.calls, shared.commits)
}

on_every_engine! {
    async fn each_withdrawal_has_its_own_answer_in_its_place(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let stale = bank.status(M).await.unwrap().etag;
        bank.freeze(bank.court_order(M, "")).await.unwrap();
        let used = bank.withdrawal(N, "1.00");
        bank.withdraw_with(used.clone()).await.unwrap();
        let yen = Some(Money { currency_code: "JPY".to_owned(), amount: "5".to_owned() });
        let requests = vec![
            bank.withdrawal(N, "60.00"),
            bank.withdrawal(N, "60.00"),
            bank.withdrawal("6222021234567890129", "1.00"),
            WithdrawRequest { beneficiary: None, ..bank.withdrawal(N, "1,5") },
            WithdrawRequest { etag: stale, ..bank.withdrawal(M, "1.00") },
            bank.withdrawal(M, "1.00"),
            WithdrawRequest { request_id: used.request_id, ..bank.withdrawal(N, "2.00") },
            WithdrawRequest { amount: yen, ..bank.withdrawal(N, "1.00") },
            WithdrawRequest { validate_only: true, ..bank.withdrawal(N, "39.00") },
            bank.withdrawal(N, "39.00"),
            WithdrawRequest { beneficiary: payee_of(N), ..bank.withdrawal(N, "1.00") },
            WithdrawRequest::default(),
        ];
        let answers = batch(&bank, requests.clone()).await.unwrap();
        let told = |answer: &Answer| match answer {
            Answer::Withdrawal(made) => (Code::Ok, made.amount.clone().unwrap().amount),
            Answer::Error(_) => (status_of(answer).code(), reason(&status_of(answer))),
        };
        let expected = [
            (Code::Ok, "60.00"),
            (Code::FailedPrecondition, "INSUFFICIENT_AVAILABLE_FUNDS"),
            (Code::NotFound, "ACCOUNT_NOT_FOUND"),
            (Code::InvalidArgument, "INVALID_REQUEST"),
            (Code::Aborted, "ETAG_MISMATCH"),
            (Code::FailedPrecondition, "ACCOUNT_FROZEN"),
            (Code::AlreadyExists, "REQUEST_ID_REUSED"),
            (Code::FailedPrecondition, "CURRENCY_MISMATCH"),
            (Code::Ok, "39.00"),
            (Code::Ok, "39.00"),
            (Code::InvalidArgument, "INVALID_REQUEST"),
            (Code::InvalidArgument, "INVALID_REQUEST"),
        ];
        let answered: Vec<(Code, String)> = answers.iter().map(told).collect();
        assert_eq!(answered, expected.map(|(code, said)| (code, said.to_owned())));
        assert_eq!(money(&bank, N).await, ["100.00", "100.00", "0.00"]);
        assert_eq!(money(&bank, M).await[1], "0.00");

        // Malformed ones are told by their path in the call, everything else as Withdraw tells it.
        assert_eq!(fields(&status_of(&answers[3])),
            ["requests[3].amount.amount", "requests[3].beneficiary"]);
        assert_eq!(fields(&status_of(&answers[10])),
            ["requests[10].beneficiary.account_number"]);
        assert!(fields(&status_of(&answers[11])).contains(&"requests[11].request_id".to_owned()));
        for index in [0, 1, 2, 4, 5, 6, 7, 9] {
            let alone = single(&bank, &requests[index]).await;
            assert_eq!(picture(&answers[index]), picture(&alone), "{index}");
            if let Answer::Error(_) = &answers[index] {
                let details = status_of(&answers[index]).get_error_details();
                assert!(details.localized_message().is_some(), "{index}: {details:?}");
            }
        }
        assert_eq!(violations(&status_of(&answers[1])), ["INSUFFICIENT_AVAILABLE_FUNDS"]);
        let Answer::Withdrawal(tried) = &answers[8] else { panic!("refused") };
        assert_eq!(tried.withdrawal_id, "");
        bank.finish().await;
    }
}

fn payee_of(number: &str) -> Option<Beneficiary> {
    payee().map(|payee| Beneficiary { account_number: number.to_owned(), ..payee })
}

on_every_engine! {
    async fn a_batch_that_is_repeated_answers_the_same_and_takes_nothing_more(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let mut requests: Vec<WithdrawRequest> = (0..40)
            .map(|index| bank.withdrawal(if index % 2 == 0 { N } else { M }, "7.50"))
            .collect();
        let answers = batch(&bank, requests.clone()).await.unwrap();
        assert_eq!(answers.iter().filter(|answer| is_made(answer)).count(), 26);
        assert!(answers[..26].iter().all(is_made), "the first of each account pass");
        let mut first = pictures(&answers);
        assert_eq!(pictures(&batch(&bank, requests.clone()).await.unwrap()), first);
        // In another order, with others between, some alone: an id is an id.
        requests.reverse();
        first.reverse();
        requests.insert(7, bank.withdrawal(N, "2.50"));
        let again = batch(&bank, requests.clone()).await.unwrap();
        assert!(is_made(&again[7]));
        let again = pictures(&again);
        assert_eq!((&again[..7], &again[8..]), (&first[..7], &first[7..]));
        assert_eq!(picture(&single(&bank, &requests[30]).await), again[30]);
        assert_eq!(money(&bank, N).await, ["100.00", "100.00", "0.00"]);
        assert_eq!(money(&bank, M).await, ["100.00", "97.50", "2.50"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_thousand_withdrawals_of_a_thousand_accounts_take_few_commits(bank) {
        let numbers = accounts(&bank, 1_000, "1.00").await;
        let requests: Vec<WithdrawRequest> =
            numbers.iter().map(|number| bank.withdrawal(number, "0.40")).collect();
        let (calls, commits) = shared(&bank);
        let began = std::time::Instant::now();
        let answers = batch(&bank, requests.clone()).await.unwrap();
        let took = began.elapsed();
        let (calls, commits) = (shared(&bank).0 - calls, shared(&bank).1 - commits);
        println!("{:?}: 1,000 withdrawals of 1,000 accounts, {commits} commits, {took:?}", bank.engine);
        assert_eq!(calls, 1_000);
        // Two lanes, two commits each, and what they took before all was queued.
        assert!(commits <= 8, "{commits}");
        for (number, answer) in numbers.iter().zip(&answers) {
            let Answer::Withdrawal(made) = answer else { panic!("{answer:?}") };
            assert_eq!(made.account_number, *number);
        }
        let (_, commits) = shared(&bank);
        assert_eq!(batch(&bank, requests).await.unwrap(), answers);
        assert_eq!(shared(&bank).1, commits, "a repetition writes nothing");
        for number in [&numbers[0], &numbers[500], &numbers[999]] {
            assert_eq!(bank.available(number).await, "0.60");
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_thousand_withdrawals_of_one_account_are_decided_in_their_order(bank) {
        let large =
            Bank::open_with(bank.engine, |given| given.open_withdrawals_max = Some(2_000)).await;
        large.account(N, "50.05").await;
        let mut requests: Vec<WithdrawRequest> =
            (0..1_000).map(|_| large.withdrawal(N, "0.10")).collect();
        // Fits only because it comes before the others, or is smaller than they are.
        requests[400].amount = cny("10.00");
        requests[999].amount = cny("0.05");
        let (_, commits) = shared(&large);
        let answers = batch(&large, requests).await.unwrap();
        let commits = shared(&large).1 - commits;
        println!("{:?}: 1,000 withdrawals of one account, {commits} commits", large.engine);
        assert!(commits <= 4, "{commits}");
        let made: Vec<usize> = (0..1_000).filter(|index| is_made(&answers[*index])).collect();
        let expected: Vec<usize> = (0..401).chain([999]).collect();
        assert_eq!(made.len(), expected.len());
        assert_eq!(made, expected);
        assert_eq!(large.available(N).await, "0.00");
        large.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_batch_that_was_cut_off_is_repeated_and_reserves_once(bank) {
        bank.account(N, "1000.00").await;
        for milliseconds in [1, 3, 10, 30] {
            let requests: Vec<WithdrawRequest> =
                (0..20).map(|_| bank.withdrawal(N, "1.00")).collect();
            let before: f64 = bank.available(N).await.parse().unwrap();
            let timeout = format!("{milliseconds}m");
            let message = BatchWithdrawRequest { requests: requests.clone() };
            let short = with(&[("grpc-timeout", &timeout)], message);
            if let Err(status) = bank.withdraw_client().batch_withdraw(short).await {
                // The client gives up at the same time, in words of its own.
                assert!([Code::DeadlineExceeded, Code::Cancelled].contains(&status.code()));
            }
            let answers = batch(&bank, requests).await.unwrap();
            assert!(answers.iter().all(is_made), "{answers:?}");
            let after: f64 = bank.available(N).await.parse().unwrap();
            assert_eq!(before - after, 20.0);
        }
        bank.finish().await;
    }
}
