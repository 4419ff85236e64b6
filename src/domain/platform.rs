//! Third-party platforms that have bound cards. A platform sees that a card is abnormal, never why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::card::CardNumber;
use super::id::{AccountNumber, PlatformId};

/// What can be done to a binding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PlatformAction {
    /// The platform may see the card.
    Bind,
    /// It may not any more.
    Unbind,
}

/// A card's binding to a platform. A row of `platform_binding`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformBinding {
    /// The platform.
    pub platform_id: PlatformId,
    /// The card.
    pub card_number: CardNumber,
    /// The account that the card drew on when it was bound. A number that became another account's
    /// takes no binding along.
    pub account_number: AccountNumber,
    /// Who bound it.
    pub bound_by: String,
    /// When.
    pub bound_time: DateTime<Utc>,
    /// Who ended the binding; absent while it is in force.
    pub ended_by: Option<String>,
    /// When it ended.
    pub ended_time: Option<DateTime<Utc>>,
}

/// Names a binding, in force or not.
pub type BindingKey = (PlatformId, CardNumber, AccountNumber);

impl PlatformBinding {
    /// Its name.
    pub fn key(&self) -> BindingKey {
        (self.platform_id.clone(), self.card_number.clone(), self.account_number.clone())
    }

    /// Whether the platform sees the card.
    pub fn in_force(&self) -> bool {
        self.ended_time.is_none()
    }
}
