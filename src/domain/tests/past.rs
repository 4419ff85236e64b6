//! What held at an instant: rows written down in time, late, and not yet.

use chrono::{DateTime, Duration, Utc};

use super::support::{World, at};
use crate::domain::action::Action;
use crate::domain::condition::ConditionSummary;
use crate::domain::history::StatusChange;
use crate::domain::past::{Held, Past};
use crate::domain::status::{AccountStatus, Cause, ConditionKind, Lifecycle};

fn summary(id: &str, kind: ConditionKind, cause: Cause) -> ConditionSummary {
    ConditionSummary { id: id.to_owned(), kind, cause: Some(cause) }
}

fn dormant() -> ConditionSummary {
    summary("d", ConditionKind::Dormant, Cause::DormantNoUse)
}

fn suspicious() -> ConditionSummary {
    summary("s", ConditionKind::Suspicious, Cause::SuspiciousPattern)
}

fn frozen() -> ConditionSummary {
    summary("f", ConditionKind::Frozen, Cause::JudicialCourt)
}

/// Rows by number, with the days (of January) from which they count and on which they were written,
/// and what they left. The first begins the account.
fn rows(made: &[(i64, i64, Vec<ConditionSummary>)]) -> Vec<StatusChange> {
    let mut world = World::with_balance(0);
    world.done(Action::MarkDormant);
    let pattern = world.tables.history[0].clone();
    let mut rows: Vec<StatusChange> = Vec::new();
    for (sequence, (effective, recorded, after)) in (1..).zip(made) {
        let before = rows.last();
        let kinds = after.iter().map(|held| held.kind);
        let status = crate::domain::status::displayed(Lifecycle::Open, kinds);
        rows.push(StatusChange {
            sequence,
            change_date: day(*effective),
            recorded_time: day(*recorded),
            old_status: before.map(|row| row.new_status.clone()).unwrap_or_default(),
            new_status: status.code().to_owned(),
            lifecycle_before: before.map(|_| Lifecycle::Open),
            lifecycle_after: Lifecycle::Open,
            conditions_before: before.map(|row| row.conditions_after.clone()).unwrap_or_default(),
            conditions_after: after.clone(),
            ..pattern.clone()
        });
    }
    rows
}

fn day(day: i64) -> DateTime<Utc> {
    at("2026-01-01 00:00:00") + Duration::days(day)
}

/// What held, read from rows as the store reads them.
fn held(rows: &[StatusChange], at: DateTime<Utc>) -> Option<Held> {
    let mut past = Past::new(at);
    let known = rows.iter().rposition(|row| row.recorded_time <= at);
    if let Some(known) = known {
        past.known(rows[known].clone());
        if past.may_have_begun_before() {
            let _reached = rows[..known].iter().rev().all(|row| past.looked_back(row.clone()));
        }
    }
    let later = known.map_or(0, |known| known + 1);
    rows[later..].iter().for_each(|row| past.learnt(row.clone()));
    past.held()
}

/// Status, ids in force, the number of the row that began it, on each of these days.
fn seen(rows: &[StatusChange], days: &[i64]) -> Vec<String> {
    let said = |held: Held| {
        let ids: Vec<&str> = held.conditions.iter().map(|held| held.id.as_str()).collect();
        let began = held.began.unwrap();
        assert_eq!(began.change_date, held.since);
        format!("{} [{}] {}", held.status.code(), ids.join(","), began.sequence)
    };
    days.iter().map(|at| held(rows, day(*at)).map_or("-".to_owned(), said)).collect()
}

#[test]
fn a_row_holds_from_its_instant_up_to_the_next() {
    let rows = rows(&[(1, 1, vec![]), (3, 3, vec![dormant()]), (5, 5, vec![dormant(), frozen()])]);
    let microsecond = Duration::microseconds(1);
    let code = |at| held(&rows, at).map(|held| held.status.code());
    for (instant, before, after) in
        [(1, None, Some("00")), (3, Some("00"), Some("07")), (5, Some("07"), Some("01"))]
    {
        assert_eq!(code(day(instant) - microsecond), before);
        assert_eq!(code(day(instant)), after);
        assert_eq!(code(day(instant) + microsecond), after);
    }
}

