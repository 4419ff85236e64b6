//! Withdrawals up to their reservation: what is held, what is refused and why, and how they are
//! read and taken back.

mod attempts;
mod batch;
mod batch_limits;
mod callbacks;
mod lists;
pub(crate) mod paying;
mod refused;
mod watched;

use account_status::pb::v1::*;
use tonic::Status;
use tonic_types::StatusExt as _;

use crate::actions::{N, carry_out, fraud_stop, instant, picture, restrict, set, subjects, told};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const M: &str = "6222021234567890124";

async fn get(bank: &Bank, number: &str, id: &str) -> Result<Withdrawal, Status> {
    let get =
        GetWithdrawalRequest { withdrawal_id: id.to_owned(), account_number: number.to_owned() };
    let response = bank.withdraw_client().get_withdrawal(get).await?;
    Ok(response.into_inner().withdrawal.unwrap())
}

async fn list(
    bank: &Bank,
    request: ListWithdrawalsRequest,
) -> Result<(Vec<String>, String), Status> {
    let response = bank.withdraw_client().list_withdrawals(request).await?.into_inner();
    let ids = response.withdrawals.into_iter().map(|row| row.withdrawal_id).collect();
    Ok((ids, response.next_page_token))
}

async fn take_back(
    bank: &Bank,
    number: &str,
    id: &str,
    set: impl FnOnce(&mut CancelWithdrawalRequest),
) -> Result<Withdrawal, Status> {
    let mut cancel = CancelWithdrawalRequest {
        account_number: number.to_owned(),
        withdrawal_id: id.to_owned(),
        request_id: fresh(),
        ..Default::default()
    };
    set(&mut cancel);
    let response = bank.withdraw_client().cancel_withdrawal(cancel).await?;
    Ok(response.into_inner().withdrawal.unwrap())
}

/// Balance, reserved, available.
async fn money(bank: &Bank, number: &str) -> [String; 3] {
    let info = bank.status(number).await.unwrap();
    [info.balance, info.reserved, info.available].map(|money| money.unwrap().amount)
}

/// A withdrawal through an entry channel, for a purpose.
async fn through(
    bank: &Bank,
    number: &str,
    channel: &str,
    purpose: Purpose,
) -> Result<Withdrawal, Status> {
    let request = WithdrawRequest { purpose: purpose.into(), ..bank.withdrawal(number, "1.00") };
    bank.withdraw_with(with(&[("x-entry-channel", channel)], request)).await
}

