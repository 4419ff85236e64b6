//! Which orders make a freeze: the law's table of kinds, powers, amounts and terms.

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

use super::support::{World, account, at, court, named, order, police, table, usd};
use crate::domain::account::Account;
use crate::domain::act::create_freeze::{CreateFreeze, Duration};
use crate::domain::freeze::kind::AuthorityKind;
use crate::domain::freeze::{Disclosure, EmergencyCause, Freeze, FreezeMode, FreezeType, Urgency};
use crate::domain::lapse;
use crate::domain::refusal::{Fact, Reason};
use crate::domain::status::{AccountStatus, Lifecycle};
use crate::domain::terms::{Term, day_end};

const WITHOUT_POWER: [AuthorityKind; 4] = [
    AuthorityKind::Nfra,
    AuthorityKind::Safe,
    AuthorityKind::ForeignNgoPolice,
    AuthorityKind::Foreign,
];

#[test]
fn organs_without_power_are_refused_and_leave_no_freeze() {
    for kind in WITHOUT_POWER {
        let mut world = World::with_balance(1_000);
        assert_eq!(world.reasons(order(kind, Some(5))), [Reason::OrganWithoutPower], "{kind:?}");
        assert_eq!(world.reasons(order(kind, None)), [Reason::OrganWithoutPower], "{kind:?}");
        assert_eq!(*world.account().freezes, []);
    }
}

#[test]
fn kinds_that_make_stop_orders_never_make_a_freeze() {
    for kind in [AuthorityKind::Customs, AuthorityKind::FraudStop] {
        let mut world = World::with_balance(1_000);
        let _outcome = world.send(order(kind, None));
        assert_eq!(*world.account().freezes, [], "{kind:?}");
        assert_ne!(world.account().status(), AccountStatus::Frozen, "{kind:?}");
    }
}

fn fields(create: &CreateFreeze) -> Vec<String> {
    let now = at("2026-03-10 10:00:00");
    create.violations(now).into_iter().map(|wrong| wrong.field.into_owned()).collect()
}

#[test]
fn a_court_states_an_amount_when_it_preserves() {
    let preservation = |amount| CreateFreeze {
        document_no: "（2026）沪0104执保912号".to_owned(),
        ..court(amount)
    };
    assert_eq!(fields(&preservation(None)), ["amount"]);
    assert_eq!(fields(&preservation(Some(80_000_000))), Vec::<&str>::new());
    assert_eq!(fields(&court(None)), Vec::<&str>::new());
}

#[test]
fn wrong_fields_of_an_order_are_all_named() {
    let now = at("2026-03-10 10:00:00");
    let loss = CreateFreeze { freeze_type: FreezeType::Customer, ..court(Some(5)) };
    assert_eq!(fields(&loss), ["type"]);
    let mixed = CreateFreeze { freeze_type: FreezeType::Bank, ..court(Some(5)) };
    assert_eq!(fields(&mixed), ["authority_kind"]);
    let both = CreateFreeze { mode: FreezeMode::Whole, ..court(Some(5)) };
    assert_eq!(fields(&both), ["amount"]);
    let neither = CreateFreeze { mode: FreezeMode::Amount, ..court(None) };
    assert_eq!(fields(&neither), ["amount"]);
    let many = CreateFreeze {
        document_no: String::new(),
        urgency: Urgency::Emergency,
        emergency_cause: Some(EmergencyCause::AccountTakeover),
        served_time: Some(now + chrono::Duration::seconds(1)),
        exempt: Some(super::support::cny(1)),
        ..court(Some(5))
    };
    assert_eq!(fields(&many), ["document_no", "emergency", "served_time"]);
    let bank = CreateFreeze {
        freeze_type: FreezeType::Bank,
        authority_kind: AuthorityKind::Bank,
        exempt: Some(super::support::cny(1)),
        ..court(Some(5))
    };
    assert_eq!(fields(&bank), ["exempt_amount"]);
}

