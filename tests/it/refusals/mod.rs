//! Each reason to refuse, provoked over the wire: its code, its details, its one message for all,
//! and nothing personal in it. And which reason answers when several hold.

mod precedence;
mod provoke;

use std::collections::BTreeSet;

use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::*;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use crate::harness::calls::*;
use crate::harness::{Bank, Engine, engine};
use crate::on_every_engine;
use provoke::{acting, asking, colliding, standing, too_long};

/// What a caller asks for isn't there, or can't be understood.
const ASKING: [R; 5] = [
    R::InvalidRequest,
    R::AccountNotFound,
    R::CardNotFound,
    R::FreezeNotFound,
    R::WithdrawalNotFound,
];
/// The command collides with another one.
const COLLIDING: [R; 5] =
    [R::RequestIdReused, R::EtagMismatch, R::AccountExists, R::TransactionExists, R::CardExists];
/// The account doesn't let the money pass.
const STANDING: [R; 12] = [
    R::CurrencyMismatch,
    R::AccountClosed,
    R::AccountOpenFailed,
    R::AccountOpening,
    R::AccountFrozen,
    R::AccountLost,
    R::AccountStoppay,
    R::AccountSuspicious,
    R::AccountInfoExpired,
    R::AccountDormant,
    R::AccountRestricted,
    R::InsufficientAvailableFunds,
];
/// The act itself is refused.
const ACTING: [R; 9] = [
    R::ActionNotApplicable,
    R::CloseBlocked,
    R::WithdrawalNotCancellable,
    R::FreezeNotInForce,
    R::FundsAlreadyFrozen,
    R::OrganWithoutPower,
    R::TermTooLong,
    R::StopRepeated,
    R::NotThisAuthority,
];
/// In a test of its own here, because it needs a setting.
const CAPPED: [R; 1] = [R::LimitExceeded];
/// In `errors` and `faults`, because the transport or the database provokes them.
const TRANSPORT: [R; 6] = [
    R::Overloaded,
    R::DeadlineExceeded,
    R::Unavailable,
    R::Unimplemented,
    R::MessageTooLarge,
    R::Internal,
];
/// Shown by the tests of their topics; or nothing leads to them yet, or nothing that a test could do.
const ELSEWHERE: [(R, &str); 15] = [
    (R::Unspecified, "never sent"),
    (R::Unauthenticated, "no credentials can be configured yet"),
    (R::PermissionDenied, "every principal has all scopes but confidential, which no call needs"),
    (R::ApprovalNotFound, "the tests of approvals have it"),
    (R::ApproverIsProposer, "the tests of approvals have it"),
    (R::ApprovalDecided, "the tests of approvals have it"),
    (R::ApprovalStale, "the tests of approvals have it"),
    (R::ObjectionNotFound, "the tests of objections have it"),
    (R::ChannelNotFound, "the tests of channels have it"),
    (R::CaseNotFound, "the tests of cases have it"),
    (R::SuspenseNotFound, "the tests of suspense have it"),
    (R::ProtectedFunds, "the tests of protected accounts have it"),
    (R::OutOfTurn, "the tests of courts have it"),
    (R::RateLimited, "no client has a rate yet"),
    (R::Conflict, "nobody else writes to the database of a test"),
];

/// What must never stand in an error: the payee and the holder, as `harness::calls` names them.
const PERSONAL: [&str; 6] =
    ["9990111122223333", "Example Payee", "Example Bank", "999100000001", "Lin Zhixia", "C10001"];

/// The details that go with a reason beside ErrorInfo and LocalizedMessage.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extra {
    Nothing,
    Fields,
    Resource(&'static str),
    Preconditions,
    Quota,
    Retry,
    Request,
}

/// The table of design, contract, "Errors".
fn documented(reason: R) -> (Code, Extra) {
    match reason {
        R::InvalidRequest => (Code::InvalidArgument, Extra::Fields),
        R::AccountNotFound => (Code::NotFound, Extra::Resource("accountstatus.v1/Account")),
        R::CardNotFound => (Code::NotFound, Extra::Resource("accountstatus.v1/Card")),
        R::FreezeNotFound => (Code::NotFound, Extra::Resource("accountstatus.v1/FreezeRecord")),
        R::WithdrawalNotFound => (Code::NotFound, Extra::Resource("accountstatus.v1/Withdrawal")),
        R::RequestIdReused | R::AccountExists | R::TransactionExists | R::CardExists => {
            (Code::AlreadyExists, Extra::Nothing)
        }
        R::EtagMismatch => (Code::Aborted, Extra::Retry),
        R::LimitExceeded => (Code::FailedPrecondition, Extra::Quota),
        R::DeadlineExceeded => (Code::DeadlineExceeded, Extra::Nothing),
        R::Overloaded => (Code::ResourceExhausted, Extra::Retry),
        R::Unavailable => (Code::Unavailable, Extra::Retry),
        R::Internal => (Code::Internal, Extra::Request),
        R::Unimplemented => (Code::Unimplemented, Extra::Nothing),
        R::MessageTooLarge => (Code::OutOfRange, Extra::Nothing),
        _ => (Code::FailedPrecondition, Extra::Preconditions),
    }
}

