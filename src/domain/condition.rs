//! Conditions: what holds on an account beside its lifecycle. Any number at once, each a row of
//! its own; ending one never ends another.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::id::{AccountNumber, ConditionId};
use super::money::Minor;
use super::status::{Cause, ConditionKind, Restriction};

/// A row of `account_condition`; the field names are its columns. In force while `ended_time` is
/// absent and `until_time` not reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its id.
    pub condition_id: ConditionId,
    /// The account it holds on.
    pub account_number: AccountNumber,
    /// What kind it is; never FROZEN or LOST, which freezes make.
    pub kind: ConditionKind,
    /// Why it holds.
    pub cause: Cause,
    /// The reason in words, as the one who set it wrote it.
    pub reason: String,
    /// What a RESTRICTED row restricts.
    pub restriction: Option<Restriction>,
    /// Minor units: the stopped amount, or the most that one debit may be.
    pub amount_minor: Option<Minor>,
    /// The authority behind it, where there is one.
    pub authority: Option<String>,
    /// The document or case number behind it.
    pub document_no: Option<String>,
    /// What is missing from an application or identity record.
    pub missing_items: Vec<String>,
    /// The principal that set it.
    pub set_by: String,
    /// In force from this instant.
    pub since_time: DateTime<Utc>,
    /// In force before this instant; absent = until ended.
    pub until_time: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_time: Option<DateTime<Utc>>,
    /// Who ended it; `lapse` when it ran out.
    pub ended_by: Option<String>,
}

impl Condition {
    /// Whether it holds, provided that lapses up to now were applied.
    pub fn in_force(&self) -> bool {
        self.ended_time.is_none()
    }
}

/// A condition in force, stored or derived from a freeze, as history and answers list it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConditionSummary {
    /// The id of the condition row, or of the freeze that makes the condition.
    pub id: String,
    /// What kind it is.
    pub kind: ConditionKind,
    /// Why it holds; absent where the reader may not know.
    pub cause: Option<Cause>,
}
