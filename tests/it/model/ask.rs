//! What a step asks for, made concrete: the model decides on it, and it is sent over gRPC.

use std::collections::BTreeMap;

use account_status::pb::v1::*;
use tonic::{Code, Status};
use tonic_types::StatusExt as _;

use super::seen::Time;
use crate::harness::Bank;
use crate::harness::calls::{violations, with};

/// Who asks. The second may read what is confidential.
pub(super) const WHO: [&str; 2] = ["local", "auditor"];
/// What is said to be missing where something is.
pub(super) const MISSING: &str = "copy of the identity card";

/// An amount.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cash {
    pub(super) minor: i64,
    pub(super) currency: &'static str,
}

/// A call.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ask {
    pub(super) by: &'static str,
    pub(super) account: String,
    pub(super) request_id: String,
    /// Whether it comes from the counter; else no channel is named.
    pub(super) counter: bool,
    /// Of the account, or of the withdrawal to cancel; empty = not insisted on.
    pub(super) etag: String,
    pub(super) validate_only: bool,
    pub(super) what: What,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum What {
    Open,
    Act(Act),
    Freeze(Order),
    Release(Release),
    Protect(ProtectedKind),
    Record(Posting),
    Withdraw(Payment),
    Cancel(String),
}

/// A status action.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Act {
    pub(super) action: StatusAction,
    pub(super) causes: Vec<Cause>,
    /// The condition it names; empty = none.
    pub(super) row: String,
    pub(super) restriction: Restriction,
    pub(super) amount: Option<Cash>,
    pub(super) end: Option<Time>,
    pub(super) authority: String,
    pub(super) document: String,
    pub(super) identified: bool,
}

/// How long a freeze is to last.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Lasts {
    Unsaid,
    Until(Time),
    For(u32, TermUnit),
}

/// A freeze to place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Order {
    pub(super) kind: AuthorityKind,
    pub(super) name: String,
    pub(super) document: String,
    pub(super) served: Option<Time>,
    pub(super) mode: FreezeMode,
    pub(super) amount: Option<Cash>,
    pub(super) exempt: Option<Cash>,
    pub(super) lasts: Lasts,
    pub(super) confidential: bool,
    pub(super) emergency: bool,
    /// It says that it serves what the money is protected for.
    pub(super) for_its_purpose: bool,
    pub(super) papers: Papers,
}

/// What comes with an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Papers {
    pub(super) source: FreezeSource,
    /// Officers who name themselves, and how many of them with a badge.
    pub(super) officers: usize,
    pub(super) badges: usize,
    pub(super) notice: bool,
}

/// How much of a freeze is lifted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Extent {
    Whole,
    Part(Cash),
    Remaining(Cash),
}

/// A freeze to lift. UNSPECIFIED is the bank itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Release {
    pub(super) freeze: String,
    pub(super) extent: Extent,
    pub(super) kind: AuthorityKind,
    pub(super) name: String,
    /// A ground on which measures because of a list are lifted.
    pub(super) ground: bool,
    pub(super) papers: Papers,
}

/// A transaction of core banking.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Posting {
    /// Empty = the service makes one.
    pub(super) id: String,
    pub(super) mode: TransactionMode,
    pub(super) direction: Direction,
    pub(super) cash: Cash,
    pub(super) kind: TransactionType,
    pub(super) initiator: Initiator,
    pub(super) purpose: Purpose,
    pub(super) identified: bool,
}

/// A withdrawal.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Payment {
    pub(super) cash: Cash,
    pub(super) purpose: Purpose,
}

/// What an accepted call was answered, as it came.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answer {
    Account(Box<AccountStatusInfo>),
    Frozen(Box<FreezeRecord>, AuthorityAnswer),
    Released(Box<FreezeRecord>),
    Posted(Transaction),
    Withdrawal(Withdrawal),
    /// For a second person, and what an authority is told meanwhile.
    Waits(Box<Approval>, Option<AuthorityAnswer>),
}

/// What a refused call was answered.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Refusal {
    pub(super) code: Code,
    pub(super) reason: String,
    /// The reasons that hold, with what each is about.
    pub(super) blocks: Vec<(String, String)>,
    pub(super) metadata: BTreeMap<String, String>,
    pub(super) line: String,
}

impl Ask {
    /// What two requests under one id have in common when they are the same request.
    pub(super) fn content(&self) -> Self {
        Self { etag: String::new(), validate_only: false, ..self.clone() }
    }

