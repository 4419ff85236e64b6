//! The write path of imported history, and how far each import has come.
//!
//! Beside the lanes, because history is no command (see `domain::act::import_transactions`): it
//! changes no balance, no status and no condition, and its `transaction_id` is its idempotency, so
//! it leaves no remembered request, history row or event. It may run beside a serving process: the
//! only rows that both write are the last times on `account_balance`, locked in the order of their
//! numbers. On a sharded PostgreSQL one transaction may lock rows of one account only: there a
//! chunk has to be one account's rows, as the lanes' batches have to be.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Failure, Parts};
use crate::domain::act::import_transactions::{
    Arrival, ImportTransaction, Moved, Unfit, moved, same_content,
};
use crate::domain::id::AccountNumber;
use crate::domain::transaction::Transaction;
use crate::store;
use crate::store::import_run::ImportRun;

/// Who imports.
const PRINCIPAL: &str = "import";
/// How often a chunk is tried; what it wrote before a lost commit is found by its ids.
const TRIES: u32 = 5;
/// The pause before a try, times the number of tries so far.
const PAUSE: Duration = Duration::from_millis(100);
/// How long a chunk may take from BEGIN to COMMIT.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(120);
/// The most rows in one statement.
const STATEMENT_ROWS: usize = 4_096;

/// Takes imported history in.
#[derive(Debug, Clone)]
pub struct Intake {
    parts: Parts,
}

/// What became of a chunk.
#[derive(Debug, Default)]
pub struct Taken {
    /// Rows that were not there before.
    pub new: u64,
    /// Rows that were there with the same content.
    pub present: u64,
    /// Rows that can't be taken, by their place in the chunk.
    pub unfit: Vec<(usize, Unfit)>,
}

impl Intake {
    /// An intake that writes where the lanes do.
    pub fn new(parts: &Parts) -> Self {
        Self { parts: parts.clone() }
    }

    /// Takes a chunk of transactions in one commit; answers once they are durable. The chunk is sorted
    /// by account, and no other chunk under way has the same accounts.
    ///
    /// # Errors
    /// `Unavailable` and `Conflict` when it was tried in vain, `Internal` for a bug.
    pub async fn take(&self, run_id: i64, rows: &[ImportTransaction]) -> Result<Taken, Failure> {
        self.insist(async || self.try_take(run_id, rows).await).await
    }

    /// Writes down a run that begins, as the run with the next number.
    ///
    /// # Errors
    /// As [`Intake::take`].
    pub async fn begin_run(&self, run: &ImportRun) -> Result<ImportRun, Failure> {
        self.insist(async || {
            let transaction = self.parts.store.begin().await?;
            let run = ImportRun { run_id: transaction.import_run_next().await?, ..run.clone() };
            transaction.import_run_insert(&run).await?;
            transaction.commit().await?;
            Ok(run)
        })
        .await
    }

    /// Goes on with a run that was cut off, under the next number: what it numbered after its last
    /// mark may be other rows by now.
    ///
    /// # Errors
    /// As [`Intake::take`]; `Conflict` when another process goes on with it already.
    pub async fn resume_run(&self, run: &ImportRun) -> Result<ImportRun, Failure> {
        self.insist(async || {
            let transaction = self.parts.store.begin().await?;
            let next = transaction.import_run_next().await?;
            transaction.import_run_renumber(run.run_id, next).await?;
            transaction.commit().await?;
            Ok(ImportRun { run_id: next, ..run.clone() })
        })
        .await
    }

    /// Writes down how far a run has come. Everything before has to be durable.
    ///
    /// # Errors
    /// As [`Intake::take`]; `Conflict` when another process took the run over.
    pub async fn mark_run(&self, run: &ImportRun) -> Result<(), Failure> {
        self.insist(async || {
            let transaction = self.parts.store.begin().await?;
            transaction.import_run_update(run).await?;
            transaction.commit().await
        })
        .await
    }

