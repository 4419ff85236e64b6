//! `load`: calls a running service as fast as so many callers can, and prints the rate.
//!
//! With the generated client, because a load generator shares the machine with what it measures: one
//! that takes messages apart by reflection uses more of the machine than the service does.

mod settle;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use rand::RngExt;
use tokio::task::JoinSet;
use tonic::transport::{Channel, Endpoint};
use tonic::{Code, Response, Status};

use super::{CliError, print};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::id::RowId;
use crate::pb::channel::v1::payout_channel_service_client::PayoutChannelServiceClient;
use crate::pb::channel::v1::{Payee, PayeeKind, SubmitPayoutRequest};
use crate::pb::v1;
use crate::pb::v1::account_status_service_client::AccountStatusServiceClient;
use crate::pb::v1::batch_withdraw_result::Result as ItemResult;
use crate::pb::v1::client_service_client::ClientServiceClient;
use crate::pb::v1::withdraw_service_client::WithdrawServiceClient;

/// What each withdrawal takes.
const AMOUNT: &str = "0.01";
/// How often it is tried whether the service answers.
const TRY_EVERY: Duration = Duration::from_millis(2);

/// Call a running service as fast as so many callers can, and print the rate
#[derive(Debug, Args)]
pub(super) struct Load {
    /// What to call; withdraw, batch-withdraw and settle reserve 0.01 of an account's money each time
    #[arg(value_enum)]
    call: Call,
    /// Callers that each wait for an answer before they call again
    #[arg(long, default_value_t = 64)]
    callers: u32,
    /// Connections that they share
    #[arg(long, default_value_t = 4)]
    connections: u32,
    /// For how long
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// The first account; the others have the numbers that follow
    #[arg(long, default_value_t = 9_990_584_001_000_000_103)]
    first_account: u64,
    /// How many accounts, each as likely as the other
    #[arg(long, default_value_t = 1)]
    accounts: u64,
    /// The accounts' currency, for what reserves
    #[arg(long, default_value = "CNY")]
    currency: String,
    /// How many withdrawals each call of batch-withdraw makes
    #[arg(long, default_value_t = 1_000)]
    items: u64,
    /// The most withdrawals that settle leaves unsettled at once
    #[arg(long, default_value_t = 2_000)]
    outstanding: u32,
    /// For how long at most nothing may settle, or the first answer may take
    #[arg(long, default_value_t = 60)]
    wait_seconds: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Call {
    /// ClientService/WhoAmI, which does nothing: the reference
    WhoAmI,
    /// AccountStatusService/GetAccountStatus in full
    GetAccountStatus,
    /// WithdrawService/Withdraw
    Withdraw,
    /// WithdrawService/BatchWithdraw of --items withdrawals; one that is refused fails its call
    BatchWithdraw,
    /// WithdrawService/Withdraw, and wait until all of them are settled: the rate end to end
    Settle,
    /// PayoutChannelService/SubmitPayout of a channel simulator, at its --listen
    SubmitPayout,
    /// ClientService/WhoAmI once, as soon as the service answers: prints when it did, in seconds since
    /// 1970
    FirstAnswer,
}

/// What callers saw.
#[derive(Debug, Default)]
struct Seen {
    /// How long each answer took, microseconds.
    micros: Vec<u32>,
    /// Answers that were no success, by their code.
    failed: BTreeMap<String, u64>,
}

impl Seen {
    fn add<T>(&mut self, begun: Instant, answer: &Result<T, Status>) {
        match answer {
            Ok(_) => {
                let micros = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
                self.micros.push(micros);
            }
            Err(status) => *self.failed.entry(format!("{:?}", status.code())).or_default() += 1,
        }
    }

    fn of_all(seen: Vec<Self>) -> Self {
        let mut all = Self::default();
        for one in seen {
            all.micros.extend(one.micros);
            for (code, times) in one.failed {
                *all.failed.entry(code).or_default() += times;
            }
        }
        all
    }

