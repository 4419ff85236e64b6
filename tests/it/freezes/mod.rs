//! Freezes as authorities and the bank know them: order of filling, waiting, terms, releases, what
//! gives way to them, and who may see them. The calls here serve the tests beside it too.

mod hidden;
mod orders;
mod queue;
mod releases;
mod standing;

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
