//! `soak`: kills the service at random moments while withdrawals are reserved and paid, starts it
//! again, and judges in the end by the channels' own logs. For long runs by hand.
//!
//! The service is a process of its own, the program that runs here; the channels are simulators in this
//! process, so that they outlive it. The seed decides what is asked for, what the channels do to a
//! payout's key, and when the service is killed; how far it is by then is the machine's.

mod bank;
mod callers;
mod channels;
mod child;
mod judge;
mod report;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Args;
use futures::{StreamExt, TryStreamExt};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tonic::transport::Channel;

use self::callers::{Callers, Sent};
use self::channels::Channels;
use self::child::{Program, Service};
use self::judge::judge;
use self::report::{Outcome, Progress, tell};
use super::{CliError, print, serve};
use crate::clock::Clock;
use crate::config::{Given, Settings};
use crate::domain::id::RowId;
use crate::pb::v1::WithdrawalState;
use crate::service;

/// Stands for a SQLite file in a directory of the run's own.
const OWN_FILE: &str = "sqlite://account-status-soak.db";
/// After how many milliseconds of work the service is killed.
const KILL_AFTER_MS: std::ops::Range<u64> = 5..700;
/// How many requests are repeated at once in the end.
const REPEATED_AT_ONCE: usize = 64;
/// How long everything may take to come to its end while the service and its channels answer; the
/// questions after what is unknown grow apart.
const HORIZON: Duration = Duration::from_secs(15 * 60);
/// How often it is looked meanwhile, and how often it is told.
const LOOK_EVERY: Duration = Duration::from_secs(1);
const TELL_EVERY: u64 = 10;
/// Money that comes back while it is judged makes pages and balances differ; what is still wrong after
/// so many looks is wrong.
const JUDGED_MAX: usize = 4;
const JUDGE_AGAIN: Duration = Duration::from_secs(4);
/// The exit code of a run that was interrupted, as shells have it after SIGINT.
const INTERRUPTED: u8 = 130;

/// Kill the service again and again while withdrawals are paid, and judge what comes of it
///
/// Starts the service and two simulated channels itself, on a fresh SQLite file unless --database-url
/// names another database without accounts, which it migrates. Exits with 1 if anything is wrong in
/// the end.
#[derive(Debug, Args)]
pub(super) struct Soak {
    /// How often the service is killed
    #[arg(long, default_value_t = 20)]
    kills: u64,
    /// Repeats a run as far as time can be repeated [default: a random one]
    #[arg(long, value_name = "S")]
    seed: Option<u64>,
    /// Keep the SQLite file and the logs also when nothing is wrong
    #[arg(long)]
    keep: bool,
}

/// Where it works when nothing is said: on a port and a file of its own.
pub(super) fn defaults() -> Given {
    Given {
        listen: Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0))),
        database_url: Some(OWN_FILE.to_owned()),
        ..Given::default()
    }
}

