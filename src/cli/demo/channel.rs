//! The demo's own payout channel: the simulator on loopback, beside the service, unless the settings
//! name channels.

use std::path::{Path, PathBuf};

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::cli::CliError;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::id::ChannelId;
use crate::simulator::{Options, ReportTo, Simulator, SimulatorError};

/// Its id.
pub(super) const ID: &str = "CH-SIM";

/// A channel that serves until it is told to stop.
#[derive(Debug)]
pub(super) struct Channel {
    stop: watch::Sender<bool>,
    served: JoinSet<Result<(), SimulatorError>>,
}

impl Channel {
    /// Serves on a free port, and makes it the one channel of the settings.
    pub(super) async fn start(settings: &mut Settings) -> Result<Self, CliError> {
        let io = |error| CliError::Io("cannot listen for the demo's channel".to_owned(), error);
        let listener = TcpListener::bind((settings.listen.ip(), 0)).await.map_err(io)?;
        let address = listener.local_addr().map_err(io)?;
        let mut options = Options::new(log_file(&settings.database_url));
        options.reports = Some(ReportTo {
            url: format!("http://{}", settings.listen),
            channel_id: ID.to_owned(),
        });
        let simulator = Simulator::open(options, Clock::System).await?;
        let id = ChannelId::parse(ID).expect("it is an id");
        let uri = format!("http://{address}").parse().expect("an address makes a URI");
        settings.rules.payouts.channels = vec![id.clone()];
        settings.payouts.channels = vec![(id, uri)];
        let (stop, mut stopping) = watch::channel(false);
        let mut served = JoinSet::new();
        served.spawn(async move {
            let told = async {
                // A sender that is gone means stop, too.
                let _stopped = stopping.wait_for(|stop| *stop).await;
            };
            simulator.serve(listener, told).await
        });
        Ok(Self { stop, served })
    }

    /// Tells it to stop, and waits until it has.
    pub(super) async fn stop(mut self) -> Result<(), CliError> {
        self.stop.send_replace(true);
        match self.served.join_next().await {
            Some(Ok(served)) => Ok(served?),
            Some(Err(_)) | None => Err(CliError::from(SimulatorError::Ended)),
        }
    }
}

/// Beside the demo's database file; in this directory where the database is a server's.
pub(super) fn log_file(database_url: &str) -> PathBuf {
    let file = database_url.strip_prefix("sqlite://").unwrap_or("account-status-demo.db");
    let file = file.split('?').next().unwrap_or(file);
    Path::new(file).with_extension("channel.jsonl")
}
