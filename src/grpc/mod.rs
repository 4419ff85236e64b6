//! The gRPC edge: the server with its stack, and one file for each service.
//!
//! A handler parses, checks the scope, submits a command or asks, and renders. It holds no
//! transaction and decides nothing. [`failure`] is the only place that makes a status.

mod caller;
mod failure;
mod handler;
mod iso;
mod layer;
mod names;
mod parse;
mod render;

mod account;
mod account_status;
mod approval;
mod channel;
mod channel_stats;
mod client;
mod freeze_record;
mod health;
mod objection;
mod payout_callback;
mod statement;
mod transaction;
mod watch_account_status;
mod watch_withdrawal;
mod withdraw;
mod withdrawal_case;

#[cfg(test)]
pub(crate) mod scoped;

use std::future::Future;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tonic::body::Body;
use tonic::codec::CompressionEncoding;
use tonic::service::Routes;
use tonic::transport::Server;
use tonic::transport::server::TcpIncoming;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::HealthService;
use tower::ServiceExt;

pub use health::{Health, health};
pub use statement::Statements;

use account::AccountHandler;
use account_status::AccountStatusHandler;
use approval::ApprovalHandler;
use channel::ChannelHandler;
use client::ClientHandler;
use freeze_record::FreezeRecordHandler;
use layer::{AccessLog, Batches, CallIds, Callers, CatchPanic, Deadline, Failures, Form, around};
use payout_callback::PayoutCallbackHandler;
use transaction::TransactionHandler;
use withdraw::WithdrawHandler;
use withdrawal_case::WithdrawalCaseHandler;

use crate::ask::Ask;
use crate::clock::Clock;
use crate::domain::review::IdentityKey;
use crate::feed::Feed;
use crate::ledger::Ledger;
use crate::payout::board::Board;
use crate::pb::channel::v1::payout_callback_service_server::PayoutCallbackServiceServer;
use crate::pb::v1::account_service_server::AccountServiceServer;
use crate::pb::v1::account_status_service_server::AccountStatusServiceServer;
use crate::pb::v1::approval_service_server::ApprovalServiceServer;
use crate::pb::v1::channel_service_server::ChannelServiceServer;
use crate::pb::v1::client_service_server::ClientServiceServer;
use crate::pb::v1::freeze_record_service_server::FreezeRecordServiceServer;
use crate::pb::v1::transaction_service_server::TransactionServiceServer;
use crate::pb::v1::withdraw_service_server::WithdrawServiceServer;
use crate::pb::v1::withdrawal_case_service_server::WithdrawalCaseServiceServer;

/// The largest message that is taken, of every call but one, before and after decompression.
const MESSAGE_MAX_BYTES: usize = 64 * 1024;
/// The largest message of [`BATCH_WITHDRAW`]: as much as a thousand items with all their fields in
/// the longest signs.
const BATCH_MAX_BYTES: usize = 2_304 * 1024;
/// Takes larger messages than all others.
const BATCH_WITHDRAW: &str = "/accountstatus.v1.WithdrawService/BatchWithdraw";
/// Takes a stream of messages.
const IMPORT_STATEMENT: &str = "/accountstatus.v1.ChannelService/ImportStatement";
/// The most calls at once on one connection; the transport's own default is no limit.
const CALLS_PER_CONNECTION: u32 = 1024;
/// After so many streams that broke the protocol a connection is closed (CVE-2025-8671); the
/// transport's own default is no limit.
const BROKEN_STREAMS_MAX: usize = 1024;
/// How often a silent connection is asked whether it lives, and how long it may take to say so.
const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(30);
const KEEPALIVE_TIMEOUT: Duration = Duration::from_secs(10);

/// What the services work with.
#[derive(Debug, Clone)]
pub struct Services {
    /// The write path.
    pub ledger: Ledger,
    /// The read side.
    pub ask: Ask,
    /// The time.
    pub clock: Clock,
    /// What was committed.
    pub feed: Feed,
    /// What is known of the payout channels.
    pub board: Board,
    /// True when the service drains: streams end, so that they don't hold it up.
    pub halting: watch::Receiver<bool>,
    /// The key of the hashes of identity documents.
    pub identity_key: IdentityKey,
    /// The bank's zone: times in texts for customers are local.
    pub zone: chrono_tz::Tz,
    /// How many accounts the bank lets a customer have: texts name it.
    pub accounts_max: i64,
    /// Imports of channels' statements.
    pub statements: Statements,
}

