//! Facts that the balance can't take: owed or kept beside it, never refused.

use account_status::pb::v1::*;

use super::*;

/// A posting that tells.
fn tell(bank: &Bank, direction: Direction, amount: &str) -> RecordTransactionRequest {
    RecordTransactionRequest { mode: TransactionMode::Fact.into(), ..ask(bank, direction, amount) }
}

/// Tells, and says where it was booked and what it left.
async fn told_to(bank: &Bank, request: RecordTransactionRequest) -> (Booking, [String; 2]) {
    let row = bank.record(request).await.unwrap();
    let [balance, available] = [&row.balance_after, &row.available_after];
    let left = [balance, available].map(|money| money.clone().unwrap().amount);
    assert_eq!(left, money(bank, &row.account_number).await);
    (row.booking(), left)
}

fn left(balance: &str, available: &str) -> [String; 2] {
    [balance.to_owned(), available.to_owned()]
}

on_every_engine! {
    async fn a_debit_beyond_what_is_available_is_owed(bank) {
        bank.account(N, "100.00").await;
        bank.withdraw(N, "30.00").await.unwrap();
        bank.freeze(bank.court_order(N, "50.00")).await.unwrap();
        let before = picture(&bank, N).await;
        for initiator in [Initiator::Customer, Initiator::Counterparty, Initiator::Bank] {
            for amount in ["20.01", "70.00", "100.00", "92233720368547758.07"] {
                let debit = RecordTransactionRequest {
                    initiator: initiator.into(),
                    ..tell(&bank, Direction::Debit, amount)
                };
                assert_eq!(told_to(&bank, debit).await,
                    (Booking::Receivable, left("100.00", "20.00")), "{initiator:?} {amount}");
            }
        }
        assert_eq!(picture(&bank, N).await, before);
        // What fits goes on the balance, whatever stands beside it.
        let fits = tell(&bank, Direction::Debit, "20.00");
        assert_eq!(told_to(&bank, fits).await, (Booking::Balance, left("80.00", "0.00")));
        let refused = bank.record(ask(&bank, Direction::Debit, "0.01")).await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_no_freeze_holds_a_fact_may_take_whatever_forbids_it(bank) {
        bank.account(N, "100.00").await;
        let stop = ChangeAccountStatusRequest { amount: cny("90.00"), ..fraud_stop(N, "ZF-1") };
        carry_out(&bank, stop).await.unwrap();
        let over = tell(&bank, Direction::Debit, "100.01");
        assert_eq!(told_to(&bank, over).await, (Booking::Receivable, left("100.00", "100.00")));
        let stopped = tell(&bank, Direction::Debit, "40.00");
        assert_eq!(told_to(&bank, stopped).await, (Booking::Balance, left("60.00", "60.00")));
        // A loss holds all of it, though not from the bank.
        set(&bank, N, StatusAction::ReportLoss, Cause::LossWritten).await.unwrap();
        let own = tell(&bank, Direction::Debit, "1.00");
        assert_eq!(told_to(&bank, own).await, (Booking::Receivable, left("60.00", "0.00")));
        let fee = RecordTransactionRequest {
            mode: TransactionMode::Fact.into(),
            ..fee(&bank, N, "1.00")
        };
        assert_eq!(told_to(&bank, fee).await, (Booking::Balance, left("59.00", "0.00")));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_credit_that_the_account_cannot_take_is_kept(bank) {
        use TransactionType::{Interest, Return, Transfer};
        let credit = |number: &str, kind: TransactionType| RecordTransactionRequest {
            account_number: number.to_owned(),
            transaction_type: kind.into(),
            ..tell(&bank, Direction::Credit, "5.00")
        };
        bank.account(N, "100.00").await;
        let two_way = CreateFreezeRecordRequest {
            mode: FreezeMode::TwoWay.into(),
            ..bank.court_order(N, "")
        };
        bank.freeze(two_way).await.unwrap();
        bank.account(M, "0").await;
        plain(&bank, M, StatusAction::Close).await.unwrap();
        let before = [picture(&bank, N).await, picture(&bank, M).await];
        for kind in [Transfer, Return, Interest] {
            assert_eq!(told_to(&bank, credit(N, kind)).await,
                (Booking::Suspense, left("100.00", "0.00")), "{kind:?}");
            assert_eq!(told_to(&bank, credit(M, kind)).await,
                (Booking::Suspense, left("0.00", "0.00")), "{kind:?}");
        }
        let debit = RecordTransactionRequest {
            account_number: M.to_owned(),
            ..tell(&bank, Direction::Debit, "5.00")
        };
        assert_eq!(told_to(&bank, debit).await.0, Booking::Receivable);
        assert_eq!([picture(&bank, N).await, picture(&bank, M).await], before);

        let applied = "6222021234567890125";
        bank.applied(applied).await;
        for (kind, booking) in
            [(Transfer, Booking::Suspense), (Return, Booking::Suspense), (Interest, Booking::Balance)]
        {
            assert_eq!(told_to(&bank, credit(applied, kind)).await.0, booking, "{kind:?}");
        }
        // It stays where it is when the account opens; what comes then goes on the balance.
        bank.act(applied, StatusAction::CompleteOpening, |_| {}).await.unwrap();
        assert_eq!(money(&bank, applied).await, left("5.00", "5.00"));
        assert_eq!(told_to(&bank, credit(applied, Transfer)).await,
            (Booking::Balance, left("10.00", "10.00")));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_credit_beyond_the_largest_balance_is_kept(bank) {
        bank.account(N, "1.00").await;
        let over = tell(&bank, Direction::Credit, "92233720368547757.08");
        assert_eq!(told_to(&bank, over).await, (Booking::Suspense, left("1.00", "1.00")));
        let most = tell(&bank, Direction::Credit, "92233720368547757.07");
        let full = left("92233720368547758.07", "92233720368547758.07");
        assert_eq!(told_to(&bank, most).await, (Booking::Balance, full));
        let asked = bank.record(ask(&bank, Direction::Credit, "0.01")).await.unwrap_err();
        assert_eq!(fields(&asked), ["amount"]);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_stands_beside_the_balance_is_told_again_and_never_twice(bank) {
        bank.account(N, "100.00").await;
        let debit = RecordTransactionRequest {
            transaction_id: "CB-1".to_owned(),
            ..tell(&bank, Direction::Debit, "150.00")
        };
        let trial = RecordTransactionRequest { validate_only: true, ..debit.clone() };
        let tried = bank.record(trial).await.unwrap();
        assert_eq!((tried.booking(), tried.balance_after), (Booking::Receivable, cny("100.00")));
        let made = bank.record(debit.clone()).await.unwrap();
        assert_eq!(made.booking(), Booking::Receivable);
        // By now it would fit.
        bank.record(ask(&bank, Direction::Credit, "100.00")).await.unwrap();
        assert_eq!(bank.record(debit.clone()).await.unwrap(), made, "a replay answers the same");
        let again = RecordTransactionRequest { request_id: fresh(), ..debit.clone() };
        assert_eq!(reason(&bank.record(again).await.unwrap_err()), "TRANSACTION_EXISTS");
        let reused = RecordTransactionRequest { amount: cny("150.01"), ..debit };
        assert_eq!(reason(&bank.record(reused).await.unwrap_err()), "REQUEST_ID_REUSED");
        let yen = RecordTransactionRequest {
            amount: Some(Money { currency_code: "JPY".to_owned(), amount: "500".to_owned() }),
            ..tell(&bank, Direction::Debit, "1.00")
        };
        assert_eq!(reason(&bank.record(yen).await.unwrap_err()), "CURRENCY_MISMATCH");
        let unknown = RecordTransactionRequest {
            account_number: M.to_owned(),
            ..tell(&bank, Direction::Debit, "1.00")
        };
        assert_eq!(reason(&bank.record(unknown).await.unwrap_err()), "ACCOUNT_NOT_FOUND");
        let payout = RecordTransactionRequest {
            transaction_type: TransactionType::Payout.into(),
            ..tell(&bank, Direction::Debit, "1.00")
        };
        assert_eq!(fields(&bank.record(payout).await.unwrap_err()), ["transaction_type"]);
        assert_eq!(money(&bank, N).await, left("200.00", "200.00"));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_stands_beside_the_balance_wakes_no_one(bank) {
        bank.account(N, "100.00").await;
        set(&bank, N, StatusAction::MarkDormant, Cause::DormantNoUse).await.unwrap();
        let before = picture(&bank, N).await;
        let own = RecordTransactionRequest {
            entry_channel: EntryChannel::Counter.into(),
            customer_identified: true,
            ..tell(&bank, Direction::Debit, "100.01")
        };
        assert_eq!(told_to(&bank, own.clone()).await.0, Booking::Receivable);
        assert_eq!(picture(&bank, N).await, before);
        let fits = RecordTransactionRequest {
            amount: cny("100.00"),
            request_id: fresh(),
            ..own
        };
        assert_eq!(told_to(&bank, fits).await, (Booking::Balance, left("0.00", "0.00")));
        assert_eq!(bank.code(N).await, "00");
        bank.finish().await;
    }
}
