//! Courts, police and tax on one account over the years, with the sweep off: who holds what at which
//! instant, who is told what, and who takes what when.

mod deducted;
mod line;

use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

/// A court's order over an amount, by the name of the court.
fn court(bank: &Bank, number: &str, name: &str, amount: &str) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest {
        authority_name: name.to_owned(),
        document_no: format!("{name} 执1号"),
        ..bank.court_order(number, amount)
    }
}

/// A renewal by a civil court, for as long as it may.
fn renewal(number: &str, name: &str, id: &str) -> RenewFreezeRecordRequest {
    RenewFreezeRecordRequest {
        account_number: number.to_owned(),
        freeze_id: id.to_owned(),
        authority_kind: AuthorityKind::CourtCivil.into(),
        authority_name: name.to_owned(),
        document_no: format!("{name} 执1号之二"),
        notice_no: "协2".to_owned(),
        officers: officers(),
        reason: "not settled yet".to_owned(),
        source: FreezeSource::Paper.into(),
        request_id: fresh(),
        ..RenewFreezeRecordRequest::default()
    }
}

/// A deduction by a civil court from what a freeze holds; from none when the id is empty.
fn deduction(number: &str, name: &str, id: &str, amount: &str) -> DeductFreezeRecordRequest {
    DeductFreezeRecordRequest {
        account_number: number.to_owned(),
        freeze_id: id.to_owned(),
        amount: cny(amount),
        authority_kind: AuthorityKind::CourtCivil.into(),
        authority_name: name.to_owned(),
        document_no: format!("{name} 执1号之三"),
        notice_no: "协3".to_owned(),
        officers: officers(),
        receiving_account: "9990111122220000".to_owned(),
        receiving_name: "Execution account".to_owned(),
        reason: "execution".to_owned(),
        source: FreezeSource::Paper.into(),
        request_id: fresh(),
        ..DeductFreezeRecordRequest::default()
    }
}

async fn renew(bank: &Bank, order: RenewFreezeRecordRequest) -> Result<FreezeRecord, Status> {
    let answer = bank.freeze_client().renew_freeze_record(order).await?.into_inner();
    match answer.outcome.unwrap() {
        renew_freeze_record_response::Outcome::FreezeRecord(record) => Ok(record),
        other @ renew_freeze_record_response::Outcome::Approval(_) => panic!("it waits: {other:?}"),
    }
}

async fn deduct(bank: &Bank, order: DeductFreezeRecordRequest) -> Result<Deduction, Status> {
    let answer = bank.freeze_client().deduct_freeze_record(order).await?.into_inner();
    match answer.outcome.unwrap() {
        deduct_freeze_record_response::Outcome::Deduction(deduction) => Ok(deduction),
        other @ deduct_freeze_record_response::Outcome::Approval(_) => {
            panic!("it waits: {other:?}")
        }
    }
}

/// A freeze with its acts, as the auditor sees it.
async fn get(bank: &Bank, id: &str) -> FreezeRecord {
    let get = GetFreezeRecordRequest { freeze_id: id.to_owned(), ..Default::default() };
    let answer = bank.freeze_client().get_freeze_record(by("auditor", get)).await.unwrap();
    answer.into_inner().freeze_record.unwrap()
}

/// Where freezes stand, what they hold, and their places.
async fn stand(bank: &Bank, ids: &[&str]) -> Vec<(FreezeStatus, String, i32)> {
    let mut found = Vec::new();
    for id in ids {
        let freeze = get(bank, id).await;
        let held = freeze.controlled_amount.as_ref().unwrap().amount.clone();
        found.push((freeze.status(), held, freeze.queue_position));
    }
    found
}

fn active(amount: &str, place: i32) -> (FreezeStatus, String, i32) {
    (FreezeStatus::Active, amount.to_owned(), place)
}

fn waiting(place: i32) -> (FreezeStatus, String, i32) {
    (FreezeStatus::Waiting, "0.00".to_owned(), place)
}

fn over(status: FreezeStatus) -> (FreezeStatus, String, i32) {
    (status, "0.00".to_owned(), 0)
}

/// The kinds of what happened to a freeze.
async fn acts(bank: &Bank, id: &str) -> Vec<FreezeActKind> {
    get(bank, id).await.acts.iter().map(FreezeAct::act).collect()
}
