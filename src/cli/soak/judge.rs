//! What is wrong between what was acknowledged, what the service says, and what the channels paid.
//! Pure.

use std::collections::{BTreeMap, BTreeSet};

use crate::pb::v1::WithdrawalState;

/// What the service says of a withdrawal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) account_number: String,
    pub(super) state: WithdrawalState,
    pub(super) amount_minor: i64,
}

/// What the service says of an account, minor units.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) balance_minor: i64,
    pub(super) reserved_minor: i64,
}

/// What the service says: withdrawals by id, accounts by number.
#[derive(Debug)]
pub(super) struct Books {
    pub(super) withdrawals: BTreeMap<String, Row>,
    pub(super) standings: BTreeMap<String, Standing>,
}

/// What the channels' logs say.
#[derive(Debug)]
pub(super) struct Paid {
    /// The keys that were paid with their amounts in minor units, by withdrawal.
    pub(super) by_withdrawal: BTreeMap<String, Vec<(String, i64)>>,
    /// The withdrawals whose money came back.
    pub(super) returned: BTreeSet<String>,
}

impl Books {
    /// How many withdrawals are in one of these states.
    pub(super) fn count(&self, states: &[WithdrawalState]) -> usize {
        self.withdrawals.values().filter(|row| states.contains(&row.state)).count()
    }
}

/// Whether money has left the account for a withdrawal, and whether it is back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Debited,
    Returned,
    NotPaid,
    None,
}

fn end(state: WithdrawalState) -> End {
    match state {
        WithdrawalState::Settled | WithdrawalState::SettledLate => End::Debited,
        WithdrawalState::Returned => End::Returned,
        WithdrawalState::Failed | WithdrawalState::Cancelled => End::NotPaid,
        WithdrawalState::Unspecified
        | WithdrawalState::Reserved
        | WithdrawalState::Dispatching
        | WithdrawalState::Accepted
        | WithdrawalState::Unknown
        | WithdrawalState::Quarantined
        | WithdrawalState::WrittenOff => End::None,
    }
}

/// All that is wrong, one line each.
pub(super) fn judge(
    acknowledged: &[&str],
    books: &Books,
    paid: &Paid,
    opening_minor: i64,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for id in acknowledged.iter().filter(|id| !books.withdrawals.contains_key(**id)) {
        wrong.push(format!("withdrawal {id} was acknowledged and is lost"));
    }
    for (id, row) in &books.withdrawals {
        wrong.extend(wrong_with(id, row, paid));
    }
    for id in paid.by_withdrawal.keys().filter(|id| !books.withdrawals.contains_key(*id)) {
        wrong.push(format!("withdrawal {id} was paid and nobody reserved it"));
    }
    let mut left: BTreeMap<&str, i64> = BTreeMap::new();
    for row in books.withdrawals.values().filter(|row| end(row.state) == End::Debited) {
        *left.entry(&row.account_number).or_insert(0) += row.amount_minor;
    }
    for (number, standing) in &books.standings {
        let gone = left.get(number.as_str()).copied().unwrap_or(0);
        let expected = opening_minor - gone;
        if standing.balance_minor != expected {
            let is = standing.balance_minor;
            wrong
                .push(format!("account {number} has {is} minor units, and should have {expected}"));
        }
        if standing.reserved_minor != 0 {
            let held = standing.reserved_minor;
            wrong.push(format!("account {number} still has {held} minor units reserved"));
        }
    }
    wrong
}

fn wrong_with(id: &str, row: &Row, paid: &Paid) -> Option<String> {
    let state = row.state.as_str_name();
    let keys = paid.by_withdrawal.get(id).map_or(&[][..], Vec::as_slice);
    let what = match (keys, end(row.state)) {
        (_, End::None) => "is still".to_owned(),
        ([], End::NotPaid) => return None,
        ([], End::Debited | End::Returned) => "was never paid and is".to_owned(),
        ([_], End::NotPaid) => "was paid and is".to_owned(),
        ([(_, minor)], End::Debited | End::Returned) if *minor != row.amount_minor => {
            format!("over {} was paid {minor} and is", row.amount_minor)
        }
        ([_], End::Returned) if !paid.returned.contains(id) => "never came back and is".to_owned(),
        ([_], End::Debited | End::Returned) => return None,
        (keys, _) => {
            let keys: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
            format!("was paid {} times, by {}, and is", keys.len(), keys.join(" and "))
        }
    };
    Some(format!("withdrawal {id} {what} {state}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OPENING: i64 = 100;

    fn books(rows: &[(&str, WithdrawalState)], balance_minor: i64) -> Books {
        let row = |state| Row { account_number: "1".to_owned(), state, amount_minor: 10 };
        Books {
            withdrawals: rows.iter().map(|(id, state)| ((*id).to_owned(), row(*state))).collect(),
            standings: [("1".to_owned(), Standing { balance_minor, reserved_minor: 0 })].into(),
        }
    }

    fn paid(keys: &[(&str, &str)], returned: &[&str]) -> Paid {
        let mut by_withdrawal: BTreeMap<String, Vec<(String, i64)>> = BTreeMap::new();
        for (id, key) in keys {
            by_withdrawal.entry((*id).to_owned()).or_default().push(((*key).to_owned(), 10));
        }
        Paid { by_withdrawal, returned: returned.iter().map(|id| (*id).to_owned()).collect() }
    }

    #[test]
    fn what_agrees_is_not_found_wrong() {
        let rows = [
            ("s", WithdrawalState::Settled),
            ("r", WithdrawalState::Returned),
            ("f", WithdrawalState::Failed),
        ];
        let paid = paid(&[("s", "s.1"), ("r", "r.2")], &["r"]);
        assert!(judge(&["s", "r", "f"], &books(&rows, 90), &paid, OPENING).is_empty());
    }

    #[test]
    fn each_thing_that_is_wrong_is_found() {
        use WithdrawalState as W;
        let found = |acknowledged: &[&str], rows: &[(&str, W)], balance, keys: &[(&str, &str)]| {
            judge(acknowledged, &books(rows, balance), &paid(keys, &[]), OPENING).join("; ")
        };
        assert!(found(&["a"], &[], 100, &[]).contains("acknowledged and is lost"));
        assert!(found(&[], &[("a", W::Unknown)], 100, &[]).contains("still"));
        assert!(found(&[], &[("a", W::Settled)], 90, &[]).contains("never paid"));
        assert!(found(&[], &[("a", W::Failed)], 100, &[("a", "a.1")]).contains("was paid and is"));
        let twice = [("a", "a.1"), ("a", "a.2")];
        assert!(found(&[], &[("a", W::Settled)], 90, &twice).contains("2 times, by a.1 and a.2"));
        assert!(found(&[], &[], 100, &[("a", "a.1")]).contains("nobody reserved"));
        assert!(found(&[], &[("a", W::Settled)], 80, &[("a", "a.1")]).contains("should have 90"));
        assert!(
            found(&[], &[("a", W::Returned)], 100, &[("a", "a.1")]).contains("never came back")
        );
    }
}