on_every_engine! {
    async fn a_withdrawal_holds_its_money_until_it_is_taken_back(bank) {
        bank.account(N, "100.00").await;
        let etag = bank.status(N).await.unwrap().etag;
        let request = WithdrawRequest {
            reference: "rent; DROP TABLE withdrawal".to_owned(),
            purpose: Purpose::Payment.into(),
            ..bank.withdrawal(N, "60.5")
        };
        let made = bank.withdraw_with(with(&[("x-entry-channel", "APP")], request)).await.unwrap();
        assert_eq!((made.state(), made.amount.clone()), (WithdrawalState::Reserved, cny("60.50")));
        assert_eq!((made.reference.as_str(), made.purpose(), made.entry_channel()),
            ("rent; DROP TABLE withdrawal", Purpose::Payment, EntryChannel::App));
        assert_eq!((made.channel.as_str(), made.settle_time), ("", None));
        assert_eq!(made.held_reason(), HeldReason::Unspecified);
        assert_eq!(made.create_time, made.update_time);
        let shown = made.beneficiary.clone().unwrap();
        assert!(!shown.account_number.contains("9990111122223333"), "{shown:?}");
        assert!(shown.account_number.ends_with("3333"), "{shown:?}");
        assert_eq!((shown.bank_code.as_str(), shown.kind()),
            ("999100000001", BeneficiaryKind::Person));
        assert_eq!(money(&bank, N).await, ["100.00", "60.50", "39.50"]);
        assert_eq!(get(&bank, N, &made.withdrawal_id).await.unwrap(), made);
        assert_eq!(get(&bank, "", &made.withdrawal_id).await.unwrap(), made);
        assert_eq!(bank.status(N).await.unwrap().etag, etag, "money moves no status");

        bank.pass(chrono::Duration::minutes(1));
        let id = made.withdrawal_id.as_str();
        let stale = take_back(&bank, N, id, |cancel| cancel.etag = "w7".to_owned()).await;
        assert_eq!(reason(&stale.unwrap_err()), "ETAG_MISMATCH");
        let foreign = take_back(&bank, N, id, |cancel| cancel.etag = etag).await.unwrap_err();
        assert_eq!(fields(&foreign), ["etag"]);
        let trial = take_back(&bank, N, id, |cancel| cancel.validate_only = true).await.unwrap();
        assert_eq!(trial.state(), WithdrawalState::Cancelled);
        assert_eq!(get(&bank, N, id).await.unwrap(), made);
        let taken = take_back(&bank, N, id, |cancel| {
            cancel.etag = made.etag.clone();
            cancel.reason = "changed my mind".to_owned();
        })
        .await
        .unwrap();
        assert_eq!((taken.state(), taken.reason.as_str()),
            (WithdrawalState::Cancelled, "changed my mind"));
        assert_ne!(taken.etag, made.etag);
        assert_eq!((taken.create_time, instant(&taken.update_time)),
            (made.create_time, bank.now()));
        assert_eq!(get(&bank, N, id).await.unwrap(), taken);
        assert_eq!(money(&bank, N).await, ["100.00", "0.00", "100.00"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_is_not_reserved_or_not_there_cannot_be_taken_back(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let made = bank.withdraw(N, "10.00").await.unwrap();
        let id = made.withdrawal_id.as_str();
        for (number, id) in [(M, id), (N, "no-such-withdrawal")] {
            let refused = bank.cancel(number, id).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()),
                (tonic::Code::NotFound, "WITHDRAWAL_NOT_FOUND"));
            let refused = get(&bank, number, id).await.unwrap_err();
            assert_eq!(reason(&refused), "WITHDRAWAL_NOT_FOUND");
        }
        bank.cancel(N, id).await.unwrap();
        let before = picture(&bank, N).await;
        let again = bank.cancel(N, id).await.unwrap_err();
        assert_eq!(reason(&again), "WITHDRAWAL_NOT_CANCELLABLE");
        assert_eq!(told(&again, "state").as_deref(), Some("CANCELLED"));
        assert_eq!(picture(&bank, N).await, before);
        let unknown = list(&bank, ListWithdrawalsRequest {
            account_number: "6222021234567890129".to_owned(),
            ..Default::default()
        });
        assert_eq!(reason(&unknown.await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn withdrawals_are_listed_newest_first_by_page_and_state(bank) {
        bank.account(N, "100.00").await;
        bank.account(M, "100.00").await;
        let mut ids = Vec::new();
        for _ in 0..5 {
            ids.push(bank.withdraw(N, "1.00").await.unwrap().withdrawal_id);
        }
        bank.withdraw(M, "1.00").await.unwrap();
        bank.cancel(N, &ids[1]).await.unwrap();
        ids.reverse();
        let all = ListWithdrawalsRequest { account_number: N.to_owned(), ..Default::default() };
        assert_eq!(list(&bank, all.clone()).await.unwrap(), (ids.clone(), String::new()));
        let mut found = Vec::new();
        let mut page = ListWithdrawalsRequest { page_size: 2, ..all.clone() };
        for expected in [2, 2, 1] {
            let (rows, token) = list(&bank, page.clone()).await.unwrap();
            assert_eq!((rows.len(), token.is_empty()), (expected, expected == 1));
            found.extend(rows);
            page.page_token = token;
        }
        assert_eq!(found, ids);

        let open =
            ListWithdrawalsRequest { state: WithdrawalState::Reserved.into(), ..all.clone() };
        let expected: Vec<String> =
            ids.iter().filter(|id| **id != ids[3]).cloned().collect();
        assert_eq!(list(&bank, open.clone()).await.unwrap().0, expected);
        let first = ListWithdrawalsRequest { page_size: 2, ..open.clone() };
        let (_, token) = list(&bank, first).await.unwrap();
        for wrong in [
            ListWithdrawalsRequest { page_token: token.clone(), ..all.clone() },
            ListWithdrawalsRequest { account_number: M.to_owned(), page_token: token, ..open },
            ListWithdrawalsRequest { page_token: "x".to_owned(), ..all.clone() },
        ] {
            assert_eq!(fields(&list(&bank, wrong).await.unwrap_err()), ["page_token"]);
        }
        let negative = ListWithdrawalsRequest { page_size: -1, ..all.clone() };
        assert_eq!(fields(&list(&bank, negative).await.unwrap_err()), ["page_size"]);
        let huge = ListWithdrawalsRequest { page_size: i32::MAX, ..all };
        assert_eq!(list(&bank, huge).await.unwrap().0.len(), 5);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn of_two_that_fit_one_by_one_but_not_together_one_is_refused(bank) {
        bank.account(N, "100.00").await;
        bank.withdraw(N, "60.00").await.unwrap();
        let refused = bank.withdraw(N, "60.00").await.unwrap_err();
        assert_eq!((refused.code(), violations(&refused)),
            (tonic::Code::FailedPrecondition, vec!["INSUFFICIENT_AVAILABLE_FUNDS".to_owned()]));
        assert_eq!(told(&refused, "available").as_deref(), Some("40.00"));
        assert_eq!(told(&refused, "currency_code").as_deref(), Some("CNY"));
        bank.withdraw(N, "40.00").await.unwrap();
        assert_eq!(reason(&bank.withdraw(N, "0.01").await.unwrap_err()),
            "INSUFFICIENT_AVAILABLE_FUNDS");

        bank.account(M, "100.00").await;
        let (one, other) = tokio::join!(bank.withdraw(M, "60.00"), bank.withdraw(M, "60.00"));
        assert_ne!(one.is_ok(), other.is_ok());
        assert_eq!(money(&bank, M).await, ["100.00", "60.00", "40.00"]);

        let trial =
            WithdrawRequest { validate_only: true, ..bank.withdrawal(M, "40.00") };
        let tried = bank.withdraw_client().withdraw(trial).await.unwrap().into_inner();
        assert_eq!(tried.withdrawal.unwrap().withdrawal_id, "");
        assert_eq!(money(&bank, M).await, ["100.00", "60.00", "40.00"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn open_withdrawals_are_capped_for_each_account(bank) {
        let small =
            Bank::open_with(bank.engine, |given| given.open_withdrawals_max = Some(2)).await;
        small.account(N, "100.00").await;
        small.account(M, "100.00").await;
        let first = small.withdraw(N, "1.00").await.unwrap();
        small.withdraw(N, "1.00").await.unwrap();
        let refused = small.withdraw(N, "1.00").await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()),
            (tonic::Code::FailedPrecondition, "LIMIT_EXCEEDED"));
        let details = refused.get_error_details();
        let quota = &details.quota_failure().unwrap().violations[0];
        assert_eq!(quota.quota_value, 2);
        assert_eq!(quota.quota_dimensions.get("used").map(String::as_str), Some("2"));
        let both = small.withdraw(N, "99.00").await.unwrap_err();
        assert_eq!(violations(&both), ["INSUFFICIENT_AVAILABLE_FUNDS", "LIMIT_EXCEEDED"]);
        small.withdraw(M, "1.00").await.unwrap();
        small.cancel(N, &first.withdrawal_id).await.unwrap();
        small.withdraw(N, "1.00").await.unwrap();
        small.finish().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn amounts_are_in_the_currency_of_the_account_with_its_decimals(bank) {
        bank.account(N, "100.00").await;
        let yen = |amount: &str| {
            Some(Money { currency_code: "JPY".to_owned(), amount: amount.to_owned() })
        };
        let other = WithdrawRequest { amount: yen("5"), ..bank.withdrawal(N, "1") };
        let refused = bank.withdraw_with(other).await.unwrap_err();
        assert_eq!((refused.code(), violations(&refused)),
            (tonic::Code::FailedPrecondition, vec!["CURRENCY_MISMATCH".to_owned()]));
        assert_eq!(told(&refused, "currency_code").as_deref(), Some("CNY"));

        let open = OpenAccountRequest {
            account_number: M.to_owned(),
            account_name: "株式会社サンプル".to_owned(),
            customer_id: "C20025".to_owned(),
            branch_code: "999290000103".to_owned(),
            currency_code: "JPY".to_owned(),
            request_id: fresh(),
            ..Default::default()
        };
        bank.account_client().open_account(open).await.unwrap();
        bank.act(M, StatusAction::CompleteOpening, |_| {}).await.unwrap();
        let credit = RecordTransactionRequest {
            amount: yen("1500000"),
            ..bank.posting(M, Direction::Credit, "1")
        };
        assert_eq!(bank.record(credit).await.unwrap().balance_after, yen("1500000"));
        let half = WithdrawRequest { amount: yen("1.5"), ..bank.withdrawal(M, "1") };
        assert_eq!(fields(&bank.withdraw_with(half).await.unwrap_err()), ["amount.amount"]);
        let most = WithdrawRequest { amount: yen("1499999"), ..bank.withdrawal(M, "1") };
        let made = bank.withdraw_with(most).await.unwrap();
        assert_eq!(made.amount, yen("1499999"));
        assert_eq!(money(&bank, M).await, ["1500000", "1499999", "1"]);
        assert_eq!(reason(&bank.withdraw(M, "1.00").await.unwrap_err()), "CURRENCY_MISMATCH");
        bank.finish().await;
    }
}
