//! `simulate-channel`: serves a payout channel that does what payouts ask it to do, or reads the log
//! of one: as a judge, or as the channel's statement.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::{Args, value_parser};

use super::{CliError, print, serve};
use crate::clock::Clock;
use crate::config::{Given, Settings};
use crate::service;
use crate::simulator::behaviour::DIRECTIVES;
use crate::simulator::delay::Delay;
use crate::simulator::latency::Latency;
use crate::simulator::log::Tally;
use crate::simulator::mix::Mix;
use crate::simulator::outage::{Switch, Window};
use crate::simulator::reporting::Reporting;
use crate::simulator::statement::{self, Period};
use crate::simulator::{Options, ReportTo, Simulator, SimulatorError};

/// Beside the service's own port.
const LISTEN: std::net::SocketAddr =
    std::net::SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 50_061);

/// Serve a payout channel that does what payouts ask it to do
#[derive(Debug, Args)]
#[command(after_help = directives())]
pub(super) struct SimulateChannel {
    /// Where the channel writes down what it took and paid; it goes on there after a restart
    #[arg(long, value_name = "FILE", default_value = "account-status-channel.jsonl")]
    log_file: PathBuf,
    /// After which time a payout settles that asks for nothing
    #[arg(long, value_name = "TIME", default_value = "0ms")]
    delay: Delay,
    /// What happens to payouts that ask for nothing: directives with weights, as in
    /// settle=90,reject=4,timeout=2,late=2,disappear=2
    #[arg(long, value_name = "MIX")]
    mix: Option<Mix>,
    /// How long answers take, those to probes included: 50ms, uniform:10ms..50ms, normal:50ms,10ms
    /// (mean, standard deviation), lognormal:20ms,2s (median, 99th percentile), p50=20ms,p99=2s
    #[arg(long, value_name = "SPEC", default_value = "0ms")]
    latency: Latency,
    /// When the channel is out of order, counted from its start: 30s+10s (from 30 s on, for 10 s) or
    /// every=60s,for=5s (from 60 s on), after one of refuse: (answers UNAVAILABLE; also when left
    /// out), hang: (holds calls and never answers), drop: (breaks calls off, nothing is written) or
    /// after: (breaks calls off after everything is written and paid). Repeatable
    #[arg(long, value_name = "SPEC")]
    outage: Vec<Window>,
    /// While this file is there, its one word (refuse, hang, drop or after) is in force; looked at
    /// each 100 ms
    #[arg(long, value_name = "FILE")]
    outage_file: Option<PathBuf>,
    /// The same seed does the same to the same payout key
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Within which time the channel says that it ordinarily settles
    #[arg(long, value_name = "TIME", default_value = "60s")]
    promise: Delay,
    /// Don't declare that a key may be submitted again
    #[arg(long)]
    no_idempotent_submit: bool,
    /// Declare that the channel delivers statements
    #[arg(long)]
    statements: bool,
    /// Declare that a day's statement is final this long after the day's end: a payout that it
    /// doesn't list counts as not paid, so let no payout take longer
    #[arg(long, value_name = "TIME", requires = "statements")]
    cut_off: Option<Delay>,
    /// Report what happens after the answers to this account-status service
    #[arg(long, value_name = "URL", requires = "channel_id")]
    report_to: Option<String>,
    /// The channel's id at that service
    #[arg(long, value_name = "ID")]
    channel_id: Option<String>,
    /// Of how many in a hundred reports a second copy is sent
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = value_parser!(u8).range(..=100))]
    report_twice: u8,
    /// How many in a hundred reports are not sent
    #[arg(long, value_name = "PERCENT", default_value_t = 0, value_parser = value_parser!(u8).range(..=100))]
    report_lose: u8,
    /// Send each report up to so much later, so that some overtake others
    #[arg(long, value_name = "TIME", default_value = "0ms")]
    report_shuffle: Delay,
    /// How many reports are sent in a minute about keys that never existed
    #[arg(long, value_name = "N", default_value_t = 0)]
    report_strays: u32,
    /// Don't serve: count what a log says, and exit with 1 if a withdrawal was paid more than once
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    /// Don't serve: print, as CSV, what a log says was paid, came back or was rejected for ever
    #[arg(long, value_name = "FILE", conflicts_with = "report")]
    statement: Option<PathBuf>,
    /// The first instant of the statement, as in 2026-03-10T00:00:00+08:00
    #[arg(long, value_name = "TIME", requires = "statement", value_parser = instant)]
    from: Option<DateTime<Utc>>,
    /// The first instant after the statement
    #[arg(long, value_name = "TIME", requires = "statement", value_parser = instant)]
    until: Option<DateTime<Utc>>,
}

