//! What a statement says as evidence: handed over, and counted by what it did.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use futures::stream::{StreamExt as _, TryStreamExt as _, iter};

use super::{Failure, Import};
use crate::domain::act::record_evidence::RecordEvidence;
use crate::domain::command::{Command, Effect, Envelope};
use crate::domain::id::{AccountNumber, RequestId};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{EvidenceEffect, Said, Source, Statement};
use crate::domain::statement::DifferenceKind;
use crate::domain::statement::line::Line;
use crate::domain::transaction::EntryChannel;
use crate::domain::withdrawal::Withdrawal;

/// The most commands of one import that are on their way at once.
const AT_ONCE: usize = 64;
/// How long one of them may take.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(30);

/// What a statement says of an attempt of an account.
pub(super) type Proof = (AccountNumber, Statement);

/// A line that differs, and what it differs from.
pub(super) struct Differing<'a> {
    pub(super) line: &'a Line,
    pub(super) attempt: &'a Attempt,
    pub(super) kind: DifferenceKind,
}

/// What proofs did.
pub(super) struct Effects {
    by_id: BTreeMap<String, EvidenceEffect>,
    /// Where a proof did nothing: the attempt and its withdrawal as they are now.
    unmoved: HashMap<PayoutKey, (Attempt, Withdrawal)>,
}

/// What one proof did.
pub(super) enum Did<'a> {
    /// It moved something.
    Applied,
    /// It is the opposite of what was known.
    Contradicted,
    /// Nothing: it was known, or the same was said before. What it is about, as it is now.
    Nothing(Option<&'a (Attempt, Withdrawal)>),
}

impl Effects {
    pub(super) fn of(&self, statement: &Statement) -> Did<'_> {
        match self.by_id.get(&statement.evidence_id()) {
            Some(EvidenceEffect::Applied) => Did::Applied,
            Some(EvidenceEffect::Contradiction) => Did::Contradicted,
            Some(EvidenceEffect::NothingNew) | None => {
                Did::Nothing(self.unmoved.get(&statement.key))
            }
        }
    }
}

/// A statement's word about an attempt.
pub(super) fn proof(attempt: &Attempt, said: Said, channel_code: String) -> Proof {
    let key = attempt.key();
    let statement = Statement { key, source: Source::Statement, epoch: 0, said, channel_code };
    (attempt.account_number.clone(), statement)
}

/// A line's word about it.
pub(super) fn said_by(line: &Line, attempt: &Attempt) -> Proof {
    proof(attempt, line.said.clone(), line.channel_code.clone())
}

impl Import {
    /// Hands what differs over as evidence, and counts what it did. What differs still though it did
    /// nothing was said before, and people look into it or did.
    pub(super) async fn record(&mut self, differing: &[Differing<'_>]) -> Result<(), Failure> {
        let proofs: Vec<Proof> =
            differing.iter().map(|one| said_by(one.line, one.attempt)).collect();
        let done = self.submit(&proofs).await?;
        for (one, (_, statement)) in differing.iter().zip(&proofs) {
            let id = one.attempt.withdrawal_id.as_str();
            self.report.differs(one.line.difference(id, one.kind));
            match done.of(statement) {
                Did::Applied => self.report.applied += 1,
                Did::Contradicted => self.report.contradicting += 1,
                Did::Nothing(now) => {
                    let differs = now.and_then(|(attempt, withdrawal)| {
                        Some((one.line.compare(attempt, withdrawal)?, attempt.is_open()))
                    });
                    match differs {
                        None => self.report.matched += 1,
                        Some((DifferenceKind::State, true)) => self.report.still_open += 1,
                        Some(_) => self.report.contradicting += 1,
                    }
                }
            }
        }
        Ok(())
    }

    /// Hands proofs over, many at once: answers when all are durable.
    pub(super) async fn hand_over(&self, proofs: &[Proof]) -> Result<(), Failure> {
        let envelopes: Vec<Envelope> = proofs.iter().map(|proof| self.envelope(proof)).collect();
        let ledger = &self.with.ledger;
        iter(envelopes.into_iter().map(|envelope| ledger.submit(envelope)))
            .buffer_unordered(AT_ONCE)
            .try_for_each(|_receipt| std::future::ready(Ok(())))
            .await?;
        Ok(())
    }

    /// Hands proofs over, and says what each did.
    pub(super) async fn submit(&self, proofs: &[Proof]) -> Result<Effects, Failure> {
        self.hand_over(proofs).await?;
        let ids: Vec<(PayoutKey, String)> = proofs
            .iter()
            .map(|(_, statement)| (statement.key.clone(), statement.evidence_id()))
            .collect();
        let (mut by_id, mut unmoved) = (BTreeMap::new(), HashMap::new());
        if !ids.is_empty() {
            by_id.extend(self.with.store.evidence_effects(&ids).await?);
        }
        let is_unmoved =
            |id: &String| by_id.get(id).is_none_or(|effect| *effect == EvidenceEffect::NothingNew);
        let keys: Vec<PayoutKey> =
            ids.into_iter().filter(|(_, id)| is_unmoved(id)).map(|(key, _)| key).collect();
        if !keys.is_empty() {
            let found = self.with.store.attempt_find_with(&keys).await?;
            unmoved.extend(found.into_iter().map(|row| (row.0.key(), row)));
        }
        Ok(Effects { by_id, unmoved })
    }

    fn envelope(&self, (account_number, statement): &Proof) -> Envelope {
        let id = format!("statement:{}:{}", statement.key, statement.evidence_id());
        let channel_id = Some(self.run.channel_id.clone());
        let record =
            RecordEvidence { statement: statement.clone(), channel_id, promise_secs: None };
        Envelope {
            principal: self.principal.clone(),
            account_number: account_number.clone(),
            request_id: RequestId::internal(&id),
            deadline: Instant::now() + COMMAND_TIMEOUT,
            expected_version: None,
            effect: Effect::Take,
            entry_channel: EntryChannel::Unspecified,
            command: Command::RecordEvidence(Box::new(record)),
        }
    }
}
