//! Where a page of suspense ends among items that came at once.

use account_status::store::suspense::{SuspenseFilter, SuspensePlace};
use account_status::store::{Pools, Store};

use super::*;
use crate::on_every_engine;

const ACCOUNTS: [&str; 3] = ["8300000201", "8300000202", "8300000203"];

on_every_engine! {
    async fn items_of_one_instant_and_id_are_each_listed_once(bank) {
        let time = match bank.engine {
            Engine::Postgres => "timestamptz '2026-11-22 00:00:00+00'",
            Engine::Sqlite => "'2026-11-22T00:00:00.000000+00:00'",
        };
        let database = bank.database().await;
        for number in ACCOUNTS {
            let insert = format!(
                "INSERT INTO suspense_item (item_id, account_number, booking, direction, amount_minor,
                    currency_code, withdrawal_id, channel_id, case_id, create_time,
                    clearing_reference, clearing_reason, clearing_transaction_id, cleared_by,
                    approved_by, version)
                VALUES ('T1', '{number}', 'SUSPENSE', 'CREDIT', 100, 'CNY', '', '', '', {time},
                    '', '', '', '', '', 1)"
            );
            database.execute_unprepared(&insert).await.unwrap();
        }
        let store = Store::connect(&bank.url, Pools { writers: 1, readers: 1 }).await.unwrap();
        for cleared in [false, true] {
            let filter = SuspenseFilter { cleared, ..SuspenseFilter::default() };
            let (mut after, mut seen) = (None, Vec::new());
            while let [item] = &*store.suspense_list(&filter, after.as_ref(), 1).await.unwrap() {
                seen.push(item.account_number.as_str().to_owned());
                after = Some(SuspensePlace::of(item));
            }
            assert_eq!(seen, ACCOUNTS);
        }
        store.close().await;
        // An audit would ask where they came from.
        database.execute_unprepared("DELETE FROM suspense_item").await.unwrap();
        database.close().await.unwrap();
        bank.finish().await;
    }
}
