//! `simulate-channel`: serves a payout channel that does what payouts ask it to do, or reads the log
//! of one.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;

use super::{CliError, print, serve};
use crate::clock::Clock;
use crate::config::{Given, Settings};
use crate::service;
use crate::simulator::behaviour::DIRECTIVES;
use crate::simulator::delay::Delay;
use crate::simulator::log::Tally;
use crate::simulator::mix::Mix;
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
    /// The same seed and mix do the same to the same payout key
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// Within which time the channel says that it ordinarily settles
    #[arg(long, value_name = "TIME", default_value = "60s")]
    promise: Delay,
    /// Don't declare that a key may be submitted again
    #[arg(long)]
    no_idempotent_submit: bool,
    /// Report what happens after the answers to this account-status service
    #[arg(long, value_name = "URL", requires = "channel_id")]
    report_to: Option<String>,
    /// The channel's id at that service
    #[arg(long, value_name = "ID")]
    channel_id: Option<String>,
    /// Don't serve: count what a log says, and exit with 1 if a withdrawal was paid more than once
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
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
        let listener = service::listen(settings).await?;
        let file = self.log_file.display().to_string();
        let simulator = Simulator::open(self.options(settings), Clock::System).await?;
        let payouts = simulator.payouts();
        print(&format!("channel on {}, log {file}, {payouts} payouts in it\n", settings.listen))?;
        simulator.serve(listener, serve::wait_for_signal()).await?;
        Ok(ExitCode::SUCCESS)
    }

    fn options(self, settings: &Settings) -> Options {
        let reports = self.report_to.zip(self.channel_id);
        Options {
            log_file: self.log_file,
            delay: self.delay,
            mix: self.mix,
            seed: self.seed,
            promise: self.promise,
            idempotent_submit: !self.no_idempotent_submit,
            reports: reports.map(|(url, channel_id)| ReportTo { url, channel_id }),
            drain: settings.drain,
        }
    }
}

fn report(file: &Path) -> Result<ExitCode, CliError> {
    let tally = Tally::of(file).map_err(SimulatorError::from)?;
    let twice = tally.paid_more_than_once();
    let mut said = format!(
        "{} taken, {} paid, {} rejected, {} tombstones, {} returned, {} put off, {} disappeared\n",
        tally.taken,
        tally.paid,
        tally.rejected,
        tally.tombstones,
        tally.returned,
        tally.put_off,
        tally.lost,
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
