//! The service as a process of its own, which can be killed.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tonic::transport::{Channel, Endpoint};

use crate::cli::CliError;
use crate::pb::v1::WhoAmIRequest;
use crate::pb::v1::client_service_client::ClientServiceClient;

/// How long a channel may take to answer, milliseconds.
const PAYOUT_TIMEOUT_MS: &str = "400";
/// How long the service may take to answer after it was started.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often it is tried meanwhile.
const TRY_EVERY: Duration = Duration::from_millis(5);
/// How long one call may take before its caller gives up.
const CALL_TIMEOUT: Duration = Duration::from_secs(30);

/// How the service is started, each time alike.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) listen: SocketAddr,
    pub(super) database_url: String,
    /// Its channels, as `ID=URL`.
    pub(super) channels: Vec<String>,
    /// Where its log goes, of all starts.
    pub(super) log_file: PathBuf,
}

/// A running service; killed when it is dropped.
#[derive(Debug)]
pub(super) struct Service {
    child: Child,
    /// A connection to it.
    pub(super) line: Channel,
}

impl Program {
    /// Starts it and waits until it answers.
    pub(super) async fn start(&self) -> Result<Service, CliError> {
        let target = format!("http://{}", self.listen);
        let endpoint = Endpoint::from_shared(target).expect("an address makes a URI");
        let endpoint = endpoint.timeout(CALL_TIMEOUT);
        let until = Instant::now() + PATIENCE;
        let mut child = self.spawn()?;
        while Instant::now() < until {
            tokio::time::sleep(TRY_EVERY).await;
            if child.try_wait().map_err(io)?.is_some() {
                // Its port may be in use for a moment; what else is wrong lasts, and its log tells.
                child = self.spawn()?;
                continue;
            }
            let Ok(line) = endpoint.connect().await else { continue };
            if ClientServiceClient::new(line.clone()).who_am_i(WhoAmIRequest {}).await.is_ok() {
                return Ok(Service { child, line });
            }
        }
        end(&mut child);
        let log = self.log_file.display();
        Err(CliError::Refused(format!("the service does not answer; its log is {log}")))
    }

    fn spawn(&self) -> Result<Child, CliError> {
        let log = File::options().create(true).append(true).open(&self.log_file).map_err(io)?;
        let mut command = Command::new(std::env::current_exe().map_err(io)?);
        command.args(["serve", "--database-url", &self.database_url]);
        command.args(["--listen", &self.listen.to_string()]);
        command.args(["--payout-timeout-ms", PAYOUT_TIMEOUT_MS, "--log", "error"]);
        // Nobody is there to agree to the openings.
        command.args(["--four-eyes", "waived"]);
        for channel in &self.channels {
            command.args(["--channel", channel]);
        }
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        // A group of its own: what is typed to stop this command is not for it.
        command.process_group(0).spawn().map_err(io)
    }
}

impl Service {
    /// Ends it as a power cut does.
    pub(super) fn kill(self) {
        drop(self);
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        end(&mut self.child);
    }
}

/// Kills a process and waits for its end, which SIGKILL brings at once.
fn end(child: &mut Child) {
    // It may have ended by itself.
    let _killed = child.kill();
    let _ended = child.wait();
}

fn io(error: std::io::Error) -> CliError {
    CliError::Io("cannot start the service".to_owned(), error)
}
