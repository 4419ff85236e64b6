//! The answer against Withdraw and RecordTransaction, both asked with validate_only.

use account_status::pb::v1::*;
use tonic::Status;

use super::{ask, question, reasons};
use crate::actions::{carry_out, change, fraud_stop, restrict, set, told};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

/// What each account of the script has on it: one thing, or several.
const THINGS: [&str; 18] = [
    "nothing",
    "closed",
    "opening",
    "declined",
    "frozen amount",
    "frozen whole",
    "two-way",
    "confidential",
    "lost",
    "fraud stop",
    "arrears stop",
    "stopped amount",
    "suspicious",
    "info expired",
    "dormant",
    "non-counter",
    "amount per debit",
    "by list",
];

fn number(index: usize) -> String {
    format!("99901000010000{index:05}")
}

async fn put(bank: &Bank, number: &str, thing: &str) {
    let applied = matches!(thing, "opening" | "declined");
    if applied {
        bank.applied(number).await;
    } else {
        let balance = if thing == "closed" { "0" } else { "100.00" };
        bank.account(number, balance).await;
    }
    match thing {
        "nothing" | "opening" => {}
        "frozen amount" => drop(bank.freeze(bank.court_order(number, "60.00")).await.unwrap()),
        "frozen whole" => drop(bank.freeze(bank.court_order(number, "")).await.unwrap()),
        "two-way" => {
            let mode = FreezeMode::TwoWay.into();
            let order = CreateFreezeRecordRequest { mode, ..bank.court_order(number, "") };
            bank.freeze(order).await.unwrap();
        }
        "confidential" => {
            let order = bank.court_order(number, "60.00");
            let order = CreateFreezeRecordRequest { confidential: true, ..order };
            bank.freeze(order).await.unwrap();
        }
        "fraud stop" => drop(carry_out(bank, fraud_stop(number, "A-1")).await.unwrap()),
        "stopped amount" => {
            let stop = change(number, StatusAction::StopPayment, Cause::StopArrears);
            let stop = ChangeAccountStatusRequest { amount: cny("60.00"), ..stop };
            carry_out(bank, stop).await.unwrap();
        }
        "non-counter" => {
            carry_out(bank, restrict(number, Restriction::NonCounter)).await.unwrap();
        }
        "amount per debit" => {
            let amount = cny("40.00");
            let row = restrict(number, Restriction::Amount);
            carry_out(bank, ChangeAccountStatusRequest { amount, ..row }).await.unwrap();
        }
        "by list" => drop(carry_out(bank, restrict(number, Restriction::NoDebit)).await.unwrap()),
        other => {
            let (action, cause) = match other {
                "closed" => (StatusAction::Close, Cause::Unspecified),
                "lost" => (StatusAction::ReportLoss, Cause::LossOral),
                "arrears stop" => (StatusAction::StopPayment, Cause::StopArrears),
                "suspicious" => (StatusAction::MarkSuspicious, Cause::SuspiciousPattern),
                "info expired" => (StatusAction::RequireVerification, Cause::IdentityNotVerified),
                "dormant" => (StatusAction::MarkDormant, Cause::DormantNoUse),
                "declined" => {
                    let declined = bank.act(number, StatusAction::RejectOpening, |change| {
                        change.causes = vec![Cause::OpeningTooMany.into()];
                    });
                    declined.await.unwrap();
                    return;
                }
                other => panic!("{other} is not in the script"),
            };
            set(bank, number, action, cause).await.unwrap();
        }
    }
}

/// What a refusal says that the answer has to say too.
fn refusal(refused: Option<Status>) -> (Vec<String>, String, String) {
    let Some(refused) = refused else { return (Vec::new(), String::new(), "00".to_owned()) };
    let code = |key| told(&refused, key).unwrap_or_else(|| panic!("no {key} in {refused:?}"));
    (violations(&refused), code("iso20022_reason_code"), code("iso8583_response_code"))
}

