//! What the channel tells by itself.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use account_status::pb::channel::v1::payout_callback_service_server::{
    PayoutCallbackService, PayoutCallbackServiceServer,
};
use account_status::simulator::ReportTo;
use tokio::sync::mpsc;
use tonic::Response;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;

use super::*;

/// Refuses the first reports, and hands on the others.
struct Callbacks {
    refuse: AtomicUsize,
    heard: Mutex<mpsc::UnboundedSender<ReportPayoutRequest>>,
}

#[tonic::async_trait]
impl PayoutCallbackService for Callbacks {
    async fn report_payout(
        &self,
        request: Request<ReportPayoutRequest>,
    ) -> Result<Response<ReportPayoutResponse>, Status> {
        let left = self
            .refuse
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_ok() {
            return Err(Status::unavailable("not now"));
        }
        self.heard.lock().unwrap().send(request.into_inner()).unwrap();
        Ok(Response::new(ReportPayoutResponse {}))
    }
}

/// What is heard.
pub(super) type Heard = mpsc::UnboundedReceiver<ReportPayoutRequest>;

/// A channel that reports, who hears it, and the listening server.
async fn reporting(refuse: usize) -> (Simulated, Heard) {
    reporting_with(refuse, |_options| {}).await
}

/// The same, with options.
pub(super) async fn reporting_with(
    refuse: usize,
    set: impl FnOnce(&mut Options),
) -> (Simulated, Heard) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (sender, heard) = mpsc::unbounded_channel();
    let told = Callbacks { refuse: AtomicUsize::new(refuse), heard: Mutex::new(sender) };
    let mut channel = Simulated::open_with(|options| {
        options.reports = Some(ReportTo { url, channel_id: "CH-FAST".to_owned() });
        set(options);
    })
    .await;
    channel.tasks.spawn(async move {
        let service = PayoutCallbackServiceServer::from_arc(Arc::new(told));
        let server = Server::builder().add_service(service);
        server.serve_with_incoming(TcpIncoming::from(listener)).await.unwrap();
    });
    (channel, heard)
}

pub(super) async fn next(heard: &mut Heard) -> ReportPayoutRequest {
    tokio::time::timeout(Duration::from_secs(30), heard.recv()).await.unwrap().unwrap()
}

pub(super) fn result(report: &ReportPayoutRequest) -> &Told {
    report.result.as_ref().unwrap().result.as_ref().unwrap()
}

#[tokio::test]
async fn what_happens_after_the_answer_is_reported_also_at_a_second_try() {
    let (channel, mut heard) = reporting(2).await;
    channel.submit("k1", "sim:settle=2s").await;
    channel.later(2);
    let report = next(&mut heard).await;
    assert_eq!((&*report.channel_id, &*report.payout_key), ("CH-FAST", "k1"));
    assert_eq!(report.routing_token, "token");
    assert_eq!(settled_amount(result(&report)), "10.50");
    assert_eq!(channel.paid("k1"), 1);

    channel.submit("k2", "sim:return=1s").await;
    channel.later(1);
    let report = next(&mut heard).await;
    assert!(matches!(result(&report), Told::Returned(_)), "{report:?}");

    channel.submit("k3", "sim:reject=PAYEE_ACCOUNT_FROZEN@1s").await;
    channel.later(1);
    assert_eq!(rejection(result(&next(&mut heard).await)).0, Finality::Final);
}

#[tokio::test]
async fn what_was_answered_or_never_answered_is_not_reported() {
    let (channel, mut heard) = reporting(0).await;
    channel.submit("k1", "").await;
    channel.submit_unanswered("k2", "sim:timeout").await;
    channel.submit_unanswered("k3", "sim:stall=1s").await;
    channel.submit("k4", "sim:settle=2s").await;
    channel.later(2);
    assert_eq!(next(&mut heard).await.payout_key, "k4");
    // Reports are sent side by side, so another may only be late: what was due is written by now.
    assert!(matches!(channel.get("k3").await, Told::Rejected(_)));
    assert!(heard.try_recv().is_err());
}