impl Soak {
    pub(super) async fn run(self, settings: Settings) -> Result<ExitCode, CliError> {
        let seed = self.seed.unwrap_or_else(|| rand::rng().random());
        let directory = directory()?;
        let place = directory.display();
        tell(&format!("soak: {} kills, seed {seed}, in {place}", self.kills));
        let interrupted = serve::Signals::hear().wait();
        let outcome = tokio::select! {
            outcome = self.soak(settings, seed, &directory) => Some(outcome),
            () = interrupted => None,
        };
        let clean = match &outcome {
            Some(Ok(outcome)) => outcome.wrong.is_empty(),
            Some(Err(_)) => false,
            None => true,
        };
        if clean && !self.keep {
            let io = |error| CliError::Io(format!("cannot remove {place}"), error);
            std::fs::remove_dir_all(&directory).map_err(io)?;
        } else if std::fs::remove_dir(&directory).is_err() {
            // There is something in it.
            tell(&format!("soak: kept {place}"));
        }
        let Some(outcome) = outcome else {
            tell("soak: interrupted; nothing is judged");
            return Ok(ExitCode::from(INTERRUPTED));
        };
        let outcome = outcome?;
        print(&outcome.told())?;
        Ok(if outcome.wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    async fn soak(
        &self,
        mut settings: Settings,
        seed: u64,
        directory: &Path,
    ) -> Result<Outcome, CliError> {
        if settings.database_url == OWN_FILE {
            settings.database_url = format!("sqlite://{}/bank.db", directory.display());
        }
        without_accounts(&settings).await?;
        let listen = free(settings.listen)?;
        let channels = Channels::start(directory, seed, listen).await?;
        let program = Program {
            listen,
            database_url: settings.database_url.clone(),
            channels: channels.settings.clone(),
            log_file: directory.join("service.log"),
        };
        let began = Instant::now();
        let (service, sent, unknown_max) =
            self.kill_again_and_again(&program, &channels, seed).await?;
        let line = service.line.clone();
        let mut wrong = repeat_all(&line, &sent).await?;
        let waited = until_nothing_is_open(&line).await?;
        let acknowledged: Vec<&str> =
            sent.iter().filter_map(|sent| sent.acknowledged.as_deref()).collect();
        let mut judged = 0;
        let (books, paid) = loop {
            let (books, paid) = (bank::books(&line).await?, channels.paid()?);
            let found = judge(&acknowledged, &books, &paid, bank::OPENING_MINOR);
            judged += 1;
            if found.is_empty() || judged == JUDGED_MAX {
                wrong.extend(found);
                break (books, paid);
            }
            tokio::time::sleep(JUDGE_AGAIN).await;
        };
        let outcome = Outcome {
            kills: self.kills,
            seed,
            sent: sent.len(),
            acknowledged: acknowledged.len(),
            unknown_max,
            elapsed: began.elapsed(),
            waited,
            books,
            paid,
            wrong,
        };
        service.kill();
        channels.stop().await?;
        Ok(outcome)
    }

    /// The service after the last kill, what was sent, and how many were unknown at most.
    async fn kill_again_and_again(
        &self,
        program: &Program,
        channels: &Channels,
        seed: u64,
    ) -> Result<(Service, Vec<Sent>, usize), CliError> {
        let mut random = StdRng::seed_from_u64(seed);
        let mut service = program.start().await?;
        bank::open_accounts(&service.line).await?;
        let (mut sent, mut unknown_max) = (Vec::new(), 0);
        let progress = Progress::begin(self.kills);
        for kill in 1..=self.kills {
            let callers = Callers::begin(&service.line, seed, kill);
            let moment = Duration::from_millis(random.random_range(KILL_AFTER_MS));
            tokio::time::sleep(moment).await;
            service.kill();
            sent.extend(callers.end().await?);
            service = program.start().await?;
            if progress.is_told_at(kill) {
                let unknown = bank::count(&service.line, WithdrawalState::Unknown).await?;
                let settled = bank::count(&service.line, WithdrawalState::Settled).await?;
                unknown_max = unknown_max.max(unknown);
                let paid = channels.paid()?.by_withdrawal.len();
                progress.tell(kill, sent.len(), [settled, paid, unknown]);
            }
        }
        Ok((service, sent, unknown_max))
    }
}

/// A directory of the run's own.
fn directory() -> Result<PathBuf, CliError> {
    let id = RowId::from(Clock::System.new_id());
    let directory = std::env::temp_dir().join(format!("account-status-soak-{id}"));
    let io = |error| CliError::Io(format!("cannot make {}", directory.display()), error);
    std::fs::create_dir(&directory).map_err(io)?;
    Ok(directory)
}

/// Migrates the database, and sees to it that it has no accounts: what is there is not ours.
async fn without_accounts(settings: &Settings) -> Result<(), CliError> {
    let store = service::open(settings).await?;
    store.migrate_up().await?;
    let there = store.account_count_others(&[]).await?;
    store.close().await;
    if there == 0 {
        return Ok(());
    }
    let text = format!("the database has {there} accounts; a soak wants one without any");
    Err(CliError::Refused(text))
}

/// The address, with a free port where none is named.
fn free(listen: SocketAddr) -> Result<SocketAddr, CliError> {
    let io = |error| CliError::Io(format!("cannot listen on {listen}"), error);
    let listener = std::net::TcpListener::bind(listen).map_err(io)?;
    listener.local_addr().map_err(io)
}

/// Sends every request once more: what was acknowledged is answered as it was, and what was not takes
/// effect at most once. What is wrong with the answers.
async fn repeat_all(line: &Channel, sent: &[Sent]) -> Result<Vec<String>, CliError> {
    let repeated = futures::stream::iter(sent).map(async |sent| {
        let again = callers::withdraw(line.clone(), sent.request.clone()).await?;
        let request_id = &sent.request.request_id;
        Ok::<Option<String>, CliError>(match (&sent.acknowledged, again) {
            (_, None) => Some(format!("request {request_id} was not answered when repeated")),
            (Some(first), Some(again)) if *first != again => {
                Some(format!("request {request_id} was answered {first} and then {again}"))
            }
            (Some(_) | None, Some(_)) => None,
        })
    });
    let answers: Vec<Option<String>> =
        repeated.buffer_unordered(REPEATED_AT_ONCE).try_collect().await?;
    Ok(answers.into_iter().flatten().collect())
}

/// Waits until no withdrawal holds money, at most until the horizon; how long it took.
async fn until_nothing_is_open(line: &Channel) -> Result<Duration, CliError> {
    let began = Instant::now();
    for look in 0_u64.. {
        let standings = bank::standings(line).await?;
        let holding = standings.values().filter(|standing| standing.reserved_minor > 0).count();
        if holding == 0 || began.elapsed() > HORIZON {
            break;
        }
        if look % TELL_EVERY == 0 {
            let seconds = began.elapsed().as_secs();
            tell(&format!("soak: {holding} accounts have something open after {seconds} s"));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    Ok(began.elapsed())
}
