//! What is due on an account now, and when to look again: one pure function.
//!
//! Decided twice at one instant it finds nothing the second time: what it set is in force, what it
//! announced is remembered. It looks at an account at least once a month, so that a changed
//! setting or a balance that a fee made low is seen, although payments never touch the review.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::Review;
use super::coming::{Coming, answers, ends, waiting};
use super::dormancy::{self, Step};
use crate::domain::account::Account;
use crate::domain::objection::Objection;
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

/// What is due at `now` on an account whose lapses are applied, with these open objections.
pub fn due(
    account: &Account,
    review: &Review,
    open: &[&Objection],
    rules: &Rules,
    now: DateTime<Utc>,
) -> Found {
    let mut found = Found { review: review.clone(), conditions: Vec::new(), events: Vec::new() };
    // An objection is answered even when its account is closed.
    if account.balance.lifecycle == Lifecycle::Closed && open.is_empty() {
        found.review.next_review_time = None;
        found.review.reminded.clear();
        return found;
    }
    let mut coming: Vec<Coming<'_>> = ends(account).chain(answers(open)).collect();
    if account.balance.lifecycle == Lifecycle::Open {
        identity(account, rules, now, &mut found, &mut coming);
        unused(account, rules, now, &mut found, &mut coming);
    }
    remind(account, coming, now, &mut found);
    found
}

/// When to look at an account that was changed just now: at once where something is due.
pub fn next_look(
    account: &Account,
    review: &Review,
    open: &[&Objection],
    rules: &Rules,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let found = due(account, review, open, rules, now);
    if found.is_quiet() { found.review.next_review_time } else { Some(now) }
}

/// A document that ran out: notice, grace, then INFO_EXPIRED (金融机构客户尽职调查 办法 2025, 26(2)).
fn identity(
    account: &Account,
    rules: &Rules,
    now: DateTime<Utc>,
    found: &mut Found,
    coming: &mut Vec<Coming<'_>>,
) {
    let ahead = rules.reviews.remind;
    let end = found.review.document_expiry_date.and_then(|day| terms::day_end(day, rules.zone));
    let Some(end) = end else { return };
    if end > now {
        coming.push(Coming::to_account("IDENTITY_EXPIRY", end, ahead));
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
        Some(at) => coming.push(Coming::to_account("IDENTITY_GRACE_END", at, ahead)),
        None => {}
    }
}

/// Dormancy, and the suspension of new accounts.
fn unused(
    account: &Account,
    rules: &Rules,
    now: DateTime<Utc>,
    found: &mut Found,
    coming: &mut Vec<Coming<'_>>,
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
    let mut come = |about, at| coming.push(Coming::to_account(about, at, ahead));
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
fn remind(account: &Account, coming: Vec<Coming<'_>>, now: DateTime<Utc>, found: &mut Found) {
    let mut next = now.checked_add_signed(LOOK_AGAIN).unwrap_or(now);
    let mut announced = Vec::new();
    let waiting = waiting(&account.freezes);
    let known: BTreeSet<String> = found.review.reminded.drain(..).collect();
    for one in coming.into_iter().filter(|one| one.until.is_none_or(|until| until > now)) {
        if one.from > now {
            next = next.min(one.from);
            continue;
        }
        next = one.until.map_or(next, |until| next.min(until));
        let key = one.key();
        if !known.contains(&key) {
            found.events.push(("REMINDER", one.payload(&waiting)));
        }
        announced.push(key);
    }
    found.review.reminded = announced;
    found.review.next_review_time = Some(next);
}

fn held(account: &Account, cause: Cause) -> bool {
    account.conditions.iter().any(|row| row.in_force() && row.cause == cause)
}
