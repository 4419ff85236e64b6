//! Which scope each call needs: with every other one it is refused, with that alone it is heard.

mod cases;

use std::time::Duration;

use chrono::{DateTime, Utc};
use strum::VariantArray;
use tonic::Status;
use tonic_types::StatusExt;

use super::*;
use crate::clock::Clock;
use crate::config::{FourEyesSetting, Given};
use crate::domain::principal::{Principal, Scope};
use crate::grpc::scoped::{Edge, edge};
use crate::pb::v1;
use crate::pb::v1::account_service_client::AccountServiceClient;
use crate::pb::v1::account_status_service_client::AccountStatusServiceClient;
use crate::pb::v1::approval_service_client::ApprovalServiceClient;
use crate::pb::v1::channel_service_client::ChannelServiceClient;
use crate::pb::v1::freeze_record_service_client::FreezeRecordServiceClient;
use crate::pb::v1::withdraw_service_client::WithdrawServiceClient;

const NAME: &str = "wallet";
const NUMBER: &str = "9990584001000000001";

/// The services on a database of their own.
struct Desk {
    core: Core,
    services: grpc::Services,
    _directory: tempfile::TempDir,
}

impl Desk {
    async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}/bank.db?mode=rwc", directory.path().display());
        let given = Given {
            database_url: Some(url),
            lanes: Some(1),
            four_eyes: Some(FourEyesSetting::Required),
            ..Given::default()
        };
        let settings = given.settings().unwrap();
        let store = open(&settings).await.unwrap();
        store.migrate_up().await.unwrap();
        let clock = Clock::manual(DateTime::<Utc>::UNIX_EPOCH, 1);
        let core = Core::start(store, clock.clone(), &settings);
        let zone = settings.rules.zone;
        let identity_key = IdentityKey::of(&settings.rules.history_key);
        let services = grpc::Services {
            ledger: core.ledger.clone(),
            ask: core.ask.clone(),
            clock,
            feed: core.feed.clone(),
            board: core.board.clone(),
            halting: watch::channel(false).1,
            identity_key,
            zone,
            accounts_max: settings.rules.reviews.accounts_per_customer,
            statements: statements_of(&core),
        };
        Self { core, services, _directory: directory }
    }

    fn edge(&self, scopes: impl IntoIterator<Item = Scope>) -> Edge {
        edge(self.services.clone(), Principal::new(NAME, scopes))
    }

    /// Checks that a call is refused with all scopes but these, and heard with each of them alone.
    async fn needs<A>(&self, scopes: &[Scope], call: impl AsyncFn(Edge) -> Result<A, Status>) {
        let others = Scope::VARIANTS.iter().copied().filter(|scope| !scopes.contains(scope));
        let refused = call(self.edge(others)).await.err();
        assert_eq!(refused.map(|status| reason(&status)).as_deref(), Some("PERMISSION_DENIED"));
        for scope in scopes {
            let heard = call(self.edge([*scope])).await.err();
            let heard = heard.map(|status| reason(&status)).unwrap_or_default();
            assert!(!["PERMISSION_DENIED", "INVALID_REQUEST"].contains(&&*heard), "{heard}");
        }
    }

    async fn close(self) {
        drop(self.services);
        self.core.drain(Duration::from_secs(5)).await;
    }
}

fn reason(status: &Status) -> String {
    status.get_details_error_info().unwrap().reason
}

fn number() -> String {
    NUMBER.to_owned()
}

fn id() -> String {
    "some-id".to_owned()
}

