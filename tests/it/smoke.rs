//! The main job in one walk.

use account_status::pb::v1::*;

use crate::harness::calls::*;
use crate::on_every_engine;

on_every_engine! {
    async fn ask_a_status_place_a_freeze_reserve_a_withdrawal(bank) {
        bank.account("6222021234567890123", "1000.00").await;
        let info = bank.status("6222021234567890123").await.unwrap();
        assert_eq!((info.status_code.as_str(), info.transaction_code.as_str()), ("00", "ACTQ"));

        let (freeze, answer) =
            bank.freeze(bank.court_order("6222021234567890123", "600.00")).await.unwrap();
        assert_eq!(freeze.status(), FreezeStatus::Active);
        assert_eq!(answer.controlled, cny("600.00"));
        assert_eq!(bank.code("6222021234567890123").await, "01");
        assert_eq!(bank.available("6222021234567890123").await, "400.00");

        let withdrawal = bank.withdraw("6222021234567890123", "399.99").await.unwrap();
        assert_eq!(withdrawal.state(), WithdrawalState::Reserved);
        let refused = bank.withdraw("6222021234567890123", "0.02").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");

        bank.cancel("6222021234567890123", &withdrawal.withdrawal_id).await.unwrap();
        assert_eq!(bank.available("6222021234567890123").await, "400.00");
        bank.finish().await;
    }
}
