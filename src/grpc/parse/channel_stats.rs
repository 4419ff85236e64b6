//! Statistics of channels.

use chrono::{DateTime, TimeDelta, Utc};

use super::field::ID_MAX;
use super::{Failure, Violations};
use crate::ask::channel_stats::StatsQuery;
use crate::domain::id::ChannelId;
use crate::domain::payout::counting::hour_of;
use crate::domain::payout::rollup::up_to_hour;
use crate::domain::payout::tally::AmountBand;
use crate::grpc::names::Named;
use crate::pb::v1;

/// The longest window.
const WINDOW_MAX: TimeDelta = TimeDelta::days(400);
/// The window when nothing is said.
const WINDOW_DEFAULT: TimeDelta = TimeDelta::hours(24);

/// GetChannelStats: which counts.
pub(crate) fn channel_stats(
    body: &v1::GetChannelStatsRequest,
    now: DateTime<Utc>,
) -> Result<StatsQuery, Failure> {
    let mut wrong = Violations::new();
    let channel_id = if body.channel_id.is_empty() {
        None
    } else {
        wrong.typed_id("channel_id", &body.channel_id, ChannelId::parse)
    };
    let bank_code = wrong.id("bank_code", body.bank_code.clone(), ID_MAX);
    let band = match v1::AmountBand::try_from(body.amount_band) {
        Ok(band) => AmountBand::domain(band),
        Err(_) => {
            wrong.add("amount_band", "is not a value of this enum");
            None
        }
    };
    let end = wrong.time("end_time", body.end_time).unwrap_or(now);
    let start = wrong.time("start_time", body.start_time);
    let start = start.unwrap_or_else(|| end.checked_sub_signed(WINDOW_DEFAULT).unwrap_or(end));
    // Before both are rounded: the window is as long as the caller says.
    if start >= end {
        wrong.add("start_time", "must be before end_time");
    } else if end.signed_duration_since(start) > WINDOW_MAX {
        wrong.add("start_time", "must be at most 400 days before end_time");
    }
    let (start, end) = (hour_of(start), up_to_hour(end));
    let by = wrong.dimensions(&body.group_by);
    wrong.check()?;
    Ok(StatsQuery {
        channel_id,
        bank_code: Some(bank_code).filter(|code| !code.is_empty()),
        band,
        start,
        end,
        by_bank: by.contains(&v1::StatsDimension::Bank),
        by_band: by.contains(&v1::StatsDimension::Amount),
        by_time: by.contains(&v1::StatsDimension::Time),
    })
}

impl Violations {
    fn dimensions(&mut self, numbers: &[i32]) -> Vec<v1::StatsDimension> {
        let mut by = Vec::new();
        for (place, number) in numbers.iter().enumerate() {
            let field = format!("group_by[{place}]");
            match v1::StatsDimension::try_from(*number) {
                Ok(v1::StatsDimension::Unspecified) => self.add(&field, "is required"),
                Ok(dimension) => by.push(dimension),
                Err(_) => self.add(&field, "is not a value of this enum"),
            }
        }
        by
    }
}
