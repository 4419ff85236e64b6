//! How long an answer takes on the sums of 100 million attempts over 400 days, five channels, fifty
//! banks and six bands, against an almost empty table. Long, so by hand:
//! `STATS_DAYS=400 cargo test --test it channel_stats::large -- --nocapture`; without the variable the
//! sums of three days are asked.

use std::time::Instant;

use account_status::store::rollup::{self, CountsQuery, TimeSplit};
use sea_orm::{ConnectionTrait, Statement};

use super::*;
use crate::harness::Engine;

/// An answer that takes longer is not fast, on whatever machine.
const SECONDS_MAX: f64 = 20.0;

/// Rows as so many days make: `details` distinct settle times, reasons and counts in each cell.
fn fill(engine: Engine, grain: &str, cut: &str, (steps, details): (i64, i64)) -> String {
    let series = |name: &str, count: i64| match engine {
        Engine::Postgres => format!("generate_series(0, {}) AS {name}(n)", count - 1),
        Engine::Sqlite => format!(
            "(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {}) \
                SELECT n FROM s) AS {name}",
            count - 1
        ),
    };
    let seconds = match grain {
        "HOUR" => 3_600,
        "DAY" => 86_400,
        _ => 30 * 86_400,
    };
    let at = match engine {
        Engine::Postgres => {
            format!("timestamptz '2025-02-01T16:00:00Z' + t.n * interval '{seconds} seconds'")
        }
        Engine::Sqlite => format!(
            "strftime('%Y-%m-%dT%H:%M:%S.000000+00:00', 1738425600 + t.n * {seconds}, 'unixepoch')"
        ),
    };
    let (banks, bank) = if matches!(cut, "BANK" | "BOTH") { (50, "'B' || b.n") } else { (1, "''") };
    let (bands, band) = if matches!(cut, "BAND" | "BOTH") {
        (
            6,
            "CASE a.n WHEN 0 THEN 'BELOW_1K' WHEN 1 THEN '1K_TO_10K' WHEN 2 THEN '10K_TO_50K'
            WHEN 3 THEN '50K_TO_200K' WHEN 4 THEN '200K_TO_1M' ELSE 'FROM_1M' END",
        )
    } else {
        (1, "''")
    };
    format!(
        "INSERT INTO channel_rollup SELECT '{grain}', '{cut}', 'CH-' || c.n, {at}, {bank}, {band},
            'CNY', CASE WHEN d.n = 0 THEN 'STARTED' WHEN d.n < 6 THEN 'DEAD' ELSE 'SETTLED' END,
            CASE WHEN d.n = 0 THEN '' WHEN d.n < 6 THEN 'REASON_' || d.n ELSE 'b' || (d.n + 60) END,
            1 + d.n, 100
        FROM {}, {}, {}, {}, {}",
        series("t", steps),
        series("c", 5),
        series("b", banks),
        series("a", bands),
        series("d", details)
    )
}