    /// How long answers took, and what failed.
    fn told(mut self) -> String {
        let times = percentiles(&mut self.micros);
        let failed: Vec<String> =
            self.failed.iter().map(|(code, times)| format!(", {times} {code}")).collect();
        format!("{times}{}", failed.concat())
    }
}

/// The median and the longest but one in a hundred, of times in microseconds.
fn percentiles(micros: &mut [u32]) -> String {
    micros.sort_unstable();
    let of = |share: usize| {
        let micros = micros.get(micros.len() * share / 100).copied().unwrap_or(0);
        f64::from(micros) / 1000.0
    };
    format!("p50 {:.2} ms, p99 {:.2} ms", of(50), of(99))
}

impl Load {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        let target = format!("http://{}", settings.listen);
        let unreachable =
            |error| CliError::Refused(format!("cannot reach the service at {target}: {error}"));
        let endpoint = Endpoint::from_shared(target.clone()).map_err(unreachable)?;
        if self.call == Call::FirstAnswer {
            return self.first_answer(&endpoint).await;
        }
        let mut channels = Vec::new();
        for _ in 0..self.connections.max(1) {
            channels.push(endpoint.connect().await.map_err(unreachable)?);
        }
        let callers = self.callers(&channels);
        if self.call == Call::Settle {
            return settle::run(&self, callers).await;
        }
        let began = Instant::now();
        let until = began + Duration::from_secs(self.seconds);
        let mut running = JoinSet::new();
        for caller in callers {
            running.spawn(caller.run(until));
        }
        let seen = running.join_all().await;
        let elapsed = began.elapsed();
        let seen = Seen::of_all(seen);
        let rate = seen.micros.len() as f64 / elapsed.as_secs_f64();
        print(&format!("{rate:.1} calls/s, {}\n", seen.told()))?;
        Ok(ExitCode::SUCCESS)
    }

    fn callers(&self, channels: &[Channel]) -> Vec<Caller> {
        let run = RowId::from(Clock::System.new_id());
        let caller = |(number, channel): (u32, &Channel)| Caller {
            channel: channel.clone(),
            call: self.call,
            accounts: (self.first_account, self.accounts.max(1)),
            currency: self.currency.clone(),
            items: self.items,
            ids: format!("{run}-{number}"),
        };
        (0..self.callers.max(1)).zip(channels.iter().cycle()).map(caller).collect()
    }

    /// Knocks until it is answered. The one who starts the service knows when it did.
    async fn first_answer(&self, endpoint: &Endpoint) -> Result<ExitCode, CliError> {
        let patience = Duration::from_secs(self.wait_seconds);
        let knocking = async {
            let mut next = tokio::time::interval(TRY_EVERY);
            loop {
                next.tick().await;
                let Ok(channel) = endpoint.connect().await else { continue };
                if who_am_i(channel).await.is_ok() {
                    return Clock::System.now();
                }
            }
        };
        let at = tokio::time::timeout(patience, knocking).await.map_err(|_elapsed| {
            let (uri, seconds) = (endpoint.uri(), self.wait_seconds);
            CliError::Refused(format!("no answer from {uri} within {seconds} s"))
        })?;
        print(&format!("{:.3}\n", at.timestamp_micros() as f64 / 1e6))?;
        Ok(ExitCode::SUCCESS)
    }
}

/// One who waits for an answer before it calls again.
struct Caller {
    channel: Channel,
    call: Call,
    /// The first, and how many.
    accounts: (u64, u64),
    currency: String,
    /// The withdrawals of one batch.
    items: u64,
    ids: String,
}

impl Caller {
    async fn run(self, until: Instant) -> Seen {
        let mut seen = Seen::default();
        for number in 0_u64.. {
            let begun = Instant::now();
            if begun >= until {
                break;
            }
            let answer = self.call(number).await;
            seen.add(begun, &answer);
        }
        seen
    }

