//! What is due is found, whatever else can't be read or isn't heard of.

use sea_orm::ConnectionTrait as _;

use super::*;
use crate::harness::proxy::When;
use crate::on_every_engine;
use WithdrawalState as W;

/// How the due query begins.
const DUE: &str = "SELECT t.withdrawal_id, t.account_number, t.state, t.currency_code";

on_every_engine! {
    async fn a_damaged_withdrawal_keeps_no_other_from_being_found(bank) {
        bank.account(ACCOUNT, "1000.00").await;
        let damaged = bank.withdraw(ACCOUNT, "7.00").await.unwrap().withdrawal_id;
        let other = bank.withdraw(ACCOUNT, "8.00").await.unwrap().withdrawal_id;
        let database = bank.database().await;
        let purpose = |is: &str| {
            format!("UPDATE withdrawal SET purpose = {is} WHERE withdrawal_id = '{damaged}'")
        };
        let broken = database.execute_unprepared(&purpose("'NO_' || purpose")).await.unwrap();
        assert_eq!(broken.rows_affected(), 1);
        let channel = Channel::open(bank.clock.clone()).await;
        let bank = over(bank, &[channel.setting("CH-1")]).await;
        until_state(&bank, &other, W::Settled).await;
        // Once it is mended it goes its way, too.
        database.execute_unprepared(&purpose("substr(purpose, 4)")).await.unwrap();
        database.close().await.unwrap();
        bank.pass(chrono::Duration::seconds(2));
        until_state(&bank, &damaged, W::Settled).await;
        close(bank, vec![channel]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_not_heard_of_any_more_is_not_waited_for_on_postgres() {
    let Some((bank, proxy)) = Bank::behind_a_proxy(|_given| {}).await else { return };
    bank.account(ACCOUNT, "1000.00").await;
    let channel = Channel::open(bank.clock.clone()).await;
    let setting = channel.setting("CH-1");
    let through = bank.settings.database_url.clone();
    let bank = bank
        .reopen(|given| {
            given.database_url = Some(through);
            given.channel = Some(vec![setting]);
        })
        .await;
    // It is never delivered: the connection stays, and nothing comes over it any more.
    proxy.trap(DUE, When::Held, 1);
    bank.pass(chrono::Duration::seconds(2));
    while proxy.sprung() == 0 {
        crate::harness::moment().await;
    }
    let made = withdraw(&bank, "7.00", "").await;
    until_state(&bank, &made.withdrawal_id, W::Settled).await;
    proxy.trap(DUE, When::Held, 1);
    bank.pass(chrono::Duration::seconds(2));
    while proxy.sprung() == 0 {
        crate::harness::moment().await;
    }
    // Nor does it hold up the end.
    let begun = Instant::now();
    let bank = bank.reopen(|_given| {}).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
    close(bank, vec![channel]).await;
}
