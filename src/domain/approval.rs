//! Four eyes: which acts need a second person, and what history says of it.
//!
//! The one policy so far is [`decide`]: nobody can approve yet, so an act that needs a second
//! person is NOT_REQUIRED by policy, and an emergency act is PENDING until confirmed or lapsed.

use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::action::SecondPerson;
use super::freeze::Urgency;

/// What a history row says of the second person.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    EnumString,
    IntoStaticStr,
    VariantArray,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ApprovalStatus {
    /// The act needed none, or the policy waived it.
    NotRequired,
    /// An emergency act that waits for its confirmation.
    Pending,
    /// A second person approved.
    Approved,
}

/// The policy: what becomes of an act that may need a second person.
pub fn decide(second_person: SecondPerson, urgency: Urgency) -> ApprovalStatus {
    match (urgency, second_person) {
        (Urgency::Emergency, _) => ApprovalStatus::Pending,
        (
            Urgency::Ordinary,
            SecondPerson::No | SecondPerson::Yes | SecondPerson::UnlessLiftedBySource,
        ) => ApprovalStatus::NotRequired,
    }
}
