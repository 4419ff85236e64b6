//! Calls as tests make them: short, with sound defaults, each request id fresh unless given.

use std::sync::atomic::{AtomicU64, Ordering};

use account_status::pb::v1::account_service_client::AccountServiceClient;
use account_status::pb::v1::account_status_service_client::AccountStatusServiceClient;
use account_status::pb::v1::approval_service_client::ApprovalServiceClient;
use account_status::pb::v1::client_service_client::ClientServiceClient;
use account_status::pb::v1::freeze_record_service_client::FreezeRecordServiceClient;
use account_status::pb::v1::transaction_service_client::TransactionServiceClient;
use account_status::pb::v1::withdraw_service_client::WithdrawServiceClient;
use account_status::pb::v1::withdrawal_case_service_client::WithdrawalCaseServiceClient;
use account_status::pb::v1::*;
use tonic::transport::Channel;
use tonic::{Request, Status};
use tonic_types::StatusExt as _;

use super::Bank;

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// A request id that no other call of this run has.
pub(crate) fn fresh() -> String {
    format!("r-{}", REQUESTS.fetch_add(1, Ordering::Relaxed))
}

/// An amount of CNY.
pub(crate) fn cny(amount: &str) -> Option<Money> {
    Some(Money { currency_code: "CNY".to_owned(), amount: amount.to_owned() })
}

/// A payee.
pub(crate) fn payee() -> Option<Beneficiary> {
    Some(Beneficiary {
        name: "Example Payee".to_owned(),
        account_number: "9990111122223333".to_owned(),
        bank_code: "999100000001".to_owned(),
        bank_name: "Example Bank".to_owned(),
        kind: BeneficiaryKind::Person.into(),
    })
}

/// The reason of an error, from its details.
pub(crate) fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map_or_else(
        || panic!("an error without ErrorInfo: {status:?}"),
        |info| info.reason.clone(),
    )
}

/// The reasons of all violated preconditions, in order.
pub(crate) fn violations(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let found = details.precondition_failure().map(|failure| {
        failure.violations.iter().map(|violation| violation.r#type.clone()).collect()
    });
    found.unwrap_or_default()
}

/// The wrong fields of a request.
pub(crate) fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let found = details
        .bad_request()
        .map(|bad| bad.field_violations.iter().map(|violation| violation.field.clone()).collect());
    found.unwrap_or_default()
}

/// The two officers who bring a paper.
pub(crate) fn officers() -> Vec<Officer> {
    [("Lu Heng", "0305-11"), ("Ye Cheng", "0305-12")]
        .map(|(name, badge_no)| Officer { name: name.to_owned(), badge_no: badge_no.to_owned() })
        .to_vec()
}

/// A request by a principal.
pub(crate) fn by<T>(principal: &str, message: T) -> Request<T> {
    with(&[("x-principal", principal)], message)
}