/// Checks an error against the table, and that it tells nothing personal.
pub(crate) fn assert_canonical(expected: R, status: &Status, secrets: &[&str]) {
    let name = expected.as_str_name().trim_start_matches("ERROR_REASON_");
    let (code, extra) = documented(expected);
    assert_eq!((status.code(), reason(status).as_str()), (code, name), "{status:?}");
    let details = status.get_error_details();
    assert_eq!(details.error_info().unwrap().domain, "accountstatus.v1");
    let line = details.localized_message().unwrap();
    assert!(!line.message.trim().is_empty() && !line.locale.is_empty(), "{name}");
    assert!(!status.message().is_empty(), "{name}");
    let fields = details.bad_request().is_some_and(|bad| !bad.field_violations.is_empty());
    assert_eq!(fields, extra == Extra::Fields, "{name}: BadRequest");
    let resource = details.resource_info().map(|info| info.resource_type.as_str());
    let expected_resource = if let Extra::Resource(kind) = extra { Some(kind) } else { None };
    assert_eq!(resource, expected_resource, "{name}: ResourceInfo");
    let listed = violations(status);
    let preconditions = matches!(extra, Extra::Preconditions | Extra::Quota);
    assert_eq!(listed.first().map(String::as_str), preconditions.then_some(name), "{listed:?}");
    let quota = details.quota_failure().is_some_and(|quota| !quota.violations.is_empty());
    assert_eq!(quota, extra == Extra::Quota, "{name}: QuotaFailure");
    let delay = details.retry_info().and_then(|retry| retry.retry_delay);
    assert_eq!(delay.is_some_and(|delay| !delay.is_zero()), extra == Extra::Retry, "{name}");
    let call = details.request_info().is_some_and(|info| !info.request_id.is_empty());
    assert_eq!(call, extra == Extra::Request, "{name}: RequestInfo");
    assert_no_personal_data(status, secrets);
}

/// Nothing of the holder, the payee or the numbers asked about stands in an error, wherever.
fn assert_no_personal_data(status: &Status, secrets: &[&str]) {
    let headers = status.metadata().clone().into_headers();
    let headers: Vec<&[u8]> = headers.values().map(http::HeaderValue::as_bytes).collect();
    let parts = [status.message().as_bytes(), status.details()];
    for secret in PERSONAL.iter().chain(secrets) {
        let found = parts.iter().chain(&headers).any(|part| holds(part, secret));
        assert!(!found, "{secret} stands in {status:?}");
    }
}

fn holds(part: &[u8], text: &str) -> bool {
    part.windows(text.len()).any(|window| window == text.as_bytes())
}

/// A reason looks the same whichever account it is about.
async fn assert_group(bank: &Bank, group: &[R], provoke: impl AsyncFn(&Bank, R, &str) -> Status) {
    for (index, expected) in group.iter().enumerate() {
        let numbers = [1, 2].map(|twin| format!("99905840010000{index:03}{twin:02}"));
        let one = provoke(bank, *expected, &numbers[0]).await;
        let other = provoke(bank, *expected, &numbers[1]).await;
        assert_eq!(one.message(), other.message(), "{expected:?}");
        for (status, number) in [(&one, &numbers[0]), (&other, &numbers[1])] {
            assert_canonical(*expected, status, &[number]);
        }
    }
}

