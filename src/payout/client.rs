//! The lines to the payout channels: one connection each, calls with a time limit, and what comes
//! back as a statement. Whatever is not a typed result in the body of a reply means that nobody
//! answered.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use http::Uri;
use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};

use super::said::said;
use super::sheet::Declared;
use crate::domain;
use crate::domain::act::errand::{Doing, Errand};
use crate::domain::id::ChannelId;
use crate::domain::money::Money;
use crate::domain::payout::evidence::{Said, Source, Statement};
use crate::domain::withdrawal::{BeneficiaryKind, Withdrawal};
use crate::pb::channel::v1;
use crate::pb::channel::v1::payout_channel_service_client::PayoutChannelServiceClient;
use crate::roster::Rosters;
use crate::wire;

/// How long a connection may take; a call that waits for one has no more time for that.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long a connection over which a call is open and nothing comes may take, at the least, to show
/// that it lives.
const ALIVE_TIMEOUT_MIN: Duration = Duration::from_secs(1);

/// The channels by their ids, connected when they are first used.
#[derive(Debug)]
pub struct Lines {
    rosters: Rosters,
    /// Where channels are called by this process, whatever their rows say.
    overrides: BTreeMap<ChannelId, Uri>,
    lines: Mutex<BTreeMap<ChannelId, Line>>,
    timeout: Duration,
}

#[derive(Debug, Clone)]
struct Line {
    uri: Uri,
    client: PayoutChannelServiceClient<Channel>,
}

impl Lines {
    /// Lines to the channels of the roster.
    pub fn new(rosters: Rosters, named: &[(ChannelId, Uri)], timeout: Duration) -> Self {
        let overrides = named.iter().cloned().collect();
        Self { rosters, overrides, lines: Mutex::default(), timeout }
    }

    /// How long a channel may take to answer.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The line to a channel, a new one where it has moved; `None` when there is no such channel.
    fn line(&self, id: &ChannelId) -> Option<PayoutChannelServiceClient<Channel>> {
        let named = self.overrides.get(id).cloned();
        let uri = named.or_else(|| self.rosters.now().get(id)?.url.parse().ok())?;
        let mut lines = self.lines.lock().unwrap_or_else(|poison| poison.into_inner());
        if let Some(line) = lines.get(id).filter(|line| line.uri == uri) {
            return Some(line.client.clone());
        }
        let endpoint = Endpoint::from(uri.clone()).connect_timeout(CONNECT_TIMEOUT);
        // A connection that was lost in silence would be called over for ever.
        let endpoint = endpoint.http2_keep_alive_interval(self.timeout / 2);
        let endpoint = endpoint.keep_alive_timeout(self.timeout.max(ALIVE_TIMEOUT_MIN));
        let client = PayoutChannelServiceClient::new(endpoint.connect_lazy());
        lines.insert(id.clone(), Line { uri, client: client.clone() });
        Some(client)
    }

    /// Asks a channel what it declares of itself; `None` when it does not answer within patience.
    pub(super) async fn probe(
        &self,
        channel: &domain::channel::Channel,
        patience: Duration,
    ) -> Option<Declared> {
        let mut client = self.line(&channel.channel_id)?;
        let call = client.probe(v1::ProbeRequest {});
        let answer = tokio::time::timeout(patience, call).await;
        let declared = answer.ok()?.ok()?.into_inner().capabilities.unwrap_or_default();
        let secs = |time: Option<prost_types::Duration>| time.map(|time| time.seconds);
        Some(Declared {
            promise_secs: secs(declared.promise).filter(|secs| *secs > 0),
            idempotent_submit: declared.idempotent_submit,
            cut_off_secs: secs(declared.cut_off).filter(|secs| declared.statement && *secs >= 0),
        })
    }

    /// Runs an errand. `None` when its channel is not configured here any more.
    pub(super) async fn run(&self, errand: &Errand) -> Option<Statement> {
        let mut client = self.line(&errand.attempt.channel_id)?;
        let key = errand.attempt.key();
        let payout_key = key.to_string();
        let (source, result) = match errand.doing {
            Doing::Send => {
                let call = client.submit_payout(submission(errand, payout_key));
                (Source::Submit, self.in_time(call).await.map(|reply| reply.result))
            }
            Doing::Inquire => {
                let call = client.get_payout(v1::GetPayoutRequest { payout_key });
                (Source::Inquiry, self.in_time(call).await.map(|reply| reply.result))
            }
            Doing::Void => {
                let call = client.void_payout(v1::VoidPayoutRequest { payout_key });
                (Source::Void, self.in_time(call).await.map(|reply| reply.result))
            }
        };
        let (said, channel_code) = heard(source, result);
        Some(Statement { key, source, epoch: errand.attempt.epoch, said, channel_code })
    }

    async fn in_time<R>(
        &self,
        call: impl Future<Output = Result<Response<R>, Status>>,
    ) -> Result<R, Status> {
        let answer = tokio::time::timeout(self.timeout, call).await;
        let answer = answer.map_err(|_elapsed| Status::deadline_exceeded("no answer in time"))?;
        answer.map(Response::into_inner)
    }
}

/// What a reply says. "Never seen" is no answer to sending something or calling it back.
fn heard(source: Source, result: Result<Option<v1::PayoutResult>, Status>) -> (Said, String) {
    let nothing = || (Said::NoAnswer, String::new());
    match result.map(said) {
        Ok(Some((Said::UnknownKey, _))) if source != Source::Inquiry => nothing(),
        Ok(Some(heard)) => heard,
        Ok(None) => nothing(),
        Err(status) => {
            tracing::debug!(code = ?status.code(), ?source, "a channel did not answer");
            nothing()
        }
    }
}

fn submission(errand: &Errand, payout_key: String) -> v1::SubmitPayoutRequest {
    let Errand { withdrawal, payer_name, .. } = errand;
    let account_number = withdrawal.account_number.as_str().to_owned();
    v1::SubmitPayoutRequest {
        payout_key,
        routing_token: account_number.clone(),
        withdrawal_id: withdrawal.withdrawal_id.as_str().to_owned(),
        amount: Some(wire::money(Money {
            minor: withdrawal.amount_minor,
            currency: withdrawal.currency_code,
        })),
        payee: Some(payee(withdrawal)),
        payer: Some(v1::Payer { name: payer_name.clone(), account_number }),
        reference: withdrawal.reference.clone(),
        instruction_time: Some(wire::timestamp(withdrawal.create_time)),
    }
}

fn payee(withdrawal: &Withdrawal) -> v1::Payee {
    let beneficiary = &withdrawal.beneficiary;
    let kind = match beneficiary.beneficiary_kind {
        BeneficiaryKind::Person => v1::PayeeKind::Person,
        BeneficiaryKind::Organisation => v1::PayeeKind::Organisation,
    };
    v1::Payee {
        name: beneficiary.beneficiary_name.clone(),
        account_number: beneficiary.beneficiary_account.clone(),
        bank_code: beneficiary.beneficiary_bank_code.clone(),
        bank_name: beneficiary.beneficiary_bank_name.clone(),
        kind: kind.into(),
    }
}
