//! Binding a card, and what may become of it.

use super::head::Head;
use super::{Failure, Violations};
use crate::domain::act::bind_card::BindCard;
use crate::domain::act::change_card::ChangeCard;
use crate::domain::card::CardAction;
use crate::domain::command::{Command, Envelope};
use crate::grpc::caller::Caller;
use crate::pb::v1;

/// BindCard.
pub(crate) fn bind_card(body: &v1::BindCardRequest, caller: &Caller) -> Result<Envelope, Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let card_number = wrong.card_number("card_number", &body.card_number);
    let Some(card_number) = card_number else { return Err(wrong.into()) };
    head.seal(wrong, caller, Command::BindCard(BindCard { card_number }))
}

/// ChangeCard, with the action that decides which scope it needs.
pub(crate) fn change_card(
    body: &v1::ChangeCardRequest,
    caller: &Caller,
) -> Result<(CardAction, Envelope), Failure> {
    let mut wrong = Violations::new();
    let head = Head::read(&mut wrong, &body.account_number, &body.request_id, body.validate_only)
        .at_version(&mut wrong, &body.etag);
    let card_number = wrong.card_number("card_number", &body.card_number);
    let action = wrong.choice::<CardAction>("action", body.action);
    let new = &body.new_card_number;
    let (new_card_number, malformed) = match new.as_str() {
        "" => (None, false),
        new => {
            let parsed = wrong.card_number("new_card_number", new);
            (parsed.clone(), parsed.is_none())
        }
    };
    let (Some(card_number), Some(action)) = (card_number, action) else { return Err(wrong.into()) };
    let change = ChangeCard { card_number, action, new_card_number };
    if !malformed {
        wrong.extend(change.violations());
    }
    Ok((action, head.seal(wrong, caller, Command::ChangeCard(change))?))
}
