//! Rows of the status history, and what held at an instant.

use chrono::{DateTime, Utc};

use super::timestamp;
use crate::domain::condition::ConditionSummary;
use crate::domain::history::StatusChange;
use crate::domain::past::Held;
use crate::domain::status::AccountStatus;
use crate::grpc::names::Named;
use crate::pb::v1;

/// A row, masked already.
pub(crate) fn status_change(row: &StatusChange) -> v1::StatusChange {
    let status = |code: &str| AccountStatus::from_code(code).map(Named::number);
    v1::StatusChange {
        change_id: row.change_id.as_str().to_owned(),
        account_number: row.account_number.as_str().to_owned(),
        sequence: row.sequence,
        old_status: status(&row.old_status),
        new_status: status(&row.new_status).unwrap_or_default(),
        old_status_code: row.old_status.clone(),
        new_status_code: row.new_status.clone(),
        change_reason: row.change_reason.clone(),
        cause: row.cause.map_or(0, Named::number),
        change_by: row.change_by.clone(),
        effective_time: Some(timestamp(row.change_date)),
        record_time: Some(timestamp(row.recorded_time)),
        approval_status: row.approval_status.number(),
        lifecycle_before: row.lifecycle_before.map(Named::number),
        lifecycle_after: row.lifecycle_after.number(),
        conditions_before: row.conditions_before.iter().map(summary).collect(),
        conditions_after: row.conditions_after.iter().map(summary).collect(),
        hash: row.hash.clone(),
        previous_hash: row.previous_hash.clone(),
        approved_by: row.approved_by.clone().unwrap_or_default(),
    }
}

/// What held at an instant, masked already; `None` before the account began.
pub(crate) fn account_status_at(at: DateTime<Utc>, held: Option<&Held>) -> v1::AccountStatusAt {
    let as_of = Some(timestamp(at));
    let Some(held) = held else {
        return v1::AccountStatusAt { as_of, ..v1::AccountStatusAt::default() };
    };
    v1::AccountStatusAt {
        as_of,
        status: Some(held.status.number()),
        status_code: held.status.code().to_owned(),
        status_name: held.status.name().to_owned(),
        lifecycle: Some(held.lifecycle.number()),
        conditions: held.conditions.iter().map(summary).collect(),
        since_time: Some(timestamp(held.since)),
        status_change: held.began.as_ref().map(status_change),
    }
}

fn summary(summary: &ConditionSummary) -> v1::ConditionSummary {
    v1::ConditionSummary {
        condition_id: summary.id.clone(),
        condition: summary.kind.number(),
        cause: summary.cause.map_or(0, Named::number),
    }
}
