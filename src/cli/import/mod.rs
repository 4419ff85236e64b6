//! `import accounts|cards|freezes|transactions FILE`: takes a bank over from another system's files.
//!
//! The columns are those that bank developers know from the tables of the same names. A file is read
//! as a stream, in batches; after each batch a mark says how far the import has come, so that one
//! that was cut off goes on there. Every row is idempotent by itself, so that running a file again
//! changes nothing.

mod accounts;
mod cards;
mod columns;
mod commands;
mod freezes;
mod options;
mod progress;
mod rejects;
mod resume;
mod source;
mod transactions;
mod value;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use csv::Position;

use self::columns::{Known, Row};
use self::commands::{BATCH_ROWS, carry_out};
use self::options::Options;
use self::progress::{Progress, Tally};
use self::rejects::Rejects;
use self::resume::Run;
use self::source::Source;
use self::transactions::{Signs, WINDOW_ROWS};
use self::value::Formats;
use super::{CliError, print, warn_of_development_key};
use crate::clock::Clock;
use crate::config::Settings;
use crate::ledger::{Failure, LANE_QUEUE_MAX};
use crate::service::{self, Core};
use crate::store::Engine;
use crate::store::import_run::ImportKind;

/// Take a bank over from files of another system
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Accounts, one a row: account_id, account_number, account_name, account_status (two digits),
    /// status_desc, freeze_type, freeze_reason, freeze_date, last_transaction_date, customer_id,
    /// branch_code, record_status, currency, balance. An account that an authority froze
    /// (account_status 01 with freeze_type JUDICIAL) needs freeze_by and court_order_no, too, and may
    /// have authority_kind (COURT_CIVIL unless given) and expiry_date, the last day of the freeze
    Accounts(Options),
    /// Cards, after their accounts: card_number, account_number, and where there is such: card_status
    /// (VALID or LOST)
    Cards(Options),
    /// Freezes, after their accounts: freeze_id, account_number, freeze_type, freeze_reason,
    /// freeze_amount (empty = the whole account), freeze_date, expiry_date, freeze_by, court_order_no,
    /// unfreeze_condition, freeze_status, authority_kind (needed for JUDICIAL), and where there are
    /// such: currency, confidential, freeze_mode (TWO_WAY), ended_date. The freeze that stands for an
    /// account's status 01 or 03 gives way to the first of its rows in force
    Freezes(Options),
    /// Transactions, after their accounts; they move no balance: transaction_id, account_number,
    /// transaction_type, transaction_amount, direction (CREDIT or DEBIT), currency, transaction_date,
    /// transaction_time, counterparty_account, counterparty_name, risk_score, risk_flag, and where
    /// there are such: balance_after, initiator, entry_channel, purpose
    Transactions {
        #[command(flatten)]
        options: Options,
        /// The amount's sign says which way: - is a debit; there is no column direction
        #[arg(long)]
        signed_amounts: bool,
    },
}

/// What became of a batch.
#[derive(Debug, Default)]
struct Outcome {
    taken: u64,
    present: u64,
    rejected: Vec<(Position, String)>,
}

/// What to import and how it is read.
struct Job<'a> {
    kind: ImportKind,
    options: &'a Options,
    known: Known,
    /// What says how rows are read, beside the options that all kinds have.
    reading: &'static str,
    settings: &'a Settings,
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        warn_of_development_key(settings);
        let job = |kind, options, known, reading| Job { kind, options, known, reading, settings };
        match &self.what {
            What::Accounts(options) => {
                let job = job(ImportKind::Accounts, options, accounts::known(), "");
                job.run(accounts::parse, async |core, _run, rows| carry_out(core, rows).await).await
            }
            What::Cards(options) => {
                let job = job(ImportKind::Cards, options, cards::known(), "");
                let parse = |row: &Row<'_>, _formats: &Formats| cards::parse(row);
                job.run(parse, async |core, run_id, rows| cards::take(core, run_id, rows).await)
                    .await
            }
            What::Freezes(options) => {
                let job = job(ImportKind::Freezes, options, freezes::known(), "");
                job.run(freezes::parse, async |core, _run, rows| freezes::take(core, rows).await)
                    .await
            }
            What::Transactions { options, signed_amounts } => {
                let (signs, reading) = if *signed_amounts {
                    (Signs::Amount, "signed")
                } else {
                    (Signs::Direction, "")
                };
                let known = transactions::known(signs);
                let job = job(ImportKind::Transactions, options, known, reading);
                let parse = move |row: &Row<'_>, formats: &Formats| {
                    transactions::parse(row, formats, signs)
                };
                job.run(parse, async |core, run_id, rows| {
                    transactions::take(core, run_id, writers(core, settings), rows).await
                })
                .await
            }
        }
    }
}

