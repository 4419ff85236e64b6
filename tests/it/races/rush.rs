//! Freezes that meet payouts on their way: random calls by many callers to all servers at once, real
//! payout workers on each, over channels that pay, promise, reject, lose and are late. What the rows
//! say happened is judged afterwards by [`super::replayed`]. `RUSH_SEED` and `RUSH_CALLS` repeat and
//! lengthen it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use account_status::clock::Clock;
use account_status::config::Given;
use account_status::pb::v1::*;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::{ConnectionTrait, Statement};
use tonic::Status;

use super::replayed::{self, Answered};
use super::{close, setting};
use crate::harness::calls::*;
use crate::harness::channel::{Channel, judge};
use crate::harness::{Bank, Engine, engine, moment, start_time};

/// What a caller may be refused with; anything else is broken.
const REFUSALS: [&str; 10] = [
    "ACCOUNT_FROZEN",
    "ACCOUNT_SUSPICIOUS",
    "INSUFFICIENT_AVAILABLE_FUNDS",
    "WITHDRAWAL_NOT_CANCELLABLE",
    "FREEZE_NOT_IN_FORCE",
    "FUNDS_ALREADY_FROZEN",
    "OUT_OF_TURN",
    "INVALID_REQUEST",
    "LIMIT_EXCEEDED",
    "ACTION_NOT_APPLICABLE",
];
/// What the channels do with payouts.
const MIX: &str = "settle=40,accept=15,reject=8,busy=5,timeout=5,late=5,disappear=20,return=2";
const ACCOUNTS: usize = 6;
const CALLERS: u64 = 16;
/// What each account begins with, in yuan.
const OPENING: u32 = 2_000;
/// So much time passes with each call, in milliseconds.
const PACE: i64 = 20;
/// How long what is on its way may take to come to rest, in real time.
const PATIENCE: Duration = Duration::from_secs(60);

/// The servers of one bank, two on PostgreSQL, and the channels that they pay over.
struct Scene {
    servers: Vec<Bank>,
    channels: Vec<Channel>,
    time: Clock,
    calls: AtomicU64,
    answers: Mutex<Vec<Answered>>,
    broken: Mutex<Vec<String>>,
}

/// One caller, with what it made.
struct Caller<'a> {
    scene: &'a Scene,
    random: StdRng,
    withdrawals: Vec<(String, String)>,
    freezes: Vec<(String, FreezeRecord)>,
    suspicions: Vec<(String, String)>,
}

fn name(account: usize) -> String {
    format!("RUSH{account}")
}

fn yuan(amount: u32) -> String {
    format!("{amount}.00")
}

impl Scene {
    /// None without the engine.
    async fn open(engine: Engine, seed: u64) -> Option<Self> {
        if engine == Engine::Postgres && !engine::postgres_is_there().await {
            return None;
        }
        let time = Clock::manual(start_time(), 9);
        let mut channels = Vec::new();
        for place in 0..2 {
            let channel = Channel::open_with(time.clone(), |options| {
                options.mix = Some(MIX.parse().unwrap());
                options.seed = seed.wrapping_add(place);
            });
            channels.push(channel.await);
        }
        let over: Vec<String> =
            channels.iter().zip(["CH-1", "CH-2"]).map(|(one, id)| one.setting(id)).collect();
        let set = |given: &mut Given| {
            given.channel = Some(over.clone());
            given.payout_timeout_ms = Some(400);
        };
        let first = Bank::open_with(engine, set).await;
        let mut servers = vec![first];
        if engine == Engine::Postgres {
            let directory = tempfile::tempdir().unwrap();
            let second = Bank::on(engine, servers[0].url.clone(), directory, set).await;
            // Clocks of two servers never agree.
            second.pass(chrono::Duration::seconds(1));
            servers.push(second);
        }
        let (calls, answers, broken) = Default::default();
        Some(Self { servers, channels, time, calls, answers, broken })
    }

    fn pass(&self, millis: i64) {
        let time = chrono::Duration::milliseconds(millis);
        self.time.set(self.time.now() + time);
        self.servers.iter().for_each(|server| server.pass(time));
    }

    fn breaks(&self, what: String) {
        self.broken.lock().unwrap().push(what);
    }

    async fn rage(&self, seed: u64, calls: u64) {
        for account in 0..ACCOUNTS {
            self.servers[0].account(&name(account), &yuan(OPENING)).await;
        }
        let callers = (0..CALLERS).map(async |number| {
            let mut caller = Caller {
                scene: self,
                random: StdRng::seed_from_u64(seed.wrapping_add(number)),
                withdrawals: Vec::new(),
                freezes: Vec::new(),
                suspicions: Vec::new(),
            };
            for _ in 0..calls / CALLERS {
                caller.call().await;
            }
            while !caller.suspicions.is_empty() {
                caller.clear(&self.servers[0]).await;
            }
        });
        futures::future::join_all(callers).await;
    }

