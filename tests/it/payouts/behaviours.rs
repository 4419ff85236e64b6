//! One for each behaviour of a channel.

use account_status::simulator::ReportTo;

use super::*;
use crate::on_every_engine;
use AttemptState as A;
use SaidKind as S;
use WithdrawalState as W;

on_every_engine! {
    async fn what_is_reserved_is_settled_and_debited(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "100.50", "").await;
        assert_eq!(made.state(), W::Reserved);
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(attempts(&row), [A::Settled]);
        assert_eq!(said(&row), [S::Settled]);
        assert_eq!((&*row.channel, row.held_reason()), ("CH-1", HeldReason::Unspecified));
        assert!(row.settle_time.is_some() && row.next_action_time.is_none());
        assert_eq!(money(&bank).await, ["899.50", "0.00", "899.50"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_is_promised_is_asked_for_when_the_promise_has_passed(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:accept=2s").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Accepted).await;
        assert_eq!(attempts(&row), [A::Accepted]);
        assert_eq!(money(&bank).await, ["1000.00", "7.00", "993.00"]);
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(said(&row).last(), Some(&S::Settled));
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_is_rejected_for_ever_gives_the_money_back(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:reject=PAYEE_NAME_MISMATCH").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Failed).await;
        assert_eq!(attempts(&row), [A::Dead]);
        assert_eq!((&*row.reason, &*row.attempts[0].reason), ("PAYEE_NAME_MISMATCH", "PAYEE_NAME_MISMATCH"));
        assert_eq!(money(&bank).await, ["1000.00", "0.00", "1000.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_is_not_taken_is_sent_again_under_the_same_key(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:busy=2").await;
        let waits = until(&bank, &made.withdrawal_id, |row| {
            row.held_reason() == HeldReason::RetryBackoff
        });
        assert_eq!(waits.await.state(), W::Dispatching);
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!((attempts(&row), row.attempts[0].retries), (vec![A::Settled], 2));
        assert_eq!(said(&row), [S::RejectedTransient, S::RejectedTransient, S::Settled]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_is_never_answered_is_asked_for(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:timeout").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Unknown).await;
        assert_eq!((attempts(&row), said(&row)), (vec![A::Unknown], vec![S::NoAnswer]));
        assert_eq!(money(&bank).await, ["1000.00", "7.00", "993.00"]);
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(attempts(&row), [A::Settled]);
        assert_eq!(row.attempts[0].inquiries, 1);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_is_answered_too_late_is_settled_once(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:late=2s").await;
        until_state(&bank, &made.withdrawal_id, W::Unknown).await;
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(attempts(&row), [A::Settled]);
        assert_eq!(money(&bank).await, ["993.00", "0.00", "993.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_disappeared_is_called_back_before_it_is_sent_anew(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:disappear").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(attempts(&row), [A::Dead, A::Settled]);
        assert_eq!(said(&row), [S::NoAnswer, S::UnknownKey, S::Tombstone, S::Settled]);
        let id = &made.withdrawal_id;
        let keys: Vec<_> = row.attempts.iter().map(|attempt| attempt.payout_key.clone()).collect();
        assert_eq!(keys, [format!("{id}.1"), format!("{id}.2")]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_stalls_and_is_rejected_in_the_end_gives_the_money_back(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:stall=30s").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Failed).await;
        assert_eq!(attempts(&row), [A::Dead]);
        assert_eq!(money(&bank).await, ["1000.00", "0.00", "1000.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn what_comes_back_is_credited_again(bank) {
        bank.account(ACCOUNT, "1000.00").await;
        let address = Channel::free_address();
        let bank = over(bank, &[format!("CH-1=http://{address}")]).await;
        // The channel has to know where to report to, which is known only now.
        let to = ReportTo { url: format!("http://{}", bank.address), channel_id: "CH-1".to_owned() };
        let channel = Channel::open_at(bank.clock.clone(), address, |options| {
            options.reports = Some(to);
        });
        let channel = channel.await;
        let made = withdraw(&bank, "7.00", "sim:return=1s").await;
        until_state(&bank, &made.withdrawal_id, W::Settled).await;
        assert_eq!(money(&bank).await, ["993.00", "0.00", "993.00"]);
        bank.pass(chrono::Duration::seconds(2));
        let row = until_state(&bank, &made.withdrawal_id, W::Returned).await;
        assert_eq!(attempts(&row), [A::Returned]);
        assert_eq!(said(&row), [S::Settled, S::Returned]);
        assert_eq!(money(&bank).await, ["1000.00", "0.00", "1000.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn another_amount_stops_everything(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let made = withdraw(&bank, "7.00", "sim:wrong-amount").await;
        let row = until_state(&bank, &made.withdrawal_id, W::Quarantined).await;
        let evidence = &row.attempts[0].evidence[0];
        assert_eq!(evidence.effect(), EvidenceEffect::Contradiction);
        assert_eq!(money(&bank).await, ["1000.00", "7.00", "993.00"]);
        close(bank, vec![channel]).await;
    }
}

on_every_engine! {
    async fn a_hundred_at_once_are_each_settled_once(bank) {
        let (bank, channel) = paying(bank, |_options| {}).await;
        let reserved = (0..100).map(|_| withdraw(&bank, "1.00", ""));
        let reserved = futures::future::join_all(reserved).await;
        for made in &reserved {
            until_state(&bank, &made.withdrawal_id, W::Settled).await;
        }
        assert_eq!(money(&bank).await, ["900.00", "0.00", "900.00"]);
        assert_eq!(channel.paid().len(), 100);
        close(bank, vec![channel]).await;
    }
}
