//! Of which time statements that touch each other list everything, in whichever order they come.

use chrono::{DateTime, TimeDelta, Utc};

use crate::domain::id::ChannelId;
use crate::domain::payout::evidence::Listed;
use crate::domain::statement::{Progress, SENDING_MAX, Standing, StatementRun};

fn at(hours: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::hours(hours)
}

/// The hours that the statement of the hours 1000 to 1024 covers, beside these.
fn covers(others: &[(i64, i64)]) -> (i64, i64) {
    let run = StatementRun {
        channel_id: ChannelId::parse("CH-1").unwrap(),
        statement_id: "S-1".to_owned(),
        period_start_time: at(1000),
        period_end_time: at(1024),
        standing: Standing::Final,
        progress: Progress::Done,
        content_hash: String::new(),
        report: serde_json::Value::Null,
        imported_by: String::new(),
        import_time: at(1024),
    };
    let others = others.iter().map(|(from, until)| Listed { from: at(*from), until: at(*until) });
    let listed = run.covers(others.collect()).listed;
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
