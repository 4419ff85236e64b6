//! The services that every gRPC server has: reflection and health.

use std::time::Duration;

use futures::StreamExt as _;
use prost::Message as _;
use tokio::time::timeout;
use tonic::Code;
use tonic::transport::Channel;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use crate::harness::calls::with;
use crate::harness::{Bank, Engine};

const PATIENCE: Duration = Duration::from_secs(20);

/// Lists services and looks up symbols in one version of the reflection protocol.
macro_rules! reflect {
    ($version:ident, $channel:expr) => {{
        use tonic_reflection::pb::$version::ServerReflectionRequest;
        use tonic_reflection::pb::$version::server_reflection_client::ServerReflectionClient;
        use tonic_reflection::pb::$version::server_reflection_request::MessageRequest;
        use tonic_reflection::pb::$version::server_reflection_response::MessageResponse;
        let ask = |message: MessageRequest| ServerReflectionRequest {
            host: String::new(),
            message_request: Some(message),
        };
        let symbols = ["google.rpc.ErrorInfo", "accountstatus.v1.WithdrawService"];
        let mut asked = vec![ask(MessageRequest::ListServices(String::new()))];
        asked
            .extend(symbols.map(|name| ask(MessageRequest::FileContainingSymbol(name.to_owned()))));
        let mut client = ServerReflectionClient::new($channel.clone());
        let answers = client.server_reflection_info(futures::stream::iter(asked)).await.unwrap();
        let mut services: Vec<String> = Vec::new();
        let mut files: Vec<prost_types::FileDescriptorProto> = Vec::new();
        for answer in answers.into_inner().collect::<Vec<_>>().await {
            match answer.unwrap().message_response.unwrap() {
                MessageResponse::ListServicesResponse(list) => {
                    services.extend(list.service.into_iter().map(|service| service.name));
                }
                MessageResponse::FileDescriptorResponse(found) => {
                    let decode = |bytes: &Vec<u8>| {
                        prost_types::FileDescriptorProto::decode(&bytes[..]).unwrap()
                    };
                    files.extend(found.file_descriptor_proto.iter().map(decode));
                }
                other => panic!("{other:?}"),
            }
        }
        (services, files)
    }};
}

const SERVICES: [&str; 6] = [
    "accountstatus.v1.AccountService",
    "accountstatus.v1.AccountStatusService",
    "accountstatus.v1.ClientService",
    "accountstatus.v1.FreezeRecordService",
    "accountstatus.v1.TransactionService",
    "accountstatus.v1.WithdrawService",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn reflection_lists_our_services_and_decodes_error_details_in_both_versions() {
    let bank = Bank::open(Engine::Sqlite).await;
    for (services, files) in [reflect!(v1, bank.channel), reflect!(v1alpha, bank.channel)] {
        for name in SERVICES.into_iter().chain(["grpc.health.v1.Health"]) {
            assert!(services.iter().any(|service| service == name), "{name} in {services:?}");
        }
        let has = |file: &&prost_types::FileDescriptorProto, name: &str| {
            file.message_type.iter().any(|message| message.name() == name)
        };
        assert!(files.iter().any(|file| has(&file, "ErrorInfo")));
        let ours = files.iter().find(|file| has(file, "WithdrawRequest")).unwrap();
        let comments = ours.source_code_info.as_ref().unwrap();
        let said = comments.location.iter().filter_map(|at| at.leading_comments.as_deref());
        assert!(said.into_iter().any(|comment| comment.contains("reserves the amount")));
    }
    bank.finish().await;
}

/// Follows health until it says a state.
pub(crate) async fn until_health_says(channel: &Channel, service: &str, expected: ServingStatus) {
    let mut client = HealthClient::new(channel.clone());
    let request = HealthCheckRequest { service: service.to_owned() };
    let mut states = client.watch(request).await.unwrap().into_inner();
    let reached = async {
        while let Some(state) = states.next().await {
            if state.unwrap().status() == expected {
                return;
            }
        }
        panic!("the watch ended before {expected:?}");
    };
    timeout(PATIENCE, reached).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn health_says_serving_for_the_whole_and_for_each_service() {
    let bank = Bank::open(Engine::Sqlite).await;
    for service in SERVICES.into_iter().chain([""]) {
        until_health_says(&bank.channel, service, ServingStatus::Serving).await;
        let request = HealthCheckRequest { service: service.to_owned() };
        // Health asks for no principal and has no entry channel, so it checks neither.
        let request = with(&[("x-principal", "two words")], request);
        let answer = HealthClient::new(bank.channel.clone()).check(request).await.unwrap();
        assert_eq!(answer.into_inner().status(), ServingStatus::Serving, "{service}");
    }
    let unknown = HealthCheckRequest { service: "no.such.Service".to_owned() };
    let refused = HealthClient::new(bank.channel.clone()).check(unknown).await.unwrap_err();
    assert_eq!(refused.code(), Code::NotFound);
    bank.finish().await;
}
