//! The rejects file of an import.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use csv::Position;

use crate::cli::CliError;

/// The rejects file: made with the first reject, so that a clean run leaves none. It names lines
/// and reasons, not the rows themselves.
#[derive(Debug)]
pub(super) struct Rejects {
    source: File,
    path: PathBuf,
    out: Option<BufWriter<File>>,
    bytes: u64,
}

impl Rejects {
    /// None yet; those of an earlier run go.
    pub(super) fn beginning(source: &Path, path: PathBuf) -> Result<Self, CliError> {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(CliError::Io(format!("cannot replace {}", path.display()), error))
            }
            Ok(()) | Err(_) => Ok(Self { source: open(source)?, path, out: None, bytes: 0 }),
        }
    }

    /// Goes on behind the rejects of the part that is done.
    pub(super) fn resuming(source: &Path, path: PathBuf, bytes: u64) -> Result<Self, CliError> {
        if bytes == 0 {
            return Self::beginning(source, path);
        }
        let failed = |error| CliError::Io(format!("cannot go on with {}", path.display()), error);
        let mut out = OpenOptions::new().write(true).open(&path).map_err(failed)?;
        out.set_len(bytes).map_err(failed)?;
        out.seek(SeekFrom::End(0)).map_err(failed)?;
        let out = Some(BufWriter::new(out));
        Ok(Self { source: open(source)?, path, out, bytes })
    }

    /// Whether the file still has what a run wrote so far.
    pub(super) fn has(path: &Path, bytes: u64) -> bool {
        bytes == 0 || std::fs::metadata(path).is_ok_and(|file| file.len() >= bytes)
    }

    pub(super) fn write(&mut self, at: &Position, reason: &str) -> Result<(), CliError> {
        let failed = |error| CliError::Io("cannot write the rejects file".to_owned(), error);
        let line = line(&mut self.source, at).map_err(failed)?;
        let quoted = reason.replace('"', "\"\"").replace(['\n', '\r'], " ");
        let mut text = format!("{line},\"{quoted}\"\n");
        let out = match &mut self.out {
            Some(out) => out,
            none => {
                text.insert_str(0, "line,reason\n");
                let file = File::create(&self.path).map_err(failed)?;
                none.insert(BufWriter::new(file))
            }
        };
        out.write_all(text.as_bytes()).map_err(failed)?;
        self.bytes += text.len() as u64;
        Ok(())
    }

    /// Makes what was written durable; answers its length.
    pub(super) fn sync(&mut self) -> Result<u64, CliError> {
        let failed = |error| CliError::Io("cannot write the rejects file".to_owned(), error);
        if let Some(out) = &mut self.out {
            out.flush().map_err(failed)?;
            out.get_ref().sync_data().map_err(failed)?;
        }
        Ok(self.bytes)
    }

    /// Where they are, if there are any.
    pub(super) fn path(&self) -> Option<&Path> {
        self.out.as_ref().map(|_| self.path.as_path())
    }
}

fn open(source: &Path) -> Result<File, CliError> {
    File::open(source)
        .map_err(|error| CliError::Io(format!("cannot read {}", source.display()), error))
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
