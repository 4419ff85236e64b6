//! A statement says what the log says, whatever callers were told; and two runs of one seed are the
//! same.

use account_status::simulator::log::Tally;
use account_status::simulator::statement::{Period, Row, State, csv, rows};
use chrono::{DateTime, Utc};

use super::*;
use crate::import::{program, text};

impl Simulated {
    fn statement(&self, from: Option<DateTime<Utc>>, until: Option<DateTime<Utc>>) -> Vec<Row> {
        rows(&log_in(self.directory.path()), Period { from, until }).unwrap()
    }
}

fn keys(rows: &[Row]) -> Vec<(&str, State)> {
    rows.iter().map(|row| (&*row.payout_key, row.state)).collect()
}

/// One payout of each kind that ends, at one second after the other.
async fn lived() -> Simulated {
    let channel = Simulated::open().await;
    channel.submit("silent-not", "sim:settle=1s").await;
    channel.submit("returned", "sim:return=2s").await;
    channel.submit("rejected", "sim:reject=PAYEE_BLACKLISTED@3s").await;
    channel.submit("contradicted", "sim:contradict=1s").await;
    channel.submit("held", "sim:hold").await;
    channel.submit("forgotten", "sim:forget").await;
    channel.submit("wrong", "sim:wrong-amount").await;
    channel.submit("busy", "sim:busy").await;
    channel.submit_unanswered("timeout", "sim:timeout").await;
    channel.submit_unanswered("silent", "sim:silent").await;
    channel.submit_unanswered("disappeared", "sim:disappear").await;
    channel.void("shut-out").await;
    for _ in 0..3 {
        channel.later(1);
        for key in ["silent-not", "returned", "rejected", "contradicted", "forgotten"] {
            channel.get(key).await;
        }
    }
    channel
}

#[tokio::test]
async fn a_statement_lists_what_was_paid_came_back_or_was_rejected() {
    let channel = lived().await;
    let whole = channel.statement(None, None);
    let expected = [
        ("contradicted", State::Settled),
        ("returned", State::Settled),
        ("silent", State::Settled),
        ("timeout", State::Settled),
        ("wrong", State::Settled),
        ("silent-not", State::Settled),
        ("returned", State::Returned),
        ("rejected", State::Rejected),
    ];
    assert_eq!(keys(&whole), expected);
    let at = |secs| Some(start_time() + TimeDelta::seconds(secs));
    // All was given at the beginning, some of it to be paid later.
    assert_eq!(channel.statement(None, at(1)), whole);
    assert_eq!(channel.statement(at(1), at(3)), whole[5..7]);
    assert_eq!(channel.statement(at(3), None), whole[7..]);
    assert_eq!(channel.statement(at(4), None), []);

    // What was paid by the log is what the statement settles, amount for amount.
    let mut paid: Vec<_> = channel
        .facts()
        .into_iter()
        .filter_map(|fact| match fact.what {
            What::Paid { amount, .. } => Some((fact.payout_key, amount, fact.time)),
            _ => None,
        })
        .collect();
    let settled = whole.iter().filter(|row| row.state == State::Settled);
    let mut settled: Vec<_> =
        settled.map(|row| (row.payout_key.clone(), row.amount, row.time)).collect();
    for list in [&mut paid, &mut settled] {
        list.sort_by(|one, other| one.0.cmp(&other.0));
    }
    assert_eq!(settled, paid);
}

#[tokio::test]
async fn the_program_prints_it_and_counts_what_went_wrong() {
    let channel = lived().await;
    let log = log_in(channel.directory.path());
    let path = log.display().to_string();
    let printed = program(&["simulate-channel", "--statement", &path]);
    assert!(printed.status.success(), "{printed:?}");
    let printed = text(&printed.stdout);
    assert_eq!(printed, csv(&channel.statement(None, None)));
    let lines: Vec<&str> = printed.lines().collect();
    let header = "payout_key,routing_token,state,currency_code,amount,payee_account_number,time,channel_code";
    assert_eq!(lines[0], header);
    let start = start_time().to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
    assert_eq!(lines[5], format!("wrong,token,SETTLED,CNY,10.49,,{start},"));
    assert!(lines[7].ends_with(",SIM-PAYEE_ACCOUNT_CLOSED"), "{}", lines[7]);
    assert!(lines[8].ends_with(",SIM-PAYEE_BLACKLISTED"), "{}", lines[8]);

    let (from, until) =
        (start_time() + TimeDelta::seconds(1), start_time() + TimeDelta::seconds(3));
    let (from, until) = (from.to_rfc3339(), until.to_rfc3339());
    let arguments = ["simulate-channel", "--statement", &path, "--from", &from, "--until", &until];
    let printed = program(&arguments);
    let printed = text(&printed.stdout);
    let printed: Vec<&str> = printed.lines().collect();
    assert_eq!((printed[0], &printed[1..]), (header, &lines[6..8]));

    let tally = Tally::of(&log).unwrap();
    assert_eq!((tally.forgotten, tally.silent, tally.contradicted), (1, 1, 1));
    // Every payout here is of one withdrawal, so the judge finds a fault; but it counts.
    let judged = program(&["simulate-channel", "--report", &path]);
    let judged = text(&judged.stdout).to_owned();
    assert!(judged.contains("1 forgotten, 1 silent, 1 contradicted"), "{judged}");
}

#[test]
fn a_statement_that_cannot_be_made_is_refused() {
    for wrong in [
        &["simulate-channel", "--statement", "no-such-file"][..],
        &["simulate-channel", "--statement", "no-such-file", "--from", "yesterday"],
        &["simulate-channel", "--from", "2026-03-10T00:00:00Z"],
        &["simulate-channel", "--cut-off", "1h"],
        &["simulate-channel", "--outage", "now"],
        &["simulate-channel", "--latency", "gamma:1s"],
        &["simulate-channel", "--report-twice", "101"],
    ] {
        let refused = program(wrong);
        assert!(!refused.status.success(), "{wrong:?}");
        assert!(!text(&refused.stderr).is_empty(), "{wrong:?}");
    }
}

#[tokio::test]
async fn two_runs_with_one_seed_write_the_same_log() {
    let mut logs = Vec::new();
    for seed in [7, 7, 8] {
        let mix = "settle=20,reject=10,return=10,forget=10,contradict=10,wrong-amount=10";
        let mut channel = Simulated::open_with(|options| {
            options.mix = Some(mix.parse().unwrap());
            options.seed = seed;
        })
        .await;
        for number in 0..30 {
            channel.submit(&format!("k{number}"), "").await;
            if number == 20 {
                // A restart in the middle changes nothing.
                channel.later(1);
                let mix = mix.parse().unwrap();
                channel = channel
                    .restart_with(|options| {
                        options.mix = Some(mix);
                        options.seed = seed;
                    })
                    .await;
            }
        }
        channel.later(5);
        for number in 0..30 {
            channel.get(&format!("k{number}")).await;
        }
        let mut facts: Vec<String> =
            channel.facts().iter().map(|fact| serde_json::to_string(fact).unwrap()).collect();
        facts.sort();
        logs.push((facts, csv(&channel.statement(None, None))));
    }
    assert_eq!(logs[0], logs[1]);
    assert_ne!(logs[0], logs[2]);
    for kind in ["forgotten", "contradicted", "returned", "rejected"] {
        assert!(logs[0].0.iter().any(|fact| fact.contains(kind)), "{kind}");
    }
}
