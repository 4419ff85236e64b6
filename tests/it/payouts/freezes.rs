//! A freeze against withdrawals: what was not sent gives way to it, what was sent goes on.

use super::*;
use crate::on_every_engine;
use AttemptState as A;
use WithdrawalState as W;

on_every_engine! {
    async fn what_was_sent_goes_on_under_a_freeze(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "300.00", "sim:accept=2s").await;
        until_state(&bank, &made.withdrawal_id, W::Accepted).await;
        bank.freeze(bank.court_order(ACCOUNT, "1000.00")).await.unwrap();
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(attempts(&row), [A::Settled]);
        assert_eq!(money(&bank).await, ["700.00", "0.00", "0.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_was_sent_and_failed_falls_under_the_freeze(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "300.00", "sim:disappear").await;
        until_state(&bank, &made.withdrawal_id, W::Unknown).await;
        bank.freeze(bank.court_order(ACCOUNT, "900.00")).await.unwrap();
        // Proven dead while the claim is unfilled: no second attempt, although one would be allowed.
        let row = until_state(&bank, &made.withdrawal_id, W::Failed).await;
        assert_eq!(attempts(&row), [A::Dead]);
        assert_eq!(money(&bank).await, ["1000.00", "0.00", "100.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_was_not_taken_is_called_back_under_a_freeze(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "300.00", "sim:busy=2").await;
        until(&bank, &made.withdrawal_id, |row| row.held_reason() == HeldReason::RetryBackoff).await;
        bank.freeze(bank.court_order(ACCOUNT, "1000.00")).await.unwrap();
        let row = until_state(&bank, &made.withdrawal_id, W::Failed).await;
        assert_eq!(attempts(&row), [A::Dead]);
        assert!(channel.paid().is_empty());
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_was_not_sent_is_cancelled_with_the_freeze_newest_first(bank) {
        bank.account(ACCOUNT, "1000.00").await;
        let mut ids = Vec::new();
        for _ in 0..3 {
            ids.push(bank.withdraw(ACCOUNT, "300.00").await.unwrap().withdrawal_id);
        }
        bank.freeze(bank.court_order(ACCOUNT, "500.00")).await.unwrap();
        let channel = Channel::open(bank.clock.clone()).await;
        let bank = over(bank, &[channel.setting("CH-1")]).await;
        // 100 were free, so two of 300 had to give way; the oldest goes on: the claim is filled.
        assert_eq!(find(&bank, &ids[2]).await.state(), W::Cancelled);
        assert_eq!(find(&bank, &ids[1]).await.state(), W::Cancelled);
        until_state(&bank, &ids[0], W::Settled).await;
        assert_eq!(money(&bank).await, ["700.00", "0.00", "200.00"]);
        close(bank, vec![channel]).await;
    }
}
