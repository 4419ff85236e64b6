//! The command line: one file per command. Commands print to standard output; logs go to standard
//! error.

mod demo;
mod import;
mod import_statement;
mod load;
mod migrate;
mod query;
mod serve;
mod simulate_channel;
mod soak;
mod verify_history;

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{ConfigError, Given, Settings};
use crate::service::ServiceError;
use crate::telemetry;

/// Tells whether a bank account may move money now, and why not; pays withdrawals out exactly once.
#[derive(Debug, Parser)]
#[command(name = "account-status", version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    #[command(flatten, next_help_heading = "Settings")]
    given: Given,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the gRPC API
    Serve,
    /// Serve on an embedded database with demo accounts, and print commands to paste
    Demo(demo::Demo),
    /// Bring the schema up to date, or show where it is
    Migrate(migrate::Migrate),
    /// Take a bank over from files of another system
    Import(import::Import),
    /// Hand a channel's statement to a running service
    ImportStatement(import_statement::ImportStatement),
    /// Call a running service as fast as so many callers can, and print the rate
    Load(load::Load),
    /// Serve a payout channel that does what payouts ask it to do
    SimulateChannel(simulate_channel::SimulateChannel),
    /// Kill the service again and again while withdrawals are paid, and judge what comes of it
    Soak(soak::Soak),
    /// Show the status of an account
    Query(query::Query),
    /// Check that no row of the status history was edited, lost or cut off
    VerifyHistory(verify_history::VerifyHistory),
}

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Settings.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// The log filter.
    #[error(transparent)]
    Log(#[from] telemetry::BadFilter),
    /// The service.
    #[error(transparent)]
    Service(#[from] ServiceError),
    /// The channel simulator.
    #[error(transparent)]
    Simulator(#[from] crate::simulator::SimulatorError),
    /// The database.
    #[error(transparent)]
    Store(#[from] crate::store::Error),
    /// Output, or a file.
    #[error("{0}")]
    Io(String, #[source] std::io::Error),
    /// A CSV file.
    #[error("{0}")]
    Csv(String, #[source] csv::Error),
    /// What the command was asked for can't be done.
    #[error("{0}")]
    Refused(String),
}

/// Reads the command line and runs the command.
///
/// # Errors
/// Why it failed.
pub async fn run() -> Result<ExitCode, CliError> {
    let cli = Cli::parse();
    let settings = if matches!(cli.command, Command::Demo(_)) {
        cli.given.settings_on(demo::DATABASE_URL)?
    } else if matches!(cli.command, Command::SimulateChannel(_)) {
        cli.given.settings_or(simulate_channel::defaults())?
    } else if matches!(cli.command, Command::Soak(_)) {
        cli.given.settings_or(soak::defaults())?
    } else {
        cli.given.settings()?
    };
    telemetry::start(&settings)?;
    match cli.command {
        Command::Serve => serve::run(&settings).await,
        Command::Demo(demo) => demo.run(settings).await,
        Command::Migrate(migrate) => migrate.run(&settings).await,
        Command::Import(import) => import.run(&settings).await,
        Command::ImportStatement(import) => import.run().await,
        Command::Load(load) => load.run(&settings).await,
        Command::SimulateChannel(simulate) => simulate.run(&settings).await,
        Command::Soak(soak) => soak.run(settings).await,
        Command::Query(query) => query.run(&settings).await,
        Command::VerifyHistory(verify) => verify.run(&settings).await,
    }
}

/// Prints to standard output. A reader that went away (`| head`) is no error.
fn print(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(CliError::Io("cannot write to standard output".to_owned(), error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Warns when the history chain has no key of its own.
fn warn_of_development_key(settings: &Settings) {
    if !settings.history_key_is_set {
        tracing::warn!("no --history-key is set: the status history is chained with a public key");
    }
}
