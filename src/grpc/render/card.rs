//! Cards: whole for who binds and changes them, four digits for who asks about an account.

use super::timestamp;
use crate::ask::mask;
use crate::domain::card::{Card, CardNumber};
use crate::grpc::caller::Caller;
use crate::grpc::names::Named;
use crate::pb::v1;

/// A card, its numbers as the caller may read them.
pub(crate) fn card(card: &Card, caller: &Caller) -> v1::Card {
    let shown = |number: &CardNumber| mask::card_number(number, &caller.principal);
    v1::Card {
        card_number: shown(&card.card_number),
        account_number: card.account_number.as_str().to_owned(),
        state: card.card_status.number(),
        bind_time: Some(timestamp(card.bound_time)),
        change_time: Some(timestamp(card.changed_time)),
        replaced_by: card.replaced_by.as_ref().map(shown).unwrap_or_default(),
    }
}

/// The card by which an account was asked for.
pub(crate) fn card_info(card: &Card) -> v1::CardInfo {
    v1::CardInfo {
        card_last4: card.card_number.last4().to_owned(),
        state: card.card_status.number(),
    }
}
