//! Tells the account-status service what happened after the answer, so that it need not ask. A report
//! that gets lost is no harm, so the queue and the retries have an end. It loses, doubles, delays and
//! invents reports as it is told ([`Reporting`]); which ones is drawn from the seed.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures::StreamExt;
use futures::future::join_all;
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Channel;

use super::behaviour::Reason;
use super::book::{Report, Resting};
use super::desk::Desk;
use super::draw::draw;
use super::payout::{rejected, returned, settled};
use super::reporting::Reporting;
use crate::domain::money::{Currency, Money};
use crate::pb::channel::v1::payout_callback_service_client::PayoutCallbackServiceClient;
use crate::pb::channel::v1::payout_result::Result as Told;
use crate::pb::channel::v1::{Finality, PayoutResult, RejectReason, ReportPayoutRequest};

/// So many reports wait at most; more are not sent.
pub(super) const QUEUE_MAX: usize = 8_192;
/// So many are under way at once.
pub(super) const UNDER_WAY_MAX: usize = 64;
/// How long one try may take.
const TRY_FOR: Duration = Duration::from_secs(5);
/// How long a report is tried again.
const RETRY_FOR: Duration = Duration::from_secs(60);
/// The pause after the first try, doubled after each, up to the longest.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);
const MINUTE: Duration = Duration::from_secs(60);

/// Who sends reports, and how well.
#[derive(Debug)]
pub(super) struct Reporter {
    pub(super) desk: Arc<Desk>,
    pub(super) channel: Channel,
    pub(super) channel_id: String,
    pub(super) reporting: Reporting,
    pub(super) seed: u64,
    /// Of [`UNDER_WAY_MAX`].
    pub(super) under_way: Semaphore,
}

impl Reporter {
    /// Sends what is queued, and strays. Never ends while somebody may queue.
    pub(super) async fn run(self, queue: mpsc::Receiver<Report>) {
        let reporter = &Arc::new(self);
        // Those that wait for their time keep no others from being sent.
        let told = ReceiverStream::new(queue).for_each_concurrent(QUEUE_MAX, |report| {
            let reporter = Arc::clone(reporter);
            async move { reporter.tell(report).await }
        });
        tokio::join!(told, reporter.stray());
    }

    async fn tell(&self, report: Report) {
        let Report { what: Resting { what, fact }, at } = report;
        if self.desk.synced(fact).await.is_err() {
            return;
        }
        let Some(told) = what.result.as_ref().and_then(|result| result.result.as_ref()) else {
            return;
        };
        let copies = self.reporting.copies(self.seed, (&what.payout_key, told), at);
        let sent = copies.into_iter().map(async |at| {
            self.desk.sleep_until(at).await;
            self.send(&what, RETRY_FOR).await;
        });
        join_all(sent).await;
    }

    /// Reports keys that never existed, evenly spread over each minute.
    async fn stray(&self) {
        let per_minute = self.reporting.strays_per_minute;
        if per_minute == 0 {
            return;
        }
        let started = self.desk.now();
        for number in 1_u32.. {
            self.desk.sleep_until(started + MINUTE * number / per_minute).await;
            let (drawn, _) = draw(self.seed, &["stray", &number.to_string()]);
            let result = Some(PayoutResult { result: Some(invented(drawn, self.desk.now())) });
            let request = ReportPayoutRequest {
                channel_id: self.channel_id.clone(),
                payout_key: format!("stray-{}-{number}", self.seed),
                routing_token: "stray".to_owned(),
                result,
            };
            // Nobody is missing it: one try is enough.
            self.send(&request, Duration::ZERO).await;
        }
    }

    async fn send(&self, what: &ReportPayoutRequest, retry_for: Duration) {
        let _permit = self.under_way.acquire().await.expect("it is never closed");
        let mut client = PayoutCallbackServiceClient::new(self.channel.clone());
        let until = Instant::now() + retry_for;
        let mut pause = PAUSE_FIRST;
        loop {
            let failed = match timeout(TRY_FOR, client.report_payout(what.clone())).await {
                Ok(Ok(_stored)) => return,
                Ok(Err(status)) => status.code(),
                Err(_elapsed) => tonic::Code::DeadlineExceeded,
            };
            if Instant::now() + pause > until {
                tracing::warn!(payout_key = what.payout_key, %failed, "a report is given up");
                return;
            }
            sleep(pause).await;
            pause = (pause * 2).min(PAUSE_MAX);
        }
    }
}

/// What is said of a key that never existed.
fn invented(drawn: u64, at: DateTime<Utc>) -> Told {
    let currency = Currency::from_code("CNY").expect("it is a currency");
    let amount = Money { minor: 100, currency };
    let reason = Reason(RejectReason::PayeeAccountClosed);
    match drawn % 3 {
        0 => settled(at, amount),
        1 => returned(at, amount, reason),
        _ => rejected(reason, Finality::Final),
    }
}
