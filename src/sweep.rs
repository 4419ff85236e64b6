//! Writes down what lapsed on accounts that nobody touches, and reviews accounts by the calendar:
//! notices, dormancy, reminders. Reads and commands apply lapses by themselves, so of those the
//! sweep only keeps the tables close behind. It wakes within a second of the next due instant.
//! Idempotent, bounded, and safe from several replicas, because both are decided under the account's
//! lock like any command. An account on which it fails rests for a while, so that it keeps no other
//! waiting.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::join_all;
use tokio::sync::broadcast::error::RecvError;

use crate::clock::Clock;
use crate::domain::act::remind_case::RemindCase;
use crate::domain::case::Case;
use crate::domain::command::{Command, Effect, Envelope, Receipt};
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::principal::Principal;
use crate::domain::transaction::EntryChannel;
use crate::feed::Feed;
use crate::ledger::{Failure, Ledger};
use crate::store::Store;

/// The most accounts taken up at once.
const ROUND_MAX: u32 = 256;
/// How long a lapse may take at most.
const LAPSE_DEADLINE: Duration = Duration::from_secs(30);
/// The longest sleep: another replica may have set an end that the feed doesn't tell of.
const SLEEP_MAX: TimeDelta = TimeDelta::seconds(1);
/// How long an account whose lapse failed is left out.
const REST: Duration = Duration::from_secs(30);
/// The most accounts that rest; when more fail, the first come back early.
const RESTING_MAX: usize = 4 * ROUND_MAX as usize;

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

/// What the sweep looks after.
#[derive(Debug, Clone, Copy)]
enum Care {
    /// What lapsed.
    Lapses,
    /// What is due by the calendar.
    Reviews,
    /// Cases whose owner has to be reminded.
    Cases,
}

/// An account on which something is to be done.
struct Due {
    number: String,
    command: Command,
}

impl Due {
    fn all(numbers: Vec<String>, command: &Command) -> Vec<Self> {
        let due = |number| Self { number, command: command.clone() };
        numbers.into_iter().map(due).collect()
    }

    fn remind(case: Case) -> Self {
        let number = case.account_number.as_str().to_owned();
        Self { number, command: Command::RemindCase(RemindCase { case_id: case.case_id }) }
    }
}

impl Sweep {
    /// Runs for ever; the task is dropped to stop it.
    pub async fn run(self) {
        let mut news = self.feed.listen();
        let (mut lapses, mut reviews) = (Resting::default(), Resting::default());
        let mut cases = Resting::default();
        loop {
            // Before it looks: what becomes due while it does is looked for again in time.
            let begun = self.clock.now();
            let lapsed = self.round_but(Care::Lapses, &mut lapses).await;
            let reviewed = self.round_but(Care::Reviews, &mut reviews).await;
            let reminded = self.round_but(Care::Cases, &mut cases).await;
            if lapsed.max(reviewed).max(reminded) == ROUND_MAX as usize {
                continue;
            }
            let mut wake = begun + SLEEP_MAX;
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

    /// Writes down what lapsed by now, on at most [`ROUND_MAX`] accounts; on how many it was done.
    pub async fn round(&self) -> usize {
        self.round_but(Care::Lapses, &mut Resting::default()).await
    }

    /// Reviews what is due now, at most [`ROUND_MAX`] accounts; how many it were.
    pub async fn reviews(&self) -> usize {
        self.round_but(Care::Reviews, &mut Resting::default()).await
    }

    /// Reminds the owners of cases whose time has come, at most [`ROUND_MAX`]; how many it were.
    pub async fn reminders(&self) -> usize {
        self.round_but(Care::Cases, &mut Resting::default()).await
    }

    async fn round_but(&self, care: Care, resting: &mut Resting) -> usize {
        resting.wake(Instant::now());
        let but = resting.0.iter().map(|(number, _)| number.as_str());
        let now = self.clock.now();
        let due = match care {
            Care::Lapses => {
                let due = self.store.account_list_lapsing(now, but, ROUND_MAX).await;
                due.map(|due| Due::all(due, &Command::Lapse))
            }
            Care::Reviews => {
                let due = self.store.review_list_due(now, but, ROUND_MAX).await;
                due.map(|due| Due::all(due, &Command::Review))
            }
            Care::Cases => {
                let due = self.store.case_list_reminding(now, but, ROUND_MAX).await;
                due.map(|due| due.into_iter().map(Due::remind).collect())
            }
        };
        let due = match due {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!(%error, ?care, "the sweep could not look for what is due");
                return 0;
            }
        };
        let answers = join_all(due.iter().map(|due| self.submit(due))).await;
        let mut done = 0;
        for (Due { number, .. }, answer) in due.into_iter().zip(answers) {
            match answer {
                Ok(_receipt) => done += 1,
                Err(error) => {
                    tracing::warn!(%error, ?care, "the sweep failed on an account; it tries again");
                    resting.push(number, Instant::now() + REST);
                }
            }
        }
        done
    }

    async fn submit(&self, due: &Due) -> Result<Receipt, Failure> {
        let account_number = AccountNumber::parse(&due.number).ok_or(Failure::Internal)?;
        let command = due.command.clone();
        let seconds = self.clock.now().timestamp();
        let id = format!("{}:{}:{seconds}", command.name(), account_number.as_str());
        let envelope = Envelope {
            principal: Principal::service("sweep"),
            account_number,
            request_id: RequestId::internal(&id),
            deadline: Instant::now() + LAPSE_DEADLINE,
            expected_version: None,
            effect: Effect::Take,
            entry_channel: EntryChannel::Unspecified,
            command,
        };
        self.ledger.submit(envelope).await
    }
}

/// Accounts whose lapse failed, and until when each is left out: the first to come back first.
#[derive(Debug, Default)]
struct Resting(VecDeque<(String, Instant)>);

impl Resting {
    fn wake(&mut self, now: Instant) {
        while self.0.front().is_some_and(|(_, until)| *until <= now) {
            self.0.pop_front();
        }
    }

    fn push(&mut self, number: String, until: Instant) {
        if self.0.len() == RESTING_MAX {
            self.0.pop_front();
        }
        self.0.push_back((number, until));
    }
}

fn earlier(wake: DateTime<Utc>, next: Option<DateTime<Utc>>) -> DateTime<Utc> {
    next.map_or(wake, |next| wake.min(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_rests_for_its_time_and_the_list_is_bounded() {
        let begin = Instant::now();
        let mut resting = Resting::default();
        for number in 0..RESTING_MAX + 1 {
            resting.push(number.to_string(), begin + REST);
        }
        assert_eq!(resting.0.len(), RESTING_MAX);
        assert_eq!(resting.0.front().map(|(number, _)| number.as_str()), Some("1"));
        resting.wake(begin);
        assert_eq!(resting.0.len(), RESTING_MAX);
        resting.wake(begin + REST);
        assert!(resting.0.is_empty());
    }
}
