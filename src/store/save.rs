//! Writes what a batch changed, one statement for each table that has rows.

use std::collections::{BTreeMap, BTreeSet};

use super::account::{BALANCE, CONDITION};
use super::approval::APPROVAL;
use super::attempt::{ATTEMPT, EVIDENCE};
use super::bulk::Write;
use super::card::{CARD, FREE};
use super::case::{CASE, ENTRY};
use super::event::EVENT;
use super::freeze::{ACT, FREEZE};
use super::history::{HISTORY, ORDER, Place};
use super::idempotency::{FORGETTABLE, IDEMPOTENCY};
use super::master::{MASTER, MasterRow};
use super::objection::OBJECTION;
use super::platform::BINDING;
use super::review::REVIEW;
use super::suspense::SUSPENSE;
use super::tally::TALLY;
use super::transaction_log::TRANSACTION_LOG;
use super::withdrawal::WITHDRAWAL;
use super::{Error, Transaction};
use crate::domain::account::Account;
use crate::domain::batch::Changes;
use crate::domain::id::AccountNumber;

impl Transaction {
    /// Writes all rows of a batch.
    ///
    /// # Errors
    /// What the database says.
    pub async fn save(
        &self,
        accounts: &BTreeMap<AccountNumber, Account>,
        changes: &Changes,
    ) -> Result<(), Error> {
        let balances = |opened: bool| {
            let fitting =
                changes.touched.iter().filter(move |n| changes.opened.contains(*n) == opened);
            fitting.filter_map(|number| Some(&accounts.get(number)?.balance))
        };
        BALANCE.write(self, Write::Insert, balances(true)).await?;
        BALANCE.write(self, Write::Update, balances(false)).await?;
        MASTER.write(self, Write::Upsert, masters(accounts, &changes.master)).await?;
        CONDITION.write(self, Write::Upsert, changes.conditions.values()).await?;
        FREEZE.write(self, Write::Upsert, changes.freezes.values()).await?;
        APPROVAL.write(self, Write::Upsert, changes.approvals.values()).await?;
        ACT.write(self, Write::Insert, &changes.freeze_acts).await?;
        WITHDRAWAL.write(self, Write::Upsert, changes.withdrawals.values()).await?;
        ATTEMPT.write(self, Write::Upsert, changes.attempts.values()).await?;
        EVIDENCE.write(self, Write::Keep, &changes.evidence).await?;
        TRANSACTION_LOG.write(self, Write::Insert, &changes.transactions).await?;
        SUSPENSE.write(self, Write::Upsert, changes.suspense.values()).await?;
        CASE.write(self, Write::Upsert, changes.cases.values()).await?;
        ENTRY.write(self, Write::Insert, &changes.case_entries).await?;
        TALLY.write(self, Write::Insert, &changes.tallies).await?;
        OBJECTION.write(self, Write::Upsert, changes.objections.values()).await?;
        REVIEW.write(self, Write::Upsert, changes.reviews.values()).await?;
        self.review_hasten(&changes.review_by).await?;
        CARD.write(self, Write::Update, changes.cards_changed.values()).await?;
        CARD.write(self, Write::UpsertOver(FREE), changes.cards_bound.values()).await?;
        BINDING.write(self, Write::Upsert, changes.bindings.values()).await?;
        HISTORY.write(self, Write::Insert, &changes.history).await?;
        ORDER.write(self, Write::Insert, changes.history.iter().map(Place::of)).await?;
        IDEMPOTENCY.write(self, Write::UpsertOver(FORGETTABLE), &changes.remembered).await?;
        EVENT.write(self, Write::Insert, &changes.events).await
    }
}

fn masters<'a>(
    accounts: &'a BTreeMap<AccountNumber, Account>,
    numbers: &'a BTreeSet<AccountNumber>,
) -> impl Iterator<Item = MasterRow<'a>> {
    numbers.iter().filter_map(|number| accounts.get(number)).map(MasterRow::of)
}
