//! Settings: every one a flag, an `ACCOUNT_STATUS_*` environment variable, and a key of a TOML
//! file. A flag wins over the environment, which wins over the file, which wins over the default.

mod given;
mod payouts;
mod rules;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use serde::Deserialize;

use crate::domain::batch::Rules;
pub use given::Given;
pub use payouts::PayoutSettings;
pub use rules::{FourEyesSetting, TooManySetting};

/// The embedded database, used when none is named.
pub const EMBEDDED_URL: &str = "sqlite://account-status.db";
const DEFAULT_LISTEN: SocketAddr =
    SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 50_051);
/// Fewer lanes share more calls in each commit: two did more than four, and more than one.
const DEFAULT_LANES: u32 = 2;
const DEFAULT_READERS: u32 = 8;
const DEFAULT_DRAIN_SECS: u64 = 20;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// On or off.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// It runs.
    On,
    /// It doesn't.
    Off,
}

/// Settings, complete and checked.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where to serve.
    pub listen: SocketAddr,
    /// The database.
    pub database_url: String,
    /// Lanes that commit at once.
    pub lanes: u32,
    /// Connections that answer reads.
    pub readers: u32,
    /// Whether the history chain has a key of its own.
    pub history_key_is_set: bool,
    /// How withdrawals are paid out.
    pub payouts: PayoutSettings,
    /// Whether the sweep runs.
    pub sweep: Switch,
    /// How long calls may take to finish after a signal to stop.
    pub drain: std::time::Duration,
    /// What holds for all accounts.
    pub rules: Rules,
    /// What to log.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
}

/// Why settings can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("cannot read the settings file {0}")]
    Unreadable(PathBuf, #[source] std::io::Error),
    /// The file is not what it should be.
    #[error("the settings file {file} is wrong in line {line}: {what}", file = file.display())]
    Malformed {
        /// The file.
        file: PathBuf,
        /// Its line.
        line: usize,
        /// What is wrong. Never quotes a value: it may be the key or a password.
        what: String,
    },
    /// The key is not hex.
    #[error("--history-key must be an even number of hexadecimal digits, at least 32")]
    BadKey,
    /// The URL names no known engine.
    #[error("--database-url must begin with sqlite:// or postgres://")]
    BadUrl,
    /// A number that makes no sense.
    #[error("--{0} must be at least 1")]
    TooSmall(&'static str),
    /// A time-out that makes no sense.
    #[error(
        "--payout-timeout-ms must be {} to {}",
        payouts::TIMEOUT_MIN_MS,
        payouts::TIMEOUT_MAX_MS
    )]
    PayoutTimeout,
    /// A channel that can't be called.
    #[error("--channel must be ID=URL, as in CH-FAST=http://127.0.0.1:50061, each ID once")]
    BadChannel,
    /// A product's term that can't be read.
    #[error("--oral-loss-days-of must be PRODUCT=DAYS, as in PASSBOOK=7, each product once")]
    BadProductTerm,
    /// A day that is none.
    #[error("--holidays must be days as YYYY-MM-DD")]
    BadHoliday,
    /// An amount that is none.
    #[error("--low-balance must be an amount in major units with at most two decimals")]
    BadLowBalance,
    /// Without credentials anybody who reaches the server may do anything.
    #[error("--listen {0}: without credentials configured the server listens on loopback only")]
    NotLoopback(SocketAddr),
}

impl Given {
    /// Completes what is given with the file it names and the defaults.
    ///
    /// # Errors
    /// What is wrong with the file or a setting.
    pub fn settings(&self) -> Result<Settings, ConfigError> {
        self.settings_on(EMBEDDED_URL)
    }

    /// The same, with another database where none is named.
    ///
    /// # Errors
    /// What is wrong with the file or a setting.
    pub fn settings_on(&self, database_url: &str) -> Result<Settings, ConfigError> {
        self.settings_or(Self { database_url: Some(database_url.to_owned()), ..Self::default() })
    }

    /// The same, with other defaults.
    ///
    /// # Errors
    /// What is wrong with the file or a setting.
    pub fn settings_or(&self, default: Self) -> Result<Settings, ConfigError> {
        let file = match &self.config {
            Some(path) => read(path)?,
            None => Self::default(),
        };
        self.clone().or(file).or(default).check()
    }

