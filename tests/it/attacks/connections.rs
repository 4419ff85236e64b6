//! Connections on which nothing honest happens.

use std::net::SocketAddr;
use std::time::Duration;

use account_status::pb::v1::client_service_client::ClientServiceClient;
use account_status::pb::v1::*;
use futures::future::join_all;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tonic::transport::Endpoint;

use super::{Besieged, GROWTH_MAX_KIB, for_a_while};
use crate::harness::proxy::{Flow, Proxy};

/// Connections that say nothing, if so many files may be open.
const IDLE: usize = 10_000;
/// Files that the rest of the tests may have open meanwhile.
const FILES_FOR_OTHERS: usize = 3_000;
/// What each may cost the program.
const IDLE_MAX_KIB: u64 = 24;
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

fn files_max() -> usize {
    let limits = std::fs::read_to_string("/proc/self/limits").unwrap();
    let line = limits.lines().find_map(|line| line.strip_prefix("Max open files")).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap_or(usize::MAX)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thousands_of_idle_connections_keep_nobody_from_being_served() {
    let mut besieged = Besieged::open().await;
    let address = besieged.program.address;
    let count = IDLE.min(files_max().saturating_sub(FILES_FOR_OTHERS));
    let attack = async {
        let mut idle = Vec::with_capacity(count);
        for _ in 0..count {
            let mut stream = TcpStream::connect(address).await.unwrap();
            if idle.len() % 2 == 0 {
                stream.write_all(PREFACE).await.unwrap();
            }
            idle.push(stream);
        }
        // All of them stay for a while.
        for_a_while(async || tokio::time::sleep(Duration::from_millis(100)).await).await;
    };
    println!("{count} idle connections");
    let each = IDLE_MAX_KIB * u64::try_from(count).unwrap();
    besieged.while_served_within(GROWTH_MAX_KIB + each, attack).await;
    besieged.finish().await;
}

async fn says(address: SocketAddr, words: &[u8]) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may hang up in the middle of it.
    let _said = stream.write_all(words).await;
    let mut answer = [0; 4096];
    let _answered =
        tokio::time::timeout(Duration::from_millis(200), stream.read(&mut answer)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn noise_is_no_call_and_hurts_nobody() {
    let mut besieged = Besieged::open().await;
    let address = besieged.program.address;
    let noise: Vec<u8> =
        (0..20_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[1]).collect();
    let frame = |kind: u8, flags: u8, stream: u8, length: u32, body: &[u8]| {
        let length = length.to_be_bytes();
        let head = [length[1], length[2], length[3], kind, flags, 0, 0, 0, stream];
        [PREFACE, &[0, 0, 0, 4, 0, 0, 0, 0, 0], &head, body].concat()
    };
    let endless_name = [&[0x00, 0x7f, 0xff, 0xff, 0xff, 0x0f][..], &[b'a'; 9_000]].concat();
    let words: Vec<Vec<u8>> = vec![
        noise.clone(),
        [PREFACE, &noise].concat(),
        b"GET /accountstatus.v1.ClientService/WhoAmI HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        // A TLS greeting.
        [&[0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3][..], &noise[..500]].concat(),
        PREFACE[..10].to_vec(),
        // A frame of 16 MiB, HEADERS that don't decode, headers without end, a window of nothing,
        // settings on a stream, an endless CONTINUATION.
        frame(0, 0, 1, 0x00ff_ffff, &noise),
        frame(1, 4, 1, 500, &noise[..500]),
        frame(1, 0, 1, 9_006, &endless_name),
        frame(8, 0, 0, 4, &[0; 4]),
        frame(4, 0, 1, 6, &[0; 6]),
        frame(9, 0, 1, 100, &noise[..100]),
    ];
    let attack = for_a_while(async || {
        join_all(words.iter().map(|words| says(address, words))).await;
    });
    besieged.while_served(attack).await;
    besieged.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn clients_on_one_byte_a_second_slow_only_themselves_down() {
    let mut besieged = Besieged::open().await;
    let slow = Proxy::to(besieged.program.address.to_string()).await;
    slow.set_flow(Flow::Dripping(1, Duration::from_secs(1)));
    let endpoint = Endpoint::from_shared(format!("http://{}", slow.address)).unwrap();
    let attack = join_all((0..50).map(async |_| {
        let call = async {
            let mut client = ClientServiceClient::new(endpoint.connect().await.unwrap());
            client.who_am_i(WhoAmIRequest {}).await
        };
        tokio::time::timeout(Duration::from_secs(4), call).await.is_err()
    }));
    let unanswered = besieged.while_served(attack).await;
    assert!(unanswered.iter().all(|late| *late), "nobody can say so much in that time");
    // Back on a better line they are served like everybody.
    slow.set_flow(Flow::Free);
    let mut client = ClientServiceClient::new(endpoint.connect().await.unwrap());
    client.who_am_i(WhoAmIRequest {}).await.unwrap();
    besieged.finish().await;
}
