//! StartAttempt: takes a reserved withdrawal up, looks once more whether it may go, chooses the
//! channel of those that whoever sends it offers, and writes the intent down. Only after its commit
//! is anything sent, and only by the one whose command it was: after a commit that was lost nobody
//! sends it, and it is followed up.
//!
//! What a freeze claims is cancelled; what another condition forbids, or no channel takes, is held
//! for a while and fails then. Hours at which the channels are closed don't count: what was reserved
//! before a weekend goes when it is over.

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;
use serde_json::json;

use super::advance::{Step, advance};
use super::errand::{Doing, Way, errand, unchanged, way};
use super::giving_way::UNDER_A_FREEZE;
use super::{Decision, Draft};
use crate::domain::batch::Loaded;
use crate::domain::case::rules::NO_CHANNEL_MAX;
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::offer::Offer;
use crate::domain::payout::routing::{self, Ineligible};
use crate::domain::refusal::{Reason, Refused};
use crate::domain::withdrawal::{Event, HeldReason, State, Withdrawal};

/// How long a held withdrawal waits until somebody looks again, though nothing has told of a change.
const HELD_PAUSE: TimeDelta = TimeDelta::minutes(1);
/// How long at least, and where what is in the way may be over at any moment.
const MOMENT: TimeDelta = TimeDelta::seconds(1);
/// By what a reminder says that no channel takes a withdrawal.
const NO_CHANNEL: &str = "NO_CHANNEL";

/// What holds a withdrawal.
#[derive(Debug, Clone, Copy)]
struct Hold {
    why: HeldReason,
    /// Until when, as far as that is known.
    until: Option<DateTime<Utc>>,
    /// Whether people are reminded that no channel takes it.
    reminds: bool,
}

impl Hold {
    fn of(why: HeldReason) -> Self {
        Self { why, until: None, reminds: false }
    }
}

/// A withdrawal to send.
#[derive(Debug, Clone, Serialize)]
pub struct StartAttempt {
    /// Which.
    pub withdrawal_id: WithdrawalId,
    /// The channels that may carry it now, the best first.
    pub offers: Vec<Offer>,
    /// What stands in the way of the others.
    pub others: Vec<(ChannelId, Ineligible)>,
}

impl StartAttempt {
    /// Takes it up, unless somebody else has it or it is not to be sent.
    ///
    /// # Errors
    /// WITHDRAWAL_NOT_FOUND.
    pub fn decide(&self, draft: &mut Draft<'_>, loaded: &Loaded) -> Result<Decision, Refused> {
        let current = loaded.withdrawal(draft.account.number(), &self.withdrawal_id);
        let current = current.ok_or(Reason::WithdrawalNotFound)?;
        let attempts = loaded.attempts_of(&self.withdrawal_id);
        if current.state != State::Reserved {
            return Ok(unchanged(current));
        }
        match way(draft, current) {
            Way::Claimed => {
                let step = Step { reason: UNDER_A_FREEZE, ..Step::of(Event::TakenByFreeze) };
                Ok(end(draft, current, &step))
            }
            // Not before people have decided.
            Way::Forbidden | Way::Clear if current.held_reason == Some(HeldReason::Manual) => {
                Ok(hold(draft, current, Hold::of(HeldReason::Manual)))
            }
            Way::Forbidden => Ok(hold(draft, current, Hold::of(HeldReason::Condition))),
            Way::Clear => {
                let preferred = &current.preferred_channel;
                match routing::choose(&self.offers, preferred, attempts) {
                    None => Ok(self.wait(draft, current, attempts)),
                    Some(offer) => {
                        let number = current.attempts.saturating_add(1);
                        let intent = self.intent(draft, number, offer);
                        Ok(start(draft, current, intent))
                    }
                }
            }
        }
    }

    /// Waits for the channel that can take it soonest.
    fn wait(&self, draft: &mut Draft<'_>, current: &Withdrawal, attempts: &[Attempt]) -> Decision {
        let open = self.others.iter().filter(|(id, _)| !routing::is_turned_down(attempts, id));
        let reasons: Vec<Ineligible> = open.map(|(_, reason)| *reason).collect();
        let (why, until) = routing::why_none(reasons.iter().copied());
        let reminds = why == HeldReason::NoChannel || routing::is_down(&reasons);
        hold(draft, current, Hold { why, until, reminds })
    }

    fn intent(&self, draft: &Draft<'_>, number: i64, taken: &Offer) -> Attempt {
        Attempt {
            withdrawal_id: self.withdrawal_id.clone(),
            number,
            account_number: draft.account.number().clone(),
            channel_id: taken.channel_id.clone(),
            state: AttemptState::Intent,
            reason: String::new(),
            epoch: 1,
            retries: 0,
            inquiries: 0,
            last_said: None,
            create_time: draft.now,
            update_time: draft.now,
            choice: routing::kept(&self.offers, taken),
            sent_until_time: draft.now.checked_add_signed(draft.rules.payouts.lease),
            was_unknown: 0,
        }
    }
}

