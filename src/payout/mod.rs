//! Carries withdrawals out through payout channels. It decides nothing: each step is a command that
//! the ledger commits, and only then is a channel called.
//!
//! The normal path is in memory: the feed tells of a reservation as soon as it is committed, and the
//! replica that wrote it carries it. The due query is recovery: it finds, after a crash or when
//! there was too much at once, whatever the rows say has to be looked at by now. Several replicas
//! may find the same; the first command takes it up, the others find nothing to do.

mod carry;
mod client;
mod hand;
pub mod said;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use futures::FutureExt;
use http::Uri;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::watch;
use tokio::task::JoinSet;

use self::carry::Carrier;
use self::client::Lines;
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
/// How often a channel that has not answered is probed again.
const PROBE_PAUSE: Duration = Duration::from_secs(30);
/// How often all of them are: what a channel declares may change.
const PROBE_ALL_PAUSE: Duration = Duration::from_secs(10 * 60);

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
    /// The channels, and where they serve.
    pub channels: Vec<(ChannelId, Uri)>,
    /// How long a channel may take to answer.
    pub timeout: Duration,
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
            lines: Lines::new(&self.channels, self.timeout),
            principal: Principal::service("payout"),
            stop: stop.clone(),
        });
        let mut probes = JoinSet::new();
        probes.spawn(probe(carrier.clone()));
        let mut carried = JoinSet::new();
        // Whatever it waits for, the database too: it is not waited for when the service stops.
        tokio::select! {
            () = told(&mut stop) => {}
            () = self.carry_on(&carrier, &mut carried) => {}
        }
        while carried.join_next().await.is_some() {}
    }

    async fn carry_on(&self, carrier: &Arc<Carrier>, carried: &mut JoinSet<WithdrawalId>) {
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
                    if carrying.await.is_err() {
                        tracing::error!(withdrawal.id = %id, "carrying a payout panicked");
                    }
                    id
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
                Some(done) = carried.join_next() => if let Ok(id) = done {
                    hand.put_down(&id);
                },
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

    /// Takes what is due; when to look again.
    async fn look(&self, hand: &mut Hand) -> DateTime<Utc> {
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

async fn told(stop: &mut watch::Receiver<bool>) {
    // A sender that is gone means stop, too.
    let _stopped = stop.wait_for(|stop| *stop).await;
}

fn cut(limit: usize) -> u32 {
    u32::try_from(limit).unwrap_or(u32::MAX)
}

/// Asks each channel what it declares of itself, at the beginning and from time to time; one that does
/// not answer sooner.
async fn probe(carrier: Arc<Carrier>) {
    let all = || carrier.lines.ids().cloned().collect::<Vec<ChannelId>>();
    let mut asked = all();
    loop {
        let mut silent = Vec::new();
        for id in asked {
            match carrier.lines.probe(&id).await {
                Ok(()) => tracing::info!(channel = %id, "the channel answers"),
                Err(status) => {
                    let code = status.code();
                    tracing::warn!(channel = %id, ?code, "the channel does not answer");
                    silent.push(id);
                }
            }
        }
        let pause = if silent.is_empty() { PROBE_ALL_PAUSE } else { PROBE_PAUSE };
        tokio::time::sleep(pause).await;
        asked = if silent.is_empty() { all() } else { silent };
    }
}
