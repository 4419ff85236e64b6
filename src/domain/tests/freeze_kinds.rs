//! The kinds of authorities: each cell of the code's table against design, law 1, and the papers that
//! each kind brings.

use super::support::{court, named, officers, order, papers, table};
use crate::domain::act::create_freeze::CreateFreeze;
use crate::domain::freeze::FreezeSource;
use crate::domain::freeze::kind::{
    self, AmountRule, AtExpiry, AuthorityKind, CountedFrom, FirstTerm, KindRule, LiftedBy, Makes,
    Renewal, table::KINDS,
};
use crate::domain::freeze::papers::{Order, violations};
use crate::domain::terms::{Term, TermUnit};

/// design, law 1: first term, each renewal, ceiling, counted from, may wait, may deduct, amount, who
/// lifts, at expiry, mark. · = the table doesn't say, or what holds for no renewal; design, law 7
/// ships rows without a number in law as unverified.
const FREEZE_KINDS: &str = "
    COURT_CIVIL             1Y  1Y    –   service   yes  yes  preservation  court     lapses P
    COURT_CRIMINAL          1Y  1Y    –   service   yes  yes  yes           court     lapses P
    POLICE_CRIMINAL         6M  6M    –   service   yes  no   yes           authority lapses P
    POLICE_CRIMINAL_MAJOR   1Y  1Y    –   service   yes  no   yes           authority lapses P
    PROCURATORATE           6M  ·     –   ·         yes  no   free          authority ·      N
    SUPERVISION             6M  ·     –   ·         no   no   free          authority ·      N
    ADMIN_GENERAL           30D 1×30D 60D freezing  no   ·    yes           authority bank   P
    SECURITIES              6M  3M    2Y  service   no   no   yes           authority bank   P
    FUTURES                 6M  3M    2Y  service   no   no   yes           authority bank   P
    TAX_PRESERVATION        6M  ·     ·   service   no   yes  yes           authority bank   P
    POLICE_COUNTER_TERROR   2M  1×1M  3M  freezing  no   no   yes           authority bank   P
    POLICE_ORGANISED_CRIME  48H none  ·   freezing  no   no   free          authority bank   P
    AML_TEMPORARY           48H none  ·   freezing  no   no   free          authority bank   P
    LIST_BASED              –   none  –   ·         no   no   whole         grounds   –      P
    STATE_SECURITY          ·   ·     –   ·         no   no   free          authority ·      N
    BANK                    –   free  –   ·         no   no   free          bank      –      P
";

/// design, law 1, the two rows that make stop orders.
const STOP_KINDS: &str = "
    CUSTOMS                 ·   ·     ·   ·         no   yes  yes           authority ·      N
    FRAUD_STOP              48H ·     ·   freezing  no   no   whole         authority lapses S
";

const WITHOUT_POWER: [AuthorityKind; 4] = [
    AuthorityKind::Nfra,
    AuthorityKind::Safe,
    AuthorityKind::ForeignNgoPolice,
    AuthorityKind::Foreign,
];

fn brief(term: Term) -> String {
    let unit = match term.unit {
        TermUnit::Hours => "H",
        TermUnit::Days => "D",
        TermUnit::Months => "M",
        TermUnit::Years => "Y",
    };
    format!("{}{unit}", term.count)
}

fn cells_of(rule: &KindRule) -> [String; 10] {
    let yes = |holds: bool| if holds { "yes" } else { "no" }.to_owned();
    let first = match rule.first {
        FirstTerm::Unlimited => "–".to_owned(),
        FirstTerm::AtMost(term) => brief(term),
    };
    let renewal = match rule.renewal {
        Renewal::None => "none".to_owned(),
        Renewal::Each(term) => brief(term),
        Renewal::Times(times, term) => format!("{times}×{}", brief(term)),
        Renewal::Free => "free".to_owned(),
    };
    let from = match rule.from {
        CountedFrom::Service => "service",
        CountedFrom::Freezing => "freezing",
    };
    let amount = match rule.amount {
        AmountRule::Required => "yes",
        AmountRule::ForPreservation => "preservation",
        AmountRule::Free => "free",
        AmountRule::Whole => "whole",
    };
    let lifts = match rule.lifted_by {
        LiftedBy::Authority => "authority",
        LiftedBy::CourtOrSuperior => "court",
        LiftedBy::Grounds => "grounds",
        LiftedBy::Bank => "bank",
        LiftedBy::Holder => "holder",
    };
    let at_expiry = match rule.at_expiry {
        AtExpiry::Lapses => "lapses",
        AtExpiry::BankLifts => "bank",
        AtExpiry::NoTerm => "–",
    };
    let mark = if rule.verified { "P" } else { "unverified" };
    let [from, amount, lifts, at_expiry, mark] =
        [from, amount, lifts, at_expiry, mark].map(str::to_owned);
    let ceiling = rule.ceiling.map_or("–".to_owned(), brief);
    let (wait, deduct) = (yes(rule.may_wait), yes(rule.may_deduct));
    [first, renewal, ceiling, from, wait, deduct, amount, lifts, at_expiry, mark]
}

/// Every cell that differs from the document, as text.
fn differences(text: &str, makes: Makes) -> Vec<String> {
    let columns = [
        "first term",
        "each renewal",
        "ceiling",
        "counted from",
        "may wait",
        "may deduct",
        "amount",
        "who lifts",
        "at expiry",
        "mark",
    ];
    let mut found = Vec::new();
    for (name, expected) in table(text, columns.len()) {
        let rule = kind::rule(named(&name));
        assert_eq!(rule.makes, makes, "{name}");
        for ((column, cell), expected) in columns.iter().zip(cells_of(rule)).zip(expected) {
            let unverified = cell == "unverified" && expected != "P";
            if expected != "·" && cell != expected && !unverified {
                found.push(format!("{name}, {column}: {cell} instead of {expected}"));
            }
        }
    }
    found
}

