//! `load`: calls a running service as fast as so many callers can, and prints the rate.
//!
//! With the generated client, because a load generator shares the machine with what it measures: one
//! that takes messages apart by reflection uses more of the machine than the service does.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::{Args, ValueEnum};
use rand::RngExt;
use tokio::task::JoinSet;
use tonic::Status;
use tonic::transport::{Channel, Endpoint};

use super::{CliError, print};
use crate::clock::Clock;
use crate::config::Settings;
use crate::domain::id::RowId;
use crate::pb::channel::v1::payout_channel_service_client::PayoutChannelServiceClient;
use crate::pb::channel::v1::{Payee, PayeeKind, SubmitPayoutRequest};
use crate::pb::v1;
use crate::pb::v1::account_status_service_client::AccountStatusServiceClient;
use crate::pb::v1::client_service_client::ClientServiceClient;
use crate::pb::v1::withdraw_service_client::WithdrawServiceClient;

/// Call a running service as fast as so many callers can, and print the rate
#[derive(Debug, Args)]
pub(super) struct Load {
    /// What to call; withdraw reserves 0.01 of the account's money in each call
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
    /// The accounts' currency, for withdraw
    #[arg(long, default_value = "CNY")]
    currency: String,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Call {
    /// ClientService/WhoAmI, which does nothing: the reference
    WhoAmI,
    /// AccountStatusService/GetAccountStatus in full
    GetAccountStatus,
    /// WithdrawService/Withdraw
    Withdraw,
    /// PayoutChannelService/SubmitPayout of a channel simulator, at its --listen
    SubmitPayout,
}

/// What one caller saw.
#[derive(Debug, Default)]
struct Seen {
    /// How long each answer took, microseconds.
    micros: Vec<u32>,
    /// Answers that were no success, by their code.
    failed: BTreeMap<String, u64>,
}

impl Load {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        let target = format!("http://{}", settings.listen);
        let unreachable =
            |error| CliError::Refused(format!("cannot reach the service at {target}: {error}"));
        let endpoint = Endpoint::from_shared(target.clone()).map_err(unreachable)?;
        let mut channels = Vec::new();
        for _ in 0..self.connections.max(1) {
            channels.push(endpoint.connect().await.map_err(unreachable)?);
        }
        let run = RowId::from(Clock::System.new_id());
        let began = Instant::now();
        let until = began + Duration::from_secs(self.seconds);
        let mut callers = JoinSet::new();
        for (number, channel) in (0..self.callers.max(1)).zip(channels.iter().cycle()) {
            let caller = Caller {
                channel: channel.clone(),
                call: self.call,
                accounts: (self.first_account, self.accounts.max(1)),
                currency: self.currency.clone(),
                ids: format!("{run}-{number}"),
            };
            callers.spawn(caller.run(until));
        }
        let seen = callers.join_all().await;
        print(&report(seen, began.elapsed()))?;
        Ok(ExitCode::SUCCESS)
    }
}

struct Caller {
    channel: Channel,
    call: Call,
    /// The first, and how many.
    accounts: (u64, u64),
    currency: String,
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
            match self.call(number).await {
                Ok(()) => {
                    let micros = u32::try_from(begun.elapsed().as_micros()).unwrap_or(u32::MAX);
                    seen.micros.push(micros);
                }
                Err(status) => *seen.failed.entry(format!("{:?}", status.code())).or_default() += 1,
            }
        }
        seen
    }

    async fn call(&self, number: u64) -> Result<(), Status> {
        let (first, accounts) = self.accounts;
        let account_number = (first + rand::rng().random_range(0..accounts)).to_string();
        let channel = self.channel.clone();
        match self.call {
            Call::WhoAmI => {
                let ask = v1::WhoAmIRequest {};
                ClientServiceClient::new(channel).who_am_i(ask).await.map(drop)
            }
            Call::GetAccountStatus => {
                let key = v1::get_account_status_request::Key::AccountNumber(account_number);
                let view = v1::AccountStatusView::Full.into();
                let ask = v1::GetAccountStatusRequest { key: Some(key), view };
                AccountStatusServiceClient::new(channel).get_account_status(ask).await.map(drop)
            }
            Call::Withdraw => {
                let request_id = format!("{}-{number}", self.ids);
                let ask = withdrawal(account_number, &self.currency, request_id);
                WithdrawServiceClient::new(channel).withdraw(ask).await.map(drop)
            }
            Call::SubmitPayout => {
                let ask = payout(account_number, &self.currency, format!("{}-{number}", self.ids));
                PayoutChannelServiceClient::new(channel).submit_payout(ask).await.map(drop)
            }
        }
    }
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
    let amount = v1::Money { currency_code: currency.to_owned(), amount: "0.01".to_owned() };
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

fn report(seen: Vec<Seen>, elapsed: Duration) -> String {
    let mut micros: Vec<u32> = Vec::new();
    let mut failed: BTreeMap<String, u64> = BTreeMap::new();
    for one in seen {
        micros.extend(one.micros);
        for (code, times) in one.failed {
            *failed.entry(code).or_default() += times;
        }
    }
    micros.sort_unstable();
    let rate = micros.len() as f64 / elapsed.as_secs_f64();
    let of = |share: usize| {
        let micros = micros.get(micros.len() * share / 100).copied().unwrap_or(0);
        f64::from(micros) / 1000.0
    };
    let (p50, p99) = (of(50), of(99));
    let failed: Vec<String> =
        failed.iter().map(|(code, times)| format!(", {times} {code}")).collect();
    format!("{rate:.0} calls/s, p50 {p50:.2} ms, p99 {p99:.2} ms{}\n", failed.concat())
}
