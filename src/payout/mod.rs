//! Carries withdrawals out through payout channels. It decides nothing: each step is a command that
//! the ledger commits, and only then is a channel called.
//!
//! The normal path is in memory: the feed tells of a reservation as soon as it is committed, and the
//! replica that wrote it carries it. The due query is recovery: it finds, after a crash or when
//! there was too much at once, whatever the rows say has to be looked at by now. Several replicas
//! may find the same; the first command takes it up, the others find nothing to do.
//!
//! Which channel: the [`board`] knows how each fares and offers those that are well; the command takes
//! one of them, and none that the withdrawal may not leave or go back to.

pub mod board;
mod carry;
pub mod client;
mod hand;
pub mod health;
mod hold;
mod lease;
mod offers;
mod probe;
pub mod said;
pub mod sheet;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::board::Board;
use self::carry::Carrier;
use self::hand::Hand;
use crate::clock::Clock;
use crate::domain::act::record_evidence::CONTRADICTION;
use crate::domain::id::{ChannelId, WithdrawalId};
use crate::domain::principal::Principal;
use crate::domain::withdrawal::{Due, State};
use crate::feed::{Committed, Feed};
use crate::ledger::Ledger;
use crate::store::Store;

/// The most due withdrawals that are fetched at once, beside those in hand.
const ROUND_MAX: usize = 512;
/// The longest sleep: another replica may have died with something that is due then.
const SLEEP_MAX: TimeDelta = TimeDelta::seconds(1);
/// The pause when more is due than was fetched: what can't be taken up would be found again at once.
const ROUND_PAUSE: TimeDelta = TimeDelta::milliseconds(50);
/// The most held withdrawals that are looked at when a channel has changed.
const HELD_MAX: u32 = 4_096;

/// A withdrawal that was carried, and for a place with which channel it waits.
type Carried = (WithdrawalId, Option<(Due, ChannelId)>);

/// What payouts work with.
#[derive(Debug)]
pub struct Payouts {
    /// Finds what is due.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Takes the commands.
    pub ledger: Ledger,
    /// Tells of reservations.
    pub feed: Feed,
    /// What is known of the channels.
    pub board: Board,
    /// The most payouts that are carried at once.
    pub at_once: usize,
}

