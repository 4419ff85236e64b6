//! Channels as people configure them and as the service chooses among them: what is offered, what
//! takes over, what waits, and what is never exceeded.

mod changes;
mod choosing;
mod limits;
mod shares;

use std::time::{Duration, Instant};

use account_status::config::Given;
use account_status::domain::withdrawal::HAND_OVER;
use account_status::pb::v1 as pb;
use account_status::pb::v1::channel_service_client::ChannelServiceClient;
use account_status::pb::v1::*;
use account_status::simulator::Options;
use tonic::Status;

use crate::actions;
use crate::harness::calls::fresh;
use crate::harness::channel::{Channel, judge};
use crate::harness::{Bank, calls};

const ACCOUNT: &str = "8300000001";
/// How long something may take, in real time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long is waited between two looks.
const LOOK: Duration = Duration::from_millis(20);

fn client(bank: &Bank) -> ChannelServiceClient<tonic::transport::Channel> {
    ChannelServiceClient::new(bank.channel.clone())
}

/// A configuration of a channel.
pub(crate) fn configured(id: &str, url: &str, role: ChannelRole) -> pb::Channel {
    pb::Channel {
        channel_id: id.to_owned(),
        url: url.to_owned(),
        role: role.into(),
        priority: 1,
        ..pb::Channel::default()
    }
}

pub(crate) fn upserting(channel: pb::Channel) -> UpsertChannelRequest {
    UpsertChannelRequest { channel: Some(channel), request_id: fresh(), ..Default::default() }
}

/// Lets as much time pass as tells two rows of the log apart.
fn a_moment_later(bank: &Bank) {
    bank.pass(chrono::Duration::milliseconds(1));
}

async fn upsert(bank: &Bank, channel: pb::Channel) -> Result<pb::Channel, Status> {
    a_moment_later(bank);
    Ok(client(bank).upsert_channel(upserting(channel)).await?.into_inner().channel.unwrap())
}

async fn set_state(
    bank: &Bank,
    id: &str,
    state: ChannelState,
    set: impl FnOnce(&mut SetChannelStateRequest),
) -> Result<pb::Channel, Status> {
    a_moment_later(bank);
    let mut request = SetChannelStateRequest {
        channel_id: id.to_owned(),
        state: state.into(),
        reason: "as a test wants it".to_owned(),
        request_id: fresh(),
        ..SetChannelStateRequest::default()
    };
    set(&mut request);
    Ok(client(bank).set_channel_state(request).await?.into_inner().channel.unwrap())
}

async fn channel(bank: &Bank, id: &str) -> pb::Channel {
    let list = client(bank).list_channels(ListChannelsRequest {}).await.unwrap().into_inner();
    list.channels.into_iter().find(|channel| channel.channel_id == id).unwrap()
}

/// What happened to a channel, the oldest first.
async fn events(bank: &Bank, id: &str) -> Vec<ChannelEventKind> {
    let list = ListChannelEventsRequest { channel_id: id.to_owned(), ..Default::default() };
    let page = client(bank).list_channel_events(list).await.unwrap().into_inner();
    page.events.iter().rev().map(ChannelEvent::kind).collect()
}

/// Waits until a look at the bank is satisfied.
async fn eventually(what: &str, look: impl AsyncFn() -> bool) {
    let begun = Instant::now();
    while !look().await {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        tokio::time::sleep(LOOK).await;
    }
}

/// The bank with an account over these channels, at a time at which nobody has anything in hand.
async fn over(bank: Bank, channels: &[String]) -> Bank {
    bank.account(ACCOUNT, "100000.00").await;
    bank.pass(HAND_OVER * 2);
    let channels = channels.to_vec();
    bank.reopen(|given: &mut Given| {
        given.channel = Some(channels);
        given.payout_timeout_ms = Some(1_000);
        given.payouts_at_once = Some(8);
    })
    .await
}

async fn withdraw(bank: &Bank, amount: &str, reference: &str) -> String {
    let request =
        WithdrawRequest { reference: reference.to_owned(), ..bank.withdrawal(ACCOUNT, amount) };
    bank.withdraw_with(request).await.unwrap().withdrawal_id
}

async fn find(bank: &Bank, id: &str) -> Withdrawal {
    let get = GetWithdrawalRequest { withdrawal_id: id.to_owned(), ..Default::default() };
    bank.withdraw_client().get_withdrawal(get).await.unwrap().into_inner().withdrawal.unwrap()
}

/// Waits until a withdrawal is as it should be, without letting time pass.
async fn until(bank: &Bank, id: &str, is: impl Fn(&Withdrawal) -> bool) -> Withdrawal {
    let begun = Instant::now();
    loop {
        let row = find(bank, id).await;
        if is(&row) {
            return row;
        }
        assert!(begun.elapsed() < PATIENCE, "it stays {row:#?}");
        tokio::time::sleep(LOOK).await;
    }
}

async fn until_state(bank: &Bank, id: &str, state: WithdrawalState) -> Withdrawal {
    until(bank, id, |row| row.state() == state).await
}

/// Waits until a withdrawal has settled; one that is held is looked at again as time passes.
async fn settles(bank: &Bank, id: &str) {
    eventually("it is settled", async || {
        let row = find(bank, id).await;
        if row.held_reason() != HeldReason::Unspecified {
            bank.pass(chrono::Duration::seconds(1));
        }
        row.state() == WithdrawalState::Settled
    })
    .await;
}

/// The channels of its attempts, the first first.
fn went_over(row: &Withdrawal) -> Vec<&str> {
    row.attempts.iter().map(|attempt| &*attempt.channel).collect()
}

/// Lets time pass until a withdrawal is due.
fn pass_to(bank: &Bank, row: &Withdrawal) {
    bank.clock.set(actions::instant(&row.next_action_time));
}

async fn close(bank: Bank, channels: Vec<Channel>) {
    let database = bank.database().await;
    let wrong = judge(&database, &channels.iter().collect::<Vec<_>>()).await;
    assert!(wrong.is_empty(), "{wrong:#?}");
    database.close().await.unwrap();
    bank.finish().await;
    for channel in channels {
        channel.close().await;
    }
}

fn reason(status: &Status) -> String {
    calls::reason(status)
}

/// A channel that settles at once what asks for nothing.
async fn serving(bank: &Bank, set: impl FnOnce(&mut Options)) -> Channel {
    Channel::open_with(bank.clock.clone(), set).await
}
