//! The demo's own payout channels: simulators on loopback, beside the service, unless the settings
//! name channels.

use std::path::{Path, PathBuf};
use std::time::Duration;

use http::Uri;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::story::channels::{BATCH, CARD, FAST, FX, LARGE};
use crate::cli::CliError;
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::id::ChannelId;
use crate::domain::money::Money;
use crate::pb::channel::v1;
use crate::pb::channel::v1::payout_channel_service_client::PayoutChannelServiceClient;
use crate::simulator::delay::Delay;
use crate::simulator::{Options, ReportTo, Simulator, SimulatorError};
use crate::store::withdrawal::WithdrawalFile;
use crate::wire;

/// Each, and after which time it settles what asks for nothing.
const CHANNELS: [(&str, Delay); 5] = [
    (FAST, Delay::ZERO),
    (CARD, Delay::of_secs(2)),
    (BATCH, Delay::of_secs(60)),
    (LARGE, Delay::of_secs(5)),
    (FX, Delay::of_secs(2)),
];
/// Which of them are settled with by statements, and how long after its period one is final.
const CUT_OFF: Delay = Delay::of_secs(60);
/// How long a channel is given to take what the story gave it; one that was told to be silent never
/// answers.
const PATIENCE: Duration = Duration::from_millis(500);

/// Channels that serve until they are told to stop.
#[derive(Debug)]
pub(super) struct Channels {
    stop: watch::Sender<bool>,
    served: JoinSet<Result<(), SimulatorError>>,
    places: Vec<(ChannelId, Uri)>,
}

impl Channels {
    /// Serves on free ports, and tells the settings where.
    pub(super) async fn start(settings: &mut Settings) -> Result<Self, CliError> {
        let (stop, stopping) = watch::channel(false);
        let (mut served, mut places) = (JoinSet::new(), Vec::new());
        for (id, delay) in CHANNELS {
            let io =
                |error| CliError::Io("cannot listen for the demo's channels".to_owned(), error);
            let listener = TcpListener::bind((settings.listen.ip(), 0)).await.map_err(io)?;
            let address = listener.local_addr().map_err(io)?;
            let mut options = Options::new(log_file(&settings.database_url, id));
            options.delay = delay;
            (options.statements, options.cut_off) = (true, Some(CUT_OFF));
            let url = format!("http://{}", settings.listen);
            options.reports = Some(ReportTo { url, channel_id: id.to_owned() });
            let simulator = Simulator::open(options, Clock::System).await?;
            let uri = format!("http://{address}").parse().expect("an address makes a URI");
            places.push((ChannelId::parse(id).expect("it is an id"), uri));
            let mut stopping = stopping.clone();
            served.spawn(async move {
                let told = async {
                    // A sender that is gone means stop, too.
                    let _stopped = stopping.wait_for(|stop| *stop).await;
                };
                simulator.serve(listener, told).await
            });
        }
        settings.payouts.channels.clone_from(&places);
        Ok(Self { stop, served, places })
    }

    /// Gives the channel of a withdrawal what the story gave it, so that it knows the payout when it
    /// is asked. It takes a key once, however often it comes.
    pub(super) async fn hand(
        &self,
        file: &WithdrawalFile,
        understood: Option<&str>,
    ) -> Result<(), CliError> {
        let open = file.attempts.last().filter(|attempt| attempt.is_open());
        let place = open.and_then(|open| self.places.iter().find(|(id, _)| *id == open.channel_id));
        let (Some(attempt), Some((_, uri))) = (open, place) else { return Ok(()) };
        let withdrawal = &file.withdrawal;
        let (minor, currency) = (withdrawal.amount_minor, withdrawal.currency_code);
        let mut amount = wire::money(Money { minor, currency });
        if let Some(understood) = understood {
            understood.clone_into(&mut amount.amount);
        }
        let beneficiary = &withdrawal.beneficiary;
        let submission = v1::SubmitPayoutRequest {
            payout_key: attempt.key().to_string(),
            routing_token: withdrawal.account_number.as_str().to_owned(),
            withdrawal_id: withdrawal.withdrawal_id.as_str().to_owned(),
            amount: Some(amount),
            payee: Some(v1::Payee {
                name: beneficiary.beneficiary_name.clone(),
                account_number: beneficiary.beneficiary_account.clone(),
                bank_code: beneficiary.beneficiary_bank_code.clone(),
                bank_name: beneficiary.beneficiary_bank_name.clone(),
                kind: v1::PayeeKind::Organisation.into(),
            }),
            reference: withdrawal.reference.clone(),
            ..v1::SubmitPayoutRequest::default()
        };
        let line = tonic::transport::Endpoint::from(uri.clone()).connect_lazy();
        let mut client = PayoutChannelServiceClient::new(line);
        match tokio::time::timeout(PATIENCE, client.submit_payout(submission)).await {
            Ok(Ok(_)) | Err(_) => Ok(()),
            Ok(Err(status)) => {
                let text = format!("a channel of the demo refuses a payout: {:?}", status.code());
                Err(CliError::Refused(text))
            }
        }
    }

    /// Tells them to stop, and waits until they have.
    pub(super) async fn stop(mut self) -> Result<(), CliError> {
        self.stop.send_replace(true);
        while let Some(served) = self.served.join_next().await {
            served.map_err(|_panicked| SimulatorError::Ended)??;
        }
        Ok(())
    }
}

/// The logs of all channels: beside the demo's database file; in this directory where the database
/// is a server's.
pub(super) fn log_files(database_url: &str) -> impl Iterator<Item = PathBuf> {
    CHANNELS.map(|(id, _)| log_file(database_url, id)).into_iter()
}

/// The log of one of them.
pub(super) fn log_file(database_url: &str, id: &str) -> PathBuf {
    let file = database_url.strip_prefix("sqlite://").unwrap_or("account-status-demo.db");
    let file = file.split('?').next().unwrap_or(file);
    Path::new(file).with_extension(format!("{id}.jsonl"))
}
