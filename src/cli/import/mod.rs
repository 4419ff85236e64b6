//! `import accounts FILE.csv`: takes accounts over from another system.
//!
//! The columns are those that bank developers know from `account_master`, plus currency and
//! balance. A status code becomes its condition. Each row is a command with an id of its own
//! account, so running the file again changes nothing.

mod rejects;

use std::fs::File;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeZone, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand};
use csv::{Position, StringRecord};
use futures::stream::{self, StreamExt};
use serde::Deserialize;

use self::rejects::{Rejects, beside};
use super::{CliError, print, warn_of_development_key};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::act::import_account::{ImportAccount, ImportedOrder};
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::freeze::kind::{self, AuthorityKind, Makes};
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::money::{Currency, Money};
use crate::domain::principal::Principal;
use crate::domain::status::AccountStatus;
use crate::domain::terms;
use crate::domain::transaction::EntryChannel;
use crate::ledger::Failure;
use crate::service::{self, Core};

/// Rows under way at once: enough to fill commits, few enough to stay within the lanes' queues.
const IN_FLIGHT: usize = 512;
/// Rows between two lines of progress.
const PROGRESS_EVERY: u64 = 10_000;
const ROW_DEADLINE: Duration = Duration::from_secs(60);
const TEXT_MAX_CHARS: usize = 140;

/// Take accounts over from files of another system
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
    Accounts(Accounts),
}

#[derive(Debug, Args)]
struct Accounts {
    /// The CSV file, UTF-8 with a header line
    file: PathBuf,
    /// Where rows that can't be taken go, with line and reason [default: FILE.rejects.csv]
    #[arg(long, value_name = "FILE")]
    rejects: Option<PathBuf>,
}

/// A row as the file has it. Columns that the service derives itself are read past.
#[derive(Debug, Deserialize)]
struct Row {
    account_number: String,
    #[serde(default)]
    account_id: String,
    #[serde(default)]
    account_name: String,
    account_status: String,
    #[serde(default)]
    freeze_type: String,
    #[serde(default)]
    freeze_by: String,
    #[serde(default)]
    court_order_no: String,
    #[serde(default)]
    authority_kind: String,
    #[serde(default)]
    expiry_date: String,
    #[serde(default)]
    freeze_reason: String,
    #[serde(default)]
    freeze_date: String,
    #[serde(default)]
    last_transaction_date: String,
    #[serde(default)]
    customer_id: String,
    #[serde(default)]
    branch_code: String,
    #[serde(default)]
    record_status: String,
    currency: String,
    balance: String,
}

