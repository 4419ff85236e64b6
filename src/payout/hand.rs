//! What this replica has in hand: withdrawals that wait here to be carried, and those that are
//! carried now, or wait for a place with their channel. Bounded; what doesn't fit is found again by the
//! due query.

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::withdrawal::Due;

/// The most withdrawals that wait.
const WAITING_MAX: usize = 4_096;

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Hand {
    waiting: VecDeque<Due>,
    /// Those that wait for a place with this channel.
    parked: BTreeMap<ChannelId, VecDeque<Due>>,
    /// Waiting, parked or carried.
    held: HashSet<WithdrawalId>,
    /// Of those, the ones that something was heard of meanwhile.
    again: HashMap<WithdrawalId, Due>,
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

    /// Takes a withdrawal that something may have let go; one that it has in hand once more after
    /// that, because what is being done about it may have been decided before.
    pub(super) fn take_anew(&mut self, due: Due) {
        if self.held.contains(&due.withdrawal_id) {
            self.again.insert(due.withdrawal_id.clone(), due);
        } else {
            self.take(due);
        }
    }

    /// The next one to be carried.
    pub(super) fn next(&mut self) -> Option<Due> {
        self.waiting.pop_front()
    }

    /// One is done with, for now.
    pub(super) fn put_down(&mut self, id: &WithdrawalId) {
        self.held.remove(id);
        if let Some(due) = self.again.remove(id) {
            self.take(due);
        }
    }

    /// One that was carried waits for a place with a channel: it is done with for now where too many
    /// do.
    pub(super) fn park(&mut self, due: Due, channel_id: ChannelId) {
        let queue = self.parked.entry(channel_id).or_default();
        if queue.len() < WAITING_MAX {
            queue.push_back(due);
        } else {
            self.left = true;
            self.put_down(&due.withdrawal_id);
        }
    }

    /// Takes as many of those that wait for a channel as it has room for.
    pub(super) fn unpark(&mut self, room: impl Fn(&ChannelId) -> i64) {
        for (channel_id, queue) in &mut self.parked {
            let room = usize::try_from(room(channel_id)).unwrap_or(0);
            self.waiting.extend(queue.drain(..room.min(queue.len())));
        }
        self.parked.retain(|_, queue| !queue.is_empty());
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::AccountNumber;
    use crate::domain::money::Currency;
    use crate::domain::withdrawal::State;

    fn due() -> Due {
        Due {
            withdrawal_id: WithdrawalId::parse("w").unwrap(),
            account_number: AccountNumber::parse("1").unwrap(),
            state: State::Reserved,
            currency_code: Currency::from_code("CNY").unwrap(),
            amount_minor: 1,
            bank_code: String::new(),
            preferred_channel: String::new(),
            channel_id: String::new(),
        }
    }

    #[test]
    fn what_waits_for_a_channel_comes_back_when_that_has_room() {
        let (mut hand, channel) = (Hand::default(), ChannelId::parse("CH-1").unwrap());
        hand.take(due());
        let carried = hand.next().unwrap();
        hand.park(carried, channel);
        hand.unpark(|_| 0);
        assert_eq!((hand.next(), hand.len()), (None, 1));
        hand.unpark(|_| 5);
        assert_eq!(hand.next(), Some(due()));
    }

    #[test]
    fn what_is_let_go_while_it_is_carried_is_carried_once_more() {
        let mut hand = Hand::default();
        hand.take(due());
        assert_eq!(hand.next(), Some(due()));
        // That it is found due meanwhile is nothing new.
        hand.take(due());
        hand.take_anew(due());
        hand.take_anew(due());
        assert_eq!((hand.next(), hand.len()), (None, 1));
        hand.put_down(&due().withdrawal_id);
        assert_eq!(hand.next(), Some(due()));
        hand.put_down(&due().withdrawal_id);
        assert_eq!((hand.next(), hand.len()), (None, 0));
    }
}
