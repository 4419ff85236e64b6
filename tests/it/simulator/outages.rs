//! Times when the channel is out of order: what callers see, and what is done all the same.

use account_status::simulator::outage::{Outage, Switch};
use tonic::Code;

use super::*;
use crate::harness::program::Program;

/// Long enough to tell a call that is held from one that is answered.
const A_MOMENT: Duration = Duration::from_millis(100);

/// A channel, and the switch of its outages.
async fn switched() -> (Simulated, Switch) {
    let switch = Switch::default();
    let given = switch.clone();
    (Simulated::open_with(|options| options.switch = given).await, switch)
}

/// How each method fails.
async fn failures(channel: &Simulated) -> [(Code, String); 4] {
    let payout_key = "k".to_owned();
    let (mut getting, mut voiding) = (channel.client.clone(), channel.client.clone());
    let get = GetPayoutRequest { payout_key: payout_key.clone() };
    [
        channel.try_submit(payout("k", "")).await.unwrap_err(),
        getting.get_payout(get).await.unwrap_err(),
        voiding.void_payout(VoidPayoutRequest { payout_key }).await.unwrap_err(),
        channel.probe().await.unwrap_err(),
    ]
    .map(|status| (status.code(), status.message().to_owned()))
}

#[tokio::test]
async fn a_channel_that_refuses_does_nothing() {
    let (channel, switch) = switched().await;
    switch.set(Some(Outage::Refuse));
    assert!(failures(&channel).await.iter().all(|(code, _)| *code == Code::Unavailable));
    assert_eq!(channel.facts(), []);
    switch.set(None);
    assert!(matches!(channel.submit("k", "").await, Told::Settled(_)));
    assert!(channel.probe().await.is_ok());
}

#[tokio::test]
async fn a_channel_that_hangs_holds_calls_and_does_nothing() {
    let (channel, switch) = switched().await;
    switch.set(Some(Outage::Hang));
    let submitted = tokio::time::timeout(A_MOMENT, channel.try_submit(payout("k", ""))).await;
    assert!(submitted.is_err(), "{submitted:?}");
    let probed = tokio::time::timeout(A_MOMENT, channel.probe()).await;
    assert!(probed.is_err(), "{probed:?}");
    switch.set(None);
    assert_eq!(channel.get("k").await, Told::UnknownKey(UnknownKey {}));
    assert_eq!(channel.facts(), []);
    assert!(matches!(channel.submit("k", "").await, Told::Settled(_)));
}

#[tokio::test]
async fn what_is_dropped_cannot_be_told_from_what_was_paid() {
    let (channel, switch) = switched().await;
    switch.set(Some(Outage::Drop));
    let dropped = failures(&channel).await;
    assert_eq!(channel.facts(), []);

    switch.set(Some(Outage::After));
    assert_eq!(failures(&channel).await, dropped);
    assert_eq!(channel.paid("k"), 1);
    channel
        .client
        .clone()
        .void_payout(VoidPayoutRequest { payout_key: "v".to_owned() })
        .await
        .unwrap_err();

    switch.set(None);
    assert_eq!(settled_amount(&channel.get("k").await), "10.50");
    assert_eq!(channel.submit("v", "").await, Told::Tombstone(Tombstone {}));
    assert_eq!((channel.paid("k"), channel.paid("v")), (1, 0));
}

#[tokio::test]
async fn what_was_taken_before_an_outage_goes_on_in_it() {
    let (channel, switch) = switched().await;
    channel.submit("k", "sim:settle=5s").await;
    switch.set(Some(Outage::Refuse));
    channel.later(5);
    channel.written(2).await;
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn planned_outages_begin_and_end_by_the_clock() {
    let channel = Simulated::open_with(|options| {
        options.outages =
            ["30s+10s", "drop:every=60s,for=5s"].map(|window| window.parse().unwrap()).to_vec();
    })
    .await;
    let mut seen = Vec::new();
    for secs in [0, 29, 30, 39, 40, 60, 64, 65, 120, 125] {
        channel.clock.set(start_time() + TimeDelta::seconds(secs));
        seen.push((secs, channel.probe().await.err().map(|status| status.code())));
    }
    let (refused, dropped) = (Some(Code::Unavailable), Some(Code::Unknown));
    let expected = [
        (0, None),
        (29, None),
        (30, refused),
        (39, refused),
        (40, None),
        (60, dropped),
        (64, dropped),
        (65, None),
        (120, dropped),
        (125, None),
    ];
    assert_eq!(seen, expected);
    // They are counted from the start, so a restart begins anew.
    let channel =
        channel.restart_with(|options| options.outages = vec!["0s+1s".parse().unwrap()]).await;
    assert!(channel.probe().await.is_err());
    channel.later(1);
    assert!(channel.probe().await.is_ok());
}

#[tokio::test]
async fn a_file_switches_an_outage_on_and_off() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("outage");
    let given = file.clone();
    let channel = Simulated::open_with(|options| options.outage_file = Some(given)).await;
    let until = async |expected: Option<Code>| {
        let probed = async {
            while channel.probe().await.err().map(|status| status.code()) != expected {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), probed).await.expect("it is not in force");
    };
    until(None).await;
    std::fs::write(&file, "refuse\n").unwrap();
    until(Some(Code::Unavailable)).await;
    std::fs::write(&file, "drop").unwrap();
    until(Some(Code::Unknown)).await;
    // A word that it doesn't know is none.
    std::fs::write(&file, "explode").unwrap();
    until(None).await;
    std::fs::write(&file, "after").unwrap();
    until(Some(Code::Unknown)).await;
    std::fs::remove_file(&file).unwrap();
    until(None).await;
}

/// The program takes what the library takes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_program_is_put_out_of_order_by_its_options() {
    let directory = tempfile::tempdir().unwrap();
    let file = |name: &str| directory.path().join(name).display().to_string();
    let (log, outage) = (file("channel.jsonl"), file("outage"));
    let arguments = [
        "simulate-channel",
        "--log-file",
        &log,
        "--latency",
        "p50=1ms,p99=5ms",
        "--outage",
        "after:0s+24h",
        "--outage-file",
        &outage,
        "--statements",
        "--cut-off",
        "2h",
    ];
    let channel = Program::start(&arguments, "sqlite://unused.db").await;
    let mut client = PayoutChannelServiceClient::new(channel.channel.clone());
    let broken_off = client.submit_payout(payout("k", "")).await.unwrap_err();
    assert_eq!(broken_off.code(), Code::Unknown, "{broken_off:?}");
    std::fs::write(&outage, "refuse").unwrap();
    let refused = async {
        while client.probe(ProbeRequest {}).await.unwrap_err().code() != Code::Unavailable {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), refused).await.unwrap();
    drop(client);
    channel.terminate().await;
    let facts = read(Path::new(&log)).unwrap();
    assert!(matches!(facts.last().unwrap().what, What::Paid { .. }), "{facts:?}");

    let channel = Program::start(&arguments[..5], "sqlite://unused.db").await;
    let mut client = PayoutChannelServiceClient::new(channel.channel.clone());
    let told = client.submit_payout(payout("k", "")).await.unwrap().into_inner();
    assert!(matches!(told.result.unwrap().result, Some(Told::Settled(_))));
    drop(client);
    channel.terminate().await;
}
