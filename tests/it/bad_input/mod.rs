//! Bad input, over the wire: INVALID_ARGUMENT with the path of every wrong field, and nothing
//! changed. The tables are those of design, quality.

mod amounts;
mod harmless;
mod texts;
mod values;

use account_status::pb::v1::*;
use tonic::{Code, Status};

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const NUMBER: &str = "9990584001000000601";

/// All that can be read of the account.
#[derive(Debug, PartialEq)]
struct Seen {
    status: AccountStatusInfo,
    history: Vec<StatusChange>,
    freezes: Vec<FreezeRecord>,
    withdrawals: Vec<Withdrawal>,
}

async fn seen(bank: &Bank) -> Seen {
    let list = ListWithdrawalsRequest { account_number: NUMBER.to_owned(), ..Default::default() };
    let withdrawals = bank.withdraw_client().list_withdrawals(list).await.unwrap().into_inner();
    Seen {
        status: bank.status(NUMBER).await.unwrap(),
        history: bank.history(NUMBER).await,
        freezes: bank.freezes(NUMBER).await,
        withdrawals: withdrawals.withdrawals,
    }
}

/// An account with money, a freeze and a withdrawal.
async fn busy_account(bank: &Bank) -> Seen {
    bank.account(NUMBER, "1000.00").await;
    bank.freeze(bank.court_order(NUMBER, "100.00")).await.unwrap();
    bank.withdraw(NUMBER, "10.00").await.unwrap();
    seen(bank).await
}

#[track_caller]
fn assert_invalid<T: std::fmt::Debug>(answer: Result<T, Status>, expected: &[&str], what: &str) {
    let status = answer.expect_err(what);
    assert_eq!(status.code(), Code::InvalidArgument, "{what}: {status:?}");
    assert_eq!(reason(&status), "INVALID_REQUEST", "{what}");
    assert_eq!(fields(&status), expected, "{what}");
    assert_eq!(status.message(), "the request has missing or malformed fields");
}

fn money(code: &str, amount: &str) -> Option<Money> {
    Some(Money { currency_code: code.to_owned(), amount: amount.to_owned() })
}

/// Whole freezes need no amount, so what is wrong is only what the test sets.
fn whole(
    bank: &Bank,
    set: impl FnOnce(&mut CreateFreezeRecordRequest),
) -> CreateFreezeRecordRequest {
    let mut order = bank.court_order(NUMBER, "");
    set(&mut order);
    order
}

fn withdrawal(bank: &Bank, set: impl FnOnce(&mut WithdrawRequest)) -> WithdrawRequest {
    let mut request = bank.withdrawal(NUMBER, "1.00");
    set(&mut request);
    request
}

fn payment(bank: &Bank, set: impl FnOnce(&mut Beneficiary)) -> WithdrawRequest {
    withdrawal(bank, |request| set(request.beneficiary.as_mut().unwrap()))
}

fn posting(
    bank: &Bank,
    set: impl FnOnce(&mut RecordTransactionRequest),
) -> RecordTransactionRequest {
    let mut request = bank.posting(NUMBER, Direction::Credit, "1.00");
    set(&mut request);
    request
}

fn release(
    bank: &Bank,
    set: impl FnOnce(&mut ReleaseFreezeRecordRequest),
) -> ReleaseFreezeRecordRequest {
    let mut request = bank.court_release(NUMBER, "F1");
    set(&mut request);
    request
}

fn opening() -> OpenAccountRequest {
    OpenAccountRequest {
        account_number: "9990584001000000602".to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    }
}

