//! What a statement doesn't list: a walk over the channel's attempts of the period.

use std::hash::BuildHasher as _;

use super::record::{Did, Proof, proof};
use super::{Failure, Import};
use crate::domain::payout::PayoutKey;
use crate::domain::payout::attempt::Attempt;
use crate::domain::payout::evidence::{CLOCKS_APART, Period, Said};
use crate::domain::statement::coverage::{Coverage, Unlisted};
use crate::domain::statement::{DIFFERENCES_MAX, Difference, DifferenceKind, Standing};
use crate::domain::withdrawal::Withdrawal;

/// The most attempts that are looked at together.
const ATTEMPTS_TOGETHER: u32 = 500;

/// What some attempts call for.
#[derive(Default)]
struct Found<'a> {
    /// They are open, and not proven dead.
    open: Vec<PayoutKey>,
    /// They are proven dead, or missing.
    proven: Vec<&'a Attempt>,
    /// They are missing, if no statement beside this one listed them.
    missing_here: Vec<&'a Attempt>,
}

impl Import {
    /// Looks at every attempt of the channel in the period, and at those sent across its begin and its
    /// end. What is still open is named after all that is worse.
    pub(super) async fn look_for_unlisted(&mut self) -> Result<(), Failure> {
        self.listed.sort_unstable();
        let store = self.with.store.clone();
        let beside = match self.run.standing {
            Standing::Final => store.statement_list_beside(&self.run).await?,
            Standing::Preliminary => Vec::new(),
        };
        let coverage = self.run.covers(beside);
        // What was sent elsewhere is no concern of this one, however much is covered beside it.
        let sent = self.run.period().widened(CLOCKS_APART);
        let until = coverage.listed.until.min(sent.until);
        let started = Period { from: coverage.listed.from, until };
        let (mut after, mut open) = (None, Vec::new());
        loop {
            let rows = store
                .attempt_list_channel(
                    &self.run.channel_id,
                    (&started, sent.from),
                    after.as_ref(),
                    ATTEMPTS_TOGETHER,
                )
                .await?;
            let Some((last, _)) = rows.last() else { break };
            after = Some((last.create_time, last.withdrawal_id.clone(), last.number));
            let mut found = self.find(&rows, &coverage);
            self.report.still_open += i64::try_from(found.open.len()).unwrap_or(0);
            found.open.truncate(DIFFERENCES_MAX.saturating_sub(open.len()));
            open.append(&mut found.open);
            self.prove(found, coverage.listed).await?;
        }
        for key in open {
            self.report.differs(ours_only(&key));
        }
        Ok(())
    }

    fn find<'a>(&self, rows: &'a [(Attempt, Withdrawal)], coverage: &Coverage) -> Found<'a> {
        let mut found = Found::default();
        for (attempt, withdrawal) in rows {
            let hash = self.hasher.hash_one(attempt.key().to_string());
            if self.listed.binary_search(&hash).is_ok() {
                continue;
            }
            match self.run.unlisted(attempt, withdrawal, coverage) {
                Unlisted::Nothing => {}
                Unlisted::StillOpen => found.open.push(attempt.key()),
                Unlisted::ProvenDead | Unlisted::Missing => found.proven.push(attempt),
                Unlisted::MissingHere => found.missing_here.push(attempt),
            }
        }
        found
    }

    /// Hands over that they are not listed. What was paid meanwhile contradicts it, whatever it was when
    /// it was looked at.
    async fn prove(&mut self, found: Found<'_>, listed: Period) -> Result<(), Failure> {
        let Found { mut proven, mut missing_here, .. } = found;
        if !missing_here.is_empty() {
            let keys: Vec<PayoutKey> = missing_here.iter().map(|attempt| attempt.key()).collect();
            let beside = self.with.store.evidence_listed(&keys).await?;
            missing_here.retain(|attempt| !beside.contains(&attempt.key()));
            proven.append(&mut missing_here);
        }
        let proofs: Vec<Proof> = proven
            .iter()
            .map(|attempt| proof(attempt, Said::NotListed(listed), String::new()))
            .collect();
        let effects = self.submit(&proofs).await?;
        for (_, statement) in &proofs {
            match effects.of(statement) {
                Did::Applied => self.report.proven_dead += 1,
                Did::Contradicted => self.report.missing += 1,
                // Sent again since, or said of it before; and people look into it or did.
                Did::Nothing(Some((now, _))) if now.is_open() => self.report.still_open += 1,
                Did::Nothing(Some((now, _))) if now.state.was_paid() => self.report.missing += 1,
                Did::Nothing(_) => continue,
            }
            self.report.differs(ours_only(&statement.key));
        }
        Ok(())
    }
}

fn ours_only(key: &PayoutKey) -> Difference {
    Difference {
        payout_key: key.to_string(),
        withdrawal_id: key.withdrawal_id.to_string(),
        kind: DifferenceKind::OursOnly,
        listed_state: None,
        listed_amount: None,
    }
}
