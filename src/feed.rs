//! What was committed, handed in memory to whoever waits for it. A listener that is too slow
//! loses items and falls back to the due queries, which find everything.

mod followed;
mod statuses;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::broadcast;

use self::followed::Followers;
pub use self::followed::{FOLLOWERS_MAX, Followed};
use self::statuses::Statuses;
pub use self::statuses::{StatusNews, WATCHES_EACH, WATCHES_MAX};
use crate::domain::batch::Event;
use crate::domain::channel::quota::LeaseKey;
use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::withdrawal::Withdrawal;

/// How many batches a listener may lag behind.
const LAG_MAX: usize = 1_024;

/// What one batch committed.
#[derive(Debug)]
pub struct Committed {
    /// Its events, in order per account.
    pub events: Vec<Event>,
    /// The withdrawals that it changed, as they are now.
    pub withdrawals: Vec<Withdrawal>,
    /// The accounts on which withdrawals hold money and whose status, conditions, freezes or profile
    /// it moved.
    pub moved: Vec<AccountNumber>,
    /// What attempts had taken of channels that it proved dead, and how much.
    pub freed: Vec<(LeaseKey, i64)>,
    /// The earliest instant at which something lapses on an account of the batch.
    pub next_lapse: Option<DateTime<Utc>>,
}

/// Hands on what was committed.
#[derive(Debug, Clone)]
pub struct Feed {
    sender: broadcast::Sender<Arc<Committed>>,
    followers: Followers,
    statuses: Statuses,
}

impl Default for Feed {
    fn default() -> Self {
        let (sender, _) = broadcast::channel(LAG_MAX);
        Self { sender, followers: Followers::default(), statuses: Statuses::default() }
    }
}

impl Feed {
    /// Tells every listener; nobody listening is fine.
    pub fn publish(&self, committed: Committed) {
        self.followers.tell(&committed.withdrawals);
        if self.sender.receiver_count() > 0 {
            let _listeners = self.sender.send(Arc::new(committed));
        }
    }

    /// Listens from now on.
    pub fn listen(&self) -> broadcast::Receiver<Arc<Committed>> {
        self.sender.subscribe()
    }

    /// Tells who watches statuses that a batch changed some. What they are stands in the database.
    pub fn statuses_changed(&self) {
        self.statuses.tell();
    }

    /// Watches statuses from now on; `None` when [`WATCHES_MAX`] do so already, or [`WATCHES_EACH`] of
    /// this caller.
    pub fn watch_statuses(&self, caller: &Arc<str>) -> Option<StatusNews> {
        self.statuses.add(caller)
    }

    /// Follows one withdrawal from now on; `None` when [`FOLLOWERS_MAX`] do so already.
    pub fn follow(&self, id: &WithdrawalId) -> Option<Followed> {
        self.followers.add(id)
    }
}