/// Where the simulator serves when nothing is said.
pub(super) fn defaults() -> Given {
    Given { listen: Some(LISTEN), ..Given::default() }
}

impl SimulateChannel {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        if let Some(file) = &self.report {
            return report(file);
        }
        if let Some(file) = &self.statement {
            let period = Period { from: self.from, until: self.until };
            let rows = statement::rows(file, period).map_err(SimulatorError::from)?;
            print(&statement::csv(&rows))?;
            return Ok(ExitCode::SUCCESS);
        }
        let signals = serve::Signals::hear();
        let listener = service::listen(settings).await?;
        let file = self.log_file.display().to_string();
        let simulator = Simulator::open(self.options(settings), Clock::System).await?;
        let payouts = simulator.payouts();
        print(&format!("channel on {}, log {file}, {payouts} payouts in it\n", settings.listen))?;
        simulator.serve(listener, signals.wait()).await?;
        Ok(ExitCode::SUCCESS)
    }

    fn options(self, settings: &Settings) -> Options {
        let reports = self.report_to.zip(self.channel_id);
        Options {
            log_file: self.log_file,
            delay: self.delay,
            mix: self.mix,
            seed: self.seed,
            latency: self.latency,
            outages: self.outage,
            switch: Switch::default(),
            outage_file: self.outage_file,
            promise: self.promise,
            idempotent_submit: !self.no_idempotent_submit,
            statements: self.statements,
            cut_off: self.cut_off,
            reports: reports.map(|(url, channel_id)| ReportTo { url, channel_id }),
            reporting: Reporting {
                twice_percent: self.report_twice,
                lose_percent: self.report_lose,
                shuffle: self.report_shuffle,
                strays_per_minute: self.report_strays,
            },
            drain: settings.drain,
        }
    }
}

fn report(file: &Path) -> Result<ExitCode, CliError> {
    let tally = Tally::of(file).map_err(SimulatorError::from)?;
    let twice = tally.paid_more_than_once();
    let mut said = format!(
        "{} taken, {} paid, {} rejected, {} tombstones, {} returned, {} put off, {} disappeared, \
         {} forgotten, {} silent, {} contradicted\n",
        tally.taken,
        tally.paid,
        tally.rejected,
        tally.tombstones,
        tally.returned,
        tally.put_off,
        tally.lost,
        tally.forgotten,
        tally.silent,
        tally.contradicted,
    );
    for (withdrawal, keys) in &twice {
        let keys: Vec<&str> = keys.iter().copied().collect();
        // Writing to a String can't fail.
        let _written =
            writeln!(said, "withdrawal {withdrawal} paid more than once: {}", keys.join(", "));
    }
    if twice.is_empty() {
        said.push_str("no withdrawal was paid more than once\n");
    }
    print(&said)?;
    Ok(if twice.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// An instant with its offset, as RFC 3339 writes it.
fn instant(text: &str) -> Result<DateTime<Utc>, String> {
    let instant = DateTime::parse_from_rfc3339(text).map(|instant| instant.to_utc());
    instant.map_err(|error| format!("must be as in 2026-03-10T00:00:00+08:00: {error}"))
}

/// The directives, as help shows them.
fn directives() -> String {
    let width = DIRECTIVES.iter().map(|(usage, _)| usage.len()).max().unwrap_or_default();
    let mut text = "A payout asks for what happens to it by one word of its reference, as in \
                    \"rent sim:settle=2s\":\n"
        .to_owned();
    for (usage, meaning) in DIRECTIVES {
        // Writing to a String can't fail.
        let _written = writeln!(text, "  sim:{usage:width$}  {meaning}");
    }
    text.push_str("TIME: 500ms, 2s, 1m, at most 24h. REASON: a RejectReason, as in CHANNEL_BUSY.");
    text
}
