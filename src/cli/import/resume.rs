//! Where an import begins: at the file's start, or where a run of the same file was cut off.
//!
//! A run is the same when it reads the same kind of rows with the same options, and the file's bytes
//! up to the last mark have the same hash: a file that was renamed or has more rows at its end goes
//! on, one that was changed before the mark starts over. A mark may lag behind what is durable,
//! never lead: rows after it are found to be there already.

use csv::Position;
use sha2::{Digest, Sha256};

use super::interrupted;
use super::options::Options;
use super::progress::Tally;
use super::rejects::Rejects;
use super::source::{Mark, Source};
use crate::cli::CliError;
use crate::config::Switch;
use crate::service::Core;
use crate::store::import_run::{ImportKind, ImportRun};

/// A run under way.
#[derive(Debug)]
pub(super) struct Run {
    row: ImportRun,
}

impl Run {
    /// Begins, or goes on.
    ///
    /// # Errors
    /// When file or database can't be used.
    pub(super) async fn begin(
        core: &Core,
        kind: ImportKind,
        options: &Options,
        reading: &str,
        source: &Source,
    ) -> Result<(Self, Rejects), CliError> {
        let hash = hex::encode(Sha256::digest(reading));
        let found = match options.resume {
            Switch::On => find(core, kind, &hash, options, source).await?,
            Switch::Off => None,
        };
        if let Some(found) = found {
            let bytes = u64::try_from(found.rejects_bytes).unwrap_or(0);
            let rejects = Rejects::resuming(&options.file, options.rejects(), bytes)?;
            let row = core.intake.resume_run(&found).await.map_err(interrupted)?;
            tracing::info!(row.line, "going on where an earlier run was cut off");
            return Ok((Self { row }, rejects));
        }
        let rejects = Rejects::beginning(&options.file, options.rejects())?;
        let now = core.clock.now();
        let row = ImportRun {
            run_id: 0,
            kind,
            options: hash,
            byte_offset: 0,
            line: 1,
            record: 0,
            content_hash: source.prefix()?.advance(0)?,
            taken: 0,
            present: 0,
            rejected: 0,
            rejects_bytes: 0,
            started_time: now,
            update_time: now,
            finished_time: None,
        };
        let row = core.intake.begin_run(&row).await.map_err(interrupted)?;
        Ok((Self { row }, rejects))
    }

    /// Its number.
    pub(super) fn id(&self) -> i64 {
        self.row.run_id
    }

    /// What is done.
    pub(super) fn tally(&self) -> Tally {
        let count = |count| u64::try_from(count).unwrap_or(0);
        Tally {
            taken: count(self.row.taken),
            present: count(self.row.present),
            rejected: count(self.row.rejected),
        }
    }

    /// Where to read on; absent = from the first record.
    pub(super) fn position(&self) -> Option<Position> {
        let place = |number| u64::try_from(number).unwrap_or(0);
        let mut position = Position::new();
        position
            .set_byte(place(self.row.byte_offset))
            .set_line(place(self.row.line))
            .set_record(place(self.row.record));
        (self.row.byte_offset > 0).then_some(position)
    }

    /// Writes down that everything before a mark is done.
    ///
    /// # Errors
    /// When the database can't be used, or another process took the run over.
    pub(super) async fn mark(
        &mut self,
        core: &Core,
        mark: &Mark,
        tally: Tally,
        rejects_bytes: u64,
    ) -> Result<(), CliError> {
        let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
        self.row = ImportRun {
            byte_offset: number(mark.position.byte()),
            line: number(mark.position.line()),
            record: number(mark.position.record()),
            content_hash: mark.content_hash.clone(),
            taken: number(tally.taken),
            present: number(tally.present),
            rejected: number(tally.rejected),
            rejects_bytes: number(rejects_bytes),
            update_time: core.clock.now(),
            ..self.row.clone()
        };
        core.intake.mark_run(&self.row).await.map_err(interrupted)
    }

    /// Writes down that the file's end was reached: the next import of it starts over.
    ///
    /// # Errors
    /// As [`Run::mark`].
    pub(super) async fn finish(mut self, core: &Core) -> Result<(), CliError> {
        self.row.finished_time = Some(core.clock.now());
        core.intake.mark_run(&self.row).await.map_err(interrupted)
    }
}

/// The run of this file that came furthest before it was cut off.
async fn find(
    core: &Core,
    kind: ImportKind,
    hash: &str,
    options: &Options,
    source: &Source,
) -> Result<Option<ImportRun>, CliError> {
    let mut found = None;
    let mut prefix = source.prefix()?;
    for run in core.store.import_run_list_unfinished(kind, hash).await? {
        let offset = u64::try_from(run.byte_offset).unwrap_or(u64::MAX);
        let rejected = u64::try_from(run.rejects_bytes).unwrap_or(u64::MAX);
        let possible = (1..=source.size()).contains(&offset);
        if possible
            && Rejects::has(&options.rejects(), rejected)
            && prefix.advance(offset)? == run.content_hash
        {
            found = Some(run);
        }
    }
    Ok(found)
}
