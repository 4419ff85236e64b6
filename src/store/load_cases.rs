//! What commands see of cases and of money in suspense.

use super::{Error, Transaction};
use crate::domain::act::resolve_case::{CORRECTED, entry_ids};
use crate::domain::batch::{Loaded, Needs};
use crate::domain::id::{AccountNumber, CaseId, TransactionId, WithdrawalId};

impl Transaction {
    /// Cases and items in suspense that are asked for, the cases behind the items, and what the
    /// cases are about.
    pub(super) async fn load_cases(
        &self,
        needs: &mut Vec<(&AccountNumber, Needs)>,
        loaded: &mut Loaded,
    ) -> Result<(), Error> {
        let items: Vec<&TransactionId> =
            needs.iter().flat_map(|(_, need)| &need.suspense).collect();
        let mut ids: Vec<CaseId> = needs.iter().filter_map(|(_, need)| need.case.clone()).collect();
        if !items.is_empty() {
            for row in self.suspense_find(&items).await? {
                ids.extend(CaseId::parse(&row.case_id));
                let key = (row.account_number.clone(), row.item_id.clone());
                loaded.suspense.insert(key, row);
            }
        }
        let about: Vec<&str> =
            needs.iter().filter_map(|(_, need)| need.case_about.as_deref()).collect();
        let mut rows = Vec::new();
        if !ids.is_empty() {
            rows.extend(self.case_find(&ids.iter().collect::<Vec<_>>()).await?);
        }
        if !about.is_empty() {
            rows.extend(self.case_list_about(&about).await?);
        }
        for row in rows {
            let place = needs.iter().find(|(number, _)| **number == row.account_number);
            let number = place.map(|(number, _)| *number);
            if let (Some(number), Some(id)) = (number, WithdrawalId::parse(&row.withdrawal_id)) {
                needs.push((number, Needs { payout: Some(id), ..Needs::default() }));
            }
            loaded.cases.insert(row.case_id.clone(), row);
        }
        Ok(())
    }

    /// The open cases of the withdrawals that are loaded and have any; of those that people may book
    /// something for what is booked, too; and what is known to contradict the books.
    pub(super) async fn load_trouble(&self, loaded: &mut Loaded) -> Result<(), Error> {
        let looked_into = loaded.withdrawals.values().filter(|row| row.is_looked_into());
        let looked_into: Vec<&WithdrawalId> = looked_into.map(|row| &row.withdrawal_id).collect();
        if !looked_into.is_empty() {
            for row in self.evidence_list_contradicting(&looked_into).await? {
                loaded.contradictions.entry(row.withdrawal_id.clone()).or_default().push(row);
            }
        }
        let troubled = loaded.withdrawals.values().filter(|row| row.cases != 0);
        let troubled: Vec<WithdrawalId> = troubled.map(|row| row.withdrawal_id.clone()).collect();
        if troubled.is_empty() {
            return Ok(());
        }
        for row in self.case_list_of_withdrawals(&troubled.iter().collect::<Vec<_>>()).await? {
            loaded.cases.insert(row.case_id.clone(), row);
        }
        for id in troubled {
            let corrected = |cases| CORRECTED.iter().any(|cause| cases & cause.bit() != 0);
            let corrected = loaded.withdrawals.get(&id).is_some_and(|row| corrected(row.cases));
            let attempts = loaded.attempts_of(&id);
            if !corrected || attempts.is_empty() {
                continue;
            }
            let number = attempts.first().map(|attempt| attempt.account_number.clone());
            let ids: Vec<String> =
                attempts.iter().flat_map(|attempt| entry_ids(&attempt.key())).collect();
            let rows = self.transaction_list_named(&ids).await?;
            let mine = |account: &AccountNumber| Some(account) == number.as_ref();
            let rows = rows.into_iter().filter(|row| mine(&row.account_number));
            loaded.entries.insert(id, rows.collect());
        }
        Ok(())
    }
}
