//! What freezes leave for living costs: an allowance that is there once, however small the parts in
//! which it is taken.

use account_status::pb::v1::*;

use super::account::{Account, Counting};

impl Account {
    /// What authorities' freezes in effect leave for living costs: the most that one of them leaves.
    pub(super) fn exempt(&self) -> i64 {
        let exempting = self.freezes.iter().filter(|freeze| {
            freeze.status == FreezeStatus::Active && freeze.r#type == FreezeType::Judicial
        });
        exempting.map(|freeze| freeze.exempt).max().unwrap_or(0)
    }

    /// What is left of it: it is there once.
    pub(super) fn exempt_left(&self) -> i64 {
        (self.exempt() - self.exempt_used).max(0)
    }

    /// How much of a debit is for living costs: money that is free anyway goes first.
    pub(super) fn for_living(&self, minor: i64, counting: Counting) -> i64 {
        let left = self.exempt_left();
        let free_anyway = (self.available_of(counting) - left).max(0);
        (minor - free_anyway).clamp(0, left)
    }

    /// What was not taken after all is there again.
    pub(super) fn give_back(&mut self, place: usize) {
        self.exempt_used = (self.exempt_used - self.payouts[place].exempt).max(0);
    }

    /// Where nothing is left for living costs any more, the next that is begins anew.
    pub(super) fn forget_living(&mut self) {
        if self.exempt() == 0 {
            self.exempt_used = 0;
            // What was taken of it is nothing of the next.
            for payout in &mut self.payouts {
                payout.exempt = 0;
            }
        }
    }
}
