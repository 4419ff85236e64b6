//! The accounts, and what the service says of them.

use std::collections::BTreeMap;

use tonic::Status;
use tonic::transport::Channel;

use super::judge::{Books, Row, Standing};
use crate::cli::CliError;
use crate::domain::money::{Currency, Money};
use crate::pb::v1;
use crate::pb::v1::account_service_client::AccountServiceClient;
use crate::pb::v1::account_status_service_client::AccountStatusServiceClient;
use crate::pb::v1::transaction_service_client::TransactionServiceClient;
use crate::pb::v1::withdraw_service_client::WithdrawServiceClient;
use crate::wire;

/// How many accounts there are.
pub(super) const ACCOUNTS: u64 = 16;
/// What each begins with, minor units.
pub(super) const OPENING_MINOR: i64 = 1_000_000_000;
const FIRST: u64 = 9_990_584_001_000_700_000;
/// The most rows of one page, as the service allows.
const PAGE: i32 = 1_000;

pub(super) fn account_number(index: u64) -> String {
    (FIRST + index).to_string()
}

pub(super) fn money(minor: i64) -> v1::Money {
    wire::money(Money { minor, currency: currency() })
}

fn currency() -> Currency {
    Currency::from_code("CNY").expect("it is a currency")
}

pub(super) fn failed(status: &Status) -> CliError {
    CliError::Refused(format!("the service failed: {:?}: {}", status.code(), status.message()))
}

/// Opens the accounts and pays money in.
pub(super) async fn open_accounts(line: &Channel) -> Result<(), CliError> {
    for index in 0..ACCOUNTS {
        open_account(line, index).await.map_err(|status| failed(&status))?;
    }
    Ok(())
}

async fn open_account(line: &Channel, index: u64) -> Result<(), Status> {
    let number = account_number(index);
    let request_id = |what: &str| format!("soak-{what}-{index}");
    let open = v1::OpenAccountRequest {
        account_number: number.clone(),
        account_name: "Example Holder".to_owned(),
        customer_id: format!("SOAK{index:04}"),
        branch_code: "SOAK".to_owned(),
        currency_code: currency().code().to_owned(),
        request_id: request_id("open"),
        ..v1::OpenAccountRequest::default()
    };
    let mut accounts = AccountServiceClient::new(line.clone());
    accounts.open_account(open).await?;
    let complete = v1::ChangeAccountStatusRequest {
        account_number: number.clone(),
        action: v1::StatusAction::CompleteOpening.into(),
        request_id: request_id("complete"),
        ..v1::ChangeAccountStatusRequest::default()
    };
    accounts.change_account_status(complete).await?;
    let pay_in = v1::RecordTransactionRequest {
        account_number: number,
        mode: v1::TransactionMode::Fact.into(),
        direction: v1::Direction::Credit.into(),
        amount: Some(money(OPENING_MINOR)),
        transaction_type: v1::TransactionType::Transfer.into(),
        initiator: v1::Initiator::Counterparty.into(),
        request_id: request_id("pay-in"),
        ..v1::RecordTransactionRequest::default()
    };
    TransactionServiceClient::new(line.clone()).record_transaction(pay_in).await.map(drop)
}

/// What stands on each account.
pub(super) async fn standings(line: &Channel) -> Result<BTreeMap<String, Standing>, CliError> {
    let key = |index: u64| v1::AccountKey {
        key: Some(v1::account_key::Key::AccountNumber(account_number(index))),
    };
    let ask = v1::BatchGetAccountStatusRequest {
        keys: (0..ACCOUNTS).map(key).collect(),
        view: v1::AccountStatusView::Basic.into(),
    };
    let mut client = AccountStatusServiceClient::new(line.clone());
    let answer = client.batch_get_account_status(ask).await.map_err(|status| failed(&status))?;
    let mut standings = BTreeMap::new();
    for (index, result) in (0..).zip(answer.into_inner().results) {
        let standing = match result.result {
            Some(v1::account_status_result::Result::AccountStatus(status)) => Some(Standing {
                balance_minor: minor(status.balance.as_ref())?,
                reserved_minor: minor(status.reserved.as_ref())?,
            }),
            Some(v1::account_status_result::Result::Error(_)) | None => None,
        };
        let number = account_number(index);
        let unfit = || CliError::Refused(format!("account {number} is not told"));
        let standing = standing.ok_or_else(unfit)?;
        standings.insert(number, standing);
    }
    Ok(standings)
}

fn minor(money: Option<&v1::Money>) -> Result<i64, CliError> {
    let read = money.and_then(|money| Money::parse(&money.amount, currency()).ok());
    let money = read.ok_or_else(|| CliError::Refused("an amount is not told".to_owned()))?;
    Ok(money.minor)
}

/// How many withdrawals are in a state.
pub(super) async fn count(line: &Channel, state: v1::WithdrawalState) -> Result<usize, CliError> {
    let mut count = 0;
    for index in 0..ACCOUNTS {
        count += withdrawals(line, index, state).await?.len();
    }
    Ok(count)
}

/// All that the service says.
pub(super) async fn books(line: &Channel) -> Result<Books, CliError> {
    let mut rows = BTreeMap::new();
    for index in 0..ACCOUNTS {
        for withdrawal in withdrawals(line, index, v1::WithdrawalState::Unspecified).await? {
            let row = Row {
                state: withdrawal.state(),
                amount_minor: minor(withdrawal.amount.as_ref())?,
                account_number: withdrawal.account_number,
            };
            rows.insert(withdrawal.withdrawal_id, row);
        }
    }
    Ok(Books { withdrawals: rows, standings: standings(line).await? })
}

/// The withdrawals of an account in a state; unspecified = in any.
async fn withdrawals(
    line: &Channel,
    index: u64,
    state: v1::WithdrawalState,
) -> Result<Vec<v1::Withdrawal>, CliError> {
    let (mut all, mut token) = (Vec::new(), String::new());
    loop {
        let page = page(line, index, state, token).await?;
        all.extend(page.withdrawals);
        token = page.next_page_token;
        if token.is_empty() {
            return Ok(all);
        }
    }
}

async fn page(
    line: &Channel,
    index: u64,
    state: v1::WithdrawalState,
    page_token: String,
) -> Result<v1::ListWithdrawalsResponse, CliError> {
    let list = v1::ListWithdrawalsRequest {
        account_number: account_number(index),
        state: state.into(),
        page_size: PAGE,
        page_token,
        ..v1::ListWithdrawalsRequest::default()
    };
    let mut client = WithdrawServiceClient::new(line.clone()).max_decoding_message_size(usize::MAX);
    let page = client.list_withdrawals(list).await.map_err(|status| failed(&status))?;
    Ok(page.into_inner())
}
