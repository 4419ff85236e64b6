//! What reads are asked for.

use chrono::{DateTime, Utc};

use super::account::BRANCH_MAX;
use super::field::ID_MAX;
use super::page::PageQuery;
use super::{Failure, Violations};
use crate::ask::abnormal::{Abnormal, AbnormalFilter};
use crate::ask::{AccountKey, CustomerKey, Page};
use crate::domain::id::AccountNumber;
use crate::domain::review::IdentityKey;
use crate::domain::status::{AccountStatus, Cause, ConditionKind};
use crate::grpc::render::View;
use crate::pb::v1;
use crate::pb::v1::account_key;
use crate::pb::v1::get_account_status_request::Key;

/// A page of something that belongs to an account.
#[derive(Debug)]
pub(crate) struct OfAccount<F> {
    /// The account.
    pub(crate) number: AccountNumber,
    /// Which of its rows.
    pub(crate) filter: F,
    /// Which page.
    pub(crate) page: Page,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// GetAccountStatus: which account, and how much of it.
pub(crate) fn account_status(
    body: v1::GetAccountStatusRequest,
) -> Result<(AccountKey, View), Failure> {
    let mut wrong = Violations::new();
    let key = body.key.map(|key| match key {
        Key::AccountNumber(number) => account_key::Key::AccountNumber(number),
        Key::CardNumber(number) => account_key::Key::CardNumber(number),
    });
    let key = wrong.account_key("", key);
    let view = wrong.view(body.view, View::Full);
    let Some(key) = key else { return Err(wrong.into()) };
    wrong.check()?;
    Ok((key, view))
}

/// The most keys of one batch.
const KEYS_MAX: usize = 1000;

/// BatchGetAccountStatus: which accounts, a malformed key being the failure of that key alone; and
/// how much of each.
pub(crate) fn account_statuses(
    body: v1::BatchGetAccountStatusRequest,
) -> Result<(Vec<Result<AccountKey, Failure>>, View), Failure> {
    let mut wrong = Violations::new();
    if body.keys.is_empty() {
        wrong.add("keys", "is required");
    }
    wrong.at_most("keys", body.keys.len(), KEYS_MAX);
    let view = wrong.view(body.view, View::Basic);
    wrong.check()?;
    let one = |(index, key): (usize, v1::AccountKey)| {
        let mut wrong = Violations::new();
        let key = wrong.account_key(&format!("keys[{index}]."), key.key);
        key.ok_or_else(|| wrong.into())
    };
    Ok((body.keys.into_iter().enumerate().map(one).collect(), view))
}

/// A page of a customer's accounts.
#[derive(Debug)]
pub(crate) struct OfCustomer {
    /// The customer.
    pub(crate) customer: CustomerKey,
    /// How much of each account.
    pub(crate) view: View,
    /// Which page.
    pub(crate) page: Page<AccountNumber>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListAccountsByCustomer: whose, how much of each, and which page.
pub(crate) fn accounts_by_customer(
    body: v1::ListAccountsByCustomerRequest,
    key: &IdentityKey,
) -> Result<OfCustomer, Failure> {
    let mut wrong = Violations::new();
    let by_document = !body.identity_document_no.is_empty();
    if by_document && !body.customer_id.is_empty() {
        wrong.add("identity_document_no", "stands instead of customer_id, not beside it");
    }
    let hash = wrong.document(key, "identity_document_no", body.identity_document_no);
    let (query, customer) = if by_document {
        (PageQuery::new("document", &(&hash, body.view)), CustomerKey::Document(hash))
    } else {
        let query = PageQuery::new("customer", &(&body.customer_id, body.view));
        (query, CustomerKey::Id(wrong.required_id("customer_id", body.customer_id, ID_MAX)))
    };
    let view = wrong.view(body.view, View::Basic);
    let page = wrong.page(&query, body.page_size, &body.page_token);
    wrong.check()?;
    Ok(OfCustomer { customer, view, page, query })
}

impl Violations {
    /// An account's name under this path.
    pub(super) fn account_key(
        &mut self,
        at: &str,
        key: Option<account_key::Key>,
    ) -> Option<AccountKey> {
        let field = |name: &str| format!("{at}{name}");
        match key {
            None => {
                self.add(&field("account_number"), "is required, or card_number");
                None
            }
            Some(account_key::Key::AccountNumber(number)) => {
                self.account_number(&field("account_number"), &number).map(AccountKey::Number)
            }
            Some(account_key::Key::CardNumber(number)) => {
                self.card_number(&field("card_number"), &number).map(AccountKey::Card)
            }
        }
    }

