//! The payout channels: simulators in this process, so that they outlive the service, each with a log
//! that says what it paid.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::judge::Paid;
use crate::cli::CliError;
use crate::clock::Clock;
use crate::simulator::delay::Delay;
use crate::simulator::log::{self, What};
use crate::simulator::{Options, ReportTo, Simulator, SimulatorError};

/// Their ids, and what each does with payouts.
const CHANNELS: [(&str, &str); 2] = [
    ("CH-A", "settle=50,accept=13,reject=10,busy=6,timeout=6,late=3,disappear=5,stall=3,return=4"),
    ("CH-B", "settle=70,accept=10,reject=6,timeout=6,disappear=8"),
];
/// Within how many seconds they say that they settle.
const PROMISE_SECS: u32 = 2;

/// Channels that serve until they are told to stop.
#[derive(Debug)]
pub(super) struct Channels {
    /// As `ID=URL`.
    pub(super) settings: Vec<String>,
    logs: Vec<PathBuf>,
    stop: watch::Sender<bool>,
    served: JoinSet<Result<(), SimulatorError>>,
}

impl Channels {
    /// Serves them on free ports; they report to the service.
    pub(super) async fn start(
        directory: &Path,
        seed: u64,
        service: SocketAddr,
    ) -> Result<Self, CliError> {
        let (stop, stopping) = watch::channel(false);
        let (mut settings, mut logs) = (Vec::new(), Vec::new());
        let mut served = JoinSet::new();
        for (id, mix) in CHANNELS {
            let io = |error| CliError::Io(format!("cannot listen for channel {id}"), error);
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.map_err(io)?;
            settings.push(format!("{id}=http://{}", listener.local_addr().map_err(io)?));
            let log_file = directory.join(format!("{id}.jsonl"));
            let options = Options {
                mix: Some(mix.parse().expect("it is a mix")),
                seed,
                promise: Delay::of_secs(PROMISE_SECS),
                reports: Some(ReportTo {
                    url: format!("http://{service}"),
                    channel_id: id.to_owned(),
                }),
                ..Options::new(&log_file)
            };
            logs.push(log_file);
            let simulator = Simulator::open(options, Clock::System).await?;
            let mut stopping = stopping.clone();
            served.spawn(async move {
                let told = async {
                    // A sender that is gone means stop, too.
                    let _stopped = stopping.wait_for(|stop| *stop).await;
                };
                simulator.serve(listener, told).await
            });
        }
        Ok(Self { settings, logs, stop, served })
    }

    /// What they have paid so far.
    pub(super) fn paid(&self) -> Result<Paid, CliError> {
        let mut paid = Paid { by_withdrawal: BTreeMap::new(), returned: BTreeSet::new() };
        for file in &self.logs {
            for fact in log::read(file).map_err(SimulatorError::from)? {
                match fact.what {
                    What::Paid { withdrawal_id, amount } => {
                        let keys = paid.by_withdrawal.entry(withdrawal_id.to_string()).or_default();
                        keys.push((fact.payout_key.to_string(), amount.minor));
                    }
                    What::Returned { withdrawal_id, .. } => {
                        paid.returned.insert(withdrawal_id.to_string());
                    }
                    What::Taken(_)
                    | What::Rejected { .. }
                    | What::Tombstone { .. }
                    | What::Forgotten { .. }
                    | What::Contradicted { .. }
                    | What::PutOff { .. }
                    | What::Lost { .. } => {}
                }
            }
        }
        Ok(paid)
    }

    /// Stops them, and waits until they have.
    pub(super) async fn stop(mut self) -> Result<(), CliError> {
        self.stop.send_replace(true);
        while let Some(served) = self.served.join_next().await {
            served.map_err(|_panicked| SimulatorError::Ended)??;
        }
        Ok(())
    }
}
