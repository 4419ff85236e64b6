//! The log is the channel: what it said holds after a restart, and at most one payment a key.

use std::collections::BTreeSet;
use std::io::Write;

use account_status::simulator::log::Tally;

use super::*;
use crate::harness::program::Program;
use crate::import::{program, text};

#[tokio::test]
async fn after_a_restart_the_answers_are_the_same_and_what_was_due_happens() {
    let channel = Simulated::open().await;
    let settled = channel.submit("k1", "").await;
    channel.submit("k2", "sim:settle=5s").await;
    let rejected = channel.submit("k3", "sim:reject=PAYEE_NAME_MISMATCH").await;
    channel.submit("k4", "sim:busy=2").await;
    channel.submit_unanswered("k5", "sim:disappear").await;
    channel.later(3);
    let channel = channel.restart().await;
    assert_eq!(channel.submit("k1", "").await, settled);
    assert_eq!(channel.get("k2").await, Told::Accepted(Accepted {}));
    assert_eq!(channel.get("k3").await, rejected);
    let again = channel.submit("k4", "sim:busy=2").await;
    assert_eq!(rejection(&again).0, Finality::Transient);
    assert!(matches!(channel.submit("k4", "sim:busy=2").await, Told::Settled(_)));
    assert!(matches!(channel.submit("k6", "sim:disappear").await, Told::Settled(_)));
    channel.later(2);
    let channel = channel.restart().await;
    let facts = channel.facts().len();
    assert!(matches!(channel.get("k2").await, Told::Settled(_)));
    assert!(channel.facts().len() <= facts + 1);
    for key in ["k1", "k2", "k4", "k6"] {
        assert_eq!(channel.paid(key), 1, "{key}");
    }
}

#[tokio::test]
async fn who_waits_for_nothing_is_let_go_when_it_stops() {
    let channel = Simulated::open().await;
    let mut client = channel.client.clone();
    let waiting =
        tokio::spawn(async move { client.submit_payout(payout("k", "sim:timeout")).await });
    channel.written(2).await;
    let channel = channel.restart().await;
    let given_up = waiting.await.unwrap().unwrap_err();
    assert_eq!(given_up.code(), tonic::Code::Unavailable, "{given_up:?}");
    assert!(matches!(channel.get("k").await, Told::Settled(_)));
}

