//! The channel's gRPC face: reads requests, lets the book decide, answers when it may and should.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use tonic::{Request, Response, Status};

use super::Options;
use super::behaviour::Behaviour;
use super::book::{OtherPayout, Reply, Resting, Submission};
use super::course::Course;
use super::delay::Delay;
use super::desk::{Desk, NotDurable};
use super::latency::Latencies;
use super::outage::{Outage, Outages};
use crate::domain::id::is_visible_ascii;
use crate::domain::money::{Currency, Money};
use crate::pb::channel::v1::payout_channel_service_server::PayoutChannelService;
use crate::pb::channel::v1::{
    Capabilities, GetPayoutRequest, GetPayoutResponse, Payee, PayoutResult, ProbeRequest,
    ProbeResponse, SubmitPayoutRequest, SubmitPayoutResponse, VoidPayoutRequest,
    VoidPayoutResponse,
};

/// The longest payout key and withdrawal id, in bytes.
const ID_MAX: usize = 64;
/// The longest routing token, in bytes.
const TOKEN_MAX: usize = 128;
/// The longest reference, in characters.
const REFERENCE_MAX: usize = 140;
/// How much of a payee's digest is kept.
const DIGEST_BYTES: usize = 8;

/// A channel that pays by writing down that it did.
#[derive(Debug)]
pub(super) struct SimulatedChannel {
    pub(super) desk: Arc<Desk>,
    pub(super) options: Arc<Options>,
    pub(super) latencies: Latencies,
    pub(super) outages: Outages,
}

/// A call that has arrived.
#[derive(Debug)]
struct Call {
    method: &'static str,
    at: DateTime<Utc>,
    /// Its answer gets lost.
    answer_lost: bool,
}

#[tonic::async_trait]
impl PayoutChannelService for SimulatedChannel {
    async fn submit_payout(
        &self,
        request: Request<SubmitPayoutRequest>,
    ) -> Result<Response<SubmitPayoutResponse>, Status> {
        let call = self.arrived("Submit").await?;
        let request = request.into_inner();
        let asked = Behaviour::of_reference(&request.reference)
            .map_err(|error| Status::invalid_argument(format!("reference: {error}")))?;
        let submission = parse(request)?;
        if self.desk.is_behind() {
            return Err(Status::resource_exhausted("the disk of the channel's log is behind"));
        }
        let key = Arc::clone(&submission.payout_key);
        let behaviour = asked.unwrap_or_else(|| self.behaviour(&key));
        let delay = self.options.delay;
        let decided = self.desk.decide(|book, now| book.submit(submission, behaviour, delay, now));
        let reply = decided.map_err(|OtherPayout| {
            Status::invalid_argument("payout_key: was used for another amount, payee or withdrawal")
        })?;
        let result = self.answer(call, &key, reply).await?;
        Ok(Response::new(SubmitPayoutResponse { result }))
    }

    async fn get_payout(
        &self,
        request: Request<GetPayoutRequest>,
    ) -> Result<Response<GetPayoutResponse>, Status> {
        let call = self.arrived("Get").await?;
        let key = id("payout_key", request.into_inner().payout_key)?;
        let reply = self.desk.decide(|book, now| book.get(&key, now));
        let result = self.answer(call, &key, reply).await?;
        Ok(Response::new(GetPayoutResponse { result }))
    }

    async fn void_payout(
        &self,
        request: Request<VoidPayoutRequest>,
    ) -> Result<Response<VoidPayoutResponse>, Status> {
        let call = self.arrived("Void").await?;
        let key = id("payout_key", request.into_inner().payout_key)?;
        let reply = self.desk.decide(|book, now| book.void(&key, now));
        let result = self.answer(call, &key, reply).await?;
        Ok(Response::new(VoidPayoutResponse { result }))
    }

    async fn probe(
        &self,
        _request: Request<ProbeRequest>,
    ) -> Result<Response<ProbeResponse>, Status> {
        let call = self.arrived("Probe").await?;
        if call.answer_lost {
            return Err(broken_off());
        }
        let latency = self.latencies.next(call.method, &Arc::from(""));
        self.wait_until(call.at + latency).await?;
        let Options { idempotent_submit, statements, cut_off, promise, .. } = &*self.options;
        let duration = |delay: &Delay| prost_types::Duration::try_from(delay.duration()).ok();
        let capabilities = Capabilities {
            idempotent_submit: *idempotent_submit,
            statement: *statements,
            cut_off: cut_off.as_ref().and_then(duration),
            promise: duration(promise),
        };
        Ok(Response::new(ProbeResponse { capabilities: Some(capabilities) }))
    }
}