on_every_engine! {
    async fn all_violations_are_named_at_once_in_the_order_of_the_fields(bank) {
        let before = busy_account(&bank).await;
        let all_wrong = WithdrawRequest {
            account_number: "12 34".to_owned(),
            amount: money("cny", ""),
            beneficiary: Some(Beneficiary {
                bank_name: "b\n".to_owned(),
                kind: 99,
                ..Beneficiary::default()
            }),
            request_id: String::new(),
            reference: "r\0".to_owned(),
            etag: "x".to_owned(),
            validate_only: false,
            preferred_channel: "c\u{200b}".to_owned(),
            purpose: 77,
        };
        assert_invalid(
            bank.withdraw_with(all_wrong).await,
            &[
                "account_number",
                "request_id",
                "etag",
                "amount.currency_code",
                "amount.amount",
                "beneficiary.name",
                "beneficiary.account_number",
                "beneficiary.bank_code",
                "beneficiary.bank_name",
                "beneficiary.kind",
                "reference",
                "preferred_channel",
                "purpose",
            ],
            "Withdraw",
        );
        let empty = bank.account_client().open_account(OpenAccountRequest::default()).await;
        let all = ["account_number", "request_id", "account_name", "customer_id", "branch_code"];
        assert_invalid(empty, &[&all[..], &["currency_code"]].concat(), "OpenAccount");
        let officer = Officer { name: String::new(), badge_no: "b\u{200b}".to_owned() };
        let order = whole(&bank, |order| order.officers = vec![officer; 2]);
        let each = ["officers[0].name", "officers[0].badge_no"];
        let other = ["officers[1].name", "officers[1].badge_no"];
        assert_invalid(bank.freeze(order).await, &[each, other].concat(), "officers");
        let list = ListFreezeRecordsRequest {
            account_number: "12 34".to_owned(),
            status: 77,
            r#type: -1,
            page_size: -1,
            page_token: "x".to_owned(),
            ..ListFreezeRecordsRequest::default()
        };
        let answer = bank.freeze_client().list_freeze_records(list).await;
        let all = ["account_number", "status", "type", "page_size", "page_token"];
        assert_invalid(answer, &all, "ListFreezeRecords");
        let reject = bank.act(NUMBER, StatusAction::RejectOpening, |change| {
            change.causes = vec![0, 99, Cause::OpeningIncomplete.into()];
            change.missing_items = vec![String::new(); 21];
        });
        let refused = fields(&reject.await.unwrap_err());
        assert_eq!(refused[..3], ["causes[0]", "causes[1]", "missing_items"]);
        assert_eq!((refused.len(), refused[22].as_str()), (23, "missing_items[19]"));
        assert_eq!(seen(&bank).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_the_state_forbids_is_refused_and_changes_nothing(bank) {
        bank.account(NUMBER, "1000.00").await;
        let administrative = || CreateFreezeRecordRequest {
            authority_kind: AuthorityKind::AdminGeneral.into(),
            ..bank.court_order(NUMBER, "1000.00")
        };
        let (first, _) = bank.freeze(administrative()).await.unwrap();
        let before = seen(&bank).await;
        let twice = bank.freeze(administrative()).await.unwrap_err();
        assert_eq!(reason(&twice), "FUNDS_ALREADY_FROZEN");
        assert_eq!(seen(&bank).await, before);

        // Releasing one of two leaves the account frozen.
        let (court, _) = bank.freeze(bank.court_order(NUMBER, "300.00")).await.unwrap();
        let release = ReleaseFreezeRecordRequest {
            authority_kind: AuthorityKind::AdminGeneral.into(),
            ..bank.court_release(NUMBER, &first.freeze_id)
        };
        bank.release(release).await.unwrap();
        assert_eq!(bank.code(NUMBER).await, "01");
        assert_eq!(bank.available(NUMBER).await, "700.00");
        bank.release(bank.court_release(NUMBER, &court.freeze_id)).await.unwrap();
        assert_eq!(bank.code(NUMBER).await, "00");

        // Closing with money on it, and with money reserved.
        let withdrawal = bank.withdraw(NUMBER, "1000.00").await.unwrap();
        let before = seen(&bank).await;
        let close = bank.act(NUMBER, StatusAction::Close, |_| {}).await.unwrap_err();
        assert_eq!(reason(&close), "CLOSE_BLOCKED");
        assert!(violations(&close).len() >= 2, "the balance and what is reserved");
        let stale = bank.act(NUMBER, StatusAction::MarkSuspicious, |change| {
            change.cause = Cause::SuspiciousPattern.into();
            change.etag = "v1".to_owned();
        });
        let stale = stale.await.unwrap_err();
        assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        let stale = CancelWithdrawalRequest {
            account_number: NUMBER.to_owned(),
            withdrawal_id: withdrawal.withdrawal_id.clone(),
            etag: "w9".to_owned(),
            request_id: fresh(),
            ..CancelWithdrawalRequest::default()
        };
        let stale = bank.withdraw_client().cancel_withdrawal(stale).await.unwrap_err();
        assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "ETAG_MISMATCH"));
        assert_eq!(seen(&bank).await, before);
        bank.cancel(NUMBER, &withdrawal.withdrawal_id).await.unwrap();
        let again = bank.cancel(NUMBER, &withdrawal.withdrawal_id).await.unwrap_err();
        assert_eq!(reason(&again), "WITHDRAWAL_NOT_CANCELLABLE");
        bank.finish().await;
    }
}
