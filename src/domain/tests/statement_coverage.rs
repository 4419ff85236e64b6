//! From when on statements that touch each other list everything.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::id::ChannelId;
use crate::domain::statement::{Progress, SENDING_MAX, Standing, StatementRun};

fn run(from_hours: i64, until_hours: i64) -> StatementRun {
    let at = |hours| DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hours);
    StatementRun {
        channel_id: ChannelId::parse("CH-1").unwrap(),
        statement_id: format!("{from_hours}"),
        period_start_time: at(from_hours),
        period_end_time: at(until_hours),
        standing: Standing::Final,
        progress: Progress::Done,
        content_hash: String::new(),
        report: serde_json::Value::Null,
        imported_by: String::new(),
        import_time: at(until_hours),
    }
}

/// The hour from which on the statement of the hours 1000 to 1024 covers, after these.
fn covers(finals: &[(i64, i64)]) -> i64 {
    let finals: Vec<StatementRun> = finals.iter().map(|(from, until)| run(*from, *until)).collect();
    let from = run(1000, 1024).covered_from(&finals);
    (from - DateTime::<Utc>::UNIX_EPOCH).num_hours()
}

#[test]
fn statements_cover_as_far_as_they_touch() {
    assert_eq!(covers(&[]), 1000);
    assert_eq!(covers(&[(1024, 1048)]), 1000, "what comes later covers nothing earlier");
    assert_eq!(covers(&[(976, 1000)]), 976);
    assert_eq!(covers(&[(976, 999)]), 1000, "a gap of an hour");
    assert_eq!(covers(&[(976, 1000), (952, 976)]), 952);
    assert_eq!(covers(&[(976, 1000), (950, 974)]), 976);
    assert_eq!(covers(&[(970, 1010)]), 970, "they may overlap");
    assert_eq!(covers(&[(0, 1000)]), 1000 - SENDING_MAX.num_hours());
}
