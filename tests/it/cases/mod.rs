//! Cases and suspense over gRPC: opened, read as one story, assigned, noted, reminded of, resolved and
//! cleared, with a second person where money moves. The calls here serve the tests beside it.

mod causes;
mod desk;
mod reminders;
mod story;
mod suspended;
mod suspense;

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

const ACCOUNT: &str = "8300000001";

/// The same bank, from now on with a second person.
async fn strict(bank: Bank) -> Bank {
    bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await
}

/// An account without money, and what happened elsewhere that it could not take: 30.00 are owed.
async fn owing(bank: &Bank) -> WithdrawalCase {
    bank.account(ACCOUNT, "0").await;
    bank.record(bank.posting(ACCOUNT, Direction::Debit, "30.00")).await.unwrap();
    one(bank, CaseCause::FactNotBooked).await
}

async fn list(bank: &Bank, request: ListCasesRequest) -> Vec<WithdrawalCase> {
    bank.case_client().list_cases(request).await.unwrap().into_inner().cases
}

/// The one case of this cause.
async fn one(bank: &Bank, cause: CaseCause) -> WithdrawalCase {
    let request = ListCasesRequest { cause: cause.into(), ..Default::default() };
    let mut cases = list(bank, request).await;
    assert_eq!(cases.len(), 1, "{cases:#?}");
    cases.pop().unwrap()
}

/// A case with its way.
async fn story(bank: &Bank, case: &WithdrawalCase) -> (WithdrawalCase, Vec<CaseEntry>) {
    let get = GetCaseRequest { case_id: case.case_id.clone(), ..Default::default() };
    let answer = bank.case_client().get_case(get).await.unwrap().into_inner();
    (answer.withdrawal_case.unwrap(), answer.entries)
}

fn kinds(entries: &[CaseEntry]) -> Vec<CaseEntryKind> {
    entries.iter().map(CaseEntry::kind).collect()
}

fn note(case: &WithdrawalCase, kind: CaseEntryKind) -> AddCaseNoteRequest {
    let asked = matches!(kind, CaseEntryKind::Consulted | CaseEntryKind::Answered);
    let analysed = kind == CaseEntryKind::Analysed;
    let root = if analysed { RootCause::Channel } else { RootCause::Unspecified };
    AddCaseNoteRequest {
        account_number: case.account_number.clone(),
        case_id: case.case_id.clone(),
        kind: kind.into(),
        text: "as it was told".to_owned(),
        institution: if asked { "CH-1" } else { "" }.to_owned(),
        reference: String::new(),
        root_cause: root.into(),
        request_id: fresh(),
    }
}

async fn add(bank: &Bank, request: AddCaseNoteRequest) -> Result<WithdrawalCase, Status> {
    let answer = bank.case_client().add_case_note(by("ops.li", request)).await?.into_inner();
    Ok(answer.withdrawal_case.unwrap())
}

fn resolving(case: &WithdrawalCase, resolution: CaseResolution) -> ResolveCaseRequest {
    ResolveCaseRequest {
        account_number: case.account_number.clone(),
        case_id: case.case_id.clone(),
        resolution: resolution.into(),
        reference: "receipt 7".replace(' ', "-"),
        reason: "as the channel confirms".to_owned(),
        request_id: fresh(),
        ..Default::default()
    }
}

async fn resolve(bank: &Bank, request: ResolveCaseRequest) -> Result<WithdrawalCase, Status> {
    let answer = bank.case_client().resolve_case(by("ops.li", request)).await?.into_inner();
    match answer.outcome.unwrap() {
        resolve_case_response::Outcome::WithdrawalCase(case) => Ok(case),
        resolve_case_response::Outcome::Approval(approval) => panic!("it waits: {approval:?}"),
    }
}

async fn items(bank: &Bank, include_cleared: bool) -> Vec<SuspenseItem> {
    let account_number = ACCOUNT.to_owned();
    let request = ListSuspenseRequest { account_number, include_cleared, ..Default::default() };
    bank.case_client().list_suspense(request).await.unwrap().into_inner().items
}

fn clearing(item: &SuspenseItem, clearing: SuspenseClearing) -> ClearSuspenseRequest {
    ClearSuspenseRequest {
        account_number: item.account_number.clone(),
        item_id: item.item_id.clone(),
        clearing: clearing.into(),
        reference: "transfer-4711".to_owned(),
        reason: "worked off".to_owned(),
        request_id: fresh(),
        ..Default::default()
    }
}

async fn clear(bank: &Bank, request: ClearSuspenseRequest) -> Result<SuspenseItem, Status> {
    let answer = bank.case_client().clear_suspense(by("ops.li", request)).await?.into_inner();
    match answer.outcome.unwrap() {
        clear_suspense_response::Outcome::Item(item) => Ok(item),
        clear_suspense_response::Outcome::Approval(approval) => panic!("it waits: {approval:?}"),
    }
}

async fn approve(bank: &Bank, approval: &Approval) -> Result<ApproveResponse, Status> {
    let approve = ApproveRequest {
        account_number: approval.account_number.clone(),
        approval_id: approval.approval_id.clone(),
        request_id: fresh(),
        ..Default::default()
    };
    Ok(bank.approval_client().approve(by("checker", approve)).await?.into_inner())
}
