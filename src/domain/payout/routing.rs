//! Which channel carries the next attempt.

use super::attempt::{Attempt, AttemptState};
use super::reason::{Class, RejectReason, class};
use crate::domain::id::ChannelId;

/// The most attempts to pay one withdrawal.
pub const ATTEMPTS_MAX: i64 = 10;

/// The channel for the next attempt: the one that the client prefers, else the first that has not
/// turned this payout down. `None` when none is left.
pub fn route<'a>(
    channels: &'a [ChannelId],
    preferred: &str,
    attempts: &[Attempt],
) -> Option<&'a ChannelId> {
    let open = |channel: &&ChannelId| !attempts.iter().any(|a| turned_down(a, channel));
    let liked = channels.iter().filter(open).find(|channel| channel.as_str() == preferred);
    liked.or_else(|| channels.iter().find(open))
}

/// Whether the channel said that another one may do it.
fn turned_down(attempt: &Attempt, channel: &ChannelId) -> bool {
    if attempt.channel_id != *channel || attempt.state != AttemptState::Dead {
        return false;
    }
    match attempt.reason.parse::<RejectReason>().map(class) {
        Ok(Class::RetrySame | Class::NextChannel) => true,
        Ok(Class::Final | Class::Ask | Class::Manual) | Err(_) => false,
    }
}