    fn view(&mut self, view: i32, unspecified: View) -> View {
        match v1::AccountStatusView::try_from(view) {
            Ok(v1::AccountStatusView::Basic) => View::Basic,
            Ok(v1::AccountStatusView::Full) => View::Full,
            Ok(v1::AccountStatusView::Unspecified) => unspecified,
            Err(_) => {
                self.add("view", "is not a value of this enum");
                unspecified
            }
        }
    }
}

/// Accounts that are not NORMAL.
#[derive(Debug)]
pub(crate) struct AbnormalOnes {
    /// Which.
    pub(crate) filter: Abnormal,
    /// How much of each account.
    pub(crate) view: View,
    /// Which page.
    pub(crate) page: Page<AccountNumber>,
    /// To what its token is bound.
    pub(crate) query: PageQuery,
}

/// ListAbnormalAccounts: which, how much of each, and which page.
pub(crate) fn abnormal(body: v1::ListAbnormalAccountsRequest) -> Result<AbnormalOnes, Failure> {
    let mut wrong = Violations::new();
    let status = wrong.optional_choice::<AccountStatus>("status", body.status);
    if status == Some(AccountStatus::Normal) {
        wrong.add("status", "is not abnormal");
    }
    let kind = wrong.optional_choice::<ConditionKind>("condition", body.condition);
    let cause = wrong.optional_choice::<Cause>("cause", body.cause);
    let branch_code = wrong.id("branch_code", body.branch_code, BRANCH_MAX);
    let since = wrong.time("since_time", body.since_time);
    let view = wrong.view(body.view, View::Basic);
    let which = (body.status, body.condition, body.cause, &branch_code, since, body.view);
    let query = PageQuery::new("abnormal", &which);
    let page = wrong.page(&query, body.page_size, &body.page_token);
    wrong.check()?;
    let account = AbnormalFilter { status, branch_code, since };
    Ok(AbnormalOnes { filter: Abnormal { account, kind, cause }, view, page, query })
}

/// ListAccountStatusHistory: whose, as of when, and which page.
pub(crate) fn history(
    body: &v1::ListAccountStatusHistoryRequest,
) -> Result<OfAccount<Option<DateTime<Utc>>>, Failure> {
    let mut wrong = Violations::new();
    let number = wrong.account_number("account_number", &body.account_number);
    let as_of = wrong.time("as_of", body.as_of);
    let query = PageQuery::new("history", &(&body.account_number, as_of));
    let page = wrong.page(&query, body.page_size, &body.page_token);
    of_account(wrong, number, as_of, page, query)
}

pub(super) fn of_account<F>(
    wrong: Violations,
    number: Option<AccountNumber>,
    filter: F,
    page: Page,
    query: PageQuery,
) -> Result<OfAccount<F>, Failure> {
    let Some(number) = number else { return Err(wrong.into()) };
    wrong.check()?;
    Ok(OfAccount { number, filter, page, query })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields<T>(parsed: Result<T, Failure>) -> Vec<String> {
        match parsed {
            Ok(_) => Vec::new(),
            Err(Failure::Fields(wrong)) => {
                wrong.iter().map(|(field, _)| field.to_owned()).collect()
            }
            Err(Failure::Refused(refused)) => panic!("{refused:?}"),
        }
    }

    #[test]
    fn account_is_asked_for_by_number_or_card() {
        let ask = |key| v1::GetAccountStatusRequest { key, view: 0 };
        let number = |text: &str| Some(Key::AccountNumber(text.to_owned()));
        let card = |text: &str| Some(Key::CardNumber(text.to_owned()));
        assert!(fields(account_status(ask(number("6222021234567890123")))).is_empty());
        assert!(fields(account_status(ask(card("6299990000000010")))).is_empty());
        assert_eq!(fields(account_status(ask(None))), ["account_number"]);
        assert_eq!(fields(account_status(ask(number("' OR 1=1")))), ["account_number"]);
        assert_eq!(fields(account_status(ask(card("6299 9900")))), ["card_number"]);
        let view = v1::GetAccountStatusRequest { key: None, view: 9 };
        assert_eq!(fields(account_status(view)), ["account_number", "view"]);
    }
}
