//! Killed again and again with a deposit to draw on: what a life had leased and not used is lost with
//! it, and that is little.

use account_status::pb::v1::channel_service_client::ChannelServiceClient;
use account_status::pb::v1::{Channel, ChannelRange, ChannelRole};

use super::*;
use crate::channels::{configured, upserting};

const LIVES: usize = 5;
const PAYOUTS: usize = 4;
/// What a payout takes, in minor units.
const AMOUNT: i64 = 1_234;
const LEASED: &str = "SELECT CAST(coalesce(sum(leased), 0) AS bigint) FROM channel_lease";

/// So much is deposited with the channel: a sixteenth of it is far more than all payouts take.
async fn deposit(program: &Program, scene: &Scene) {
    let range = ChannelRange {
        currency_code: "CNY".to_owned(),
        float_amount: "100000.00".to_owned(),
        ..ChannelRange::default()
    };
    let url = format!("http://{}", scene.channel.address);
    let configured = configured("CH-SIM", &url, ChannelRole::Primary);
    let request = upserting(Channel { ranges: vec![range], ..configured });
    ChannelServiceClient::new(program.channel.clone()).upsert_channel(request).await.unwrap();
}

async fn a_deposit_outlives_many_kills(kind: Engine) {
    let Some(scene) = Scene::open(kind, |_options| {}).await else { return };
    let mut sent = 0;
    for life in 0..LIVES {
        let program = scene.serve(Some(&scene.setting()), 1_000).await;
        if life == 0 {
            deposit(&program, &scene).await;
        }
        for _ in 0..PAYOUTS {
            program.send(withdrawal("")).await.unwrap();
            sent += 1;
            let paid = "SELECT count(*) FROM withdrawal WHERE state = 'SETTLED'";
            scene.until(paid, sent).await;
        }
        program.kill().await;
    }
    // The largest slice is no more than twice what was used before it.
    let leased = scene.count(LEASED).await;
    assert!((sent * AMOUNT..=2 * sent * AMOUNT).contains(&leased), "{leased} for {sent}");
    scene.close().await;
}

on_each_engine! {
    a_deposit_outlives_many_kills
}
