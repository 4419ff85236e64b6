//! Every reason, in every language, for callers with and without scopes.

use std::collections::BTreeSet;

use chrono::{TimeZone, Utc};
use chrono_tz::Tz;
use strum::VariantArray;
use tonic::{Code, Status};
use tonic_types::StatusExt;

use super::*;
use crate::domain::freeze::Disclosure;
use crate::domain::principal::{Principal, Scope};
use crate::domain::refusal::Fact;
use crate::domain::status::Cause;
use crate::text::Locale;

const AUTHORITY: &str = "北京市海淀区人民法院";
const DOCUMENT: &str = "（2026）京0108执5678号";

fn audience(principal: &Principal, locale: Locale) -> Audience<'_> {
    let zone = Tz::Asia__Shanghai;
    Audience { locale, zone, accounts_max: None, call_id: "call-1", principal: Some(principal) }
}

fn nobody() -> Principal {
    Principal::new("local", [])
}

fn auditor() -> Principal {
    Principal::service("auditor")
}

fn by_court(disclosure: Disclosure) -> Refusal {
    let refusal = Refusal {
        cause: Some(Cause::JudicialCourt),
        until: Some(Utc.with_ymd_and_hms(2027, 3, 10, 16, 0, 0).unwrap()),
        disclosure,
        ..Refusal::of(Reason::AccountFrozen)
    };
    refusal
        .with(Fact::FreezeId, "F2")
        .with(Fact::Authority, AUTHORITY)
        .with(Fact::Document, DOCUMENT)
}

fn refused(refusals: Vec<Refusal>) -> Failure {
    Failure::Refused(Refused::check(refusals).unwrap_err())
}

fn metadata(status: &Status, key: &str) -> Option<String> {
    status.get_details_error_info().unwrap().metadata.get(key).cloned()
}

#[test]
fn every_reason_has_code_message_and_customer_line_in_every_language() {
    let mut codes = BTreeSet::new();
    for reason in Reason::VARIANTS {
        let mut messages = BTreeSet::new();
        for locale in Locale::VARIANTS {
            let status = Failure::from(*reason).status(&audience(&nobody(), *locale));
            let details = status.check_error_details().unwrap();
            let info = details.error_info().unwrap();
            assert_eq!((info.reason.as_str(), info.domain.as_str()), (reason.name(), DOMAIN));
            let line = details.localized_message().unwrap();
            assert_eq!(line.locale, locale.tag());
            assert!(!line.message.trim().is_empty(), "{reason:?}");
            assert!(!line.message.contains(['{', '}']), "{reason:?} {}", line.message);
            assert!(!status.message().is_empty(), "{reason:?}");
            messages.insert(status.message().to_owned());
            codes.insert(code_name(status.code()));
        }
        assert_eq!(messages.len(), 1, "{reason:?}");
    }
    assert!(!codes.contains("OK") && !codes.contains("UNKNOWN") && !codes.contains("CANCELLED"));
}

#[test]
fn reasons_have_the_codes_and_details_of_the_contract() {
    for (reason, code) in [
        (Reason::Unauthenticated, Code::Unauthenticated),
        (Reason::InvalidRequest, Code::InvalidArgument),
        (Reason::PermissionDenied, Code::PermissionDenied),
        (Reason::RequestIdReused, Code::AlreadyExists),
        (Reason::AccountExists, Code::AlreadyExists),
        (Reason::TransactionExists, Code::AlreadyExists),
        (Reason::AccountNotFound, Code::NotFound),
        (Reason::EtagMismatch, Code::Aborted),
        (Reason::Conflict, Code::Aborted),
        (Reason::AccountFrozen, Code::FailedPrecondition),
        (Reason::LimitExceeded, Code::FailedPrecondition),
        (Reason::Overloaded, Code::ResourceExhausted),
        (Reason::DeadlineExceeded, Code::DeadlineExceeded),
        (Reason::Unavailable, Code::Unavailable),
        (Reason::Unimplemented, Code::Unimplemented),
        (Reason::MessageTooLarge, Code::OutOfRange),
        (Reason::Internal, Code::Internal),
    ] {
        assert_eq!(rule::of(reason).code, code, "{reason:?}");
    }
    for reason in Reason::VARIANTS {
        let status = Failure::from(*reason).status(&audience(&nobody(), Locale::English));
        let details = status.check_error_details().unwrap();
        let retry =
            matches!(status.code(), Code::Aborted | Code::ResourceExhausted | Code::Unavailable);
        assert_eq!(details.retry_info().is_some(), retry, "{reason:?}");
        let found = status.code() != Code::NotFound;
        assert_eq!(details.resource_info().is_none(), found, "{reason:?}");
        let precondition = status.code() == Code::FailedPrecondition;
        assert_eq!(details.precondition_failure().is_some(), precondition, "{reason:?}");
        assert_eq!(details.quota_failure().is_some(), *reason == Reason::LimitExceeded);
        let request = details.request_info().map(|info| info.request_id.as_str());
        assert_eq!(request, (*reason == Reason::Internal).then_some("call-1"));
        assert_eq!(reason.remembered(), precondition, "{reason:?}");
    }
}

