//! What a channel may carry on a day and what was deposited with it are never exceeded.

use super::*;
use crate::on_every_engine;
use HeldReason as H;
use WithdrawalState as W;
use account_status::config::Given;

on_every_engine! {
    async fn a_daily_count_is_never_exceeded_and_is_there_again_tomorrow(bank) {
        let only = serving(&bank, |_options| {}).await;
        let bank = over(bank, &[only.setting("CH-1")]).await;
        let url = format!("http://{}", only.address);
        let row = configured("CH-1", &url, ChannelRole::Primary);
        upsert(&bank, pb::Channel { daily_count: Some(5), ..row }).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..8 {
            ids.push(withdraw(&bank, "1.00", "").await);
        }
        eventually("what fits is settled and the rest is held", async || {
            let (mut settled, mut held) = (0, 0);
            for id in &ids {
                let row = find(&bank, id).await;
                settled += usize::from(row.state() == W::Settled);
                held += usize::from(row.held_reason() == H::RetryBackoff);
            }
            (settled, held) == (5, 3)
        })
        .await;
        assert_eq!(only.paid().len(), 5);
        let kinds = events(&bank, "CH-1").await;
        let exhausted = kinds.iter().filter(|kind| **kind == ChannelEventKind::Exhausted);
        assert_eq!(exhausted.count(), 1);
        bank.set_time("2026-03-11 00:00:00");
        for id in &ids {
            until_state(&bank, id, W::Settled).await;
        }
        close(bank, vec![only]).await;
    }
}

on_every_engine! {
    async fn a_float_is_used_up_and_set_anew(bank) {
        let only = serving(&bank, |_options| {}).await;
        let bank = over(bank, &[only.setting("CH-1")]).await;
        let url = format!("http://{}", only.address);
        let with = |float: &str| {
            let range = ChannelRange {
                currency_code: "CNY".to_owned(),
                float_amount: float.to_owned(),
                ..Default::default()
            };
            pb::Channel { ranges: vec![range], ..configured("CH-1", &url, ChannelRole::Primary) }
        };
        upsert(&bank, with("10.00")).await.unwrap();
        let first = withdraw(&bank, "6.00", "").await;
        until_state(&bank, &first, W::Settled).await;
        let second = withdraw(&bank, "6.00", "").await;
        until(&bank, &second, |row| row.held_reason() == H::NoChannel).await;
        // One that is proven dead gives back what it took.
        let dead = withdraw(&bank, "4.00", "sim:reject=PAYEE_ACCOUNT_CLOSED").await;
        until_state(&bank, &dead, W::Failed).await;
        let third = withdraw(&bank, "4.00", "").await;
        settles(&bank, &third).await;
        // The same float again changes nothing; another one is counted anew.
        upsert(&bank, with("10.00")).await.unwrap();
        assert_eq!(find(&bank, &second).await.state(), W::Reserved);
        upsert(&bank, with("6.00")).await.unwrap();
        until_state(&bank, &second, W::Settled).await;
        close(bank, vec![only]).await;
    }
}

on_every_engine! {
    async fn two_replicas_together_never_exceed_a_daily_amount(bank) {
        let only = serving(&bank, |_options| {}).await;
        let bank = over(bank, &[only.setting("CH-1")]).await;
        let url = format!("http://{}", only.address);
        let range = ChannelRange {
            currency_code: "CNY".to_owned(),
            daily_amount: "100.00".to_owned(),
            ..Default::default()
        };
        let row = configured("CH-1", &url, ChannelRole::Primary);
        upsert(&bank, pb::Channel { ranges: vec![range], ..row }).await.unwrap();
        let settings = Given {
            database_url: Some(bank.url.clone()),
            sweep: Some(account_status::config::Switch::Off),
            channel: Some(vec![only.setting("CH-1")]),
            drain_secs: Some(5),
            lanes: Some(2),
            ..Given::default()
        };
        let settings = settings.settings().unwrap();
        let store = account_status::service::open(&settings).await.unwrap();
        let core = account_status::service::Core::start(store, bank.clock.clone(), &settings);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let other = tokio::spawn(async move {
            account_status::service::serve(core, listener, &settings, stopping).await.unwrap();
        });
        let line = tonic::transport::Channel::from_shared(format!("http://{address}")).unwrap();
        let line = line.connect().await.unwrap();
        let mut there =
            account_status::pb::v1::withdraw_service_client::WithdrawServiceClient::new(line);
        let mut ids = Vec::new();
        for _ in 0..30 {
            ids.push(withdraw(&bank, "3.00", "").await);
            let made = there.withdraw(bank.withdrawal(ACCOUNT, "3.00")).await.unwrap();
            ids.push(made.into_inner().withdrawal.unwrap().withdrawal_id);
        }
        eventually("each is settled or held", async || {
            for id in &ids {
                let row = find(&bank, id).await;
                if row.state() != W::Settled && row.held_reason() == H::Unspecified {
                    return false;
                }
            }
            true
        })
        .await;
        let paid: i64 = only.paid().values().flatten().map(|(_, minor)| minor).sum();
        assert!((5_000..=10_000).contains(&paid), "{paid}");
        drop(there);
        stop.send_replace(true);
        other.await.unwrap();
        close(bank, vec![only]).await;
    }
}