/// design, law 3: served and entered at 10:00 of a day; the last day stated, – where none is; the last
/// day that the freeze gets, or the latest allowed where it is refused.
const TERMS: &str = "
    COURT_CIVIL            2026-03-10 2027-03-10 gets    2027-03-10
    COURT_CIVIL            2026-03-10 2027-03-11 refused 2027-03-10
    COURT_CIVIL            2027-03-10 2028-03-10 gets    2028-03-10
    COURT_CIVIL            2028-02-29 –          gets    2029-02-28
    COURT_CIVIL            2028-02-29 2029-03-01 refused 2029-02-28
    COURT_CIVIL            2026-03-10 2026-05-01 gets    2026-05-01
    COURT_CRIMINAL         2026-03-10 –          gets    2027-03-10
    POLICE_CRIMINAL        2026-08-31 –          gets    2027-02-28
    POLICE_CRIMINAL        2026-08-31 2027-03-01 refused 2027-02-28
    POLICE_CRIMINAL_MAJOR  2026-03-10 –          gets    2027-03-10
    ADMIN_GENERAL          2026-03-10 –          gets    2026-04-09
    ADMIN_GENERAL          2026-03-10 2026-04-10 refused 2026-04-09
    SECURITIES             2026-03-10 2026-09-10 gets    2026-09-10
    SECURITIES             2026-03-10 2026-09-11 refused 2026-09-10
    FUTURES                2026-03-10 2026-09-11 refused 2026-09-10
    TAX_PRESERVATION       2026-03-10 –          gets    2026-09-10
    TAX_PRESERVATION       2026-03-10 2026-09-11 refused 2026-09-10
    POLICE_COUNTER_TERROR  2026-03-10 –          gets    2026-05-10
    POLICE_COUNTER_TERROR  2026-03-10 2026-05-11 refused 2026-05-10
";

fn end_of(day: &str) -> DateTime<Utc> {
    day_end(day.parse::<NaiveDate>().unwrap(), super::support::ZONE).unwrap()
}

#[test]
fn first_terms_end_as_the_law_counts_and_longer_ones_are_refused_with_the_latest() {
    for (name, cells) in table(TERMS, 4) {
        let mut world = World::with_balance(1_000);
        world.go_to(&format!("{} 10:00:00", cells[0]));
        let stated = (cells[1] != "–").then(|| Duration::Until(end_of(cells[1])));
        let create = CreateFreeze {
            duration: stated.unwrap_or(Duration::Unstated),
            ..order(named(&name), Some(5))
        };
        let last = end_of(cells[3]);
        match world.send(create) {
            Ok(_) => {
                let freeze = &world.account().freezes[0];
                assert_eq!((cells[2], freeze.expire_time), ("gets", Some(last)), "{name}");
                assert_eq!(freeze.expiry_date.unwrap().to_string(), cells[3], "{name}");
                assert_eq!(freeze.freeze_date.to_string(), cells[0], "{name}");
            }
            Err(refused) => {
                let latest = last.to_rfc3339_opts(SecondsFormat::Secs, true);
                assert_eq!((cells[2], refused.reason()), ("refused", Reason::TermTooLong));
                assert_eq!(refused.first().facts[&Fact::Latest], latest, "{name} {cells:?}");
            }
        }
    }
}

fn placed_at(local: &str, create: CreateFreeze) -> (World, Freeze) {
    let mut world = World::with_balance(1_000);
    world.go_to(local);
    let freeze = world.place(create).freeze;
    (world, freeze)
}

fn seen(world: &World, local: &str) -> Account {
    lapse::seen_at(world.account().clone(), at(local), super::support::ZONE)
}

#[test]
fn a_courts_freeze_holds_to_the_end_of_its_last_day() {
    let until = Duration::Until(end_of("2027-03-10"));
    let (world, _) =
        placed_at("2026-03-10 10:00:00", CreateFreeze { duration: until, ..court(Some(5)) });
    assert_eq!(seen(&world, "2027-03-10 23:59:59.999999").status(), AccountStatus::Frozen);
    assert_eq!(seen(&world, "2027-03-11 00:00:00").status(), AccountStatus::Normal);
}

#[test]
fn the_central_banks_freeze_ends_48_hours_after_the_measure_to_the_second() {
    let aml = order(AuthorityKind::AmlTemporary, None);
    let (world, freeze) = placed_at("2026-03-10 14:30:00", aml.clone());
    assert_eq!(freeze.expire_time, Some(at("2026-03-12 14:30:00")));
    assert_eq!(seen(&world, "2026-03-12 14:29:59.999").status(), AccountStatus::Frozen);
    assert_eq!(seen(&world, "2026-03-12 14:30:00").status(), AccountStatus::Normal);
    let mut world = World::with_balance(1_000);
    let duration = Duration::For(Term::hours(49));
    assert_eq!(world.reasons(CreateFreeze { duration, ..aml }), [Reason::TermTooLong]);
}

