//! `load settle`: withdrawals carried to SETTLED per second, from the first call to the last
//! settlement.
//!
//! So many withdrawals may be unsettled at once, no more: then what is measured is a rate that the
//! service keeps up, and not how fast a queue grows.
//!
//! What became of them is read off the accounts: a settlement lowers the balance, and whatever else
//! ends a withdrawal only gives the reservation back. One `BatchGetAccountStatus` tells that of 1,000
//! accounts and all their withdrawals, so the service is asked little; a `GetWithdrawal` for each
//! withdrawal, or a `ListWithdrawals` for each account, would be a second load beside the one that
//! is measured. Nothing else may move money on the accounts meanwhile. How long settlements took is
//! asked afterwards, of some of the withdrawals, by the times that the service itself wrote down.

mod outstanding;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rand::seq::IndexedRandom;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tonic::Status;
use tonic::transport::Channel;

use self::outstanding::{Outstanding, Standing};
use super::{AMOUNT, Caller, Load, Seen, percentiles, print};
use crate::cli::CliError;
use crate::domain::money::{Currency, Money};
use crate::pb::v1;
use crate::pb::v1::account_status_service_client::AccountStatusServiceClient;
use crate::pb::v1::withdraw_service_client::WithdrawServiceClient;

/// How many accounts one question is about: the most that the service takes.
const ACCOUNTS_ASKED: usize = 1_000;
/// How long after one question the next is due.
const ASK_EVERY: Duration = Duration::from_millis(50);
/// How often it is told how far it is.
const TELL_EVERY: Duration = Duration::from_secs(5);
/// How many withdrawals are asked how long they took.
const TIMED: usize = 1_000;

/// What callers and the watcher share.
struct Shared {
    outstanding: Mutex<Outstanding>,
    /// One for each withdrawal that may still be made.
    room: Semaphore,
    /// Nobody calls any more.
    over: AtomicBool,
}

