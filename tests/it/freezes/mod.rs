//! Freezes as authorities and the bank know them: order of filling, waiting, terms, releases, what
//! gives way to them, and who may see them. The calls here serve the tests beside it too.

mod answered;
mod bad_orders;
mod deducted;
mod hidden;
mod kinds;
mod listed;
mod mended;
mod orders;
mod plans;
mod queue;
mod releases;
mod renewed;
mod standing;
mod succeeded;

use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

/// The court of the harness's orders.
pub(super) const NANSHAN: &str = "Nanshan District Court";

/// Places a freeze, or a request for one with metadata.
pub(crate) async fn place(
    bank: &Bank,
    request: impl tonic::IntoRequest<CreateFreezeRecordRequest>,
) -> Result<(FreezeRecord, AuthorityAnswer), Status> {
    let response = bank.freeze_client().create_freeze_record(request).await?.into_inner();
    match response.outcome.unwrap() {
        create_freeze_record_response::Outcome::FreezeRecord(record) => {
            Ok((record, response.answer.unwrap()))
        }
        create_freeze_record_response::Outcome::Approval(approval) => {
            panic!("it waits for a second person: {approval:?}")
        }
    }
}

/// The order of an authority other than a civil court.
pub(crate) fn order(
    bank: &Bank,
    number: &str,
    kind: AuthorityKind,
    amount: &str,
) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        authority_kind: kind.into(),
        authority_name: "Example Authority".to_owned(),
        document_no: "No. 87".to_owned(),
        ..bank.court_order(number, amount)
    }
}

/// A release by the court of the harness's orders, on paper.
pub(crate) fn release(bank: &Bank, number: &str, id: &str) -> ReleaseFreezeRecordRequest {
    ReleaseFreezeRecordRequest {
        source: FreezeSource::Paper.into(),
        ..bank.court_release(number, id)
    }
}

/// A freeze with its acts, as a principal sees it.
pub(crate) async fn get(bank: &Bank, principal: &str, id: &str) -> FreezeRecord {
    let get = GetFreezeRecordRequest { freeze_id: id.to_owned(), account_number: String::new() };
    let response = bank.freeze_client().get_freeze_record(by(principal, get)).await.unwrap();
    response.into_inner().freeze_record.unwrap()
}

/// What happened to a freeze.
pub(crate) async fn acts(bank: &Bank, id: &str) -> Vec<FreezeActKind> {
    get(bank, "auditor", id).await.acts.iter().map(FreezeAct::act).collect()
}

/// Where freezes stand and what they hold.
pub(super) async fn stand(bank: &Bank, ids: &[&str]) -> Vec<(FreezeStatus, String)> {
    let mut found = Vec::new();
    for id in ids {
        let freeze = get(bank, "auditor", id).await;
        found.push((freeze.status(), freeze.controlled_amount.unwrap().amount));
    }
    found
}

pub(super) fn active(amount: &str) -> (FreezeStatus, String) {
    (FreezeStatus::Active, amount.to_owned())
}

pub(super) fn waiting() -> (FreezeStatus, String) {
    (FreezeStatus::Waiting, "0.00".to_owned())
}

pub(super) fn ended(status: FreezeStatus) -> (FreezeStatus, String) {
    (status, "0.00".to_owned())
}

/// A renewal by the court of the harness's orders, on paper, for as long as its kind allows.
pub(crate) fn renewal(number: &str, id: &str) -> RenewFreezeRecordRequest {
    RenewFreezeRecordRequest {
        account_number: number.to_owned(),
        freeze_id: id.to_owned(),
        authority_kind: AuthorityKind::CourtCivil.into(),
        authority_name: NANSHAN.to_owned(),
        document_no: "（2026）粤0305执1234号之二".to_owned(),
        officers: officers(),
        notice_no: "协1234之二".to_owned(),
        reason: "not settled yet".to_owned(),
        source: FreezeSource::Paper.into(),
        request_id: fresh(),
        ..RenewFreezeRecordRequest::default()
    }
}

/// A deduction by the court of the harness's orders, on paper.
pub(crate) fn deduction(number: &str, id: &str, amount: &str) -> DeductFreezeRecordRequest {
    DeductFreezeRecordRequest {
        account_number: number.to_owned(),
        freeze_id: id.to_owned(),
        amount: cny(amount),
        authority_kind: AuthorityKind::CourtCivil.into(),
        authority_name: NANSHAN.to_owned(),
        document_no: "（2026）粤0305执1234号之三".to_owned(),
        officers: officers(),
        notice_no: "协1234之三".to_owned(),
        receiving_account: "9990111122223333".to_owned(),
        receiving_name: "Execution account".to_owned(),
        reason: "handed over".to_owned(),
        source: FreezeSource::Paper.into(),
        request_id: fresh(),
        ..DeductFreezeRecordRequest::default()
    }
}

/// Another court in the place of the court of the harness's orders, on paper.
pub(crate) fn succession(number: &str, id: &str) -> SucceedFreezeRecordRequest {
    SucceedFreezeRecordRequest {
        account_number: number.to_owned(),
        freeze_id: id.to_owned(),
        authority_kind: AuthorityKind::CourtCivil.into(),
        authority_name: "Futian District Court".to_owned(),
        document_no: "（2026）粤0304执77号".to_owned(),
        officers: officers(),
        notice_no: "协77".to_owned(),
        reason: "referred".to_owned(),
        source: FreezeSource::Paper.into(),
        request_id: fresh(),
        ..SucceedFreezeRecordRequest::default()
    }
}

/// Renews a freeze at once.
pub(crate) async fn renew(
    bank: &Bank,
    request: impl tonic::IntoRequest<RenewFreezeRecordRequest>,
) -> Result<(FreezeRecord, AuthorityAnswer), Status> {
    let response = bank.freeze_client().renew_freeze_record(request).await?.into_inner();
    match response.outcome.unwrap() {
        renew_freeze_record_response::Outcome::FreezeRecord(record) => {
            Ok((record, response.answer.unwrap()))
        }
        renew_freeze_record_response::Outcome::Approval(approval) => {
            panic!("it waits for a second person: {approval:?}")
        }
    }
}

/// Deducts from a freeze at once.
pub(crate) async fn deduct(
    bank: &Bank,
    request: impl tonic::IntoRequest<DeductFreezeRecordRequest>,
) -> Result<(FreezeRecord, Transaction), Status> {
    let response = bank.freeze_client().deduct_freeze_record(request).await?.into_inner();
    match response.outcome.unwrap() {
        deduct_freeze_record_response::Outcome::Deduction(done) => {
            Ok((done.freeze_record.unwrap(), done.transaction.unwrap()))
        }
        deduct_freeze_record_response::Outcome::Approval(approval) => {
            panic!("it waits for a second person: {approval:?}")
        }
    }
}

/// Has a freeze taken over.
pub(crate) async fn succeed(
    bank: &Bank,
    request: impl tonic::IntoRequest<SucceedFreezeRecordRequest>,
) -> Result<(FreezeRecord, AuthorityAnswer), Status> {
    let response = bank.freeze_client().succeed_freeze_record(request).await?.into_inner();
    Ok((response.freeze_record.unwrap(), response.answer.unwrap()))
}
