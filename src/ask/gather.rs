//! Reads of single accounts, gathered: calls that arrive while a query runs wait for the next one
//! and share it, so that a query serves as many calls as there are.
//!
//! Invariant: a call joins only a query that has not started, so whatever was committed before the
//! call is in its answer. An account that can't be read spoils the answer of nobody else.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::time::timeout;

use super::Failure;
use crate::clock::Clock;
use crate::domain::account::Account;
use crate::domain::id::AccountNumber;
use crate::store::{self, Store};

/// Queries that run at once. More would find fewer calls to share them.
const GATHERERS: usize = 2;
/// The most calls that share a query.
const CALLS_MAX: usize = 256;
/// The most calls that wait for a query; who comes then waits for a place.
const QUEUE_MAX: usize = 8_192;
/// How long a query may take. The server bounds its statements by itself; this is for a server that
/// isn't heard of any more, which must not hold up the calls to come.
const QUERY_TIMEOUT: Duration = Duration::from_secs(5);

type Answer = Result<Option<Account>, Failure>;

/// A call that waits.
#[derive(Debug)]
struct Wanted {
    number: AccountNumber,
    reply: oneshot::Sender<Answer>,
}

/// Takes calls. Clones share the queries.
#[derive(Debug, Clone)]
pub(super) struct Gathering {
    queue: mpsc::Sender<Wanted>,
}

/// Answers calls, to be run as a task until every [`super::Ask`] is gone.
#[derive(Debug)]
pub struct Gatherer {
    queue: Arc<Mutex<mpsc::Receiver<Wanted>>>,
    store: Store,
    clock: Clock,
}

impl Gathering {
    pub(super) fn new(store: &Store, clock: &Clock) -> (Self, Vec<Gatherer>) {
        let (queue, waiting) = mpsc::channel(QUEUE_MAX);
        let waiting = Arc::new(Mutex::new(waiting));
        let gatherer =
            || Gatherer { queue: Arc::clone(&waiting), store: store.clone(), clock: clock.clone() };
        (Self { queue }, std::iter::repeat_with(gatherer).take(GATHERERS).collect())
    }

    /// The account as it is stored, if there is one; of many freezes the first in line.
    pub(super) async fn account(&self, number: &AccountNumber) -> Answer {
        let (reply, answer) = oneshot::channel();
        let wanted = Wanted { number: number.clone(), reply };
        self.queue.send(wanted).await.map_err(|_gone| Failure::Unavailable)?;
        answer.await.unwrap_or(Err(Failure::Unavailable))
    }
}

impl Gatherer {
    /// Works until nobody is left who could ask.
    pub async fn run(self) {
        let mut calls = Vec::with_capacity(CALLS_MAX);
        while self.queue.lock().await.recv_many(&mut calls, CALLS_MAX).await > 0 {
            // Who asked may have left by now.
            calls.retain(|wanted| !wanted.reply.is_closed());
            self.answer(&mut calls).await;
        }
    }

    async fn answer(&self, calls: &mut Vec<Wanted>) {
        let numbers: BTreeSet<&AccountNumber> = calls.iter().map(|call| &call.number).collect();
        let numbers: Vec<&AccountNumber> = numbers.into_iter().collect();
        match self.query(&numbers).await {
            Ok(found) => deal(calls, &found),
            Err(store::Error::Corrupt(_)) if numbers.len() > 1 => self.answer_singly(calls).await,
            Err(error) => {
                let failure = Failure::from(error);
                calls.drain(..).for_each(|call| call.answer(Err(failure)));
            }
        }
    }

    async fn answer_singly(&self, calls: &mut Vec<Wanted>) {
        for call in calls.drain(..) {
            let found = self.query(&[&call.number]).await;
            call.answer(found.map(|mut found| found.pop()).map_err(Failure::from));
        }
    }

    async fn query(&self, numbers: &[&AccountNumber]) -> Result<Vec<Account>, store::Error> {
        if numbers.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.store.account_find_brief(numbers, self.clock.now());
        match timeout(QUERY_TIMEOUT, found).await {
            Ok(found) => found,
            Err(_elapsed) => Err(store::Error::timed_out("a read")),
        }
    }
}

fn deal(calls: &mut Vec<Wanted>, found: &[Account]) {
    let found: HashMap<&AccountNumber, &Account> =
        found.iter().map(|account| (account.number(), account)).collect();
    for call in calls.drain(..) {
        let account = found.get(&call.number).copied().cloned();
        call.answer(Ok(account));
    }
}

impl Wanted {
    fn answer(self, answer: Answer) {
        // Who asked may have left.
        let _left = self.reply.send(answer);
    }
}