#[tokio::test]
async fn a_log_that_contradicts_itself_is_not_gone_on_with() {
    let channel = Simulated::open().await;
    channel.submit("k", "").await;
    let path = log_in(channel.directory.path());
    let log = std::fs::read_to_string(&path).unwrap();
    let mut file = std::fs::File::options().append(true).open(&path).unwrap();
    writeln!(file, "{}", log.lines().last().unwrap()).unwrap();
    let opened = Simulator::open(Options::new(&path), channel.clock.clone()).await;
    let refused = opened.unwrap_err().to_string();
    assert!(refused.contains("line 3"), "{refused}");
    // The judge sees it, too.
    let tally = Tally::of(&path).unwrap();
    assert_eq!(tally.paid_more_than_once().keys().copied().collect::<Vec<_>>(), ["w"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_at_once_are_each_paid_once() {
    let channel = Simulated::open().await;
    let mut calls = JoinSet::new();
    for number in 0..400 {
        let mut client = channel.client.clone();
        // Each key twice.
        let key = format!("k{}", number / 2);
        calls.spawn(async move { client.submit_payout(payout(&key, "")).await.unwrap() });
    }
    calls.join_all().await;
    let facts = channel.facts();
    let paid = facts.iter().filter(|fact| matches!(fact.what, What::Paid { .. }));
    let keys: Vec<&str> = paid.map(|fact| &*fact.payout_key).collect();
    assert_eq!(keys.len(), 200);
    assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), 200);
}

/// The program, killed while it works: every answer that was given rests on a line of its log.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_answered_before_a_kill_is_in_the_log() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_in(directory.path()).display().to_string();
    let url = "sqlite://unused.db";
    let arguments = ["simulate-channel", "--log-file", &log];
    let mut channel = Program::start(&arguments, url).await;
    let said = channel.printed_until("channel on").await;
    assert!(said.contains(&log) && said.contains(" 0 payouts"), "{said}");
    let mut calls = JoinSet::new();
    for caller in 0..16 {
        let mut client = PayoutChannelServiceClient::new(channel.channel.clone());
        calls.spawn(async move {
            let mut answered = Vec::new();
            for number in 0.. {
                let key = format!("k{caller}-{number}");
                let payout = SubmitPayoutRequest { withdrawal_id: key.clone(), ..payout(&key, "") };
                match client.submit_payout(payout).await {
                    Ok(_settled) => answered.push(key),
                    Err(_killed) => break,
                }
            }
            answered
        });
    }
    while !std::fs::read_to_string(&log).is_ok_and(|log| log.len() > 100_000) {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    channel.kill().await;
    let answered: Vec<String> = calls.join_all().await.concat();
    let facts = read(Path::new(&log)).unwrap();
    let paid = facts.iter().filter(|fact| matches!(fact.what, What::Paid { .. }));
    let paid: BTreeSet<&str> = paid.map(|fact| &*fact.payout_key).collect();
    assert!(!answered.is_empty());
    assert!(answered.iter().all(|key| paid.contains(&**key)), "an answer rests on nothing");

    let again = Program::start(&arguments, url).await;
    let mut client = PayoutChannelServiceClient::new(again.channel.clone());
    let payout_key = answered[0].clone();
    let told = client.get_payout(GetPayoutRequest { payout_key }).await.unwrap().into_inner();
    assert!(matches!(told.result.unwrap().result, Some(Told::Settled(_))));
    drop(client);
    again.terminate().await;
    let judged = program(&["simulate-channel", "--report", &log]);
    assert!(judged.status.success(), "{judged:?}");
    assert!(text(&judged.stdout).contains("no withdrawal was paid more than once"), "{judged:?}");
}

/// The disk is full: what can't be written is not said, and the channel ends.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_written_is_not_answered() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_in(directory.path());
    let path = log.display().to_string();
    let arguments = ["simulate-channel", "--log-file", &path];
    let command = Program::command_bearing_limits();
    let full = Program::start_by(command, &arguments, "sqlite://unused.db").await;
    let mut client = PayoutChannelServiceClient::new(full.channel.clone());
    client.submit_payout(payout("k1", "")).await.unwrap();
    let size = std::fs::metadata(&log).unwrap().len();
    full.limit_files(Some(size + 50));
    let other = SubmitPayoutRequest { withdrawal_id: "w2".to_owned(), ..payout("k2", "") };
    client.submit_payout(other.clone()).await.unwrap_err();
    full.kill().await;

    let again = Program::start(&arguments, "sqlite://unused.db").await;
    let mut client = PayoutChannelServiceClient::new(again.channel.clone());
    for request in [payout("k1", ""), other] {
        let told = client.submit_payout(request).await.unwrap().into_inner();
        assert!(matches!(told.result.unwrap().result, Some(Told::Settled(_))));
    }
    drop(client);
    again.terminate().await;
    let tally = Tally::of(&log).unwrap();
    assert_eq!((tally.taken, tally.paid), (2, 2));
}

#[tokio::test]
async fn what_makes_no_sense_is_refused_before_it_serves() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_in(directory.path());
    let mut options = Options::new(&log);
    options.reports = Some(account_status::simulator::ReportTo {
        url: "127.0.0.1:50051".to_owned(),
        channel_id: "CH-FAST".to_owned(),
    });
    let refused = Simulator::open(options, Clock::System).await.unwrap_err();
    assert!(refused.to_string().contains("http://"), "{refused}");
    let open = Simulator::open(Options::new(&log), Clock::System).await.unwrap();
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let refused = open.serve(listener, std::future::pending()).await.unwrap_err();
    assert!(refused.to_string().contains("loopback only"), "{refused}");
}

#[test]
fn a_log_with_a_double_payment_is_reported_with_exit_code_1() {
    let directory = tempfile::tempdir().unwrap();
    let log = log_in(directory.path());
    let paid = |key: &str| {
        format!(
            r#"{{"time":"2026-03-10T02:00:00Z","payout_key":"{key}","fact":"paid","withdrawal_id":"w","amount":{{"minor":1050,"currency":"CNY"}}}}"#
        )
    };
    std::fs::write(&log, format!("{}\n{}\n", paid("k1"), paid("k2"))).unwrap();
    let judged = program(&["simulate-channel", "--report", &log.display().to_string()]);
    assert_eq!(judged.status.code(), Some(1));
    assert!(text(&judged.stdout).contains("withdrawal w paid more than once: k1, k2"));
}
