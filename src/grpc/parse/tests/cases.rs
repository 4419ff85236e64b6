//! Requests about cases and suspense: what is wrong with them, and what their tokens are bound to.

use super::*;
use crate::ask::{CasePlace, SuspensePlace};
use crate::domain::case::{CaseEntryKind, CaseResolution, CaseState, RootCause};
use crate::domain::id::CaseId;
use crate::domain::principal::Scope;
use crate::domain::suspense::Clearing;
use crate::domain::transaction::Booking;

/// Text that no field takes.
const INVISIBLE: &str = "a\u{202e}b";

fn assignment() -> v1::AssignCaseRequest {
    v1::AssignCaseRequest {
        account_number: NUMBER.to_owned(),
        case_id: "C1".to_owned(),
        owner: "ops.li".to_owned(),
        request_id: "assign-0001".to_owned(),
        ..v1::AssignCaseRequest::default()
    }
}

fn note(kind: v1::CaseEntryKind) -> v1::AddCaseNoteRequest {
    v1::AddCaseNoteRequest {
        account_number: NUMBER.to_owned(),
        case_id: "C1".to_owned(),
        kind: kind.into(),
        text: "called them".to_owned(),
        request_id: "note-0001".to_owned(),
        ..v1::AddCaseNoteRequest::default()
    }
}

fn resolution(resolution: v1::CaseResolution) -> v1::ResolveCaseRequest {
    v1::ResolveCaseRequest {
        account_number: NUMBER.to_owned(),
        case_id: "C1".to_owned(),
        resolution: resolution.into(),
        reference: "receipt 1".to_owned(),
        reason: "the payee has it".to_owned(),
        request_id: "resolve-0001".to_owned(),
        ..v1::ResolveCaseRequest::default()
    }
}

fn clearing(clearing: v1::SuspenseClearing) -> v1::ClearSuspenseRequest {
    v1::ClearSuspenseRequest {
        account_number: NUMBER.to_owned(),
        item_id: "T1.1.returned".to_owned(),
        clearing: clearing.into(),
        reason: "paid elsewhere".to_owned(),
        request_id: "clear-0001".to_owned(),
        ..v1::ClearSuspenseRequest::default()
    }
}

#[test]
fn lists_of_cases_name_every_filter_that_is_wrong() {
    let body = v1::ListCasesRequest {
        account_number: "not a number".to_owned(),
        state: 99,
        cause: 99,
        owner_role: 99,
        owner: INVISIBLE.to_owned(),
        withdrawal_id: "w".repeat(200),
        channel: INVISIBLE.to_owned(),
        due_before: Some(Timestamp { seconds: i64::MAX, nanos: 0 }),
        page_size: -1,
        page_token: "garbage".to_owned(),
    };
    let all = [
        "due_before",
        "page_size",
        "page_token",
        "account_number",
        "state",
        "cause",
        "owner_role",
        "owner",
        "withdrawal_id",
        "channel",
    ];
    assert_eq!(fields(cases(body, &caller())), all);
}

#[test]
fn who_lacks_the_scope_asks_for_open_cases_alone() {
    let asked = cases(v1::ListCasesRequest::default(), &caller()).unwrap();
    assert!(!asked.filter.confidential);
    let auditor =
        Caller { principal: Principal::new("auditor", [Scope::Confidential]), ..caller() };
    let state = v1::CaseState::Waiting.into();
    let asked = cases(v1::ListCasesRequest { state, ..Default::default() }, &auditor).unwrap();
    assert!(asked.filter.confidential);
    assert_eq!(asked.filter.state, Some(CaseState::Waiting));
}

#[test]
fn a_case_is_found_by_its_id_and_its_account_if_that_is_said() {
    let named = |case_id: &str, number: &str| {
        let (case_id, account_number) = (case_id.to_owned(), number.to_owned());
        case(&v1::GetCaseRequest { case_id, account_number })
    };
    assert_eq!(named("C1", "").unwrap(), (None, CaseId::parse("C1").unwrap()));
    assert!(named("C1", NUMBER).unwrap().0.is_some());
    assert_eq!(fields(named("", "not a number")), ["case_id", "account_number"]);
    assert_eq!(fields(named("two words", "")), ["case_id"]);
}

#[test]
fn an_assignment_names_everything_that_is_wrong() {
    let bare = ["account_number", "request_id", "case_id", "owner"];
    assert_eq!(fields(assign_case(v1::AssignCaseRequest::default(), &caller())), bare);
    let body = v1::AssignCaseRequest {
        owner: "two words".to_owned(),
        owner_role: 99,
        reason: "x".repeat(501),
        etag: status_etag(1),
        ..assignment()
    };
    let all = ["owner", "owner_role", "reason", "etag"];
    assert_eq!(fields(assign_case(body, &caller())), all);
    let body = v1::AssignCaseRequest { etag: case_etag(3), ..assignment() };
    let envelope = assign_case(body, &caller()).unwrap();
    let Command::AssignCase(assign) = envelope.command else { panic!("another command") };
    assert_eq!((assign.expected_version, assign.owner.as_str()), (Some(3), "ops.li"));
    // The version of the account is another matter.
    assert_eq!(envelope.expected_version, None);
}

