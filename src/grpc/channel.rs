//! ChannelService: channels, their health, their statistics, their statements.

use std::collections::BTreeMap;

use tonic::{Request, Response, Status, Streaming};

use super::channel_stats::get_channel_stats;
use super::failure::Failure;
use super::handler::{answer, require};
use super::statement::Statements;
use super::{parse, render};
use crate::ask::Ask;
use crate::domain::channel::Channel;
use crate::domain::principal::Scope;
use crate::domain::refusal::Reason;
use crate::ledger::apart::ChangeChannel;
use crate::payout::board::Board;
use crate::pb::v1;
use crate::pb::v1::channel_service_server::ChannelService;

/// See the module.
#[derive(Debug, Clone)]
pub(super) struct ChannelHandler {
    /// The read side.
    pub(super) ask: Ask,
    /// What is known of the channels, and the way to change them.
    pub(super) board: Board,
    /// Imports of statements.
    pub(super) statements: Statements,
}

#[tonic::async_trait]
impl ChannelService for ChannelHandler {
    async fn list_channels(
        &self,
        request: Request<v1::ListChannelsRequest>,
    ) -> Result<Response<v1::ListChannelsResponse>, Status> {
        answer(request, |caller, _body| async move {
            require(&caller, Scope::ChannelRead)?;
            let rows = self.ask.channels().await?;
            let open = self.ask.open_attempts().await?;
            let channels = rows.iter().map(|row| self.shown(row, &open)).collect();
            Ok(v1::ListChannelsResponse { channels })
        })
        .await
    }

    async fn upsert_channel(
        &self,
        request: Request<v1::UpsertChannelRequest>,
    ) -> Result<Response<v1::UpsertChannelResponse>, Status> {
        answer(request, |caller, body| async move {
            let change = parse::upsert_channel(body, &caller)?;
            require(&caller, Scope::ChannelWrite)?;
            let channel = Some(self.change(&change).await?);
            Ok(v1::UpsertChannelResponse { channel })
        })
        .await
    }

    async fn set_channel_state(
        &self,
        request: Request<v1::SetChannelStateRequest>,
    ) -> Result<Response<v1::SetChannelStateResponse>, Status> {
        answer(request, |caller, body| async move {
            let change = parse::set_channel_state(body, &caller)?;
            require(&caller, Scope::ChannelWrite)?;
            let channel = Some(self.change(&change).await?);
            Ok(v1::SetChannelStateResponse { channel })
        })
        .await
    }

    async fn probe_channel(
        &self,
        request: Request<v1::ProbeChannelRequest>,
    ) -> Result<Response<v1::ProbeChannelResponse>, Status> {
        answer(request, |caller, body| async move {
            let id = parse::channel_id(&body.channel_id)?;
            require(&caller, Scope::ChannelRead)?;
            let rows = self.ask.channels().await?;
            let row = rows.into_iter().find(|row| row.channel_id == id);
            let row = row.ok_or(Reason::ChannelNotFound)?;
            let probe = self.board.probe(&row).await;
            let open = self.ask.open_attempts().await?;
            Ok(v1::ProbeChannelResponse {
                reachable: probe.is_good(&row),
                latency: probe.latency_ms.map(render::latency),
                channel: Some(self.shown(&row, &open)),
            })
        })
        .await
    }

    async fn list_channel_events(
        &self,
        request: Request<v1::ListChannelEventsRequest>,
    ) -> Result<Response<v1::ListChannelEventsResponse>, Status> {
        answer(request, |caller, body| async move {
            let asked = parse::channel_events(body)?;
            require(&caller, Scope::ChannelRead)?;
            let listed = self.ask.channel_events(&asked.channel_id, asked.page).await?;
            Ok(v1::ListChannelEventsResponse {
                events: listed.items.iter().map(render::channel_event).collect(),
                next_page_token: parse::next_page_token(&asked.query, listed.next),
            })
        })
        .await
    }

    async fn get_channel_stats(
        &self,
        request: Request<v1::GetChannelStatsRequest>,
    ) -> Result<Response<v1::GetChannelStatsResponse>, Status> {
        answer(
            request,
            |caller, body| async move { get_channel_stats(&self.ask, &caller, body).await },
        )
        .await
    }

    async fn import_statement(
        &self,
        request: Request<Streaming<v1::ImportStatementRequest>>,
    ) -> Result<Response<v1::ImportStatementResponse>, Status> {
        answer(request, |caller, body| async move { self.statements.import(&caller, body).await })
            .await
    }
}

impl ChannelHandler {
    async fn change(&self, change: &ChangeChannel) -> Result<v1::Channel, Failure> {
        let row = self.board.apart().change_channel(change).await?;
        let open = self.ask.open_attempts().await?;
        Ok(self.shown(&row, &open))
    }

    fn shown(&self, row: &Channel, open: &BTreeMap<String, i64>) -> v1::Channel {
        let open = open.get(row.channel_id.as_str()).copied().unwrap_or(0);
        render::channel(row, &self.board.health(row), open)
    }
}
