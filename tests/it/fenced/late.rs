//! One who lost its turn: it sends nothing any more, and its silence is stored and says nothing.
//!
//! The worker's clock is ahead of the one that commands are decided by: so its lease is over
//! between the commit of the intent and the send, every time.

use std::time::{Duration, Instant};

use account_status::clock::Clock;
use account_status::config::Switch;
use account_status::domain::act::record_evidence::RecordEvidence;
use account_status::domain::command::{Command, Effect, Envelope, Receipt};
use account_status::domain::id::{AccountNumber, RequestId, WithdrawalId};
use account_status::domain::payout::PayoutKey;
use account_status::domain::payout::evidence::{Said, Source, Statement};
use account_status::domain::principal::Principal;
use account_status::domain::transaction::EntryChannel;
use account_status::domain::withdrawal::HAND_OVER;
use account_status::feed::Feed;
use account_status::payout::Payouts;
use account_status::pb::v1::WithdrawRequest;
use account_status::service::{self, Core};
use sea_orm::{ConnectionTrait as _, Statement as Sql};
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::harness::channel::{Channel, judge};
use crate::harness::{Bank, Engine, engine};

const ACCOUNT: &str = "8300000001";
const PATIENCE: Duration = Duration::from_secs(60);
/// So long may a channel take to answer.
const TIMEOUT_MS: u64 = 1_500;

/// What goes wrong when somebody goes on whose lease is over; none where there is no such engine.
pub(crate) async fn after_its_lease(engine: Engine) -> Option<Vec<String>> {
    if engine == Engine::Postgres && !engine::postgres_is_there().await {
        return None;
    }
    let bank = Bank::open(engine).await;
    bank.account(ACCOUNT, "1000.00").await;
    let channel = Channel::open(bank.clock.clone()).await;
    let mut wrong = Vec::new();
    let bank = sends(bank, &channel, &mut wrong).await;
    let bank = falls_silent(bank, &channel, &mut wrong).await;
    let database = bank.database().await;
    wrong.extend(judge(&database, &[&channel]).await);
    database.close().await.unwrap();
    if wrong.is_empty() {
        bank.finish().await;
    } else {
        let (url, engine) = (bank.url.clone(), bank.engine);
        bank.stop_without_audit().await;
        engine::drop_database(engine, &url).await;
    }
    channel.close().await;
    Some(wrong)
}

/// The same bank over the channel, at a time at which what was reserved is in nobody's hands.
async fn over(bank: Bank, channel: &Channel, payouts: Switch) -> Bank {
    let setting = channel.setting("CH-1");
    bank.reopen(|given| {
        given.channel = Some(vec![setting]);
        given.payouts = Some(payouts);
        given.payout_timeout_ms = Some(TIMEOUT_MS);
    })
    .await
}

/// Writes an intent down and is too late to send it: nothing reaches the channel.
async fn sends(bank: Bank, channel: &Channel, wrong: &mut Vec<String>) -> Bank {
    let bank = over(bank, channel, Switch::Off).await;
    let made = bank.withdraw(ACCOUNT, "7.00").await.unwrap();
    let lease = bank.settings.rules.payouts.lease;
    let store = service::open(&bank.settings).await.unwrap();
    let clock = Clock::manual(bank.now() + HAND_OVER * 2 + lease, 1);
    let core = Core::start(store.clone(), clock.clone(), &bank.settings);
    core.board.apart().settle(&bank.settings.payouts.channels).await.unwrap();
    let payouts = Payouts {
        store: store.clone(),
        clock,
        ledger: bank.ledger.clone(),
        feed: Feed::default(),
        board: core.board.clone(),
        at_once: 1,
    };
    let (stop, stopping) = watch::channel(false);
    let mut running = JoinSet::new();
    running.spawn(payouts.run(stopping));
    until(&bank, "SELECT count(*) FROM attempt", 1).await;
    // What is begun is ended before it stops.
    stop.send_replace(true);
    running.join_next().await.unwrap().unwrap();
    store.close().await;
    for fact in channel.facts() {
        wrong.push(format!("{} reached the channel after its lease", fact.payout_key));
    }
    bank.pass(lease + HAND_OVER * 2);
    let bank = over(bank, channel, Switch::On).await;
    settled(&bank, &made.withdrawal_id).await;
    bank
}

