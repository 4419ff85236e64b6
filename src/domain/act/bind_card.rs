//! BindCard: a card becomes a name of the account.
//!
//! The account has to be open; what else holds on it doesn't matter, because its conditions guard
//! the money whichever name it is called by, and a frozen account's holder may need a new card. How
//! many cards the customer has is counted across accounts when the batch loads, without a lock: of
//! cards bound to several accounts of one customer at the same instant, one or two more may pass.

use serde::Serialize;
use serde_json::json;

use super::open_account::above;
use super::{Answer, Decision, Draft, not_open};
use crate::domain::batch::Loaded;
use crate::domain::card::{Card, CardNumber, CardReceipt, CardState, is_free};
use crate::domain::refusal::{Reason, Refusal, Refused};

/// A card to bind.
#[derive(Debug, Clone, Serialize)]
pub struct BindCard {
    /// Its number.
    pub card_number: CardNumber,
}

impl BindCard {
    /// Binds it, or says why not.
    ///
    /// # Errors
    /// The account's lifecycle; LIMIT_EXCEEDED when the customer has as many cards as allowed; CARD_EXISTS when the number is bound, whichever account has it.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let mut refusals: Vec<Refusal> = not_open(&draft.account).into_iter().collect();
        refusals.extend(taken(&self.card_number, loaded));
        refusals.extend(too_many(draft, loaded));
        Refused::check(refusals)?;
        let card = bound(draft, &self.card_number);
        Ok(Decision::plain("card bound", Answer::Card(Box::new(CardReceipt::of(card)))))
    }
}

/// LIMIT_EXCEEDED when the customer has as many cards as allowed.
fn too_many(draft: &Draft<'_>, loaded: &Loaded) -> Option<Refusal> {
    let used = loaded.cards_of.get(&draft.account.profile.customer_id).copied().unwrap_or(0);
    let limit = draft.rules.reviews.cards_per_customer;
    (used >= limit).then(|| above((limit, used), "cards of the customer"))
}

/// CARD_EXISTS when a number may not be bound. Nothing tells whose it is.
pub(super) fn taken(number: &CardNumber, loaded: &Loaded) -> Option<Refusal> {
    (!is_free(loaded.cards.get(number))).then(|| Refusal::of(Reason::CardExists))
}

/// The card of this number, bound to the account now.
pub(super) fn bound(draft: &mut Draft<'_>, number: &CardNumber) -> Card {
    let by = draft.principal.name.to_string();
    let card = Card {
        card_number: number.clone(),
        account_number: draft.account.number().clone(),
        card_status: CardState::Valid,
        replaced_by: None,
        bound_by: by.clone(),
        bound_time: draft.now,
        changed_by: by,
        changed_time: draft.now,
    };
    draft.written.cards_bound.push(card.clone());
    draft.written.events.push(("CARD_BOUND", json!({ "card_last4": number.last4() })));
    card
}
