//! Status query, CheckOperation and the refusal itself call what is in the way by the same codes
//! (design, law 4: AM07 where frozen money is what lacks, AM04 where there is none).

use account_status::pb::v1::get_account_status_request::Key;
use account_status::pb::v1::*;

use crate::check_operation::{NON_COUNTER, ask, question};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// What is laid on an account, in this order.
#[derive(Debug, Clone, Copy)]
enum Laid {
    Court(&'static str),
    Secret(&'static str),
    Bank(&'static str),
    Reserved(&'static str),
    Suspicion,
}

use Laid::{Bank as ByBank, Court, Reserved, Secret, Suspicion};

/// The balance, what is laid on it; ISO 20022 and ISO 8583 of the customer's smallest debit.
const ROWS: [(&str, &[Laid], [&str; 2]); 13] = [
    ("0", &[Court("60.00")], ["AM04", "51"]),
    ("0", &[Court("")], ["AM04", "51"]),
    ("0", &[Secret("60.00")], ["AM04", "51"]),
    ("0", &[Secret("")], ["AM04", "51"]),
    ("0", &[Court("60.00"), Suspicion], ["AC06", "59"]),
    ("100.00", &[Court("100.00")], ["AM07", "51"]),
    ("100.00", &[Court("300.00")], ["AM07", "51"]),
    ("100.00", &[Court("")], ["AC06", "62"]),
    ("100.00", &[ByBank(""), Court("300.00")], ["AM07", "51"]),
    ("100.00", &[Secret("300.00")], ["AC06", "62"]),
    ("100.00", &[Secret("")], ["AC06", "62"]),
    ("100.00", &[Court("60.00"), Secret("60.00")], ["AC06", "62"]),
    ("100.00", &[Court("60.00"), Reserved("40.00")], ["AM07", "51"]),
];

async fn lay(bank: &Bank, number: &str, laid: Laid) {
    match laid {
        Court(amount) => drop(bank.freeze(bank.court_order(number, amount)).await.unwrap()),
        Secret(amount) => {
            let order = bank.court_order(number, amount);
            let order = CreateFreezeRecordRequest { confidential: true, ..order };
            bank.freeze(order).await.unwrap();
        }
        ByBank(amount) => drop(bank.freeze(bank.bank_freeze(number, amount)).await.unwrap()),
        Reserved(amount) => drop(bank.withdraw(number, amount).await.unwrap()),
        Suspicion => {
            let mark = bank.act(number, StatusAction::MarkSuspicious, |change| {
                change.cause = Cause::SuspiciousPattern.into();
            });
            mark.await.unwrap();
        }
    }
}

on_every_engine! {
    async fn status_question_and_refusal_say_the_same_codes(bank) {
        for (index, (balance, laid, codes)) in ROWS.iter().enumerate() {
            let number = format!("99905840010000009{index:02}");
            bank.account(&number, balance).await;
            for laid in *laid {
                lay(&bank, &number, *laid).await;
            }
            for who in ["local", "auditor"] {
                let key = Some(Key::AccountNumber(number.clone()));
                let get = by(who, GetAccountStatusRequest { key, view: 0 });
                let status = bank.status_client().get_account_status(get).await.unwrap();
                let status = status.into_inner().account_status.unwrap();
                let told = [&status.iso20022_reason_code, &status.iso8583_response_code];
                assert_eq!(told, *codes, "row {index}: the status query");
                assert_eq!(status.can_debit, Some(false), "row {index}");
                assert_eq!(status.iso20022_credit_reason_code, "", "row {index}");
                let asked = by(who, question(&number, NON_COUNTER, ""));
                let checked = ask(&bank, asked).await.unwrap();
                let told = [&checked.iso20022_reason_code, &checked.iso8583_response_code];
                assert_eq!(told, *codes, "row {index}: CheckOperation");
                let asked = by(who, bank.withdrawal(&number, "0.01"));
                let refused = bank.withdraw_with(asked).await.unwrap_err();
                let metadata = ["iso20022_reason_code", "iso8583_response_code"];
                let told = metadata.map(|key| crate::actions::told(&refused, key).unwrap());
                assert_eq!(told, *codes, "row {index}: the refusal");
            }
        }
        bank.finish().await;
    }
}

on_every_engine! {
    /// Limits and currencies refuse other acts, too, and those have no codes.
    async fn only_movements_have_codes(bank) {
        let number = "9990584001000000950";
        bank.account(number, "100.00").await;
        let dollars = || Some(Money { currency_code: "USD".to_owned(), amount: "1.00".to_owned() });
        let withdrawal = WithdrawRequest { amount: dollars(), ..bank.withdrawal(number, "1.00") };
        let moved = bank.withdraw_with(withdrawal).await.unwrap_err();
        let posting = bank.posting(number, Direction::Credit, "1.00");
        let posting = RecordTransactionRequest { amount: dollars(), ..posting };
        let posted = bank.record(posting).await.unwrap_err();
        let order = CreateFreezeRecordRequest { amount: dollars(), ..bank.court_order(number, "1.00") };
        let frozen = bank.freeze(order).await.unwrap_err();
        for (refused, code, operation) in [
            (moved, Some("CURR"), Some("CUSTOMER_DEBIT_NON_COUNTER")),
            (posted, Some("CURR"), Some("CREDIT")),
            (frozen, None, None),
        ] {
            assert_eq!(reason(&refused), "CURRENCY_MISMATCH");
            let told = |key| crate::actions::told(&refused, key);
            assert_eq!(told("iso20022_reason_code").as_deref(), code);
            assert_eq!(told("operation").as_deref(), operation);
        }
        bank.finish().await;
    }
}
