//! Statistics of channels: counted with each commit, summed once, answered from sums.

mod large;

use account_status::domain::payout::evidence::{Said, Source};
use account_status::domain::payout::reason::RejectReason;
use account_status::pb::v1::channel_service_client::ChannelServiceClient;
use account_status::pb::v1::*;
use chrono::{DateTime, TimeDelta, Utc};
use prost_types::Timestamp;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::withdrawals::paying::{Payout, bank_with_channels, dead, paid};

const N: &str = "8300000201";

pub(super) fn at(instant: DateTime<Utc>) -> Option<Timestamp> {
    Some(Timestamp { seconds: instant.timestamp(), nanos: 0 })
}

pub(super) async fn stats(
    bank: &Bank,
    query: GetChannelStatsRequest,
) -> Result<Vec<ChannelStats>, Status> {
    let mut client = ChannelServiceClient::new(bank.channel.clone());
    Ok(client.get_channel_stats(query).await?.into_inner().stats)
}

async fn roll(bank: &Bank) {
    while bank.ledger.roll().await.unwrap() > 0 {}
}

on_every_engine! {
    async fn each_attempt_counts_once_summed_or_not(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100000.00").await;
        for amount in ["10.00", "10.00", "5000.00"] {
            let payout = Payout::begin(&paying, N, amount).await;
            paying.pass(TimeDelta::seconds(2));
            payout.said(1, Source::Submit, Said::Settled(paid(amount))).await;
        }
        // The first half is summed up, the second is not.
        roll(&paying).await;
        let dead_one = Payout::begin(&paying, N, "10.00").await;
        dead_one.said(1, Source::Submit, dead(RejectReason::PayeeAccountClosed)).await;
        let unknown = Payout::begin(&paying, N, "10.00").await;
        unknown.said(1, Source::Submit, Said::NoAnswer).await;
        paying.pass(TimeDelta::minutes(5));
        unknown.said(1, Source::Inquiry, Said::Settled(paid("10.00"))).await;
        let back = Payout::begin(&paying, N, "10.00").await;
        back.said(1, Source::Submit, Said::Settled(paid("10.00"))).await;
        back.said(1, Source::Callback, Said::Returned(paid("10.00"))).await;
        let open = Payout::begin(&paying, N, "10.00").await;
        open.said(1, Source::Submit, Said::NoAnswer).await;
        paying.pass(TimeDelta::minutes(2));
        let before = stats(&paying, GetChannelStatsRequest::default()).await.unwrap();
        roll(&paying).await;
        let after = stats(&paying, GetChannelStatsRequest::default()).await.unwrap();
        assert_eq!(before, after, "to sum up changes nothing");
        let [row] = after.try_into().unwrap();
        assert_eq!((row.channel_id.as_str(), row.attempts, row.settled), ("CH-1", 7, 5));
        assert_eq!((row.failed, row.returned, row.open), (1, 1, 1));
        assert_eq!(row.success_ppm, 833_333);
        assert!(row.success_lower_ppm < 833_333 && row.success_upper_ppm > 833_333);
        assert_eq!(row.reasons, [ReasonCount { reason: "PAYEE_ACCOUNT_CLOSED".into(), count: 1 }]);
        assert_eq!((row.became_unknown, row.solved_automatically_ppm), (2, 1_000_000));
        let p50 = row.settle_p50.unwrap();
        assert!((2.0..=2.2).contains(&(p50.seconds as f64 + f64::from(p50.nanos) / 1e9)), "{p50:?}");
        let solved = row.solve_p50.unwrap();
        assert!((300..=330).contains(&solved.seconds), "{solved:?}");
        let ages: Vec<(i64, i64)> =
            row.unknown_ages.iter().map(|age| (age.from.unwrap().seconds, age.count)).collect();
        assert_eq!(ages, [(60, 1)]);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn counts_are_split_and_asked_for(bank) {
        let paying = bank_with_channels(bank.engine).await;
        paying.account(N, "100000.00").await;
        let begin = paying.now();
        for amount in ["10.00", "10.00", "5000.00"] {
            let payout = Payout::begin(&paying, N, amount).await;
            payout.said(1, Source::Submit, Said::Settled(paid(amount))).await;
            paying.pass(TimeDelta::hours(13));
        }
        roll(&paying).await;
        let window = GetChannelStatsRequest {
            start_time: at(begin),
            end_time: at(begin + TimeDelta::days(2)),
            ..GetChannelStatsRequest::default()
        };
        let split = async |by: &[StatsDimension], days: i64| {
            let query = GetChannelStatsRequest {
                group_by: by.iter().map(|by| (*by).into()).collect(),
                end_time: at(begin + TimeDelta::days(days)),
                ..window.clone()
            };
            let rows = stats(&paying, query).await.unwrap();
            let told = |row: ChannelStats| {
                let hour = row.start_time.map(|at| (at.seconds - begin.timestamp()) / 3_600);
                (row.bank_code, row.amount_band, hour, row.attempts)
            };
            rows.into_iter().map(told).collect::<Vec<_>>()
        };
        let code = payee().unwrap().bank_code;
        let (none, low, high) = (String::new(), 1, 2);
        assert_eq!(split(&[], 2).await, [(none.clone(), 0, None, 3)]);
        assert_eq!(split(&[StatsDimension::Bank], 2).await, [(code.clone(), 0, None, 3)]);
        assert_eq!(split(&[StatsDimension::Amount], 2).await,
            [(none.clone(), low, None, 2), (none.clone(), high, None, 1)]);
        let all = [StatsDimension::Bank, StatsDimension::Amount, StatsDimension::Time];
        assert_eq!(split(&all, 2).await, [
            (code.clone(), low, Some(0), 1),
            (code.clone(), low, Some(13), 1),
            (code.clone(), high, Some(26), 1),
        ]);
        // The day of 10:00 in Shanghai begins ten hours earlier.
        assert_eq!(split(&[StatsDimension::Time], 30).await,
            [(none.clone(), 0, Some(-10), 2), (none.clone(), 0, Some(14), 1)]);
        let only = |query: GetChannelStatsRequest| stats(&paying, query);
        let banded = GetChannelStatsRequest { amount_band: high, ..window.clone() };
        assert_eq!(only(banded).await.unwrap()[0].attempts, 1);
        let other = GetChannelStatsRequest { bank_code: "nobody".into(), ..window.clone() };
        assert_eq!(only(other).await.unwrap(), []);
        let first = GetChannelStatsRequest {
            end_time: at(begin + TimeDelta::hours(1)), channel_id: "CH-1".into(), ..window.clone()
        };
        assert_eq!(only(first).await.unwrap()[0].attempts, 1);
        paying.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn malformed_questions_are_refused(bank) {
        let wrong = |query: GetChannelStatsRequest| async {
            fields(&stats(&bank, query).await.unwrap_err()).join(" ")
        };
        let day = |days| at(bank.now() + TimeDelta::days(days));
        let good = GetChannelStatsRequest::default();
        let long = GetChannelStatsRequest { start_time: day(-401), ..good.clone() };
        assert_eq!(wrong(long).await, "start_time");
        let empty = GetChannelStatsRequest { start_time: day(1), end_time: day(0), ..good.clone() };
        assert_eq!(wrong(empty).await, "start_time");
        let unspecified = GetChannelStatsRequest { group_by: vec![1, 0, 9], ..good.clone() };
        assert_eq!(wrong(unspecified).await, "group_by[1] group_by[2]");
        let crooked = GetChannelStatsRequest {
            channel_id: "a b".into(), amount_band: 9, bank_code: "\u{200b}".into(), ..good
        };
        assert_eq!(wrong(crooked).await, "channel_id bank_code amount_band");
        bank.finish().await;
    }
}
