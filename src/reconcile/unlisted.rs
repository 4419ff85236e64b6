//! What a statement doesn't list: a walk over the channel's attempts of the period.

use std::hash::BuildHasher as _;

use super::{Failure, Import, statement};
use crate::domain::id::AccountNumber;
use crate::domain::payout::evidence::{EvidenceEffect, Listed, Said, Statement};
use crate::domain::statement::{Difference, DifferenceKind, Unlisted};

/// The most attempts that are looked at together.
const ATTEMPTS_TOGETHER: u32 = 500;

impl Import {
    /// Looks at every attempt of the channel in the period, and at those sent across its beginning.
    pub(super) async fn look_for_unlisted(&mut self) -> Result<(), Failure> {
        self.listed.sort_unstable();
        let store = self.with.store.clone();
        let finals = store.statement_list_final(&self.run).await?;
        let from = self.run.covered_from(&finals);
        let listed = Listed { from, until: self.run.period_end_time };
        let window = (listed.from, listed.until);
        let mut after = None;
        loop {
            let rows = store
                .attempt_list_channel(
                    &self.run.channel_id,
                    window,
                    after.as_ref(),
                    ATTEMPTS_TOGETHER,
                )
                .await?;
            let Some((last, _)) = rows.last() else { return Ok(()) };
            after = Some((last.create_time, last.withdrawal_id.clone(), last.number));
            let mut proofs = Vec::new();
            for (attempt, withdrawal) in &rows {
                let key = attempt.key();
                let hash = self.hasher.hash_one(key.to_string());
                if self.listed.binary_search(&hash).is_ok() {
                    continue;
                }
                match self.run.unlisted(attempt, withdrawal, &listed) {
                    Unlisted::Nothing => {}
                    Unlisted::StillOpen => self.report.still_open += 1,
                    Unlisted::ProvenDead | Unlisted::Missing => {
                        let proof = statement(key, Said::NotListed(listed), String::new());
                        proofs.push((attempt.account_number.clone(), proof));
                    }
                }
            }
            self.prove(&proofs).await?;
        }
    }

    /// Hands over that they are not listed. What was paid meanwhile contradicts it, whatever it was when
    /// it was looked at.
    async fn prove(&mut self, proofs: &[(AccountNumber, Statement)]) -> Result<(), Failure> {
        let effects = self.submit(proofs).await?;
        for (_, statement) in proofs {
            match effects.get(&statement.evidence_id()) {
                Some(EvidenceEffect::Applied) => self.report.proven_dead += 1,
                Some(EvidenceEffect::Contradiction) => self.report.missing += 1,
                Some(EvidenceEffect::NothingNew) | None => continue,
            }
            self.report.differs(Difference {
                payout_key: statement.key.to_string(),
                withdrawal_id: statement.key.withdrawal_id.to_string(),
                kind: DifferenceKind::OursOnly,
                listed_state: None,
                listed_amount: None,
            });
        }
        Ok(())
    }
}
