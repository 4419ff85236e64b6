//! Status history: one row per command or lapse that changes the displayed status or the
//! conditions, chained by a keyed hash so that an edit, a gap or a cut tail shows.
//!
//! The hash is HMAC-SHA-256 (RFC 2104) over the length-prefixed fields of the row and the hash of
//! the row before; the head stands on the locked balance row.

use std::cmp::Ordering;

use chrono::{DateTime, SecondsFormat, Utc};
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::account::Face;
use super::approval::ApprovalStatus;
use super::condition::ConditionSummary;
use super::id::{AccountNumber, RowId};
use super::status::{Cause, Lifecycle};

/// The key of the hash chain.
#[derive(Clone)]
pub struct HistoryKey(Vec<u8>);

impl HistoryKey {
    /// A key of any length; 32 random bytes are right.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// A hash under this key of texts in their order, the first of which says what for; no hash of
    /// the chain, whose first field is an id.
    pub fn tag(&self, texts: &[&[u8]]) -> [u8; 32] {
        let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&self.0)
            .expect("HMAC takes keys of every length (RFC 2104)");
        for text in texts {
            mac.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(text);
        }
        mac.finalize().into_bytes().into()
    }
}

impl std::fmt::Debug for HistoryKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HistoryKey(…)")
    }
}

/// A row of `account_status_history`; the field names are its columns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusChange {
    /// Its id.
    pub change_id: RowId,
    /// The account.
    pub account_number: AccountNumber,
    /// Counts the account's rows from 1 without a gap.
    pub sequence: i64,
    /// The two-digit code before; empty on the first row.
    pub old_status: String,
    /// The two-digit code after.
    pub new_status: String,
    /// The reason in words.
    pub change_reason: String,
    /// The cause, where one is behind it.
    pub cause: Option<Cause>,
    /// The principal; `lapse` for what time did.
    pub change_by: String,
    /// The instant from which it holds.
    pub change_date: DateTime<Utc>,
    /// The instant at which it was written down.
    pub recorded_time: DateTime<Utc>,
    /// What it says of the second person.
    pub approval_status: ApprovalStatus,
    /// The second person, where there was one.
    pub approved_by: Option<String>,
    /// The stage of life before; absent on the first row.
    pub lifecycle_before: Option<Lifecycle>,
    /// The stage of life after.
    pub lifecycle_after: Lifecycle,
    /// What held before.
    pub conditions_before: Vec<ConditionSummary>,
    /// What holds after.
    pub conditions_after: Vec<ConditionSummary>,
    /// The hash of the row before, hex; empty on the first row.
    pub previous_hash: String,
    /// The hash of this row, hex.
    pub hash: String,
}

/// Why and by whom a status changed.
#[derive(Debug, Clone)]
pub struct Occasion {
    /// The reason in words.
    pub reason: String,
    /// The cause.
    pub cause: Option<Cause>,
    /// The principal.
    pub by: String,
    /// From when it holds.
    pub effective: DateTime<Utc>,
    /// When it is written.
    pub recorded: DateTime<Utc>,
    /// What it says of the second person.
    pub approval: ApprovalStatus,
    /// The second person, where there was one.
    pub approved_by: Option<String>,
}

/// The place of a new row in its account's chain.
#[derive(Debug, Clone)]
pub struct Link {
    /// The id of the new row.
    pub change_id: RowId,
    /// The account.
    pub account_number: AccountNumber,
    /// The number of the new row.
    pub sequence: i64,
    /// The head before it.
    pub previous_hash: String,
}

/// Writes down a change from one face to another; `before` is absent when the account begins.
pub fn row(
    link: Link,
    before: Option<&Face>,
    after: &Face,
    occasion: Occasion,
    key: &HistoryKey,
) -> StatusChange {
    let mut row = StatusChange {
        change_id: link.change_id,
        account_number: link.account_number,
        sequence: link.sequence,
        old_status: before.map_or_else(String::new, |face| face.status.code().to_owned()),
        new_status: after.status.code().to_owned(),
        change_reason: occasion.reason,
        cause: occasion.cause,
        change_by: occasion.by,
        change_date: occasion.effective,
        recorded_time: occasion.recorded,
        approval_status: occasion.approval,
        approved_by: occasion.approved_by,
        lifecycle_before: before.map(|face| face.lifecycle),
        lifecycle_after: after.lifecycle,
        conditions_before: before.map(|face| face.conditions.clone()).unwrap_or_default(),
        conditions_after: after.conditions.clone(),
        previous_hash: link.previous_hash,
        hash: String::new(),
    };
    row.hash = hash(&row, key);
    row
}