impl Payouts {
    /// Runs until it is told to stop; then takes up no more, and ends when what is on its way has
    /// been answered or given up.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        let carrier = Arc::new(Carrier {
            ledger: self.ledger.clone(),
            clock: self.clock.clone(),
            board: self.board.clone(),
            principal: Principal::service("payout"),
            stop: stop.clone(),
        });
        let probing = probe::run(self.board.clone(), self.clock.clone());
        let mut carried = JoinSet::new();
        work(&mut stop, self.carry_on(&carrier, &mut carried), probing).await;
        while carried.join_next().await.is_some() {}
        self.board.write_down().await;
        self.board.end_leases().await;
    }

    async fn carry_on(&self, carrier: &Arc<Carrier>, carried: &mut JoinSet<Carried>) {
        let mut changes = self.board.rosters().listen();
        // A bank without channels pays nothing out, and holds nothing against anybody.
        if changes.wait_for(|roster| !roster.is_empty()).await.is_err() {
            return;
        }
        let mut news = self.feed.listen();
        let mut hand = Hand::default();
        let mut wake = self.clock.now();
        loop {
            while carried.len() < self.at_once
                && let Some(due) = hand.next()
            {
                let id = due.withdrawal_id.clone();
                let carrying = AssertUnwindSafe(carrier.clone().carry(due)).catch_unwind();
                carried.spawn(async move {
                    let waits = carrying.await.unwrap_or_else(|_panic| {
                        tracing::error!(withdrawal.id = %id, "carrying a payout panicked");
                        None
                    });
                    (id, waits)
                });
            }
            if hand.fetches() {
                wake = self.clock.now();
            }
            tokio::select! {
                heard = news.recv() => match heard {
                    Ok(committed) => wake = self.hear(&committed, &mut hand, wake).await,
                    Err(RecvError::Lagged(_)) => wake = self.clock.now(),
                    Err(RecvError::Closed) => return,
                },
                Some(done) = carried.join_next() => {
                    match done {
                        Ok((_, Some((due, channel_id)))) => hand.park(due, channel_id),
                        Ok((id, None)) => hand.put_down(&id),
                        Err(_cancelled) => {}
                    }
                    hand.unpark(|channel_id| self.board.admits(channel_id));
                },
                changed = changes.changed() => {
                    if changed.is_err() {
                        return;
                    }
                    self.look_at_held(&mut hand).await;
                },
                () = self.board.well() => self.look_at_held(&mut hand).await,
                () = self.clock.sleep_until(wake) => wake = self.look(&mut hand).await,
            }
        }
    }

    /// Takes what a commit reserved, and looks at what a changed status may have let go; when to look
    /// for what is due.
    async fn hear(
        &self,
        committed: &Committed,
        hand: &mut Hand,
        mut wake: DateTime<Utc>,
    ) -> DateTime<Utc> {
        for event in committed.events.iter().filter(|event| event.kind == CONTRADICTION) {
            let id = event.payload.get("withdrawal_id").and_then(|id| id.as_str());
            tracing::error!(withdrawal.id = id, "a channel contradicts itself or the books");
        }
        for row in &committed.withdrawals {
            if row.state == State::Reserved && row.held_reason.is_none() {
                hand.take(Due::from(row));
            } else if let Some(next) = row.next_action_time {
                wake = wake.min(next);
            }
        }
        if !committed.moved.is_empty() {
            let accounts: Vec<_> = committed.moved.iter().collect();
            match self.store.withdrawal_list_unsent(&accounts).await {
                Ok(rows) => rows.into_iter().for_each(|due| hand.take_anew(due)),
                Err(error) => tracing::warn!(%error, "held withdrawals could not be looked at"),
            }
        }
        wake
    }

    /// Looks at what waits for a channel: one has changed, or is well again.
    async fn look_at_held(&self, hand: &mut Hand) {
        hand.unpark(|_| i64::MAX);
        match self.store.withdrawal_list_held(HELD_MAX).await {
            Ok(rows) => rows.into_iter().for_each(|due| hand.take_anew(due)),
            Err(error) => tracing::warn!(%error, "held withdrawals could not be looked at"),
        }
    }

    /// Takes what is due; when to look again.
    async fn look(&self, hand: &mut Hand) -> DateTime<Utc> {
        hand.unpark(|_| i64::MAX);
        let now = self.clock.now();
        let limit = hand.len() + ROUND_MAX;
        let due = match self.store.withdrawal_list_due(now, cut(limit)).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "due withdrawals could not be looked for");
                Vec::new()
            }
        };
        let (before, full) = (hand.len(), due.len() == limit);
        for row in due {
            hand.take(row);
        }
        let more = full && hand.len() > before;
        now + if more { ROUND_PAUSE } else { SLEEP_MAX }
    }
}

/// Works until it is told to stop, or one of its two parts ends, as neither does by itself: whoever
/// runs this hears of it then. Whatever they wait for, the database too, is not waited for.
async fn work(
    stop: &mut watch::Receiver<bool>,
    carrying: impl Future<Output = ()>,
    probing: impl Future<Output = ()> + Send + 'static,
) {
    let mut probes = JoinSet::new();
    probes.spawn(probing);
    tokio::select! {
        () = told(stop) => {}
        () = carrying => {}
        _ = probes.join_next() => tracing::error!("channels are probed no more; payouts end"),
    }
}

async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means stop, too.
    let _stopped = stop.wait_for(|stop| *stop).await;
}

fn cut(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn payouts_end_when_probing_panics() {
        let (_stop, mut stopping) = watch::channel(false);
        work(&mut stopping, std::future::pending(), async { panic!("a bug") }).await;
        assert!(!*stopping.borrow());
    }
}
