//! The file as a stream of batches: a thread of its own reads and parses ahead while the rows before
//! are written. Only so many batches are in memory, however long the file is.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use csv::{Position, StringRecord, Trim};
use sha2::{Digest, Sha256};
use tokio::sync::mpsc;

use super::columns::{Known, Layout, Row};
use super::options::Options;
use crate::cli::CliError;

/// Batches that wait between the reader and the writer; one more is being read, one written.
const AHEAD: usize = 1;

/// A file to import, its columns found.
#[derive(Debug)]
pub(super) struct Source {
    path: PathBuf,
    size: u64,
    reader: csv::Reader<File>,
    layout: Layout,
}

/// A place in the file, and what stands before it.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    /// Where the next record begins.
    pub(super) position: Position,
    /// SHA-256 of everything before it, hex.
    pub(super) content_hash: String,
}

/// Rows that were read together, each with where it begins.
#[derive(Debug)]
pub(super) struct Batch<T> {
    /// Those that can be read.
    pub(super) rows: Vec<(Position, T)>,
    /// Those that can't, and why.
    pub(super) unreadable: Vec<(Position, String)>,
    /// Where the batch ends.
    pub(super) end: Mark,
}

impl Source {
    /// Opens a file and finds the columns in its header line.
    ///
    /// # Errors
    /// When it can't be read or lacks a column.
    pub(super) fn open(known: &Known, options: &Options) -> Result<Self, CliError> {
        let path = options.file.clone();
        let unread = |error| CliError::Io(format!("cannot read {}", path.display()), error);
        let file = File::open(&path).map_err(unread)?;
        let about = file.metadata().map_err(unread)?;
        if !about.is_file() {
            let text = format!("{} is no file; an import reads it more than once", path.display());
            return Err(CliError::Refused(text));
        }
        if options.rejects() == path {
            return Err(CliError::Refused("--rejects names the file to import".to_owned()));
        }
        let mut reader = csv::ReaderBuilder::new()
            .trim(Trim::All)
            .delimiter(options.delimiter)
            .from_reader(file);
        let headers = reader
            .headers()
            .map_err(|error| CliError::Csv("cannot read the header line".to_owned(), error))?;
        let layout = Layout::find(known, options, headers)?;
        Ok(Self { path, size: about.len(), reader, layout })
    }

    /// The file's size in bytes.
    pub(super) fn size(&self) -> u64 {
        self.size
    }

    /// A hash of the file from its beginning on.
    ///
    /// # Errors
    /// When it can't be read.
    pub(super) fn prefix(&self) -> Result<Prefix, CliError> {
        Prefix::of(&self.path)
    }

    /// Reads from a place on, in batches of so many rows.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(super) fn read<T: Send + 'static>(
        mut self,
        from: Option<Position>,
        rows: usize,
        parse: impl Fn(&Row<'_>) -> Result<T, String> + Send + 'static,
    ) -> Result<mpsc::Receiver<Result<Batch<T>, CliError>>, CliError> {
        let mut prefix = self.prefix()?;
        if let Some(position) = from {
            prefix.advance(position.byte())?;
            self.reader.seek(position).map_err(broken)?;
        }
        let (sender, receiver) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            loop {
                let batch = batch(&mut self.reader, &self.layout, &mut prefix, rows, &parse);
                let last = batch.as_ref().map_or(true, |(_, end)| *end == FileEnd::Reached);
                // Nobody takes it when the import has failed.
                let gone = sender.blocking_send(batch.map(|(batch, _)| batch)).is_err();
                if last || gone {
                    return;
                }
            }
        });
        Ok(receiver)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FileEnd {
    Reached,
    NotYet,
}

fn batch<T>(
    reader: &mut csv::Reader<File>,
    layout: &Layout,
    prefix: &mut Prefix,
    rows: usize,
    parse: &impl Fn(&Row<'_>) -> Result<T, String>,
) -> Result<(Batch<T>, FileEnd), CliError> {
    let (mut taken, mut unreadable) = (Vec::with_capacity(rows), Vec::new());
    let mut record = StringRecord::new();
    let mut end = FileEnd::NotYet;
    while taken.len() + unreadable.len() < rows {
        let at = reader.position().clone();
        match reader.read_record(&mut record) {
            Ok(false) => {
                end = FileEnd::Reached;
                break;
            }
            Ok(true) => match parse(&layout.row(&record)) {
                Ok(row) => taken.push((at, row)),
                Err(reason) => unreadable.push((at, reason)),
            },
            Err(error) if error.is_io_error() => return Err(broken(error)),
            Err(error) => unreadable.push((at, error.to_string())),
        }
    }
    let position = reader.position().clone();
    let content_hash = prefix.advance(position.byte())?;
    let end_mark = Mark { position, content_hash };
    Ok((Batch { rows: taken, unreadable, end: end_mark }, end))
}

fn broken(error: csv::Error) -> CliError {
    CliError::Csv("cannot read on in the file".to_owned(), error)
}

/// The hash of a file from its beginning to a place that moves forward.
#[derive(Debug)]
pub(super) struct Prefix {
    file: File,
    at: u64,
    hash: Sha256,
}

impl Prefix {
    fn of(path: &Path) -> Result<Self, CliError> {
        let unread = |error| CliError::Io(format!("cannot read {}", path.display()), error);
        Ok(Self { file: File::open(path).map_err(unread)?, at: 0, hash: Sha256::new() })
    }

    /// Goes on to a byte, which is not before the last; answers the hash of all before it, hex.
    ///
    /// # Errors
    /// When the file can't be read.
    pub(super) fn advance(&mut self, to: u64) -> Result<String, CliError> {
        let unread = |error| CliError::Io("cannot read on in the file".to_owned(), error);
        let mut block = [0; 64 * 1024];
        while self.at < to {
            let want = usize::try_from(to - self.at).unwrap_or(block.len()).min(block.len());
            let read = self.file.read(&mut block[..want]).map_err(unread)?;
            if read == 0 {
                break;
            }
            self.hash.update(&block[..read]);
            self.at += read as u64;
        }
        Ok(hex::encode(self.hash.clone().finalize()))
    }
}
