//! Cases, their ways, and what stands in suspense.

use super::{money, timestamp};
use crate::domain::case::{Case, CaseEntry};
use crate::domain::money::Direction;
use crate::domain::suspense::{InboxItem, Stray, SuspenseItem};
use crate::domain::transaction::Booking;
use crate::grpc::names::Named;
use crate::grpc::parse::{case_etag, suspense_etag};
use crate::pb::v1;

/// A case.
pub(crate) fn case(row: &Case) -> v1::WithdrawalCase {
    v1::WithdrawalCase {
        case_id: row.case_id.as_str().to_owned(),
        account_number: row.account_number.as_str().to_owned(),
        withdrawal_id: row.withdrawal_id.clone(),
        attempt_number: row.attempt_number,
        channel: row.channel_id.clone(),
        subject_id: row.subject_id.clone(),
        cause: row.cause.number(),
        state: row.state.number(),
        amount: row.amount_minor.zip(row.currency_code).map(|(minor, code)| money(minor, code)),
        owner_role: row.owner_role.number(),
        owner: row.owner.clone(),
        open_time: Some(timestamp(row.open_time)),
        due_time: Some(timestamp(row.due_time)),
        reminders: row.reminders,
        escalations: row.escalations,
        next_reminder_time: row.next_reminder_time.map(timestamp),
        acknowledged_by: row.acknowledged_by.clone(),
        acknowledge_time: row.acknowledge_time.map(timestamp),
        resolution: row.resolution.map_or(0, Named::number),
        resolved_by: row.resolved_by.clone(),
        approved_by: row.approved_by.clone(),
        resolve_time: row.resolve_time.map(timestamp),
        root_cause: row.root_cause.map_or(0, Named::number),
        analysis: row.analysis.clone(),
        update_time: Some(timestamp(row.update_time)),
        etag: case_etag(row.version),
    }
}

/// One step of a case's way.
pub(crate) fn case_entry(row: CaseEntry) -> v1::CaseEntry {
    v1::CaseEntry {
        phase: row.phase.number(),
        kind: row.kind.number(),
        principal: row.principal,
        text: row.text,
        institution: row.institution,
        reference: row.reference,
        entry_time: Some(timestamp(row.entry_time)),
    }
}

/// Money beside an account.
pub(crate) fn suspense_item(row: &SuspenseItem) -> v1::SuspenseItem {
    let (kind, description) = match (row.booking, row.direction) {
        (Booking::Receivable, Direction::Debit) => {
            (v1::SuspenseKind::Receivable, "paid although the account had not the money: owed")
        }
        (Booking::Receivable, Direction::Credit) => {
            (v1::SuspenseKind::Receivable, "came back of what the account owes")
        }
        (Booking::Suspense | Booking::Balance, Direction::Debit) => {
            (v1::SuspenseKind::Suspense, "left the bank beside the account")
        }
        (Booking::Suspense | Booking::Balance, Direction::Credit) => {
            (v1::SuspenseKind::Suspense, "came, and the account could not take it")
        }
    };
    v1::SuspenseItem {
        item_id: row.item_id.as_str().to_owned(),
        kind: kind.into(),
        account_number: row.account_number.as_str().to_owned(),
        withdrawal_id: row.withdrawal_id.clone(),
        channel: row.channel_id.clone(),
        amount: Some(money(row.amount_minor, row.currency_code)),
        direction: row.direction.number(),
        payout_key: String::new(),
        said: 0,
        description: description.to_owned(),
        open: row.clearing.is_none(),
        case_id: row.case_id.clone(),
        create_time: Some(timestamp(row.create_time)),
        clearing: row.clearing.map_or(0, Named::number),
        clearing_reference: row.clearing_reference.clone(),
        clearing_reason: row.clearing_reason.clone(),
        cleared_by: row.cleared_by.clone(),
        approved_by: row.approved_by.clone(),
        clear_time: row.clear_time.map(timestamp),
        etag: suspense_etag(row.version),
    }
}

/// What a channel said of something that we don't know.
pub(crate) fn inbox_item(row: &InboxItem) -> v1::SuspenseItem {
    let said: &'static str = row.said.into();
    let why = match row.stray {
        Stray::UnknownKey => "a key that it was not given, or not with this routing token",
        Stray::ForeignChannel => "a key that was given to another channel",
    };
    v1::SuspenseItem {
        item_id: row.inbox_id.clone(),
        kind: v1::SuspenseKind::Inbox.into(),
        channel: row.channel_id.as_str().to_owned(),
        amount: row.amount_minor.zip(row.currency_code).map(|(minor, code)| money(minor, code)),
        payout_key: row.payout_key.clone(),
        said: row.stray.number(),
        description: format!("the channel says {said} of {why}"),
        open: row.clearing.is_none(),
        create_time: Some(timestamp(row.create_time)),
        clearing: row.clearing.map_or(0, Named::number),
        clearing_reference: row.clearing_reference.clone(),
        clearing_reason: row.clearing_reason.clone(),
        cleared_by: row.cleared_by.clone(),
        clear_time: row.clear_time.map(timestamp),
        etag: suspense_etag(row.version),
        ..v1::SuspenseItem::default()
    }
}
