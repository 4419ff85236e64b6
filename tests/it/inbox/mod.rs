//! What channels say of nothing that we know: kept once, listed, cleared by one person.

use account_status::domain::id::{ChannelId, RequestId};
use account_status::domain::inbox::{ClearInbox, OPEN_MAX};
use account_status::domain::payout::evidence::Said;
use account_status::domain::payout::evidence::Source;
use account_status::domain::principal::Principal;
use account_status::domain::suspense::{Clearing, InboxItem, Stray};
use account_status::ledger::Failure;
use account_status::pb::channel::v1 as channel;
use account_status::pb::channel::v1::payout_callback_service_client::PayoutCallbackServiceClient;
use account_status::pb::channel::v1::payout_result::Result as Reported;
use account_status::store::inbox::{InboxFilter, InboxPlace};
use account_status::store::{Pools, Store};
use chrono::TimeDelta;
use sea_orm::ConnectionTrait;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::withdrawals::paying::{Payout, bank_with_channels};

const N: &str = "8300000001";

pub(crate) async fn store(bank: &Bank) -> Store {
    Store::connect(&bank.url, Pools { writers: 1, readers: 1 }).await.unwrap()
}

/// All that is open, or all that ever came.
pub(crate) async fn items(bank: &Bank, include_cleared: bool) -> Vec<InboxItem> {
    let store = store(bank).await;
    let filter = InboxFilter { channel_id: None, include_cleared };
    let found = store.inbox_list(&filter, None, 1_000).await.unwrap();
    store.close().await;
    found
}

async fn report(bank: &Bank, (by, key, token): (&str, &str, &str)) -> Result<(), Status> {
    let settled = channel::Settled { amount: cny("10.00"), ..Default::default() };
    let report = channel::ReportPayoutRequest {
        channel_id: by.to_owned(),
        payout_key: key.to_owned(),
        routing_token: token.to_owned(),
        result: Some(channel::PayoutResult { result: Some(Reported::Settled(settled)) }),
    };
    PayoutCallbackServiceClient::new(bank.channel.clone()).report_payout(report).await.map(drop)
}

fn dismiss(id: &str) -> ClearInbox {
    ClearInbox {
        inbox_id: id.to_owned(),
        clearing: Clearing::Dismiss,
        reference: String::new(),
        reason: "about nothing of ours".to_owned(),
        expected_version: None,
    }
}

async fn clear(bank: &Bank, what: &ClearInbox, request: &str) -> Result<InboxItem, String> {
    let (who, request) = (Principal::service("clerk"), RequestId::parse(request).unwrap());
    bank.ledger.clear_inbox(what, &who, &request).await.map_err(|failure| match failure {
        Failure::Refused(refused) => refused.reason().name().to_owned(),
        other => other.to_string(),
    })
}

