//! ClientService: who the server thinks the caller is. Reads nothing.

use tonic::{Request, Response, Status};

use super::caller::Caller;
use super::handler::answer;
use super::names::Named;
use crate::domain::principal::Scope;
use crate::pb::v1;
use crate::pb::v1::client_service_server::ClientService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct ClientHandler;

#[tonic::async_trait]
impl ClientService for ClientHandler {
    async fn who_am_i(
        &self,
        request: Request<v1::WhoAmIRequest>,
    ) -> Result<Response<v1::WhoAmIResponse>, Status> {
        answer(request, |caller, v1::WhoAmIRequest {}| async move {
            Ok(v1::WhoAmIResponse { client: Some(client(&caller)) })
        })
        .await
    }
}

fn client(caller: &Caller) -> v1::Client {
    let mut scopes: Vec<&str> = caller.principal.scopes.iter().copied().map(Scope::name).collect();
    scopes.sort_unstable();
    v1::Client {
        principal: caller.principal.name.to_string(),
        scopes: scopes.into_iter().map(str::to_owned).collect(),
        entry_channel: caller.entry_channel.number(),
        locale: caller.locale.tag().to_owned(),
        request_id: caller.call_id.0.to_string(),
    }
}
