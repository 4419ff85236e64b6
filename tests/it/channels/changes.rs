//! Changing channels: what is answered again, what is refused, and what is written down.

use ChannelEventKind as E;
use sea_orm::ConnectionTrait;

use super::*;
use crate::on_every_engine;

const URL: &str = "http://127.0.0.1:9";

fn whole() -> pb::Channel {
    let range = ChannelRange {
        currency_code: "CNY".to_owned(),
        min_amount: "1.00".to_owned(),
        max_amount: "50000.00".to_owned(),
        daily_amount: "1000000.00".to_owned(),
        float_amount: "200000.00".to_owned(),
    };
    let hours = ChannelHours {
        days: ChannelDays::NonBusinessDays.into(),
        opens: "09:00".to_owned(),
        closes: "24:00".to_owned(),
    };
    pb::Channel {
        channel_name: "Fast".to_owned(),
        ranges: vec![range],
        bank_codes: vec!["102100099996".to_owned()],
        refused_bank_codes: vec!["103".to_owned()],
        hours: vec![hours],
        daily_count: Some(10),
        in_flight_max: Some(3),
        promise: Some(prost_types::Duration { seconds: 90, nanos: 0 }),
        min_success_permille: Some(600),
        slow: Some(prost_types::Duration { seconds: 1, nanos: 500_000_000 }),
        probe_interval: Some(prost_types::Duration { seconds: 60, nanos: 0 }),
        ..configured("CH-FAST", URL, ChannelRole::Primary)
    }
}

