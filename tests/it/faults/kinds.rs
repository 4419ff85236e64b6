//! One call of every kind that writes, with its request id, so that it can be repeated; and what
//! they leave in the tables.

use account_status::pb::v1::*;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;

/// A call that can be sent again and again.
#[derive(Debug, Clone)]
pub(super) enum Call {
    Open(OpenAccountRequest),
    Act(ChangeAccountStatusRequest),
    Record(RecordTransactionRequest),
    Withdraw(WithdrawRequest),
    Cancel(CancelWithdrawalRequest),
    Freeze(CreateFreezeRecordRequest),
    Release(ReleaseFreezeRecordRequest),
}

/// The account whose money several calls move.
pub(super) const SHARED: &str = "9990584001000007000";

impl Call {
    /// Sends it; its answer in a form that compares.
    pub(super) async fn send(&self, bank: &Bank) -> Result<String, Status> {
        let mut accounts = bank.account_client();
        let mut freezes = bank.freeze_client();
        let mut withdrawals = bank.withdraw_client();
        Ok(match self.clone() {
            Self::Open(open) => format!("{:?}", accounts.open_account(open).await?.into_inner()),
            Self::Act(act) => {
                format!("{:?}", accounts.change_account_status(act).await?.into_inner())
            }
            Self::Record(record) => {
                let mut client = bank.transaction_client();
                format!("{:?}", client.record_transaction(record).await?.into_inner())
            }
            Self::Withdraw(withdraw) => {
                let made = withdrawals.withdraw(withdraw).await?.into_inner();
                let id = made.withdrawal.as_ref().unwrap().withdrawal_id.clone();
                bank.acknowledged.lock().unwrap().push(id);
                format!("{made:?}")
            }
            Self::Cancel(cancel) => {
                format!("{:?}", withdrawals.cancel_withdrawal(cancel).await?.into_inner())
            }
            Self::Freeze(freeze) => {
                format!("{:?}", freezes.create_freeze_record(freeze).await?.into_inner())
            }
            Self::Release(release) => {
                format!("{:?}", freezes.release_freeze_record(release).await?.into_inner())
            }
        })
    }
}

/// So many calls, kind after kind, each on what it needs. None stands in another's way, so that
/// their order doesn't matter.
pub(super) async fn calls(bank: &Bank, count: usize) -> Vec<Call> {
    bank.account(SHARED, "1000.00").await;
    join_all((0..count).map(|index| call(bank, index))).await
}

async fn call(bank: &Bank, index: usize) -> Call {
    let own = format!("99905840010001{index:05}");
    match index % 7 {
        0 => Call::Open(OpenAccountRequest {
            account_number: own,
            account_name: "Lin Zhixia".to_owned(),
            customer_id: "C10001".to_owned(),
            branch_code: "SZ".to_owned(),
            currency_code: "CNY".to_owned(),
            request_id: fresh(),
            ..OpenAccountRequest::default()
        }),
        1 => {
            bank.account(&own, "10.00").await;
            Call::Act(ChangeAccountStatusRequest {
                account_number: own,
                action: StatusAction::MarkSuspicious.into(),
                cause: Cause::SuspiciousPattern.into(),
                request_id: fresh(),
                ..ChangeAccountStatusRequest::default()
            })
        }
        2 => Call::Record(bank.posting(SHARED, Direction::Credit, "1.00")),
        3 => Call::Withdraw(bank.withdrawal(SHARED, "1.00")),
        4 => {
            let withdrawal = bank.withdraw(SHARED, "1.00").await.unwrap();
            Call::Cancel(CancelWithdrawalRequest {
                account_number: SHARED.to_owned(),
                withdrawal_id: withdrawal.withdrawal_id,
                request_id: fresh(),
                ..CancelWithdrawalRequest::default()
            })
        }
        5 => {
            bank.account(&own, "10.00").await;
            Call::Freeze(bank.court_order(&own, "5.00"))
        }
        _ => {
            bank.account(&own, "10.00").await;
            let (freeze, _) = bank.freeze(bank.court_order(&own, "5.00")).await.unwrap();
            Call::Release(bank.court_release(&own, &freeze.freeze_id))
        }
    }
}

/// How many rows of each kind there are, and the money. Every effect adds the same to it in
/// whatever order, so two banks with the same calls differ only if an effect is missing or twice.
pub(super) async fn rows(bank: &Bank) -> Vec<(String, i64)> {
    let counted = [
        ("accounts", "SELECT count(*) FROM account_balance"),
        ("masters", "SELECT count(*) FROM account_master"),
        ("balances", "SELECT sum(balance_minor) FROM account_balance"),
        ("reserved", "SELECT sum(reserved_minor) FROM account_balance"),
        ("conditions", "SELECT count(*) FROM account_condition WHERE ended_time IS NULL"),
        ("freezes", "SELECT count(*) FROM account_freeze"),
        ("released", "SELECT count(*) FROM account_freeze WHERE freeze_status = 'RELEASED'"),
        ("acts", "SELECT count(*) FROM account_freeze_act"),
        ("changes", "SELECT count(*) FROM account_status_history"),
        ("withdrawals", "SELECT count(*) FROM withdrawal"),
        ("cancelled", "SELECT count(*) FROM withdrawal WHERE state = 'CANCELLED'"),
        ("transactions", "SELECT count(*) FROM transaction_log"),
        ("remembered", "SELECT count(*) FROM idempotency WHERE class = 'EFFECT'"),
        ("refused", "SELECT count(*) FROM idempotency WHERE class = 'REFUSAL'"),
        ("events", "SELECT count(*) FROM event"),
    ];
    let database = bank.database().await;
    let mut rows = Vec::new();
    for (name, sql) in counted {
        let sql = format!("SELECT CAST(({sql}) AS bigint)");
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = database.query_one_raw(statement).await.unwrap().unwrap();
        rows.push((name.to_owned(), row.try_get_by_index(0).unwrap()));
    }
    database.close().await.unwrap();
    rows
}
