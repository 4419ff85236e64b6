//! What this replica has in hand: withdrawals that wait here to be carried, and those that are
//! carried now. Bounded; what doesn't fit is found again by the due query.

use std::collections::{HashSet, VecDeque};

use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::withdrawal::{State, Withdrawal};

/// The most withdrawals that wait.
const WAITING_MAX: usize = 4_096;

/// A withdrawal to which something is to be done.
#[derive(Debug, Clone)]
pub(super) struct Due {
    /// Which.
    pub(super) withdrawal_id: WithdrawalId,
    /// The account that pays.
    pub(super) account_number: AccountNumber,
    /// Where it was when it was found.
    pub(super) state: State,
}

impl From<&Withdrawal> for Due {
    fn from(row: &Withdrawal) -> Self {
        Self {
            withdrawal_id: row.withdrawal_id.clone(),
            account_number: row.account_number.clone(),
            state: row.state,
        }
    }
}

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
    pub(super) fn take(&mut self, row: &Withdrawal) {
        if self.waiting.len() >= WAITING_MAX {
            self.left = true;
        } else if self.held.insert(row.withdrawal_id.clone()) {
            self.waiting.push_back(Due::from(row));
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
