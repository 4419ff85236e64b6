//! What is due on an account now, and when to look again: one pure function.
//!
//! Decided twice at one instant it finds nothing the second time: what it set is in force, what it
//! announced is remembered. It looks at an account at least once a month, so that a changed
//! setting or a balance that a fee made low is seen, although payments never touch the review.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Review;
use super::coming::{Coming, ends};
use super::dormancy::{self, Step};
use crate::domain::account::Account;
use crate::domain::rules::Rules;
use crate::domain::status::{Cause, ConditionKind, Lifecycle};
use crate::domain::terms;

/// The longest time from one look to the next.
const LOOK_AGAIN: TimeDelta = TimeDelta::days(31);

/// What a review found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The review's row after it.
    pub review: Review,
    /// The conditions to set.
    pub conditions: Vec<(ConditionKind, Cause)>,
    /// What to tell: kind and payload of events.
    pub events: Vec<(&'static str, Value)>,
}

impl Found {
    /// Whether there is nothing to set and nothing to tell.
    pub fn is_quiet(&self) -> bool {
        self.conditions.is_empty() && self.events.is_empty()
    }
}

/// What is due at `now` on an account whose lapses are applied.
pub fn due(account: &Account, review: &Review, rules: &Rules, now: DateTime<Utc>) -> Found {
    let mut found = Found { review: review.clone(), conditions: Vec::new(), events: Vec::new() };
    if account.balance.lifecycle == Lifecycle::Closed {
        found.review.next_review_time = None;
        found.review.reminded.clear();
        return found;
    }
    let mut coming: Vec<Coming> = ends(account).collect();
    if account.balance.lifecycle == Lifecycle::Open {
        identity(account, rules, now, &mut found, &mut coming);
        unused(account, rules, now, &mut found, &mut coming);
    }
    remind(coming, now, &mut found);
    found
}

/// When to look at an account that was changed just now: at once where something is due.
pub fn next_look(
    account: &Account,
    review: &Review,
    rules: &Rules,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let found = due(account, review, rules, now);
    if found.is_quiet() { found.review.next_review_time } else { Some(now) }
}

/// A document that ran out: notice, grace, then INFO_EXPIRED (金融机构客户尽职调查 办法 2025, 26(2)).
fn identity(
    account: &Account,
    rules: &Rules,
    now: DateTime<Utc>,
    found: &mut Found,
    coming: &mut Vec<Coming>,
) {
    let ahead = rules.reviews.remind;
    let end = found.review.document_expiry_date.and_then(|day| terms::day_end(day, rules.zone));
    let Some(end) = end else { return };
    if end > now {
        coming.push(Coming { about: "IDENTITY_EXPIRY", at: end, ahead, subject: None });
        return;
    }
    if held(account, Cause::IdentityExpired) {
        return;
    }
    if found.review.noticed_time.is_none() {
        let grace = rules.reviews.identity_grace.end(now, rules.zone);
        found.review.noticed_time = Some(now);
        found.review.grace_until_time = grace;
        found.events.push(("IDENTITY_NOTICE", json!({ "grace_until_time": grace })));
    }
    match found.review.grace_until_time {
        Some(grace) if grace <= now => {
            found.conditions.push((ConditionKind::InfoExpired, Cause::IdentityExpired));
        }
        Some(at) => coming.push(Coming { about: "IDENTITY_GRACE_END", at, ahead, subject: None }),
        None => {}
    }
}

/// Dormancy, and the suspension of new accounts.
fn unused(
    account: &Account,
    rules: &Rules,
    now: DateTime<Utc>,
    found: &mut Found,
    coming: &mut Vec<Coming>,
) {
    let ahead = rules.reviews.remind;
    found.review.dormancy_noticed_time = dormancy::standing_notice(account, &found.review);
    let mut steps = Vec::new();
    if !held(account, Cause::NonCounterSuspended) {
        steps.extend(dormancy::suspension(account, &found.review, rules));
    }
    if !account.has(ConditionKind::Dormant) {
        steps.extend(dormancy::dormancy(account, &found.review, rules));
    }
    let mut come = |about, at| coming.push(Coming { about, at, ahead, subject: None });
    for (step, at) in steps {
        match step {
            Step::Suspended if at <= now => {
                found.conditions.push((ConditionKind::Restricted, Cause::NonCounterSuspended));
            }
            Step::Suspended => come("UNUSED_SUSPENSION", at),
            Step::Dormant(cause) if at <= now => {
                found.conditions.push((ConditionKind::Dormant, cause));
                found.review.dormancy_noticed_time = None;
            }
            Step::Dormant(_) => come("DORMANCY", at),
            Step::Notice if at <= now => {
                found.review.dormancy_noticed_time = Some(now);
                found.events.push(("DORMANCY_NOTICE", json!({})));
                // The thirty days run from the notice.
                let after = dormancy::dormancy(account, &found.review, rules);
                after.into_iter().for_each(|(_, at)| come("DORMANCY", at));
            }
            Step::Notice => come("DORMANCY_NOTICE", at),
        }
    }
}

/// Announces what comes within its time, once; and finds out when to look again.
fn remind(coming: Vec<Coming>, now: DateTime<Utc>, found: &mut Found) {
    let mut next = now.checked_add_signed(LOOK_AGAIN).unwrap_or(now);
    let mut announced = Vec::new();
    for one in coming.into_iter().filter(|one| one.at > now) {
        let key = one.key();
        let from = one.announced_from().filter(|from| *from > now);
        next = next.min(from.unwrap_or(one.at));
        if from.is_some() {
            continue;
        }
        if !found.review.reminded.contains(&key) {
            found.events.push(("REMINDER", one.payload()));
        }
        announced.push(key);
    }
    found.review.reminded = announced;
    found.review.next_review_time = Some(next);
}

fn held(account: &Account, cause: Cause) -> bool {
    account.conditions.iter().any(|row| row.in_force() && row.cause == cause)
}
