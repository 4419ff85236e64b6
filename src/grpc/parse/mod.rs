//! Messages into domain types: parsed once, here, with every violation collected under its field
//! path. Inside, nothing is checked for its form again.
//!
//! The limits of each field are those that the comments of the contract state.

mod account;
mod approval;
mod card;
mod case;
mod channel;
mod channel_stats;
mod check_operation;
mod etag;
mod field;
mod freeze;
mod freeze_order;
mod freeze_read;
mod head;
mod identity;
mod objection;
mod page;
mod payout_callback;
mod platform;
mod read;
mod statement;
mod statement_csv;
mod suspense;
#[cfg(test)]
mod tests;
mod transaction;
mod watched_statuses;
mod withdrawal;
mod withdrawals;

pub(super) use account::{change_status, open_account, protect_account};
pub(super) use approval::{approval, approvals, approve, reject, withdraw_approval};
pub(super) use card::{bind_card, change_card};
pub(super) use case::{add_case_note, assign_case, case, cases, resolve_case};
pub(super) use channel::{channel_events, channel_id, set_channel_state, upsert_channel};
pub(super) use channel_stats::channel_stats;
pub(super) use check_operation::{AskedOperation, check_operation};
pub(super) use freeze::{create_freeze, release_freeze};
pub(super) use freeze_order::{deduct_freeze, renew_freeze, succeed_freeze};
pub(super) use freeze_read::{freeze_record, freeze_records};
pub(super) use identity::update_identity;
pub(super) use objection::{answer_objection, objections, record_objection};
pub(super) use page::{next_page_token, resume_token};
pub(super) use payout_callback::report_payout;
pub(super) use platform::{bind_platform, card_bindings, unknown_page};
pub(super) use read::{abnormal, account_status, account_statuses, accounts_by_customer, history};
pub(super) use statement::{Lines, statement_header};
pub(super) use suspense::{Listed, clear_inbox, clear_suspense, suspense};
pub(super) use transaction::record_transaction;
pub(super) use watched_statuses::{WatchedStatuses, unknown_position, watch_account_status};
pub(super) use withdrawal::{batch_withdraw, cancel_withdrawal, withdraw};
pub(super) use withdrawals::{Watched, watch_withdrawal, withdrawal, withdrawals};

use super::failure::{Failure, Violations};

pub(super) use etag::{case_etag, channel_etag, status_etag, suspense_etag, withdrawal_etag};
