//! Between the service and its channel: delayed, dropped, reset, half-closed, lost and throttled.

use account_status::pb::v1::account_status_service_client::AccountStatusServiceClient;
use account_status::pb::v1::{GetAccountStatusRequest, get_account_status_request};
use account_status::simulator::delay::Delay;
use sea_orm::ConnectionTrait as _;

use crate::harness::Engine;
use crate::harness::program::Program;
use crate::harness::proxy::{End, Flow, Proxy};
use crate::payouts_crashed::*;

/// How long the channel may take to answer here.
const TIMEOUT_MS: u32 = 500;
/// How long anybody else may wait for an answer; generous, because machines are shared.
const SERVED: Duration = Duration::from_secs(5);
const ROUNDS: usize = 3;
const REFERENCES: [&str; 5] = ["", "sim:accept=1s", "sim:busy", "sim:disappear", "sim:timeout"];
/// What waits for a channel is due some time; what is at its end is not.
const DUE: &str = "SELECT count(*) FROM withdrawal WHERE next_action_time IS NOT NULL";
const SETTLED: &str = "SELECT count(*) FROM withdrawal WHERE state = 'SETTLED'";

/// What is done to the wire in each round, and what ends it.
struct Trouble {
    name: &'static str,
    each: fn(&Proxy),
    end: fn(&Proxy),
}

const TROUBLES: [Trouble; 7] = [
    Trouble {
        name: "delayed",
        each: |wire| wire.set_flow(Flow::Delayed(Duration::from_millis(20))),
        end: |wire| wire.set_flow(Flow::Free),
    },
    Trouble { name: "dropped", each: |wire| wire.end_all(End::Closed), end: |_wire| {} },
    Trouble { name: "reset", each: |wire| wire.end_all(End::Reset), end: |_wire| {} },
    Trouble { name: "half-closed", each: |wire| wire.end_all(End::HalfClosed), end: |_wire| {} },
    Trouble { name: "refused", each: Proxy::down, end: Proxy::mend },
    // What was lost stays lost: only over another connection is anybody heard again.
    Trouble { name: "lost in silence", each: Proxy::lose, end: Proxy::mend },
    // One byte a second; what is on its way then goes on like that.
    Trouble {
        name: "throttled",
        each: |wire| wire.set_flow(Flow::Dripping(1, Duration::from_secs(1))),
        end: |wire| wire.set_flow(Flow::Free),
    },
];

/// All side by side: each takes its time, because the questions after what is unknown grow apart.
async fn whatever_troubles_the_line(kind: Engine) {
    futures::future::join_all(TROUBLES.iter().map(|trouble| troubled(kind, trouble))).await;
}

async fn troubled(kind: Engine, trouble: &Trouble) {
    let opened = Scene::open(kind, |options| options.promise = Delay::of_secs(2));
    let Some(scene) = opened.await else { return };
    let wire = Proxy::to(scene.channel.address.to_string()).await;
    let program = scene.serve(Some(&format!("CH-SIM=http://{}", wire.address)), TIMEOUT_MS).await;
    // A channel that is back is not left alone for longer.
    let probed = "UPDATE channel SET probe_secs = 5";
    scene.database.execute_unprepared(probed).await.unwrap();
    // The line is in use before it is troubled.
    program.send(withdrawal("")).await.unwrap();
    scene.until(SETTLED, 1).await;
    for _round in 0..ROUNDS {
        for reference in REFERENCES {
            program.send(withdrawal(reference)).await.unwrap();
        }
        (trouble.each)(&wire);
        is_served(&program).await;
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    (trouble.end)(&wire);
    let mended = Instant::now();
    scene.until(DUE, 0).await;
    is_served(&program).await;
    let all = i64::try_from(ROUNDS * REFERENCES.len() + 1).unwrap();
    assert_eq!(scene.count(WITHDRAWALS).await, all);
    // Those that got lost too often fail, and their money is back.
    let (settled, name) = (scene.count(SETTLED).await, trouble.name);
    println!("{kind:?} {name}: {settled} of {all} settled, {:?} after its end", mended.elapsed());
    assert!(settled * 2 > all, "{name}: only {settled} of {all} are settled");
    program.terminate().await;
    scene.close().await;
}

/// Somebody asks for a status and is answered.
async fn is_served(program: &Program) {
    let key = get_account_status_request::Key::AccountNumber(ACCOUNTS[0].to_owned());
    let ask = GetAccountStatusRequest { key: Some(key), ..GetAccountStatusRequest::default() };
    let mut client = AccountStatusServiceClient::new(program.channel.clone());
    let answer = tokio::time::timeout(SERVED, client.get_account_status(ask)).await;
    answer.expect("others wait for the channel").unwrap();
}

on_each_engine! {
    whatever_troubles_the_line
}