    /// Lets time pass until nothing is on its way any more.
    async fn settle(&self) {
        let database = self.servers[0].database().await;
        let sql = "SELECT state || ' ' || coalesce(held_reason, '') || ' ' || withdrawal_id
            FROM withdrawal WHERE next_action_time IS NOT NULL";
        let begun = Instant::now();
        loop {
            let statement = Statement::from_string(database.get_database_backend(), sql);
            let rows = database.query_all_raw(statement).await.unwrap();
            if rows.is_empty() {
                break;
            }
            let open = rows.iter().map(|row| row.try_get_by_index(0).unwrap());
            let open: Vec<String> = open.collect();
            assert!(begun.elapsed() < PATIENCE, "these don't come to rest: {open:#?}");
            // What a condition holds fails after a day.
            self.pass(30_000);
            moment().await;
        }
        database.close().await.unwrap();
    }

    /// What the channels and the rows say, and the books at rest.
    async fn judge(&self) -> (Vec<String>, replayed::Seen) {
        let database = self.servers[0].database().await;
        let mut broken = std::mem::take(&mut *self.broken.lock().unwrap());
        broken.extend(judge(&database, &self.channels.iter().collect::<Vec<_>>()).await);
        let answers = std::mem::take(&mut *self.answers.lock().unwrap());
        let seen = replayed::replay(&database, "RUSH", &answers, &mut broken).await;
        database.close().await.unwrap();
        (broken, seen)
    }

    async fn close(self, broken: &[String]) {
        close(self.servers, broken).await;
        for channel in self.channels {
            channel.close().await;
        }
    }
}

impl Caller<'_> {
    async fn call(&mut self) {
        let account = name(self.random.random_range(0..ACCOUNTS));
        let amount = self.random.random_range(1..60_u32);
        let scene = self.scene;
        let bank = &scene.servers[self.random.random_range(0..scene.servers.len())];
        scene.pass(PACE);
        scene.calls.fetch_add(1, Ordering::Relaxed);
        match self.random.random_range(0..100) {
            0..44 => self.withdraw(bank, &account, amount).await,
            44..48 => self.cancel(bank).await,
            48..56 => self.credit(bank, &account, amount).await,
            // More releases than freezes: accounts are to be free most of the time.
            56..64 => self.freeze(bank, &account, amount).await,
            64..90 => self.release(bank, amount).await,
            90..94 => self.deduct(bank, amount).await,
            94..97 => self.renew(bank).await,
            97 => self.suspect(bank, &account).await,
            _ => self.clear(bank).await,
        }
    }

    /// One of these, which is kept no more.
    fn pick<T>(random: &mut StdRng, from: &mut Vec<T>) -> Option<T> {
        if from.is_empty() {
            return None;
        }
        let place = random.random_range(0..from.len());
        Some(from.swap_remove(place))
    }

    async fn withdraw(&mut self, bank: &Bank, account: &str, amount: u32) {
        match bank.withdraw(account, &yuan(amount)).await {
            Ok(made) => self.withdrawals.push((account.to_owned(), made.withdrawal_id)),
            Err(status) => self.refused("a withdrawal", &status),
        }
    }

    async fn cancel(&mut self, bank: &Bank) {
        // The last one has the best chance not to be sent yet.
        let Some((account, id)) = self.withdrawals.pop() else { return };
        if let Err(status) = bank.cancel(&account, &id).await {
            self.refused("a cancellation", &status);
        }
    }

    async fn credit(&mut self, bank: &Bank, account: &str, amount: u32) {
        if let Err(status) = bank.credit(account, &yuan(amount)).await {
            self.refused("a credit", &status);
        }
    }

    async fn freeze(&mut self, bank: &Bank, account: &str, amount: u32) {
        let whole = self.random.random_bool(0.2);
        let claim = if whole { String::new() } else { yuan(amount * 15) };
        let mut order = if self.random.random_bool(0.75) {
            bank.court_order(account, &claim)
        } else {
            bank.bank_freeze(account, &claim)
        };
        if order.r#type() == FreezeType::Judicial && self.random.random_bool(0.4) {
            order.exempt_amount = cny(&yuan(self.random.random_range(10..120)));
        }
        match bank.freeze(order).await {
            Ok((freeze, answer)) => {
                let mut answers = self.scene.answers.lock().unwrap();
                answers.push(Answered::of(&freeze.freeze_id, &answer));
                self.freezes.push((account.to_owned(), freeze));
            }
            Err(status) => self.refused("a freeze", &status),
        }
    }

    async fn release(&mut self, bank: &Bank, amount: u32) {
        let Some((account, freeze)) = Self::pick(&mut self.random, &mut self.freezes) else {
            return;
        };
        let mut release = bank.court_release(&account, &freeze.freeze_id);
        if freeze.r#type() == FreezeType::Bank {
            release.authority_kind = AuthorityKind::Bank.into();
        }
        if freeze.mode() == FreezeMode::Amount && self.random.random_bool(0.2) {
            release.amount = cny(&yuan(amount));
        }
        match bank.release(release).await {
            Ok(left) if left.status() == FreezeStatus::Released => {}
            Ok(left) => self.freezes.push((account, left)),
            Err(status) => {
                self.refused("a release", &status);
                if reason(&status) == "INVALID_REQUEST" {
                    self.freezes.push((account, freeze));
                }
            }
        }
    }

    async fn deduct(&mut self, bank: &Bank, amount: u32) {
        let court = |(_, freeze): &&(String, FreezeRecord)| freeze.r#type() == FreezeType::Judicial;
        let Some((account, freeze)) = self.freezes.iter().rfind(court) else { return };
        let order = bank.court_release(account, &freeze.freeze_id);
        let request = DeductFreezeRecordRequest {
            account_number: account.clone(),
            freeze_id: freeze.freeze_id.clone(),
            amount: cny(&yuan(amount)),
            up_to: true,
            authority_kind: order.authority_kind,
            authority_name: order.authority_name,
            document_no: "（2026）粤0305执1234号之三".to_owned(),
            officers: order.officers,
            notice_no: order.notice_no,
            receiving_account: "9990111122223333".to_owned(),
            receiving_name: "Execution account".to_owned(),
            reason: "execution".to_owned(),
            source: order.source,
            request_id: fresh(),
            ..DeductFreezeRecordRequest::default()
        };
        if let Err(status) = bank.freeze_client().deduct_freeze_record(request).await {
            self.refused("a deduction", &status);
        }
    }

    async fn renew(&mut self, bank: &Bank) {
        let court = |(_, freeze): &&(String, FreezeRecord)| freeze.r#type() == FreezeType::Judicial;
        let Some((account, freeze)) = self.freezes.iter().rfind(court) else { return };
        let order = bank.court_release(account, &freeze.freeze_id);
        let request = RenewFreezeRecordRequest {
            account_number: account.clone(),
            freeze_id: freeze.freeze_id.clone(),
            authority_kind: order.authority_kind,
            authority_name: order.authority_name,
            document_no: "（2026）粤0305执1234号之二".to_owned(),
            officers: order.officers,
            notice_no: order.notice_no,
            reason: "not settled yet".to_owned(),
            source: order.source,
            request_id: fresh(),
            ..RenewFreezeRecordRequest::default()
        };
        if let Err(status) = bank.freeze_client().renew_freeze_record(request).await {
            self.refused("a renewal", &status);
        }
    }

    /// Debits are forbidden until it is cleared: what is not sent is held.
    async fn suspect(&mut self, bank: &Bank, account: &str) {
        let marked = bank.act(account, StatusAction::MarkSuspicious, |change| {
            change.cause = Cause::SuspiciousPattern.into();
        });
        match marked.await {
            Ok(info) => {
                let mut rows = info.conditions.iter();
                let newest = rows.rfind(|row| row.condition() == Condition::Suspicious).unwrap();
                self.suspicions.push((account.to_owned(), newest.condition_id.clone()));
            }
            Err(status) => self.refused("a suspicion", &status),
        }
    }

    async fn clear(&mut self, bank: &Bank) {
        let Some((account, id)) = self.suspicions.pop() else { return };
        let cleared = bank.act(&account, StatusAction::ClearSuspicion, |change| {
            change.condition_id = id;
        });
        if let Err(status) = cleared.await {
            self.refused("a clearing", &status);
        }
    }

    fn refused(&self, what: &str, status: &Status) {
        let reason = reason(status);
        if !REFUSALS.contains(&reason.as_str()) {
            self.scene.breaks(format!("{what} is refused with {reason}"));
        }
    }
}

