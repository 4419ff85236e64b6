//! The books of one account, kept from its events alone.

use std::collections::BTreeMap;

/// A freeze in force. `claim` none: all there is.
#[derive(Debug, Clone)]
pub(super) struct Held {
    pub(super) id: String,
    /// Authorities, the bank, the holder.
    pub(super) rank: (u8, i64),
    pub(super) claim: Option<i64>,
    pub(super) exempt: i64,
    pub(super) active: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Out {
    pub(super) amount: i64,
    pub(super) exempt: i64,
    /// Whether what it took of an exempt amount was of one that is gone.
    pub(super) bygone: bool,
    pub(super) seq: i64,
    pub(super) state: String,
}

/// An account as far as its events were read.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) balance: i64,
    pub(super) exempt_used: i64,
    pub(super) freezes: Vec<Held>,
    pub(super) out: BTreeMap<String, Out>,
    /// Whether a condition other than a freeze forbids debits.
    pub(super) forbidden: bool,
}

impl Out {
    pub(super) fn is_open(&self) -> bool {
        matches!(&*self.state, "RESERVED" | "DISPATCHING" | "ACCEPTED" | "UNKNOWN")
    }
}

impl Books {
    pub(super) fn reserved(&self) -> i64 {
        self.out.values().filter(|out| out.is_open()).map(|out| out.amount).sum()
    }

    pub(super) fn exempt(&self) -> i64 {
        let exempting = self.freezes.iter().filter(|held| held.active && held.rank.0 == 0);
        exempting.map(|held| held.exempt).max().unwrap_or(0)
    }

    fn exempt_left(&self) -> i64 {
        (self.exempt() - self.exempt_used).max(0)
    }

    /// What each freeze holds, in line.
    pub(super) fn shares(&self) -> Vec<(&Held, i64)> {
        let money = self.balance - self.reserved();
        let mut left = money - self.exempt_left().min(money);
        let mut line: Vec<&Held> = self.freezes.iter().collect();
        line.sort_by_key(|held| held.rank);
        let mut shares = Vec::new();
        for held in line {
            let share = held.claim.unwrap_or(left).min(left);
            left -= share;
            shares.push((held, share));
        }
        shares
    }

    /// Whether every freeze has what it claims; one of everything never has.
    pub(super) fn filled(&self) -> bool {
        self.shares().iter().all(|(held, share)| held.claim == Some(*share))
    }

    pub(super) fn available(&self) -> i64 {
        let controlled: i64 = self.shares().iter().map(|(_, share)| share).sum();
        self.balance - self.reserved() - controlled
    }

    /// How much of a debit is for living costs: money that is free anyway goes first.
    pub(super) fn for_living(&self, amount: i64) -> i64 {
        let left = self.exempt_left();
        (amount - (self.available() - left).max(0)).clamp(0, left)
    }

    /// What was not sent and would give way to the claims, newest first.
    pub(super) fn give_way(&mut self) -> Vec<String> {
        let mut unsent: Vec<(i64, String)> = self
            .out
            .iter()
            .filter(|(_, out)| out.state == "RESERVED" && (out.bygone || out.exempt != out.amount))
            .map(|(id, out)| (out.seq, id.clone()))
            .collect();
        unsent.sort_by(|a, b| b.cmp(a));
        let mut gone = Vec::new();
        for (_, id) in unsent {
            if self.filled() {
                break;
            }
            self.moves(&id, "CANCELLED");
            gone.push(id);
        }
        gone
    }

    /// Another state of a withdrawal; what it doesn't hold any more is there for living costs again.
    pub(super) fn moves(&mut self, id: &str, state: &str) {
        let out = self.out.get_mut(id).expect("it was reserved");
        let open = out.is_open();
        state.clone_into(&mut out.state);
        let gives_back = matches!(state, "CANCELLED" | "FAILED" | "RETURNED");
        if gives_back && (open || state == "RETURNED") {
            let exempt = if out.bygone { 0 } else { out.exempt };
            self.exempt_used = (self.exempt_used - exempt).max(0);
        }
    }
}
