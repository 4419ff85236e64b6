//! The book behind its lock, and the one writer that puts its facts on disk.
//!
//! Group commit: while one write is synced, the facts of other calls queue up, and the next write
//! takes them all. Whoever tells something waits until the fact is synced on which it rests, also
//! when another call made it.

use std::fs::File;
use std::io::Write;
use std::sync::{Mutex, MutexGuard};

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};

use super::book::Book;
use crate::clock::Clock;

/// So many bytes of facts may wait for the disk; then new payouts are put back.
const UNWRITTEN_MAX_BYTES: usize = 16 << 20;

/// The book, and who waits for what.
#[derive(Debug)]
pub(super) struct Desk {
    clock: Clock,
    book: Mutex<Book>,
    /// There is something to write.
    unwritten: Notify,
    /// Something is due sooner than what was.
    sooner: Notify,
    synced: watch::Sender<Synced>,
    stop: watch::Sender<bool>,
}

/// How far the log is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Synced {
    /// Up to this fact.
    UpTo(u64),
    /// Nothing more is written: it is finished, or can't be written.
    Closed,
}

/// The log is closed: what was decided is not known to last, so nothing may be told.
#[derive(Debug)]
pub(super) struct NotDurable;

impl Desk {
    /// A desk on a book whose facts are all on disk.
    pub(super) fn new(clock: Clock, book: Book) -> Self {
        let (synced, _) = watch::channel(Synced::UpTo(book.facts()));
        let (stop, _) = watch::channel(false);
        let (unwritten, sooner) = (Notify::new(), Notify::new());
        Self { clock, book: Mutex::new(book), unwritten, sooner, synced, stop }
    }

    /// Decides on the book at the present instant, and sees to it that what it decided is written.
    pub(super) fn decide<T>(&self, decide: impl FnOnce(&mut Book, DateTime<Utc>) -> T) -> T {
        let mut book = self.book();
        let due = book.next_due();
        let decided = decide(&mut book, self.clock.now());
        let sooner = book.next_due().is_some_and(|next| due.is_none_or(|due| next < due));
        let write = book.unwritten_bytes() > 0;
        drop(book);
        if write {
            self.unwritten.notify_one();
        }
        if sooner {
            self.sooner.notify_one();
        }
        decided
    }

    /// Whether the disk is so far behind that nothing more should be taken.
    pub(super) fn is_behind(&self) -> bool {
        self.book().unwritten_bytes() > UNWRITTEN_MAX_BYTES
    }

    /// Waits until a fact is on disk.
    pub(super) async fn synced(&self, fact: u64) -> Result<(), NotDurable> {
        let mut synced = self.synced.subscribe();
        let reached = synced.wait_for(|synced| match synced {
            Synced::UpTo(last) => *last >= fact,
            Synced::Closed => true,
        });
        match reached.await.as_deref() {
            Ok(Synced::UpTo(_)) => Ok(()),
            Ok(Synced::Closed) | Err(_) => Err(NotDurable),
        }
    }

    /// The present instant.
    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Waits for an instant of the clock; not at all for one that has come.
    pub(super) async fn sleep_until(&self, at: DateTime<Utc>) {
        // The shortest sleep would take a tick of the timer.
        if at > self.now() {
            self.clock.sleep_until(at).await;
        }
    }

    /// Tells everybody who waits to stop.
    pub(super) fn stop(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until it is told to stop.
    pub(super) async fn stopped(&self) {
        let mut stop = self.stop.subscribe();
        // The sender is this desk's, which is borrowed for as long.
        let _stopped = stop.wait_for(|stop| *stop).await;
    }

    /// Carries payouts on when they are due. Never ends.
    pub(super) async fn carry_on(&self) {
        loop {
            let next = self.decide(|book, now| book.advance_due(now));
            let due = async {
                match next {
                    Some(at) => self.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = due => {}
                () = self.sooner.notified() => {}
            }
        }
    }

    /// Writes what is decided until `finish` is true and nothing is left.
    ///
    /// # Errors
    /// When the log can't be written; nothing is told from then on.
    pub(super) async fn write(
        &self,
        mut file: File,
        mut finish: watch::Receiver<bool>,
    ) -> std::io::Result<()> {
        let mut lines = Vec::new();
        let mut finishing = false;
        loop {
            lines.clear();
            let last = self.book().take_unwritten(&mut lines);
            if lines.is_empty() {
                if finishing {
                    self.synced.send_replace(Synced::Closed);
                    return Ok(());
                }
                tokio::select! {
                    () = self.unwritten.notified() => {}
                    // A sender that is gone means finish, too.
                    _finish = finish.wait_for(|finish| *finish) => finishing = true,
                }
                continue;
            }
            let written = tokio::task::spawn_blocking(move || {
                let written = file.write_all(&lines).and_then(|()| file.sync_data());
                (file, lines, written)
            });
            let (used_file, used_lines, written) = written.await?;
            (file, lines) = (used_file, used_lines);
            if let Err(error) = written {
                self.synced.send_replace(Synced::Closed);
                return Err(error);
            }
            self.synced.send_replace(Synced::UpTo(last));
        }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().expect("nothing that holds the book panics")
    }
}
