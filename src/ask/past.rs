//! What held at an instant of the past (see [`crate::domain::past`] for the rule).
//!
//! Few rows are read, however long the history: the last one that was written down by the instant,
//! and those written down later that count from before. Nothing newer than the account row that
//! was read first is looked at, so that rows and lapses that are not written yet are of one moment.

use chrono::{DateTime, Utc};

use super::{Ask, Listed, Page};
use crate::domain::history::StatusChange;
use crate::domain::id::AccountNumber;
use crate::domain::lapse;
use crate::domain::past::{Held, Past};
use crate::store;

/// How many rows are read at a time.
const ROWS: u32 = 200;
/// How many at a time on the way back: nearly always the first ends it.
const ROWS_BACK: u32 = 10;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The instant lies in the future.
    #[error("the instant lies in the future")]
    Future,
    /// As for every read.
    #[error(transparent)]
    Read(#[from] super::Failure),
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        Self::Read(error.into())
    }
}

/// An account as of an instant.
#[derive(Debug)]
pub struct AsOf {
    /// What held; `None` when the account had not begun.
    pub held: Option<Held>,
    /// A page of the rows effective by then.
    pub rows: Listed<StatusChange>,
}

impl Ask {
    /// What held on an account at an instant, and the history up to it, newest first.
    ///
    /// # Errors
    /// An instant in the future, ACCOUNT_NOT_FOUND, or the database.
    pub async fn history_at(
        &self,
        number: &AccountNumber,
        at: DateTime<Utc>,
        page: Page,
    ) -> Result<AsOf, Failure> {
        let now = self.clock.now();
        let mut account = match self.stored(number).await {
            // What is wrong with the question comes before what is not there.
            Err(super::Failure::NotFound(_)) if at > now => return Err(Failure::Future),
            stored => stored?,
        };
        // Commands of one commit follow each other by a microsecond, ahead of the clock.
        if at > now.max(account.balance.changed_time) {
            return Err(Failure::Future);
        }
        let upto = account.balance.history_seq;
        let mut past = self.written(number, upto, at).await?;
        for step in lapse::lapse(&mut account, at, self.rules.zone) {
            past.lapsed(&step);
        }
        let before = page.start().min(upto.saturating_add(1));
        let rows = self.store.history_list_effective(number, before, at, page.fetch()).await?;
        Ok(AsOf { held: past.held(), rows: page.cut(rows, |row| row.sequence) })
    }

    /// What the rows up to a number say.
    async fn written(
        &self,
        number: &AccountNumber,
        upto: i64,
        at: DateTime<Utc>,
    ) -> Result<Past, Failure> {
        let mut past = Past::new(at);
        let mut after = 0;
        if let Some(row) = self.store.history_find_recorded(number, upto, at).await? {
            after = row.sequence;
            past.known(row);
            self.look_back(&mut past, number, after).await?;
        }
        loop {
            let rows =
                self.store.history_list_effective_after(number, (after, upto), at, ROWS).await?;
            let Some(last) = rows.last() else { return Ok(past) };
            after = last.sequence;
            rows.into_iter().for_each(|row| past.learnt(row));
        }
    }

    /// Looks for the row that began what held, where the last one written down counts from before
    /// others.
    async fn look_back(
        &self,
        past: &mut Past,
        number: &AccountNumber,
        mut before: i64,
    ) -> Result<(), Failure> {
        let mut further = past.may_have_begun_before();
        while further {
            let rows = self.store.history_list(number, before, ROWS_BACK).await?;
            let Some(last) = rows.last() else { return Ok(()) };
            before = last.sequence;
            further = rows.into_iter().all(|row| past.looked_back(row));
        }
        Ok(())
    }
}
