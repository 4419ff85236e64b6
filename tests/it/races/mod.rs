//! Calls that meet: on PostgreSQL two servers share a database, on SQLite one has its own. What was
//! acknowledged is there, what was refused changed nothing, a freeze and a withdrawal never both
//! get the same money.
//!
//! Each body answers what it found broken, so that `negative_control` can show that it finds
//! something when a safeguard is off. `RACE_SEED` and `RACE_CALLS` repeat and lengthen a storm.

mod books;
mod ledger_of_calls;
mod replayed;
pub(crate) mod rush;
mod storm;

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use account_status::pb::v1::*;
use futures::future::join_all;
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionOptions, TransactionTrait,
};

use crate::harness::calls::*;
use crate::harness::{Bank, Engine, engine, moment};
use storm::Storm;

/// Calls of a storm where nothing else is said.
const CALLS: u64 = 2_400;
/// How long one call may take to reach a lock, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

fn setting(name: &str) -> Option<u64> {
    let found = std::env::vars().find(|(known, _)| known == name);
    found.map(|(_, value)| value.parse().unwrap())
}

/// The servers of one bank: two on PostgreSQL, one on SQLite. None without the engine.
pub(crate) async fn servers(engine: Engine) -> Option<Vec<Bank>> {
    if engine == Engine::Postgres && !engine::postgres_is_there().await {
        return None;
    }
    let first = Bank::open(engine).await;
    if engine == Engine::Sqlite {
        return Some(vec![first]);
    }
    let directory = tempfile::tempdir().unwrap();
    let second = Bank::on(engine, first.url.clone(), directory, |_given| {}).await;
    // Clocks of two servers never agree.
    second.pass(chrono::Duration::seconds(1));
    Some(vec![first, second])
}

/// Stops the servers, after an audit where nothing was found broken before.
pub(crate) async fn close(mut servers: Vec<Bank>, broken: &[String]) {
    let first = servers.remove(0);
    first.pass(chrono::Duration::seconds(2));
    for other in servers {
        first.acknowledged.lock().unwrap().extend(other.acknowledged.lock().unwrap().drain(..));
        other.stop_without_audit().await;
    }
    if broken.is_empty() {
        first.finish().await;
    } else {
        let (engine, url) = (first.engine, first.url.clone());
        first.stop_without_audit().await;
        engine::drop_database(engine, &url).await;
    }
}

