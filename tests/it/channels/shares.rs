//! Shares of what a channel may carry: who takes them, when they come back, and what becomes of a
//! withdrawal while nobody can say what is left.

use account_status::domain::payout::evidence::Source;
use account_status::domain::payout::reason::RejectReason;
use sea_orm::{ConnectionTrait, Statement};

use super::*;
use crate::on_every_engine;
use crate::withdrawals::paying::{Payout, dead};
use ChannelEventKind as E;
use HeldReason as H;
use WithdrawalState as W;

/// A bank over one channel.
async fn one(bank: Bank) -> (Bank, Channel) {
    let only = serving(&bank, |_options| {}).await;
    let bank = over(bank, &[only.setting("CH-1")]).await;
    (bank, only)
}

fn row(only: &Channel) -> pb::Channel {
    configured("CH-1", &format!("http://{}", only.address), ChannelRole::Primary)
}

async fn deposit(bank: &Bank, only: &Channel, float: &str) {
    let range = ChannelRange {
        currency_code: "CNY".to_owned(),
        float_amount: float.to_owned(),
        ..Default::default()
    };
    upsert(bank, pb::Channel { ranges: vec![range], ..row(only) }).await.unwrap();
}

/// How much of the channel is leased in all.
async fn leased(bank: &Bank) -> i64 {
    let database = bank.database().await;
    let sql = "SELECT CAST(coalesce(sum(leased), 0) AS bigint) AS leased FROM channel_lease";
    let statement = Statement::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    let leased = row.try_get("", "leased").unwrap();
    database.close().await.unwrap();
    leased
}

async fn rejected_by_callback(bank: &Bank, id: &str) {
    let payout = Payout { bank, number: ACCOUNT, id: id.to_owned() };
    payout.said(1, Source::Callback, dead(RejectReason::PayeeAccountClosed)).await;
    until_state(bank, id, W::Failed).await;
}

on_every_engine! {
    async fn a_float_comes_back_when_a_callback_rejects(bank) {
        let (bank, only) = one(bank).await;
        deposit(&bank, &only, "10.00").await;
        let first = withdraw(&bank, "6.00", "sim:hold").await;
        until_state(&bank, &first, W::Accepted).await;
        rejected_by_callback(&bank, &first).await;
        let second = withdraw(&bank, "6.00", "").await;
        settles(&bank, &second).await;
        assert_eq!(leased(&bank).await, 600);
        close(bank, vec![only]).await;
    }
}

on_every_engine! {
    async fn what_was_sent_before_a_restart_comes_back_to_all_replicas(bank) {
        let (bank, only) = one(bank).await;
        deposit(&bank, &only, "10.00").await;
        let first = withdraw(&bank, "6.00", "sim:hold").await;
        until_state(&bank, &first, W::Accepted).await;
        let setting = only.setting("CH-1");
        let bank = bank.reopen(|given: &mut Given| given.channel = Some(vec![setting])).await;
        // Once it answers it is at work.
        until_state(&bank, &first, W::Accepted).await;
        assert_eq!(leased(&bank).await, 600);
        rejected_by_callback(&bank, &first).await;
        eventually("nothing is leased", async || leased(&bank).await == 0).await;
        let second = withdraw(&bank, "10.00", "").await;
        settles(&bank, &second).await;
        close(bank, vec![only]).await;
    }
}

on_every_engine! {
    async fn what_was_sent_under_an_older_float_comes_back_to_that(bank) {
        let (bank, only) = one(bank).await;
        deposit(&bank, &only, "10.00").await;
        let first = withdraw(&bank, "6.00", "sim:hold").await;
        until_state(&bank, &first, W::Accepted).await;
        deposit(&bank, &only, "7.00").await;
        let second = withdraw(&bank, "5.00", "").await;
        settles(&bank, &second).await;
        rejected_by_callback(&bank, &first).await;
        // Of the new float 2.00 is left, and nothing of what was taken of the old one.
        let third = withdraw(&bank, "5.00", "").await;
        until(&bank, &third, |row| row.held_reason() == H::NoChannel).await;
        bank.cancel(ACCOUNT, &third).await.unwrap();
        close(bank, vec![only]).await;
    }
}

on_every_engine! {
    async fn many_that_begin_together_lease_little(bank) {
        let (bank, only) = one(bank).await;
        set_state(&bank, "CH-1", ChannelState::Drained, |_set| {}).await.unwrap();
        upsert(&bank, pb::Channel { daily_count: Some(1_600), ..row(&only) }).await.unwrap();
        let mut ids = Vec::new();
        for _ in 0..16 {
            let id = withdraw(&bank, "1.00", "").await;
            until(&bank, &id, |row| row.held_reason() == H::NoChannel).await;
            ids.push(id);
        }
        set_state(&bank, "CH-1", ChannelState::Enabled, |_set| {}).await.unwrap();
        for id in &ids {
            settles(&bank, id).await;
        }
        let leased = leased(&bank).await;
        assert!((16..32).contains(&leased), "{leased}");
        close(bank, vec![only]).await;
    }
}

on_every_engine! {
    async fn a_lease_that_fails_is_tried_again_after_a_moment(bank) {
        let (bank, only) = one(bank).await;
        upsert(&bank, pb::Channel { daily_count: Some(1_600), ..row(&only) }).await.unwrap();
        let database = bank.database().await;
        database.execute_unprepared("ALTER TABLE channel_lease RENAME TO elsewhere").await.unwrap();
        let id = withdraw(&bank, "1.00", "").await;
        let held = until(&bank, &id, |row| row.held_reason() == H::RetryBackoff).await;
        let again = actions::instant(&held.next_action_time);
        assert!(again - bank.now() <= chrono::Duration::seconds(10), "{held:?}");
        assert!(!events(&bank, "CH-1").await.contains(&E::Exhausted));
        database.execute_unprepared("ALTER TABLE elsewhere RENAME TO channel_lease").await.unwrap();
        database.close().await.unwrap();
        settles(&bank, &id).await;
        assert!(!events(&bank, "CH-1").await.contains(&E::Exhausted));
        close(bank, vec![only]).await;
    }
}
