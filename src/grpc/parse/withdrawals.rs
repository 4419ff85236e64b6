//! What is asked of withdrawals: one of them, or a list.

use super::field::{ID_MAX, REFERENCE_MAX};
use super::page::PageQuery;
use super::read::{OfAccount, of_account};
use super::{Failure, Violations};
use crate::ask::WithdrawalFilter;
use crate::domain::id::{AccountNumber, WithdrawalId};
use crate::domain::withdrawal::{HeldReason, State};
use crate::pb::v1;

/// GetWithdrawal: which withdrawal, and of which account if that was said.
pub(crate) fn withdrawal(
    body: &v1::GetWithdrawalRequest,
) -> Result<(Option<AccountNumber>, WithdrawalId), Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("withdrawal_id", &body.withdrawal_id, WithdrawalId::parse);
    let number = wrong.optional_account_number("account_number", &body.account_number);
    let Some(id) = id else { return Err(wrong.into()) };
    wrong.check()?;
    Ok((number, id))
}

/// ListWithdrawals: whose, which, and which page.
pub(crate) fn withdrawals(
    body: v1::ListWithdrawalsRequest,
) -> Result<OfAccount<WithdrawalFilter>, Failure> {
    let mut wrong = Violations::new();
    let number = wrong.account_number("account_number", &body.account_number);
    let filter = WithdrawalFilter {
        state: wrong.optional_choice::<State>("state", body.state),
        held_reason: wrong.optional_choice::<HeldReason>("held_reason", body.held_reason),
        channel: wrong.id("channel", body.channel, ID_MAX),
        reference: wrong.words("reference", body.reference, REFERENCE_MAX),
        created_from: wrong.time("create_time_from", body.create_time_from),
        created_before: wrong.time("create_time_before", body.create_time_before),
    };
    let (from, before) = (filter.created_from, filter.created_before);
    if from.zip(before).is_some_and(|(from, before)| before <= from) {
        wrong.add("create_time_before", "must lie after create_time_from");
    }
    let which = (body.state, body.held_reason, &filter.channel, &filter.reference, from, before);
    let query = PageQuery::new("withdrawals", &(&body.account_number, which));
    let page = wrong.page(&query, body.page_size, &body.page_token);
    of_account(wrong, number, filter, page, query)
}

/// What a watch is about.
#[derive(Debug)]
pub(crate) struct Watched {
    /// The account, if that was said.
    pub(crate) number: Option<AccountNumber>,
    /// The withdrawal.
    pub(crate) id: WithdrawalId,
    /// Which state was seen before.
    pub(crate) seen: Option<i64>,
    /// Whether to end with a final state.
    pub(crate) until_ended: bool,
    /// To what its tokens are bound.
    pub(crate) query: PageQuery,
}

/// WatchWithdrawal: which withdrawal, from where on, and until when.
pub(crate) fn watch_withdrawal(body: &v1::WatchWithdrawalRequest) -> Result<Watched, Failure> {
    let mut wrong = Violations::new();
    let id = wrong.typed_id("withdrawal_id", &body.withdrawal_id, WithdrawalId::parse);
    let number = wrong.optional_account_number("account_number", &body.account_number);
    let query = PageQuery::new("watch withdrawal", &body.withdrawal_id);
    let token = &body.resume_token;
    let seen = if token.is_empty() { None } else { query.cursor(token) };
    if seen.is_none() && !token.is_empty() {
        wrong.add("resume_token", "is not a token of a watch of this withdrawal");
    }
    let Some(id) = id else { return Err(wrong.into()) };
    wrong.check()?;
    Ok(Watched { number, id, seen, until_ended: body.until_ended, query })
}

#[cfg(test)]
mod tests {
    use prost_types::Timestamp;

    use super::*;
    use crate::grpc::parse::page::next_page_token;

    fn listing() -> v1::ListWithdrawalsRequest {
        let at = |seconds| Some(Timestamp { seconds, nanos: 0 });
        v1::ListWithdrawalsRequest {
            account_number: "6222021234567890123".to_owned(),
            state: 1,
            held_reason: 1,
            channel: "CH-1".to_owned(),
            reference: "rent".to_owned(),
            create_time_from: at(1),
            create_time_before: at(2),
            ..Default::default()
        }
    }

    fn fields(body: v1::ListWithdrawalsRequest) -> Vec<String> {
        match withdrawals(body) {
            Ok(_) => Vec::new(),
            Err(Failure::Fields(wrong)) => {
                wrong.iter().map(|(field, _)| field.to_owned()).collect()
            }
            Err(Failure::Refused(refused)) => panic!("{refused:?}"),
        }
    }

    #[test]
    fn every_violation_of_a_list_is_named() {
        let body = v1::ListWithdrawalsRequest {
            account_number: "12 34".to_owned(),
            state: 77,
            held_reason: -1,
            channel: "a\u{200b}".to_owned(),
            reference: "x".repeat(141),
            create_time_from: Some(Timestamp { seconds: 0, nanos: -1 }),
            create_time_before: Some(Timestamp { seconds: i64::MAX, nanos: 0 }),
            page_size: -1,
            page_token: "x".to_owned(),
        };
        let all = [
            "account_number",
            "state",
            "held_reason",
            "channel",
            "reference",
            "create_time_from",
            "create_time_before",
            "page_size",
            "page_token",
        ];
        assert_eq!(fields(body), all);
        let turned = v1::ListWithdrawalsRequest {
            create_time_before: Some(Timestamp { seconds: 1, nanos: 0 }),
            ..listing()
        };
        assert_eq!(fields(turned), ["create_time_before"]);
    }

    #[test]
    fn a_token_belongs_to_every_filter_of_its_list() {
        let token = next_page_token(&withdrawals(listing()).unwrap().query, Some(7));
        let again = |set: fn(&mut v1::ListWithdrawalsRequest)| {
            let mut body = v1::ListWithdrawalsRequest { page_token: token.clone(), ..listing() };
            set(&mut body);
            fields(body)
        };
        assert!(again(|_| {}).is_empty());
        let others: [fn(&mut v1::ListWithdrawalsRequest); 7] = [
            |body| body.account_number = "1".to_owned(),
            |body| body.state = 0,
            |body| body.held_reason = 2,
            |body| body.channel = String::new(),
            |body| body.reference = "Rent".to_owned(),
            |body| body.create_time_from = None,
            |body| body.create_time_before = Some(Timestamp { seconds: 2, nanos: 1_000 }),
        ];
        for other in others {
            assert_eq!(again(other), ["page_token"]);
        }
    }
}