/// Chunks that are written at once: as many as the store has connections that write.
fn writers(core: &Core, settings: &Settings) -> usize {
    match core.store.engine() {
        Engine::Sqlite => 1,
        Engine::Postgres => usize::try_from(settings.lanes).unwrap_or(1),
    }
}

impl Job<'_> {
    async fn run<T: Send + 'static>(
        self,
        parse: impl Fn(&Row<'_>, &Formats) -> Result<T, String> + Send + 'static,
        take: impl AsyncFn(&Core, i64, Vec<(Position, T)>) -> Result<Outcome, CliError>,
    ) -> Result<ExitCode, CliError> {
        let source = Source::open(&self.known, self.options)?;
        let formats = Formats {
            zone: self.settings.rules.zone,
            now: Clock::System.now(),
            date: self.options.date_format.clone(),
            time: self.options.time_format.clone(),
        };
        let parse = move |row: &Row<'_>| parse(row, &formats);
        if self.options.dry_run {
            return self.dry(source, parse).await;
        }
        let store = service::connect(self.settings).await?;
        let core = Core::start(store, Clock::System, self.settings);
        let done = self.take_all(&core, source, parse, take).await;
        core.drain(self.settings.drain).await;
        let (tally, text) = done?;
        print(&text)?;
        Ok(if tally.rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn batch_rows(&self) -> usize {
        let said = self.options.batch_rows.and_then(|rows| usize::try_from(rows).ok());
        match self.kind {
            ImportKind::Transactions => said.unwrap_or(WINDOW_ROWS),
            // More commands at once would not fit into a lane's queue.
            ImportKind::Accounts | ImportKind::Cards | ImportKind::Freezes => {
                said.unwrap_or(BATCH_ROWS).min(LANE_QUEUE_MAX)
            }
        }
    }

    async fn take_all<T: Send + 'static>(
        &self,
        core: &Core,
        source: Source,
        parse: impl Fn(&Row<'_>) -> Result<T, String> + Send + 'static,
        take: impl AsyncFn(&Core, i64, Vec<(Position, T)>) -> Result<Outcome, CliError>,
    ) -> Result<(Tally, String), CliError> {
        let reading =
            format!("{} {} {}", self.options.reading(), self.reading, self.settings.rules.zone);
        let (mut run, mut rejects) =
            Run::begin(core, self.kind, self.options, &reading, &source).await?;
        let mut tally = run.tally();
        let from = run.position();
        let done_bytes = from.as_ref().map_or(0, Position::byte);
        let mut progress = Progress::begin(source.size(), done_bytes, tally);
        let mut batches = source.read(from, self.batch_rows(), parse)?;
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            let outcome = take(core, run.id(), batch.rows).await?;
            tally.taken += outcome.taken;
            tally.present += outcome.present;
            tally.rejected += write(&mut rejects, batch.unreadable, outcome.rejected)?;
            run.mark(core, &batch.end, tally, rejects.sync()?).await?;
            progress.at(batch.end.position.byte(), tally);
        }
        run.finish(core).await?;
        Ok((tally, format!("{}{}\n", progress.end(tally), seen(&rejects))))
    }

    /// Reads all and tells what can't be read, without a database.
    async fn dry<T: Send + 'static>(
        &self,
        source: Source,
        parse: impl Fn(&Row<'_>) -> Result<T, String> + Send + 'static,
    ) -> Result<ExitCode, CliError> {
        let mut rejects = Rejects::beginning(&self.options.file, self.options.rejects())?;
        let (mut readable, mut rejected) = (0, 0);
        let mut batches = source.read(None, self.batch_rows(), parse)?;
        while let Some(batch) = batches.recv().await {
            let batch = batch?;
            readable += batch.rows.len();
            rejected += write(&mut rejects, batch.unreadable, Vec::new())?;
        }
        rejects.sync()?;
        print(&format!(
            "{readable} rows can be read, {rejected} rejected; nothing was written{}\n",
            seen(&rejects)
        ))?;
        Ok(if rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

/// Writes the rejects of a batch in the order of the file; answers how many.
fn write(
    rejects: &mut Rejects,
    unreadable: Vec<(Position, String)>,
    rejected: Vec<(Position, String)>,
) -> Result<u64, CliError> {
    let mut all = unreadable;
    all.extend(rejected);
    all.sort_by_key(|(at, _)| at.byte());
    for (at, reason) in &all {
        rejects.write(at, reason)?;
    }
    Ok(all.len() as u64)
}

fn seen(rejects: &Rejects) -> String {
    rejects.path().map_or_else(String::new, |path| format!(", see {}", path.display()))
}

/// An import that can't go on. What is done stays done.
fn interrupted(failure: Failure) -> CliError {
    CliError::Refused(format!(
        "the import was cut off ({failure}); run the same command again, it goes on where it was"
    ))
}
