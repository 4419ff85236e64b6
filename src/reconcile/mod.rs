//! Compares a channel's statement with the books, line by line as it comes. What differs becomes
//! evidence, which is judged where every other is; what it is about and we don't know goes to the inbox.
//! At the end what the statement doesn't list is looked at ([`unlisted`](Import::finish)).
//!
//! Nothing here decides what a line proves, and nothing is remembered of a line but that it was there;
//! unless it may be missed on the statement beside this one: then it is evidence, though it is nothing
//! new. An import that was cut off is sent again and comes to the same end, because evidence counts once.

mod record;
mod unlisted;

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use self::record::{Differing, said_by};
use crate::clock::Clock;
use crate::domain::id::ChannelId;
use crate::domain::inbox::Hearsay;
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::Source;
use crate::domain::principal::Principal;
use crate::domain::refusal::Reason;
use crate::domain::statement::line::Line;
use crate::domain::statement::{
    DifferenceKind, ListedState, Progress, Report, Standing, StatementRun,
};
use crate::domain::withdrawal::Withdrawal;
use crate::ledger::{self, Ledger};
use crate::store::{self, Store};

/// The most lines that are looked up together.
pub const LINES_TOGETHER: usize = 500;
/// The most lines of a statement.
pub const LINES_MAX: i64 = 2_000_000;

/// Why an import ended.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A rule.
    #[error("refused")]
    Refused(Reason),
    /// The write path.
    #[error("the write path failed")]
    Ledger(#[source] ledger::Failure),
    /// The database.
    #[error("a read failed")]
    Store(#[from] store::Error),
}

impl From<ledger::Failure> for Failure {
    fn from(failure: ledger::Failure) -> Self {
        Self::Ledger(failure)
    }
}

/// What a statement is, as its header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The channel.
    pub channel_id: ChannelId,
    /// The channel's own number of it.
    pub statement_id: String,
    /// It lists what the channel was given from here on,
    pub period_start: DateTime<Utc>,
    /// and before here.
    pub period_end: DateTime<Utc>,
    /// Whether it is final.
    pub standing: Standing,
    /// How many lines the channel says that it has; absent = it was not said.
    pub line_count: Option<i64>,
}

impl Header {
    /// Whether the statement may be final by now, as far as the channel declared a cut-off.
    pub fn may_be_final(&self, cut_off: Option<TimeDelta>, now: DateTime<Utc>) -> bool {
        let from = cut_off.and_then(|cut_off| self.period_end.checked_add_signed(cut_off));
        from.is_some_and(|from| from <= now)
    }
}

/// Imports statements. Clones share what it works with.
#[derive(Debug, Clone)]
pub struct Reconciler {
    /// Where payouts are looked up.
    pub store: Store,
    /// Takes evidence.
    pub ledger: Ledger,
    /// The time.
    pub clock: Clock,
}

/// What is answered when all lines are in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The statement.
    pub run: StatementRun,
    /// What came of it.
    pub report: Report,
    /// Whether it had been imported before.
    pub repeated: bool,
}

/// One import under way.
#[derive(Debug)]
pub struct Import {
    with: Reconciler,
    principal: Principal,
    run: StatementRun,
    /// The report of an import that was done before: then nothing is done but to compare.
    before: Option<Report>,
    hash: Sha256,
    report: Report,
    /// Hashes of the keys that were listed. Two keys of one hash would only leave an attempt open
    /// that is not listed.
    listed: Vec<u64>,
    hasher: RandomState,
}

impl Reconciler {
    /// Begins an import, or one that was begun or done before.
    ///
    /// # Errors
    /// REQUEST_ID_REUSED when a statement of that id is about another period; the database.
    pub async fn begin(&self, header: &Header, principal: &Principal) -> Result<Import, Failure> {
        let known = self.store.statement_find(&header.channel_id, &header.statement_id).await?;
        let mut run = StatementRun {
            channel_id: header.channel_id.clone(),
            statement_id: header.statement_id.clone(),
            period_start_time: header.period_start,
            period_end_time: header.period_end,
            standing: header.standing,
            progress: Progress::Begun,
            content_hash: String::new(),
            report: serde_json::json!({}),
            imported_by: principal.name.to_string(),
            import_time: self.clock.now(),
        };
        let mut before = None;
        if let Some(known) = known {
            let same = known.period_start_time == run.period_start_time
                && known.period_end_time == run.period_end_time
                && known.standing == run.standing;
            if known.progress == Progress::Done {
                if !same {
                    return Err(Failure::Refused(Reason::RequestIdReused));
                }
                before = serde_json::from_value(known.report.clone()).ok();
                run = known;
            } else {
                run.import_time = known.import_time;
            }
        }
        if before.is_none() {
            run.progress = Progress::Begun;
            self.ledger.put_statement(&run).await?;
        }
        Ok(Import {
            with: self.clone(),
            principal: principal.clone(),
            run,
            before,
            hash: Sha256::new(),
            report: Report::default(),
            listed: Vec::new(),
            hasher: RandomState::new(),
        })
    }
}

