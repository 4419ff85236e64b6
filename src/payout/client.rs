//! The lines to the payout channels: one connection each, calls with a time limit, and what comes
//! back as a statement. Whatever is not a typed result in the body of a reply means that nobody
//! answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use http::Uri;
use tonic::transport::{Channel, Endpoint};
use tonic::{Response, Status};

use super::said::said;
use crate::domain::act::errand::{Doing, Errand};
use crate::domain::id::ChannelId;
use crate::domain::money::Money;
use crate::domain::payout::evidence::{Said, Source, Statement};
use crate::domain::withdrawal::{BeneficiaryKind, Withdrawal};
use crate::pb::channel::v1;
use crate::pb::channel::v1::payout_channel_service_client::PayoutChannelServiceClient;
use crate::wire;

/// How long a connection may take; a call that waits for one has no more time for that.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// The channels by their ids.
#[derive(Debug)]
pub(super) struct Lines {
    lines: BTreeMap<ChannelId, Line>,
    timeout: Duration,
}

#[derive(Debug)]
struct Line {
    client: PayoutChannelServiceClient<Channel>,
    /// Within how many seconds the channel declares to settle; 0 = not known.
    promise_secs: AtomicI64,
}

impl Lines {
    /// Lines that are connected when they are first used.
    pub(super) fn new(channels: &[(ChannelId, Uri)], timeout: Duration) -> Self {
        let line = |uri: &Uri| {
            let endpoint = Endpoint::from(uri.clone()).connect_timeout(CONNECT_TIMEOUT);
            let client = PayoutChannelServiceClient::new(endpoint.connect_lazy());
            Line { client, promise_secs: AtomicI64::new(0) }
        };
        let lines = channels.iter().map(|(id, uri)| (id.clone(), line(uri))).collect();
        Self { lines, timeout }
    }

    /// How long a channel may take to answer.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The ids of all channels.
    pub(super) fn ids(&self) -> impl Iterator<Item = &ChannelId> {
        self.lines.keys()
    }

    /// Within how many seconds a channel declares to settle what it accepted.
    pub(super) fn promise_secs(&self, id: &ChannelId) -> Option<i64> {
        let secs = self.lines.get(id)?.promise_secs.load(Ordering::Relaxed);
        (secs > 0).then_some(secs)
    }

    /// Asks a channel what it declares of itself, and keeps it.
    ///
    /// # Errors
    /// What the call ended with.
    pub(super) async fn probe(&self, id: &ChannelId) -> Result<(), Status> {
        let Some(line) = self.lines.get(id) else { return Ok(()) };
        let mut client = line.client.clone();
        let declared = self.in_time(client.probe(v1::ProbeRequest {})).await?.capabilities;
        let promise = declared.and_then(|declared| declared.promise);
        line.promise_secs.store(promise.map_or(0, |promise| promise.seconds), Ordering::Relaxed);
        Ok(())
    }

    /// Runs an errand. `None` when its channel is not configured here any more.
    pub(super) async fn run(&self, errand: &Errand) -> Option<Statement> {
        let line = self.lines.get(&errand.attempt.channel_id)?;
        let key = errand.attempt.key();
        let mut client = line.client.clone();
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
