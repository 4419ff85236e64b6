//! `serve`: the gRPC server until a signal to stop.

use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use super::{CliError, warn_of_development_key};
use crate::clock::Clock;
use crate::config::Settings;
use crate::service::{self, Core};
use crate::store::Store;

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, CliError> {
    warn_of_development_key(settings);
    let store = service::connect(settings).await?;
    let signals = Signals::hear();
    let listener = service::listen(settings).await?;
    until_signal(store, (listener, signals), settings).await
}

/// Serves on a migrated store until SIGTERM or SIGINT, then drains.
pub(super) async fn until_signal(
    store: Store,
    (listener, signals): (TcpListener, Signals),
    settings: &Settings,
) -> Result<ExitCode, CliError> {
    let engine = store.engine();
    let core = Core::start(store, Clock::System, settings);
    tracing::info!(listen = %settings.listen, ?engine, "serving");
    let (stop, stopping) = watch::channel(false);
    let server = service::serve(core, listener, settings, stopping);
    let signals = async {
        signals.wait().await;
        tracing::info!("draining");
        // The receiver lives in the server, which outlives this.
        let _told = stop.send(true);
        std::future::pending::<()>().await;
    };
    tokio::select! {
        served = server => served?,
        () = signals => {}
    }
    Ok(ExitCode::SUCCESS)
}

/// The signals to stop. Heard from before the service can be reached on: whoever has reached it may
/// tell it to stop, and it drains.
#[derive(Debug)]
pub(super) struct Signals([Option<Signal>; 2]);

impl Signals {
    /// Hears SIGTERM and SIGINT from now on.
    pub(super) fn hear() -> Self {
        let hear = |kind: SignalKind| match signal(kind) {
            Ok(signal) => Some(signal),
            Err(error) => {
                tracing::warn!(%error, ?kind, "a signal to stop can't be heard");
                None
            }
        };
        Self([SignalKind::terminate(), SignalKind::interrupt()].map(hear))
    }

    /// Waits for one of them.
    pub(super) async fn wait(self) {
        let told = self.0.into_iter().flatten().map(|mut signal| {
            Box::pin(async move {
                signal.recv().await;
            })
        });
        let told: Vec<_> = told.collect();
        if told.is_empty() {
            std::future::pending::<()>().await;
        }
        futures::future::select_all(told).await;
    }
}
