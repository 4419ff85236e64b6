//! Tests of the rules against the documents: the expected tables are typed from the documents as
//! readable text, never taken from the code's own tables.
#![allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::as_conversions,
    clippy::wildcard_enum_match_arm,
    reason = "a test that runs over, indexes wrongly or meets a new variant fails, as it should"
)]

mod support;

mod actions;
mod actions_effects;
mod approvals;
mod approvals_emergency;
mod approvals_ends;
mod approvals_exempt;
mod approvals_sequences;
mod authority_receipts;
mod bookings;
mod cards;
mod cases_found;
mod cases_suspended;
mod cases_twice;
mod channel_breaker;
mod channel_hours;
mod channel_probe;
mod channel_quota;
mod channel_routing;
mod channel_routing_properties;
mod channel_rows;
mod channel_score;
mod channel_window;
mod check_operation;
mod content_hashes;
mod displayed_status;
mod ends;
mod freeze_control;
mod freeze_deductions;
mod freeze_exempt;
mod freeze_kinds;
mod freeze_orders;
mod freeze_protected;
mod freeze_queue;
mod freeze_releases;
mod freeze_renewals;
mod freeze_successions;
mod freeze_takes_unsent;
mod history_chain;
mod import_freezes;
mod import_transactions;
mod imports;
mod lapses;
mod law_table;
mod many_freezes;
mod objections;
mod passing;
mod passing_edges;
mod past;
mod payout_attempts;
mod payout_counts;
mod payout_evidence;
mod payout_frees;
mod payout_holds;
mod payout_honest;
mod payout_judge;
mod payout_sequences;
mod payout_waits;
mod platforms;
mod precedence;
mod properties;
mod reminders;
mod replay;
mod reviews;
mod sequences;
mod statement_coverage;
mod transactions;
mod withdrawals;