/// Met silence, while another has heard since that the channel has it.
async fn falls_silent(bank: Bank, channel: &Channel, wrong: &mut Vec<String>) -> Bank {
    let request =
        WithdrawRequest { reference: "sim:hold".to_owned(), ..bank.withdrawal(ACCOUNT, "8.00") };
    let made = bank.withdraw_with(request).await.unwrap();
    let id = &made.withdrawal_id;
    let accepted = |source: &str| {
        format!(
            "SELECT count(*) FROM evidence
            WHERE withdrawal_id = '{id}' AND source = '{source}' AND said = 'ACCEPTED'"
        )
    };
    until(&bank, &accepted("SUBMIT"), 1).await;
    // It is past what the channel promised, so that somebody asks: the attempt is another's then.
    bank.pass(chrono::Duration::minutes(10));
    until(&bank, &accepted("INQUIRY"), 1).await;
    let bank = over(bank, channel, Switch::Off).await;
    let key = PayoutKey { withdrawal_id: WithdrawalId::parse(id).unwrap(), number: 1 };
    let silence = Statement {
        key,
        source: Source::Submit,
        epoch: 1,
        said: Said::NoAnswer,
        channel_code: String::new(),
    };
    let statement = RecordEvidence { statement: silence, channel_id: None, promise_secs: None };
    let command = Command::RecordEvidence(Box::new(statement));
    let envelope = Envelope {
        principal: Principal::service("payout"),
        account_number: AccountNumber::parse(ACCOUNT).unwrap(),
        request_id: RequestId::internal(command.name()),
        deadline: Instant::now() + PATIENCE,
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command,
    };
    let Receipt::Withdrawal(row) = bank.ledger.submit(envelope).await.unwrap() else {
        panic!("evidence is answered with its withdrawal")
    };
    let stored = format!(
        "SELECT count(*) FROM evidence WHERE withdrawal_id = '{id}' AND said = 'NO_ANSWER'"
    );
    assert_eq!(count(&bank, &stored).await, 1, "it was not stored");
    if row.state != account_status::domain::withdrawal::State::Accepted {
        wrong.push(format!("silence after its lease made an accepted payout {:?}", row.state));
    }
    bank
}

async fn count(bank: &Bank, sql: &str) -> i64 {
    let database = bank.database().await;
    let statement = Sql::from_string(database.get_database_backend(), sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    let count = row.try_get_by_index(0).unwrap();
    database.close().await.unwrap();
    count
}

async fn until(bank: &Bank, sql: &str, expected: i64) {
    let begun = Instant::now();
    while count(bank, sql).await < expected {
        assert!(begun.elapsed() < PATIENCE, "never {expected}: {sql}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Waits until it is settled; what waits for its time is let wait no longer.
async fn settled(bank: &Bank, id: &str) {
    let sql = format!(
        "SELECT count(*) FROM withdrawal WHERE withdrawal_id = '{id}' AND state = 'SETTLED'"
    );
    let begun = Instant::now();
    while count(bank, &sql).await == 0 {
        assert!(begun.elapsed() < PATIENCE, "it is never settled");
        bank.pass(chrono::Duration::seconds(1));
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_its_turn_sends_nothing_and_its_silence_says_nothing_on_sqlite() {
    assert_eq!(after_its_lease(Engine::Sqlite).await, Some(Vec::new()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_lost_its_turn_sends_nothing_and_its_silence_says_nothing_on_postgres() {
    assert_eq!(after_its_lease(Engine::Postgres).await.unwrap_or_default(), Vec::<String>::new());
}
