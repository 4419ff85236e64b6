//! What commands see of cases and of money in suspense.

use super::World;
use crate::domain::act::advance::payout_of;
use crate::domain::batch::{Loaded, Needs};
use crate::domain::case::{Case, CaseCause, CaseEntry};
use crate::domain::id::{AccountNumber, CaseId, WithdrawalId};
use crate::domain::payout::evidence::EvidenceEffect;
use crate::domain::suspense::SuspenseItem;

impl World {
    /// Cases and items that are asked for, the cases behind items, and what a case is about.
    pub(super) fn load_cases(&self, number: &AccountNumber, needs: &Needs, loaded: &mut Loaded) {
        let mut ids: Vec<CaseId> = needs.case.iter().cloned().collect();
        for id in &needs.suspense {
            let key = (number.clone(), id.clone());
            if let Some(row) = self.tables.suspense.get(&key) {
                ids.extend(CaseId::parse(&row.case_id));
                loaded.suspense.insert(key, row.clone());
            }
        }
        for row in self.tables.cases.values() {
            let about = needs.case_about.as_ref() == Some(&row.subject_id) && row.is_open();
            if !about && !ids.contains(&row.case_id) {
                continue;
            }
            loaded.cases.insert(row.case_id.clone(), row.clone());
            let payout = WithdrawalId::parse(&row.withdrawal_id);
            self.load_needed(number, Needs { payout, ..Needs::default() }, loaded);
        }
    }

    /// The open cases of withdrawals that have any, and what is booked for them.
    pub(super) fn load_trouble(&self, loaded: &mut Loaded) {
        for (id, withdrawal) in &loaded.withdrawals {
            if withdrawal.is_looked_into() {
                let known = self.tables.evidence.values().filter(|row| {
                    row.withdrawal_id == *id && row.effect == EvidenceEffect::Contradiction
                });
                loaded.contradictions.insert(id.clone(), known.cloned().collect());
            }
            if withdrawal.cases == 0 {
                continue;
            }
            let mine = |row: &&Case| row.withdrawal_id == id.as_str() && row.is_open();
            for row in self.tables.cases.values().filter(mine) {
                loaded.cases.insert(row.case_id.clone(), row.clone());
            }
            let entries = self.tables.transactions.iter().filter(|row| {
                payout_of(&row.transaction_id).is_some_and(|key| key.withdrawal_id == *id)
            });
            loaded.entries.insert(id.clone(), entries.cloned().collect());
        }
    }

    /// The one case of this cause.
    pub(crate) fn case(&self, cause: CaseCause) -> Case {
        let mut rows = self.tables.cases.values().filter(|row| row.cause == cause);
        let row = rows.next().unwrap_or_else(|| panic!("no case of {cause:?}")).clone();
        assert_eq!(rows.next(), None);
        row
    }

    /// The steps of a case, in order.
    pub(crate) fn steps(&self, case: &Case) -> Vec<CaseEntry> {
        let rows = self.tables.case_entries.iter().filter(|row| row.case_id == case.case_id);
        rows.cloned().collect()
    }

    /// The items beside the account, in order of their ids.
    pub(crate) fn items(&self) -> Vec<SuspenseItem> {
        self.tables.suspense.values().cloned().collect()
    }
}
