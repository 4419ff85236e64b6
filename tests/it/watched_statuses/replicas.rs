//! Many writers, and a second replica: nothing is left out, and each account's changes rise.

use std::collections::BTreeMap;

use futures::future::join_all;

use super::*;

const WRITERS: usize = 8;
const ROUNDS: usize = 30;
const ACCOUNTS: [&str; 4] = [N, M, "9990584001000000503", "9990584001000000504"];

/// Reads until each account's last change is told; every change is, and they rise.
async fn follows(bank: &Bank, updates: &mut Updates, mut told: BTreeMap<String, i64>) {
    let mut last = BTreeMap::new();
    for number in ACCOUNTS {
        let newest = bank.history(number).await.remove(0);
        last.insert(number.to_owned(), newest.sequence);
    }
    while told != last {
        let (row, _) = change(updates).await;
        let before = told.insert(row.account_number.clone(), row.sequence).unwrap();
        assert_eq!(row.sequence, before + 1, "{}", row.account_number);
    }
}

async fn writes(bank: &Bank, writer: usize) {
    for round in 0..ROUNDS {
        let number = ACCOUNTS[(writer + round) % ACCOUNTS.len()];
        // Writers of one account refuse each other; one of the two always goes through.
        let marked = bank.act(number, StatusAction::MarkSuspicious, |_| {}).await;
        let cleared = bank.act(number, StatusAction::ClearSuspicion, |_| {}).await;
        let _ = (marked, cleared);
    }
}

fn begun() -> BTreeMap<String, i64> {
    ACCOUNTS.iter().map(|&number| (number.to_owned(), 2)).collect()
}

on_every_engine! {
    async fn a_watch_of_all_covers_what_many_write_on_two_replicas(bank) {
        for number in ACCOUNTS {
            bank.account(number, "100.00").await;
        }
        let directory = tempfile::tempdir().unwrap();
        let other = Bank::on(bank.engine, bank.url.clone(), directory, |_| {}).await;
        let mut here = watch(&bank, "auditor", everything("")).await.unwrap();
        let mut there = watch(&other, "auditor", everything("")).await.unwrap();
        let mut named = watch(&bank, "auditor", of(&ACCOUNTS)).await.unwrap();
        let mut token = String::new();
        for _ in ACCOUNTS {
            token = status(&mut named).await.1;
        }
        let banks = [&bank, &other];
        join_all((0..WRITERS).map(|writer| writes(banks[writer % 2], writer))).await;
        follows(&bank, &mut here, begun()).await;
        follows(&bank, &mut there, begun()).await;
        follows(&bank, &mut named, begun()).await;
        // What is read in one go is cut into windows.
        let mut behind = watch(&other, "auditor", everything(&token)).await.unwrap();
        follows(&bank, &mut behind, begun()).await;
        drop((here, there, named, behind));
        other.stop_without_audit().await;
        bank.finish().await;
    }
}

on_every_engine! {
    async fn what_another_replica_commits_is_told_within_about_a_second(bank) {
        bank.account(N, "100.00").await;
        let directory = tempfile::tempdir().unwrap();
        let other = Bank::on(bank.engine, bank.url.clone(), directory, |_| {}).await;
        let mut updates = watch(&bank, "auditor", everything("")).await.unwrap();
        let begun = std::time::Instant::now();
        other.act(N, StatusAction::MarkSuspicious, |_| {}).await.unwrap();
        assert_eq!(change(&mut updates).await.0.sequence, 3);
        assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
        drop(updates);
        other.stop_without_audit().await;
        bank.finish().await;
    }
}
