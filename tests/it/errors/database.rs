//! The database is away for a while.

use std::net::SocketAddr;

use account_status::clock::Clock;
use account_status::config::{Given, Switch};
use account_status::pb::v1::account_service_client::AccountServiceClient;
use account_status::pb::v1::account_status_service_client::AccountStatusServiceClient;
use account_status::pb::v1::client_service_client::ClientServiceClient;
use account_status::pb::v1::withdraw_service_client::WithdrawServiceClient;
use account_status::pb::v1::*;
use account_status::service::{self, Core};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tonic::transport::Channel;
use tonic_health::pb::health_check_response::ServingStatus;

use super::NUMBER;
use super::standard::until_health_says;
use crate::harness::calls::*;
use crate::harness::{Engine, engine, start_time};
use crate::refusals::assert_canonical;

/// A wire to a database, to be cut and mended.
struct Wire {
    address: SocketAddr,
    target: String,
    tasks: JoinSet<()>,
}

impl Wire {
    async fn to(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut wire = Self { address, target, tasks: JoinSet::new() };
        wire.carry(listener);
        wire
    }

    fn carry(&mut self, listener: TcpListener) {
        let target = self.target.clone();
        self.tasks.spawn(async move {
            let mut carried = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let target = target.clone();
                carried.spawn(async move {
                    let mut far = TcpStream::connect(target).await.unwrap();
                    // Either side may hang up.
                    let _ended = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
    }

    /// Ends every connection and refuses new ones.
    async fn cut(&mut self) {
        self.tasks.shutdown().await;
    }

    async fn mend(&mut self) {
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.carry(listener);
    }
}

/// The URL with the wire's address in place of the server's, and the server's address.
async fn through_a_wire(url: &str) -> (String, Wire) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, path) = rest.split_once('/').unwrap();
    let (user, server) = authority.rsplit_once('@').map_or(("", authority), |(u, s)| (u, s));
    let server = if server.contains(':') { server.to_owned() } else { format!("{server}:5432") };
    let wire = Wire::to(server).await;
    let at = if user.is_empty() { "" } else { "@" };
    (format!("{scheme}://{user}{at}{}/{path}", wire.address), wire)
}

/// The database can't be reached: UNAVAILABLE with RetryInfo for reads and commands, health says
/// so; once it is back, the same requests go through.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_database_is_away_calls_are_unavailable_and_can_be_retried() {
    if !engine::postgres_is_there().await {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let direct = engine::fresh_database(Engine::Postgres, directory.path()).await;
    let (url, mut wire) = through_a_wire(&direct).await;
    let given = Given {
        database_url: Some(url),
        sweep: Some(Switch::Off),
        drain_secs: Some(5),
        readers: Some(4),
        lanes: Some(2),
        ..Given::default()
    };
    let settings = given.settings().unwrap();
    let store = service::open(&settings).await.unwrap();
    let core = Core::start(store, Clock::manual(start_time(), 7), &settings);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopping) = watch::channel(false);
    let mut tasks = JoinSet::new();
    tasks.spawn(async move {
        service::serve(core, listener, &settings, stopping).await.unwrap();
    });
    let channel =
        Channel::from_shared(format!("http://{address}")).unwrap().connect().await.unwrap();
    until_health_says(&channel, "", ServingStatus::Serving).await;
    while_away(&channel, &mut wire).await;
    drop(channel);
    stop.send(true).unwrap();
    while let Some(ended) = tasks.join_next().await {
        ended.unwrap();
    }
    wire.cut().await;
    engine::drop_database(Engine::Postgres, &direct).await;
}

async fn while_away(channel: &Channel, wire: &mut Wire) {
    let open = OpenAccountRequest {
        account_number: NUMBER.to_owned(),
        account_name: "Lin Zhixia".to_owned(),
        customer_id: "C10001".to_owned(),
        branch_code: "SZ".to_owned(),
        currency_code: "CNY".to_owned(),
        request_id: fresh(),
        ..OpenAccountRequest::default()
    };
    let key = get_account_status_request::Key::AccountNumber(NUMBER.to_owned());
    let get = GetAccountStatusRequest { key: Some(key), view: 0 };
    let mut accounts = AccountServiceClient::new(channel.clone());
    let mut statuses = AccountStatusServiceClient::new(channel.clone());
    wire.cut().await;
    for _ in 0..2 {
        let (mut asking, mut telling) = (statuses.clone(), accounts.clone());
        let (read, told) = tokio::join!(
            asking.get_account_status(get.clone()),
            telling.open_account(open.clone())
        );
        assert_canonical(ErrorReason::Unavailable, &read.unwrap_err(), &[NUMBER]);
        assert_canonical(ErrorReason::Unavailable, &told.unwrap_err(), &[NUMBER]);
    }
    until_health_says(channel, "", ServingStatus::NotServing).await;
    let who = ClientServiceClient::new(channel.clone()).who_am_i(WhoAmIRequest {}).await;
    assert!(who.is_ok(), "what needs no database is served");
    wire.mend().await;
    until_health_says(channel, "", ServingStatus::Serving).await;
    let opened = accounts.open_account(open.clone()).await.unwrap().into_inner();
    assert_eq!(accounts.open_account(open).await.unwrap().into_inner(), opened);
    let info = statuses.get_account_status(get).await.unwrap().into_inner();
    assert_eq!(info.account_status.unwrap().status(), AccountStatus::Opening);
    let short = WithdrawRequest {
        account_number: NUMBER.to_owned(),
        amount: cny("1.00"),
        beneficiary: payee(),
        request_id: fresh(),
        ..WithdrawRequest::default()
    };
    let refused = WithdrawServiceClient::new(channel.clone()).withdraw(short).await.unwrap_err();
    assert_eq!(reason(&refused), "ACCOUNT_OPENING");
}
