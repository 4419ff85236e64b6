//! Cases and what stands in suspense: read, worked on and resolved with scopes of their own.

use super::*;
use crate::pb::v1::withdrawal_case_service_client::WithdrawalCaseServiceClient;

#[tokio::test]
async fn cases_and_suspense_are_for_who_may_read_cases() {
    let desk = Desk::open().await;
    let read = [Scope::CaseRead];
    desk.needs(&read, async |edge| {
        let list = v1::ListCasesRequest::default();
        WithdrawalCaseServiceClient::new(edge).list_cases(list).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let get = v1::GetCaseRequest { case_id: id(), ..Default::default() };
        WithdrawalCaseServiceClient::new(edge).get_case(get).await
    })
    .await;
    for kind in [v1::SuspenseKind::Unspecified, v1::SuspenseKind::Inbox] {
        desk.needs(&read, async |edge| {
            let list = v1::ListSuspenseRequest { kind: kind.into(), ..Default::default() };
            WithdrawalCaseServiceClient::new(edge).list_suspense(list).await
        })
        .await;
    }
    desk.close().await;
}

#[tokio::test]
async fn cases_are_assigned_and_noted_on_by_who_may_write_cases() {
    let desk = Desk::open().await;
    let write = [Scope::CaseWrite];
    desk.needs(&write, async |edge| {
        let assign = v1::AssignCaseRequest {
            account_number: number(),
            case_id: id(),
            owner: "ops.li".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        WithdrawalCaseServiceClient::new(edge).assign_case(assign).await
    })
    .await;
    desk.needs(&write, async |edge| {
        let note = v1::AddCaseNoteRequest {
            account_number: number(),
            case_id: id(),
            kind: v1::CaseEntryKind::Note.into(),
            text: "called them".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        WithdrawalCaseServiceClient::new(edge).add_case_note(note).await
    })
    .await;
    desk.close().await;
}

/// Whoever may work on cases may not end them for that, with money or without.
#[tokio::test]
async fn cases_are_resolved_and_suspense_cleared_by_who_may_resolve_cases() {
    let desk = Desk::open().await;
    let resolve = [Scope::CaseResolve];
    for resolution in [v1::CaseResolution::NoAction, v1::CaseResolution::WriteOff] {
        desk.needs(&resolve, async |edge| {
            let resolve = v1::ResolveCaseRequest {
                account_number: number(),
                case_id: id(),
                resolution: resolution.into(),
                reference: "receipt 1".to_owned(),
                reason: "it was paid".to_owned(),
                request_id: id(),
                ..Default::default()
            };
            WithdrawalCaseServiceClient::new(edge).resolve_case(resolve).await
        })
        .await;
    }
    // Money of an account, and the inbox, which belongs to none.
    for (account_number, clearing) in
        [(number(), v1::SuspenseClearing::WriteOff), (String::new(), v1::SuspenseClearing::Dismiss)]
    {
        desk.needs(&resolve, async |edge| {
            let clear = v1::ClearSuspenseRequest {
                account_number: account_number.clone(),
                item_id: id(),
                clearing: clearing.into(),
                reason: "nobody's".to_owned(),
                request_id: id(),
                ..Default::default()
            };
            WithdrawalCaseServiceClient::new(edge).clear_suspense(clear).await
        })
        .await;
    }
    desk.close().await;
}
