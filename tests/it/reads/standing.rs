//! What may pass on an account, and in which ISO codes it is told, as the status query lists it
//! (design, domain 2, design, law 4 and 5).

use account_status::pb::v1::get_account_status_request::Key;
use account_status::pb::v1::*;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;
use crate::refusals::in_status;

/// What is laid on an account of 1,000.00.
enum Laid {
    Status(AccountStatus),
    Freeze(FreezeMode, &'static str),
    Secret(FreezeMode, &'static str),
    Stop(Cause, &'static str),
    Restriction(Restriction, Cause),
}

/// What is laid; Y, L or N for each operation in the order of the enum; ISO 20022 of a debit and
/// of a credit, ISO 8583.
type Row = (Laid, &'static str, [&'static str; 3]);

const ROWS: [Row; 22] = [
    (Laid::Status(AccountStatus::Normal), "YYYYYYYYY", ["", "", "00"]),
    (Laid::Status(AccountStatus::Closed), "NNNNNNNNN", ["AC05", "AC07", "14"]),
    (Laid::Status(AccountStatus::Opening), "NNNNNNNYY", ["AG01", "AG01", "57"]),
    (Laid::Status(AccountStatus::OpenFailed), "NNNNNNNYY", ["AG01", "AG01", "57"]),
    (Laid::Freeze(FreezeMode::Amount, "400.00"), "LLLLYYYYN", ["", "", "00"]),
    (Laid::Freeze(FreezeMode::Amount, "2000.00"), "NNNNYYYYN", ["AM07", "", "51"]),
    (Laid::Freeze(FreezeMode::Whole, ""), "NNNNYYYYN", ["AC06", "", "62"]),
    (Laid::Freeze(FreezeMode::TwoWay, ""), "NNNNYNNNN", ["AC06", "AC06", "62"]),
    (Laid::Secret(FreezeMode::Amount, "2000.00"), "NNNNYYYYN", ["AC06", "", "62"]),
    (Laid::Secret(FreezeMode::Whole, ""), "NNNNYYYYN", ["AC06", "", "62"]),
    (Laid::Status(AccountStatus::Lost), "NNNLYYYYN", ["AC06", "", "41"]),
    (Laid::Stop(Cause::StopFraud, ""), "NNNNYYYYN", ["AC06", "", "62"]),
    (Laid::Stop(Cause::StopCustoms, ""), "NNNNYYYYN", ["AC06", "", "62"]),
    (Laid::Stop(Cause::StopArrears, ""), "NNNYYYYYN", ["AC06", "", "62"]),
    (Laid::Stop(Cause::StopCustoms, "300.00"), "LLLNYYYYN", ["", "", "00"]),
    (Laid::Stop(Cause::StopArrears, "300.00"), "LLLYYYYYN", ["", "", "00"]),
    (Laid::Status(AccountStatus::Suspicious), "NNNYYYYYN", ["AC06", "", "59"]),
    (Laid::Status(AccountStatus::InfoExpired), "YNYYYYYYL", ["NOCM", "", "57"]),
    (Laid::Status(AccountStatus::Dormant), "LNNYYYYYL", ["AG01", "", "57"]),
    (
        Laid::Restriction(Restriction::NonCounter, Cause::NonCounterSuspended),
        "YNYYYYYYL",
        ["AG01", "", "57"],
    ),
    (Laid::Restriction(Restriction::Amount, Cause::RestrictedByList), "LLYYYYYYY", ["", "", "00"]),
    (
        Laid::Restriction(Restriction::NoDebit, Cause::RestrictedByList),
        "NNNYYYYYN",
        ["RR04", "", "62"],
    ),
];

async fn lay(bank: &Bank, number: &str, laid: &Laid) {
    let status = if let Laid::Status(status) = laid { *status } else { AccountStatus::Normal };
    in_status(bank, number, status).await;
    match laid {
        Laid::Status(_) => {}
        Laid::Freeze(mode, amount) | Laid::Secret(mode, amount) => {
            let order = CreateFreezeRecordRequest {
                mode: (*mode).into(),
                confidential: matches!(laid, Laid::Secret(..)),
                ..bank.court_order(number, amount)
            };
            bank.freeze(order).await.unwrap();
        }
        Laid::Stop(cause, amount) => {
            let stop = bank.act(number, StatusAction::StopPayment, |change| {
                change.cause = (*cause).into();
                change.authority = "Organ".to_owned();
                change.document_no = "ZF-17".to_owned();
                change.amount = cny(amount).filter(|money| !money.amount.is_empty());
            });
            stop.await.unwrap();
        }
        Laid::Restriction(restriction, cause) => {
            let restrict = bank.act(number, StatusAction::Restrict, |change| {
                change.cause = (*cause).into();
                change.restriction = (*restriction).into();
                change.amount = cny("50.00").filter(|_| *restriction == Restriction::Amount);
            });
            restrict.await.unwrap();
        }
    }
}

/// The status as somebody without special scopes sees it through an entry channel.
async fn seen(bank: &Bank, number: &str, channel: Option<&str>) -> AccountStatusInfo {
    let get = GetAccountStatusRequest { key: Some(Key::AccountNumber(number.to_owned())), view: 0 };
    let channel: Vec<(&'static str, &str)> =
        channel.map(|channel| ("x-entry-channel", channel)).into_iter().collect();
    let response = bank.status_client().get_account_status(with(&channel, get)).await.unwrap();
    response.into_inner().account_status.unwrap()
}

fn answers(info: &AccountStatusInfo) -> String {
    let one = |permission: &OperationPermission| match permission.answer() {
        OperationAnswer::Yes => 'Y',
        OperationAnswer::Limited => 'L',
        OperationAnswer::No => 'N',
        OperationAnswer::Unspecified => '?',
    };
    let order: Vec<i32> = info.operations.iter().map(|permission| permission.operation).collect();
    assert_eq!(order, (1..=9).collect::<Vec<_>>());
    info.operations.iter().map(one).collect()
}

on_every_engine! {
    async fn each_condition_lets_pass_what_the_table_says_and_tells_its_iso_codes(bank) {
        for (index, (laid, operations, codes)) in ROWS.iter().enumerate() {
            let number = format!("99905840010000008{index:02}");
            lay(&bank, &number, laid).await;
            let info = seen(&bank, &number, None).await;
            let told = [
                info.iso20022_reason_code.as_str(),
                info.iso20022_credit_reason_code.as_str(),
                info.iso8583_response_code.as_str(),
            ];
            assert_eq!((answers(&info).as_str(), told), (*operations, *codes), "row {index}");
            let passes = |operation: usize| Some(&operations[operation..=operation] != "N");
            assert_eq!((info.can_debit, info.can_credit), (passes(1), passes(5)), "row {index}");
            assert_eq!(info.transaction_code, "ACTQ");
            assert_eq!(info.status_code, format!("{:02}", info.status - 1));
        }
        bank.finish().await;
    }
}

on_every_engine! {
    /// can_debit and the codes of a debit are those of the channel that asks.
    async fn the_counter_sees_what_the_counter_may_do(bank) {
        for (index, (status, counter)) in [
            (AccountStatus::InfoExpired, true),
            (AccountStatus::Dormant, true),
            (AccountStatus::Suspicious, false),
        ]
        .into_iter()
        .enumerate()
        {
            let number = format!("999058400100000085{index}");
            in_status(&bank, &number, status).await;
            for channel in [None, Some("APP"), Some("ENTRY_CHANNEL_SELF_SERVICE")] {
                assert_eq!(seen(&bank, &number, channel).await.can_debit, Some(false));
            }
            let info = seen(&bank, &number, Some("COUNTER")).await;
            assert_eq!(info.can_debit, Some(counter), "{status:?}");
            assert_eq!(info.iso20022_reason_code.is_empty(), counter);
            assert_eq!(info.iso8583_response_code == "00", counter);
            // The answer agrees with what the command does.
            let asked = with(&[("x-entry-channel", "COUNTER")], bank.withdrawal(&number, "1.00"));
            let passes = bank.withdraw_with(asked).await.is_ok();
            let expected = status == AccountStatus::InfoExpired;
            assert_eq!(passes, expected, "a withdrawal never reactivates: {status:?}");
        }
        bank.finish().await;
    }
}
