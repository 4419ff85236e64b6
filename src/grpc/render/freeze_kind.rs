//! The kinds of authorities: the law's table as answers show it.

use crate::domain::freeze::kind::table::KINDS;
use crate::domain::freeze::kind::{
    AmountRule, AtExpiry, CountedFrom, FirstTerm, KindRule, Makes, Renewal,
};
use crate::domain::terms::Term;
use crate::grpc::names::Named;
use crate::pb::v1;

/// Every rule of the table, in its order.
pub(crate) fn authority_kinds() -> Vec<v1::AuthorityKindRule> {
    KINDS.iter().map(rule).collect()
}

fn rule(row: &KindRule) -> v1::AuthorityKindRule {
    let (renewal_term, renewals) = match row.renewal {
        Renewal::None | Renewal::Free => (None, 0),
        Renewal::Each(longest) => (Some(term(longest)), 0),
        Renewal::Times(times, longest) => (Some(term(longest)), number(times)),
    };
    v1::AuthorityKindRule {
        kind: row.kind.number(),
        makes: makes(row.makes).into(),
        first_term: match row.first {
            FirstTerm::AtMost(longest) => Some(term(longest)),
            FirstTerm::Unlimited => None,
        },
        renewal_term,
        renewals,
        ceiling: row.ceiling.map(term),
        term_start: term_start(row.from).into(),
        may_wait: row.may_wait,
        may_deduct: row.may_deduct,
        amount: amount(row.amount).into(),
        lifted_by: row.lifted_by.number(),
        at_expiry: at_expiry(row.at_expiry).into(),
        officers_on_paper: i32::try_from(row.papers.officers).unwrap_or(i32::MAX),
        notice_on_paper: row.papers.notice,
        holiday_roll: row.holiday_roll,
        source: row.source.to_owned(),
        in_force_date: row.in_force.to_string(),
        verified: row.verified,
        renewable: row.renewal != Renewal::None,
    }
}

fn number(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn term(term: Term) -> v1::Term {
    v1::Term { count: number(term.count), unit: term.unit.number() }
}

fn makes(makes: Makes) -> v1::OrderEffect {
    match makes {
        Makes::Freeze => v1::OrderEffect::Freeze,
        Makes::StopOrder => v1::OrderEffect::StopOrder,
        Makes::Refusal => v1::OrderEffect::Refusal,
    }
}

fn term_start(from: CountedFrom) -> v1::TermStart {
    match from {
        CountedFrom::Service => v1::TermStart::Service,
        CountedFrom::Freezing => v1::TermStart::Freezing,
    }
}

fn amount(rule: AmountRule) -> v1::AmountDemand {
    match rule {
        AmountRule::Required => v1::AmountDemand::Required,
        AmountRule::ForPreservation => v1::AmountDemand::ForPreservation,
        AmountRule::Free => v1::AmountDemand::Free,
        AmountRule::Whole => v1::AmountDemand::Whole,
    }
}

fn at_expiry(at: AtExpiry) -> v1::AtExpiry {
    match at {
        AtExpiry::Lapses => v1::AtExpiry::Lapses,
        AtExpiry::BankLifts => v1::AtExpiry::BankLifts,
        AtExpiry::NoTerm => v1::AtExpiry::NoTerm,
    }
}