impl Import {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        warn_of_development_key(settings);
        match self.what {
            What::Accounts(accounts) => accounts.run(settings).await,
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    taken: u64,
    rejected: u64,
}

impl Accounts {
    async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        let mut reader =
            csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(&self.file).map_err(
                |error| CliError::Csv(format!("cannot read {}", self.file.display()), error),
            )?;
        let rejects = self.rejects.clone().unwrap_or_else(|| beside(&self.file));
        let mut rejects = Rejects::beginning(&self.file, rejects)?;
        let store = service::connect(settings).await?;
        let core = Core::start(store, Clock::System, settings);
        let tally = take_all(&mut reader, &core, settings.rules.zone, &mut rejects).await;
        core.drain(settings.drain).await;
        let tally = tally?;
        let rejected = rejects.finish()?;
        print(&format!("{} rows taken, {} rejected{rejected}\n", tally.taken, tally.rejected))?;
        Ok(if tally.rejected == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

async fn take_all(
    reader: &mut csv::Reader<File>,
    core: &Core,
    zone: Tz,
    rejects: &mut Rejects,
) -> Result<Tally, CliError> {
    let started = Instant::now();
    let mut tally = Tally::default();
    let headers = reader
        .headers()
        .map_err(|error| CliError::Csv("cannot read the header line".to_owned(), error))?
        .clone();
    let rows = reader.records().map(|record| row(record, &headers));
    let mut answers = stream::iter(rows)
        .map(|(at, row)| async move { (at, take(row, core, zone).await) })
        .buffered(IN_FLIGHT);
    while let Some((at, answer)) = answers.next().await {
        match answer {
            Ok(()) => tally.taken += 1,
            Err(reason) => {
                tally.rejected += 1;
                rejects.write(&at, &reason)?;
            }
        }
        if (tally.taken + tally.rejected) % PROGRESS_EVERY == 0 {
            let rows = tally.taken + tally.rejected;
            let seconds = started.elapsed().as_secs().max(1);
            tracing::info!(
                rows,
                rejected = tally.rejected,
                rows_per_second = rows / seconds,
                "importing"
            );
        }
    }
    Ok(tally)
}

/// A row, and where the reader stood before it.
fn row(
    record: csv::Result<StringRecord>,
    headers: &StringRecord,
) -> (Position, Result<Row, csv::Error>) {
    let (at, row) = match record {
        Ok(record) => (record.position().cloned(), record.deserialize(Some(headers))),
        Err(error) => (error.position().cloned(), Err(error)),
    };
    (at.unwrap_or_else(Position::new), row)
}

async fn take(row: Result<Row, csv::Error>, core: &Core, zone: Tz) -> Result<(), String> {
    let row = row.map_err(|error| error.to_string())?;
    let now = core.clock.now();
    let (account_number, import) = parse(&row, zone, now)?;
    let id = format!("import:{}", account_number.as_str());
    let envelope = Envelope {
        principal: Principal::service("import"),
        account_number,
        request_id: RequestId::internal(&id),
        deadline: Instant::now() + ROW_DEADLINE,
        expected_version: None,
        effect: Effect::Take,
        entry_channel: EntryChannel::Unspecified,
        command: Command::ImportAccount(import),
    };
    match core.ledger.submit(envelope).await {
        Ok(_receipt) => Ok(()),
        Err(Failure::Refused(refused)) => {
            let reason = refused.reason();
            Err(match reason {
                crate::domain::refusal::Reason::RequestIdReused => {
                    "the account was imported before with other content".to_owned()
                }
                _ => format!("{}: {}", reason.name(), crate::text::reason_message(reason)),
            })
        }
        Err(failure) => Err(failure.to_string()),
    }
}

fn parse(
    row: &Row,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<(AccountNumber, ImportAccount), String> {
    let number = AccountNumber::parse(&row.account_number)
        .ok_or("account_number must have 1 to 34 letters and digits")?;
    if !matches!(row.record_status.as_str(), "" | "1") {
        return Err("record_status is not 1: the row is not valid".to_owned());
    }
    let status = AccountStatus::from_code(&row.account_status)
        .ok_or("account_status must be a code from 00 to 10")?;
    let currency = Currency::from_code(&row.currency).ok_or("currency must be an ISO 4217 code")?;
    let balance =
        Money::parse(&row.balance, currency).map_err(|error| format!("balance {error}"))?;
    let empty_only = [AccountStatus::Opening, AccountStatus::OpenFailed, AccountStatus::Closed];
    if balance.minor != 0 && empty_only.contains(&status) {
        return Err(format!("an account with status {} cannot have a balance", status.code()));
    }
    let texts = [
        ("account_id", &row.account_id),
        ("account_name", &row.account_name),
        ("customer_id", &row.customer_id),
        ("branch_code", &row.branch_code),
        ("freeze_reason", &row.freeze_reason),
        ("freeze_by", &row.freeze_by),
        ("court_order_no", &row.court_order_no),
    ];
    for (name, text) in texts {
        if text.chars().count() > TEXT_MAX_CHARS || text.chars().any(char::is_control) {
            return Err(format!("{name} is too long or has control characters"));
        }
    }
    let since = time("freeze_date", &row.freeze_date, zone, now)?;
    let last = time("last_transaction_date", &row.last_transaction_date, zone, now)?;
    let account_id =
        if row.account_id.is_empty() { row.account_number.clone() } else { row.account_id.clone() };
    let import = ImportAccount {
        account_id,
        account_name: row.account_name.clone(),
        customer_id: row.customer_id.clone(),
        branch_code: row.branch_code.clone(),
        balance,
        status,
        reason: row.freeze_reason.clone(),
        since,
        order: order(row, status, zone, now)?,
        last_transaction_time: last,
    };
    Ok((number, import))
}

/// The authority's order behind a freeze, if there is one. A type that the status doesn't bear out
/// is refused: the row may leave out a freeze that is in force.
fn order(
    row: &Row,
    status: AccountStatus,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<ImportedOrder>, String> {
    match (status, row.freeze_type.as_str()) {
        (_, "") | (AccountStatus::Frozen, "BANK") | (AccountStatus::Lost, "CUSTOMER") => {
            return Ok(None);
        }
        (AccountStatus::Frozen, "JUDICIAL") => {}
        (_, "BANK" | "CUSTOMER" | "JUDICIAL") => {
            let (freeze_type, code) = (&row.freeze_type, status.code());
            return Err(format!("freeze_type {freeze_type} contradicts account_status {code}"));
        }
        (_, _) => return Err("freeze_type must be JUDICIAL, BANK or CUSTOMER".to_owned()),
    }
    if row.freeze_by.is_empty() || row.court_order_no.is_empty() {
        return Err("freeze_type JUDICIAL needs freeze_by and court_order_no".to_owned());
    }
    let kind = match row.authority_kind.as_str() {
        "" => AuthorityKind::CourtCivil,
        text => text.parse().ok().filter(|kind| freezes(*kind)).ok_or(
            "authority_kind must be one of an authority that may freeze, such as COURT_CIVIL",
        )?,
    };
    let expiry_date = match row.expiry_date.as_str() {
        "" => None,
        text => {
            let day: NaiveDate = text.parse().map_err(|_error: chrono::ParseError| {
                "expiry_date must be a date such as 2027-03-10".to_owned()
            })?;
            let end = terms::day_end(day, zone).filter(|end| terms::within_calendar(*end));
            if end.is_none_or(|end| end <= now) {
                return Err("expiry_date lies in the past or beyond the calendar".to_owned());
            }
            Some(day)
        }
    };
    Ok(Some(ImportedOrder {
        authority_kind: kind,
        freeze_by: row.freeze_by.clone(),
        court_order_no: row.court_order_no.clone(),
        expiry_date,
    }))
}

fn freezes(kind: AuthorityKind) -> bool {
    kind::rule(kind).makes == Makes::Freeze
        && !matches!(kind, AuthorityKind::Bank | AuthorityKind::Customer)
}

/// A local date or time; empty = not known. A day counts from its first instant.
fn time(
    name: &str,
    text: &str,
    zone: Tz,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, String> {
    if text.is_empty() {
        return Ok(None);
    }
    let wrong = || format!("{name} must be a date such as 2026-03-10 or 2026-03-10 10:00:00");
    let at = if let Ok(day) = text.parse::<NaiveDate>() {
        terms::day_start(day, zone)
    } else {
        let local = ["%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
            .ok_or_else(wrong)?;
        zone.from_local_datetime(&local).earliest().map(|at| at.with_timezone(&Utc))
    };
    let at = at.filter(|at| terms::within_calendar(*at)).ok_or_else(wrong)?;
    if at > now { Err(format!("{name} lies in the future")) } else { Ok(Some(at)) }
}
