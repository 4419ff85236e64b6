//! Tells the account-status service what happened after the answer, so that it need not ask. A report
//! that gets lost is no harm, so the queue and the retries have an end.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, timeout};
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::{Channel, Endpoint};

use super::book::Report;
use super::desk::Desk;
use crate::pb::channel::v1::payout_callback_service_client::PayoutCallbackServiceClient;

/// So many reports wait at most; more are not sent.
pub(super) const QUEUE_MAX: usize = 8_192;
/// So many are under way at once.
const UNDER_WAY_MAX: usize = 64;
/// How long one try may take.
const TRY_FOR: Duration = Duration::from_secs(5);
/// How long a report is tried again.
const RETRY_FOR: Duration = Duration::from_secs(60);
/// The pause after the first try, doubled after each, up to the longest.
const PAUSE_FIRST: Duration = Duration::from_millis(100);
const PAUSE_MAX: Duration = Duration::from_secs(5);

/// Sends what is queued. Never ends while somebody may queue.
pub(super) async fn run(desk: Arc<Desk>, target: Endpoint, queue: mpsc::Receiver<Report>) {
    let channel = target.connect_lazy();
    ReceiverStream::new(queue)
        .for_each_concurrent(UNDER_WAY_MAX, |report| send(&desk, channel.clone(), report))
        .await;
}

async fn send(desk: &Desk, channel: Channel, report: Report) {
    if desk.synced(report.fact).await.is_err() {
        return;
    }
    let mut client = PayoutCallbackServiceClient::new(channel);
    let until = Instant::now() + RETRY_FOR;
    let mut pause = PAUSE_FIRST;
    loop {
        let failed = match timeout(TRY_FOR, client.report_payout(report.what.clone())).await {
            Ok(Ok(_stored)) => return,
            Ok(Err(status)) => status.code(),
            Err(_elapsed) => tonic::Code::DeadlineExceeded,
        };
        if Instant::now() + pause > until {
            tracing::warn!(payout_key = report.what.payout_key, %failed, "a report is given up");
            return;
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSE_MAX);
    }
}
