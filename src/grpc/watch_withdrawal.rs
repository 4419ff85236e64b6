//! One watch of a withdrawal: what to say next, and when. It needs no task: the transport asks for
//! the next message when its reader has room for one.
//!
//! What this process commits is told by the feed; what another one commits is found by looking at
//! the row, which says whether the rest has to be read, too.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use sha2::{Digest, Sha256};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tonic::Status;

use super::caller::Caller;
use super::failure::Failure;
use super::{parse, render};
use crate::ask::{Ask, WithdrawalFile};
use crate::domain::refusal::Reason;
use crate::domain::withdrawal::Withdrawal;
use crate::feed::Followed;
use crate::pb::v1;
use crate::pb::v1::watch_withdrawal_response::Update;

/// After so long without news the reader is told that there are none.
const HEARTBEAT_AFTER: Duration = Duration::from_secs(15);
/// How often the row is looked at for what other processes committed.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The messages of a watch.
pub(super) type Updates =
    Pin<Box<dyn Stream<Item = Result<v1::WatchWithdrawalResponse, Status>> + Send>>;

/// A watch that has not begun.
#[derive(Debug)]
pub(super) struct Watch {
    /// The read side.
    pub(super) ask: Ask,
    /// Who watches.
    pub(super) caller: Arc<Caller>,
    /// What.
    pub(super) watched: parse::Watched,
    /// The changes that this process commits.
    pub(super) followed: Followed,
    /// True when the service drains.
    pub(super) halting: watch::Receiver<bool>,
}

impl Watch {
    /// Begins with the withdrawal as it is now, unless that was seen before.
    pub(super) fn updates(self, now: WithdrawalFile) -> Updates {
        let seen = Seen::of(&now.withdrawal);
        let known = self.watched.seen == Some(seen.mark);
        let due = if known { VecDeque::new() } else { VecDeque::from([now]) };
        let soon = Instant::now();
        let watching = Watching {
            watch: self,
            seen,
            due,
            heartbeat_at: soon + HEARTBEAT_AFTER,
            look_at: soon + LOOK_EVERY,
        };
        Box::pin(futures::stream::unfold(Some(watching), |watching| async move {
            let mut watching = watching?;
            match watching.next().await {
                Ok(said) => said.map(|said| (Ok(said), Some(watching))),
                Err(failure) => {
                    let status = failure.status(&watching.watch.caller.audience());
                    Some((Err(status), None))
                }
            }
        }))
    }
}

/// A state that was sent, as resume tokens carry it.
#[derive(Debug, Clone, Copy)]
struct Seen {
    version: i64,
    /// Differs between any two states: the version doesn't tell when it is looked at again.
    mark: i64,
    is_final: bool,
}

impl Seen {
    fn of(row: &Withdrawal) -> Self {
        let content = serde_json::to_vec(row).expect("rows are plain data");
        let [a, b, c, d, e, f, g, h, ..] = <[u8; 32]>::from(Sha256::digest(content));
        let mark = i64::from_be_bytes([a, b, c, d, e, f, g, h]);
        Self { version: row.version, mark, is_final: row.state.is_final() }
    }
}

/// A watch under way.
struct Watching {
    watch: Watch,
    /// The last state that was sent or is due.
    seen: Seen,
    /// What is to be sent before anything else happens.
    due: VecDeque<WithdrawalFile>,
    heartbeat_at: Instant,
    look_at: Instant,
}

impl Watching {
    /// The next message; `None` when all is said.
    async fn next(&mut self) -> Result<Option<v1::WatchWithdrawalResponse>, Failure> {
        loop {
            if *self.watch.halting.borrow() {
                return Err(Reason::Unavailable.into());
            }
            if let Some(file) = self.due.pop_front() {
                self.seen = Seen::of(&file.withdrawal);
                let shown = render::withdrawal_with_attempts(&file, &self.watch.caller);
                return Ok(Some(self.say(Update::Withdrawal(shown))));
            }
            if self.watch.watched.until_ended && self.seen.is_final {
                return Ok(None);
            }
            tokio::select! {
                biased;
                () = drained(&mut self.watch.halting) => return Err(Reason::Unavailable.into()),
                row = self.watch.followed.next() => {
                    // The feed holds no more for who has left too much of it unread.
                    let row = row.ok_or(Reason::Overloaded)?;
                    self.told(row).await?;
                }
                () = sleep_until(self.heartbeat_at) => {
                    return Ok(Some(self.say(Update::Heartbeat(v1::Heartbeat {}))));
                }
                () = sleep_until(self.look_at) => self.look().await?,
            }
        }
    }

    fn say(&mut self, update: Update) -> v1::WatchWithdrawalResponse {
        self.heartbeat_at = Instant::now() + HEARTBEAT_AFTER;
        let resume_token = parse::resume_token(&self.watch.watched.query, self.seen.mark);
        v1::WatchWithdrawalResponse { update: Some(update), resume_token }
    }

    /// This process committed something.
    async fn told(&mut self, row: Withdrawal) -> Result<(), Failure> {
        let mut rows = vec![row];
        while let Some(row) = self.watch.followed.next_now() {
            rows.push(row);
        }
        self.catch_up(rows).await
    }

    /// Looks whether another process did.
    async fn look(&mut self) -> Result<(), Failure> {
        self.look_at = Instant::now() + LOOK_EVERY;
        let row = self.watch.ask.withdrawal_alone(&self.watch.watched.id).await?;
        if Seen::of(&row).mark == self.seen.mark { Ok(()) } else { self.catch_up(Vec::new()).await }
    }

    /// What is there now, after those between it and what was seen.
    async fn catch_up(&mut self, between: Vec<Withdrawal>) -> Result<(), Failure> {
        let now = self.watch.ask.withdrawal(None, &self.watch.watched.id).await?;
        let mut version = self.seen.version;
        for row in between {
            if row.version > version && row.version < now.withdrawal.version {
                version = row.version;
                self.due.push_back(as_of(row, &now));
            }
        }
        if Seen::of(&now.withdrawal).mark != self.seen.mark {
            self.due.push_back(now);
        }
        Ok(())
    }
}

/// An earlier state with the attempts that there were.
fn as_of(withdrawal: Withdrawal, now: &WithdrawalFile) -> WithdrawalFile {
    let last = withdrawal.attempts;
    let attempts = now.attempts.iter().filter(|attempt| attempt.number <= last).cloned().collect();
    let evidence = now.evidence.iter().filter(|row| row.number <= last).cloned().collect();
    WithdrawalFile { withdrawal, attempts, evidence }
}

async fn drained(halting: &mut watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _halted = halting.wait_for(|halting| *halting).await;
}
