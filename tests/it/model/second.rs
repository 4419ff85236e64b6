//! The second person, on banks where one has to agree: approves, rejects, or the proposer takes it
//! back. Which of them is a matter of how far the sequence is.

use account_status::pb::v1::*;

use super::ask::{Answer, Ask, What};
use crate::harness::Bank;
use crate::harness::calls::{by, fresh, reason};

/// Who decides. May read no more than the first of those who ask.
const CHECKER: &str = "checker";

/// What becomes of a proposal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Fate {
    Approved,
    Rejected,
    Withdrawn,
}

impl Fate {
    pub(super) fn of(call: usize) -> Self {
        match call % 6 {
            4 => Self::Rejected,
            5 => Self::Withdrawn,
            _ => Self::Approved,
        }
    }

    pub(super) fn note(self) -> &'static str {
        match self {
            Self::Approved => "a proposal approved",
            Self::Rejected => "a proposal rejected",
            Self::Withdrawn => "a proposal withdrawn",
        }
    }
}

/// Decides on a proposal: the act's answer as the proposer reads it, or none when it came to nothing.
pub(super) async fn decide(
    bank: &Bank,
    ask: &Ask,
    approval: &Approval,
    told: Option<AuthorityAnswer>,
    fate: Fate,
) -> Result<Option<Answer>, String> {
    let mut client = bank.approval_client();
    let (number, id) = (&ask.account, &approval.approval_id);
    let failed = |status: tonic::Status| format!("{ask:#?}\n{fate:?}: {status:?}");
    match fate {
        Fate::Approved => {
            let own = client.approve(by(ask.by, approve(number, id))).await.map_err(|s| reason(&s));
            if own.as_ref().err().map(String::as_str) != Some("APPROVER_IS_PROPOSER") {
                return Err(format!("{ask:#?}\nits own approver: {own:?}"));
            }
            let approved = client.approve(by(CHECKER, approve(number, id))).await;
            let approved = approved.map_err(failed)?.into_inner();
            let outcome = approved.outcome.ok_or("an approval without an outcome")?;
            Ok(Some(as_read(bank, ask, outcome, told).await.map_err(failed)?))
        }
        Fate::Rejected => {
            let request = RejectRequest {
                account_number: number.clone(),
                approval_id: id.clone(),
                comment: "random".to_owned(),
                request_id: fresh(),
                validate_only: false,
            };
            client.reject(by(CHECKER, request)).await.map_err(failed)?;
            Ok(None)
        }
        Fate::Withdrawn => {
            let request = WithdrawApprovalRequest {
                account_number: number.clone(),
                approval_id: id.clone(),
                comment: "random".to_owned(),
                request_id: fresh(),
                validate_only: false,
            };
            client.withdraw_approval(by(ask.by, request)).await.map_err(failed)?;
            Ok(None)
        }
    }
}

fn approve(number: &str, id: &str) -> ApproveRequest {
    ApproveRequest {
        account_number: number.to_owned(),
        approval_id: id.to_owned(),
        comment: "random".to_owned(),
        request_id: fresh(),
        validate_only: false,
    }
}

/// What was done, as the proposer reads it, through the same entry channel.
async fn as_read(
    bank: &Bank,
    ask: &Ask,
    outcome: approve_response::Outcome,
    told: Option<AuthorityAnswer>,
) -> Result<Answer, tonic::Status> {
    let freeze = match outcome {
        approve_response::Outcome::AccountStatus(_) => {
            let key = Some(get_account_status_request::Key::AccountNumber(ask.account.clone()));
            let get = ask.with_head(GetAccountStatusRequest { key, view: 0 });
            let read = bank.status_client().get_account_status(get).await?.into_inner();
            return Ok(Answer::Account(Box::new(read.account_status.unwrap())));
        }
        approve_response::Outcome::FreezeRecord(freeze) => freeze,
        approve_response::Outcome::Deduction(deduction) => deduction.freeze_record.unwrap(),
        approve_response::Outcome::WithdrawalCase(_)
        | approve_response::Outcome::SuspenseItem(_) => panic!("the model proposes none"),
    };
    let get = ask.with_head(GetFreezeRecordRequest {
        account_number: ask.account.clone(),
        freeze_id: freeze.freeze_id,
    });
    let read = bank.freeze_client().get_freeze_record(get).await?.into_inner();
    let record = Box::new(read.freeze_record.unwrap());
    Ok(match (&ask.what, told) {
        (What::Freeze(_), Some(told)) => Answer::Frozen(record, told),
        _ => Answer::Released(record),
    })
}