impl SimulatedChannel {
    /// What is done to a payout that asks for nothing.
    fn behaviour(&self, payout_key: &str) -> Behaviour {
        let Options { mix, seed, delay, .. } = &*self.options;
        match mix {
            Some(mix) => mix.draw(*seed, payout_key, *delay),
            None => Behaviour::Take(Course::Settle { after: *delay }),
        }
    }

    /// Does to a call what the outage does that is in force, if one is.
    async fn arrived(&self, method: &'static str) -> Result<Call, Status> {
        let at = self.desk.now();
        let answer_lost = match self.outages.in_force(at) {
            None => false,
            Some(Outage::After) => true,
            Some(Outage::Refuse) => {
                return Err(Status::unavailable("the channel is out of order"));
            }
            Some(Outage::Drop) => return Err(broken_off()),
            Some(Outage::Hang) => return Err(self.held().await),
        };
        Ok(Call { method, at, answer_lost })
    }

    /// Answers when what it says is on disk, and when the reply and the latency want it.
    async fn answer(
        &self,
        call: Call,
        payout_key: &Arc<str>,
        reply: Resting<Reply>,
    ) -> Result<Option<PayoutResult>, Status> {
        let latency = self.latencies.next(call.method, payout_key);
        let synced = self.desk.synced(reply.fact).await;
        synced.map_err(|NotDurable| Status::unavailable("the channel's log can't be written"))?;
        if call.answer_lost {
            return Err(broken_off());
        }
        let told = match reply.what {
            Reply::Now(told) => told,
            Reply::At(at, told) => {
                self.wait_until(at).await?;
                told
            }
            Reply::Never => return Err(self.held().await),
        };
        self.wait_until(call.at + latency).await?;
        Ok(Some(PayoutResult { result: Some(told) }))
    }

    async fn wait_until(&self, at: DateTime<Utc>) -> Result<(), Status> {
        tokio::select! {
            // Most answers wait for nothing.
            biased;
            () = self.desk.sleep_until(at) => Ok(()),
            () = self.desk.stopped() => Err(stopping()),
        }
    }

    /// Holds a call that is never answered; it is let go when the simulator stops.
    async fn held(&self) -> Status {
        self.desk.stopped().await;
        stopping()
    }
}

fn stopping() -> Status {
    Status::unavailable("the channel simulator stops")
}

/// As a caller sees it whose connection is lost: it says nothing about the payout.
fn broken_off() -> Status {
    Status::unknown("the connection broke off")
}

fn parse(request: SubmitPayoutRequest) -> Result<Submission, Status> {
    let token = request.routing_token;
    if !token.is_empty() && !is_visible_ascii(&token, TOKEN_MAX) {
        return Err(wrong("routing_token", "must be up to 128 visible ASCII characters"));
    }
    if request.reference.chars().count() > REFERENCE_MAX {
        return Err(wrong("reference", "must be up to 140 characters"));
    }
    let amount = request.amount.ok_or_else(|| wrong("amount", "is required"))?;
    let currency = Currency::from_code(&amount.currency_code)
        .ok_or_else(|| wrong("amount.currency_code", "must be an ISO 4217 code"))?;
    let amount = Money::parse_positive(&amount.amount, currency)
        .map_err(|error| wrong("amount.amount", &error.to_string()))?;
    let payee = request.payee.ok_or_else(|| wrong("payee", "is required"))?;
    if payee.name.is_empty() || payee.account_number.is_empty() {
        return Err(wrong("payee", "must have a name and an account_number"));
    }
    Ok(Submission {
        payout_key: id("payout_key", request.payout_key)?,
        withdrawal_id: id("withdrawal_id", request.withdrawal_id)?,
        amount,
        payee_digest: digest(&payee).into(),
        routing_token: token.into(),
    })
}

fn id(field: &str, text: String) -> Result<Arc<str>, Status> {
    if is_visible_ascii(&text, ID_MAX) {
        Ok(text.into())
    } else {
        Err(wrong(field, "must be 1 to 64 visible ASCII characters"))
    }
}

fn wrong(field: &str, what: &str) -> Status {
    Status::invalid_argument(format!("{field}: {what}"))
}

/// Few bytes of a hash of who is paid: enough to see that it is another, too few to say who it is.
fn digest(payee: &Payee) -> String {
    let mut hash = Sha256::new();
    for part in [&payee.name, &payee.account_number, &payee.bank_code] {
        hash.update(part);
        hash.update([0]);
    }
    let digest: [u8; 32] = hash.finalize().into();
    hex::encode(&digest[..DIGEST_BYTES])
}
