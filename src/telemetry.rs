//! Logs: structured, to standard error, without personal data. Fields are dotted names.
//!
//! Whatever the filter says, libraries are not heard below INFO: there they repeat headers, frames
//! and statements of single calls.

use std::io::IsTerminal;

use tracing::Level;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{LogFormat, Settings};

/// What libraries say only when they are asked: notices of PostgreSQL, every migration.
const QUIET: &str = "sqlx=warn,sea_orm_migration=warn";

/// How the targets of what we say ourselves begin.
const OURS: &str = "account_status";

/// Why logs can't be set up.
#[derive(Debug, thiserror::Error)]
#[error("--log is wrong: {0}")]
pub struct BadFilter(#[from] tracing_subscriber::filter::ParseError);

/// Sets the process's logs up.
///
/// # Errors
/// When the filter can't be read.
pub fn start(settings: &Settings) -> Result<(), BadFilter> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", settings.log))?;
    let capped = filter_fn(|said| said.target().starts_with(OURS) || *said.level() <= Level::INFO);
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second start, as in tests, keeps the first one's logs.
    let _started = match settings.log_format {
        LogFormat::Text => builder.finish().with(capped).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).finish().with(capped).try_init(),
    };
    Ok(())
}