#[test]
fn each_kind_of_freeze_has_the_cells_of_the_laws_table() {
    assert_eq!(differences(FREEZE_KINDS, Makes::Freeze), Vec::<String>::new());
}

#[test]
fn each_kind_of_stop_order_has_the_cells_of_the_laws_table() {
    assert_eq!(differences(STOP_KINDS, Makes::StopOrder), Vec::<String>::new());
}

#[test]
fn every_kind_is_in_one_of_the_tables_or_without_power_or_the_customers() {
    let named_kinds = table(FREEZE_KINDS, 10).len() + table(STOP_KINDS, 10).len();
    assert_eq!(KINDS.len(), named_kinds + WITHOUT_POWER.len() + 1);
    assert!(WITHOUT_POWER.iter().all(|kind| kind::rule(*kind).makes == Makes::Refusal));
}

fn wrong(create: &CreateFreeze) -> Vec<String> {
    let now = super::support::at("2026-03-10 10:00:00");
    create.violations(now).into_iter().map(|wrong| wrong.field.into_owned()).collect()
}

#[test]
fn orders_that_have_to_state_an_amount_may_not_take_the_whole_account() {
    for (name, cells) in table(FREEZE_KINDS, 10) {
        let kind: AuthorityKind = named(&name);
        let whole = wrong(&order(kind, None));
        let amount = wrong(&order(kind, Some(5)));
        match cells[6] {
            "yes" => assert_eq!((whole, amount), (vec!["amount".to_owned()], vec![]), "{name}"),
            "whole" => assert_eq!((whole, amount), (vec![], vec!["mode".to_owned()]), "{name}"),
            _ => assert_eq!((whole, amount), (vec![], vec![]), "{name}"),
        }
    }
}

#[test]
fn each_kind_has_a_source_and_one_that_is_in_force() {
    let today = "2026-11-22".parse().unwrap();
    for rule in &KINDS {
        assert!(!rule.source.is_empty() && rule.in_force <= today, "{:?}", rule.kind);
    }
}

#[test]
fn only_the_holders_own_terms_roll_over_a_holiday() {
    let rolling: Vec<_> = KINDS.iter().filter(|rule| rule.holiday_roll).collect();
    assert_eq!(rolling.iter().map(|rule| rule.kind).collect::<Vec<_>>(), [AuthorityKind::Customer]);
}

/// Of a paper: the officers whom each kind names, and whether a notice of assistance comes with it.
fn expected_papers(kind: AuthorityKind) -> (usize, bool) {
    use AuthorityKind as K;
    match kind {
        K::CourtCivil | K::CourtCriminal => (2, true),
        K::ListBased | K::Bank | K::Customer => (0, false),
        _ => (2, false),
    }
}

fn fields(kind: AuthorityKind, source: FreezeSource, named: usize, notice: &str) -> Vec<String> {
    let mut officers = officers();
    officers.truncate(named);
    violations(kind, source, &officers, notice)
        .into_iter()
        .map(|wrong| wrong.field.into_owned())
        .collect()
}

#[test]
fn a_paper_is_brought_by_its_officers_and_a_courts_comes_with_its_notice() {
    for rule in &KINDS {
        let (asked, notice) = expected_papers(rule.kind);
        for named in 0..=2 {
            let mut expected = Vec::new();
            expected.extend((named < asked).then_some("officers"));
            assert_eq!(fields(rule.kind, FreezeSource::Paper, named, "协1"), expected, "{rule:?}");
            expected.extend(notice.then_some("notice_no"));
            assert_eq!(fields(rule.kind, FreezeSource::Paper, named, ""), expected, "{rule:?}");
        }
    }
}

#[test]
fn what_a_control_system_sends_needs_no_papers() {
    for rule in &KINDS {
        for source in
            [FreezeSource::CourtNetwork, FreezeSource::PolicePlatform, FreezeSource::Internal]
        {
            assert_eq!(fields(rule.kind, source, 0, ""), Vec::<&str>::new(), "{:?}", rule.kind);
        }
    }
}

#[test]
fn an_officer_without_a_number_is_none() {
    let mut two = officers();
    two[1].badge_no.clear();
    let create = CreateFreeze { officers: two, ..court(Some(5)) };
    assert_eq!(wrong(&create), ["officers"]);
    assert_eq!(wrong(&court(Some(5))), Vec::<&str>::new());
}

#[test]
fn an_order_about_a_freeze_names_who_orders_it_by_which_document() {
    let whole = || papers(AuthorityKind::CourtCivil, "a court");
    let bank = || papers(AuthorityKind::Bank, "");
    let table: [(Order, &[&str]); 7] = [
        (whole(), &[]),
        (bank(), &[]),
        (Order { authority_name: String::new(), ..whole() }, &["authority_name"]),
        (Order { document_no: String::new(), ..whole() }, &["document_no"]),
        (Order { source: FreezeSource::Internal, ..whole() }, &["source"]),
        (Order { source: FreezeSource::Paper, ..bank() }, &["source"]),
        (papers(AuthorityKind::Customer, "holder"), &["authority_kind"]),
    ];
    for (order, expected) in table {
        let found: Vec<_> =
            order.violations().into_iter().map(|wrong| wrong.field.into_owned()).collect();
        assert_eq!(found, expected, "{order:?}");
    }
}
