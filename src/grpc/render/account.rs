//! An account's status: what it shows, what holds, what may pass, how much is there.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use strum::VariantArray;

use super::condition::{self, Held};
use super::{View, money, timestamp};
use crate::domain::account::Account;
use crate::domain::freeze::control::{self, Counting};
use crate::domain::pass::{self, Operation, Standing};
use crate::domain::status::{AccountStatus, Cause};
use crate::domain::transaction::{Purpose, customer_debit};
use crate::grpc::caller::Caller;
use crate::grpc::iso;
use crate::grpc::names::Named;
use crate::grpc::parse::status_etag;
use crate::pb::v1;
use crate::text::{self, Contact};

/// The core-banking transaction code of the status query.
const TRANSACTION_CODE: &str = "ACTQ";

/// The account, masked already, as the status query answers it.
pub(crate) fn account_status(
    account: &Account,
    caller: &Caller,
    view: View,
) -> v1::AccountStatusInfo {
    let status = account.status();
    let held = condition::held(account);
    let debit = customer_debit(caller.entry_channel, Purpose::Unspecified);
    let codes = iso::codes(account, debit);
    let controlled = account.controlled(Counting::All);
    let first = control::first(account.freezes.loaded());
    let currency = account.balance.currency_code;
    let passes = |operation| pass::standing(account, operation) != Standing::No;
    let full = |text: &str| if view == View::Full { text.to_owned() } else { String::new() };
    v1::AccountStatusInfo {
        account_number: account.number().as_str().to_owned(),
        account_id: account.profile.account_id.clone(),
        account_name: full(&account.profile.account_name),
        status: status.number(),
        status_code: status.code().to_owned(),
        status_name: status.name().to_owned(),
        status_desc: text::status_description(status, caller.locale).into_owned(),
        message: message(account, &held, caller, view),
        freeze_type: first.map_or(0, |freeze| freeze.freeze_type.number()),
        freeze_reason: first.map_or_else(String::new, |freeze| full(&freeze.freeze_reason)),
        freeze_time: first.map(|freeze| timestamp(freeze.served_time)),
        conditions: held.iter().map(|held| held.condition(account, caller, view)).collect(),
        solutions: solutions(account, &held, caller, view),
        remedy: remedy(account, &held, caller, view),
        operations: Operation::VARIANTS.iter().map(|op| permission(account, *op)).collect(),
        can_credit: Some(passes(Operation::Credit)),
        can_debit: Some(passes(debit)),
        balance: Some(money(account.balance.balance_minor, currency)),
        reserved: Some(money(account.balance.reserved_minor, currency)),
        frozen: Some(money(controlled, currency)),
        available: Some(money(account.unreserved().saturating_sub(controlled), currency)),
        last_transaction_time: account.balance.last_transaction_time.map(timestamp),
        customer_id: full(&account.profile.customer_id),
        branch_code: account.profile.branch_code.clone(),
        status_since_time: Some(timestamp(account.profile.status_since_time)),
        etag: status_etag(account.balance.status_version),
        transaction_code: TRANSACTION_CODE.to_owned(),
        iso20022_reason_code: codes.debit.to_owned(),
        iso20022_credit_reason_code: codes.credit.to_owned(),
        iso8583_response_code: codes.response.to_owned(),
        card: None,
        protected_kind: account.profile.protected_kind.map_or(0, Named::number),
        conditions_total: match view {
            View::Full => condition::total(account),
            View::Basic => 0,
        },
    }
}

/// The customer line of what stands first; of being closed when that is all there is.
fn message(account: &Account, held: &[Held<'_>], caller: &Caller, view: View) -> String {
    match (held.first(), account.status()) {
        (_, AccountStatus::Closed) => closed_line(caller),
        (Some(first), _) => first.customer_line(account, caller, view),
        (None, AccountStatus::Normal) => String::new(),
        (None, status) => text::status_description(status, caller.locale).into_owned(),
    }
}

fn closed_line(caller: &Caller) -> String {
    text::customer_line(Cause::Closed, caller.locale, &text::Placeholders::default()).into_owned()
}

/// One for each cause, in the order of the conditions that are listed.
fn solutions(
    account: &Account,
    held: &[Held<'_>],
    caller: &Caller,
    view: View,
) -> Vec<v1::Solution> {
    let mut solutions: Vec<v1::Solution> = Vec::new();
    if account.status() == AccountStatus::Closed {
        solutions.push(v1::Solution {
            cause: Cause::Closed.number(),
            customer_line: closed_line(caller),
            bank_line: condition::bank_line(Cause::Closed, caller),
        });
    }
    for held in held {
        let cause = held.told_cause(caller);
        if solutions.iter().all(|known| known.cause != cause) {
            solutions.push(held.solution(account, caller, view));
        }
    }
    solutions
}

/// Where to turn about what stands first, until when, and with which papers. What is confidential is
/// asked about at the branch with an identity document, whoever reads this: it may be passed on.
fn remedy(account: &Account, held: &[Held<'_>], caller: &Caller, view: View) -> Option<v1::Remedy> {
    if account.status() == AccountStatus::Normal {
        return None;
    }
    let first = held.first().filter(|_| account.status() != AccountStatus::Closed);
    let cause = first.map_or(Cause::Closed, |held| held.cause_for_customer());
    let contact = match text::remedy::contact(cause) {
        Contact::Authority => first.and_then(|held| held.contact(caller, view)),
        Contact::Branch | Contact::BranchOrApp | Contact::Counter | Contact::Service => None,
    };
    let papers = text::remedy::documents(cause, caller.locale).into_iter().map(Cow::into_owned);
    let missing = held.iter().flat_map(|held| held.missing_items().to_vec());
    Some(v1::Remedy {
        contact: contact.unwrap_or_else(|| branch_or(cause, account, caller)),
        deadline_time: deadline(held).map(timestamp),
        documents: missing.chain(papers).collect(),
    })
}

/// Who is there for a cause where no authority is named; a branch with its code.
fn branch_or(cause: Cause, account: &Account, caller: &Caller) -> String {
    let contact = text::remedy::contact(cause);
    let name = text::remedy::contact_name(contact, caller.locale);
    match contact {
        Contact::Branch | Contact::Authority => format!("{name} {}", account.profile.branch_code),
        Contact::BranchOrApp | Contact::Counter | Contact::Service => name.into_owned(),
    }
}

/// Only an oral loss report asks the customer to act before it ends: it lapses, and the account is
/// open to whoever found the card. What else has an end ends in the customer's favour.
fn deadline(held: &[Held<'_>]) -> Option<DateTime<Utc>> {
    held.iter().find(|held| held.cause() == Cause::LossOral).and_then(Held::until)
}

fn permission(account: &Account, operation: Operation) -> v1::OperationPermission {
    let answer = match pass::standing(account, operation) {
        Standing::Yes => v1::OperationAnswer::Yes,
        Standing::Limited => v1::OperationAnswer::Limited,
        Standing::No => v1::OperationAnswer::No,
    };
    v1::OperationPermission { operation: operation.number(), answer: answer.into() }
}
