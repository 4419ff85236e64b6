//! Money that core banking posts: what is asked for, what is told, and what it wakes.

mod bookings;
mod waking;

use account_status::pb::v1::*;
use chrono::Duration;

use crate::actions::{
    N, carry_out, fraud_stop, instant, local, picture, plain, restrict, set, stamp, told,
};
use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const M: &str = "6222021234567890124";

/// A posting that asks whether it may happen.
fn ask(bank: &Bank, direction: Direction, amount: &str) -> RecordTransactionRequest {
    RecordTransactionRequest {
        mode: TransactionMode::Authorize.into(),
        initiator: Initiator::Customer.into(),
        ..bank.posting(N, direction, amount)
    }
}

/// A debit by the bank that asks.
fn fee(bank: &Bank, number: &str, amount: &str) -> RecordTransactionRequest {
    RecordTransactionRequest {
        account_number: number.to_owned(),
        initiator: Initiator::Bank.into(),
        transaction_type: TransactionType::Fee.into(),
        ..ask(bank, Direction::Debit, amount)
    }
}

/// Balance and what is available.
async fn money(bank: &Bank, number: &str) -> [String; 2] {
    let info = bank.status(number).await.unwrap();
    [info.balance, info.available].map(|money| money.unwrap().amount)
}

on_every_engine! {
    async fn postings_move_the_balance_and_say_what_they_left(bank) {
        bank.account(N, "100.00").await;
        bank.pass(Duration::hours(1));
        let credit = RecordTransactionRequest {
            transaction_id: "CB-2026-0001".to_owned(),
            initiator: Initiator::Counterparty.into(),
            entry_channel: EntryChannel::ThirdParty.into(),
            purpose: Purpose::Payment.into(),
            counterparty: Some(Counterparty {
                account_number: "9990222233334444".to_owned(),
                name: "Example Trading".to_owned(),
            }),
            value_time: stamp(local("2026-03-09 23:59:59")),
            ..ask(&bank, Direction::Credit, "50")
        };
        let made = bank.record(credit.clone()).await.unwrap();
        assert_eq!((made.transaction_id.as_str(), made.account_number.as_str()),
            ("CB-2026-0001", N));
        assert_eq!((made.mode(), made.direction(), made.transaction_type()),
            (TransactionMode::Authorize, Direction::Credit, TransactionType::Transfer));
        assert_eq!((made.initiator(), made.entry_channel(), made.purpose()),
            (Initiator::Counterparty, EntryChannel::ThirdParty, Purpose::Payment));
        assert_eq!((&made.amount, &made.counterparty), (&cny("50.00"), &credit.counterparty));
        assert_eq!((&made.value_time, instant(&made.record_time)),
            (&credit.value_time, bank.now()));
        assert_eq!((made.balance_after, made.available_after), (cny("150.00"), cny("150.00")));

        bank.withdraw(N, "30.00").await.unwrap();
        let debit = bank.record(ask(&bank, Direction::Debit, "20.00")).await.unwrap();
        assert_eq!((&debit.balance_after, &debit.available_after),
            (&cny("130.00"), &cny("100.00")));
        assert_eq!(debit.value_time, debit.record_time);
        assert!(!debit.transaction_id.is_empty() && debit.counterparty.is_none());
        let info = bank.status(N).await.unwrap();
        assert_eq!(info.last_transaction_time, debit.record_time);

        // What is reserved is no more there for a debit than for a withdrawal.
        let refused = bank.record(ask(&bank, Direction::Debit, "100.01")).await.unwrap_err();
        assert_eq!(violations(&refused), ["INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(told(&refused, "available").as_deref(), Some("100.00"));
        let last = bank.record(ask(&bank, Direction::Debit, "100.00")).await.unwrap();
        assert_eq!((last.balance_after, last.available_after), (cny("30.00"), cny("0.00")));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_transaction_id_is_booked_once(bank) {
        bank.account(N, "100.00").await;
        let first = RecordTransactionRequest {
            transaction_id: "CB-1".to_owned(),
            ..ask(&bank, Direction::Credit, "5.00")
        };
        let made = bank.record(first.clone()).await.unwrap();
        assert_eq!(bank.record(first.clone()).await.unwrap(), made, "a replay answers the same");
        for mode in [TransactionMode::Authorize, TransactionMode::Fact] {
            let again = RecordTransactionRequest {
                request_id: fresh(),
                mode: mode.into(),
                ..first.clone()
            };
            let refused = bank.record(again).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()),
                (tonic::Code::AlreadyExists, "TRANSACTION_EXISTS"));
        }
        assert_eq!(money(&bank, N).await, ["105.00", "105.00"]);
        let trial = RecordTransactionRequest {
            transaction_id: "CB-2".to_owned(),
            validate_only: true,
            ..ask(&bank, Direction::Credit, "5.00")
        };
        bank.record(trial.clone()).await.unwrap();
        assert_eq!(money(&bank, N).await, ["105.00", "105.00"]);
        bank.record(RecordTransactionRequest { validate_only: false, ..trial }).await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn two_accounts_may_have_transactions_of_one_id(bank) {
        bank.account(N, "1.00").await;
        bank.account(M, "1.00").await;
        for number in [N, M] {
            let request = RecordTransactionRequest {
                account_number: number.to_owned(),
                transaction_id: "CB-1".to_owned(),
                ..ask(&bank, Direction::Credit, "5.00")
            };
            assert_eq!(bank.record(request).await.unwrap().transaction_id, "CB-1");
            assert_eq!(money(&bank, number).await, ["6.00", "6.00"]);
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_fact_passes_the_conditions_that_a_question_does_not(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
        carry_out(&bank, fraud_stop(N, "ZF-1")).await.unwrap();
        for initiator in [Initiator::Customer, Initiator::Counterparty] {
            let request = RecordTransactionRequest {
                initiator: initiator.into(),
                ..ask(&bank, Direction::Debit, "10.00")
            };
            let refused = bank.record(request.clone()).await.unwrap_err();
            assert_eq!(violations(&refused), ["ACCOUNT_STOPPAY", "ACCOUNT_SUSPICIOUS"]);
            let fact = RecordTransactionRequest {
                mode: TransactionMode::Fact.into(),
                request_id: fresh(),
                ..request
            };
            bank.record(fact).await.unwrap();
        }
        bank.record(ask(&bank, Direction::Credit, "1.00")).await.unwrap();
        assert_eq!(money(&bank, N).await, ["81.00", "81.00"]);
        assert_eq!(bank.code(N).await, "02");

        bank.finish().await;
    }
}

on_every_engine! {
    async fn the_bank_debits_what_is_owed_unless_fraud_or_a_freeze_forbids(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::StopPayment, Cause::StopArrears).await.unwrap();
        let owed = bank.record(fee(&bank, N, "10.00")).await.unwrap();
        assert_eq!(owed.balance_after, cny("90.00"));
        let own = bank.record(ask(&bank, Direction::Debit, "10.00")).await.unwrap_err();
        assert_eq!(reason(&own), "ACCOUNT_STOPPAY");
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        set(&bank, N, StatusAction::MarkSuspicious, Cause::SuspiciousPattern).await.unwrap();
        carry_out(&bank, restrict(N, Restriction::NoDebit)).await.unwrap();
        bank.record(fee(&bank, N, "10.00")).await.unwrap();

        // A loss counts nothing against the bank; what a court holds stays.
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let under_loss = bank.record(fee(&bank, N, "10.00")).await.unwrap();
        assert_eq!((under_loss.balance_after, under_loss.available_after),
            (cny("70.00"), cny("0.00")));
        let (court, _) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        let refused = bank.record(fee(&bank, N, "20.01")).await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_FROZEN", "INSUFFICIENT_AVAILABLE_FUNDS"]);
        assert_eq!(told(&refused, "freeze_id").as_deref(), Some(court.freeze_id.as_str()));
        bank.record(fee(&bank, N, "20.00")).await.unwrap();

        bank.account(M, "100.00").await;
        carry_out(&bank, fraud_stop(M, "ZF-1")).await.unwrap();
        let refused = bank.record(fee(&bank, M, "1.00")).await.unwrap_err();
        assert_eq!(violations(&refused), ["ACCOUNT_STOPPAY"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_application_takes_interest_and_nothing_else(bank) {
        bank.applied(N).await;
        let of = |kind: TransactionType, initiator: Initiator| RecordTransactionRequest {
            transaction_type: kind.into(),
            initiator: initiator.into(),
            ..ask(&bank, Direction::Credit, "5.00")
        };
        for kind in [TransactionType::Transfer, TransactionType::Cash, TransactionType::Return] {
            let refused = bank.record(of(kind, Initiator::Counterparty)).await.unwrap_err();
            assert_eq!(reason(&refused), "ACCOUNT_OPENING", "{kind:?}");
        }
        let refused = bank.record(fee(&bank, N, "1.00")).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_OPENING");
        let paid = bank.record(of(TransactionType::Interest, Initiator::Bank)).await.unwrap();
        assert_eq!(paid.balance_after, cny("5.00"));
        bank.act(N, StatusAction::RejectOpening, |change| {
            change.causes = vec![Cause::OpeningTooMany.into()];
        })
        .await
        .unwrap();
        let refused = bank.record(of(TransactionType::Return, Initiator::Counterparty)).await;
        assert_eq!(reason(&refused.unwrap_err()), "ACCOUNT_OPEN_FAILED");
        bank.record(of(TransactionType::Interest, Initiator::Bank)).await.unwrap();
        let blocked = plain(&bank, N, StatusAction::Close).await.unwrap_err();
        assert_eq!(reason(&blocked), "CLOSE_BLOCKED");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn no_credit_enters_a_two_way_freeze(bank) {
        bank.account(N, "100.00").await;
        let two_way = CreateFreezeRecordRequest {
            mode: FreezeMode::TwoWay.into(),
            ..bank.court_order(N, "")
        };
        let (freeze, _) = bank.freeze(two_way).await.unwrap();
        let before = picture(&bank, N).await;
        for kind in
            [TransactionType::Transfer, TransactionType::Return, TransactionType::Interest]
        {
            let request = RecordTransactionRequest {
                transaction_type: kind.into(),
                ..ask(&bank, Direction::Credit, "1.00")
            };
            let refused = bank.record(request).await.unwrap_err();
            assert_eq!(violations(&refused), ["ACCOUNT_FROZEN"], "{kind:?}");
            assert_eq!(told(&refused, "freeze_id").as_deref(), Some(freeze.freeze_id.as_str()));
        }
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn credits_under_a_freeze_are_captured_until_it_is_filled(bank) {
        bank.account(N, "10.00").await;
        let (first, _) = bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        let (second, _) = bank.freeze(bank.court_order(N, "20.00")).await.unwrap();
        assert_eq!(second.status(), FreezeStatus::Waiting);
        let captured = bank.record(ask(&bank, Direction::Credit, "30.00")).await.unwrap();
        assert_eq!((captured.balance_after, captured.available_after),
            (cny("40.00"), cny("0.00")));
        let etag = bank.status(N).await.unwrap().etag;
        let interest = RecordTransactionRequest {
            transaction_type: TransactionType::Interest.into(),
            initiator: Initiator::Bank.into(),
            ..ask(&bank, Direction::Credit, "35.00")
        };
        let filled = bank.record(interest).await.unwrap();
        assert_eq!((filled.balance_after, filled.available_after), (cny("75.00"), cny("5.00")));
        let rows = bank.freezes(N).await;
        let held: Vec<(String, FreezeStatus)> = rows
            .iter()
            .map(|row| (row.controlled_amount.clone().unwrap().amount, row.status()))
            .collect();
        assert_eq!(held, [
            ("20.00".to_owned(), FreezeStatus::Active),
            ("50.00".to_owned(), FreezeStatus::Active),
        ]);
        assert_eq!(rows[1].freeze_id, first.freeze_id);
        assert_ne!(bank.status(N).await.unwrap().etag, etag, "a freeze took effect");
        bank.withdraw(N, "5.00").await.unwrap();
        bank.finish().await;
    }
}

on_every_engine! {
    async fn postings_with_wrong_fields_or_currency_are_refused(bank) {
        bank.account(N, "100.00").await;
        let before = picture(&bank, N).await;
        let bare = RecordTransactionRequest {
            request_id: fresh(),
            account_number: N.to_owned(),
            ..Default::default()
        };
        let mut found = fields(&bank.record(bare).await.unwrap_err());
        found.sort();
        assert_eq!(found, ["amount", "direction", "initiator", "mode", "transaction_type"]);
        let wrong = RecordTransactionRequest {
            transaction_id: "a b\n".to_owned(),
            counterparty: Some(Counterparty {
                account_number: "12-3".to_owned(),
                name: "a\0b".to_owned(),
            }),
            value_time: Some(prost_types::Timestamp { seconds: 0, nanos: -1 }),
            entry_channel: 99,
            ..ask(&bank, Direction::Credit, "1.00")
        };
        let mut found = fields(&bank.record(wrong).await.unwrap_err());
        found.sort();
        assert_eq!(found, [
            "counterparty.account_number",
            "counterparty.name",
            "entry_channel",
            "transaction_id",
            "value_time",
        ]);
        let yen = RecordTransactionRequest {
            amount: Some(Money { currency_code: "JPY".to_owned(), amount: "5".to_owned() }),
            ..ask(&bank, Direction::Credit, "1.00")
        };
        assert_eq!(reason(&bank.record(yen).await.unwrap_err()), "CURRENCY_MISMATCH");
        let most = RecordTransactionRequest {
            amount: cny("92233720368547758.07"),
            ..ask(&bank, Direction::Credit, "1.00")
        };
        assert_eq!(fields(&bank.record(most).await.unwrap_err()), ["amount"]);
        let stale = RecordTransactionRequest {
            etag: "v99".to_owned(),
            ..ask(&bank, Direction::Credit, "1.00")
        };
        assert_eq!(reason(&bank.record(stale).await.unwrap_err()), "ETAG_MISMATCH");
        assert_eq!(picture(&bank, N).await, before);
        bank.finish().await;
    }
}
