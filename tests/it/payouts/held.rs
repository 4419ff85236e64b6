//! What holds a withdrawal that was not sent, and lets it go again.

use super::*;
use crate::on_every_engine;
use HeldReason as H;
use WithdrawalState as W;

/// A withdrawal reserved while nothing was sent, the bank still without a channel.
async fn reserved(bank: &Bank) -> String {
    bank.account(ACCOUNT, "1000.00").await;
    bank.withdraw(ACCOUNT, "7.00").await.unwrap().withdrawal_id
}

async fn suspect(bank: &Bank) {
    bank.act(ACCOUNT, StatusAction::MarkSuspicious, |change| {
        change.cause = Cause::SuspiciousPattern.into();
    })
    .await
    .unwrap();
}

on_every_engine! {
    async fn a_condition_holds_it_and_its_end_lets_it_go(bank) {
        let id = reserved(&bank).await;
        suspect(&bank).await;
        let channel = Channel::open(bank.clock.clone()).await;
        let bank = over(bank, &[channel.setting("CH-1")]).await;
        let row = until(&bank, &id, |row| row.held_reason() == H::Condition).await;
        assert_eq!((row.state(), row.attempts.len()), (W::Reserved, 0));
        assert!(channel.facts().is_empty());
        bank.act(ACCOUNT, StatusAction::ClearSuspicion, |_change| {}).await.unwrap();
        // Nobody has to wait for the next look.
        let begun = bank.now();
        let row = until_state(&bank, &id, W::Settled).await;
        assert_eq!((row.held_reason(), bank.now()), (H::Unspecified, begun));
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_is_held_for_a_day_fails_and_the_money_is_free(bank) {
        let id = reserved(&bank).await;
        suspect(&bank).await;
        let channel = Channel::open(bank.clock.clone()).await;
        let bank = over(bank, &[channel.setting("CH-1")]).await;
        until(&bank, &id, |row| row.held_reason() == H::Condition).await;
        bank.pass(chrono::Duration::hours(24) - chrono::Duration::seconds(1));
        let row = until_state(&bank, &id, W::Failed).await;
        assert_eq!(row.reason, "CONDITION");
        assert_eq!(money(&bank).await, ["1000.00", "0.00", "1000.00"]);
        assert!(channel.facts().is_empty());
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn a_held_one_can_be_cancelled(bank) {
        let id = reserved(&bank).await;
        suspect(&bank).await;
        let channel = Channel::open(bank.clock.clone()).await;
        let bank = over(bank, &[channel.setting("CH-1")]).await;
        until(&bank, &id, |row| row.held_reason() == H::Condition).await;
        let row = bank.cancel(ACCOUNT, &id).await.unwrap();
        assert_eq!((row.state(), row.held_reason()), (W::Cancelled, H::Unspecified));
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_was_sent_cannot_be_cancelled(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:hold").await;
        until_state(&bank, &made.withdrawal_id, W::Accepted).await;
        let refused = bank.cancel(ACCOUNT, &made.withdrawal_id).await.unwrap_err();
        assert_eq!(calls::reason(&refused), "WITHDRAWAL_NOT_CANCELLABLE");
        close_open(bank, channel).await;
    }
}

/// Ends while something is accepted and not settled.
async fn close_open(bank: Bank, channel: Channel) {
    bank.finish().await;
    channel.close().await;
}