on_every_engine! {
    async fn an_answer_takes_as_long_whatever_the_number_of_attempts(bank) {
        let given = std::env::vars().find(|(name, _)| name == "STATS_DAYS");
        let days: i64 = given.map_or(3, |(_, days)| days.parse().unwrap());
        bank.set_time("2026-03-09 12:30:00");
        let asked = async |title: &str| {
            let end = bank.now();
            for (window, by) in [
                (400, vec![]),
                (400, vec![StatsDimension::Bank]),
                (400, vec![StatsDimension::Bank, StatsDimension::Amount]),
                (400, vec![StatsDimension::Time]),
                (30, vec![StatsDimension::Bank]),
                (1, vec![StatsDimension::Bank, StatsDimension::Amount]),
            ] {
                let query = GetChannelStatsRequest {
                    start_time: at(end - TimeDelta::days(window)),
                    group_by: by.iter().map(|by| (*by).into()).collect(),
                    ..GetChannelStatsRequest::default()
                };
                let mut best = f64::MAX;
                let mut rows = 0;
                for _ in 0..3 {
                    let begun = Instant::now();
                    rows = stats(&bank, query.clone()).await.unwrap().len();
                    best = best.min(begun.elapsed().as_secs_f64());
                }
                println!("{:?} {title}: {window} days by {by:?}: {:.1} ms, {rows} rows",
                    bank.engine, best * 1e3);
                assert!(best < SECONDS_MAX, "{window} days by {by:?} took {best} s");
            }
        };
        asked("almost empty").await;
        let database = bank.database().await;
        let months = (days + 29) / 30 + 1;
        let hours = days.min(40) * 24;
        for (cut, day, hour) in
            [("CHANNEL", 45, 40), ("BANK", 40, 20), ("BAND", 45, 35), ("BOTH", 25, 8)]
        {
            for (grain, steps, details) in
                [("MONTH", months, 50), ("DAY", days, day), ("HOUR", hours, hour)]
            {
                let sql = fill(bank.engine, grain, cut, (steps, details));
                database.execute_unprepared(&sql).await.unwrap();
            }
        }
        let count = Statement::from_string(database.get_database_backend(),
            "SELECT count(*) AS n FROM channel_rollup");
        let count: i64 =
            database.query_one_raw(count).await.unwrap().unwrap().try_get("", "n").unwrap();
        println!("{:?}: {count} sums", bank.engine);
        asked("filled").await;
        plan(&bank, &database).await;
        database.close().await.unwrap();
        bank.finish().await;
    }
}

/// No plan walks over attempts, nor over all sums.
async fn plan(bank: &Bank, database: &sea_orm::DatabaseConnection) {
    use account_status::domain::id::ChannelId;
    use account_status::domain::payout::rollup::{Cut, Grain, parts};
    let hour = |at: DateTime<Utc>| account_status::domain::payout::counting::hour_of(at);
    let (end, zone) = (hour(bank.now()), bank.settings.rules.zone);
    let query = CountsQuery {
        channels: ["CH-1", "CH-2"].iter().filter_map(|id| ChannelId::parse(id)).collect(),
        bank_code: None,
        band: None,
        cut: Cut::Bank,
        parts: parts((end - TimeDelta::days(90), end), Grain::Month, zone),
        time: TimeSplit::Whole,
    };
    let engine = match bank.engine {
        Engine::Sqlite => account_status::store::Engine::Sqlite,
        Engine::Postgres => account_status::store::Engine::Postgres,
    };
    let (sql, values) = rollup::statement(engine, &query);
    let explain = match bank.engine {
        Engine::Postgres => "EXPLAIN ",
        Engine::Sqlite => "EXPLAIN QUERY PLAN ",
    };
    let backend = database.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, format!("{explain}{sql}"), values);
    let column = if bank.engine == Engine::Postgres { "QUERY PLAN" } else { "detail" };
    let rows = database.query_all_raw(statement).await.unwrap();
    let plan: Vec<String> = rows.iter().map(|row| row.try_get("", column).unwrap()).collect();
    let whole = plan.join("\n");
    println!("{whole}");
    assert!(!whole.contains("attempt"), "{whole}");
    // Each part of the window is looked up; what is not summed yet is little and may be walked over.
    let (walks, lookups) = match bank.engine {
        Engine::Postgres => ("Seq Scan on channel_rollup", "Scan using channel_rollup_pkey"),
        Engine::Sqlite => (
            "SCAN t",
            "SEARCH t USING INDEX sqlite_autoindex_channel_rollup_1 (grain=? AND cut=? AND channel_id=? AND start_time>?",
        ),
    };
    let count = |what: &str| plan.iter().filter(|line| line.contains(what)).count();
    let of_tallies = usize::from(bank.engine == Engine::Sqlite);
    assert_eq!((count(walks), count(lookups)), (of_tallies, query.parts.len()), "{whole}");
}
