//! One watch of statuses: windows of committed changes, told in their order. It needs no task: the
//! transport asks for the next message when its reader has room for one.
//!
//! The feed says that this process committed changes; what another one commits is found by looking
//! from time to time. What the changes are is read from the database either way.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures::Stream;
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};
use tonic::Status;

use super::caller::Caller;
use super::failure::Failure;
use super::render::View;
use super::{parse, render};
use crate::ask::watched::WatchedAccounts;
use crate::ask::{Ask, mask};
use crate::domain::account::Account;
use crate::domain::history::StatusChange;
use crate::domain::refusal::Reason;
use crate::feed::StatusNews;
use crate::pb::v1;
use crate::pb::v1::watch_account_status_response::Update;

/// After so long without news the reader is told that there are none.
const HEARTBEAT_AFTER: Duration = Duration::from_secs(15);
/// How often the database is looked at for what other processes committed.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How soon after one look the next may follow. What was committed just now may be hidden behind a
/// transaction that is about to end, so it is looked for twice.
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// How long a reader may leave messages waiting.
const PATIENCE: Duration = Duration::from_secs(30);

/// The messages of a watch.
pub(super) type StatusUpdates =
    Pin<Box<dyn Stream<Item = Result<v1::WatchAccountStatusResponse, Status>> + Send>>;

/// A watch that has not begun.
#[derive(Debug)]
pub(super) struct StatusWatch {
    /// The read side.
    pub(super) ask: Ask,
    /// Who watches.
    pub(super) caller: Arc<Caller>,
    /// What.
    pub(super) watched: parse::WatchedStatuses,
    /// When this process commits something.
    pub(super) news: StatusNews,
    /// True when the service drains.
    pub(super) halting: watch::Receiver<bool>,
}

impl StatusWatch {
    /// Begins at a position, with the named accounts as they are now.
    pub(super) fn updates(self, from: i64, now: Vec<Account>) -> StatusUpdates {
        let soon = Instant::now();
        let watching = Watching {
            due: now.into_iter().map(|account| Due::Status(Box::new(account))).collect(),
            from,
            told: from,
            is_cut: false,
            watch: self,
            handed_at: None,
            woken: false,
            heartbeat_at: soon + HEARTBEAT_AFTER,
            looked_at: soon,
            look_at: soon,
        };
        Box::pin(futures::stream::unfold(Some(watching), |watching| async move {
            let mut watching = watching?;
            match watching.next().await {
                Ok(said) => Some((Ok(said), Some(watching))),
                Err(failure) => {
                    let status = failure.status(&watching.watch.caller.audience());
                    Some((Err(status), None))
                }
            }
        }))
    }
}

/// What is to be said.
enum Due {
    Status(Box<Account>),
    Change(Box<StatusChange>),
}

/// A watch under way.
struct Watching {
    watch: StatusWatch,
    /// What is to be said before anything else is looked for.
    due: VecDeque<Due>,
    /// Everything before it was told.
    told: i64,
    /// Everything before it was told, or is due.
    from: i64,
    /// Whether more is known to follow what is due.
    is_cut: bool,
    /// Since when the reader has something to fetch, if more than that waits for it.
    handed_at: Option<Instant>,
    /// Whether this process committed something since it was last looked.
    woken: bool,
    heartbeat_at: Instant,
    looked_at: Instant,
    look_at: Instant,
}

impl Watching {
    /// The next message.
    async fn next(&mut self) -> Result<v1::WatchAccountStatusResponse, Failure> {
        if self.handed_at.take().is_some_and(|handed| handed.elapsed() > PATIENCE) {
            return Err(Reason::Overloaded.into());
        }
        loop {
            if *self.watch.halting.borrow() {
                return Err(Reason::Unavailable.into());
            }
            if let Some(due) = self.due.pop_front() {
                let update = self.shown(due);
                return Ok(self.say(update));
            }
            if self.is_cut {
                // Who is far behind may have to be led past much that is not told to it.
                if self.heartbeat_at <= Instant::now() {
                    return Ok(self.say(Update::Heartbeat(v1::Heartbeat {})));
                }
                self.look().await?;
                continue;
            }
            tokio::select! {
                biased;
                () = drained(&mut self.watch.halting) => return Err(Reason::Unavailable.into()),
                () = sleep_until(self.look_at) => self.look().await?,
                () = sleep_until(self.heartbeat_at) => {
                    return Ok(self.say(Update::Heartbeat(v1::Heartbeat {})));
                }
                () = self.watch.news.next() => {
                    self.woken = true;
                    self.look_at = self.look_at.min(self.looked_at + LOOK_AGAIN);
                }
            }
        }
    }

    fn shown(&self, due: Due) -> Update {
        let caller = &self.watch.caller;
        match due {
            Due::Status(account) => {
                let account = mask::account(*account, &caller.principal);
                Update::AccountStatus(render::account_status(&account, caller, View::Basic))
            }
            Due::Change(change) => Update::StatusChange(render::status_change(&change)),
        }
    }

    fn say(&mut self, update: Update) -> v1::WatchAccountStatusResponse {
        let now = Instant::now();
        self.heartbeat_at = now + HEARTBEAT_AFTER;
        if self.due.is_empty() {
            self.told = self.from;
        }
        if !self.due.is_empty() || self.is_cut {
            self.handed_at = Some(now);
        }
        let resume_token = parse::resume_token(&self.watch.watched.query, self.told);
        v1::WatchAccountStatusResponse { update: Some(update), resume_token }
    }

    /// Looks for what was committed since the last look.
    async fn look(&mut self) -> Result<(), Failure> {
        let accounts = match &self.watch.watched.accounts {
            None => WatchedAccounts::All,
            Some(numbers) => WatchedAccounts::Named(numbers),
        };
        let principal = &self.watch.caller.principal;
        let window = self.watch.ask.status_changes(self.from, accounts, principal).await?;
        self.from = window.end;
        self.is_cut = window.is_cut;
        self.due.extend(window.changes.into_iter().map(|change| Due::Change(Box::new(change))));
        if self.due.is_empty() {
            self.told = self.from;
        }
        self.looked_at = Instant::now();
        let pause = if self.woken { LOOK_AGAIN } else { LOOK_EVERY };
        self.woken = false;
        self.look_at = self.looked_at + pause;
        Ok(())
    }
}

async fn drained(halting: &mut watch::Receiver<bool>) {
    // A sender that is gone means the same.
    let _halted = halting.wait_for(|halting| *halting).await;
}
