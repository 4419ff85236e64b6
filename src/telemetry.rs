//! Logs: structured, to standard error, without personal data. Fields are dotted names.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Settings};

/// What libraries say only when they are asked: notices of PostgreSQL, every migration.
const QUIET: &str = "sqlx=warn,sea_orm_migration=warn";

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
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    // A second start, as in tests, keeps the first one's logs.
    let _started = match settings.log_format {
        LogFormat::Text => builder.try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
    Ok(())
}