    /// Tries until it is done: everything here may be done twice.
    async fn insist<T>(
        &self,
        attempt: impl AsyncFn() -> Result<T, store::Error>,
    ) -> Result<T, Failure> {
        let mut failure = Failure::Unavailable;
        for tries in 1..=TRIES {
            let error = match tokio::time::timeout(CHUNK_TIMEOUT, attempt()).await {
                Ok(Ok(done)) => return Ok(done),
                Ok(Err(error)) => error,
                Err(_elapsed) => store::Error::timed_out("a chunk"),
            };
            failure = match error {
                store::Error::Conflict(_) => Failure::Conflict,
                store::Error::Unavailable(_) => Failure::Unavailable,
                store::Error::Corrupt(error) => {
                    tracing::error!(%error, "an import failed");
                    return Err(Failure::Internal);
                }
            };
            tokio::time::sleep(PAUSE * tries).await;
        }
        Err(failure)
    }

    async fn try_take(
        &self,
        run_id: i64,
        rows: &[ImportTransaction],
    ) -> Result<Taken, store::Error> {
        let transaction = self.parts.store.begin().await?;
        let zone = self.parts.rules.zone;
        let arrival = Arrival { run_id, by: PRINCIPAL, now: self.parts.clock.now(), zone };
        let numbers: BTreeSet<&AccountNumber> =
            rows.iter().map(|row| &row.account_number).collect();
        let numbers: Vec<&AccountNumber> = numbers.into_iter().collect();
        let standings = transaction.balance_find_standing(&numbers).await?;
        let mut taken = Taken::default();
        let mut fit: Vec<(usize, Transaction)> = Vec::with_capacity(rows.len());
        for (place, row) in rows.iter().enumerate() {
            match row.check(standings.get(row.account_number.as_str())) {
                Ok(()) => fit.push((place, row.row(&arrival))),
                Err(unfit) => taken.unfit.push((place, unfit)),
            }
        }
        for rows in fit.chunks(STATEMENT_ROWS) {
            let rows: Vec<&Transaction> = rows.iter().map(|(_, row)| row).collect();
            taken.new += transaction.transaction_insert_new(&rows).await?;
        }
        if taken.new < fit.len() as u64 {
            fit = without_others(&transaction, fit, &mut taken.unfit).await?;
        }
        taken.present = (fit.len() as u64).saturating_sub(taken.new);
        let moved: Vec<Moved> = fit
            .chunk_by(|(_, one), (_, next)| one.account_number == next.account_number)
            .filter_map(|rows| {
                let number = &rows.first()?.1.account_number;
                moved(standings.get(number.as_str())?, rows.iter().map(|(_, row)| row))
            })
            .collect();
        if !moved.is_empty() {
            transaction.balance_move_last_times(&moved).await?;
        }
        if taken.new == 0 && moved.is_empty() {
            transaction.rollback().await;
        } else {
            transaction.commit().await?;
        }
        Ok(taken)
    }
}

/// The rows that are stored as they are; those whose id is taken by other content are unfit.
async fn without_others(
    transaction: &store::Transaction,
    rows: Vec<(usize, Transaction)>,
    unfit: &mut Vec<(usize, Unfit)>,
) -> Result<Vec<(usize, Transaction)>, store::Error> {
    let mut stored = BTreeMap::new();
    for rows in rows.chunks(STATEMENT_ROWS) {
        let ids: Vec<&str> = rows.iter().map(|(_, row)| row.transaction_id.as_str()).collect();
        for row in transaction.transaction_find(&ids).await? {
            stored.insert((row.account_number.clone(), row.transaction_id.clone()), row);
        }
    }
    let (same, others): (Vec<_>, Vec<_>) = rows.into_iter().partition(|(_, row)| {
        let key = (row.account_number.clone(), row.transaction_id.clone());
        stored.get(&key).is_some_and(|stored| same_content(stored, row))
    });
    unfit.extend(others.into_iter().map(|(place, _)| (place, Unfit::OtherContent)));
    Ok(same)
}
