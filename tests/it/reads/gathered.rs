//! Reads of single accounts that share queries: each gets its own answer, and nothing older than
//! what was acknowledged before it was asked.

use account_status::pb::v1::AccountStatusInfo;
use futures::future::join_all;
use sea_orm::ConnectionTrait as _;
use tonic::Status;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const CALLS: usize = 200;

fn number(index: usize) -> String {
    format!("99905840010000007{index:02}")
}

/// Asks for `accounts` accounts by so many calls at once, the last of them being one that isn't there.
async fn ask_all(bank: &Bank, accounts: usize) -> Vec<Result<AccountStatusInfo, Status>> {
    let ask = async |call: usize| bank.status(&number(call % accounts)).await;
    join_all((0..CALLS).map(ask)).await
}

on_every_engine! {
    async fn calls_that_share_a_query_get_each_its_own_answer(bank) {
        for index in 0..9 {
            bank.account(&number(index), &format!("{index}.50")).await;
        }
        for (call, answer) in ask_all(&bank, 10).await.into_iter().enumerate() {
            match call % 10 {
                9 => assert_eq!(reason(&answer.unwrap_err()), "ACCOUNT_NOT_FOUND"),
                index => {
                    let info = answer.unwrap();
                    assert_eq!(info.account_number, number(index));
                    assert_eq!(info.available.unwrap().amount, format!("{index}.50"));
                }
            }
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn a_read_sees_what_was_acknowledged_before_it_whoever_reads_beside_it(bank) {
        bank.account(&number(0), "0.50").await;
        let mut credits = 0;
        let crowd = async {
            loop {
                for answer in ask_all(&bank, 1).await {
                    answer.unwrap();
                }
            }
        };
        let one_by_one = async {
            while credits < 20 {
                bank.credit(&number(0), "1.00").await.unwrap();
                credits += 1;
                let seen = bank.available(&number(0)).await;
                assert_eq!(seen, format!("{credits}.50"));
            }
        };
        tokio::select! {
            () = crowd => {}
            () = one_by_one => {}
        }
        bank.finish().await;
    }
}

on_every_engine! {
    async fn an_account_that_cannot_be_read_spoils_nobody_elses_answer(bank) {
        for index in 0..4 {
            bank.account(&number(index), "1.00").await;
        }
        let database = bank.database().await;
        let spoil = |code: &str| {
            let broken = number(2);
            format!("UPDATE account_balance SET currency_code = '{code}' WHERE account_number = '{broken}'")
        };
        database.execute_unprepared(&spoil("???")).await.unwrap();
        for (call, answer) in ask_all(&bank, 4).await.into_iter().enumerate() {
            match call % 4 {
                2 => assert_eq!(reason(&answer.unwrap_err()), "INTERNAL"),
                _ => assert_eq!(answer.unwrap().available.unwrap().amount, "1.00"),
            }
        }
        database.execute_unprepared(&spoil("CNY")).await.unwrap();
        database.close().await.unwrap();
        bank.finish().await;
    }
}
