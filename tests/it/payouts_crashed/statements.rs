//! Killed while a channel's statement is imported: sent again, it is taken whole, and what it proves
//! counts once.

use std::time::SystemTime;

use account_status::pb::v1::channel_service_client::ChannelServiceClient;
use account_status::pb::v1::import_statement_request::Part;
use account_status::pb::v1::{
    ImportStatementRequest, StatementHeader, StatementLine, StatementLineState, StatementLines,
    StatementReport,
};
use futures::stream::{Stream, StreamExt as _, iter, pending};
use prost_types::Timestamp;
use tokio::task::JoinSet;
use tonic::Status;

use super::*;
use crate::harness::proxy::{End, Proxy};

const SETTLED: &str = "SELECT count(*) FROM withdrawal WHERE state = 'SETTLED'";
const ENDED: &str = "SELECT count(*) FROM statement WHERE progress = 'DONE'";

/// A withdrawal that its channel has paid, and has not answered for; the statement that lists it.
async fn paid_and_unanswered(scene: &Scene) -> (Program, [Part; 2]) {
    let program = scene.serve(Some(&scene.setting()), 60_000).await;
    let made = program.send(withdrawal("sim:timeout")).await.unwrap();
    scene.until_paid().await;
    let ago = |secs| Some(Timestamp::from(SystemTime::now() - Duration::from_secs(secs)));
    let header = StatementHeader {
        channel_id: "CH-SIM".to_owned(),
        statement_id: "S-1".to_owned(),
        period_start_time: ago(7_200),
        period_end_time: ago(60),
        ..StatementHeader::default()
    };
    let line = StatementLine {
        payout_key: format!("{}.1", made.withdrawal_id),
        state: StatementLineState::Settled.into(),
        amount: cny("12.34"),
        ..StatementLine::default()
    };
    let lines = StatementLines { lines: vec![line] };
    (program, [Part::Header(header), Part::Lines(lines)])
}

fn messages(parts: [Part; 2]) -> [ImportStatementRequest; 2] {
    parts.map(|part| ImportStatementRequest { part: Some(part) })
}

async fn import(
    channel: tonic::transport::Channel,
    messages: impl Stream<Item = ImportStatementRequest> + Send + 'static,
) -> Result<StatementReport, Status> {
    let answer = ChannelServiceClient::new(channel).import_statement(messages).await?;
    Ok(answer.into_inner().report.unwrap())
}

/// Started again, with no channel to ask, it takes the same statement, twice.
async fn imported_again(scene: Scene, statement: [Part; 2], was_ended: bool) {
    let program = scene.serve(None, 1_000).await;
    for is_known in [was_ended, true] {
        let again = iter(messages(statement.clone()));
        let report = import(program.channel.clone(), again).await.unwrap();
        assert_eq!((report.lines, report.repeated_import), (1, is_known), "{report:?}");
        assert_eq!(report.unknown, 0, "{report:?}");
    }
    assert_eq!((scene.count(EVIDENCE).await, scene.count(SETTLED).await), (1, 1));
    program.kill().await;
    scene.close().await;
}

async fn received_and_not_committed(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let (program, statement) = paid_and_unanswered(&scene).await;
    let held = scene.hold().await;
    let mut importing = JoinSet::new();
    importing.spawn(import(program.channel.clone(), iter(messages(statement.clone()))));
    tokio::time::sleep(MOMENT).await;
    program.kill().await;
    assert!(importing.join_next().await.unwrap().unwrap().is_err(), "it was answered");
    held.rollback().await.unwrap();
    assert_eq!(scene.count(EVIDENCE).await, 0);
    imported_again(scene, statement, false).await;
}

async fn proven_and_not_ended(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let (program, statement) = paid_and_unanswered(&scene).await;
    let mut importing = JoinSet::new();
    // More lines may come.
    let endless = iter(messages(statement.clone())).chain(pending());
    importing.spawn(import(program.channel.clone(), endless));
    scene.until(EVIDENCE, 1).await;
    assert_eq!(scene.count(ENDED).await, 0);
    program.kill().await;
    assert!(importing.join_next().await.unwrap().unwrap().is_err(), "it was answered");
    imported_again(scene, statement, false).await;
}

async fn ended_and_not_answered(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let (program, statement) = paid_and_unanswered(&scene).await;
    let wire = Proxy::to(program.address.to_string()).await;
    let endpoint = tonic::transport::Endpoint::from_shared(format!("http://{}", wire.address));
    let line = endpoint.unwrap().connect().await.unwrap();
    let held = scene.hold().await;
    let mut importing = JoinSet::new();
    importing.spawn(import(line, iter(messages(statement.clone()))));
    tokio::time::sleep(MOMENT).await;
    wire.end_all(End::Lost);
    tokio::time::sleep(LOOK).await;
    held.rollback().await.unwrap();
    scene.until(ENDED, 1).await;
    program.kill().await;
    assert!(importing.try_join_next().is_none(), "it was answered");
    imported_again(scene, statement, true).await;
}

on_each_engine! {
    received_and_not_committed
    proven_and_not_ended
    ended_and_not_answered
}
