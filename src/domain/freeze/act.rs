//! What happened to a freeze: when, by whom, on whose order, by which document.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use super::Officer;
use crate::domain::id::{AccountNumber, FreezeId, RowId, TransactionId};
use crate::domain::money::Minor;

/// What happened to a freeze.
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
pub enum FreezeActKind {
    /// Entered.
    Placed,
    /// Its end was moved.
    Renewed,
    /// Its claim was reduced.
    PartlyReleased,
    /// An emergency was confirmed: it stays.
    Confirmed,
    /// A waiting one took effect.
    Promoted,
    /// Lifted.
    Released,
    /// Ran out.
    Expired,
    /// Money was taken from what it held.
    Deducted,
    /// Another court took its place over.
    Succeeded,
}

/// A row of `account_freeze_act`, append-only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreezeAct {
    /// Its id.
    pub act_id: RowId,
    /// The freeze.
    pub freeze_id: FreezeId,
    /// The account.
    pub account_number: AccountNumber,
    /// What happened.
    pub act: FreezeActKind,
    /// When it took effect.
    pub act_time: DateTime<Utc>,
    /// Who did it; `lapse` for what time did.
    pub principal: String,
    /// The authority that asked for it.
    pub authority_name: String,
    /// The document.
    pub document_no: String,
    /// Minor units, where the act has an amount.
    pub amount_minor: Option<Minor>,
    /// The officers who served the document.
    #[serde(default)]
    pub officers: Vec<Officer>,
    /// The notice of assistance served with it; empty = none.
    #[serde(default)]
    pub notice_no: String,
    /// The end that the freeze has since, where the act moved it.
    #[serde(default)]
    pub expire_time: Option<DateTime<Utc>>,
    /// The posting of a deduction.
    #[serde(default)]
    pub transaction_id: Option<TransactionId>,
}
