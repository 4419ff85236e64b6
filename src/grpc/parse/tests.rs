//! Whole requests: what is wrong with them, all at once and by field path.

mod cases;
mod channels;

use std::sync::Arc;
use std::time::Instant;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use prost_types::Timestamp;

use super::*;
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::freeze::Urgency;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::history::HistoryKey;
use crate::domain::principal::Principal;
use crate::domain::review::IdentityKey;
use crate::domain::status::Cause;
use crate::domain::transaction::EntryChannel;
use crate::grpc::caller::{CallId, Caller};
use crate::pb::v1;
use crate::text::Locale;

const NUMBER: &str = "6222021234567890123";

fn caller() -> Caller {
    Caller {
        principal: Principal::new("local", []),
        locale: Locale::English,
        zone: Tz::UTC,
        accounts_max: 10,
        call_id: CallId(Arc::from("call-1")),
        entry_channel: EntryChannel::App,
        deadline: Instant::now(),
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

fn fields<T: std::fmt::Debug>(parsed: Result<T, Failure>) -> Vec<String> {
    match parsed.unwrap_err() {
        Failure::Fields(wrong) => wrong.iter().map(|(field, _)| field.to_owned()).collect(),
        Failure::Refused(refused) => panic!("{refused:?}"),
    }
}

fn cny(amount: &str) -> Option<v1::Money> {
    Some(v1::Money { currency_code: "CNY".to_owned(), amount: amount.to_owned() })
}

fn withdrawal() -> v1::WithdrawRequest {
    v1::WithdrawRequest {
        account_number: NUMBER.to_owned(),
        amount: cny("100.50"),
        beneficiary: Some(v1::Beneficiary {
            name: "Lin Zhixia".to_owned(),
            account_number: "9990584001000000999".to_owned(),
            bank_code: "999584000101".to_owned(),
            bank_name: String::new(),
            kind: v1::BeneficiaryKind::Person.into(),
        }),
        request_id: "withdraw-0001".to_owned(),
        ..v1::WithdrawRequest::default()
    }
}

fn freeze() -> v1::CreateFreezeRecordRequest {
    v1::CreateFreezeRecordRequest {
        account_number: NUMBER.to_owned(),
        r#type: v1::FreezeType::Judicial.into(),
        authority_kind: v1::AuthorityKind::CourtCivil.into(),
        authority_name: "Example Court".to_owned(),
        document_no: "(2026) 0305 No. 1234".to_owned(),
        mode: v1::FreezeMode::Amount.into(),
        amount: cny("20000.00"),
        reason: "enforcement".to_owned(),
        source: v1::FreezeSource::Paper.into(),
        officers: [("Lu Heng", "0305-11"), ("Ye Cheng", "0305-12")]
            .map(|(name, badge_no)| v1::Officer {
                name: name.to_owned(),
                badge_no: badge_no.to_owned(),
            })
            .to_vec(),
        notice_no: "(2026) 0305 Notice No. 1234".to_owned(),
        request_id: "freeze-0001".to_owned(),
        ..v1::CreateFreezeRecordRequest::default()
    }
}

fn action(action: v1::StatusAction) -> v1::ChangeAccountStatusRequest {
    v1::ChangeAccountStatusRequest {
        account_number: NUMBER.to_owned(),
        action: action.into(),
        request_id: "change-0001".to_owned(),
        ..v1::ChangeAccountStatusRequest::default()
    }
}

fn change(body: v1::ChangeAccountStatusRequest) -> Result<Envelope, Failure> {
    change_status(body, &caller()).map(|(_, envelope)| envelope)
}

#[test]
fn a_withdrawal_is_read_with_its_channel_and_version() {
    let body = v1::WithdrawRequest { etag: status_etag(7), validate_only: true, ..withdrawal() };
    let envelope = withdraw(body, &caller()).unwrap();
    assert_eq!((envelope.expected_version, envelope.effect), (Some(7), Effect::ValidateOnly));
    let Command::Withdraw(withdraw) = envelope.command else { panic!("another command") };
    assert_eq!(withdraw.amount.minor, 10_050);
    assert_eq!(withdraw.entry_channel, EntryChannel::App);
}

#[test]
fn an_empty_withdrawal_lacks_every_required_field() {
    let all = ["account_number", "request_id", "amount", "beneficiary"];
    assert_eq!(fields(withdraw(v1::WithdrawRequest::default(), &caller())), all);
    let empty = Some(v1::Beneficiary::default());
    let body = v1::WithdrawRequest { beneficiary: empty, ..withdrawal() };
    assert_eq!(
        fields(withdraw(body, &caller())),
        [
            "beneficiary.name",
            "beneficiary.account_number",
            "beneficiary.bank_code",
            "beneficiary.kind"
        ]
    );
}

#[test]
fn a_withdrawal_to_the_paying_account_is_refused() {
    let mut body = withdrawal();
    body.account_number = "9990584001000000999".to_owned();
    assert_eq!(fields(withdraw(body, &caller())), ["beneficiary.account_number"]);
}

#[test]
fn a_withdrawal_is_cancelled_by_its_own_etag() {
    let body = v1::CancelWithdrawalRequest {
        account_number: NUMBER.to_owned(),
        withdrawal_id: "W01".to_owned(),
        request_id: "cancel-0001".to_owned(),
        etag: withdrawal_etag(3),
        ..v1::CancelWithdrawalRequest::default()
    };
    let envelope = cancel_withdrawal(body.clone(), &caller()).unwrap();
    assert_eq!(envelope.expected_version, None);
    let Command::CancelWithdrawal(cancel) = envelope.command else { panic!("another command") };
    assert_eq!(cancel.expected_version, Some(3));
    let of_account = v1::CancelWithdrawalRequest { etag: status_etag(3), ..body };
    assert_eq!(fields(cancel_withdrawal(of_account, &caller())), ["etag"]);
}

#[test]
fn a_freeze_of_an_authority_states_where_it_comes_from() {
    let (urgency, envelope) = create_freeze(freeze(), &caller(), now()).unwrap();
    assert_eq!(urgency, Urgency::Ordinary);
    assert!(matches!(envelope.command, Command::CreateFreeze(_)));
    let bare = v1::CreateFreezeRecordRequest {
        authority_kind: 0,
        authority_name: String::new(),
        source: 0,
        mode: 0,
        reason: String::new(),
        ..freeze()
    };
    let all = ["authority_kind", "source", "mode", "authority_name", "reason"];
    assert_eq!(fields(create_freeze(bare, &caller(), now())), all);
}

#[test]
fn the_banks_own_freeze_needs_no_authority() {
    let body = v1::CreateFreezeRecordRequest {
        r#type: v1::FreezeType::Bank.into(),
        authority_kind: 0,
        source: 0,
        emergency: true,
        emergency_cause: v1::EmergencyCause::FraudInProgress.into(),
        mode: v1::FreezeMode::Whole.into(),
        amount: None,
        ..freeze()
    };
    let (urgency, envelope) = create_freeze(body.clone(), &caller(), now()).unwrap();
    assert_eq!(urgency, Urgency::Emergency);
    let Command::CreateFreeze(create) = envelope.command else { panic!("another command") };
    assert_eq!(create.authority_kind, AuthorityKind::Bank);
    let paper = v1::FreezeSource::Paper.into();
    let served = v1::CreateFreezeRecordRequest { source: paper, ..body };
    assert_eq!(fields(create_freeze(served, &caller(), now())), ["source"]);
}

#[test]
fn rules_of_a_freeze_and_its_form_are_told_together() {
    use v1::create_freeze_record_request::Duration;
    let later = Timestamp { seconds: now().timestamp() + 1, nanos: 0 };
    let body = v1::CreateFreezeRecordRequest {
        amount: None,
        served_time: Some(later),
        duration: Some(Duration::Term(v1::Term { count: 0, unit: 0 })),
        officers: vec![v1::Officer::default()],
        ..freeze()
    };
    let all = ["officers[0].name", "term.count", "term.unit", "amount", "served_time", "officers"];
    assert_eq!(fields(create_freeze(body, &caller(), now())), all);
}

#[test]
fn a_release_says_how_much_only_once() {
    let body = v1::ReleaseFreezeRecordRequest {
        account_number: NUMBER.to_owned(),
        freeze_id: "F1".to_owned(),
        amount: cny("1"),
        remaining_amount: cny("1"),
        authority_kind: v1::AuthorityKind::CourtCivil.into(),
        reason: "paid".to_owned(),
        request_id: "release-0001".to_owned(),
        ..v1::ReleaseFreezeRecordRequest::default()
    };
    let all = ["remaining_amount", "authority_name", "source", "document_no"];
    assert_eq!(fields(release_freeze(body, &caller())), all);
}

#[test]
fn a_cause_stands_in_the_field_that_its_action_reads() {
    let oral = v1::Cause::LossOral.into();
    let loss =
        v1::ChangeAccountStatusRequest { cause: oral, ..action(v1::StatusAction::ReportLoss) };
    let Command::ChangeStatus(read) = change(loss).unwrap().command else { panic!("another") };
    assert_eq!(read.causes, [Cause::LossOral]);
    assert_eq!(fields(change(action(v1::StatusAction::ReportLoss))), ["cause"]);
    let twice = vec![v1::Cause::OpeningTooMany.into(), v1::Cause::OpeningTooMany.into()];
    let body =
        v1::ChangeAccountStatusRequest { causes: twice, ..action(v1::StatusAction::RejectOpening) };
    assert_eq!(fields(change(body)), ["causes[1]"]);
    assert_eq!(fields(change(action(v1::StatusAction::Unspecified))), ["action"]);
}

#[test]
fn a_fraud_stop_names_its_authority_and_case() {
    let body = v1::ChangeAccountStatusRequest {
        cause: v1::Cause::StopFraud.into(),
        ..action(v1::StatusAction::StopPayment)
    };
    assert_eq!(fields(change(body)), ["authority", "document_no"]);
}

fn deposit() -> v1::RecordTransactionRequest {
    v1::RecordTransactionRequest {
        account_number: NUMBER.to_owned(),
        mode: v1::TransactionMode::Authorize.into(),
        direction: v1::Direction::Credit.into(),
        amount: cny("1.00"),
        transaction_type: v1::TransactionType::Cash.into(),
        initiator: v1::Initiator::Customer.into(),
        request_id: "posting-0001".to_owned(),
        ..v1::RecordTransactionRequest::default()
    }
}

#[test]
fn payouts_are_posted_by_the_service_alone() {
    let payout = v1::TransactionType::Payout.into();
    let body = v1::RecordTransactionRequest { transaction_type: payout, ..deposit() };
    assert_eq!(fields(record_transaction(body, &caller())), ["transaction_type"]);
}

#[test]
fn a_transaction_may_state_its_own_channel() {
    let channel = |body| match record_transaction(body, &caller()).unwrap().command {
        Command::RecordTransaction(record) => record.entry_channel,
        other => panic!("{other:?}"),
    };
    assert_eq!(channel(deposit()), EntryChannel::App);
    let counter = v1::EntryChannel::Counter.into();
    assert_eq!(
        channel(v1::RecordTransactionRequest { entry_channel: counter, ..deposit() }),
        EntryChannel::Counter
    );
    let all = [
        "account_number",
        "request_id",
        "mode",
        "direction",
        "amount",
        "transaction_type",
        "initiator",
    ];
    assert_eq!(fields(record_transaction(v1::RecordTransactionRequest::default(), &caller())), all);
}

#[test]
fn an_account_is_opened_with_a_name_customer_branch_and_currency() {
    let all = [
        "account_number",
        "request_id",
        "account_name",
        "customer_id",
        "branch_code",
        "currency_code",
    ];
    let key = IdentityKey::of(&HistoryKey::new(b"key"));
    assert_eq!(fields(open_account(v1::OpenAccountRequest::default(), &caller(), &key)), all);
}
