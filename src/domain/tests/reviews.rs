//! What a review finds: each rule just before, at and after its instant, reminders once, and when
//! to look again.

use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;

use super::properties::settings;
use super::support::{account, at, condition, microsecond, number, restricted, rules};
use crate::domain::account::Account;
use crate::domain::condition::Condition;
use crate::domain::review::{Found, HolderKind, Review, due};
use crate::domain::status::{Cause, ConditionKind, Lifecycle, Restriction};

fn blank() -> Review {
    Review::blank(number())
}

fn of(holder_kind: HolderKind) -> Review {
    Review { holder_kind, ..blank() }
}

/// An open account with this balance, last used by its customer, and by anybody, at these times.
fn used(balance: i64, customer: &str, anybody: &str) -> Account {
    let mut account = account(Lifecycle::Open, balance);
    let time = |text: &str| (!text.is_empty()).then(|| at(text));
    account.balance.last_customer_time = time(customer);
    account.balance.last_transaction_time = time(anybody);
    account
}

/// Reviews the account and carries out what was found; what was found a second time is nothing.
fn look(account: &mut Account, review: &mut Review, now: DateTime<Utc>) -> Found {
    let rules = rules();
    let found = due(account, review, &[], &rules, now);
    for (kind, cause) in &found.conditions {
        account.conditions.push(condition(*kind, *cause));
    }
    *review = found.review.clone();
    let again = due(account, review, &[], &rules, now);
    assert!(again.is_quiet(), "twice: {again:?}");
    assert_eq!(again.review, *review);
    found
}

fn causes(found: &Found) -> Vec<Cause> {
    found.conditions.iter().map(|(_, cause)| *cause).collect()
}

fn told(found: &Found) -> Vec<&'static str> {
    found.events.iter().map(|(kind, _)| *kind).filter(|kind| *kind != "REMINDER").collect()
}

fn reminders(found: &Found) -> Vec<String> {
    let reminders = found.events.iter().filter(|(kind, _)| *kind == "REMINDER");
    reminders.map(|(_, payload)| payload["about"].as_str().unwrap().to_owned()).collect()
}

/// At the instant before nothing is set; at the instant this is.
fn sets(account: &Account, review: &Review, instant: &str, expected: &[Cause]) {
    let (mut account, mut review) = (account.clone(), review.clone());
    let before = look(&mut account, &mut review, at(instant) - microsecond());
    assert_eq!(causes(&before), [], "before {instant}");
    let found = look(&mut account, &mut review, at(instant));
    assert_eq!(causes(&found), expected, "at {instant}");
    let after = look(&mut account, &mut review, at(instant) + Duration::days(400));
    assert_eq!(causes(&after), [], "after {instant}");
}

#[test]
fn a_document_that_ran_out_brings_a_notice_then_grace_then_the_condition() {
    let mut account = used(100_000, "2026-03-30 10:00:00", "2026-03-30 10:00:00");
    let mut review = Review { document_expiry_date: "2026-03-31".parse().ok(), ..blank() };
    let valid = look(&mut account, &mut review, at("2026-03-31 23:59:59.999999"));
    assert_eq!((told(&valid), reminders(&valid)), (vec![], vec!["IDENTITY_EXPIRY".to_owned()]));
    assert_eq!(review.next_review_time, Some(at("2026-04-01 00:00:00")));
    let notice = look(&mut account, &mut review, at("2026-04-01 00:00:00"));
    assert_eq!((told(&notice), causes(&notice)), (vec!["IDENTITY_NOTICE"], vec![]));
    assert_eq!(review.noticed_time, Some(at("2026-04-01 00:00:00")));
    assert_eq!(review.grace_until_time, Some(at("2026-07-01 00:00:00")));
    let grace = look(&mut account, &mut review, at("2026-06-30 23:59:59.999999"));
    assert_eq!(
        (causes(&grace), reminders(&grace)),
        (vec![], vec!["IDENTITY_GRACE_END".to_owned()])
    );
    let over = look(&mut account, &mut review, at("2026-07-01 00:00:00"));
    assert_eq!(over.conditions, [(ConditionKind::InfoExpired, Cause::IdentityExpired)]);
}

#[test]
fn persons_become_dormant_by_their_own_use_alone() {
    for kind in [HolderKind::Person, HolderKind::Unspecified] {
        let rich = used(1_001, "2026-01-10 10:00:00", "2026-06-30 10:00:00");
        sets(&rich, &of(kind), "2026-07-11 00:00:00", &[Cause::DormantNoUse]);
        let poor = used(1_000, "2026-01-10 10:00:00", "2026-03-30 10:00:00");
        sets(&poor, &of(kind), "2026-04-11 00:00:00", &[Cause::DormantLowBalance]);
    }
    // Never used by the customer: the clock is the opening, 2026-01-05.
    let imported = used(500_000, "", "2026-06-30 10:00:00");
    sets(&imported, &blank(), "2026-07-06 00:00:00", &[Cause::DormantNoUse]);
    let reactivated = Review { restarted_time: Some(at("2026-05-31 09:00:00")), ..blank() };
    sets(&imported, &reactivated, "2026-12-01 00:00:00", &[Cause::DormantNoUse]);
}

