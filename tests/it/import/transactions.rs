//! Transactions: history beside live postings, which moves no balance.

use super::{Given, accounts, count, import, said};
use crate::on_every_engine;

const HEADER: &str = "transaction_id,account_number,transaction_type,direction,transaction_amount,\
    currency,transaction_date,transaction_time,counterparty_account,counterparty_name,\
    balance_after,risk_score,risk_flag";

on_every_engine! {
    async fn history_moves_no_balance_but_the_last_times(bank) {
        accounts(&bank, ["7201", "7202"]);
        let given = Given::new(format!(
            "{HEADER}\n\
            T1,7201,TRANSFER,DEBIT,5000.00,CNY,2025-12-30,10:00:00,999,丙,1.00,77,HIGH\n\
            T1,7202,TRANSFER,CREDIT,5000.00,CNY,2025-12-30,10:00:00,7201,甲,,,\n\
            T2,7201,FEE,DEBIT,1.00,CNY,2025-12-31,,,,,0,\n\
            T3,7201,TRANSFER,CREDIT,2.00,CNY,2025-12-29,09:00,,,,,\n",
        ));
        said(&import(&bank, "transactions", &given, &[]), 4, 0, 0);
        for number in ["7201", "7202"] {
            assert_eq!(bank.available(number).await, "100.00");
            assert_eq!(bank.history(number).await.len(), 1);
        }
        let last = |column: &str, at: &str| {
            format!(
                "SELECT count(*) FROM account_balance WHERE account_number = '7201' AND \
                replace(substr(CAST({column} AS text), 1, 16), 'T', ' ') = '{at}'"
            )
        };
        assert_eq!(count(&bank, &last("last_transaction_time", "2025-12-30 16:00")).await, 1);
        assert_eq!(count(&bank, &last("last_customer_time", "2025-12-30 02:00")).await, 1);
        let scored = "SELECT count(*) FROM transaction_log WHERE risk_score >= 70 \
            AND risk_flag = 'HIGH' AND balance_after_minor = 100 AND available_after_minor IS NULL \
            AND origin = 'IMPORTED' AND entry_seq < 0";
        assert_eq!(count(&bank, scored).await, 1);

        // Live postings go on from the balance, and later history moves nothing back.
        bank.credit("7201", "1.00").await.unwrap();
        let older = Given::new(format!("{HEADER}\nT9,7201,CASH,D,1.00,CNY,2024-01-01,,,,,,\n"));
        said(&import(&bank, "transactions", &older, &[]), 1, 0, 0);
        assert_eq!(bank.available("7201").await, "101.00");
        assert_eq!(count(&bank, &last("last_customer_time", "2025-12-30 02:00")).await, 1);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_row_that_is_there_is_told_from_one_that_says_something_else(bank) {
        accounts(&bank, ["7211"]);
        let row = |id: &str, amount: &str| {
            format!("{id},7211,CASH,D,{amount},CNY,2025-12-30,10:00:00,,,,,\n")
        };
        let first = Given::new(format!("{HEADER}\n{}{}", row("U1", "1.00"), row("U1", "1.00")));
        said(&import(&bank, "transactions", &first, &[]), 1, 1, 0);
        let next = Given::new(format!(
            "{HEADER}\n{}{}{}{}",
            row("U1", "1.00"), row("U1", "2.00"), row("U2", "3.00"), row("U2", "4.00"),
        ));
        said(&import(&bank, "transactions", &next, &[]), 1, 1, 2);
        next.rejected(&[(3, "TRANSACTION_EXISTS"), (5, "TRANSACTION_EXISTS")]);
        assert_eq!(count(&bank, "SELECT count(*) FROM transaction_log").await, 2);
        bank.finish().await;
    }
}

on_every_engine! {
    async fn rows_that_fit_no_account_are_rejected_with_their_line(bank) {
        accounts(&bank, ["7221"]);
        let rows = [
            "V1,7999,CASH,D,1.00,CNY,2025-12-30,,,,,,",
            "V2,7221,CASH,D,1.00,USD,2025-12-30,,,,,,",
            "V3,7221,CASH,D,0.00,CNY,2025-12-30,,,,,,",
            "V4,7221,CASH,X,1.00,CNY,2025-12-30,,,,,,",
            "V5,7221,BARTER,D,1.00,CNY,2025-12-30,,,,,,",
            "V6,7221,CASH,D,1.00,CNY,2999-12-30,,,,,,",
            "V7,7221,CASH,D,1.00,CNY,2025-12-30,25:00,,,,,",
            "V8,7221,CASH,D,1.00,CNY,2025-12-30,,,,,101,",
            "V 9,7221,CASH,D,1.00,CNY,2025-12-30,,,,,,",
            "V10,7221,CASH,D,1.00,,2025-12-30,,,,,,",
            "V11,7221,CASH,D,1.00,CNY,,,,,,,",
            "V12,7221,CASH,D,1.00,CNY,2025-12-30,,,,-1.00,,",
            "V13,7221,CASH,D,1.00,CNY,2025-12-30,,,,,,",
        ];
        let given = Given::new(format!("{HEADER}\n{}\n", rows.join("\n")));
        said(&import(&bank, "transactions", &given, &[]), 1, 0, 12);
        given.rejected(&[
            (2, "ACCOUNT_NOT_FOUND"),
            (3, "CURRENCY_MISMATCH: the account's currency is CNY"),
            (4, "must be above zero"),
            (5, "direction must be"),
            (6, "transaction_type must be one of TRANSFER"),
            (7, "lies in the future"),
            (8, "transaction_time must be a time of day"),
            (9, "risk_score must be"),
            (10, "1 to 64 visible ASCII"),
            (11, "ISO 4217"),
            (12, "transaction_date is missing"),
            (13, "balance_after must be a plain decimal"),
        ]);
        bank.finish().await;
    }
}
