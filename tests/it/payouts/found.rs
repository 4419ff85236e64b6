//! What is due is found, whatever else can't be read.

use sea_orm::ConnectionTrait as _;

use super::*;
use crate::on_every_engine;
use WithdrawalState as W;

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
