//! Accounts that are not NORMAL, a page at a time by account number.
//!
//! Lists that each follow an index are merged, and what they find is judged once more by the
//! accounts as they are now: what lapsed drops out, and what a lapse changed is among them.

use std::collections::BTreeSet;

use super::{Ask, Failure, Listed, Page, mask};
use crate::domain::account::Account;
use crate::domain::freeze::FreezeType;
use crate::domain::id::AccountNumber;
use crate::domain::principal::{Principal, Scope};
use crate::domain::status::{AccountStatus, Cause, ConditionKind};
pub use crate::store::abnormal::AbnormalFilter;
use crate::store::abnormal::AbnormalList;

/// Up to how many accounts are found by since when their status holds. Where there are more, the
/// accounts in their order meet one soon enough.
const SINCE_MAX: u32 = 5_000;

/// Which of them are asked for; what is given has to fit together.
#[derive(Debug, Clone, Default)]
pub struct Abnormal {
    /// What the account itself shows.
    pub account: AbnormalFilter,
    /// A condition of this kind is in force.
    pub kind: Option<ConditionKind>,
    /// A condition of this cause is in force, and shown to the caller.
    pub cause: Option<Cause>,
}

impl Abnormal {
    fn fits(&self, account: &Account, principal: &Principal) -> bool {
        let status = account.status();
        let (profile, asked) = (&account.profile, &self.account);
        status != AccountStatus::Normal
            && asked.status.is_none_or(|asked| asked == status)
            && (asked.branch_code.is_empty() || asked.branch_code == profile.branch_code)
            && asked.since.is_none_or(|since| profile.status_since_time >= since)
            && self.kind.is_none_or(|kind| account.has(kind))
            && self.cause.is_none_or(|cause| shows(account, cause, principal))
    }
}

/// Whether the principal sees that a condition of this cause is in force.
fn shows(account: &Account, cause: Cause, principal: &Principal) -> bool {
    let rows = account.conditions.iter().filter(|row| row.in_force()).map(|row| row.cause);
    let freezes = account.freezes.iter().filter(|freeze| freeze.in_force());
    let freezes = freezes.filter(|freeze| !mask::hides(freeze, principal));
    rows.chain(freezes.map(|freeze| freeze.shown_cause())).any(|shown| shown == cause)
}

impl Ask {
    /// A page of the accounts that fit, as they are now; it may hold fewer although others follow.
    ///
    /// # Errors
    /// The database.
    pub async fn abnormal(
        &self,
        asked: &Abnormal,
        principal: &Principal,
        page: &Page<AccountNumber>,
    ) -> Result<Listed<Account, AccountNumber>, Failure> {
        let now = self.clock.now();
        let mut lists = self.lists(asked, principal.may(Scope::Confidential)).await?;
        lists.push(AbnormalList::Lapsing(now));
        let mut found = Vec::new();
        for list in lists {
            let after = page.after.as_ref();
            let numbers =
                self.store.account_list_abnormal(list, &asked.account, after, page.fetch()).await?;
            found.push(numbers);
        }
        let Listed { items: numbers, next } = merged(found, page);
        let mut accounts = self.all(numbers.iter().collect(), now).await?;
        let items = numbers.iter().filter_map(|number| accounts.remove(number));
        let items = items.filter(|account| asked.fits(account, principal)).collect();
        Ok(Listed { items, next })
    }

    /// The lists in which every account that fits is found.
    async fn lists(
        &self,
        asked: &Abnormal,
        confidential: bool,
    ) -> Result<Vec<AbnormalList>, Failure> {
        use AbnormalList as L;
        let lists = match (asked.cause, asked.kind, asked.account.since) {
            (Some(Cause::FreezeWaiting), _, _) => vec![L::Waiting(confidential)],
            (Some(cause), _, _) => {
                vec![L::ConditionCause(cause), L::FreezeCause(cause, confidential)]
            }
            (None, Some(ConditionKind::Frozen), _) => {
                vec![L::Freeze(FreezeType::Judicial), L::Freeze(FreezeType::Bank)]
            }
            (None, Some(ConditionKind::Lost), _) => vec![L::Freeze(FreezeType::Customer)],
            (None, Some(kind), _) => vec![L::Condition(kind)],
            (None, None, Some(since)) => {
                let found = self.store.account_count_abnormal_since(since, SINCE_MAX).await?;
                let few = found < i64::from(SINCE_MAX);
                vec![if few { L::Since(since) } else { L::Status }]
            }
            (None, None, None) => vec![L::Status],
        };
        Ok(lists)
    }
}

/// The numbers of all lists in their order, each once: up to where the first list that has more ends,
/// and at most a page.
fn merged(
    lists: Vec<Vec<AccountNumber>>,
    page: &Page<AccountNumber>,
) -> Listed<AccountNumber, AccountNumber> {
    let full = usize::try_from(page.fetch()).unwrap_or(usize::MAX);
    let ends = lists.iter().filter(|list| list.len() >= full).filter_map(|list| list.last());
    let end = ends.min().cloned();
    let numbers: BTreeSet<AccountNumber> = lists.into_iter().flatten().collect();
    let within = |number: &AccountNumber| end.as_ref().is_none_or(|end| number <= end);
    let listed = page.cut(numbers.into_iter().filter(within).collect(), AccountNumber::clone);
    Listed { next: listed.next.or(end), ..listed }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(numbers: &[&str]) -> Vec<AccountNumber> {
        numbers.iter().map(|number| AccountNumber::parse(number).unwrap()).collect()
    }

    fn page(lists: &[&[&str]]) -> (Vec<String>, Option<String>) {
        let page = Page { size: 2, after: None };
        let listed = merged(lists.iter().map(|numbers| list(numbers)).collect(), &page);
        let text = |number: &AccountNumber| number.as_str().to_owned();
        (listed.items.iter().map(text).collect(), listed.next.as_ref().map(text))
    }

    #[test]
    fn merged_lists_skip_nothing_that_a_cut_one_may_hold_still() {
        let owned = |numbers: &[&str]| numbers.iter().map(|&n| n.to_owned()).collect::<Vec<_>>();
        assert_eq!(page(&[&[], &[]]), (Vec::new(), None));
        assert_eq!(page(&[&["1"], &["1", "2"]]), (owned(&["1", "2"]), None));
        assert_eq!(page(&[&["1", "3"], &["2"]]), (owned(&["1", "2"]), Some("2".to_owned())));
        // The first list is cut at 1, which it holds three times; 2 may be in it, too.
        assert_eq!(page(&[&["1", "1", "1"], &["3"]]), (owned(&["1"]), Some("1".to_owned())));
        assert_eq!(page(&[&["1", "2", "3"]]), (owned(&["1", "2"]), Some("2".to_owned())));
    }
}