/// An account in each displayed status, with 1,000.00 on it where money can be there.
pub(crate) async fn in_status(bank: &Bank, number: &str, status: AccountStatus) {
    use StatusAction as A;
    match status {
        AccountStatus::Opening => return bank.applied(number).await,
        AccountStatus::OpenFailed => {
            bank.applied(number).await;
            let reject = bank.act(number, A::RejectOpening, |change| {
                change.causes = vec![Cause::OpeningIncomplete.into()];
                change.missing_items = vec!["lease proof".to_owned()];
            });
            reject.await.unwrap();
            return;
        }
        AccountStatus::Closed => {
            bank.account(number, "0").await;
            bank.act(number, A::Close, |_| {}).await.unwrap();
            return;
        }
        _ => bank.account(number, "1000.00").await,
    }
    let of_cause = async |action, cause| {
        let change = bank.act(number, action, |change| {
            change.cause = Cause::into(cause);
            change.authority = "Anti-Fraud Centre".to_owned();
            change.document_no = "ZF-17".to_owned();
            if action == A::Restrict {
                change.restriction = Restriction::NoDebit.into();
            }
        });
        change.await.unwrap();
    };
    match status {
        AccountStatus::Frozen => _ = bank.freeze(bank.court_order(number, "")).await.unwrap(),
        AccountStatus::Lost => of_cause(A::ReportLoss, Cause::LossOral).await,
        AccountStatus::Stoppay => of_cause(A::StopPayment, Cause::StopFraud).await,
        AccountStatus::Suspicious => of_cause(A::MarkSuspicious, Cause::SuspiciousPattern).await,
        AccountStatus::InfoExpired => {
            of_cause(A::RequireVerification, Cause::IdentityNotVerified).await;
        }
        AccountStatus::Dormant => of_cause(A::MarkDormant, Cause::DormantNoUse).await,
        AccountStatus::Restricted => of_cause(A::Restrict, Cause::RestrictedByList).await,
        _ => {}
    }
}

#[test]
fn every_reason_has_its_place_in_these_tests() {
    let mut placed: Vec<R> = [&ASKING[..], &COLLIDING, &STANDING, &ACTING, &CAPPED, &TRANSPORT]
        .concat()
        .into_iter()
        .chain(ELSEWHERE.map(|(reason, _why)| reason))
        .collect();
    let all: Vec<R> = (0..1_000).filter_map(|number| R::try_from(number).ok()).collect();
    placed.sort();
    assert_eq!(placed, all, "a reason is placed twice, or not at all");
    let messages: BTreeSet<&str> = all.iter().map(R::as_str_name).collect();
    assert_eq!(messages.len(), all.len());
}

on_every_engine! {
    async fn what_is_malformed_or_not_there_is_said_without_repeating_it(bank) {
        assert_group(&bank, &ASKING, asking).await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn collisions_are_told_apart(bank) {
        assert_group(&bank, &COLLIDING, colliding).await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn each_status_refuses_a_withdrawal_with_its_own_reason(bank) {
        assert_group(&bank, &STANDING, standing).await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn acts_that_do_not_fit_say_why(bank) {
        assert_group(&bank, &ACTING, acting).await;
        let number = "9990584001000000900";
        bank.account(number, "0").await;
        let refused = bank.freeze(too_long(bank.court_order(number, ""))).await.unwrap_err();
        let details = refused.get_error_details();
        let latest = details.error_info().unwrap().metadata.get("latest").cloned();
        assert_eq!(latest.as_deref(), Some("2027-03-10T16:00:00Z"), "a year from service");
        bank.finish().await;
    }
}

/// LIMIT_EXCEEDED: the cap on open withdrawals says limit and use, and blocks nothing.
async fn open_withdrawals_are_capped(engine: Engine) {
    let bank = Bank::open_with(engine, |given| given.open_withdrawals_max = Some(2)).await;
    let mut refused = Vec::new();
    for number in ["9990584001000000901", "9990584001000000902"] {
        bank.account(number, "1000.00").await;
        let first = bank.withdraw(number, "1.00").await.unwrap();
        bank.withdraw(number, "1.00").await.unwrap();
        let third = bank.withdraw(number, "1.00").await.unwrap_err();
        assert_canonical(R::LimitExceeded, &third, &[number]);
        let details = third.get_error_details();
        let quota = &details.quota_failure().unwrap().violations[0];
        let said = |name: &str| quota.quota_dimensions.get(name).cloned();
        assert_eq!(
            (quota.quota_value, said("limit"), said("used")),
            (2, Some("2".to_owned()), Some("2".to_owned()),)
        );
        let both = bank.withdraw(number, "998.01").await.unwrap_err();
        assert_eq!(reason(&both), "INSUFFICIENT_AVAILABLE_FUNDS");
        assert_eq!(violations(&both), ["INSUFFICIENT_AVAILABLE_FUNDS", "LIMIT_EXCEEDED"]);
        assert_eq!(bank.available(number).await, "998.00");
        bank.cancel(number, &first.withdrawal_id).await.unwrap();
        bank.withdraw(number, "1.00").await.unwrap();
        refused.push(third);
    }
    assert_eq!(refused[0].message(), refused[1].message());
    bank.finish().await;
}

mod open_withdrawals_beyond_the_cap_are_refused_with_limit_and_use {
    use super::*;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        open_withdrawals_are_capped(Engine::Sqlite).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        if engine::postgres_is_there().await {
            open_withdrawals_are_capped(Engine::Postgres).await;
        }
    }
}
