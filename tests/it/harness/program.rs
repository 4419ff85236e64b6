//! The program in a process of its own, for what only a process shows: its output, its end, and
//! what is left after `kill -9`.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use account_status::pb::v1::withdraw_service_client::WithdrawServiceClient;
use account_status::pb::v1::*;
use tokio::io::{AsyncBufReadExt, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tonic::Status;
use tonic::transport::Channel;

use super::calls::{cny, fresh, payee};

/// Requests that were sent and, where it was answered, the id of the withdrawal.
pub(crate) type Sent = Arc<Mutex<Vec<(WithdrawRequest, Option<String>)>>>;

/// Reserves withdrawals one after the other, until an answer is lost or so many were sent.
pub(crate) async fn keep_reserving(
    channel: Channel,
    account: &'static str,
    sent: Sent,
    calls_max: usize,
) {
    let mut client = WithdrawServiceClient::new(channel);
    for _call in 0..calls_max {
        let request = WithdrawRequest {
            account_number: account.to_owned(),
            amount: cny("0.01"),
            beneficiary: payee(),
            request_id: fresh(),
            ..WithdrawRequest::default()
        };
        let answer = client.withdraw(request.clone()).await;
        let id = answer.ok().map(|answer| answer.into_inner().withdrawal.unwrap().withdrawal_id);
        let lost = id.is_none();
        sent.lock().unwrap().push((request, id));
        if lost {
            return;
        }
    }
}

/// Tests prepare accounts with a clock that stands in the past, and a program's clock is the
/// machine's: no account falls asleep in between.
fn lasting(mut command: Command) -> Command {
    for months in ["DORMANCY_MONTHS", "LOW_BALANCE_MONTHS", "UNUSED_MONTHS"] {
        command.env(format!("ACCOUNT_STATUS_{months}"), "1200");
    }
    command
}

const PROGRAM: &str = env!("CARGO_BIN_EXE_account-status");
/// How long a program may take to start; generous, because machines are shared.
const PATIENCE: Duration = Duration::from_secs(60);

/// Ports that nobody is given who asks for any: those begin above (Linux, `ip_local_port_range`). A
/// server of another test that came between would answer in a program's place.
const PORTS: std::ops::Range<u16> = 12_000..32_000;
static NEXT_PORT: AtomicU16 = AtomicU16::new(0);

/// Where nobody serves, and nobody will who doesn't ask here.
pub(crate) fn free_address() -> SocketAddr {
    // Tests that run at the same time in another process begin elsewhere.
    let first = u16::try_from(std::process::id() * 61 % u32::from(PORTS.end - PORTS.start));
    loop {
        let offset = first.unwrap().wrapping_add(NEXT_PORT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + offset % (PORTS.end - PORTS.start);
        if let Ok(free) = std::net::TcpListener::bind(("127.0.0.1", port)) {
            return free.local_addr().unwrap();
        }
    }
}

/// A running program.
pub(crate) struct Program {
    child: Child,
    output: Lines<BufReader<ChildStdout>>,
    /// A connection to it.
    pub(crate) channel: Channel,
    /// Where it listens.
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts the program on a free port and waits until it answers.
    pub(crate) async fn start(arguments: &[&str], url: &str) -> Self {
        Self::start_by(Self::command(), arguments, url).await
    }

    /// The command that runs the program.
    pub(crate) fn command() -> Command {
        lasting(Command::new(PROGRAM))
    }

    /// The same by a command under which a file that reaches its size limit is an error to the
    /// program, and not its end.
    pub(crate) fn command_bearing_limits() -> Command {
        let mut command = Command::new("env");
        command.args(["--ignore-signal=XFSZ", PROGRAM]);
        lasting(command)
    }

    /// Starts the program by a command that leads to it.
    pub(crate) async fn start_by(mut command: Command, arguments: &[&str], url: &str) -> Self {
        let address = free_address();
        let mut child = command
            .env("ACCOUNT_STATUS_LOG", "error")
            .args(arguments)
            .args(["--database-url", url, "--listen", &address.to_string()])
            .args(["--drain-secs", "5"])
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let connecting = async {
            loop {
                let endpoint = Channel::from_shared(format!("http://{address}")).unwrap();
                if let Ok(channel) = endpoint.connect().await {
                    break channel;
                }
                assert!(child.try_wait().unwrap().is_none(), "the program ended at its start");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let channel = tokio::time::timeout(PATIENCE, connecting).await.unwrap();
        Self { child, output, channel, address }
    }

    /// What it printed, up to a line that holds these words.
    pub(crate) async fn printed_until(&mut self, words: &str) -> String {
        let mut printed = String::new();
        loop {
            let next = tokio::time::timeout(PATIENCE, self.output.next_line()).await.unwrap();
            let line = next.unwrap().unwrap_or_else(|| panic!("it never printed {words}"));
            printed.push_str(&line);
            printed.push('\n');
            if line.contains(words) {
                return printed;
            }
        }
    }

    /// Reserves a withdrawal.
    pub(crate) async fn withdraw(&self, number: &str, amount: &str) -> Result<Withdrawal, Status> {
        let request = WithdrawRequest {
            account_number: number.to_owned(),
            amount: cny(amount),
            beneficiary: payee(),
            request_id: fresh(),
            ..WithdrawRequest::default()
        };
        self.send(request).await
    }

    /// Reserves a withdrawal from a request.
    pub(crate) async fn send(&self, request: WithdrawRequest) -> Result<Withdrawal, Status> {
        let mut client = WithdrawServiceClient::new(self.channel.clone());
        Ok(client.withdraw(request).await?.into_inner().withdrawal.unwrap())
    }

    /// Looks a withdrawal up.
    pub(crate) async fn find_withdrawal(&self, id: &str) -> Result<Withdrawal, Status> {
        let get = GetWithdrawalRequest {
            withdrawal_id: id.to_owned(),
            ..GetWithdrawalRequest::default()
        };
        let mut client = WithdrawServiceClient::new(self.channel.clone());
        Ok(client.get_withdrawal(get).await?.into_inner().withdrawal.unwrap())
    }

    fn id(&self) -> String {
        self.child.id().unwrap().to_string()
    }

    /// Lets it write no file beyond so many bytes, until this is called again.
    pub(crate) fn limit_files(&self, bytes: Option<u64>) {
        let limit = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
        let limit = format!("--fsize={limit}:");
        let set =
            std::process::Command::new("prlimit").args([&limit, "--pid", &self.id()]).status();
        assert!(set.unwrap().success());
    }

    /// Its resident memory in KiB.
    pub(crate) fn memory_kib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse().unwrap()
    }

    fn signal(&self, signal: &str) {
        let told = std::process::Command::new("kill").args([signal, &self.id()]).status().unwrap();
        assert!(told.success());
    }

    /// Tells it to stop, as an operator does.
    pub(crate) fn tell_to_stop(&self) {
        self.signal("-TERM");
    }

    /// Lets it stand still, as a machine does that is paused: it doesn't notice.
    pub(crate) fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it go on from where it stood.
    pub(crate) fn go_on(&self) {
        self.signal("-CONT");
    }

    /// Ends it as an operator does, and waits for its clean end.
    pub(crate) async fn terminate(mut self) {
        self.tell_to_stop();
        drop(self.channel);
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.unwrap().unwrap();
        assert!(ended.success(), "the program did not end cleanly: {ended}");
    }

    /// Ends it as a power cut does.
    pub(crate) async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
