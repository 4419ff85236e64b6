//! ChangeCard: carries out the actions of the table of card actions ([`crate::domain::card`]).

use serde::Serialize;
use serde_json::json;

use super::bind_card::{bound, taken};
use super::{Answer, Decision, Draft, not_open};
use crate::domain::account::Account;
use crate::domain::batch::Loaded;
use crate::domain::card::{Card, CardAction, CardNumber, CardReceipt};
use crate::domain::refusal::{Fact, Reason, Refusal, Refused, Violation};

/// A card to change.
#[derive(Debug, Clone, Serialize)]
pub struct ChangeCard {
    /// Its number.
    pub card_number: CardNumber,
    /// What to do.
    pub action: CardAction,
    /// The card that takes its place; only with REPLACE.
    pub new_card_number: Option<CardNumber>,
}

impl ChangeCard {
    /// What is wrong whatever the account looks like.
    pub fn violations(&self) -> Vec<Violation> {
        let replaces = self.action == CardAction::Replace;
        let text = match &self.new_card_number {
            None if replaces => "is required with REPLACE",
            Some(_) if !replaces => "goes with REPLACE",
            Some(new) if *new == self.card_number => "is the card itself",
            None | Some(_) => return Vec::new(),
        };
        vec![Violation::new("new_card_number", text)]
    }

    /// The card, when it is one of this account's.
    pub fn card<'l>(&self, account: &Account, loaded: &'l Loaded) -> Option<&'l Card> {
        let card = loaded.cards.get(&self.card_number)?;
        (card.account_number == *account.number()).then_some(card)
    }

    /// Carries the action out, or says why not.
    ///
    /// # Errors
    /// CARD_NOT_FOUND, the account's lifecycle, CARD_EXISTS, ACTION_NOT_APPLICABLE.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let current = self.card(&draft.account, loaded).ok_or(Reason::CardNotFound)?;
        let rule = self.action.rule();
        let mut refusals = Vec::new();
        if !rule.lifecycles.contains(&draft.account.balance.lifecycle) {
            refusals.extend(not_open(&draft.account));
        }
        if !rule.from.contains(&current.card_status) {
            let state: &'static str = current.card_status.into();
            let refusal = Refusal::of(Reason::ActionNotApplicable)
                .with(Fact::Description, "the card is not in a state for this action")
                .with(Fact::State, state);
            refusals.push(refusal);
        }
        refusals.extend(self.new_card_number.as_ref().and_then(|new| taken(new, loaded)));
        Refused::check(refusals)?;

        let changed = Card {
            card_status: rule.to,
            replaced_by: self.new_card_number.clone(),
            changed_by: draft.principal.name.to_string(),
            changed_time: draft.now,
            ..current.clone()
        };
        draft.written.cards_changed.push(changed.clone());
        let payload = json!({
            "action": self.action,
            "card_last4": self.card_number.last4(),
            "state": changed.card_status,
        });
        draft.written.events.push(("CARD_CHANGED", payload));
        let new_card = self.new_card_number.as_ref().map(|new| bound(draft, new));
        let receipt = CardReceipt { card: changed, new_card };
        Ok(Decision::plain("card changed", Answer::Card(Box::new(receipt))))
    }
}
