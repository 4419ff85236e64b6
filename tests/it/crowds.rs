//! Accounts with more freezes than are loaded with them: what is shown, what may pass, and what the
//! account's row says of those that were left out.

use std::collections::BTreeSet;

use account_status::domain::account::Account;
use account_status::domain::freeze::Freeze;
use account_status::domain::freeze::line::{CROWD, FIRST_IN_LINE};
use account_status::domain::id::AccountNumber;
use account_status::pb::v1::*;
use account_status::service;
use futures::future::join_all;

use crate::harness::Bank;
use crate::harness::calls::*;
use crate::on_every_engine;

const N: &str = "6222021234567890123";

/// What a status says beside the list of conditions.
fn beside_conditions(info: AccountStatusInfo) -> AccountStatusInfo {
    AccountStatusInfo { conditions: Vec::new(), conditions_total: 0, etag: String::new(), ..info }
}

async fn place(bank: &Bank, count: i64) {
    let orders = (0..count).map(|_| bank.freeze(bank.bank_freeze(N, "1.00")));
    for placed in join_all(orders).await {
        placed.unwrap();
    }
}

fn amounts(info: &AccountStatusInfo) -> (String, String) {
    let amount = |money: &Option<Money>| money.as_ref().unwrap().amount.clone();
    (amount(&info.frozen), amount(&info.available))
}

on_every_engine! {
    async fn of_many_freezes_the_first_are_listed_and_all_count(bank) {
        bank.account(N, "1000.00").await;
        place(&bank, CROWD).await;
        let few = bank.status(N).await.unwrap();
        assert_eq!((few.conditions.len(), few.conditions_total), (100, 100));
        assert_eq!(amounts(&few), ("100.00".to_owned(), "900.00".to_owned()));
        place(&bank, 1).await;
        let many = bank.status(N).await.unwrap();
        assert_eq!((many.conditions.len(), many.conditions_total), (FIRST_IN_LINE, 101));
        assert_eq!(many.conditions[..], few.conditions[..FIRST_IN_LINE]);
        assert_eq!(amounts(&many), ("101.00".to_owned(), "899.00".to_owned()));
        let alike = AccountStatusInfo {
            frozen: few.frozen.clone(), available: few.available.clone(), ..many
        };
        assert_eq!(beside_conditions(alike), beside_conditions(few));
        bank.finish().await;
    }
}

on_every_engine! {
    async fn money_that_many_freezes_leave_moves_and_no_more(bank) {
        bank.account(N, "1000.00").await;
        place(&bank, CROWD + 20).await;
        let held = bank.withdraw(N, "80.00").await.unwrap();
        bank.credit(N, "5.00").await.unwrap();
        assert_eq!(bank.available(N).await, "805.00");
        let refused = bank.withdraw(N, "805.01").await.unwrap_err();
        assert_eq!(reason(&refused), "ACCOUNT_FROZEN");
        let both = [bank.withdraw(N, "500.00"), bank.withdraw(N, "500.00")];
        let passed = join_all(both).await.into_iter().filter(Result::is_ok).count();
        assert_eq!(passed, 1, "together they are too much");
        bank.cancel(N, &held.withdrawal_id).await.unwrap();
        assert_eq!(bank.available(N).await, "385.00");
        // All that is available: nothing is left to spare, so each freeze is looked at again.
        bank.withdraw(N, "385.00").await.unwrap();
        let info = bank.status(N).await.unwrap();
        assert_eq!(amounts(&info), ("120.00".to_owned(), "0.00".to_owned()));
        assert_eq!((info.conditions.len(), info.conditions_total), (FIRST_IN_LINE, 120));
        assert_eq!(reason(&bank.withdraw(N, "0.01").await.unwrap_err()), "ACCOUNT_FROZEN");
        bank.finish().await;
    }
}

/// The account as a store finds it that leaves freezes out beyond `crowd`.
async fn brief(bank: &Bank, crowd: i64) -> Account {
    let store = service::open(&bank.settings).await.unwrap().with_crowd(crowd);
    let number = AccountNumber::parse(N).unwrap();
    let found = store.account_find_brief(&[&number], bank.now()).await.unwrap().pop().unwrap();
    store.close().await;
    found
}

on_every_engine! {
    async fn the_first_in_line_are_loaded_where_the_row_tells_of_the_rest(bank) {
        bank.account(N, "1000.00").await;
        place(&bank, 12).await;
        bank.freeze(bank.court_order(N, "2.00")).await.unwrap();
        let whole = brief(&bank, 13).await;
        assert_eq!((whole.freezes.rest(), whole.freezes.len()), (None, 13));
        let part = brief(&bank, 12).await;
        let mut line: Vec<&Freeze> = whole.freezes.iter().collect();
        line.sort_by_key(|freeze| freeze.rank());
        let ids = |freezes: &[&Freeze]| -> BTreeSet<String> {
            freezes.iter().map(|freeze| freeze.freeze_id.to_string()).collect()
        };
        let loaded: Vec<&Freeze> = part.freezes.loaded().iter().collect();
        assert_eq!(ids(&loaded), ids(&line[..FIRST_IN_LINE]));
        assert_eq!(line[0].freeze_amount, Some(200), "an authority is before the bank");
        assert_eq!(part.freezes.rest().map(|rest| (rest.count, rest.exempt)), Some((3, 0)));
        assert_eq!(part.available(), whole.available());
        bank.freeze(bank.bank_freeze(N, "")).await.unwrap();
        assert_eq!(brief(&bank, 12).await.freezes.rest(), None, "one takes the whole account");
        bank.finish().await;
    }
}
