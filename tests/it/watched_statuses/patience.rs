//! Heartbeats, and readers that leave messages waiting. Both take their time.

use std::time::Instant;

use account_status::pb::v1::account_status_service_client::AccountStatusServiceClient;
use futures::future::join_all;
use tonic::transport::Channel;

use super::*;

const HEARTBEAT: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(30);
/// More than the transport keeps for a reader that doesn't read.
const MANY: usize = 1_000;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_is_told_that_nothing_happens_and_dropped_when_it_does_not_read() {
    let bank = Bank::open(Engine::Sqlite).await;
    bank.account(N, "100.00").await;
    let numbers: Vec<String> = (0..MANY).map(|n| format!("99905840020000{n:05}")).collect();
    join_all(numbers.iter().map(|number| bank.applied(number))).await;
    let narrow = Channel::from_shared(format!("http://{}", bank.address)).unwrap();
    let narrow = narrow.initial_stream_window_size(65_535).connect().await.unwrap();
    let request = WatchAccountStatusRequest { account_numbers: numbers, ..Default::default() };
    let mut client = AccountStatusServiceClient::new(narrow).max_decoding_message_size(1 << 24);
    let mut slow = client.watch_account_status(request).await.unwrap().into_inner();
    let begun = Instant::now();

    let mut quiet = watch(&bank, "local", of(&[N])).await.unwrap();
    let (_, first) = status(&mut quiet).await;
    let told = Instant::now();
    bank.act(N, StatusAction::MarkSuspicious, |_| {}).await.unwrap();
    let (_, token) = change(&mut quiet).await;
    let since = Instant::now();
    let beat = message(&mut quiet).await.unwrap();
    assert!(matches!(beat.update, Some(Update::Heartbeat(_))), "{beat:?}");
    let waited = since.elapsed();
    assert!(waited > HEARTBEAT.mul_f64(0.9) && waited < HEARTBEAT * 2, "{waited:?} {told:?}");
    assert!(beat.resume_token >= token && beat.resume_token > first);
    let request = WatchAccountStatusRequest { resume_token: beat.resume_token, ..of(&[N]) };
    let mut resumed = watch(&bank, "local", request).await.unwrap();
    bank.act(N, StatusAction::ClearSuspicion, |_| {}).await.unwrap();
    assert_eq!(change(&mut resumed).await.0.sequence, 4, "nothing is told again");

    tokio::time::sleep((PATIENCE + Duration::from_secs(2)).saturating_sub(begun.elapsed())).await;
    let mut read = 0;
    let dropped = loop {
        match message(&mut slow).await {
            Ok(_) => read += 1,
            Err(status) => break status,
        }
    };
    assert!(read < MANY, "{read}");
    assert_eq!(
        (dropped.code(), reason(&dropped).as_str()),
        (tonic::Code::ResourceExhausted, "OVERLOADED")
    );
    drop((quiet, resumed, slow, client));
    bank.finish().await;
}