/// Random calls on a few accounts.
async fn storm_on(engine: Engine) {
    let Some(servers) = servers(engine).await else { return };
    let storm = Storm {
        seed: setting("RACE_SEED").unwrap_or_else(rand::random),
        callers: 16,
        calls: setting("RACE_CALLS").unwrap_or(CALLS),
        accounts: 4,
    };
    println!("{engine:?}: {storm:?}");
    let broken = storm.rage(&servers).await;
    assert!(broken.is_empty(), "{storm:?}: {broken:#?}");
    close(servers, &broken).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_and_freezes_hold_under_random_calls_on_sqlite() {
    storm_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_and_freezes_hold_under_random_calls_to_two_servers_on_postgres() {
    storm_on(Engine::Postgres).await;
}

/// One request reaches two servers whose clocks differ, at the end of a freeze: to the one it is
/// over, to the other it is not yet. Whichever decides, both answer that. Somebody else holds the
/// account's row until both are under way.
pub(crate) async fn twins_are_answered_alike(servers: &[Bank]) -> Vec<String> {
    let [early, late] = servers else { panic!("this takes two servers") };
    early.account("TWIN", "100.00").await;
    let end = early.now() + chrono::Duration::milliseconds(500);
    let end = prost_types::Timestamp {
        seconds: end.timestamp(),
        nanos: i32::try_from(end.timestamp_subsec_nanos()).unwrap(),
    };
    let order = CreateFreezeRecordRequest {
        duration: Some(create_freeze_record_request::Duration::ExpireTime(end)),
        ..early.court_order("TWIN", "")
    };
    early.freeze(order).await.unwrap();
    let database = early.database().await;
    let holder = database.begin_with_options(TransactionOptions::default()).await.unwrap();
    let hold = "SELECT 1 FROM account_balance WHERE account_number = 'TWIN' FOR UPDATE";
    holder.execute_unprepared(hold).await.unwrap();

    let request = early.withdrawal("TWIN", "1.00");
    let ask = async |server: &Bank| match server.withdraw_with(request.clone()).await {
        Ok(withdrawal) => withdrawal.withdrawal_id,
        Err(status) => reason(&status),
    };
    let answered = AtomicBool::new(false);
    let begun = Instant::now();
    let second = async {
        while waiting(&database).await < 1 {
            assert!(begun.elapsed() < PATIENCE, "nobody waits for the row");
            moment().await;
        }
        let answer = ask(early).await;
        answered.store(true, Ordering::SeqCst);
        answer
    };
    let release = async {
        while waiting(&database).await < 2 && !answered.load(Ordering::SeqCst) {
            assert!(begun.elapsed() < PATIENCE, "the second neither waits nor is answered");
            moment().await;
        }
        holder.rollback().await.unwrap();
    };
    let (one, other, ()) = tokio::join!(ask(late), second, release);
    let again = ask(early).await;
    database.close().await.unwrap();
    if one == other && one == again {
        return Vec::new();
    }
    vec![format!("I7: one request was answered {one}, {other} and {again}")]
}

/// How many wait for a lock in this database.
async fn waiting(database: &DatabaseConnection) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    let row = database.query_one_raw(statement).await.unwrap().unwrap();
    row.try_get_by_index(0).unwrap()
}

/// A freeze of the whole account meets withdrawals: each of them is refused, or gives way to it.
pub(crate) async fn freezes_keep_what_withdrawals_want(
    servers: &[Bank],
    rounds: usize,
) -> Vec<String> {
    let mut broken = Vec::new();
    for round in 0..rounds {
        let number = format!("KEEP{round:04}");
        servers[0].account(&number, "100.00").await;
        let last = &servers[servers.len() - 1];
        let withdrawals = join_all((0..4).map(|_| last.withdraw(&number, "10.00")));
        let order = servers[0].court_order(&number, "");
        let (frozen, withdrawn) = tokio::join!(servers[0].freeze(order), withdrawals);
        let (_, answer) = frozen.unwrap();
        for withdrawal in withdrawn.into_iter().flatten() {
            if !answer.cancelled_withdrawals.contains(&withdrawal.withdrawal_id) {
                broken
                    .push("I6: the freeze doesn't name a withdrawal that was accepted".to_owned());
            }
        }
        let status = servers[0].status(&number).await.unwrap();
        let kept = (status.status_code.as_str(), &status.available, &status.reserved);
        if kept != ("01", &cny("0.00"), &cny("0.00")) {
            broken.push(format!("I6: under a freeze of the whole account there is {kept:?}"));
        }
    }
    broken
}

/// Requests come again, one after the other and all at once: one effect each, and the first
/// answer, even of a refusal when there would be money by now.
pub(crate) async fn replays_are_answered_as_before(servers: &[Bank]) -> Vec<String> {
    let mut broken = Vec::new();
    let (first, last) = (&servers[0], &servers[servers.len() - 1]);
    first.account("AGAIN", "10.00").await;
    let mut expect = |what: &str, holds: bool| {
        if !holds {
            broken.push(format!("I7: {what}"));
        }
    };
    let reserve = first.withdrawal("AGAIN", "4.00");
    let made = first.withdraw_with(reserve.clone()).await.unwrap();
    let again = last.withdraw_with(reserve).await;
    expect("a withdrawal is answered as before", again.is_ok_and(|again| again == made));

    let refused = first.withdrawal("AGAIN", "7.00");
    let poor = first.withdraw_with(refused.clone()).await;
    expect("it is refused for want of money", poor.is_err());
    first.credit("AGAIN", "20.00").await.unwrap();
    let rich = last.withdraw_with(refused).await;
    expect("a refusal stays one when money came", rich.is_err());

    let credit = first.posting("AGAIN", Direction::Credit, "5.00");
    let crowd = (0..16).map(|place| servers[place % servers.len()].record(credit.clone()));
    let answers = join_all(crowd).await;
    let ids = answers.iter().map(|answer| answer.as_ref().map(|row| row.transaction_id.clone()));
    let ids: Vec<Option<String>> = ids.map(Result::ok).collect();
    expect("all of a crowd get one answer", ids[0].is_some() && ids.iter().all(|id| *id == ids[0]));
    let balance = first.status("AGAIN").await.unwrap().balance;
    expect("each effect is there once", balance == cny("35.00"));
    broken
}

async fn bodies_on(engine: Engine) {
    let Some(servers) = servers(engine).await else { return };
    let mut broken = freezes_keep_what_withdrawals_want(&servers, 40).await;
    broken.extend(replays_are_answered_as_before(&servers).await);
    if engine == Engine::Postgres {
        broken.extend(twins_are_answered_alike(&servers).await);
    }
    assert!(broken.is_empty(), "{broken:#?}");
    close(servers, &broken).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_freezes_that_meet_are_safe_on_sqlite() {
    bodies_on(Engine::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn requests_and_freezes_that_meet_on_two_servers_are_safe_on_postgres() {
    bodies_on(Engine::Postgres).await;
}