/// The hash that a row must carry: over every field but the hash itself, each behind its length.
pub fn hash(row: &StatusChange, key: &HistoryKey) -> String {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Micros, true);
    let sequence = row.sequence.to_string();
    let times = [time(row.change_date), time(row.recorded_time)];
    let cause = row.cause.map_or("", Cause::name);
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(&key.0)
        .expect("HMAC takes keys of every length (RFC 2104)");
    let mut field = |text: &str| {
        mac.update(&u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        mac.update(text.as_bytes());
    };
    field(row.change_id.as_str());
    field(row.account_number.as_str());
    field(&sequence);
    field(&row.old_status);
    field(&row.new_status);
    field(&row.change_reason);
    field(cause);
    field(&row.change_by);
    times.iter().for_each(|text| field(text));
    field(row.approval_status.into());
    field(row.lifecycle_before.map_or("", Into::into));
    field(row.lifecycle_after.into());
    for list in [&row.conditions_before, &row.conditions_after] {
        field(&list.len().to_string());
        for condition in list {
            field(&condition.id);
            field(condition.kind.into());
            field(condition.cause.map_or("", Cause::name));
        }
    }
    field(&row.previous_hash);
    // Rows from before there was a second person have no such field.
    if let Some(by) = &row.approved_by {
        field(by);
    }
    hex::encode(mac.finalize().into_bytes())
}

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChainFault {
    /// A row is missing.
    #[error("row {0} is missing")]
    Gap(i64),
    /// A row was edited, or written with another key.
    #[error("row {0} was edited")]
    Edited(i64),
    /// The last rows are missing.
    #[error("the rows after {0} are cut off")]
    Cut(i64),
    /// The rows count to the head's number, but the head is not the hash of the last one.
    #[error("the head is not that of row {0}, the last: the head was edited, or the tail cut off")]
    Head(i64),
    /// Rows follow behind the head.
    #[error("rows follow after {0}, where the head is")]
    Beyond(i64),
}

/// Checks a chain row by row, oldest first, holding only the hash of the last one.
#[derive(Debug)]
pub struct Verifier<'k> {
    key: &'k HistoryKey,
    previous: String,
    last: i64,
}

impl<'k> Verifier<'k> {
    /// A chain with no row yet.
    pub fn new(key: &'k HistoryKey) -> Self {
        Self { key, previous: String::new(), last: 0 }
    }

    /// The number of the next row.
    pub fn expected(&self) -> i64 {
        self.last.saturating_add(1)
    }

    /// Takes the next row.
    ///
    /// # Errors
    /// When it is not the next one, or not as it was written.
    pub fn take(&mut self, row: &StatusChange) -> Result<(), ChainFault> {
        let expected = self.expected();
        if row.sequence != expected {
            return Err(ChainFault::Gap(expected));
        }
        if row.previous_hash != self.previous || hash(row, self.key) != row.hash {
            return Err(ChainFault::Edited(expected));
        }
        self.previous.clone_from(&row.hash);
        self.last = expected;
        Ok(())
    }

    /// Checks the end of the chain against the head's number and hash on the balance row.
    ///
    /// # Errors
    /// When rows are cut off or follow behind the head, or the head was edited.
    pub fn finish(&self, sequence: i64, head: &str) -> Result<(), ChainFault> {
        match self.last.cmp(&sequence) {
            Ordering::Less => Err(ChainFault::Cut(self.last)),
            Ordering::Greater => Err(ChainFault::Beyond(sequence)),
            Ordering::Equal if self.previous != head => Err(ChainFault::Head(self.last)),
            Ordering::Equal => Ok(()),
        }
    }
}

/// Checks a whole chain, oldest row first, against the head on the balance row. Without the head's
/// number every end that is not the head counts as cut off.
///
/// # Errors
/// The first fault.
pub fn verify(rows: &[StatusChange], head: &str, key: &HistoryKey) -> Result<(), ChainFault> {
    let mut verifier = Verifier::new(key);
    rows.iter().try_for_each(|row| verifier.take(row))?;
    let cut = |_head| ChainFault::Cut(verifier.last);
    verifier.finish(verifier.last, head).map_err(cut)
}
