//! Of which time statements that touch each other list everything, in whichever order they come, and
//! what that makes of an attempt that they don't list.

use chrono::{DateTime, TimeDelta, Utc};
use strum::VariantArray as _;

use super::support::{World, table};
use crate::domain::id::ChannelId;
use crate::domain::payout::attempt::{Attempt, AttemptState};
use crate::domain::payout::evidence::Period;
use crate::domain::statement::coverage::{SENDING_MAX, Unlisted};
use crate::domain::statement::{Progress, Standing, StatementRun};
use crate::domain::withdrawal::{State, Withdrawal};

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

/// The statement of the hours 1000 to 1024.
fn run(standing: Standing) -> StatementRun {
    StatementRun {
        channel_id: ChannelId::parse("CH-1").unwrap(),
        statement_id: "S-1".to_owned(),
        period_start_time: at(1000),
        period_end_time: at(1024),
        standing,
        progress: Progress::Done,
        content_hash: String::new(),
        report: serde_json::Value::Null,
        imported_by: String::new(),
        import_time: at(1024),
    }
}

fn periods(hours: &[(i64, i64)]) -> Vec<Period> {
    hours.iter().map(|(from, until)| Period { from: at(*from), until: at(*until) }).collect()
}

/// The hours that it covers, beside these.
fn covers(others: &[(i64, i64)]) -> (i64, i64) {
    let listed = run(Standing::Final).covers(periods(others)).listed;
    let hour = |at: DateTime<Utc>| (at - DateTime::<Utc>::UNIX_EPOCH).num_hours();
    (hour(listed.from), hour(listed.until))
}

#[test]
fn statements_cover_as_far_as_they_touch() {
    assert_eq!(covers(&[]), (1000, 1024));
    assert_eq!(covers(&[(976, 1000)]), (976, 1024));
    assert_eq!(covers(&[(1024, 1048)]), (1000, 1048));
    assert_eq!(covers(&[(976, 999), (1025, 1048)]), (1000, 1024), "gaps of an hour");
    assert_eq!(covers(&[(976, 1000), (952, 976)]), (952, 1024));
    assert_eq!(covers(&[(1048, 1072), (1024, 1048), (952, 976)]), (1000, 1072));
    assert_eq!(covers(&[(976, 1000), (950, 974)]), (976, 1024));
    assert_eq!(covers(&[(970, 1010), (1020, 1030)]), (970, 1030), "they may overlap");
    assert_eq!(covers(&[(1005, 1010)]), (1000, 1024), "one within it adds nothing");
    let reach = SENDING_MAX.num_hours();
    assert_eq!(covers(&[(0, 1000), (1024, 3000)]), (1000 - reach, 1024 + reach));
}

/// Rows: when it was sent, in minutes from the begin of the statement, which has 1440 of them.
/// Columns: the statement, and whether final ones of the days before and after are there, too. A cell:
/// of one that is open, open while people have to judge, paid, and dead. D proven dead, o still open,
/// M missing, h missing if it isn't listed beside it, - nothing.
const UNLISTED: &str = "
                preliminary final final,both final,overlapping
    5..1435     oo--        DoM-  DoM-       DoM-
    4..10       oo--        oo--  Doh-       Do--
    -3..2       ----        ----  D-h-       D---
    -9..-4      ----        ----  D-h-       D---
    -9..-5      ----        ----  ----       ----
    1430..1436  oo--        oo--  Doh-       Doh-
    1439..1441  oo--        oo--  Doh-       Doh-
    1444..1450  ----        ----  D-h-       D-h-
    1445..1450  ----        ----  ----       ----
    -99..1700   ----        ----  D-h-       D-h-
    -1435..-9   ----        ----  ----       ----
    -1436..5    ----        ----  ----       ----
";

fn cell(run: &StatementRun, others: &[(i64, i64)], (from, until): (i64, i64)) -> String {
    let mut world = World::with_balance(1_000);
    let id = world.reserve(70).withdrawal_id;
    let errand = world.start(&id);
    let sent = |minutes| at(1000) + TimeDelta::minutes(minutes);
    let attempt = Attempt {
        create_time: sent(from),
        sent_until_time: Some(sent(until)),
        ..errand.attempt.clone()
    };
    let coverage = run.covers(periods(others));
    let letter = |attempt_state: &AttemptState, state: State| {
        let withdrawal = Withdrawal { state, ..errand.withdrawal.clone() };
        let attempt = Attempt { state: *attempt_state, ..attempt.clone() };
        match run.unlisted(&attempt, &withdrawal, &coverage) {
            Unlisted::Nothing => '-',
            Unlisted::StillOpen => 'o',
            Unlisted::ProvenDead => 'D',
            Unlisted::Missing => 'M',
            Unlisted::MissingHere => 'h',
        }
    };
    let (mut open, mut held, mut paid) = (Vec::new(), Vec::new(), Vec::new());
    for state in AttemptState::VARIANTS {
        match state {
            AttemptState::Intent | AttemptState::Accepted | AttemptState::Unknown => {
                open.push(letter(state, State::Unknown));
                held.push(letter(state, State::Quarantined));
            }
            AttemptState::Settled | AttemptState::Returned | AttemptState::Duplicate => {
                paid.push(letter(state, State::Settled));
            }
            AttemptState::Dead => {}
        }
    }
    for alike in [&mut open, &mut held, &mut paid] {
        alike.dedup();
        assert_eq!(alike.len(), 1, "{from}..{until}: {alike:?}");
    }
    let dead = letter(&AttemptState::Dead, State::Failed);
    [open[0], held[0], paid[0], dead].into_iter().collect()
}

#[test]
fn what_is_not_listed_is_proven_where_all_its_sending_is_listed() {
    let (before, after, longer) = ((976, 1000), (1024, 1048), (976, 1001));
    let columns = [
        ("preliminary", Standing::Preliminary, vec![before, after]),
        ("final", Standing::Final, vec![]),
        ("final,both", Standing::Final, vec![before, after]),
        ("final,overlapping", Standing::Final, vec![longer, after]),
    ];
    let rows = table(UNLISTED, columns.len());
    assert!(rows[0].1.iter().eq(columns.iter().map(|(name, ..)| name)));
    for (sent, cells) in &rows[1..] {
        let (from, until) = sent.split_once("..").unwrap();
        let minutes = (from.parse().unwrap(), until.parse().unwrap());
        for ((name, standing, others), expected) in columns.iter().zip(cells) {
            assert_eq!(cell(&run(*standing), others, minutes), *expected, "{sent}, {name}");
        }
    }
}
