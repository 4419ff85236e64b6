//! What this replica has in hand: withdrawals that wait here to be carried, and those that are
//! carried now. Bounded; what doesn't fit is found again by the due query.

use std::collections::{HashSet, VecDeque};

use crate::domain::id::WithdrawalId;
use crate::domain::withdrawal::Due;

/// The most withdrawals that wait.
const WAITING_MAX: usize = 4_096;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Hand {
    waiting: VecDeque<Due>,
    /// Waiting or carried.
    held: HashSet<WithdrawalId>,
    /// Whether something was left where it was.
    left: bool,
}

impl Hand {
    /// Takes a withdrawal that it has not in hand yet, if there is room.
    pub(super) fn take(&mut self, due: Due) {
        if self.waiting.len() >= WAITING_MAX {
            self.left = true;
        } else if self.held.insert(due.withdrawal_id.clone()) {
            self.waiting.push_back(due);
        }
    }

    /// The next one to be carried.
    pub(super) fn next(&mut self) -> Option<Due> {
        self.waiting.pop_front()
    }

    /// One is done with, for now.
    pub(super) fn put_down(&mut self, id: &WithdrawalId) {
        self.held.remove(id);
    }

    /// How many it has.
    pub(super) fn len(&self) -> usize {
        self.held.len()
    }

    /// Whether it is time to fetch what was left: there is room again.
    pub(super) fn fetches(&mut self) -> bool {
        let fetches = self.left && self.waiting.len() < WAITING_MAX / 2;
        if fetches {
            self.left = false;
        }
        fetches
    }
}
