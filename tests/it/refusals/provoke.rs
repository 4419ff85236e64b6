//! One way to each reason.

use account_status::pb::v1::ErrorReason as R;
use account_status::pb::v1::*;
use tonic::Status;

use super::in_status;
use crate::harness::Bank;
use crate::harness::calls::*;

pub(super) async fn asking(bank: &Bank, expected: R, number: &str) -> Status {
    match expected {
        R::InvalidRequest => bank.withdraw(number, "-1").await.unwrap_err(),
        R::AccountNotFound => bank.withdraw(number, "1.00").await.unwrap_err(),
        R::CardNotFound => {
            let key = get_account_status_request::Key::CardNumber(number.to_owned());
            let get = GetAccountStatusRequest { key: Some(key), view: 0 };
            bank.status_client().get_account_status(get).await.unwrap_err()
        }
        R::FreezeNotFound => {
            bank.account(number, "0").await;
            bank.release(bank.court_release(number, "no-such")).await.unwrap_err()
        }
        R::WithdrawalNotFound => {
            bank.account(number, "0").await;
            bank.cancel(number, "no-such").await.unwrap_err()
        }
        other => panic!("{other:?} is provoked elsewhere"),
    }
}

pub(super) async fn colliding(bank: &Bank, expected: R, number: &str) -> Status {
    bank.account(number, "1000.00").await;
    match expected {
        R::RequestIdReused => {
            let first = bank.withdrawal(number, "1.00");
            let second = WithdrawRequest { amount: cny("2.00"), ..first.clone() };
            bank.withdraw_with(first).await.unwrap();
            bank.withdraw_with(second).await.unwrap_err()
        }
        R::EtagMismatch => {
            let stale =
                WithdrawRequest { etag: "v999".to_owned(), ..bank.withdrawal(number, "1.00") };
            bank.withdraw_with(stale).await.unwrap_err()
        }
        R::AccountExists => {
            let again = OpenAccountRequest {
                account_number: number.to_owned(),
                account_name: "Lin Zhixia".to_owned(),
                customer_id: "C10001".to_owned(),
                branch_code: "999584000101".to_owned(),
                currency_code: "CNY".to_owned(),
                request_id: fresh(),
                ..OpenAccountRequest::default()
            };
            bank.account_client().open_account(again).await.unwrap_err()
        }
        R::TransactionExists => {
            let named = || RecordTransactionRequest {
                transaction_id: format!("core-{}", &number[17..]),
                ..bank.posting(number, Direction::Credit, "1.00")
            };
            bank.record(named()).await.unwrap();
            bank.record(named()).await.unwrap_err()
        }
        R::CardExists => {
            let card = format!("62{}", &number[5..]);
            bank.bind_card(number, &card).await.unwrap();
            bank.bind_card(number, &card).await.unwrap_err()
        }
        other => panic!("{other:?} is provoked elsewhere"),
    }
}

pub(super) async fn standing(bank: &Bank, expected: R, number: &str) -> Status {
    let (status, amount) = match expected {
        R::CurrencyMismatch => (AccountStatus::Normal, "1.00"),
        R::InsufficientAvailableFunds => (AccountStatus::Normal, "1000.01"),
        R::AccountClosed => (AccountStatus::Closed, "1.00"),
        R::AccountOpenFailed => (AccountStatus::OpenFailed, "1.00"),
        R::AccountOpening => (AccountStatus::Opening, "1.00"),
        R::AccountFrozen => (AccountStatus::Frozen, "1.00"),
        R::AccountLost => (AccountStatus::Lost, "1.00"),
        R::AccountStoppay => (AccountStatus::Stoppay, "1.00"),
        R::AccountSuspicious => (AccountStatus::Suspicious, "1.00"),
        R::AccountInfoExpired => (AccountStatus::InfoExpired, "1.00"),
        R::AccountDormant => (AccountStatus::Dormant, "1.00"),
        R::AccountRestricted => (AccountStatus::Restricted, "1.00"),
        other => panic!("{other:?} is provoked elsewhere"),
    };
    in_status(bank, number, status).await;
    let mut request = bank.withdrawal(number, amount);
    if expected == R::CurrencyMismatch {
        request.amount.as_mut().unwrap().currency_code = "USD".to_owned();
    }
    bank.withdraw_with(request).await.unwrap_err()
}

pub(super) async fn acting(bank: &Bank, expected: R, number: &str) -> Status {
    bank.account(number, "1000.00").await;
    let order = bank.court_order(number, "");
    match expected {
        R::ActionNotApplicable => {
            bank.act(number, StatusAction::WithdrawLoss, |_| {}).await.unwrap_err()
        }
        R::CloseBlocked => bank.act(number, StatusAction::Close, |_| {}).await.unwrap_err(),
        R::WithdrawalNotCancellable => {
            let id = bank.withdraw(number, "1.00").await.unwrap().withdrawal_id;
            bank.cancel(number, &id).await.unwrap();
            bank.cancel(number, &id).await.unwrap_err()
        }
        R::FreezeNotInForce => {
            let (freeze, _) = bank.freeze(order).await.unwrap();
            bank.release(bank.court_release(number, &freeze.freeze_id)).await.unwrap();
            bank.release(bank.court_release(number, &freeze.freeze_id)).await.unwrap_err()
        }
        R::FundsAlreadyFrozen => {
            bank.freeze(order).await.unwrap();
            bank.freeze(of_kind(bank, number, AuthorityKind::AdminGeneral)).await.unwrap_err()
        }
        R::OrganWithoutPower => {
            bank.freeze(of_kind(bank, number, AuthorityKind::Safe)).await.unwrap_err()
        }
        R::TermTooLong => bank.freeze(too_long(order)).await.unwrap_err(),
        R::StopRepeated => {
            let stop = async || {
                let stop = bank.act(number, StatusAction::StopPayment, |change| {
                    change.cause = Cause::StopFraud.into();
                    change.authority = "Anti-Fraud Centre".to_owned();
                    change.document_no = "ZF-17".to_owned();
                });
                stop.await
            };
            stop().await.unwrap();
            stop().await.unwrap();
            stop().await.unwrap_err()
        }
        R::NotThisAuthority => {
            let (freeze, _) = bank.freeze(order).await.unwrap();
            let foreign = ReleaseFreezeRecordRequest {
                authority_kind: AuthorityKind::PoliceCriminal.into(),
                ..bank.court_release(number, &freeze.freeze_id)
            };
            bank.release(foreign).await.unwrap_err()
        }
        other => panic!("{other:?} is provoked elsewhere"),
    }
}

/// An order of another kind of organ over 10.00.
pub(super) fn of_kind(bank: &Bank, number: &str, kind: AuthorityKind) -> CreateFreezeRecordRequest {
    CreateFreezeRecordRequest { authority_kind: kind.into(), ..bank.court_order(number, "10.00") }
}

/// A court freezes for a year at most.
pub(super) fn too_long(order: CreateFreezeRecordRequest) -> CreateFreezeRecordRequest {
    let term = Term { count: 13, unit: TermUnit::Months.into() };
    let duration = Some(create_freeze_record_request::Duration::Term(term));
    CreateFreezeRecordRequest { duration, ..order }
}
