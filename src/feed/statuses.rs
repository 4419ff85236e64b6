//! Who watches statuses. They read changes from the database, in its order, so that all they are
//! told here is that there are some; nobody watching costs nothing.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How many may watch statuses at once.
pub const WATCHES_MAX: usize = 256;

/// All watches.
#[derive(Debug, Clone)]
pub(super) struct Statuses {
    changed: watch::Sender<()>,
    places: Arc<Semaphore>,
}

impl Default for Statuses {
    fn default() -> Self {
        let places = Arc::new(Semaphore::new(WATCHES_MAX));
        Self { changed: watch::Sender::new(()), places }
    }
}

impl Statuses {
    pub(super) fn tell(&self) {
        self.changed.send_replace(());
    }

    pub(super) fn add(&self) -> Option<StatusNews> {
        let place = Arc::clone(&self.places).try_acquire_owned().ok()?;
        Some(StatusNews { changed: self.changed.subscribe(), _place: place })
    }
}

/// Tells when this process committed changes of status, until it is dropped.
#[derive(Debug)]
pub struct StatusNews {
    changed: watch::Receiver<()>,
    _place: OwnedSemaphorePermit,
}

impl StatusNews {
    /// Waits for the next commit. When there is nobody left to commit anything, it waits for ever.
    pub async fn next(&mut self) {
        if self.changed.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
