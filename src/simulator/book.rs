//! Everything that the channel knows, in memory: made of the facts of its log, changed by facts only.
//! It decides without waiting; what it decides is written and synced before anybody is told (see
//! [`super::desk`]).

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::behaviour::Behaviour;
use super::course::{Answer, Course};
use super::delay::Delay;
use super::log::{Fact, Terms, What};
use super::payout::{Payout, Stage, rejected};
use crate::domain::money::Money;
use crate::pb::channel::v1::payout_result::Result as Told;
use crate::pb::channel::v1::{Finality, PayoutResult, ReportPayoutRequest, Tombstone, UnknownKey};

/// How many due payouts are carried on before others get their turn.
const DUE_MAX: usize = 512;

/// What was submitted, parsed.
#[derive(Debug)]
pub(super) struct Submission {
    pub(super) payout_key: Arc<str>,
    pub(super) withdrawal_id: Arc<str>,
    pub(super) amount: Money,
    pub(super) payee_digest: Arc<str>,
    pub(super) routing_token: Arc<str>,
}

/// What is answered, and when.
#[derive(Debug)]
pub(super) enum Reply {
    /// At once.
    Now(Told),
    /// At an instant.
    At(DateTime<Utc>, Told),
    /// Never.
    Never,
}

/// Something to tell, and the number of the fact on which it rests: it may be told once that one is
/// on disk.
#[derive(Debug)]
pub(super) struct Resting<T> {
    pub(super) what: T,
    pub(super) fact: u64,
}

/// What is told without being asked, and when it came to pass.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) what: Resting<ReportPayoutRequest>,
    pub(super) at: DateTime<Utc>,
}

/// The key is in use for another payout.
#[derive(Debug)]
pub(super) struct OtherPayout;

/// What the channel knows.
#[derive(Debug, Default)]
pub(super) struct Book {
    payouts: HashMap<Arc<str>, Payout>,
    /// Which keys of a withdrawal disappeared.
    lost: HashMap<Arc<str>, Vec<Arc<str>>>,
    /// How often a key was put off.
    put_off: HashMap<Arc<str>, u32>,
    /// When which payout goes on by itself.
    due: BTreeSet<(DateTime<Utc>, Arc<str>)>,
    /// How many facts there are.
    facts: u64,
    /// Facts, as lines, that the writer has not taken yet.
    unwritten: Vec<u8>,
    /// Where what happens after the answer is told without being asked.
    reports: Option<Reports>,
}

/// Who is told, and as which channel.
#[derive(Debug)]
pub(super) struct Reports {
    pub(super) channel_id: String,
    pub(super) queue: mpsc::Sender<Report>,
}

impl Book {
    /// A fact that stands in the log already.
    ///
    /// # Errors
    /// When it can't follow those before it.
    pub(super) fn replay(&mut self, fact: Fact) -> Result<(), String> {
        self.facts += 1;
        let follows = self.apply(fact.time, fact.payout_key, fact.what);
        follows.map_err(|Contradiction| "contradicts those before it".to_owned())
    }

    /// From now on reports what happens after the answer.
    pub(super) fn report_to(&mut self, reports: Reports) {
        self.reports = Some(reports);
    }

    /// How many facts there are.
    pub(super) fn facts(&self) -> u64 {
        self.facts
    }

    /// How many payouts the channel has, or has shut out.
    pub(super) fn payouts(&self) -> usize {
        self.payouts.len()
    }

    /// Takes a payout, or says what became of it.
    ///
    /// # Errors
    /// When its key is in use for another.
    pub(super) fn submit(
        &mut self,
        submission: Submission,
        behaviour: Behaviour,
        delay: Delay,
        now: DateTime<Utc>,
    ) -> Result<Resting<Reply>, OtherPayout> {
        let key = Arc::clone(&submission.payout_key);
        self.advance(&key, now);
        if let Some(payout) = self.payouts.get(&key) {
            if payout.terms.as_ref().is_some_and(|terms| !submission.is_of(terms)) {
                return Err(OtherPayout);
            }
            return Ok(payout.reply(payout.told_to_submission(), now));
        }
        let withdrawal_id = Arc::clone(&submission.withdrawal_id);
        let course = match behaviour {
            Behaviour::Disappear { keys } if self.disappears(&withdrawal_id, &key, keys) => {
                self.record(now, &key, What::Lost { withdrawal_id });
                return Ok(Resting { what: Reply::Never, fact: self.facts });
            }
            Behaviour::PutOff { reason, times } if self.put_off_times(&key) < times => {
                self.record(now, &key, What::PutOff { withdrawal_id, reason });
                let told = rejected(reason, Finality::Transient);
                return Ok(Resting { what: Reply::Now(told), fact: self.facts });
            }
            Behaviour::Disappear { .. } | Behaviour::PutOff { .. } => {
                Course::Settle { after: delay }
            }
            Behaviour::Take(course) => course,
        };
        self.record(now, &key, What::Taken(submission.terms(course)));
        // What happens at once is told by the answer, or not at all.
        while self.step(&key, now).is_some() {}
        if let Course::Early { .. } = course {
            self.report(&key, now);
        }
        let payout = &self.payouts[&key];
        let what = match course.answer() {
            Answer::AtOnce => Reply::Now(payout.told_to_submission()),
            Answer::After(delay) => Reply::At(delay.from(now), payout.told_to_submission()),
            Answer::Never => Reply::Never,
        };
        Ok(Resting { what, fact: payout.last_fact })
    }

