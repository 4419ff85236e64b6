//! BindPlatform: a third-party platform may see whether a card is abnormal, or may not any more.
//! Neither the account's status nor its etag nor its history moves.

use serde::Serialize;
use serde_json::json;

use super::{Answer, Decision, Draft, not_open};
use crate::domain::account::Account;
use crate::domain::batch::{Loaded, Needs};
use crate::domain::card::{Card, CardNumber, CardState};
use crate::domain::id::PlatformId;
use crate::domain::platform::{PlatformAction, PlatformBinding};
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};

/// A binding to make or to end.
#[derive(Debug, Clone, Serialize)]
pub struct BindPlatform {
    /// The card.
    pub card_number: CardNumber,
    /// The platform.
    pub platform_id: PlatformId,
    /// What to do.
    pub action: PlatformAction,
}

impl BindPlatform {
    /// What has to be loaded beside the account.
    pub fn needs(&self) -> Needs {
        Needs {
            cards: vec![self.card_number.clone()],
            binding: Some((self.platform_id.clone(), self.card_number.clone())),
            ..Needs::default()
        }
    }

    /// The card, when it is one of this account's.
    pub fn card<'l>(&self, account: &Account, loaded: &'l Loaded) -> Option<&'l Card> {
        let card = loaded.cards.get(&self.card_number)?;
        (card.account_number == *account.number()).then_some(card)
    }

    /// Carries the action out, or says why not.
    ///
    /// # Errors
    /// CARD_NOT_FOUND; for a new binding the account's lifecycle; ACTION_NOT_APPLICABLE when the
    /// card may not be used, or the binding is as asked already.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let card = self.card(&draft.account, loaded).ok_or(Reason::CardNotFound)?;
        let number = draft.account.number().clone();
        let key = (self.platform_id.clone(), self.card_number.clone(), number.clone());
        let bound = loaded.bindings.get(&key).filter(|binding| binding.in_force());
        let mut refusals = Vec::new();
        let by = draft.principal.name.to_string();
        let (binding, event, said) = match (self.action, bound) {
            (PlatformAction::Bind, known) => {
                refusals.extend(not_open(&draft.account));
                refusals.extend(unusable(card));
                refusals.extend(known.map(|_| as_asked("the platform has bound the card already")));
                let binding = PlatformBinding {
                    platform_id: self.platform_id.clone(),
                    card_number: self.card_number.clone(),
                    account_number: number,
                    bound_by: by,
                    bound_time: draft.now,
                    ended_by: None,
                    ended_time: None,
                };
                (binding, "PLATFORM_BOUND", "platform bound")
            }
            (PlatformAction::Unbind, Some(bound)) => {
                let (ended_by, ended_time) = (Some(by), Some(draft.now));
                let binding = PlatformBinding { ended_by, ended_time, ..bound.clone() };
                (binding, "PLATFORM_UNBOUND", "platform unbound")
            }
            (PlatformAction::Unbind, None) => {
                return Err(as_asked("the platform has not bound the card").into());
            }
        };
        Refused::check(refusals)?;
        draft.written.bindings.push(binding.clone());
        let payload = json!({
            "platform_id": self.platform_id,
            "card_last4": self.card_number.last4(),
        });
        draft.written.events.push((event, payload));
        Ok(Decision::plain(said, Answer::PlatformBinding(Box::new(binding))))
    }
}

/// Why a card that may not be used is not bound.
fn unusable(card: &Card) -> Option<Refusal> {
    if card.card_status == CardState::Valid {
        return None;
    }
    let state: &'static str = card.card_status.into();
    let refusal = Refusal::of(Reason::ActionNotApplicable)
        .with(Fact::Description, "the card may not be used")
        .with(Fact::State, state);
    Some(refusal)
}

fn as_asked(description: &'static str) -> Refusal {
    Refusal::of(Reason::ActionNotApplicable).with(Fact::Description, description)
}
