//! Who follows one withdrawal. A commit looks its withdrawals up among those that are followed, so
//! that a follower is woken by its own withdrawal only, and nobody following costs nothing.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use crate::domain::id::WithdrawalId;
use crate::domain::withdrawal::Withdrawal;

/// How many may follow withdrawals at once.
pub const FOLLOWERS_MAX: usize = 256;
/// How many changes a follower may lag behind.
const LAG_MAX: usize = 16;

/// All followers.
#[derive(Debug, Clone, Default)]
pub(super) struct Followers(Arc<Mutex<Following>>);

#[derive(Debug, Default)]
struct Following {
    /// Numbers them.
    last: u64,
    /// How many there are, those that were cut off included.
    count: usize,
    withdrawals: BTreeMap<WithdrawalId, BTreeMap<u64, mpsc::Sender<Withdrawal>>>,
}

impl Followers {
    fn following(&self) -> MutexGuard<'_, Following> {
        // What is in it is whole between any two statements.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new follower; `None` when there are as many as there may be.
    pub(super) fn add(&self, id: &WithdrawalId) -> Option<Followed> {
        let mut following = self.following();
        if following.count >= FOLLOWERS_MAX {
            return None;
        }
        following.count += 1;
        following.last += 1;
        let number = following.last;
        let (sender, changes) = mpsc::channel(LAG_MAX);
        following.withdrawals.entry(id.clone()).or_default().insert(number, sender);
        Some(Followed { followers: self.clone(), id: id.clone(), number, changes })
    }

    /// Tells who follows them. Who lags too far behind is told nothing more.
    pub(super) fn tell(&self, changed: &[Withdrawal]) {
        let mut following = self.following();
        if following.withdrawals.is_empty() {
            return;
        }
        for row in changed {
            if let Some(senders) = following.withdrawals.get_mut(&row.withdrawal_id) {
                senders.retain(|_, sender| sender.try_send(row.clone()).is_ok());
            }
        }
    }
}

/// Follows one withdrawal until it is dropped.
#[derive(Debug)]
pub struct Followed {
    followers: Followers,
    id: WithdrawalId,
    number: u64,
    changes: mpsc::Receiver<Withdrawal>,
}

impl Followed {
    /// The next change that this process commits; `None` when the follower lagged too far behind.
    pub async fn next(&mut self) -> Option<Withdrawal> {
        self.changes.recv().await
    }

    /// A change that is there already.
    pub fn next_now(&mut self) -> Option<Withdrawal> {
        self.changes.try_recv().ok()
    }
}

impl Drop for Followed {
    fn drop(&mut self) {
        let mut following = self.followers.following();
        following.count -= 1;
        if let Some(senders) = following.withdrawals.get_mut(&self.id) {
            senders.remove(&self.number);
            if senders.is_empty() {
                following.withdrawals.remove(&self.id);
            }
        }
    }
}
