//! Claim and control: which freeze controls how much of an account's money, which waits, and in
//! which place. One pure function, [`control`]; [`promote`] moves what waits and may wait no more.
//!
//! money = balance − reserved; free = money − min(exempt, money); controlled = free under a whole
//! freeze, else min(claim, free); available = money − controlled. Freezes fill in rank order
//! (authorities by time of service, 财产保全规定 Art. 16; then the bank; then the customer).
//!
//! The exempt amount is an allowance, not a floor: what the holder takes beyond free money uses it up,
//! or small withdrawals could empty a frozen account one after the other. What was taken so and
//! didn't leave is given back to it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::{Freeze, FreezeMode, FreezeStatus, FreezeType, kind};
use crate::domain::id::FreezeId;
use crate::domain::money::Minor;
use crate::domain::terms;

/// The money that freezes may control part of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Funds {
    /// balance − reserved, minor units, ≥ 0.
    pub money: Minor,
    /// How much of the exempt amount is used up, minor units.
    pub exempt_used: Minor,
}

/// What one freeze in force controls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    /// The freeze.
    pub freeze_id: FreezeId,
    /// Minor units it controls now.
    pub controlled: Minor,
    /// 1 = first in line.
    pub position: u32,
    /// Whether it has all it claims; a whole freeze never has.
    pub filled: bool,
    /// What its status has to be, given what it controls.
    pub status: FreezeStatus,
}

/// What all freezes in force control together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Control {
    /// balance − reserved, minor units.
    pub money: Minor,
    /// Σ of the shares.
    pub controlled: Minor,
    /// money − controlled.
    pub available: Minor,
    /// One per freeze in force, in rank order.
    pub shares: Vec<Share>,
}

/// Which freezes count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counting {
    /// All of them.
    All,
    /// Without the customer's own loss report: the bank collects what is owed all the same.
    WithoutLoss,
}

/// The account's exempt amount: the largest that an authority's freeze in effect leaves for living
/// costs (查封扣押冻结规定 3(2)). A waiting one has no effect yet, the bank's own exempts nothing.
pub fn exempt(freezes: &[Freeze]) -> Minor {
    let exempting = |freeze: &&Freeze| {
        let active = freeze.freeze_status == FreezeStatus::Active;
        active && freeze.freeze_type == FreezeType::Judicial
    };
    freezes.iter().filter(exempting).map(|freeze| freeze.exempt_minor).max().unwrap_or(0)
}

/// The freezes in force in the order in which they fill.
pub fn in_order(freezes: &[Freeze]) -> Vec<&Freeze> {
    let mut ordered: Vec<&Freeze> = freezes.iter().filter(|freeze| freeze.in_force()).collect();
    ordered.sort_by_key(|freeze| freeze.rank());
    ordered
}

/// The freeze first in line.
pub fn first(freezes: &[Freeze]) -> Option<&Freeze> {
    freezes.iter().filter(|freeze| freeze.in_force()).min_by_key(|freeze| freeze.rank())
}

/// What of the exempt amount is not used up.
pub fn exempt_left(freezes: &[Freeze], used: Minor) -> Minor {
    exempt(freezes).saturating_sub(used).max(0)
}

/// What all freezes in force control together of the money that is not exempt, minor units: in which
/// order they fill makes no difference to it.
pub fn controlled(free: Minor, freezes: &[Freeze], counting: Counting) -> Minor {
    if counted(freezes, counting).any(Freeze::takes_all) {
        return free;
    }
    claim_of(counted(freezes, counting)).min(free)
}

/// Whether each freeze in force has what it claims of the money that is not exempt; a whole one never
/// has.
pub fn all_filled(free: Minor, freezes: &[Freeze], counting: Counting) -> bool {
    let whole = counted(freezes, counting).any(Freeze::takes_all);
    !whole && claim_of(counted(freezes, counting)) <= free
}

fn counted(freezes: &[Freeze], counting: Counting) -> impl Iterator<Item = &Freeze> {
    let counts = move |freeze: &&Freeze| match counting {
        Counting::All => true,
        Counting::WithoutLoss => freeze.freeze_type != FreezeType::Customer,
    };
    freezes.iter().filter(|freeze| freeze.in_force()).filter(counts)
}

/// Spreads the account's money over its freezes in force.
pub fn control(funds: Funds, freezes: &[Freeze], counting: Counting) -> Control {
    let money = funds.money;
    let mut left = money.saturating_sub(exempt_left(freezes, funds.exempt_used).min(money));
    let mut shares = Vec::new();
    let mut authority_ahead = false;
    for (position, freeze) in (1..).zip(in_order(freezes)) {
        if counting == Counting::WithoutLoss && freeze.freeze_type == FreezeType::Customer {
            continue;
        }
        let claim = freeze.freeze_amount.filter(|_| !freeze.takes_all());
        let controlled = claim.unwrap_or(left).min(left);
        left = left.saturating_sub(controlled);
        let filled = claim == Some(controlled);
        let authority = freeze.freeze_type == FreezeType::Judicial;
        // Nothing is left for it: an earlier authority is unfilled, or holds all there is.
        let waits = authority && controlled == 0 && authority_ahead;
        let status = match freeze.freeze_status {
            FreezeStatus::Waiting if waits => FreezeStatus::Waiting,
            FreezeStatus::Active
            | FreezeStatus::Waiting
            | FreezeStatus::Released
            | FreezeStatus::Expired => FreezeStatus::Active,
        };
        authority_ahead |= authority;
        let freeze_id = freeze.freeze_id.clone();
        shares.push(Share { freeze_id, controlled, position, filled, status });
    }
    let controlled = shares.iter().map(|share| share.controlled).fold(0, Minor::saturating_add);
    Control { money, controlled, available: money.saturating_sub(controlled), shares }
}