#[test]
fn facts_of_an_open_freeze_are_told() {
    let failure = refused(vec![by_court(Disclosure::Open)]);
    let status = failure.status(&audience(&nobody(), Locale::Hans));
    assert_eq!(metadata(&status, "cause").as_deref(), Some("JUDICIAL_COURT"));
    assert_eq!(metadata(&status, "until").as_deref(), Some("2027-03-10T16:00:00Z"));
    assert_eq!(metadata(&status, "authority").as_deref(), Some(AUTHORITY));
    assert_eq!(metadata(&status, "document").as_deref(), Some(DOCUMENT));
    let line = status.get_details_localized_message().unwrap().message;
    assert!(line.contains(AUTHORITY), "{line}");
}

#[test]
fn a_confidential_freeze_tells_nothing_without_the_scope() {
    let failure = refused(vec![by_court(Disclosure::Confidential)]);
    for locale in Locale::VARIANTS {
        let status = failure.status(&audience(&nobody(), *locale));
        let details = format!("{:?}", status.check_error_details().unwrap());
        for secret in [AUTHORITY, DOCUMENT, "F2", "JUDICIAL", "2027"] {
            assert!(!details.contains(secret), "{details}");
        }
        let told = failure.status(&audience(&auditor(), *locale));
        assert_eq!(metadata(&told, "authority").as_deref(), Some(AUTHORITY));
        // The line may be read to the customer, so not even the auditor's says more.
        let line = |status: &Status| status.get_details_localized_message().unwrap().message;
        assert_eq!(line(&status), text::confidential_line(*locale));
        assert_eq!(line(&told), line(&status));
    }
}

#[test]
fn every_reason_that_holds_has_a_violation() {
    let two = [by_court(Disclosure::Confidential), by_court(Disclosure::Confidential)];
    let others = [Refusal::of(Reason::AccountDormant), Refusal::of(Reason::AccountStopPay)];
    let failure = refused(two.into_iter().chain(others).collect());
    assert_eq!(failure.reason(), Reason::AccountFrozen);
    let status = failure.status(&audience(&nobody(), Locale::English));
    let violations = status.get_details_precondition_failure().unwrap().violations;
    let types: Vec<&str> = violations.iter().map(|violation| violation.r#type.as_str()).collect();
    // Of two freezes that look alike to the caller, one line is enough.
    assert_eq!(types, ["ACCOUNT_FROZEN", "ACCOUNT_STOPPAY", "ACCOUNT_DORMANT"]);
}

#[test]
fn a_field_that_the_rules_refuse_is_a_bad_request() {
    let failure = Failure::from(Refusal::field("amount", "is above the claim"));
    let status = failure.status(&audience(&nobody(), Locale::English));
    assert_eq!(status.code(), Code::InvalidArgument);
    let violations = status.get_details_bad_request().unwrap().field_violations;
    assert_eq!(violations.len(), 1);
    assert_eq!(violations[0].field, "amount");
    assert!(metadata(&status, "field").is_none());
}

#[test]
fn a_limit_says_how_much_of_it_is_used() {
    let refusal =
        Refusal::of(Reason::LimitExceeded).with(Fact::Limit, "1000").with(Fact::Used, "1000");
    let status = Failure::from(refusal).status(&audience(&nobody(), Locale::English));
    let quota = status.get_details_quota_failure().unwrap().violations;
    assert_eq!(quota[0].quota_value, 1000);
    assert_eq!(quota[0].quota_dimensions.get("used").map(String::as_str), Some("1000"));
    assert_eq!(metadata(&status, "limit").as_deref(), Some("1000"));
}

#[test]
fn scopes_of_the_reader_decide_not_those_of_nobody() {
    let unknown = Audience::unknown(Locale::English, "");
    assert!(!Scope::VARIANTS.iter().any(|scope| unknown.may(*scope)));
}
