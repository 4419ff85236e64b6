//! The details of a failure: what a program reads (ErrorInfo and its kin) and what a customer may
//! be shown (LocalizedMessage).

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{DateTime, SecondsFormat, Utc};
use tonic_types::{ErrorDetails, FieldViolation, PreconditionViolation, QuotaViolation};

use super::DOMAIN;
use super::rule::{self, Extra};
use crate::domain::freeze::Disclosure;
use crate::domain::principal::Scope;
use crate::domain::refusal::{Fact, Reason, Refusal, Refused};
use crate::domain::status::Cause;
use crate::grpc::caller::{Audience, local_time};
use crate::grpc::failure::Violations;
use crate::grpc::iso;
use crate::text::{self, Placeholders};

/// The most violations that details list: they travel in a header, and clients bound those.
const VIOLATIONS_MAX: usize = 25;

/// The details of fields that are missing or malformed.
pub(super) fn of_fields(violations: &Violations, audience: &Audience<'_>) -> ErrorDetails {
    let mut details = basic(Reason::InvalidRequest, HashMap::new(), audience);
    let all = violations.iter().map(|(field, description)| FieldViolation::new(field, description));
    details.set_bad_request(all.take(VIOLATIONS_MAX).collect::<Vec<_>>());
    details
}

/// The details of a refusal.
pub(super) fn of_refused(refused: &Refused, audience: &Audience<'_>) -> ErrorDetails {
    let first = refused.first();
    let mut metadata = metadata(first, audience);
    if let Some((iso20022, iso8583)) = iso::of_refusals(refused.all()) {
        metadata.insert("iso20022_reason_code".to_owned(), iso20022.to_owned());
        metadata.insert("iso8583_response_code".to_owned(), iso8583.to_owned());
    }
    let mut details = basic(first.reason, metadata, audience);
    details.set_localized_message(audience.locale.tag(), customer_line(first, audience));
    match rule::of(first.reason).extra {
        Extra::None => {}
        Extra::BadRequest => {
            details.set_bad_request(field_violations(refused));
        }
        Extra::Resource(kind) => {
            // Naming what was not found would repeat an account or card number.
            details.set_resource_info(kind, "", "", text::reason_message(first.reason));
        }
        Extra::Precondition | Extra::Quota => {
            details.set_precondition_failure(preconditions(refused, audience));
            let quotas = quotas(refused);
            if !quotas.is_empty() {
                details.set_quota_failure(quotas);
            }
        }
        Extra::Retry(delay) => {
            details.set_retry_info(Some(delay));
        }
        Extra::Request => {
            details.set_request_info(audience.call_id, "");
        }
    }
    details
}

fn basic(
    reason: Reason,
    metadata: HashMap<String, String>,
    audience: &Audience<'_>,
) -> ErrorDetails {
    let mut details = ErrorDetails::with_error_info(reason.name(), DOMAIN, metadata);
    let locale = audience.locale;
    details.set_localized_message(locale.tag(), text::reason_line(reason, locale));
    details
}

/// What a reader may know of one thing in the way.
#[derive(Debug)]
pub(crate) struct Told {
    /// The cause behind it.
    pub(crate) cause: Option<Cause>,
    /// When it is over by itself.
    pub(crate) until: Option<DateTime<Utc>>,
    /// The condition or freeze; empty when it is neither.
    pub(crate) condition_id: String,
    /// What the customer may be told.
    pub(crate) customer_line: Cow<'static, str>,
    /// What it is more precisely, for programs and people behind the counter.
    pub(crate) detail: String,
}

/// What a reader may know of a refusal: the same whether it refuses, or is only asked about.
pub(crate) fn told(refusal: &Refusal, audience: &Audience<'_>) -> Told {
    let disclosed = disclosed(refusal, audience);
    let fact = |fact: &Fact| refusal.facts.get(fact).filter(|_| disclosed).cloned();
    Told {
        cause: refusal.cause.filter(|_| disclosed),
        until: refusal.until.filter(|_| disclosed),
        condition_id: [Fact::FreezeId, Fact::ConditionId].iter().find_map(fact).unwrap_or_default(),
        customer_line: customer_line(refusal, audience),
        detail: [Fact::BlockedBy, Fact::Description].iter().find_map(fact).unwrap_or_default(),
    }
}

/// Whether the reader may know what a refusal is about.
fn disclosed(refusal: &Refusal, audience: &Audience<'_>) -> bool {
    match refusal.disclosure {
        Disclosure::Open => true,
        Disclosure::Confidential => audience.may(Scope::Confidential),
    }
}

/// Whether a fact tells what a freeze is about.
fn tells_of_freeze(fact: Fact) -> bool {
    match fact {
        Fact::Authority
        | Fact::Document
        | Fact::FreezeId
        | Fact::ConditionId
        | Fact::FreezeMode
        | Fact::Source
        | Fact::Latest
        | Fact::Ahead => true,
        Fact::Amount
        | Fact::ApprovalId
        | Fact::DecidedBy
        | Fact::Available
        | Fact::CurrencyCode
        | Fact::Field
        | Fact::Description
        | Fact::State
        | Fact::Limit
        | Fact::Used
        | Fact::Items
        | Fact::BlockedBy
        | Fact::ObjectionId
        | Fact::Operation => false,
    }
}

