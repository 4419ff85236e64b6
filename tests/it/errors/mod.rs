//! What the transport and the layers can do wrong: each ends in a typed error with
//! details, and everybody else is served on.

pub(crate) mod standard;

use std::time::Duration;

use account_status::pb::v1::*;
use bytes::Bytes;
use futures::future::join_all;
use http::HeaderMap;
use http_body_util::{BodyExt as _, Full};
use prost::Message as _;
use tokio::time::timeout;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::ServiceExt as _;

use crate::harness::calls::*;
use crate::harness::{Bank, Engine};
use crate::on_every_engine;
use crate::refusals::assert_canonical;

pub(crate) const WITHDRAW: &str = "/accountstatus.v1.WithdrawService/Withdraw";
const WHO_AM_I: &str = "/accountstatus.v1.ClientService/WhoAmI";
const NUMBER: &str = "9990584001000000501";

/// How a call ended that no generated client would make.
pub(crate) struct Raw {
    pub(crate) status: Status,
    headers: HeaderMap,
}

impl Raw {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A message as it travels: flag, length, bytes.
pub(crate) fn framed(message: &[u8]) -> Vec<u8> {
    let length = u32::try_from(message.len()).unwrap().to_be_bytes();
    [&[0], &length[..], message].concat()
}

/// Sends bytes of the test's own under headers of its own; none when the client's timer was faster
/// than the answer.
async fn try_send(
    channel: &Channel,
    path: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Option<Raw> {
    let mut request = http::Request::post(path).header("te", "trailers");
    if headers.iter().all(|(name, _)| *name != "content-type") {
        request = request.header("content-type", "application/grpc");
    }
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::new(Full::new(Bytes::from(body)))).unwrap();
    let response = channel.clone().oneshot(request).await.ok()?;
    let (parts, body) = response.into_parts();
    let mut headers = parts.headers;
    let collected = body.collect().await.unwrap();
    headers.extend(collected.trailers().cloned().unwrap_or_default());
    let status = Status::from_header_map(&headers).unwrap();
    Some(Raw { status, headers })
}

pub(crate) async fn send(bank: &Bank, path: &str, headers: &[(&str, &str)], body: Vec<u8>) -> Raw {
    try_send(&bank.channel, path, headers, body).await.unwrap()
}

/// Sends a body to Withdraw and expects INVALID_REQUEST with these fields.
async fn assert_undecodable(bank: &Bank, body: Vec<u8>, expected: &[&str]) {
    let raw = send(bank, WITHDRAW, &[], body).await;
    assert_canonical(ErrorReason::InvalidRequest, &raw.status, &[NUMBER]);
    assert_eq!(fields(&raw.status), expected, "{:?}", raw.status);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn unknown_methods_and_services_are_unimplemented_in_our_words() {
    let bank = Bank::open(Engine::Sqlite).await;
    for path in [
        "/accountstatus.v1.WithdrawService/WithdrawAll",
        "/accountstatus.v1.NoSuchService/Withdraw",
        "/accountstatus.v2.WithdrawService/Withdraw",
        "/",
    ] {
        let raw = send(&bank, path, &[("x-request-id", "call-1")], framed(b"")).await;
        assert_canonical(ErrorReason::Unimplemented, &raw.status, &[]);
        assert_eq!(raw.header("x-request-id"), Some("call-1"), "{path}");
    }
    let headers = [("accept-language", "zh-TW")];
    let raw = send(&bank, "/no.such.Service/Call", &headers, framed(b"")).await;
    let details = raw.status.get_error_details();
    assert_eq!(details.localized_message().unwrap().message, "不支援此項操作。");
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_above_64_kib_are_out_of_range_compressed_or_not() {
    const LIMIT: usize = 64 * 1024;
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(NUMBER, "10.00").await;
    let sized = |size: usize| {
        let mut request = bank.withdrawal(NUMBER, "1.00");
        request.reference = "x".repeat(size - request.encoded_len() - 8);
        while request.encoded_len() < size {
            request.reference.push('x');
        }
        assert_eq!(request.encoded_len(), size);
        request
    };
    let mut plain = bank.withdraw_client();
    let mut zipped = bank.withdraw_client().send_compressed(CompressionEncoding::Gzip);
    for client in [&mut plain, &mut zipped] {
        let largest = client.withdraw(sized(LIMIT)).await.unwrap_err();
        assert_eq!(fields(&largest), ["reference"], "it was read");
        let refused = client.withdraw(sized(LIMIT + 1)).await.unwrap_err();
        assert_canonical(ErrorReason::MessageTooLarge, &refused, &[NUMBER]);
        let refused = client.withdraw(sized(16 * LIMIT)).await.unwrap_err();
        assert_canonical(ErrorReason::MessageTooLarge, &refused, &[NUMBER]);
    }
    // What is only announced is not waited for.
    let announced = [&[0], &(4_u32 << 20).to_be_bytes()[..]].concat();
    let raw = send(&bank, WITHDRAW, &[], announced).await;
    assert_canonical(ErrorReason::MessageTooLarge, &raw.status, &[]);
    // The same connection and a compressed call of decent size are served.
    let taken = zipped.withdraw(bank.withdrawal(NUMBER, "1.00")).await.unwrap().into_inner();
    assert_eq!(taken.withdrawal.unwrap().state(), WithdrawalState::Reserved);
    drop((plain, zipped));
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bytes_that_are_no_single_message_are_invalid() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(NUMBER, "10.00").await;
    let good = bank.withdrawal(NUMBER, "1.00").encode_to_vec();
    // No proto text: field 2 (amount) with a currency code that is not UTF-8.
    assert_undecodable(&bank, framed(b"\x12\x04\x0a\x02\xff\xfe"), &["amount.currency_code"]).await;
    // An account number as a varint, a field number 0, a length beyond the end, random bytes.
    assert_undecodable(&bank, framed(b"\x08\x01"), &["account_number"]).await;
    for bytes in [&b"\x00\x01"[..], b"\x0a\x7f1", &[0xff; 64], &[0x0b; 4_000]] {
        let raw = send(&bank, WITHDRAW, &[], framed(bytes)).await;
        assert_canonical(ErrorReason::InvalidRequest, &raw.status, &[]);
    }
    // Nothing, half a prefix, half a message, two messages, a message and something.
    for body in [
        Vec::new(),
        vec![0, 0, 0],
        framed(&good)[..20].to_vec(),
        [framed(&good), framed(&good)].concat(),
        [framed(&good), vec![0]].concat(),
    ] {
        assert_undecodable(&bank, body, &[""]).await;
    }
    // A compression that nobody offered, and a flag without one.
    let mut flagged = framed(&good);
    flagged[0] = 1;
    let headers = [("grpc-encoding", "deflate")];
    let raw = send(&bank, WITHDRAW, &headers, flagged.clone()).await;
    assert_canonical(ErrorReason::Unimplemented, &raw.status, &[NUMBER]);
    assert!(raw.header("grpc-accept-encoding").unwrap().contains("gzip"));
    assert_undecodable(&bank, flagged.clone(), &[""]).await;
    flagged[0] = 7;
    assert_undecodable(&bank, flagged, &[""]).await;
    assert_eq!(bank.available(NUMBER).await, "10.00", "none of it took effect");
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn metadata_is_checked_and_all_that_is_wrong_is_named() {
    let bank = Bank::open(Engine::Sqlite).await;
    for content_type in ["application/json", "application/grpc-web", "text/html", "grpc"] {
        let headers = [("content-type", content_type)];
        let raw = send(&bank, WHO_AM_I, &headers, framed(b"")).await;
        assert_canonical(ErrorReason::InvalidRequest, &raw.status, &[]);
        assert_eq!(fields(&raw.status), ["content-type"], "{content_type}");
    }
    let proto = [("content-type", "application/grpc+proto")];
    assert_eq!(send(&bank, WHO_AM_I, &proto, framed(b"")).await.status.code(), Code::Ok);
    for (name, value) in [
        ("grpc-timeout", "abc"),
        ("grpc-timeout", "5"),
        ("grpc-timeout", "123456789S"),
        ("grpc-timeout", "-1S"),
        ("x-entry-channel", "FAX"),
        ("x-entry-channel", "counter"),
        ("x-entry-channel", ""),
        ("x-principal", ""),
        ("x-principal", "two words"),
        ("x-principal", &"p".repeat(65)),
    ] {
        let raw = send(&bank, WHO_AM_I, &[(name, value)], framed(b"")).await;
        assert_canonical(ErrorReason::InvalidRequest, &raw.status, &[]);
        assert_eq!(fields(&raw.status), [name], "{value:?}");
    }
    let all = [("grpc-timeout", "abc"), ("x-entry-channel", "FAX"), ("x-principal", "two words")];
    let raw = send(&bank, WHO_AM_I, &all, framed(b"")).await;
    assert_eq!(fields(&raw.status), ["x-principal", "x-entry-channel", "grpc-timeout"]);
    // Nor does a mutation take effect under such metadata.
    bank.account(NUMBER, "10.00").await;
    let faxed = with(&[("x-entry-channel", "FAX")], bank.withdrawal(NUMBER, "1.00"));
    assert_eq!(fields(&bank.withdraw_with(faxed).await.unwrap_err()), ["x-entry-channel"]);
    assert_eq!(bank.available(NUMBER).await, "10.00");
    bank.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_answer_carries_the_id_of_its_call() {
    let bank = Bank::open(Engine::Sqlite).await;
    let named = [("x-request-id", "call-7")];
    let id = async |headers: &[(&'static str, &str)]| {
        let mut client = bank.client_client();
        let response = client.who_am_i(with(headers, WhoAmIRequest {})).await.unwrap();
        let trailer = response.metadata().get("x-request-id").unwrap().to_str().unwrap().to_owned();
        assert_eq!(response.into_inner().client.unwrap().request_id, trailer);
        trailer
    };
    assert_eq!(id(&named).await, "call-7");
    let made = [id(&[]).await, id(&[]).await];
    assert!(!made[0].is_empty() && made[0] != made[1]);
    for unusable in ["", "two words", &"i".repeat(65)] {
        let made = id(&[("x-request-id", unusable)]).await;
        assert!(made != unusable && !made.is_empty(), "{unusable:?}");
    }
    // Errors of rules, fields and metadata, with and without an id.
    let withdrawal = bank.withdrawal(NUMBER, "1.00").encode_to_vec();
    let both = [("x-request-id", "call-7"), ("grpc-timeout", "abc")];
    for (headers, body) in [(&named[..], withdrawal), (&named[..], vec![]), (&both[..], vec![])] {
        let raw = send(&bank, WITHDRAW, headers, framed(&body)).await;
        assert_ne!(raw.status.code(), Code::Ok);
        assert_eq!(raw.header("x-request-id"), Some("call-7"));
    }
    let raw = send(&bank, WITHDRAW, &[], framed(b"")).await;
    assert!(raw.header("x-request-id").is_some_and(|id| !id.is_empty()));
    bank.finish().await;
}

/// A call whose time was over when it came is not answered by its handler, and changes nothing. A
/// client has a timer of its own, which sometimes is faster: those calls tell nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadline_that_has_passed_is_exceeded_and_the_command_dropped() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(NUMBER, "1000.00").await;
    let body = framed(&bank.withdrawal(NUMBER, "1.00").encode_to_vec());
    for (path, body) in [(WHO_AM_I, framed(b"")), (WITHDRAW, body)] {
        let mut answers = 0;
        for _ in 0..5_000 {
            let tight = [("grpc-timeout", "1n")];
            if let Some(raw) = try_send(&bank.channel, path, &tight, body.clone()).await {
                assert_canonical(ErrorReason::DeadlineExceeded, &raw.status, &[NUMBER]);
                answers += 1;
            }
            if answers == 5 {
                break;
            }
        }
        assert_eq!(answers, 5, "the client's timer was always faster");
    }
    assert_eq!(bank.available(NUMBER).await, "1000.00");
    let ample = [("grpc-timeout", "99999999H")];
    assert_eq!(send(&bank, WHO_AM_I, &ample, framed(b"")).await.status.code(), Code::Ok);
    bank.finish().await;
}

on_every_engine! {
    /// Calls are cut at every stage; each has its whole effect, at once or with the next try.
    async fn a_client_that_leaves_mid_call_finds_its_effect_whole(bank) {
        bank.account(NUMBER, "1000.00").await;
        let requests: Vec<WithdrawRequest> =
            (0..120).map(|_| bank.withdrawal(NUMBER, "1.00")).collect();
        let cut = requests.iter().zip(0_u64..).map(async |(request, index)| {
            let mut client = bank.withdraw_client();
            let call = client.withdraw(request.clone());
            timeout(Duration::from_micros(index * 100), call).await.is_err()
        });
        let cut = join_all(cut).await.into_iter().filter(|cut| *cut).count();
        assert!(cut > 0, "no call was cut");
        let again = requests.iter().map(|request| bank.withdraw_with(request.clone()));
        let mut ids: Vec<String> = join_all(again)
            .await
            .into_iter()
            .map(|answer| answer.unwrap().withdrawal_id)
            .collect();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 120);
        assert_eq!(bank.available(NUMBER).await, "880.00");
        bank.finish().await;
    }
}