impl Shared {
    fn outstanding(&self) -> MutexGuard<'_, Outstanding> {
        self.outstanding.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one caller did.
#[derive(Default)]
struct Made {
    seen: Seen,
    withdrawal_ids: Vec<String>,
}

pub(super) async fn run(load: &Load, callers: Vec<Caller>) -> Result<ExitCode, CliError> {
    let channel = callers.first().map(|caller| caller.channel.clone());
    let channel = channel.expect("there is at least one caller");
    let accounts = Accounts::of(load, channel.clone())?;
    let shared = Arc::new(Shared {
        outstanding: Mutex::new(Outstanding::new(
            accounts.balances().await?,
            accounts.amount.minor,
        )),
        room: Semaphore::new(usize::try_from(load.outstanding.max(1)).unwrap_or(usize::MAX)),
        over: AtomicBool::new(false),
    });
    let began = Instant::now();
    let until = began + Duration::from_secs(load.seconds);
    let mut running = JoinSet::new();
    for caller in callers {
        running.spawn(reserve(caller, Arc::clone(&shared), until));
    }
    let reserving = async {
        let made = running.join_all().await;
        shared.over.store(true, Ordering::Release);
        made
    };
    let (made, last) = tokio::join!(reserving, watch(load, &accounts, &shared));
    let last = last?;
    let (mut seen, mut ids) = (Vec::new(), Vec::new());
    for one in made {
        seen.push(one.seen);
        ids.extend(one.withdrawal_ids);
    }
    let mut micros = times(channel, &ids).await.map_err(failed)?;
    let (settled, otherwise, left) = shared.outstanding().tally();
    let elapsed = last.saturating_duration_since(began).as_secs_f64();
    let rate = if settled == 0 { 0.0 } else { settled as f64 / elapsed };
    print(&format!(
        "{rate:.0} settled/s, {settled} settled, {otherwise} ended otherwise, {left} left; to \
         settlement {}; reserving {}\n",
        percentiles(&mut micros),
        Seen::of_all(seen).told()
    ))?;
    Ok(if left == 0 && otherwise == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Reserves while there is room and time.
async fn reserve(caller: Caller, shared: Arc<Shared>, until: Instant) -> Made {
    let mut made = Made::default();
    for number in 0_u64.. {
        let room = tokio::time::timeout_at(until.into(), shared.room.acquire()).await;
        // Without room until the end, or the end has come.
        let Ok(Ok(room)) = room else { break };
        if Instant::now() >= until {
            break;
        }
        let offset = caller.any_account();
        let begun = Instant::now();
        let answer = caller.withdraw(offset, number).await;
        made.seen.add(begun, &answer);
        if let Ok(answer) = answer {
            room.forget();
            shared.outstanding().take(place(offset));
            made.withdrawal_ids
                .extend(answer.into_inner().withdrawal.map(|taken| taken.withdrawal_id));
        }
    }
    made
}

/// Asks until nobody calls any more and nothing is outstanding, or nothing settled for too long.
/// Returns when it last learned of a settlement: at most a question and its pause too late.
async fn watch(load: &Load, accounts: &Accounts, shared: &Shared) -> Result<Instant, CliError> {
    let patience = Duration::from_secs(load.wait_seconds);
    let (mut last, mut told) = (Instant::now(), Instant::now());
    let mut due = tokio::time::interval(ASK_EVERY);
    due.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        due.tick().await;
        // Read before what is outstanding: after it nothing is added.
        let over = shared.over.load(Ordering::Acquire);
        let asked = shared.outstanding().next(ACCOUNTS_ASKED);
        if asked.is_empty() {
            if over {
                return Ok(last);
            }
            continue;
        }
        let places: Vec<usize> = asked.iter().map(|(place, _taken)| *place).collect();
        let standings = accounts.standings(&places).await?;
        let now = Instant::now();
        let mut outstanding = shared.outstanding();
        let ended: u64 = asked
            .into_iter()
            .zip(standings)
            .map(|((place, taken), standing)| outstanding.seen(place, taken, standing))
            .sum();
        drop(outstanding);
        shared.room.add_permits(usize::try_from(ended).unwrap_or(0));
        if ended > 0 {
            last = now;
        } else if last.elapsed() >= patience {
            tracing::warn!("nothing settled for {} s: given up", load.wait_seconds);
            return Ok(last);
        }
        if told.elapsed() >= TELL_EVERY {
            let (settled, _otherwise, left) = shared.outstanding().tally();
            tracing::info!(settled, left, "settling");
            told = now;
        }
    }
}

/// How long some of the withdrawals took from reservation to settlement, microseconds.
async fn times(channel: Channel, ids: &[String]) -> Result<Vec<u32>, Status> {
    let some: Vec<String> = ids.sample(&mut rand::rng(), TIMED).cloned().collect();
    let mut client = WithdrawServiceClient::new(channel);
    let mut micros = Vec::new();
    for withdrawal_id in some {
        let ask = v1::GetWithdrawalRequest { withdrawal_id, account_number: String::new() };
        let found = client.get_withdrawal(ask).await?.into_inner().withdrawal.unwrap_or_default();
        if let (Some(from), Some(to)) = (found.create_time, found.settle_time) {
            let nanos = i64::from(to.nanos) - i64::from(from.nanos);
            let took = (to.seconds - from.seconds) * 1_000_000 + nanos / 1_000;
            micros.push(u32::try_from(took.max(0)).unwrap_or(u32::MAX));
        }
    }
    Ok(micros)
}

/// The accounts that are withdrawn from, as the service tells them.
struct Accounts {
    channel: Channel,
    first: u64,
    count: usize,
    amount: Money,
}

impl Accounts {
    fn of(load: &Load, channel: Channel) -> Result<Self, CliError> {
        let unfit = || {
            let currency = &load.currency;
            CliError::Refused(format!("{AMOUNT} {currency} is no amount to withdraw"))
        };
        let currency = Currency::from_code(&load.currency).ok_or_else(unfit)?;
        let amount = Money::parse_positive(AMOUNT, currency).map_err(|_error| unfit())?;
        Ok(Self { channel, first: load.first_account, count: place(load.accounts.max(1)), amount })
    }

    /// The balances before anything is withdrawn, minor units.
    async fn balances(&self) -> Result<Vec<i64>, CliError> {
        let all: Vec<usize> = (0..self.count).collect();
        let mut balances = Vec::with_capacity(self.count);
        for places in all.chunks(ACCOUNTS_ASKED) {
            for (place, standing) in places.iter().zip(self.standings(places).await?) {
                if standing.reserved_minor != 0 {
                    let number = self.number(*place);
                    return Err(CliError::Refused(format!(
                        "money of account {number} is reserved already: what settles could not be \
                         told apart"
                    )));
                }
                balances.push(standing.balance_minor);
            }
        }
        Ok(balances)
    }

    /// What stands on some of the accounts.
    async fn standings(&self, places: &[usize]) -> Result<Vec<Standing>, CliError> {
        let key = |place: &usize| v1::AccountKey {
            key: Some(v1::account_key::Key::AccountNumber(self.number(*place).to_string())),
        };
        let ask = v1::BatchGetAccountStatusRequest {
            keys: places.iter().map(key).collect(),
            view: v1::AccountStatusView::Basic.into(),
        };
        let mut client = AccountStatusServiceClient::new(self.channel.clone())
            .max_decoding_message_size(usize::MAX);
        let answer = client.batch_get_account_status(ask).await.map_err(failed)?.into_inner();
        let standing = |(place, result): (&usize, v1::AccountStatusResult)| match result.result {
            Some(v1::account_status_result::Result::AccountStatus(status)) => {
                self.standing(&status).ok_or_else(|| self.unfit(*place, "has no such balance"))
            }
            Some(v1::account_status_result::Result::Error(error)) => {
                Err(self.unfit(*place, &error.message))
            }
            None => Err(self.unfit(*place, "was not answered")),
        };
        places.iter().zip(answer.results).map(standing).collect()
    }

    fn standing(&self, status: &v1::AccountStatusInfo) -> Option<Standing> {
        let minor = |money: &Option<v1::Money>| {
            let money = money.as_ref()?;
            let same = money.currency_code == self.amount.currency.code();
            let read = Money::parse(&money.amount, self.amount.currency).ok()?;
            same.then_some(read.minor)
        };
        Some(Standing {
            balance_minor: minor(&status.balance)?,
            reserved_minor: minor(&status.reserved)?,
        })
    }

    fn number(&self, place: usize) -> u64 {
        self.first.saturating_add(u64::try_from(place).unwrap_or(u64::MAX))
    }

    fn unfit(&self, place: usize, why: &str) -> CliError {
        CliError::Refused(format!("account {}: {why}", self.number(place)))
    }
}

fn place(offset: u64) -> usize {
    usize::try_from(offset).expect("there are fewer accounts than this machine counts")
}

fn failed(status: Status) -> CliError {
    CliError::Refused(format!("the service failed: {:?}: {}", status.code(), status.message()))
}
