//! The payout-channel simulator over gRPC: each behaviour, and that its log is the truth.

mod behaviours;
mod latencies;
mod lost;
mod misreports;
mod outages;
mod reports;
mod restart;
mod statements;
mod voids;

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use account_status::clock::Clock;
use account_status::pb::channel::v1::payout_channel_service_client::PayoutChannelServiceClient;
use account_status::pb::channel::v1::payout_result::Result as Told;
use account_status::pb::channel::v1::*;
use account_status::simulator::log::{Fact, What, read};
use account_status::simulator::{Options, Simulator};
use chrono::TimeDelta;
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic::{Request, Status};

use crate::harness::calls::cny;
use crate::harness::start_time;

/// A channel in this process, with a clock that stands still until the test sets it.
struct Simulated {
    client: PayoutChannelServiceClient<Channel>,
    clock: Clock,
    directory: tempfile::TempDir,
    stop: Option<oneshot::Sender<()>>,
    tasks: JoinSet<()>,
}

impl Simulated {
    async fn open() -> Self {
        Self::open_with(|_options| {}).await
    }

    async fn open_with(set: impl FnOnce(&mut Options)) -> Self {
        let directory = tempfile::tempdir().unwrap();
        Self::on(directory, Clock::manual(start_time(), 7), set).await
    }

    async fn on(
        directory: tempfile::TempDir,
        clock: Clock,
        set: impl FnOnce(&mut Options),
    ) -> Self {
        let mut options = Options::new(log_in(directory.path()));
        set(&mut options);
        let simulator = Simulator::open(options, clock.clone()).await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address: SocketAddr = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel::<()>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let stopped = async { stopped.await.unwrap_or_default() };
            simulator.serve(listener, stopped).await.unwrap();
        });
        let target = format!("http://{address}");
        let client = PayoutChannelServiceClient::connect(target).await.unwrap();
        Self { client, clock, directory, stop: Some(stop), tasks }
    }

    /// Stops it, and starts it again on the same log.
    async fn restart(self) -> Self {
        self.restart_with(|_options| {}).await
    }

    /// The same, with options.
    async fn restart_with(mut self, set: impl FnOnce(&mut Options)) -> Self {
        self.stop.take().unwrap().send(()).unwrap();
        self.tasks.join_next().await.unwrap().unwrap();
        let Self { clock, directory, .. } = self;
        Self::on(directory, clock, set).await
    }

    fn later(&self, secs: i64) {
        self.clock.set(self.clock.now() + TimeDelta::seconds(secs));
    }

    async fn try_submit(&self, request: SubmitPayoutRequest) -> Result<Told, Status> {
        let answer = self.client.clone().submit_payout(request).await?;
        Ok(answer.into_inner().result.unwrap().result.unwrap())
    }

    async fn submit(&self, key: &str, reference: &str) -> Told {
        self.try_submit(payout(key, reference)).await.unwrap()
    }

    /// Submits without waiting for an answer that never comes: gives the channel up after a moment,
    /// but not before it has written the payout down.
    async fn submit_unanswered(&self, key: &str, reference: &str) {
        let facts = self.facts().len();
        let mut request = Request::new(payout(key, reference));
        request.set_timeout(Duration::from_secs(60));
        let mut client = self.client.clone();
        tokio::select! {
            answer = client.submit_payout(request) => panic!("it was answered: {answer:?}"),
            () = self.written(facts + 1) => {}
        }
    }

    /// Waits until the log has so many facts.
    async fn written(&self, facts: usize) {
        let waiting = async {
            while self.facts().len() < facts {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), waiting).await.expect("facts are missing");
    }

    async fn get(&self, key: &str) -> Told {
        let request = GetPayoutRequest { payout_key: key.to_owned() };
        let answer = self.client.clone().get_payout(request).await.unwrap();
        answer.into_inner().result.unwrap().result.unwrap()
    }

    async fn probe(&self) -> Result<Capabilities, Status> {
        let answer = self.client.clone().probe(ProbeRequest {}).await?;
        Ok(answer.into_inner().capabilities.unwrap())
    }

    async fn void(&self, key: &str) -> Told {
        let request = VoidPayoutRequest { payout_key: key.to_owned() };
        let answer = self.client.clone().void_payout(request).await.unwrap();
        answer.into_inner().result.unwrap().result.unwrap()
    }

    fn facts(&self) -> Vec<Fact> {
        read(&log_in(self.directory.path())).unwrap()
    }

    /// How often a key was paid.
    fn paid(&self, key: &str) -> usize {
        let paid =
            |fact: &&Fact| &*fact.payout_key == key && matches!(fact.what, What::Paid { .. });
        self.facts().iter().filter(paid).count()
    }
}

fn log_in(directory: &Path) -> std::path::PathBuf {
    directory.join("channel.jsonl")
}

/// A payout of 10.50 CNY of the withdrawal `w`.
fn payout(key: &str, reference: &str) -> SubmitPayoutRequest {
    SubmitPayoutRequest {
        payout_key: key.to_owned(),
        routing_token: "token".to_owned(),
        withdrawal_id: "w".to_owned(),
        amount: cny("10.50"),
        payee: Some(Payee {
            name: "Example Payee".to_owned(),
            account_number: "9990111122223333".to_owned(),
            bank_code: "999100000001".to_owned(),
            bank_name: String::new(),
            kind: PayeeKind::Person.into(),
        }),
        payer: None,
        reference: reference.to_owned(),
        instruction_time: None,
    }
}

fn settled_amount(told: &Told) -> &str {
    match told {
        Told::Settled(settled) => &settled.amount.as_ref().unwrap().amount,
        other => panic!("it is not settled: {other:?}"),
    }
}

fn rejection(told: &Told) -> (Finality, RejectReason) {
    match told {
        Told::Rejected(rejected) => (rejected.finality(), rejected.reason()),
        other => panic!("it is not rejected: {other:?}"),
    }
}
