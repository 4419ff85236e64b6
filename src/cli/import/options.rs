//! What every import is told on the command line.

use std::path::PathBuf;

use chrono::format::{Item, StrftimeItems};
use clap::Args;

use crate::config::Switch;

/// Two sides of an equals sign.
pub(super) type Pair = (String, String);

#[derive(Debug, Args)]
pub(super) struct Options {
    /// The file: CSV, UTF-8, with a header line
    pub(super) file: PathBuf,
    /// Where rows that can't be taken go, with line and reason [default: FILE.rejects.csv]
    #[arg(long, value_name = "FILE")]
    pub(super) rejects: Option<PathBuf>,
    /// What the file calls our columns, where it has other names for them
    #[arg(long, value_name = "OURS=THEIRS,…", value_delimiter = ',', value_parser = pair)]
    pub(super) columns: Vec<Pair>,
    /// A value for a column that the file doesn't have or leaves empty; may be given many times
    #[arg(long = "default", value_name = "OURS=VALUE", value_parser = pair)]
    pub(super) defaults: Vec<Pair>,
    /// How the file writes dates, beside 2026-03-10 and 2026-03-10 10:00:00: such as %d/%m/%Y
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub(super) date_format: Option<String>,
    /// How the file writes times of day, beside 10:00:00 and 10:00: such as %H%M%S
    #[arg(long, value_name = "FORMAT", value_parser = format)]
    pub(super) time_format: Option<String>,
    /// What stands between two fields: a character, or tab
    #[arg(long, value_name = "CHAR", default_value = ",", value_parser = delimiter)]
    pub(super) delimiter: u8,
    /// Read the file and tell what can't be read; the database is not touched
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Rows that are read, sorted and written together [default: 65536 transactions, 4096 others]:
    /// more are faster where rows come in any order, fewer take less memory
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) batch_rows: Option<u32>,
    /// Whether an import of this file that was cut off goes on where it was
    #[arg(long, value_name = "on|off", default_value = "on")]
    pub(super) resume: Switch,
}

impl Options {
    /// Everything that says how rows are read, as text: an import that reads otherwise is another.
    pub(super) fn reading(&self) -> String {
        let Self { columns, defaults, date_format, time_format, delimiter, .. } = self;
        format!("{columns:?} {defaults:?} {date_format:?} {time_format:?} {delimiter}")
    }

    /// Where rejects go.
    pub(super) fn rejects(&self) -> PathBuf {
        self.rejects.clone().unwrap_or_else(|| {
            let mut name = self.file.as_os_str().to_owned();
            name.push(".rejects.csv");
            name.into()
        })
    }
}

fn pair(text: &str) -> Result<Pair, String> {
    match text.split_once('=') {
        Some((ours, other)) if !ours.is_empty() => {
            Ok((ours.trim().to_owned(), other.trim().to_owned()))
        }
        Some(_) | None => Err("must be NAME=OTHER".to_owned()),
    }
}

fn format(text: &str) -> Result<String, String> {
    let wrong = StrftimeItems::new(text).any(|item| matches!(item, Item::Error));
    if wrong || !text.contains('%') {
        return Err("must be a format such as %d/%m/%Y or %H%M%S".to_owned());
    }
    Ok(text.to_owned())
}

fn delimiter(text: &str) -> Result<u8, String> {
    match text.as_bytes() {
        b"tab" | b"\\t" => Ok(b'\t'),
        [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => Ok(*byte),
        _ => Err("must be one ASCII character, or tab".to_owned()),
    }
}
