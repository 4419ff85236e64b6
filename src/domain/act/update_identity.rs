//! UpdateIdentity: a renewed document, a verification, details that were missing, or an excuse.
//! Ends the conditions that it satisfies, and only those.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::json;

use super::{Answer, Decision, Draft};
use crate::domain::batch::Loaded;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::review::{HolderKind, Review, next_look};
use crate::domain::status::{Cause, ConditionKind, Lifecycle};
use crate::domain::terms;
use crate::domain::transaction::EntryChannel;

/// How long a document is valid, as far as the request says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Validity {
    /// As before.
    Unsaid,
    /// Up to this day, inclusive.
    Until(NaiveDate),
    /// It does not run out.
    Unlimited,
}

/// Whether the holder's identity was verified.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Verification {
    /// Not with this request.
    None,
    /// It was.
    Done,
}

/// Why the holder is late, and until when they may take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Excuse {
    /// Why.
    pub words: String,
    /// The new end of the grace, exclusive.
    pub until: DateTime<Utc>,
}

/// What is newly known of a holder.
#[derive(Debug, Clone, Serialize)]
pub struct UpdateIdentity {
    /// The keyed hash of the document's number; empty = as before.
    pub document_hash: String,
    /// How long the document is valid.
    pub validity: Validity,
    /// Whether the holder was verified.
    pub verification: Verification,
    /// What was missing and is there now.
    pub supplied_items: Vec<String>,
    /// Why they are late.
    pub excuse: Option<Excuse>,
    /// Who holds it; unspecified = as before.
    pub holder_kind: HolderKind,
    /// The reason in words, for history.
    pub reason: String,
    /// Through which channel it came.
    pub entry_channel: EntryChannel,
}

impl UpdateIdentity {
    /// Records it.
    ///
    /// # Errors
    /// ACCOUNT_CLOSED; INVALID_REQUEST for a document that ran out, or an excuse that moves nothing;
    /// ACTION_NOT_APPLICABLE for an excuse where no grace runs.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        if draft.account.balance.lifecycle == Lifecycle::Closed {
            return Err(Reason::AccountClosed.into());
        }
        let number = draft.account.number();
        let known = loaded.reviews.get(number).cloned();
        let mut review = known.unwrap_or_else(|| Review::blank(number.clone()));
        if !self.holder_kind.is_unspecified() {
            review.holder_kind = self.holder_kind;
        }
        self.renew(draft, &mut review)?;
        self.verify(draft, &mut review);
        self.supply(draft);
        self.excuse(draft, &mut review)?;
        let open = loaded.open_objections(draft.account.number());
        review.next_review_time = next_look(&draft.account, &review, &open, draft.rules, draft.now);
        draft.written.events.push(("IDENTITY_UPDATED", json!({})));
        draft.written.review = Some(review.clone());
        let words = if self.reason.is_empty() { "identity updated" } else { &self.reason };
        // The answer is remembered; nobody needs the hash in it.
        review.document_hash = String::new();
        Ok(Decision::plain(words, Answer::Identity(Box::new(review))))
    }

    fn renew(&self, draft: &mut Draft<'_>, review: &mut Review) -> Result<(), Refused> {
        if !self.document_hash.is_empty() {
            review.document_hash.clone_from(&self.document_hash);
        }
        review.document_expiry_date = match self.validity {
            Validity::Unsaid => return Ok(()),
            Validity::Unlimited => None,
            Validity::Until(day) => {
                let end = terms::day_end(day, draft.rules.zone);
                if end.is_none_or(|end| end <= draft.now) {
                    let refusal = Refusal::field("document_expiry_date", "lies in the past");
                    return Err(refusal.into());
                }
                Some(day)
            }
        };
        review.forget_notice();
        end(draft, ConditionKind::InfoExpired, Cause::IdentityExpired);
        Ok(())
    }

    fn verify(&self, draft: &mut Draft<'_>, review: &mut Review) {
        if self.verification == Verification::None {
            return;
        }
        review.verified_time = Some(draft.now);
        end(draft, ConditionKind::InfoExpired, Cause::IdentityNotVerified);
        if self.entry_channel == EntryChannel::Counter
            && end(draft, ConditionKind::Restricted, Cause::NonCounterSuspended)
        {
            review.restarted_time = Some(draft.now);
        }
    }

    /// Ends the rows whose every missing item is there now; what still misses stays on the others.
    fn supply(&self, draft: &mut Draft<'_>) {
        let by = draft.principal.name.to_string();
        let incomplete = draft
            .account
            .conditions
            .iter_mut()
            .filter(|row| row.in_force() && row.cause == Cause::IdentityIncomplete);
        for row in incomplete {
            let missing =
                row.missing_items.iter().filter(|item| !self.supplied_items.contains(item));
            let missing: Vec<String> = missing.cloned().collect();
            if missing.is_empty() && !self.supplied_items.is_empty() {
                row.ended_time = Some(draft.now);
                row.ended_by = Some(by.clone());
            } else {
                row.missing_items = missing;
            }
        }
    }

    fn excuse(&self, draft: &Draft<'_>, review: &mut Review) -> Result<(), Refused> {
        let Some(excuse) = &self.excuse else { return Ok(()) };
        let Some(grace) = review.grace_until_time.filter(|grace| *grace > draft.now) else {
            let state: &'static str = draft.account.balance.lifecycle.into();
            return Err(Refusal::of(Reason::ActionNotApplicable)
                .with(Fact::Description, "no period of grace is running")
                .with(Fact::State, state)
                .into());
        };
        if excuse.until <= grace {
            let why = "must lie after the end of the grace period as it is";
            return Err(Refusal::field("grace_until_time", why).into());
        }
        review.grace_until_time = Some(excuse.until);
        review.excuse.clone_from(&excuse.words);
        Ok(())
    }
}

/// Ends the conditions in force of a kind and cause; whether there was one.
fn end(draft: &mut Draft<'_>, kind: ConditionKind, cause: Cause) -> bool {
    let mut rows = draft.account.conditions.iter();
    let held = rows.any(|row| row.in_force() && row.kind == kind && row.cause == cause);
    draft.end_conditions(|row| row.kind == kind && row.cause == cause);
    held
}
