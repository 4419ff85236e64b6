//! How much one BatchWithdraw may carry, and how many there may be at once.

use account_status::pb::v1::batch_withdraw_result::Result as Answer;
use account_status::pb::v1::*;
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use http::Request;
use http_body::Frame;
use http_body_util::StreamBody;
use prost::Message as _;
use tokio::task::JoinSet;
use tonic::Status;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tower::ServiceExt as _;

use super::M;
use super::batch::batch;
use crate::actions::N;
use crate::harness::calls::*;
use crate::harness::{Bank, Engine};
use crate::on_every_engine;
use crate::refusals::assert_canonical;

const BATCH_WITHDRAW: &str = "/accountstatus.v1.WithdrawService/BatchWithdraw";
/// The largest message.
const LIMIT: usize = 2_304 * 1024;
/// The most calls at once.
const AT_ONCE: usize = 16;
/// What clients take unless they are told otherwise.
const CLIENT_LIMIT: usize = 4 * 1024 * 1024;

/// A withdrawal with all its fields as long as they may be, in signs of so many bytes.
fn full(number: &str, sign: &str, index: usize) -> WithdrawRequest {
    WithdrawRequest {
        account_number: number.to_owned(),
        amount: cny("0.01"),
        beneficiary: Some(Beneficiary {
            name: sign.repeat(140),
            account_number: "9".repeat(34),
            bank_code: "9".repeat(35),
            bank_name: sign.repeat(140),
            kind: BeneficiaryKind::Organisation.into(),
        }),
        request_id: format!("{index:064}"),
        reference: sign.repeat(140),
        preferred_channel: sign.repeat(64),
        purpose: Purpose::Payment.into(),
        ..Default::default()
    }
}

