//! Where a freeze stands in the line of its account: what it controls, its place, and who is ahead.
//! That is what an authority is told, and what is remembered of an answer, so it is bounded.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::control::{self, Counting, Funds, Share, in_order};
use super::{Disclosure, Freeze};
use crate::domain::id::FreezeId;
use crate::domain::money::{Currency, Minor};

/// The most freezes of a line that an authority is told.
pub const NEIGHBOURS_MAX: usize = 100;

/// Where a freeze stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// What its account's amounts are in.
    pub currency: Currency,
    /// What it controls, and its place; absent when it is not in force.
    pub share: Option<Share>,
    /// Those that fill before it, first in line first, at most [`NEIGHBOURS_MAX`]: its place tells how
    /// many there are.
    pub ahead: Vec<Neighbour>,
}

/// Another freeze of the line, as far as an authority may be told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Neighbour {
    /// Its id.
    pub freeze_id: FreezeId,
    /// The authority behind it.
    pub freeze_by: String,
    /// Minor units claimed; absent = the whole account.
    pub freeze_amount: Option<Minor>,
    /// When it ends.
    pub expire_time: Option<DateTime<Utc>>,
    /// Who may read it.
    pub disclosure: Disclosure,
}

impl Standing {
    /// Where a freeze stands among those of its account.
    pub fn of(freeze: &Freeze, (funds, currency): (Funds, Currency), freezes: &[Freeze]) -> Self {
        let mine = |other: &FreezeId| *other == freeze.freeze_id;
        let shares = control::control(funds, freezes, Counting::All).shares;
        let share = shares.into_iter().find(|share| mine(&share.freeze_id));
        let ahead = if share.is_some() { in_order(freezes) } else { Vec::new() };
        let ahead = ahead.into_iter().take_while(|other| !mine(&other.freeze_id));
        let ahead = ahead.take(NEIGHBOURS_MAX).map(Neighbour::of).collect();
        Self { currency, share, ahead }
    }
}

impl Neighbour {
    /// What is told of a freeze.
    pub fn of(freeze: &Freeze) -> Self {
        Self {
            freeze_id: freeze.freeze_id.clone(),
            freeze_by: freeze.freeze_by.clone(),
            freeze_amount: freeze.freeze_amount,
            expire_time: freeze.expire_time,
            disclosure: freeze.disclosure,
        }
    }
}