fn answered(check: &OperationCheck) -> (Vec<String>, String, String) {
    assert_eq!(check.allowed, Some(check.blocking_reasons.is_empty()));
    let codes = (check.iso20022_reason_code.clone(), check.iso8583_response_code.clone());
    (reasons(check), codes.0, codes.1)
}

on_every_engine! {
    async fn the_answer_is_what_withdraw_and_record_transaction_say(bank) {
        for (index, thing) in THINGS.iter().enumerate() {
            put(&bank, &number(index), thing).await;
        }
        for (index, thing) in THINGS.iter().enumerate() {
            let number = number(index);
            let before = bank.status(&number).await.unwrap();
            for amount in ["0.01", "40.00", "40.01", "60.00", "100.00", "100.01"] {
                for (channel, purpose) in [
                    (EntryChannel::App, Purpose::Transfer),
                    (EntryChannel::App, Purpose::Tax),
                    (EntryChannel::Counter, Purpose::Transfer),
                ] {
                    withdrawal(&bank, &number, amount, (channel, purpose)).await;
                }
                for operation in [
                    Operation::CustomerDebitCounter,
                    Operation::BankDebit,
                    Operation::Credit,
                    Operation::Return,
                    Operation::Interest,
                ] {
                    transaction(&bank, &number, amount, operation).await;
                }
            }
            assert_eq!(bank.status(&number).await.unwrap(), before, "{thing}: asking changes nothing");
        }
        bank.finish().await;
    }
}

async fn withdrawal(bank: &Bank, number: &str, amount: &str, how: (EntryChannel, Purpose)) {
    let (channel, purpose) = how;
    let operation = match how {
        (EntryChannel::Counter, _) => Operation::CustomerDebitCounter,
        (_, Purpose::Tax) => Operation::CustomerDebitExempt,
        _ => Operation::CustomerDebitNonCounter,
    };
    // Asked for as the plain debit elsewhere: the purpose makes it the exempt one.
    let asked = match operation {
        Operation::CustomerDebitCounter => operation,
        _ => Operation::CustomerDebitNonCounter,
    };
    let said = CheckOperationRequest {
        entry_channel: channel.into(),
        purpose: purpose.into(),
        ..question(number, asked, amount)
    };
    let said = ask(bank, said).await.unwrap();
    assert_eq!(said.operation(), operation);
    let request = WithdrawRequest {
        purpose: purpose.into(),
        validate_only: true,
        ..bank.withdrawal(number, amount)
    };
    let header = if channel == EntryChannel::Counter { "COUNTER" } else { "APP" };
    let done = bank.withdraw_client().withdraw(with(&[("x-entry-channel", header)], request)).await;
    assert_eq!(answered(&said), refusal(done.err()), "{number} {amount} {operation:?}");
}

async fn transaction(bank: &Bank, number: &str, amount: &str, operation: Operation) {
    let customer = operation == Operation::CustomerDebitCounter;
    let out = customer || operation == Operation::BankDebit;
    let said = CheckOperationRequest {
        customer_identified: customer,
        ..question(number, operation, amount)
    };
    let said = ask(bank, said).await.unwrap();
    let direction = if out { Direction::Debit } else { Direction::Credit };
    let transaction_type = match operation {
        Operation::Return => TransactionType::Return,
        Operation::Interest => TransactionType::Interest,
        _ => TransactionType::Cash,
    };
    let initiator = if customer { Initiator::Customer } else { Initiator::Bank };
    let request = RecordTransactionRequest {
        mode: TransactionMode::Authorize.into(),
        transaction_type: transaction_type.into(),
        initiator: initiator.into(),
        entry_channel: if customer { EntryChannel::Counter } else { EntryChannel::Api }.into(),
        customer_identified: customer,
        validate_only: true,
        ..bank.posting(number, direction, amount)
    };
    let done = bank.record(request).await;
    assert_eq!(answered(&said), refusal(done.err()), "{number} {amount} {operation:?}");
}