    /// What became of a key.
    pub(super) fn get(&mut self, key: &str, now: DateTime<Utc>) -> Resting<Reply> {
        self.advance(key, now);
        match self.payouts.get(key) {
            Some(payout) => payout.reply(payout.told(), now),
            None => Resting { what: Reply::Now(Told::UnknownKey(UnknownKey {})), fact: 0 },
        }
    }

    /// Shuts a key out, unless it is too late.
    pub(super) fn void(&mut self, key: &str, now: DateTime<Utc>) -> Resting<Reply> {
        self.advance(key, now);
        let withdrawal_id = match self.payouts.get(key) {
            Some(Payout { stage: Stage::Taken { .. } | Stage::Forgotten, terms, .. }) => {
                terms.as_ref().map(|terms| Arc::clone(&terms.withdrawal_id))
            }
            Some(payout) => return payout.reply(payout.told(), now),
            None => None,
        };
        self.record(now, &Arc::from(key), What::Tombstone { withdrawal_id });
        Resting { what: Reply::Now(Told::Tombstone(Tombstone {})), fact: self.facts }
    }

    /// Carries on what is due by now, a bounded number of payouts; when the next is due.
    pub(super) fn advance_due(&mut self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        for _ in 0..DUE_MAX {
            let (at, key) = self.due.first()?;
            if *at > now {
                return Some(*at);
            }
            let key = Arc::clone(key);
            self.advance(&key, now);
        }
        self.next_due()
    }

    /// When the next payout goes on by itself.
    pub(super) fn next_due(&self) -> Option<DateTime<Utc>> {
        self.due.first().map(|(at, _)| *at)
    }

    /// How many bytes wait for the writer.
    pub(super) fn unwritten_bytes(&self) -> usize {
        self.unwritten.len()
    }

    /// What is to be written, into an empty buffer, and the number of the last fact in it.
    pub(super) fn take_unwritten(&mut self, buffer: &mut Vec<u8>) -> u64 {
        std::mem::swap(&mut self.unwritten, buffer);
        self.facts
    }

    fn put_off_times(&self, key: &str) -> u32 {
        self.put_off.get(key).copied().unwrap_or_default()
    }

    /// Whether a submission is among those that get lost: a key that disappeared once always does.
    fn disappears(&self, withdrawal_id: &str, key: &str, keys: u32) -> bool {
        let lost = self.lost.get(withdrawal_id).map_or(&[][..], Vec::as_slice);
        lost.iter().any(|one| **one == *key) || lost.len() < keys as usize
    }

    /// Lets happen what is due to one payout, and tells of it.
    fn advance(&mut self, key: &str, now: DateTime<Utc>) {
        while let Some(key) = self.step(key, now) {
            self.report(&key, now);
        }
    }

    /// Lets the next happen that is due to one payout; its key, if something did.
    fn step(&mut self, key: &str, now: DateTime<Utc>) -> Option<Arc<str>> {
        let (key, payout) = self.payouts.get_key_value(key)?;
        let (at, what) = payout.next()?;
        if at > now {
            return None;
        }
        let key = Arc::clone(key);
        self.record(now, &key, what);
        Some(key)
    }

    /// Tells, where somebody wants to be told. A full queue loses the report, which is no harm: who
    /// wants to know asks.
    fn report(&self, key: &str, at: DateTime<Utc>) {
        let (Some(reports), Some(payout)) = (&self.reports, self.payouts.get(key)) else { return };
        let (Some(terms), Some(told)) = (&payout.terms, payout.reported()) else { return };
        let request = ReportPayoutRequest {
            channel_id: reports.channel_id.clone(),
            payout_key: key.to_owned(),
            routing_token: terms.routing_token.to_string(),
            result: Some(PayoutResult { result: Some(told) }),
        };
        let what = Resting { what: request, fact: payout.last_fact };
        if reports.queue.try_send(Report { what, at }).is_err() {
            tracing::debug!("the queue of reports is full; one is not sent");
        }
    }

