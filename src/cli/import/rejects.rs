//! The rejects file of an import.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use csv::Position;

use crate::cli::CliError;

/// Where the rejects of a file go unless told otherwise.
pub(super) fn beside(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".rejects.csv");
    name.into()
}

/// The rejects file: made with the first reject, so that a clean run leaves none. It names lines
/// and reasons, not the rows themselves.
#[derive(Debug)]
pub(super) struct Rejects {
    source: File,
    path: PathBuf,
    out: Option<BufWriter<File>>,
}

impl Rejects {
    /// None yet; those of an earlier run go.
    pub(super) fn beginning(source: &Path, path: PathBuf) -> Result<Self, CliError> {
        if source == path {
            return Err(CliError::Refused("--rejects names the file to import".to_owned()));
        }
        let unread = |error| CliError::Io(format!("cannot read {}", source.display()), error);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(CliError::Io(format!("cannot replace {}", path.display()), error))
            }
            Ok(()) | Err(_) => {
                Ok(Self { source: File::open(source).map_err(unread)?, path, out: None })
            }
        }
    }

    pub(super) fn write(&mut self, at: &Position, reason: &str) -> Result<(), CliError> {
        let failed = |error| CliError::Io("cannot write the rejects file".to_owned(), error);
        let line = line(&mut self.source, at).map_err(failed)?;
        let mut out = match self.out.take() {
            Some(out) => out,
            None => {
                let mut out = BufWriter::new(File::create(&self.path).map_err(failed)?);
                writeln!(out, "line,reason").map_err(failed)?;
                out
            }
        };
        let quoted = reason.replace('"', "\"\"").replace('\n', " ");
        writeln!(out, "{line},\"{quoted}\"").map_err(failed)?;
        self.out = Some(out);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<String, CliError> {
        let Some(mut out) = self.out else { return Ok(String::new()) };
        out.flush()
            .map_err(|error| CliError::Io("cannot write the rejects file".to_owned(), error))?;
        Ok(format!(", see {}", self.path.display()))
    }
}

/// The line on which a record begins: the reader's position still stands before empty lines, which
/// it skips.
fn line(source: &mut File, at: &Position) -> std::io::Result<u64> {
    source.seek(SeekFrom::Start(at.byte()))?;
    let mut line = at.line();
    for byte in BufReader::new(source).bytes() {
        match byte? {
            b'\n' => line += 1,
            b'\r' => {}
            _ => break,
        }
    }
    Ok(line)
}
