//! What is set aside while a withdrawal's channel is chosen, and the place that a payout takes with its
//! channel. Both are given back when they are dropped, whatever happens to whoever had them.

use super::board::Board;
use crate::domain::channel::breaker::Passage;
use crate::domain::channel::quota::Share;
use crate::domain::id::ChannelId;
use crate::domain::payout::evidence::Said;
use crate::domain::payout::offer::Offer;
use crate::domain::payout::outcome::outcome_of;
use crate::domain::payout::routing::{Ineligible, why_none};
use crate::domain::withdrawal::HeldReason;

/// The channels for a withdrawal, and what was set aside of them.
#[derive(Debug)]
pub(super) struct Offered {
    /// Those that may carry it now, best first.
    pub(super) offers: Vec<Offer>,
    /// What stands in the way of the others.
    pub(super) others: Vec<(ChannelId, Ineligible)>,
    /// What was set aside.
    pub(super) hold: Hold,
}

impl Offered {
    /// The channel to wait for, where nothing is in the way but that it has enough to do just now.
    pub(super) fn full(&self) -> Option<&ChannelId> {
        let reasons = self.others.iter().map(|(_, why)| *why);
        if !self.offers.is_empty() || why_none(reasons) != (HeldReason::RetryBackoff, None) {
            return None;
        }
        self.others.iter().find(|(_, why)| *why == Ineligible::Full).map(|(id, _)| id)
    }
}

/// Shares of all that are offered, and a place with the one that is likely to be taken.
#[derive(Debug)]
pub(super) struct Hold {
    pub(super) board: Board,
    pub(super) shares: Vec<(ChannelId, Vec<Share>)>,
    pub(super) place: Option<Place>,
}

impl Hold {
    /// Keeps what belongs to the channel that was chosen; its place.
    pub(super) fn keep(mut self, chosen: &ChannelId) -> Place {
        self.shares.retain(|(id, _)| id != chosen);
        let likely = self.place.take().filter(|place| place.channel_id == *chosen);
        likely.unwrap_or_else(|| self.board.place_anyway(chosen))
    }

    /// Gives up what was set aside, because nobody knows whether it is used.
    pub(super) fn forfeit(mut self) {
        self.shares.clear();
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        if !self.shares.is_empty() {
            self.board.give_back(self.shares.iter().map(|(_, shares)| &shares[..]));
        }
    }
}

/// A place with a channel: as long as it is held, something is under way with it.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) board: Board,
    pub(super) channel_id: ChannelId,
    /// The breaker's leave to send.
    pub(super) passage: Option<Passage>,
}

impl Place {
    /// Asks the breaker for leave where that was not done yet. Whoever sends again does it without,
    /// and then its breaker hears nothing of it.
    pub(super) fn sends(&mut self) {
        if self.passage.is_none() {
            self.passage = self.board.begin(&self.channel_id);
        }
    }

    /// Hears the answer to what was sent.
    pub(super) fn hear(&mut self, said: &Said) {
        self.board.hear(&self.channel_id, self.passage.take(), outcome_of(said));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.board.leave(&self.channel_id, self.passage.take());
    }
}
