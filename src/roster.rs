//! The payout channels as this process sees them: read from their table when it starts, from time to
//! time, and at once after a change that was made here. Decisions take the roster that is there when
//! their batch begins.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, watch};

use crate::domain::channel::Channel;
use crate::domain::channel::roster::Roster;
use crate::store::{self, Store};

/// How often the table is read: another replica may have changed it.
const REFRESH_PAUSE: Duration = Duration::from_secs(1);

/// The roster, and the way to read it anew. Clones share it.
#[derive(Debug, Clone)]
pub struct Rosters {
    store: Store,
    current: Arc<Current>,
}

#[derive(Debug, Default)]
struct Current {
    roster: watch::Sender<Arc<Roster>>,
    /// One reads at a time: of two, the one that began first would bring back what was there before
    /// the other's rows.
    reading: Mutex<()>,
}

impl Rosters {
    /// An empty roster, until it is read.
    pub fn new(store: Store) -> Self {
        Self { store, current: Arc::default() }
    }

    /// The channels as they were last read.
    pub fn now(&self) -> Arc<Roster> {
        self.current.roster.borrow().clone()
    }

    /// Hears of changes.
    pub fn listen(&self) -> watch::Receiver<Arc<Roster>> {
        self.current.roster.subscribe()
    }

    /// Reads the table; whoever listens hears of it when it differs.
    ///
    /// # Errors
    /// What the database says.
    pub async fn refresh(&self) -> Result<(), store::Error> {
        self.current.take(self.store.channel_list()).await
    }

    /// Reads the table time and again.
    pub async fn run(self) {
        loop {
            tokio::time::sleep(REFRESH_PAUSE).await;
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "the channels could not be read");
            }
        }
    }
}

impl Current {
    async fn take(
        &self,
        rows: impl Future<Output = Result<Vec<Channel>, store::Error>>,
    ) -> Result<(), store::Error> {
        let _turn = self.reading.lock().await;
        let read = Roster::of(rows.await?);
        self.roster.send_if_modified(|known| {
            let differs = **known != read;
            if differs {
                *known = Arc::new(read);
            }
            differs
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use tokio::sync::oneshot;

    use super::*;
    use crate::domain::id::ChannelId;

    fn row(priority: i64) -> Channel {
        let id = ChannelId::parse("CH-1").unwrap();
        Channel::of_setting(id, "http://127.0.0.1:9".to_owned(), priority, DateTime::UNIX_EPOCH)
    }

    #[tokio::test]
    async fn what_was_read_first_is_not_put_over_what_was_read_since() {
        let current = Current::default();
        let (go_on, told) = oneshot::channel();
        let slow = current.take(async {
            told.await.unwrap();
            Ok(vec![row(1)])
        });
        let quick = current.take(async { Ok(vec![row(2)]) });
        let release = async { go_on.send(()).unwrap() };
        // In this order, each as far as it goes.
        let (slow, quick, ()) = tokio::join!(biased; slow, quick, release);
        slow.and(quick).unwrap();
        let known = current.roster.borrow().clone();
        assert_eq!(known.iter().map(|row| row.priority).collect::<Vec<_>>(), [2]);
    }
}
