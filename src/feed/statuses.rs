//! Who watches statuses. They read changes from the database, in its order, so that all they are
//! told here is that there are some; nobody watching costs nothing.
//!
//! A watch whose reader never reads is not asked for its next message, and so can't notice: it keeps
//! its place until its connection ends. That no caller has all places keeps some for the others.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;

/// How many may watch statuses at once.
pub const WATCHES_MAX: usize = 256;
/// How many watches of statuses one caller may have at once.
pub const WATCHES_EACH: usize = 64;

/// All watches.
#[derive(Debug, Clone)]
pub(super) struct Statuses {
    changed: watch::Sender<()>,
    places: Places,
}

impl Default for Statuses {
    fn default() -> Self {
        Self { changed: watch::Sender::new(()), places: Places::default() }
    }
}

impl Statuses {
    pub(super) fn tell(&self) {
        self.changed.send_replace(());
    }

    pub(super) fn add(&self, caller: &Arc<str>) -> Option<StatusNews> {
        let place = self.places.take(caller)?;
        Some(StatusNews { changed: self.changed.subscribe(), _place: place })
    }
}

/// How many watches each caller has.
#[derive(Debug, Clone, Default)]
struct Places(Arc<Mutex<BTreeMap<Arc<str>, usize>>>);

impl Places {
    fn taken(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, usize>> {
        // What is in it is whole between any two statements.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, caller: &Arc<str>) -> Option<Place> {
        let mut taken = self.taken();
        let mine = taken.get(caller).copied().unwrap_or(0);
        if mine >= WATCHES_EACH || taken.values().sum::<usize>() >= WATCHES_MAX {
            return None;
        }
        taken.insert(Arc::clone(caller), mine.saturating_add(1));
        Some(Place { places: self.clone(), caller: Arc::clone(caller) })
    }
}

/// A caller's place, until it is dropped.
#[derive(Debug)]
struct Place {
    places: Places,
    caller: Arc<str>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.places.taken();
        if let Some(mine) = taken.get_mut(&self.caller) {
            *mine = mine.saturating_sub(1);
        }
        taken.retain(|_, mine| *mine > 0);
    }
}

/// Tells when this process committed changes of status, until it is dropped.
#[derive(Debug)]
pub struct StatusNews {
    changed: watch::Receiver<()>,
    _place: Place,
}

impl StatusNews {
    /// Waits for the next commit. When there is nobody left to commit anything, it waits for ever.
    pub async fn next(&mut self) {
        if self.changed.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_caller_has_every_place_and_each_place_is_given_back() {
        let statuses = Statuses::default();
        let callers: Vec<Arc<str>> = ["a", "b", "c", "d", "e"].map(Arc::from).to_vec();
        let mut open: Vec<StatusNews> = Vec::new();
        for caller in &callers[..WATCHES_MAX / WATCHES_EACH] {
            open.extend((0..WATCHES_EACH).map(|_| statuses.add(caller).unwrap()));
            assert!(statuses.add(caller).is_none());
        }
        assert!(statuses.add(&callers[4]).is_none(), "all places are taken");
        open.pop();
        let last = statuses.add(&callers[4]).unwrap();
        assert!(statuses.add(&callers[3]).is_none());
        drop((open, last));
        assert!(statuses.places.taken().is_empty());
    }
}
