//! Which channel takes over when others can't, and what waits.

use super::*;
use crate::on_every_engine;
use ChannelEventKind as E;
use HeldReason as H;
use WithdrawalState as W;

async fn two(bank: Bank) -> (Bank, Vec<Channel>) {
    let first = serving(&bank, |_options| {}).await;
    let second = serving(&bank, |_options| {}).await;
    let bank = over(bank, &[first.setting("CH-1"), second.setting("CH-2")]).await;
    (bank, vec![first, second])
}

on_every_engine! {
    async fn settings_make_rows_once_and_give_the_place_for_their_process(bank) {
        let (bank, both) = two(bank).await;
        let [one, two] = [channel(&bank, "CH-1").await, channel(&bank, "CH-2").await];
        assert_eq!((one.role(), one.priority, one.state()), (ChannelRole::Primary, 1, ChannelState::Enabled));
        assert_eq!((two.priority, &*two.updated_by), (2, "setting"));
        assert_eq!(events(&bank, "CH-1").await, [E::Created]);
        // The row may name another place: this process goes where its setting says.
        upsert(&bank, configured("CH-1", "http://127.0.0.1:9", ChannelRole::Primary)).await.unwrap();
        let id = withdraw(&bank, "7.00", "").await;
        let row = until_state(&bank, &id, W::Settled).await;
        assert_eq!(went_over(&row), ["CH-1"]);
        let choice = &row.attempts[0].choice;
        let offered: Vec<&str> = choice.iter().map(|offer| &*offer.channel).collect();
        assert_eq!(offered, ["CH-1", "CH-2"]);
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn after_proof_the_next_channel_pays_with_another_key(bank) {
        let (bank, both) = two(bank).await;
        let only = ChannelRange { currency_code: "CNY".to_owned(), ..Default::default() };
        let url = format!("http://{}", both[1].address);
        let mut second = configured("CH-2", &url, ChannelRole::Backup);
        second.ranges = vec![only];
        upsert(&bank, second).await.unwrap();
        let id = withdraw(&bank, "7.00", "sim:reject=AMOUNT_OUT_OF_RANGE").await;
        let row = until_state(&bank, &id, W::Failed).await;
        assert_eq!(went_over(&row), ["CH-1", "CH-2"]);
        assert_ne!(row.attempts[0].payout_key, row.attempts[1].payout_key);
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn when_nothing_is_enabled_it_waits_and_goes_on_when_one_comes_back(bank) {
        let (bank, both) = two(bank).await;
        for id in ["CH-1", "CH-2"] {
            set_state(&bank, id, ChannelState::Drained, |_set| {}).await.unwrap();
        }
        let id = withdraw(&bank, "7.00", "").await;
        let row = until(&bank, &id, |row| row.held_reason() == H::NoChannel).await;
        assert_eq!((row.state(), row.attempts.len()), (W::Reserved, 0));
        set_state(&bank, "CH-2", ChannelState::Enabled, |_set| {}).await.unwrap();
        let begun = bank.now();
        // Nobody has to wait for the next look.
        let row = until_state(&bank, &id, W::Settled).await;
        assert_eq!((went_over(&row), bank.now()), (vec!["CH-2"], begun));
        let kinds = events(&bank, "CH-2").await;
        assert_eq!(kinds, [E::Created, E::Drained, E::Enabled]);
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn what_no_channel_takes_fails_after_its_time_to_live_and_its_money_is_free(bank) {
        let (bank, both) = two(bank).await;
        for id in ["CH-1", "CH-2"] {
            set_state(&bank, id, ChannelState::Disabled, |_set| {}).await.unwrap();
        }
        let id = withdraw(&bank, "7.00", "").await;
        until(&bank, &id, |row| row.held_reason() == H::NoChannel).await;
        bank.pass(chrono::Duration::hours(24) + chrono::Duration::seconds(1));
        let row = until_state(&bank, &id, W::Failed).await;
        assert_eq!((&*row.reason, row.attempts.len()), ("NO_CHANNEL", 0));
        assert!(both.iter().all(|channel| channel.facts().is_empty()));
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn a_closed_channel_is_waited_for_until_it_opens(bank) {
        let (bank, both) = two(bank).await;
        set_state(&bank, "CH-2", ChannelState::Disabled, |_set| {}).await.unwrap();
        let url = format!("http://{}", both[0].address);
        let mut hours = configured("CH-1", &url, ChannelRole::Primary);
        hours.hours = vec![ChannelHours {
            days: ChannelDays::EveryDay.into(),
            opens: "12:00".to_owned(),
            closes: "18:00".to_owned(),
        }];
        upsert(&bank, hours).await.unwrap();
        let health = channel(&bank, "CH-1").await.health.unwrap();
        assert!(!health.open_now && health.next_opening_time.is_some());
        let id = withdraw(&bank, "7.00", "").await;
        let row = until(&bank, &id, |row| row.held_reason() == H::ChannelClosed).await;
        assert_eq!(row.next_action_time, health.next_opening_time);
        pass_to(&bank, &row);
        let row = until_state(&bank, &id, W::Settled).await;
        assert_eq!(went_over(&row), ["CH-1"]);
        // And after its last minute it is closed again.
        bank.set_time("2026-03-10 18:00:00");
        let id = withdraw(&bank, "7.00", "").await;
        until(&bank, &id, |row| row.held_reason() == H::ChannelClosed).await;
        bank.cancel(ACCOUNT, &id).await.unwrap();
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn a_breaker_opens_a_backup_takes_over_and_the_primary_comes_back(bank) {
        let first = serving(&bank, |_options| {}).await;
        let second = serving(&bank, |_options| {}).await;
        let bank = over(bank, &[first.setting("CH-1"), second.setting("CH-2")]).await;
        let url = format!("http://{}", second.address);
        upsert(&bank, configured("CH-2", &url, ChannelRole::Backup)).await.unwrap();
        let address = first.address;
        first.close().await;
        // Nobody answers: what was sent is unknown and stays there.
        let mut lost = Vec::new();
        for _ in 0..5 {
            let id = withdraw(&bank, "7.00", "").await;
            until_state(&bank, &id, W::Unknown).await;
            lost.push(id);
        }
        eventually("the breaker opens", async || {
            channel(&bank, "CH-1").await.health.unwrap().breaker() == BreakerState::Open
        })
        .await;
        let id = withdraw(&bank, "7.00", "").await;
        let row = until_state(&bank, &id, W::Settled).await;
        assert_eq!(went_over(&row), ["CH-2"]);
        eventually("the switch is written down", async || {
            events(&bank, "CH-1").await.contains(&E::BreakerOpened)
                && events(&bank, "CH-2").await.contains(&E::Promoted)
        })
        .await;
        for id in &lost {
            let row = find(&bank, id).await;
            assert_eq!((row.state(), went_over(&row)), (W::Unknown, vec!["CH-1"]), "it never leaves");
        }
        // It is back: after its pause one at a time goes over it, and after three it is well.
        let again = Channel::open_at(bank.clock.clone(), address, |_options| {}).await;
        bank.pass(chrono::Duration::seconds(2));
        for _ in 0..3 {
            let id = withdraw(&bank, "7.00", "").await;
            let row = until_state(&bank, &id, W::Settled).await;
            assert_eq!(went_over(&row), ["CH-1"]);
        }
        eventually("the breaker closes", async || {
            events(&bank, "CH-1").await.contains(&E::BreakerClosed)
        })
        .await;
        for id in &lost {
            until_settled(&bank, id).await;
        }
        close(bank, vec![again, second]).await;
    }
}

/// Lets time pass until a withdrawal has settled, a second at a time: the service looks for what is due
/// that often.
async fn until_settled(bank: &Bank, id: &str) {
    let begun = Instant::now();
    loop {
        let row = find(bank, id).await;
        if row.state() == W::Settled {
            return;
        }
        assert!(begun.elapsed() < PATIENCE, "it stays {row:#?}");
        if row.state() == W::Unknown || row.held_reason() != H::Unspecified {
            bank.pass(chrono::Duration::seconds(1));
        }
        tokio::time::sleep(LOOK * 5).await;
    }
}

on_every_engine! {
    async fn a_backup_whose_probes_fail_is_passed_over(bank) {
        let first = serving(&bank, |_options| {}).await;
        let third = serving(&bank, |_options| {}).await;
        let nobody = format!("CH-2=http://{}", Channel::free_address());
        let bank = over(bank, &[first.setting("CH-1"), nobody.clone(), third.setting("CH-3")]).await;
        let (_, url) = nobody.split_once('=').unwrap();
        upsert(&bank, configured("CH-2", url, ChannelRole::Backup)).await.unwrap();
        let url = format!("http://{}", third.address);
        let last = pb::Channel { priority: 2, ..configured("CH-3", &url, ChannelRole::Backup) };
        upsert(&bank, last).await.unwrap();
        for _ in 0..3 {
            let probe = ProbeChannelRequest { channel_id: "CH-2".to_owned() };
            let probed = client(&bank).probe_channel(probe).await.unwrap().into_inner();
            assert!(!probed.reachable && probed.latency.is_none());
        }
        assert!(channel(&bank, "CH-2").await.health.unwrap().flagged);
        assert!(events(&bank, "CH-2").await.contains(&E::Flagged));
        let probe = ProbeChannelRequest { channel_id: "CH-3".to_owned() };
        let probed = client(&bank).probe_channel(probe).await.unwrap().into_inner();
        assert!(probed.reachable && probed.latency.is_some());
        assert!(probed.channel.unwrap().health.unwrap().idempotent_submit);
        set_state(&bank, "CH-1", ChannelState::Drained, |_set| {}).await.unwrap();
        let id = withdraw(&bank, "7.00", "").await;
        let row = until_state(&bank, &id, W::Settled).await;
        assert_eq!(went_over(&row), ["CH-3"]);
        close(bank, vec![first, third]).await;
    }
}

on_every_engine! {
    async fn draining_under_load_loses_nothing(bank) {
        let (bank, both) = two(bank).await;
        let mut ids = Vec::new();
        for n in 0..40 {
            if n == 15 {
                set_state(&bank, "CH-1", ChannelState::Drained, |_set| {}).await.unwrap();
            }
            ids.push(withdraw(&bank, "1.00", "").await);
        }
        for id in &ids {
            until_state(&bank, id, W::Settled).await;
        }
        let last = find(&bank, ids.last().unwrap()).await;
        assert_eq!(went_over(&last), ["CH-2"]);
        assert_eq!(channel(&bank, "CH-1").await.open_attempts, 0);
        close(bank, both).await;
    }
}

on_every_engine! {
    async fn a_channel_that_hangs_leaves_room_for_the_others(bank) {
        let (bank, both) = two(bank).await;
        // Each of these keeps its place with CH-1 until its call has timed out.
        for _ in 0..12 {
            withdraw(&bank, "1.00", "sim:timeout").await;
        }
        eventually("CH-1 has all that it may have", async || {
            channel(&bank, "CH-1").await.health.unwrap().in_flight >= 4
        })
        .await;
        assert!(channel(&bank, "CH-1").await.health.unwrap().in_flight <= 4);
        let begun = Instant::now();
        let request = WithdrawRequest {
            preferred_channel: "CH-2".to_owned(),
            ..bank.withdrawal(ACCOUNT, "1.00")
        };
        let id = bank.withdraw_with(request).await.unwrap().withdrawal_id;
        let row = until(&bank, &id, |row| !row.attempts.is_empty()).await;
        assert!(begun.elapsed() < Duration::from_secs(10), "{row:?}");
        let list = ListWithdrawalsRequest {
            account_number: ACCOUNT.to_owned(),
            page_size: 100,
            ..Default::default()
        };
        let listed = bank.withdraw_client().list_withdrawals(list).await.unwrap().into_inner();
        for row in &listed.withdrawals {
            let id = row.withdrawal_id.clone();
            let begun = Instant::now();
            while find(&bank, &id).await.state() != W::Settled {
                assert!(begun.elapsed() < PATIENCE, "{:#?}", find(&bank, &id).await);
                bank.pass(chrono::Duration::seconds(1));
                tokio::time::sleep(LOOK * 3).await;
            }
        }
        close(bank, both).await;
    }
}