/// Serves on a listener until `shutdown` resolves, then takes no new calls and returns when those
/// that were open have ended. That wait has no bound of its own.
///
/// # Errors
/// When the transport breaks.
pub async fn serve(
    listener: TcpListener,
    services: Services,
    health: HealthServer<HealthService>,
    shutdown: impl Future<Output = ()>,
) -> Result<(), tonic::transport::Error> {
    // Set here because the server's own setting doesn't reach a listener that it did not open.
    let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
    let clock = services.clock.clone();
    let (zone, accounts_max) = (services.zone, services.accounts_max);
    Server::builder()
        .max_concurrent_streams(CALLS_PER_CONNECTION)
        .http2_max_local_error_reset_streams(Some(BROKEN_STREAMS_MAX))
        .http2_keepalive_interval(Some(KEEPALIVE_INTERVAL))
        .http2_keepalive_timeout(Some(KEEPALIVE_TIMEOUT))
        // From the outside in. What is inside of Failures may fail; what is outside may not.
        .layer(around(CallIds { clock }))
        .layer(around(AccessLog))
        .layer(around(Failures))
        .layer(around(CatchPanic))
        .layer(around(Callers { zone, accounts_max }))
        .layer(around(Deadline))
        .layer(around(Form))
        .layer(around(Batches::new(BATCH_WITHDRAW)))
        .layer(around(Batches::new(IMPORT_STATEMENT)))
        .add_routes(routes(services, health))
        .serve_with_incoming_shutdown(incoming, shutdown)
        .await
}

/// A service with the limits that all of ours share.
macro_rules! limited {
    ($server:ident, $handler:expr) => {
        $server::new($handler)
            .max_decoding_message_size(MESSAGE_MAX_BYTES)
            .accept_compressed(CompressionEncoding::Gzip)
    };
}

fn routes(services: Services, health: HealthServer<HealthService>) -> Routes {
    let Services { ledger, ask, clock, feed, board, halting, identity_key, statements, .. } =
        services;
    let freezes = FreezeRecordHandler { ledger: ledger.clone(), ask: ask.clone(), clock };
    let approvals = ApprovalHandler { ledger: ledger.clone(), ask: ask.clone() };
    let withdrawals = WithdrawHandler {
        ledger: ledger.clone(),
        ask: ask.clone(),
        feed: feed.clone(),
        halting: halting.clone(),
    };
    let cases = WithdrawalCaseHandler { ledger: ledger.clone(), ask: ask.clone() };
    let channels = ChannelHandler { ask: ask.clone(), board, statements };
    let reports = PayoutCallbackHandler { ledger: ledger.clone() };
    let accounts = AccountHandler { ledger: ledger.clone(), identity_key: identity_key.clone() };
    let statuses = AccountStatusHandler { ask, identity_key, feed, halting };
    // The decoder's limit is one for a service, so this method has a server of its own.
    let batches = WithdrawServiceServer::new(withdrawals.clone())
        .max_decoding_message_size(BATCH_MAX_BYTES)
        .accept_compressed(CompressionEncoding::Gzip)
        .map_request(|request: http::Request<_>| request.map(Body::new));
    let routes = Routes::new(limited!(AccountStatusServiceServer, statuses))
        .add_service(limited!(AccountServiceServer, accounts))
        .add_service(limited!(FreezeRecordServiceServer, freezes))
        .add_service(limited!(ApprovalServiceServer, approvals))
        .add_service(limited!(TransactionServiceServer, TransactionHandler { ledger }))
        .add_service(limited!(WithdrawServiceServer, withdrawals))
        .add_service(limited!(WithdrawalCaseServiceServer, cases))
        .add_service(limited!(ChannelServiceServer, channels))
        .add_service(limited!(PayoutCallbackServiceServer, reports))
        .add_service(limited!(ClientServiceServer, ClientHandler))
        .add_service(health)
        .add_service(reflection().build_v1().expect("the descriptor sets are compiled in"))
        .add_service(reflection().build_v1alpha().expect("the descriptor sets are compiled in"));
    // An exact path goes before the service's own.
    routes.into_axum_router().route_service(BATCH_WITHDRAW, batches).into()
}

/// Describes our services, health, and the types of error details, so that tools can decode them.
fn reflection() -> tonic_reflection::server::Builder<'static> {
    tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(crate::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
}