fn metadata(refusal: &Refusal, audience: &Audience<'_>) -> HashMap<String, String> {
    let disclosed = disclosed(refusal, audience);
    let mut metadata = HashMap::new();
    for (fact, value) in &refusal.facts {
        // These two stand in the violation.
        let elsewhere = matches!(fact, Fact::Field | Fact::Description);
        if !elsewhere && (disclosed || !tells_of_freeze(*fact)) {
            let name: &'static str = fact.into();
            metadata.insert(name.to_owned(), value.clone());
        }
    }
    if disclosed {
        let cause = refusal.cause.map(|cause| cause.name().to_owned());
        let until = refusal.until.map(|at| at.to_rfc3339_opts(SecondsFormat::AutoSi, true));
        metadata.extend(cause.map(|cause| ("cause".to_owned(), cause)));
        metadata.extend(until.map(|until| ("until".to_owned(), until)));
    }
    metadata
}

/// What the customer may be told. A confidential freeze has one line for everybody, because the
/// line may be passed on to the customer whoever asked.
fn customer_line(refusal: &Refusal, audience: &Audience<'_>) -> Cow<'static, str> {
    let locale = audience.locale;
    match (refusal.disclosure, refusal.cause) {
        (Disclosure::Confidential, _) => text::confidential_line(locale),
        (Disclosure::Open, None) => text::reason_line(refusal.reason, locale),
        (Disclosure::Open, Some(cause)) => {
            text::customer_line(cause, locale, &placeholders(refusal, cause, audience))
        }
    }
}

fn placeholders(refusal: &Refusal, cause: Cause, audience: &Audience<'_>) -> Placeholders {
    let fact = |fact: Fact| refusal.facts.get(&fact).cloned();
    let currency = fact(Fact::CurrencyCode);
    Placeholders {
        authority: fact(Fact::Authority),
        document: fact(Fact::Document),
        until: refusal.until.map(|at| local_time(at, audience.zone)),
        items: fact(Fact::Items),
        // Only the platform that made a stop order speaks to the customer about it.
        contact: (cause == Cause::StopFraud).then(|| fact(Fact::Authority)).flatten(),
        amount: fact(Fact::Amount).zip(currency).map(|(amount, code)| format!("{code} {amount}")),
        limit: fact(Fact::Limit).or_else(|| {
            let accounts = audience.accounts_max.filter(|_| cause == Cause::OpeningTooMany)?;
            Some(accounts.to_string())
        }),
        ..Placeholders::default()
    }
}

fn field_violations(refused: &Refused) -> Vec<FieldViolation> {
    let fact = |refusal: &Refusal, fact: Fact| refusal.facts.get(&fact).cloned();
    let invalid = refused.all().iter().filter(|refusal| refusal.reason == Reason::InvalidRequest);
    let named = invalid.filter_map(|refusal| {
        Some(FieldViolation::new(fact(refusal, Fact::Field)?, fact(refusal, Fact::Description)?))
    });
    named.take(VIOLATIONS_MAX).collect()
}

/// One violation for each thing in the way. Two freezes of which nothing may be told look alike,
/// and are listed once.
fn preconditions(refused: &Refused, audience: &Audience<'_>) -> Vec<PreconditionViolation> {
    let mut rows: Vec<(Reason, String, String)> = Vec::new();
    for refusal in refused.all() {
        let row = (refusal.reason, subject(refusal, audience), told_description(refusal, audience));
        if !rows.contains(&row) && rows.len() < VIOLATIONS_MAX {
            rows.push(row);
        }
    }
    rows.into_iter()
        .map(|(reason, subject, description)| {
            PreconditionViolation::new(reason.name(), subject, description)
        })
        .collect()
}

/// What is in the way, by an id that names no person: the freeze, the condition, or what blocks.
fn subject(refusal: &Refusal, audience: &Audience<'_>) -> String {
    let disclosed = disclosed(refusal, audience);
    [Fact::FreezeId, Fact::ConditionId, Fact::BlockedBy]
        .into_iter()
        .filter(|fact| disclosed || !tells_of_freeze(*fact))
        .find_map(|fact| refusal.facts.get(&fact).cloned())
        .unwrap_or_default()
}

/// The description, where the reader may know what the refusal is about: why a hidden freeze doesn't
/// allow something tells of which kind it is.
fn told_description(refusal: &Refusal, audience: &Audience<'_>) -> String {
    if disclosed(refusal, audience) {
        return description(refusal);
    }
    text::reason_message(refusal.reason).to_owned()
}

fn description(refusal: &Refusal) -> String {
    let said = refusal.facts.get(&Fact::Description).cloned();
    said.unwrap_or_else(|| text::reason_message(refusal.reason).to_owned())
}

fn quotas(refused: &Refused) -> Vec<QuotaViolation> {
    let exceeded = refused.all().iter().filter(|refusal| refusal.reason == Reason::LimitExceeded);
    exceeded.take(VIOLATIONS_MAX).map(quota).collect()
}

fn quota(refusal: &Refusal) -> QuotaViolation {
    let fact = |fact: Fact| refusal.facts.get(&fact);
    let mut violation = QuotaViolation::new("account", description(refusal));
    violation.quota_value = fact(Fact::Limit).and_then(|limit| limit.parse().ok()).unwrap_or(0);
    for name in [Fact::Limit, Fact::Used, Fact::CurrencyCode] {
        if let Some(value) = fact(name) {
            let key: &'static str = name.into();
            violation.quota_dimensions.insert(key.to_owned(), value.clone());
        }
    }
    if let Some(reset) = refusal.until {
        let reset = reset.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        violation.quota_dimensions.insert("reset_time".to_owned(), reset);
    }
    violation
}