    /// What is asked for, in one word.
    pub(super) fn name(&self) -> String {
        match &self.what {
            What::Open => "OPEN".to_owned(),
            What::Act(act) => act.action.as_str_name().replace("STATUS_ACTION_", ""),
            What::Freeze(_) => "FREEZE".to_owned(),
            What::Release(_) => "RELEASE".to_owned(),
            What::Protect(_) => "PROTECT".to_owned(),
            What::Record(posting) => {
                let (mode, way) = (posting.mode.as_str_name(), posting.direction.as_str_name());
                format!("{mode} {way}").replace("TRANSACTION_MODE_", "").replace("DIRECTION_", "")
            }
            What::Withdraw(_) => "WITHDRAW".to_owned(),
            What::Cancel(_) => "CANCEL".to_owned(),
        }
    }

    /// Sends it.
    pub(super) async fn send(&self, bank: &Bank) -> Result<Answer, Refusal> {
        self.call(bank).await.map_err(|status| refusal(&status))
    }

    async fn call(&self, bank: &Bank) -> Result<Answer, Status> {
        match &self.what {
            What::Open => {
                let call = self.with_head(self.open());
                let answer = bank.account_client().open_account(call).await?.into_inner();
                Ok(Answer::Account(Box::new(answer.account_status.unwrap())))
            }
            What::Act(act) => {
                let call = self.with_head(self.act(act));
                let answer = bank.account_client().change_account_status(call).await?.into_inner();
                match answer.outcome.unwrap() {
                    change_account_status_response::Outcome::AccountStatus(info) => {
                        Ok(Answer::Account(Box::new(info)))
                    }
                    change_account_status_response::Outcome::Approval(approval) => {
                        Ok(Answer::Waits(Box::new(approval), None))
                    }
                }
            }
            What::Freeze(order) => {
                let call = self.with_head(self.order(order));
                let answer = bank.freeze_client().create_freeze_record(call).await?.into_inner();
                match answer.outcome.unwrap() {
                    create_freeze_record_response::Outcome::FreezeRecord(record) => {
                        Ok(Answer::Frozen(Box::new(record), answer.answer.unwrap()))
                    }
                    create_freeze_record_response::Outcome::Approval(approval) => {
                        Ok(Answer::Waits(Box::new(approval), answer.answer))
                    }
                }
            }
            What::Protect(kind) => self.protect(bank, *kind).await,
            What::Release(release) => {
                let call = self.with_head(self.release(release));
                let answer = bank.freeze_client().release_freeze_record(call).await?.into_inner();
                match answer.outcome.unwrap() {
                    release_freeze_record_response::Outcome::FreezeRecord(record) => {
                        Ok(Answer::Released(Box::new(record)))
                    }
                    release_freeze_record_response::Outcome::Approval(approval) => {
                        Ok(Answer::Waits(Box::new(approval), None))
                    }
                }
            }
            What::Record(posting) => {
                let call = self.with_head(self.posting(posting));
                let answer = bank.transaction_client().record_transaction(call).await?.into_inner();
                Ok(Answer::Posted(answer.transaction.unwrap()))
            }
            What::Withdraw(payment) => {
                let call = self.with_head(self.payment(payment));
                let answer = bank.withdraw_client().withdraw(call).await?.into_inner();
                Ok(Answer::Withdrawal(answer.withdrawal.unwrap()))
            }
            What::Cancel(id) => {
                let call = self.with_head(self.cancel(id));
                let answer = bank.withdraw_client().cancel_withdrawal(call).await?.into_inner();
                Ok(Answer::Withdrawal(answer.withdrawal.unwrap()))
            }
        }
    }

    async fn protect(&self, bank: &Bank, kind: ProtectedKind) -> Result<Answer, Status> {
        let call = self.with_head(self.protection(kind));
        let answer = bank.account_client().protect_account(call).await?.into_inner();
        Ok(match answer.outcome.unwrap() {
            protect_account_response::Outcome::AccountStatus(info) => {
                Answer::Account(Box::new(info))
            }
            protect_account_response::Outcome::Approval(approval) => {
                Answer::Waits(Box::new(approval), None)
            }
        })
    }

    pub(super) fn with_head<T>(&self, message: T) -> tonic::Request<T> {
        let mut metadata = vec![("x-principal", self.by)];
        metadata.extend(self.counter.then_some(("x-entry-channel", "COUNTER")));
        with(&metadata, message)
    }
}

fn refusal(status: &Status) -> Refusal {
    let details = status.get_error_details();
    let info = details.error_info().unwrap_or_else(|| panic!("no ErrorInfo: {status:?}"));
    let listed = details.precondition_failure().map(|failure| &failure.violations);
    let about = listed.into_iter().flatten().map(|violation| violation.subject.clone());
    Refusal {
        code: status.code(),
        reason: info.reason.clone(),
        blocks: violations(status).into_iter().zip(about).collect(),
        metadata: info.metadata.clone().into_iter().collect(),
        line: details.localized_message().map_or_else(String::new, |line| line.message.clone()),
    }
}