/// design, law 6.2, 6.10: the person is not told.
#[test]
fn measures_against_money_laundering_are_confidential_whatever_the_request_says() {
    for kind in [AuthorityKind::AmlTemporary, AuthorityKind::ListBased] {
        let (_, freeze) = placed_at("2026-03-10 10:00:00", order(kind, None));
        assert_eq!(freeze.disclosure, Disclosure::Confidential, "{kind:?}");
    }
    for disclosure in [Disclosure::Open, Disclosure::Confidential] {
        let create = CreateFreeze { disclosure, ..court(Some(5)) };
        assert_eq!(placed_at("2026-03-10 10:00:00", create).1.disclosure, disclosure);
    }
}

#[test]
fn a_list_based_measure_has_no_end() {
    let (_, freeze) = placed_at("2026-03-10 10:00:00", order(AuthorityKind::ListBased, None));
    assert_eq!((freeze.expire_time, freeze.expiry_date), (None, None));
}

#[test]
fn a_court_counts_from_service_and_an_administrative_organ_from_the_freezing() {
    let served_time = Some(at("2026-03-01 10:00:00"));
    let (_, civil) =
        placed_at("2026-03-10 10:00:00", CreateFreeze { served_time, ..court(Some(5)) });
    assert_eq!(civil.expiry_date.unwrap().to_string(), "2027-03-01");
    assert_eq!(civil.freeze_date.to_string(), "2026-03-01");
    let admin = order(AuthorityKind::AdminGeneral, Some(5));
    let (_, admin) = placed_at("2026-03-10 10:00:00", CreateFreeze { served_time, ..admin });
    assert_eq!(admin.expiry_date.unwrap().to_string(), "2026-04-09");
}

#[test]
fn a_term_is_measured_against_the_longest_allowed() {
    let mut world = World::with_balance(1_000);
    for (term, refused) in
        [(Term::months(6), false), (Term::months(7), true), (Term::days(185), true)]
    {
        let create = CreateFreeze { duration: Duration::For(term), ..police(Some(5)) };
        assert_eq!(world.send(create).is_err(), refused, "{term:?}");
    }
}

#[test]
fn an_emergency_freeze_of_the_bank_lapses_after_48_hours() {
    let emergency = CreateFreeze {
        urgency: Urgency::Emergency,
        emergency_cause: Some(EmergencyCause::AccountTakeover),
        ..order(AuthorityKind::Bank, None)
    };
    let (world, freeze) = placed_at("2026-03-10 10:00:00", emergency);
    assert_eq!(freeze.expire_time, Some(at("2026-03-12 10:00:00")));
    let row = &world.tables.history[0];
    assert_eq!(row.approval_status, crate::domain::approval::ApprovalStatus::Pending);
}

#[test]
fn only_open_accounts_take_a_freeze() {
    let refusals = [
        (Lifecycle::Closed, Reason::AccountClosed),
        (Lifecycle::Opening, Reason::AccountOpening),
        (Lifecycle::OpenFailed, Reason::AccountOpenFailed),
    ];
    for (lifecycle, reason) in refusals {
        let mut world = World::holding(account(lifecycle, 0));
        assert_eq!(world.reasons(court(Some(5))), [reason]);
    }
}

#[test]
fn a_freeze_in_another_currency_is_refused() {
    let mut world = World::with_balance(1_000);
    let foreign = CreateFreeze { amount: Some(usd(5)), ..court(Some(5)) };
    assert_eq!(world.reasons(foreign), [Reason::CurrencyMismatch]);
    let exempt = CreateFreeze { exempt: Some(usd(5)), ..court(Some(5)) };
    assert_eq!(world.reasons(exempt), [Reason::CurrencyMismatch]);
}

#[test]
fn a_term_that_ends_beyond_the_calendar_is_a_wrong_field() {
    let mut world = World::with_balance(1_000);
    for years in [300_000, u32::MAX] {
        let duration = Duration::For(Term::years(years));
        let bank = CreateFreeze { duration, ..order(AuthorityKind::Bank, None) };
        assert_eq!(world.reasons(bank), [Reason::InvalidRequest], "{years} years");
    }
}
