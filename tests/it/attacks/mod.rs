//! Clients that misuse the transport, against the real program: whoever else calls is served
//! meanwhile and afterwards, and the program's memory stays bounded.

mod connections;
mod load;
mod streams;

use std::pin::pin;
use std::time::{Duration, Instant};

use account_status::pb::v1::account_status_service_client::AccountStatusServiceClient;
use account_status::pb::v1::client_service_client::ClientServiceClient;
use account_status::pb::v1::*;
use tokio::time::timeout;

use crate::harness::calls::reason;
use crate::harness::program::Program;
use crate::harness::{Bank, Engine, engine};

const NUMBER: &str = "9990584001000009001";
/// How long somebody may wait for an answer while others attack.
const SERVED_WITHIN: Duration = Duration::from_secs(20);
/// How long an attack goes on that has no end of its own.
const ATTACK: Duration = Duration::from_secs(2);
/// What an attack may add to the program's memory, of which most is given back later.
const GROWTH_MAX_KIB: u64 = 96 * 1024;

/// The program, with one account in its database.
struct Besieged {
    program: Program,
    url: String,
    /// Withdrawals that were acknowledged.
    acknowledged: Vec<String>,
    directory: tempfile::TempDir,
}

impl Besieged {
    async fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = engine::fresh_database(Engine::Sqlite, directory.path()).await;
        let inside = tempfile::tempdir().unwrap();
        let bank = Bank::on(Engine::Sqlite, url.clone(), inside, |_given| {}).await;
        bank.account(NUMBER, "1000000.00").await;
        bank.stop_without_audit().await;
        let serve = ["serve", "--open-withdrawals-max", "1000000"];
        let program = Program::start(&serve, &url).await;
        Self { program, url, acknowledged: Vec::new(), directory }
    }

    /// Somebody asks, looks, and reserves.
    async fn served(&mut self) {
        let channel = self.program.channel.clone();
        let all = async {
            ClientServiceClient::new(channel.clone()).who_am_i(WhoAmIRequest {}).await.unwrap();
            let key = get_account_status_request::Key::AccountNumber(NUMBER.to_owned());
            let get = GetAccountStatusRequest { key: Some(key), view: 0 };
            AccountStatusServiceClient::new(channel).get_account_status(get).await.unwrap();
            loop {
                match self.program.withdraw(NUMBER, "0.01").await {
                    Ok(withdrawal) => break withdrawal,
                    Err(status) => assert_eq!(reason(&status), "OVERLOADED", "{status:?}"),
                }
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        };
        let withdrawal = timeout(SERVED_WITHIN, all).await.expect("nobody else is served");
        self.acknowledged.push(withdrawal.withdrawal_id);
    }

    /// Serves somebody again and again while an attack runs, and after it.
    async fn while_served<T>(&mut self, attack: impl Future<Output = T>) -> T {
        self.while_served_within(GROWTH_MAX_KIB, attack).await
    }

    /// The same, with a bound of its own on what the attack adds to the memory.
    async fn while_served_within<T>(
        &mut self,
        growth_max_kib: u64,
        attack: impl Future<Output = T>,
    ) -> T {
        self.served().await;
        let before = self.program.memory_kib();
        let mut most = before;
        let mut attack = pin!(attack);
        let mut times = 0;
        let end = loop {
            tokio::select! {
                biased;
                end = &mut attack => break end,
                () = self.served() => times += 1,
            }
            most = most.max(self.program.memory_kib());
        };
        assert!(times > 0, "nobody was served in the time of the attack");
        self.served().await;
        most = most.max(self.program.memory_kib());
        println!("served {times} times meanwhile; memory {before} KiB, at most {most} KiB");
        assert!(most < before + growth_max_kib, "from {before} KiB to {most} KiB");
        end
    }

    /// Ends the program as an operator does, and checks the books.
    async fn finish(self) {
        self.program.terminate().await;
        let bank = Bank::on(Engine::Sqlite, self.url, self.directory, |_given| {}).await;
        bank.acknowledged.lock().unwrap().extend(self.acknowledged);
        bank.finish().await;
    }
}

/// Does it again and again for a while.
async fn for_a_while(mut attack: impl AsyncFnMut()) {
    let end = Instant::now() + ATTACK;
    while Instant::now() < end {
        attack().await;
    }
}
