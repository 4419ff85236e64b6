//! `serve`: the gRPC server until a signal to stop.

use std::process::ExitCode;

use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

use super::{CliError, warn_of_development_key};
use crate::clock::Clock;
use crate::config::Settings;
use crate::service::{self, Core};
use crate::store::Store;

pub(super) async fn run(settings: &Settings) -> Result<ExitCode, CliError> {
    warn_of_development_key(settings);
    let store = service::connect(settings).await?;
    let listener = service::listen(settings).await?;
    until_signal(store, listener, settings).await
}

/// Serves on a migrated store until SIGTERM or SIGINT, then drains.
pub(super) async fn until_signal(
    store: Store,
    listener: TcpListener,
    settings: &Settings,
) -> Result<ExitCode, CliError> {
    let engine = store.engine();
    let core = Core::start(store, Clock::System, settings);
    tracing::info!(listen = %settings.listen, ?engine, "serving");
    let (stop, stopping) = watch::channel(false);
    let server = service::serve(core, listener, settings, stopping);
    let signals = async {
        wait_for_signal().await;
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

/// Waits for SIGTERM or SIGINT.
pub(super) async fn wait_for_signal() {
    let terminate = async {
        match signal(SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(error) => {
                tracing::warn!(%error, "SIGTERM can't be heard; use SIGINT");
                std::future::pending::<()>().await;
            }
        }
    };
    tokio::select! {
        () = terminate => {}
        interrupted = tokio::signal::ctrl_c() => {
            if let Err(error) = interrupted {
                tracing::warn!(%error, "SIGINT can't be heard");
            }
        }
    }
}