on_every_engine! {
    async fn a_channel_is_made_shown_changed_and_its_changes_are_listed(bank) {
        let made = upsert(&bank, whole()).await.unwrap();
        let shown = channel(&bank, "CH-FAST").await;
        // It may have been probed meanwhile.
        assert_eq!(pb::Channel { health: shown.health, ..made }, shown);
        assert_eq!((shown.state(), &*shown.etag, shown.open_attempts), (ChannelState::Enabled, "c1", 0));
        let sent = pb::Channel {
            state: shown.state,
            health: shown.health,
            create_time: shown.create_time,
            update_time: shown.update_time,
            updated_by: shown.updated_by.clone(),
            etag: shown.etag.clone(),
            ..whole()
        };
        assert_eq!(sent, shown);
        let state = set_state(&bank, "CH-FAST", ChannelState::Drained, |set| {
            set.until_next_opening = true;
        })
        .await
        .unwrap();
        assert!(state.reopen_time.is_some());
        // The configuration is replaced; the state stays.
        let changed = upsert(&bank, configured("CH-FAST", URL, ChannelRole::Backup)).await.unwrap();
        assert_eq!((changed.role(), changed.state()), (ChannelRole::Backup, ChannelState::Drained));
        assert_eq!((changed.ranges.len(), &*changed.etag), (0, "c3"));
        assert_eq!(events(&bank, "CH-FAST").await, [E::Created, E::Drained, E::Changed]);
        let mut list = ListChannelEventsRequest { page_size: 2, ..Default::default() };
        let first = client(&bank).list_channel_events(list.clone()).await.unwrap().into_inner();
        list.page_token = first.next_page_token.clone();
        let second = client(&bank).list_channel_events(list).await.unwrap().into_inner();
        assert_eq!((first.events.len(), second.events.len()), (2, 1));
        assert_eq!(first.events[1].description, "as a test wants it");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_request_is_done_once_and_its_id_is_for_its_content(bank) {
        let request = upserting(whole());
        let made = client(&bank).upsert_channel(request.clone()).await.unwrap().into_inner();
        set_state(&bank, "CH-FAST", ChannelState::Disabled, |_set| {}).await.unwrap();
        // The first answer, and nothing changed.
        let again = client(&bank).upsert_channel(request.clone()).await.unwrap().into_inner();
        let (made, again) = (made.channel.unwrap(), again.channel.unwrap());
        assert_eq!(pb::Channel { health: made.health, ..again }, made);
        assert_eq!(made.etag, "c1");
        assert_eq!(channel(&bank, "CH-FAST").await.etag, "c2");
        let other = UpsertChannelRequest {
            channel: Some(configured("CH-FAST", URL, ChannelRole::Backup)),
            ..request.clone()
        };
        let refused = client(&bank).upsert_channel(other).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
        let stale = UpsertChannelRequest { etag: "c1".to_owned(), ..upserting(whole()) };
        let refused = client(&bank).upsert_channel(stale).await.unwrap_err();
        assert_eq!(reason(&refused), "ETAG_MISMATCH");
        let tried = UpsertChannelRequest {
            validate_only: true,
            ..upserting(configured("CH-NEW", URL, ChannelRole::Primary))
        };
        client(&bank).upsert_channel(tried).await.unwrap();
        let list = client(&bank).list_channels(ListChannelsRequest {}).await.unwrap().into_inner();
        assert_eq!(list.channels.len(), 1);
        assert_eq!(events(&bank, "CH-FAST").await, [E::Created, E::Disabled]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn ten_at_once_with_one_request_id_make_one_channel(bank) {
        let request = upserting(whole());
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (mut client, request) = (client(&bank), request.clone());
            calls.spawn(async move { client.upsert_channel(request).await.map(|_| ()) });
        }
        while let Some(done) = calls.join_next().await {
            done.unwrap().unwrap();
        }
        assert_eq!(events(&bank, "CH-FAST").await, [E::Created]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn ten_at_once_with_one_request_id_change_it_once(bank) {
        upsert(&bank, whole()).await.unwrap();
        a_moment_later(&bank);
        let channel = configured("CH-FAST", URL, ChannelRole::Backup);
        let request = UpsertChannelRequest { etag: "c1".to_owned(), ..upserting(channel) };
        let mut calls = tokio::task::JoinSet::new();
        for _ in 0..10 {
            let (mut client, request) = (client(&bank), request.clone());
            calls.spawn(async move { client.upsert_channel(request).await });
        }
        while let Some(done) = calls.join_next().await {
            let answer = done.unwrap().unwrap().into_inner();
            assert_eq!(answer.channel.unwrap().etag, "c2");
        }
        assert_eq!(events(&bank, "CH-FAST").await, [E::Created, E::Changed]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_only_asks_is_not_answered_from_memory(bank) {
        let made = upserting(whole());
        client(&bank).upsert_channel(made.clone()).await.unwrap();
        let asks = |channel, etag: &str| UpsertChannelRequest {
            channel: Some(channel),
            validate_only: true,
            etag: etag.to_owned(),
            ..made.clone()
        };
        let other = configured("CH-FAST", URL, ChannelRole::Backup);
        let answer = client(&bank).upsert_channel(asks(other, "c1")).await.unwrap().into_inner();
        let answer = answer.channel.unwrap();
        assert_eq!((answer.role(), &*answer.etag), (ChannelRole::Backup, "c2"));
        let stale = client(&bank).upsert_channel(asks(whole(), "c7")).await.unwrap_err();
        assert_eq!(reason(&stale), "ETAG_MISMATCH");
        let shown = channel(&bank, "CH-FAST").await;
        assert_eq!((shown.role(), &*shown.etag), (ChannelRole::Primary, "c1"));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn there_are_no_more_channels_than_are_read(bank) {
        let database = bank.database().await;
        upsert(&bank, configured("CH-FIRST", URL, ChannelRole::Primary)).await.unwrap();
        // As another replica makes them, of which this one has not heard yet.
        let columns = "url, channel_name, state, state_reason, reopen_time, role, priority, ranges,
            bank_codes, refused_bank_codes, hours, daily_count, in_flight_max, promise_secs,
            min_success_permille, slow_ms, probe_secs, version, created_by, create_time, updated_by,
            update_time";
        for place in 1..199 {
            let copy = format!(
                "INSERT INTO channel (channel_id, {columns})
                    SELECT 'CH-N{place}', {columns} FROM channel WHERE channel_id = 'CH-FIRST'"
            );
            database.execute_unprepared(&copy).await.unwrap();
        }
        let mut calls = tokio::task::JoinSet::new();
        for place in 0..5 {
            let channel = configured(&format!("CH-X{place}"), URL, ChannelRole::Primary);
            let (mut client, request) = (client(&bank), upserting(channel));
            calls.spawn(async move { client.upsert_channel(request).await });
        }
        let answers = calls.join_all().await;
        let refused: Vec<_> = answers.iter().filter_map(|done| done.as_ref().err()).collect();
        assert_eq!(refused.len(), 4, "{answers:?}");
        assert!(refused.iter().all(|status| reason(status) == "LIMIT_EXCEEDED"), "{refused:?}");
        database.close().await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_can_not_be_is_refused_by_its_field(bank) {
        let bad = pb::Channel {
            channel_id: "CH 1".to_owned(),
            url: "https://channel".to_owned(),
            role: 0,
            priority: 0,
            ..pb::Channel::default()
        };
        let refused = upsert(&bank, bad).await.unwrap_err();
        let fields = ["channel.channel_id", "channel.role", "channel.url", "channel.priority"];
        assert_eq!(calls::fields(&refused), fields);
        let told = pb::Channel { url: "http://user:secret@127.0.0.1:1".to_owned(), ..whole() };
        assert_eq!(calls::fields(&upsert(&bank, told).await.unwrap_err()), ["channel.url"]);
        let mut bad = whole();
        bad.ranges[0].min_amount = "60000.00".to_owned();
        bad.hours[0].closes = "9am".to_owned();
        bad.slow = Some(prost_types::Duration { seconds: 61, nanos: 0 });
        let refused = upsert(&bank, bad).await.unwrap_err();
        let fields = ["channel.hours[0].closes", "channel.slow", "channel.ranges[0].max_amount"];
        assert_eq!(calls::fields(&refused), fields);
        let nobody = set_state(&bank, "CH-9", ChannelState::Enabled, |_set| {}).await.unwrap_err();
        assert_eq!(reason(&nobody), "CHANNEL_NOT_FOUND");
        let probe = ProbeChannelRequest { channel_id: "CH-9".to_owned() };
        let nobody = client(&bank).probe_channel(probe).await.unwrap_err();
        assert_eq!(reason(&nobody), "CHANNEL_NOT_FOUND");
        upsert(&bank, configured("CH-1", URL, ChannelRole::Primary)).await.unwrap();
        let always = set_state(&bank, "CH-1", ChannelState::Drained, |set| {
            set.until_next_opening = true;
        });
        assert_eq!(calls::fields(&always.await.unwrap_err()), ["until_next_opening"]);
        let silent = set_state(&bank, "CH-1", ChannelState::Disabled, |set| set.reason.clear());
        assert_eq!(calls::fields(&silent.await.unwrap_err()), ["reason"]);
        bank.finish().await;
    }
}
