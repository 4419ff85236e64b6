//! grpc.health.v1: whether the service can serve, as a whole and for each service. Everything says
//! NOT_SERVING until whoever wires the service has seen the database answer.

use futures::FutureExt;
use tonic::server::NamedService;
use tonic_health::ServingStatus;
use tonic_health::pb::health_server::HealthServer;
use tonic_health::server::{HealthReporter, HealthService};

use super::account::AccountHandler;
use super::account_status::AccountStatusHandler;
use super::approval::ApprovalHandler;
use super::channel::ChannelHandler;
use super::client::ClientHandler;
use super::freeze_record::FreezeRecordHandler;
use super::payout_callback::PayoutCallbackHandler;
use super::transaction::TransactionHandler;
use super::withdraw::WithdrawHandler;
use super::withdrawal_case::WithdrawalCaseHandler;
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

/// What health speaks for: the empty name is the service as a whole.
const NAMES: [&str; 11] = [
    "",
    <AccountStatusServiceServer<AccountStatusHandler> as NamedService>::NAME,
    <AccountServiceServer<AccountHandler> as NamedService>::NAME,
    <FreezeRecordServiceServer<FreezeRecordHandler> as NamedService>::NAME,
    <ApprovalServiceServer<ApprovalHandler> as NamedService>::NAME,
    <TransactionServiceServer<TransactionHandler> as NamedService>::NAME,
    <WithdrawServiceServer<WithdrawHandler> as NamedService>::NAME,
    <WithdrawalCaseServiceServer<WithdrawalCaseHandler> as NamedService>::NAME,
    <ChannelServiceServer<ChannelHandler> as NamedService>::NAME,
    <PayoutCallbackServiceServer<PayoutCallbackHandler> as NamedService>::NAME,
    <ClientServiceServer<ClientHandler> as NamedService>::NAME,
];

/// Sets what health checks answer.
#[derive(Debug, Clone)]
pub struct Health(HealthReporter);

/// The health service for [`super::serve`], and the handle that sets what it answers: NOT_SERVING
/// at first.
pub fn health() -> (Health, HealthServer<HealthService>) {
    let health = Health(HealthReporter::new());
    let set = health.set_serving(false).now_or_never();
    set.expect("nobody else holds the lock of a reporter that was made just now");
    let service = HealthService::from_health_reporter(health.0.clone());
    (health, HealthServer::new(service))
}

impl Health {
    /// Says SERVING or NOT_SERVING for everything.
    pub async fn set_serving(&self, serving: bool) {
        let status = if serving { ServingStatus::Serving } else { ServingStatus::NotServing };
        for name in NAMES {
            self.0.set_service_status(name, status).await;
        }
    }
}