#[test]
fn a_note_names_everything_that_is_wrong() {
    let bare = ["account_number", "request_id", "case_id", "kind", "text"];
    assert_eq!(fields(add_case_note(v1::AddCaseNoteRequest::default(), &caller())), bare);
    let body = v1::AddCaseNoteRequest {
        text: "x".repeat(2_001),
        institution: "CH-CARD".to_owned(),
        reference: "x".repeat(129),
        root_cause: v1::RootCause::Network.into(),
        ..note(v1::CaseEntryKind::Note)
    };
    let all = ["text", "institution", "reference", "root_cause"];
    assert_eq!(fields(add_case_note(body, &caller())), all);
}

#[test]
fn each_kind_of_note_asks_for_what_belongs_to_it() {
    use v1::CaseEntryKind as Kind;
    let add = |body| add_case_note(body, &caller());
    for kind in [Kind::Consulted, Kind::Answered] {
        assert_eq!(fields(add(note(kind))), ["institution"], "{kind:?}");
        let institution = "CH-CARD".to_owned();
        assert!(add(v1::AddCaseNoteRequest { institution, ..note(kind) }).is_ok(), "{kind:?}");
    }
    assert_eq!(fields(add(note(Kind::Analysed))), ["root_cause"]);
    let root_cause = v1::RootCause::Network.into();
    let analysed = add(v1::AddCaseNoteRequest { root_cause, ..note(Kind::Analysed) }).unwrap();
    let Command::AddCaseNote(analysed) = analysed.command else { panic!("another command") };
    assert_eq!(analysed.root_cause, Some(RootCause::Network));
    assert_eq!(analysed.kind, CaseEntryKind::Analysed);
    let wordless = v1::AddCaseNoteRequest { text: String::new(), ..note(Kind::Acknowledged) };
    assert!(add(wordless).is_ok());
    for kind in [
        Kind::Attempt,
        Kind::Evidence,
        Kind::Opened,
        Kind::Reminded,
        Kind::Escalated,
        Kind::Assigned,
        Kind::Proposed,
        Kind::Declined,
        Kind::Resolved,
    ] {
        assert_eq!(fields(add(note(kind))), ["kind"], "{kind:?}");
    }
}

#[test]
fn a_resolution_names_everything_that_is_wrong() {
    let bare = ["account_number", "request_id", "case_id", "resolution", "reason"];
    assert_eq!(fields(resolve_case(v1::ResolveCaseRequest::default(), &caller())), bare);
    let body = v1::ResolveCaseRequest {
        reference: "x".repeat(129),
        paid_amount: cny("1.00"),
        reason: INVISIBLE.to_owned(),
        root_cause: v1::RootCause::Network.into(),
        etag: suspense_etag(1),
        ..resolution(v1::CaseResolution::MarkFailed)
    };
    let all = ["reference", "paid_amount", "reason", "root_cause", "etag"];
    assert_eq!(fields(resolve_case(body, &caller())), all);
    let body = v1::ResolveCaseRequest {
        paid_amount: cny("1.001"),
        analysis: "x".repeat(2_001),
        ..resolution(v1::CaseResolution::MarkSettled)
    };
    let all = ["paid_amount.amount", "root_cause", "analysis"];
    assert_eq!(fields(resolve_case(body, &caller())), all);
}

#[test]
fn what_moves_money_rests_on_evidence_and_some_resolutions_are_not_asked_for() {
    use v1::CaseResolution as Way;
    for way in [Way::MarkSettled, Way::MarkFailed, Way::WriteOff, Way::WriteToSuspense] {
        let bare = v1::ResolveCaseRequest { reference: String::new(), ..resolution(way) };
        assert_eq!(fields(resolve_case(bare, &caller())), ["reference"], "{way:?}");
    }
    for way in [Way::NoAction, Way::Retry, Way::NextChannel] {
        let bare = v1::ResolveCaseRequest { reference: String::new(), ..resolution(way) };
        assert!(resolve_case(bare, &caller()).is_ok(), "{way:?}");
    }
    for way in [Way::ByItself, Way::Cleared] {
        assert_eq!(fields(resolve_case(resolution(way), &caller())), ["resolution"], "{way:?}");
    }
    let body = v1::ResolveCaseRequest {
        paid_amount: cny("9.90"),
        etag: case_etag(2),
        validate_only: true,
        ..resolution(Way::MarkSettled)
    };
    let envelope = resolve_case(body, &caller()).unwrap();
    assert_eq!(envelope.effect, Effect::ValidateOnly);
    let Command::ResolveCase(resolve) = envelope.command else { panic!("another command") };
    assert_eq!(resolve.resolution, CaseResolution::MarkSettled);
    assert_eq!(resolve.paid_amount.map(|paid| paid.minor), Some(990));
    assert_eq!(resolve.expected_version, Some(2));
}

