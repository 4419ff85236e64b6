//! Protected accounts: each kind of protection against freezes and deductions, with and without the
//! purpose that the money is there for, and who overrides it.

use std::sync::Arc;

use super::support::{
    COURT, World, account, deduct, deduct_at_once, freeze, named, order, papers, table,
};
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::act::deduct_freeze::DeductFreeze;
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{FreezeType, Serves};
use crate::domain::protection::{self, ProtectedKind, Wanted};
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::Lifecycle;

/// design, law 2.5–2.8: what an order of a court may do: freeze; freeze for the purpose; deduct; deduct for the
/// purpose; and a word of the source.
const TABLE: &str = "
    WAGES              no  yes no  yes 33
    SECURITIES_CLIENTS no  yes no  yes 131
    CLEARING           no  no  no  no  159
    FUND_SALES         no  no  no  no  100
    FUTURES_MARGIN     no  no  no  no  43
    PAYMENT_RESERVE    no  no  no  no  29
    TREASURY           no  no  no  no  59
    SOCIAL_INSURANCE   no  no  no  no  64
    LETTER_OF_CREDIT   yes yes no  no  1
";

/// 100 that are protected; F1 of a court is on 50 of them from before.
fn protected(kind: ProtectedKind) -> World {
    let mut account = account(Lifecycle::Open, 100);
    Arc::make_mut(&mut account.profile).protected_kind = Some(kind);
    account.freezes.push(freeze(FreezeType::Judicial, 1, Some(50)));
    World::holding(account)
}

fn cell(reasons: &[Reason]) -> &'static str {
    match reasons {
        [] => "yes",
        [Reason::ProtectedFunds] => "no",
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_of_a_court_may_what_the_laws_table_says() {
    for (name, cells) in table(TABLE, 5) {
        let kind: ProtectedKind = named(&name);
        for (serves, freezes, deducts) in
            [(Serves::AnyClaim, cells[0], cells[2]), (Serves::ProtectedPurpose, cells[1], cells[3])]
        {
            let create = CreateFreeze { serves, ..order(AuthorityKind::CourtCivil, Some(5)) };
            assert_eq!(cell(&protected(kind).reasons(create)), freezes, "{name} {serves:?}");
            let mut world = protected(kind);
            let held = world.account().freezes[0].clone();
            let take = DeductFreeze { serves, ..deduct(&held, 5) };
            assert_eq!(cell(&world.reasons(take)), deducts, "{name} {serves:?}");
            let order = papers(AuthorityKind::CourtCivil, COURT);
            let at_once = DeductFreeze { serves, ..deduct_at_once(5, order) };
            assert_eq!(cell(&protected(kind).reasons(at_once)), deducts, "{name} {serves:?}");
        }
        let refused =
            protected(kind).refused(deduct_at_once(5, papers(AuthorityKind::CourtCivil, COURT)));
        let facts = &refused.first().facts;
        assert!(facts[&Fact::Source].contains(cells[4]), "{name}: {facts:?}");
        assert_eq!(facts[&Fact::Description], name);
    }
}

#[test]
fn only_measures_against_money_laundering_and_the_banks_own_override_it() {
    use AuthorityKind as K;
    let makes_freezes = [
        (K::CourtCivil, Some(5), false),
        (K::CourtCriminal, Some(5), false),
        (K::PoliceCriminal, Some(5), false),
        (K::PoliceCriminalMajor, Some(5), false),
        (K::Procuratorate, Some(5), false),
        (K::Supervision, Some(5), false),
        (K::AdminGeneral, Some(5), false),
        (K::Securities, Some(5), false),
        (K::Futures, Some(5), false),
        (K::TaxPreservation, Some(5), false),
        (K::PoliceCounterTerror, Some(5), false),
        (K::PoliceOrganisedCrime, Some(5), false),
        (K::StateSecurity, Some(5), false),
        (K::AmlTemporary, None, true),
        (K::ListBased, None, true),
        (K::Bank, None, true),
    ];
    for (kind, amount, overrides) in makes_freezes {
        let reasons = protected(ProtectedKind::Clearing).reasons(order(kind, amount));
        let expected = if overrides { "yes" } else { "no" };
        assert_eq!(cell(&reasons), expected, "{kind:?}");
    }
}

#[test]
fn nothing_is_kept_from_anybody_where_nothing_is_protected() {
    for wanted in [Wanted::Freeze, Wanted::Deduction] {
        let kind = AuthorityKind::CourtCivil;
        assert!(protection::keeps_away(None, kind, Serves::AnyClaim, wanted).is_none());
    }
}