    /// Makes a fact: in the book at once, on disk when the writer comes.
    fn record(&mut self, time: DateTime<Utc>, key: &Arc<str>, what: What) {
        let fact = Fact { time, payout_key: Arc::clone(key), what };
        serde_json::to_writer(&mut self.unwritten, &fact)
            .expect("a fact is plain data, and memory takes any number of bytes");
        self.unwritten.push(b'\n');
        self.facts += 1;
        self.apply(fact.time, fact.payout_key, fact.what)
            .expect("a fact is made from the state that it changes");
    }

    fn apply(&mut self, at: DateTime<Utc>, key: Arc<str>, what: What) -> Result<(), Contradiction> {
        let last_fact = self.facts;
        let stage = match what {
            What::Lost { withdrawal_id } => {
                let keys = self.lost.entry(withdrawal_id).or_default();
                if !keys.contains(&key) {
                    keys.push(key);
                }
                return Ok(());
            }
            What::PutOff { .. } => {
                *self.put_off.entry(key).or_default() += 1;
                return Ok(());
            }
            What::Taken(terms) => {
                let Entry::Vacant(vacant) = self.payouts.entry(Arc::clone(&key)) else {
                    return Err(Contradiction);
                };
                let stage = Stage::Taken { at };
                let payout = vacant.insert(Payout { terms: Some(terms), stage, last_fact });
                self.due.extend(payout.next().map(|(at, _)| (at, key)));
                return Ok(());
            }
            What::Tombstone { withdrawal_id: None } => {
                let shut = Payout { terms: None, stage: Stage::Tombstone, last_fact };
                let before = self.payouts.insert(key, shut);
                return if before.is_none() { Ok(()) } else { Err(Contradiction) };
            }
            What::Tombstone { withdrawal_id: Some(_) } => Stage::Tombstone,
            What::Paid { amount, .. } => Stage::Paid { at, amount },
            What::Rejected { reason, .. } => Stage::Rejected { reason },
            What::Forgotten { .. } => Stage::Forgotten,
            What::Returned { amount, reason, .. } => {
                let (paid_at, _) = self.payment(&key)?;
                Stage::Returned { paid_at, at, amount, reason }
            }
            What::Contradicted { reason, .. } => {
                let (paid_at, amount) = self.payment(&key)?;
                Stage::Contradicted { paid_at, amount, reason }
            }
        };
        self.go_on(key, stage)
    }

    /// When a payout was paid, and how much.
    fn payment(&self, key: &str) -> Result<(DateTime<Utc>, Money), Contradiction> {
        match self.payouts.get(key).map(|payout| payout.stage) {
            Some(Stage::Paid { at, amount }) => Ok((at, amount)),
            Some(_) | None => Err(Contradiction),
        }
    }

    /// Puts a payout to its next stage, and on the list of what is due.
    fn go_on(&mut self, key: Arc<str>, stage: Stage) -> Result<(), Contradiction> {
        let payout = self.payouts.get_mut(&key).ok_or(Contradiction)?;
        let follows = matches!(
            (payout.stage, stage),
            (
                Stage::Taken { .. },
                Stage::Paid { .. } | Stage::Rejected { .. } | Stage::Forgotten | Stage::Tombstone
            ) | (Stage::Forgotten, Stage::Tombstone)
                | (Stage::Paid { .. }, Stage::Returned { .. } | Stage::Contradicted { .. })
        );
        if !follows {
            return Err(Contradiction);
        }
        let before = payout.next().map(|(at, _)| at);
        payout.stage = stage;
        payout.last_fact = self.facts;
        if let Some(at) = before {
            self.due.remove(&(at, Arc::clone(&key)));
        }
        self.due.extend(payout.next().map(|(at, _)| (at, key)));
        Ok(())
    }
}

/// A fact can't follow those before it.
#[derive(Debug)]
struct Contradiction;

impl Payout {
    /// What is said of it, at its own pace.
    fn reply(&self, told: Told, now: DateTime<Utc>) -> Resting<Reply> {
        let pace = self.course().map_or(Delay::ZERO, Course::pace);
        let what =
            if pace == Delay::ZERO { Reply::Now(told) } else { Reply::At(pace.from(now), told) };
        Resting { what, fact: self.last_fact }
    }
}

impl Submission {
    fn is_of(&self, terms: &Terms) -> bool {
        self.amount == terms.amount
            && self.payee_digest == terms.payee_digest
            && self.withdrawal_id == terms.withdrawal_id
    }

    fn terms(self, course: Course) -> Terms {
        let Self { payout_key: _, withdrawal_id, amount, payee_digest, routing_token } = self;
        Terms { withdrawal_id, amount, payee_digest, routing_token, course }
    }
}