    fn check(self) -> Result<Settings, ConfigError> {
        let listen = self.listen.unwrap_or(DEFAULT_LISTEN);
        if !listen.ip().is_loopback() {
            return Err(ConfigError::NotLoopback(listen));
        }
        let (payouts, payout_rules) = payouts::check(&self)?;
        let rules = rules::check(&self, payout_rules)?;
        let database_url = self.database_url.unwrap_or_else(|| EMBEDDED_URL.to_owned());
        if crate::store::Engine::of_url(&database_url).is_none() {
            return Err(ConfigError::BadUrl);
        }
        Ok(Settings {
            listen,
            database_url,
            lanes: at_least_one("lanes", self.lanes.unwrap_or(DEFAULT_LANES))?,
            readers: at_least_one("readers", self.readers.unwrap_or(DEFAULT_READERS))?,
            history_key_is_set: self.history_key.is_some(),
            payouts,
            sweep: self.sweep.unwrap_or(Switch::On),
            drain: std::time::Duration::from_secs(self.drain_secs.unwrap_or(DEFAULT_DRAIN_SECS)),
            rules,
            log: self.log.unwrap_or_else(|| "info".to_owned()),
            log_format: self.log_format.unwrap_or(LogFormat::Text),
        })
    }
}

fn at_least_one(name: &'static str, value: u32) -> Result<u32, ConfigError> {
    if value == 0 { Err(ConfigError::TooSmall(name)) } else { Ok(value) }
}

fn read(path: &Path) -> Result<Given, ConfigError> {
    let text = std::fs::read_to_string(path)
        .map_err(|error| ConfigError::Unreadable(path.to_owned(), error))?;
    parse(&text).map_err(|(line, what)| ConfigError::Malformed {
        file: path.to_owned(),
        line,
        what,
    })
}

/// What the text sets, or the line and what is wrong there.
fn parse(text: &str) -> Result<Given, (usize, String)> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().map_or(0, |span| span.start).min(text.len());
        let line = 1 + text.as_bytes()[..before].iter().filter(|byte| **byte == b'\n').count();
        let what = error.message();
        // "invalid type: integer `123`, expected a string" quotes the value.
        let quotes_it = what.starts_with("invalid type") || what.starts_with("invalid value");
        let expected = what.rsplit_once(", expected ").filter(|_| quotes_it);
        (line, expected.map_or_else(|| what.to_owned(), |(_, kind)| format!("expected {kind}")))
    })
}

#[cfg(test)]
mod tests {
    use clap::Args;

    use super::*;

    #[test]
    fn every_setting_has_a_flag_an_environment_twin_and_a_toml_key() {
        let command = Given::augment_args(clap::Command::new("test"));
        for argument in command.get_arguments() {
            let flag = argument.get_long().unwrap();
            let twin = format!("ACCOUNT_STATUS_{}", flag.replace('-', "_").to_uppercase());
            assert_eq!(argument.get_env().and_then(|env| env.to_str()), Some(twin.as_str()));
            if flag != "config" {
                // Every known key is either taken or of the wrong type, never unknown.
                let error = toml::from_str::<Given>(&format!("{flag} = {{}}")).unwrap_err();
                assert!(!error.to_string().contains("unknown field"), "{flag}: {error}");
            }
        }
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let file: Given = toml::from_str("listen = '127.0.0.1:1'\nlanes = 2").unwrap();
        let flags = Given { lanes: Some(3), ..Given::default() };
        let settings = flags.or(file).check().unwrap();
        assert_eq!((settings.listen.port(), settings.lanes, settings.readers), (1, 3, 8));
    }

    #[test]
    fn what_is_wrong_in_a_file_is_named_by_line_and_never_quoted() {
        for (text, line, what) in [
            ("lanes = 2\nhistory-key = 5ec2e7", 2, ""),
            ("history-key = 5232", 1, "expected a string"),
            ("database-url = \"postgres://u:5ec2e7@h\nlanes = 2", 1, ""),
            ("\n\nlanes = '5ec2e7'", 3, "expected u32"),
            ("lanes = 1\nkey-5ec = 3", 2, "unknown field"),
        ] {
            let (at, said) = parse(text).unwrap_err();
            assert_eq!(at, line, "{text}: {said}");
            assert!(said.contains(what) && !said.contains("5ec2e7"), "{text}: {said}");
            assert!(!said.contains("5232"), "{text}: {said}");
        }
    }

    #[test]
    fn unknown_keys_and_senseless_values_are_refused() {
        assert!(toml::from_str::<Given>("lissten = '127.0.0.1:1'").is_err());
        let refused = |given: Given| given.check().unwrap_err().to_string();
        let open = Given { listen: "0.0.0.0:1".parse().ok(), ..Given::default() };
        assert!(refused(open).contains("loopback only"));
        let url = Given { database_url: Some("mysql://x".to_owned()), ..Given::default() };
        assert!(refused(url).contains("sqlite:// or postgres://"));
        let key = Given { history_key: Some("xyz".to_owned()), ..Given::default() };
        assert!(refused(key).contains("hexadecimal"));
        let lanes = Given { lanes: Some(0), ..Given::default() };
        assert!(refused(lanes).contains("at least 1"));
    }
}