on_every_engine! {
    async fn what_fits_nothing_is_kept_once_and_told_apart(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100.00").await;
        let payout = Payout::begin(&paying, N, "10.00").await;
        let key = payout.key(1);
        for _ in 0..3 {
            report(&paying, ("CH-1", "never-given.1", N)).await.unwrap();
            report(&paying, ("CH-2", &key, N)).await.unwrap();
        }
        report(&paying, ("CH-1", &key, "6222021234567890129")).await.unwrap();
        report(&paying, ("CH-1", &key, "not-a-token")).await.unwrap();
        let kept = items(&paying, false).await;
        let mut told: Vec<_> = kept
            .iter()
            .map(|item| (item.channel_id.as_str(), item.payout_key.as_str(), item.stray))
            .collect();
        told.sort_by_key(|(channel, key, _)| (*channel, key.len()));
        assert_eq!(told, [
            ("CH-1", "never-given.1", Stray::UnknownKey),
            ("CH-1", key.as_str(), Stray::UnknownKey),
            ("CH-2", key.as_str(), Stray::ForeignChannel),
        ]);
        assert!(kept.iter().all(|item| {
            item.amount_minor == Some(1_000) && item.source == Source::Callback && item.version == 1
        }));
        let store = store(&paying).await;
        let only = ChannelId::parse("CH-1");
        let filter = InboxFilter { channel_id: only, include_cleared: false };
        let first = store.inbox_list(&filter, None, 1).await.unwrap();
        let rest = store.inbox_list(&filter, Some(&InboxPlace::of(&first[0])), 10).await.unwrap();
        assert_eq!((first.len(), rest.len()), (1, 1));
        store.close().await;
        // Nothing was moved by it.
        assert_eq!(paying.available(N).await, "90.00");
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn one_person_clears_it_and_the_same_request_answers_the_same(bank) {
        for key in ["a.1", "b.1"] {
            report(&bank, ("CH-1", key, "token")).await.unwrap();
        }
        let [a, b] = items(&bank, false).await.try_into().unwrap();
        let cleared = clear(&bank, &dismiss(&a.inbox_id), "r-1").await.unwrap();
        assert_eq!((cleared.clearing, cleared.version), (Some(Clearing::Dismiss), 2));
        assert_eq!((cleared.cleared_by.as_str(), cleared.clear_time), ("clerk", Some(bank.now())));
        assert_eq!(clear(&bank, &dismiss(&a.inbox_id), "r-1").await, Ok(cleared));
        let refused = |what: &str| Err(what.to_owned());
        assert_eq!(clear(&bank, &dismiss(&b.inbox_id), "r-1").await, refused("REQUEST_ID_REUSED"));
        assert_eq!(clear(&bank, &dismiss(&a.inbox_id), "r-2").await, refused("ACTION_NOT_APPLICABLE"));
        assert_eq!(clear(&bank, &dismiss("no-such"), "r-3").await, refused("SUSPENSE_NOT_FOUND"));
        let stale = ClearInbox { expected_version: Some(7), ..dismiss(&b.inbox_id) };
        assert_eq!(clear(&bank, &stale, "r-4").await, refused("ETAG_MISMATCH"));
        let outside = ClearInbox { clearing: Clearing::SettledOutside, ..dismiss(&b.inbox_id) };
        assert_eq!(clear(&bank, &outside, "r-5").await, refused("ACTION_NOT_APPLICABLE"));
        let settled = ClearInbox { reference: "transfer 7".to_owned(), ..outside };
        assert_eq!(clear(&bank, &settled, "r-5").await, refused("REQUEST_ID_REUSED"));
        assert_eq!(clear(&bank, &settled, "r-6").await.unwrap().clearing_reference, "transfer 7");
        assert_eq!(items(&bank, false).await, []);
        assert_eq!(items(&bank, true).await.len(), 2);
        // What is cleared and comes again is known.
        report(&bank, ("CH-1", "a.1", "token")).await.unwrap();
        assert_eq!(items(&bank, false).await, []);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_refusal_is_remembered_for_thirty_days_and_a_stale_etag_is_not(bank) {
        for key in ["a.1", "b.1"] {
            report(&bank, ("CH-1", key, "token")).await.unwrap();
        }
        let [a, b] = items(&bank, false).await.try_into().unwrap();
        let refused = |what: &str| Err(what.to_owned());
        let outside = ClearInbox { clearing: Clearing::SettledOutside, ..dismiss(&a.inbox_id) };
        assert_eq!(clear(&bank, &outside, "r-1").await, refused("ACTION_NOT_APPLICABLE"));
        assert_eq!(clear(&bank, &outside, "r-1").await, refused("ACTION_NOT_APPLICABLE"));
        assert_eq!(clear(&bank, &dismiss(&a.inbox_id), "r-1").await, refused("REQUEST_ID_REUSED"));
        let stale = ClearInbox { expected_version: Some(7), ..dismiss(&b.inbox_id) };
        assert_eq!(clear(&bank, &stale, "r-2").await, refused("ETAG_MISMATCH"));
        let fresh = ClearInbox { expected_version: Some(1), ..stale };
        let cleared = clear(&bank, &fresh, "r-2").await.unwrap();
        // Whoever lost the answer reads the item again, and asks with its etag of now.
        let read_again = ClearInbox { expected_version: Some(2), ..fresh };
        assert_eq!(clear(&bank, &read_again, "r-2").await, Ok(cleared.clone()));
        bank.pass(TimeDelta::days(31));
        assert_eq!(clear(&bank, &dismiss(&a.inbox_id), "r-1").await.unwrap().version, 2);
        assert_eq!(clear(&bank, &outside, "r-1").await, refused("REQUEST_ID_REUSED"));
        assert_eq!(clear(&bank, &read_again, "r-2").await, Ok(cleared));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn ten_at_once_with_one_request_id_are_answered_alike(bank) {
        report(&bank, ("CH-1", "a.1", "token")).await.unwrap();
        let [item] = items(&bank, false).await.try_into().unwrap();
        let what = ClearInbox { expected_version: Some(1), ..dismiss(&item.inbox_id) };
        let answers = futures::future::join_all((0..10).map(|_| clear(&bank, &what, "r-1"))).await;
        assert_eq!(answers[0].as_ref().unwrap().version, 2);
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_flood_is_refused_and_never_dropped(bank) {
        let database = bank.database().await;
        let series = match bank.engine {
            crate::harness::Engine::Postgres => format!("SELECT n::text FROM generate_series(1, {OPEN_MAX}) n"),
            crate::harness::Engine::Sqlite => format!(
                "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {OPEN_MAX})
                SELECT CAST(n AS text) FROM s"
            ),
        };
        let fill = format!(
            "INSERT INTO inbox (inbox_id, channel_id, payout_key, routing_token, stray, source, said,
                channel_code, received_by, create_time, clearing_reference, clearing_reason,
                cleared_by, version)
            SELECT s.n, 'CH-1', s.n, '', 'UNKNOWN_KEY', 'CALLBACK', 'SETTLED', '', 'it',
                '2026-03-10T02:00:00.000000+00:00', '', '', '', 1 FROM ({}) s",
            series.replace("n::text", "n::text AS n").replace("AS text)", "AS text) AS n")
        );
        database.execute_unprepared(&fill).await.unwrap();
        let refused = report(&bank, ("CH-1", "one-more.1", "token")).await.unwrap_err();
        assert_eq!(reason(&refused), "OVERLOADED");
        assert_eq!(refused.code(), tonic::Code::ResourceExhausted);
        database.execute_unprepared("DELETE FROM inbox WHERE inbox_id = '1'").await.unwrap();
        report(&bank, ("CH-1", "one-more.1", "token")).await.unwrap();
        database.close().await.unwrap();
        bank.finish().await;
    }
}

#[test]
fn the_same_statement_is_one_item_and_another_is_another() {
    use account_status::domain::inbox::Hearsay;
    let one = Hearsay {
        channel_id: ChannelId::parse("CH-1").unwrap(),
        payout_key: "a.1".to_owned(),
        routing_token: "t".to_owned(),
        source: Source::Callback,
        said: Said::Tombstone,
        channel_code: String::new(),
    };
    let other_token = Hearsay { routing_token: "u".to_owned(), ..one.clone() };
    assert_eq!(one.inbox_id(), other_token.inbox_id());
    let others = [
        Hearsay { channel_id: ChannelId::parse("CH-2").unwrap(), ..one.clone() },
        Hearsay { payout_key: "a.2".to_owned(), ..one.clone() },
        Hearsay { source: Source::Statement, ..one.clone() },
        Hearsay { said: Said::Accepted, ..one.clone() },
    ];
    assert!(others.iter().all(|other| other.inbox_id() != one.inbox_id()));
}