#[test]
fn a_lapse_written_down_late_counts_from_its_instant() {
    let rows = rows(&[
        (1, 1, vec![frozen()]),
        (2, 2, vec![frozen(), dormant()]),
        (3, 6, vec![dormant()]),
        (6, 6, vec![]),
    ]);
    let expected = ["-", "01 [f] 1", "01 [f,d] 2", "07 [d] 3", "07 [d] 3", "00 [] 4", "00 [] 4"];
    assert_eq!(seen(&rows, &[0, 1, 2, 3, 5, 6, 9]), expected);
}

#[test]
fn a_row_that_counts_from_before_others_brings_only_what_it_changed() {
    // On the 9th it became known that a freeze held from the 2nd on.
    let late = vec![dormant(), suspicious(), frozen()];
    let rows = rows(&[
        (1, 1, vec![]),
        (4, 4, vec![dormant()]),
        (5, 5, vec![dormant(), suspicious()]),
        (2, 9, late),
        (11, 11, vec![dormant(), frozen()]),
    ]);
    let expected = [
        "00 [] 1",
        "01 [f] 4",
        "01 [d,f] 2",
        "01 [d,s,f] 3",
        "01 [d,s,f] 3",
        "01 [d,s,f] 3",
        "01 [d,f] 5",
    ];
    assert_eq!(seen(&rows, &[1, 2, 4, 5, 8, 9, 11]), expected);
}

#[test]
fn what_ended_before_others_began_is_gone_from_its_instant() {
    let rows =
        rows(&[(1, 1, vec![frozen()]), (4, 4, vec![frozen(), dormant()]), (2, 6, vec![dormant()])]);
    let expected = ["01 [f] 1", "00 [] 3", "00 [] 3", "07 [d] 2", "07 [d] 2", "07 [d] 2"];
    assert_eq!(seen(&rows, &[1, 2, 3, 4, 6, 9]), expected);
}

#[test]
fn an_imported_status_counts_from_its_old_date() {
    let rows = rows(&[(1, 8, vec![frozen()]), (9, 9, vec![])]);
    assert_eq!(seen(&rows, &[0, 1, 5, 8, 9]), ["-", "01 [f] 1", "01 [f] 1", "01 [f] 1", "00 [] 2"]);
}

#[test]
fn a_cause_that_changes_replaces_the_one_before() {
    let waiting = ConditionSummary { cause: Some(Cause::FreezeWaiting), ..frozen() };
    let rows = rows(&[(1, 1, vec![waiting.clone()]), (2, 5, vec![frozen()])]);
    let cause = |day_no| held(&rows, day(day_no)).unwrap().conditions[0].cause;
    assert_eq!((cause(1), cause(2)), (waiting.cause, frozen().cause));
}

#[test]
fn lapses_that_are_not_written_yet_are_gone_at_their_instant() {
    let mut world = World::with_balance(0);
    world.done(Action::MarkDormant);
    world.done(Action::ReportLoss);
    let rows = world.tables.history.clone();
    let end = world.account().next_lapse().unwrap();
    let seen = |instant| {
        let mut past = Past::new(instant);
        past.known(rows.last().unwrap().clone());
        let mut account = world.account().clone();
        let zone = world.rules.zone;
        for step in crate::domain::lapse::lapse(&mut account, instant, zone) {
            past.lapsed(&step);
        }
        let held = past.held().unwrap();
        (held.status, held.since, held.began.map(|row| row.sequence))
    };
    let last = rows.last().unwrap();
    let lost = (AccountStatus::Lost, last.change_date, Some(last.sequence));
    assert_eq!(seen(end - Duration::microseconds(1)), lost);
    assert_eq!(seen(end), (AccountStatus::Dormant, end, None));
    assert_eq!(Past::new(end).held(), None);
}