on_every_engine! {
    async fn a_thousand_of_the_largest_fit_whatever_their_signs(bank) {
        let large =
            Bank::open_with(bank.engine, |given| given.open_withdrawals_max = Some(5_000)).await;
        let number = "7".repeat(34);
        large.account(&number, "100.00").await;
        let etag = large.status(&number).await.unwrap().etag;
        for (offset, sign) in ["x", "林", "𠮷"].into_iter().enumerate() {
            let item = |index| WithdrawRequest {
                etag: etag.clone(),
                ..full(&number, sign, offset * 1_000 + index)
            };
            let requests: Vec<WithdrawRequest> = (0..1_000).map(item).collect();
            let message = BatchWithdrawRequest { requests };
            let asked = message.encoded_len();
            assert!(asked < LIMIT, "{sign}: {asked}");
            for client in [
                large.withdraw_client(),
                large.withdraw_client().send_compressed(CompressionEncoding::Gzip),
            ] {
                let mut client = client;
                let answer = client.batch_withdraw(message.clone()).await.unwrap().into_inner();
                let answered = answer.encoded_len();
                println!("{sign}: 1,000 items, {asked} bytes asked, {answered} answered");
                assert!(answered < CLIENT_LIMIT);
                let made = |one: &BatchWithdrawResult| matches!(one.result, Some(Answer::Withdrawal(_)));
                assert!(answer.results.iter().all(made), "{:?}", answer.results[0]);
            }
        }
        let errors = batch(&large, vec![WithdrawRequest::default(); 1_000]).await.unwrap();
        let results = errors.into_iter().map(|one| BatchWithdrawResult { result: Some(one) });
        let answered = BatchWithdrawResponse { results: results.collect() }.encoded_len();
        println!("1,000 empty items: {answered} bytes answered");
        assert!(answered < CLIENT_LIMIT);
        large.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_batch_has_1_to_1000_items_each_named_once(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let refused = async |requests| {
            let status: Status = batch(&bank, requests).await.unwrap_err();
            assert_canonical(ErrorReason::InvalidRequest, &status, &[N]);
            fields(&status)
        };
        assert_eq!(refused(Vec::new()).await, ["requests"]);
        let many: Vec<WithdrawRequest> = (0..1_001).map(|_| bank.withdrawal(N, "0.01")).collect();
        assert_eq!(refused(many).await, ["requests"]);
        let one = bank.withdrawal(N, "1.00");
        let twice = vec![bank.withdrawal(N, "1.00"), one.clone(), one.clone(), one.clone()];
        assert_eq!(refused(twice).await, ["requests[2].request_id"]);
        assert_eq!(bank.available(N).await, "100.00");
        // The same id of another account is another command.
        let other = WithdrawRequest { account_number: M.to_owned(), ..one.clone() };
        let answers = batch(&bank, vec![one, other]).await.unwrap();
        assert!(answers.iter().all(|answer| matches!(answer, Answer::Withdrawal(_))));
        bank.finish().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_larger_message_is_out_of_range_compressed_or_not() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(N, "100.00").await;
    let sized = |size: usize| {
        let mut request = bank.withdrawal(N, "1.00");
        let mut message = BatchWithdrawRequest { requests: vec![request.clone()] };
        request.reference = "x".repeat(size - message.encoded_len() - 9);
        message.requests = vec![request];
        while message.encoded_len() < size {
            message.requests[0].reference.push('x');
        }
        assert_eq!(message.encoded_len(), size);
        message
    };
    for client in
        [bank.withdraw_client(), bank.withdraw_client().send_compressed(CompressionEncoding::Gzip)]
    {
        let mut client = client;
        let read = client.batch_withdraw(sized(LIMIT)).await.unwrap().into_inner().results;
        let Some(Answer::Error(error)) = &read[0].result else { panic!("{read:?}") };
        assert_eq!(error.code, i32::from(tonic::Code::InvalidArgument), "it was read");
        let refused = client.batch_withdraw(sized(LIMIT + 1)).await.unwrap_err();
        assert_canonical(ErrorReason::MessageTooLarge, &refused, &[N]);
    }
    bank.finish().await;
}

/// A call whose message never comes; it ends with its deadline.
async fn stalled(bank: &Bank) -> Status {
    let body = StreamBody::new(futures::stream::pending::<Result<Frame<Bytes>, Status>>());
    let request = Request::post(format!("http://{}{BATCH_WITHDRAW}", bank.address))
        .header("content-type", "application/grpc")
        .header("grpc-timeout", "2S")
        .body(Body::new(body))
        .unwrap();
    let response = bank.channel.clone().oneshot(request).await.unwrap();
    Status::from_header_map(response.headers()).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn so_many_at_once_and_the_next_is_refused_while_all_else_goes_on() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(N, "100.00").await;
    let mut held: FuturesUnordered<_> = (0..=AT_ONCE).map(|_| stalled(&bank)).collect();
    // The one too many is refused at once; the others hold their places until their deadline.
    let refused = held.next().await.unwrap();
    assert_canonical(ErrorReason::Overloaded, &refused, &[]);
    let others = async {
        let refused = batch(&bank, vec![bank.withdrawal(N, "1.00")]).await.unwrap_err();
        assert_canonical(ErrorReason::Overloaded, &refused, &[]);
        bank.withdraw(N, "1.00").await.unwrap();
        bank.status(N).await.unwrap();
    };
    let (ended, ()) = tokio::join!(held.collect::<Vec<_>>(), others);
    for status in ended {
        assert_eq!(reason(&status), "DEADLINE_EXCEEDED");
    }
    let callers: JoinSet<_> = (0..AT_ONCE)
        .map(|_| {
            let mut client = bank.withdraw_client();
            let requests = vec![bank.withdrawal(N, "1.00")];
            async move { client.batch_withdraw(BatchWithdrawRequest { requests }).await.is_ok() }
        })
        .collect();
    assert!(callers.join_all().await.into_iter().all(|served| served), "all places are free again");
    assert_eq!(bank.available(N).await, "83.00");
    bank.finish().await;
}
