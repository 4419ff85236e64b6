//! Four eyes over gRPC: proposals, what is said of them, and how they end. The calls here serve the
//! tests beside it.

mod confidential;
mod decided;
mod emergency;
mod ended;
mod listed;
mod marked;
mod plans;

use account_status::config::FourEyesSetting;
use account_status::pb::v1::*;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

/// The same bank, from now on with a second person.
async fn strict(bank: Bank) -> Bank {
    bank.reopen(|given| given.four_eyes = Some(FourEyesSetting::Required)).await
}

/// An act that may have to wait.
#[derive(Debug, Clone)]
enum Act {
    Change(ChangeAccountStatusRequest),
    Freeze(CreateFreezeRecordRequest),
    Release(ReleaseFreezeRecordRequest),
}

/// What came of one: the proposal, or the text of what was done.
#[derive(Debug)]
enum Came {
    Waits(Box<Approval>),
    Done(String),
}

impl Act {
    async fn ask(&self, bank: &Bank, who: &str) -> Result<Came, Status> {
        use change_account_status_response::Outcome as Changed;
        use create_freeze_record_response::Outcome as Placed;
        use release_freeze_record_response::Outcome as Released;
        Ok(match self.clone() {
            Self::Change(request) => {
                let asked = by(who, request);
                let answer = bank.account_client().change_account_status(asked).await?;
                match answer.into_inner().outcome.unwrap() {
                    Changed::Approval(approval) => Came::Waits(Box::new(approval)),
                    Changed::AccountStatus(info) => Came::Done(info.status_code),
                }
            }
            Self::Freeze(request) => {
                let asked = by(who, request);
                let answer = bank.freeze_client().create_freeze_record(asked).await?.into_inner();
                assert!(answer.answer.is_some(), "the authority is told in any case");
                match answer.outcome.unwrap() {
                    Placed::Approval(approval) => Came::Waits(Box::new(approval)),
                    Placed::FreezeRecord(record) => Came::Done(record.freeze_id),
                }
            }
            Self::Release(request) => {
                let asked = by(who, request);
                let answer = bank.freeze_client().release_freeze_record(asked).await?;
                match answer.into_inner().outcome.unwrap() {
                    Released::Approval(approval) => Came::Waits(Box::new(approval)),
                    Released::FreezeRecord(record) => Came::Done(record.freeze_id),
                }
            }
        })
    }
}

/// Asks for an act as "maker"; it has to wait.
async fn propose(bank: &Bank, act: &Act) -> Approval {
    match act.ask(bank, "maker").await.unwrap() {
        Came::Waits(approval) => *approval,
        Came::Done(what) => panic!("done: {what}"),
    }
}

/// A status action without a cause.
fn plain(number: &str, action: StatusAction) -> Act {
    Act::Change(crate::actions::change(number, action, Cause::Unspecified))
}

fn approval_of(approval: &Approval) -> ApproveRequest {
    ApproveRequest {
        account_number: approval.account_number.clone(),
        approval_id: approval.approval_id.clone(),
        comment: "checked".to_owned(),
        request_id: fresh(),
        validate_only: false,
    }
}

async fn approve(bank: &Bank, who: &str, approval: &Approval) -> Result<ApproveResponse, Status> {
    let asked = by(who, approval_of(approval));
    Ok(bank.approval_client().approve(asked).await?.into_inner())
}

async fn reject(bank: &Bank, who: &str, approval: &Approval) -> Result<Approval, Status> {
    let request = RejectRequest {
        account_number: approval.account_number.clone(),
        approval_id: approval.approval_id.clone(),
        comment: "no receipt".to_owned(),
        request_id: fresh(),
        validate_only: false,
    };
    let answer = bank.approval_client().reject(by(who, request)).await?.into_inner();
    Ok(answer.approval.unwrap())
}

async fn take_back(bank: &Bank, who: &str, approval: &Approval) -> Result<Approval, Status> {
    let request = WithdrawApprovalRequest {
        account_number: approval.account_number.clone(),
        approval_id: approval.approval_id.clone(),
        comment: "mistaken".to_owned(),
        request_id: fresh(),
        validate_only: false,
    };
    let answer = bank.approval_client().withdraw_approval(by(who, request)).await?.into_inner();
    Ok(answer.approval.unwrap())
}

/// An approval as a principal sees it.
async fn read(bank: &Bank, who: &str, id: &str) -> Result<Approval, Status> {
    let get = GetApprovalRequest { approval_id: id.to_owned(), account_number: String::new() };
    let answer = bank.approval_client().get_approval(by(who, get)).await?.into_inner();
    Ok(answer.approval.unwrap())
}

async fn state(bank: &Bank, approval: &Approval) -> ApprovalState {
    read(bank, "auditor", &approval.approval_id).await.unwrap().state()
}