impl Import {
    /// How many lines were taken.
    pub fn lines(&self) -> i64 {
        self.report.lines
    }

    /// Takes lines: answers when all that they move is durable.
    ///
    /// # Errors
    /// The write path or the database; what was taken stands, and counts once when it is sent again.
    pub async fn take(&mut self, lines: &[Line]) -> Result<(), Failure> {
        for lines in lines.chunks(LINES_TOGETHER) {
            self.take_together(lines).await?;
        }
        Ok(())
    }

    async fn take_together(&mut self, lines: &[Line]) -> Result<(), Failure> {
        for line in lines {
            let content = serde_json::to_vec(line).expect("lines are plain data");
            self.hash.update(content.len().to_be_bytes());
            self.hash.update(content);
            self.listed.push(self.hasher.hash_one(&line.payout_key));
        }
        self.report.lines += i64::try_from(lines.len()).unwrap_or(0);
        if self.before.is_some() {
            return Ok(());
        }
        let keys: Vec<PayoutKey> =
            lines.iter().filter_map(|line| PayoutKey::parse(&line.payout_key)).collect();
        let found = self.with.store.attempt_find_with(&keys).await?;
        let known: HashMap<String, &(Attempt, Withdrawal)> =
            found.iter().map(|row| (row.0.key().to_string(), row)).collect();
        let (mut differing, mut matching, mut hearsay) = (Vec::new(), Vec::new(), Vec::new());
        for line in lines {
            let theirs = known.get(&line.payout_key);
            let theirs = theirs.filter(|(attempt, _)| attempt.channel_id == self.run.channel_id);
            let Some((attempt, withdrawal)) = theirs else {
                self.report.unknown += 1;
                self.report.differs(line.difference("", DifferenceKind::TheirsOnly));
                hearsay.push(self.hearsay(line));
                continue;
            };
            match line.compare(attempt, withdrawal) {
                None => {
                    self.report.matched += 1;
                    if self.is_to_be_remembered(line, attempt) {
                        matching.push(said_by(line, attempt));
                    }
                }
                // Until it is final, a statement proves nothing unpaid.
                Some(kind) if self.is_no_proof(line, attempt) => {
                    let id = withdrawal.withdrawal_id.as_str();
                    self.report.still_open += 1;
                    self.report.differs(line.difference(id, kind));
                }
                Some(kind) => differing.push(Differing { line, attempt, kind }),
            }
        }
        self.with.ledger.keep_hearsay(&hearsay, &self.principal).await?;
        self.hand_over(&matching).await?;
        self.record(&differing).await
    }

    /// Whether a line that says what we know has to be found again, when the statement beside this one
    /// doesn't list the payout.
    fn is_to_be_remembered(&self, line: &Line, attempt: &Attempt) -> bool {
        self.run.standing == Standing::Final
            && line.said.paid().is_some()
            && self.run.may_stand_beside(attempt)
    }

    fn is_no_proof(&self, line: &Line, attempt: &Attempt) -> bool {
        let preliminary = self.run.standing == Standing::Preliminary;
        preliminary && line.state() == ListedState::Rejected && attempt.is_open()
    }

    fn hearsay(&self, line: &Line) -> Hearsay {
        Hearsay {
            channel_id: self.run.channel_id.clone(),
            payout_key: line.payout_key.clone(),
            routing_token: line.routing_token.clone(),
            source: Source::Statement,
            said: line.said.clone(),
            channel_code: line.channel_code.clone(),
        }
    }

    /// Ends the import: looks at what is not listed, and writes the report down.
    ///
    /// # Errors
    /// REQUEST_ID_REUSED when the statement was imported with other lines; the write path or the
    /// database.
    pub async fn finish(mut self) -> Result<Done, Failure> {
        let content_hash = hex::encode(std::mem::take(&mut self.hash).finalize());
        if let Some(report) = self.before {
            if self.run.content_hash != content_hash {
                return Err(Failure::Refused(Reason::RequestIdReused));
            }
            return Ok(Done { run: self.run, report, repeated: true });
        }
        self.look_for_unlisted().await?;
        self.run.progress = Progress::Done;
        self.run.content_hash = content_hash;
        self.run.report = serde_json::to_value(&self.report).expect("reports are plain data");
        self.with.ledger.put_statement(&self.run).await?;
        Ok(Done { run: self.run, report: self.report, repeated: false })
    }
}
