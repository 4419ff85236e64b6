//! GetChannelStats: how channels are doing.

use chrono::TimeDelta;

use super::caller::Caller;
use super::failure::Failure;
use super::handler::require;
use super::names::Named;
use super::parse;
use crate::ask::Ask;
use crate::ask::channel_stats::{Group, Stats};
use crate::domain::payout::settle_time::percentile;
use crate::domain::principal::Scope;
use crate::pb::v1;
use crate::wire::timestamp;

/// Answers the call.
pub(super) async fn get_channel_stats(
    ask: &Ask,
    caller: &Caller,
    body: v1::GetChannelStatsRequest,
) -> Result<v1::GetChannelStatsResponse, Failure> {
    let query = parse::channel_stats(&body, ask.now())?;
    require(caller, Scope::ChannelRead)?;
    let rows = ask.channel_stats(&query).await?;
    Ok(v1::GetChannelStatsResponse {
        stats: rows.into_iter().map(|(group, stats)| row(group, &stats)).collect(),
        start_time: Some(timestamp(query.start)),
        end_time: Some(timestamp(query.end)),
    })
}

fn row((channel_id, bank_code, band, start_time): Group, stats: &Stats) -> v1::ChannelStats {
    let settle = |percent| percentile(&stats.settle_times, percent).map(duration);
    let solve = |percent| percentile(&stats.solve_times, percent).map(duration);
    let (success_ppm, interval) = stats.success();
    let reasons = stats.reasons.iter().cloned();
    let ages = stats.unknown_ages.iter();
    v1::ChannelStats {
        channel_id: channel_id.as_str().to_owned(),
        bank_code,
        amount_band: band.map_or(0, Named::number),
        start_time: start_time.map(timestamp),
        attempts: stats.started,
        settled: stats.settled,
        failed: stats.dead,
        returned: stats.returned,
        open: stats.open(),
        success_ppm,
        success_lower_ppm: interval.lower_ppm,
        success_upper_ppm: interval.upper_ppm,
        settle_p50: settle(50),
        settle_p95: settle(95),
        settle_p99: settle(99),
        reasons: reasons.map(|(reason, count)| v1::ReasonCount { reason, count }).collect(),
        became_unknown: stats.became_unknown,
        solved_automatically_ppm: stats.solved_by_itself_ppm(),
        solve_p50: solve(50),
        solve_p95: solve(95),
        unknown_ages: ages
            .map(|(from, count)| v1::AgeCount { from: Some(duration(*from)), count: *count })
            .collect(),
    }
}

fn duration(span: TimeDelta) -> prost_types::Duration {
    prost_types::Duration { seconds: span.num_seconds(), nanos: span.subsec_nanos() }
}
