//! What was reserved and has not been seen to end, by account.

use std::collections::VecDeque;

use crate::domain::money::Minor;

/// What the service says of an account, minor units.
#[derive(Debug, Clone, Copy)]
pub(super) struct Standing {
    pub(super) balance_minor: Minor,
    pub(super) reserved_minor: Minor,
}

/// One account's withdrawals. All are of one amount, so amounts are numbers of withdrawals.
#[derive(Debug)]
struct Account {
    balance_before: Minor,
    taken: u64,
    settled: u64,
    otherwise: u64,
}

impl Account {
    fn left(&self) -> u64 {
        // A settlement may be seen before the caller had its answer.
        self.taken.saturating_sub(self.settled + self.otherwise)
    }
}

/// The withdrawals of all accounts.
#[derive(Debug)]
pub(super) struct Outstanding {
    accounts: Vec<Account>,
    amount: Minor,
    /// Places of accounts with something left, who waits longest first; each once, and none that is
    /// being asked about.
    waiting: VecDeque<usize>,
}

impl Outstanding {
    /// Of accounts with these balances and nothing reserved, for withdrawals of an amount.
    pub(super) fn new(balances: Vec<Minor>, amount: Minor) -> Self {
        let account =
            |balance_before| Account { balance_before, taken: 0, settled: 0, otherwise: 0 };
        let accounts = balances.into_iter().map(account).collect();
        Self { accounts, amount, waiting: VecDeque::new() }
    }

    /// A withdrawal was taken.
    pub(super) fn take(&mut self, place: usize) {
        let Some(account) = self.accounts.get_mut(place) else { return };
        let before = account.left();
        account.taken += 1;
        if before == 0 && account.left() > 0 {
            self.waiting.push_back(place);
        }
    }

    /// The accounts to ask about next, with how many withdrawals were taken of each by now. They
    /// wait no longer; [`Outstanding::seen`] puts them back.
    pub(super) fn next(&mut self, most: usize) -> Vec<(usize, u64)> {
        let count = most.min(self.waiting.len());
        let taken = |place: usize| self.accounts.get(place).map_or(0, |account| account.taken);
        self.waiting.drain(..count).map(|place| (place, taken(place))).collect()
    }

    /// What an account says, asked when so many withdrawals had been taken of it. Returns how many of
    /// them ended since it was asked before.
    pub(super) fn seen(&mut self, place: usize, taken: u64, standing: Standing) -> u64 {
        let amount = self.amount;
        let Some(account) = self.accounts.get_mut(place) else { return 0 };
        let count = |minor: Minor| u64::try_from(minor / amount).unwrap_or(0);
        let before = account.settled + account.otherwise;
        let settled = count(account.balance_before - standing.balance_minor);
        account.settled = account.settled.max(settled);
        // Of those taken when it was asked; later ones may already be reserved, so it is the least.
        let otherwise = taken.saturating_sub(settled + count(standing.reserved_minor));
        account.otherwise = account.otherwise.max(otherwise);
        let ended = account.settled + account.otherwise - before;
        if account.left() > 0 {
            self.waiting.push_back(place);
        }
        ended
    }

    /// How many are settled, ended otherwise, and are left.
    pub(super) fn tally(&self) -> (u64, u64, u64) {
        self.accounts.iter().fold((0, 0, 0), |(settled, otherwise, left), account| {
            (settled + account.settled, otherwise + account.otherwise, left + account.left())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(balance_minor: Minor, reserved_minor: Minor) -> Standing {
        Standing { balance_minor, reserved_minor }
    }

    #[test]
    fn a_settlement_is_told_from_what_only_gives_money_back() {
        let mut of = Outstanding::new(vec![100, 100], 1);
        for _ in 0..3 {
            of.take(1);
        }
        assert_eq!(of.next(10), [(1, 3)]);
        assert!(of.next(10).is_empty(), "it is being asked about");
        // One settled, one cancelled, one still reserved.
        assert_eq!(of.seen(1, 3, standing(99, 1)), 2);
        assert_eq!(of.tally(), (1, 1, 1));
        assert_eq!(of.next(10), [(1, 3)]);
        assert_eq!(of.seen(1, 3, standing(98, 0)), 1);
        assert_eq!(of.tally(), (2, 1, 0));
        assert!(of.next(10).is_empty());
    }

    #[test]
    fn what_is_taken_while_it_is_asked_is_no_end() {
        let mut of = Outstanding::new(vec![50], 5);
        of.take(0);
        let asked = of.next(10);
        // Reserved, and its caller has not heard of it yet.
        assert_eq!(of.seen(0, asked[0].1, standing(50, 10)), 0);
        of.take(0);
        assert_eq!(of.tally(), (0, 0, 2));
        // Settled before its caller had the answer: the room it took is free again all the same.
        let asked = of.next(10);
        assert_eq!(of.seen(0, asked[0].1, standing(35, 0)), 3);
        assert_eq!(of.tally(), (3, 0, 0));
        of.take(0);
        assert_eq!(of.tally(), (3, 0, 0));
        assert!(of.next(10).is_empty());
    }

    #[test]
    fn accounts_are_asked_about_in_turn() {
        let mut of = Outstanding::new(vec![9; 4], 1);
        for place in [2, 0, 3, 0] {
            of.take(place);
        }
        assert_eq!(of.next(2), [(2, 1), (0, 2)]);
        of.seen(2, 1, standing(9, 1));
        of.seen(0, 2, standing(8, 1));
        assert_eq!(of.next(9), [(3, 1), (2, 1), (0, 2)]);
    }
}