/// A request with metadata.
pub(crate) fn with<T>(metadata: &[(&'static str, &str)], message: T) -> Request<T> {
    let mut request = Request::new(message);
    for (name, value) in metadata {
        request.metadata_mut().insert(*name, value.parse().unwrap());
    }
    request
}

impl Bank {
    pub(crate) fn status_client(&self) -> AccountStatusServiceClient<Channel> {
        AccountStatusServiceClient::new(self.channel.clone())
    }

    pub(crate) fn account_client(&self) -> AccountServiceClient<Channel> {
        AccountServiceClient::new(self.channel.clone())
    }

    pub(crate) fn freeze_client(&self) -> FreezeRecordServiceClient<Channel> {
        FreezeRecordServiceClient::new(self.channel.clone())
    }

    pub(crate) fn approval_client(&self) -> ApprovalServiceClient<Channel> {
        ApprovalServiceClient::new(self.channel.clone())
    }

    pub(crate) fn transaction_client(&self) -> TransactionServiceClient<Channel> {
        TransactionServiceClient::new(self.channel.clone())
    }

    pub(crate) fn withdraw_client(&self) -> WithdrawServiceClient<Channel> {
        WithdrawServiceClient::new(self.channel.clone())
    }

    pub(crate) fn case_client(&self) -> WithdrawalCaseServiceClient<Channel> {
        WithdrawalCaseServiceClient::new(self.channel.clone())
    }

    pub(crate) fn client_client(&self) -> ClientServiceClient<Channel> {
        ClientServiceClient::new(self.channel.clone())
    }

    /// Opens an account, passes it, and pays money in.
    pub(crate) async fn account(&self, number: &str, balance: &str) {
        self.applied(number).await;
        self.act(number, StatusAction::CompleteOpening, |_| {}).await.unwrap();
        if balance != "0" {
            self.credit(number, balance).await.unwrap();
        }
    }

    /// An account whose opening is under review.
    pub(crate) async fn applied(&self, number: &str) {
        self.applied_result(number).await.unwrap();
    }

    /// Applies for an account.
    pub(crate) async fn applied_result(&self, number: &str) -> Result<AccountStatusInfo, Status> {
        let open = OpenAccountRequest {
            account_number: number.to_owned(),
            account_name: "Lin Zhixia".to_owned(),
            customer_id: "C10001".to_owned(),
            branch_code: "999584000101".to_owned(),
            currency_code: "CNY".to_owned(),
            request_id: fresh(),
            ..OpenAccountRequest::default()
        };
        let response = self.account_client().open_account(open).await?.into_inner();
        Ok(response.account_status.unwrap())
    }

    /// Carries out a status action.
    pub(crate) async fn act(
        &self,
        number: &str,
        action: StatusAction,
        set: impl FnOnce(&mut ChangeAccountStatusRequest),
    ) -> Result<AccountStatusInfo, Status> {
        let mut change = ChangeAccountStatusRequest {
            account_number: number.to_owned(),
            action: action.into(),
            request_id: fresh(),
            ..ChangeAccountStatusRequest::default()
        };
        set(&mut change);
        let response = self.account_client().change_account_status(change).await?.into_inner();
        match response.outcome.unwrap() {
            change_account_status_response::Outcome::AccountStatus(info) => Ok(info),
            change_account_status_response::Outcome::Approval(approval) => {
                panic!("it waits for a second person: {approval:?}")
            }
        }
    }

    /// Binds a card.
    pub(crate) async fn bind_card(&self, number: &str, card: &str) -> Result<Card, Status> {
        let bind = BindCardRequest {
            account_number: number.to_owned(),
            card_number: card.to_owned(),
            request_id: fresh(),
            ..BindCardRequest::default()
        };
        Ok(self.account_client().bind_card(bind).await?.into_inner().card.unwrap())
    }

    /// A posting of core banking, a transfer noted as a fact.
    pub(crate) fn posting(
        &self,
        number: &str,
        direction: Direction,
        amount: &str,
    ) -> RecordTransactionRequest {
        RecordTransactionRequest {
            account_number: number.to_owned(),
            mode: TransactionMode::Fact.into(),
            direction: direction.into(),
            amount: cny(amount),
            transaction_type: TransactionType::Transfer.into(),
            initiator: Initiator::Counterparty.into(),
            request_id: fresh(),
            ..RecordTransactionRequest::default()
        }
    }

    /// Records a transaction.
    pub(crate) async fn record(
        &self,
        request: RecordTransactionRequest,
    ) -> Result<Transaction, Status> {
        let response = self.transaction_client().record_transaction(request).await?;
        Ok(response.into_inner().transaction.unwrap())
    }

    /// Money comes in from someone else.
    pub(crate) async fn credit(&self, number: &str, amount: &str) -> Result<Transaction, Status> {
        self.record(self.posting(number, Direction::Credit, amount)).await
    }

    /// A withdrawal's request.
    pub(crate) fn withdrawal(&self, number: &str, amount: &str) -> WithdrawRequest {
        WithdrawRequest {
            account_number: number.to_owned(),
            amount: cny(amount),
            beneficiary: payee(),
            request_id: fresh(),
            ..WithdrawRequest::default()
        }
    }

    /// Reserves a withdrawal and notes that it was acknowledged.
    pub(crate) async fn withdraw(&self, number: &str, amount: &str) -> Result<Withdrawal, Status> {
        self.withdraw_with(self.withdrawal(number, amount)).await
    }

    /// Reserves a withdrawal from a request, or a request with metadata.
    pub(crate) async fn withdraw_with(
        &self,
        request: impl tonic::IntoRequest<WithdrawRequest>,
    ) -> Result<Withdrawal, Status> {
        let response = self.withdraw_client().withdraw(request).await?.into_inner();
        let withdrawal = response.withdrawal.unwrap();
        self.acknowledged.lock().unwrap().push(withdrawal.withdrawal_id.clone());
        Ok(withdrawal)
    }

    /// Cancels a withdrawal.
    pub(crate) async fn cancel(&self, number: &str, id: &str) -> Result<Withdrawal, Status> {
        let cancel = CancelWithdrawalRequest {
            account_number: number.to_owned(),
            withdrawal_id: id.to_owned(),
            request_id: fresh(),
            ..CancelWithdrawalRequest::default()
        };
        let response = self.withdraw_client().cancel_withdrawal(cancel).await?.into_inner();
        Ok(response.withdrawal.unwrap())
    }

    /// The status of an account, in full, as an auditor sees it.
    pub(crate) async fn status(&self, number: &str) -> Result<AccountStatusInfo, Status> {
        let get = GetAccountStatusRequest {
            key: Some(get_account_status_request::Key::AccountNumber(number.to_owned())),
            view: AccountStatusView::Full.into(),
        };
        let response = self.status_client().get_account_status(by("auditor", get)).await?;
        Ok(response.into_inner().account_status.unwrap())
    }

    /// The displayed status code.
    pub(crate) async fn code(&self, number: &str) -> String {
        self.status(number).await.unwrap().status_code
    }

    /// What is available, in major units.
    pub(crate) async fn available(&self, number: &str) -> String {
        self.status(number).await.unwrap().available.unwrap().amount
    }

    /// The history of an account, newest first, as an auditor sees it.
    pub(crate) async fn history(&self, number: &str) -> Vec<StatusChange> {
        let list = ListAccountStatusHistoryRequest {
            account_number: number.to_owned(),
            page_size: 1_000,
            ..ListAccountStatusHistoryRequest::default()
        };
        let response =
            self.status_client().list_account_status_history(by("auditor", list)).await.unwrap();
        response.into_inner().status_changes
    }

    /// A civil court's order over an amount, or the whole account when the amount is empty.
    pub(crate) fn court_order(&self, number: &str, amount: &str) -> CreateFreezeRecordRequest {
        let whole = amount.is_empty();
        CreateFreezeRecordRequest {
            account_number: number.to_owned(),
            r#type: FreezeType::Judicial.into(),
            authority_kind: AuthorityKind::CourtCivil.into(),
            authority_name: "Nanshan District Court".to_owned(),
            document_no: "（2026）粤0305执1234号".to_owned(),
            mode: if whole { FreezeMode::Whole } else { FreezeMode::Amount }.into(),
            amount: if whole { None } else { cny(amount) },
            reason: "execution".to_owned(),
            source: FreezeSource::Paper.into(),
            officers: officers(),
            notice_no: "协1234".to_owned(),
            request_id: fresh(),
            ..CreateFreezeRecordRequest::default()
        }
    }

    /// The bank's own freeze.
    pub(crate) fn bank_freeze(&self, number: &str, amount: &str) -> CreateFreezeRecordRequest {
        CreateFreezeRecordRequest {
            r#type: FreezeType::Bank.into(),
            authority_kind: AuthorityKind::Bank.into(),
            authority_name: "Risk Control".to_owned(),
            document_no: String::new(),
            source: FreezeSource::Internal.into(),
            officers: Vec::new(),
            notice_no: String::new(),
            ..self.court_order(number, amount)
        }
    }

    /// Places a freeze.
    pub(crate) async fn freeze(
        &self,
        request: CreateFreezeRecordRequest,
    ) -> Result<(FreezeRecord, AuthorityAnswer), Status> {
        let response = self.freeze_client().create_freeze_record(request).await?.into_inner();
        let answer = response.answer.unwrap();
        match response.outcome.unwrap() {
            create_freeze_record_response::Outcome::FreezeRecord(record) => Ok((record, answer)),
            create_freeze_record_response::Outcome::Approval(approval) => {
                panic!("it waits for a second person: {approval:?}")
            }
        }
    }

    /// The release of a freeze by the court that ordered it.
    pub(crate) fn court_release(
        &self,
        number: &str,
        freeze_id: &str,
    ) -> ReleaseFreezeRecordRequest {
        ReleaseFreezeRecordRequest {
            account_number: number.to_owned(),
            freeze_id: freeze_id.to_owned(),
            authority_kind: AuthorityKind::CourtCivil.into(),
            authority_name: "Nanshan District Court".to_owned(),
            document_no: "（2026）粤0305执1234号之五".to_owned(),
            reason: "paid".to_owned(),
            source: FreezeSource::Paper.into(),
            officers: officers(),
            notice_no: "协1234之五".to_owned(),
            request_id: fresh(),
            ..ReleaseFreezeRecordRequest::default()
        }
    }

    /// Releases a freeze.
    pub(crate) async fn release(
        &self,
        request: ReleaseFreezeRecordRequest,
    ) -> Result<FreezeRecord, Status> {
        let response = self.freeze_client().release_freeze_record(request).await?.into_inner();
        match response.outcome.unwrap() {
            release_freeze_record_response::Outcome::FreezeRecord(record) => Ok(record),
            release_freeze_record_response::Outcome::Approval(approval) => {
                panic!("it waits for a second person: {approval:?}")
            }
        }
    }

    /// The account's freezes, as an auditor sees them.
    pub(crate) async fn freezes(&self, number: &str) -> Vec<FreezeRecord> {
        let list = ListFreezeRecordsRequest {
            account_number: number.to_owned(),
            page_size: 1_000,
            ..ListFreezeRecordsRequest::default()
        };
        let response = self.freeze_client().list_freeze_records(by("auditor", list)).await.unwrap();
        response.into_inner().freeze_records
    }
}
