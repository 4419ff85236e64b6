//! How far an import is: a bar on a terminal, else a log line now and then; at the end, one line.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Between two log lines.
const LOG_EVERY: Duration = Duration::from_secs(5);
const BAR: &str = "[{bar:30}] {percent}%  {msg}  {eta} left";

/// Rows by what became of them.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Tally {
    /// New.
    pub(super) taken: u64,
    /// There already, with the same content.
    pub(super) present: u64,
    /// Told in the rejects file.
    pub(super) rejected: u64,
}

impl Tally {
    fn rows(self) -> u64 {
        self.taken + self.present + self.rejected
    }
}

#[derive(Debug)]
pub(super) struct Progress {
    bar: ProgressBar,
    size: u64,
    started: Instant,
    told: Instant,
    before: u64,
}

impl Progress {
    /// An import of so many bytes, of which some rows and bytes were done by an earlier run.
    pub(super) fn begin(size: u64, done_bytes: u64, done: Tally) -> Self {
        let bar = ProgressBar::with_draw_target(Some(size), ProgressDrawTarget::stderr());
        if let Ok(style) = ProgressStyle::with_template(BAR) {
            bar.set_style(style);
        }
        bar.set_position(done_bytes);
        bar.reset_eta();
        let now = Instant::now();
        Self { bar, size, started: now, told: now, before: done.rows() }
    }

    /// Tells that everything before this byte is done.
    pub(super) fn at(&mut self, byte: u64, tally: Tally) {
        let (rows, rejected, rate) = (tally.rows(), tally.rejected, self.rate(tally));
        if !self.bar.is_hidden() {
            self.bar.set_message(format!("{rows} rows, {rejected} rejected, {rate} rows/s"));
            self.bar.set_position(byte);
        } else if self.told.elapsed() >= LOG_EVERY {
            self.told = Instant::now();
            let percent = (byte * 100).checked_div(self.size).unwrap_or(100);
            tracing::info!(rows, rejected, percent, rows_per_second = rate, "importing");
        }
    }

    /// The last line.
    pub(super) fn end(self, tally: Tally) -> String {
        self.bar.finish_and_clear();
        let Tally { taken, present, rejected } = tally;
        let seconds = self.started.elapsed().as_secs_f64();
        let rate = self.rate(tally);
        format!(
            "{taken} rows taken, {present} already there, {rejected} rejected; {rate} rows/s in \
             {seconds:.1} s"
        )
    }

    /// Rows a second in this run.
    fn rate(&self, tally: Tally) -> u64 {
        let millis = u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX);
        (tally.rows() - self.before) * 1_000 / millis.max(1)
    }
}