    async fn call(&self, number: u64) -> Result<(), Status> {
        let offset = self.any_account();
        match self.call {
            Call::WhoAmI | Call::FirstAnswer => who_am_i(self.channel.clone()).await,
            Call::GetAccountStatus => {
                let account_number = self.account_number(offset);
                let key = v1::get_account_status_request::Key::AccountNumber(account_number);
                let view = v1::AccountStatusView::Full.into();
                let ask = v1::GetAccountStatusRequest { key: Some(key), view };
                let mut client = AccountStatusServiceClient::new(self.channel.clone());
                client.get_account_status(ask).await.map(drop)
            }
            Call::SubmitPayout => {
                let account_number = self.account_number(offset);
                let ask = payout(account_number, &self.currency, format!("{}-{number}", self.ids));
                let mut client = PayoutChannelServiceClient::new(self.channel.clone());
                client.submit_payout(ask).await.map(drop)
            }
            Call::BatchWithdraw => self.batch_withdraw(number).await,
            Call::Withdraw | Call::Settle => self.withdraw(offset, number).await.map(drop),
        }
    }

    /// The place of an account, each as likely as the other.
    fn any_account(&self) -> u64 {
        rand::rng().random_range(0..self.accounts.1)
    }

    fn account_number(&self, offset: u64) -> String {
        (self.accounts.0 + offset).to_string()
    }

    async fn withdraw(
        &self,
        offset: u64,
        number: u64,
    ) -> Result<Response<v1::WithdrawResponse>, Status> {
        let request_id = format!("{}-{number}", self.ids);
        let ask = withdrawal(self.account_number(offset), &self.currency, request_id);
        WithdrawServiceClient::new(self.channel.clone()).withdraw(ask).await
    }
}

impl Caller {
    async fn batch_withdraw(&self, number: u64) -> Result<(), Status> {
        let item = |index| {
            let request_id = format!("{}-{number}-{index}", self.ids);
            withdrawal(self.account_number(self.any_account()), &self.currency, request_id)
        };
        let batch = v1::BatchWithdrawRequest { requests: (0..self.items).map(item).collect() };
        let mut client = WithdrawServiceClient::new(self.channel.clone());
        let results = client.batch_withdraw(batch).await?.into_inner().results;
        match results.into_iter().find_map(|one| one.result.and_then(error_of)) {
            Some(error) => Err(Status::new(Code::from_i32(error.code), error.message)),
            None => Ok(()),
        }
    }
}

fn error_of(result: ItemResult) -> Option<tonic_types::pb::Status> {
    match result {
        ItemResult::Withdrawal(_) => None,
        ItemResult::Error(error) => Some(error),
    }
}

async fn who_am_i(channel: Channel) -> Result<(), Status> {
    ClientServiceClient::new(channel).who_am_i(v1::WhoAmIRequest {}).await.map(drop)
}

fn payout(payer: String, currency: &str, key: String) -> SubmitPayoutRequest {
    let withdrawal = withdrawal(payer, currency, key);
    let payee = withdrawal.beneficiary.map(|payee| Payee {
        name: payee.name,
        account_number: payee.account_number,
        bank_code: payee.bank_code,
        bank_name: payee.bank_name,
        kind: PayeeKind::Person.into(),
    });
    SubmitPayoutRequest {
        payout_key: withdrawal.request_id.clone(),
        routing_token: withdrawal.account_number,
        withdrawal_id: withdrawal.request_id,
        amount: withdrawal.amount,
        payee,
        ..SubmitPayoutRequest::default()
    }
}

fn withdrawal(account_number: String, currency: &str, request_id: String) -> v1::WithdrawRequest {
    let amount = v1::Money { currency_code: currency.to_owned(), amount: AMOUNT.to_owned() };
    let beneficiary = v1::Beneficiary {
        name: "Example Payee".to_owned(),
        account_number: "9990111122223333".to_owned(),
        bank_code: "999100000001".to_owned(),
        bank_name: String::new(),
        kind: v1::BeneficiaryKind::Person.into(),
    };
    v1::WithdrawRequest {
        account_number,
        amount: Some(amount),
        beneficiary: Some(beneficiary),
        request_id,
        ..v1::WithdrawRequest::default()
    }
}
