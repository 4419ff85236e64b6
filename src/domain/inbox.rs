//! What channels say of things that we don't know. Nothing of it is dropped: it is kept once, however
//! often it comes, until people have cleared it. No money moves by it.

use chrono::{DateTime, Utc};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::id::ChannelId;
use super::payout::evidence::{Said, Source};
use super::refusal::Reason;
use super::suspense::{Clearing, InboxItem, Stray};

/// The most items that may be open; more is not taken, so that a channel that reports nonsense can't
/// fill the tables.
pub const OPEN_MAX: u32 = 100_000;

/// What a channel said, before it is known whether it fits anything.
#[derive(Debug, Clone)]
pub struct Hearsay {
    /// Who says so.
    pub channel_id: ChannelId,
    /// About which key, as it was said.
    pub payout_key: String,
    /// With which routing token; empty = none.
    pub routing_token: String,
    /// How it came.
    pub source: Source,
    /// What it says.
    pub said: Said,
    /// The channel's own code; empty = none.
    pub channel_code: String,
}

impl Hearsay {
    /// The id of its row: the same statement about the same key by the same channel is one item. As
    /// with evidence, a token does not make it another.
    pub fn inbox_id(&self) -> String {
        let content = (&self.channel_id, &self.payout_key, self.source, &self.said);
        let content = serde_json::to_vec(&(content, &self.channel_code));
        let mut id = hex::encode(Sha256::digest(content.expect("statements are plain data")));
        id.truncate(32);
        id
    }

    /// Its row.
    pub fn item(&self, stray: Stray, received_by: &str, now: DateTime<Utc>) -> InboxItem {
        let paid = self.said.paid();
        InboxItem {
            inbox_id: self.inbox_id(),
            channel_id: self.channel_id.clone(),
            payout_key: self.payout_key.clone(),
            routing_token: self.routing_token.clone(),
            stray,
            source: self.source,
            said: self.said.kind(),
            amount_minor: paid.map(|paid| paid.amount.minor),
            currency_code: paid.map(|paid| paid.amount.currency),
            channel_code: self.channel_code.clone(),
            received_by: received_by.to_owned(),
            create_time: now,
            clearing: None,
            clearing_reference: String::new(),
            clearing_reason: String::new(),
            cleared_by: String::new(),
            clear_time: None,
            version: 1,
        }
    }
}

/// Clears an item of the inbox. One person does: it is about no money of ours.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClearInbox {
    /// Which.
    pub inbox_id: String,
    /// DISMISS, or SETTLED_OUTSIDE.
    pub clearing: Clearing,
    /// How it was settled elsewhere; empty = it was dismissed.
    pub reference: String,
    /// Why.
    pub reason: String,
    /// The version that the caller saw; absent = not compared.
    #[serde(skip)]
    pub expected_version: Option<i64>,
}

impl ClearInbox {
    /// What makes two requests the same.
    pub fn content_hash(&self) -> String {
        hex::encode(Sha256::digest(serde_json::to_vec(self).expect("requests are plain data")))
    }

    /// The item after it.
    ///
    /// # Errors
    /// ETAG_MISMATCH; ACTION_NOT_APPLICABLE when it is cleared already, or is not cleared so.
    pub fn decide(
        &self,
        item: &InboxItem,
        cleared_by: &str,
        now: DateTime<Utc>,
    ) -> Result<InboxItem, Reason> {
        if self.expected_version.is_some_and(|version| version != item.version) {
            return Err(Reason::EtagMismatch);
        }
        let fits = match self.clearing {
            Clearing::Dismiss => true,
            Clearing::SettledOutside => !self.reference.is_empty(),
            Clearing::CreditAccount
            | Clearing::DebitAccount
            | Clearing::Offset
            | Clearing::WriteOff => false,
        };
        if item.clearing.is_some() || !fits {
            return Err(Reason::ActionNotApplicable);
        }
        Ok(InboxItem {
            clearing: Some(self.clearing),
            clearing_reference: self.reference.clone(),
            clearing_reason: self.reason.clone(),
            cleared_by: cleared_by.to_owned(),
            clear_time: Some(now.max(item.create_time)),
            version: item.version.saturating_add(1),
            ..item.clone()
        })
    }
}
