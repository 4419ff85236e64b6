//! ChangeAccountStatus: what each action does, where it doesn't apply, and what
//! history keeps. The calls here serve the tests beside it too.

mod loss;
mod opening;
mod orders;
mod refused;
mod table;

use account_status::pb::v1::*;
use chrono::{DateTime, NaiveDateTime, TimeZone, Utc};
use prost_types::Timestamp;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::harness::Bank;
use crate::harness::calls::*;

/// The account of tests that need only one.
pub(crate) const N: &str = "6222021234567890123";

/// An action's request with a cause.
pub(crate) fn change(
    number: &str,
    action: StatusAction,
    cause: Cause,
) -> ChangeAccountStatusRequest {
    ChangeAccountStatusRequest {
        account_number: number.to_owned(),
        action: action.into(),
        cause: cause.into(),
        request_id: fresh(),
        ..ChangeAccountStatusRequest::default()
    }
}

/// Carries out an action, or a request for one with metadata.
pub(crate) async fn carry_out(
    bank: &Bank,
    request: impl tonic::IntoRequest<ChangeAccountStatusRequest>,
) -> Result<AccountStatusInfo, Status> {
    let response = bank.account_client().change_account_status(request).await?.into_inner();
    match response.outcome.unwrap() {
        change_account_status_response::Outcome::AccountStatus(info) => Ok(info),
        change_account_status_response::Outcome::Approval(approval) => {
            panic!("it waits for a second person: {approval:?}")
        }
    }
}

/// Carries out an action that has one cause.
pub(crate) async fn set(
    bank: &Bank,
    number: &str,
    action: StatusAction,
    cause: Cause,
) -> Result<AccountStatusInfo, Status> {
    carry_out(bank, change(number, action, cause)).await
}

/// Carries out an action that has no cause.
pub(crate) async fn plain(
    bank: &Bank,
    number: &str,
    action: StatusAction,
) -> Result<AccountStatusInfo, Status> {
    set(bank, number, action, Cause::Unspecified).await
}

/// A fraud stop of the police platform, under a case number.
pub(crate) fn fraud_stop(number: &str, case: &str) -> ChangeAccountStatusRequest {
    ChangeAccountStatusRequest {
        authority: "Police platform".to_owned(),
        document_no: case.to_owned(),
        ..change(number, StatusAction::StopPayment, Cause::StopFraud)
    }
}

/// A restriction.
pub(crate) fn restrict(number: &str, restriction: Restriction) -> ChangeAccountStatusRequest {
    let cause = match restriction {
        Restriction::NonCounter => Cause::NonCounterSuspended,
        _ => Cause::RestrictedByList,
    };
    ChangeAccountStatusRequest {
        restriction: restriction.into(),
        ..change(number, StatusAction::Restrict, cause)
    }
}

/// An instant from an answer.
pub(crate) fn instant(time: &Option<Timestamp>) -> DateTime<Utc> {
    let time = time.as_ref().unwrap();
    let nanos = u32::try_from(time.nanos).unwrap();
    Utc.timestamp_opt(time.seconds, nanos).unwrap()
}

/// An instant for a request.
pub(crate) fn stamp(at: DateTime<Utc>) -> Option<Timestamp> {
    let nanos = i32::try_from(at.timestamp_subsec_nanos()).unwrap();
    Some(Timestamp { seconds: at.timestamp(), nanos })
}

/// An instant by the clocks of Shanghai.
pub(crate) fn local(text: &str) -> DateTime<Utc> {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S%.f").unwrap();
    chrono_tz::Asia::Shanghai.from_local_datetime(&local).unwrap().with_timezone(&Utc)
}

/// What the metadata of an error say under a key.
pub(crate) fn told(status: &Status, key: &str) -> Option<String> {
    status.get_error_details().error_info().unwrap().metadata.get(key).cloned()
}

/// What the violated preconditions are about, with their reasons.
pub(crate) fn subjects(status: &Status) -> Vec<(String, String)> {
    let details = status.get_error_details();
    let violations = &details.precondition_failure().unwrap().violations;
    violations.iter().map(|found| (found.r#type.clone(), found.subject.clone())).collect()
}

/// The conditions of an answer, as kinds and causes.
pub(crate) fn held(info: &AccountStatusInfo) -> Vec<(Condition, Cause)> {
    info.conditions.iter().map(|row| (row.condition(), row.cause())).collect()
}

/// The id of the first condition with a cause.
pub(crate) fn id_of(info: &AccountStatusInfo, cause: Cause) -> String {
    let found = info.conditions.iter().find(|row| row.cause() == cause);
    found.unwrap_or_else(|| panic!("no {cause:?} in {info:?}")).condition_id.clone()
}

/// The answer to an operation.
pub(crate) fn answer(info: &AccountStatusInfo, operation: Operation) -> OperationAnswer {
    info.operations.iter().find(|row| row.operation() == operation).unwrap().answer()
}

/// Everything that reads show of an account.
pub(crate) async fn picture(
    bank: &Bank,
    number: &str,
) -> (AccountStatusInfo, Vec<StatusChange>, Vec<FreezeRecord>) {
    let info = bank.status(number).await.unwrap();
    (info, bank.history(number).await, bank.freezes(number).await)
}

/// The codes of the history, oldest first.
pub(crate) async fn codes(bank: &Bank, number: &str) -> Vec<String> {
    let mut rows = bank.history(number).await;
    rows.reverse();
    rows.into_iter().map(|row| row.new_status_code).collect()
}
