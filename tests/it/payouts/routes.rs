//! Which channel: the first, the preferred, the next one after proof.

use super::*;
use crate::on_every_engine;
use AttemptState as A;
use WithdrawalState as W;

async fn two(bank: Bank) -> (Bank, Vec<Channel>) {
    bank.account(ACCOUNT, "1000.00").await;
    let first = Channel::open(bank.clock.clone()).await;
    let second = Channel::open(bank.clock.clone()).await;
    let bank = over(bank, &[first.setting("CH-1"), second.setting("CH-2")]).await;
    (bank, vec![first, second])
}

fn channels(row: &Withdrawal) -> Vec<&str> {
    row.attempts.iter().map(|attempt| &*attempt.channel).collect()
}

on_every_engine! {
    async fn the_next_channel_pays_what_the_first_does_not_carry(bank) {
        let (bank, both) = two(bank).await;
        // Only the first key is rejected: the directive is in the reference, which both channels see.
        let made = withdraw(&bank, "7.00", "sim:reject=BANK_NOT_SERVED").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Failed).await;
        assert_eq!(channels(&row), ["CH-1", "CH-2"]);
        assert_eq!(attempts(&row), [A::Dead, A::Dead]);
        assert_eq!(row.reason, "BANK_NOT_SERVED");
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn a_busy_channel_is_left_after_a_few_tries_and_never_before_its_tombstone(bank) {
        let (bank, both) = two(bank).await;
        let made = withdraw(&bank, "7.00", "sim:busy=1000").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Failed).await;
        assert_eq!(channels(&row), ["CH-1", "CH-2"]);
        for attempt in &row.attempts {
            assert_eq!((attempt.retries, attempt.state()), (5, A::Dead));
            assert_eq!(attempt.evidence.last().unwrap().said(), SaidKind::Tombstone);
        }
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn the_preferred_channel_is_tried_first(bank) {
        let (bank, both) = two(bank).await;
        let request = WithdrawRequest {
            preferred_channel: "CH-2".to_owned(),
            ..bank.withdrawal(ACCOUNT, "7.00")
        };
        let made = bank.withdraw_with(request).await.unwrap();
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(channels(&row), ["CH-2"]);
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn what_is_unknown_never_leaves_its_channel(bank) {
        let (bank, mut both) = two(bank).await;
        // The first channel is gone with what it was sent.
        let first = both.remove(0);
        let address = first.address;
        first.close().await;
        let made = withdraw(&bank, "7.00", "").await;
        until(&bank, &made.withdrawal_id, |row| {
            row.attempts.first().is_some_and(|attempt| attempt.inquiries >= 6)
        })
        .await;
        let row = find(&bank, &made.withdrawal_id).await;
        assert_eq!((row.state(), channels(&row)), (W::Unknown, vec!["CH-1"]));
        assert!(both[0].facts().is_empty());
        // It is back, and knows nothing: only now it is sent anew.
        let again = Channel::open_at(bank.clock.clone(), address, |_options| {}).await;
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(attempts(&row), [A::Dead, A::Settled]);
        both.push(again);
        close(bank, both).await;
    }
}
