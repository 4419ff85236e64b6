//! Killed while a channel reports: what was not committed was not answered, so the channel reports
//! again; what was committed counts once however often it is reported.

use account_status::pb::channel::v1::payout_callback_service_client::PayoutCallbackServiceClient;
use account_status::pb::channel::v1::payout_result::Result as Told;
use account_status::pb::channel::v1::{PayoutResult, ReportPayoutRequest, Settled};
use tokio::task::JoinSet;
use tonic::Status;

use super::*;
use crate::harness::proxy::{End, Proxy};

const SETTLED: &str = "SELECT count(*) FROM withdrawal WHERE state = 'SETTLED'";

/// A withdrawal that its channel has paid, and has not answered for; what the channel reports of it.
async fn paid_and_unanswered(scene: &Scene) -> (Program, ReportPayoutRequest) {
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    let made = program.send(withdrawal("sim:timeout")).await.unwrap();
    scene.until_paid().await;
    let settled = Settled { amount: cny("12.34"), ..Settled::default() };
    let report = ReportPayoutRequest {
        channel_id: "CH-SIM".to_owned(),
        payout_key: format!("{}.1", made.withdrawal_id),
        routing_token: ACCOUNTS[0].to_owned(),
        result: Some(PayoutResult { result: Some(Told::Settled(settled)) }),
    };
    (program, report)
}

async fn report(channel: tonic::transport::Channel, it: ReportPayoutRequest) -> Result<(), Status> {
    PayoutCallbackServiceClient::new(channel).report_payout(it).await.map(drop)
}

/// Started again, with no channel to ask, it takes the same report, twice.
async fn reported_again(scene: Scene, what: ReportPayoutRequest) {
    let program = scene.serve(None, 1_000).await;
    for _time in 0..2 {
        report(program.channel.clone(), what.clone()).await.unwrap();
    }
    assert_eq!((scene.count(EVIDENCE).await, scene.count(SETTLED).await), (1, 1));
    program.kill().await;
    scene.close().await;
}

async fn received_and_not_committed(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let (program, what) = paid_and_unanswered(&scene).await;
    let held = scene.hold().await;
    let mut reporting = JoinSet::new();
    reporting.spawn(report(program.channel.clone(), what.clone()));
    tokio::time::sleep(MOMENT).await;
    program.kill().await;
    assert!(reporting.join_next().await.unwrap().unwrap().is_err(), "it was answered");
    held.rollback().await.unwrap();
    assert_eq!(scene.count(EVIDENCE).await, 0);
    reported_again(scene, what).await;
}

async fn committed_and_not_answered(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let (program, what) = paid_and_unanswered(&scene).await;
    let wire = Proxy::to(program.address.to_string()).await;
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", wire.address));
    let line = endpoint.unwrap().connect().await.unwrap();
    let held = scene.hold().await;
    let mut reporting = JoinSet::new();
    reporting.spawn(report(line, what.clone()));
    tokio::time::sleep(MOMENT).await;
    wire.end_all(End::Lost);
    tokio::time::sleep(LOOK).await;
    held.rollback().await.unwrap();
    scene.until(EVIDENCE, 1).await;
    program.kill().await;
    assert!(reporting.try_join_next().is_none(), "it was answered");
    reported_again(scene, what).await;
}

on_each_engine! {
    received_and_not_committed
    committed_and_not_answered
}
