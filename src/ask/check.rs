//! Whether an operation would pass now.

use chrono::{DateTime, Utc};

use super::{Ask, mask};
use crate::domain::account::Account;
use crate::domain::check;
use crate::domain::money::Minor;
use crate::domain::pass::Movement;
use crate::domain::principal::Principal;
use crate::domain::refusal::Refusal;

/// What would become of an operation.
#[derive(Debug, Clone)]
pub struct Checked {
    /// The account as it is now.
    pub account: Account,
    /// What was asked about.
    pub movement: Movement,
    /// Everything in its way, in precedence order.
    pub refusals: Vec<Refusal>,
    /// The most that it could take for want of money, minor units; absent for what takes none.
    pub takes_at_most: Option<Minor>,
    /// When it passes if only time goes by, as far as the principal may know what ends when.
    pub unblock_time: Option<DateTime<Utc>>,
}

impl Ask {
    /// What stands in the way of a movement on an account as it is now.
    pub fn check(&self, account: Account, movement: Movement, principal: &Principal) -> Checked {
        let rules = &self.rules;
        let refusals = check::operation(&account, movement, rules);
        let unblock_time = if refusals.is_empty() {
            None
        } else {
            // A hidden freeze has no end that could be told, so what it blocks has none either.
            let known = mask::account(account.clone(), principal);
            let blocks = |account: &Account| !check::operation(account, movement, rules).is_empty();
            check::unblocked_at(known, blocks, rules.zone)
        };
        let takes_at_most = check::takes_at_most(&account, movement.operation);
        Checked { account, movement, refusals, takes_at_most, unblock_time }
    }
}
