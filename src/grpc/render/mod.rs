//! Domain values into messages. What the caller may not see was masked before ([`mask`]); where a
//! hidden value has to show as UNSPECIFIED instead of empty text, it is left out here.

mod account;
mod approval;
mod card;
mod case;
mod channel;
mod check;
mod code;
mod condition;
mod freeze;
mod freeze_answer;
mod freeze_kind;
mod history;
mod identity;
mod objection;
mod platform;
mod transaction;
mod withdrawal;

pub(super) use account::account_status;
pub(super) use approval::approval;
pub(super) use card::{card, card_info};
pub(super) use case::{case, case_entry, inbox_item, suspense_item};
pub(super) use channel::{channel, channel_event, latency};
pub(super) use check::operation_check;
pub(super) use code::status_codes;
pub(super) use freeze::{freeze_record, freeze_record_with_acts, freeze_records};
pub(super) use freeze_answer::{authority_answer, deduction, next_in_line, receipt_text};
pub(super) use freeze_kind::authority_kinds;
pub(super) use history::{account_status_at, status_change};
pub(super) use identity::identity;
pub(super) use objection::objection;
pub(super) use platform::{card_binding, platform_binding};
pub(super) use transaction::transaction;
pub(super) use withdrawal::{withdrawal, withdrawal_with_attempts};

use super::caller::Caller;
use crate::ask::mask;
use crate::domain::command::Effect;
use crate::domain::freeze::{Disclosure, Freeze};
use crate::domain::id::FreezeId;
use crate::domain::money::{Currency, Minor, Money};
use crate::pb::v1;
use crate::wire::{self, timestamp};

/// How much of an account an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Without personal data and without freeze detail.
    Basic,
    /// All that the caller may see.
    Full,
}

fn money(minor: Minor, currency: Currency) -> v1::Money {
    wire::money(Money { minor, currency })
}

/// Whether a freeze is hidden from the caller.
fn hides(freeze: &Freeze, caller: &Caller) -> bool {
    mask::hides(freeze, &caller.principal)
}

/// Whether the customer may never hear what a freeze is about, whoever asks.
fn is_confidential(freeze: &Freeze) -> bool {
    freeze.disclosure == Disclosure::Confidential
}

/// The id of something that a command made; empty when nothing was made.
fn made_id(id: &str, effect: Effect) -> String {
    match effect {
        Effect::Take => id.to_owned(),
        Effect::ValidateOnly => String::new(),
    }
}

/// What a command does to a freeze: one that the request names was there before.
pub(super) fn made(id: &FreezeId, named: &str, effect: Effect) -> Effect {
    if id.as_str() == named { Effect::Take } else { effect }
}
