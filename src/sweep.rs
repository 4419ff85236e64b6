//! Writes down what lapsed on accounts that nobody touches. Reads and commands apply lapses by
//! themselves, so the sweep only keeps the tables close behind: it wakes within a second of the
//! next due instant. Idempotent, bounded, and safe from several replicas, because the lapse of an
//! account is decided under its lock like any command.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use tokio::sync::broadcast::error::RecvError;

use crate::clock::Clock;
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::principal::Principal;
use crate::domain::transaction::EntryChannel;
use crate::feed::Feed;
use crate::ledger::Ledger;
use crate::store::Store;

/// The most accounts taken up at once.
const ROUND_MAX: u32 = 256;
/// How long a lapse may take at most.
const LAPSE_DEADLINE: Duration = Duration::from_secs(30);
/// The longest sleep: another replica may have set an end that the feed doesn't tell of.
const SLEEP_MAX: TimeDelta = TimeDelta::seconds(1);

/// The sweep's parts.
#[derive(Debug, Clone)]
pub struct Sweep {
    /// Finds what is due.
    pub store: Store,
    /// The time.
    pub clock: Clock,
    /// Takes the lapse commands.
    pub ledger: Ledger,
    /// Tells of new ends.
    pub feed: Feed,
}

impl Sweep {
    /// Runs for ever; the task is dropped to stop it.
    pub async fn run(self) {
        let mut news = self.feed.listen();
        loop {
            let swept = self.round().await;
            if swept == ROUND_MAX as usize {
                continue;
            }
            let mut wake = self.clock.now() + SLEEP_MAX;
            loop {
                tokio::select! {
                    () = self.clock.sleep_until(wake) => break,
                    heard = news.recv() => match heard {
                        Ok(committed) => wake = earlier(wake, committed.next_lapse),
                        Err(RecvError::Lagged(_)) => break,
                        Err(RecvError::Closed) => return,
                    },
                }
            }
        }
    }

    /// Writes down what is due now, at most [`ROUND_MAX`] accounts; how many it took up.
    pub async fn round(&self) -> usize {
        let due = match self.store.account_list_lapsing(self.clock.now(), ROUND_MAX).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, "the sweep could not look for lapses");
                return 0;
            }
        };
        let numbers = due.iter().filter_map(|number| AccountNumber::parse(number));
        let answers = join_all(numbers.map(|number| self.lapse(number))).await;
        answers.len()
    }

    async fn lapse(&self, account_number: AccountNumber) {
        let id = format!("lapse:{}:{}", account_number.as_str(), self.clock.now().timestamp());
        let envelope = Envelope {
            principal: Principal::service("sweep"),
            account_number,
            request_id: RequestId::internal(&id),
            deadline: Instant::now() + LAPSE_DEADLINE,
            expected_version: None,
            effect: Effect::Take,
            entry_channel: EntryChannel::Unspecified,
            command: Command::Lapse,
        };
        if let Err(error) = self.ledger.submit(envelope).await {
            tracing::warn!(%error, "a lapse could not be written down; it is tried again");
        }
    }
}

fn earlier(wake: DateTime<Utc>, next: Option<DateTime<Utc>>) -> DateTime<Utc> {
    next.map_or(wake, |next| wake.min(next))
}
