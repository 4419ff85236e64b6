//! Reports that are early, wrong, doubled, lost, out of order, or about nothing.

use std::collections::BTreeSet;

use account_status::simulator::delay::Delay;
use account_status::simulator::reporting::Reporting;

use super::reports::{Heard, next, reporting_with, result};
use super::*;

async fn misreporting(reporting: Reporting) -> (Simulated, Heard) {
    reporting_with(0, |options| options.reporting = reporting).await
}

/// Hears so many reports while the clock goes on by a second every moment.
async fn hear(channel: &Simulated, heard: &mut Heard, number: usize) -> Vec<ReportPayoutRequest> {
    let mut reports = Vec::new();
    while reports.len() < number {
        tokio::select! {
            report = next(heard) => reports.push(report),
            () = tokio::time::sleep(Duration::from_millis(2)) => channel.later(1),
        }
    }
    reports
}

#[tokio::test]
async fn an_early_report_comes_before_the_answer() {
    let (channel, mut heard) = reporting_with(0, |_options| {}).await;
    let (answer, ()) = tokio::join!(channel.submit("k", "sim:early=5s"), async {
        let report = next(&mut heard).await;
        assert_eq!(settled_amount(result(&report)), "10.50");
        channel.later(5);
    });
    assert_eq!(settled_amount(&answer), "10.50");
    assert_eq!(channel.paid("k"), 1);
}

#[tokio::test]
async fn a_contradicting_report_is_not_what_who_asks_is_told() {
    let (channel, mut heard) = reporting_with(0, |_options| {}).await;
    let settled = channel.submit("k", "sim:contradict=2s").await;
    assert_eq!(settled_amount(&settled), "10.50");
    channel.later(2);
    let report = next(&mut heard).await;
    assert_eq!(rejection(result(&report)), (Finality::Final, RejectReason::PayeeAccountClosed));
    for _ in 0..2 {
        assert_eq!(channel.get("k").await, settled);
        assert_eq!(channel.void("k").await, settled);
        assert_eq!(channel.submit("k", "sim:contradict=2s").await, settled);
    }
    let facts = channel.facts();
    assert!(matches!(facts.last().unwrap().what, What::Contradicted { .. }), "{facts:?}");
    // It is said once, also after a restart.
    let channel = channel.restart().await;
    channel.later(10);
    assert_eq!(channel.get("k").await, settled);
    assert_eq!(channel.facts(), facts);
}

#[tokio::test]
async fn a_report_is_sent_twice() {
    let (channel, mut heard) =
        misreporting(Reporting { twice_percent: 100, ..Reporting::default() }).await;
    channel.submit("k", "sim:settle=1s").await;
    channel.later(1);
    assert_eq!(next(&mut heard).await, next(&mut heard).await);
}

#[tokio::test]
async fn lost_reports_are_not_heard() {
    let (channel, mut heard) =
        misreporting(Reporting { lose_percent: 100, strays_per_minute: 1, ..Reporting::default() })
            .await;
    for number in 0..5 {
        channel.submit(&format!("k{number}"), "sim:settle=1s").await;
    }
    channel.later(59);
    channel.written(10).await;
    channel.later(1);
    assert!(next(&mut heard).await.payout_key.starts_with("stray-"));
    assert!(heard.try_recv().is_err());
}

#[tokio::test]
async fn shuffled_reports_overtake_each_other() {
    let shuffle = Delay::of_secs(3_600);
    let (channel, mut heard) = misreporting(Reporting { shuffle, ..Reporting::default() }).await;
    let mut due = Vec::new();
    for number in 0..10 {
        let key = format!("k{number}");
        channel.submit(&key, "sim:settle=1s").await;
        channel.later(1);
        due.push(key);
    }
    let mut keys = Vec::new();
    while keys.len() < due.len() {
        tokio::select! {
            report = next(&mut heard) => keys.push(report.payout_key),
            () = tokio::time::sleep(Duration::from_millis(2)) => channel.later(60),
        }
    }
    assert_ne!(keys, due);
    keys.sort();
    assert_eq!(keys, due);
}

#[tokio::test]
async fn strays_are_about_keys_that_never_existed_and_the_same_again() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (channel, mut heard) =
            misreporting(Reporting { strays_per_minute: 4, ..Reporting::default() }).await;
        channel.submit("k", "").await;
        let strays = hear(&channel, &mut heard, 6).await;
        assert!(channel.clock.now() >= start_time() + TimeDelta::seconds(90));
        for stray in &strays {
            assert_eq!(channel.get(&stray.payout_key).await, Told::UnknownKey(UnknownKey {}));
        }
        runs.push(strays.into_iter().map(|stray| stray.payout_key).collect::<BTreeSet<_>>());
        assert_eq!(channel.facts().len(), 2);
    }
    assert_eq!(runs[0].len(), 6);
    assert_eq!(runs[0], runs[1]);
}