fn start(draft: &mut Draft<'_>, current: &Withdrawal, intent: Attempt) -> Decision {
    let key = intent.key();
    let step = Step { key: Some(&key), ..Step::of(Event::AttemptStarted) };
    let moved = advance(draft, current, &step).expect("what is reserved may be started");
    let moved = Withdrawal {
        channel_id: intent.channel_id.as_str().to_owned(),
        attempts: intent.number,
        next_action_time: draft.now.checked_add_signed(draft.rules.payouts.lease),
        ..moved
    };
    draft.written.withdrawals.push(moved.clone());
    draft.written.attempts.push(intent.clone());
    errand(draft, Doing::Send, intent, moved)
}

/// Holds it, or fails it when it was held for too long.
fn hold(draft: &mut Draft<'_>, current: &Withdrawal, hold: Hold) -> Decision {
    let Hold { why, reminds, .. } = hold;
    let counted = counted_since(current, draft.now);
    let over = time_to_live_over(draft, counted, hold);
    if over <= draft.now {
        let reason: &'static str = why.into();
        let step = Step { reason, ..Step::of(Event::TimeToLiveOver) };
        return end(draft, current, &step);
    }
    let news = current.held_reason != Some(why);
    let is_closed_still = why == HeldReason::ChannelClosed && !news;
    let mut held = Withdrawal {
        held_reason: Some(why),
        held_since: if is_closed_still { current.held_since } else { Some(counted) },
        next_action_time: Some(over.min(look_again(draft.now, counted, hold).unwrap_or(over))),
        ..current.clone()
    };
    if news {
        held.step_from(current, draft.now);
        let payload = json!({ "withdrawal_id": held.withdrawal_id, "held_reason": why });
        draft.written.events.push(("WITHDRAWAL_HELD", payload));
        if reminds {
            let payload = json!({ "about": NO_CHANNEL, "withdrawal_id": held.withdrawal_id });
            draft.written.events.push(("REMINDER", payload));
        }
    }
    draft.written.withdrawals.push(held.clone());
    unchanged(&held)
}

/// Since when its time to live runs: later by as long as it has waited for the channels' hours, which
/// is since it was last changed.
fn counted_since(current: &Withdrawal, now: DateTime<Utc>) -> DateTime<Utc> {
    let since = current.held_since.unwrap_or(now);
    if current.held_reason != Some(HeldReason::ChannelClosed) {
        return since;
    }
    let closed = now.signed_duration_since(current.update_time).max(TimeDelta::zero());
    since.checked_add_signed(closed).map_or(now, |since| since.min(now))
}

/// When its time to live is over, if the channels open when they should.
fn time_to_live_over(draft: &Draft<'_>, since: DateTime<Utc>, hold: Hold) -> DateTime<Utc> {
    let closed = match (hold.why, hold.until) {
        (HeldReason::ChannelClosed, Some(at)) => at.signed_duration_since(draft.now),
        _ => TimeDelta::zero(),
    };
    let over = since.checked_add_signed(draft.rules.payouts.held_max);
    let over = over.and_then(|over| over.checked_add_signed(closed.max(TimeDelta::zero())));
    over.unwrap_or(draft.now)
}

/// When somebody looks again; none = people tell when.
fn look_again(now: DateTime<Utc>, since: DateTime<Utc>, hold: Hold) -> Option<DateTime<Utc>> {
    let after = |pause| now.checked_add_signed(pause);
    match (hold.why, hold.until) {
        (HeldReason::ChannelClosed, Some(at)) => after(MOMENT).map(|soon| at.max(soon)),
        (HeldReason::RetryBackoff, Some(at)) => {
            after(MOMENT).map(|soon| sooner(at, since, now).max(soon))
        }
        (HeldReason::RetryBackoff, None) => after(MOMENT),
        (HeldReason::Condition | HeldReason::NoChannel | HeldReason::ChannelClosed, _) => {
            after(HELD_PAUSE)
        }
        (HeldReason::Manual, _) => None,
    }
}

/// The time of waiting for a channel, but not past the time at which people have to hear of it.
fn sooner(at: DateTime<Utc>, since: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let heard = since.checked_add_signed(NO_CHANNEL_MAX).filter(|heard| *heard > now);
    heard.map_or(at, |heard| heard.min(at))
}

fn end(draft: &mut Draft<'_>, current: &Withdrawal, step: &Step<'_>) -> Decision {
    let moved = advance(draft, current, step).expect("what is reserved may be ended");
    draft.written.withdrawals.push(moved.clone());
    unchanged(&moved)
}
