//! Sums up what commits counted of attempts. Taking a tally out and adding it to its sums is one commit,
//! so that each counts once, however many replicas do it and whenever one of them is killed.

use std::time::Duration;

use super::inbox::{failure, insist};
use super::{Failure, Ledger};
use crate::domain::payout::rollup::sums;

/// The most tallies summed up in one commit: on an engine with one writer withdrawals wait for it.
const TALLIES_MAX: u32 = 500;
/// The pause between commits, in which others write.
const PAUSE: Duration = Duration::from_millis(25);
/// The pause when there was not much to do, so that there is more to sum up at once.
const REST: Duration = Duration::from_secs(1);

impl Ledger {
    /// Sums up the oldest tallies, at most [`TALLIES_MAX`]; how many it were.
    ///
    /// # Errors
    /// The database; they are summed up the next time.
    pub async fn roll(&self) -> Result<usize, Failure> {
        let ids = self.parts.store.tally_list(TALLIES_MAX).await.map_err(failure)?;
        if ids.is_empty() {
            return Ok(0);
        }
        let ids = &ids;
        insist(move || async move {
            let transaction = self.parts.store.begin().await?;
            let taken = transaction.tally_take(ids).await?;
            if taken.is_empty() {
                transaction.rollback().await;
                return Ok(0);
            }
            transaction.rollup_add(&sums(&taken, self.parts.rules.zone)).await?;
            transaction.commit().await?;
            Ok(taken.len())
        })
        .await
    }

    /// Sums up for ever; the task is dropped to stop it.
    pub async fn keep_rolling(self) {
        loop {
            let full = match self.roll().await {
                Ok(taken) => taken >= TALLIES_MAX as usize,
                Err(error) => {
                    tracing::warn!(%error, "statistics could not be summed up; it is tried again");
                    false
                }
            };
            tokio::time::sleep(if full { PAUSE } else { REST }).await;
        }
    }
}