#[tokio::test]
async fn approvals_are_read_by_readers_decided_by_deciders_and_taken_back_by_whoever_may_read() {
    let desk = Desk::open().await;
    let read = [Scope::AccountRead];
    let decide = [Scope::ApprovalWrite];
    desk.needs(&read, async |edge| {
        let get = v1::GetApprovalRequest { approval_id: id(), ..Default::default() };
        ApprovalServiceClient::new(edge).get_approval(get).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let list = v1::ListApprovalsRequest::default();
        ApprovalServiceClient::new(edge).list_approvals(list).await
    })
    .await;
    desk.needs(&decide, async |edge| {
        let approve = v1::ApproveRequest {
            account_number: number(),
            approval_id: id(),
            request_id: id(),
            ..Default::default()
        };
        ApprovalServiceClient::new(edge).approve(approve).await
    })
    .await;
    desk.needs(&decide, async |edge| {
        let reject = v1::RejectRequest {
            account_number: number(),
            approval_id: id(),
            comment: "no".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        ApprovalServiceClient::new(edge).reject(reject).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let withdraw = v1::WithdrawApprovalRequest {
            account_number: number(),
            approval_id: id(),
            comment: "mistaken".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        ApprovalServiceClient::new(edge).withdraw_approval(withdraw).await
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn identities_and_bindings_are_written_with_the_accounts_scope() {
    let desk = Desk::open().await;
    let write = [Scope::AccountWrite];
    desk.needs(&write, async |edge| {
        let update = v1::UpdateIdentityRequest {
            account_number: number(),
            verified: true,
            request_id: id(),
            ..Default::default()
        };
        AccountServiceClient::new(edge).update_identity(update).await
    })
    .await;
    desk.needs(&write, async |edge| {
        let bind = v1::BindPlatformRequest {
            account_number: number(),
            card_number: "6222021234567890123".to_owned(),
            platform_id: NAME.to_owned(),
            action: v1::PlatformAction::Bind.into(),
            request_id: id(),
            ..Default::default()
        };
        AccountServiceClient::new(edge).bind_platform(bind).await
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn lists_questions_and_watches_are_for_who_may_read_accounts() {
    let desk = Desk::open().await;
    let read = [Scope::AccountRead];
    desk.needs(&read, async |edge| {
        let check = v1::CheckOperationRequest {
            key: Some(v1::check_operation_request::Key::AccountNumber(number())),
            operation: v1::Operation::Credit.into(),
            ..Default::default()
        };
        AccountStatusServiceClient::new(edge).check_operation(check).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let list = v1::ListAbnormalAccountsRequest::default();
        AccountStatusServiceClient::new(edge).list_abnormal_accounts(list).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let watch =
            v1::WatchAccountStatusRequest { account_numbers: vec![number()], ..Default::default() };
        AccountStatusServiceClient::new(edge).watch_account_status(watch).await
    })
    .await;
    // A platform may ask about its own cards.
    let own = [Scope::AccountRead, Scope::PlatformRead];
    desk.needs(&own, async |edge| {
        let list =
            v1::ListCardBindingsRequest { platform_id: NAME.to_owned(), ..Default::default() };
        AccountStatusServiceClient::new(edge).list_card_bindings(list).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let list =
            v1::ListCardBindingsRequest { platform_id: "other".to_owned(), ..Default::default() };
        AccountStatusServiceClient::new(edge).list_card_bindings(list).await
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn withdrawals_of_a_batch_are_made_by_who_may_withdraw() {
    let desk = Desk::open().await;
    desk.needs(&[Scope::WithdrawWrite], async |edge| {
        let one = v1::WithdrawRequest { account_number: number(), ..Default::default() };
        let batch = v1::BatchWithdrawRequest { requests: vec![one] };
        WithdrawServiceClient::new(edge).batch_withdraw(batch).await
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn orders_about_freezes_are_written_and_what_ends_or_takes_money_is_released() {
    let desk = Desk::open().await;
    let (court, network) =
        (v1::AuthorityKind::CourtCivil.into(), v1::FreezeSource::CourtNetwork.into());
    desk.needs(&[Scope::FreezeWrite], async |edge| {
        let renew = v1::RenewFreezeRecordRequest {
            account_number: number(),
            freeze_id: id(),
            reason: "more time".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        FreezeRecordServiceClient::new(edge).renew_freeze_record(renew).await
    })
    .await;
    desk.needs(&[Scope::FreezeWrite], async |edge| {
        let succeed = v1::SucceedFreezeRecordRequest {
            account_number: number(),
            freeze_id: id(),
            authority_kind: court,
            authority_name: "A Court".to_owned(),
            document_no: "1".to_owned(),
            reason: "referred".to_owned(),
            source: network,
            request_id: id(),
            ..Default::default()
        };
        FreezeRecordServiceClient::new(edge).succeed_freeze_record(succeed).await
    })
    .await;
    desk.needs(&[Scope::FreezeRelease], async |edge| {
        let amount = v1::Money { currency_code: "CNY".to_owned(), amount: "1.00".to_owned() };
        let deduct = v1::DeductFreezeRecordRequest {
            account_number: number(),
            freeze_id: id(),
            amount: Some(amount),
            authority_kind: court,
            authority_name: "A Court".to_owned(),
            document_no: "1".to_owned(),
            receiving_account: "2".to_owned(),
            receiving_name: "A Court".to_owned(),
            reason: "execution".to_owned(),
            source: network,
            request_id: id(),
            ..Default::default()
        };
        FreezeRecordServiceClient::new(edge).deduct_freeze_record(deduct).await
    })
    .await;
    desk.needs(&[Scope::AccountRead], async |edge| {
        let status = v1::FreezeStatus::Active.into();
        let list = v1::ListFreezeRecordsRequest { status, ..Default::default() };
        FreezeRecordServiceClient::new(edge).list_freeze_records(list).await
    })
    .await;
    let mut anybody = FreezeRecordServiceClient::new(desk.edge([]));
    let kinds = anybody.list_authority_kinds(v1::ListAuthorityKindsRequest {}).await;
    assert_eq!(kinds.unwrap().into_inner().rules.len(), 23);
    drop(anybody);
    desk.close().await;
}

#[tokio::test]
async fn objections_are_for_who_handles_freezes_or_risks_and_marks_for_who_writes_accounts() {
    let desk = Desk::open().await;
    let either = [Scope::FreezeWrite, Scope::RiskWrite];
    desk.needs(&either, async |edge| {
        let record = v1::RecordObjectionRequest {
            account_number: number(),
            raised_by: v1::ObjectionParty::Holder.into(),
            text: "mine".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        FreezeRecordServiceClient::new(edge).record_objection(record).await
    })
    .await;
    desk.needs(&either, async |edge| {
        let answer = v1::AnswerObjectionRequest {
            account_number: number(),
            objection_id: id(),
            outcome: v1::ObjectionOutcome::Upheld.into(),
            answer: "yes".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        FreezeRecordServiceClient::new(edge).answer_objection(answer).await
    })
    .await;
    desk.needs(&[Scope::AccountRead], async |edge| {
        let list = v1::ListObjectionsRequest { open_only: true, ..Default::default() };
        FreezeRecordServiceClient::new(edge).list_objections(list).await
    })
    .await;
    desk.needs(&[Scope::AccountWrite], async |edge| {
        let protect = v1::ProtectAccountRequest {
            account_number: number(),
            protected_kind: v1::ProtectedKind::Wages.into(),
            reason: "wages".to_owned(),
            request_id: id(),
            ..Default::default()
        };
        AccountServiceClient::new(edge).protect_account(protect).await
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn channels_are_looked_at_and_changed_with_scopes_of_their_own() {
    let desk = Desk::open().await;
    let (read, write) = ([Scope::ChannelRead], [Scope::ChannelWrite]);
    desk.needs(&read, async |edge| {
        ChannelServiceClient::new(edge).list_channels(v1::ListChannelsRequest {}).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let list = v1::ListChannelEventsRequest::default();
        ChannelServiceClient::new(edge).list_channel_events(list).await
    })
    .await;
    desk.needs(&read, async |edge| {
        let probe = v1::ProbeChannelRequest { channel_id: id() };
        ChannelServiceClient::new(edge).probe_channel(probe).await
    })
    .await;
    desk.needs(&write, async |edge| {
        let channel = v1::Channel {
            channel_id: id(),
            url: "http://127.0.0.1:9".to_owned(),
            role: v1::ChannelRole::Primary.into(),
            priority: 1,
            ..Default::default()
        };
        let upsert = v1::UpsertChannelRequest {
            channel: Some(channel),
            request_id: id(),
            validate_only: true,
            ..Default::default()
        };
        ChannelServiceClient::new(edge).upsert_channel(upsert).await
    })
    .await;
    desk.needs(&write, async |edge| {
        let state = v1::SetChannelStateRequest {
            channel_id: id(),
            state: v1::ChannelState::Enabled.into(),
            request_id: id(),
            ..Default::default()
        };
        ChannelServiceClient::new(edge).set_channel_state(state).await
    })
    .await;
    desk.close().await;
}

#[tokio::test]
async fn who_may_not_send_a_statement_is_not_waited_for() {
    let desk = Desk::open().await;
    let others = Scope::VARIANTS.iter().copied().filter(|scope| *scope != Scope::StatementWrite);
    let mut client = ChannelServiceClient::new(desk.edge(others));
    let refused = client.import_statement(futures::stream::pending()).await.unwrap_err();
    assert_eq!(reason(&refused), "PERMISSION_DENIED");
    desk.close().await;
}