/// Whether a freeze that is not in force yet would have to wait if it were entered now: it would
/// control nothing, and an earlier authority stands before it.
pub fn would_wait(funds: Funds, freezes: &[Freeze], entering: &Freeze) -> bool {
    if entering.freeze_type != FreezeType::Judicial {
        return false;
    }
    let mut with = freezes.to_vec();
    with.push(Freeze { freeze_status: FreezeStatus::Waiting, ..entering.clone() });
    control(funds, &with, Counting::All)
        .shares
        .iter()
        .any(|share| share.freeze_id == entering.freeze_id && share.status == FreezeStatus::Waiting)
}

/// Lets every waiting freeze whose turn has come take effect at `at`; its term starts there.
/// Returns the ids in the order of taking effect. One after the other: what one leaves for living
/// costs is not there for the next.
pub fn promote(funds: Funds, freezes: &mut [Freeze], at: DateTime<Utc>, zone: Tz) -> Vec<FreezeId> {
    let mut promoted = Vec::new();
    while freezes.iter().any(|freeze| freeze.freeze_status == FreezeStatus::Waiting) {
        let shares = control(funds, freezes, Counting::All).shares;
        let due: BTreeSet<FreezeId> = shares
            .into_iter()
            .filter(|share| share.status == FreezeStatus::Active)
            .map(|share| share.freeze_id)
            .collect();
        let exempt_before = exempt(freezes);
        let before = promoted.len();
        let mut waiting: Vec<&mut Freeze> = freezes
            .iter_mut()
            .filter(|freeze| freeze.freeze_status == FreezeStatus::Waiting)
            .filter(|freeze| due.contains(&freeze.freeze_id))
            .collect();
        waiting.sort_by_key(|freeze| freeze.rank());
        for freeze in waiting {
            take_effect(freeze, at, zone);
            promoted.push(freeze.freeze_id.clone());
            if freeze.exempt_minor > exempt_before {
                break;
            }
        }
        if promoted.len() == before {
            break;
        }
    }
    promoted
}

/// Puts a freeze into effect at `at` and starts its term, unless an explicit end is set.
pub fn take_effect(freeze: &mut Freeze, at: DateTime<Utc>, zone: Tz) {
    freeze.freeze_status = FreezeStatus::Active;
    freeze.effective_time = Some(at);
    freeze.update_time = at;
    if freeze.expire_time.is_none() {
        freeze.expire_time = freeze.term().and_then(|term| term.end(at, zone));
    }
    freeze.expiry_date = freeze.expire_time.map(|end| terms::last_day(end, zone));
}

/// What the hot row says of the freezes: Σ claimed amounts of those in force.
pub fn claim(freezes: &[Freeze]) -> Minor {
    claim_of(freezes.iter().filter(|freeze| freeze.in_force()))
}

fn claim_of<'f>(freezes: impl Iterator<Item = &'f Freeze>) -> Minor {
    freezes
        .filter(|freeze| !freeze.takes_all())
        .filter_map(|freeze| freeze.freeze_amount)
        .fold(0, Minor::saturating_add)
}

/// Sends authority freezes that took effect back to the queue when a paper that was served before
/// them is entered late and leaves them nothing. Only kinds that may wait; what runs of their term
/// runs on. Returns the ids.
pub fn demote_behind(
    funds: Funds,
    freezes: &mut [Freeze],
    (entered, at): (&FreezeId, DateTime<Utc>),
) -> Vec<FreezeId> {
    let shares = control(funds, freezes, Counting::All).shares;
    let mut behind = Vec::new();
    let mut passed = false;
    for share in shares {
        let Some(freeze) = freezes.iter_mut().find(|f| f.freeze_id == share.freeze_id) else {
            continue;
        };
        if freeze.freeze_type != FreezeType::Judicial {
            break;
        }
        let starved = passed && share.controlled == 0;
        let active = freeze.freeze_status == FreezeStatus::Active;
        if starved && active && kind::rule(freeze.authority_kind).may_wait {
            freeze.freeze_status = FreezeStatus::Waiting;
            freeze.effective_time = None;
            freeze.update_time = at;
            behind.push(share.freeze_id.clone());
        }
        passed |= share.freeze_id == *entered;
    }
    behind
}

/// The widest mode of the freezes in effect, as the hot row says it.
pub fn widest(freezes: &[Freeze]) -> FreezeMode {
    freezes
        .iter()
        .filter(|freeze| freeze.freeze_status == FreezeStatus::Active)
        .map(|freeze| freeze.freeze_mode)
        .max()
        .unwrap_or(FreezeMode::Amount)
}