#[test]
fn lists_of_suspense_name_every_filter_that_is_wrong() {
    let body = v1::ListSuspenseRequest {
        account_number: "not a number".to_owned(),
        kind: 99,
        include_cleared: false,
        channel: INVISIBLE.to_owned(),
        page_size: -1,
        page_token: "garbage".to_owned(),
    };
    let all = ["kind", "page_size", "page_token", "account_number", "channel"];
    assert_eq!(fields(suspense(body)), all);
    let kind = v1::SuspenseKind::Inbox.into();
    let account_number = NUMBER.to_owned();
    let body = v1::ListSuspenseRequest { kind, account_number, ..Default::default() };
    assert_eq!(fields(suspense(body)), ["account_number"]);
    let kind = v1::SuspenseKind::Receivable.into();
    let asked = suspense(v1::ListSuspenseRequest { kind, ..Default::default() }).unwrap();
    let Listed::Money(filter, _) = asked.listed else { panic!("{asked:?}") };
    assert_eq!(filter.booking, Some(Booking::Receivable));
}

#[test]
fn a_clearing_names_everything_that_is_wrong() {
    use v1::SuspenseClearing as Way;
    let clear = |body| clear_suspense(body, &caller());
    let bare = ["account_number", "request_id", "item_id", "clearing", "reason"];
    assert_eq!(fields(clear(v1::ClearSuspenseRequest::default())), bare);
    let body = v1::ClearSuspenseRequest {
        item_id: "two words".to_owned(),
        other_item_id: "T2".to_owned(),
        reference: "x".repeat(129),
        reason: "x".repeat(501),
        etag: case_etag(1),
        ..clearing(Way::WriteOff)
    };
    let all = ["item_id", "other_item_id", "reference", "reason", "etag"];
    assert_eq!(fields(clear(body)), all);
    assert_eq!(fields(clear(clearing(Way::Dismiss))), ["clearing"]);
    assert_eq!(fields(clear(clearing(Way::SettledOutside))), ["reference"]);
    assert_eq!(fields(clear(clearing(Way::Offset))), ["other_item_id"]);
    let other_item_id = "T2".to_owned();
    let etag = suspense_etag(4);
    let body = v1::ClearSuspenseRequest { other_item_id, etag, ..clearing(Way::Offset) };
    let Command::ClearSuspense(read) = clear(body).unwrap().command else { panic!("another") };
    assert_eq!((read.clearing, read.expected_version), (Clearing::Offset, Some(4)));
    assert!(read.other_item_id.is_some());
}

#[test]
fn a_token_leads_on_in_its_own_list_of_cases_alone() {
    let place = CasePlace { due_time: now(), case_id: CaseId::parse("C1").unwrap() };
    let first = v1::ListCasesRequest { owner: "ops.li".to_owned(), ..Default::default() };
    let query = cases(first.clone(), &caller()).unwrap().query;
    let page_token = next_page_token(&query, Some(place.clone()));
    let on = v1::ListCasesRequest { page_token: page_token.clone(), page_size: 7, ..first };
    assert_eq!(cases(on.clone(), &caller()).unwrap().page.after, Some(place));
    let due_before = Some(Timestamp { seconds: now().timestamp(), nanos: 0 });
    let number = NUMBER.to_owned();
    for other in [
        v1::ListCasesRequest { account_number: number, ..on.clone() },
        v1::ListCasesRequest { state: v1::CaseState::Open.into(), ..on.clone() },
        v1::ListCasesRequest { cause: v1::CaseCause::Mismatch.into(), ..on.clone() },
        v1::ListCasesRequest { owner_role: v1::CaseRole::Risk.into(), ..on.clone() },
        v1::ListCasesRequest { owner: String::new(), ..on.clone() },
        v1::ListCasesRequest { withdrawal_id: "W1".to_owned(), ..on.clone() },
        v1::ListCasesRequest { channel: "CH-1".to_owned(), ..on.clone() },
        v1::ListCasesRequest { due_before, ..on },
    ] {
        assert_eq!(fields(cases(other, &caller())), ["page_token"]);
    }
    let list = v1::ListSuspenseRequest { page_token, ..Default::default() };
    assert_eq!(fields(suspense(list)), ["page_token"]);
}

#[test]
fn a_token_leads_on_in_its_own_list_of_suspense_alone() {
    let (item_id, account_number) = ("T1.1.returned".to_owned(), NUMBER.to_owned());
    let place = SuspensePlace { create_time: now(), item_id, account_number };
    let query = suspense(v1::ListSuspenseRequest::default()).unwrap().query;
    let page_token = next_page_token(&query, Some(place.clone()));
    let on = v1::ListSuspenseRequest { page_token, ..Default::default() };
    let Listed::Money(_, page) = suspense(on.clone()).unwrap().listed else { panic!("{on:?}") };
    assert_eq!(page.after, Some(place));
    for other in [
        v1::ListSuspenseRequest { account_number: NUMBER.to_owned(), ..on.clone() },
        v1::ListSuspenseRequest { kind: v1::SuspenseKind::Suspense.into(), ..on.clone() },
        v1::ListSuspenseRequest { include_cleared: true, ..on.clone() },
        v1::ListSuspenseRequest { channel: "CH-1".to_owned(), ..on },
    ] {
        assert_eq!(fields(suspense(other)), ["page_token"]);
    }
}
