//! Of which accounts changes of status are watched, and from where on.

use super::page::PageQuery;
use super::{Failure, Violations};
use crate::domain::id::AccountNumber;
use crate::pb::v1;

/// The most accounts of one watch.
const ACCOUNTS_MAX: usize = 1_000;

/// What a watch is about.
#[derive(Debug)]
pub(crate) struct WatchedStatuses {
    /// The accounts; absent = all.
    pub(crate) accounts: Option<Vec<AccountNumber>>,
    /// From where on.
    pub(crate) from: Option<i64>,
    /// To what its tokens are bound: watches of statuses, whatever the accounts.
    pub(crate) query: PageQuery,
}

/// WatchAccountStatus: of which accounts, and from where on.
pub(crate) fn watch_account_status(
    body: &v1::WatchAccountStatusRequest,
) -> Result<WatchedStatuses, Failure> {
    let mut wrong = Violations::new();
    wrong.at_most("account_numbers", body.account_numbers.len(), ACCOUNTS_MAX);
    match (body.account_numbers.is_empty(), body.all_accounts) {
        (true, false) => wrong.add("account_numbers", "is required, or all_accounts"),
        (false, true) => wrong.add("all_accounts", "does not go with account_numbers"),
        (true, true) | (false, false) => {}
    }
    let mut numbers = Vec::new();
    for (index, text) in body.account_numbers.iter().take(ACCOUNTS_MAX).enumerate() {
        numbers.extend(wrong.account_number(&format!("account_numbers[{index}]"), text));
    }
    let query = PageQuery::new("watch statuses", &());
    let token = &body.resume_token;
    let from = query.cursor(token).filter(|from: &i64| *from >= 0);
    let from = if token.is_empty() { None } else { from };
    if from.is_none() && !token.is_empty() {
        return Err(unknown_position(wrong));
    }
    wrong.check()?;
    let accounts = (!body.all_accounts).then_some(numbers);
    Ok(WatchedStatuses { accounts, from, query })
}

/// What is wrong with a token that nobody was given, beside the rest.
pub(crate) fn unknown_position(mut wrong: Violations) -> Failure {
    wrong.add("resume_token", "is not a token of a watch of statuses");
    wrong.into()
}