#[test]
fn an_organisation_is_told_a_year_after_the_last_movement_and_dormant_thirty_days_later() {
    let mut account = used(0, "2024-01-01 10:00:00", "2026-01-10 10:00:00");
    let mut review = of(HolderKind::Organisation);
    let before = look(&mut account, &mut review, at("2027-01-10 23:59:59.999999"));
    assert_eq!((told(&before), causes(&before)), (vec![], vec![]));
    let notice = look(&mut account, &mut review, at("2027-01-11 00:00:00"));
    assert_eq!((told(&notice), causes(&notice)), (vec!["DORMANCY_NOTICE"], vec![]));
    let noticed = (account.clone(), review.clone());
    sets(&account, &review, "2027-02-11 00:00:00", &[Cause::DormantOrganisation]);

    // What moves in between cancels the notice, and the year begins anew.
    let (mut account, mut review) = noticed;
    account.balance.last_transaction_time = Some(at("2027-02-10 12:00:00"));
    let moved = look(&mut account, &mut review, at("2027-02-11 00:00:00"));
    assert_eq!((moved.is_quiet(), review.dormancy_noticed_time), (true, None));
    let notice = look(&mut account, &mut review, at("2028-02-11 00:00:00"));
    assert_eq!(told(&notice), ["DORMANCY_NOTICE"]);
}

#[test]
fn a_new_account_without_any_transaction_is_suspended_and_not_dormant() {
    let new = used(0, "", "");
    sets(&new, &of(HolderKind::Person), "2026-07-06 00:00:00", &[Cause::NonCounterSuspended]);
    let verified = Review { restarted_time: Some(at("2026-07-10 09:00:00")), ..blank() };
    sets(&new, &verified, "2027-01-11 00:00:00", &[Cause::NonCounterSuspended]);
    let credited = used(0, "", "2026-02-01 10:00:00");
    sets(&credited, &blank(), "2026-04-06 00:00:00", &[Cause::DormantLowBalance]);
}

#[test]
fn what_is_in_force_is_not_set_again() {
    let mut account = used(100, "2025-01-10 10:00:00", "2025-01-10 10:00:00");
    account.conditions.push(condition(ConditionKind::Dormant, Cause::DormantOrganisation));
    account.conditions.push(condition(ConditionKind::InfoExpired, Cause::IdentityExpired));
    let mut review = Review { document_expiry_date: "2025-03-31".parse().ok(), ..blank() };
    assert!(look(&mut account, &mut review, at("2026-12-01 00:00:00")).is_quiet());
    assert_eq!(review.noticed_time, None);
}

#[test]
fn an_organisation_that_owes_the_bank_is_not_dormant_and_is_told_anew_when_it_has_paid() {
    let mut account = used(100_000, "", "2026-01-10 10:00:00");
    let mut review = of(HolderKind::Organisation);
    look(&mut account, &mut review, at("2027-01-11 00:00:00"));
    assert!(review.dormancy_noticed_time.is_some());
    account.conditions.push(condition(ConditionKind::StopPay, Cause::StopArrears));
    for late in ["2027-02-11 00:00:00", "2028-02-11 00:00:00"] {
        assert!(look(&mut account, &mut review, at(late)).is_quiet());
        assert_eq!(review.dormancy_noticed_time, None);
    }
    // Lifted without a payment: the thirty days run from a notice of now.
    account.conditions.clear();
    let told = look(&mut account, &mut review, at("2028-03-01 10:00:00"));
    assert_eq!((told.conditions.len(), told.events[0].0), (0, "DORMANCY_NOTICE"));
    look(&mut account, &mut review, at("2028-03-31 23:59:59.999999"));
    assert_eq!(account.conditions.len(), 0);
    look(&mut account, &mut review, at("2028-04-01 00:00:00"));
    assert_eq!(account.conditions[0].cause, Cause::DormantOrganisation);
}

#[test]
fn only_open_accounts_are_reviewed_and_closed_ones_never_again() {
    for (lifecycle, again) in
        [(Lifecycle::Opening, true), (Lifecycle::OpenFailed, true), (Lifecycle::Closed, false)]
    {
        let mut account = account(lifecycle, 0);
        let mut review = Review { document_expiry_date: "2025-03-31".parse().ok(), ..blank() };
        assert!(look(&mut account, &mut review, at("2028-01-01 00:00:00")).is_quiet());
        assert_eq!(review.next_review_time.is_some(), again, "{lifecycle:?}");
    }
}

