//! Accounts that nobody uses: three rules of dormancy with clocks of their own, and the suspension
//! of new accounts that never had a transaction.
//!
//! An account that never had a transaction is not dormant but suspended: 银发〔2016〕261号 gives a new
//! account six months and names measure and cure, and the milder one comes first, because the
//! counter stays open and one verification ends it. A person's account comes under the rules of
//! dormancy with its first transaction. An organisation's yearly rule (人民币银行结算账户管理办法 56)
//! holds besides, for it knows no such exception.

use chrono::{DateTime, Utc};

use super::{HolderKind, Review};
use crate::domain::account::Account;
use crate::domain::rules::Rules;
use crate::domain::status::Cause;
use crate::domain::terms::Term;

/// What time makes of an account that stays as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Non-counter channels are suspended.
    Suspended,
    /// The account is dormant, for this cause.
    Dormant(Cause),
    /// The holder is told that the account is about to become dormant.
    Notice,
}

/// A step and its instant.
pub(super) type Timed = (Step, DateTime<Utc>);

/// When a new account is suspended at non-counter channels, if nothing moves until then. Anybody's
/// transaction ends that for good; a balance that came with the account means that it is not new.
pub(super) fn suspension(account: &Account, review: &Review, rules: &Rules) -> Option<Timed> {
    let balance = &account.balance;
    let used = balance.last_transaction_time.is_some() || balance.opening_balance_minor != 0;
    if used {
        return None;
    }
    let clock = restarted(account.profile.opened_time, review);
    let at = rules.reviews.unused.end(clock, rules.zone)?;
    Some((Step::Suspended, at))
}

/// The next step towards dormancy, if nothing moves until then.
pub(super) fn dormancy(account: &Account, review: &Review, rules: &Rules) -> Option<Timed> {
    match review.holder_kind {
        HolderKind::Organisation => organisation(account, review, rules),
        HolderKind::Unspecified | HolderKind::Person => person(account, review, rules),
    }
}

fn person(account: &Account, review: &Review, rules: &Rules) -> Option<Timed> {
    if suspension(account, review, rules).is_some() {
        return None;
    }
    let balance = &account.balance;
    let clock =
        restarted(balance.last_customer_time.unwrap_or(account.profile.opened_time), review);
    let step = |term: Term, cause| Some((Step::Dormant(cause), term.end(clock, rules.zone)?));
    let unused = step(rules.reviews.dormancy, Cause::DormantNoUse);
    let low = balance.balance_minor <= rules.reviews.low_balance(balance.currency_code);
    let sooner = low
        .then(|| step(rules.reviews.low_balance_dormancy, Cause::DormantLowBalance))
        .flatten()
        .filter(|(_, at)| unused.is_none_or(|(_, later)| *at < later));
    sooner.or(unused)
}

/// The rule is for those that owe the bank nothing (人民币银行结算账户管理办法 56).
fn organisation(account: &Account, review: &Review, rules: &Rules) -> Option<Timed> {
    if owes(account) {
        return None;
    }
    let moved = account.balance.last_transaction_time;
    let clock = restarted(moved.unwrap_or(account.profile.opened_time), review);
    match standing_notice(account, review) {
        Some(noticed) => {
            let at = rules.reviews.dormancy_notice.end(noticed, rules.zone)?;
            Some((Step::Dormant(Cause::DormantOrganisation), at))
        }
        None => Some((Step::Notice, rules.reviews.organisation_dormancy.end(clock, rules.zone)?)),
    }
}

/// Whether the account pays out nothing until a debt to the bank is paid.
fn owes(account: &Account) -> bool {
    account.conditions.iter().any(|row| row.in_force() && row.cause == Cause::StopArrears)
}

/// The notice of dormancy, unless something moved since, or a debt came up: then there is a new one.
pub(super) fn standing_notice(account: &Account, review: &Review) -> Option<DateTime<Utc>> {
    if owes(account) {
        return None;
    }
    let moved = account.balance.last_transaction_time.max(review.restarted_time);
    review.dormancy_noticed_time.filter(|noticed| moved.is_none_or(|moved| moved <= *noticed))
}

fn restarted(clock: DateTime<Utc>, review: &Review) -> DateTime<Utc> {
    review.restarted_time.map_or(clock, |restarted| clock.max(restarted))
}
