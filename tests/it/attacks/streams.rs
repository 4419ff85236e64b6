//! Calls on open connections that no honest client makes.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use account_status::pb::v1::ErrorReason;
use bytes::Bytes;
use futures::future::join_all;
use h2::client::{ResponseFuture, SendRequest};
use h2::{Reason, SendStream};
use http::{HeaderMap, Request};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tonic::Status;

use super::{Besieged, for_a_while};
use crate::refusals::assert_canonical;

const WITHDRAW: &str = "http://localhost/accountstatus.v1.WithdrawService/Withdraw";
/// Streams at once on one connection.
const STREAMS: usize = 200;
/// Streams that are opened and reset on one connection, and such connections at once.
const RESETS: usize = 2_000;
const STORMS: usize = 4;

/// A bare HTTP/2 connection.
struct Raw {
    send: SendRequest<Bytes>,
    _connection: JoinSet<()>,
}

impl Raw {
    async fn to(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).await.unwrap();
        let (send, connection) = h2::client::handshake(stream).await.unwrap();
        let mut running = JoinSet::new();
        running.spawn(async move {
            // The server may end it; whoever sends on it finds out.
            let _ended = connection.await;
        });
        Self { send, _connection: running }
    }

    async fn call(&self, timeout: &str) -> Result<(ResponseFuture, SendStream<Bytes>), h2::Error> {
        let request = Request::post(WITHDRAW)
            .header("content-type", "application/grpc")
            .header("te", "trailers")
            .header("grpc-timeout", timeout)
            .body(())
            .unwrap();
        self.send.clone().ready().await?.send_request(request, false)
    }
}

async fn status(answer: ResponseFuture) -> Status {
    let response = answer.await.unwrap();
    let (parts, mut body) = response.into_parts();
    let mut headers: HeaderMap = parts.headers;
    while body.data().await.is_some() {}
    headers.extend(body.trailers().await.unwrap().unwrap_or_default());
    Status::from_header_map(&headers).unwrap()
}

/// A message's flag and length, and nothing of it.
fn announced(length: u32) -> Bytes {
    [&[0][..], &length.to_be_bytes()].concat().into()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_that_never_come_end_at_their_deadline() {
    let mut besieged = Besieged::open().await;
    let raw = Raw::to(besieged.program.address).await;
    let attack = async {
        let calls = join_all((0..STREAMS).map(async |index| {
            // As much as a message may have, half of the prefix, or one byte now and then.
            let (answer, mut body) = raw.call("1S").await.unwrap();
            match index % 3 {
                0 => body.send_data(announced(64 * 1024), false).unwrap(),
                1 => body.send_data(Bytes::from_static(&[0, 0]), false).unwrap(),
                _ => {
                    body.send_data(announced(1_000), false).unwrap();
                    for _ in 0..4 {
                        tokio::time::sleep(Duration::from_millis(200)).await;
                        body.send_data(Bytes::from_static(&[0]), false).unwrap();
                    }
                }
            }
            // The stream stays open while the answer is waited for.
            (status(answer).await, body)
        }));
        for (status, _body) in calls.await {
            assert_canonical(ErrorReason::DeadlineExceeded, &status, &[]);
        }
        let (answer, mut body) = raw.call("1S").await.unwrap();
        body.send_data(announced(4 << 20), false).unwrap();
        assert_canonical(ErrorReason::MessageTooLarge, &status(answer).await, &[]);
    };
    besieged.while_served(attack).await;
    besieged.finish().await;
}

/// CVE-2023-44487: streams are opened and reset at once, again and again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_of_resets_ends_its_connection_and_hurts_nobody_else() {
    let mut besieged = Besieged::open().await;
    let address = besieged.program.address;
    let taken = AtomicUsize::new(0);
    let storms = for_a_while(async || {
        let storm = async |raw: Raw| {
            for _ in 0..RESETS {
                // The server may have had enough of it.
                let Ok((answer, mut body)) = raw.call("1S").await else { return };
                body.send_reset(Reason::CANCEL);
                drop(answer);
                taken.fetch_add(1, Ordering::Relaxed);
            }
        };
        join_all((0..STORMS).map(async |_| storm(Raw::to(address).await).await)).await;
    });
    besieged.while_served(storms).await;
    println!("{} resets", taken.load(Ordering::Relaxed));
    besieged.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_are_left_half_way_are_forgotten() {
    let mut besieged = Besieged::open().await;
    let address = besieged.program.address;
    let attack = for_a_while(async || {
        // The connection goes, with all its calls open.
        let raw = Raw::to(address).await;
        for call in join_all((0..STREAMS).map(|_| raw.call("30S"))).await {
            // A stream that waits for its turn takes no data yet.
            let _sent = call.unwrap().1.send_data(announced(1_000), false);
        }
    });
    besieged.while_served(attack).await;
    besieged.finish().await;
}