#[test]
fn an_end_is_announced_a_day_ahead_once_and_anew_when_it_moves() {
    let mut account = used(100_000, "2026-03-01 10:00:00", "2026-03-01 10:00:00");
    let until =
        |text: &str| Condition { until_time: Some(at(text)), ..restricted(Restriction::NoDebit) };
    account.conditions.push(until("2026-03-20 12:00:00"));
    let mut review = blank();
    let early = look(&mut account, &mut review, at("2026-03-19 11:59:59.999999"));
    assert_eq!(reminders(&early), Vec::<String>::new());
    assert_eq!(review.next_review_time, Some(at("2026-03-19 12:00:00")));
    let found = look(&mut account, &mut review, at("2026-03-19 12:00:00"));
    assert_eq!(reminders(&found), ["RESTRICTION_END"]);
    assert_eq!(found.events[0].1["subject_id"], account.conditions[0].condition_id.as_str());
    assert!(look(&mut account, &mut review, at("2026-03-19 18:00:00")).is_quiet());
    account.conditions[0] = until("2026-03-20 13:00:00");
    assert_eq!(reminders(&look(&mut account, &mut review, at("2026-03-19 18:00:00"))).len(), 1);
    account.conditions.clear();
    look(&mut account, &mut review, at("2026-03-21 00:00:00"));
    assert_eq!(review.reminded, Vec::<String>::new(), "what is past is forgotten");
}

prop_compose! {
    fn any_case()(
        balance in prop_oneof![Just(0), Just(1_000), Just(5_000)],
        imported in any::<bool>(),
        customer in prop::option::of(0..900_i64),
        later in 0..300_i64,
        expiry in prop::option::of(0..900_i64),
        kind in prop_oneof![Just(HolderKind::Person), Just(HolderKind::Organisation)],
        restarted in prop::option::of(0..900_i64),
        stop in prop::option::of(0..900_i64),
        now in 0..900_i64,
        probe in 0..100_i64,
    ) -> (Account, Review, DateTime<Utc>, i64) {
        let day = |days: i64| at("2026-01-05 09:00:00") + Duration::days(days);
        let mut case = account(Lifecycle::Open, balance);
        case.balance.opening_balance_minor = if imported { balance } else { 0 };
        case.balance.last_customer_time = customer.map(day);
        case.balance.last_transaction_time = customer.map(|days| day(days + later));
        if let Some(end) = stop.filter(|end| *end > now) {
            let row = condition(ConditionKind::StopPay, Cause::StopArrears);
            case.conditions.push(Condition { until_time: Some(day(end)), ..row });
        }
        let review = Review {
            holder_kind: kind,
            document_expiry_date: expiry.map(|days| day(days).date_naive()),
            restarted_time: restarted.map(day),
            ..blank()
        };
        (case, review, day(now), probe)
    }
}

proptest! {
    #![proptest_config(settings())]

    #[test]
    fn between_two_looks_nothing_is_due((account, review, now, probe) in any_case()) {
        let (mut account, mut review) = (account, review);
        for _ in 0..6 {
            look(&mut account, &mut review, now);
            let next = review.next_review_time.unwrap();
            prop_assert!(next > now && next <= now + Duration::days(31));
            let micros = (next - now).num_microseconds().unwrap() - 1;
            let part = Duration::microseconds(micros / 100 * probe);
            for between in [now + part, next - microsecond()] {
                let found = due(&account, &review, &[], &rules(), between);
                prop_assert!(found.is_quiet(), "{between}: {found:?}");
            }
        }
    }

    #[test]
    fn looked_at_in_time_or_late_the_account_ends_alike((account, review, now, _) in any_case()) {
        let (mut often, mut note) = (account.clone(), review.clone());
        let end = now + Duration::days(365);
        let mut at = now;
        while at < end {
            look(&mut often, &mut note, at);
            at = note.next_review_time.unwrap().min(end);
        }
        look(&mut often, &mut note, end);
        let (mut once, mut late) = (account, review);
        look(&mut once, &mut late, end);
        // A notice runs from when it was given, so only what needs none is alike.
        let has = |account: &Account, cause| account.conditions.iter().any(|row| row.cause == cause);
        for cause in [Cause::NonCounterSuspended, Cause::DormantNoUse] {
            let low = has(&often, Cause::DormantLowBalance);
            prop_assert!(low || has(&often, cause) == has(&once, cause), "{cause:?}");
        }
    }
}