/// So many calls; what is broken, and what came of them. None without the engine.
pub(crate) async fn freezes_meet_payouts(
    engine: Engine,
    calls: u64,
) -> Option<(Vec<String>, replayed::Seen)> {
    let seed = setting("RUSH_SEED").unwrap_or_else(rand::random);
    let calls = setting("RUSH_CALLS").unwrap_or(calls);
    println!("{engine:?}: RUSH_SEED={seed} RUSH_CALLS={calls}");
    let scene = Scene::open(engine, seed).await?;
    let begun = Instant::now();
    scene.rage(seed, calls).await;
    let raged = begun.elapsed();
    println!("{engine:?}: raged for {raged:?}");
    scene.settle().await;
    let (broken, seen) = scene.judge().await;
    let made = scene.calls.load(Ordering::Relaxed);
    println!("{engine:?}: {made} calls in {raged:?}, at rest after {:?}", begun.elapsed());
    println!("{engine:?}: {seen:?}");
    scene.close(&broken).await;
    Some((broken, seen))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_past_an_unfilled_freeze_on_sqlite() {
    let (broken, seen) = freezes_meet_payouts(Engine::Sqlite, 3_200).await.unwrap();
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(seen.commands >= 1_500 && seen.sent > 100, "too little happened: {seen:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_past_an_unfilled_freeze_by_two_servers_on_postgres() {
    let Some((broken, seen)) = freezes_meet_payouts(Engine::Postgres, 9_600).await else { return };
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(seen.commands >= 3_000 && seen.sent > 200, "too little happened: {seen:?}");
    assert!(seen.met_sent > 20 && seen.met_unsent > 5, "they hardly met: {seen:?}");
}
