//! `migrate up` and `migrate status`.

use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{CliError, print};
use crate::config::Settings;
use crate::service;
use crate::store::Store;

/// Bring the schema up to date, or show where it is
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(subcommand)]
    act: Act,
}

#[derive(Debug, Subcommand)]
enum Act {
    /// Apply every pending migration; safe from several replicas at once
    Up,
    /// List the migrations; exits with 1 when one is pending
    Status,
}

impl Migrate {
    pub(super) async fn run(self, settings: &Settings) -> Result<ExitCode, CliError> {
        let store = service::open(settings).await?;
        match self.act {
            Act::Up => store.migrate_up().await?,
            Act::Status => {}
        }
        let pending = show(&store).await?;
        store.close().await;
        Ok(if pending { ExitCode::FAILURE } else { ExitCode::SUCCESS })
    }
}

async fn show(store: &Store) -> Result<bool, CliError> {
    let mut pending = false;
    for migration in store.migrate_status().await? {
        pending |= !migration.applied;
        let state = if migration.applied { "applied" } else { "pending" };
        print(&format!("{state}  {}\n", migration.name))?;
    }
    Ok(pending)
}
